/**
 * A service day of the return bike: what is planned, and what became of it. Plain data; nothing here
 * names a person, and no position is kept, so that a day may stay when its bookings have been erased.
 */
import type { WhyUnserved } from '#src/pickups/planning/plan.ts'
import type { WasteKind } from '#src/stations/return-bike.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** `from` ≤ t ≤ `until`. */
export interface TimeSpan {
  readonly from: EpochMs
  readonly until: EpochMs
}

/** A day's plan as the dispatcher has it. */
export interface DayPlan {
  /** `2026-05-07` */
  readonly day: string
  /** Rises by one with every change of the plan; rider's events don't change it. */
  readonly version: number
  /** Riders see a plan once it is published. */
  readonly published: boolean
  readonly rounds: readonly RoundPlan[]
  readonly unserved: readonly Unserved[]
  readonly pins: readonly Pin[]
  /** A plan that the dispatcher may take or leave. */
  readonly offer?: Offer
}

/** Where none has been drawn up. */
export function emptyPlan(day: string): DayPlan {
  return { day, version: 0, published: false, rounds: [], unserved: [], pins: [] }
}

/** One bike's day. */
export interface RoundPlan {
  readonly bike: string
  readonly stops: readonly PlannedStop[]
  readonly startedAt?: EpochMs
  readonly endedAt?: EpochMs
  /** It broke down, or its rider is away. */
  readonly out?: { readonly since: EpochMs; readonly because: string }
}

/** An id names a stop for good: whatever becomes of the plan, a phone may tell of it. */
export type PlannedStop =
  | { readonly id: string; readonly kind: 'pickup' }
  | {
      readonly id: string
      readonly kind: 'drop-off'
      readonly dropOffId: string
      /** Only these; otherwise all on board that is taken there. */
      readonly streams?: readonly string[]
    }
  | { readonly id: string; readonly kind: 'break'; readonly index: number }

export interface Unserved {
  readonly stopId: string
  readonly because: WhyUnserved | 'no-position' | 'bike-out'
}

/** What the optimiser must keep: on this bike, and begun in this span where one is given. */
export interface Pin {
  readonly stopId: string
  readonly bike: string
  readonly starts?: TimeSpan
}

export const OFFER_REASONS = [
  'asked-for',
  'drop-off-full',
  'running-late',
  'bookings-changed',
] as const
export type OfferReason = (typeof OFFER_REASONS)[number]

export interface Offer {
  readonly id: string
  readonly because: OfferReason
  /** Which drop-off, which stop. */
  readonly about?: string
  /** The plan that it goes out from; of another version it can't be taken. */
  readonly version: number
  readonly rounds: readonly RoundPlan[]
  readonly unserved: readonly Unserved[]
}

export const RIDER_EVENT_KINDS = [
  'on-the-way',
  'arrived',
  'done',
  'failed',
  'skipped',
  'undone',
] as const
export type RiderEventKind = (typeof RIDER_EVENT_KINDS)[number]

export const FAILED_BECAUSE = [
  'not-home',
  'refused',
  'too-heavy',
  'too-large',
  'hazardous',
  'no-access',
  'other-things',
  'no-time',
  'full',
  'closed',
] as const
export type FailedBecause = (typeof FAILED_BECAUSE)[number]

/** What was taken along, or left behind at a drop-off. */
export interface TakenThing {
  readonly itemId: string
  readonly count: number
  readonly reused: boolean
}

export interface Weighing {
  readonly waste: WasteKind | 'reuse'
  readonly kg?: number
  readonly count?: number
}

/** A fact from a rider's phone. Its id is the phone's; told again it is the same. */
export interface RiderEvent {
  readonly id: string
  readonly day: string
  readonly bike: string
  readonly stopId: string
  readonly kind: RiderEventKind
  /** By the phone's clock, never after `receivedAt`. */
  readonly happenedAt: EpochMs
  readonly receivedAt: EpochMs
  /** The plan that the phone showed; it may have been overtaken. */
  readonly planVersion?: number
  /** Of `failed`. */
  readonly because?: FailedBecause
  /** Of `done` at a pickup. */
  readonly taken?: readonly TakenThing[]
  readonly kg?: number
  /** Of `done` at a drop-off. */
  readonly weighings?: readonly Weighing[]
}

export type StopState = 'scheduled' | 'on-the-way' | 'arrived' | 'done' | 'failed' | 'skipped'

/** What `2026-05-07~bike-1~lusharpan~2` says: the second time that bike unloads there that day. */
export interface VisitName {
  readonly day: string
  readonly bike: string
  readonly dropOffId: string
  readonly nth: number
}

export function visitId({ day, bike, dropOffId, nth }: VisitName): string {
  return `${day}~${bike}~${dropOffId}~${nth}`
}

export function parseVisitId(id: string): VisitName | undefined {
  const match = /^(\d{4}-\d\d-\d\d)~([a-z0-9-]+)~([a-z0-9-]+)~(\d{1,3})$/.exec(id)
  return match
    ? { day: match[1]!, bike: match[2]!, dropOffId: match[3]!, nth: Number(match[4]) }
    : undefined
}

export function breakId(day: string, bike: string, index: number): string {
  return `${day}~${bike}~break~${index}`
}

export const isOver = (state: StopState): boolean =>
  state === 'done' || state === 'failed' || state === 'skipped'

export const isUnderWay = (state: StopState): boolean =>
  state === 'on-the-way' || state === 'arrived'
