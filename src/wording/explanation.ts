/** What each language must be able to say of a decision, or of how a rule stands. */
import type { DecisionReason, GateAnswer } from '#src/rules/decision.ts'
import type { Lacking } from '#src/rules/evidence.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** All that a sentence about a decision is made of, its parts already in words. */
export interface Told {
  /** `12:45`; in Finnish `klo 12.45`. */
  readonly when: string
  /** `givaren visar 92 %` */
  readonly grounds: string
  /** `45 minuter`; absent where it tells nothing. */
  readonly held?: string
  /** Whether it is about how full something is. */
  readonly isOfLevel: boolean
  readonly isOfStation: boolean
}

/** Facts that are numbers and have words of their own; levels and counts at a station are told together. */
export type NumberFact =
  | 'c.min_since_emptied'
  | 'c.sensor_silent_min'
  | 'c.p_full_24h'
  | 'c.next_emptying_h'
  | 'c.emptying_overdue_h'
  | 'c.broken_reports_24h'
  | 's.unknown'
  | 's.litter_reports_4h'
  | 's.litter_staff_4h'
  | 's.ice_reports_12h'
  | 'truck.eta_min'
  | 'a.stations'
  | 'a.stations_full'
  | 'a.stations_full_last_7d'
  | 'bike.first_stop_min'
  | 'bike.free_slots'
  | 't.hour'
  | 't.weekday'

/** Facts that are so or not. */
export type YesNoFact =
  | 'c.passed_today'
  | 'c.broken_staff'
  | 'c.repaired_since_last_broken'
  | 'c.fault'
  | 's.cleaned_since_last_litter'
  | 's.gateway_down'
  | 'truck.en_route'
  | 'bike.started'
  | 't.holiday'

/** What may be missing. */
export type Missing = 'information' | 'forecast' | 'plan' | 'word'

/** What somebody said of how full a container is. */
export interface Reported {
  readonly by: 'report' | 'staff'
  readonly isFull: boolean
  /** Clock times, in order. */
  readonly times: readonly string[]
}

/** How much was used of the day's posts. */
export interface Spent {
  readonly used: number
  readonly of: number
  readonly usedInAll: number
  readonly ofAll: number
}

export interface Explanations {
  readonly clock: (at: EpochMs, now: EpochMs, timeZone: string) => string
  readonly list: (parts: readonly string[]) => string
  /** For how long something has gone on. */
  readonly span: (ms: number) => string

  readonly reasons: Readonly<
    Record<Exclude<DecisionReason, 'gate-held' | 'gate-dropped'>, (told: Told) => string>
  >
  readonly waits: (reason: string, until: string | undefined) => string
  readonly isNotPosted: (reason: string) => string
  readonly holdReason: (gate: GateAnswer, spent: Spent | undefined) => string
  readonly dropReason: (gate: GateAnswer, spent: Spent | undefined) => string

  readonly numbers: Readonly<Record<NumberFact, (n: number) => string>>
  readonly yesNo: Readonly<Record<YesNoFact, readonly [yes: string, no: string]>>
  readonly missing: Readonly<Record<Missing, string>>
  readonly condition: readonly [met: string, unmet: string]
  readonly sensorShows: (percent: number) => string
  readonly reported: (reported: Reported) => string
  /** What people say against what the sensor shows. */
  readonly despite: (reports: string, sensor: string) => string
  readonly containersFull: (full: number, of: number | undefined) => string
  /** What would have to be added: `det krävs 85 % eller två besökares rapporter`. */
  readonly needsForFull: (lacking: Lacking, reported: number) => string
  readonly needsNumber: (n: number) => string
  readonly needsPercent: (percent: number) => string

  /** Nothing is said, why, and what it would take. */
  readonly nothing: (why: string, need: string | undefined) => string
  readonly scheduled: (next: string) => string
  readonly pending: (told: Pending) => string
  readonly withCompany: (at: string, grounds: string) => string
  readonly told: (at: string, grounds: string) => string
  readonly untold: (since: string, grounds: string) => string
  readonly clearing: (until: string) => string
  readonly awaitsReading: (since: string) => string
}

export interface Pending {
  readonly since: string
  readonly grounds: string
  readonly until: string
  /** What would hold it then, and until when. */
  readonly held?: { readonly reason: string; readonly until?: string }
}

/** `4/4, 12/30`, as the budget notes it. */
export function readSpent(detail: string | undefined): Spent | undefined {
  const match = /^(\d+)\/(\d+), (\d+)\/(\d+)$/.exec(detail ?? '')
  if (!match) return undefined
  const [used, of, usedInAll, ofAll] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  return { used, of, usedInAll, ofAll }
}

/** Days and hours, hours and minutes, or minutes: what a person would say of a time that long. */
export function unitsOf(
  ms: number,
): readonly { readonly n: number; readonly unit: 'minute' | 'hour' | 'day' }[] {
  const minutes = Math.round(ms / 60_000)
  if (minutes >= 2 * 24 * 60) return [{ n: Math.round(minutes / (24 * 60)), unit: 'day' }]
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [
    ...(hours > 0 ? [{ n: hours, unit: 'hour' as const }] : []),
    ...(rest > 0 && hours < 12 ? [{ n: rest, unit: 'minute' as const }] : []),
  ]
}

export type Unit = ReturnType<typeof unitsOf>[number]['unit']
