/** What the engine keeps in mind of each container and station between records. */
import type { DeviceId, PostKey } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { Container, Mounting, Station } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DayTally } from './budget.ts'
import type { ContainerState, Truth } from './decision.ts'
import type { Episode } from './episode.ts'
import type { Report } from './evidence.ts'
import type { Group } from './group.ts'
import type { ReadingPolicy } from './rule-book.ts'
import type { Timer } from './timer-queue.ts'

interface TimerOf<Kind extends string, Of> extends Timer {
  readonly kind: Kind
  readonly of: Of
}

/**
 * Whatever comes due. Keys begin with the kind, and timers due at the same instant fire in the order
 * of their keys: facts grow old, then episodes move, then the safety grid looks, then groups are posted.
 */
export type EngineTimer =
  | TimerOf<'age', ContainerWatch>
  | TimerOf<'episode', Episode>
  | TimerOf<'grid', StationWatch>
  | TimerOf<'group', Group>

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

export interface StationWatch {
  readonly kind: 'station'
  readonly key: string
  station: Station
  containers: ContainerWatch[]
  /** How many containers are full, and of how many nothing is known, as last judged. */
  full: number
  unknown: number
  readonly episodes: (Episode | undefined)[]
  readonly groups: { public: Group | undefined; staff: Group | undefined }
  /** The station's newest public post. */
  thread: { readonly key: PostKey; readonly at: EpochMs } | undefined
  tally: DayTally | undefined
  dirty: boolean
  readonly timer: EngineTimer
}

export function createStationWatch(station: Station): StationWatch {
  const made = {
    kind: 'station' as const,
    key: `station|${station.id}`,
    station,
    containers: [],
    full: 0,
    unknown: 0,
    episodes: [],
    groups: { public: undefined, staff: undefined },
    thread: undefined,
    tally: undefined,
    dirty: false,
  }
  return tie(made, 'grid', station.id)
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
