/** What one more pickup costs is reckoned by looking ahead; here against decoding the whole round. */
import { expect, test } from 'vitest'
import { compile } from '#src/pickups/planning/compile.ts'
import { openDay, orderOf, roadOf, roundsOf } from '#src/pickups/planning/day.ts'
import { NEVER_S } from '#src/pickups/planning/limits.ts'
import { costWith } from '#src/pickups/planning/order.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { madeDay } from '../../../bench/plan/made-day.ts'

const made = (seed: number, pickups: number): Problem => madeDay(seed, { pickups, bikes: 2 })

/** Hills, a bike that is slower than the other, and things to do at which nothing is loaded. */
function hardDay(seed: number, pickups: number): Problem {
  const day = made(seed, pickups)
  return {
    ...day,
    travel: { ...day.travel, loadedS: day.travel.emptyS.map((s) => s * 1.7) },
    bikes: day.bikes.map((bike, i) => ({ ...bike, pace: 1 + i * 0.3 })),
    pickups: day.pickups.map((one, i) =>
      i % 2 === 0 ? one : { ...one, loads: [], massKg: 0, classes: [] },
    ),
  }
}

/**
 * All places for some pickups that are taken off a round; what each costs by looking ahead and decoded. So
 * many stops of each round are frozen.
 */
function placesOf(problem: Problem, seed: number, frozen = 0): (readonly [number, number])[] {
  const solved = solve(problem, { seed, maxIterations: 20 })
  const rounds = solved.plan.rounds.map((round) => ({
    ...round,
    frozen: Math.min(frozen, round.stops.length),
  }))
  const plan = { ...solved.plan, rounds }
  const day = openDay(compile(problem), plan)
  const { orders } = roundsOf(day, plan)
  return orders.flatMap((order, bike) =>
    order.pickups.slice(0, 4).flatMap((pickup, taken) => {
      const shorter = orderOf(day, orders, bike, order.pickups.toSpliced(taken, 1), order, taken)!
      return Array.from({ length: shorter.pickups.length + 1 }, (_, at) => {
        const longer = shorter.pickups.toSpliced(at, 0, pickup)
        return [
          costWith(roadOf(day, bike, orders), shorter, pickup, at, NEVER_S),
          orderOf(day, orders, bike, longer)?.costS ?? NEVER_S,
        ] as const
      })
    }),
  )
}

test.each([6, 8, 12, 25])(
  'one more of %i pickups costs at each place what the round with it costs',
  (pickups) => {
    const places = [1, 2, 3].flatMap((seed) => placesOf(made(seed, pickups), seed))
    expect(places.map(([ahead]) => ahead)).toEqual(places.map(([, decoded]) => decoded))
    expect(places.some(([ahead]) => ahead === NEVER_S)).toBe(true)
    expect(places.filter(([ahead]) => ahead < NEVER_S).length).toBeGreaterThan(20)
  },
)

test.each([
  [7, 0],
  [12, 0],
  [25, 0],
  [7, 3],
  [16, 4],
])(
  'of %i pickups, some with nothing to load, on hills and by a slow bike, %i stops frozen: the same',
  (pickups, frozen) => {
    const places = [1, 2, 3].flatMap((seed) => placesOf(hardDay(seed, pickups), seed, frozen))
    expect(places.map(([ahead]) => ahead)).toEqual(places.map(([, decoded]) => decoded))
    expect(places.filter(([ahead]) => ahead < NEVER_S).length).toBeGreaterThan(15)
  },
)

test('a place that would cost more than may be is none', () => {
  const problem = madeDay(1, { pickups: 12, bikes: 1 })
  const day = openDay(compile(problem))
  const { plan } = solve(problem, { seed: 1, maxIterations: 20 })
  const { orders } = roundsOf(day, plan)
  const road = roadOf(day, 0, orders)
  const pickup = orders[0]!.pickups[3]!
  const shorter = orderOf(day, orders, 0, orders[0]!.pickups.toSpliced(3, 1))!
  const costS = costWith(road, shorter, pickup, 3, NEVER_S)
  expect(costS).toBe(orders[0]!.costS)
  expect(costWith(road, shorter, pickup, 3, costS)).toBe(costS)
  expect(costWith(road, shorter, pickup, 3, costS - 1)).toBe(NEVER_S)
})
