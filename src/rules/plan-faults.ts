/** What may stand in a plan of emptyings that somebody writes. Pure. */
import { DAY, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import type { PlannedEmptying } from './record.ts'

export const SHORTEST_WINDOW_MS = 15 * MINUTE
export const LONGEST_WINDOW_MS = 7 * DAY
/** Nobody plans the emptying of one container further ahead. */
export const FARTHEST_WINDOW_MS = 400 * DAY

export interface PlanFault {
  /** Which of the windows. */
  readonly index: number
  readonly end: 'from' | 'until'
  readonly because: 'too-short' | 'too-long' | 'over' | 'too-far' | 'overlaps'
  /** What it must come after (`over`), or before (`too-far`), or not before (`overlaps`). */
  readonly limit?: EpochMs
}

/** Windows are in order of time; of each the first thing that is wrong. */
export function planFaults(
  emptyings: readonly PlannedEmptying[],
  now: EpochMs,
): readonly PlanFault[] {
  return emptyings.flatMap(({ from, until }, index): PlanFault[] => {
    const before = emptyings[index - 1]
    if (until - from < SHORTEST_WINDOW_MS) return [{ index, end: 'until', because: 'too-short' }]
    if (until - from > LONGEST_WINDOW_MS) return [{ index, end: 'until', because: 'too-long' }]
    if (until <= now) return [{ index, end: 'until', because: 'over', limit: now }]
    const farthest = plus(now, FARTHEST_WINDOW_MS)
    if (from > farthest) return [{ index, end: 'from', because: 'too-far', limit: farthest }]
    if (before && from < before.until) {
      return [{ index, end: 'from', because: 'overlaps', limit: before.until }]
    }
    return []
  })
}
