/** When a container is to be emptied, by all that have a say, and whether that was kept. */
import { DAY, HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { PLAN_SOURCES } from './record.ts'
import type { PlanSource, PlannedEmptying } from './record.ts'

export type Plans = Readonly<Partial<Record<PlanSource, readonly PlannedEmptying[]>>>

/** An emptying so long before its window still keeps it: trucks run early. */
export const EARLY_MS = 12 * HOUR
/** A promise that was broken longer ago is no longer held against anybody. */
export const REMEMBERED_MS = 7 * DAY

/** The plans with what one source now says; what it said of the last week stays, so that it can be held to it. */
export function replan(
  plans: Plans,
  source: PlanSource,
  emptyings: readonly PlannedEmptying[],
  at: EpochMs,
): Plans {
  const past = (plans[source] ?? []).filter(
    ({ until }) => until <= at && until > at - REMEMBERED_MS,
  )
  const told = emptyings
    .filter(({ until }) => until > at)
    .map(({ from, until }) => ({ from, until }))
    .toSorted((a, b) => a.from - b.from || a.until - b.until)
  const now = [...past, ...told]
  const { [source]: _before, ...others } = plans
  return now.length === 0 ? others : { ...others, [source]: now }
}

/** The next window that has neither ended nor been kept already; undefined where none is planned. */
export function nextEmptying(
  plans: Plans | undefined,
  emptiedAt: EpochMs | undefined,
  at: number,
): PlannedEmptying | undefined {
  let next: PlannedEmptying | undefined
  for (const window of windows(plans)) {
    if (window.until <= at || (next && window.from >= next.from)) continue
    if (!isKeptBy(window, emptiedAt, plans)) next = window
  }
  return next
}

/** The last emptying that is to be over between two instants, and hasn't been done yet. */
export function lastEmptyingBetween(
  plans: Plans | undefined,
  emptiedAt: EpochMs | undefined,
  from: EpochMs,
  until: EpochMs,
): PlannedEmptying | undefined {
  return windows(plans)
    .filter((window) => window.until > from && window.until <= until)
    .filter((window) => !isKeptBy(window, emptiedAt, plans))
    .toSorted((a, b) => a.until - b.until)
    .at(-1)
}

/**
 * Whether an emptying keeps a window: within it, or a little early. One that came before the end of an
 * earlier window keeps that one alone.
 */
function isKeptBy(
  window: PlannedEmptying,
  emptiedAt: EpochMs | undefined,
  plans: Plans | undefined,
): boolean {
  if (emptiedAt === undefined) return false
  if (emptiedAt >= window.until || emptiedAt < window.from - EARLY_MS) return false
  for (const { until } of windows(plans)) {
    if (until > emptiedAt && until <= window.from) return false
  }
  return true
}

/**
 * Since when the container should have been emptied and was not: the end of the last window that has
 * passed. Undefined where the promise was kept, or none has come due within a week.
 */
export function overdueSince(
  plans: Plans | undefined,
  emptiedAt: EpochMs | undefined,
  at: number,
): EpochMs | undefined {
  let last: PlannedEmptying | undefined
  for (const window of windows(plans)) {
    const isPast = window.until <= at && window.until > at - REMEMBERED_MS
    if (isPast && (!last || window.until > last.until)) last = window
  }
  if (!last) return undefined
  const isDone = emptiedAt !== undefined && emptiedAt >= last.from
  return isDone || isKeptBy(last, emptiedAt, plans) ? undefined : last.until
}

/** The first instant after `after` at which a window begins, ends or is forgotten; Infinity for never. */
export function nextWindowEdge(plans: Plans | undefined, after: number): number {
  let next = Infinity
  for (const { from, until } of windows(plans)) {
    if (from > after && from < next) next = from
    if (until > after && until < next) next = until
    const forgottenAt = until + REMEMBERED_MS
    if (forgottenAt > after && forgottenAt < next) next = forgottenAt
  }
  return next
}

/** All that is planned, by whomever. */
function windows(plans: Plans | undefined): readonly PlannedEmptying[] {
  let all = NONE
  if (!plans) return all
  for (const source of PLAN_SOURCES) {
    const told = plans[source]
    // Nearly always there is one source, and its list is the answer.
    if (told) all = all === NONE ? told : [...all, ...told]
  }
  return all
}

const NONE: readonly PlannedEmptying[] = []
