/** All rounds of a day while they are being solved, and the pickups that are on none. */
import type { Compiled, CompiledPickup } from './compile.ts'
import { type UnloadingWays, unloadingWays } from './unloading-ways.ts'
import { advance, setOut, type Underway } from './evaluate.ts'
import { fill, type Filled, isSameFilled, nothingFilled, together } from './brought.ts'
import { type Cargo, emptyCargo } from './cargo.ts'
import type { Road } from './labels.ts'
import { unservedCostS } from './limits.ts'
import { decode, type Order, type Origin, stopsOf } from './order.ts'
import type { Plan, Unserved } from './plan.ts'
import { canServeAlone, whyUnserved } from './why-unserved.ts'

/** With so few every way is looked at: every place in a round, and unloading a part of what is on board. */
export const FEW_PICKUPS = 8

export interface Day {
  readonly c: Compiled
  readonly origins: readonly Origin[]
  readonly ways: readonly UnloadingWays[]
  readonly nothing: Cargo
  readonly exact: boolean
  /** What the frozen stops still bring. */
  readonly byFrozen: Filled
  /** Pickups on frozen stops. */
  readonly settled: ReadonlySet<number>
  /** By pickup and bike: whether it could be served with nothing else to do. */
  readonly possible: readonly (readonly boolean[])[]
}

/** Rounds by bike; replaced as wholes and never changed. */
export interface Rounds {
  readonly orders: readonly Order[]
  readonly out: readonly CompiledPickup[]
  readonly costS: number
}

/** The day as it stands, with what is frozen in `plan` behind it. */
export function openDay(c: Compiled, plan?: Plan): Day {
  const settled = new Set<number>()
  const byFrozen = nothingFilled(c.scarce)
  const origins = c.bikes.map((bike): Origin => {
    const round = plan?.rounds.find((r) => r.bike === bike.id)
    const frozen = round?.stops.slice(0, round.frozen ?? 0) ?? []
    let here = setOut(c, bike)
    for (const stop of frozen) {
      if (stop.kind === 'pickup') settled.add(c.pickupAt.get(stop.pickup) ?? -1)
      const step = advance(c, bike, here, stop)
      if (step.kind !== 'ridden') continue
      here = step.here
      for (const { dropOff, stream, litres, atS } of step.drops) {
        const scarce = c.dropOffs[dropOff]!.scarceAt[stream]!
        if (scarce >= 0) fill(byFrozen, { scarce, litres, atS })
      }
    }
    const { place, atS, metres, breaks, travelS: costS } = here
    return { place, atS, metres, breaks, costS, cargo: cargoOf(here), frozen }
  })
  const ways = c.bikes.map((bike) => unloadingWays(c, bike.emptyS))
  const exact = c.pickups.length <= FEW_PICKUPS
  const possible = c.pickups.map((pickup) =>
    c.bikes.map((bike) => canServeAlone(c, bike, pickup, ways[bike.index]!)),
  )
  return {
    c,
    origins,
    ways,
    nothing: emptyCargo(c),
    exact,
    byFrozen,
    settled,
    possible,
  }
}

function cargoOf({ litres, kg, byStream, classMask, apartMask }: Underway): Cargo {
  const streamMask = byStream.reduce((mask, l, i) => (l > 0 ? mask | (1 << i) : mask), 0)
  return { litres, kg, byStream, streamMask, classMask, apartMask }
}

/** What a bike's round must know: what the other rounds bring where room may run out. */
export function roadOf(day: Day, bike: number, orders: readonly (Order | undefined)[]): Road {
  const { c } = day
  let others = day.byFrozen
  for (const [i, order] of orders.entries()) {
    if (i !== bike && order?.brings) others = together(others, order.brings)
  }
  return {
    c,
    bike: c.bikes[bike]!,
    ways: day.ways[bike]!,
    nothing: day.nothing,
    exact: day.exact,
    others,
  }
}

/** A bike's round in an order. */
export function orderOf(
  day: Day,
  orders: readonly (Order | undefined)[],
  bike: number,
  pickups: readonly CompiledPickup[],
  like?: Order,
  same = 0,
): Order | undefined {
  return decode(roadOf(day, bike, orders), day.origins[bike]!, pickups, like, same)
}

/** The round as it is now that others bring more or less than when it was decoded. */
export function upToDate(day: Day, orders: readonly Order[], bike: number): Order {
  const order = orders[bike]!
  if (isSameFilled(roadOf(day, bike, orders).others, order.others)) return order
  return orderOf(day, orders, bike, order.pickups) ?? order
}

export function costOf(orders: readonly Order[], out: readonly CompiledPickup[]): number {
  let costS = 0
  for (const order of orders) costS += order.costS
  for (const { priority } of out) costS += unservedCostS(priority)
  return costS
}

/** Rounds in the order of a plan; what fits no more, and what is new, is out. */
export function roundsOf(day: Day, plan?: Plan): Rounds {
  const { c } = day
  const orders: Order[] = []
  const placed = new Set<number>(day.settled)
  for (const bike of c.bikes) {
    const round = plan?.rounds.find((r) => r.bike === bike.id)
    let wanted = (round?.stops.slice(round.frozen ?? 0) ?? []).flatMap((stop) => {
      const at = stop.kind === 'pickup' ? c.pickupAt.get(stop.pickup) : undefined
      if (at === undefined || placed.has(at) || !day.possible[at]![bike.index]!) return []
      placed.add(at)
      return [c.pickups[at]!]
    })
    const road = roadOf(day, bike.index, orders)
    const origin = day.origins[bike.index]!
    let order = decode(road, origin, wanted)
    while (!order && wanted.length > 0) {
      // The one that is the least loss gives way; of equals the last.
      const least = wanted.reduce((a, b) => (b.priority <= a.priority ? b : a))
      wanted = wanted.filter((p) => p !== least)
      placed.delete(least.index)
      order = decode(road, origin, wanted)
    }
    orders.push(order ?? stranded(road, origin))
  }
  const out = c.pickups.filter(({ index }) => !placed.has(index))
  return { orders, out, costS: costOf(orders, out) }
}

/** What is frozen can't be brought home within the rules: nothing is added to it. */
function stranded(road: Road, origin: Origin): Order {
  return {
    pickups: [],
    stages: [],
    costS: origin.costS,
    end: undefined,
    others: road.others,
    brings: undefined,
    gaps: [],
    ahead: [],
  }
}

export function planOf(day: Day, { orders, out }: Rounds): Plan {
  const { c } = day
  const rounds = orders.map((order, bike) => {
    const origin = day.origins[bike]!
    const stops = stopsOf(roadOf(day, bike, orders), origin, order)
    const frozen = origin.frozen.length
    return { bike: c.bikes[bike]!.id, stops, ...(frozen > 0 && { frozen }) }
  })
  const unserved = out.map((pickup): Unserved => ({
    pickup: pickup.id,
    because: whyUnserved(c, pickup),
  }))
  return { rounds, unserved }
}
