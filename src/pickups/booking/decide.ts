/**
 * From a request to what changes, or every reason why it can't be. Pure: the book, the town's terms and
 * the time are arguments, and so is what names new things. Whoever keeps the changes keeps them all, in one
 * transaction with the reading of the book.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AreaId } from '#src/stations/ids.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { DAY, plus, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isLenient, isLive, isSameSlot } from './booking.ts'
import type {
  Actor,
  Booking,
  BookingBook,
  Change,
  Decided,
  Did,
  Hold,
  Lenient,
  Outcome,
  Reason,
  Refusal,
  SlotRef,
  Terms,
  Thing,
} from './booking.ts'
import { findHoldFaults, findHouseholdFaults, findThingFaults, isNoMore } from './limits.ts'
import { cancellationNotice, remindersOf, tellNow } from './notices.ts'
import { fits, roomIn, sizeOf } from './room.ts'
import { addDays, deadlineBefore, findSlot } from './service-days.ts'
import { offerOf } from './waiting-list.ts'

/** What every decision is given beside its request. */
export interface Circumstances {
  readonly book: BookingBook
  readonly terms: Terms
  readonly now: EpochMs
}

export interface HoldRequest extends Pick<Hold, 'id' | 'slot' | 'household' | 'source'> {
  readonly things: readonly Thing[]
}

/** Keeps room in a slot while somebody fills in the rest. A household's newer hold takes the place of its older. */
export function hold(
  { book, terms, now }: Circumstances,
  { things, ...request }: HoldRequest,
): Decided<Hold> {
  const { household } = request
  const live = [...book.holds.values()].filter(
    ({ until, offeredTo }) => until > now && offeredTo === undefined,
  )
  const older = live.filter((one) => household !== undefined && one.household === household)
  const others = live.filter((one) => !older.includes(one))
  const size = sizeOf(terms.bike, things)
  const because = [
    ...findThingFaults(terms.bike, things),
    ...findSlotFaults({ book, terms, now }, request.slot, things, idsOf(...older)),
    ...findHoldFaults(terms.bike, others, { ...request, ...size }),
  ]
  if (because.length > 0) return { kind: 'refused', because }
  const held: Hold = { ...request, ...size, until: plus(now, terms.bike.holdMs) }
  return {
    kind: 'ok',
    changes: [...older.map(letGo), { kind: 'hold', hold: held }],
    result: held,
  }
}

/** Gives back what was held. One that is over already is no fault; an offer is not let go of so. */
export function release({ book }: Circumstances, holdId: string): Decided<undefined> {
  const held = book.holds.get(holdId)
  const isOwn = held !== undefined && held.offeredTo === undefined
  return {
    kind: 'ok',
    changes: isOwn ? [{ kind: 'hold-over', id: holdId, because: 'released' }] : [],
    result: undefined,
  }
}

export interface BookingRequest {
  readonly id: string
  readonly household: string
  readonly districtId?: AreaId
  readonly things: readonly Thing[]
  readonly language: BookingLanguage
  readonly interpreter: boolean
  readonly by: 'resident' | 'staff'
  readonly goesFirst?: boolean
  /** Without one it goes on the waiting list, until this day at the latest. */
  readonly slot?: SlotRef
  readonly waitUntil?: string
  /** Room held before; whether it still is or not, everything is looked at again. */
  readonly holdId?: string
  /** Staff let limits pass, and why. Their words are sealed: nothing here reads them. */
  readonly lenientBecause?: string
  /** What is wrong with the address, found by whoever knows where it is. */
  readonly placeFaults?: readonly Refusal[]
}

/** Books a slot, or joins the waiting list. */
export function book(circumstances: Circumstances, request: BookingRequest): Decided<Booking> {
  const { terms, now } = circumstances
  const { holdId, lenientBecause, placeFaults = [], ...asked } = request
  const held = holdId === undefined ? undefined : circumstances.book.holds.get(holdId)
  // An offer is taken by who was offered it, and by nobody else.
  const own = held?.offeredTo === undefined ? held : undefined
  const found = [
    ...findThingFaults(terms.bike, asked.things),
    ...placeFaults,
    ...findHouseholdFaults(circumstances.book, terms.bike, asked, asked.slot?.day),
    ...(asked.slot
      ? findSlotFaults(circumstances, asked.slot, asked.things, idsOf(own))
      : findWaitingFaults(circumstances, asked)),
  ]
  const judged = judge(found, asked.by, lenientBecause)
  if (judged.because.length > 0) return { kind: 'refused', because: judged.because }
  const { slot, waitUntil, ...rest } = asked
  const booking: Booking = {
    ...rest,
    state: slot ? 'booked' : 'waiting',
    createdAt: now,
    ...(slot ? { slot } : { waitUntil: waitUntil ?? lastDayAhead(terms, now) }),
    ...(judged.passed && { despite: judged.passed.limits, despiteBecause: judged.passed.because }),
    version: 1,
  }
  return {
    kind: 'ok',
    result: booking,
    changes: [
      ...usedUp(own),
      { kind: 'booking', booking, did: slot ? 'booked' : 'joined-waiting-list' },
      ...passedOf(booking, judged),
      tellNow(booking, slot ? 'confirmed' : 'waiting', now),
      ...remindersOf(booking, terms, now),
    ],
  }
}

export interface Amendment {
  readonly things?: readonly Thing[]
  /** Another slot; for who waits, the slot that was offered or any other with room. */
  readonly slot?: SlotRef
  readonly language?: BookingLanguage
  readonly interpreter?: boolean
  readonly goesFirst?: boolean
  readonly waitUntil?: string
  readonly holdId?: string
  readonly lenientBecause?: string
  /** Where the address has been changed, or is known now. */
  readonly household?: string
  readonly districtId?: AreaId
  readonly placeFaults?: readonly Refusal[]
}

/** Changes a booking, or leaves it exactly as it was. It keeps its place until it has another. */
export function amend(
  circumstances: Circumstances,
  before: Booking,
  by: Exclude<Actor, 'clock'>,
  amendment: Amendment,
): Decided<Booking> {
  if (!isLive(before)) return { kind: 'refused', because: [{ reason: 'over' }] }
  const { terms, now } = circumstances
  const { holdId, lenientBecause, placeFaults = [], slot, ...changed } = amendment
  const offer = offerOf(circumstances.book, before.id, now)
  const held = holdId === undefined ? undefined : circumstances.book.holds.get(holdId)
  const own = [offer, held?.offeredTo === undefined ? held : undefined].filter(
    (one) => one && slot && isSameSlot(one.slot, slot),
  ) as readonly Hold[]
  const isMoved = slot !== undefined && !isSameSlot(slot, before.slot)
  const after: Booking = {
    ...before,
    ...changed,
    ...(slot && { slot, state: 'booked' }),
    version: before.version + 1,
  }
  const asksMore = amendment.things !== undefined || isMoved || amendment.household !== undefined
  const found: Refusal[] = [
    ...(by === 'resident' ? findWindowFaults(before, terms, now, 'change') : []),
    ...(amendment.things ? findThingFaults(terms.bike, amendment.things) : []),
    ...placeFaults,
    ...(asksMore
      ? findHouseholdFaults(circumstances.book, terms.bike, after, after.slot?.day)
      : []),
    ...(after.slot && (isMoved || grows(terms, before, after))
      ? findSlotFaults(circumstances, after.slot, after.things, idsOf(...own, before), isMoved)
      : []),
  ]
  const then = { errand: before, day: before.slot?.day }
  const passedBefore = (before.despite ?? []).filter((reason) =>
    isNoMore(reason, circumstances.book, terms.bike, then, { errand: after, day: after.slot?.day }),
  )
  const judged = judge(found, by, lenientBecause, passedBefore)
  if (judged.because.length > 0) return { kind: 'refused', because: judged.because }
  const { waitUntil, lapsed: _lapsed, ...placed } = after
  const booking: Booking = {
    ...(after.slot ? placed : { ...after, ...(waitUntil !== undefined && { waitUntil }) }),
    ...(judged.passed && {
      despite: [...new Set([...(before.despite ?? []), ...judged.passed.limits])],
      despiteBecause: judged.passed.because,
    }),
  }
  // How it is planned is no news to its booker.
  const isTold = slot !== undefined || Object.keys(changed).some((name) => name !== 'goesFirst')
  // An offer of another slot than the one that was taken is there for others again.
  const changes: Change[] = [
    ...own.flatMap(usedUp),
    ...(offer && after.slot && !own.includes(offer) ? [letGo(offer)] : []),
    { kind: 'booking', booking, did: didOf(before, isMoved, own.includes(offer!)) },
    ...passedOf(booking, judged),
    ...remindersOf(booking, terms, now),
    ...(isTold
      ? [
          tellNow(
            booking,
            before.state === 'waiting' && booking.slot ? 'confirmed' : 'changed',
            now,
          ),
        ]
      : []),
  ]
  return { kind: 'ok', changes, result: booking }
}

/** Who asks for less is not refused for want of room. */
function grows({ bike }: Terms, before: Booking, after: Booking): boolean {
  const was = sizeOf(bike, before.things)
  const is = sizeOf(bike, after.things)
  return is.litres > was.litres || is.kg > was.kg
}

function didOf(before: Booking, isMoved: boolean, tookOffer: boolean): Did {
  if (tookOffer) return 'took-offer'
  if (!isMoved) return 'amended'
  return before.state === 'waiting' ? 'booked' : 'moved'
}

/** Cancelled once is cancelled: asked again it changes nothing, and nobody is told twice. */
export function cancel(
  { book, terms, now }: Circumstances,
  before: Booking,
  by: Exclude<Actor, 'clock'>,
): Decided<Booking> {
  if (before.state === 'cancelled') return { kind: 'ok', changes: [], result: before }
  if (!isLive(before)) return { kind: 'refused', because: [{ reason: 'over' }] }
  const because = by === 'resident' ? findWindowFaults(before, terms, now, 'cancel') : []
  if (because.length > 0) return { kind: 'refused', because }
  const booking: Booking = {
    ...before,
    state: 'cancelled',
    cancelledBy: by,
    endedAt: now,
    version: before.version + 1,
  }
  const offer = offerOf(book, before.id, now)
  return {
    kind: 'ok',
    result: booking,
    changes: [
      ...(offer ? [letGo(offer)] : []),
      { kind: 'booking', booking, did: 'cancelled' },
      { kind: 'no-reminders', bookingId: booking.id },
      cancellationNotice(booking, by, now),
    ],
  }
}

/** Who waits says no to an offer and stays on the list, for other slots. */
export function decline({ book, now }: Circumstances, before: Booking): Decided<Booking> {
  const offer = offerOf(book, before.id, now)
  if (before.state !== 'waiting' || !offer) return { kind: 'ok', changes: [], result: before }
  const booking: Booking = {
    ...before,
    lapsed: [...(before.lapsed ?? []), offer.slot],
    version: before.version + 1,
  }
  return {
    kind: 'ok',
    result: booking,
    changes: [letGo(offer), { kind: 'booking', booking, did: 'offer-lapsed' }],
  }
}

/**
 * How an errand ended. Staff may set it right until it is erased; a rider's `event` is followed once, so
 * that it doesn't undo that. Said again it changes nothing, and nobody is told twice.
 */
export function settle(
  { now }: Circumstances,
  before: Booking,
  outcome: Outcome,
  event?: string,
): Decided<Booking> {
  const isOfTheDay = before.state === 'booked' || before.outcome !== undefined
  if (!isOfTheDay) return { kind: 'refused', because: [{ reason: 'over' }] }
  const isSame = isDeepStrictEqual(before.outcome, outcome)
  const isKnown = event === undefined ? isSame : event === before.followed?.event
  if (isKnown) return { kind: 'ok', changes: [], result: before }
  const followed =
    event === undefined
      ? before.followed && { event: before.followed.event, corrected: true as const }
      : { event }
  const booking: Booking = {
    ...before,
    state: outcome.kind,
    outcome,
    ...(followed && { followed }),
    endedAt: before.endedAt ?? now,
    version: before.version + 1,
  }
  return {
    kind: 'ok',
    result: booking,
    changes: [
      { kind: 'booking', booking, did: 'settled' },
      { kind: 'no-reminders', bookingId: booking.id },
      ...(!isSame && outcome.kind === 'missed' ? [tellNow(booking, outcome.because, now)] : []),
    ],
  }
}

/** A rider has taken back the event that had settled it: it is still to come. What staff said stays. */
export function reopen(_: Circumstances, before: Booking, event: string): Decided<Booking> {
  const { outcome, followed, endedAt: _endedAt, ...rest } = before
  if (!outcome || followed?.event !== event || followed.corrected) {
    return { kind: 'ok', changes: [], result: before }
  }
  const booking: Booking = { ...rest, state: 'booked', version: before.version + 1 }
  return { kind: 'ok', changes: [{ kind: 'booking', booking, did: 'reopened' }], result: booking }
}

/** What is wrong with a slot for these things. Where a booking only changes its things, the slot may have closed. */
function findSlotFaults(
  { book, terms, now }: Circumstances,
  ref: SlotRef,
  things: readonly Thing[],
  except: ReadonlySet<string>,
  isNew = true,
): readonly Refusal[] {
  const time = findSlot(terms, ref)
  if (!time) return isNew ? [{ reason: 'no-such-slot' }] : []
  const faults: Refusal[] = []
  if (isNew && time.from > plus(now, terms.bike.opensDays * DAY)) {
    faults.push({ reason: 'slot-not-open', most: terms.bike.opensDays })
  }
  if (isNew && time.until <= now) return [{ reason: 'no-such-slot' }]
  if (isNew && time.closesAt <= now) faults.push({ reason: 'slot-closed' })
  const room = roomIn(book, terms.bike, { ...time.slot, day: time.day }, now, except)
  if (!fits(sizeOf(terms.bike, things), room)) faults.push({ reason: 'slot-full' })
  return faults
}

/** A household waits once. */
function findWaitingFaults(
  { book }: Circumstances,
  { household }: Pick<Booking, 'household'>,
): readonly Refusal[] {
  const waits = [...book.bookings.values()].some(
    (other) => other.state === 'waiting' && other.household === household,
  )
  return waits ? [{ reason: 'already-waiting' }] : []
}

/** Until when a booker may act alone. Who only waits may always. */
function findWindowFaults(
  { slot }: Booking,
  { bike, timeZone }: Terms,
  now: EpochMs,
  what: 'change' | 'cancel',
): readonly Refusal[] {
  if (!slot || now < deadlineBefore(slot.day, bike[what], timeZone)) return []
  return [{ reason: what === 'change' ? 'too-late-to-change' : 'too-late-to-cancel' }]
}

interface Judged {
  readonly because: readonly Refusal[]
  /** What staff let pass this time. */
  readonly passed?: { readonly limits: readonly Lenient[]; readonly because: string }
}

/** What of the faults counts, and what staff let pass; what they let pass before needs no new word. */
function judge(
  found: readonly Refusal[],
  by: Actor,
  lenientBecause: string | undefined,
  passedBefore: readonly Reason[] = [],
): Judged {
  const left = found.filter(({ reason }) => !passedBefore.includes(reason))
  if (by !== 'staff' || lenientBecause === undefined) return { because: left }
  const limits = [...new Set(left.map(({ reason }) => reason).filter(isLenient))]
  return {
    because: left.filter(({ reason }) => !isLenient(reason)),
    ...(limits.length > 0 && { passed: { limits, because: lenientBecause } }),
  }
}

function passedOf({ id }: Booking, { passed }: Judged): readonly Change[] {
  return passed ? [{ kind: 'let-pass', bookingId: id, ...passed }] : []
}

function lastDayAhead({ bike, timeZone }: Terms, now: EpochMs): string {
  return addDays(wallTime(now, timeZone).day, bike.opensDays)
}

function usedUp(held: Hold | undefined): readonly Change[] {
  return held ? [{ kind: 'hold-over', id: held.id, because: 'used' }] : []
}

function letGo({ id }: Hold): Change {
  return { kind: 'hold-over', id, because: 'released' }
}

function idsOf(...things: readonly ({ readonly id: string } | undefined)[]): ReadonlySet<string> {
  return new Set(things.flatMap((thing) => thing?.id ?? []))
}
