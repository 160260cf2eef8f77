import { afterEach, expect, test } from 'vitest'
import { cachedMatrix } from '#src/pickups/planning/cached-matrix.ts'
import { orFormula } from '#src/pickups/planning/fallback-matrix.ts'
import { formulaMatrix } from '#src/pickups/planning/formula.ts'
import { tableOf } from '#src/pickups/planning/legs.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import { osrmMatrix, valhallaMatrix } from '#src/routing/router-matrices.ts'
import { distanceM, type Place } from '#src/stations/station.ts'
import { type Double, listen } from './http-double.ts'

let double: Double | undefined
afterEach(() => double?.close())

const PLACES: readonly Place[] = [
  { lat: 57.7, lon: 12.9 },
  { lat: 57.71, lon: 12.91 },
  { lat: 57.72, lon: 12.95 },
]

test('by the formula a leg is a third longer than the crow flies, at 15 km/h, and slower uphill with a load', async () => {
  const altitudeM = (place: Place): number => (place === PLACES[1] ? 100 : 60)
  const { emptyS, loadedS, metres } = await tableOf(formulaMatrix({ altitudeM }), PLACES)
  const ridden = 1.35 * distanceM(PLACES[0]!, PLACES[1]!)
  expect(metres[1]).toBe(ridden)
  expect(emptyS[1]).toBe(Math.round(ridden / (15 / 3.6) + 20 + 40 * 4))
  expect(loadedS[1]).toBe(Math.round(ridden / (15 / 3.6) + 20 + 40 * 11))
  expect([emptyS[3], loadedS[3]]).toEqual(Array(2).fill(Math.round(ridden / (15 / 3.6) + 20)))
  const own = await tableOf(formulaMatrix({ detour: 2, kmPerHour: 10, perLegS: 0 }), PLACES)
  expect(own.emptyS[1]).toBe(Math.round((2 * distanceM(PLACES[0]!, PLACES[1]!)) / (10 / 3.6)))
})

test('OSRM is asked in blocks, by its table service; what it finds no way for goes by the formula', async () => {
  double = await listen((path) => {
    const [, sources, destinations] = /sources=([\d;]+)&destinations=([\d;]+)/.exec(path)!
    const cells = (unit: number): (number | null)[][] =>
      sources!.split(';').map((s) => destinations!.split(';').map((d) => (s === d ? 0 : unit)))
    const durations = cells(100)
    if (path.includes('12.950000,57.720000;')) durations[0]![0] = null
    return { json: { code: 'Ok', durations, distances: cells(1500) } }
  })
  const router = osrmMatrix({ url: double.url, timeoutMs: 5000, atOnce: 2 })
  const { emptyS, loadedS, metres } = await tableOf(router, PLACES)
  expect(double.asked.map(({ url }) => url)).toEqual([
    '/table/v1/bike/12.900000,57.700000;12.910000,57.710000;12.900000,57.700000;12.910000,57.710000?annotations=duration,distance&sources=0;1&destinations=2;3',
    '/table/v1/bike/12.900000,57.700000;12.910000,57.710000;12.950000,57.720000?annotations=duration,distance&sources=0;1&destinations=2',
    '/table/v1/bike/12.950000,57.720000;12.900000,57.700000;12.910000,57.710000?annotations=duration,distance&sources=0&destinations=1;2',
    '/table/v1/bike/12.950000,57.720000;12.950000,57.720000?annotations=duration,distance&sources=0&destinations=1',
  ])
  const formula = await tableOf(formulaMatrix(), PLACES)
  expect([...emptyS]).toEqual([0, 120, 120, 120, 0, 120, formula.emptyS[6], 120, 0])
  expect(loadedS).toEqual(emptyS)
  expect(metres[1]).toBe(1500)
})

test('Valhalla is asked for its bicycle matrix, whose distances are kilometres', async () => {
  double = await listen(() => ({
    json: {
      sources_to_targets: PLACES.map((_, i) =>
        PLACES.map((_, j) => ({
          from_index: i,
          to_index: j,
          time: i === 2 ? null : 60,
          distance: i === 2 ? null : 0.5,
        })),
      ),
    },
  }))
  const { emptyS, metres } = await tableOf(
    valhallaMatrix({ url: double.url, timeoutMs: 5000, atOnce: 50 }),
    PLACES,
  )
  expect([emptyS[1], metres[1]]).toEqual([80, 500])
  expect(emptyS[6]).toBe((await tableOf(formulaMatrix(), PLACES)).emptyS[6])
  expect(double.asked).toEqual([
    {
      method: 'POST',
      url: '/sources_to_targets',
      body: {
        sources: PLACES,
        targets: PLACES,
        costing: 'bicycle',
        costing_options: { bicycle: { bicycle_type: 'City', cycling_speed: 15, use_hills: 0.2 } },
        units: 'kilometers',
      },
    },
  ])
})

test.each([
  ['a status', 5000, { status: 400, text: 'TooBig' }, / answered 400: TooBig$/],
  ['no matrix', 5000, { json: { code: 'Ok' } }, / answered no matrix: /],
  [
    'too small a matrix',
    5000,
    { json: { durations: [[0]], distances: [[0]] } },
    / answered a matrix smaller than what was asked$/,
  ],
  ['silence', 50, 'silence', / did not answer within 50 ms$/],
] as const)(
  'when a router answers with %s, that is told and the formula stands in',
  async (_, timeoutMs, answer, message) => {
    double = await listen(() => answer)
    const faults: string[] = []
    const router = osrmMatrix({ url: double.url, timeoutMs, atOnce: 50 })
    const legs = await orFormula(router, (e) => faults.push(e.message)).legs(PLACES, PLACES)
    expect(faults).toEqual([expect.stringMatching(message)])
    expect(legs).toEqual(await formulaMatrix().legs(PLACES, PLACES))
  },
)

test('who no longer wants a table gets none, not even by the formula', async () => {
  double = await listen(() => 'silence')
  const router = osrmMatrix({ url: double.url, timeoutMs: 5000, atOnce: 50 })
  const faults: Error[] = []
  const asked = orFormula(router, (e) => faults.push(e)).legs(
    PLACES,
    PLACES,
    AbortSignal.timeout(30),
  )
  await expect(asked).rejects.toThrow('aborted due to timeout')
  expect(faults).toEqual([])
})

/** Counts what it is asked; the formula answers. */
function counted(): MatrixProvider & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    legs(from, to) {
      asked.push(`${from.length}×${to.length}`)
      return formulaMatrix().legs(from, to)
    },
  }
}

test('a pair of places is asked once: a new booking costs a row and a column', async () => {
  const source = counted()
  const cached = cachedMatrix(source)
  await tableOf(cached, PLACES.slice(0, 2))
  await tableOf(cached, PLACES.slice(0, 2))
  expect(source.asked).toEqual(['2×2'])
  expect(await tableOf(cached, PLACES)).toEqual(await tableOf(formulaMatrix(), PLACES))
  expect(source.asked).toEqual(['2×2', '3×1', '1×3'])
})

test('what was asked longest ago is forgotten when there is too much', async () => {
  const source = counted()
  const cached = cachedMatrix(source, 9)
  await tableOf(cached, PLACES)
  const other = { lat: 57.6, lon: 12.8 }
  expect(await tableOf(cached, [other, PLACES[0]!])).toEqual(
    await tableOf(formulaMatrix(), [other, PLACES[0]!]),
  )
  await tableOf(cached, PLACES)
  expect(source.asked.length).toBeGreaterThan(3)
})
