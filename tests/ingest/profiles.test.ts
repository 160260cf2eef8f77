/** Published payloads: what the maker's codec answers, and the bytes where we read them ourselves. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { levelOf } from '#src/ingest/level.ts'
import { readReady, decodeFrame } from '#src/ingest/profiles/decode-frame.ts'
import { READY_PROFILES } from '#src/ingest/profiles/ready-profiles.ts'
import type { ReadyProfileName } from '#src/ingest/profiles/ready-profiles.ts'
import type { Fault, Measurement } from '#src/stations/reading.ts'
import { DEVICE_PROFILES } from '#src/stations/station.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'
import { castTown, deviceId } from '#tests/support/town.ts'

interface Vector {
  readonly id: string
  readonly vendor: string
  readonly device: string
  readonly fPort: number | null
  readonly bytesHex: string
  readonly expected: unknown
  readonly canonical: Readonly<Record<string, unknown>>
}

const vectors: readonly Vector[] = hasSharedData
  ? readFileSync(sharedData('data/vectors/open.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Vector)
  : []

/** Which profile a town would write for a vector's device. */
function profileOf({ vendor, device }: Vector): ReadyProfileName {
  if (vendor === 'smartends-brighterbins') return 'smartends/brighterbins'
  if (device.startsWith('elt-2-ultrasonic')) return 'elsys/elt-ultrasonic'
  return `${vendor.replace('-iot', '')}/${device}` as ReadyProfileName
}

/** `canonical` in our words. A device's own level alarm is left out: alarms are found from the level. */
function measurementOf(canonical: Vector['canonical']): Measurement & { readonly fault?: Fault } {
  const remaining = canonical['remaining_pct'] as number | undefined
  const wanted = {
    distanceMm: canonical['distance_mm'],
    fillPercent: remaining === undefined ? canonical['fill_pct'] : 100 - remaining,
    batteryPercent: canonical['battery_pct'],
    batteryVolts: canonical['battery_v'],
    batteryLow: canonical['battery_low_alarm'],
    temperatureC: canonical['temperature_c'],
    tiltDeg: canonical['tilt_deg'],
    tilted: canonical['tilt_alarm'],
    fire: canonical['fire_alarm'],
  }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
}

const FAULTS_OF: Readonly<Record<string, Fault>> = {
  // Nothing came back from the laser.
  '0bc6d91e92': 'no-echo',
  // Echoes that disagree too much.
  '10226ae857': 'out-of-range',
}

function expectCanonical(
  measured: ReturnType<typeof readReady>,
  { id, canonical }: Vector,
  leftOut: readonly (keyof Measurement)[] = [],
  untold: Measurement = {},
): void {
  const wanted: Record<string, unknown> = { ...measurementOf(canonical), ...untold }
  for (const key of leftOut) delete wanted[key]
  const fault = FAULTS_OF[id]
  expect(canonical['kind'] === 'fault').toBe(fault !== undefined)
  expect(measured).toEqual({
    kind: 'measured',
    measurements: [{ ...wanted, ...(fault && { fault }) }],
  })
}

describe.skipIf(!hasSharedData)('what the makers’ codecs answer', () => {
  test('there are 121 answers', () => expect(vectors).toHaveLength(121))
  test.each(vectors.map((v) => [v.id, v.device, v] as const))('%s, %s', (_, __, vector) => {
    expectCanonical(readReady(vector.expected, READY_PROFILES[profileOf(vector)]), vector)
  })
})

/** A converter computes these by a curve or a height of its own; the bytes don't hold them. */
const CONVERTED: Readonly<Record<string, readonly (keyof Measurement)[]>> = {
  '30cf8bb200': ['batteryPercent'],
  '7a623fc3cf': ['batteryPercent'],
  '8df4ac72cd': ['batteryPercent'],
  '022cc104d2': ['batteryPercent'],
  '377c6d61d1': ['fillPercent'],
  c9c20ff424: ['batteryPercent', 'fillPercent'],
}

/** The bytes hold these too, and the converter leaves them out of its message. */
const UNTOLD: Readonly<Record<string, Measurement>> = {
  '10226ae857': { batteryVolts: 3.21, temperatureC: 22 },
}

describe.skipIf(!hasSharedData)('the bytes, where we read them ourselves', () => {
  const ours = vectors.filter((v) => READY_PROFILES[profileOf(v)].decode)
  test('are 118 frames of six makers', () => {
    expect(ours).toHaveLength(118)
    expect(new Set(ours.map((v) => v.vendor)).size).toBe(6)
  })
  test.each(ours.map((v) => [v.id, v.device, v] as const))('%s, %s', (id, _, vector) => {
    const frame = {
      kind: 'frame' as const,
      deviceId: deviceId('0102030405060708'),
      bytes: Uint8Array.fromHex(vector.bytesHex),
      ...(vector.fPort !== null && { fPort: vector.fPort }),
    }
    const measured = decodeFrame(frame, profileOf(vector), castTown)
    if (measured.kind === 'codec') throw new Error('a ready profile called for a codec')
    expectCanonical(measured, vector, CONVERTED[id], UNTOLD[id])
  })
})

describe('what a maker’s codec says instead of a level', () => {
  test.each<[ReadyProfileName, object, Measurement]>([
    ['milesight/em400', { distance: 65533, position: 'normal' }, { fault: 'no-echo' }],
    [
      'milesight/em410-rdl',
      { distance: 500, event: [{ distance: 500 }, { distance_exception: 'no target' }] },
      { fault: 'no-echo' },
    ],
    [
      'milesight/em411-rdl',
      { event: [{ distance_exception: 'sensor exception' }] },
      { fault: 'sensor-error' },
    ],
    [
      'dingtek/df702',
      { level: '9999 mm', angle: '12 °', tilt: false },
      { fault: 'no-echo', tiltDeg: 12 },
    ],
    [
      'milesight/em500-udl',
      { distance: 120, distance_mutation: 30, distance_alarm: 'mutation_alarm' },
      { fault: 'out-of-range' },
    ],
    ['dingtek/df701', { level: 9999, volt: 3.6 }, { fault: 'no-echo', batteryVolts: 3.6 }],
    [
      'decentlab/dl-mbx',
      { distance: { value: 5000, unit: 'mm' }, number_of_valid_samples: { value: 0 } },
      { fault: 'no-echo' },
    ],
    ['elsys/elt-2', { distance: 65535, vdd: 3594 }, { fault: 'no-echo', batteryVolts: 3.594 }],
    [
      'netvox/r718x',
      { Distance: 65535, FillLevel: 100, Volt: 3.6 },
      { fault: 'sensor-error', batteryVolts: 3.6 },
    ],
    ['dragino/ldds75', { Distance: '20 mm', Bat: 3.6 }, { fault: 'below-dead-zone' }],
    ['dragino/ldds75', { Distance: 'No Sensor', Bat: 3.6 }, { fault: 'no-echo' }],
    [
      'smartends/brighterbins',
      { distanceError: 'SENSOR_MODULE_NOT_RESPONDING', batteryLevel: 96 },
      { fault: 'sensor-error', batteryPercent: 96 },
    ],
    ['adnexo/ax-dist', { distance: null, fillLevel: 100 }, { fault: 'sensor-error' }],
    [
      'sensoneo/single-sensor',
      { sonar0: 0, sonar1: 0, sonar2: 0, sonar3: 0 },
      { fault: 'no-echo' },
    ],
  ])('%s: %j is a fault', (name, answer, expected) => {
    const read = readReady(answer, READY_PROFILES[name])
    expect(read).toMatchObject({ kind: 'measured', measurements: [expected] })
    if (read.kind === 'refused') return
    for (const measurement of read.measurements) {
      expect(levelOf(measurement, geometry).fillPercent).toBeUndefined()
    }
  })

  test('what a device kept while the network was away has its times', () => {
    const history = [
      { timestamp: 1_777_970_600, distance: 1200, temperature: -1 },
      { timestamp: 1_777_971_244, distance_sensor_status: 'no target' },
    ]
    expect(readReady({ history }, READY_PROFILES['milesight/em410-rdl'])).toEqual({
      kind: 'measured',
      measurements: [
        { at: 1_777_970_600_000, distanceMm: 1200, temperatureC: -1 },
        { at: 1_777_971_244_000, fault: 'no-echo' },
      ],
    })
  })

  test('a container that was lifted says so beside its level', () => {
    const answer = { distance: 40, pickupAlert: 'FILL_LEVEL_PERCENTAGE', fireAlarm: false }
    expect(readReady(answer, READY_PROFILES['smartends/brighterbins'])).toEqual({
      kind: 'measured',
      measurements: [{ distanceMm: 400, pickedUp: true, fire: false }],
    })
  })
})

describe('a profile', () => {
  test('is there for every name that a town may write', () => {
    expect(['native', ...Object.keys(READY_PROFILES)]).toEqual([...DEVICE_PROFILES])
  })

  test('is listed for operators with what it is', () => {
    const page = readFileSync(new URL('../../docs/DEVICES.md', import.meta.url), 'utf8')
    const rows = [...page.matchAll(/^\| `(\w+\/[\w-]+)` +\| (.+?) +\| (.+?) +\| (.+?) +\|/gm)]
    expect(rows.map((row) => row.slice(1, 5))).toEqual(
      Object.entries(READY_PROFILES).map(([name, { device, technology, decode }]) => [
        name,
        device,
        technology,
        decode ? 'bytes' : 'decoded fields',
      ]),
    )
  })

  const bytes = fc.uint8Array({ maxLength: 64 })
  const port = fc.constantFrom(undefined, 3, 85, 100, 104)
  const head = fc.constantFrom(
    '',
    '01',
    '0175',
    '0382',
    '0482',
    '0e',
    '02',
    '8000',
    '20ce',
    '0134',
    'ffff2000',
  )
  test.each(Object.entries(READY_PROFILES))(
    '%s throws on no bytes and gives no level from a fault',
    (_, { decode }) => {
      if (!decode) return
      fc.assert(
        fc.property(head, bytes, port, (start, rest, fPort) => {
          const read = decode(Uint8Array.fromHex(start + rest.toHex()), fPort)
          if (read.kind === 'refused') return
          for (const measurement of read.measurements) expectSane(measurement)
        }),
        { numRuns: 500 },
      )
    },
  )
})

const geometry = {
  emptyDistanceMm: 2000,
  fullDistanceMm: 300,
  deadZoneMm: 250,
  volumeLitres: 3000,
}

function expectSane(measurement: Measurement): void {
  for (const value of Object.values(measurement)) {
    if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite)
  }
  const { fault, fillPercent } = levelOf(measurement, geometry)
  if (fillPercent !== undefined) {
    expect(fault).toBeUndefined()
    expect(fillPercent).toBeGreaterThanOrEqual(0)
    expect(fillPercent).toBeLessThanOrEqual(100)
  }
  if (measurement.fault !== undefined) expect(fault).toBe(measurement.fault)
}
