/** How much somebody may ask for: so many at once, and then one more in so long. Kept in memory alone. */
import type { EpochMs } from '#src/stations/time.ts'

export interface Allowance {
  /** Takes one. 0 when there was one to take, else after how many milliseconds there will be. */
  readonly take: (who: string, at: EpochMs) => number
}

interface Purse {
  left: number
  at: EpochMs
}

export function createAllowance({
  most,
  oneEveryMs,
  people,
}: {
  /** How many at once. */
  readonly most: number
  readonly oneEveryMs: number
  /** So many are remembered; beyond that the one that asked longest ago is forgotten. */
  readonly people: number
}): Allowance {
  const purses = new Map<string, Purse>()
  return {
    take(who, at) {
      const before = purses.get(who)
      // A clock set back gives nothing.
      const earned = before ? Math.max(0, at - before.at) / oneEveryMs : 0
      const left = before ? Math.min(most, before.left + earned) : most
      purses.delete(who)
      purses.set(who, { left: left >= 1 ? left - 1 : left, at })
      if (purses.size > people) purses.delete(purses.keys().next().value!)
      return left >= 1 ? 0 : Math.ceil((1 - left) * oneEveryMs)
    },
  }
}
