/**
 * Ways to have come so far on a round. One that is no cheaper, no earlier, no better rested and leaves no
 * more room than another at the same place with the same load is forgotten.
 */
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
  readonly did: Did
  readonly brought: Brought | undefined
}

/** Litres brought where room may run out, by its number, and those before. */
export interface Brought {
  readonly scarce: number
  readonly litres: number
  readonly before: Brought | undefined
}

/** What was done between the label before and this one. */
export type Did =
  | { readonly kind: 'set-out' }
  | { readonly kind: 'rested'; readonly index: number }
  | { readonly kind: 'fetched'; readonly pickup: CompiledPickup; readonly unloaded?: Unloaded }
  | { readonly kind: 'came-home'; readonly unloaded?: Unloaded }

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
  readonly cargo: Cargo
  readonly labels: readonly Label[]
}

/** What a decoding needs to know beside the order. */
export interface Road {
  readonly c: Compiled
  readonly bike: CompiledBike
  readonly ways: UnloadingWays
  readonly nothing: Cargo
  /** Whether the bike may go on with a part of its load still on board. */
  readonly partly: boolean
  /** Litres that others bring, by the number of the scarce room. */
  readonly others: Float64Array
}

export function firstStage(
  road: Road,
  from: Omit<Label, 'before' | 'did' | 'brought'> & { readonly place: number },
  cargo: Cargo,
): Stage {
  const { costS, atS, metres, breaks, place } = from
  const labels: Label[] = []
  const start: Label = {
    costS,
    atS,
    metres,
    breaks,
    before: undefined,
    did: { kind: 'set-out' },
    brought: undefined,
  }
  keepAlsoRested(road, labels, start)
  return { place, trips: [{ cargo, labels }] }
}

export function litresAt(brought: Brought | undefined, scarce: number): number {
  let litres = 0
  for (let drop = brought; drop; drop = drop.before)
    if (drop.scarce === scarce) litres += drop.litres
  return litres
}

export function keepAlsoRested(road: Road, labels: Label[], label: Label): void {
  keep(road, labels, label)
  const pause = road.bike.breaks[label.breaks]
  if (!pause) return
  const restS = breakStart(pause, label.atS)
  if (restS === Number.POSITIVE_INFINITY) return
  keep(road, labels, {
    costS: label.costS,
    atS: restS + pause.durationS,
    metres: label.metres,
    breaks: label.breaks + 1,
    before: label,
    did: { kind: 'rested', index: label.breaks },
    brought: label.brought,
  })
}

function keep({ bike }: Road, labels: Label[], label: Label): void {
  if (label.atS > bike.shift.untilS) return
  if (bike.rangeM !== undefined && label.metres > bike.rangeM) return
  // Too late for a break that is due is too late for ever.
  const pause = bike.breaks[label.breaks]
  if (pause && label.atS > pause.untilS) return
  const counted = bike.rangeM !== undefined
  for (const other of labels) if (dominates(other, label, counted)) return
  let kept = 0
  for (const other of labels) if (!dominates(label, other, counted)) labels[kept++] = other
  labels.length = kept
  if (kept < MOST_LABELS) {
    labels.push(label)
    return
  }
  let dearest = 0
  for (let i = 1; i < kept; i++) if (labels[i]!.costS > labels[dearest]!.costS) dearest = i
  if (label.costS < labels[dearest]!.costS) labels[dearest] = label
}

function dominates(a: Label, b: Label, countsMetres: boolean): boolean {
  return (
    a.costS <= b.costS &&
    a.atS <= b.atS &&
    a.breaks >= b.breaks &&
    (!countsMetres || a.metres <= b.metres) &&
    broughtNoMore(a.brought, b.brought)
  )
}

function broughtNoMore(a: Brought | undefined, b: Brought | undefined): boolean {
  if (a === b) return true
  for (let drop = a; drop; drop = drop.before) {
    if (litresAt(a, drop.scarce) > litresAt(b, drop.scarce)) return false
  }
  return true
}
