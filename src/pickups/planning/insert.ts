/** Where one more pickup goes at the least extra cost. */
import type { CompiledPickup } from './compile.ts'
import { type Day, orderOf, roadOf, upToDate } from './day.ts'
import { NEVER_S } from './limits.ts'
import { costWith, type Order } from './order.ts'
import type { Random } from './random.ts'

export interface Spot {
  readonly bike: number
  readonly at: number
  /** By a straight detour; what it really costs is known when it is decoded. */
  readonly detourS: number
}

export interface Found {
  readonly bike: number
  readonly order: Order
}

/** So many of the most promising places are decoded, and more until one is found. */
export interface Care {
  readonly tries: number
  readonly mostTries: number
  /** How often a place isn't seen. */
  readonly blink: number
  /**
   * Whether rounds are decoded anew where others have come to bring more or less since. Without it places are
   * judged by what others brought then, and only the round that comes of it by what they bring now.
   */
  readonly fresh: boolean
}

export const ALL_PLACES: Care = { tries: Infinity, mostTries: Infinity, blink: 0, fresh: true }

/** The cheapest round with the pickup in it; undefined where it fits nowhere, or not for `mostS` more. */
export function findPlace(
  day: Day,
  now: readonly Order[],
  pickup: CompiledPickup,
  care: Care,
  random: Random | undefined,
  mostS: number,
): Found | undefined {
  const orders = care.fresh ? now.map((_, bike) => upToDate(day, now, bike)) : now
  const roads = orders.map((_, bike) => roadOf(day, bike, orders))
  const spots = spotsFor(day, orders, pickup)
  let best: Spot | undefined
  let bestS = mostS
  let tries = 0
  for (const spot of spots) {
    if (tries >= (best ? care.tries : care.mostTries)) break
    if (care.blink > 0 && random!.next() < care.blink) continue
    tries++
    const order = orders[spot.bike]!
    const road = roads[spot.bike]!
    const costS = costWith(road, order, pickup, spot.at, order.costS + bestS) - order.costS
    if (costS >= bestS) continue
    bestS = costS
    best = spot
  }
  if (!best) return undefined
  const { bike, at } = best
  const like = orders[bike]!
  const order = orderOf(day, now, bike, like.pickups.toSpliced(at, 0, pickup), like, at)
  return order && { bike, order }
}

/** All places in all rounds that could serve it, the shortest detour first. */
function spotsFor(day: Day, orders: readonly Order[], pickup: CompiledPickup): Spot[] {
  const { c, possible } = day
  const { size } = c.problem.travel
  const spots: Spot[] = []
  for (const [bike, order] of orders.entries()) {
    if (!possible[pickup.index]![bike]!) continue
    const { emptyS } = c.bikes[bike]!
    let at = -1
    let detourS = NEVER_S
    for (const gap of order.gaps) {
      if (gap.before !== at) {
        if (at >= 0) spots.push({ bike, at, detourS })
        at = gap.before
        detourS = NEVER_S
      }
      const there = emptyS[gap.from * size + pickup.place]!
      const onward = emptyS[pickup.place * size + gap.to]!
      detourS = Math.min(detourS, there + onward - emptyS[gap.from * size + gap.to]!)
    }
    if (at >= 0) spots.push({ bike, at, detourS })
  }
  return spots.sort((a, b) => a.detourS - b.detourS)
}
