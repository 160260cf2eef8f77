/**
 * From the days that a town's file names to windows of time. Pure. Days and hours are of the clock on the
 * wall, so that a window has another length on the nights when the clocks change.
 */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, EmptyingDays, ServiceDays, Station } from '#src/stations/station.ts'
import { MINUTE, plus, WEEKDAYS } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isHoliday } from './holidays.ts'
import type { PlannedEmptying } from './record.ts'

/** The hours where none are written. */
const WHOLE_DAY = { fromMinute: 0, untilMinute: 24 * 60 }
/** A holiday's emptying is moved by so many days at most; longer than any row of holidays. */
const FARTHEST_MOVE_DAYS = 7

/**
 * How far ahead the town's plans are told: to the end of the month after next, 59 to 92 days. The end moves
 * once a month, so that a plan which stays the same is not told anew every day.
 */
export function planHorizon(at: EpochMs, timeZone: string): EpochMs {
  const { year, month } = localDay(at, timeZone)
  return startOf(new Temporal.PlainDate(year, month, 1).add({ months: 3 }), 0, timeZone)
}

/** The first moment of the next day by the town's clock. */
export function nextDay(at: EpochMs, timeZone: string): EpochMs {
  return startOf(localDay(at, timeZone).add({ days: 1 }), 0, timeZone)
}

/**
 * The windows of each container of a station that end after `from` and begin before `until`: in order of
 * time, and where several would overlap, one from the first beginning to the last end. A container without
 * any has an empty list. Ask one such function for all stations: most are emptied on the same days.
 */
export function expandPlans(
  from: EpochMs,
  until: EpochMs,
  timeZone: string,
): (station: Station) => ReadonlyMap<ContainerId, readonly PlannedEmptying[]> {
  const known = new Map<string, readonly PlannedEmptying[]>()
  const windowsOfSome = (days: EmptyingDays) => {
    const { fractions: _fractions, containers: _containers, ...when } = days
    const key = JSON.stringify(when)
    const windows = known.get(key) ?? windowsOf(days, from, until, timeZone)
    known.set(key, windows)
    return windows
  }
  return ({ containers, plan = [] }) =>
    new Map(
      containers.map((container) => {
        const own = plan.filter((days) => isMeant(days, container))
        return [container.id, joined(own.flatMap(windowsOfSome))]
      }),
    )
}

/** The windows of the bike's days that end after `from` and begin before `until`, in order of time. */
export function expandDays(
  days: readonly ServiceDays[],
  from: EpochMs,
  until: EpochMs,
  timeZone: string,
): readonly PlannedEmptying[] {
  return joined(days.flatMap((some) => windowsOf(some, from, until, timeZone)))
}

function isMeant({ fractions, containers }: EmptyingDays, { name, fraction }: Container): boolean {
  if (containers) return containers.includes(name)
  return fractions?.includes(fraction) ?? true
}

function windowsOf(
  days: EmptyingDays,
  from: EpochMs,
  until: EpochMs,
  timeZone: string,
): readonly PlannedEmptying[] {
  const margin = { days: FARTHEST_MOVE_DAYS + 1 }
  const first = localDay(from, timeZone).subtract(margin)
  const last = localDay(until, timeZone).add(margin)
  const named = days.dates
    ? days.dates.map((day) => Temporal.PlainDate.from(day)).filter((day) => isIn(day, first, last))
    : weekdaysBetween(days, first, last)
  return named
    .map((day) => windowOn(day, days.hours ?? WHOLE_DAY, timeZone))
    .filter((window) => window.until > from && window.from < until)
}

function weekdaysBetween(
  days: EmptyingDays,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): readonly Temporal.PlainDate[] {
  const weekdays = (days.weekdays ?? []).map((name) => WEEKDAYS.indexOf(name) + 1)
  const begin = days.from === undefined ? first : Temporal.PlainDate.from(days.from)
  const end = days.until === undefined ? last : Temporal.PlainDate.from(days.until)
  const except = new Set(days.except)
  const found: Temporal.PlainDate[] = []
  for (let day = first; !isAfter(day, last); day = day.add({ days: 1 })) {
    if (!weekdays.includes(day.dayOfWeek) || !isIn(day, begin, end)) continue
    if (!isWeekOf(days, day) || except.has(day.toString())) continue
    const made = isHoliday(day) ? onHoliday(day, days.holidays, except) : day
    if (made) found.push(made)
  }
  return found
}

/** Weeks as calendars number them: after week 53 comes week 1, and both are odd. */
function isWeekOf({ weeks, from }: EmptyingDays, day: Temporal.PlainDate): boolean {
  if (weeks === undefined) return true
  if (typeof weeks === 'string') return (day.weekOfYear! % 2 === 1) === (weeks === 'odd')
  const daysApart = mondayOf(Temporal.PlainDate.from(from!)).until(mondayOf(day)).days
  return daysApart % (7 * weeks) === 0
}

function mondayOf(day: Temporal.PlainDate): Temporal.PlainDate {
  return day.subtract({ days: day.dayOfWeek - 1 })
}

/** When a holiday's emptying is made instead; undefined for not at all. */
function onHoliday(
  holiday: Temporal.PlainDate,
  way: EmptyingDays['holidays'],
  except: ReadonlySet<string>,
): Temporal.PlainDate | undefined {
  if (way === undefined) return holiday
  if (way === 'skip') return undefined
  const step = { days: way === 'before' ? -1 : 1 }
  let day = holiday
  for (let moved = 1; moved <= FARTHEST_MOVE_DAYS; moved++) {
    day = day.add(step)
    if (day.dayOfWeek < 6 && !isHoliday(day) && !except.has(day.toString())) return day
  }
  return undefined
}

function windowOn(
  day: Temporal.PlainDate,
  { fromMinute, untilMinute }: NonNullable<EmptyingDays['hours']>,
  timeZone: string,
): PlannedEmptying {
  const from = startOf(day, fromMinute, timeZone)
  const until = startOf(day, untilMinute, timeZone)
  // Hours that the clock skips in spring still have their length.
  return { from, until: until > from ? until : plus(from, (untilMinute - fromMinute) * MINUTE) }
}

/** In order of time; those that overlap are one, from the first beginning to the last end. */
export function joined(windows: readonly PlannedEmptying[]): readonly PlannedEmptying[] {
  const apart: PlannedEmptying[] = []
  for (const window of windows.toSorted((a, b) => a.from - b.from || a.until - b.until)) {
    const before = apart.at(-1)
    if (!before || window.from >= before.until) apart.push(window)
    else if (window.until > before.until)
      apart[apart.length - 1] = { ...before, until: window.until }
  }
  return apart
}

function localDay(at: EpochMs, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
}

/** The instant at which the clock on the wall shows so many minutes after the day's midnight. */
function startOf(day: Temporal.PlainDate, minute: number, timeZone: string): EpochMs {
  const plainTime = Temporal.PlainTime.from({
    hour: Math.trunc((minute % 1440) / 60),
    minute: minute % 60,
  })
  const date = minute >= 1440 ? day.add({ days: 1 }) : day
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds as EpochMs
}

function isIn(
  day: Temporal.PlainDate,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): boolean {
  return !isAfter(first, day) && !isAfter(day, last)
}

function isAfter(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) > 0
}
