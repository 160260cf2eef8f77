/** What a new plan means for those who were told of the old one. */
import type { Evaluation } from './plan.ts'

export interface Change {
  readonly pickup: string
  /** Undefined for one that wasn't on a round, or no longer is. */
  readonly beforeS: number | undefined
  readonly afterS: number | undefined
  readonly otherBike: boolean
}

/** Pickups that come at another time by more than `moreThanS`, by another bike, newly or no longer. */
export function changesBetween(before: Evaluation, after: Evaluation, moreThanS: number): Change[] {
  const old = comings(before)
  const now = comings(after)
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((pickup) => {
    const was = old.get(pickup)
    const is = now.get(pickup)
    const otherBike = was !== undefined && is !== undefined && was.bike !== is.bike
    const stays =
      was !== undefined && is !== undefined && Math.abs(is.startsS - was.startsS) <= moreThanS
    return stays && !otherBike
      ? []
      : [{ pickup, beforeS: was?.startsS, afterS: is?.startsS, otherBike }]
  })
}

function comings({
  rounds,
}: Evaluation): Map<string, { readonly bike: string; readonly startsS: number }> {
  return new Map(
    rounds.flatMap(({ bike, stops }) =>
      stops.flatMap(({ stop, startsS }) =>
        stop.kind === 'pickup' ? [[stop.pickup, { bike, startsS }] as const] : [],
      ),
    ),
  )
}
