/** When a solver stops, and how much worse an answer it puts up with on the way. */
import type { Random } from './random.ts'

export interface Effort {
  /** The same seed and `maxIterations` give the same answer. */
  readonly seed: number
  readonly maxIterations?: number
  /** Milliseconds since the solver was started, by whichever clock the caller goes by. */
  readonly elapsedMs?: () => number
  readonly limitMs?: number
  /** Asked now and then: true ends it with the best so far. */
  readonly stopped?: () => boolean
}

/** Share of the effort that is spent, 1 and above when it is over. */
export function spentShare(effort: Effort, iterations: number): number {
  if (effort.stopped?.() === true) return 1
  const byCount = effort.maxIterations === undefined ? 0 : iterations / effort.maxIterations
  const byTime =
    effort.elapsedMs === undefined || effort.limitMs === undefined
      ? 0
      : effort.elapsedMs() / effort.limitMs
  return Math.max(byCount, byTime)
}

/** Falls by the same factor in the same time. */
export function temperatureAt(share: number, from: number, to: number): number {
  return from * (to / from) ** Math.min(1, share)
}

/** Below this an answer is taken: a little above what there is, more when it is hot. */
export function threshold(cost: number, temperature: number, random: Random): number {
  return cost - temperature * Math.log(random.next() || Number.MIN_VALUE)
}
