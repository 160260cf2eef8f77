/**
 * One station played by itself: quick, since nothing else is judged. What it shares with others, the
 * account's budget and gap and the nearest place with room, it then has to itself.
 */
import { stationIdIn, type AreaId, type ContainerId, type StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { KeptState } from './contract.ts'
import type { JournalRecord } from './record.ts'

/** The town with one station in it, and the area where that stands. */
export function townOf(station: StationId, town: Town): Town {
  const stations = town.stations.filter(({ id }) => id === station)
  const containers = new Set(stations.flatMap((s) => s.containers).map(({ id }) => id))
  const areaId = stations[0]?.areaId
  return {
    ...town,
    stations,
    mountings: town.mountings.filter(({ containerId }) => containers.has(containerId)),
    ...(town.areas && { areas: town.areas.filter(({ id }) => id === areaId) }),
  }
}

/** Whether a record has something to say to the station; that of a bike to the area where it stands. */
export function concerns(
  station: StationId,
  area: AreaId | undefined,
  record: JournalRecord,
): boolean {
  switch (record.type) {
    case 'reading':
    case 'report':
    case 'report-withdrawn':
    case 'emptied':
    case 'emptying-corrected':
    case 'plan':
    case 'forecast':
      return stationIdIn(record.containerId) === station
    case 'truck':
      return record.stationId === station
    case 'gateway':
      return record.stationIds.includes(station)
    case 'bike':
      return record.areaId === area
    case 'silenced':
      return isOf(station, record.stationId, record.containerId)
    case 'post-corrected':
      return isOf(station, record.post.stationId, undefined)
    case 'silence-ended':
    case 'town':
    case 'resumed':
      return true
  }
}

/** What names no station is of all. */
function isOf(
  station: StationId,
  stationId: StationId | undefined,
  containerId: ContainerId | undefined,
): boolean {
  const named = containerId === undefined ? stationId : stationIdIn(containerId)
  return named === undefined || named === station
}

/**
 * Kept state without what belongs to other stations, which an engine that doesn't know them would close
 * as taken out of the town.
 */
export function stateOfStation(station: StationId, town: Town, kept: KeptState): KeptState {
  const others = new Set<string>(
    town.stations
      .filter(({ id }) => id !== station)
      .flatMap(({ id, containers }) => [id as string, ...containers.map((c) => c.id as string)]),
  )
  const area = town.stations.find(({ id }) => id === station)?.areaId
  for (const { id } of town.areas ?? []) if (id !== area) others.add(id)
  const isOwn = (key: string): boolean => !key.split('|').some((part) => others.has(part))
  return {
    containers: kept.containers.filter(({ containerId }) => stationIdIn(containerId) === station),
    state: new Map([...kept.state].filter(([key]) => isOwn(key))),
  }
}
