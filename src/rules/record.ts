/** The journal's records: all that the rules engine ever learns. Same records, same decisions. */
import type { ContainerId, DeviceId, StationId } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'

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

/** A resident, or somebody of the staff, said something of a container. */
export interface ReportRecord extends Entry {
  readonly type: 'report'
  readonly containerId: ContainerId
  readonly kind: 'full' | 'has-room'
  readonly by: 'resident' | 'staff'
  /** Tells reporters apart for a few hours; salted, never shown. */
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
  ReportRecord | EmptiedRecord | EmptyingCorrectedRecord | TownRecord | ResumedRecord

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
        | 'repeat-report'
    }

export type Subject = ContainerId | StationId
