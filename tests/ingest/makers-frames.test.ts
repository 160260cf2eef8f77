/** Frames of our own making, by the makers' payload tables. */
import { describe, expect, test } from 'vitest'
import { decodeAdnexo } from '#src/ingest/codecs/adnexo.ts'
import { decodeDecentlab } from '#src/ingest/codecs/decentlab.ts'
import { decodeDingtek } from '#src/ingest/codecs/dingtek.ts'
import { decodeElsys } from '#src/ingest/codecs/elsys.ts'
import { decodeMilesight } from '#src/ingest/codecs/milesight-tlv.ts'
import { decodeNetvox } from '#src/ingest/codecs/netvox.ts'
import { decodeSensoneo } from '#src/ingest/codecs/sensoneo.ts'
import type { Measurement } from '#src/stations/reading.ts'

const hex = (text: string) => Uint8Array.fromHex(text.replaceAll(' ', ''))
const one = (measurement: Measurement) => ({ kind: 'measured', measurements: [measurement] })

/** A cellular Milesight's frame around entries; who it is doesn't matter here. */
function cellular(entries: string): Uint8Array {
  const body = hex(entries)
  const frame = new Uint8Array(86 + body.length)
  const view = new DataView(frame.buffer)
  frame[0] = 0x02
  view.setUint16(3, frame.length - 5)
  view.setUint16(84, body.length)
  frame.set(body, 86)
  return frame
}

describe('Dingtek', () => {
  test('a bin on fire, fallen over, in winter', () => {
    const frame = hex('80 00 01 01 11 04b0 00 f6 01 5a 01 11 0007 00 81')
    expect(decodeDingtek(frame, 'bin')).toEqual(
      one({
        distanceMm: 1200,
        temperatureC: -10,
        tiltDeg: -90,
        tilted: true,
        fire: true,
        batteryLow: true,
      }),
    )
  })
  test('nothing came back', () => {
    const frame = hex('80 00 01 01 11 270f 00 14 00 00 00 00 0007 00 81')
    expect(decodeDingtek(frame, 'tank')).toEqual(
      one({ fault: 'no-echo', temperatureC: 20, batteryLow: false }),
    )
  })
  test.each([
    ['', 'expected a frame that begins with 0x80 and ends with 0x81'],
    ['80 00 01 01 10 04b0 00 14 00 00 00 00 0007 00 81', 'byte 4: expected the length, 17, got 16'],
    ['80 00 01 01 07 04 81', 'expected 17 or 25 bytes of a measurement, got 7'],
  ])('%s is refused', (frame, detail) => {
    expect(decodeDingtek(hex(frame), 'bin')).toMatchObject({ reason: 'undecodable', detail })
  })
})

describe('Decentlab', () => {
  test('no valid sample is no echo', () => {
    expect(decodeDecentlab(hex('02 012f 0003 04d2 0000 0bb1'), 'dl-mbx')).toEqual(
      one({ fault: 'no-echo', batteryVolts: 2.993 }),
    )
  })
  test.each([
    ['03 012f 0003', 'byte 0: expected protocol version 2, got 3'],
    ['02 012f 0004', "byte 3: flags 4 name values that a dl-mbx doesn't have"],
    ['02 012f 0003 04d2', 'byte 5: the frame ends too soon'],
    ['02 012f 0002 0bb1 00', 'expected 7 bytes, got 8'],
  ])('%s is refused', (frame, detail) => {
    expect(decodeDecentlab(hex(frame), 'dl-mbx')).toMatchObject({ reason: 'undecodable', detail })
  })
})

describe('Elsys', () => {
  test('cold, with a distance', () => {
    expect(decodeElsys(hex('01 ffce 07 0e0a 0e 04b0'))).toEqual(
      one({ temperatureC: -5, batteryVolts: 3.594, distanceMm: 1200 }),
    )
  })
  test('nothing came back', () => {
    expect(decodeElsys(hex('0e ffff'))).toEqual(one({ fault: 'no-echo' }))
  })
  test.each([
    ['', 'the frame is empty'],
    ['7f', 'byte 0: 127 is no type of value of Elsys'],
    ['01 00', 'byte 0: the frame ends in a value of 2 bytes'],
  ])('"%s" is refused', (frame, detail) => {
    expect(decodeElsys(hex(frame))).toMatchObject({ reason: 'undecodable', detail })
  })
})

describe('Netvox', () => {
  test('a weak battery, and no probe', () => {
    expect(decodeNetvox(hex('01 34 01 a0 01 ffff 0107 32 0a'), 'r718x')).toEqual(
      one({
        batteryVolts: 3.2,
        batteryLow: true,
        fault: 'sensor-error',
        temperatureC: 26.3,
        tiltDeg: 10,
      }),
    )
  })
  test('another model’s frame is refused', () => {
    expect(decodeNetvox(hex('01 b1 01 24 01 012c 32 000000'), 'r718x')).toMatchObject({
      reason: 'undecodable',
      detail: 'byte 1: expected device type 52 (r718x), got 177',
    })
  })
})

describe('adnexo', () => {
  test('a regular measurement', () => {
    expect(decodeAdnexo(hex('b004 f6ff 8a0c'), 100)).toEqual(
      one({ distanceMm: 1200, temperatureC: -1, batteryVolts: 3.21 }),
    )
  })
  test('nothing came back, and no temperature', () => {
    expect(decodeAdnexo(hex('ffff 0080 8a0c'), 101)).toEqual(
      one({ fault: 'no-echo', batteryVolts: 3.21 }),
    )
  })
  test('echoes that disagree are no level', () => {
    expect(decodeAdnexo(hex('b004 7102 dc00 8a0c'), 104)).toEqual(
      one({ fault: 'out-of-range', temperatureC: 22, batteryVolts: 3.21 }),
    )
  })
  test('what it says of its settings is a sign of life', () => {
    expect(decodeAdnexo(hex('04 58020000'), 4)).toEqual(one({}))
  })
  test.each<[string, number | undefined, string]>([
    [
      'b004 f6ff 8a0c',
      undefined,
      'the frame can’t be read without its port, and the message has none',
    ],
    ['b004 f6ff 8a0c', 103, 'expected port 1–5, 100–102 or 104, got 103'],
    ['b004 f6ff', 100, 'expected 6 bytes on port 100, got 4'],
  ])('%s on port %s is refused', (frame, port, detail) => {
    expect(decodeAdnexo(hex(frame), port)).toMatchObject({ reason: 'undecodable', detail })
  })
})

describe('Sensoneo', () => {
  test('of four echoes the median counts, and its alarms are told', () => {
    expect(decodeSensoneo(hex('ffff 22 07 78563412 07 3c 3e c8 3a 6e f6 0c 03'))).toEqual(
      one({
        distanceMm: 1220,
        batteryVolts: 3.6,
        temperatureC: -10,
        tiltDeg: 12,
        fire: true,
        tilted: true,
      }),
    )
  })
  test.each<[string, string, Measurement]>([
    ['those that did not come back don’t count', '00 3c ff 3e', { distanceMm: 1220 }],
    ['three have one in the middle', '00 3c 40 3e', { distanceMm: 1240 }],
    ['none of them came back', '00 00 ff 00', { fault: 'no-echo' }],
  ])('%s', (_, echoes, expected) => {
    expect(decodeSensoneo(hex(`ffff 22 07 78563412 01 ${echoes} 6e 14 00 03`))).toEqual(
      one({ ...expected, batteryVolts: 3.6, temperatureC: 20, fire: false, tilted: false }),
    )
  })
  test.each([
    ['ffff 22 07', 'expected 17 bytes, got 4'],
    ['fffe 22 07 78563412 01 3c3c3c3c 6e 14 00 03', 'expected a frame that begins with 0xffff'],
    ['ffff 42 07 78563412 01 3c3c3c3c 6e 14 00 03', 'byte 2: expected the kind 2, got 4'],
  ])('%s is refused', (frame, detail) => {
    expect(decodeSensoneo(hex(frame))).toMatchObject({ reason: 'undecodable', detail })
  })
})

describe('Milesight', () => {
  test('what was measured while the network was away comes first, each with its time', () => {
    const frame = hex(
      '017563 20ce a8adf969 b004 f6ff 0000 00 20ce 2cb0f969 ffff 0a00 0000 00 0482f401',
    )
    expect(decodeMilesight(frame, 'em410-rdl')).toEqual({
      kind: 'measured',
      measurements: [
        { at: 1_777_970_600_000, distanceMm: 1200, temperatureC: -1 },
        { at: 1_777_971_244_000, fault: 'sensor-error', temperatureC: 1 },
        { batteryPercent: 99, distanceMm: 500 },
      ],
    })
  })
  test.each([
    [
      'the blind zone says nothing against the distance',
      '0482f401 b482f40101',
      { distanceMm: 500 },
    ],
    ['no target is no echo', '0482f401 b482f40102', { fault: 'no-echo' }],
    ['the sensor itself', 'b482f40103', { fault: 'sensor-error' }],
  ])('%s', (_, frame, expected) => {
    expect(decodeMilesight(hex(frame), 'em410-rdl')).toEqual(one(expected as Measurement))
  })
  test('a history tells what was switched off, what failed and what leaned', () => {
    const frame = hex('20ce a8adf969 feff feff 0000 00  20ce 2cb0f969 b004 ffff 0000 20')
    expect(decodeMilesight(frame, 'em410-rdl')).toEqual({
      kind: 'measured',
      measurements: [
        { at: 1_777_970_600_000 },
        { at: 1_777_971_244_000, distanceMm: 1200, tilted: true },
      ],
    })
  })
  test('an ultrasonic history has distances only', () => {
    expect(decodeMilesight(hex('20ce a8adf969 b004 20ce 2cb0f969 fdff'), 'em500-udl')).toEqual({
      kind: 'measured',
      measurements: [
        { at: 1_777_970_600_000, distanceMm: 1200 },
        { at: 1_777_971_244_000, fault: 'no-echo' },
      ],
    })
  })
  test('a jump’s alarm of the EM500 has no level, since its unit is in doubt', () => {
    expect(decodeMilesight(hex('017563 83e9b0042c0103'), 'em500-udl')).toEqual(
      one({ batteryPercent: 99 }),
    )
  })
  test('an EM400 that was moved where it sits', () => {
    expect(decodeMilesight(hex('0482b004 880001'), 'em400')).toEqual(
      one({ distanceMm: 1200, pickedUp: true }),
    )
  })
  test('several collections in a cellular frame are several measurements, an alarm is not one more', () => {
    const entries = '017563 0482b004 050000  017562 04824c04 050000 84824c0401'
    expect(decodeMilesight(cellular(entries), 'em400')).toEqual({
      kind: 'measured',
      measurements: [
        { batteryPercent: 99, distanceMm: 1200, tilted: false },
        { batteryPercent: 98, distanceMm: 1100, tilted: false },
      ],
    })
  })
  test('a cellular EM410 puts its history into the same frame', () => {
    const entries =
      '017563 0482f401 20ce a8adf969 b004 f6ff 0000 00 20ce 2cb0f969 f401 0a00 0000 00'
    expect(decodeMilesight(cellular(entries), 'em410-rdl')).toEqual({
      kind: 'measured',
      measurements: [
        { at: 1_777_970_600_000, distanceMm: 1200, temperatureC: -1 },
        { at: 1_777_971_244_000, distanceMm: 500, temperatureC: 1 },
        { batteryPercent: 99, distanceMm: 500 },
      ],
    })
  })
  test('a share of room left is the inverse of a fill', () => {
    expect(decodeMilesight(hex('03823e00 04d645'), 'ws201')).toEqual(
      one({ distanceMm: 62, fillPercent: 31 }),
    )
  })
})
