import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { changesBetween } from '#src/pickups/planning/changes.ts'
import { evaluate } from '#src/pickups/planning/evaluate.ts'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import type { Plan } from '#src/pickups/planning/plan.ts'
import type { Problem } from '#src/pickups/planning/problem.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { madeDay } from '../../../bench/plan/made-day.ts'
import { bike, HOUR_S, NINE, pickup, problem } from './days.ts'

const idsOf = (plan: Plan): string[][] =>
  plan.rounds.map(({ stops }) => stops.flatMap((s) => (s.kind === 'pickup' ? s.pickup : [])))

/** Each who is served gets told a window of an hour around when the bike comes. */
function promised(day: Problem, plan: Plan): Problem {
  const { rounds } = evaluate(day, plan)
  const comesS = new Map(
    rounds.flatMap(({ stops }) =>
      stops.flatMap(({ stop, startsS }) =>
        stop.kind === 'pickup' ? [[stop.pickup, startsS] as const] : [],
      ),
    ),
  )
  return {
    ...day,
    pickups: day.pickups.map((p) => {
      const atS = comesS.get(p.id)
      return atS === undefined ? p : { ...p, promise: { fromS: atS - 1800, untilS: atS + 1800 } }
    }),
  }
}

test('a new booking moves no promise, no bike and no order of the others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const day = madeDay(seed, { pickups: 14, bikes: 2 })
      const known = { ...day, pickups: day.pickups.slice(0, 12) }
      const { plan: before } = solve(known, { seed: 1, maxIterations: 30 })
      const told = promised({ ...day }, before)
      const { plan, evaluation } = insertOnly(told, before)
      expect(evaluation.violations).toEqual([])
      const wasServed = new Set(idsOf(before).flat())
      const others = idsOf(plan).map((ids) => ids.filter((id) => wasServed.has(id)))
      expect(others).toEqual(idsOf(before))
    }),
    { numRuns: 15 },
  )
})

test('a cancelled booking leaves, and one that had no room gets its place', () => {
  const short = bike({ shift: { fromS: NINE, untilS: NINE + 2400 } })
  const pickups = [pickup('sofa', 3), pickup('bed', 3)]
  const day = problem({ bikes: [short], pickups })
  const { plan } = solve(day, { seed: 1, maxIterations: 20 })
  expect(idsOf(plan).flat().length).toBe(2)
  const more = problem({ bikes: [short], pickups: [...pickups, pickup('lamp', 3)] })
  const full = insertOnly(more, plan).plan
  expect(full.unserved).toEqual([{ pickup: 'lamp', because: 'gave-way' }])
  const fewer = problem({ bikes: [short], pickups: [pickups[0]!, pickup('lamp', 3)] })
  const answer = insertOnly(fewer, full)
  expect(idsOf(answer.plan).flat().toSorted()).toEqual(['lamp', 'sofa'])
  expect(answer.evaluation.violations).toEqual([])
})

test('what has nothing to load finds its place on a day of many pickups, also on a bike that was to stay at home', () => {
  const many = Array.from({ length: 9 }, (_, i) =>
    pickup(`thing-${i}`, 1 + (i % 9), { windows: [{ fromS: 0, untilS: 1 }] }),
  )
  const look = pickup('look', 4, { loads: [], massKg: 0 })
  const { plan } = insertOnly(problem({ pickups: [...many, look] }), { rounds: [], unserved: [] })
  expect(idsOf(plan)).toEqual([['look']])
})

const underway: Plan = {
  rounds: [
    {
      bike: 'bike',
      frozen: 2,
      stops: [
        {
          kind: 'pickup',
          pickup: 'sofa',
          actual: { startsS: NINE + 1800, leavesS: NINE + 2400 },
        },
        { kind: 'pickup', pickup: 'bed' },
        { kind: 'drop-off', dropOff: 'centre' },
      ],
    },
  ],
  unserved: [],
}

test('what is done or under way stays as it is, and its load counts', () => {
  const pickups = [pickup('sofa', 3), pickup('bed', 8), pickup('lamp', 4), pickup('rug', 2)]
  const answers = [
    insertOnly(problem({ pickups }), underway),
    solve(problem({ pickups }), { seed: 1, maxIterations: 30, from: underway }),
  ]
  for (const { plan, evaluation } of answers) {
    expect(evaluation.violations).toEqual([])
    expect(plan.rounds[0]!.frozen).toBe(2)
    expect(plan.rounds[0]!.stops.slice(0, 2)).toEqual(underway.rounds[0]!.stops.slice(0, 2))
    expect(idsOf(plan).flat().toSorted()).toEqual(['bed', 'lamp', 'rug', 'sofa'])
    // 1000 litres: three fit, the fourth only after unloading.
    const kinds = plan.rounds[0]!.stops.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'drop-off').length).toBe(2)
  }
})

test('a promise that is broken already is not made worse and hinders no other', () => {
  const late: Plan = {
    ...underway,
    rounds: [
      {
        ...underway.rounds[0]!,
        frozen: 1,
        stops: underway.rounds[0]!.stops.map((stop, i) =>
          i === 0
            ? { ...stop, actual: { startsS: NINE + HOUR_S, leavesS: NINE + 2 * HOUR_S } }
            : stop,
        ),
      },
    ],
  }
  const promise = { fromS: NINE, untilS: NINE + HOUR_S }
  const day = problem({
    pickups: [pickup('sofa', 3), pickup('bed', 8, { promise }), pickup('lamp', 9)],
  })
  const before = evaluate(problem({ pickups: day.pickups.slice(0, 2) }), late)
  const { plan, evaluation } = insertOnly(day, late)
  const byS = (e: typeof evaluation) =>
    e.violations.map((v) => (v.kind === 'promise-broken' ? v.byS : v.kind))
  expect(idsOf(plan)).toEqual([['sofa', 'bed', 'lamp']])
  expect(byS(evaluation)).toEqual(byS(before))
})

test('when the rest of the day can’t hold them all, the least loss gives way, with its reason', () => {
  const tired = bike({ shift: { fromS: NINE, untilS: NINE + 3600 } })
  const pickups = [pickup('sofa', 3), pickup('bed', 8, { priority: 1 }), pickup('lamp', 9)]
  const plan: Plan = {
    rounds: [
      {
        bike: 'bike',
        frozen: 1,
        stops: [
          { kind: 'pickup', pickup: 'sofa', actual: { startsS: NINE + 360, leavesS: NINE + 900 } },
          { kind: 'pickup', pickup: 'bed' },
          { kind: 'pickup', pickup: 'lamp' },
          { kind: 'drop-off', dropOff: 'centre' },
        ],
      },
    ],
    unserved: [],
  }
  const answer = insertOnly(problem({ bikes: [tired], pickups }), plan)
  expect(idsOf(answer.plan)).toEqual([['sofa', 'bed']])
  expect(answer.plan.unserved).toEqual([{ pickup: 'lamp', because: 'gave-way' }])
})

test('what changed is told: later, by another bike, new, no longer', () => {
  const pickups = ['a', 'b', 'c', 'd'].map((id, i) => pickup(id, i + 1))
  const day = problem({ pickups, bikes: [bike(), bike({ id: 'trike' })] })
  const plan = (first: string[], second: string[]): Plan => ({
    rounds: [first, second].map((ids, i) => ({
      bike: ['bike', 'trike'][i]!,
      stops: ids.map((id) => ({ kind: 'pickup', pickup: id })),
    })),
    unserved: [],
  })
  const before = evaluate(day, plan(['a', 'b', 'c'], []))
  const after = evaluate(day, plan(['a', 'd', 'c'], ['b']))
  expect(changesBetween(before, after, 600)).toEqual([
    { pickup: 'b', beforeS: NINE + 540, afterS: NINE + 240, otherBike: true },
    { pickup: 'd', beforeS: undefined, afterS: NINE + 780, otherBike: false },
  ])
  expect(changesBetween(before, after, 60).map((c) => c.pickup)).toEqual(['b', 'c', 'd'])
})
