import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_READINGS, readByMap, readByMaps } from '#src/ingest/field-map.ts'
import { levelOf } from '#src/ingest/level.ts'
import type { FieldMap } from '#src/stations/field-map.ts'
import type { Measurement } from '#src/stations/reading.ts'

const one = (measurement: Measurement) => ({ kind: 'measured', measurements: [measurement] })
const distance = (unit: 'mm' | 'cm' | 'm' | 'in' | 'text', more: object = {}): FieldMap => ({
  levels: [{ path: 'd', meaning: 'distance', unit, ...more }],
})

describe('a field', () => {
  test.each<[string, FieldMap, unknown, Measurement]>([
    ['millimetres', distance('mm'), { d: 1200 }, { distanceMm: 1200 }],
    ['centimetres', distance('cm'), { d: 120.5 }, { distanceMm: 1205 }],
    ['metres', distance('m'), { d: 1.2 }, { distanceMm: 1200 }],
    ['inches', distance('in'), { d: 10 }, { distanceMm: 254 }],
    ['a text with its unit', distance('text'), { d: '2000 mm' }, { distanceMm: 2000 }],
    ['a text in metres', distance('text'), { d: '1.7 m' }, { distanceMm: 1700 }],
    ['a text in capitals', distance('text'), { d: '1.7 M' }, { distanceMm: 1700 }],
    [
      'a text in a unit that is no length, which is passed over',
      { ...distance('text'), battery: { path: 'b', unit: '%' } },
      { d: '80 %', b: 90 },
      { batteryPercent: 90 },
    ],
    ['a number where a text may be', distance('text'), { d: 1700 }, { distanceMm: 1700 }],
    [
      'a share of room left',
      { levels: [{ path: 'r', meaning: 'remaining', unit: '%' }] },
      { r: 69 },
      { fillPercent: 31 },
    ],
    [
      'a height of the waste',
      { levels: [{ path: 'h', meaning: 'height', unit: 'cm' }] },
      { h: 80 },
      { heightMm: 800 },
    ],
    [
      'a sentinel, whatever its letters’ case',
      distance('text', { sentinels: [{ value: 'No Echo', fault: 'no-echo' }] }),
      { d: ' no echo ' },
      { fault: 'no-echo' },
    ],
    ['null', distance('mm'), { d: null }, { fault: 'sensor-error' }],
    [
      'beyond what it can be',
      distance('mm', { most: 5000 }),
      { d: 9999 },
      { fault: 'out-of-range' },
    ],
    [
      'a word for a fault beside a number that looks good',
      { ...distance('mm'), faults: [{ path: 'ok', is: [false], fault: 'sensor-error' }] },
      { d: 1200, ok: false },
      { fault: 'sensor-error' },
    ],
    [
      'battery by kind, temperature in Fahrenheit, an angle in a text',
      {
        levels: [],
        battery: [
          { path: 'mv', unit: 'mV' },
          { path: 'low', unit: 'low-flag' },
          { path: 'pct', unit: '%', sentinels: [126] },
        ],
        temperature: { path: 't', unit: 'F' },
        tilt: { path: 'a', unit: 'text' },
      },
      { mv: 3594, low: true, pct: 126, t: 50, a: '12 °' },
      { batteryVolts: 3.594, batteryLow: true, temperatureC: 10, tiltDeg: 12 },
    ],
    [
      'a distance and a share of one container',
      { levels: [...distance('mm').levels, { path: 'f', meaning: 'fill', unit: '%' }] },
      { d: 300, f: 50 },
      { distanceMm: 300, fillPercent: 50 },
    ],
    [
      'a share that a device computed from a distance it could not measure',
      {
        levels: [
          ...distance('mm', { sentinels: [{ value: 0, fault: 'no-echo' }] }).levels,
          { path: 'f', meaning: 'fill', unit: '%' },
        ],
      },
      { d: 0, f: 100 },
      { fault: 'no-echo' },
    ],
    [
      'a distance beside a share that isn’t there to be had',
      {
        levels: [
          ...distance('mm').levels,
          {
            path: 'f',
            meaning: 'fill',
            unit: '%',
            sentinels: [{ value: 127, fault: 'sensor-error' }],
          },
        ],
      },
      { d: 300, f: 127 },
      { distanceMm: 300 },
    ],
    [
      'the second of two sensors where the first saw nothing',
      {
        levels: [
          ...distance('mm', { sentinels: [{ value: 0, fault: 'no-echo' }] }).levels,
          { path: 'e', meaning: 'distance', unit: 'mm' },
        ],
      },
      { d: 0, e: 450 },
      { distanceMm: 450 },
    ],
    [
      'a path through lists',
      { levels: [{ path: 'bins[1].mm', meaning: 'distance', unit: 'mm' }] },
      { bins: [{ mm: 1 }, { mm: 2 }] },
      { distanceMm: 2 },
    ],
  ])('%s', (_, map, message, expected) => {
    expect(readByMap(message, map)).toEqual(one(expected))
  })
})

test('a device that watches several containers gives a measurement for each, with what they share', () => {
  const map: FieldMap = {
    levels: [
      { channel: '1', path: 'a', meaning: 'distance', unit: 'mm' },
      {
        channel: '2',
        path: 'b',
        meaning: 'distance',
        unit: 'mm',
        sentinels: [{ value: 0, fault: 'no-echo' }],
      },
      { channel: '3', path: 'c', meaning: 'distance', unit: 'mm' },
    ],
    battery: { path: 'batt', unit: 'V' },
  }
  expect(readByMap({ a: 400, b: 0, batt: 3.6 }, map)).toEqual({
    kind: 'measured',
    measurements: [
      { channel: '1', distanceMm: 400, batteryVolts: 3.6 },
      { channel: '2', fault: 'no-echo', batteryVolts: 3.6 },
    ],
  })
})

describe('a list of readings', () => {
  const map: FieldMap = { ...distance('mm'), readings: 'log', at: { path: 'ts', unit: 's' } }

  test('has the time of each', () => {
    expect(readByMap({ log: [{ d: 1, ts: 1_777_975_200 }, { d: 2 }] }, map)).toEqual({
      kind: 'measured',
      measurements: [{ at: 1_777_975_200_000, distanceMm: 1 }, { distanceMm: 2 }],
    })
  })
  test('that is too long is refused whole', () => {
    const log = Array.from({ length: MAX_READINGS + 1 }, () => ({ d: 1 }))
    expect(readByMap({ log }, map)).toMatchObject({ kind: 'refused', reason: 'too-many' })
  })
})

test('what has none of the fields is refused, naming what was looked for and what came', () => {
  expect(readByMap({ level: 1, volt: 2 }, distance('mm'))).toEqual({
    kind: 'refused',
    reason: 'no-measurement-format',
    detail: 'expected d, got an object with level, volt',
  })
  expect(readByMap('text', distance('mm'))).toMatchObject({ detail: 'expected d, got "text"' })
})

test('what every object has is not a field', () => {
  const map: FieldMap = {
    levels: [{ path: 'constructor.length', meaning: 'distance', unit: 'mm' }],
  }
  expect(readByMap({}, map)).toMatchObject({ kind: 'refused' })
  expect(readByMap(JSON.parse('{"__proto__": {"d": 5}}'), distance('mm'))).toMatchObject({
    kind: 'refused',
  })
})

test('whatever comes, nothing throws, no level is outside 0…100 and none comes from a fault', () => {
  const field = fc.oneof(
    fc.double(),
    fc.constantFrom('2000 mm', '1e999', '-', '９', null, true, [], {}, Number.MAX_VALUE),
    fc.string(),
  )
  const message = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { d: field, f: field, h: field, log: fc.array(fc.record({ d: field })) },
      { requiredKeys: [] },
    ),
  )
  const maps: readonly FieldMap[] = [
    { ...distance('cm'), readings: 'log' },
    {
      levels: [
        { path: 'd', meaning: 'distance', unit: 'text' },
        { path: 'f', meaning: 'remaining', unit: '%' },
        { path: 'h', meaning: 'height', unit: 'm' },
      ],
    },
  ]
  const box = { emptyDistanceMm: 2000, fullDistanceMm: 300, deadZoneMm: 250, volumeLitres: 3000 }
  fc.assert(
    fc.property(message, fc.boolean(), (value, wrapped) => {
      const read = readByMaps(wrapped ? { data: value } : value, maps)
      if (read.kind === 'refused') return
      for (const measurement of read.measurements) {
        const { fillPercent, fault } = levelOf(measurement, box)
        if (fillPercent === undefined) continue
        expect(fault).toBeUndefined()
        expect(fillPercent).toBeGreaterThanOrEqual(0)
        expect(fillPercent).toBeLessThanOrEqual(100)
      }
    }),
    { numRuns: 2000 },
  )
})
