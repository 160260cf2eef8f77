/** Wall time for a model that asks often: days, hours and the rhythm of visits in one time zone. */
import { DAY, HOUR, instant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import { VISIT_HOUR_WEIGHT, WEEKEND_FACTOR } from './figures.ts'

const WEEK = 7 * DAY

/** Cumulative share of a week's visits at each full hour, from Monday 00:00. */
const CUMULATIVE: readonly number[] = (() => {
  const sums = [0]
  for (let hour = 0; hour < 168; hour++) {
    const weekend = hour >= 120 ? WEEKEND_FACTOR : 1
    sums.push(sums[hour]! + VISIT_HOUR_WEIGHT[hour % 24]! * weekend)
  }
  const total = sums[168]!
  return sums.map((sum) => sum / total)
})()

export interface WallClock {
  /** The local day, as days since 1970-01-01. */
  dayOf(at: EpochMs): number
  /** The instant at which the wall clock shows that many milliseconds into that local day. */
  instantOf(day: number, msOfDay: number): EpochMs
  /**
   * Visits since a fixed Monday, in weeks' worth: the difference of two is the expected share of a
   * week's visits between them.
   */
  visits(at: EpochMs): number
}

/** 0 = Monday … 6 = Sunday. 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}

export function wallClock(timeZone: string): WallClock {
  const offsets = new Map<number, number>()
  const offsetMs = (at: number): number => {
    const hour = Math.floor(at / HOUR)
    let offset = offsets.get(hour)
    if (offset === undefined) {
      const local = Temporal.Instant.fromEpochMilliseconds(hour * HOUR).toZonedDateTimeISO(timeZone)
      offset = local.offsetNanoseconds / 1e6
      if (offsets.size >= 4096) offsets.clear()
      offsets.set(hour, offset)
    }
    return offset
  }
  return {
    dayOf: (at) => Math.floor((at + offsetMs(at)) / DAY),
    instantOf(day, msOfDay) {
      const local = day * DAY + msOfDay
      return instant(local - offsetMs(local - offsetMs(local)))
    },
    visits(at) {
      // Three days before 1970-01-01 was a Monday.
      const sinceMonday = at + offsetMs(at) + 3 * DAY
      const weeks = Math.floor(sinceMonday / WEEK)
      const hours = (sinceMonday - weeks * WEEK) / HOUR
      const hour = Math.floor(hours)
      const from = CUMULATIVE[hour]!
      return weeks + from + (CUMULATIVE[hour + 1]! - from) * (hours - hour)
    },
  }
}
