/**
 * Ruin: strings of neighbouring customers are taken off neighbouring routes. Slack Induction by String
 * Removals, J. Christiaens and G. Vanden Berghe, Transportation Science 54(2), 2020.
 */
import type { Random } from '../random.ts'
import { stringsToRemove, stringLength } from '../strings.ts'
import type { LinkedRoutes } from './linked-routes.ts'

/** How often a string keeps customers in its middle, and how soon that middle ends. */
const SPLIT_SHARE = 0.5
const SPLIT_ENDS = 0.01

/** Takes customers off; they come into `out`, from `count` on. Returns how many it holds then. */
export function ruin(
  routes: LinkedRoutes,
  near: readonly Int32Array[],
  random: Random,
  out: Int32Array,
  count: number,
): number {
  if (routes.used === 0) return count
  let served = 0
  for (let i = 0; i < routes.used; i++) served += routes.size[routes.active[i]!]!
  const { strings, longest } = stringsToRemove(served / routes.used, random)
  const seed = 1 + random.below(routes.instance.customers)
  let done = 0
  let filled = count
  for (const customer of near[seed]!) {
    if (done === strings) break
    const route = routes.routeOf[customer]!
    if (route < 0 || routes.remembers(route)) continue
    filled = removeString(routes, customer, route, longest, random, out, filled)
    done++
  }
  return filled
}

function removeString(
  routes: LinkedRoutes,
  customer: number,
  route: number,
  longest: number,
  random: Random,
  out: Int32Array,
  count: number,
): number {
  const { next, prev, size } = routes
  routes.remember(route)
  const there = size[route]!
  const length = stringLength(there, longest, random)
  let kept = 0
  if (length > 1 && length < there && random.next() < SPLIT_SHARE) {
    kept = 1
    while (length + kept < there && random.next() > SPLIT_ENDS) kept++
  }
  const span = length + kept
  const depot = routes.depotOf(route)
  let at = 0
  for (let node = prev[customer]!; node !== depot; node = prev[node]!) at++
  const lowest = Math.max(0, at - span + 1)
  const highest = Math.min(at, there - span)
  const start = lowest + random.below(highest - lowest + 1)
  const keepFrom = kept === 0 ? span : 1 + random.below(length - 1)
  let node = next[depot]!
  for (let i = 0; i < start; i++) node = next[node]!
  let filled = count
  for (let i = 0; i < span; i++) {
    const after = next[node]!
    if (i < keepFrom || i >= keepFrom + kept) {
      routes.unlink(node)
      out[filled++] = node
    }
    node = after
  }
  if (size[route] === 0) routes.close(route)
  else routes.retime(route)
  return filled
}
