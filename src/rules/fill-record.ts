/** How full a box has been, day by day, from its levels in buckets of time. Pure. */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** A bucket with levels in it; one without is left out. */
export interface LevelBucket {
  readonly from: EpochMs
  readonly meanPercent: number
  readonly maxPercent: number
}

export interface FillRecord {
  /** Each day's highest level, rounded; undefined where none was known. */
  readonly highs: readonly (number | undefined)[]
  readonly knownMs: number
  readonly fullMs: number
  /** How many times it became full: unknown in between is no news. */
  readonly fullTimes: number
}

/** From here on a box counts as full in statistics. */
export const FULL_PERCENT = 90
/** A level is held for true until the next one, but no longer than this. */
const HELD_MS = 6 * HOUR

/**
 * `days` are the days' beginnings, oldest first; `to` ends the last. Buckets and emptyings are oldest first.
 * Full ends with a level below or with an emptying: a sensor that speaks once a day has said nothing else since.
 */
export function fillRecord(
  buckets: readonly LevelBucket[],
  days: readonly EpochMs[],
  to: EpochMs,
  emptiedAt: readonly EpochMs[] = [],
): FillRecord {
  let knownMs = 0
  let fullMs = 0
  let fullTimes = 0
  let lastFull: EpochMs | undefined
  for (const [i, { from, meanPercent }] of buckets.entries()) {
    const until = Math.min(buckets[i + 1]?.from ?? to, from + HELD_MS, to)
    knownMs += until - from
    if (meanPercent < FULL_PERCENT) {
      lastFull = undefined
      continue
    }
    fullMs += until - from
    const since = lastFull
    const isStillFull = since !== undefined && !emptiedAt.some((at) => at > since && at <= from)
    if (!isStillFull) fullTimes += 1
    lastFull = from
  }
  return { highs: highsByDay(buckets, days), knownMs, fullMs, fullTimes }
}

function highsByDay(
  buckets: readonly LevelBucket[],
  days: readonly EpochMs[],
): readonly (number | undefined)[] {
  const highs: (number | undefined)[] = days.map(() => undefined)
  let day = 0
  for (const { from, maxPercent } of buckets) {
    while (day + 1 < days.length && from >= days[day + 1]!) day += 1
    if (from < days[day]!) continue
    highs[day] = Math.max(highs[day] ?? 0, Math.round(maxPercent))
  }
  return highs
}

/** Several boxes as one: times are added, a day's level is the mean of those known. */
export function addRecords(records: readonly FillRecord[], days: number): FillRecord {
  const sum = (of: (record: FillRecord) => number) => records.reduce((n, r) => n + of(r), 0)
  return {
    highs: Array.from({ length: days }, (_, i) => {
      const known = records.flatMap(({ highs }) => highs[i] ?? [])
      if (known.length === 0) return undefined
      return Math.round(known.reduce((a, b) => a + b, 0) / known.length)
    }),
    knownMs: sum((r) => r.knownMs),
    fullMs: sum((r) => r.fullMs),
    fullTimes: sum((r) => r.fullTimes),
  }
}

/** The level that held at an instant: its bucket's highest, since the box may be emptied minutes later. */
export function levelAt(buckets: readonly LevelBucket[], at: EpochMs): number | undefined {
  const bucket = buckets.findLast(({ from }) => from <= at)
  return bucket && at - bucket.from < HELD_MS ? bucket.maxPercent : undefined
}
