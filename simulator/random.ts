/**
 * Seeded randomness. Each stream is named, so that one more container, device or draw in one place
 * never shifts the numbers of another.
 */

export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform whole number, 0 … below − 1. */
  below(below: number): number
  /** Standard normal. */
  normal(): number
  /** Exponential with mean 1. */
  exponential(): number
  /** How many of a Poisson process with that mean. */
  poisson(mean: number): number
  /** Sum of so many exponentials with mean 1. */
  gamma(count: number): number
  /** One of the choices, each as often as its weight says. */
  pick<T>(choices: readonly (readonly [T, number])[]): T
}

/** The stream of that name. Same seed and name, same numbers, on every machine. */
export function randomFrom(seed: number, name: string): Random {
  const next = sfc32(...stateOf(`${seed}/${name}`))
  const normal = () => {
    // Box and Muller; the second of the pair is thrown away, so that a stream has no hidden state.
    const radius = Math.sqrt(-2 * Math.log(1 - next()))
    return radius * Math.cos(2 * Math.PI * next())
  }
  const exponential = () => -Math.log(1 - next())
  return {
    next,
    below: (below) => Math.floor(next() * below),
    normal,
    exponential,
    poisson(mean) {
      // Beyond forty the normal is as good as the eye can tell.
      if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
      let count = 0
      for (let left = mean - exponential(); left > 0; left -= exponential()) count += 1
      return count
    },
    gamma(count) {
      if (count > 40) return Math.max(0, count + Math.sqrt(count) * normal())
      let sum = 0
      for (let i = 0; i < count; i++) sum += exponential()
      return sum
    },
    pick(choices) {
      const total = choices.reduce((sum, [, weight]) => sum + weight, 0)
      let left = next() * total
      for (const [choice, weight] of choices) {
        left -= weight
        if (left < 0) return choice
      }
      return choices.at(-1)![0]
    },
  }
}

/** Chris Doty-Humphrey's sfc32 (PractRand): 128 bits of state, whole 32-bit arithmetic only. */
function sfc32(a: number, b: number, c: number, counter: number): () => number {
  const step = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) step()
  return () => step() / 2 ** 32
}

/** FNV-1a over the name, then four rounds of murmur3's finaliser to fill the state. */
function stateOf(name: string): [number, number, number, number] {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  const draw = () => {
    hash = (hash + 0x9e3779b9) | 0
    let mixed = hash
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return mixed ^ (mixed >>> 16)
  }
  return [draw(), draw(), draw(), 1]
}
