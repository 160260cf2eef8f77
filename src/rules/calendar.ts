/**
 * The local calendar as the gates ask it: which day it is, when it ends, whether it is quiet. The same
 * answers as `quiet-hours` and `wallTime` give, remembered for the day at hand, since a morning may
 * bring ten thousand questions about the same minute.
 */
import { DAY, MINUTE, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { intervalHolds, quietEnd, quietIntervalOn } from './quiet-hours.ts'
import type { DayInterval, QuietHours } from './quiet-hours.ts'

export interface Calendar {
  /** `2026-05-05` */
  dayOf(at: EpochMs): string
  /** The first instant of the next local day; also where midnight itself is skipped. */
  endOfDay(at: EpochMs): EpochMs
  /** The quiet hours that an instant falls in, and when they end; undefined when it may be spoken. */
  quietAt(at: EpochMs): { readonly interval: DayInterval; readonly until: EpochMs } | undefined
}

interface LocalDay {
  readonly day: string
  readonly from: number
  readonly until: number
  readonly interval: DayInterval | undefined
}

export function createCalendar(timeZone: string, quiet: QuietHours | undefined): Calendar {
  let today: LocalDay | undefined
  let silence: { readonly from: number; readonly until: EpochMs } | undefined

  function dayAt(at: EpochMs): LocalDay {
    if (today && today.from <= at && at < today.until) return today
    const date = Temporal.Instant.fromEpochMilliseconds(at)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate()
    today = {
      day: date.toString(),
      from: date.toZonedDateTime({ timeZone }).epochMilliseconds,
      until: date.add({ days: 1 }).toZonedDateTime({ timeZone }).epochMilliseconds,
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

  return {
    dayOf: (at) => dayAt(at).day,
    endOfDay: (at) => dayAt(at).until as EpochMs,
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
