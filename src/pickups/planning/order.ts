/** A bike's round while it is being solved: the order of its pickups, and all that follows from it. */
import type { CompiledPickup } from './compile.ts'
import { type Filled, isSameFilled } from './brought.ts'
import type { Cargo } from './cargo.ts'
import { comeHome } from './come-home.ts'
import { extend } from './extend.ts'
import { firstStage, type Label, type Road, type Stage } from './labels.ts'
import { NEVER_S } from './limits.ts'
import type { Stop } from './plan.ts'

/** Where a round sets out from: its start, or the end of what is frozen. */
export interface Origin {
  readonly place: number
  readonly costS: number
  readonly atS: number
  readonly metres: number
  readonly breaks: number
  readonly cargo: Cargo
  /** The stops before. */
  readonly frozen: readonly Stop[]
}

export interface Order {
  readonly pickups: readonly CompiledPickup[]
  /** One more than pickups: the first is the origin. */
  readonly stages: readonly Stage[]
  readonly costS: number
  /** The end of the cheapest way; undefined for a bike that stays at home. */
  readonly end: Label | undefined
  /** What others brought when this was decoded. */
  readonly others: Filled
  /** From place to place along the way, and before which pickup in the order a detour there would come. */
  readonly gaps: readonly Gap[]
  /** From each pickup to the end, at least. */
  readonly restS: Int32Array
  /** What one more pickup would cost, as far as it was asked. */
  readonly asked: Map<number, Asked>
}

/** Of `NEVER_S` it is told up to which limit that is known. */
export interface Asked {
  readonly costS: number
  readonly mostS: number
}

export interface Gap {
  readonly from: number
  readonly to: number
  readonly before: number
}

/** Decoded as far as it differs from `like`, which begins with the same `same` pickups; undefined when it can't be ridden. */
export function decode(
  road: Road,
  origin: Origin,
  pickups: readonly CompiledPickup[],
  like?: Order,
  same = 0,
): Order | undefined {
  const canReuse = like !== undefined && isSameFilled(like.others, road.others)
  const stages: Stage[] = canReuse
    ? like.stages.slice(0, same + 1)
    : [firstStage(road, origin, origin.cargo)]
  if (pickups.length === 0 && origin.frozen.length === 0) {
    return atHome(road, origin, stages)
  }
  for (let i = stages.length - 1; i < pickups.length; i++) {
    const next = extend(road, stages[i]!, pickups[i]!)
    if (!next) return undefined
    stages.push(next)
  }
  const end = comeHome(road, stages.at(-1)!)
  if (!end) return undefined
  return {
    pickups,
    stages,
    costS: end.costS,
    end,
    others: road.others,
    gaps: gapsAlong(road, origin, end),
    restS: leastRest(road, pickups),
    asked: new Map(),
  }
}

function atHome({ bike, others }: Road, origin: Origin, stages: readonly Stage[]): Order {
  return {
    pickups: [],
    stages,
    costS: 0,
    end: undefined,
    others,
    gaps: [{ from: origin.place, to: bike.endPlace, before: 0 }],
    restS: new Int32Array(0),
    asked: new Map(),
  }
}

/** Legs straight on, then the nearest end: no way with emptying and rests is shorter (triangle inequality). */
function leastRest({ bike, c }: Road, pickups: readonly CompiledPickup[]): Int32Array {
  const { size } = c.problem.travel
  const restS = new Int32Array(pickups.length)
  for (let i = pickups.length - 1; i >= 0; i--) {
    const next = pickups[i + 1]
    restS[i] = next
      ? bike.emptyS[pickups[i]!.place * size + next.place]! + restS[i + 1]!
      : bike.emptyS[pickups[i]!.place * size + bike.endPlace]!
  }
  return restS
}

/** What it would cost with one more pickup at a place of the order; `NEVER_S` when it can't be or costs more than `mostS`. */
export function costWith(
  road: Road,
  order: Order,
  pickup: CompiledPickup,
  at: number,
  mostS: number,
): number {
  const key = pickup.index * (order.pickups.length + 1) + at
  const known = order.asked.get(key)
  if (known && (known.costS !== NEVER_S || known.mostS >= mostS)) {
    return known.costS
  }
  const costS = decodedWith(road, order, pickup, at, mostS)
  order.asked.set(key, { costS, mostS })
  return costS
}

function decodedWith(
  road: Road,
  order: Order,
  pickup: CompiledPickup,
  at: number,
  mostS: number,
): number {
  const { pickups, stages, restS } = order
  const { size } = road.c.problem.travel
  const legTo = (from: number, to: number): number => road.bike.emptyS[from * size + to]!
  const next = pickups[at]
  const restAfterS = next
    ? legTo(pickup.place, next.place) + restS[at]!
    : legTo(pickup.place, road.bike.endPlace)
  let stage = extend(road, stages[at]!, pickup, mostS - restAfterS)
  for (let i = at; stage && i < pickups.length; i++) {
    stage = extend(road, stage, pickups[i]!, mostS - restS[i]!)
  }
  if (!stage) return NEVER_S
  return comeHome(road, stage, mostS)?.costS ?? NEVER_S
}

/** The labels of a way, first to last. */
function wayTo(end: Label): Label[] {
  const labels: Label[] = []
  for (let label: Label | undefined = end; label; label = label.before) labels.push(label)
  return labels.reverse()
}

/** Neither the beginning nor a break. */
function isRidden({ before, rested }: Label): boolean {
  return before !== undefined && rested < 0
}

function gapsAlong({ bike }: Road, origin: Origin, end: Label): Gap[] {
  const gaps: Gap[] = []
  let from = origin.place
  let before = 0
  const goTo = (to: number): void => {
    gaps.push({ from, to, before })
    from = to
  }
  for (const label of wayTo(end)) {
    if (!isRidden(label)) continue
    for (const { place } of label.unloaded?.way.dropOffs ?? []) goTo(place)
    goTo(label.pickup?.place ?? bike.endPlace)
    before++
  }
  return gaps
}

/** The stops of a way, for the evaluator and for people. */
export function stopsOf({ c }: Road, origin: Origin, order: Order): Stop[] {
  const stops: Stop[] = [...origin.frozen]
  for (const label of order.end ? wayTo(order.end) : []) {
    if (label.rested >= 0) stops.push({ kind: 'break', index: label.rested })
    for (const [i, { id }] of (label.unloaded?.way.dropOffs ?? []).entries()) {
      const mask = label.unloaded!.streamMasks[i]!
      const streams = c.streams.filter((_, stream) => ((mask >> stream) & 1) === 1)
      stops.push({ kind: 'drop-off', dropOff: id, streams })
    }
    const restedAfter = label.unloaded?.rested
    if (restedAfter !== undefined) stops.push({ kind: 'break', index: restedAfter })
    if (label.pickup) stops.push({ kind: 'pickup', pickup: label.pickup.id })
  }
  return stops
}
