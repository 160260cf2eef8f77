/** What happened at one station, as a rule test without its expectations. */
import type { DecidedPost } from '#src/rules/decision.ts'
import type { EventRecord, JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import { stationIdIn } from '#src/stations/ids.ts'
import type { ContainerId, DeviceId, PostKey, StationId } from '#src/stations/ids.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { compressSeries } from './notation.ts'
import { layOut } from './regular.ts'
import type { Laid } from './regular.ts'
import { fractionByName } from './test-shape.ts'
import { writeSpan, writeWall } from './times.ts'
import type { Start } from './times.ts'

/** What the journal has of a station. */
export interface Happened {
  readonly station: StationId
  /** Where it begins. */
  readonly start: Start
  /** In order: those of the station, and of the whole town. */
  readonly records: readonly JournalRecord[]
  /** The town at the start, and after each of its changes. */
  readonly towns: readonly { readonly at: EpochMs; readonly town: Town }[]
  /** What the station really said, oldest first. */
  readonly posts: readonly DecidedPost[]
}

/** How closely a test keeps to what happened. */
export interface Closeness {
  /** Decimals of a level; undefined: all there are. */
  readonly decimals: number | undefined
  /** Readings are laid out at an interval, and times cut to the second. */
  readonly isRegular: boolean
}

/** As it stands in the file. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }

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

interface Timed {
  readonly at: EpochMs
  readonly event: { readonly [key: string]: Plain }
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

interface Writer {
  readonly happened: Happened
  readonly closeness: Closeness
  /** What a device is called in the test; absent for the first on its container. */
  readonly devices: ReadonlyMap<DeviceId, string>
  readonly timeOf: (container: ContainerId, at: EpochMs) => EpochMs
  readonly names: Names
}

/** Short names for those who report, so that no token gets into a file. */
interface Names {
  readonly of: (secret: string) => string
}

function createNames(): Names {
  const known = new Map<string, string>()
  return {
    of(secret) {
      const n = known.size
      const name = known.get(secret) ?? (n < 26 ? String.fromCodePoint(97 + n) : `r${n + 1}`)
      known.set(secret, name)
      return name
    },
  }
}

function nameIn(id: ContainerId): string {
  return id.slice(stationIdIn(id).length + 1)
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

function tellReading(reading: ReadingRecord, writer: Writer): Timed {
  const { containerId, deviceId, fillPercent, fault, measuredAt } = reading
  const { closeness, devices, timeOf } = writer
  const at = timeOf(containerId, reading.at)
  const measured = timeOf(containerId, measuredAt)
  const device = devices.get(deviceId)
  const level =
    fillPercent === undefined ? undefined : Number(fillPercent.toFixed(closeness.decimals ?? 12))
  return eventAt(at, writer, {
    reading: {
      container: nameIn(containerId),
      ...(level !== undefined && { fill: level }),
      ...(level === undefined && fault !== undefined && { fault }),
      ...(measured < at && { measured: wall(measured, writer) }),
      ...(device !== undefined && { device }),
    },
  })
}

function wall(at: EpochMs, { happened }: Writer): string {
  return writeWall(at, happened.start)
}

function eventAt(at: EpochMs, writer: Writer, event: { readonly [key: string]: Plain }): Timed {
  return { at, event: { at: wall(at, writer), ...event } }
}

/** Nothing for a record that the test says in another way, or that is not about the station. */
function tellEvent(record: EventRecord, writer: Writer): readonly Timed[] {
  const { happened, closeness, names, timeOf } = writer
  const cut = (at: EpochMs): EpochMs =>
    closeness.isRegular ? ((at - (at % SECOND)) as EpochMs) : at
  const time = (at: EpochMs) => wall(at, writer)
  const at = cut(record.at)
  const tell = (event: { readonly [key: string]: Plain }): readonly Timed[] => [
    eventAt(at, writer, event),
  ]
  switch (record.type) {
    case 'report': {
      const told = {
        container: nameIn(record.containerId),
        kind: record.kind,
        who: names.of(record.reporter),
      }
      return tell(record.by === 'staff' ? { observation: told } : { report: told })
    }
    case 'emptied': {
      const { containerId, emptiedAt, notBefore, by } = record
      const isWithReading = by === 'sensor' && record.at - emptiedAt < SECOND
      const told = timeOf(containerId, emptiedAt)
      const when = isWithReading || told > at ? told : at
      return [
        eventAt(when, writer, {
          emptied: {
            container: nameIn(containerId),
            ...(told !== when && { time: time(told) }),
            ...(notBefore !== undefined && { not_before: time(timeOf(containerId, notBefore)) }),
            by,
          },
        }),
      ]
    }
    case 'emptying-corrected': {
      const { containerId, was, emptiedAt } = record
      return tell({
        emptying_corrected: {
          container: nameIn(containerId),
          was: time(timeOf(containerId, was)),
          ...(emptiedAt !== undefined && { really: time(timeOf(containerId, emptiedAt)) }),
        },
      })
    }
    case 'plan':
      return tell({
        planned: {
          container: nameIn(record.containerId),
          by: record.source,
          emptyings: record.emptyings.map(({ from, until }) => ({
            from: time(from),
            until: time(until),
          })),
        },
      })
    case 'forecast': {
      const { fullAt, fullFrom, fullUntil } = record
      return tell({
        forecast: {
          container: nameIn(record.containerId),
          full_within_24h: record.fullWithin24h,
          ...(fullAt !== undefined && { full_at: time(fullAt) }),
          ...(fullFrom !== undefined && { full_from: time(fullFrom) }),
          ...(fullUntil !== undefined && { full_until: time(fullUntil) }),
          model: record.model,
        },
      })
    }
    case 'truck':
      return tell({
        truck: {
          station: record.stationId,
          state: record.state,
          ...(record.etaAt !== undefined && { eta: time(record.etaAt) }),
        },
      })
    case 'bike': {
      const { areaId, state, firstStopAt, freeSlots } = record
      return tell({
        bike: {
          area: areaId,
          state,
          ...(firstStopAt !== undefined && { first_stop: time(firstStopAt) }),
          ...(freeSlots !== undefined && { free_slots: freeSlots }),
        },
      })
    }
    case 'gateway':
      return tell({ gateway: { stations: [happened.station], state: record.state } })
    case 'silenced': {
      const { stationId, containerId, ruleId, until } = record
      return tell({
        silence: {
          id: names.of(record.id),
          ...(stationId !== undefined && { station: stationId }),
          ...(containerId !== undefined && { container: nameIn(containerId) }),
          ...(ruleId !== undefined && { rule: ruleId }),
          until: time(until),
        },
      })
    }
    case 'silence-ended':
      return tell({ silence_ended: { id: names.of(record.id) } })
    case 'post-corrected': {
      const number = numberOf(record.post.key, happened.posts)
      return number === 0 ? [] : tell({ post_corrected: { post: number } })
    }
    case 'resumed': {
      const { firedUntil } = record
      if (firedUntil === undefined || firedUntil + 1 >= record.at) return []
      // What came last came while it still ran.
      const from = (firedUntil + 1) as EpochMs
      return [eventAt(from, writer, { down: { until: time(record.at) } })]
    }
    case 'town':
      return []
  }
}

function numberOf(key: PostKey, posts: readonly DecidedPost[]): number {
  return posts.findIndex((post) => post.key === key) + 1
}

/** What changed at the station each time that the town did. */
function townEvents(writer: Writer): readonly Timed[] {
  const { happened, devices } = writer
  return happened.towns.slice(1).flatMap(({ at, town }, i): readonly Timed[] => {
    const before = happened.towns[i]!.town
    const stationOf = ({ stations }: Town) => stations.find(({ id }) => id === happened.station)
    const was = stationOf(before)
    const is = stationOf(town)
    if (!is) return was ? [eventAt(at, writer, { station_removed: { station: was.id } })] : []
    const known = new Set(was?.containers.map(({ id }) => id))
    const wanted = new Set(is.containers.map(({ id }) => id))
    const index = indexTown(town)
    const indexBefore = indexTown(before)
    const tellAdded = ({ name, fraction }: Container) =>
      eventAt(at, writer, { container_added: { station: is.id, container: name, fraction } })
    return [
      ...(was?.containers ?? [])
        .filter(({ id }) => !wanted.has(id))
        .map(({ name }) => eventAt(at, writer, { container_removed: { container: name } })),
      ...is.containers.filter(({ id }) => !known.has(id)).map(tellAdded),
      ...is.containers.flatMap(({ id, name }) => {
        const device = index.deviceOn(id, at)
        if (device === undefined || device === indexBefore.deviceOn(id, at)) return []
        const called = devices.get(device)
        if (called === undefined) return []
        return eventAt(at, writer, { device_replaced: { container: name, device: called } })
      }),
    ]
  })
}
