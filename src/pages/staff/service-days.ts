/** Which days the board can show: those on which the bike runs, some weeks back and as far ahead as it is booked. */
import type { Terms } from '#src/pickups/booking/booking.ts'
import { slotsBetween } from '#src/pickups/booking/service-days.ts'
import { DAY, type EpochMs, plus, wallTime } from '#src/stations/time.ts'
import { isDay } from '#src/stations/town-shape.ts'

const DAYS_BACK = 28

export function daysAround(terms: Terms, now: EpochMs): readonly string[] {
  const { opensDays } = terms.bike
  const slots = slotsBetween(terms, plus(now, -DAYS_BACK * DAY), plus(now, opensDays * DAY))
  return [...new Set(slots.map(({ day }) => day))]
}

/** The day that is asked for, or today, or the next one; undefined where none is to come. */
export function chosenDay(asked: unknown, terms: Terms, now: EpochMs): string | undefined {
  if (typeof asked === 'string' && isDay(asked)) return asked
  const today = wallTime(now, terms.timeZone).day
  return daysAround(terms, now).find((day) => day >= today)
}
