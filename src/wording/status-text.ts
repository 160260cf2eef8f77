/** Words for a container's state, and ages and clock times as people say them. Pure: both instants are arguments. */
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { PlannedEmptying } from '#src/rules/record.ts'
import type { Fault } from '#src/stations/reading.ts'
import { DAY, HOUR, MINUTE, SECOND, wallTime, type EpochMs } from '#src/stations/time.ts'
import { dottedClock } from './finnish-clock.ts'
import { clockText } from './wall-clock.ts'

export type StatusWord = ContainerStatus['word']

const STATUS_WORDS: Record<Language, Record<StatusWord, string>> = {
  sv: {
    'has-room': 'Plats finns',
    'nearly-full': 'Nästan fullt',
    full: 'Fullt',
    unknown: 'Okänt',
  },
  en: { 'has-room': 'Has room', 'nearly-full': 'Nearly full', full: 'Full', unknown: 'Unknown' },
  fi: {
    'has-room': 'Tilaa on',
    'nearly-full': 'Melkein täynnä',
    full: 'Täynnä',
    unknown: 'Ei tiedossa',
  },
}

/** `Plats finns`, `Nearly full`. */
export function statusWord(word: StatusWord, language: Language): string {
  return STATUS_WORDS[language][word]
}

const FAULT_TEXTS: Record<Language, Record<Fault, string>> = {
  sv: {
    'no-echo': 'givaren får inget eko',
    'below-dead-zone': 'något är för nära givaren',
    'beyond-floor': 'givaren ser längre än till botten',
    tilted: 'behållaren eller givaren står snett',
    'sensor-error': 'givaren säger att den är trasig',
    'out-of-range': 'värdet är orimligt',
  },
  en: {
    'no-echo': 'the sensor gets no echo',
    'below-dead-zone': 'something is too close to the sensor',
    'beyond-floor': 'the sensor sees further than the floor',
    tilted: 'the container or the sensor is tilted',
    'sensor-error': 'the sensor says that it is broken',
    'out-of-range': 'the value makes no sense',
  },
  fi: {
    'no-echo': 'anturi ei saa kaikua',
    'below-dead-zone': 'jokin on liian lähellä anturia',
    'beyond-floor': 'anturi näkee pohjaa kauemmas',
    tilted: 'astia tai anturi on vinossa',
    'sensor-error': 'anturi ilmoittaa olevansa rikki',
    'out-of-range': 'arvo on mahdoton',
  },
}

/** Why a device could not measure: `givaren får inget eko`. */
export function faultText(fault: Fault, language: Language): string {
  return FAULT_TEXTS[language][fault]
}

/** `3 timmar`, `1 day`; whole units, rounded down, at least one second. */
export function spanText(ms: number, language: Language): string {
  const [unit, size] =
    ms >= 2 * DAY
      ? (['day', DAY] as const)
      : ms >= HOUR
        ? (['hour', HOUR] as const)
        : ms >= MINUTE
          ? (['minute', MINUTE] as const)
          : (['second', SECOND] as const)
  const count = Math.max(1, Math.floor(ms / size))
  return `${count} ${UNITS[language][unit][count === 1 ? 0 : 1]}`
}

const UNITS = {
  sv: {
    second: ['sekund', 'sekunder'],
    minute: ['min', 'min'],
    hour: ['timme', 'timmar'],
    day: ['dygn', 'dygn'],
  },
  en: {
    second: ['second', 'seconds'],
    minute: ['min', 'min'],
    hour: ['hour', 'hours'],
    day: ['day', 'days'],
  },
  fi: {
    second: ['sekunti', 'sekuntia'],
    minute: ['min', 'min'],
    hour: ['tunti', 'tuntia'],
    day: ['vuorokausi', 'vuorokautta'],
  },
} as const

/** How long ago something was: `nyss`, `för 12 min sedan`, `3 hours ago`. An instant ahead of `at` counts as just now. */
export function ageText(from: EpochMs, at: EpochMs, language: Language): string {
  const age = at - from
  const { justNow, ago } = AGO[language]
  return age < MINUTE ? justNow : ago(spanText(age, language))
}

const AGO = {
  sv: { justNow: 'nyss', ago: (span: string) => `för ${span} sedan` },
  en: { justNow: 'just now', ago: (span: string) => `${span} ago` },
  fi: { justNow: 'juuri nyt', ago: (span: string) => `${span} sitten` },
} as const

const LOCALES: Record<Language, string> = { sv: 'sv-SE', en: 'en-GB', fi: 'fi-FI' }

export function localeOf(language: Language): string {
  return LOCALES[language]
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a formatter costs far more than using one, so each is made once. */
function format(
  language: Language,
  timeZone: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${language} ${timeZone} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone })
  formats.set(key, made)
  return made
}

/** `tisdag`, `Tuesday`. */
export function weekdayText(at: EpochMs, timeZone: string, language: Language): string {
  return format(language, timeZone, { weekday: 'long' }).format(at)
}

/** `5 maj 2026`, `5 May 2026`. */
export function dateText(at: EpochMs, timeZone: string, language: Language): string {
  return format(language, timeZone, { day: 'numeric', month: 'long', year: 'numeric' }).format(at)
}

/** `maj 2026`, of a month as `2026-05`. */
export function monthText(month: string, language: Language): string {
  const noon = Date.parse(`${month}-01T12:00:00Z`) as EpochMs
  return format(language, 'UTC', { month: 'long', year: 'numeric' }).format(noon)
}

/** `tis 5 maj`, `Tue 5 May`: short, for tables and axes. */
export function shortDayText(at: EpochMs, timeZone: string, language: Language): string {
  return format(language, timeZone, { weekday: 'short', day: 'numeric', month: 'short' })
    .format(at)
    .replace(',', '')
}

/** `tisdag 5 maj`, `Tuesday 5 May`, `tiistai 5. toukokuuta`. */
export function longDayText(at: EpochMs, timeZone: string, language: Language): string {
  return format(language, timeZone, { weekday: 'long', day: 'numeric', month: 'long' })
    .format(at)
    .replace(',', '')
}

function dayNumber(at: EpochMs, timeZone: string): number {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate()
  return Date.UTC(day.year, day.month - 1, day.day) / DAY
}

/**
 * When something was, as one would say it at `now`: `i dag 07:40`, `i går 23:10`, `tisdag 07:40`
 * within the last six days, otherwise `5 maj 2026 07:40`.
 */
export function whenText(at: EpochMs, now: EpochMs, timeZone: string, language: Language): string {
  const clock = sayClock(at, timeZone, language)
  const daysAgo = dayNumber(now, timeZone) - dayNumber(at, timeZone)
  const recent = RECENT_DAYS[language][daysAgo]
  if (recent !== undefined) return `${recent} ${clock}`
  if (daysAgo > 1 && daysAgo < 7) {
    const weekday = weekdayText(at, timeZone, language)
    return `${language === 'fi' ? `${weekday}na` : weekday} ${clock}`
  }
  return `${dateText(at, timeZone, language)} ${clock}`
}

const RECENT_DAYS: Record<Language, readonly string[]> = {
  sv: ['i dag', 'i går'],
  en: ['today', 'yesterday'],
  fi: ['tänään', 'eilen'],
}

/** `07:40`, `klo 7.40`. */
function sayClock(at: EpochMs, timeZone: string, language: Language): string {
  return language === 'fi' ? `klo ${dottedClock(at, timeZone)}` : clockText(at, timeZone)
}

/**
 * When something is to be, as one would say it at `now`: `i dag 06:00–14:00`, `i morgon` for the whole
 * day, `på torsdag 06:00–14:00` within six days, otherwise `den 24 december 06:00–14:00`; while it goes
 * on, `i dag före 14:00`.
 */
export function windowText(
  { from, until }: PlannedEmptying,
  now: EpochMs,
  timeZone: string,
  language: Language,
): string {
  const words = WINDOW_WORDS[language]
  const lastMoment = (until - 1) as EpochMs
  const first = comingDay(from, now, timeZone, language)
  const last = comingDay(lastMoment, now, timeZone, language)
  const clock = (at: EpochMs) => words.clock(at, timeZone)
  const begin = clock(from)
  const isToMidnight = clockText(until, timeZone) === '00:00'
  const end = isToMidnight ? words.midnight : clock(until)
  if (from <= now) return isToMidnight ? last.on : words.before(last.on, end)
  const isWhole = clockText(from, timeZone) === '00:00' && isToMidnight
  const isOneDay = dayNumber(from, timeZone) === dayNumber(lastMoment, timeZone)
  if (isWhole) return isOneDay ? first.on : words.between(first.name, last.name)
  return isOneDay || until - from < DAY
    ? words.during(first.on, begin, end)
    : words.between(`${first.name} ${begin}`, `${last.name} ${end}`)
}

/** The parts of a day that a forecast is told by: nobody knows the minute. */
const PART_HOURS = [0, 6, 10, 14, 18, 24] as const

/** When something is expected, as the part of the day; two days ahead and more as the day. */
export function expectedText(
  at: EpochMs,
  now: EpochMs,
  timeZone: string,
  language: Language,
): string {
  const { day, minuteOfDay } = wallTime(at, timeZone)
  const isNear = dayNumber(at, timeZone) - dayNumber(now, timeZone) < 2
  const part = isNear ? PART_HOURS.findLastIndex((hour) => minuteOfDay >= hour * 60) : undefined
  const [first, last] = part === undefined ? [0, 24] : [PART_HOURS[part]!, PART_HOURS[part + 1]!]
  const midnight = Temporal.PlainDate.from(day)
  const on = (hour: number) =>
    midnight
      .add({ days: hour === 24 ? 1 : 0 })
      .toZonedDateTime({ timeZone, plainTime: { hour: hour % 24 } }).epochMilliseconds as EpochMs
  return windowText({ from: on(first), until: on(last) }, now, timeZone, language)
}

const COLON_CLOCK = {
  clock: clockText,
  midnight: '24:00',
  during: (day: string, begin: string, end: string) => `${day} ${begin}–${end}`,
}

const WINDOW_WORDS = {
  sv: {
    ...COLON_CLOCK,
    days: ['i dag', 'i morgon'],
    onWeekday: (day: string) => `på ${day}`,
    onDate: (date: string) => `den ${date}`,
    before: (day: string, clock: string) => `${day} före ${clock}`,
    between: (first: string, last: string) => `från ${first} till ${last}`,
  },
  en: {
    ...COLON_CLOCK,
    days: ['today', 'tomorrow'],
    onWeekday: (day: string) => `on ${day}`,
    onDate: (date: string) => `on ${date}`,
    before: (day: string, clock: string) => `${day} before ${clock}`,
    between: (first: string, last: string) => `from ${first} to ${last}`,
  },
  fi: {
    clock: dottedClock,
    midnight: '24.00',
    during: (day: string, begin: string, end: string) => `${day} klo ${begin}–${end}`,
    days: ['tänään', 'huomenna'],
    onWeekday: (day: string) => `${day}na`,
    onDate: (date: string) => date,
    before: (day: string, clock: string) => `${day} ennen klo ${clock}`,
    between: (first: string, last: string) => `${first} – ${last}`,
  },
} as const

/** `torsdag`, and as one says when something is: `på torsdag`. */
function comingDay(
  at: EpochMs,
  now: EpochMs,
  timeZone: string,
  language: Language,
): { readonly name: string; readonly on: string } {
  const words = WINDOW_WORDS[language]
  const daysAhead = dayNumber(at, timeZone) - dayNumber(now, timeZone)
  if (daysAhead === 0 || daysAhead === 1) {
    const name = words.days[daysAhead]
    return { name, on: name }
  }
  if (daysAhead > 1 && daysAhead < 7) {
    const name = weekdayText(at, timeZone, language)
    return { name, on: words.onWeekday(name) }
  }
  const isThisYear =
    wallTime(at, timeZone).day.slice(0, 4) === wallTime(now, timeZone).day.slice(0, 4)
  const name = isThisYear
    ? format(language, timeZone, { day: 'numeric', month: 'long' }).format(at)
    : dateText(at, timeZone, language)
  return { name, on: words.onDate(name) }
}
