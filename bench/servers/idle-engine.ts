/** Rules that judge nothing, where only the keeping is measured. */
import type { Engine } from '#src/rules/contract.ts'

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
