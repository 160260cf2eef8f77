/** The times of a rule test: durations from its start, and what a clock on the wall shows. */
import { DAY, HOUR, MINUTE, SECOND, instant, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** A time as it is written, before it is known when the test starts. */
export type When =
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'wall'; readonly plain: string; readonly offset: string | undefined }

/** When a test starts, and where its clock hangs. */
export interface Start {
  readonly at: EpochMs
  readonly timeZone: string
}

const SPAN = /^(-?)(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?$/

/** `1h46m`, `30m`, `1d`, `-5m` in milliseconds; undefined for anything else. */
export function parseSpan(text: string): number | undefined {
  const match = SPAN.exec(text)
  if (!match) return undefined
  const [, sign, days, hours, minutes, seconds, ms] = match
  const count = (part: string | undefined) => Number(part ?? 0)
  const span =
    count(days) * DAY +
    count(hours) * HOUR +
    count(minutes) * MINUTE +
    count(seconds) * SECOND +
    count(ms)
  return sign === '-' ? -span : span
}

export function writeSpan(ms: number): string {
  if (ms < 0) return `-${writeSpan(-ms)}`
  const parts: string[] = []
  let rest = ms
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
    ['ms', 1],
  ] as const) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count}${unit}`)
    rest -= count * size
  }
  return parts.length === 0 ? '0s' : parts.join('')
}

const WALL = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:\d{2})?$/

/** `1h46m`, `2026-05-06T07:00`, and for an hour that comes twice `2026-10-25T02:30+01:00`. */
export function parseWhen(text: string): When | undefined {
  const ms = parseSpan(text)
  if (ms !== undefined) return { kind: 'after', ms }
  const [, plain, offset] = WALL.exec(text) ?? []
  if (plain === undefined) return undefined
  try {
    Temporal.PlainDateTime.from(plain)
    return { kind: 'wall', plain, offset }
  } catch {
    return undefined
  }
}

/**
 * The instant that is meant. An hour that comes twice is the first of the two unless its offset is
 * given; one that is skipped is as long after midnight as ever.
 */
export function resolveWhen(when: When, { at, timeZone }: Start): EpochMs {
  if (when.kind === 'after') return instant(at + when.ms)
  const { plain, offset } = when
  if (offset !== undefined) return instant(Temporal.Instant.from(plain + offset).epochMilliseconds)
  return instant(Temporal.PlainDateTime.from(plain).toZonedDateTime(timeZone).epochMilliseconds)
}

/** `2026-05-05T10:00[Europe/Stockholm]`; undefined for anything else. */
export function parseStart(text: string): Start | undefined {
  try {
    const { epochMilliseconds, timeZoneId } = Temporal.ZonedDateTime.from(text)
    return { at: instant(epochMilliseconds), timeZone: timeZoneId }
  } catch {
    return undefined
  }
}

/** `2026-05-05T10:00[Europe/Stockholm]`, with seconds and offset where they are needed. */
export function writeStart({ at, timeZone }: Start): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const plain = zoned.toPlainDateTime()
  const smallestUnit = at % MINUTE === 0 ? 'minute' : at % SECOND === 0 ? 'second' : 'millisecond'
  const isClear = plain.toZonedDateTime(timeZone).epochMilliseconds === at
  return zoned.toString({ smallestUnit, offset: isClear ? 'never' : 'auto' })
}

/** For a person: `1h46m (2026-05-05 11:46)`. */
export function tellTime(at: EpochMs, { at: start, timeZone }: Start): string {
  const { day, minuteOfDay } = wallTime(at, timeZone)
  const two = (n: number) => String(n).padStart(2, '0')
  const clock = `${two(Math.floor(minuteOfDay / 60))}:${two(minuteOfDay % 60)}`
  return `${writeSpan(at - start)} (${day} ${clock})`
}

/** What a clock on the wall shows, as short as it is clear: `2026-05-06T07:00`, `2026-10-25T02:30:00.250+01:00`. */
export function writeWall(at: EpochMs, { timeZone }: Pick<Start, 'timeZone'>): string {
  return writeStart({ at, timeZone }).replace(/\[.*\]$/, '')
}
