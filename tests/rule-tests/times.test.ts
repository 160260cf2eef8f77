import { describe, expect, test } from 'vitest'

import {
  parseSpan,
  parseStart,
  parseWhen,
  resolveWhen,
  writeSpan,
  writeStart,
} from '#src/rule-tests/times.ts'
import { HOUR, MINUTE, isoText } from '#src/stations/time.ts'

test.each([
  ['0s', 0],
  ['30m', 30 * MINUTE],
  ['1h46m', HOUR + 46 * MINUTE],
  ['1d2h3m4s5ms', 26 * HOUR + 3 * MINUTE + 4005],
  ['-5m', -5 * MINUTE],
])('%s is a duration, and is written so', (text, ms) => {
  expect(parseSpan(text)).toBe(ms)
  expect(writeSpan(ms)).toBe(text)
})

test.each(['', '-', '5', 'm5', '1m1h', '1.5h', '1h 46m', '2 hours'])('"%s" is none', (text) => {
  expect(parseSpan(text)).toBeUndefined()
})

describe('times are counted from the start, or shown by a clock on the wall there', () => {
  const at = (start: string, text: string) =>
    isoText(resolveWhen(parseWhen(text)!, parseStart(start)!))
  const spring = '2026-03-28T20:00[Europe/Stockholm]'
  const autumn = '2026-10-24T20:00[Europe/Stockholm]'

  test.each([
    [spring, '1h30m', '2026-03-28T20:30:00.000Z'],
    [spring, '2026-03-28T21:30', '2026-03-28T20:30:00.000Z'],
    // An hour that is skipped is as long after midnight as ever.
    [spring, '2026-03-29T02:30', '2026-03-29T01:30:00.000Z'],
    // One that comes twice is the first, unless its offset says otherwise.
    [autumn, '2026-10-25T02:30', '2026-10-25T00:30:00.000Z'],
    [autumn, '2026-10-25T02:30+01:00', '2026-10-25T01:30:00.000Z'],
    [autumn, '2026-10-25T02:30:15.250Z', '2026-10-25T02:30:15.250Z'],
  ])('from %s: %s', (start, text, expected) => {
    expect(at(start, text)).toBe(expected)
  })

  test.each(['2026-13-01T10:00', '10:45', 'soon', '2026-05-05'])('%s is no time', (text) => {
    expect(parseWhen(text)).toBeUndefined()
  })
})

test.each([
  '2026-05-05T10:00[Europe/Stockholm]',
  '2026-05-05T10:00:07[Europe/Stockholm]',
  '2026-05-05T10:00:07.250[UTC]',
  '2026-10-25T02:30+01:00[Europe/Stockholm]',
])('%s is a start, and is written so', (text) => {
  expect(writeStart(parseStart(text)!)).toBe(text)
})

test.each(['2026-05-05T10:00', '2026-05-05T10:00Z', '2026-05-05T10:00[Europe/Boras]'])(
  '%s is no start: it has no zone',
  (text) => {
    expect(parseStart(text)).toBeUndefined()
  },
)
