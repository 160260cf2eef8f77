import { createServer } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { evaluate } from '#src/pickups/planning/evaluate.ts'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { SolverProvider } from '#src/pickups/planning/providers.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { embeddedSolver, solveInThread } from '#src/routing/embedded-solver.ts'
import { vroomProblem } from '#src/routing/vroom-json.ts'
import { vroomSolver } from '#src/routing/vroom-solver.ts'
import { madeDay } from '../../bench/plan/made-day.ts'
import { bike, dropOff, HOUR_S, NINE, pickup, problem } from '../pickups/planning/days.ts'
import { type Double, listen } from './http-double.ts'

let double: Double | undefined
afterEach(() => double?.close())

const day = madeDay(4, { pickups: 10, bikes: 2 })

test('the thread’s answer is the solver’s own, and better plans come on the way', async () => {
  const costs: number[] = []
  const onBetter = (_: Plan, costS: number): void => void costs.push(costS)
  const answer = await embeddedSolver.solve(day, { seed: 2, maxIterations: 60, onBetter })
  const { plan, evaluation, iterations } = solve(day, { seed: 2, maxIterations: 60 })
  expect(answer).toEqual({ plan, evaluation, iterations, by: 'embedded' })
  expect(costs.at(-1)).toBe(evaluation.costS)
  expect(costs).toEqual(costs.toSorted((a, b) => b - a))
})

test('it keeps to its limit, and ends at once when asked, with the best so far', async () => {
  const limited = await embeddedSolver.solve(day, { seed: 1, limitMs: 50 })
  expect(limited.evaluation.violations).toEqual([])
  const stop = new AbortController()
  const onBetter = (): void => stop.abort()
  const stopped = await embeddedSolver.solve(day, {
    seed: 1,
    limitMs: 600_000,
    signal: stop.signal,
    onBetter,
  })
  expect(stopped.evaluation.violations).toEqual([])
  const never = await embeddedSolver.solve(day, { seed: 1, signal: AbortSignal.abort() })
  expect([never.iterations, never.evaluation.violations]).toEqual([0, []])
})

test('a thread that is overdue is given up', async () => {
  // No thread starts within a millisecond.
  await expect(solveInThread(day, { seed: 1, limitMs: 1 }, 0)).rejects.toThrow(
    'no answer within 1 ms',
  )
})

test('a problem that is none is refused by name, from the thread as well', async () => {
  const odd = problem({ pickups: [pickup('sofa', 99)] })
  await expect(embeddedSolver.solve(odd, { seed: 1 })).rejects.toThrow(
    new RangeError('pickups[0].place: expected a place of the travel table, 0 to 9, got 99'),
  )
})

test('of a break that was over when a bike sets out VROOM is told nothing', () => {
  const over = { fromS: 7 * HOUR_S, untilS: 8 * HOUR_S, durationS: 1800 }
  const noon = { fromS: 12 * HOUR_S, untilS: 13 * HOUR_S, durationS: 1800 }
  const { vehicles } = vroomProblem(problem({ bikes: [bike({ breaks: [over, noon] })] }))
  expect(vehicles).toMatchObject([{ breaks: [{ id: 1 }] }])
})

test('a day in VROOM’s words', () => {
  const noon = { fromS: 12 * HOUR_S, untilS: 13 * HOUR_S, durationS: 1800 }
  const asked = vroomProblem(
    problem({
      bikes: [
        bike({ breaks: [noon], longestCm: 200, rangeM: 30_000 }),
        bike({ id: 'trike', pace: 2 }),
      ],
      pickups: [
        pickup('sofa', 3, { longestCm: 250, priority: 1, classes: ['food'] }),
        pickup('acid', 4, { classes: ['acid'], promise: { fromS: NINE, untilS: NINE + HOUR_S } }),
        pickup('asbestos', 4, { loads: [{ stream: 'asbestos', litres: 1 }] }),
      ],
      dropOffs: [
        dropOff('near', 4, { takes: [{ stream: 'bulky', roomL: 300 }] }),
        dropOff('far', 9),
      ],
      apart: [['acid', 'food']],
    }),
  )
  const all = [[0, 86_400]]
  expect({ ...asked, matrices: undefined }).toEqual({
    matrices: undefined,
    vehicles: [
      {
        id: 0,
        profile: 'car',
        start_index: 0,
        end_index: 0,
        time_window: [NINE, 16 * HOUR_S],
        capacity: [1000, 200, 1000],
        skills: [1],
        speed_factor: 1,
        breaks: [{ id: 0, time_windows: [[12 * HOUR_S, 13 * HOUR_S]], service: 1800 }],
        max_distance: 30_000,
      },
      {
        id: 1,
        profile: 'car',
        start_index: 0,
        end_index: 0,
        time_window: [NINE, 16 * HOUR_S],
        capacity: [1000, 200, 1000],
        skills: [0, 1],
        speed_factor: 0.5,
        breaks: [],
      },
    ],
    shipments: [
      {
        amount: [300, 50, 1],
        priority: 40,
        skills: [0],
        pickup: { id: 0, location_index: 3, service: 300, time_windows: all },
        delivery: { id: 0, location_index: 4, setup: 600, time_windows: [[0, 85_800]] },
      },
      {
        amount: [300, 50, 1000],
        priority: 10,
        skills: [1],
        pickup: { id: 1, location_index: 4, service: 300, time_windows: [[NINE, NINE + HOUR_S]] },
        delivery: { id: 1, location_index: 9, setup: 600, time_windows: [[0, 85_800]] },
      },
    ],
  })
  expect(asked.matrices.car.durations[3]).toEqual([360, 240, 120, 0, 120, 240, 360, 480, 600, 720])
  expect(asked.matrices.car.distances[0]![9]).toBe(9000)
})

/** A VROOM that puts all shipments on its first vehicle, one after another. */
function simpleVroom(body: unknown): unknown {
  const { shipments } = body as { shipments: { pickup: { id: number } }[] }
  const steps = shipments.flatMap(({ pickup: { id } }) => [
    { type: 'pickup', id, arrival: 0, load: [0, 0] },
    { type: 'delivery', id, arrival: 0, load: [0, 0] },
  ])
  return {
    code: 0,
    summary: { cost: 0, routes: 1, unassigned: 0 },
    unassigned: [],
    routes: [{ vehicle: 0, cost: 0, steps: [{ type: 'start' }, ...steps, { type: 'end' }] }],
  }
}

/** Answers as ours does when it hasn't got about to anything. */
const idle: SolverProvider = {
  async solve(asked) {
    const plan: Plan = {
      rounds: [],
      unserved: asked.pickups.map(({ id }) => ({ pickup: id, because: 'gave-way' })),
    }
    return { plan, evaluation: evaluate(asked, plan), iterations: 0, by: 'embedded' }
  },
}

test('of an outside answer the order is kept; unloading and times are ours, and the better one stands', async () => {
  double = await listen((_, body) => ({ json: simpleVroom(body) }))
  const { url } = double
  const outside = await vroomSolver({ url, timeoutMs: 5000, embedded: idle }).solve(day, {
    seed: 1,
  })
  expect(outside.by).toBe('vroom')
  expect(outside.evaluation.violations).toEqual([])
  expect(outside.evaluation.rounds.flatMap(({ stops }) => stops).length).toBeGreaterThan(10)
  const ours = await vroomSolver({ url, timeoutMs: 5000, embedded: embeddedSolver }).solve(day, {
    seed: 1,
    maxIterations: 60,
  })
  expect(ours.by).toBe('embedded')
  expect(double.asked.map(({ method, url: path }) => [method, path])).toEqual([
    ['POST', '/'],
    ['POST', '/'],
  ])
})

test.each([
  [
    'an error of its own',
    { json: { code: 2, error: 'Invalid shipment' } },
    'VROOM: Invalid shipment',
  ],
  ['a status', { status: 500, text: 'oops' }, / answered 500: oops$/],
  ['no JSON', { text: '<html>' }, / answered something that is not JSON$/],
  [
    'a bike that there is not',
    { json: { code: 0, routes: [{ vehicle: 7, steps: [] }] } },
    'VROOM: routes[].vehicle: there is no bike 7',
  ],
  ['silence', 'silence', / did not answer within 100 ms$/],
] as const)('%s from outside is told, and our plan stands', async (_, answer, message) => {
  double = await listen(() => answer)
  const faults: string[] = []
  const solver = vroomSolver({
    url: double.url,
    timeoutMs: 100,
    embedded: embeddedSolver,
    onFault: (error) => faults.push(error.message),
  })
  const { by, evaluation } = await solver.solve(day, { seed: 1, maxIterations: 5 })
  expect([by, evaluation.violations]).toEqual(['embedded', []])
  expect(faults).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)])
})

test('nobody there is told too', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  const faults: string[] = []
  const solver = vroomSolver({
    url: `http://127.0.0.1:${port}`,
    timeoutMs: 5000,
    embedded: idle,
    onFault: (error) => faults.push(error.message),
  })
  expect((await solver.solve(day, { seed: 1 })).by).toBe('embedded')
  expect(faults).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ can’t be reached: /)])
})

test('a day that is on is not shown to an engine that can’t hold what is done', async () => {
  double = await listen((_, body) => ({ json: simpleVroom(body) }))
  const from: Plan = {
    rounds: [{ bike: 'bike', frozen: 1, stops: [{ kind: 'pickup', pickup: 'sofa' }] }],
    unserved: [],
  }
  const solver = vroomSolver({ url: double.url, timeoutMs: 5000, embedded: embeddedSolver })
  const { plan } = await solver.solve(problem(), { seed: 1, maxIterations: 5, from })
  expect(plan.rounds[0]!.stops.map(({ kind }) => kind)).toEqual(['pickup', 'drop-off'])
  expect(double.asked).toEqual([])
})
