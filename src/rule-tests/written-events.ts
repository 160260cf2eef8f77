/** Records of the journal as events of a rule test. */
import type { DecidedPost } from '#src/rules/decision.ts'
import type { EventRecord, ReadingRecord } from '#src/rules/record.ts'
import { stationIdIn } from '#src/stations/ids.ts'
import type { ContainerId, DeviceId, PostKey } from '#src/stations/ids.ts'
import type { Container, Town } from '#src/stations/station.ts'
import { SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Closeness, Happened, Plain } from './happened.ts'
import { writeWall } from './times.ts'

/** An event of the file, with when it comes. */
export interface Timed {
  readonly at: EpochMs
  readonly event: { readonly [key: string]: Plain }
}

/** What events are written with. */
export interface Writer {
  readonly happened: Happened
  readonly closeness: Closeness
  /** What a device is called in the test; absent for the first on its container. */
  readonly devices: ReadonlyMap<DeviceId, string>
  readonly timeOf: (container: ContainerId, at: EpochMs) => EpochMs
  readonly names: Names
}

/** Short names for those who report, so that no token gets into a file. */
export interface Names {
  readonly of: (secret: string) => string
}

export function createNames(): Names {
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

export function nameIn(id: ContainerId): string {
  return id.slice(stationIdIn(id).length + 1)
}

/** A reading that found no place in a series. */
export function tellReading(reading: ReadingRecord, writer: Writer): Timed {
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
export function tellEvent(record: EventRecord, writer: Writer): readonly Timed[] {
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
    case 'report-withdrawn':
      return tell({
        report_withdrawn: {
          container: nameIn(record.containerId),
          kind: record.kind,
          who: names.of(record.reporter),
        },
      })
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
export function townEvents(writer: Writer): readonly Timed[] {
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
