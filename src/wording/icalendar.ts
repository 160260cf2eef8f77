/**
 * iCalendar (RFC 5545) with what RFC 7986 adds for calendars that are subscribed to. Pure: nothing of it
 * depends on when it is written, so that the same events give the same bytes.
 */
import type { Language } from '#src/stations/fraction.ts'
import type { Place } from '#src/stations/station.ts'
import { HOUR, MINUTE, wallTime, type EpochMs } from '#src/stations/time.ts'
import { entityTag } from './entity-tag.ts'

export interface CalendarEvent {
  /** The same for ever, whatever changes. */
  readonly uid: string
  readonly from: EpochMs
  /** Not included. */
  readonly until: EpochMs
  readonly summary: string
  readonly location?: string
  readonly place?: Place
  readonly categories: readonly string[]
  readonly url: string
  readonly isCalledOff: boolean
  readonly sequence: number
  readonly createdAt: EpochMs
  readonly changedAt: EpochMs
}

export interface CalendarRequest {
  readonly name: string
  readonly description: string
  readonly language: Language
  readonly timeZone: string
  /** Where this calendar is fetched. */
  readonly selfUrl: string
  readonly pageUrl: string
  readonly events: readonly CalendarEvent[]
}

export interface RenderedCalendar {
  readonly contentType: string
  readonly body: string
  readonly etag: string
}

export function icalendar(request: CalendarRequest): RenderedCalendar {
  const { events, timeZone } = request
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Kvitter//Kvitter//SV',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME${languageOf(request)}:${text(request.name)}`,
    `X-WR-CALNAME:${text(request.name)}`,
    `DESCRIPTION${languageOf(request)}:${text(request.description)}`,
    `SOURCE;VALUE=URI:${request.selfUrl}`,
    `URL:${request.pageUrl}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    ...timeZoneLines(events, timeZone),
    ...events.flatMap((event) => eventLines(event, request)),
    'END:VCALENDAR',
  ]
  const body = lines.map((line) => `${fold(line)}\r\n`).join('')
  return {
    contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
    body,
    etag: entityTag(body),
  }
}

function eventLines(event: CalendarEvent, request: CalendarRequest): readonly string[] {
  const language = languageOf(request)
  const { location, place } = event
  return [
    'BEGIN:VEVENT',
    `UID:${text(event.uid)}`,
    // Of a published event: the same as LAST-MODIFIED, so that an event that stays has the same bytes.
    `DTSTAMP:${utc(event.changedAt)}`,
    `CREATED:${utc(event.createdAt)}`,
    `LAST-MODIFIED:${utc(event.changedAt)}`,
    `SEQUENCE:${event.sequence}`,
    `STATUS:${event.isCalledOff ? 'CANCELLED' : 'CONFIRMED'}`,
    ...whenLines(event, request.timeZone),
    `SUMMARY${language}:${text(event.summary)}`,
    ...(location === undefined ? [] : [`LOCATION:${text(location)}`]),
    ...(place === undefined ? [] : [`GEO:${place.lat.toFixed(6)};${place.lon.toFixed(6)}`]),
    ...(event.categories.length === 0
      ? []
      : [`CATEGORIES${language}:${event.categories.map(text).join(',')}`]),
    `URL:${event.url}`,
    'CLASS:PUBLIC',
    // It takes nobody's time.
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ]
}

/** Whole days are dates; else by the clock on the wall, and in UTC where that shows a time twice. */
function whenLines({ from, until }: CalendarEvent, timeZone: string): readonly string[] {
  const [begin, end] = [wallTime(from, timeZone), wallTime(until, timeZone)]
  if (isWholeDays(begin, end)) {
    return [`DTSTART;VALUE=DATE:${compact(begin.day)}`, `DTEND;VALUE=DATE:${compact(end.day)}`]
  }
  return [`DTSTART${local(from, timeZone)}`, `DTEND${local(until, timeZone)}`]
}

function isWholeDays(
  begin: { readonly minuteOfDay: number },
  end: { readonly minuteOfDay: number },
): boolean {
  return begin.minuteOfDay === 0 && end.minuteOfDay === 0
}

function local(at: EpochMs, timeZone: string): string {
  const { day } = wallTime(at, timeZone)
  const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone)
  const plain = zoned.toPlainDateTime()
  // RFC 5545 §3.3.5: a time that the clock shows twice means its first.
  if (plain.toZonedDateTime(timeZone).epochMilliseconds !== at) return `:${utc(at)}`
  return `;TZID=${timeZone}:${compact(day)}T${compact(plain.toPlainTime().toString({ smallestUnit: 'second' }))}`
}

/** The zone as it is around these events: each change of the clock told by itself (§3.6.5). */
function timeZoneLines(events: readonly CalendarEvent[], timeZone: string): readonly string[] {
  const timed = events.filter(
    ({ from, until }) => !isWholeDays(wallTime(from, timeZone), wallTime(until, timeZone)),
  )
  if (timed.length === 0) return []
  const first = Math.min(...timed.map(({ from }) => from))
  const last = Math.max(...timed.map(({ until }) => until))
  const at = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
  const begin = at(first).getTimeZoneTransition('previous') ?? at(0)
  const lines = ['BEGIN:VTIMEZONE', `TZID:${timeZone}`]
  for (
    let change: Temporal.ZonedDateTime | null = begin;
    change && change.epochMilliseconds <= last;
    change = change.getTimeZoneTransition('next')
  ) {
    lines.push(...observance(change))
  }
  return [...lines, 'END:VTIMEZONE']
}

function observance(change: Temporal.ZonedDateTime): readonly string[] {
  const before = change.subtract({ nanoseconds: 1 })
  const standard = Math.min(before.offsetNanoseconds, change.offsetNanoseconds)
  const kind = change.offsetNanoseconds > standard ? 'DAYLIGHT' : 'STANDARD'
  // DTSTART is what the clock showed as it was changed, by the offset before.
  const shown = change.toInstant().toZonedDateTimeISO(before.offset).toPlainDateTime()
  return [
    `BEGIN:${kind}`,
    `DTSTART:${compact(shown.toString({ smallestUnit: 'second' }))}`,
    `TZOFFSETFROM:${offsetText(before.offsetNanoseconds)}`,
    `TZOFFSETTO:${offsetText(change.offsetNanoseconds)}`,
    `END:${kind}`,
  ]
}

function offsetText(nanoseconds: number): string {
  const ms = Math.abs(nanoseconds / 1e6)
  const two = (n: number) => String(n).padStart(2, '0')
  const sign = nanoseconds < 0 ? '-' : '+'
  return `${sign}${two(Math.trunc(ms / HOUR))}${two(Math.trunc((ms % HOUR) / MINUTE))}`
}

/** `20260507T040000Z` */
function utc(at: EpochMs): string {
  return `${compact(new Date(at).toISOString().slice(0, 19))}Z`
}

function compact(iso: string): string {
  return iso.replace(/[-:]/g, '')
}

function languageOf({ language }: CalendarRequest): string {
  return `;LANGUAGE=${language}`
}

/** §3.3.11, and no control characters (§3.1). */
function text(value: string): string {
  return (
    value
      .toWellFormed()
      .replace(/\r\n?|\n/g, '\n')
      // oxlint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0009\u000B-\u001F\u007F]/g, ' ')
      .replace(/[\\;,]/g, '\\$&')
      .replaceAll('\n', '\\n')
  )
}

const MOST_OCTETS = 75

/** §3.1: lines of at most 75 octets, no character cut in two. */
export function fold(line: string): string {
  let folded = ''
  let octets = 0
  for (const character of line) {
    const size = Buffer.byteLength(character)
    if (octets + size > MOST_OCTETS) {
      folded += '\r\n '
      octets = 1
    }
    folded += character
    octets += size
  }
  return folded
}
