/**
 * Latencies counted in buckets that grow with the value: exact below 128 µs, within 1 % above, up to
 * more than an hour, in a few kilobytes (the idea of Gil Tene's HdrHistogram).
 */

const FINE_BITS = 7
const FINE = 1 << FINE_BITS
const HALF = FINE >> 1
const MAX_US = 2 ** 32 - 1

export interface LatencyHistogram {
  readonly count: number
  readonly maxMs: number
  record(ms: number): void
  /** The latency that a share `q` (0…1) of all didn't exceed, ms; NaN when nothing was recorded. */
  quantileMs(q: number): number
}

export function latencyHistogram(): LatencyHistogram {
  const buckets = new Float64Array(FINE + (32 - FINE_BITS) * HALF)
  let count = 0
  let maxMs = 0
  return {
    get count() {
      return count
    },
    get maxMs() {
      return maxMs
    },
    record(ms) {
      const index = bucketOf(Math.min(MAX_US, Math.max(0, Math.floor(ms * 1000))))
      buckets[index] = buckets[index]! + 1
      count += 1
      if (ms > maxMs) maxMs = ms
    },
    quantileMs(q) {
      if (count === 0) return NaN
      const wanted = Math.max(1, Math.ceil(q * count))
      let seen = 0
      for (let i = 0; i < buckets.length; i++) {
        seen += buckets[i]!
        if (seen >= wanted) return Math.min(maxMs, upperUs(i) / 1000)
      }
      return maxMs
    },
  }
}

function bucketOf(us: number): number {
  if (us < FINE) return us
  const shift = 32 - Math.clz32(us) - FINE_BITS
  return FINE + (shift - 1) * HALF + ((us >>> shift) - HALF)
}

/** The end of a bucket, which no value in it reaches. */
function upperUs(index: number): number {
  if (index < FINE) return index + 1
  const shift = Math.floor((index - FINE) / HALF) + 1
  const mantissa = ((index - FINE) % HALF) + HALF
  return (mantissa + 1) * 2 ** shift
}
