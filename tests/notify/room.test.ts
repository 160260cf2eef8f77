import { describe, expect, test } from 'vitest'
import { allowanceOf, narrowestOf, roomOfLimit, roomOfMoney } from '#src/notify/room.ts'
import type { Room } from '#src/notify/room.ts'
import { MINUTE, monthOf, nextMonth, instant, isoText, plus } from '#src/stations/time.ts'
import { noon } from './deliveries.ts'

const soon = plus(noon, MINUTE)
const later = plus(noon, 2 * MINUTE)
const limit = { most: 100, withinMs: 15 * MINUTE, accounts: ['a'] }

test('half of what is granted is used, and a fifth of that kept for what is important', () => {
  expect(allowanceOf(limit)).toEqual({ ordinary: 40, important: 50 })
})

test.each([
  ['below both bounds all may be said', { count: 39 }, { kind: 'all', left: 1 }],
  [
    'beyond the first what is important',
    { count: 40, ordinaryFrom: soon },
    { kind: 'important', until: soon, by: 'limit' },
  ],
  [
    'beyond the second nothing',
    { count: 50, ordinaryFrom: later, importantFrom: soon },
    { kind: 'none', until: soon, by: 'limit' },
  ],
])('%s', (_, use, room) => {
  expect(roomOfLimit(limit, use)).toEqual(room)
})

describe('of a month’s ten dollars, at a cent and a half each', () => {
  const prices = { postMicroUsd: 15_000, monthlyMicroUsd: 10_000_000 }
  test.each([
    ['all may be said while more than the reserve is left', 7_985_000, { kind: 'all', left: 1 }],
    ['then what is important', 7_990_000, { kind: 'important', until: later, by: 'money' }],
    ['to the last that is paid for', 9_985_000, { kind: 'important', until: later, by: 'money' }],
    ['and no further', 9_985_001, { kind: 'none', until: later, by: 'money' }],
    ['nor where more was spent', 11_000_000, { kind: 'none', until: later, by: 'money' }],
  ])('%s', (_, spent, room) => {
    expect(roomOfMoney(prices, spent, later)).toEqual(room)
  })

  test('without a bound there is none', () => {
    expect(roomOfMoney({ postMicroUsd: 15_000 }, 1e9, later)).toEqual({
      kind: 'all',
      left: Infinity,
    })
  })
})

test('the narrowest of several bounds holds, of two alike the one that lasts', () => {
  const all = (left: number): Room => ({ kind: 'all', left })
  const important = { kind: 'important', until: later, by: 'limit' } as const
  const none = { kind: 'none', until: soon, by: 'money' } as const
  expect(narrowestOf([])).toEqual(all(Infinity))
  expect(narrowestOf([all(3), all(2), all(9)])).toEqual(all(2))
  expect(narrowestOf([all(3), important])).toEqual(important)
  expect(narrowestOf([none, important])).toEqual(none)
  expect(
    narrowestOf([
      { ...none, by: 'limit' },
      { ...none, until: later },
    ]),
  ).toEqual({
    ...none,
    until: later,
  })
})

test.each([
  ['2026-11-30T22:59:59Z', '2026-11', '2026-11-30T23:00:00.000Z'],
  ['2026-11-30T23:00:00Z', '2026-12', '2026-12-31T23:00:00.000Z'],
  // The clocks change within the month.
  ['2026-03-01T00:00:00Z', '2026-03', '2026-03-31T22:00:00.000Z'],
])('at %s the town’s month is %s, and the next begins at %s', (at, month, next) => {
  const now = instant(Date.parse(at))
  expect(monthOf(now, 'Europe/Stockholm')).toBe(month)
  expect(isoText(nextMonth(now, 'Europe/Stockholm'))).toBe(next)
})
