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

/** Somebody emptied a container. */
export interface EmptiedRecord extends Entry {
  readonly type: 'emptied'
  readonly containerId: ContainerId
  readonly emptiedAt: EpochMs
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
export type EventRecord = ReportRecord | EmptiedRecord | TownRecord | ResumedRecord

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
