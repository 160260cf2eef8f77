/**
 * Alarms about a device, for staff. Devices' own alarms are sent once and may be lost, so each is also
 * found from what is measured; and each ends by a softer limit than it began by, or it would flap.
 */
import type { Signal } from '#src/stations/reading.ts'
import { DAY, HOUR, MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import type { Disagreement } from './combine.ts'
import type { Findings, Observation } from './contract.ts'

/** What is wrong, with the figures for the words. */
export type Alarm =
  | {
      readonly kind: 'silent'
      readonly since: EpochMs
      readonly lastAt: EpochMs
      readonly usualIntervalMs: number
    }
  | {
      readonly kind: 'low-battery'
      readonly since: EpochMs
      readonly batteryPercent?: number
      readonly batteryVolts?: number
    }
  | {
      readonly kind: 'moved'
      readonly since: EpochMs
      readonly because: 'tilted' | 'tilt-changed' | 'picked-up'
      readonly tiltDeg?: number
      readonly usualTiltDeg?: number
    }
  | {
      readonly kind: 'fire'
      readonly since: EpochMs
      readonly because: 'device' | 'hot' | 'steep-rise'
      readonly temperatureC?: number
      readonly riseC?: number
    }
  | {
      readonly kind: 'stuck'
      readonly since: EpochMs
      readonly levelPercent: number
      readonly expectedRisePercent: number
    }
  | {
      readonly kind: 'phantom'
      readonly since: EpochMs
      readonly levelPercent: number
      readonly distanceMm?: number
      readonly hits: number
    }
  | {
      readonly kind: 'disagreement'
      readonly since: EpochMs
      readonly sensors: readonly [string, string]
      readonly differencePercent: number
    }
export type AlarmKind = Alarm['kind']

export interface AlarmChange {
  readonly change: 'began' | 'ended'
  readonly at: EpochMs
  readonly alarm: Alarm
}

/** Plain data, at most some 800 bytes as JSON: one device on one container. Values are replaced, never changed. */
export interface HealthState {
  readonly lastAt?: EpochMs
  /** The latest gaps between observations, oldest first. */
  readonly gapsMs: readonly number[]
  readonly temperature?: { readonly at: EpochMs; readonly celsius: number }
  /** The latest volts, and the most that two in a row bore out. */
  readonly volts?: { readonly last: number; readonly most: number }
  /** What it said of its battery last, where it tells a share. */
  readonly batteryPercent?: number
  /** How it usually stands: the middle of its first upright readings, then drifting slowly. */
  readonly usualTilt?: { readonly deg: number; readonly readings: number }
  /** How well it was heard the last time its network told. */
  readonly signal?: Signal
  /** A pick-up that no emptying has explained yet. */
  readonly pickedUpAt?: EpochMs
  readonly alarms: Readonly<Partial<Record<AlarmKind, Alarm>>>
}

export interface HealthOptions {
  readonly hotC: number
  /** A battery kind's own limit, in volts; without one it is a share of the most that it has had. */
  readonly lowVolts?: number
  readonly lowBatteryPercent: number
  readonly tiltChangeDeg: number
}

export const HEALTH_DEFAULTS: HealthOptions = { hotC: 70, lowBatteryPercent: 15, tiltChangeDeg: 20 }

/** What else is known when an observation is judged. */
export interface HealthContext {
  readonly findings?: Findings
  /** Told of the container that it watches. */
  readonly disagreement?: Disagreement
  /** An emptying, or somebody's word for one, that explains a pick-up. */
  readonly emptied?: boolean
}

export interface HealthJudged {
  readonly state: HealthState
  readonly changes: readonly AlarmChange[]
}

export function newHealth(): HealthState {
  return { gapsMs: [], alarms: {} }
}

const GAPS_KEPT = 15
/** Until three gaps are known, a device is taken to report daily. */
const FEWEST_GAPS = 3
const UNKNOWN_INTERVAL_MS = DAY
/** Two messages of one burst are no interval. */
const LEAST_INTERVAL_MS = 5 * MINUTE
const SILENT_INTERVALS = 3
const NO_CHANGES: readonly AlarmChange[] = []

/** The middle of the latest gaps: one long night or one burst doesn't move it. */
export function usualIntervalMs({ gapsMs }: HealthState): number {
  if (gapsMs.length < FEWEST_GAPS) return UNKNOWN_INTERVAL_MS
  const ordered = [...gapsMs].sort((a, b) => a - b)
  return Math.max(LEAST_INTERVAL_MS, ordered[ordered.length >> 1]!)
}

/** When it will be silent if nothing comes: for a timer. Undefined before the first observation. */
export function silentAt(state: HealthState): EpochMs | undefined {
  if (state.lastAt === undefined) return undefined
  return (state.lastAt + SILENT_INTERVALS * usualIntervalMs(state)) as EpochMs
}

/** Judges what time alone changes: silence. */
export function judgeSilence(state: HealthState, now: EpochMs): HealthJudged {
  const { lastAt } = state
  // Nearly always, and then the gaps need not be put in order.
  if (lastAt !== undefined && now - lastAt < SILENT_INTERVALS * LEAST_INTERVAL_MS) {
    return { state, changes: NO_CHANGES }
  }
  const due = silentAt(state)
  if (due === undefined || lastAt === undefined || now < due || state.alarms.silent) {
    return { state, changes: [] }
  }
  const silent: Alarm = {
    kind: 'silent',
    since: due,
    lastAt,
    usualIntervalMs: usualIntervalMs(state),
  }
  return settle(state, now, { silent })
}

/** Judges one observation, faults and all. An older one than the last is passed by. */
export function judgeHealth(
  state: HealthState,
  observation: Observation,
  context: HealthContext = {},
  options: HealthOptions = HEALTH_DEFAULTS,
): HealthJudged {
  const { at } = observation
  if (state.lastAt !== undefined && at < state.lastAt) return { state, changes: [] }
  // Nobody may have asked while it was silent.
  const quiet = judgeSilence(state, at)
  const before = quiet.state
  const wanted: Wanted = {
    silent: undefined,
    ...judgeBattery(before, observation, options),
    ...judgeStand(before, observation, context, options),
    ...judgeFire(before, observation, options),
    ...judgeFindings(before, context),
  }
  const judged = settle(remember(before, observation, context), at, wanted)
  return { state: judged.state, changes: [...quiet.changes, ...judged.changes] }
}

/** An alarm that holds, `undefined` for one that doesn't; a kind that is left out stays as it was. */
type Wanted = Readonly<Partial<Record<AlarmKind, Alarm | undefined>>>

function settle(state: HealthState, at: EpochMs, wanted: Wanted): HealthJudged {
  const alarms: Partial<Record<AlarmKind, Alarm>> = { ...state.alarms }
  const changes: AlarmChange[] = []
  for (const kind of Object.keys(wanted) as AlarmKind[]) {
    const was = alarms[kind]
    const now = wanted[kind]
    if (now && !was) changes.push({ change: 'began', at, alarm: now })
    if (was && !now) changes.push({ change: 'ended', at, alarm: was })
    // It goes on since it began, with the latest figures.
    if (now) alarms[kind] = was ? { ...now, since: was.since } : now
    else delete alarms[kind]
  }
  return { state: { ...state, alarms }, changes }
}

function remember(
  state: HealthState,
  {
    at,
    temperatureC,
    tiltDeg,
    tilted,
    pickedUp,
    signal,
    batteryPercent,
    batteryVolts,
  }: Observation,
  { emptied }: HealthContext,
): HealthState {
  const gap = state.lastAt === undefined ? 0 : at - state.lastAt
  const gapsMs = gap > 0 ? [...state.gapsMs, gap].slice(-GAPS_KEPT) : state.gapsMs
  const { pickedUpAt, ...rest } = state
  const open = pickedUp === true ? at : pickedUpAt
  const upright = tiltDeg !== undefined && Number.isFinite(tiltDeg) && tilted !== true
  return {
    ...rest,
    lastAt: at,
    gapsMs,
    ...(isTemperature(temperatureC) && { temperature: { at, celsius: temperatureC } }),
    ...(upright && !state.alarms.moved && { usualTilt: drift(state.usualTilt, tiltDeg) }),
    ...(batteryPercent !== undefined && { batteryPercent }),
    ...(batteryVolts !== undefined && { volts: voltsSince(state.volts, batteryVolts) }),
    ...(signal && { signal }),
    ...(open !== undefined && emptied !== true && { pickedUpAt: open }),
  }
}

function voltsSince(
  before: HealthState['volts'],
  volts: number,
): NonNullable<HealthState['volts']> {
  const borneOut = Math.min(volts, before?.last ?? volts)
  return { last: volts, most: Math.max(before?.most ?? 0, borneOut) }
}

const TILT_MEMORY = 50

function drift(usual: HealthState['usualTilt'], deg: number): { deg: number; readings: number } {
  if (!usual) return { deg, readings: 1 }
  const readings = Math.min(TILT_MEMORY, usual.readings + 1)
  return { deg: usual.deg + (deg - usual.deg) / readings, readings }
}

const BATTERY_RECOVERED_PERCENT = 5
const BATTERY_RECOVERED_VOLTS = 0.1
/**
 * Whatever it is made of, a battery that gives four fifths of what it gave is near its end: 3.6 V of
 * lithium at 2.9, two alkaline cells of 3 V at 2.4. Frost alone takes a tenth.
 */
const LOW_SHARE = 0.8
const RECOVERED_SHARE = 0.85

/** Two in a row must say so: one reading may fall into the moment of sending. */
function saysLow(
  before: HealthState['volts'],
  volts: number,
  lowVolts: number | undefined,
  wasLow: boolean,
): boolean {
  if (lowVolts !== undefined) return volts < lowVolts + (wasLow ? BATTERY_RECOVERED_VOLTS : 0)
  if (!before) return false
  const limit = before.most * (wasLow ? RECOVERED_SHARE : LOW_SHARE)
  return Math.max(volts, wasLow ? volts : before.last) < limit
}

function judgeBattery(
  { alarms, volts }: HealthState,
  { at, batteryPercent, batteryVolts, batteryLow }: Observation,
  { lowBatteryPercent, lowVolts }: HealthOptions,
): Wanted {
  const low = alarms['low-battery'] !== undefined
  const says: boolean[] = []
  if (batteryLow !== undefined) says.push(batteryLow)
  if (batteryPercent !== undefined) {
    says.push(batteryPercent < lowBatteryPercent + (low ? BATTERY_RECOVERED_PERCENT : 0))
  }
  if (batteryVolts !== undefined) says.push(saysLow(volts, batteryVolts, lowVolts, low))
  if (says.length === 0) return {}
  if (!says.includes(true)) return { 'low-battery': undefined }
  return {
    'low-battery': {
      kind: 'low-battery',
      since: at,
      ...(batteryPercent !== undefined && { batteryPercent }),
      ...(batteryVolts !== undefined && { batteryVolts }),
    },
  }
}

/** A pick-up is explained by an emptying that is told within so long. */
const PICK_UP_EXPLAINED_MS = 12 * HOUR
/** A tilt is compared with what is usual once that is known from so many readings. */
const TILT_KNOWN = 5

function judgeStand(
  { alarms, usualTilt, pickedUpAt }: HealthState,
  { at, tiltDeg, tilted }: Observation,
  { emptied }: HealthContext,
  { tiltChangeDeg }: HealthOptions,
): Wanted {
  const figures = {
    ...(tiltDeg !== undefined && { tiltDeg }),
    ...(usualTilt && { usualTiltDeg: Math.round(usualTilt.deg) }),
  }
  if (tilted === true) return { moved: { kind: 'moved', since: at, because: 'tilted', ...figures } }
  const was = alarms.moved
  if (tiltDeg !== undefined && usualTilt && usualTilt.readings >= TILT_KNOWN) {
    const limit = was ? tiltChangeDeg / 2 : tiltChangeDeg
    if (Math.abs(tiltDeg - usualTilt.deg) > limit) {
      return { moved: { kind: 'moved', since: at, because: 'tilt-changed', ...figures } }
    }
  }
  if (pickedUpAt !== undefined && emptied !== true && at - pickedUpAt > PICK_UP_EXPLAINED_MS) {
    return { moved: { kind: 'moved', since: pickedUpAt, because: 'picked-up', ...figures } }
  }
  if (!was) return {}
  // What the device can't tell us now is no news; a pick-up ends by the emptying that explains it.
  if (was.kind === 'moved' && was.because === 'picked-up') {
    return emptied === true ? { moved: undefined } : {}
  }
  return tilted === false || tiltDeg !== undefined ? { moved: undefined } : {}
}

/** Sensors without a probe send these or the like; no container is so cold or so hot and still sends. */
const COLDEST_C = -50
const HOTTEST_C = 200
const COOLED_C = 10
/**
 * So many degrees between two readings so far apart are steep. Morning sun on the lid does 10 in an hour
 * every week; in 39 sensor-years at an hour's interval 25 within the hour came never, 30 within two once.
 */
const STEEP = [
  { withinMs: 30 * MINUTE, riseC: 10 },
  { withinMs: 75 * MINUTE, riseC: 25 },
  { withinMs: 135 * MINUTE, riseC: 30 },
] as const

function isTemperature(celsius: number | undefined): celsius is number {
  return celsius !== undefined && celsius > COLDEST_C && celsius < HOTTEST_C
}

function judgeFire(
  { alarms, temperature }: HealthState,
  { at, temperatureC, fire }: Observation,
  { hotC }: HealthOptions,
): Wanted {
  const was = alarms.fire
  const known = isTemperature(temperatureC)
  const figures = known ? { temperatureC } : {}
  if (fire === true) return { fire: { kind: 'fire', since: at, because: 'device', ...figures } }
  if (!known) return fire === false && was ? { fire: undefined } : {}
  if (temperatureC > hotC) {
    return { fire: { kind: 'fire', since: at, because: 'hot', ...figures } }
  }
  const riseC = temperature ? temperatureC - temperature.celsius : 0
  const gapMs = at - (temperature?.at ?? at)
  if (STEEP.some((limit) => gapMs <= limit.withinMs && riseC > limit.riseC)) {
    return { fire: { kind: 'fire', since: at, because: 'steep-rise', ...figures, riseC } }
  }
  if (!was) return {}
  return temperatureC < hotC - COOLED_C && riseC <= 0 ? { fire: undefined } : {}
}

/** A phantom that fewer readings than this lie on is none to call somebody out for. */
const PHANTOM_SHARE = 0.02

function judgeFindings({ alarms }: HealthState, { findings, disagreement }: HealthContext): Wanted {
  const wanted: Partial<Record<AlarmKind, Alarm | undefined>> = {}
  if (findings) {
    const stuck = findings.findings.find((finding) => finding.kind === 'stuck')
    wanted.stuck = stuck
    const phantom = findings.findings
      .filter((finding) => finding.kind === 'phantom')
      .reduce<PhantomFinding | undefined>(
        (most, one) => (most && most.hits >= one.hits ? most : one),
        undefined,
      )
    const limit = alarms.phantom ? PHANTOM_SHARE / 2 : PHANTOM_SHARE
    wanted.phantom = phantom && findings.phantomShare > limit ? phantomAlarm(phantom) : undefined
  }
  wanted.disagreement = disagreement
    ? {
        kind: 'disagreement',
        since: disagreement.since,
        sensors: disagreement.sensors,
        differencePercent: disagreement.differencePercent,
      }
    : undefined
  return wanted
}

type PhantomFinding = Extract<Findings['findings'][number], { kind: 'phantom' }>

function phantomAlarm({ since, levelPercent, distanceMm, hits }: PhantomFinding): Alarm {
  const place = distanceMm === undefined ? { levelPercent } : { levelPercent, distanceMm }
  return { kind: 'phantom', since, ...place, hits }
}
