/** The journal's records: all that the rules engine ever learns. Same records, same decisions. */
import type { AreaId, ContainerId, DeviceId, StationId } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DecidedPost } from './post.ts'

export { ACCOUNT } from './subject.ts'
export type { Subject } from './subject.ts'

/** Where in the journal, and when Kvitter received it (UTC, never going backwards). */
interface Entry {
  readonly seq: number
  readonly at: EpochMs
}

/** A device spoke of a container: a level, a fault, or just a sign of life. */
export interface ReadingRecord extends Entry {
  readonly type: 'reading'
  readonly containerId: ContainerId
  readonly deviceId: DeviceId
  /** Never after `at`: a clock ahead has been held to the time of receipt. */
  readonly measuredAt: EpochMs
  readonly fillPercent?: number
  readonly fault?: Fault
}

/**
 * What may be said of a container or of the ground about it. `litter`, `cleaned` and `ice` are of the
 * station, whichever container's code was scanned.
 */
export const REPORT_KINDS = [
  'full',
  'has-room',
  'litter',
  'cleaned',
  'broken',
  'repaired',
  'ice',
] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

/** What residents may say; that something has been put right is for those who did it. */
export const RESIDENT_KINDS = [
  'full',
  'has-room',
  'litter',
  'broken',
  'ice',
] as const satisfies readonly ReportKind[]

/** A resident, or somebody of the staff or a crew, said something of a container or its station. */
export interface ReportRecord extends Entry {
  readonly type: 'report'
  readonly containerId: ContainerId
  readonly kind: ReportKind
  readonly by: 'resident' | 'staff'
  /** Tells reporters apart for a few hours; salted, never shown. Staff are one. */
  readonly reporter: string
  /** Who of the staff, as they sign themselves. Never shown in public. */
  readonly actor?: string
}

/** A resident took back what they had said a moment ago. */
export interface ReportWithdrawnRecord extends Entry {
  readonly type: 'report-withdrawn'
  readonly containerId: ContainerId
  /** The `seq` of the report's record. */
  readonly of: number
  /** Whose word it was and of what, by which the engine knows it. */
  readonly kind: ReportKind
  readonly reporter: string
}

/** Who says that a container was emptied; `sensor`: its level fell. */
export const EMPTYING_SOURCES = ['sensor', 'contractor', 'staff'] as const
export type EmptyingSource = (typeof EMPTYING_SOURCES)[number]

/** A container was emptied. */
export interface EmptiedRecord extends Entry {
  readonly type: 'emptied'
  readonly containerId: ContainerId
  /** By then at the latest. A sensor tells only that it was between two readings. */
  readonly emptiedAt: EpochMs
  /** It was after this; absent where the time is exact. */
  readonly notBefore?: EpochMs
  readonly by: EmptyingSource
  /** 0…1; absent from whoever was there. */
  readonly confidence?: number
  /** Who told it, as staff sign themselves. Never shown in public. */
  readonly actor?: string
}

/** Staff say that an emptying never was, or was at another time. */
export interface EmptyingCorrectedRecord extends Entry {
  readonly type: 'emptying-corrected'
  readonly containerId: ContainerId
  /** The `seq` of the emptying's record. */
  readonly of: number
  /** The time that was noted, by which the engine knows it. */
  readonly was: EpochMs
  /** When it really was; absent when it never was. */
  readonly emptiedAt?: EpochMs
  readonly actor: string
}

/** A time in which a container is to be emptied, `from` ≤ t < `until`. */
export interface PlannedEmptying {
  readonly from: EpochMs
  readonly until: EpochMs
}

/** Where a plan comes from: the town's file, staff, or the national hub. */
export const PLAN_SOURCES = ['town', 'staff', 'hub'] as const
export type PlanSource = (typeof PLAN_SOURCES)[number]

/** When a container is to be emptied, as one source now says: it takes the place of what that source said of it before. */
export interface PlanRecord extends Entry {
  readonly type: 'plan'
  readonly containerId: ContainerId
  readonly source: PlanSource
  /** In order of time, without overlap; none: the source no longer has any. */
  readonly emptyings: readonly PlannedEmptying[]
  readonly actor?: string
}

/** What a forecaster says of a container. It is journaled, so that a replay needs no forecaster. */
export interface ForecastRecord extends Entry {
  readonly type: 'forecast'
  readonly containerId: ContainerId
  /** 0…1: that it is full within 24 hours of `at`. */
  readonly fullWithin24h: number
  /** When it is likely full, and between when and when; absent where it isn't in sight. */
  readonly fullAt?: EpochMs
  readonly fullFrom?: EpochMs
  readonly fullUntil?: EpochMs
  /** Name and version of the model. */
  readonly model: string
}

/** A truck is on its way to a station, or has been there and is gone. */
export interface TruckRecord extends Entry {
  readonly type: 'truck'
  readonly stationId: StationId
  readonly state: 'en-route' | 'gone'
  /** When it is expected; absent with `gone`. */
  readonly etaAt?: EpochMs
  readonly actor?: string
}

/** The return bike's round in a part of the town began, changed, or ended. */
export interface BikeRecord extends Entry {
  readonly type: 'bike'
  readonly areaId: AreaId
  readonly state: 'started' | 'ended'
  readonly firstStopAt?: EpochMs
  /** How many more bookings it could take. */
  readonly freeSlots?: number
}

/** The radio gateway that stations hang on went down or came up. */
export interface GatewayRecord extends Entry {
  readonly type: 'gateway'
  readonly stationIds: readonly StationId[]
  readonly state: 'down' | 'up'
}

/** Staff want no words: of the whole town, a station, a container or a rule, or of a rule there. */
export interface SilencedRecord extends Entry {
  readonly type: 'silenced'
  /** Unique; saying it again changes the silence. */
  readonly id: string
  readonly stationId?: StationId
  readonly containerId?: ContainerId
  readonly ruleId?: string
  readonly until: EpochMs
  readonly why?: string
  readonly actor: string
}

export interface SilenceEndedRecord extends Entry {
  readonly type: 'silence-ended'
  readonly id: string
  readonly actor: string
}

/**
 * Staff say that a post was wrong. One that has not gone out yet is stopped unseen; of another, the
 * station says so in its thread. Once for each post.
 */
export interface PostCorrectedRecord extends Entry {
  readonly type: 'post-corrected'
  /** The post, as it was decided. */
  readonly post: DecidedPost
  readonly actor: string
  /** For staff; never shown in public. */
  readonly why?: string
  /** A way out has begun to say it: too late to stop it, whatever the clock says. */
  readonly isUnderWay?: true
}

/** The town changed: containers and mountings are to be read anew from the town given to the engine. */
export interface TownRecord extends Entry {
  readonly type: 'town'
}

/** The process is back after not running. What came due meanwhile may be too old to say. */
export interface ResumedRecord extends Entry {
  readonly type: 'resumed'
  /**
   * How far timers had fired before the process stopped. What was due by then was on time, however
   * late it is fired again in a replay, so it is never called stale. Absent: not known.
   */
  readonly firedUntil?: EpochMs
}

/** Everything but readings, of which there are too many to keep as text. */
export type EventRecord =
  | ReportRecord
  | ReportWithdrawnRecord
  | EmptiedRecord
  | EmptyingCorrectedRecord
  | PlanRecord
  | ForecastRecord
  | TruckRecord
  | BikeRecord
  | GatewayRecord
  | SilencedRecord
  | SilenceEndedRecord
  | PostCorrectedRecord
  | TownRecord
  | ResumedRecord

export type JournalRecord = ReadingRecord | EventRecord

/** What the engine made of a record. Anything but `now` went to history only. */
export type Applied =
  | { readonly kind: 'now' }
  | {
      readonly kind: 'history'
      readonly because:
        | 'older-than-newest'
        | 'before-emptying'
        | 'other-device'
        | 'unknown-container'
        | 'unknown-station'
        | 'unknown-area'
        | 'unknown-silence'
        | 'repeat-report'
        | 'unknown-report'
        | 'repeat-correction'
        | 'too-old-post'
    }
