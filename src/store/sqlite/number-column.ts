/**
 * A column of numbers, some of them absent, in as few bits as what is regular about it allows. What is
 * read back is what was written, to the last bit of a double.
 */
import { type BitReader, type BitWriter, riceLength, unzigzag, zigzag } from './bit-stream.ts'

export type Column = readonly (number | null)[]

/**
 * The steps that numbers come in: time in minutes or seconds, distances in centimetres, levels in
 * tenths. As numerator and denominator, since no double is a tenth.
 */
const UNITS: readonly (readonly [number, number])[] = [
  [60_000, 1],
  [1000, 1],
  [100, 1],
  [10, 1],
  [1, 1],
  [1, 10],
  [1, 100],
  [1, 1000],
  [1, 10_000],
  [1, 1_000_000],
]
const UNIT_BITS = 4
/** No step fits: doubles as they are. */
const DOUBLES = 15
/** Differences of differences of such numbers are still whole numbers of a double. */
const LARGEST = 2 ** 49

const NONE = 0
const ALL = 1
const SOME = 2

const CONSTANT = 0
const FROM_LEAST = 1
const STEPS = 2
const STEPS_OF_STEPS = 3
const K_BITS = 6
/** In place of a parameter: nothing is left of any number. */
const ALL_ZERO = 63

export function writeColumn(out: BitWriter, column: Column): void {
  const values = column.filter((v) => v !== null)
  if (values.length === 0) {
    out.bits(NONE, 2)
    return
  }
  if (values.length === column.length) out.bits(ALL, 2)
  else {
    out.bits(SOME, 2)
    for (const v of column) out.bits(v === null ? 0 : 1, 1)
  }
  const unit = unitOf(values)
  out.bits(unit, UNIT_BITS)
  if (unit === DOUBLES) {
    for (const v of values) out.double(v)
    return
  }
  const [numerator, denominator] = UNITS[unit]!
  writeWhole(
    out,
    values.map((v) => Math.round((v * denominator) / numerator)),
  )
}

export function readColumn(from: BitReader, length: number): (number | null)[] {
  const presence = from.bits(2)
  const column = Array<number | null>(length).fill(null)
  if (presence === NONE) return column
  const places: number[] = []
  for (let i = 0; i < length; i++) if (presence === ALL || from.bits(1) === 1) places.push(i)
  const unit = from.bits(UNIT_BITS)
  if (unit === DOUBLES) {
    for (const i of places) column[i] = from.double()
    return column
  }
  const [numerator, denominator] = UNITS[unit]!
  const whole = readWhole(from, places.length)
  for (let i = 0; i < places.length; i++) column[places[i]!] = (whole[i]! * numerator) / denominator
  return column
}

/** The coarsest unit in which every number is whole. */
function unitOf(values: readonly number[]): number {
  for (let unit = 0; unit < UNITS.length; unit++) {
    const [numerator, denominator] = UNITS[unit]!
    if (
      values.every((v) => {
        // Adding zero makes zero of minus zero, which has no place among whole numbers.
        const whole = Math.round((v * denominator) / numerator) + 0
        return Math.abs(whole) <= LARGEST && Object.is((whole * numerator) / denominator, v)
      })
    ) {
      return unit
    }
  }
  return DOUBLES
}

/** Whole numbers: a constant, or what is left of each after the rule that leaves least. */
function writeWhole(out: BitWriter, values: readonly number[]): void {
  const first = values[0]!
  if (values.every((v) => v === first)) {
    out.bits(CONSTANT, 2)
    out.signed(first)
    return
  }
  let least = first
  for (const v of values) if (v < least) least = v
  const steps: number[] = []
  for (let i = 1; i < values.length; i++) steps.push(values[i]! - values[i - 1]!)
  const ways = [
    { way: FROM_LEAST, heads: [least], rest: values.map((v) => v - least) },
    { way: STEPS, heads: [first], rest: steps.map(zigzag) },
    {
      way: STEPS_OF_STEPS,
      heads: [first, steps[0]!],
      rest: steps.slice(1).map((step, i) => zigzag(step - steps[i]!)),
    },
  ]
  let best = { ...ways[0]!, k: 0, length: Infinity }
  for (const candidate of ways) {
    const { k, length } = bestRice(candidate.rest)
    if (length < best.length) best = { ...candidate, k, length }
  }
  out.bits(best.way, 2)
  for (const head of best.heads) out.signed(head)
  out.bits(best.k, K_BITS)
  if (best.k === ALL_ZERO) return
  for (const v of best.rest) out.rice(v, best.k)
}

function readWhole(from: BitReader, length: number): number[] {
  const way = from.bits(2)
  const first = from.signed()
  if (way === CONSTANT) return Array<number>(length).fill(first)
  let step = way === STEPS_OF_STEPS ? from.signed() : 0
  const k = from.bits(K_BITS)
  const next = k === ALL_ZERO ? () => 0 : () => from.rice(k)
  const values: number[] = []
  if (way === FROM_LEAST) {
    for (let i = 0; i < length; i++) values.push(first + next())
    return values
  }
  let value = first
  values.push(value)
  for (let i = 1; i < length; i++) {
    if (way === STEPS) step = unzigzag(next())
    else if (i > 1) step += unzigzag(next())
    value += step
    values.push(value)
  }
  return values
}

/** The parameter of Rice's code that makes the numbers shortest, near the logarithm of their mean. */
function bestRice(values: readonly number[]): { readonly k: number; readonly length: number } {
  let sum = 0
  for (const v of values) sum += v
  if (sum === 0) return { k: ALL_ZERO, length: 0 }
  const middle = Math.floor(Math.log2(sum / values.length + 1))
  let best = { k: 0, length: Infinity }
  for (let k = Math.max(0, middle - 1); k <= middle; k++) {
    const length = riceLength(values, k)
    if (length < best.length) best = { k, length }
  }
  return best
}
