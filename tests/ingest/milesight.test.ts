import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MILESIGHT_MODELS, decodeMilesight } from '#src/ingest/codecs/milesight-tlv.ts'
import type { MilesightModel } from '#src/ingest/codecs/milesight-tlv.ts'
import type { Measurement } from '#src/stations/reading.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'

const bytes = (hex: string) => Uint8Array.fromHex(hex.replaceAll(' ', ''))

interface Vector {
  readonly id: string
  readonly vendor: string
  readonly device: string
  readonly fPort: number | null
  readonly bytesHex: string
  readonly canonical: Readonly<Record<string, unknown>>
}

/** A frame over NB-IoT has no port; it has a header of its own, which we don't read. */
const vectors: readonly Vector[] = hasSharedData
  ? readFileSync(sharedData('data/vectors/open.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Vector)
      .filter((v) => v.vendor.startsWith('milesight') && /^em310-udl$|^em400-/.test(v.device))
      .filter((v) => v.fPort !== null)
  : []

/** Our words for the fields of `canonical` that a measurement has. */
function expected(canonical: Vector['canonical']): Measurement {
  const { battery_pct: battery, distance_mm: distance, temperature_c: warmth } = canonical
  return {
    ...(battery !== undefined && { batteryPercent: battery as number }),
    ...(distance !== undefined && { distanceMm: distance as number }),
    ...(warmth !== undefined && { temperatureC: warmth as number }),
    ...(canonical['tilt_alarm'] !== undefined && { tilted: canonical['tilt_alarm'] as boolean }),
  }
}

describe.skipIf(!hasSharedData)('published examples of the vendor’s frames', () => {
  test('there are twenty-one of them', () => expect(vectors.length).toBe(21))
  test.each(vectors.map((v) => [v.id, v.device, v] as const))('%s, %s', (_, device, vector) => {
    const model = device === 'em310-udl' ? 'em310-udl' : 'em400'
    expect(decodeMilesight(bytes(vector.bytesHex), model)).toEqual({
      kind: 'measured',
      measurements: [expected(vector.canonical)],
    })
  })
})

describe('frames by the tables of the user guides', () => {
  test.each<[string, MilesightModel, string, Measurement]>([
    [
      'an EM400 upright in the cold',
      'em400',
      '017563 03679cff 0482b004 050000',
      { batteryPercent: 99, temperatureC: -10, distanceMm: 1200, tilted: false },
    ],
    [
      'an EM310 has its distance on another channel',
      'em310-udl',
      '0382b004 040000',
      { distanceMm: 1200, tilted: false },
    ],
    [
      'an alarm repeats the value, and the later one counts',
      'em400',
      '04824408 8482410601',
      { distanceMm: 1601 },
    ],
    ['nothing came back: 65533', 'em400', '0482fdff', { fault: 'no-echo' }],
    ['the sensor itself failed: 65535', 'em310-udl', '0382ffff', { fault: 'sensor-error' }],
    ['zero is handed on, to be judged with the geometry', 'em400', '04820000', { distanceMm: 0 }],
    ['a battery it knows nothing of', 'em400', '0175ff 0482b004', { distanceMm: 1200 }],
    [
      'what it says of itself when it joins is a sign of life',
      'em400',
      'ff0bff ff0101 ff166329c42503920003 ff090100 ff0a0101 ff0f00',
      {},
    ],
    [
      'where it is on the map says nothing of the container',
      'em400',
      '0688 00112233 44556677 02 0482b004',
      { distanceMm: 1200 },
    ],
    [
      'its history is left alone; what came before counts',
      'em400',
      '0482b004 20ce 11223344 5566',
      { distanceMm: 1200 },
    ],
    [
      'an answer to a setting is left alone',
      'em310-udl',
      '0382b004 fe02b004',
      { distanceMm: 1200 },
    ],
    ['an empty frame', 'em400', '', {}],
  ])('%s', (_, model, hex, measurement) => {
    expect(decodeMilesight(bytes(hex), model)).toEqual({
      kind: 'measured',
      measurements: [measurement],
    })
  })

  test.each<[string, MilesightModel, string, string]>([
    [
      'a channel of another model',
      'em310-udl',
      '01755c 04824408',
      'byte 3: 0482 is no channel and type of em310-udl',
    ],
    ['text', 'em400', '68656c6c6f', 'byte 0: 6865 is no channel and type of em400'],
    [
      'cut in the middle of a value',
      'em400',
      '01755c 048244',
      'byte 3: the frame ends in the middle of an entry of 2 bytes',
    ],
    ['cut in the middle of a head', 'em400', '01755c 04', 'byte 3: a channel without a type'],
  ])('%s is said to be undecodable, with the place', (_, model, hex, detail) => {
    expect(decodeMilesight(bytes(hex), model)).toEqual({
      kind: 'refused',
      reason: 'undecodable',
      detail,
    })
  })

  test('no bytes whatever make it throw or say a distance the sensor can’t measure', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(...MILESIGHT_MODELS),
        (frame, model) => {
          const decoded = decodeMilesight(frame, model)
          if (decoded.kind === 'refused') return decoded.reason === 'undecodable'
          return decoded.measurements.every(
            (m) => m.distanceMm === undefined || (m.distanceMm >= 0 && m.distanceMm < 0x8000),
          )
        },
      ),
    )
  })
})
