import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelOf } from '#src/ingest/level.ts'
import type { Level } from '#src/ingest/level.ts'
import { FAULTS } from '#src/stations/reading.ts'
import type { Measurement } from '#src/stations/reading.ts'
import { box } from '#tests/support/town.ts'

describe('how full, in a box with its floor at 1650 mm, its full line at 300 and a dead zone of 250', () => {
  test.each<[string, Measurement, Level]>([
    ['the floor is empty', { distanceMm: 1650 }, { fillPercent: 0 }],
    ['half way is half full', { distanceMm: 975 }, { fillPercent: 50 }],
    ['to a tenth of a per cent', { distanceMm: 1234 }, { fillPercent: 30.8 }],
    ['the full line is full', { distanceMm: 300 }, { fillPercent: 100 }],
    [
      'above the full line it is full, but how full is unknown',
      { distanceMm: 299 },
      { fillPercent: 100, flag: 'near-full' },
    ],
    ['in the dead zone as well', { distanceMm: 20 }, { fillPercent: 100, flag: 'near-full' }],
    ['zero is no echo, never full', { distanceMm: 0 }, { fault: 'no-echo' }],
    ['a negative distance is a broken sensor', { distanceMm: -1 }, { fault: 'sensor-error' }],
    [
      'an echo from a little under the floor is empty',
      { distanceMm: 1815 },
      { fillPercent: 0, flag: 'clamped' },
    ],
    ['an echo from far under the floor is none', { distanceMm: 1816 }, { fault: 'beyond-floor' }],
    ['9999 is none either', { distanceMm: 9999 }, { fault: 'beyond-floor' }],
    [
      'distance is trusted over the device’s own percentage',
      { distanceMm: 975, fillPercent: 12 },
      { fillPercent: 50 },
    ],
    [
      'a missing echo isn’t mended by a percentage',
      { distanceMm: 0, fillPercent: 12 },
      { fault: 'no-echo' },
    ],
    ['while it leans it looks elsewhere', { distanceMm: 975, tilted: true }, { fault: 'tilted' }],
    ['upright it may speak', { distanceMm: 975, tilted: false }, { fillPercent: 50 }],
    [
      'an angle alone is no verdict: some are mounted on the side',
      { distanceMm: 975, tiltDeg: 90 },
      { fillPercent: 50 },
    ],
    [
      'the device’s own fault comes first',
      { distanceMm: 975, fault: 'below-dead-zone' },
      { fault: 'below-dead-zone' },
    ],
    ['a percentage is taken as it is', { fillPercent: 61.57 }, { fillPercent: 61.57 }],
    ['a little below nothing is nothing', { fillPercent: -2 }, { fillPercent: 0, flag: 'clamped' }],
    ['a little over full is full', { fillPercent: 103 }, { fillPercent: 100, flag: 'clamped' }],
    ['more is no level', { fillPercent: 103.1 }, { fault: 'out-of-range' }],
    ['less neither', { fillPercent: -2.1 }, { fault: 'out-of-range' }],
    ['255 is no level', { fillPercent: 255 }, { fault: 'out-of-range' }],
    ['a sign of life says nothing of the fill', { batteryPercent: 90 }, {}],
  ])('%s', (_, measured, level) => {
    expect(levelOf(measured, box)).toEqual(level)
  })

  test('without a container a distance says nothing, unless it is a fault by itself', () => {
    expect(levelOf({ distanceMm: 975 }, undefined)).toEqual({})
    expect(levelOf({ distanceMm: 975, fillPercent: 12 }, undefined)).toEqual({ fillPercent: 12 })
    expect(levelOf({ distanceMm: 0 }, undefined)).toEqual({ fault: 'no-echo' })
  })
})

describe('a sensor that sits aslant or above the rim', () => {
  const slanted = { ...box, tiltDeg: 60 }
  const raised = { ...box, mountingOffsetMm: 200 }
  test.each<[string, Measurement, typeof box, Level]>([
    ['sees further than plumb', { distanceMm: 1950 }, slanted, { fillPercent: 50 }],
    ['its floor lies further off too', { distanceMm: 3300 }, slanted, { fillPercent: 0 }],
    ['an offset is taken off', { distanceMm: 1175 }, raised, { fillPercent: 50 }],
    [
      'the dead zone is the sensor’s own',
      { distanceMm: 249 },
      { ...box, mountingOffsetMm: -1000 },
      { fillPercent: 100, flag: 'near-full' },
    ],
    ['no echo stays no echo', { distanceMm: 0 }, raised, { fault: 'no-echo' }],
  ])('%s', (_, measured, geometry, level) => {
    expect(levelOf(measured, geometry)).toEqual(level)
  })
})

describe('a device that tells the height of the waste', () => {
  test.each<[string, Measurement, Level]>([
    ['none is empty', { heightMm: 0 }, { fillPercent: 0 }],
    ['half the way to the full line is half full', { heightMm: 675 }, { fillPercent: 50 }],
    ['over the line it is full', { heightMm: 1400 }, { fillPercent: 100, flag: 'near-full' }],
    ['through the lid it is no height', { heightMm: 1651 }, { fault: 'out-of-range' }],
    ['a negative height is a broken sensor', { heightMm: -1 }, { fault: 'sensor-error' }],
    ['a distance is believed first', { heightMm: 0, distanceMm: 975 }, { fillPercent: 50 }],
  ])('%s', (_, measured, level) => {
    expect(levelOf(measured, box)).toEqual(level)
  })

  test('says nothing where the container’s measures are unknown', () => {
    expect(levelOf({ heightMm: 500 }, undefined)).toEqual({})
  })
})

const anyNumber = fc.oneof(
  fc.double(),
  fc.integer({ min: -10, max: 2500 }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 0xffff),
)

test('whatever is measured in whatever box, a level is within 0…100 and a fault is never one', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          distanceMm: anyNumber,
          heightMm: anyNumber,
          fillPercent: anyNumber,
          tilted: fc.boolean(),
          fault: fc.constantFrom(...FAULTS),
        },
        { requiredKeys: [] },
      ),
      fc.option(
        fc.record({
          emptyDistanceMm: fc.integer({ min: 0, max: 5000 }),
          fullDistanceMm: fc.integer({ min: 0, max: 5000 }),
          deadZoneMm: fc.integer({ min: 0, max: 1000 }),
          volumeLitres: fc.constant(1000),
          mountingOffsetMm: fc.integer({ min: -2000, max: 2000 }),
          tiltDeg: fc.integer({ min: 0, max: 60 }),
        }),
        { nil: undefined },
      ),
      (measured, geometry) => {
        const { fillPercent, fault } = levelOf(measured, geometry)
        if (fault !== undefined) return fillPercent === undefined
        return fillPercent === undefined || (fillPercent >= 0 && fillPercent <= 100)
      },
    ),
    { numRuns: 2000 },
  )
})
