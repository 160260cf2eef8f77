/** Travel times where nothing is known of the streets: the straight distance, stretched. Always works. */
import { distanceM, type Place } from '#src/stations/station.ts'
import type { TravelTable } from './problem.ts'

export interface Formula {
  /** Ridden metres in a straight one. Circuity of bicycle networks 1.2, and riders' own detours 1.1 to 1.15. */
  readonly detour: number
  /** Cargo bikes in London, 19,000 km: 15 km/h. */
  readonly kmPerHour: number
  /** For getting on, off and about at the place. */
  readonly perLegS: number
  /** For each metre of climb, by a 250 W motor and a rider's 100 W: 190 kg, and 370 kg. */
  readonly climbEmptySPerM: number
  readonly climbLoadedSPerM: number
}

export const FORMULA: Formula = {
  detour: 1.35,
  kmPerHour: 15,
  perLegS: 20,
  climbEmptySPerM: 4,
  climbLoadedSPerM: 11,
}

/** `altitudesM` by place, where they are known; a leg down is as a flat one. */
export function tableByFormula(
  places: readonly Place[],
  altitudesM?: readonly number[],
  formula: Partial<Formula> = {},
): TravelTable {
  const { detour, kmPerHour, perLegS, climbEmptySPerM, climbLoadedSPerM } = {
    ...FORMULA,
    ...formula,
  }
  const size = places.length
  const metres = new Float64Array(size * size)
  const emptyS = new Float64Array(size * size)
  const loadedS = new Float64Array(size * size)
  for (const [i, from] of places.entries()) {
    for (const [j, to] of places.entries()) {
      if (i === j) continue
      const leg = i * size + j
      metres[leg] = detour * distanceM(from, to)
      const flatS = metres[leg] / (kmPerHour / 3.6) + perLegS
      const climbM = Math.max(0, (altitudesM?.[j] ?? 0) - (altitudesM?.[i] ?? 0))
      emptyS[leg] = Math.round(flatS + climbM * climbEmptySPerM)
      loadedS[leg] = Math.round(flatS + climbM * climbLoadedSPerM)
    }
  }
  return { size, emptyS, loadedS, metres }
}
