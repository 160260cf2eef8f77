/** What is asked of a sensor's readings and what is answered: which are believed, and why not the rest. */
import type { Fault, Signal } from '#src/stations/reading.ts'
import type { Geometry } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** What one sensor on one container said at one moment. Handed over in the order of `at`. */
export interface Observation {
  readonly at: EpochMs
  /** Ours, from distance and geometry, 0…100. Absent for a fault and for a message without a level. */
  readonly fillPercent?: number
  readonly fault?: Fault
  /** Closer than the dead zone or the full line: full, but the number itself means nothing. */
  readonly nearFull?: boolean
  readonly distanceMm?: number
  readonly temperatureC?: number
  readonly tiltDeg?: number
  /** The device's own verdict that it doesn't stand upright. */
  readonly tilted?: boolean
  readonly batteryPercent?: number
  readonly batteryVolts?: number
  readonly batteryLow?: boolean
  readonly fire?: boolean
  /** It felt that it was lifted, turned over or emptied. */
  readonly pickedUp?: boolean
  /** How well its network heard it. */
  readonly signal?: Signal
}

/** Somebody else's word that the container was emptied, or will have been by the plan. */
export interface EmptyingHint {
  readonly source: 'contractor' | 'plan' | 'staff'
  readonly at: EpochMs
  /** How far from `at` the emptying may lie. */
  readonly toleranceMs: number
}

export interface BelieveOptions {
  /** Lets a phantom be told in millimetres from the sensor. */
  readonly geometry?: Geometry
  /** Emptyings that others told of, near this observation in time; others are passed over. */
  readonly hints?: readonly EmptyingHint[]
}

/** Why the believed level isn't the one that was measured. */
export type Correction =
  | {
      /** The reading lies on a false echo that the sensor is known for. */
      readonly reason: 'phantom'
      readonly rawPercent: number
      readonly phantomPercent: number
      readonly phantomDistanceMm?: number
      /** How often the level has gone up there and come back, and its share of all such excursions. */
      readonly hits: number
      readonly share: number
    }
  | {
      /** Far off what came before, in the way that single bad echoes are. */
      readonly reason: 'outlier'
      readonly rawPercent: number
      /** How many readings in a row have been set aside, this one with them. */
      readonly inARow: number
    }
  | {
      /** A fall that may be an emptying, not yet borne out by another reading. */
      readonly reason: 'held'
      readonly rawPercent: number
    }
  | {
      /** From within the dead zone straight to far away: a double echo looks just like that. */
      readonly reason: 'full-suspect'
      readonly rawPercent: number
    }

export type EmptyingEvidence = 'level' | 'pick-up' | 'tilt' | EmptyingHint['source']

/** An emptying, told when it is borne out: a reading or more after it happened. */
export interface Emptying {
  /**
   * The likeliest moment: the first reading that the emptying explains. Where an echo hid the level
   * that is the echo's first, for most are seen only once the waste that covered them is gone.
   */
  readonly at: EpochMs
  /** The last believed reading before it. */
  readonly after: EpochMs
  /** The first believed reading after it. */
  readonly before: EpochMs
  readonly fromPercent: number
  readonly toPercent: number
  /** 0…1, in the sense of a share of such emptyings that are real. */
  readonly confidence: number
  readonly evidence: readonly EmptyingEvidence[]
}

/** What one reading was taken for. */
export interface Belief {
  /** 0…100. Absent for a fault and for a message without a level: a fault never gives a level. */
  readonly cleanPercent?: number
  /** Absent when the reading is believed as it is; `cleanPercent` is then exactly the raw level. */
  readonly correction?: Correction
  readonly emptied?: Emptying
}

/**
 * How far a sensor can be trusted, after forecast practice: A clean (under 2 % of readings on
 * phantoms and under 2 % outliers), B under 15 % together, C worse. `new` until there are readings
 * enough to tell.
 */
export type Grade = 'new' | 'A' | 'B' | 'C'

/** What staff should know of a sensor, and what they can do about it. */
export type Finding =
  | {
      /** "False echo at 42 cm: turn or move the sensor." */
      readonly kind: 'phantom'
      readonly levelPercent: number
      readonly distanceMm?: number
      readonly hits: number
      /** Of all excursions. */
      readonly share: number
      /** Of the latest readings, how many lie on it. */
      readonly readingShare: number
      readonly since: EpochMs
    }
  | {
      /** The very same level for 72 h or longer while the container should have filled by more than 4 points. */
      readonly kind: 'stuck'
      readonly levelPercent: number
      readonly since: EpochMs
      readonly expectedRisePercent: number
    }
  | {
      readonly kind: 'noisy'
      /** Of the latest readings, how many were set aside without a phantom to blame. */
      readonly outlierShare: number
      readonly since: EpochMs
    }

export interface Findings {
  readonly grade: Grade
  /** Readings with a level so far. */
  readonly readings: number
  readonly phantomShare: number
  readonly outlierShare: number
  readonly findings: readonly Finding[]
}
