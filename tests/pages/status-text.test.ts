import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import {
  ageText,
  dateText,
  faultText,
  shortDayText,
  spanText,
  statusWord,
  weekdayText,
  whenText,
  windowText,
  expectedText,
} from '#src/wording/status-text.ts'

const ZONE = 'Europe/Stockholm'
const at = (iso: string) => instant(Date.parse(iso))

test.each([
  ['has-room', 'Plats finns', 'Has room', 'Tilaa on'],
  ['nearly-full', 'Nästan fullt', 'Nearly full', 'Melkein täynnä'],
  ['full', 'Fullt', 'Full', 'Täynnä'],
  ['unknown', 'Okänt', 'Unknown', 'Ei tiedossa'],
] as const)('%s is said as %s', (word, sv, en, fi) => {
  expect(LANGUAGES.map((language) => statusWord(word, language))).toEqual([sv, en, fi])
})

test.each([
  [0, 'nyss', 'just now', 'juuri nyt'],
  [59_999, 'nyss', 'just now', 'juuri nyt'],
  [MINUTE, 'för 1 min sedan', '1 min ago', '1 min sitten'],
  [59.9 * MINUTE, 'för 59 min sedan', '59 min ago', '59 min sitten'],
  [HOUR, 'för 1 timme sedan', '1 hour ago', '1 tunti sitten'],
  [3.9 * HOUR, 'för 3 timmar sedan', '3 hours ago', '3 tuntia sitten'],
  [47 * HOUR, 'för 47 timmar sedan', '47 hours ago', '47 tuntia sitten'],
  [48 * HOUR, 'för 2 dygn sedan', '2 days ago', '2 vuorokautta sitten'],
  [-5 * MINUTE, 'nyss', 'just now', 'juuri nyt'],
])('an age of %d ms is %s', (ms, sv, en, fi) => {
  const now = at('2026-05-05T12:35:00Z')
  expect(LANGUAGES.map((language) => ageText(plus(now, -ms), now, language))).toEqual([sv, en, fi])
})

test.each([
  [3000, '3 sekunder', '3 seconds', '3 sekuntia'],
  [1000, '1 sekund', '1 second', '1 sekunti'],
  [1, '1 sekund', '1 second', '1 sekunti'],
])('a span of %d ms is %s', (ms, sv, en, fi) => {
  expect(LANGUAGES.map((language) => spanText(ms, language))).toEqual([sv, en, fi])
})

describe('when something was', () => {
  const now = at('2026-05-05T12:35:00Z')
  test.each([
    ['2026-05-05T05:40:00Z', 'i dag 07:40', 'today 07:40', 'tänään klo 7.40'],
    ['2026-05-04T22:10:00Z', 'i dag 00:10', 'today 00:10', 'tänään klo 0.10'],
    ['2026-05-04T21:59:00Z', 'i går 23:59', 'yesterday 23:59', 'eilen klo 23.59'],
    ['2026-05-02T05:40:00Z', 'lördag 07:40', 'Saturday 07:40', 'lauantaina klo 7.40'],
    ['2026-04-29T05:40:00Z', 'onsdag 07:40', 'Wednesday 07:40', 'keskiviikkona klo 7.40'],
    [
      '2026-04-28T05:40:00Z',
      '28 april 2026 07:40',
      '28 April 2026 07:40',
      '28. huhtikuuta 2026 klo 7.40',
    ],
    [
      '2025-12-31T23:30:00Z',
      '1 januari 2026 00:30',
      '1 January 2026 00:30',
      '1. tammikuuta 2026 klo 0.30',
    ],
    ['2026-05-06T05:40:00Z', '6 maj 2026 07:40', '6 May 2026 07:40', '6. toukokuuta 2026 klo 7.40'],
  ])('%s is %s', (iso, sv, en, fi) => {
    const texts = LANGUAGES.map((language) => whenText(at(iso), now, ZONE, language))
    expect(texts).toEqual([sv, en, fi])
  })

  test('the night the clocks change, yesterday is still yesterday', () => {
    expect(whenText(at('2026-03-28T22:30:00Z'), at('2026-03-29T00:30:00Z'), ZONE, 'sv')).toBe(
      'i går 23:30',
    )
    expect(whenText(at('2026-03-29T01:05:00Z'), at('2026-03-29T10:00:00Z'), ZONE, 'sv')).toBe(
      'i dag 03:05',
    )
  })
})

test('days and dates are named in the language asked for', () => {
  const tuesday = at('2026-05-05T12:35:00Z')
  expect([weekdayText(tuesday, ZONE, 'sv'), weekdayText(tuesday, ZONE, 'en')]).toEqual([
    'tisdag',
    'Tuesday',
  ])
  expect([dateText(tuesday, ZONE, 'sv'), shortDayText(tuesday, ZONE, 'en')]).toEqual([
    '5 maj 2026',
    'Tue 5 May',
  ])
  expect([faultText('no-echo', 'sv'), faultText('tilted', 'en')]).toEqual([
    'givaren får inget eko',
    'the container or the sensor is tilted',
  ])
})

describe('when something is to be', () => {
  const now = at('2026-11-23T12:35:00Z')
  test.each([
    [
      '2026-11-23T15:00Z',
      '2026-11-23T17:00Z',
      'i dag 16:00–18:00',
      'today 16:00–18:00',
      'tänään klo 16.00–18.00',
    ],
    [
      '2026-11-23T05:00Z',
      '2026-11-23T13:00Z',
      'i dag före 14:00',
      'today before 14:00',
      'tänään ennen klo 14.00',
    ],
    ['2026-11-22T23:00Z', '2026-11-23T23:00Z', 'i dag', 'today', 'tänään'],
    [
      '2026-11-22T23:00Z',
      '2026-11-24T13:00Z',
      'i morgon före 14:00',
      'tomorrow before 14:00',
      'huomenna ennen klo 14.00',
    ],
    ['2026-11-23T23:00Z', '2026-11-24T23:00Z', 'i morgon', 'tomorrow', 'huomenna'],
    [
      '2026-11-26T05:00Z',
      '2026-11-26T13:00Z',
      'på torsdag 06:00–14:00',
      'on Thursday 06:00–14:00',
      'torstaina klo 6.00–14.00',
    ],
    [
      '2026-11-26T13:00Z',
      '2026-11-26T23:00Z',
      'på torsdag 14:00–24:00',
      'on Thursday 14:00–24:00',
      'torstaina klo 14.00–24.00',
    ],
    [
      '2026-11-26T21:00Z',
      '2026-11-27T03:00Z',
      'på torsdag 22:00–04:00',
      'on Thursday 22:00–04:00',
      'torstaina klo 22.00–4.00',
    ],
    [
      '2026-12-24T05:00Z',
      '2026-12-24T13:00Z',
      'den 24 december 06:00–14:00',
      'on 24 December 06:00–14:00',
      '24. joulukuuta klo 6.00–14.00',
    ],
    [
      '2027-01-03T23:00Z',
      '2027-01-04T23:00Z',
      'den 4 januari 2027',
      'on 4 January 2027',
      '4. tammikuuta 2027',
    ],
    [
      '2026-11-23T23:00Z',
      '2026-11-25T23:00Z',
      'från i morgon till onsdag',
      'from tomorrow to Wednesday',
      'huomenna – keskiviikko',
    ],
    [
      '2026-12-24T05:00Z',
      '2026-12-26T13:00Z',
      'från 24 december 06:00 till 26 december 14:00',
      'from 24 December 06:00 to 26 December 14:00',
      '24. joulukuuta 6.00 – 26. joulukuuta 14.00',
    ],
  ])('from %s until %s is %s', (from, until, sv, en, fi) => {
    const window = { from: at(from), until: at(until) }
    const texts = LANGUAGES.map((language) => windowText(window, now, ZONE, language))
    expect(texts).toEqual([sv, en, fi])
  })
})

describe('when something is expected is told by the part of the day', () => {
  const noon = instant(Date.parse('2026-05-05T12:00:00+02:00'))
  test.each([
    ['2026-05-05T17:59:00+02:00', 'sv', 'i dag 14:00–18:00'],
    ['2026-05-05T18:00:00+02:00', 'sv', 'i dag 18:00–24:00'],
    ['2026-05-06T03:00:00+02:00', 'en', 'tomorrow 00:00–06:00'],
    ['2026-05-06T06:00:00+02:00', 'fi', 'huomenna klo 6.00–10.00'],
    ['2026-05-07T06:00:00+02:00', 'sv', 'på torsdag'],
    ['2026-05-20T06:00:00+02:00', 'en', 'on 20 May'],
  ] as const)('%s in %s: %s', (at, language, text) => {
    const expected = instant(Date.parse(at))
    expect(expectedText(expected, noon, 'Europe/Stockholm', language)).toBe(text)
  })
})
