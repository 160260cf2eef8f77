/**
 * What is left of a packed day's levels for charts: one entry for each hour that has any. Days, weeks
 * and years are made of them. They are kept longer than the readings themselves.
 */
import { HOUR } from '#src/stations/time.ts'
import { readBits, writeBits } from './bit-stream.ts'
import { dayOf, type PackedReading } from './day-chunk.ts'
import { readColumn, writeColumn } from './number-column.ts'

/** Believed levels of one sensor on one container in one hour. */
export interface HourOfLevels {
  /** 0…23, of the day in UTC. */
  readonly hour: number
  readonly n: number
  readonly min: number
  readonly max: number
  /** To a millionth. */
  readonly sum: number
  /** The hour's newest. */
  readonly last: number
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

/** Nothing for no hours. Levels in tenths, as nearly all are, take a few bits each. */
export function packHours(hours: readonly HourOfLevels[]): Uint8Array {
  if (hours.length === 0) return NO_BYTES
  const out = writeBits()
  out.signed(hours.length)
  writeColumn(
    out,
    hours.map((h) => h.hour),
  )
  writeColumn(
    out,
    hours.map((h) => h.n),
  )
  const inTenths = hours.every((h) => [h.min, h.max, h.last].every(isInTenths))
  out.bits(inTenths ? TENTHS : AS_THEY_ARE, 1)
  const columns = hours.map(({ n, min, max, sum, last }) =>
    inTenths
      ? [
          tenths(min),
          tenths(max) - tenths(min),
          tenths(sum) - n * tenths(min),
          tenths(last) - tenths(min),
        ]
      : [min, max, Math.round(sum * 1e6) / 1e6, last],
  )
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
  const length = from.signed()
  const hour = readColumn(from, length)
  const n = readColumn(from, length)
  const inTenths = from.bits(1) === TENTHS
  const [min, max, sum, last] = Array.from({ length: 4 }, () => readColumn(from, length))
  return hour.map((h, i) => {
    const each = { hour: h!, n: n[i]! }
    const least = min![i]!
    return inTenths
      ? {
          ...each,
          min: least / 10,
          max: (least + max![i]!) / 10,
          sum: (each.n * least + sum![i]!) / 10,
          last: (least + last![i]!) / 10,
        }
      : { ...each, min: least, max: max![i]!, sum: sum![i]!, last: last![i]! }
  })
}

function tenths(level: number): number {
  return Math.round(level * 10)
}

function isInTenths(level: number): boolean {
  return Object.is((tenths(level) + 0) / 10, level)
}
