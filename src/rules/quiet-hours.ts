/**
 * When nothing is said. The hours are half-open intervals of local time, and an instant is tested by
 * asking what the clock on the wall shows then, so the nights when clocks change need no special case:
 * 21:00-07:00 lasts nine hours in March and eleven in October.
 */
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isHoliday } from './holidays.ts'

/** From, and until but not including, in minutes since midnight. `from > until` runs past midnight. */
export interface DayInterval {
  readonly fromMinute: number
  readonly untilMinute: number
  /** As written in the rule file: `21:00-07:00`. */
  readonly text: string
}

export interface QuietHours {
  readonly daily: DayInterval
  /** Instead of `daily` on Sundays and public holidays: the day's own early hours and its own evening. */
  readonly sundaysAndHolidays?: DayInterval
}

const INTERVAL = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/** `21:00-07:00`; undefined for anything else, and for an interval as long as the day or without length. */
export function parseDayInterval(text: string): DayInterval | undefined {
  const match = INTERVAL.exec(text)
  if (!match) return undefined
  const fromMinute = Number(match[1]) * 60 + Number(match[2])
  const untilMinute = Number(match[3]) * 60 + Number(match[4])
  return fromMinute === untilMinute ? undefined : { fromMinute, untilMinute, text }
}

/** The interval that an instant falls in, or undefined when it may be spoken. */
export function quietAt(quiet: QuietHours, at: EpochMs, timeZone: string): DayInterval | undefined {
  const wall = wallTime(at, timeZone)
  const interval = quietIntervalOn(quiet, Temporal.PlainDate.from(wall.day))
  return intervalHolds(interval, wall.minuteOfDay) ? interval : undefined
}

/**
 * The first instant at or after `at` that is not quiet. Looks at the ends of intervals, at midnights
 * (a Sunday may have other hours than the Saturday before it) and at the jumps of the clock.
 */
export function quietEnd(quiet: QuietHours, at: EpochMs, timeZone: string): EpochMs {
  const start = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const candidates: number[] = [at]
  for (let days = 0; days <= 8; days++) {
    const day = start.toPlainDate().add({ days })
    const until = quietIntervalOn(quiet, day).untilMinute
    const time = new Temporal.PlainTime(Math.floor(until / 60), until % 60)
    candidates.push(
      day.toZonedDateTime({ timeZone }).epochMilliseconds,
      day.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds,
    )
  }
  const jump = start.getTimeZoneTransition('next')
  if (jump) candidates.push(jump.epochMilliseconds)
  candidates.sort((a, b) => a - b)
  for (const candidate of candidates) {
    const instant = candidate as EpochMs
    if (instant >= at && !quietAt(quiet, instant, timeZone)) return instant
  }
  throw new Error(`quiet hours never end: ${quiet.daily.text}`)
}

/** The interval that is in force on a local day. */
export function quietIntervalOn(quiet: QuietHours, day: Temporal.PlainDate): DayInterval {
  const special = quiet.sundaysAndHolidays
  return special && (day.dayOfWeek === 7 || isHoliday(day)) ? special : quiet.daily
}

/** Whether a minute of the day falls in the interval. */
export function intervalHolds(interval: DayInterval, minute: number): boolean {
  const { fromMinute, untilMinute } = interval
  return fromMinute <= untilMinute
    ? minute >= fromMinute && minute < untilMinute
    : minute >= fromMinute || minute < untilMinute
}
