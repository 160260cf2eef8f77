import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { formulaMatrix } from '#src/pickups/planning/formula.ts'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import { tableOf } from '#src/pickups/planning/legs.ts'
import type { SolverProvider } from '#src/pickups/planning/providers.ts'
import { makeCityPack, writeCityPack } from '#src/routing/city-pack.ts'
import { type DayPlanner, openDayPlanner } from '#src/routing/day-planner.ts'
import { inTurns } from '#src/routing/solver-turns.ts'
import type { ReturnBike } from '#src/stations/return-bike.ts'
import { instant } from '#src/stations/time.ts'
import { smallBike } from '../pickups/booking/cast.ts'
import { dropOff, pickup, problem } from '../pickups/planning/days.ts'
import { writeHeights } from './height-tile.ts'
import { type Double, listen } from './http-double.ts'
import { osmFile } from './osm-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'kvitter-planner-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PLACES = [
  { lat: 57.7, lon: 12.9 },
  { lat: 57.7, lon: 12.91 },
]
const now = instant(Date.UTC(2026, 4, 7, 8))
const by = (services: Pick<ReturnBike, 'travel' | 'formula' | 'vroomUrl'>): ReturnBike => ({
  ...smallBike,
  ...services,
})

let double: Double | undefined
let planner: DayPlanner
let metrics: Registry
const logged: string[] = []

/** Nothing rests here: what failed may be asked again at once. */
function open({ restMs = 0, timeoutMs = 20_000 } = {}): DayPlanner {
  const say = (fields: object, message: string) =>
    logged.push(`${message} ${JSON.stringify(fields)}`)
  return openDayPlanner({
    clock: () => now,
    metrics,
    log: { info: say, error: say },
    restMs,
    timeoutMs,
  })
}

async function reopen(options: Parameters<typeof open>[0]): Promise<void> {
  await planner[Symbol.asyncDispose]()
  metrics = new Registry()
  planner = open(options)
}

beforeEach(() => {
  metrics = new Registry()
  logged.length = 0
  planner = open()
})
afterEach(async () => {
  await planner[Symbol.asyncDispose]()
  await double?.close()
  double = undefined
})

const rows = (url: string, value: number): number[][] => {
  const count = (name: string) => new RegExp(`${name}=([\\d;]+)`).exec(url)![1]!.split(';').length
  return Array.from({ length: count('sources') }, () =>
    Array<number>(count('destinations')).fill(value),
  )
}
const osrm = (url: string) => ({
  json: { durations: rows(url, 300), distances: rows(url, 1500) },
})

test('without a word of the town’s, travel times are by the formula and nothing is asked', async () => {
  planner.follow(smallBike)
  expect(await tableOf(planner.matrices, PLACES)).toEqual(await tableOf(formulaMatrix(), PLACES))
  expect(planner.standIns()).toEqual([])
})

test('the formula goes by the town’s heights and its detours, also where it stands in', async () => {
  // 12 m up from the first place to the second.
  const heights = [writeHeights(folder, 'N57E012.hgt', (east) => east)]
  const formula = { detour: 2, heights }
  planner.follow(by({ formula }))
  const flat = await tableOf(formulaMatrix({ detour: 2 }), PLACES)
  const { emptyS, loadedS, metres } = await tableOf(planner.matrices, PLACES)
  expect(metres).toEqual(flat.metres)
  expect([emptyS[1]! - flat.emptyS[1]!, loadedS[1]! - flat.loadedS[1]!]).toEqual([48, 132])
  expect([emptyS[2], loadedS[2]]).toEqual([flat.emptyS[2], flat.loadedS[2]])

  double = await listen(() => ({ status: 503, text: 'loading' }))
  planner.follow(by({ formula, travel: { kind: 'valhalla', url: double.url } }))
  expect((await tableOf(planner.matrices, PLACES)).loadedS).toEqual(loadedS)
})

test('heights that went away are an alarm, and the town is flat', async () => {
  const gone = join(folder, 'N58E012.hgt')
  planner.follow(by({ formula: { heights: [gone] } }))
  expect(await tableOf(planner.matrices, PLACES)).toEqual(await tableOf(formulaMatrix(), PLACES))
  expect(planner.standIns()).toMatchObject([{ part: 'travel', service: gone }])
})

test('a router that fails is stood in for by the formula, told once, and asked again when it is back', async () => {
  let isUp = false
  double = await listen((url) => (isUp ? osrm(url) : { status: 503, text: 'loading' }))
  planner.follow(by({ travel: { kind: 'osrm', url: double.url, profile: 'cargo' } }))
  const formula = await tableOf(formulaMatrix(), PLACES)
  expect(await tableOf(planner.matrices, PLACES)).toEqual(formula)
  expect(await tableOf(planner.matrices, PLACES)).toEqual(formula)
  const because = `${double.url} answered 503: loading`
  const service = double.url
  expect(planner.standIns()).toEqual([{ part: 'travel', service, since: now, because }])
  expect(await metrics.metrics()).toMatch(/kvitter_bike_stand_in\{part="travel"\} 1\n/)
  expect(await metrics.metrics()).toMatch(
    /kvitter_bike_service_failures_total\{part="travel"\} 2\n/,
  )
  expect(logged).toEqual([expect.stringContaining('travel times are by the formula')])

  isUp = true
  const asked = await tableOf(planner.matrices, PLACES)
  expect([...asked.emptyS]).toEqual([0, 320, 320, 0])
  expect(planner.standIns()).toEqual([])
  expect(logged[1]).toContain('the service answers again')
  expect(double.asked[0]!.url).toMatch(/^\/table\/v1\/cargo\//)
  const count = double.asked.length
  await tableOf(planner.matrices, PLACES)
  expect(double.asked).toHaveLength(count)
})

test('a router that hangs holds up one look, not each', async () => {
  double = await listen(() => 'silence')
  await reopen({ restMs: 60_000, timeoutMs: 200 })
  planner.follow(by({ travel: { kind: 'valhalla', url: double.url } }))
  await tableOf(planner.matrices, PLACES)
  await tableOf(planner.matrices, PLACES)
  expect(double.asked).toHaveLength(1)
  expect(planner.standIns()).toMatchObject([{ because: expect.stringContaining('200 ms') }])
})

test('what was asked before the file was changed is no alarm of the new one', async () => {
  double = await listen(() => 'silence')
  await reopen({ timeoutMs: 200 })
  planner.follow(by({ travel: { kind: 'osrm', url: double.url, profile: 'bike' } }))
  const asked = tableOf(planner.matrices, PLACES)
  planner.follow(smallBike)
  expect(await asked).toEqual(await tableOf(formulaMatrix(), PLACES))
  expect(planner.standIns()).toEqual([])
})

test('along a city pack legs are found in the thread, and a pack that went is an alarm', async () => {
  const osm = join(folder, 'town.osm.pbf')
  const nodes = PLACES.map((place, i) => ({ id: i + 1, ...place }))
  writeFileSync(osm, osmFile(nodes, [{ refs: [1, 2], tags: { highway: 'residential' } }]))
  const file = join(folder, 'town.citypack')
  writeCityPack(file, makeCityPack(osm))
  planner.follow(by({ travel: { kind: 'city-pack', file } }))
  const { metres } = await tableOf(planner.matrices, PLACES)
  const straight = (await tableOf(formulaMatrix({ detour: 1 }), PLACES)).metres[1]!
  expect(metres[1]! / straight).toBeCloseTo(1, 2)

  planner.follow(by({ travel: { kind: 'city-pack', file: join(folder, 'gone.citypack') } }))
  expect(await tableOf(planner.matrices, PLACES)).toEqual(await tableOf(formulaMatrix(), PLACES))
  expect(planner.standIns()).toMatchObject([
    { part: 'travel', service: join(folder, 'gone.citypack') },
  ])
})

test('an outside engine is asked beside our solver, which stands where it is away', async () => {
  double = await listen(() => ({ status: 500, text: 'oops' }))
  planner.follow(by({ vroomUrl: double.url }))
  const { by: whom, evaluation } = await planner.solver.solve(problem(), {
    seed: 1,
    maxIterations: 5,
  })
  expect([whom, evaluation.violations]).toEqual(['embedded', []])
  expect(double.asked.map(({ method }) => method)).toEqual(['POST'])
  expect(planner.standIns()).toMatchObject([{ part: 'planner', service: double.url }])
})

test('an insertion comes from the thread as it would from here, and a problem that is none by its name', async () => {
  const asked = problem({ pickups: [pickup('sofa', 1), pickup('chair', 2)] })
  const from = {
    rounds: [{ bike: 'bike', stops: [{ kind: 'pickup' as const, pickup: 'sofa' }] }],
    unserved: [{ pickup: 'chair', because: 'gave-way' as const }],
  }
  expect(await planner.insert(asked, from)).toEqual(insertOnly(asked, from).plan)
  const odd = problem({ pickups: [pickup('sofa', 99)], dropOffs: [dropOff('centre', 3)] })
  await expect(planner.insert(odd, { rounds: [], unserved: [] })).rejects.toThrow(RangeError)
})

test('so many solve at one time; the others wait, in the order in which they came', async () => {
  const begun: number[] = []
  const open: PromiseWithResolvers<void>[] = []
  const slow: SolverProvider = {
    async solve(_, { seed }) {
      begun.push(seed)
      const gate = Promise.withResolvers<void>()
      open.push(gate)
      await gate.promise
      throw new Error(`no plan ${seed}`)
    },
  }
  const turns = inTurns(() => slow, 2)
  const all = [1, 2, 3, 4].map((seed) => turns.solve(problem(), { seed }))
  const settled = Promise.allSettled(all)
  await new Promise(setImmediate)
  expect([begun, turns.running(), turns.waiting()]).toEqual([[1, 2], 2, 2])
  open[1]!.resolve()
  await expect(all[1]).rejects.toThrow('no plan 2')
  expect([begun, turns.running(), turns.waiting()]).toEqual([[1, 2, 3], 2, 1])
  open[0]!.resolve()
  await expect(all[0]).rejects.toThrow('no plan 1')
  open[2]!.resolve()
  open[3]!.resolve()
  await settled
  expect([turns.running(), turns.waiting()]).toEqual([0, 0])
})
