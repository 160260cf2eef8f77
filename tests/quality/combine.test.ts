import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { combine } from '#src/quality/combine.ts'
import type { CombineState, SensorLevel } from '#src/quality/combine.ts'
import { HOUR } from '#src/stations/time.ts'

import { hours } from './series.ts'

function level(sensor: string, cleanPercent: number, more: Partial<SensorLevel> = {}): SensorLevel {
  return { sensor, cleanPercent, at: hours(0), grade: 'A', freshForMs: 3 * HOUR, ...more }
}

test('one sensor is passed on exactly', () => {
  const { cleanPercent } = combine({}, [level('left', 33.37)], hours(1))
  expect(cleanPercent).toBe(33.37)
})

test('two of the same worth are averaged, a better one weighs more', () => {
  const same = combine({}, [level('left', 40), level('right', 50)], hours(1))
  expect(same).toMatchObject({ cleanPercent: 45, sensors: ['left', 'right'] })
  const worse = [level('left', 40), level('right', 50, { grade: 'C' })]
  expect(combine({}, worse, hours(1)).cleanPercent).toBe(42)
})

test('one that has long said nothing is left out, and with none fresh there is no level', () => {
  const levels = [level('left', 40), level('right', 80, { at: hours(5) })]
  expect(combine({}, levels, hours(6))).toMatchObject({ cleanPercent: 80, sensors: ['right'] })
  expect(combine({}, levels, hours(20))).toEqual({ sensors: [], state: {} })
})

test('30 points apart for 6 h is a disagreement, until they are within 20; the better one is believed', () => {
  const apart = (right: number, at: number) => [
    level('left', 20, { at: hours(at) }),
    level('right', right, { at: hours(at), grade: 'B' }),
  ]
  let state: CombineState = {}
  const told = ([right, at]: readonly [number, number]) => {
    const combined = combine(state, apart(right, at), hours(at))
    state = combined.state
    return [combined.cleanPercent, combined.disagreement?.since]
  }
  expect(
    (
      [
        [45, 0],
        [55, 1],
        [55, 6],
        [55, 7],
        [45, 8],
        [38, 9],
      ] as const
    ).map(told),
  ).toEqual([
    [28.3, undefined],
    [20, undefined],
    [20, undefined],
    [20, hours(1)],
    [20, hours(1)],
    [26, undefined],
  ])
})

test('the combined level lies between the lowest and the highest', () => {
  const levels = fc.array(
    fc.record({
      sensor: fc.string(),
      cleanPercent: fc.double({ min: 0, max: 100, noNaN: true }),
      grade: fc.constantFrom('new', 'A', 'B', 'C'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  fc.assert(
    fc.property(levels, (some) => {
      const all = some.map(({ sensor, cleanPercent, grade }) =>
        level(sensor, cleanPercent, { grade }),
      )
      const combined = combine({}, all, hours(1)).cleanPercent!
      const percents = some.map(({ cleanPercent }) => cleanPercent)
      expect(combined).toBeGreaterThanOrEqual(Math.min(...percents) - 0.05)
      expect(combined).toBeLessThanOrEqual(Math.max(...percents) + 0.05)
    }),
  )
})
