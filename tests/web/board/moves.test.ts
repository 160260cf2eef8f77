/** What the board lets be moved where, and what a move means on a plan that has changed. */
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import type { dayAnswer } from '#src/api/day-answer.ts'
import type { Day } from '../../../web/board/day.ts'
import {
  again,
  canMove,
  dropped,
  moved,
  type Move,
  stepped,
  whyNot,
  wishOf,
} from '../../../web/board/moves.ts'
import { madeDay, round, stop } from './made-day.ts'

const ids = (day: Day, bike: string) =>
  day.rounds.find((one) => one.bike === bike)!.stops.map(({ id }) => id)
const at = (id: string, bike: string, place: number): Move => ({ stop: id, bike, at: place })

test('the board reads what the API tells', () => {
  const told: Day = {} as z.output<typeof dayAnswer>
  expect(told).toBeDefined()
})

describe('what may be moved', () => {
  test.each([
    ['a stop that is done stays', 'a', false],
    ['a stop that the rider stands at stays', 'b', false],
    ['a stop to come can be moved', 'c', true],
    ['a drop-off to come can be moved', 'x', true],
    ['what gave way can be moved into a round', 'g', true],
    ['what no plan knows yet has to be put in first', 'h', false],
    ['what isn’t there can’t be moved', 'zz', false],
  ])('%s', (_, id, can) => expect(canMove(madeDay, id)).toBe(can))

  test.each([
    ['into the other round', at('c', 'bike-2', 1), undefined],
    ['before what is locked', at('d', 'bike-1', 1), 'locked'],
    ['what is over', at('a', 'bike-1', 3), 'over'],
    ['what is being ridden to', at('b', 'bike-1', 3), 'under-way'],
    ['a drop-off to another bike', at('x', 'bike-2', 0), 'other-bike'],
    ['to a bike that nobody has', at('c', 'bike-9', 0), 'no-bike'],
    ['what is gone', at('zz', 'bike-1', 3), 'gone'],
  ] as const)('%s: %j', (_, move, because) => expect(whyNot(madeDay, move)).toBe(because))

  test('nothing is moved to a bike that is out, or done for the day', () => {
    const withSecond = (more: object): Day => ({
      ...madeDay,
      rounds: [madeDay.rounds[0]!, { ...madeDay.rounds[1]!, ...more }],
    })
    const out = { since: '2026-05-07T09:00:00.000Z', because: 'Punktering' }
    expect(whyNot(withSecond({ out }), at('c', 'bike-2', 0))).toBe('bike-out')
    expect(whyNot(withSecond({ endedAt: out.since }), at('c', 'bike-2', 0))).toBe('round-over')
  })
})

describe('where a row is let go', () => {
  test.each([
    ['below, among those that are left when it is gone', 'c', 'bike-1', 4, 3],
    ['above', 'd', 'bike-1', 2, 2],
    ['on another bike', 'c', 'bike-2', 1, 1],
    ['from outside', 'g', 'bike-1', 3, 3],
  ] as const)('%s', (_, id, bike, before, place) =>
    expect(dropped(madeDay, id, { bike, before })).toEqual(at(id, bike, place)),
  )
})

describe('a move', () => {
  test('takes the stop from one round into the other, pinned, and forgets the times after it', () => {
    const day = moved(madeDay, at('c', 'bike-2', 1))
    expect([ids(day, 'bike-1'), ids(day, 'bike-2')]).toEqual([
      ['a', 'b', 'd', 'x'],
      ['e', 'c', 'f'],
    ])
    expect(day.rounds[1]!.stops.map(({ startsAt }) => startsAt !== null)).toEqual([
      true,
      false,
      false,
    ])
    expect(day.rounds[0]!.stops.map(({ startsAt }) => startsAt !== null)).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(day.rounds[1]!.stops[1]!.pinned).toBe(true)
  })

  test('takes in what was left out', () => {
    const day = moved(madeDay, at('g', 'bike-1', 4))
    expect(ids(day, 'bike-1')).toEqual(['a', 'b', 'c', 'd', 'g', 'x'])
    expect([day.outside.map(({ id }) => id), day.unserved]).toEqual([['h'], []])
  })

  test.each([
    ['up', 'd', -1, 2],
    ['down', 'c', 1, 3],
    ['not above what is locked', 'c', -1, undefined],
    ['not below the end', 'x', 1, undefined],
    ['not from outside', 'g', -1, undefined],
  ] as const)('a step %s', (_, id, by, place) => expect(stepped(madeDay, id, by)?.at).toBe(place))
})

describe('a move on a plan that has changed', () => {
  const wish = wishOf(madeDay, at('f', 'bike-1', 4))

  test('it is remembered by the stops before it, the nearest first', () =>
    expect(wish).toEqual({ stop: 'f', bike: 'bike-1', after: ['d', 'c', 'b', 'a'] }))

  const withFirst = (...stops: Parameters<typeof round>[1]): Day => ({
    ...madeDay,
    rounds: [round('bike-1', stops, { frozen: 1 }), madeDay.rounds[1]!],
  })
  const [a, b, c, d] = madeDay.rounds[0]!.stops

  test.each([
    ['comes after the same stop, wherever that is now', [a!, d!, b!, c!], 2],
    ['comes after the one before, where that is gone', [a!, b!, c!], 3],
    [
      'comes after what is locked, where all are gone',
      [stop('q', { state: 'done' }), stop('r')],
      1,
    ],
  ])('%s', (_, stops, place) =>
    expect(again(withFirst(...stops), wish)).toEqual({
      kind: 'move',
      move: at('f', 'bike-1', place),
    }),
  )

  test('is none where somebody has made it already', () =>
    expect(again(moved(madeDay, at('f', 'bike-1', 4)), wish)).toEqual({ kind: 'there' }))

  test('can’t be where the stop is done meanwhile, or gone', () => {
    const second = (stops: Parameters<typeof round>[1]): Day => ({
      ...madeDay,
      rounds: [madeDay.rounds[0]!, round('bike-2', stops, { frozen: 1 })],
    })
    const because = (day: Day) => again(day, wish)
    expect(because(second([stop('f', { state: 'done' })]))).toEqual({ kind: 'no', because: 'over' })
    expect(because(second([stop('f', { state: 'on-the-way' })]))).toEqual({
      kind: 'no',
      because: 'under-way',
    })
    expect(because(second([]))).toEqual({ kind: 'no', because: 'gone' })
  })
})
