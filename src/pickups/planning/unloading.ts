/** Putting down what is on board, drop-off by drop-off. */
import { type Cargo, litresOf } from './cargo.ts'
import type { CompiledDropOff } from './compile.ts'
import type { UnloadingWay } from './unloading-ways.ts'
import { type Brought, litresAt } from './brought.ts'
import type { Label, Road } from './labels.ts'
import { breakStart, CRUMBS_L, legS, NEVER_S, roomAt, unloadingStart } from './limits.ts'

/** Where and when a bike is done with it, and what it still carries. */
export interface Unloading {
  readonly place: number
  readonly atS: number
  readonly costS: number
  readonly metres: number
  readonly streamMasks: readonly number[]
  readonly brought: Brought | undefined
  readonly leftMask: number
  readonly litres: number
  readonly kg: number
}

/** At each drop-off all that it takes and has room for is put down; undefined where one is closed or gets nothing. */
export function unloadAlong(
  road: Road,
  label: Label,
  from: number,
  cargo: Cargo,
  way: UnloadingWay,
): Unloading | undefined {
  const { metres: metresOf, problem } = road.c
  const { size } = problem.travel
  let { atS, costS, metres, brought } = label
  let { litres, kg, streamMask: leftMask } = cargo
  let place = from
  const streamMasks: number[] = []
  for (const dropOff of way.dropOffs) {
    const leg = place * size + dropOff.place
    const seconds = legS(road.bike, leg, kg)
    costS += seconds
    metres += metresOf[leg]!
    place = dropOff.place
    const startsS = unloadingStart(dropOff, atS + seconds)
    if (startsS === NEVER_S) return undefined
    atS = startsS + dropOff.serviceS
    let down = leftMask & dropOff.streamMask
    if ((down & dropOff.scarceMask) !== 0) {
      down = whatHasRoom(road, dropOff, cargo, down, startsS, brought)
      brought = withDrop(dropOff, cargo, down, startsS, brought)
    }
    if (down === 0) return undefined
    leftMask &= ~down
    streamMasks.push(down)
    if (leftMask === 0) {
      litres = 0
      kg = 0
    } else {
      const stays = litresOf(cargo, leftMask)
      kg *= stays / litres
      litres = stays
    }
  }
  return { place, atS, costS, metres, streamMasks, brought, leftMask, litres, kg }
}

/** With the next break taken there; undefined when there is none, or it is too late for it. */
export function restAfter(
  { bike }: Road,
  { breaks }: Label,
  done: Unloading,
): Unloading | undefined {
  const pause = bike.breaks[breaks]
  if (!pause) return undefined
  const restS = breakStart(pause, done.atS)
  if (restS === NEVER_S) return undefined
  return { ...done, atS: restS + pause.durationS }
}

function whatHasRoom(
  { others }: Road,
  dropOff: CompiledDropOff,
  cargo: Cargo,
  down: number,
  atS: number,
  brought: Brought | undefined,
): number {
  let fits = down
  for (let stream = 0; stream < cargo.byStream.length; stream++) {
    const scarce = dropOff.scarceAt[stream]!
    if (scarce < 0 || ((down >> stream) & 1) === 0) continue
    const litres = others.litres[scarce]! + litresAt(brought, scarce) + cargo.byStream[stream]!
    // Whoever comes last must find room too.
    const lastS = Math.max(atS, others.lastS[scarce]!)
    if (litres > roomAt(dropOff, stream, lastS) + CRUMBS_L) fits &= ~(1 << stream)
  }
  return fits
}

function withDrop(
  dropOff: CompiledDropOff,
  cargo: Cargo,
  down: number,
  atS: number,
  before: Brought | undefined,
): Brought | undefined {
  let brought = before
  for (let stream = 0; stream < cargo.byStream.length; stream++) {
    const scarce = dropOff.scarceAt[stream]!
    if (scarce < 0 || ((down >> stream) & 1) === 0) continue
    brought = { scarce, litres: cargo.byStream[stream]!, atS, before: brought }
  }
  return brought
}
