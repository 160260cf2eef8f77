/**
 * What bears out that an episode begins or is over. A single reading of a sensor may be a false echo;
 * people and crews need no second word, and a sensor that seldom speaks gets none.
 */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { REPORT_LIFE_MS } from './evidence.ts'
import type { Report } from './evidence.ts'
import type { ContainerWatch } from './watch.ts'

export interface Witness {
  /** How many readings say so. */
  readings: number
  /** When the newest of them was measured. */
  measuredAt: EpochMs | undefined
  /** That more are waited for has been told. */
  isAwaited: boolean
  /** An emptying after this bears out an end. */
  readonly since: EpochMs
}

/** A sensor that speaks more seldom than this is not waited for. */
const SELDOM_MS = 4 * HOUR

export function callWitness(since: EpochMs): Witness {
  return { readings: 0, measuredAt: undefined, isAwaited: false, since }
}

/**
 * Counts the reading that the container goes by, which says `word`, unless it has been counted. Tells
 * whether anything changed; with `enough` readings nothing does.
 */
export function hearContainer(
  witness: Witness,
  container: ContainerWatch,
  word: Report['kind'],
  enough: number,
  at: EpochMs,
): boolean {
  if (witness.readings >= enough) return false
  const { measuredAt } = container
  if (isSaidByOthers(witness, container, word, at)) witness.readings = enough
  else if (measuredAt !== witness.measuredAt) witness.readings++
  else return false
  witness.measuredAt = measuredAt
  return true
}

function isSaidByOthers(
  { since }: Witness,
  { reports, emptiedAt, intervalMs }: ContainerWatch,
  word: Report['kind'],
  at: EpochMs,
): boolean {
  if (intervalMs !== undefined && intervalMs > SELDOM_MS) return true
  if (reports.some((report) => report.kind === word && at - report.at < REPORT_LIFE_MS)) return true
  return word === 'has-room' && emptiedAt !== undefined && emptiedAt > since
}
