/** Instants are numbers; calendars are asked through Temporal, and only where wall time matters. */

declare const epochMs: unique symbol
/** Milliseconds since 1970-01-01T00:00Z. What we keep, compare and send. */
export type EpochMs = number & { readonly [epochMs]: true }

/** What time it is. Handed in at the rim; inside, `now` and `at` are arguments. */
export type Clock = () => EpochMs

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const DEFAULT_TIME_ZONE = 'Europe/Stockholm'

/** The span in which an instant is taken seriously: what a JavaScript date can hold. */
const LIMIT = 8.64e15

/** A finite number of milliseconds as an instant; throws on anything else, since that is our own fault. */
export function instant(ms: number): EpochMs {
  if (!Number.isFinite(ms) || Math.abs(ms) > LIMIT) throw new RangeError(`not an instant: ${ms}`)
  return Math.trunc(ms) as EpochMs
}

export function plus(at: EpochMs, ms: number): EpochMs {
  return (at + ms) as EpochMs
}

const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(Z|[+-]\d{2}(?::?\d{2})?)$/

/**
 * ISO 8601 text with an offset (RFC 3339, nanoseconds accepted and cut), or epoch milliseconds.
 * Undefined for anything else: text without an offset is nobody's time.
 */
export function parseInstant(value: unknown): EpochMs | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && Math.abs(value) <= LIMIT
      ? (Math.trunc(value) as EpochMs)
      : undefined
  }
  if (typeof value !== 'string') return undefined
  const plain = parsePlainUtc(value)
  if (plain !== undefined) return plain
  if (!ISO.test(value)) return undefined
  try {
    return Temporal.Instant.from(value.replace(' ', 'T').replace(',', '.'))
      .epochMilliseconds as EpochMs
  } catch {
    return undefined
  }
}

/**
 * The one spelling that nearly every message has, `2026-05-05T10:45:00Z` or with three decimals, four
 * times as fast as by Temporal. Undefined for any other, right or wrong: the caller asks Temporal then.
 */
function parsePlainUtc(text: string): EpochMs | undefined {
  const { length } = text
  if (length !== 20 && length !== 24) return undefined
  if (
    text.charCodeAt(4) !== 45 ||
    text.charCodeAt(7) !== 45 ||
    text.charCodeAt(10) !== 84 ||
    text.charCodeAt(13) !== 58 ||
    text.charCodeAt(16) !== 58 ||
    text.charCodeAt(length - 1) !== 90 ||
    (length === 24 && text.charCodeAt(19) !== 46)
  ) {
    return undefined
  }
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  const second = digits(text, 17, 19)
  const ms = length === 24 ? digits(text, 20, 23) : 0
  // Days past the 28th are left to Temporal, which knows the months.
  const inRange = month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60
  if (!inRange || !(second < 60) || !(ms < 1000) || !(year >= 100)) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) as EpochMs
}

/** The number written in a slice of text; NaN when it isn't all digits. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** `2026-05-05T10:45:00.000Z` */
export function isoText(at: EpochMs): string {
  return new Date(at).toISOString()
}

/** For JSON, which knows null and not undefined. */
export function isoOrNull(at: EpochMs | undefined): string | null {
  return at === undefined ? null : isoText(at)
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/
const UNIT_MS = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY } as const

/** `30m`, `2h`, `1d`, `90s` in milliseconds; undefined for anything else. A day is 24 elapsed hours. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text)
  if (!match) return undefined
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS]
}

/** The other way round, in the largest unit that gives a whole number: `90m`, `2h`. */
export function writeDuration(ms: number): string {
  const units = Object.entries(UNIT_MS).toReversed()
  const [unit, size] = units.find(([, size]) => ms % size === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

/** Names of weekdays as files write them, Monday first. */
export const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

export interface WallTime {
  /** `2026-05-05` */
  readonly day: string
  /** Minutes since local midnight by the clock on the wall, 0…1439. */
  readonly minuteOfDay: number
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number
}

/** What the clock on the wall shows. */
export function wallTime(at: EpochMs, timeZone: string): WallTime {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  return {
    day: local.toPlainDate().toString(),
    minuteOfDay: local.hour * 60 + local.minute,
    weekday: local.dayOfWeek,
  }
}

const WALL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/

/** `2026-05-05T10:45` by the clock on the wall, the first where it comes twice; undefined for anything else. */
export function parseWall(text: string, timeZone: string): EpochMs | undefined {
  if (!WALL.test(text)) return undefined
  try {
    const wall = Temporal.PlainDateTime.from(text)
    return instant(wall.toZonedDateTime(timeZone).epochMilliseconds)
  } catch {
    return undefined
  }
}

/** The month on the wall: `2026-05`. */
export function monthOf(at: EpochMs, timeZone: string): string {
  return wallTime(at, timeZone).day.slice(0, 7)
}

/** When the next month begins on the wall. */
export function nextMonth(at: EpochMs, timeZone: string): EpochMs {
  const first = Temporal.PlainYearMonth.from(monthOf(at, timeZone))
    .add({ months: 1 })
    .toPlainDate({ day: 1 })
  return first.toZonedDateTime(timeZone).epochMilliseconds as EpochMs
}
