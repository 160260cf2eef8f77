/**
 * Ways to have come so far on a round. One that is no cheaper, no earlier, no better rested and leaves no
 * more room than another at the same place with the same load is forgotten.
 */
import { type Brought, broughtNoMore, type Filled } from './brought.ts'
import type { Cargo } from './cargo.ts'
import type { Compiled, CompiledBike, CompiledPickup } from './compile.ts'
import type { UnloadingWay, UnloadingWays } from './unloading-ways.ts'
import { breakStart } from './limits.ts'

/** As many labels of one load are kept; below some ten pickups there are hardly ever more. */
const MOST_LABELS = 12

export interface Label {
  readonly costS: number
  readonly atS: number
  readonly metres: number
  readonly breaks: number
  readonly before: Label | undefined
  /** What was fetched last: after `unloaded`, where that is told. */
  readonly pickup: CompiledPickup | undefined
  readonly unloaded: Unloaded | undefined
  /** The break that was taken instead; −1 for none. */
  readonly rested: number
  readonly brought: Brought | undefined
}

export interface Unloaded {
  readonly way: UnloadingWay
  /** What was put down at each of its drop-offs. */
  readonly streamMasks: readonly number[]
  /** The break that was taken after it. */
  readonly rested?: number
}

/** All labels after a pickup, by what is on board. */
export interface Stage {
  readonly place: number
  readonly trips: readonly Trip[]
}

export interface Trip {
  /** The place in the order of what was loaded first; 0 with what was on board from the beginning. */
  readonly first: number
  readonly cargo: Cargo
  readonly labels: readonly Label[]
}

/** What a decoding needs to know beside the order. */
export interface Road {
  readonly c: Compiled
  readonly bike: CompiledBike
  readonly ways: UnloadingWays
  readonly nothing: Cargo
  /** For small days: parts of a load may be put down, and ways that leave different room are kept apart. */
  readonly exact: boolean
  readonly others: Filled
}

export function firstStage(
  road: Road,
  from: Pick<Label, 'costS' | 'atS' | 'metres' | 'breaks'> & { readonly place: number },
  cargo: Cargo,
): Stage {
  const { costS, atS, metres, breaks, place } = from
  const labels: Label[] = []
  keepAlsoRested(
    road,
    labels,
    costS,
    atS,
    metres,
    breaks,
    undefined,
    undefined,
    undefined,
    undefined,
  )
  return { place, trips: [{ first: 0, cargo, labels }] }
}

/** A label is made only where it is kept: most aren't. */
export function keepAlsoRested(
  road: Road,
  labels: Label[],
  costS: number,
  atS: number,
  metres: number,
  breaks: number,
  before: Label | undefined,
  pickup: CompiledPickup | undefined,
  unloaded: Unloaded | undefined,
  brought: Brought | undefined,
): void {
  let label: Label | undefined
  if (makeRoom(road, labels, costS, atS, metres, breaks, brought)) {
    label = { costS, atS, metres, breaks, before, pickup, unloaded, rested: -1, brought }
    labels.push(label)
  }
  const pause = road.bike.breaks[breaks]
  if (!pause) return
  const restedS = breakStart(pause, atS) + pause.durationS
  if (!makeRoom(road, labels, costS, restedS, metres, breaks + 1, brought)) return
  label ??= { costS, atS, metres, breaks, before, pickup, unloaded, rested: -1, brought }
  labels.push({
    costS,
    atS: restedS,
    metres,
    breaks: breaks + 1,
    before: label,
    pickup: undefined,
    unloaded: undefined,
    rested: breaks,
    brought,
  })
}

/** Whether a label of these would be of any use; if so those that no longer are have been taken out. */
function makeRoom(
  road: Road,
  labels: Label[],
  costS: number,
  atS: number,
  metres: number,
  breaks: number,
  brought: Brought | undefined,
): boolean {
  const { bike, exact } = road
  if (atS > bike.shift.untilS || metres > (bike.rangeM ?? metres)) return false
  // Too late for a break that is due is too late for ever.
  const pause = bike.breaks[breaks]
  if (pause && atS > pause.untilS) return false
  for (let i = 0; i < labels.length; i++) {
    const other = labels[i]!
    if (isBeatenBy(road, other, costS, atS, metres, breaks, brought)) return false
  }
  let kept = 0
  for (let i = 0; i < labels.length; i++) {
    const other = labels[i]!
    const beaten =
      costS <= other.costS &&
      atS <= other.atS &&
      breaks >= other.breaks &&
      (metres <= other.metres || rangeIsEnough(bike, metres, atS)) &&
      (!exact || broughtNoMore(brought, other.brought))
    if (!beaten) labels[kept++] = other
  }
  labels.length = kept
  if (kept < MOST_LABELS) return true
  let dearest = 0
  for (let i = 1; i < kept; i++) if (labels[i]!.costS > labels[dearest]!.costS) dearest = i
  if (costS >= labels[dearest]!.costS) return false
  labels.splice(dearest, 1)
  return true
}

export function isBeatenBy(
  { bike, exact }: Road,
  other: Label,
  costS: number,
  atS: number,
  metres: number,
  breaks: number,
  brought: Brought | undefined,
): boolean {
  return (
    other.costS <= costS &&
    other.atS <= atS &&
    other.breaks >= breaks &&
    (other.metres <= metres || rangeIsEnough(bike, other.metres, other.atS)) &&
    (!exact || broughtNoMore(other.brought, brought))
  )
}

/** However it rides on, it doesn't get out of range before the shift is over. */
function rangeIsEnough(
  { rangeM, shift, fastestMPerS }: CompiledBike,
  metres: number,
  atS: number,
): boolean {
  return rangeM === undefined || metres + (shift.untilS - atS) * fastestMPerS <= rangeM
}
