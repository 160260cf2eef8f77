/** The same few stations everywhere: Ekudden with three containers, Hamnen with two, Torget with one. */
import { parseAreaId, parseContainerId, parseDeviceId, parseStationId } from '#src/stations/ids.ts'
import type { Container, Geometry, Station, Town } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import type { Fraction } from '#src/stations/fraction.ts'

export const stationId = (text: string) => parseStationId(text)!
export const containerId = (text: string) => parseContainerId(text)!
export const areaId = (text: string) => parseAreaId(text)!
export const deviceId = (text: string) => parseDeviceId(text)!

/** Floor at 1650 mm, full at 300 mm: 1 % is 13.5 mm. */
export const box: Geometry = {
  emptyDistanceMm: 1650,
  fullDistanceMm: 300,
  deadZoneMm: 250,
  volumeLitres: 3000,
}

function station(
  externalId: string,
  name: string,
  place: Station['place'],
  names: readonly [string, Fraction][],
): Station {
  const id = stationId(`1490-${externalId}`)
  const containers: Container[] = names.map(([name, fraction]) => ({
    id: containerId(`${id}-${name}`),
    stationId: id,
    name,
    fraction,
    geometry: box,
  }))
  return {
    id,
    municipalityCode: '1490',
    externalId,
    name,
    address: 'Provgatan 1',
    place,
    containers,
  }
}

export const ekudden = station('901', 'Ekudden', { lon: 12.94, lat: 57.72 }, [
  ['paper-1', 'paper'],
  ['plastic-1', 'plastic'],
  ['clear-glass-1', 'clear-glass'],
])
export const hamnen = station('902', 'Hamnen', { lon: 12.95, lat: 57.72 }, [
  ['paper-1', 'paper'],
  ['clear-glass-1', 'clear-glass'],
])
export const torget = station('903', 'Torget', { lon: 12.96, lat: 57.73 }, [['paper-1', 'paper']])

const stations = [ekudden, hamnen, torget]
const containers = stations.flatMap((s) => s.containers)

/** Container `1490-901-paper-1` is watched by device `dev-901-paper-1`, since 2026-01-01. */
export const castTown: Town = {
  municipalityCode: '1490',
  name: 'Provstad',
  timeZone: 'Europe/Stockholm',
  stations,
  devices: containers.map((c) => ({ id: deviceId(`dev-${c.id.slice(5)}`), profile: 'native' })),
  mountings: containers.map((c) => ({
    deviceId: deviceId(`dev-${c.id.slice(5)}`),
    containerId: c.id,
    from: instant(Date.parse('2026-01-01T00:00:00Z')),
  })),
  networkServers: [],
  channels: {},
}

export const north = parseAreaId('north')!
export const south = parseAreaId('south')!

/** Ekudden and Hamnen in the north, Torget in the south. */
export const dividedTown: Town = {
  ...castTown,
  areas: [
    { id: north, name: 'Norr' },
    { id: south, name: 'Söder' },
  ],
  stations: [
    { ...ekudden, areaId: north },
    { ...hamnen, areaId: north },
    { ...torget, areaId: south },
  ],
}
