/**
 * A day of one device's readings on one container, packed: by columns, each as what is left after the
 * rule that leaves least. What is unpacked is what was packed, bit for bit. The columns and their order
 * are those of `COLUMNS`; a column more is a new `FORMAT`, and the old one must still be read.
 *
 * Not packed: a reading's place in the journal, its counter and its fingerprint. They tell repeats
 * within a quarter of an hour; later a reading is known by its identity.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { DAY } from '#src/stations/time.ts'
import { type BitReader, type BitWriter, readBits, writeBits } from './bit-stream.ts'
import { type Column, readColumn, writeColumn } from './number-column.ts'

/** A row of `reading` with its `correction`, less what isn't packed. */
export interface PackedReading {
  readonly at: number
  readonly n: number
  readonly received_at: number
  readonly fill: number | null
  readonly raw_fill: number | null
  readonly distance_mm: number | null
  readonly fault: number | null
  readonly battery_percent: number | null
  readonly battery_volts: number | null
  readonly temperature_c: number | null
  readonly tilt_deg: number | null
  readonly flags: number
  /** What was believed instead of `fill`, and why, as JSON; both or neither. */
  readonly clean: number | null
  readonly body: string | null
}

const FORMAT = 1

/** Columns that stand for themselves. Time, level and correction lean on others. */
const PLAIN = [
  'n',
  'distance_mm',
  'fault',
  'battery_percent',
  'battery_volts',
  'temperature_c',
  'tilt_deg',
  'flags',
  'clean',
] as const

/** How a level is told. */
const AS_ITSELF = 0
const BY_DISTANCE = 1

export function dayOf(at: number): number {
  return Math.floor(at / DAY)
}

/** Later readings last; those of one instant by `n`. */
export function inOrder(a: PackedReading, b: PackedReading): number {
  return a.at - b.at || a.n - b.n
}

/** Packs the readings of a day, at least one, `inOrder`. */
export function packDay(readings: readonly PackedReading[]): Uint8Array {
  const out = writeBits()
  out.bits(FORMAT, 8)
  out.signed(readings.length)
  const start = dayOf(readings[0]!.at) * DAY
  writeColumn(
    out,
    readings.map((r) => r.at - start),
  )
  // What the network took; nothing for a device without a clock.
  writeColumn(
    out,
    readings.map((r) => r.received_at - r.at),
  )
  for (const name of PLAIN) {
    writeColumn(
      out,
      readings.map((r) => r[name]),
    )
  }
  writeLevels(out, readings)
  const same = readings.every((r) => Object.is(r.raw_fill, r.fill))
  out.bits(same ? 1 : 0, 1)
  if (!same) {
    writeColumn(
      out,
      readings.map((r) => r.raw_fill),
    )
  }
  writeReasons(out, readings)
  return out.finish()
}

/** @throws when the bytes aren't a day's. */
export function unpackDay(day: number, body: Uint8Array): PackedReading[] {
  const from = readBits(body)
  const format = from.bits(8)
  if (format !== FORMAT) throw new Error(`a packed day of format ${format}, not ${FORMAT}`)
  const length = from.signed()
  const start = day * DAY
  const at = readColumn(from, length)
  const delay = readColumn(from, length)
  const plain = {} as Record<(typeof PLAIN)[number], (number | null)[]>
  for (const name of PLAIN) plain[name] = readColumn(from, length)
  const fill = readLevels(from, plain.distance_mm)
  const raw = from.bits(1) === 1 ? fill : readColumn(from, length)
  const reasons = readReasons(from, plain.clean)
  const readings: PackedReading[] = []
  for (let i = 0; i < length; i++) {
    readings.push({
      at: start + at[i]!,
      n: plain.n[i]!,
      received_at: start + at[i]! + delay[i]!,
      fill: fill[i]!,
      raw_fill: raw[i]!,
      distance_mm: plain.distance_mm[i]!,
      fault: plain.fault[i]!,
      battery_percent: plain.battery_percent[i]!,
      battery_volts: plain.battery_volts[i]!,
      temperature_c: plain.temperature_c[i]!,
      tilt_deg: plain.tilt_deg[i]!,
      flags: plain.flags[i]!,
      clean: plain.clean[i]!,
      body: reasons[i]!,
    })
  }
  return readings
}

/** Distances from the sensor, in whole millimetres: of the empty floor and of the full line. */
interface Line {
  readonly empty: number
  readonly full: number
}

/** A level that we computed follows from its distance: only where it doesn't is there anything to tell. */
function writeLevels(out: BitWriter, readings: readonly PackedReading[]): void {
  const levels = readings.map((r) => r.fill)
  const found = lineThrough(readings)
  if (found) {
    const off = offTheLine(readings, found.line)
    if (found.isExact || lengthOf(off) + LINE_BYTES < lengthOf(levels)) {
      out.bits(BY_DISTANCE, 1)
      out.signed(found.line.empty)
      out.signed(found.line.full)
      writeColumn(out, off)
      return
    }
  }
  out.bits(AS_ITSELF, 1)
  writeColumn(out, levels)
}
/** About what a line takes. */
const LINE_BYTES = 4

function lengthOf(column: Column): number {
  const out = writeBits()
  writeColumn(out, column)
  return out.finish().length
}

function readLevels(from: BitReader, distances: Column): Column {
  if (from.bits(1) === AS_ITSELF) return readColumn(from, distances.length)
  const line = { empty: from.signed(), full: from.signed() }
  return readColumn(from, distances.length).map((off, i) => {
    const distance = distances[i]!
    return off === null || distance === null ? off : (tenthsOn(line, distance) + off) / 10
  })
}

/** In tenths of a per cent, so that what is left is a whole number. */
function offTheLine(readings: readonly PackedReading[], line: Line): (number | null)[] {
  return readings.map(({ fill, distance_mm }) =>
    fill === null || distance_mm === null
      ? fill
      : Math.round(fill * 10) - tenthsOn(line, distance_mm),
  )
}

function tenthsOn({ empty, full }: Line, distanceMm: number): number {
  const tenths = Math.round((1000 * (empty - distanceMm)) / (empty - full))
  return Math.min(1000, Math.max(0, tenths))
}

/**
 * The line on which most of a day's levels lie. Undefined where they can't: other than in tenths, or
 * too few and too close to draw one.
 */
function lineThrough(
  readings: readonly PackedReading[],
): { readonly line: Line; readonly isExact: boolean } | undefined {
  let n = 0
  let sumX = 0
  let sumY = 0
  let sumXX = 0
  let sumXY = 0
  for (const { fill, distance_mm: distance } of readings) {
    if (fill === null || distance === null) continue
    // Adding zero makes zero of minus zero, which has no place among whole numbers.
    if (!Object.is((Math.round(fill * 10) + 0) / 10, fill)) return undefined
    // At the ends a level no longer moves with its distance.
    if (fill <= 0 || fill >= 100) continue
    n++
    sumX += distance
    sumY += fill
    sumXX += distance * distance
    sumXY += distance * fill
  }
  const spread = n * sumXX - sumX * sumX
  if (n < 2 || spread <= 0) return undefined
  const slope = (n * sumXY - sumX * sumY) / spread
  const at0 = (sumY - slope * sumX) / n
  const guess = { empty: Math.round(-at0 / slope), full: Math.round((100 - at0) / slope) }
  if (!(Math.abs(guess.empty) < 1e6 && Math.abs(guess.full) < 1e6)) return undefined
  let best: Line | undefined
  let fewest = Infinity
  for (const { empty, full } of around(guess)) {
    if (empty === full) continue
    let off = 0
    for (const { fill, distance_mm: distance } of readings) {
      if (fill === null || distance === null) continue
      if (Math.round(fill * 10) !== tenthsOn({ empty, full }, distance)) off++
      if (off >= fewest) break
    }
    if (off < fewest) {
      best = { empty, full }
      fewest = off
      if (off === 0) break
    }
  }
  return best && { line: best, isExact: fewest === 0 }
}

/** Tenths leave the line a few millimetres of play. */
function* around({ empty, full }: Line): Generator<Line> {
  for (const e of NEAR) for (const f of NEAR) yield { empty: empty + e, full: full + f }
}
const NEAR = [0, -1, 1, -2, 2, -3, 3, -5, 5]

/**
 * Reasons come with numbers that change from one to the next. Each text is split into its numbers, kept
 * as columns, and the words between, of which a day has few.
 */
function writeReasons(out: BitWriter, readings: readonly PackedReading[]): void {
  const bodies = readings.flatMap(({ clean, body }) => (clean === null ? [] : [body ?? '']))
  if (bodies.length === 0) return
  const shapes = new Map<string, { readonly index: number; readonly numbers: number[][] }>()
  const indices = bodies.map((body) => {
    const { words, numbers } = splitNumbers(body)
    let shape = shapes.get(words)
    if (!shape) shapes.set(words, (shape = { index: shapes.size, numbers: numbers.map(() => []) }))
    numbers.forEach((number, slot) => shape.numbers[slot]!.push(number))
    return shape.index
  })
  const words = Buffer.from([...shapes.keys()].join('\n'))
  const packed = deflateRawSync(words, { dictionary: KNOWN_WORDS })
  out.signed(packed.length)
  out.bytes(packed)
  writeColumn(out, indices)
  for (const { numbers } of shapes.values()) for (const slot of numbers) writeColumn(out, slot)
}

function readReasons(from: BitReader, clean: Column): (string | null)[] {
  const places = clean.flatMap((value, i) => (value === null ? [] : [i]))
  const bodies = Array<string | null>(clean.length).fill(null)
  if (places.length === 0) return bodies
  const packed = from.bytes(from.signed())
  const shapes = inflateRawSync(packed, { dictionary: KNOWN_WORDS }).toString().split('\n')
  const indices = readColumn(from, places.length)
  shapes.forEach((words, index) => {
    const having = places.filter((_, i) => indices[i] === index)
    const pieces = words.split(SLOT)
    const slots = pieces.slice(1).map(() => readColumn(from, having.length))
    having.forEach((place, i) => {
      bodies[place] = pieces.reduce((text, piece, p) => text + slots[p - 1]![i]! + piece)
    })
  })
  return bodies
}

/** Stands for a number. No JSON has it unescaped. */
const SLOT = '\u0001'
/** What the words are packed against. Part of the format. */
const KNOWN_WORDS = Buffer.from(
  [
    '{"reason":"held","rawPercent":\u0001}',
    '{"reason":"full-suspect","rawPercent":\u0001}',
    '{"reason":"outlier","rawPercent":\u0001,"inARow":\u0001}',
    '{"reason":"phantom","rawPercent":\u0001,"phantomPercent":\u0001,"hits":\u0001,"share":\u0001}',
    '{"reason":"phantom","rawPercent":\u0001,"phantomPercent":\u0001,"phantomDistanceMm":\u0001,"hits":\u0001,"share":\u0001}',
  ].join('\n'),
)

/** Only a number that reads back as it was written is taken out. */
function splitNumbers(body: string): { readonly words: string; readonly numbers: number[] } {
  const numbers: number[] = []
  const words = body.replace(/(?<=:)-?\d[\d.eE+-]*(?=[,}])/g, (text) => {
    const number = Number(text)
    if (String(number) !== text) return text
    numbers.push(number)
    return SLOT
  })
  return { words, numbers }
}
