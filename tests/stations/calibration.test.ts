import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelOf } from '#src/ingest/level.ts'
import { calibrationOf } from '#src/stations/calibration.ts'
import { FAULTS, type Reading } from '#src/stations/reading.ts'
import { instant, MINUTE, plus } from '#src/stations/time.ts'
import { box, deviceId } from '#tests/support/town.ts'

const chief = deviceId('chief')
const noon = instant(Date.parse('2026-05-05T10:00:00Z'))

/** Twenty minutes between one and the next, oldest first. */
function readings(...said: readonly Partial<Reading>[]): Reading[] {
  return said.map((what, i) => {
    const at = plus(noon, i * 20 * MINUTE)
    return { deviceId: chief, n: 0, measuredAt: at, receivedAt: at, flags: [], ...what }
  })
}
const mm = (...distances: readonly number[]) =>
  readings(...distances.map((distanceMm) => ({ distanceMm })))

describe('what is measured now', () => {
  test.each<[string, readonly Reading[], number, number]>([
    ['one distance is enough', mm(1500), 1500, 1],
    ['the middle of the latest three', mm(1400, 1490, 1530, 1500), 1500, 3],
    ['what came before the emptying is another time', mm(500, 510, 1600), 1600, 1],
    ['nor does it reach back over a stray echo', mm(1600, 700, 1610), 1610, 1],
    ['another sensor’s word is its own', [...mm(1500), ...other(900)], 1500, 1],
    [
      'a message of the battery alone is passed over',
      readings({ distanceMm: 1500 }, { batteryPercent: 80 }),
      1500,
      1,
    ],
    [
      'where the floor was set too high, the true one lies beyond it',
      readings({ distanceMm: 2000, fault: 'beyond-floor' }),
      2000,
      1,
    ],
  ])('%s', (_, said, distanceMm, count) => {
    expect(calibrationOf(said, chief, box)).toEqual({
      kind: 'measured',
      distanceMm,
      readings: count,
    })
  })

  test('plumb, for a slanted sensor that sits above the rim', () => {
    const slanted = { ...box, tiltDeg: 60, mountingOffsetMm: 50 }
    expect(calibrationOf(mm(3000), chief, slanted)).toMatchObject({ distanceMm: 1450 })
  })
})

function other(distanceMm: number): Reading[] {
  return readings({ distanceMm, deviceId: deviceId('other') })
}

test.each<[string, readonly Reading[], string]>([
  [
    'silence',
    other(1500),
    'chief has measured nothing of late: wait for a reading, or let it send one',
  ],
  [
    'a fault, whatever came before it',
    readings({ distanceMm: 1500 }, { fault: 'no-echo', distanceMm: 0 }),
    'the latest reading of chief is a fault, no-echo',
  ],
  [
    'a percentage of the device’s own',
    readings({ fillPercent: 40 }),
    'chief tells no distance; what it calls empty and full is set in the device',
  ],
])('%s can’t be taken for a measure', (_, said, why) => {
  expect(calibrationOf(said, chief, box)).toEqual({ kind: 'unmeasured', why })
})

test('a measure lies among the distances it was taken from', () => {
  const reading = fc.record({
    distanceMm: fc.option(fc.integer({ min: -10, max: 9000 }), { nil: undefined }),
    fault: fc.option(fc.constantFrom(...FAULTS), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 8 }), (said) => {
      const all = readings(...(said as Partial<Reading>[]))
      const measured = calibrationOf(all, chief, box)
      if (measured.kind === 'unmeasured') return
      expect(all.map((r) => r.distanceMm)).toContain(measured.distanceMm)
      expect(measured.distanceMm).toBeGreaterThan(0)
    }),
  )
})

test('what is calibrated empty then measures as empty, and full as full, however the sensor sits', () => {
  const seat = fc.record({
    distanceMm: fc.integer({ min: 700, max: 2500 }),
    tiltDeg: fc.integer({ min: 0, max: 45 }),
    mountingOffsetMm: fc.integer({ min: 0, max: 100 }),
  })
  fc.assert(
    fc.property(seat, ({ distanceMm, ...sits }) => {
      const geometry = { ...box, ...sits }
      const measured = calibrationOf(mm(distanceMm), chief, geometry)
      if (measured.kind === 'unmeasured') throw new Error(measured.why)
      const emptied = { ...geometry, emptyDistanceMm: measured.distanceMm }
      // Measures are whole millimetres.
      expect(levelOf({ distanceMm }, emptied).fillPercent).toBeLessThan(1)
      const filled = { ...geometry, emptyDistanceMm: 5000, fullDistanceMm: measured.distanceMm }
      expect(levelOf({ distanceMm }, filled).fillPercent).toBeGreaterThan(99)
    }),
  )
})
