/** A far end in trouble is left alone for a while, and whoever else goes there waits too. In memory alone. */
import { MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

export interface Rests {
  /** Until when a far end is left alone; undefined when it may be tried. */
  until(farEnd: string, now: EpochMs): EpochMs | undefined
  /** It failed; `afterMs` is its own wish. Gives until when it rests. */
  fail(farEnd: string, now: EpochMs, afterMs?: number): EpochMs
  /** It answered. */
  heard(farEnd: string): void
}

const FIRST_MS = 2 * SECOND
const LONGEST_MS = 5 * MINUTE
const MOST_FAR_ENDS = 1000

export function createRests(random: () => number): Rests {
  const known = new Map<string, { readonly until: EpochMs; readonly failures: number }>()
  return {
    until(farEnd, now) {
      const rest = known.get(farEnd)
      return rest && rest.until > now ? rest.until : undefined
    },
    fail(farEnd, now, afterMs) {
      const before = known.get(farEnd)
      // Those that were under way together failed together.
      const isNew = before === undefined || before.until <= now
      const failures = isNew ? (before?.failures ?? 0) + 1 : before.failures
      const ms = afterMs ?? Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
      const until = plus(now, Math.round(ms * (afterMs === undefined ? 0.5 + random() / 2 : 1)))
      known.delete(farEnd)
      known.set(farEnd, { until: Math.max(until, before?.until ?? 0) as EpochMs, failures })
      if (known.size > MOST_FAR_ENDS) known.delete(known.keys().next().value!)
      return until
    },
    heard: (farEnd) => {
      known.delete(farEnd)
    },
  }
}
