/** Tells a message from its repeat. Not for secrets: whoever wants a collision can make one. */

/** A counter that is missing must not look like a counter that is 0. */
const NO_COUNTER = 0x9e3779b9

/**
 * 53 bits of the bytes and the counter: two 32-bit lanes of multiply–xor over four bytes at a time,
 * each closed by the finaliser of MurmurHash3 (fmix32). Within one device and a quarter of an hour
 * there are few messages, so the chance of taking two different ones for the same is about 10⁻¹⁴.
 */
export function fingerprint(bytes: Uint8Array, counter?: number): number {
  const length = bytes.length
  const seed = counter === undefined ? NO_COUNTER : counter
  let a = Math.imul(seed ^ 0x2545f491, 0x85ebca6b) ^ length
  let b = Math.imul((seed / 0x1_0000_0000) ^ seed ^ 0x7f4a7c15, 0xc2b2ae35) ^ length
  let i = 0
  for (; i + 3 < length; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
    a = Math.imul((a ^ word) + ((a << 13) | (a >>> 19)), 0xcc9e2d51)
    b = Math.imul((b ^ word) - ((b << 17) | (b >>> 15)), 0x1b873593)
  }
  for (; i < length; i++) {
    a = Math.imul((a ^ bytes[i]!) + ((a << 13) | (a >>> 19)), 0xcc9e2d51)
    b = Math.imul((b ^ bytes[i]!) - ((b << 17) | (b >>> 15)), 0x1b873593)
  }
  return (mix(a ^ (b >>> 7)) >>> 11) * 0x1_0000_0000 + (mix(b) >>> 0)
}

function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
