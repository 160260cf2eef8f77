/** Rules and a filter that judge nothing, where only the keeping is measured. */
import type { Engine } from '#src/rules/contract.ts'
import type { Believing } from '#src/store/believing.ts'

export const idleEngine: Engine = {
  apply: () => ({ kind: 'now' }),
  advance: () => undefined,
  nextDue: () => undefined,
  takeEffects: () => ({
    decisions: [],
    posts: [],
    withdrawn: [],
    containers: [],
    state: new Map(),
  }),
  replaceTown: () => undefined,
  status: (containerId) => ({ containerId, word: 'unknown' }),
  plans: () => ({}),
  standing: () => [],
}

/** Every level is believed as it came. */
export const idleBelieving: Believing = {
  judge: ({ fillPercent }) => ({ ...(fillPercent !== undefined && { fillPercent }), alarms: [] }),
  hear: () => undefined,
  toSave: () => [],
  health: () => [],
}
