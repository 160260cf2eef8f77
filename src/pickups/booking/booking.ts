/**
 * What a booking is, and what may become of one. Nothing here names a person: a household is a mark that
 * only the machine's secret leads to, and who they are is kept apart (src/store/bookings.ts).
 */
import type { AreaId } from '#src/stations/ids.ts'
import type { BookingLanguage, ReturnBike } from '#src/stations/return-bike.ts'
import type { ServiceDays } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** What the town says, at the time of a decision. */
export interface Terms {
  readonly bike: ReturnBike
  readonly serviceDays: readonly ServiceDays[]
  readonly timeZone: string
}

/** So many of a thing of the catalogue. */
export interface Thing {
  readonly itemId: string
  readonly count: number
}

/** A part of a service day: `2026-05-07` and `morning`. */
export interface SlotRef {
  readonly day: string
  readonly slotId: string
}

/**
 * `waiting` for room, `booked`, and how it ended: `done`, `missed` (the bike came, or should have, and
 * left without), `cancelled`, `unserved` (waited in vain).
 */
export const BOOKING_STATES = [
  'waiting',
  'booked',
  'done',
  'missed',
  'cancelled',
  'unserved',
] as const
export type BookingState = (typeof BOOKING_STATES)[number]

export const MISSED_BECAUSE = [
  'not-home',
  'no-access',
  'too-heavy',
  'too-large',
  'hazardous',
  'refused',
  'other-things',
  'no-time',
] as const
export type MissedBecause = (typeof MISSED_BECAUSE)[number]

export type Outcome =
  | {
      readonly kind: 'done'
      /** What was taken, which needs not be what was booked. */
      readonly taken: readonly (Thing & { readonly reused: boolean })[]
      /** Where it was weighed; otherwise typical weights count. */
      readonly kg?: number
    }
  | { readonly kind: 'missed'; readonly because: MissedBecause }

/** Who acts: the booker, staff on the phone or at the board, or the clock. */
export type Actor = 'resident' | 'staff' | 'clock'

export interface Booking {
  readonly id: string
  readonly state: BookingState
  readonly household: string
  /** Absent where the address's position isn't known, or the town has no districts. */
  readonly districtId?: AreaId
  readonly things: readonly Thing[]
  readonly language: BookingLanguage
  readonly interpreter: boolean
  readonly by: 'resident' | 'staff'
  readonly createdAt: EpochMs
  /** Since its booking, whenever it was, or until it was cancelled. Absent while it waits. */
  readonly slot?: SlotRef
  /** The last day that will do; for who waits. */
  readonly waitUntil?: string
  /** Slots that were offered and not taken: they are not offered again. */
  readonly lapsed?: readonly SlotRef[]
  /** Limits that staff let pass. */
  readonly despite?: readonly Lenient[]
  /** Why, as staff wrote it the last time; sealed. */
  readonly despiteBecause?: string
  /** Staff say that it comes before others where the bike can't serve all. */
  readonly goesFirst?: boolean
  readonly cancelledBy?: Actor
  readonly outcome?: Outcome
  /** The rider's event that was followed last, and whether staff have set right what it led to. */
  readonly followed?: { readonly event: string; readonly corrected?: true }
  readonly endedAt?: EpochMs
  /** Rises by one with every change. */
  readonly version: number
}

/** Room in a slot that is kept for somebody for a while. */
export interface Hold {
  readonly id: string
  readonly slot: SlotRef
  readonly litres: number
  readonly kg: number
  readonly until: EpochMs
  /** It is an offer to this one of the waiting list. */
  readonly offeredTo?: string
  /** Marks of whom it is for and where it was asked from, as far as they are known. */
  readonly household?: string
  readonly source?: string
}

/** All that a decision looks at. */
export interface BookingBook {
  readonly bookings: ReadonlyMap<string, Booking>
  readonly holds: ReadonlyMap<string, Hold>
}

/** Why something can't be done. */
export const REASONS = [
  'no-such-slot',
  'slot-not-open',
  'slot-closed',
  'slot-full',
  'nothing-asked-for',
  'unknown-item',
  'refused-item',
  'too-many-things',
  'too-large',
  'must-not-ride-together',
  'household-limit',
  'item-limit',
  'outside-area',
  'unknown-address',
  'postcode-needed',
  'apartment-needed',
  'already-waiting',
  'too-many-holds',
  'too-late-to-change',
  'too-late-to-cancel',
  'over',
] as const
export type Reason = (typeof REASONS)[number]

/** Reasons that staff may let pass. Room is none of them: what doesn't fit doesn't ride. */
export const LENIENT = [
  'slot-not-open',
  'slot-closed',
  'too-many-things',
  'too-large',
  'household-limit',
  'item-limit',
  'outside-area',
  'unknown-address',
  'apartment-needed',
] as const satisfies readonly Reason[]
export type Lenient = (typeof LENIENT)[number]

export const isLenient = (reason: Reason): reason is Lenient =>
  LENIENT.some((one) => one === reason)

/** Whether staff let it pass at some time. */
export const wasLetPass = ({ despite = [] }: Pick<Booking, 'despite'>, reason: Reason): boolean =>
  despite.some((one) => one === reason)

export interface Refusal {
  readonly reason: Reason
  /** Which item, where it is about one. */
  readonly itemId?: string
  /** The bound that was met. */
  readonly most?: number
}

/** What bookers are told of. Who was left without is told by the reason. */
export const NOTICE_KEYS = [
  'confirmed',
  'changed',
  'waiting',
  'offer',
  'reminder',
  'on-the-way',
  'running-late',
  ...MISSED_BECAUSE,
  'cancelled-by-you',
  'cancelled-by-us',
  'unserved',
] as const
export type NoticeKey = (typeof NOTICE_KEYS)[number]

/** Something to be told to the booker. The same id is told once. */
export interface Notice {
  readonly id: string
  readonly bookingId: string
  readonly key: NoticeKey
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
  /** How late the bike is. */
  readonly minutes?: number
}

/** What was done to a booking, for the audit log. */
export type Did =
  | 'booked'
  | 'joined-waiting-list'
  | 'amended'
  | 'moved'
  | 'took-offer'
  | 'offer-lapsed'
  | 'cancelled'
  | 'settled'
  | 'reopened'
  | 'given-up'

export type Change =
  | { readonly kind: 'booking'; readonly booking: Booking; readonly did: Did }
  /** Staff let limits pass; why is sealed. */
  | {
      readonly kind: 'let-pass'
      readonly bookingId: string
      readonly limits: readonly Lenient[]
      readonly because: string
    }
  | { readonly kind: 'hold'; readonly hold: Hold }
  | {
      readonly kind: 'hold-over'
      readonly id: string
      readonly because: 'used' | 'expired' | 'released'
    }
  | { readonly kind: 'say'; readonly notice: Notice }
  /** Reminders of it that are still to come, aren't any more. */
  | { readonly kind: 'no-reminders'; readonly bookingId: string }

export type Decided<Result = unknown> =
  | { readonly kind: 'ok'; readonly changes: readonly Change[]; readonly result: Result }
  | { readonly kind: 'refused'; readonly because: readonly Refusal[] }

export const isLive = ({ state }: Booking): boolean => state === 'waiting' || state === 'booked'

export const isSameSlot = (a: SlotRef | undefined, b: SlotRef | undefined): boolean =>
  a?.day === b?.day && a?.slotId === b?.slotId

/** The book after changes. */
export function applyChanges(book: BookingBook, changes: readonly Change[]): BookingBook {
  const bookings = new Map(book.bookings)
  const holds = new Map(book.holds)
  for (const change of changes) {
    if (change.kind === 'booking') bookings.set(change.booking.id, change.booking)
    if (change.kind === 'hold') holds.set(change.hold.id, change.hold)
    if (change.kind === 'hold-over') holds.delete(change.id)
  }
  return { bookings, holds }
}
