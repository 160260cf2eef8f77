/** Rules as the engine takes them: checked, compiled, durations in milliseconds. */
import type { BudgetPolicy } from './budget.ts'
import type { Condition } from './condition.ts'
import type { QuietHours } from './quiet-hours.ts'
import type { WasteKind } from '#src/stations/return-bike.ts'

export interface Suppression {
  readonly id: string
  readonly when: Condition
  /** For so long at most, so that a forgotten truck cannot mute for ever. */
  readonly maxMs: number
}

/** What becomes of an episode while its condition is UNKNOWN. */
export interface OnMissing {
  /**
   * `hold`: wait, and after the grace close without a word. `fire`: after the grace take the condition
   * for true. `clear`: close at once without a word.
   */
  readonly policy: 'hold' | 'fire' | 'clear'
  readonly graceMs: number
  /** For so long after it was closed for want of data, what was said still counts as said. */
  readonly rememberMs: number
}

/** What a rule is judged for, each by itself. */
export const PER = ['container', 'station', 'area', 'account'] as const
export type Per = (typeof PER)[number]

/** Times of the week, by the clock on the wall. */
export interface Schedule {
  /** 1 Monday … 7 Sunday, in order. */
  readonly weekdays: readonly number[]
  readonly minuteOfDay: number
}

export interface Rule {
  readonly id: string
  /** Its place in the book, from 0. */
  readonly index: number
  /** SHA-256 of when, clear and for, twelve hex digits: while it stands, kept state holds. */
  readonly hash: string
  readonly per: Per
  readonly audience: 'public' | 'staff'
  readonly when: Condition
  /** Absent: cleared when `when` is false. */
  readonly clear?: Condition
  /** Whether its conditions ask how full a container is believed to be. */
  readonly weighsEvidence: boolean
  /** Whether its conditions ask the forecast. */
  readonly readsForecast: boolean
  readonly forMs: number
  readonly clearForMs: number
  /** So many readings of a sensor must bear a beginning or an end out, unless somebody else says so too. */
  readonly readings: number
  readonly cooldownMs: number
  readonly priority: number
  readonly onMissing: OnMissing
  readonly suppress: readonly Suppression[]
  readonly absorbs: readonly string[]
  readonly inhibitedBy: readonly string[]
  readonly ignoresQuietHours: boolean
  /** It is judged at these times and at no other, and is news each time that it is true then. */
  readonly schedule?: Schedule
  /** What it has to say waits for this time of day, in minutes after midnight by the clock on the wall. */
  readonly postAtMinute?: number
  /** Names of texts. */
  readonly post: string
  readonly closePost?: string
  /** When it becomes active the return bike is asked to come by. */
  readonly bikeStop?: BikeStop
}

/** What the return bike is asked to do at a station. */
export interface BikeStop {
  /** For the rider. */
  readonly what: string
  readonly litres: number
  readonly kg: number
  readonly waste: WasteKind
  readonly serviceMs: number
  /** What the station is told when it is done. */
  readonly tells: 'cleaned' | 'emptied' | 'nothing'
}

export interface Policy {
  readonly timeZone: string
  readonly groupWaitMs: number
  readonly settleMs: number
  readonly quiet?: QuietHours
  readonly budget: BudgetPolicy
  readonly staleAfterMs: number
  /** After downtime nothing is said for as long as it lasted, and for no longer than this. */
  readonly catchUpMs: number
}

/** How readings are taken. */
export interface ReadingPolicy {
  readonly sensorSilentAfterMs: number
  /** A reading that arrives later than this after it was measured is flagged `late`. */
  readonly lateAfterMs: number
  /** A device's clock may be so much ahead before it is held to the time of receipt. */
  readonly maxSkewMs: number
}

export interface RuleBook {
  /** SHA-256 of the file, twelve hex digits. */
  readonly hash: string
  readonly policy: Policy
  readonly facts: ReadingPolicy
  readonly rules: readonly Rule[]
}
