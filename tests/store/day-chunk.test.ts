import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '#src/stations/time.ts'
import { readBits, writeBits } from '#src/store/sqlite/bit-stream.ts'
import {
  inOrder,
  packDay,
  type PackedReading,
  TOLD,
  unpackDay,
  unpackTold,
} from '#src/store/sqlite/day-chunk.ts'
import { hoursOf, packHours, unpackHours, unpackWholeDay } from '#src/store/sqlite/day-hours.ts'
import { readColumn, writeColumn } from '#src/store/sqlite/number-column.ts'

const DAY_NO = 20_578
const midnight = DAY_NO * DAY

function reading(minute: number, over: Partial<PackedReading> = {}): PackedReading {
  return {
    at: midnight + minute * MINUTE,
    n: 0,
    received_at: midnight + minute * MINUTE + 800,
    fill: null,
    raw_fill: null,
    distance_mm: null,
    fault: null,
    battery_percent: null,
    battery_volts: null,
    temperature_c: null,
    tilt_deg: null,
    flags: 0,
    clean: null,
    body: null,
    seq: null,
    told: null,
    told_at: null,
    told_device: null,
    told_fill: null,
    ...over,
  }
}

const anyNumber = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: -1000, max: 1000 }).map((v) => v / 10),
  fc.constantFrom(0, -0, 0.1, 0.3, 1e300, -5e-324, 2 ** 49, 2 ** 49 + 1, 2 ** 53, 60_000, 1000),
)

describe('bits', () => {
  test('come back as they were written, in the same order', () => {
    const piece = fc.oneof(
      fc.tuple(
        fc.constant('bits' as const),
        fc.nat({ max: 2 ** 30 }),
        fc.integer({ min: 31, max: 53 }),
      ),
      fc.tuple(fc.constant('rice' as const), fc.maxSafeNat(), fc.integer({ min: 0, max: 52 })),
      fc.tuple(fc.constant('rice' as const), fc.nat({ max: 200 }), fc.integer({ min: 0, max: 4 })),
      fc.tuple(
        fc.constant('signed' as const),
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
        fc.constant(0),
      ),
      fc.tuple(fc.constant('double' as const), fc.double(), fc.constant(0)),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const out = writeBits()
        for (const [kind, value, size] of pieces) {
          if (kind === 'signed' || kind === 'double') out[kind](value)
          else out[kind](value, size)
        }
        const from = readBits(out.finish())
        for (const [kind, value, size] of pieces) {
          const back = kind === 'signed' || kind === 'double' ? from[kind]() : from[kind](size)
          // Zero is written without a sign.
          expect(back).toBe(kind === 'signed' ? value + 0 : value)
        }
      }),
    )
  })

  test('that are missing are told, not made up', () => {
    const from = readBits(new Uint8Array([255]))
    expect(from.bits(8)).toBe(255)
    expect(() => from.bits(1)).toThrow('the bits end too soon')
  })
})

describe('a column of numbers', () => {
  test('comes back to the last bit, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyNumber)), (column) => {
        const out = writeBits()
        writeColumn(out, column)
        expect(readColumn(readBits(out.finish()), column.length)).toEqual(column)
      }),
      { numRuns: 500 },
    )
  })

  const sizes: readonly (readonly [string, (i: number) => number | null, number])[] = [
    ['nothing', () => null, 1],
    ['one and the same number', () => 97, 4],
    ['the time every quarter of an hour', (i) => i * 15 * MINUTE, 14],
    ['a level that rises by tenths', (i) => i / 10, 14],
    ['a temperature that wavers by half degrees', (i) => 4 + ((i * 7) % 5) / 2, 61],
  ]
  test.for(sizes)('of %s takes hardly any room', ([, value, bytes]) => {
    const out = writeBits()
    writeColumn(
      out,
      Array.from({ length: 96 }, (_, i) => value(i)),
    )
    expect(out.finish().length).toBeLessThanOrEqual(bytes)
  })
})

describe('a packed day', () => {
  const reason = (i: number) =>
    JSON.stringify({
      reason: 'phantom',
      rawPercent: i / 10,
      phantomPercent: 71.5,
      hits: i,
      share: 1 / 3,
    })
  const anyReading = fc
    .record({
      offset: fc.oneof(
        fc.nat({ max: DAY - 1 }),
        fc.nat({ max: 95 }).map((i) => i * 15 * MINUTE),
      ),
      n: fc.nat({ max: 3 }),
      delay: fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 400 * DAY })),
      fill: fc.option(
        fc.oneof(
          fc.nat({ max: 1000 }).map((v) => v / 10),
          anyNumber,
        ),
      ),
      raw_fill: fc.option(fc.oneof(fc.nat({ max: 100 }), anyNumber)),
      distance_mm: fc.option(fc.oneof(fc.nat({ max: 4000 }), anyNumber)),
      fault: fc.option(fc.nat({ max: 5 })),
      battery_percent: fc.option(fc.nat({ max: 100 })),
      battery_volts: fc.option(anyNumber),
      temperature_c: fc.option(anyNumber),
      tilt_deg: fc.option(anyNumber),
      flags: fc.nat({ max: 255 }),
      seq: fc.option(fc.maxSafeNat()),
      told: fc.option(fc.constantFrom(TOLD.nothing, TOLD.otherwise)),
      toldLater: fc.option(fc.integer({ min: -HOUR, max: HOUR })),
      told_device: fc.option(fc.nat()),
      told_fill: fc.option(anyNumber),
      correction: fc.option(
        fc.tuple(
          anyNumber,
          fc.oneof(
            fc.nat().map(reason),
            fc.json(),
            fc.record({ reason: fc.string(), inARow: anyNumber }).map((v) => JSON.stringify(v)),
          ),
        ),
      ),
    })
    .map(({ offset, delay, correction, toldLater, ...rest }): PackedReading => ({
      ...rest,
      told_at: toldLater === null ? null : midnight + offset + delay + toldLater,
      at: midnight + offset,
      received_at: midnight + offset + delay,
      clean: correction?.[0] ?? null,
      body: correction?.[1] ?? null,
    }))

  test('comes back whole, whatever the readings carry', () => {
    fc.assert(
      fc.property(fc.array(anyReading, { minLength: 1, maxLength: 40 }), (readings) => {
        const day = readings.sort(inOrder)
        expect(unpackDay(DAY_NO, packDay(day))).toEqual(day)
      }),
      { numRuns: 500 },
    )
  })

  test('before 1970 comes back too', () => {
    const day = [reading(0), reading(1)].map((r) => ({ ...r, at: r.at - midnight - DAY }))
    expect(unpackDay(-1, packDay(day))).toEqual(day)
  })

  test('of a later format is refused', () => {
    const bytes = packDay([reading(0)])
    bytes[0] = 3
    expect(() => unpackDay(DAY_NO, bytes)).toThrow('a packed day of format 3; known are 1 and 2')
  })

  test('of the first format, which had no places in the journal, is still read', () => {
    const bytes = Buffer.from(
      '011210c017c187548160a6000035a9991081d2a81e2000b10230a25079162e45403fe2508fa51000788501ea4cce42a58b40016ae567c25138d82451cd2180a000a85fbe502311404e540e00',
      'hex',
    )
    const body = '{"reason":"phantom","rawPercent":99.1,"phantomPercent":98,"hits":7,"share":0.2}'
    const warm = { battery_percent: 97, temperature_c: 8.4 }
    expect(unpackDay(DAY_NO, bytes)).toEqual([
      reading(0, { fill: 41.5, raw_fill: 41.5, distance_mm: 1090, ...warm }),
      reading(15, {
        ...{ fill: 41.7, raw_fill: 42, distance_mm: 1087, flags: 4 },
        ...{ battery_percent: 97, temperature_c: 8.3 },
      }),
      reading(30, { fault: 0, tilt_deg: 12.5, battery_volts: 3.6 }),
      reading(30, { n: 1, fill: 99.1, raw_fill: 99.1, distance_mm: 312, clean: 42, body }),
    ])
    expect(unpackTold(DAY_NO, bytes, 0, 0)).toMatchObject({
      length: 4,
      fill: [41.5, 41.7, null, 99.1],
    })
  })

  test('tells what the rules were told of those at the places asked for, without the rest', () => {
    const day = [
      reading(0, { seq: 7, fill: 41, battery_percent: 50 }),
      reading(15, { seq: 9, fill: 42, told: TOLD.otherwise, told_fill: 44, told_device: 3 }),
      reading(30, { seq: 8, fill: 43, told_at: midnight + 40 * MINUTE }),
    ]
    const bytes = packDay(day)
    expect(unpackTold(DAY_NO, bytes, 6, 7)).toEqual({
      length: 3,
      ...Object.fromEntries(
        ['seq', 'at', 'received_at', 'n', 'distance_mm', 'fault', 'flags', 'clean', 'fill'].map(
          (name) => [name, day.map((r) => r[name as keyof PackedReading])],
        ),
      ),
      told: [null, TOLD.otherwise, null],
      told_at: [null, null, midnight + 40 * MINUTE],
      told_device: [null, 3, null],
      told_fill: [null, 44, null],
    })
    expect(unpackTold(DAY_NO, bytes, 9, 20)).toBeUndefined()
    expect(unpackTold(DAY_NO, bytes, 0, 6)).toBeUndefined()
  })

  test('of levels that follow from distances has room only for the distances', () => {
    const measured = Array.from({ length: 96 }, (_, i) => {
      const distance_mm = 1650 - i * 9 - ((i * 37) % 11)
      return { distance_mm, fill: Math.round(((1650 - distance_mm) / 1350) * 1000) / 10 }
    })
    const of = (over: (i: number) => Partial<PackedReading>) =>
      packDay(measured.map((_, i) => reading(i * 15, over(i)))).length
    const distances = of((i) => ({ distance_mm: measured[i]!.distance_mm }))
    expect(of((i) => measured[i]!)).toBeLessThanOrEqual(distances + 8)
  })
})

describe('the hours of a packed day', () => {
  test('tell how many levels there were, the least, the most, their sum and the last', () => {
    const day = [
      reading(0, { fill: 10 }),
      reading(15, { fill: 30.5 }),
      reading(20, { fault: 0 }),
      reading(59, { fill: 90, clean: 20, body: '{}' }),
      reading(120, { fill: 40 }),
      reading(1439, { fill: 41 }),
    ]
    const hours = [
      { hour: 0, n: 3, min: 10, max: 30.5, sum: 60.5, last: 20 },
      { hour: 2, n: 1, min: 40, max: 40, sum: 40, last: 40 },
      { hour: 23, n: 1, min: 41, max: 41, sum: 41, last: 41 },
    ]
    expect(hoursOf(day)).toEqual(hours)
    expect(unpackHours(packHours(hours))).toEqual(hours)
    const wholeDay = { n: 5, min: 10, max: 41, sum: 141.5, last: 41 }
    expect(unpackWholeDay(packHours(hours))).toEqual(wholeDay)
  })

  test('come back as they were, sums to a millionth', () => {
    const percent = fc.oneof(
      fc.nat({ max: 1000 }).map((v) => v / 10),
      fc.double({ min: 0, max: 100, noNaN: true }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 1439 }), percent)), (levels) => {
        const day = levels.map(([minute, fill]) => reading(minute, { fill })).sort(inOrder)
        const hours = hoursOf(day)
        const back = unpackHours(packHours(hours))
        expect(back.map((h) => ({ ...h, sum: 0 }))).toEqual(hours.map((h) => ({ ...h, sum: 0 })))
        for (const [i, { sum }] of back.entries()) expect(sum).toBeCloseTo(hours[i]!.sum, 5)
      }),
    )
  })

  test('without a level take no room', () => {
    expect(packHours(hoursOf([reading(0, { fault: 1 })]))).toHaveLength(0)
    expect(unpackHours(new Uint8Array(0))).toEqual([])
    expect(unpackWholeDay(new Uint8Array(0))).toBeUndefined()
  })
})
