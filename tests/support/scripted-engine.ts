/** An engine that says what a test puts into its mouth, for tests of what stands around the rules. */
import type { Engine } from '#src/rules/contract.ts'
import type { ContainerState, ContainerStatus, DecidedPost, Decision } from '#src/rules/decision.ts'
import type { ContainerId, PostKey } from '#src/stations/ids.ts'
import { HOUR, instant } from '#src/stations/time.ts'

export interface ScriptedEngine extends Engine {
  /** Handed over with the next effects. */
  say(decisions: readonly Decision[], posts?: readonly DecidedPost[]): void
  /** Stops a post that it has said. */
  withdraw(key: PostKey): void
  /** Overrides what is told of a container. */
  pretend(status: ContainerStatus): void
}

/** Full from 90 %, nearly full from 75 %, unknown when nothing came for six hours. */
export function scriptEngine(): ScriptedEngine {
  const levels = new Map<ContainerId, ContainerState>()
  const pretended = new Map<ContainerId, ContainerStatus>()
  let decisions: Decision[] = []
  let posts: DecidedPost[] = []
  let withdrawn: PostKey[] = []
  let changed = new Set<ContainerId>()
  return {
    withdraw(key) {
      withdrawn.push(key)
    },
    say(moreDecisions, morePosts = []) {
      decisions.push(...moreDecisions)
      posts.push(...morePosts)
    },
    pretend(status) {
      pretended.set(status.containerId, status)
    },
    apply(record) {
      if (record.type !== 'reading') return { kind: 'now' }
      const { containerId, measuredAt, fillPercent, fault, deviceId } = record
      levels.set(containerId, {
        containerId,
        measuredAt,
        deviceId,
        heardAt: measuredAt,
        reports: [],
        ...(fillPercent !== undefined && { fillPercent }),
        ...(fault && { fault }),
      })
      changed.add(containerId)
      return { kind: 'now' }
    },
    advance() {},
    nextDue: () =>
      decisions.length + posts.length + withdrawn.length > 0 ? instant(0) : undefined,
    takeEffects() {
      const effects = {
        decisions,
        posts,
        withdrawn,
        containers: [...changed].map((id) => levels.get(id)!),
        state: new Map<string, string | undefined>(),
      }
      decisions = []
      posts = []
      withdrawn = []
      changed = new Set()
      return effects
    },
    replaceTown() {},
    plans: () => ({}),
    standing: () => [],
    status(containerId, at) {
      const known = pretended.get(containerId)
      if (known) return known
      const level = levels.get(containerId)
      if (level?.measuredAt === undefined) return { containerId, word: 'unknown' }
      const { measuredAt, fillPercent, fault } = level
      const old = at - measuredAt > 6 * HOUR
      if (old || fillPercent === undefined) {
        return {
          containerId,
          word: 'unknown',
          unknownSince: measuredAt,
          ...(fault && { fault }),
        }
      }
      const word = fillPercent >= 90 ? 'full' : fillPercent >= 75 ? 'nearly-full' : 'has-room'
      return { containerId, word, fillPercent, measuredAt, source: 'sensor' }
    },
  }
}
