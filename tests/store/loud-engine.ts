/**
 * A small engine for tests of the journal: says "full" of every level of 85 or more, wakes ten minutes
 * after a level of 77, throws at 66, and remembers the number of readings of each container.
 */
import type { Engine, KeptState } from '#src/rules/contract.ts'
import type { ContainerState, DecidedPost, Decision } from '#src/rules/decision.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { type EpochMs, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { ekudden } from '#tests/support/town.ts'
import { decision, postKey } from './contract.ts'

export interface LoudEngine {
  readonly make: (town: Town, kept: KeptState) => Engine
  /** Every record that any engine made here has been given, in order. */
  readonly heard: JournalRecord[]
  /** What each engine was made of: the town's name, and the state's keys. */
  readonly made: string[]
}

export function loudEngine(): LoudEngine {
  const heard: JournalRecord[] = []
  const made: string[] = []
  return {
    heard,
    made,
    make: (first, kept) => {
      made.push(`${first.name}: ${[...kept.state.keys()].sort().join(' ')}`)
      const counts = new Map([...kept.state].filter(([key]) => key.startsWith('1490-')))
      let due = kept.state.has('due') ? (Number(kept.state.get('due')) as EpochMs) : undefined
      let town = first
      let next = first
      let newest = 0
      let decisions: Decision[] = []
      let posts: DecidedPost[] = []
      let containers = new Map<ContainerId, ContainerState>()
      let state = new Map<string, string | undefined>()

      const fire = (at: EpochMs, seq: number): void => {
        if (due === undefined || due > at) return
        decisions.push(decision({ at: due, seq, ruleId: 'woken' }))
        due = undefined
        state.set('due', undefined)
      }
      return {
        apply(record) {
          heard.push(record)
          newest = record.seq
          fire(record.at, record.seq)
          if (record.type === 'town') {
            town = next
            state.set('town', town.name)
          }
          if (record.type !== 'reading') return { kind: 'now' }
          const { containerId, fillPercent, measuredAt, seq, at } = record
          if (fillPercent === 66) throw new Error('66 is not to my taste')
          const count = Number(counts.get(containerId) ?? 0) + 1
          counts.set(containerId, String(count))
          state.set(containerId, String(count))
          containers.set(containerId, {
            containerId,
            measuredAt,
            reports: [],
            ...(fillPercent === undefined ? {} : { fillPercent }),
          })
          if (fillPercent === 77) {
            due = plus(at, 10 * MINUTE)
            state.set('due', String(due))
          }
          if (fillPercent !== undefined && fillPercent >= 85) {
            const key = postKey(measuredAt + fillPercent)
            decisions.push(decision({ at, seq, containerId, subject: containerId, postKey: key }))
            posts.push(fullPost(key, at, containerId, fillPercent))
          }
          return { kind: 'now' }
        },
        advance: (at) => fire(at, newest),
        nextDue: () => due,
        takeEffects() {
          const effects = {
            decisions,
            posts,
            withdrawn: [],
            containers: [...containers.values()],
            state,
          }
          decisions = []
          posts = []
          containers = new Map()
          state = new Map()
          return effects
        },
        replaceTown(other) {
          next = other
        },
        status: (containerId) =>
          counts.has(containerId)
            ? { containerId, word: 'has-room', fillPercent: Number(counts.get(containerId)) }
            : { containerId, word: 'unknown' },
        plans: () => ({}),
        standing: () => [],
      }
    },
  }
}

function fullPost(
  key: DecidedPost['key'],
  at: EpochMs,
  containerId: ContainerId,
  fillPercent: number,
): DecidedPost {
  return {
    key,
    at,
    stationId: ekudden.id,
    audience: 'public',
    kind: 'open',
    priority: 50,
    sendAt: at,
    expiresAt: plus(at, HOUR),
    items: [
      {
        ruleId: 'full',
        episode: String(key),
        subject: containerId,
        template: 'full',
        containerId,
        since: at,
        source: 'sensor',
        fillPercent,
      },
    ],
  }
}
