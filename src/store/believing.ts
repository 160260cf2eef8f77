/**
 * What is believed of every sensor, beside the journal: judged as readings are kept, saved now and then,
 * and after a restart made again from what was saved and the readings that came since.
 */
import { believe, startBelieving } from '#src/quality/believe.ts'
import type { BeliefState } from '#src/quality/believe.ts'
import { combine } from '#src/quality/combine.ts'
import type { Combined, CombineState, Disagreement, SensorLevel } from '#src/quality/combine.ts'
import type {
  Correction,
  Emptying,
  EmptyingHint,
  Findings,
  Observation,
} from '#src/quality/contract.ts'
import { findings, gradeOf } from '#src/quality/findings.ts'
import { judgeHealth, judgeSilence, newHealth, silentAt } from '#src/quality/health.ts'
import type { Alarm, AlarmChange, HealthState } from '#src/quality/health.ts'
import { pack, unpack } from '#src/quality/pack.ts'
import { EARLY_MS, type Plans } from '#src/rules/plan.ts'
import { PLAN_SOURCES, type EmptyingSource } from '#src/rules/record.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Reading, Signal } from '#src/stations/reading.ts'
import { DAY, type EpochMs, HOUR, instant, MINUTE } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { KeptBelief } from './contract.ts'

export interface Sensor {
  readonly containerId: ContainerId
  readonly deviceId: DeviceId
}

/** What a reading is taken for by those who decide. */
export interface Judged {
  /** 0…100. Absent for a fault and for a message without a level. */
  readonly fillPercent?: number
  /** Where it isn't the reading's own level, why. */
  readonly correction?: Correction
  /** Several sensors watch the container, and this is what they say together. */
  readonly together?: readonly string[]
  /** The container was emptied, as this reading bears out. */
  readonly emptied?: Emptying
  /** Alarms about the device that began or ended with it. */
  readonly alarms: readonly AlarmChange[]
}

/** A sensor as staff see it. */
export interface SensorHealth extends Sensor {
  readonly findings: Findings
  /** What is wrong with it at the moment. */
  readonly alarms: readonly Alarm[]
  readonly lastAt?: EpochMs
  /** How well it was heard last, where its network tells. */
  readonly signal?: Signal
  /** What it said of its battery last. */
  readonly battery?: { readonly percent?: number; readonly volts?: number }
}

/** What is known beside a reading when it is judged. */
export interface Beside {
  /** How well its network heard the device. */
  readonly signal?: Signal | undefined
  /** When the container is to be emptied. */
  readonly plans?: Plans
}

export interface Believing {
  /**
   * Judges a reading that was kept. Readings come in the order of the journal; one measured before the
   * sensor's newest is history and believed as it is.
   */
  judge(
    reading: Reading,
    container: ContainerId,
    seq: number,
    town: TownIndex,
    beside?: Beside,
  ): Judged
  /** Somebody told of an emptying. */
  hear(container: ContainerId, emptiedAt: EpochMs, by: EmptyingSource): void
  /** What must be saved with a commit at `at`, so that a restart finds its way back. */
  toSave(at: EpochMs): readonly KeptBelief[]
  /** The sensors that sit somewhere and have been judged, as they are at an instant. */
  health(at: EpochMs, town: TownIndex): readonly SensorHealth[]
}

/**
 * A state is saved with the first commit after this long, or with its own where the reading was measured
 * as long ago. So what isn't saved was measured less than twice as long before the journal's newest
 * commit, and only that must be judged again after a restart.
 */
const SAVED_WITHIN_MS = 8 * MINUTE
export const REJUDGED_MS = 2 * SAVED_WITHIN_MS

/** What others told of an emptying helps to see it in the levels for so long. */
export const HINT_LIFE_MS = 2 * DAY
const HINT_TOLERANCE_MS = 6 * HOUR
const MOST_HINTS = 4

interface Watched extends Sensor {
  readonly state: BeliefState
  health: HealthState
  /** Whether the container's sensors agree; the same with each of them. */
  together: CombineState
  /** The newest reading judged, by its place in the journal and its time. */
  seq: number
  at: EpochMs
  /** Since when it has not been saved; undefined while it is. */
  unsavedSince: EpochMs | undefined
}

const NEVER = -Infinity as EpochMs
const NOTHING: readonly KeptBelief[] = []
const NO_ALARMS: readonly AlarmChange[] = []
const NO_HINTS: readonly EmptyingHint[] = []
const NOTHING_BESIDE: Beside = {}

export function startBelievers(kept: readonly KeptBelief[] = []): Believing {
  const sensors = new Map<string, Watched>()
  const hints = new Map<ContainerId, readonly EmptyingHint[]>()
  /** Those waiting longest come first. */
  const unsaved = new Set<Watched>()
  const saveNow = new Set<Watched>()

  for (const { containerId, deviceId, seq, state } of kept) {
    const restored = decode(state)
    // From an earlier version: judged anew, as a sensor that was just mounted.
    if (!restored) continue
    const at = restored.health.lastAt ?? NEVER
    const sensor = { containerId, deviceId, ...restored, seq, at, unsavedSince: undefined }
    sensors.set(keyOf(containerId, deviceId), sensor)
  }

  const sensorFor = (containerId: ContainerId, deviceId: DeviceId): Watched => {
    const key = keyOf(containerId, deviceId)
    let watched = sensors.get(key)
    if (!watched) {
      watched = {
        containerId,
        deviceId,
        state: startBelieving(),
        health: newHealth(),
        together: {},
        seq: 0,
        at: NEVER,
        unsavedSince: undefined,
      }
      sensors.set(key, watched)
    }
    return watched
  }

  const markUnsaved = (watched: Watched, { receivedAt, measuredAt }: Reading): void => {
    if (watched.unsavedSince === undefined) {
      watched.unsavedSince = receivedAt
      unsaved.add(watched)
    }
    if (receivedAt - measuredAt >= SAVED_WITHIN_MS) saveNow.add(watched)
  }

  /** What a container's sensors say together, this one having just spoken. */
  const sayTogether = (watched: Watched, others: readonly DeviceId[], at: EpochMs): Combined => {
    const levels: SensorLevel[] = []
    let before: CombineState = {}
    const heard = [watched.deviceId, ...others].flatMap(
      (deviceId) => sensors.get(keyOf(watched.containerId, deviceId)) ?? [],
    )
    for (const { deviceId, state, health, together, at: lastAt } of heard) {
      if (state.readings === 0) continue
      if (together.disagreeing) before = together
      levels.push({
        sensor: deviceId,
        at: lastAt,
        cleanPercent: state.cleanPercent,
        grade: gradeOf(state),
        freshForMs: (silentAt(health) ?? Infinity) - lastAt,
      })
    }
    const combined = combine(before, levels, at)
    for (const sensor of heard) sensor.together = combined.state
    return combined
  }

  return {
    judge(reading, containerId, seq, town, beside = NOTHING_BESIDE) {
      const { deviceId, measuredAt } = reading
      const watched = sensorFor(containerId, deviceId)
      // Judged before a restart already, or older than what has been judged.
      if (seq <= watched.seq || measuredAt < watched.at) return asItIs(reading)
      watched.seq = seq
      watched.at = measuredAt
      markUnsaved(watched, reading)

      const geometry = town.containers.get(containerId)?.geometry
      const heard = hints.get(containerId)
      const due = planned(beside.plans, measuredAt)
      const told = due.length === 0 ? heard : [...(heard ?? NO_HINTS), ...due]
      const observation = observationOf(reading, beside.signal)
      const { cleanPercent, correction, emptied } = believe(watched.state, observation, {
        ...(geometry && { geometry }),
        ...(told && { hints: told }),
      })
      let fillPercent = cleanPercent
      let together: readonly string[] | undefined
      let disagreement: Disagreement | undefined
      const others = othersOf(town, containerId, deviceId, measuredAt)
      if (others.length > 0 && cleanPercent !== undefined) {
        const combined = sayTogether(watched, others, measuredAt)
        fillPercent = combined.cleanPercent ?? cleanPercent
        disagreement = combined.disagreement
        together = combined.sensors
      }
      const { state, changes } = judgeHealth(watched.health, observation, {
        findings: findings(watched.state, measuredAt, geometry),
        ...(disagreement && { disagreement }),
        ...(emptied && { emptied: true }),
      })
      watched.health = state
      return {
        ...(fillPercent !== undefined && { fillPercent }),
        ...(correction && { correction }),
        ...(together && { together }),
        ...(emptied && { emptied }),
        alarms: changes,
      }
    },
    hear(containerId, at, by) {
      if (by === 'sensor') return
      const fresh = (hints.get(containerId) ?? []).filter((h) => h.at > at - HINT_LIFE_MS)
      const hint: EmptyingHint = { source: by, at, toleranceMs: HINT_TOLERANCE_MS }
      hints.set(containerId, [...fresh, hint].slice(-MOST_HINTS))
    },
    toSave(at) {
      for (const watched of unsaved) {
        if (at - watched.unsavedSince! < SAVED_WITHIN_MS) break
        saveNow.add(watched)
      }
      if (saveNow.size === 0) return NOTHING
      const due: KeptBelief[] = []
      for (const watched of saveNow) {
        const { containerId, deviceId, seq } = watched
        due.push({ containerId, deviceId, seq, state: encode(watched) })
        watched.unsavedSince = undefined
        unsaved.delete(watched)
      }
      saveNow.clear()
      return due
    },
    health(at, town) {
      return [...sensors.values()]
        .filter(({ containerId, deviceId }) => sitsOn(town, containerId, deviceId, at))
        .map(({ containerId, deviceId, state, health }) => ({
          containerId,
          deviceId,
          findings: findings(state, at, town.containers.get(containerId)?.geometry),
          alarms: Object.values(judgeSilence(health, at).state.alarms),
          ...(health.lastAt !== undefined && { lastAt: health.lastAt }),
          ...(health.signal && { signal: health.signal }),
          ...batteryOf(health),
        }))
    },
  }
}

/** The windows near an instant; a truck may come early. */
function planned(plans: Plans | undefined, at: EpochMs): readonly EmptyingHint[] {
  if (!plans) return NO_HINTS
  let near: readonly EmptyingHint[] = NO_HINTS
  for (const source of PLAN_SOURCES) {
    for (const { from, until } of plans[source] ?? []) {
      const first = from - EARLY_MS
      if (at < first || at >= until) continue
      const middle = instant((first + until) / 2)
      near = [...near, { source: 'plan', at: middle, toleranceMs: (until - first) / 2 }]
    }
  }
  return near
}

function keyOf(container: ContainerId, device: DeviceId): string {
  return `${container} ${device}`
}

function asItIs({ fillPercent }: Reading): Judged {
  return fillPercent === undefined ? { alarms: NO_ALARMS } : { fillPercent, alarms: NO_ALARMS }
}

/** The other devices that watch the container with this one. */
function othersOf(
  town: TownIndex,
  container: ContainerId,
  device: DeviceId,
  at: EpochMs,
): readonly DeviceId[] {
  const beside = town.devicesBeside(container, at)
  if (beside.length === 0) return beside
  const chief = town.deviceOn(container, at)
  const all = new Set(chief === undefined ? beside : [chief, ...beside])
  return [...all].filter((id) => id !== device)
}

function sitsOn(town: TownIndex, container: ContainerId, device: DeviceId, at: EpochMs): boolean {
  return (
    town.deviceOn(container, at) === device || town.devicesBeside(container, at).includes(device)
  )
}

function batteryOf({ batteryPercent: percent, volts }: HealthState): Pick<SensorHealth, 'battery'> {
  if (percent === undefined && !volts) return {}
  return {
    battery: { ...(percent !== undefined && { percent }), ...(volts && { volts: volts.last }) },
  }
}

function observationOf(reading: Reading, signal?: Signal): Observation {
  const { measuredAt, fillPercent, fault, distanceMm, temperatureC, tiltDeg, flags } = reading
  return {
    at: measuredAt,
    ...(fillPercent !== undefined && { fillPercent }),
    ...(fault !== undefined && { fault }),
    ...(fault === 'tilted' && { tilted: true }),
    ...(distanceMm !== undefined && { distanceMm }),
    ...(temperatureC !== undefined && { temperatureC }),
    ...(tiltDeg !== undefined && { tiltDeg }),
    ...(reading.batteryPercent !== undefined && { batteryPercent: reading.batteryPercent }),
    ...(reading.batteryVolts !== undefined && { batteryVolts: reading.batteryVolts }),
    ...(flags.includes('near-full') && { nearFull: true }),
    ...(flags.includes('battery-low') && { batteryLow: true }),
    ...(flags.includes('fire') && { fire: true }),
    ...(flags.includes('picked-up') && { pickedUp: true }),
    ...(signal && { signal }),
  }
}

type Kept = Pick<Watched, 'state' | 'health' | 'together'>

/** The belief's length (4 bytes), the belief, and the rest as JSON. */
function encode({ state, health, together }: Kept): Uint8Array {
  const belief = pack(state)
  const rest = new TextEncoder().encode(JSON.stringify({ health, together }))
  const bytes = new Uint8Array(4 + belief.length + rest.length)
  new DataView(bytes.buffer).setUint32(0, belief.length)
  bytes.set(belief, 4)
  bytes.set(rest, 4 + belief.length)
  return bytes
}

function decode(bytes: Uint8Array): Kept | undefined {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const state = unpack(bytes.subarray(4, 4 + length))
  if (!state) return undefined
  const rest = JSON.parse(new TextDecoder().decode(bytes.subarray(4 + length))) as {
    readonly health: HealthState
    readonly together: CombineState
  }
  return { state, ...rest }
}
