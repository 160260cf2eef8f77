/** What a bike, a window, a drop-off allow: the single answers that evaluator and solver share. */
import type { CompiledBike, CompiledDropOff } from './compile.ts'
import type { Break, Span } from './problem.ts'

/** Later than any day's end; a small whole number, which is what the solver is fast with. */
export const NEVER_S = 1_000_000_000

/** Litres that make no difference. */
export const CRUMBS_L = 1e-6

/** What an unserved pickup of priority 0 costs: more than any detour a day has room for. */
export const UNSERVED_S = 36_000

export function unservedCostS(priority: number): number {
  return UNSERVED_S * (1 + priority)
}

/** Seconds for a leg with so much on board. */
export function legS(bike: CompiledBike, leg: number, kg: number): number {
  const emptyS = bike.emptyS[leg]!
  if (kg === 0 || bike.loadedS === bike.emptyS) return emptyS
  const share = Math.min(1, kg / bike.massKg)
  return Math.round(emptyS + (bike.loadedS[leg]! - emptyS) * share)
}

/** When service may begin after an arrival; `NEVER_S` when it is too late for all windows. */
export function serviceStart(windows: readonly Span[], arrivesS: number): number {
  for (const { fromS, untilS } of windows) {
    if (arrivesS <= untilS) return Math.max(arrivesS, fromS)
  }
  return NEVER_S
}

/** The last time at which service may begin and be begun by then; −1 when there is none. */
export function latestStart(windows: readonly Span[], byS: number): number {
  let latestS = -1
  for (const { fromS, untilS } of windows) {
    if (fromS <= byS) latestS = Math.max(latestS, Math.min(untilS, byS))
  }
  return latestS
}

/** When unloading may begin, so that it ends before they close. */
export function unloadingStart({ opens, serviceS }: CompiledDropOff, arrivesS: number): number {
  for (const { fromS, untilS } of opens) {
    const startsS = Math.max(arrivesS, fromS)
    if (startsS + serviceS <= untilS) return startsS
  }
  return NEVER_S
}

/** How many breaks were over before the bike's shift began: nobody can take them any more. */
export function breaksBehind({ breaks, shift }: Pick<CompiledBike, 'breaks' | 'shift'>): number {
  return breaks.filter(({ untilS }) => untilS < shift.fromS).length
}

/** When a break may begin; `NEVER_S` when it is too late for it. */
export function breakStart({ fromS, untilS }: Break, readyS: number): number {
  return readyS > untilS ? NEVER_S : Math.max(readyS, fromS)
}

/** Room for a stream at a time, what was filled by others until then taken off. */
export function roomAt(
  { roomL, fillsLPerS }: CompiledDropOff,
  stream: number,
  atS: number,
): number {
  return Math.max(0, roomL[stream]! - fillsLPerS[stream]! * Math.max(0, atS))
}
