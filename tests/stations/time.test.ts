import { assert, integer, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isoText,
  parseDuration,
  parseInstant,
  wallTime,
  writeDuration,
  instant,
} from '#src/stations/time.ts'

const noon = Date.UTC(2026, 4, 5, 12)

describe('an instant is taken as', () => {
  test.each([
    ['2026-05-05T12:00:00Z', noon],
    ['2026-05-05T12:00:00.000Z', noon],
    ['2026-05-05T12:00:00.5Z', noon + 500],
    ['2026-05-05T12:00:00.123456789Z', noon + 123],
    ['2026-05-05T14:00:00+02:00', noon],
    ['2026-05-05T14:00+02:00', noon],
    ['2026-05-05 14:00:00+0200', noon],
    ['2026-05-05T07:00:00-05', noon],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2026-10-31T23:59:59Z', Date.UTC(2026, 9, 31, 23, 59, 59)],
    ['1969-12-31T23:59:59Z', -1000],
    [noon, noon],
    [noon + 0.9, noon],
  ])('%j', (value, ms) => expect(parseInstant(value)).toBe(ms))
})

describe('no instant is', () => {
  test.each([
    ['a date alone', '2026-05-05'],
    ['a time without an offset: it is nobody’s', '2026-05-05T12:00:00'],
    ['the thirtieth of February', '2026-02-30T12:00:00Z'],
    ['the 29th in a common year', '2026-02-29T12:00:00Z'],
    ['the thirteenth month', '2026-13-05T12:00:00Z'],
    ['day nought', '2026-05-00T12:00:00Z'],
    ['25 o’clock', '2026-05-05T25:00:00Z'],
    ['letters among the digits', '2026-05-0xT12:00:00Z'],
    ['a second space', '2026-05-05T12:00:00 Z'],
    ['infinity', Infinity],
    ['more than a date can hold', 8.64e15 + 1],
    ['nothing', undefined],
    ['true', true],
  ])('%s', (_, value) => expect(parseInstant(value)).toBeUndefined())
})

test('every instant is read back from its own text', () => {
  assert(
    property(integer({ min: -6e13, max: 2.5e14 }), (ms) => {
      expect(parseInstant(isoText(instant(ms)))).toBe(ms)
    }),
  )
})

test('the quick spelling means what Temporal says it means', () => {
  const number = (digits: number) =>
    integer({ min: 0, max: 10 ** digits - 1 }).map((n) => String(n).padStart(digits, '0'))
  assert(
    property(
      tuple(number(4), number(2), number(2), number(2), number(2), number(2)),
      ([year, month, day, hour, minute, second]) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
        let expected: number | undefined
        try {
          expected = Temporal.Instant.from(text).epochMilliseconds
        } catch {
          expected = undefined
        }
        expect(parseInstant(text)).toBe(expected)
      },
    ),
    { numRuns: 2000 },
  )
})

test.each([
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['90s', 90_000],
  ['250ms', 250],
  ['1.5h', 5_400_000],
  ['0s', 0],
  ['30', undefined],
  ['30 m', undefined],
  ['-5m', undefined],
  ['', undefined],
])('the duration %j is %j ms', (text, ms) => expect(parseDuration(text)).toBe(ms))

test.each([
  [90_000, '90s'],
  [5_400_000, '90m'],
  [7_200_000, '2h'],
  [86_400_000, '1d'],
  [1_500, '1500ms'],
])('%i ms are written %j, which reads back', (ms, text) => {
  expect(writeDuration(ms)).toBe(text)
  expect(parseDuration(text)).toBe(ms)
})

test('the clock on the wall goes by the town’s summer time', () => {
  expect(wallTime(instant(noon), 'Europe/Stockholm')).toEqual({
    day: '2026-05-05',
    minuteOfDay: 14 * 60,
    weekday: 2,
  })
  expect(wallTime(instant(Date.UTC(2026, 11, 31, 23, 30)), 'Europe/Stockholm')).toEqual({
    day: '2027-01-01',
    minuteOfDay: 30,
    weekday: 5,
  })
})
