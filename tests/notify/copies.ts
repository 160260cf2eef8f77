/** What came more than once to a far end that outlives the process that says it, and for what reason. */
import { expect } from 'vitest'

/** One copy of what was to be said once, as the far end took it. */
export interface Copy {
  readonly what: string
  /** The word that it was taken didn't reach the sender, as far as the far end can tell. */
  readonly isLost: boolean
  /** Milliseconds. */
  readonly at?: number
}

export interface Lives {
  /** From now on copies are of the next life. */
  next(): void
  /** The life of the nth copy. */
  of(n: number): number
}

/** Notes in which of the sender's lives each of a growing list came. */
export function noteLives(list: { readonly length: number }): Lives {
  const ends: number[] = []
  return {
    next: () => void ends.push(list.length),
    of: (n) => ends.filter((end) => end <= n).length,
  }
}

/**
 * How many copies were repeats. Before each the process died, or the word that the one before was taken
 * didn't come in time: nothing else is a reason. Fails when there was none, for then nothing was proved.
 */
export function countRepeats(
  copies: readonly Copy[],
  lives: Lives,
  { patienceMs }: { readonly patienceMs: number },
): number {
  const before = new Map<string, Copy & { readonly life: number }>()
  let repeats = 0
  for (const [n, copy] of copies.entries()) {
    const earlier = before.get(copy.what)
    const life = lives.of(n)
    before.set(copy.what, { ...copy, life })
    if (!earlier) continue
    repeats += 1
    const waitedMs = (copy.at ?? 0) - (earlier.at ?? 0)
    if (earlier.isLost || waitedMs > patienceMs) continue
    expect(life, copy.what).toBeGreaterThan(earlier.life)
  }
  expect(repeats).toBeGreaterThan(0)
  expect(repeats).toBeLessThan(copies.length / 4)
  return repeats
}
