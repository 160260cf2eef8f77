/** What adds up to "full", and what is lacking for it. */
import { describe, expect, test } from 'vitest'

import type { EvidencePart } from '#src/rules/decision.ts'
import { lackingForFull, weighEvidence } from '#src/rules/evidence.ts'
import type { Report } from '#src/rules/evidence.ts'
import { HOUR, after, local } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)

function weigh(fillPercent: number | undefined, reports: readonly Report[], ageMs = 0) {
  const parts: EvidencePart[] = []
  const known = { fillPercent, measuredAt: ten, liveUntil: ten + 12 * HOUR, reports }
  return { sum: weighEvidence(known, later(ageMs), parts), parts }
}

const said = (
  kind: Report['kind'],
  by: Report['by'] = 'resident',
  reporter = 'a',
  ms = 0,
): Report => ({ kind, by, reporter, at: later(ms) })

describe('evidence', () => {
  test('tells what it is made of, the newest report first', () => {
    const reports = [
      said('full'),
      said('has-room', 'staff', 'crew', 1),
      said('full', 'resident', 'b', 2),
    ]
    expect(weigh(80, reports, 2)).toEqual({
      sum: -1 + 1 + 1.5 - 4 + 1.5,
      parts: [
        { what: 'prior', weight: -1 },
        { what: 'sensor', weight: 1, fillPercent: 80, at: ten },
        { what: 'report', weight: 1.5, at: later(2) },
        { what: 'staff', weight: -4, at: later(1) },
        { what: 'report', weight: 1.5, at: ten },
      ],
    })
  })

  test('counts the newest three residents and the newest of the staff', () => {
    const residents = [1, 2, 3, 4].map((i) => said('full', 'resident', `r${i}`, i))
    const staff = [said('full', 'staff', 'x', 5), said('has-room', 'staff', 'y', 6)]
    expect(weigh(undefined, [...residents, ...staff], 6).sum).toBe(-1 - 4 + 4.5)
    expect(weigh(undefined, [staff[0]!, ...residents, staff[1]!], 6).parts).toHaveLength(5)
    expect(weigh(undefined, [staff[0]!], 6).sum).toBe(3)
  })

  test('is nothing where nobody has said anything, or not for eight hours', () => {
    expect(weigh(undefined, []).sum).toBeNaN()
    expect(weigh(undefined, [said('full')], 8 * HOUR).sum).toBeNaN()
    expect(weigh(undefined, [said('full')], 8 * HOUR - 1).sum).not.toBeNaN()
    expect(weigh(40, [said('full')], 8 * HOUR).sum).toBeLessThan(-1)
    expect(weigh(40, [], 12 * HOUR).sum).toBeNaN()
  })

  test('of a level at 75 % is neither for nor against, and does not age', () => {
    expect(weigh(75, [], 0).sum).toBe(-1)
    expect(weigh(75, [], 11 * HOUR).sum).toBe(-1)
    expect(weigh(90, [], 11 * HOUR).sum).toBe(2)
    expect(weigh(100, []).sum).toBe(2)
    expect(weigh(70, [], 0).sum).toBe(-2)
    expect(weigh(20, [], 0).sum).toBe(-2)
    expect(weigh(20, [], 6 * HOUR).sum).toBe(-1.707106781)
  })
})

describe('what is lacking for "full"', () => {
  const lacking = (fillPercent: number | undefined, reports: readonly Report[], hasSensor = true) =>
    lackingForFull(weigh(fillPercent, reports).parts, hasSensor)

  test.each<readonly [string, number | undefined, readonly Report[], object | undefined]>([
    ['nothing at 85 %', 85, [], undefined],
    ['a little at 84.9 %', 84.9, [], { fillPercent: 85, reports: 1 }],
    ['a level of 85 % or two residents', undefined, [], { fillPercent: 85, reports: 2 }],
    [
      'less when a resident has spoken',
      undefined,
      [said('full')],
      { fillPercent: 77.5, reports: 1 },
    ],
    [
      'three residents where one says that there is room: he is one of the three',
      undefined,
      [said('has-room')],
      {},
    ],
    [
      'nothing within reach when one of the staff says that there is room',
      undefined,
      [said('full'), said('has-room', 'staff', 'crew')],
      {},
    ],
  ])('%s', (_, fill, reports, expected) => {
    expect(lacking(fill, reports)).toEqual(expected)
  })

  test('is no level without a sensor', () => {
    expect(lacking(undefined, [], false)).toEqual({ reports: 2 })
  })

  test('is at most what a sensor can show, and what three residents can say', () => {
    const parts = (weight: number): readonly EvidencePart[] => [{ what: 'prior', weight }]
    expect(lackingForFull(parts(-2), true)).toEqual({ fillPercent: 90, reports: 2 })
    expect(lackingForFull(parts(-2.1), true)).toEqual({ reports: 3 })
    expect(lackingForFull(parts(-3.5), true)).toEqual({ reports: 3 })
    expect(lackingForFull(parts(-3.6), true)).toEqual({})
    expect(lackingForFull(parts(1), true)).toBeUndefined()
    expect(lackingForFull(parts(0.9999999999), true)).toBeUndefined()
    const said: EvidencePart = { what: 'report', weight: 0, at: ten }
    expect(lackingForFull([...parts(-2), said], true)).toEqual({ fillPercent: 90, reports: 2 })
    expect(lackingForFull([...parts(-2), said, said], true)).toEqual({ fillPercent: 90 })
  })
})
