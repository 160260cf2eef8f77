/**
 * Travel reckoned from positions alone: as the crow flies by a detour factor (1.35 is the middle of what
 * studies of bicycle networks and riders' own detours find), at the table's speed, and a while for each
 * leg to get going and find the door.
 */
import type { TravelTable } from '#src/pickups/planning/problem.ts'
import { distanceM, type Place } from '#src/stations/station.ts'
import { TABLE_KMH } from './day-problem.ts'

export const DETOUR = 1.35
const LEG_S = 20

export function straightTravel(places: readonly Place[]): TravelTable {
  const size = places.length
  const metres = new Float64Array(size * size)
  const emptyS = new Float64Array(size * size)
  for (const [i, from] of places.entries()) {
    for (const [j, to] of places.entries()) {
      if (i === j) continue
      const m = distanceM(from, to) * DETOUR
      metres[i * size + j] = m
      emptyS[i * size + j] = Math.round(m / (TABLE_KMH / 3.6)) + LEG_S
    }
  }
  return { size, emptyS, loadedS: emptyS, metres }
}
