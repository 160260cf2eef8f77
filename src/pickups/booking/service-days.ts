/** Which slots there are, from when and until when they can be booked. Days are of the town's calendar. */
import { isHoliday } from '#src/rules/holidays.ts'
import { expandDays } from '#src/rules/town-plan.ts'
import type { Deadline, Slot } from '#src/stations/return-bike.ts'
import { DAY, instant, plus, wallTime, WEEKDAYS } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { SlotRef, Terms } from './booking.ts'

export interface SlotTime extends SlotRef {
  readonly slot: Slot
  readonly from: EpochMs
  readonly until: EpochMs
  /** From this instant on it is too late to book it. */
  readonly closesAt: EpochMs
}

/** The slots of the service days that begin within a span, in order of time. */
export function slotsBetween(terms: Terms, from: EpochMs, until: EpochMs): readonly SlotTime[] {
  const { bike, serviceDays, timeZone } = terms
  const windows = expandDays(serviceDays, from, until, timeZone)
  return windows
    .flatMap((window) => {
      const { day, weekday } = wallTime(window.from, timeZone)
      return bike.slots
        .filter(({ weekdays }) => weekdays?.includes(WEEKDAYS[weekday - 1]!) ?? true)
        .map((slot): SlotTime => {
          const at = (minute: number) => instantAt(day, minute, timeZone)
          return {
            day,
            slotId: slot.id,
            slot,
            from: at(slot.fromMinute),
            until: at(slot.untilMinute),
            closesAt: deadlineBefore(day, bike.closes, timeZone),
          }
        })
        .filter((slot) => slot.from >= window.from && slot.until <= window.until)
    })
    .filter((slot) => slot.from >= from && slot.from < until)
    .toSorted((a, b) => a.from - b.from)
}

/** The slots that may be booked ahead of an instant, those that have closed already among them. */
export function slotsAhead(terms: Terms, now: EpochMs): readonly SlotTime[] {
  return slotsBetween(terms, now, plus(now, terms.bike.opensDays * DAY))
}

/** A slot by its name, however far ahead; undefined where the bike doesn't run then. */
export function findSlot(terms: Terms, { day, slotId }: SlotRef): SlotTime | undefined {
  const midnight = instantAt(day, 0, terms.timeZone)
  const about = slotsBetween(terms, plus(midnight, -1), plus(midnight, 2 * DAY))
  return about.find((slot) => slot.day === day && slot.slotId === slotId)
}

/**
 * The instant at which a deadline before a day runs out: so many working days before it. Saturdays,
 * Sundays and public holidays are no working days; with none the deadline is on the day itself.
 */
export function deadlineBefore(
  day: string,
  { workingDays, minuteOfDay }: Deadline,
  timeZone: string,
): EpochMs {
  let date = Temporal.PlainDate.from(day)
  for (let left = workingDays; left > 0;) {
    date = date.subtract({ days: 1 })
    if (date.dayOfWeek < 6 && !isHoliday(date)) left -= 1
  }
  return instantAt(date.toString(), minuteOfDay, timeZone)
}

/** When the clock on the wall shows so many minutes after a day's midnight. */
export function instantAt(day: string, minuteOfDay: number, timeZone: string): EpochMs {
  const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minuteOfDay / 1440) })
  const plainTime = Temporal.PlainTime.from({
    hour: Math.trunc((minuteOfDay % 1440) / 60),
    minute: minuteOfDay % 60,
  })
  return instant(date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds)
}

export function addDays(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

/** Whole days from one to the other; negative where the other is earlier. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' })
    .days
}
