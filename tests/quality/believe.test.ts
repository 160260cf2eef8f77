import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { believe, isFast, startBelieving } from '#src/quality/believe.ts'
import type { Belief, Observation } from '#src/quality/contract.ts'
import { findings } from '#src/quality/findings.ts'
import { pack, unpack } from '#src/quality/pack.ts'
import { natsPerHourOn, USUAL_STAY_MS } from '#src/quality/phantoms.ts'
import { HOUR, plus } from '#src/stations/time.ts'

import { behind, believeAll, cycles, filling, hourly, hours } from './series.ts'

const geometry = {
  emptyDistanceMm: 1500,
  fullDistanceMm: 200,
  deadZoneMm: 150,
  volumeLitres: 3000,
}

function emptyingsOf(beliefs: readonly Belief[]) {
  return beliefs.flatMap(({ emptied }) => (emptied ? [emptied] : []))
}

describe('a healthy sensor', () => {
  const observations = hourly(cycles(4, 240, 90))

  test('is passed on exactly as it is', () => {
    const beliefs = believeAll(observations)
    const clean = beliefs.map(({ cleanPercent }) => cleanPercent)
    expect(clean).toEqual(observations.map(({ fillPercent }) => fillPercent))
    expect(beliefs.some(({ correction }) => correction)).toBe(false)
  })

  test('tells each emptying once, between the last reading before and the first after', () => {
    const told = emptyingsOf(believeAll(observations))
    expect(told.map(({ at, after, before }) => [at, after, before])).toEqual(
      [240, 480, 720].map((hour) => [hours(hour), hours(hour - 1), hours(hour)]),
    )
    expect(told.every(({ confidence }) => confidence > 0.95)).toBe(true)
  })

  test('is grade A, with nothing found', () => {
    const state = startBelieving()
    believeAll(observations, {}, state)
    expect(findings(state, hours(960))).toMatchObject({ grade: 'A', findings: [] })
  })

  test('of a container emptied each day or two is taken for a fast one', () => {
    const state = startBelieving()
    believeAll(hourly(cycles(10, 30, 95)), {}, state)
    expect(isFast(state)).toBe(true)
  })
})

test('a single wild reading is set aside, and the level stays where it was', () => {
  const levels = [...filling(20, 0.1, 50)]
  levels[30] = 95
  const beliefs = believeAll(hourly(levels))
  expect(beliefs[30]).toEqual({
    cleanPercent: levels[29],
    correction: { reason: 'outlier', rawPercent: 95, inARow: 1 },
  })
  expect(emptyingsOf(beliefs)).toEqual([])
})

test('a single reading of nothing is no emptying', () => {
  const levels = [...filling(60, 0.1, 50)]
  levels[30] = 0
  const beliefs = believeAll(hourly(levels))
  expect(emptyingsOf(beliefs)).toEqual([])
  expect(beliefs[31]!.cleanPercent).toBe(levels[31])
})

describe.each([60, 100])('an echo at %i % that comes and goes for hours', (phantom) => {
  const everyTenHours = (hour: number) => hour % 10 >= 5
  const truth = cycles(3, 240, 38)
  const levels = behind(truth, phantom, everyTenHours)
  const state = startBelieving()
  const beliefs = believeAll(hourly(levels), { geometry }, state)

  test('is learned, and then explained by its level and distance', () => {
    const late = beliefs.slice(490).filter(({ correction }) => correction)
    expect(late.length).toBeGreaterThan(80)
    expect(late[0]!.correction).toMatchObject({
      reason: 'phantom',
      rawPercent: phantom,
      phantomPercent: phantom,
      phantomDistanceMm: 1500 - 13 * phantom,
    })
  })

  test('once learned, no longer moves the level', () => {
    const off = beliefs
      .slice(490)
      .map(({ cleanPercent }, i) => Math.abs(cleanPercent! - truth[490 + i]!))
    expect(Math.max(...off)).toBeLessThanOrEqual(4)
  })

  test('hides no emptying and makes none up', () => {
    expect(emptyingsOf(beliefs).map(({ before }) => before)).toEqual([hours(240), hours(480)])
  })

  test('is told to staff', () => {
    const found = findings(state, hours(720), geometry)
    expect(found.findings).toContainEqual(
      expect.objectContaining({
        kind: 'phantom',
        levelPercent: phantom,
        distanceMm: 1500 - 13 * phantom,
      }),
    )
    expect(found.grade).toBe('C')
  })
})

test('an emptying that an echo hides is found when the echo gives way, with the span it lies in', () => {
  const learned = behind(cycles(2, 240, 38), 60, (hour) => hour % 10 >= 5)
  const full = filling(0, 0.15, 225)
  const hidden = Array.from({ length: 6 }, () => 60)
  const levels = [...learned, ...full, ...hidden, ...filling(2, 0.1, 20)]
  const beliefs = believeAll(hourly(levels))
  const last = emptyingsOf(beliefs).at(-1)!
  const start = 480 + 225
  expect(last.after).toBe(hours(start - 1))
  expect(last.before).toBe(hours(start + 6))
  expect(last.at).toBe(hours(start))
  expect(last.fromPercent - last.toPercent).toBeGreaterThan(25)
})

test('waste that comes to stand where an echo is known is told from it, for it wanders', () => {
  const learned = behind(cycles(2, 240, 38), 60, (hour) => hour % 10 >= 5)
  const there = [56, 59, 62, 58, 57, 61, 63, 60, 58, 62, 57, 59]
  const full = Array.from({ length: 8 }, () => there).flat()
  const levels = [...learned, ...filling(0, 0.5, 112), ...full, ...filling(2, 0.1, 20)]
  const beliefs = believeAll(hourly(levels))
  const end = 480 + 112 + full.length
  expect(beliefs[end - 1]!.cleanPercent).toBe(59)
  expect(emptyingsOf(beliefs).at(-1)).toMatchObject({
    at: hours(end),
    after: hours(end - 1),
    before: hours(end),
  })
})

test('a leap onto a known echo is disbelieved for a day, a leap to elsewhere for some readings', () => {
  const learned = behind(cycles(2, 240, 38), 60, (hour) => hour % 10 >= 5)
  const after = (level: number) => {
    const stays = Array.from({ length: 24 }, () => level)
    const beliefs = believeAll(hourly([...learned, ...filling(0, 0.1, 100), ...stays]))
    return beliefs.slice(-24).filter(({ correction }) => correction).length
  }
  expect(after(60)).toBe(24)
  expect(after(45)).toBeGreaterThan(1)
  expect(after(45)).toBeLessThan(16)
})

test.each([
  [1, 10, 0.2],
  [5, 10, 0.195],
  [15, 30, 0.074],
  [30, 40, 0.04],
])('echoes of %i hours in %i make each hour on one cost %f nats', (stay, period, nats) => {
  const state = startBelieving()
  const levels = behind(cycles(3, 240, 38), 60, (hour) => hour % period >= period - stay)
  believeAll(hourly(levels), {}, state)
  const [step] = state.learner.phantoms
  expect(natsPerHourOn(state.learner, step!)).toBeCloseTo(nats, 2)
})

test('an echo that has often stayed for longer than a day is not believed for staying two', () => {
  const learned = behind(cycles(3, 240, 38), 60, (hour) => hour % 40 >= 10)
  const again = [...filling(0, 0.1, 100), ...Array.from({ length: 48 }, () => 60)]
  const beliefs = believeAll(hourly([...learned, ...again])).slice(-48)
  expect(beliefs.every(({ correction }) => correction?.reason === 'phantom')).toBe(true)
})

test('where an echo is known, short cycles alone make no fast container', () => {
  const state = startBelieving()
  believeAll(hourly(cycles(10, 80, 95)), {}, state)
  expect(isFast(state)).toBe(true)
  believeAll(
    hourly(behind(cycles(4, 240, 38), 60, (hour) => hour % 10 >= 5)).map((one) => ({
      ...one,
      at: plus(one.at, 900 * HOUR),
    })),
    {},
    state,
  )
  expect(state.learner.phantoms).not.toEqual([])
  state.cycleMs.fill(72 * HOUR)
  expect(isFast(state)).toBe(false)
})

test('a sensor that counts by 2 cm in a shallow container scatters by a step of 3 points', () => {
  const echoes = [24.2, 24.2, 24.2, 27.3, 24.2]
  const levels = behind(cycles(3, 240, 6), 24.2, (hour) => hour % 10 >= 5).map((level, hour) =>
    level === 24.2 ? echoes[hour % 5]! : level,
  )
  const off = believeAll(hourly(levels))
    .slice(490)
    .flatMap(({ correction }) => (correction?.rawPercent === 27.3 ? [correction.reason] : []))
  expect(off.length).toBeGreaterThan(15)
  expect(new Set(off)).toEqual(new Set(['phantom']))
})

test.each([
  [19, []],
  [24, [hours(100)]],
])('a fall of %i points makes of emptyings %j', (fall, told) => {
  const levels = [...filling(20, 0.2, 100), ...filling(40 - fall, 0.1, 20)]
  expect(emptyingsOf(believeAll(hourly(levels))).map(({ at }) => at)).toEqual(told)
})

describe('near full, then far away', () => {
  const full = [...filling(70, 1, 28), 100, 100, 100]
  const near = (levels: readonly number[]): readonly Observation[] =>
    hourly(levels).map((one) => (one.fillPercent === 100 ? { ...one, nearFull: true } : one))

  test('without another sign it stays full, but suspect', () => {
    const beliefs = believeAll(near([...full, 5, 100, 100]))
    expect(beliefs[31]).toEqual({
      cleanPercent: 100,
      correction: { reason: 'full-suspect', rawPercent: 5 },
    })
    expect(emptyingsOf(beliefs)).toEqual([])
  })

  test('it is an emptying once it has lasted', () => {
    const beliefs = believeAll(near([...full, 5, 5, 5, 5]))
    expect(beliefs[32]!.cleanPercent).toBe(100)
    expect(beliefs[33]!.cleanPercent).toBe(5)
    expect(emptyingsOf(beliefs)).toMatchObject([{ before: hours(31), evidence: ['level'] }])
  })

  test('with a pick-up it is an emptying at once', () => {
    const observations = near([...full, 5]).map((one, i) =>
      i === 31 ? { ...one, pickedUp: true } : one,
    )
    const beliefs = believeAll(observations)
    expect(beliefs[31]).toMatchObject({
      cleanPercent: 5,
      emptied: { evidence: ['level', 'pick-up'] },
    })
  })
})

test("a contractor's report bears out an emptying a reading earlier", () => {
  const levels = [...filling(50, 0.2, 40), 2, 2]
  const report = { source: 'contractor', at: hours(40), toleranceMs: 2 * HOUR } as const
  const beliefs = believeAll(hourly(levels), { hints: [report] })
  expect(beliefs[40]!.emptied).toMatchObject({ evidence: ['level', 'contractor'] })
  expect(beliefs[41]!.emptied).toBeUndefined()
  const alone = believeAll(hourly(levels))
  expect(alone[40]!.emptied).toBeUndefined()
  expect(alone[41]!.emptied).toMatchObject({ evidence: ['level'] })
})

describe('a sensor that often leaps', () => {
  const leaping = (hour: number) => hour % 6 === 2 && hour < 280
  const levels = Array.from({ length: 284 }, (_, hour) =>
    leaping(hour) ? 20 + ((hour * 37) % 80) : hour < 280 ? 24 : 2,
  )
  const plan = { source: 'plan', at: hours(284), toleranceMs: 12 * HOUR } as const
  const driver = { source: 'contractor', at: hours(281), toleranceMs: 2 * HOUR } as const

  test.each([
    ['alone it is sure of an emptying from the third reading on', [], 283, ['level']],
    ['with a plan from the second, for a plan is no witness', [plan], 282, ['level', 'plan']],
    ['with a driver’s word from the first', [driver], 281, ['level', 'contractor']],
  ])('%s', (_, hints, readings, evidence) => {
    const until = (count: number) =>
      emptyingsOf(believeAll(hourly(levels.slice(0, count)), { hints }))
    expect(until(readings - 1)).toEqual([])
    expect(until(readings)).toMatchObject([{ at: hours(280), evidence }])
    expect(until(284)).toHaveLength(1)
  })
})

test('a report of an emptying that the level contradicts makes none', () => {
  const report = { source: 'contractor', at: hours(20), toleranceMs: 2 * HOUR } as const
  const beliefs = believeAll(hourly(filling(50, 0.2, 40)), { hints: [report] })
  expect(emptyingsOf(beliefs)).toEqual([])
})

test('an emptying during a long silence is found, with the silence as its span', () => {
  const before = hourly(filling(30, 0.5, 60))
  const after = hourly(filling(3, 0.5, 10)).map((one) => ({ ...one, at: plus(one.at, 200 * HOUR) }))
  const told = emptyingsOf(believeAll([...before, ...after]))
  expect(told).toMatchObject([{ after: hours(59), before: hours(200) }])
})

test('a fault, a message without a level and a late reading give no level and change nothing after', () => {
  const levels = filling(20, 0.3, 30)
  const state = startBelieving()
  believeAll(hourly(levels), {}, state)
  const before = pack(state)
  expect(believe(state, { at: hours(30), fault: 'no-echo', fillPercent: 80 })).toEqual({})
  expect(believe(state, { at: hours(31) })).toEqual({})
  expect(believe(state, { at: hours(3), fillPercent: 90 })).toEqual({})
  expect(pack(state)).toEqual(before)
})

test('a level that stands still for three days while the container should fill is stuck', () => {
  const levels = [...cycles(2, 120, 60), ...Array.from({ length: 100 }, () => 20)]
  const state = startBelieving()
  const observations = hourly([...filling(0, 0.5, 40), ...levels])
  believeAll(observations, {}, state)
  expect(findings(state, observations.at(-1)!.at).findings).toEqual([
    expect.objectContaining({ kind: 'stuck', levelPercent: 20, since: hours(280) }),
  ])
})

test('a full container that stands still is full, not stuck', () => {
  const state = startBelieving()
  const observations = hourly([...filling(0, 1, 101), ...Array.from({ length: 120 }, () => 100)])
  believeAll(observations, {}, state)
  expect(findings(state, observations.at(-1)!.at).findings).toEqual([])
})

/** Any sensor at all: fills, is emptied, sees ghosts, loses echoes, sleeps. */
const anySeries = fc
  .array(
    fc.record({
      gapMinutes: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 })),
      level: fc.oneof(
        fc.constantFrom(0, 4, 30, 60, 100),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.constant(undefined),
      ),
      pickedUp: fc.constantFrom(undefined, undefined, undefined, true),
      nearFull: fc.boolean(),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((steps) => {
    let at = hours(0)
    return steps.map(({ gapMinutes, level, pickedUp, nearFull }): Observation => {
      at = plus(at, gapMinutes * 60_000)
      if (level === undefined) return { at, fault: 'no-echo' }
      const near = nearFull && level > 95
      return { at, fillPercent: level, nearFull: near, ...(pickedUp && { pickedUp }) }
    })
  })

test('whatever comes, a level lies within 0…100, a fault gives none, and what is untouched is exact', () => {
  fc.assert(
    fc.property(anySeries, (observations) => {
      believeAll(observations).forEach(({ cleanPercent, correction, emptied }, i) => {
        const { fillPercent } = observations[i]!
        expect(cleanPercent === undefined).toBe(fillPercent === undefined)
        if (cleanPercent === undefined) return
        expect(cleanPercent).toBeGreaterThanOrEqual(0)
        expect(cleanPercent).toBeLessThanOrEqual(100)
        if (!correction) expect(cleanPercent).toBe(fillPercent)
        if (!emptied) return
        expect(emptied.after).toBeLessThanOrEqual(emptied.at)
        expect(emptied.at).toBeLessThanOrEqual(emptied.before)
        expect(emptied.fromPercent - emptied.toPercent).toBeGreaterThanOrEqual(20)
      })
    }),
    { numRuns: 200 },
  )
})

test('stopped anywhere and started again from its bytes, it goes on as if nothing had been', () => {
  fc.assert(
    fc.property(anySeries, fc.nat(), (observations, anywhere) => {
      const cut = anywhere % (observations.length + 1)
      const state = startBelieving()
      believeAll(observations.slice(0, cut), {}, state)
      const bytes = pack(state)
      const restored = unpack(bytes)!
      expect(pack(restored)).toEqual(bytes)
      const rest = observations.slice(cut)
      expect(believeAll(rest, {}, restored)).toEqual(believeAll(rest, {}, state))
      expect(pack(restored)).toEqual(pack(state))
    }),
    { numRuns: 200 },
  )
})

test('a state after a year of a bad sensor fits into 2 kB', () => {
  const state = startBelieving()
  believeAll(hourly(behind(cycles(30, 240, 80), 58, (hour) => hour % 9 >= 5)), {}, state)
  expect(pack(state).length).toBeLessThan(2048)
})

test('bytes from before stays were kept are read, with the usual stay for each echo', () => {
  const state = startBelieving()
  believeAll(hourly(behind(cycles(2, 240, 38), 60, (hour) => hour % 10 >= 5)), {}, state)
  const { hits, stayedMs } = state.learner
  const kept = stayedMs.filter((ms) => ms > 0).length
  expect(kept).toBeGreaterThan(0)
  const bytes = pack(state)
  const older = bytes.slice(0, bytes.length - (1 + 9 * kept))
  older[0] = 2
  const restored = unpack(older)!
  expect(restored.learner.stayedMs).toEqual(hits.map((count) => count * USUAL_STAY_MS))
  restored.learner.stayedMs.set(stayedMs)
  expect(pack(restored)).toEqual(bytes)
})

test.each([
  ['nothing', new Uint8Array()],
  ['another version', Uint8Array.from([99, 0, 0])],
  ['bytes that were cut', pack(startBelieving()).slice(0, 200)],
])('%s is no state, and nothing throws', (_, bytes) => {
  expect(unpack(bytes)).toBeUndefined()
})
