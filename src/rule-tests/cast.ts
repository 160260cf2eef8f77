/** Who takes part in a rule test: the names that it gives, and the ids behind them. */
import type { Per } from '#src/rules/rule-book.ts'
import { suggestName } from '#src/rules/rule-faults.ts'
import type { Path } from '#src/rules/rule-faults.ts'
import { ACCOUNT } from '#src/rules/subject.ts'
import type { Subject } from '#src/rules/subject.ts'
import { containerIdOf, parseDeviceId, parseStationId } from '#src/stations/ids.ts'
import type { AreaId, ContainerId, DeviceId, StationId } from '#src/stations/ids.ts'
import type { StationShape, TestShape } from './test-shape.ts'

/** Tells a fault of the test file. */
export type Tell = (path: Path, message: string) => void

/** Looks names up. One that is not known, or could mean two things, is told, and comes back undefined. */
export interface Cast {
  station(name: string, path: Path): StationId | undefined
  container(name: string, path: Path): ContainerId | undefined
  area(name: string, path: Path): AreaId | undefined
  subject(name: string, per: Per, path: Path): Subject | undefined
  /** How the test calls a station, a container or an area; an id that it doesn't know stays as it is. */
  readonly nameOf: (id: string) => string
}

/** Everybody who is ever on stage: the stations at the beginning, and what is added later. */
export function castOf(test: TestShape, tell: Tell): Cast {
  const stations = new Map<string, StationId>()
  const containers = new Map<string, readonly ContainerId[]>()
  const areas = new Set<string>()
  const names = new Map<string, string>()

  const addContainer = (station: string, name: string): void => {
    const id = containerIdFor(stationIdFor(station), name)
    if (names.has(id)) return
    const whole = `${station}/${name}`
    containers.set(whole, [id])
    containers.set(name, [...(containers.get(name) ?? []), id])
    names.set(id, whole)
  }
  const addStation = (name: string, { area, containers }: StationShape): void => {
    const id = stationIdFor(name)
    stations.set(name, id)
    names.set(id, name)
    if (area !== undefined) areas.add(area)
    for (const container of containers) addContainer(name, container.name)
  }
  for (const [name, block] of Object.entries(test.stations)) addStation(name, block)
  for (const { station_added, container_added } of test.events) {
    if (station_added) addStation(station_added.station, station_added)
    if (container_added) addContainer(container_added.station, container_added.container)
  }
  // What stands at one station only goes by its own name.
  for (const [name, [id, another]] of containers) {
    if (id && !another && !name.includes('/')) names.set(id, name)
  }

  const unknown = (complaint: string, name: string, known: Iterable<string>, path: Path) => {
    tell(path, suggestName(complaint, name, [...known]))
    return undefined
  }
  const cast: Cast = {
    station: (name, path) =>
      stations.get(name) ?? unknown(`"${name}" is no station here`, name, stations.keys(), path),
    container(name, path) {
      const [id, ...others] = containers.get(name) ?? []
      if (id === undefined) {
        const known = new Set([...containers.values()].flat().map((one) => names.get(one)!))
        return unknown(`"${name}" is no container here`, name, known, path)
      }
      if (others.length === 0) return id
      const whole = [id, ...others].map((one) => names.get(one)!)
      tell(path, `"${name}" stands at more than one station; write ${whole.join(' or ')}`)
      return undefined
    },
    area: (name, path) =>
      areas.has(name)
        ? (name as AreaId)
        : unknown(`"${name}" is no station's area here`, name, areas, path),
    subject(name, per, path) {
      switch (per) {
        case 'container':
          return cast.container(name, path)
        case 'station':
          return cast.station(name, path)
        case 'area':
          return cast.area(name, path)
        case 'account':
          if (name === ACCOUNT) return ACCOUNT
          tell(path, `a rule per: account is about ${ACCOUNT}, found "${name}"`)
          return undefined
      }
    },
    nameOf: (id) => names.get(id) ?? id,
  }
  return cast
}

/** Of stations whose names don't say it; 0000 is nobody's code. */
const NOWHERE = '0000'

/** A name may be a real id, `1490-064`; its rules are then looked at when the real station's are. */
export function stationIdFor(name: string): StationId {
  return parseStationId(name) ?? parseStationId(`${NOWHERE}-${name}`)!
}

/** For names that the shape has let through. */
export function containerIdFor(station: StationId, name: string): ContainerId {
  return containerIdOf(station, name)!
}

/** The device that a container has until another takes its place. */
export function firstDeviceOn(container: ContainerId): DeviceId {
  return parseDeviceId(container)!
}
