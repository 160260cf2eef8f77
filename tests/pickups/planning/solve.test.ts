import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WhyUnserved } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { madeDay } from '../../../bench/plan/made-day.ts'
import { bike, dropOff, HOUR_S, NINE, pickup, problem } from './days.ts'
import { cheapestCostS } from './every-plan.ts'

/** A centre and two stations, so that every plan can be tried. */
function smallDay(seed: number, pickups: number, bikes: number): Problem {
  const day = madeDay(seed, { pickups, bikes })
  return { ...day, dropOffs: [day.dropOffs[0]!, ...day.dropOffs.slice(3, 5)] }
}

test.each([
  [4, 1],
  [3, 2],
])('%i pickups on %i bikes are planned as cheaply as can be', (pickups, bikes) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const day = smallDay(seed, pickups, bikes)
      const { evaluation } = solve(day, { seed: 1, maxIterations: 300 })
      expect(evaluation.violations).toEqual([])
      expect(evaluation.costS).toBe(cheapestCostS(day))
    }),
    { numRuns: 8 },
  )
})

test('the same seed gives the same plan', () => {
  const day = madeDay(5, { pickups: 20, bikes: 2 })
  const plan = () => solve(day, { seed: 9, maxIterations: 60 }).plan
  expect(plan()).toEqual(plan())
})

test('a part of the load may be put down on the way to make room', () => {
  const day = problem({
    bikes: [bike({ volumeL: 600 })],
    pickups: [
      pickup('wardrobe', 1),
      pickup('boxes', 2, { loads: [{ stream: 'cardboard', litres: 300 }] }),
      pickup('sofa', 4),
    ],
    dropOffs: [
      dropOff('centre', 5),
      dropOff('station', 3, { takes: [{ stream: 'cardboard', roomL: 350 }] }),
    ],
  })
  const { plan, evaluation } = solve(day, { seed: 1, maxIterations: 100 })
  expect(evaluation.travelS).toBe(1200)
  expect(plan.rounds[0]!.stops).toEqual([
    { kind: 'pickup', pickup: 'wardrobe' },
    { kind: 'pickup', pickup: 'boxes' },
    { kind: 'drop-off', dropOff: 'station', streams: ['cardboard'] },
    { kind: 'pickup', pickup: 'sofa' },
    { kind: 'drop-off', dropOff: 'centre', streams: ['bulky'] },
  ])
})

test('a station that is full, or will be, is passed by', () => {
  const boxes = pickup('boxes', 2, { loads: [{ stream: 'cardboard', litres: 300 }] })
  const at = (roomL: number, fillsLPerHour: number) =>
    solve(
      problem({
        pickups: [boxes],
        dropOffs: [
          dropOff('near', 3, { takes: [{ stream: 'cardboard', roomL, fillsLPerHour }] }),
          dropOff('far', 9, { takes: [{ stream: 'cardboard' }] }),
        ],
      }),
      { seed: 1, maxIterations: 10 },
    ).plan.rounds[0]!.stops.flatMap((stop) => (stop.kind === 'drop-off' ? stop.dropOff : []))
  expect(at(2000, 0)).toEqual(['near'])
  expect(at(200, 0)).toEqual(['far'])
  expect(at(2000, 200)).toEqual(['far'])
})

test('of two that can’t both be served the one of higher priority is', () => {
  const short = bike({ shift: { fromS: NINE, untilS: NINE + 2700 } })
  const pickups = [pickup('sofa', 3), pickup('bed', 4, { priority: 1, serviceS: 800 })]
  const { plan } = solve(problem({ bikes: [short], pickups }), { seed: 1, maxIterations: 50 })
  expect(plan.unserved).toEqual([{ pickup: 'sofa', because: 'gave-way' }])
})

test('a pinned pickup rides on its bike, though another is nearer', () => {
  const bikes = [bike(), bike({ id: 'far', startPlace: 9, endPlace: 9 })]
  const day = problem({ bikes, pickups: [pickup('sofa', 3, { bike: 'far' })] })
  const { plan } = solve(day, { seed: 1, maxIterations: 50 })
  expect(plan.rounds.map(({ stops }) => stops.length)).toEqual([0, 2])
})

const noon = { fromS: 12 * HOUR_S, untilS: 12 * HOUR_S, durationS: 1800 }
const atNoon = { windows: [{ fromS: 12 * HOUR_S, untilS: 12 * HOUR_S }] }
test('a bike that sets out when the hours of its break are over rides without it', () => {
  const over = { fromS: 7 * HOUR_S, untilS: 8 * HOUR_S, durationS: 1800 }
  const day = problem({ ...sofa(atNoon), bikes: [bike({ breaks: [over] })] })
  const { plan, evaluation } = solve(day, { seed: 1, maxIterations: 10 })
  expect([plan.unserved, evaluation.violations]).toEqual([[], []])
})

const sofa = (more: Parameters<typeof pickup>[2]): Partial<Problem> => ({
  pickups: [pickup('sofa', 3, more)],
})

test.each<[WhyUnserved, Partial<Problem>]>([
  ['no-bike', { bikes: [] }],
  ['no-bike', sofa({ bike: 'sold' })],
  ['too-long', { ...sofa({ longestCm: 300 }), bikes: [bike({ longestCm: 200 })] }],
  ['too-heavy', sofa({ massKg: 300 })],
  ['too-large', sofa({ loads: [{ stream: 'bulky', litres: 2000 }] })],
  ['must-not-ride-together', { ...sofa({ classes: ['acid', 'food'] }), apart: [['acid', 'food']] }],
  ['nowhere-taken', sofa({ loads: [{ stream: 'asbestos', litres: 1 }] })],
  ['no-room', { dropOffs: [dropOff('centre', 5, { takes: [{ stream: 'bulky', roomL: 10 }] })] }],
  [
    'drop-off-closed',
    { dropOffs: [dropOff('centre', 5, { opens: [{ fromS: 0, untilS: NINE }] })] },
  ],
  ['outside-shift', sofa({ windows: [{ fromS: 20 * HOUR_S, untilS: 21 * HOUR_S }] })],
  ['out-of-range', { bikes: [bike({ rangeM: 5000 })] }],
  ['break-in-the-way', { ...sofa(atNoon), bikes: [bike({ breaks: [noon] })] }],
])('%s: what hinders a pickup that is alone is told', (because, more) => {
  const { plan } = solve(problem(more), { seed: 1, maxIterations: 10 })
  expect(plan.unserved).toEqual([{ pickup: 'sofa', because }])
})
