/**
 * What is still ahead of a round after each of its pickups, seen with an easy eye: no breaks, everything open,
 * room everywhere, and the bike light. No real way is shorter, none may set out later.
 */
import { canTake } from './cargo.ts'
import type { CompiledPickup } from './compile.ts'
import type { Road } from './labels.ts'
import { latestStart, NEVER_S } from './limits.ts'

export interface Remainder {
  /** Seconds of riding to the end, at least; `NEVER_S` where there is no way. */
  readonly leastS: number
  /** Who isn't done by then comes too late for something; −1 where nothing helps. */
  readonly latestS: number
}

/** After one pickup, by the place in the order of the first that is still on board. */
export interface Ahead {
  /** The foremost that can still be on board; the list begins with it and ends with the pickup itself. */
  readonly from: number
  readonly remainders: readonly Remainder[]
}

const NO_WAY: Remainder = { leastS: NEVER_S, latestS: -1 }

/** After each pickup of an order. */
export function aheadAlong(road: Road, pickups: readonly CompiledPickup[]): Ahead[] {
  const ahead: Ahead[] = []
  const aboard = aboardAlong(road, pickups)
  for (let i = pickups.length - 1; i >= 0; i--) {
    const streams = aboard[i]!
    const from = i + 1 - streams.length
    const remainders: Remainder[] = []
    for (let first = from; first <= i; first++) {
      remainders.push(
        remainderAfter(
          road,
          pickups[i]!,
          streams[first - from]!,
          first,
          pickups[i + 1],
          ahead[i + 1],
        ),
      )
    }
    ahead[i] = { from, remainders }
  }
  return ahead
}

export function remainderFrom({ from, remainders }: Ahead, first: number): Remainder {
  return remainders[first - from] ?? NO_WAY
}

/** After a pickup with these streams on board, of which the first was loaded at `first`; `after` is of the next one. */
export function remainderAfter(
  { bike, c, ways, exact }: Road,
  pickup: CompiledPickup,
  streams: number,
  first: number,
  next: CompiledPickup | undefined,
  after: Ahead | undefined,
): Remainder {
  const to = next?.place ?? bike.endPlace
  const straightS = bike.emptyS[pickup.place * c.problem.travel.size + to]!
  const fresh = after?.remainders.at(-1) ?? { leastS: 0, latestS: bike.shift.untilS }
  const byS = (then: Remainder): number =>
    next ? latestStart(next.allowed, then.latestS - next.serviceS) : then.latestS
  if (exact) return { leastS: straightS + fresh.leastS, latestS: byS(fresh) - straightS }
  let { leastS, latestS } = NO_WAY
  // With nothing on board it goes straight home.
  const home = streams === 0 ? fresh : NO_WAY
  const on = after ? remainderFrom(after, first) : home
  if (on.leastS < NEVER_S) {
    leastS = straightS + on.leastS
    latestS = byS(on) - straightS
  }
  const way = ways.emptying(pickup.place, to, streams)[0]
  if (!way || fresh.leastS === NEVER_S) return { leastS, latestS }
  return {
    leastS: Math.min(leastS, way.leastS + fresh.leastS),
    latestS: Math.max(latestS, byS(fresh) - way.leastFromHereS),
  }
}

/** After each pickup: the streams on board, by which was loaded first, as far as so much can be. */
function aboardAlong({ bike, exact }: Road, pickups: readonly CompiledPickup[]): number[][] {
  const aboard: number[][] = pickups.map(() => [])
  for (let first = 0; first < pickups.length; first++) {
    const load = { litres: 0, kg: 0, classMask: 0, apartMask: 0 }
    let streams = 0
    for (let i = first; i < pickups.length; i++) {
      const pickup = pickups[i]!
      if (!exact && i > first && !canTake(load, pickup, bike)) break
      load.litres += pickup.litres
      load.kg += pickup.massKg
      load.classMask |= pickup.classMask
      load.apartMask |= pickup.apartMask
      streams |= pickup.streamMask
      aboard[i]!.push(streams)
    }
  }
  return aboard
}
