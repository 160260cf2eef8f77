/** What happened at one station, as a rule test without its expectations. */
import type { JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Closeness, Happened, Plain } from './happened.ts'
import { compressSeries } from './notation.ts'
import { layOut } from './regular.ts'
import type { Laid } from './regular.ts'
import { fractionByName } from './test-shape.ts'
import { writeSpan } from './times.ts'
import { createNames, nameIn, tellEvent, tellReading, townEvents } from './written-events.ts'
import type { Writer } from './written-events.ts'

export interface Draft {
  readonly stations: Plain
  readonly series: readonly SeriesDraft[]
  /** In order of time. */
  readonly events: readonly { readonly [key: string]: Plain }[]
}

export interface SeriesDraft {
  readonly container: string
  readonly interval: string
  readonly offset: string
  readonly device?: string
  readonly fill: string
}

export function draftTest(told: Happened, closeness: Closeness): Draft {
  const happened = { ...told, records: told.records.filter(isOfKnown(told)) }
  const { start, records, station, towns } = happened
  const stands = towns[0]!.town.stations.find(({ id }) => id === station)
  const devices = nameDevices(happened)
  const laid = layOutAll(happened, closeness)
  const timeOf = (container: ContainerId, at: EpochMs): EpochMs => {
    const place = laid.get(container)?.places.get(at)
    if (place !== undefined) return place
    return closeness.isRegular ? ((at - (at % SECOND)) as EpochMs) : at
  }
  const writer: Writer = { happened, closeness, devices, timeOf, names: createNames() }

  const series = [...laid].flatMap(([id, { runs }]) =>
    runs.map(({ device, from, intervalMs, samples }): SeriesDraft => {
      const name = devices.get(device)
      return {
        container: nameIn(id),
        interval: writeSpan(intervalMs),
        offset: writeSpan(from - start.at),
        ...(name !== undefined && { device: name }),
        fill: compressSeries(samples),
      }
    }),
  )
  const rest = [...laid.values()].flatMap(({ rest }) => rest)
  const events = [
    ...rest.map((reading) => tellReading(reading, writer)),
    ...records.flatMap((record) => (record.type === 'reading' ? [] : tellEvent(record, writer))),
    ...townEvents(writer),
  ]
  return {
    stations: { [station]: stands ? tellStation(stands) : [] },
    series,
    events: events.toSorted((a, b) => a.at - b.at).map(({ event }) => event),
  }
}

/** What came of a container that was not there any more changed nothing, and has no name in the test. */
function isOfKnown({ towns, station }: Happened): (record: JournalRecord) => boolean {
  const known = new Set(
    towns.flatMap(({ town }) =>
      town.stations
        .filter(({ id }) => id === station)
        .flatMap((s) => s.containers.map(({ id }) => id)),
    ),
  )
  return (record) =>
    !('containerId' in record) || !record.containerId || known.has(record.containerId)
}

function tellStation({ name, areaId, containers, place }: Station): Plain {
  const isPlain = containers.every(({ name, fraction }) => fractionByName(name) === fraction)
  return {
    name,
    ...(areaId !== undefined && { area: areaId }),
    lat: place.lat,
    lon: place.lon,
    containers: isPlain
      ? containers.map(({ name }) => name)
      : Object.fromEntries(containers.map(({ name, fraction }) => [name, fraction])),
  }
}

/** Devices that were not the first on a container, as far as they spoke or were put there. */
function nameDevices({ records, towns, start }: Happened): ReadonlyMap<DeviceId, string> {
  const atStart = indexTown(towns[0]!.town)
  const names = new Map<DeviceId, string>()
  const add = (device: DeviceId | undefined, container: ContainerId) => {
    if (device === undefined || device === atStart.deviceOn(container, start.at)) return
    if (!names.has(device)) names.set(device, `sensor-${names.size + 2}`)
  }
  for (const record of records) {
    if (record.type === 'reading') add(record.deviceId, record.containerId)
  }
  for (const { at, town } of towns) {
    const index = indexTown(town)
    for (const { containerId } of town.mountings) add(index.deviceOn(containerId, at), containerId)
  }
  return names
}

interface LaidContainer {
  readonly runs: readonly {
    readonly device: DeviceId
    readonly from: EpochMs
    readonly intervalMs: number
    readonly samples: Parameters<typeof compressSeries>[0]
  }[]
  readonly rest: readonly ReadingRecord[]
  readonly places: ReadonlyMap<EpochMs, EpochMs>
}

/** Each device's readings of each container by themselves. */
function layOutAll(
  { records, start }: Happened,
  { decimals, isRegular }: Closeness,
): ReadonlyMap<ContainerId, LaidContainer> {
  const readings = records.filter((record) => record.type === 'reading')
  const away = records.flatMap((record) =>
    record.type === 'resumed' ? [{ from: record.firedUntil ?? record.at, until: record.at }] : [],
  )
  const levelOf = (percent: number) =>
    decimals === undefined ? percent : Number(percent.toFixed(decimals))
  const laid = new Map<ContainerId, LaidContainer>()
  for (const [id, all] of Map.groupBy(readings, ({ containerId }) => containerId)) {
    const runs: LaidContainer['runs'][number][] = []
    const rest: ReadingRecord[] = []
    const places = new Map<EpochMs, EpochMs>()
    for (const [device, own] of Map.groupBy(all, ({ deviceId }) => deviceId)) {
      const layout: Laid = isRegular
        ? layOut(own, start.at, levelOf)
        : { rest: own, places: new Map() }
      const isMissed = [...layout.places.values()].some((at: EpochMs) =>
        away.some(({ from, until }) => at > from && at < until),
      )
      if (!layout.series || isMissed) {
        rest.push(...own)
        continue
      }
      runs.push({ device, ...layout.series })
      rest.push(...layout.rest)
      for (const [measuredAt, place] of layout.places) places.set(measuredAt, place)
    }
    laid.set(id, { runs, rest, places })
  }
  return laid
}
