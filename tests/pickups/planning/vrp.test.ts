import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom } from '#src/pickups/planning/random.ts'
import { checkRoutes, type VrpInstance } from '#src/pickups/planning/vrp/instance.ts'
import { solveVrp } from '#src/pickups/planning/vrp/solve-vrp.ts'

function madeInstance(seed: number, customers: number, timed: boolean): VrpInstance {
  const random = randomFrom(seed)
  const places = customers + 1
  const points = Array.from(
    { length: places },
    () => [random.below(100), random.below(100)] as const,
  )
  const distance = Float64Array.from({ length: places ** 2 }, (_, i) => {
    const [x, y] = points[Math.floor(i / places)]!
    const [u, v] = points[i % places]!
    return Math.round(Math.hypot(x - u, y - v))
  })
  const demand = Float64Array.from({ length: places }, (_, i) =>
    i === 0 ? 0 : 1 + random.below(5),
  )
  const earliest = Float64Array.from({ length: places }, (_, i) =>
    i === 0 ? 0 : random.below(200),
  )
  const windows = {
    earliest,
    latest: earliest.map((e, i) => (i === 0 ? 1000 : e + 200)),
    service: Float64Array.from({ length: places }, (_, i) => (i === 0 ? 0 : 10)),
  }
  return {
    customers,
    capacity: 12,
    maxRoutes: customers,
    distance,
    demand,
    ...(timed && { windows }),
  }
}

/** By trying every order, cut into routes wherever that may be. */
function shortest(instance: VrpInstance): number {
  let best = Number.POSITIVE_INFINITY
  const grow = (routes: readonly (readonly number[])[], left: readonly number[]): void => {
    const { distance, faults } = checkRoutes(instance, routes)
    if (distance >= best || faults.some(({ kind }) => kind !== 'missing')) return
    if (left.length === 0) best = distance
    for (const customer of left) {
      const others = left.filter((c) => c !== customer)
      const last = routes.at(-1)
      if (last) grow([...routes.slice(0, -1), [...last, customer]], others)
      // Routes in the order of their first customers, so that each set of them comes once.
      if (!last || customer > last[0]!) grow([...routes, [customer]], others)
    }
  }
  grow(
    [],
    Array.from({ length: instance.customers }, (_, i) => i + 1),
  )
  return best
}

test.each([
  ['with time windows', true],
  ['without', false],
])('six customers %s are served as shortly as can be', (_, timed) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const instance = madeInstance(seed, 6, timed)
      const { routes, distance } = solveVrp(instance, { seed: 1, maxIterations: 3000 })
      expect(checkRoutes(instance, routes)).toEqual({ distance, faults: [] })
      expect(distance).toBe(shortest(instance))
    }),
    { numRuns: 10 },
  )
})

test('the same seed gives the same routes, another one may not', () => {
  const instance = madeInstance(7, 60, true)
  const routes = (seed: number) => solveVrp(instance, { seed, maxIterations: 500 }).routes
  expect(routes(1)).toEqual(routes(1))
  expect(routes(1)).not.toEqual(routes(2))
})

test('as few routes as the demand allows when that comes first', () => {
  const instance = madeInstance(3, 40, false)
  const demand = instance.demand.reduce((sum, d) => sum + d, 0)
  const answer = solveVrp(instance, { seed: 1, maxIterations: 20_000, fewestRoutes: true })
  expect(checkRoutes(instance, answer.routes).faults).toEqual([])
  expect(answer.routes.length).toBe(Math.ceil(demand / instance.capacity))
})

test('with too few bikes some customers are left, and told', () => {
  const instance = { ...madeInstance(3, 40, false), maxRoutes: 3 }
  const { routes, left } = solveVrp(instance, { seed: 1, maxIterations: 2000 })
  expect(routes.length).toBe(3)
  expect([...routes.flat(), ...left].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  )
})

test('it stops when its time is up or when it is told to', () => {
  const instance = madeInstance(7, 60, true)
  let ms = 0
  const timed = solveVrp(instance, { seed: 1, elapsedMs: () => ms++, limitMs: 5 })
  expect(timed.iterations).toBe(5 * 64)
  let asked = 0
  const stopped = solveVrp(instance, { seed: 1, stopped: () => asked++ >= 3 })
  expect(stopped.iterations).toBe(3 * 64)
})

test('a walk over routes tells who is late, twice, missing, and what is overloaded', () => {
  const instance = madeInstance(1, 6, true)
  const tight = {
    ...instance,
    capacity: 3,
    windows: { ...instance.windows!, latest: instance.windows!.earliest },
  }
  const { faults } = checkRoutes(tight, [[1, 2, 1, 3]])
  expect(new Set(faults.map(({ kind }) => kind))).toEqual(
    new Set(['late', 'twice', 'missing', 'overloaded']),
  )
})
