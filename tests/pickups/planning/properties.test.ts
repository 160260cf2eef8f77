/** `FC_RUNS=1000 npx vitest run tests/pickups/planning/properties.test.ts` looks for longer. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import type { Evaluation, Plan, TimedRound } from '#src/pickups/planning/plan.ts'
import type { Bike, Pickup, Problem } from '#src/pickups/planning/problem.ts'
import { solve } from '#src/pickups/planning/solve.ts'
import { madeDay } from '../../../bench/plan/made-day.ts'

const RUNS = Number(process.env['FC_RUNS'] ?? 25)

/** A made-up day with everything made tighter than it would be: little room, short hours, hills, pins. */
const tightDay = fc
  .record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    pickups: fc.integer({ min: 1, max: 16 }),
    bikes: fc.integer({ min: 1, max: 3 }),
    roomShare: fc.constantFrom(0.1, 0.4, 1),
    closesHour: fc.constantFrom(11, 14, 18),
    rangeM: fc.constantFrom(15_000, 40_000, undefined),
    hills: fc.constantFrom(1, 1.7),
    pinned: fc.boolean(),
    secondBreak: fc.boolean(),
  })
  .map((shape): Problem => {
    const day = madeDay(shape.seed, shape)
    return {
      ...day,
      travel: { ...day.travel, loadedS: day.travel.emptyS.map((s) => s * shape.hills) },
      bikes: day.bikes.map((made): Bike => {
        const { rangeM: _, ...bike } = made
        const second = { fromS: 14 * 3600, untilS: 15 * 3600, durationS: 600 }
        return {
          ...bike,
          ...(shape.rangeM !== undefined && { rangeM: shape.rangeM }),
          breaks: [...bike.breaks, ...(shape.secondBreak ? [second] : [])],
        }
      }),
      pickups: day.pickups.map((p, i): Pickup =>
        shape.pinned && i % 3 === 0 ? { ...p, bike: 'bike-0' } : p,
      ),
      dropOffs: day.dropOffs.map((d) => ({
        ...d,
        opens: [{ fromS: d.opens[0]!.fromS, untilS: shape.closesHour * 3600 }],
        takes: d.takes.map((t) =>
          t.roomL === undefined ? t : { ...t, roomL: t.roomL * shape.roomShare },
        ),
      })),
    }
  })

/** A second opinion that shares no code with the evaluator: only the times are taken from it. */
function expectSound(day: Problem, plan: Plan, { rounds, violations }: Evaluation): void {
  expect(violations).toEqual([])
  const served = plan.rounds.flatMap(({ stops }) =>
    stops.flatMap((stop) => (stop.kind === 'pickup' ? stop.pickup : [])),
  )
  const told = plan.unserved.map(({ pickup }) => pickup)
  expect([...served, ...told].toSorted()).toEqual(day.pickups.map(({ id }) => id).toSorted())
  const drops: { readonly key: string; readonly litres: number; readonly atS: number }[] = []
  for (const round of rounds) walk(day, round, drops)
  const sums = new Map<string, number>()
  for (const { key, litres, atS } of drops.toSorted((a, b) => a.atS - b.atS)) {
    sums.set(key, (sums.get(key) ?? 0) + litres)
    const [id, stream] = key.split('/')
    const { roomL, fillsLPerHour } = day.dropOffs
      .find((d) => d.id === id)!
      .takes.find((t) => t.stream === stream)!
    if (roomL === undefined) continue
    expect(sums.get(key)).toBeLessThanOrEqual(roomL - (fillsLPerHour! * atS) / 3600 + 1e-3)
  }
}

function walk(
  day: Problem,
  { bike: id, stops, span }: TimedRound,
  drops: { key: string; litres: number; atS: number }[],
): void {
  const bike = day.bikes.find((b) => b.id === id)!
  const aboard = new Map<string, number>()
  let kg = 0
  let classes = new Set<string>()
  let leftS = bike.shift.fromS
  for (const { stop, startsS, leavesS } of stops) {
    expect(startsS).toBeGreaterThanOrEqual(leftS)
    leftS = leavesS
    if (stop.kind === 'break') {
      const pause = bike.breaks[stop.index]!
      expect([startsS >= pause.fromS, startsS <= pause.untilS]).toEqual([true, true])
      expect(leavesS - startsS).toBe(pause.durationS)
    } else if (stop.kind === 'pickup') {
      const pickup = day.pickups.find((p) => p.id === stop.pickup)!
      expect(pickup.windows.some((w) => startsS >= w.fromS && startsS <= w.untilS)).toBe(true)
      expect(pickup.longestCm!).toBeLessThanOrEqual(bike.longestCm!)
      expect(pickup.bike ?? id).toBe(id)
      for (const { stream, litres } of pickup.loads) {
        aboard.set(stream, (aboard.get(stream) ?? 0) + litres)
      }
      kg += pickup.massKg
      classes = new Set([...classes, ...pickup.classes!])
      expect(classes.size).toBe(1)
      expect(kg).toBeLessThanOrEqual(bike.massKg + 1e-6)
      expect([...aboard.values()].reduce((a, b) => a + b)).toBeLessThanOrEqual(bike.volumeL + 1e-6)
    } else {
      const dropOff = day.dropOffs.find((d) => d.id === stop.dropOff)!
      expect(dropOff.opens.some((w) => startsS >= w.fromS && leavesS <= w.untilS)).toBe(true)
      const before = [...aboard.values()].reduce((a, b) => a + b)
      for (const stream of stop.streams!) {
        expect(dropOff.takes.map((t) => t.stream)).toContain(stream)
        drops.push({ key: `${dropOff.id}/${stream}`, litres: aboard.get(stream)!, atS: startsS })
        aboard.delete(stream)
      }
      const after = [...aboard.values()].reduce((a, b) => a + b, 0)
      kg *= after / before
      if (aboard.size === 0) classes = new Set()
    }
  }
  expect(aboard.size).toBe(0)
  expect(span.untilS).toBeLessThanOrEqual(bike.shift.untilS)
}

test('no plan breaks a limit, puts a thing where there is no room, or loses a booking', () => {
  fc.assert(
    fc.property(tightDay, fc.integer({ min: 1, max: 1000 }), (day, seed) => {
      const { plan, evaluation } = solve(day, { seed, maxIterations: 15 })
      expectSound(day, plan, evaluation)
    }),
    { numRuns: RUNS },
  )
})

test('nor does one that a late booking was put into', () => {
  fc.assert(
    fc.property(tightDay, (day) => {
      const known = { ...day, pickups: day.pickups.slice(0, -3) }
      const { plan: before } = solve(known, { seed: 1, maxIterations: 5 })
      const { plan, evaluation } = insertOnly(day, before)
      expectSound(day, plan, evaluation)
    }),
    { numRuns: RUNS },
  )
})

test('the same seed gives the same plan, whatever the day', () => {
  fc.assert(
    fc.property(tightDay, (day) => {
      const plan = () => solve(day, { seed: 3, maxIterations: 5 }).plan
      expect(plan()).toEqual(plan())
    }),
    { numRuns: Math.ceil(RUNS / 5) },
  )
})
