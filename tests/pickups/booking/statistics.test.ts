import { describe, expect, test } from 'vitest'
import type { Booking } from '#src/pickups/booking/booking.ts'
import { addUp, hideSmall, shareOf } from '#src/pickups/booking/statistics.ts'
import { areaId } from '#tests/support/town.ts'
import { at, terms, THURSDAY_MORNING } from './cast.ts'

const done: Booking = {
  id: 'a',
  state: 'done',
  household: 'home',
  districtId: areaId('norrby'),
  things: [{ itemId: 'chair', count: 2 }],
  language: 'so',
  interpreter: true,
  by: 'staff',
  createdAt: at('2026-04-29T22:30:00Z'),
  slot: THURSDAY_MORNING,
  outcome: {
    kind: 'done',
    taken: [
      { itemId: 'chair', count: 1, reused: true },
      { itemId: 'mattress', count: 1, reused: false },
    ],
  },
  endedAt: at('2026-05-07T08:30:00Z'),
  version: 2,
}

describe('a booking’s share of the statistics', () => {
  test('is of its month and district, by what was taken, and names nobody', () => {
    const share = shareOf(done, terms)
    expect(share).toEqual({
      month: '2026-05',
      district: 'norrby',
      counts: new Map([
        ['state/done', 1],
        ['by/staff', 1],
        ['grams', 24_000],
        ['reused-grams', 6000],
        ['thing/chair', 1],
        ['errands-with/chair', 1],
        ['thing/mattress', 1],
        ['errands-with/mattress', 1],
        ['things', 2],
        ['reused-things', 1],
        // Asked for after midnight on the 30th.
        ['wait/4-7', 1],
        ['wait-days', 7],
      ]),
    })
    expect(JSON.stringify([...share.counts])).not.toContain('home')
  })

  test('has the weight that was weighed, and of it the share that was reused', () => {
    const outcome = { ...done.outcome!, kg: 48 } as Booking['outcome'] & object
    const { counts } = shareOf({ ...done, outcome }, terms)
    expect([counts.get('grams'), counts.get('reused-grams')]).toEqual([48_000, 12_000])
  })

  test('counts what was never settled as open', () => {
    const { outcome: _outcome, endedAt: _endedAt, districtId: _district, ...rest } = done
    const share = shareOf({ ...rest, state: 'booked' }, terms)
    expect([share.district, [...share.counts]]).toEqual([
      '',
      [
        ['state/open', 1],
        ['by/staff', 1],
      ],
    ])
  })

  test('adds up with others by month and district', () => {
    const share = shareOf(done, terms)
    const sums = addUp([share, { ...share, month: '2026-04' }, share])
    expect(sums.map((s) => [s.month, s.counts.get('grams')])).toEqual([
      ['2026-04', 24_000],
      ['2026-05', 48_000],
    ])
  })
})

test.each([
  ['nothing small, nothing hidden', { a: 5, b: 12, c: 0 }, { a: 5, b: 12, c: 0 }],
  ['two small ones hide each other', { a: 3, b: 1, c: 9 }, { a: null, b: null, c: 9 }],
  ['one alone takes the next with it', { a: 3, b: 7, c: 9 }, { a: null, b: null, c: 9 }],
])('figures for the public: %s', (_what, counts, told) => {
  expect(Object.fromEntries(hideSmall(new Map(Object.entries(counts))))).toEqual(told)
})
