/**
 * What a store promises of the return bike's days: plans, what riders told, candidates, photos, counts.
 * Nothing in plans, events and the log is of a person; photos and riders' notes are forgotten with the
 * booking they are of.
 */
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import type { DayCount } from '#src/pickups/day/statistics.ts'
import type { Load } from '#src/pickups/planning/problem.ts'
import type { ForecastRecord } from '#src/rules/record.ts'
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import type { Place } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** One line of a day's log. */
export interface DayLine {
  readonly no: number
  readonly at: EpochMs
  /** Who of staff or riders, or `clock`. */
  readonly by: string
  /** Whose words `by` sent, as their phone says it; absent for their own. */
  readonly teller?: string
  readonly day: string
  /** Of the plan, then. */
  readonly version: number
  readonly did: string
  readonly stopId?: string
  readonly bike?: string
  readonly detail?: string
}

export const CANDIDATE_STATES = ['asked', 'accepted', 'declined', 'withdrawn', 'done'] as const
export type CandidateState = (typeof CANDIDATE_STATES)[number]

/** A stop that a rule asks for, or that the dispatcher took in beside the bookings. */
export interface Candidate {
  /** Names its stop. */
  readonly id: string
  readonly state: CandidateState
  readonly askedAt: EpochMs
  /** Which rule asked, of which episode. */
  readonly asked?: { readonly ruleId: string; readonly subject: string }
  readonly stationId?: StationId
  readonly containerId?: ContainerId
  /** What is to be done there, for the rider; no name of anybody. */
  readonly what: string
  readonly place: Place
  /** Of the town's list, where it was asked for by that; forgotten with the stop. */
  readonly address?: string
  readonly loads: readonly Load[]
  /** Where it is to be brought; absent: wherever it is taken. */
  readonly dropOffId?: string
  readonly kg: number
  readonly serviceMs: number
  readonly priority: number
  /** Once it is accepted. */
  readonly day?: string
}

export interface StopPhoto {
  readonly id: string
  readonly stopId: string
  readonly at: EpochMs
  readonly type: 'image/jpeg' | 'image/png' | 'image/webp'
  readonly bytes: Uint8Array
}

/** So many of one stop. */
export const MOST_PHOTOS = 20

export interface DayTx {
  dayPlan(day: string): Promise<DayPlan | undefined>
  keepDayPlan(plan: DayPlan): Promise<void>
  /** Gives the lines their numbers. */
  noteDay(lines: readonly Omit<DayLine, 'no'>[]): Promise<readonly DayLine[]>
  riderEvents(day: string): Promise<readonly RiderEvent[]>
  riderEvent(id: string): Promise<RiderEvent | undefined>
  keepRiderEvent(event: RiderEvent, sealedNote: string | undefined): Promise<void>
  candidates(): Promise<readonly Candidate[]>
  keepCandidate(candidate: Candidate): Promise<void>
  /** How far the rules' decisions have been followed; undefined before the first time. */
  followedDecision(): Promise<number | undefined>
  noteFollowedDecision(id: number): Promise<void>
  /** Take the place of what was counted of the day. */
  keepDayCounts(day: string, counts: readonly DayCount[]): Promise<void>
}

export interface DayStore {
  /** One durable transaction; if it throws, nothing of it is kept. */
  days<T>(work: (tx: DayTx) => Promise<T>): Promise<T>
  dayPlan(day: string): Promise<DayPlan | undefined>
  /** Days that have a plan, from one day on. */
  plannedDays(from: string): Promise<readonly string[]>
  riderEvents(day: string): Promise<readonly RiderEvent[]>
  /** By the event's id, sealed. */
  riderNotes(day: string): Promise<ReadonlyMap<string, string>>
  /** Of one stop, oldest first, sealed. */
  riderNotesOf(
    stopId: string,
  ): Promise<readonly { readonly at: EpochMs; readonly sealed: string }[]>
  /** Oldest first. */
  dayLines(filter: {
    readonly day: string
    readonly afterNo?: number
    readonly afterVersion?: number
    readonly limit: number
  }): Promise<readonly DayLine[]>
  candidates(filter: {
    readonly states?: readonly CandidateState[]
    readonly day?: string
  }): Promise<readonly Candidate[]>
  /** Keeps it as it is given: sealed. An id that is there already is `known`, whatever it is of. */
  keepPhoto(photo: StopPhoto): Promise<'kept' | 'known' | 'too-many'>
  photo(id: string): Promise<StopPhoto | undefined>
  photosOf(stopIds: readonly string[]): Promise<readonly Omit<StopPhoto, 'bytes'>[]>
  /**
   * Forgets stops that are no bookings, with their notes and photos, and lines of the log, from before two
   * instants; with the lines why a bike was out, in whoever's words.
   */
  tidyDays(before: { readonly stops: EpochMs; readonly lines: EpochMs }): Promise<void>
  dayCounts(from: string, until: string): Promise<readonly DayCount[]>
  /** The newest since an instant, by container. */
  forecasts(
    containers: readonly ContainerId[],
    since: EpochMs,
  ): Promise<ReadonlyMap<ContainerId, ForecastRecord>>
}
