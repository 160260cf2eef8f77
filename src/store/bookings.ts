/**
 * What a store promises of the return bike's bookings and loans. Who they are of is kept apart from them,
 * sealed, one row for each: to forget somebody is to delete that row. Freed pages are overwritten.
 */
import type { Booking, BookingBook, Change, Notice } from '#src/pickups/booking/booking.ts'
import type { CallBack } from '#src/pickups/booking/call-backs.ts'
import type { Share } from '#src/pickups/booking/statistics.ts'
import type { Loan } from '#src/pickups/loans/loan.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DayTx } from './days.ts'

/** An errand as it is kept. */
export interface Kept<Errand> {
  readonly errand: Errand
  /** What people say on the phone. */
  readonly reference: string
  /** SHA-256 of what shows that one may see it. */
  readonly secretHash: string
  /** The person, sealed; absent once they have been forgotten. */
  readonly sealed?: string
}

export interface NewErrand {
  readonly reference: string
  readonly secretHash: string
}

/** A call to return, and who is to be called, sealed. */
export interface KeptCallBack {
  readonly callBack: CallBack
  readonly sealed: string
}

/** A notice that waits for its time; `sealed` is what only this one says. */
export interface KeptNotice extends Notice {
  readonly sealed?: string
}

/** One line of the audit log: who did what to which errand. Nothing of the person is in it. */
export interface ErrandChange {
  readonly at: EpochMs
  /** `resident`, `clock`, or who of the staff. */
  readonly by: string
  readonly errandId: string
  readonly did: string
  /** In which state it then was, and where; or which fields of the person were changed. */
  readonly detail: string
  /** What somebody wrote of it; sealed where it is kept. */
  readonly words?: string
}

export const ACCESSES = ['listed', 'read', 'exported', 'erased', 'planned'] as const
/** Who of the staff saw the person behind an errand. */
export interface ErrandAccess {
  readonly at: EpochMs
  readonly by: string
  readonly what: (typeof ACCESSES)[number]
  readonly errandId: string
}

/** One look, of whose errands; of a list it is of all that stood there and weren't noted that day. */
export interface ErrandLook extends Omit<ErrandAccess, 'errandId'> {
  readonly errandIds: readonly string[]
}

/** A form that was sent in, by the key that came with it. */
export interface Submitted {
  readonly keyHash: string
  readonly requestHash: string
  readonly reference: string
  readonly at: EpochMs
}

export interface BookingTx {
  book(): Promise<BookingBook>
  booking(reference: string): Promise<Kept<Booking> | undefined>
  /** `made` has the reference of a booking that is new; `extra` what a notice says that isn't known later. */
  keepChanges(
    changes: readonly Change[],
    with_: {
      readonly at: EpochMs
      readonly by: string
      readonly made?: ReadonlyMap<string, NewErrand>
      readonly extra?: (notice: Notice) => string | undefined
    },
  ): Promise<void>
  isFreeReference(reference: string): Promise<boolean>
  keepPerson(errandId: string, sealed: string): Promise<void>
  note(change: ErrandChange): Promise<void>
  submitted(keyHash: string): Promise<Submitted | undefined>
  keepSubmitted(submitted: Submitted): Promise<void>
  /** Deletes an errand or a call to return with its person, its notices and what its log said of it, and adds its share to the counts. */
  erase(errandId: string, share: Share | undefined): Promise<void>
  callBack(id: string): Promise<KeptCallBack | undefined>
  /** In place of what was kept of it before; who it is of is kept by `keepPerson`. */
  keepCallBack(callBack: CallBack): Promise<void>
  /** The bike's days, in the same transaction. */
  readonly days: Pick<DayTx, 'dayPlan' | 'noteDay'>
  loans(): Promise<readonly Loan[]>
  loan(reference: string): Promise<Kept<Loan> | undefined>
  keepLoan(loan: Loan, made?: NewErrand): Promise<void>
  /** Deletes the person and the log of a loan that has to stay. */
  forgetPerson(loan: Loan): Promise<void>
}

export interface BookingStore {
  /** One durable transaction; if it throws, nothing of it is kept. */
  errands<T>(work: (tx: BookingTx) => Promise<T>): Promise<T>
  bookingBook(): Promise<BookingBook>
  /** In order of day and reference. */
  keptBookings(filter: {
    readonly day?: string
    readonly states?: readonly Booking['state'][]
  }): Promise<readonly Kept<Booking>[]>
  keptBooking(reference: string): Promise<Kept<Booking> | undefined>
  /** In no order. */
  callBacks(): Promise<readonly KeptCallBack[]>
  keptLoans(): Promise<readonly Kept<Loan>[]>
  keptLoan(reference: string): Promise<Kept<Loan> | undefined>
  dueNotices(now: EpochMs, limit: number): Promise<readonly KeptNotice[]>
  dropNotices(ids: readonly string[]): Promise<void>
  errandChanges(errandId: string): Promise<readonly ErrandChange[]>
  /** The same by the same of the same errand is noted once a day (of UTC). */
  noteAccess(accesses: readonly ErrandAccess[]): Promise<void>
  /** Newest first. */
  accesses(filter: {
    readonly errandId?: string
    readonly limit: number
  }): Promise<readonly ErrandAccess[]>
  /** The same as looks, newest first. */
  errandLooks(limit: number): Promise<readonly ErrandLook[]>
  errandCounts(): Promise<readonly Share[]>
  /** Forgets forms and accesses from before two instants, and what was done to errands that are erased. */
  tidyErrands(before: { readonly submitted: EpochMs; readonly access: EpochMs }): Promise<void>
  /** So that the log of writes doesn't hold what was erased. False where a reader at work prevents it. */
  emptyWriteLog(): Promise<boolean>
}
