/** Randomness as an argument: the same seed gives the same numbers, on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform whole number, 0 … below − 1. */
  below(below: number): number
}

/** Marsaglia's xorshift32 (2003): one word of state, fast enough for the innermost loop. */
export function randomFrom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 8; i++) next()
  return { next, below: (below) => Math.floor(next() * below) }
}
