/** As much of Protocol Buffers' wire format as OpenStreetMap's files need. */

const VARINT = 0
const FIXED_64 = 1
const BYTES = 2
const FIXED_32 = 5

export interface Field {
  readonly number: number
  /** Of a varint; what it holds else is in `bytes`. */
  readonly value: number
  readonly bytes: Uint8Array
}

const NOTHING = new Uint8Array(0)

/** The fields of a message, in order. @throws {RangeError} where it is cut short or not one. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  const at = { at: 0 }
  while (at.at < bytes.length) {
    const key = readVarint(bytes, at)
    const number = Math.floor(key / 8)
    const type = key % 8
    if (type === VARINT) yield { number, value: readVarint(bytes, at), bytes: NOTHING }
    else if (type === BYTES) {
      const length = readVarint(bytes, at)
      if (at.at + length > bytes.length) throw new RangeError('a message is cut short')
      yield { number, value: 0, bytes: bytes.subarray(at.at, at.at + length) }
      at.at += length
    } else if (type === FIXED_64) at.at += 8
    else if (type === FIXED_32) at.at += 4
    else throw new RangeError(`there is no wire type ${type}`)
  }
}

/** Exact to 2⁵³, which no id or coordinate comes near. */
function readVarint(bytes: Uint8Array, at: { at: number }): number {
  let value = 0
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at.at++]
    if (byte === undefined) throw new RangeError('a number is cut short')
    value += (byte & 127) * factor
    if (byte < 128) return value
  }
}

export function packedNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  const at = { at: 0 }
  while (at.at < bytes.length) numbers.push(readVarint(bytes, at))
  return numbers
}

/** Of zigzag-coded differences, the sums. */
export function packedSums(bytes: Uint8Array): number[] {
  let sum = 0
  return packedNumbers(bytes).map((coded) => (sum += unzigzag(coded)))
}

export function unzigzag(coded: number): number {
  return coded % 2 === 0 ? coded / 2 : -(coded + 1) / 2
}

/** A plain int64: a negative one is written as 2⁶⁴ less it. */
export function signed64(value: number): number {
  return value >= 2 ** 63 ? value - 2 ** 64 : value
}
