import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gatherEmptyings } from '#src/rules/emptyings.ts'
import type { EmptiedRecord, EmptyingCorrectedRecord } from '#src/rules/record.ts'
import { type EpochMs, HOUR, MINUTE } from '#src/stations/time.ts'
import { containerId } from '#tests/support/town.ts'
import { after, local } from './scenario.ts'

const noon = local('2026-05-05T12:00')
const paper = containerId('1490-901-paper-1')
const at = (hours: number) => after(noon, hours * HOUR)

function emptied(
  seq: number,
  by: EmptiedRecord['by'],
  emptiedAt: EpochMs,
  more: Partial<EmptiedRecord> = {},
): EmptiedRecord {
  return {
    type: 'emptied',
    seq,
    at: after(noon, 100 * HOUR),
    containerId: paper,
    emptiedAt,
    by,
    ...more,
  }
}
function corrected(seq: number, of: number, was: EpochMs, to?: EpochMs): EmptyingCorrectedRecord {
  return {
    type: 'emptying-corrected',
    seq,
    at: after(noon, 100 * HOUR),
    containerId: paper,
    of,
    was,
    ...(to !== undefined && { emptiedAt: to }),
    actor: 'Kim',
  }
}
const seen = emptied(1, 'sensor', at(2), { notBefore: noon, confidence: 0.8 })

test('what the driver tells and the sensor sees is one emptying, at the driver’s time', () => {
  expect(gatherEmptyings([seen, emptied(2, 'contractor', at(1))])).toMatchObject([
    { id: 1, emptiedAt: at(1), by: ['sensor', 'contractor'], confidence: expect.closeTo(0.99) },
  ])
  expect(gatherEmptyings([seen, emptied(2, 'contractor', at(1))])[0]).not.toHaveProperty(
    'notBefore',
  )
})

test('a sensor alone tells an interval', () => {
  expect(gatherEmptyings([seen])).toEqual([
    {
      id: 1,
      told: [{ seq: 1, emptiedAt: at(2) }],
      containerId: paper,
      emptiedAt: at(2),
      notBefore: noon,
      by: ['sensor'],
      confidence: 0.8,
    },
  ])
})

test.each([
  ['six hours apart are one', 6 * HOUR, 1],
  ['more than six hours apart are two', 6 * HOUR + MINUTE, 2],
] as const)('tellings %s', (_, apartMs, count) => {
  const records = [emptied(1, 'contractor', noon), emptied(2, 'staff', after(noon, apartMs))]
  expect(gatherEmptyings(records)).toHaveLength(count)
})

test('one source that tells two means two', () => {
  const records = [emptied(1, 'contractor', noon), emptied(2, 'contractor', at(1))]
  expect(gatherEmptyings(records).map((e) => e.emptiedAt)).toEqual([noon, at(1)])
})

test('staff withdraw one, or set its time right', () => {
  expect(gatherEmptyings([seen, corrected(3, 1, at(2))])).toEqual([])
  const moved = gatherEmptyings([seen, corrected(3, 1, at(2), at(-5))])
  expect(moved).toMatchObject([{ emptiedAt: at(-5), corrected: true }])
  expect(moved[0]).not.toHaveProperty('notBefore')
  expect(gatherEmptyings([seen, corrected(3, 7, at(2))])).toHaveLength(1)
})

test('they come in the order of time, and of one time in the order told', () => {
  const records = [
    emptied(1, 'sensor', at(40)),
    emptied(2, 'sensor', at(2)),
    emptied(4, 'sensor', at(20)),
    emptied(3, 'contractor', at(2)),
  ]
  const gathered = gatherEmptyings(records)
  expect(gathered.map(({ id }) => id)).toEqual([2, 4, 1])
  expect(gathered[0]!.told.map(({ seq }) => seq)).toEqual([2, 3])
})

test('of two tellings the exact time counts, and who of them set it right', () => {
  const exact = emptied(2, 'contractor', at(1))
  expect(gatherEmptyings([exact, { ...seen, emptiedAt: at(0.5) }])[0]).toMatchObject({
    id: 1,
    emptiedAt: at(1),
  })
  for (const records of [
    [exact, emptied(3, 'staff', at(2)), corrected(4, 2, at(1), at(1.5))],
    [exact, emptied(3, 'staff', at(2)), corrected(4, 3, at(2), at(1.5))],
  ]) {
    expect(gatherEmptyings(records)[0]).toMatchObject({
      corrected: true,
      by: ['contractor', 'staff'],
    })
  }
  expect(gatherEmptyings([exact, emptied(3, 'staff', at(2))])[0]).not.toHaveProperty('corrected')
})

test('every telling is part of just one emptying, whatever their order', () => {
  const telling = fc.record({
    by: fc.constantFrom('sensor', 'contractor', 'staff'),
    hours: fc.integer({ min: 0, max: 48 }),
  })
  fc.assert(
    fc.property(fc.array(telling, { maxLength: 12 }), (tellings) => {
      const records = tellings.map(({ by, hours }, i) => emptied(i + 1, by, at(hours)))
      const gathered = gatherEmptyings(records)
      const seqs = gathered.flatMap((e) => e.told.map((t) => t.seq))
      expect(seqs.toSorted((a, b) => a - b)).toEqual(records.map((r) => r.seq))
      for (const e of gathered) {
        expect(e.confidence).toBeGreaterThan(0)
        expect(e.confidence).toBeLessThanOrEqual(1)
        expect(new Set(e.by).size).toBe(e.told.length)
      }
    }),
  )
})
