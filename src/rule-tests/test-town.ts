/** The town of a rule test, and how its events change it. */
import { parseDeviceId } from '#src/stations/ids.ts'
import type { AreaId, ContainerId, StationId } from '#src/stations/ids.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { containerIdFor, firstDeviceOn, stationIdFor } from './cast.ts'
import type { CastContainer, StationShape, TestShape } from './test-shape.ts'

const GEOMETRY = {
  emptyDistanceMm: 1650,
  fullDistanceMm: 300,
  deadZoneMm: 250,
  volumeLitres: 3000,
} as const

const BEFORE_ALL = 0 as EpochMs

/** Stations without a place of their own stand in a row, about a kilometre apart. */
const FIRST_PLACE = { lat: 57.72, lon: 12.94 }
const KILOMETRE_EAST = 0.0168

export function townAtStart({ stations, start }: TestShape): Town {
  const nothing: Town = {
    municipalityCode: '0000',
    name: 'Test',
    timeZone: start.timeZone,
    stations: [],
    devices: [],
    mountings: [],
    networkServers: [],
    channels: {},
  }
  return Object.entries(stations).reduce(
    (town, [name, block]) => withStation(town, name, block),
    nothing,
  )
}

export function withStation(town: Town, name: string, block: StationShape): Town {
  const id = stationIdFor(name)
  const [municipalityCode, externalId] = id.split('-') as [string, string]
  const { lat = FIRST_PLACE.lat, lon = FIRST_PLACE.lon + KILOMETRE_EAST * town.stations.length } =
    block
  const areaId = block.area as AreaId | undefined
  const station: Station = {
    id,
    municipalityCode,
    externalId,
    name: block.name ?? name,
    ...(areaId !== undefined && { areaId }),
    place: { lat, lon },
    containers: [],
  }
  const before = town.areas ?? []
  const isNewArea = areaId !== undefined && before.every((area) => area.id !== areaId)
  const grown: Town = {
    ...town,
    ...(isNewArea && { areas: [...before, { id: areaId, name: areaId }] }),
    stations: [...town.stations, station],
  }
  return block.containers.reduce((town, container) => withContainer(town, id, container), grown)
}

export function withContainer(
  town: Town,
  stationId: StationId,
  { name, fraction }: CastContainer,
): Town {
  const id = containerIdFor(stationId, name)
  const container: Container = { id, stationId, name, fraction, geometry: GEOMETRY }
  const stations = town.stations.map((station) =>
    station.id === stationId
      ? { ...station, containers: [...station.containers, container] }
      : station,
  )
  return withDevice({ ...town, stations }, id, firstDeviceOn(id), BEFORE_ALL)
}

export function withoutContainer(town: Town, id: ContainerId): Town {
  const stations = town.stations.map((station) => ({
    ...station,
    containers: station.containers.filter((container) => container.id !== id),
  }))
  const mountings = town.mountings.filter(({ containerId }) => containerId !== id)
  return { ...town, stations, mountings }
}

export function withoutStation(town: Town, id: StationId): Town {
  const gone = town.stations.find((station) => station.id === id)
  const emptied = (gone?.containers ?? []).reduce(
    (town, container) => withoutContainer(town, container.id),
    town,
  )
  return { ...emptied, stations: emptied.stations.filter((station) => station.id !== id) }
}

/** From then on that device sits there; the one before is taken off. */
export function withDevice(
  town: Town,
  containerId: ContainerId,
  device: string,
  from: EpochMs,
): Town {
  const deviceId = parseDeviceId(device)!
  const ended = town.mountings.map((mounting) =>
    mounting.containerId === containerId && mounting.until === undefined
      ? { ...mounting, until: from }
      : mounting,
  )
  return {
    ...town,
    devices: [...town.devices, { id: deviceId, profile: 'native' }],
    mountings: [...ended, { deviceId, containerId, from }],
  }
}
