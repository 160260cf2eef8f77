/** What a post or a decision is about, in a name: a station, a part of the town, or the town. */
import type { AreaId, StationId } from './ids.ts'
import type { TownIndex } from './town-index.ts'

/** A station that is no longer there goes by its id. */
export function placeName(
  { stationId, areaId }: { readonly stationId?: StationId; readonly areaId?: AreaId },
  { town, stations }: TownIndex,
): string {
  if (stationId !== undefined) return stations.get(stationId)?.name ?? stationId
  if (areaId !== undefined) return town.areas?.find(({ id }) => id === areaId)?.name ?? areaId
  return town.name
}
