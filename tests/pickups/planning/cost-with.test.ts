/** What one more pickup costs is reckoned by looking ahead; here against decoding the whole round. */
import { expect, test } from 'vitest'
import { compile } from '#src/pickups/planning/compile.ts'
import { openDay, orderOf, roadOf, roundsOf } from '#src/pickups/planning/day.ts'
import { NEVER_S } from '#src/pickups/planning/limits.ts'
import { costWith } from '#src/pickups/planning/order.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { madeDay } from '../../../bench/plan/made-day.ts'

/** All places for some pickups that are taken off a round; what each costs by looking ahead and decoded. */
function placesOf(seed: number, pickups: number): (readonly [number, number])[] {
  const problem = madeDay(seed, { pickups, bikes: 2 })
  const { plan } = solve(problem, { seed, maxIterations: 20 })
  const day = openDay(compile(problem))
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
    const places = [1, 2, 3].flatMap((seed) => placesOf(seed, pickups))
    expect(places.map(([ahead]) => ahead)).toEqual(places.map(([, decoded]) => decoded))
    expect(places.some(([ahead]) => ahead === NEVER_S)).toBe(true)
    expect(places.filter(([ahead]) => ahead < NEVER_S).length).toBeGreaterThan(20)
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
