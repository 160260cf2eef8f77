/**
 * What is left of a packed day's levels for charts: one entry for each hour that has any. Days, weeks
 * and years are made of them. They are kept longer than the readings themselves.
 */
import { HOUR } from '#src/stations/time.ts'
import { type BitReader, readBits, writeBits } from './bit-stream.ts'
import { dayOf, type PackedReading } from './day-chunk.ts'
import { readColumn, writeColumn } from './number-column.ts'

/** Believed levels of one sensor on one container, of an hour or a day. */
export interface Levels {
  readonly n: number
  readonly min: number
  readonly max: number
  /** To a millionth. */
  readonly sum: number
  readonly last: number
}

export interface HourOfLevels extends Levels {
  /** 0…23, of the day in UTC. */
  readonly hour: number
}

const NO_BYTES = new Uint8Array(0)
const TENTHS = 1
const AS_THEY_ARE = 0

export function levelOf({ clean, fill }: PackedReading): number | null {
  return fill === null ? null : (clean ?? fill)
}

/** Of a day's readings `inOrder`. */
export function hoursOf(readings: readonly PackedReading[]): HourOfLevels[] {
  const hours: HourOfLevels[] = []
  for (const reading of readings) {
    const level = levelOf(reading)
    if (level === null) continue
    const hour = Math.floor(reading.at / HOUR) - dayOf(reading.at) * 24
    const before = hours.at(-1)
    if (before?.hour === hour) {
      hours[hours.length - 1] = {
        hour,
        n: before.n + 1,
        min: Math.min(before.min, level),
        max: Math.max(before.max, level),
        sum: before.sum + level,
        last: level,
      }
    } else hours.push({ hour, n: 1, min: level, max: level, sum: level, last: level })
  }
  return hours
}

/**
 * Nothing for no hours. The day as a whole comes first: a year by days asks for no more. Levels in
 * tenths, as nearly all are, take a few bits each.
 */
export function packHours(hours: readonly HourOfLevels[]): Uint8Array {
  if (hours.length === 0) return NO_BYTES
  const out = writeBits()
  const inTenths = hours.every((h) => [h.min, h.max, h.last].every(isInTenths))
  out.bits(inTenths ? TENTHS : AS_THEY_ARE, 1)
  const wholeDay = together(hours)
  out.signed(wholeDay.n)
  for (const value of numbersOf(wholeDay, inTenths)) {
    if (inTenths) out.signed(value)
    else out.double(value)
  }
  out.signed(hours.length)
  writeColumn(
    out,
    hours.map((h) => h.hour),
  )
  writeColumn(
    out,
    hours.map((h) => h.n),
  )
  const columns = hours.map((h) => numbersOf(h, inTenths))
  for (let c = 0; c < 4; c++) {
    writeColumn(
      out,
      columns.map((row) => row[c]!),
    )
  }
  return out.finish()
}

export function unpackHours(bytes: Uint8Array): HourOfLevels[] {
  if (bytes.length === 0) return []
  const from = readBits(bytes)
  const { inTenths } = readWholeDay(from)
  const length = from.signed()
  const hour = readColumn(from, length)
  const n = readColumn(from, length)
  const columns = Array.from({ length: 4 }, () => readColumn(from, length))
  return hour.map((h, i) => ({
    hour: h!,
    ...levelsOf(
      n[i]!,
      columns.map((column) => column[i]!),
      inTenths,
    ),
  }))
}

/** The whole day's levels; undefined where there are none. */
export function unpackWholeDay(bytes: Uint8Array): Levels | undefined {
  return bytes.length === 0 ? undefined : readWholeDay(readBits(bytes)).levels
}

function readWholeDay(from: BitReader): { readonly inTenths: boolean; readonly levels: Levels } {
  const inTenths = from.bits(1) === TENTHS
  const n = from.signed()
  const numbers = Array.from({ length: 4 }, () => (inTenths ? from.signed() : from.double()))
  return { inTenths, levels: levelsOf(n, numbers, inTenths) }
}

function together(hours: readonly HourOfLevels[]): Levels {
  return {
    n: hours.reduce((n, h) => n + h.n, 0),
    min: Math.min(...hours.map((h) => h.min)),
    max: Math.max(...hours.map((h) => h.max)),
    sum: hours.reduce((sum, h) => sum + h.sum, 0),
    last: hours.at(-1)!.last,
  }
}

/** The least, and by how much the others differ from what it would make them. */
function numbersOf({ n, min, max, sum, last }: Levels, inTenths: boolean): readonly number[] {
  if (!inTenths) return [min, max, Math.round(sum * 1e6) / 1e6, last]
  const least = tenths(min)
  return [least, tenths(max) - least, tenths(sum) - n * least, tenths(last) - least]
}

function levelsOf(n: number, numbers: readonly number[], inTenths: boolean): Levels {
  const [least, max, sum, last] = numbers as readonly [number, number, number, number]
  if (!inTenths) return { n, min: least, max, sum, last }
  return {
    n,
    min: least / 10,
    max: (least + max) / 10,
    sum: (n * least + sum) / 10,
    last: (least + last) / 10,
  }
}

function tenths(level: number): number {
  return Math.round(level * 10)
}

function isInTenths(level: number): boolean {
  return Object.is((tenths(level) + 0) / 10, level)
}
