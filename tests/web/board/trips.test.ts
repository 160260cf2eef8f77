/** A round told as trips, and an offer told as what it would change. */
import { expect, test } from 'vitest'
import { differences } from '../../../web/board/offer.ts'
import { lastPlaceOf } from '../../../web/board/day.ts'
import { fullness, tripsOf } from '../../../web/board/trips.ts'
import { madeDay, stop, unload } from './made-day.ts'

test('a trip ends where the bike has unloaded, wherever else it unloads on the way home', () => {
  const on = (litresOnBoard: number) => ({ litresOnBoard, kgOnBoard: litresOnBoard / 10 })
  const trips = tripsOf([
    stop('a', on(300)),
    stop('b', on(700)),
    unload('x'),
    unload('y'),
    stop('c', on(200)),
    unload('z'),
  ])
  expect(
    trips.map(({ no, from, stops, litres, kg }) => [no, from, stops.length, litres, kg]),
  ).toEqual([
    [1, 0, 4, 700, 70],
    [2, 4, 2, 200, 20],
  ])
  expect(tripsOf([])).toEqual([])
})

test('a load that isn’t reckoned is unknown and not nothing', () => {
  const [trip] = tripsOf([stop('a', { litresOnBoard: null, kgOnBoard: null })])
  expect(trip).toMatchObject({ litres: undefined, kg: undefined })
})

test('fullness goes by volume or weight, whichever is nearer', () => {
  expect(fullness({ litres: 500, kg: 120 }, { litres: 1000, kg: 150 })).toBe(0.8)
  expect(fullness({ litres: 1200, kg: 10 }, { litres: 1000, kg: 150 })).toBe(1.2)
})

test('an offer is told by what it moves, takes in and leaves out', () => {
  const offer = {
    id: 'o',
    because: 'asked-for' as const,
    rounds: [
      { bike: 'bike-1', stops: ['a', 'b', 'd', 'x2', 'c'] },
      { bike: 'bike-2', stops: ['e', 'g'] },
    ],
    unserved: [],
  }
  expect(differences(madeDay, offer)).toEqual({ moves: 2, adds: 1, drops: 1 })
  const same = madeDay.rounds.map(({ bike, stops }) => ({ bike, stops: stops.map(({ id }) => id) }))
  expect(differences(madeDay, { ...offer, rounds: same })).toEqual({ moves: 0, adds: 0, drops: 0 })
})

test('a bike is where it was last done, while it is out riding', () => {
  const [first, second] = madeDay.rounds
  expect(lastPlaceOf(first!)).toEqual(first!.stops[0]!.person!.position)
  expect(lastPlaceOf(second!)).toBeUndefined()
  expect(lastPlaceOf({ ...first!, endedAt: first!.startedAt })).toBeUndefined()
})
