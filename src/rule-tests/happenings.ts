/** What happens in a rule test, as cues for the engine. */
import type { Path } from '#src/rules/rule-faults.ts'
import { ACCOUNT } from '#src/rules/subject.ts'
import { parseDeviceId } from '#src/stations/ids.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { firstDeviceOn } from './cast.ts'
import type { Cast, Tell } from './cast.ts'
import type { Sample } from './notation.ts'
import type { Cue, Told } from './rule-test.ts'
import { fractionByName } from './test-shape.ts'
import type { EventShape, TestShape } from './test-shape.ts'
import {
  townAtStart,
  withContainer,
  withDevice,
  withStation,
  withoutContainer,
  withoutStation,
} from './test-town.ts'
import { resolveWhen } from './times.ts'
import type { When } from './times.ts'

/** What a reading is a reading of. */
interface Heard {
  readonly containerId: ContainerId
  readonly deviceId: DeviceId
  readonly sample: Sample
  readonly at: EpochMs
  readonly measuredAt: EpochMs
  readonly about: string
}

function readingCue({ containerId, deviceId, sample, at, measuredAt, about }: Heard): Cue {
  const told: Told = {
    type: 'reading',
    containerId,
    deviceId,
    measuredAt,
    ...(typeof sample === 'number' && { fillPercent: sample }),
    ...(typeof sample === 'string' && sample !== 'alive' && { fault: sample }),
  }
  return { kind: 'told', at, told, about }
}

/** While Kvitter is down, from the first instant up to the other. */
export interface Away {
  readonly from: EpochMs
  readonly until: EpochMs
  readonly queued: boolean
}

/** When Kvitter is down in a test, and the two cues of each time. */
export function absences(test: TestShape, path: Path, tell: Tell): readonly Away[] {
  return test.events.flatMap(({ at, down }, i): readonly Away[] => {
    if (!down) return []
    const from = resolveWhen(at, test.start)
    const until = resolveWhen(down.until, test.start)
    if (until > from) return [{ from, until, queued: down.queued }]
    tell([...path, 'events', i, 'down', 'until'], 'is not after at; expected when it is up again')
    return []
  })
}

/** All readings of the series. While Kvitter is down they are lost, or come when it is up again. */
export function seriesCues(
  test: TestShape,
  path: Path,
  cast: Cast,
  away: readonly Away[],
): readonly Cue[] {
  return test.series.flatMap((series, i) => {
    const containerId = cast.container(series.container, [...path, 'series', i, 'container'])
    if (!containerId) return []
    const deviceId =
      series.device === undefined ? firstDeviceOn(containerId) : parseDeviceId(series.device)!
    const about = series.container
    return series.fill.flatMap((sample, n) => {
      if (sample === undefined) return []
      const measuredAt = plus(test.start.at, series.offset + n * series.interval)
      const missed = away.find(({ from, until }) => measuredAt >= from && measuredAt < until)
      if (missed && !missed.queued) return []
      const at = missed ? missed.until : measuredAt
      return [readingCue({ containerId, deviceId, sample, at, measuredAt, about })]
    })
  })
}

/** One event of a test, with what is needed to make something of it. */
export interface Scene {
  readonly event: EventShape
  readonly at: EpochMs
  readonly path: Path
  readonly cast: Cast
  readonly tell: Tell
  /** A time written in the test as an instant. */
  readonly instantOf: (when: When) => EpochMs
}

/** What the rules are told by an event; nothing by an event of another kind, or one that is faulty. */
export function toldBy(scene: Scene): readonly Cue[] {
  if (scene.event.crowd) return tellCrowd(scene)
  const cue = tellReading(scene) ?? tellWord(scene) ?? tellPlace(scene)
  return cue ? [cue] : []
}

function tellCrowd({ event, at, path, cast }: Scene): readonly Cue[] {
  const { container, kind, people, over } = event.crowd!
  const containerId = cast.container(container, [...path, 'crowd', 'container'])
  if (!containerId) return []
  return Array.from({ length: people }, (_, n): Cue => {
    const reporter = `crowd ${n + 1}`
    const told: Told = { type: 'report', containerId, kind, by: 'resident', reporter }
    return { kind: 'told', at: plus(at, Math.floor((n * over) / people)), told, about: container }
  })
}

function tellReading({ event, at, path, cast, instantOf }: Scene): Cue | undefined {
  const { reading } = event
  if (!reading) return undefined
  const containerId = cast.container(reading.container, [...path, 'reading', 'container'])
  if (!containerId) return undefined
  return readingCue({
    containerId,
    deviceId:
      reading.device === undefined ? firstDeviceOn(containerId) : parseDeviceId(reading.device)!,
    sample: reading.fault ?? reading.fill ?? 'alive',
    at,
    measuredAt: reading.measured ? instantOf(reading.measured) : at,
    about: reading.container,
  })
}

/** Events of one container. */
function tellWord({ event, at, path, cast, instantOf }: Scene): Cue | undefined {
  const cueOf = (
    kind: keyof EventShape,
    container: string,
    make: (id: ContainerId) => Told,
  ): Cue | undefined => {
    const id = cast.container(container, [...path, kind, 'container'])
    return id && { kind: 'told', at, told: make(id), about: container }
  }
  const { report, report_withdrawn: withdrawn, observation } = event
  const { emptied, emptying_corrected: corrected, planned, forecast } = event
  if (report) {
    const { container, kind, who: reporter } = report
    return cueOf('report', container, (containerId) => {
      return { type: 'report', containerId, kind, by: 'resident', reporter }
    })
  }
  if (withdrawn) {
    const { container, kind, who: reporter } = withdrawn
    return cueOf('report_withdrawn', container, (containerId) => {
      return { type: 'report-withdrawn', containerId, of: 0, kind, reporter }
    })
  }
  if (observation) {
    const { container, kind, who: reporter } = observation
    return cueOf('observation', container, (containerId) => {
      return { type: 'report', containerId, kind, by: 'staff', reporter }
    })
  }
  if (emptied) {
    const { container, time, not_before, by } = emptied
    return cueOf('emptied', container, (containerId) => ({
      type: 'emptied',
      containerId,
      emptiedAt: time ? instantOf(time) : at,
      ...(not_before && { notBefore: instantOf(not_before) }),
      by,
    }))
  }
  if (corrected) {
    const { container, was, really } = corrected
    return cueOf('emptying_corrected', container, (containerId) => ({
      type: 'emptying-corrected',
      containerId,
      // The engine knows an emptying by its time; its place in the journal is for the store.
      of: 0,
      was: instantOf(was),
      ...(really && { emptiedAt: instantOf(really) }),
      actor: 'test',
    }))
  }
  if (planned) {
    const { container, by: source } = planned
    const emptyings = planned.emptyings.map(({ from, until }) => ({
      from: instantOf(from),
      until: instantOf(until),
    }))
    return cueOf('planned', container, (containerId) => {
      return { type: 'plan', containerId, source, emptyings }
    })
  }
  if (forecast) {
    const { container, full_within_24h, full_at, full_from, full_until, model } = forecast
    return cueOf('forecast', container, (containerId) => ({
      type: 'forecast',
      containerId,
      fullWithin24h: full_within_24h,
      ...(full_at && { fullAt: instantOf(full_at) }),
      ...(full_from && { fullFrom: instantOf(full_from) }),
      ...(full_until && { fullUntil: instantOf(full_until) }),
      model,
    }))
  }
  return undefined
}

/** Events of a station, of several, of an area, and what staff say. */
function tellPlace({ event, at, path, cast, instantOf }: Scene): Cue | undefined {
  const { truck, bike, gateway, silence, silence_ended: ended } = event
  if (truck) {
    const { station, state, eta } = truck
    const stationId = cast.station(station, [...path, 'truck', 'station'])
    if (!stationId) return undefined
    const etaAt = eta && instantOf(eta)
    const told: Told = { type: 'truck', stationId, state, ...(etaAt !== undefined && { etaAt }) }
    return { kind: 'told', at, told, about: station }
  }
  if (bike) {
    const { area, state, first_stop, free_slots: freeSlots } = bike
    const areaId = cast.area(area, [...path, 'bike', 'area'])
    if (!areaId) return undefined
    const told: Told = {
      type: 'bike',
      areaId,
      state,
      ...(first_stop && { firstStopAt: instantOf(first_stop) }),
      ...(freeSlots !== undefined && { freeSlots }),
    }
    return { kind: 'told', at, told, about: area }
  }
  if (gateway) {
    const { stations, state } = gateway
    const stationIds = stations.flatMap(
      (name, i) => cast.station(name, [...path, 'gateway', 'stations', i]) ?? [],
    )
    return { kind: 'told', at, told: { type: 'gateway', stationIds, state }, about: stations[0]! }
  }
  if (silence) {
    const { id, station, container, rule: ruleId, until } = silence
    const stationId =
      station === undefined ? undefined : cast.station(station, [...path, 'silence', 'station'])
    const containerId =
      container === undefined
        ? undefined
        : cast.container(container, [...path, 'silence', 'container'])
    const told: Told = {
      type: 'silenced',
      id,
      ...(stationId && { stationId }),
      ...(containerId && { containerId }),
      ...(ruleId !== undefined && { ruleId }),
      until: instantOf(until),
      actor: 'test',
    }
    return { kind: 'told', at, told, about: container ?? station ?? ACCOUNT }
  }
  if (ended) {
    const told: Told = { type: 'silence-ended', id: ended.id, actor: 'test' }
    return { kind: 'told', at, told, about: ACCOUNT }
  }
  return undefined
}

/** The town after each event that changes it, in order of time. */
export function townCues(test: TestShape, scenes: readonly Scene[]): readonly Cue[] {
  const cues: Cue[] = []
  let town = townAtStart(test)
  for (const scene of scenes.toSorted((a, b) => a.at - b.at)) {
    const changed = changeTown(town, scene)
    if (!changed) continue
    town = changed
    cues.push({ kind: 'town', at: scene.at, town })
  }
  return cues
}

function changeTown(town: Town, { event, at, path, cast, tell }: Scene): Town | undefined {
  const {
    container_added: added,
    container_removed: removed,
    station_added: opened,
    station_removed: closed,
    device_replaced: replaced,
  } = event
  if (added) {
    const { station, container: name, fraction = fractionByName(name) } = added
    const id = cast.station(station, [...path, 'container_added', 'station'])
    const stands = town.stations.find((known) => known.id === id)
    if (stands?.containers.some((container) => container.name === name)) {
      tell([...path, 'container_added', 'container'], `"${name}" stands there already`)
      return undefined
    }
    return id && withContainer(town, id, { name, fraction })
  }
  if (removed) {
    const id = cast.container(removed.container, [...path, 'container_removed', 'container'])
    return id && withoutContainer(town, id)
  }
  if (opened) {
    const id = cast.station(opened.station, [...path, 'station_added', 'station'])
    if (town.stations.some((station) => station.id === id)) {
      tell([...path, 'station_added', 'station'], `"${opened.station}" is there already`)
      return undefined
    }
    return withStation(town, opened.station, opened)
  }
  if (closed) {
    const id = cast.station(closed.station, [...path, 'station_removed', 'station'])
    return id && withoutStation(town, id)
  }
  if (replaced) {
    const id = cast.container(replaced.container, [...path, 'device_replaced', 'container'])
    return id && withDevice(town, id, replaced.device, at)
  }
  return undefined
}
