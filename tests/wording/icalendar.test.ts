import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import {
  fold,
  icalendar,
  type CalendarEvent,
  type CalendarRequest,
} from '#src/wording/icalendar.ts'
import { eventsIn, propertyOf, readCalendar, valueOf } from '#tests/support/icalendar.ts'

const local = (text: string) =>
  instant(Temporal.ZonedDateTime.from(`${text}[Europe/Stockholm]`).epochMilliseconds)

const event: CalendarEvent = {
  uid: '1490-901-2026-05-07-1@kvitter.example',
  from: local('2026-05-07T06:00'),
  until: local('2026-05-07T14:00'),
  summary: 'Ekudden töms: pappersförpackningar',
  location: 'Ekudden, Provgatan 1',
  place: { lat: 57.7, lon: 12.9 },
  categories: ['pappersförpackningar'],
  url: 'https://kvitter.example/s/1490-901',
  isCalledOff: false,
  sequence: 0,
  createdAt: local('2026-05-01T10:00'),
  changedAt: local('2026-05-01T10:00'),
}
const request: CalendarRequest = {
  name: 'Tömningar: Ekudden',
  description: 'Planerade tömningar.',
  language: 'sv',
  timeZone: 'Europe/Stockholm',
  selfUrl: 'https://kvitter.example/feeds/stations/1490-901/emptyings.ics',
  pageUrl: 'https://kvitter.example/s/1490-901',
  events: [event],
}
const whenOf = (from: string, until: string, offset = '') => {
  const moved = { ...event, from: local(from + offset), until: local(until) }
  const { components } = readCalendar(icalendar({ ...request, events: [moved] }).body)
  const told = components.find(({ name }) => name === 'VEVENT')!
  return [propertyOf(told, 'DTSTART'), propertyOf(told, 'DTEND')].map(
    ({ params, value }) => `${params['TZID'] ?? params['VALUE'] ?? 'UTC'} ${value}`,
  )
}

test('a calendar with one emptying, whole', () => {
  const { body, contentType } = icalendar(request)
  expect(contentType).toBe('text/calendar; charset=utf-8; method=PUBLISH')
  expect(body.split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Kvitter//Kvitter//SV',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'NAME;LANGUAGE=sv:Tömningar: Ekudden',
    'X-WR-CALNAME:Tömningar: Ekudden',
    'DESCRIPTION;LANGUAGE=sv:Planerade tömningar.',
    'SOURCE;VALUE=URI:https://kvitter.example/feeds/stations/1490-901/emptyings.',
    ' ics',
    'URL:https://kvitter.example/s/1490-901',
    'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
    'X-PUBLISHED-TTL:PT6H',
    'BEGIN:VTIMEZONE',
    'TZID:Europe/Stockholm',
    'BEGIN:DAYLIGHT',
    'DTSTART:20260329T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:1490-901-2026-05-07-1@kvitter.example',
    'DTSTAMP:20260501T080000Z',
    'CREATED:20260501T080000Z',
    'LAST-MODIFIED:20260501T080000Z',
    'SEQUENCE:0',
    'STATUS:CONFIRMED',
    'DTSTART;TZID=Europe/Stockholm:20260507T060000',
    'DTEND;TZID=Europe/Stockholm:20260507T140000',
    'SUMMARY;LANGUAGE=sv:Ekudden töms: pappersförpackningar',
    'LOCATION:Ekudden\\, Provgatan 1',
    'GEO:57.700000;12.900000',
    'CATEGORIES;LANGUAGE=sv:pappersförpackningar',
    'URL:https://kvitter.example/s/1490-901',
    'CLASS:PUBLIC',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ])
})

test.each([
  ['2026-05-07T00:00', '2026-05-08T00:00', 'DATE 20260507', 'DATE 20260508'],
  ['2026-03-28T00:00', '2026-03-30T00:00', 'DATE 20260328', 'DATE 20260330'],
  [
    '2026-05-07T22:00',
    '2026-05-08T04:00',
    'Europe/Stockholm 20260507T220000',
    'Europe/Stockholm 20260508T040000',
  ],
  [
    '2026-05-07T12:00',
    '2026-05-08T00:00',
    'Europe/Stockholm 20260507T120000',
    'Europe/Stockholm 20260508T000000',
  ],
])('from %s until %s is written %s and %s', (from, until, start, end) => {
  expect(whenOf(from, until)).toEqual([start, end])
})

test('on the night when an hour comes twice, its second coming is told in UTC', () => {
  const until = '2026-10-25T08:00'
  expect(whenOf('2026-10-25T02:30', until, '+02:00')[0]).toBe('Europe/Stockholm 20261025T023000')
  expect(whenOf('2026-10-25T02:30', until, '+01:00')[0]).toBe('UTC 20261025T013000Z')
})

test('the zone tells each change of the clock that the events need', () => {
  const later = {
    ...event,
    uid: 'x@y',
    from: local('2026-11-02T06:00'),
    until: local('2026-11-02T07:00'),
  }
  const calendar = readCalendar(icalendar({ ...request, events: [event, later] }).body)
  const zone = calendar.components.find(({ name }) => name === 'VTIMEZONE')!
  expect(
    zone.components.map((part) => [
      part.name,
      valueOf(part, 'DTSTART'),
      valueOf(part, 'TZOFFSETFROM'),
      valueOf(part, 'TZOFFSETTO'),
    ]),
  ).toEqual([
    ['DAYLIGHT', '20260329T020000', '+0100', '+0200'],
    ['STANDARD', '20261025T030000', '+0200', '+0100'],
  ])
})

test('a calendar without events, or of whole days alone, needs no zone', () => {
  const empty = icalendar({ ...request, events: [] })
  expect(readCalendar(empty.body).components).toEqual([])
})

test('what is called off is cancelled, with a higher number', () => {
  const { body } = icalendar({ ...request, events: [{ ...event, isCalledOff: true, sequence: 3 }] })
  expect(eventsIn(body, 'STATUS', 'SEQUENCE')).toEqual([['CANCELLED', '3']])
})

test('names are text whatever is in them', () => {
  const name = 'A;B,C\\D\nE\r\nBEGIN:VEVENT\u0007\uD800'
  const { body } = icalendar({ ...request, name, events: [{ ...event, summary: name }] })
  const [[summary]] = eventsIn(body, 'SUMMARY') as [[string]]
  expect(summary.replace('\uFFFD', '')).toBe('A;B,C\\D\nE\nBEGIN:VEVENT ')
})

test('whatever is said, lines are folded within characters and read back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const line = `X:${text.replace(/[\r\n]/g, '')}`
      const folded = fold(line)
      for (const part of folded.split('\r\n'))
        expect(Buffer.byteLength(part)).toBeLessThanOrEqual(75)
      expect(folded.replaceAll('\r\n ', '')).toBe(line)
    }),
    { seed: 20_260_505, numRuns: 300 },
  )
})

describe('the reader of these tests refuses what the standard forbids', () => {
  const { body } = icalendar(request)
  test.each([
    ['a line of 76 octets', body.replace('NAME;LANGUAGE=sv:', `NAME:${'å'.repeat(40)}`)],
    ['lines that end otherwise', body.replaceAll('\r\n', '\n')],
    ['an event without UID', body.replace(/UID:.*\r\n/, '')],
    ['two events of one UID', body.replace(/(BEGIN:VEVENT[^]*END:VEVENT\r\n)/, '$1$1')],
    ['an unescaped comma', body.replace('Ekudden\\, ', 'Ekudden, ')],
    ['an end before the beginning', body.replace('0507T140000', '0507T040000')],
    ['a zone that is not there', body.replace(/BEGIN:VTIMEZONE[^]*END:VTIMEZONE\r\n/, '')],
    ['something that does not end', body.replace('END:VEVENT\r\n', '')],
  ])('%s', (_, wrong) => {
    expect(wrong).not.toBe(body)
    expect(() => readCalendar(wrong)).toThrow()
  })
})

test('another event gives another tag, the same events the same', () => {
  const later = { ...event, changedAt: plus(event.changedAt, HOUR) }
  expect(icalendar(request)).toEqual(icalendar(request))
  expect(icalendar({ ...request, events: [later] }).etag).not.toBe(icalendar(request).etag)
})
