/**
 * The local calendar as the gates ask it: which day it is, when it ends, whether it is quiet. The same
 * answers as `quiet-hours` and `wallTime` give, remembered for the day at hand, since a morning may
 * bring ten thousand questions about the same minute.
 */
import { DAY, MINUTE, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isHoliday } from './holidays.ts'
import { intervalHolds, quietEnd, quietIntervalOn } from './quiet-hours.ts'
import type { DayInterval, QuietHours } from './quiet-hours.ts'

export interface Calendar {
  /** `2026-05-05` */
  dayOf(at: EpochMs): string
  /** The first instant of the next local day; also where midnight itself is skipped. */
  endOfDay(at: EpochMs): EpochMs
  /** By the clock on the wall. */
  minuteOfDay(at: EpochMs): number
  /** 1 Monday … 7 Sunday. */
  weekday(at: EpochMs): number
  isHoliday(at: EpochMs): boolean
  /**
   * The first instant after `after` at which the clock shows that minute, on one of the weekdays where
   * they are given. On the day that has no such minute it is as long after midnight as ever; on the
   * day that has it twice, the first.
   */
  nextTime(minuteOfDay: number, after: number, weekdays?: readonly number[]): EpochMs
  /** The quiet hours that an instant falls in, and when they end; undefined when it may be spoken. */
  quietAt(at: EpochMs): { readonly interval: DayInterval; readonly until: EpochMs } | undefined
}

interface LocalDay {
  readonly day: string
  readonly from: number
  readonly until: number
  readonly weekday: number
  readonly isHoliday: boolean
  readonly interval: DayInterval | undefined
}

export function createCalendar(timeZone: string, quiet: QuietHours | undefined): Calendar {
  let today: LocalDay | undefined
  let silence: { readonly from: number; readonly until: EpochMs } | undefined
  /** By minute of the day: the next time that the clock shows it, and after when that holds. */
  const coming = new Map<number, { readonly after: number; readonly at: EpochMs }>()

  function dayAt(at: EpochMs): LocalDay {
    if (today && today.from <= at && at < today.until) return today
    const date = Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate()
    today = {
      day: date.toString(),
      from: date.toZonedDateTime({ timeZone }).epochMilliseconds,
      until: date.add({ days: 1 }).toZonedDateTime({ timeZone }).epochMilliseconds,
      weekday: date.dayOfWeek,
      isHoliday: isHoliday(date),
      interval: quiet && quietIntervalOn(quiet, date),
    }
    return today
  }

  function minuteOf(at: EpochMs, { from, until }: LocalDay): number {
    // Only on a day of 24 hours does the clock on the wall show how long ago midnight was.
    return until - from === DAY
      ? Math.floor((at - from) / MINUTE)
      : wallTime(at, timeZone).minuteOfDay
  }

  function findNextTime(
    minuteOfDay: number,
    after: number,
    weekdays: readonly number[] | undefined,
  ): EpochMs {
    const plainTime = new Temporal.PlainTime(Math.floor(minuteOfDay / 60), minuteOfDay % 60)
    let date = Temporal.Instant.fromEpochMilliseconds(after)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate()
    for (;;) {
      const at = date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds
      if (at > after && (!weekdays || weekdays.includes(date.dayOfWeek))) return at as EpochMs
      date = date.add({ days: 1 })
    }
  }

  return {
    dayOf: (at) => dayAt(at).day,
    endOfDay: (at) => dayAt(at).until as EpochMs,
    minuteOfDay: (at) => minuteOf(at, dayAt(at)),
    weekday: (at) => dayAt(at).weekday,
    isHoliday: (at) => dayAt(at).isHoliday,
    nextTime(minuteOfDay, after, weekdays) {
      if (weekdays) return findNextTime(minuteOfDay, after, weekdays)
      const known = coming.get(minuteOfDay)
      if (known && known.after <= after && after < known.at) return known.at
      const at = findNextTime(minuteOfDay, after, undefined)
      coming.set(minuteOfDay, { after, at })
      return at
    },
    quietAt(at) {
      const day = dayAt(at)
      const { interval } = day
      if (!quiet || !interval || !intervalHolds(interval, minuteOf(at, day))) return undefined
      if (!silence || at < silence.from || at >= silence.until) {
        silence = { from: at, until: quietEnd(quiet, at, timeZone) }
      }
      return { interval, until: silence.until }
    },
  }
}
