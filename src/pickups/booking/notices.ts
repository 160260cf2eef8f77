/** What the booker is told of a change, and when. An amendment is one message, never a cancellation. */
import { DAY, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Actor, Booking, Change, Notice, NoticeKey, Terms } from './booking.ts'
import { addDays, findSlot, instantAt } from './service-days.ts'

/** Something to be told at once; it is worth nothing any more after `expiresAt`, or after a day. */
export function tellNow(
  booking: Booking,
  key: NoticeKey,
  now: EpochMs,
  expiresAt: EpochMs = plus(now, DAY),
): Change {
  return { kind: 'say', notice: noticeOf(booking, key, now, expiresAt) }
}

export function noticeOf(
  { id, version }: Booking,
  key: NoticeKey,
  dueAt: EpochMs,
  expiresAt: EpochMs,
  mark: string = key,
): Notice {
  return { id: `${id}/${version}/${mark}`, bookingId: id, key, dueAt, expiresAt }
}

/** The reminders of a booking that are still to come; those it had before are put aside. */
export function remindersOf(booking: Booking, terms: Terms, now: EpochMs): readonly Change[] {
  const none: Change = { kind: 'no-reminders', bookingId: booking.id }
  const { slot } = booking
  if (booking.state !== 'booked' || !slot) return [none]
  const starts = findSlot(terms, slot)?.from ?? instantAt(slot.day, 0, terms.timeZone)
  const { daysBefore, minuteOfDay } = terms.bike.remind
  const due = daysBefore.map((days) => ({
    days,
    at: instantAt(addDays(slot.day, -days), minuteOfDay, terms.timeZone),
  }))
  return [
    none,
    ...due
      .filter(({ at }) => at > now && at < starts)
      .map(({ days, at }): Change => {
        const until = Math.min(plus(at, DAY), starts) as EpochMs
        return { kind: 'say', notice: noticeOf(booking, 'reminder', at, until, `reminder-${days}`) }
      }),
  ]
}

/** Of a cancellation: by whom it was matters to who reads it. */
export function cancellationNotice(booking: Booking, by: Actor, now: EpochMs): Change {
  return tellNow(booking, by === 'resident' ? 'cancelled-by-you' : 'cancelled-by-us', now)
}
