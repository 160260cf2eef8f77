/** Where to go instead. */
import { distanceM } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { statusWord } from './container-status.ts'
import type { Alternative } from './decision.ts'
import type { StationMap } from './station-map.ts'
import type { ContainerWatch } from './watch.ts'

const MAX_DISTANCE_M = 10_000

/**
 * The nearest station with a container of the fraction that is known to have room, within ten
 * kilometres as the crow flies; of two at the same distance the one with the lower id. The station
 * itself counts, at distance 0: what is full here may stand beside one that isn't. The container itself
 * doesn't, however much room there is in what is broken.
 */
export function findAlternative(
  map: StationMap,
  from: ContainerWatch,
  at: EpochMs,
): Alternative | undefined {
  const here = from.station.station.place
  const { fraction } = from.container
  let best: Alternative | undefined
  for (const ring of map.ringsAbout(here, MAX_DISTANCE_M)) {
    if (best && best.distanceM < ring.leastM) return best
    for (const { station, containers } of ring.stations) {
      const distance = distanceM(here, station.place)
      if (distance > MAX_DISTANCE_M) continue
      const isFarther =
        best !== undefined &&
        (distance > best.distanceM || (distance === best.distanceM && station.id > best.stationId))
      if (isFarther) continue
      const hasRoom = containers.some(
        (watch) =>
          watch !== from &&
          watch.container.fraction === fraction &&
          statusWord(watch, at) === 'has-room',
      )
      if (hasRoom) best = { stationId: station.id, name: station.name, distanceM: distance }
    }
  }
  return best
}
