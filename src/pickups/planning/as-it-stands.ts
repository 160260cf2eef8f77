/** What can't be kept any more when a day goes on: it is not made worse, and hinders nothing else. */
import { type Compiled, compile } from './compile.ts'
import { evaluatePlan } from './evaluate.ts'
import type { Plan } from './plan.ts'
import type { Pickup, Problem } from './problem.ts'

/**
 * The problem with windows and promises that the plan misses widened up to when its bike now comes. Those
 * that it keeps stay as they are, so no new plan may break them.
 */
export function asItStands(problem: Problem, plan: Plan): Compiled {
  const c = compile(problem)
  const { rounds, violations } = evaluatePlan(c, plan)
  const missed = new Set(
    violations.flatMap((v) => (v.kind === 'late' || v.kind === 'promise-broken' ? v.pickup : [])),
  )
  if (missed.size === 0) return c
  const comesS = new Map(
    rounds.flatMap(({ stops }) =>
      stops.flatMap(({ stop, startsS }) =>
        stop.kind === 'pickup' && missed.has(stop.pickup) ? [[stop.pickup, startsS] as const] : [],
      ),
    ),
  )
  return compile({ ...problem, pickups: problem.pickups.map((p) => widened(p, comesS.get(p.id))) })
}

function widened(pickup: Pickup, comesS: number | undefined): Pickup {
  if (comesS === undefined) return pickup
  const { promise, windows } = pickup
  const fromS = Math.min(comesS, promise?.fromS ?? comesS)
  const before = windows.filter((w) => w.untilS < fromS)
  const untilS = Math.max(comesS, promise?.untilS ?? comesS)
  return {
    ...pickup,
    windows: [...before, { fromS, untilS }],
    ...(promise && { promise: { fromS, untilS } }),
  }
}
