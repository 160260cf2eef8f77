/**
 * Whether what was announced was done: planned emptyings, as they were told in good time, against emptyings
 * as they were. Pure. What counts as announced, and why, is in docs/decisions/0015.
 */
import { DAY, HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Emptying } from './emptyings.ts'
import { EARLY_MS, REMEMBERED_MS } from './plan.ts'
import type { PlanRecord, PlanSource, PlannedEmptying } from './record.ts'

/** What is planned so long before it begins has been announced; from then on it is a promise, whatever is said later. */
export const NOTICE_MS = 12 * HOUR
/** A truck in traffic breaks no promise. */
export const GRACE_MS = HOUR
/** An emptying so long after its window is still that one, late; after that it is missed. */
export const LATE_MS = REMEMBERED_MS
/** A day given so soon after a promise that was not kept yet is that promise moved, and no other. */
const MOVED_MS = 3 * DAY
/** An emptying less certain than this is not held for one. */
export const LEAST_CONFIDENCE = 0.5

/**
 * A window that somebody planned. `announced`: in good time, so that it is a promise. `short-notice`: too
 * late for one. `moved`: given instead of a promise that was not kept yet, which is what is judged.
 */
export interface Told extends PlannedEmptying {
  readonly source: PlanSource
  readonly told: 'announced' | 'short-notice' | 'moved'
  /** Of one that was moved: the promise. */
  readonly instead?: PlannedEmptying
}

export type Outcome =
  | { readonly kind: 'kept'; readonly emptiedAt: EpochMs }
  | { readonly kind: 'late'; readonly emptiedAt: EpochMs; readonly lateMs: number }
  /** Until now: an emptying within a week of it makes it late. */
  | { readonly kind: 'missed' }

export interface Judgement {
  /** Promises whose window is over, oldest first, with what became of each. */
  readonly promises: readonly (Told & { readonly outcome: Outcome })[]
  /** Emptyings outside of anything planned. */
  readonly unplanned: readonly Emptying[]
}

/** Of one container: its plans in the order of the journal, and its emptyings, oldest first. */
export function judgePromises(
  plans: readonly PlanRecord[],
  emptyings: readonly Emptying[],
  now: EpochMs,
): Judgement {
  const believed = emptyings.filter(({ confidence }) => confidence >= LEAST_CONFIDENCE)
  const windows = windowsTold(plans, believed)
  const promises = promisesAmong(windows)
  const claims = claim(promises, windows, believed)
  const claimed = new Set(claims.values())
  return {
    promises: promises
      .filter(({ until }) => until + GRACE_MS <= now)
      .map((promise) => ({ ...promise, outcome: outcomeOf(promise, claims.get(promise)) })),
    unplanned: believed.filter(
      (emptying) => !claimed.has(emptying) && !windows.some((w) => reaches(w, emptying)),
    ),
  }
}

export interface Tally {
  readonly announced: number
  readonly kept: number
  readonly late: number
  readonly missed: number
  readonly unplanned: number
  /** The middle one of how late the late ones were; absent where none was. */
  readonly medianLateMs?: number
}

/** Several containers' judgements together: of windows and emptyings that begin in `from` ≤ t < `to`. */
export function tally(judgements: readonly Judgement[], from: EpochMs, to: EpochMs): Tally {
  const outcomes = judgements
    .flatMap(({ promises }) => promises)
    .filter((promise) => promise.from >= from && promise.from < to)
    .map(({ outcome }) => outcome)
  const count = (kind: Outcome['kind']) => outcomes.filter((o) => o.kind === kind).length
  const lateMs = outcomes
    .flatMap((o) => (o.kind === 'late' ? [o.lateMs] : []))
    .sort((a, b) => a - b)
  const middle = Math.trunc(lateMs.length / 2)
  return {
    announced: outcomes.length,
    kept: count('kept'),
    late: count('late'),
    missed: count('missed'),
    unplanned: judgements
      .flatMap(({ unplanned }) => unplanned)
      .filter(({ emptiedAt }) => emptiedAt >= from && emptiedAt < to).length,
    ...(lateMs.length > 0 && {
      medianLateMs:
        lateMs.length % 2 === 1 ? lateMs[middle]! : (lateMs[middle - 1]! + lateMs[middle]!) / 2,
    }),
  }
}

/** Every window that was ever in force, but those that were called off in good time. */
function windowsTold(
  plans: readonly PlanRecord[],
  emptyings: readonly Emptying[],
): readonly Told[] {
  const ofSource = Map.groupBy(plans, ({ source }) => source)
  return [...ofSource.values()].flatMap((records) => windowsOfSource(records, emptyings))
}

function windowsOfSource(
  records: readonly PlanRecord[],
  emptyings: readonly Emptying[],
): readonly Told[] {
  const past: Told[] = []
  let inForce: readonly Told[] = []
  for (const { at, source, emptyings: said } of records) {
    const now = new Set(said.map(keyOf))
    const before = new Map(inForce.map((window) => [keyOf(window), window]))
    const dropped = inForce.filter((window) => !now.has(keyOf(window)))
    past.push(...dropped.filter((window) => stands(window, at)))
    const broken = dropped.filter((window) => isBroken(window, emptyings, at))
    inForce = said.map((window): Told => {
      const known = before.get(keyOf(window))
      if (known) return known
      const { from, until } = window
      const i = broken.findIndex((w) => from < w.until + MOVED_MS && until > w.from)
      if (i >= 0) {
        const [instead] = broken.splice(i, 1)
        return { from, until, source, told: 'moved', instead: instead!.instead ?? instead! }
      }
      return { from, until, source, told: from - NOTICE_MS >= at ? 'announced' : 'short-notice' }
    })
  }
  return [...past, ...inForce]
}

/** Too near to be called off. */
function stands({ from }: Told, at: EpochMs): boolean {
  return from - NOTICE_MS <= at
}

/** Given up before its time was over, and not because it had been done. */
function isBroken(window: Told, emptyings: readonly Emptying[], at: EpochMs): boolean {
  const { until, told, instead = window } = window
  if (until <= at || told === 'short-notice') return false
  if (told === 'announced' && !stands(window, at)) return false
  return !emptyings.some(({ emptiedAt }) => emptiedAt <= at && emptiedAt >= instead.from - EARLY_MS)
}

function keyOf({ from, until }: PlannedEmptying): string {
  return `${from}-${until}`
}

/** Whose word goes first where several sources promise the same time. */
const RANK: Readonly<Record<PlanSource, number>> = { staff: 0, town: 1, hub: 2 }

/** What was announced, oldest first, each time once: two sources that promise one emptying promise one. */
function promisesAmong(windows: readonly Told[]): readonly Told[] {
  const promises: Told[] = []
  const inRank = windows
    .filter(({ told }) => told === 'announced')
    .sort((a, b) => RANK[a.source] - RANK[b.source] || a.from - b.from)
  for (const window of inRank) {
    const isPromised = promises.some((p) => p.from < window.until && p.until > window.from)
    if (!isPromised) promises.push(window)
  }
  return promises.sort((a, b) => a.from - b.from)
}

/**
 * Which emptying answers which promise; each answers one. First those within a window of their own. What
 * came between two windows answers the nearer one: the one before it late, or the one after it early.
 * What fell into any window was not early for another.
 */
function claim(
  promises: readonly Told[],
  windows: readonly Told[],
  emptyings: readonly Emptying[],
): ReadonlyMap<Told, Emptying> {
  const claims = new Map<Told, Emptying>()
  const between: Emptying[] = []
  for (const emptying of emptyings) {
    const begun = lastBegun(promises, emptying.emptiedAt)
    let first = begun + 1
    while (first > 0 && isWithin(promises[first - 1]!, emptying)) first--
    const own = promises.slice(first, begun + 1)
    const open = own.find((promise) => !claims.has(promise))
    if (open) claims.set(open, emptying)
    else if (own.length === 0) between.push(emptying)
  }
  for (const emptying of between) {
    const { emptiedAt } = emptying
    const begun = lastBegun(promises, emptiedAt)
    const before = promises[begun]
    const after = promises[begun + 1]
    const late = before && !claims.has(before) && emptiedAt - before.until <= LATE_MS
    const isFree = !windows.some((window) => isWithin(window, emptying))
    const early = after && !claims.has(after) && after.from - emptiedAt <= EARLY_MS && isFree
    if (late && early) {
      const isNearer = after.from - emptiedAt < emptiedAt - before.until
      claims.set(isNearer ? after : before, emptying)
    } else if (late) claims.set(before, emptying)
    else if (early) claims.set(after, emptying)
  }
  return claims
}

/** The index of the last promise that had begun, -1 before the first. They are in order and don't overlap. */
function lastBegun(promises: readonly Told[], at: EpochMs): number {
  let low = 0
  let high = promises.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (promises[middle]!.from <= at) low = middle + 1
    else high = middle
  }
  return low - 1
}

function outcomeOf({ until }: Told, emptying: Emptying | undefined): Outcome {
  if (!emptying) return { kind: 'missed' }
  const { emptiedAt } = emptying
  // A sensor tells only that it was between two readings: the doubt is the truck's.
  const earliest = emptying.notBefore ?? emptiedAt
  return earliest < until + GRACE_MS
    ? { kind: 'kept', emptiedAt }
    : { kind: 'late', emptiedAt, lateMs: emptiedAt - until }
}

/** Within the window, or so near that it may have been meant. */
function reaches(window: PlannedEmptying, emptying: Emptying): boolean {
  const earliest = emptying.notBefore ?? emptying.emptiedAt
  return emptying.emptiedAt >= window.from - EARLY_MS && earliest < window.until + GRACE_MS
}

function isWithin({ from, until }: PlannedEmptying, { emptiedAt, notBefore }: Emptying): boolean {
  return emptiedAt >= from && (notBefore ?? emptiedAt) < until
}
