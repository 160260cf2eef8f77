/**
 * Room that has come free goes to the waiting list before anybody else sees it: first to the household
 * that was served least, among those to the one that has waited longest. An offer holds the room for a
 * while; one that lapses goes to the next, and the household stays on the list for another slot.
 */
import { HOUR, plus, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { applyChanges, isSameSlot, wasLetPass } from './booking.ts'
import type { Booking, BookingBook, Change, Hold, Terms } from './booking.ts'
import { findHouseholdFaults } from './limits.ts'
import { noticeOf, tellNow } from './notices.ts'
import { fits, roomIn, sizeOf } from './room.ts'
import { deadlineBefore, slotsAhead } from './service-days.ts'
import type { SlotTime } from './service-days.ts'

/** Nobody is asked who would have less time than this to answer. */
const LEAST_TIME_MS = HOUR

/** The waiting list in the order in which it is served. */
export function inFairOrder(book: BookingBook): readonly Booking[] {
  const served = new Map<string, number>()
  for (const { state, household } of book.bookings.values()) {
    if (state === 'booked' || state === 'done') {
      served.set(household, (served.get(household) ?? 0) + 1)
    }
  }
  const servedOf = ({ household }: Booking) => served.get(household) ?? 0
  return [...book.bookings.values()]
    .filter(({ state }) => state === 'waiting')
    .toSorted(
      (a, b) => servedOf(a) - servedOf(b) || a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
    )
}

export function offerOf(book: BookingBook, bookingId: string, now: EpochMs): Hold | undefined {
  return [...book.holds.values()].find(
    ({ offeredTo, until }) => offeredTo === bookingId && until > now,
  )
}

/** Offers of the room there is; `nextId` names each hold. */
export function offerRoom(
  book: BookingBook,
  terms: Terms,
  now: EpochMs,
  nextId: () => string,
): readonly Change[] {
  const waitings = inFairOrder(book)
  if (waitings.length === 0) return []
  const changes: Change[] = []
  const open = slotsAhead(terms, now).filter(({ closesAt }) => closesAt > now + LEAST_TIME_MS)
  let current = book
  for (const waiting of waitings) {
    if (offerOf(book, waiting.id, now)) continue
    const slot = open.find((candidate) => suits(current, terms, waiting, candidate, now))
    if (!slot) continue
    const until = Math.min(plus(now, terms.bike.offerMs), slot.closesAt) as EpochMs
    const hold: Hold = {
      id: nextId(),
      slot: { day: slot.day, slotId: slot.slotId },
      ...sizeOf(terms.bike, waiting.things),
      until,
      offeredTo: waiting.id,
    }
    const offered: Change = { kind: 'hold', hold }
    current = applyChanges(current, [offered])
    const notice = noticeOf(waiting, 'offer', now, until, `offer-${hold.id}`)
    changes.push(offered, { kind: 'say', notice })
  }
  return changes
}

function suits(
  book: BookingBook,
  terms: Terms,
  waiting: Booking,
  { slot, day, slotId }: SlotTime,
  now: EpochMs,
): boolean {
  if (waiting.waitUntil !== undefined && day > waiting.waitUntil) return false
  if (waiting.lapsed?.some((lapsed) => isSameSlot(lapsed, { day, slotId }))) return false
  const room = roomIn(book, terms.bike, { ...slot, day }, now)
  if (!fits(sizeOf(terms.bike, waiting.things), room)) return false
  return findHouseholdFaults(book, terms.bike, waiting, day).every(({ reason }) =>
    wasLetPass(waiting, reason),
  )
}

/** What time alone does: holds run out, offers lapse, and who has waited past their last day is told so. */
export function letTimePass(
  book: BookingBook,
  terms: Terms,
  now: EpochMs,
  nextId: () => string,
): readonly Change[] {
  const changes: Change[] = []
  const lapsed = new Map<string, Booking>()
  for (const hold of book.holds.values()) {
    if (hold.until > now) continue
    changes.push({ kind: 'hold-over', id: hold.id, because: 'expired' })
    const waiting = hold.offeredTo === undefined ? undefined : book.bookings.get(hold.offeredTo)
    if (waiting?.state !== 'waiting') continue
    const booking: Booking = {
      ...waiting,
      lapsed: [...(waiting.lapsed ?? []), hold.slot],
      version: waiting.version + 1,
    }
    lapsed.set(booking.id, booking)
    changes.push({ kind: 'booking', booking, did: 'offer-lapsed' })
  }
  const after = applyChanges(book, changes)
  for (const waiting of inFairOrder(after)) {
    if (!isOver(waiting, terms, now) || offerOf(after, waiting.id, now)) continue
    const booking: Booking = {
      ...waiting,
      state: 'unserved',
      endedAt: now,
      version: waiting.version + 1,
    }
    changes.push(
      { kind: 'booking', booking, did: 'given-up' },
      { kind: 'no-reminders', bookingId: booking.id },
      tellNow(booking, 'unserved', now),
    )
  }
  return [...changes, ...offerRoom(applyChanges(book, changes), terms, now, nextId)]
}

/** Not even the last day that would do can be booked any more. */
function isOver({ waitUntil }: Booking, { bike, timeZone }: Terms, now: EpochMs): boolean {
  if (waitUntil === undefined) return false
  const today = wallTime(now, timeZone).day
  return waitUntil < today || deadlineBefore(waitUntil, bike.closes, timeZone) <= now
}
