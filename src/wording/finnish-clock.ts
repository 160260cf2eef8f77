/** Clock times and days as Finnish writes them. */
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** Monday first; with `na` at the end they say when: `torstaina`. */
export const DAYS_FI = 'maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai'.split(
  ' ',
)

/** `klo 10.15`; from another day `4.5. klo 22.40`, from another year `31.12.2025 klo 22.40`. */
export function klo(at: EpochMs, now: EpochMs, timeZone: string): string {
  const clock = `klo ${dottedClock(at, timeZone)}`
  const day = wallTime(at, timeZone).day
  const today = wallTime(now, timeZone).day
  if (day === today) return clock
  const { year, month, day: date } = Temporal.PlainDate.from(day)
  return `${date}.${month}.${day.slice(0, 4) === today.slice(0, 4) ? '' : year} ${clock}`
}

/** `10.15`, `9.05` */
export function dottedClock(at: EpochMs, timeZone: string): string {
  const { minuteOfDay } = wallTime(at, timeZone)
  return `${Math.trunc(minuteOfDay / 60)}.${String(minuteOfDay % 60).padStart(2, '0')}`
}
