/** One level for a container that several sensors watch, and the sign that they don't agree. */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import type { Grade } from './contract.ts'

/** The latest believed level of one of a container's sensors. */
export interface SensorLevel {
  /** Any name that tells the sensors of a container apart. */
  readonly sensor: string
  readonly at: EpochMs
  readonly cleanPercent: number
  readonly grade: Grade
  /** How long after `at` it counts: three of the sensor's usual intervals, as for silence. */
  readonly freshForMs: number
}

export interface Disagreement {
  /** The two that differ most. */
  readonly sensors: readonly [string, string]
  readonly differencePercent: number
  readonly since: EpochMs
  /** It has lasted long enough to be told. */
  readonly told: boolean
}

/** Plain data, kept as JSON: whether and since when the sensors disagree. */
export interface CombineState {
  readonly disagreeing?: Disagreement
}

export interface Combined {
  /** 0…100; absent when none is fresh. */
  readonly cleanPercent?: number
  /** The fresh ones. */
  readonly sensors: readonly string[]
  readonly disagreement?: Disagreement
  readonly state: CombineState
}

export interface CombineOptions {
  /** Two levels that differ by more than this disagree. A heap lies unevenly: not too little. */
  readonly differPercent: number
  /** They agree again when the difference is under this. */
  readonly agreePercent: number
  /** So long before it is told. */
  readonly holdMs: number
}

export const COMBINE_DEFAULTS: CombineOptions = {
  differPercent: 30,
  agreePercent: 20,
  holdMs: 6 * HOUR,
}

const WEIGHTS: Readonly<Record<Grade, number>> = { A: 4, B: 2, new: 2, C: 1 }

/**
 * The fresh levels' mean, weighted by how far each sensor can be trusted. Two that disagree about a
 * container with a better and a worse sensor: the better one alone is believed meanwhile.
 */
export function combine(
  state: CombineState,
  levels: readonly SensorLevel[],
  now: EpochMs,
  options: CombineOptions = COMBINE_DEFAULTS,
): Combined {
  const fresh = levels.filter(({ at, freshForMs }) => now - at <= freshForMs)
  const sensors = fresh.map(({ sensor }) => sensor)
  if (fresh.length === 0) return { sensors, state: {} }

  const disagreeing = judgeAgreement(state, fresh, now, options)
  const believed = disagreeing ? theMostTrusted(fresh) : fresh
  const weight = believed.reduce((sum, { grade }) => sum + WEIGHTS[grade], 0)
  const total = believed.reduce(
    (sum, { cleanPercent, grade }) => sum + WEIGHTS[grade] * cleanPercent,
    0,
  )
  const cleanPercent = believed.length === 1 ? believed[0]!.cleanPercent : toTenths(total / weight)
  return {
    cleanPercent,
    sensors,
    ...(disagreeing?.told === true && { disagreement: disagreeing }),
    state: disagreeing ? { disagreeing } : {},
  }
}

function judgeAgreement(
  { disagreeing }: CombineState,
  fresh: readonly SensorLevel[],
  now: EpochMs,
  { differPercent, agreePercent, holdMs }: CombineOptions,
): Disagreement | undefined {
  if (fresh.length < 2) return undefined
  const ordered = [...fresh].sort((a, b) => a.cleanPercent - b.cleanPercent)
  const lowest = ordered[0]!
  const highest = ordered[ordered.length - 1]!
  const differencePercent = toTenths(highest.cleanPercent - lowest.cleanPercent)
  const limit = disagreeing ? agreePercent : differPercent
  if (!(differencePercent > limit)) return undefined
  const since = disagreeing?.since ?? now
  const told = disagreeing?.told === true || now - since >= holdMs
  return { sensors: [lowest.sensor, highest.sensor], differencePercent, since, told }
}

function theMostTrusted(fresh: readonly SensorLevel[]): readonly SensorLevel[] {
  const most = Math.max(...fresh.map(({ grade }) => WEIGHTS[grade]))
  return fresh.filter(({ grade }) => WEIGHTS[grade] === most)
}

function toTenths(percent: number): number {
  return Math.min(100, Math.max(0, Math.round(percent * 10) / 10))
}
