/** When a container's facts change by the passing of time alone, and when everybody is looked at anyway. */
import { MINUTE } from '#src/stations/time.ts'
import type { AgeLimit } from './condition.ts'
import { REPORT_FRESH_MS, REPORT_LIFE_MS } from './evidence.ts'
import { FORECAST_LIFE_MS } from './facts.ts'
import { nextEmptying, nextWindowEdge, overdueSince } from './plan.ts'
import type { Rule } from './rule-book.ts'
import type { ContainerWatch } from './watch.ts'

/** Every station is looked at so often, whatever happens: weights that fade cross their lines at no instant known beforehand. */
export const GRID_MS = 15 * MINUTE

/**
 * The first instant after `after` at which a place is looked at. The grid is laid from the epoch,
 * and each place has its own place in it, taken from its id (FNV-1a, 32 bits): the same at every
 * run, and a hundred thousand containers are never looked at all at once.
 */
export function nextGridInstant(place: string, after: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < place.length; i++) {
    hash = Math.imul(hash ^ place.charCodeAt(i), 0x01000193)
  }
  const phase = (hash >>> 0) % GRID_MS
  return (Math.floor((after - phase) / GRID_MS) + 1) * GRID_MS + phase
}

/** Every age with which some rule compares, each once. */
export function ageLimitsOf(rules: readonly Rule[]): readonly AgeLimit[] {
  const limits = new Map<string, AgeLimit>()
  for (const rule of rules) {
    const conditions = [rule.when, rule.clear, ...rule.suppress.map((s) => s.when)]
    for (const limit of conditions.flatMap((condition) => condition?.ageLimits ?? [])) {
      limits.set(`${limit.fact} ${limit.afterMs}`, limit)
    }
  }
  return [...limits.values()]
}

/**
 * The first instant after `after` at which a fact of the container changes its answer: its level
 * stops counting, a report leaves the count or is gone, an age passes a rule's limit, a planned emptying
 * begins, ends or is forgotten, a forecast is too old. Infinity for never.
 */
export function nextChange(
  watch: ContainerWatch,
  limits: readonly AgeLimit[],
  after: number,
): number {
  let next = watch.liveUntil > after ? watch.liveUntil : Infinity
  for (const { fact, afterMs } of limits) {
    const instant = (countsFrom(watch, fact, after) ?? Infinity) + afterMs
    if (instant > after && instant < next) next = instant
  }
  for (const report of watch.reports) {
    const fresh = report.at + REPORT_FRESH_MS
    if (fresh > after && fresh < next) next = fresh
    const life = report.at + REPORT_LIFE_MS
    if (life > after && life < next) next = life
  }
  if (!watch.extras) return next
  const { plans, forecast } = watch.extras
  next = Math.min(next, nextWindowEdge(plans, after))
  const forecastEnds = (forecast?.at ?? -Infinity) + FORECAST_LIFE_MS
  return forecastEnds > after ? Math.min(next, forecastEnds) : next
}

function countsFrom(watch: ContainerWatch, fact: string, after: number): number | undefined {
  switch (fact) {
    case 'c.next_emptying_h':
      return nextEmptying(watch.extras?.plans, watch.emptiedAt, after)?.from
    case 'c.emptying_overdue_h':
      return overdueSince(watch.extras?.plans, watch.emptiedAt, after)
    case 'c.sensor_silent_min':
      return watch.heardAt
    case 'c.fill_age_min':
      return watch.measuredAt
    default:
      return watch.emptiedAt
  }
}
