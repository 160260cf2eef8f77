/** A bike's round while it is being solved: the order of its pickups, and all that follows from it. */
import { type Ahead, aheadAlong, type Remainder, remainderAfter, remainderFrom } from './ahead.ts'
import type { CompiledPickup } from './compile.ts'
import { filledBy, type Filled, isSameFilled } from './brought.ts'
import type { Cargo } from './cargo.ts'
import { comeHome } from './come-home.ts'
import { extend, type Limit } from './extend.ts'
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
  readonly brings: Filled | undefined
  /** From place to place along the way, and before which pickup in the order a detour there would come. */
  readonly gaps: readonly Gap[]
  /** After each pickup. */
  readonly ahead: readonly Ahead[]
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
    const next = extend(road, stages[i]!, pickups[i]!, i)
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
    brings: filledBy(end.brought, road.c.scarce),
    gaps: gapsAlong(road, origin, end),
    ahead: aheadAlong(road, pickups),
  }
}

function atHome({ bike, others }: Road, origin: Origin, stages: readonly Stage[]): Order {
  return {
    pickups: [],
    stages,
    costS: 0,
    end: undefined,
    others,
    brings: undefined,
    gaps: [{ from: origin.place, to: bike.endPlace, before: 0 }],
    ahead: [],
  }
}

/** What it would cost with one more pickup at a place of the order; `NEVER_S` when it can't be or costs more than `mostS`. */
export function costWith(
  road: Road,
  order: Order,
  pickup: CompiledPickup,
  at: number,
  mostS: number,
): number {
  const { pickups, stages, ahead } = order
  const within = ({ leastS, latestS }: Remainder): Limit => ({
    mostS: mostS - leastS,
    byS: latestS,
  })
  let stage = extend(road, stages[at]!, pickup, at, (first, streams) =>
    within(remainderAfter(road, pickup, streams, first, pickups[at], ahead[at])),
  )
  for (let i = at; stage && i < pickups.length; i++) {
    stage = extend(road, stage, pickups[i]!, i, (first) => within(remainderFrom(ahead[i]!, first)))
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
