/**
 * A round decoded from the order of its pickups: where to unload and when to rest is found by dynamic
 * programming, one more pickup at a time.
 */
import { canTake, isSameCargo, whatStays, withPickup } from './cargo.ts'
import type { CompiledPickup } from './compile.ts'
import {
  isBeatenBy,
  keepAlsoRested,
  type Label,
  type Road,
  type Stage,
  type Trip,
  type Unloaded,
} from './labels.ts'
import { legS, NEVER_S, serviceStart } from './limits.ts'
import { restAfter, unloadAlong, type Unloading } from './unloading.ts'
import type { UnloadingWay } from './unloading-ways.ts'

interface GrowingTrip extends Trip {
  readonly labels: Label[]
}

/** What a label may have cost, and when it must be done, for something to come of it. */
export interface Limit {
  readonly mostS: number
  readonly byS: number
}

const NO_LIMIT: Limit = { mostS: NEVER_S, byS: NEVER_S }

/** By which pickup on board was loaded first, and the streams on board. */
export type LimitFor = (first: number, streams: number) => Limit

/** Labels after one more pickup, the one at a place of the order; undefined when there is no way. */
export function extend(
  road: Road,
  stage: Stage,
  pickup: CompiledPickup,
  at: number,
  limitFor: LimitFor = () => NO_LIMIT,
): Stage | undefined {
  const trips: GrowingTrip[] = []
  const fresh: Label[] = []
  const freshLimit = limitFor(at, pickup.streamMask)
  for (const trip of stage.trips) {
    const { first, cargo } = trip
    if (canTake(cargo, pickup, road.bike)) {
      const limit = limitFor(first, cargo.streamMask | pickup.streamMask)
      const labels: Label[] = []
      for (const label of trip.labels) {
        goOn(road, labels, label, stage.place, cargo.kg, pickup, limit)
      }
      if (labels.length > 0) trips.push({ first, cargo: withPickup(cargo, pickup), labels })
    }
    if (cargo.litres === 0) continue
    emptyFirst(road, fresh, trip, stage.place, pickup, freshLimit)
    if (road.exact) unloadSome(road, trips, trip, stage.place, pickup, freshLimit)
  }
  if (fresh.length > 0) {
    trips.push({ first: at, cargo: withPickup(road.nothing, pickup), labels: fresh })
  }
  return trips.length === 0 ? undefined : { place: pickup.place, trips }
}

function goOn(
  road: Road,
  labels: Label[],
  label: Label,
  from: number,
  kg: number,
  pickup: CompiledPickup,
  limit: Limit,
): void {
  const { metres: metresOf, problem } = road.c
  const leg = from * problem.travel.size + pickup.place
  const seconds = legS(road.bike, leg, kg)
  const costS = label.costS + seconds
  if (costS > limit.mostS) return
  const doneS = serviceStart(pickup.allowed, label.atS + seconds) + pickup.serviceS
  if (doneS > limit.byS) return
  keepAlsoRested(
    road,
    labels,
    costS,
    doneS,
    label.metres + metresOf[leg]!,
    label.breaks,
    label,
    pickup,
    undefined,
    label.brought,
  )
}

function emptyFirst(
  road: Road,
  labels: Label[],
  trip: Trip,
  from: number,
  pickup: CompiledPickup,
  limit: Limit,
): void {
  const ways = road.ways.emptying(from, pickup.place, trip.cargo.streamMask)
  for (const label of trip.labels) {
    let cheapestS = NEVER_S
    let soonestS = NEVER_S
    for (const way of ways) {
      const leastS = label.costS + way.leastS
      if (leastS > limit.mostS) break
      if (leastS >= cheapestS && label.atS + way.leastFromHereS >= soonestS) break
      if (isOfNoUse(road, labels, label, way, pickup)) break
      const emptied = unloadAlong(road, label, from, trip.cargo, way)
      if (!emptied || emptied.leftMask !== 0) continue
      const costS = emptied.costS + way.lastLegS
      const arrivesS = emptied.atS + way.lastLegS
      if (costS > limit.mostS || (costS >= cheapestS && arrivesS >= soonestS)) continue
      fetchAfter(road, labels, label, emptied, way, pickup, limit)
      // One that takes up scarce room stands in nobody's way.
      if (road.exact && emptied.brought !== label.brought) continue
      cheapestS = Math.min(cheapestS, costS)
      soonestS = Math.min(soonestS, arrivesS)
    }
  }
}

/**
 * Even unhindered and light, this way and those behind it would come to nothing better than what there is,
 * with a break and without.
 */
function isOfNoUse(
  road: Road,
  labels: readonly Label[],
  label: Label,
  { leastS, leastFromHereS }: UnloadingWay,
  pickup: CompiledPickup,
): boolean {
  if (labels.length === 0) return false
  const arrivesS = label.atS + leastFromHereS
  if (!isBeaten(road, labels, label, leastS, arrivesS, label.breaks, pickup)) return false
  const pause = road.bike.breaks[label.breaks]
  if (!pause) return true
  const restedS = Math.max(arrivesS, pause.fromS) + pause.durationS
  return isBeaten(road, labels, label, leastS, restedS, label.breaks + 1, pickup)
}

function isBeaten(
  road: Road,
  labels: readonly Label[],
  { costS, metres, brought }: Label,
  leastS: number,
  arrivesS: number,
  breaks: number,
  pickup: CompiledPickup,
): boolean {
  const doneS = serviceStart(pickup.allowed, arrivesS) + pickup.serviceS
  for (let i = 0; i < labels.length; i++) {
    if (isBeatenBy(road, labels[i]!, costS + leastS, doneS, metres, breaks, brought)) return true
  }
  return false
}

/** What some drop-off takes is put down on the way, and the rest rides on. */
function unloadSome(
  road: Road,
  trips: GrowingTrip[],
  trip: Trip,
  from: number,
  pickup: CompiledPickup,
  limit: Limit,
): void {
  for (const way of road.ways.lightening(from, pickup.place, trip.cargo.streamMask)) {
    for (const label of trip.labels) {
      if (label.costS + way.leastS > limit.mostS) continue
      const done = unloadAlong(road, label, from, trip.cargo, way)
      if (!done || done.leftMask === 0) continue
      const stays = whatStays(trip.cargo, done.leftMask, done.litres, done.kg)
      if (!canTake(stays, pickup, road.bike)) continue
      const cargo = withPickup(stays, pickup)
      let like = trips.find((other) => isSameCargo(other.cargo, cargo))
      if (!like) {
        like = { first: trip.first, cargo, labels: [] }
        trips.push(like)
      }
      fetchAfter(road, like.labels, label, done, way, pickup, limit)
    }
  }
  for (let i = trips.length - 1; i >= 0; i--) if (trips[i]!.labels.length === 0) trips.splice(i, 1)
}

/** With a break in between, and without. */
function fetchAfter(
  road: Road,
  labels: Label[],
  before: Label,
  done: Unloading,
  way: UnloadingWay,
  pickup: CompiledPickup,
  limit: Limit,
): void {
  const { streamMasks } = done
  fetchThen(road, labels, before, done, pickup, limit, { way, streamMasks })
  const rested = restAfter(road, before, done)
  if (!rested) return
  fetchThen(road, labels, before, rested, pickup, limit, {
    way,
    streamMasks,
    rested: before.breaks,
  })
}

function fetchThen(
  road: Road,
  labels: Label[],
  before: Label,
  done: Unloading,
  pickup: CompiledPickup,
  limit: Limit,
  unloaded: Unloaded,
): void {
  const { metres: metresOf, problem } = road.c
  const leg = done.place * problem.travel.size + pickup.place
  const seconds = legS(road.bike, leg, done.kg)
  const doneS = serviceStart(pickup.allowed, done.atS + seconds) + pickup.serviceS
  if (doneS > limit.byS) return
  keepAlsoRested(
    road,
    labels,
    done.costS + seconds,
    doneS,
    done.metres + metresOf[leg]!,
    before.breaks + (unloaded.rested === undefined ? 0 : 1),
    before,
    pickup,
    unloaded,
    done.brought,
  )
}
