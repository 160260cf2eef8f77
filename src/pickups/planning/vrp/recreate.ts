/**
 * Recreate: each customer goes where it costs least, in an order drawn anew each time; now and then a
 * place is not seen ("blinks"), so that the same ruins don't always lead to the same routes.
 */
import type { Random } from '../random.ts'
import type { LinkedRoutes } from './linked-routes.ts'

const BLINK = 0.01

/** Inserts the first `count` customers of `out`; those left over stand in its front afterwards. Returns how many. */
export function recreate(
  routes: LinkedRoutes,
  out: Int32Array,
  count: number,
  keys: Float64Array,
  random: Random,
  maxRoutes: number,
): number {
  sortForInsertion(routes, out, count, keys, random)
  const find = routes.instance.windows ? bestTimedPlace : bestPlace
  let left = 0
  for (let i = 0; i < count; i++) {
    const customer = out[i]!
    const before = placeOf(routes, customer, find(routes, customer, random), random, maxRoutes)
    if (before < 0) out[left++] = customer
    else routes.link(customer, before)
  }
  return left
}

/** An empty bike is a place like others: distance is what counts, not the number of routes. */
function placeOf(
  routes: LinkedRoutes,
  customer: number,
  before: number,
  random: Random,
  maxRoutes: number,
): number {
  const { places } = routes
  const { distance } = routes.instance
  if (routes.used < maxRoutes && routes.spare > 0) {
    const alone = distance[customer]! + distance[customer * places]!
    if (before < 0 || (bestDetour > alone && random.next() >= BLINK)) {
      return routes.depotOf(routes.open())
    }
  }
  if (before >= 0) routes.remember(routes.routeOf[before]!)
  return before
}

/** Of the place that was found last; a second answer without an object for it. */
let bestDetour = Number.POSITIVE_INFINITY

/** The node behind which a customer fits at the least detour; −1 where it fits nowhere. */
function bestTimedPlace(routes: LinkedRoutes, customer: number, random: Random): number {
  const { next, leg, leaves, latest, load, active, places, used } = routes
  const { distance, demand, capacity, windows } = routes.instance
  const row = customer * places
  const room = capacity - demand[customer]!
  const earliest = windows!.earliest[customer]!
  const due = windows!.latest[customer]!
  const service = windows!.service[customer]!
  let best = Number.POSITIVE_INFINITY
  let found = -1
  for (let k = 0; k < used; k++) {
    const route = active[k]!
    if (load[route]! > room) continue
    const depot = places + route
    let before = depot
    let there = distance[row]!
    do {
      const arrives = leaves[before]! + there
      // Further on it is only later (triangle inequality).
      if (arrives > due) break
      const after = next[before]!
      const onward = distance[row + (after < places ? after : 0)]!
      const detour = there + onward - leg[before]!
      if (detour < best) {
        const left = (arrives > earliest ? arrives : earliest) + service
        if (left + onward <= latest[after]! && random.next() >= BLINK) {
          best = detour
          found = before
        }
      }
      before = after
      there = onward
    } while (before !== depot)
  }
  bestDetour = best
  return found
}

function bestPlace(routes: LinkedRoutes, customer: number, random: Random): number {
  const { next, leg, load, active, places, used } = routes
  const { distance, demand, capacity } = routes.instance
  const row = customer * places
  const room = capacity - demand[customer]!
  let best = Number.POSITIVE_INFINITY
  let found = -1
  for (let k = 0; k < used; k++) {
    const route = active[k]!
    if (load[route]! > room) continue
    const depot = places + route
    let before = depot
    let there = distance[row]!
    do {
      const after = next[before]!
      const onward = distance[row + (after < places ? after : 0)]!
      const detour = there + onward - leg[before]!
      if (detour < best && random.next() >= BLINK) {
        best = detour
        found = before
      }
      before = after
      there = onward
    } while (before !== depot)
  }
  bestDetour = best
  return found
}

/** By chance, demand, distance from the depot, or windows; with the weights of the paper. */
function sortForInsertion(
  routes: LinkedRoutes,
  out: Int32Array,
  count: number,
  keys: Float64Array,
  random: Random,
): void {
  const { demand, distance, windows } = routes.instance
  const draw = random.next() * (windows ? 17 : 11)
  for (let i = 0; i < count; i++) {
    const customer = out[i]!
    let key: number
    if (draw < 4) key = random.next()
    else if (draw < 8) key = -demand[customer]!
    else if (draw < 10) key = -distance[customer]!
    else if (draw < 11) key = distance[customer]!
    else if (draw < 13) key = windows!.latest[customer]! - windows!.earliest[customer]!
    else if (draw < 15) key = windows!.earliest[customer]!
    else key = -windows!.latest[customer]!
    keys[customer] = key
  }
  for (let i = 1; i < count; i++) {
    const customer = out[i]!
    const key = keys[customer]!
    let j = i - 1
    for (; j >= 0 && keys[out[j]!]! > key; j--) out[j + 1] = out[j]!
    out[j + 1] = customer
  }
}
