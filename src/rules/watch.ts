/** What the engine keeps in mind of each container and station between records. */
import type { AreaId, DeviceId, PostKey } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { Container, Mounting, Station } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { AccountTally, DayTally } from './budget.ts'
import type { ContainerState, Truth } from './decision.ts'
import type { Episode } from './episode.ts'
import type { Report } from './evidence.ts'
import type { GapLine } from './gap-line.ts'
import type { Group } from './group.ts'
import type { Plans } from './plan.ts'
import type { BikeRecord, ForecastRecord } from './record.ts'
import type { ReadingPolicy, Rule } from './rule-book.ts'
import { ACCOUNT } from './subject.ts'
import type { Silence } from './silence.ts'
import type { Timer } from './timer-queue.ts'
import type { Trouble } from './trouble.ts'

interface TimerOf<Kind extends string, Of> extends Timer {
  readonly kind: Kind
  readonly of: Of
}

/**
 * Whatever comes due. Keys begin with the kind, and timers due at the same instant fire in the order
 * of their keys: facts grow old, the day's digest is made, episodes move, the safety grid looks, groups
 * are posted, schedules come last, to be posted when all else has been, and silences end.
 */
export type EngineTimer =
  | TimerOf<'age', ContainerWatch>
  | TimerOf<'episode', Episode>
  | TimerOf<'grid', PlaceWatch>
  | TimerOf<'group', Group>
  | TimerOf<'line', GapLine>
  | TimerOf<'digest', WideWatch>
  | TimerOf<'schedule', Rule>
  | TimerOf<'silence', Silence>

export interface ContainerWatch {
  readonly kind: 'container'
  container: Container
  station: StationWatch
  /** Newest first. */
  mountings: readonly Mounting[]
  fillPercent: number | undefined
  measuredAt: EpochMs | undefined
  deviceId: DeviceId | undefined
  fault: Fault | undefined
  heardAt: EpochMs | undefined
  intervalMs: number | undefined
  emptiedAt: EpochMs | undefined
  reports: readonly Report[]
  /** What few containers have; absent where there is nothing of the kind. */
  extras: Extras | undefined
  /** Until when the level counts; 0 without a level. Follows from the fields above. */
  liveUntil: number
  /** Whether it is full, as it was last judged; what the station counts. */
  truth: Truth
  /** By the rule's index; absent where nothing has happened. */
  readonly episodes: (Episode | undefined)[]
  /** It has changed since effects were last taken. */
  touched: boolean
  readonly timer: EngineTimer
}

/** What is told of a container beside its level and reports. */
export interface Extras {
  readonly kind: 'extras'
  /** `more|container` */
  readonly key: string
  broken: Trouble | undefined
  plans: Plans | undefined
  forecast: Forecast | undefined
  dirty: boolean
}

/** The newest forecast, as far as rules and posts ask it. */
export type Forecast = Pick<ForecastRecord, 'at' | 'fullWithin24h' | 'fullAt'>

/** The bike's round, since it was last spoken of. */
export type BikeRound = Pick<BikeRecord, 'at' | 'firstStopAt' | 'freeSlots'>

/** Whatever posts are about, and rules above a container are judged for. */
interface Place {
  readonly key: string
  readonly episodes: (Episode | undefined)[]
  readonly groups: { public: Group | undefined; staff: Group | undefined }
  /** The newest public post about it. */
  thread: { readonly key: PostKey; readonly at: EpochMs } | undefined
  dirty: boolean
  readonly timer: EngineTimer
}

export interface StationWatch extends Place {
  readonly kind: 'station'
  station: Station
  containers: ContainerWatch[]
  /** How many containers are full, and of how many nothing is known, as last judged. */
  full: number
  unknown: number
  /** Until when some container was known to be full, where none is now. */
  fullUntil: EpochMs | undefined
  tally: DayTally | undefined
  litter: Trouble | undefined
  ice: Trouble | undefined
  truck: Truck | undefined
  gatewayDown: boolean
}

/** A truck's errand at a station: since when it has been on its way, and when it was there. */
export interface Truck {
  readonly since: EpochMs
  readonly etaAt?: EpochMs
  readonly goneAt?: EpochMs
}

/** A part of the town, or with the id `account` all of it. */
export interface WideWatch extends Place {
  readonly kind: 'area' | 'account'
  readonly id: AreaId | typeof ACCOUNT
  stations: readonly StationWatch[]
  /** Of the account, and of an area what was said about it as a whole. */
  tally: AccountTally | undefined
  bike: BikeRound | undefined
  /** The local day whose digest has been made. */
  digestDay: string | undefined
}

export type PlaceWatch = StationWatch | WideWatch

/** The id by which state and decisions name it. */
export function placeId(place: PlaceWatch): string {
  return place.kind === 'station' ? place.station.id : place.id
}

export function createStationWatch(station: Station): StationWatch {
  const made = {
    kind: 'station' as const,
    key: `station|${station.id}`,
    station,
    containers: [],
    full: 0,
    unknown: 0,
    fullUntil: undefined,
    litter: undefined,
    ice: undefined,
    truck: undefined,
    gatewayDown: false,
    ...blankPlace(),
  }
  return tie(made, 'grid', station.id)
}

function blankPlace() {
  return {
    episodes: [],
    groups: { public: undefined, staff: undefined },
    thread: undefined,
    tally: undefined,
    dirty: false,
  }
}

export function createWideWatch(
  id: AreaId | typeof ACCOUNT,
  stations: readonly StationWatch[],
): WideWatch {
  const kind: 'area' | 'account' = id === ACCOUNT ? 'account' : 'area'
  const made = {
    kind,
    id,
    key: id === ACCOUNT ? ACCOUNT : `area|${id}`,
    stations,
    bike: undefined,
    digestDay: undefined,
    ...blankPlace(),
  }
  return tie(made, 'grid', `${kind} ${id}`)
}

/** Made when there is first something to remember. */
export function extrasOf(watch: ContainerWatch): Extras {
  watch.extras ??= {
    kind: 'extras',
    key: `more|${watch.container.id}`,
    broken: undefined,
    plans: undefined,
    forecast: undefined,
    dirty: false,
  }
  return watch.extras
}

export function createContainerWatch(
  container: Container,
  station: StationWatch,
  mountings: readonly Mounting[],
): ContainerWatch {
  const made = {
    kind: 'container' as const,
    container,
    station,
    mountings,
    fillPercent: undefined,
    measuredAt: undefined,
    deviceId: undefined,
    fault: undefined,
    heardAt: undefined,
    intervalMs: undefined,
    emptiedAt: undefined,
    reports: [],
    extras: undefined,
    liveUntil: 0,
    truth: 'unknown' as const,
    episodes: [],
    touched: false,
  }
  return tie(made, 'age', container.id)
}

/** Gives a thing the timer that points back at it. */
export function tie<Thing extends object>(
  thing: Thing,
  kind: EngineTimer['kind'],
  name: string,
): Thing & { readonly timer: EngineTimer } {
  const timer = { key: `${kind}|${name}`, dueAt: Infinity, queuedAt: Infinity, kind, of: thing }
  return Object.assign(thing, { timer: timer as unknown as EngineTimer })
}

/** The device that sat on the container at an instant. */
export function deviceAt(watch: ContainerWatch, at: EpochMs): DeviceId | undefined {
  let beside: DeviceId | undefined
  for (const { deviceId, alongside, from, until } of watch.mountings) {
    if (from > at || (until !== undefined && at >= until)) continue
    if (!alongside) return deviceId
    beside ??= deviceId
  }
  return beside
}

/** Silence lasts three of the sensor's own intervals where those are long. */
export function updateLiveUntil(watch: ContainerWatch, policy: ReadingPolicy): void {
  watch.liveUntil =
    watch.fillPercent === undefined
      ? 0
      : watch.measuredAt! + Math.max(policy.sensorSilentAfterMs, 3 * (watch.intervalMs ?? 0))
}

/** Forgets what a device said, as when another takes its place. */
export function forgetDevice(watch: ContainerWatch): void {
  watch.fillPercent = undefined
  watch.measuredAt = undefined
  watch.deviceId = undefined
  watch.fault = undefined
  watch.heardAt = undefined
  watch.intervalMs = undefined
  watch.liveUntil = 0
}

/** Asked for every container that spoke, so it assigns instead of spreading. */
export function stateOf(watch: ContainerWatch): ContainerState {
  const state: { -readonly [Key in keyof ContainerState]: ContainerState[Key] } = {
    containerId: watch.container.id,
    reports: watch.reports,
  }
  if (watch.fillPercent !== undefined) state.fillPercent = watch.fillPercent
  if (watch.measuredAt !== undefined) state.measuredAt = watch.measuredAt
  if (watch.deviceId !== undefined) state.deviceId = watch.deviceId
  if (watch.fault !== undefined) state.fault = watch.fault
  if (watch.heardAt !== undefined) state.heardAt = watch.heardAt
  if (watch.intervalMs !== undefined) state.intervalMs = watch.intervalMs
  if (watch.emptiedAt !== undefined) state.emptiedAt = watch.emptiedAt
  return state
}

export function restoreState(
  watch: ContainerWatch,
  state: ContainerState,
  policy: ReadingPolicy,
): void {
  watch.fillPercent = state.fillPercent
  watch.measuredAt = state.measuredAt
  watch.deviceId = state.deviceId
  watch.fault = state.fault
  watch.heardAt = state.heardAt
  watch.intervalMs = state.intervalMs
  watch.emptiedAt = state.emptiedAt
  watch.reports = state.reports
  updateLiveUntil(watch, policy)
}
