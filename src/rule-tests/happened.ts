/** What happened at a station, and how closely a test is to keep to it. */
import type { DecidedPost } from '#src/rules/decision.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Start } from './times.ts'

/** What the journal has of a station. */
export interface Happened {
  readonly station: StationId
  /** Where it begins. */
  readonly start: Start
  /** In order: those of the station, and of the whole town. */
  readonly records: readonly JournalRecord[]
  /** The town at the start, and after each of its changes. */
  readonly towns: readonly { readonly at: EpochMs; readonly town: Town }[]
  /** What the station really said, oldest first. */
  readonly posts: readonly DecidedPost[]
}

/** How closely a test keeps to what happened. */
export interface Closeness {
  /** Decimals of a level; undefined: all there are. */
  readonly decimals: number | undefined
  /** Readings are laid out at an interval, and times cut to the second. */
  readonly isRegular: boolean
}

/** As it stands in the file. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain }
