/** Whole numbers as bits, written and read back in the same order. Numbers are 0…2^53. */

/** Where a number is too long for its column's short form: so many ones, then its length and itself. */
const ESCAPE = 24
const LENGTH_BITS = 6
const HALF = 24
const HALF_SIZE = 2 ** HALF

export interface BitWriter {
  /** The lowest `bits` bits (0…53) of a whole number. */
  bits(value: number, bits: number): void
  /** Rice's code: `value / 2^k` in ones, then the rest in `k` bits. */
  rice(value: number, k: number): void
  /** Any whole number from −2^52 to 2^52, by its length. */
  signed(value: number): void
  double(value: number): void
  bytes(bytes: Uint8Array): void
  /** What has been written, filled up with zeros to a whole byte. */
  finish(): Uint8Array
}

export interface BitReader {
  bits(bits: number): number
  rice(k: number): number
  signed(): number
  double(): number
  bytes(length: number): Uint8Array
}

export function writeBits(): BitWriter {
  let buffer = new Uint8Array(512)
  let length = 0
  let pending = 0
  let pendingBits = 0

  const short = (value: number, bits: number): void => {
    pending = (pending << bits) | value
    pendingBits += bits
    if (length + 4 > buffer.length) {
      const larger = new Uint8Array(buffer.length * 2)
      larger.set(buffer)
      buffer = larger
    }
    while (pendingBits >= 8) {
      pendingBits -= 8
      buffer[length++] = pending >>> pendingBits
    }
    pending &= (1 << pendingBits) - 1
  }
  const bits = (value: number, count: number): void => {
    if (count <= HALF) short(value, count)
    else {
      bits(Math.floor(value / HALF_SIZE), count - HALF)
      short(value % HALF_SIZE, HALF)
    }
  }
  const byLength = (value: number): void => {
    const count = lengthOf(value)
    bits(count, LENGTH_BITS)
    bits(value, count)
  }

  return {
    bits,
    rice(value, k) {
      const ones = Math.floor(value * 2 ** -k)
      if (ones < ESCAPE) {
        short((1 << (ones + 1)) - 2, ones + 1)
        bits(value - ones * 2 ** k, k)
      } else {
        bits(2 ** ESCAPE - 1, ESCAPE)
        byLength(value)
      }
    },
    signed: (value) => byLength(zigzag(value)),
    double(value) {
      const view = new DataView(new ArrayBuffer(8))
      view.setFloat64(0, value)
      bits(view.getUint32(0), 32)
      bits(view.getUint32(4), 32)
    },
    bytes(bytes) {
      for (const byte of bytes) short(byte, 8)
    },
    finish() {
      if (pendingBits > 0) short(0, 8 - pendingBits)
      return buffer.slice(0, length)
    },
  }
}

/** @throws RangeError when more is read than was written. */
export function readBits(buffer: Uint8Array, from = 0): BitReader {
  let position = from
  let pending = 0
  let pendingBits = 0

  const short = (count: number): number => {
    while (pendingBits < count) {
      const byte = buffer[position++]
      if (byte === undefined) throw new RangeError('the bits end too soon')
      pending = (pending << 8) | byte
      pendingBits += 8
    }
    pendingBits -= count
    const value = pending >>> pendingBits
    pending &= (1 << pendingBits) - 1
    return value
  }
  const bits = (count: number): number => {
    if (count <= HALF) return short(count)
    const high = bits(count - HALF)
    return high * HALF_SIZE + short(HALF)
  }
  const byLength = (): number => bits(short(LENGTH_BITS))

  return {
    bits,
    rice(k) {
      let ones = 0
      while (ones < ESCAPE && short(1) === 1) ones++
      return ones === ESCAPE ? byLength() : ones * 2 ** k + bits(k)
    },
    signed: () => unzigzag(byLength()),
    double() {
      const view = new DataView(new ArrayBuffer(8))
      view.setUint32(0, bits(32))
      view.setUint32(4, bits(32))
      return view.getFloat64(0)
    },
    bytes(length) {
      const bytes = new Uint8Array(length)
      for (let i = 0; i < length; i++) bytes[i] = short(8)
      return bytes
    },
  }
}

/** How many bits `rice` takes for numbers. */
export function riceLength(values: readonly number[], k: number): number {
  const share = 2 ** -k
  let length = values.length * (k + 1)
  for (const value of values) {
    const ones = Math.floor(value * share)
    length += ones < ESCAPE ? ones : ESCAPE + LENGTH_BITS + lengthOf(value) - k - 1
  }
  return length
}

/** 0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 … */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function lengthOf(value: number): number {
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32))
}
