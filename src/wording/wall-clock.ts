/** Clock times and distances as people say them. */
import { DAY, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** `10:15` by the clock on the wall. */
export function clockText(at: EpochMs, timeZone: string): string {
  const { minuteOfDay } = wallTime(at, timeZone)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.trunc(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`
}

/** `10:15`, `4 maj 22:40` or, from another year, `31 december 2025 22:40`. */
export function clockWithDay(
  at: EpochMs,
  now: EpochMs,
  timeZone: string,
  locale: 'sv-SE' | 'en-GB',
): string {
  const clock = clockText(at, timeZone)
  const day = wallTime(at, timeZone).day
  const today = wallTime(now, timeZone).day
  if (day === today) return clock
  const isSameYear = day.slice(0, 4) === today.slice(0, 4)
  return `${isSameYear ? dateText(day, locale) : dateWithYear(day, locale)} ${clock}`
}

/** `4 maj`, `4 May`, of a day as `2026-05-04`. */
export function dateText(day: string, locale: 'sv-SE' | 'en-GB'): string {
  return Temporal.PlainDate.from(day).toLocaleString(locale, { day: 'numeric', month: 'long' })
}

function dateWithYear(day: string, locale: 'sv-SE' | 'en-GB'): string {
  return Temporal.PlainDate.from(day).toLocaleString(locale, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  })
}

/** `torsdag`, `Thursday`, of a day as `2026-05-07`. */
export function weekdayText(day: string, locale: 'sv-SE' | 'en-GB'): string {
  return Temporal.PlainDate.from(day).toLocaleString(locale, { weekday: 'long' })
}

/** How many local days lie between two instants: 1 from today to tomorrow, whatever the clock shows. */
export function daysBetween(from: EpochMs, to: EpochMs, timeZone: string): number {
  const dayOf = (at: EpochMs) => Temporal.PlainDate.from(wallTime(at, timeZone).day)
  return dayOf(from).until(dayOf(to)).days
}

/** 1 … 12 and 1 … 31 by the calendar on the wall. */
export function dayOfMonth(at: EpochMs, timeZone: string): { month: number; date: number } {
  const [, month, date] = wallTime(at, timeZone).day.split('-')
  return { month: Number(month), date: Number(date) }
}

/** `12:45`; with the date, `12 maj 12:45`, where that is a day or more from now. `months` begin with January. */
export function clockNear(
  at: EpochMs,
  now: EpochMs,
  timeZone: string,
  months: readonly string[],
): string {
  const clock = clockText(at, timeZone)
  if (Math.abs(at - now) < DAY) return clock
  const { month, date } = dayOfMonth(at, timeZone)
  return `${date} ${months[month - 1]} ${clock}`
}

/** `50 m`, `600 m`, `1 km`, `1,2 km`: steps of 50 m under a kilometre, then of 100 m. */
export function distanceText(metres: number, decimalSign: ',' | '.'): string {
  const steps = Math.max(1, Math.round(metres / 50)) * 50
  if (steps < 1000) return `${steps} m`
  const tenths = Math.round(metres / 100)
  const whole = Math.trunc(tenths / 10)
  return tenths % 10 === 0 ? `${whole} km` : `${whole}${decimalSign}${tenths % 10} km`
}
