/** What the planner answers, and what may be wrong with a plan. */
import type { Span } from './problem.ts'

export interface Plan {
  readonly rounds: readonly Round[]
  readonly unserved: readonly Unserved[]
}

/** A bike's day. Begins at its start and ends at its end place; both go without saying. */
export interface Round {
  readonly bike: string
  readonly stops: readonly Stop[]
  /** So many of the first stops are done or under way, and stay as they are. */
  readonly frozen?: number
}

export type Stop = (
  | { readonly kind: 'pickup'; readonly pickup: string }
  /** All that is on board and taken there, or only these streams. */
  | { readonly kind: 'drop-off'; readonly dropOff: string; readonly streams?: readonly string[] }
  /** The bike's first, second … break, from 0. */
  | { readonly kind: 'break'; readonly index: number }
) & {
  /** What came to pass; counts for more than what was reckoned. */
  readonly actual?: { readonly startsS: number; readonly leavesS: number }
}

export interface Unserved {
  readonly pickup: string
  readonly because: WhyUnserved
}

/** Alone, on an empty bike, it fails by this; or it gave way to others. */
export type WhyUnserved =
  | 'too-long'
  | 'too-heavy'
  | 'too-large'
  | 'must-not-ride-together'
  | 'nowhere-taken'
  | 'no-room'
  | 'drop-off-closed'
  | 'outside-shift'
  | 'out-of-range'
  | 'break-in-the-way'
  | 'no-bike'
  | 'gave-way'

export type Violation =
  | {
      readonly kind: 'unknown'
      readonly what: 'bike' | 'pickup' | 'drop-off' | 'break'
      readonly id: string
    }
  | { readonly kind: 'twice'; readonly pickup: string }
  | { readonly kind: 'lost'; readonly pickup: string }
  | { readonly kind: 'wrong-bike'; readonly pickup: string; readonly bike: string }
  | { readonly kind: 'two-rounds'; readonly bike: string }
  | (RoundViolation & { readonly bike: string; readonly at: number })

/** `at` is the stop's place in its round; the number of stops where it is about the end. */
export type RoundViolation =
  | { readonly kind: 'too-long'; readonly pickup: string; readonly byCm: number }
  | { readonly kind: 'too-heavy'; readonly byKg: number }
  | { readonly kind: 'too-full'; readonly byL: number }
  | { readonly kind: 'must-not-ride-together'; readonly pickup: string }
  | { readonly kind: 'late'; readonly pickup: string; readonly byS: number }
  | { readonly kind: 'promise-broken'; readonly pickup: string; readonly byS: number }
  | { readonly kind: 'closed'; readonly dropOff: string }
  | { readonly kind: 'not-taken'; readonly dropOff: string }
  | {
      readonly kind: 'no-room'
      readonly dropOff: string
      readonly stream: string
      readonly byL: number
    }
  | { readonly kind: 'break-missed'; readonly index: number }
  | { readonly kind: 'break-late'; readonly index: number; readonly byS: number }
  | { readonly kind: 'shift-over'; readonly byS: number }
  | { readonly kind: 'out-of-range'; readonly byM: number }
  | { readonly kind: 'not-emptied'; readonly litres: number }

export interface TimedStop {
  readonly stop: Stop
  readonly arrivesS: number
  readonly startsS: number
  readonly leavesS: number
  /** On board when it leaves. */
  readonly litres: number
  readonly kg: number
}

export interface TimedRound {
  readonly bike: string
  readonly stops: readonly TimedStop[]
  readonly span: Span
  readonly travelS: number
  readonly metres: number
}

export interface Evaluation {
  readonly rounds: readonly TimedRound[]
  readonly violations: readonly Violation[]
  readonly travelS: number
  /** Travel, and for each who isn't served ten hours by weight. What the solver makes small. */
  readonly costS: number
}
