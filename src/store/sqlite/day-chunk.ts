/**
 * A day of one device's readings on one container, packed: by columns, each as what is left after the
 * rule that leaves least. What is unpacked is what was packed, bit for bit. A column more is a new
 * `FORMAT`, and the old ones must still be read.
 *
 * What the rules were told of a reading comes first, so that whoever reads the journal back need not
 * unpack the rest. Not packed: a reading's counter and its fingerprint. They tell repeats within a
 * quarter of an hour; later a reading is known by its identity.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { DAY } from '#src/stations/time.ts'
import { type BitReader, type BitWriter, readBits, writeBits } from './bit-stream.ts'
import { type Column, readColumn, writeColumn } from './number-column.ts'

/** A row of `reading` with its `correction` and what was `told` of it, less what isn't packed. */
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
  /** Its place in the journal; null where an earlier version packed it. */
  readonly seq: number | null
  /** What the rules were told, where that doesn't follow from the rest: `TOLD`. */
  readonly told: number | null
  /** When, if not at its receipt. */
  readonly told_at: number | null
  /** With `TOLD.otherwise`: in whose name, and what level. */
  readonly told_device: number | null
  readonly told_fill: number | null
}

/** What the rules were told of a reading, where it isn't what it says. */
export const TOLD = {
  /** Nothing. */
  nothing: 0,
  /** What several devices said together. */
  otherwise: 1,
} as const

/** The first had neither a place in the journal nor what was told. */
const FIRST_FORMAT = 1
const FORMAT = 2

/** Columns that stand for themselves. Place, time, level and correction lean on others. */
const PLAIN_OF_RULES = ['n', 'distance_mm', 'fault', 'flags', 'clean'] as const
const PLAIN_OF_TOLD = ['told', 'told_device', 'told_fill'] as const
const PLAIN_OF_STATUS = ['battery_percent', 'battery_volts', 'temperature_c', 'tilt_deg'] as const
const PLAIN_OF_FIRST_FORMAT = [
  'n',
  'distance_mm',
  'fault',
  ...PLAIN_OF_STATUS,
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
  const column = (value: (reading: PackedReading) => number | null): void =>
    writeColumn(out, readings.map(value))
  column((r) => r.seq)
  column((r) => r.at - start)
  // What the network took; nothing for a device without a clock.
  column((r) => r.received_at - r.at)
  for (const name of PLAIN_OF_RULES) column((r) => r[name])
  writeLevels(out, readings)
  column((r) => (r.told_at === null ? null : r.told_at - r.received_at))
  for (const name of PLAIN_OF_TOLD) column((r) => r[name])
  const same = readings.every((r) => Object.is(r.raw_fill, r.fill))
  out.bits(same ? 1 : 0, 1)
  if (!same) column((r) => r.raw_fill)
  for (const name of PLAIN_OF_STATUS) column((r) => r[name])
  writeReasons(out, readings)
  return out.finish()
}

/** The columns from which follows what the rules were told. Times are instants. */
export interface ToldColumns {
  readonly length: number
  readonly seq: Column
  readonly at: Column
  readonly received_at: Column
  readonly n: Column
  readonly distance_mm: Column
  readonly fault: Column
  readonly flags: Column
  readonly clean: Column
  readonly fill: Column
  readonly told: Column
  readonly told_at: Column
  readonly told_device: Column
  readonly told_fill: Column
}

/**
 * What a packed day has to say of what the rules were told; undefined where none of its readings lies
 * within the places `after` < seq ≤ `upTo` of the journal, and none has lost its place.
 * @throws when the bytes aren't a day's.
 */
export function unpackTold(
  day: number,
  body: Uint8Array,
  after: number,
  upTo: number,
): ToldColumns | undefined {
  const from = readBits(body)
  const format = formatOf(from)
  const length = from.signed()
  if (format === FIRST_FORMAT) return unpackFirstFormat(day, from, length)
  const seq = readColumn(from, length)
  if (!seq.some((place) => place === null || (place > after && place <= upTo))) return undefined
  return readTold(day, from, length, seq)
}

/** @throws when the bytes aren't a day's. */
export function unpackDay(day: number, body: Uint8Array): PackedReading[] {
  const from = readBits(body)
  const format = formatOf(from)
  const length = from.signed()
  const columns =
    format === FIRST_FORMAT
      ? unpackFirstFormat(day, from, length)
      : unpackSecondFormat(day, from, length)
  const readings: PackedReading[] = []
  for (let i = 0; i < length; i++) {
    readings.push({
      at: columns.at[i]!,
      n: columns.n[i]!,
      received_at: columns.received_at[i]!,
      fill: columns.fill[i]!,
      raw_fill: columns.raw_fill[i]!,
      distance_mm: columns.distance_mm[i]!,
      fault: columns.fault[i]!,
      battery_percent: columns.battery_percent[i]!,
      battery_volts: columns.battery_volts[i]!,
      temperature_c: columns.temperature_c[i]!,
      tilt_deg: columns.tilt_deg[i]!,
      flags: columns.flags[i]!,
      clean: columns.clean[i]!,
      body: columns.body[i]!,
      seq: columns.seq[i]!,
      told: columns.told[i]!,
      told_at: columns.told_at[i]!,
      told_device: columns.told_device[i]!,
      told_fill: columns.told_fill[i]!,
    })
  }
  return readings
}

function formatOf(from: BitReader): number {
  const format = from.bits(8)
  if (format === FORMAT || format === FIRST_FORMAT) return format
  throw new Error(`a packed day of format ${format}; known are ${FIRST_FORMAT} and ${FORMAT}`)
}

interface AllColumns
  extends ToldColumns, Readonly<Record<(typeof PLAIN_OF_STATUS)[number], Column>> {
  readonly raw_fill: Column
  readonly body: readonly (string | null)[]
}

function unpackSecondFormat(day: number, from: BitReader, length: number): AllColumns {
  const told = readTold(day, from, length, readColumn(from, length))
  const raw_fill = from.bits(1) === 1 ? told.fill : readColumn(from, length)
  const status = readPlain(from, length, PLAIN_OF_STATUS)
  return { ...told, ...status, raw_fill, body: readReasons(from, told.clean) }
}

function readTold(day: number, from: BitReader, length: number, seq: Column): ToldColumns {
  const { at, received_at } = readTimes(day, from, length)
  const plain = readPlain(from, length, PLAIN_OF_RULES)
  const fill = readLevels(from, plain.distance_mm)
  const late = readColumn(from, length)
  const told_at = late.map((ms, i) => (ms === null ? null : received_at[i]! + ms))
  const told = readPlain(from, length, PLAIN_OF_TOLD)
  return { length, seq, at, received_at, ...plain, fill, told_at, ...told }
}

function unpackFirstFormat(day: number, from: BitReader, length: number): AllColumns {
  const times = readTimes(day, from, length)
  const plain = readPlain(from, length, PLAIN_OF_FIRST_FORMAT)
  const fill = readLevels(from, plain.distance_mm)
  const raw_fill = from.bits(1) === 1 ? fill : readColumn(from, length)
  const body = readReasons(from, plain.clean)
  const none: Column = Array<null>(length).fill(null)
  const unknown = { seq: none, told: none, told_at: none, told_device: none, told_fill: none }
  return { length, ...times, ...plain, fill, raw_fill, body, ...unknown }
}

function readTimes(
  day: number,
  from: BitReader,
  length: number,
): { readonly at: readonly number[]; readonly received_at: readonly number[] } {
  const start = day * DAY
  const at = readColumn(from, length).map((ms) => start + ms!)
  const received_at = readColumn(from, length).map((ms, i) => at[i]! + ms!)
  return { at, received_at }
}

function readPlain<Name extends string>(
  from: BitReader,
  length: number,
  names: readonly Name[],
): Record<Name, Column> {
  const columns = {} as Record<Name, Column>
  for (const name of names) columns[name] = readColumn(from, length)
  return columns
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
