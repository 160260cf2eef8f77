/**
 * The answer at once to a booking that comes or goes while the day is on: what is new is put where it
 * costs least, all others stay on their bikes and in their order, and no promise is broken that was kept.
 */
import { asItStands } from './as-it-stands.ts'
import { compile } from './compile.ts'
import { costOf, openDay, planOf, roundsOf } from './day.ts'
import { evaluatePlan } from './evaluate.ts'
import { ALL_PLACES, findPlace } from './insert.ts'
import { unservedCostS } from './limits.ts'
import type { Evaluation, Plan } from './plan.ts'
import type { Problem } from './problem.ts'

/** @throws {RangeError} naming the field when the problem is not one. */
export function insertOnly(
  problem: Problem,
  plan: Plan,
): { readonly plan: Plan; readonly evaluation: Evaluation } {
  const day = openDay(asItStands(problem, plan), plan)
  const { orders: before, out } = roundsOf(day, plan)
  const orders = [...before]
  const still = out
    .toSorted((a, b) => b.priority - a.priority)
    .filter((pickup) => {
      const mostS = unservedCostS(pickup.priority)
      const found = findPlace(day, orders, pickup, ALL_PLACES, undefined, mostS)
      if (found) orders[found.bike] = found.order
      return !found
    })
  const answer = planOf(day, { orders, out: still, costS: costOf(orders, still) })
  return { plan: answer, evaluation: evaluatePlan(compile(problem), answer) }
}
