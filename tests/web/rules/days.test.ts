import { expect, test } from 'vitest'
import { dayAround } from '../../../web/rules/days.ts'

test.each([
  ['a summer day', '2026-05-05T12:35:00Z', '2026-05-04T22:00:00.000Z', '2026-05-05T22:00:00.000Z'],
  [
    'its first instant',
    '2026-05-04T22:00:00Z',
    '2026-05-04T22:00:00.000Z',
    '2026-05-05T22:00:00.000Z',
  ],
  [
    'its last minute',
    '2026-05-05T21:59:59Z',
    '2026-05-04T22:00:00.000Z',
    '2026-05-05T22:00:00.000Z',
  ],
  ['a winter day', '2026-01-15T08:00:00Z', '2026-01-14T23:00:00.000Z', '2026-01-15T23:00:00.000Z'],
  [
    'the day of 23 hours',
    '2026-03-29T15:00:00Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
  ],
  [
    'the day of 25 hours',
    '2026-10-25T20:00:00Z',
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ],
  [
    'the second of its two hours alike',
    '2026-10-25T01:30:00Z',
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ],
])('%s goes from midnight to midnight by the town’s clock', (_what, at, from, to) => {
  expect(dayAround(Date.parse(at), 'Europe/Stockholm')).toEqual({ from, to })
})
