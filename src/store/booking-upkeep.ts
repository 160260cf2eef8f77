/**
 * What time does to bookings: holds run out, room is offered on, messages come due, and people are
 * forgotten. Called by a timer at the rim; nothing is lost between two calls, or by a restart.
 */
import { Counter, type Registry } from 'prom-client'
import {
  type Booking,
  type BookingBook,
  type Hold,
  isLive,
  type Terms,
} from '#src/pickups/booking/booking.ts'
import { callBackErasedFrom, erasedFrom, noteErasedFrom } from '#src/pickups/booking/retention.ts'
import { findSlot } from '#src/pickups/booking/service-days.ts'
import { shareOf } from '#src/pickups/booking/statistics.ts'
import { letTimePass, offerOf } from '#src/pickups/booking/waiting-list.ts'
import { isStillBroken, loanErasedFrom } from '#src/pickups/loans/loan.ts'
import { type Clock, DAY, type EpochMs, HOUR, plus } from '#src/stations/time.ts'
import { type BookingMessages, waysTo } from './booking-messages.ts'
import { sealPerson, unsealed, unsealPerson } from './booking-people.ts'
import type { Kept, KeptNotice } from './bookings.ts'
import type { Store } from './contract.ts'
import { newId } from './errand-names.ts'
import { forgetLoan } from './loan-erasing.ts'
import { mutex } from './mutex.ts'
import type { Sealer } from './sealer.ts'

export interface BookingUpkeep {
  tick(): Promise<void>
}

export interface BookingUpkeepOptions {
  readonly store: Store
  readonly sealer: Sealer
  readonly clock: Clock
  readonly terms: () => Terms | undefined
  /** Absent where the town sends no messages: notices then wait until they are worth nothing any more. */
  readonly messages?: BookingMessages
  /** Where bookers can ask: a phone number, or a web address. */
  readonly contact: () => string
  readonly metrics: Registry
  readonly onFault: (what: string, error: unknown) => void
}

const NOTICES_AT_ONCE = 100
const FORGET_EVERY_MS = HOUR
/** So long a form that is sent again is known. */
const FORMS_ARE_KNOWN_MS = 2 * DAY

export function openBookingUpkeep(options: BookingUpkeepOptions): BookingUpkeep {
  const { store, sealer, clock, messages, onFault } = options
  const notices = new Counter({
    name: 'kvitter_booking_notices_total',
    help: 'What bookers were to be told, by what became of it',
    labelNames: ['key', 'outcome'],
    registers: [options.metrics],
  })
  let nextForgetting = 0
  /** A reader at work prevents it, also after an erasure on request; then it is tried at each tick. */
  let isLogToCut = false
  const inTurn = mutex()

  async function passTime(terms: Terms, now: EpochMs): Promise<void> {
    if (letTimePass(await store.bookingBook(), terms, now, newId).length === 0) return
    await store.errands(async (tx) => {
      const changes = letTimePass(await tx.book(), terms, now, newId)
      if (changes.length > 0) await tx.keepChanges(changes, { at: now, by: 'clock' })
    })
  }

  async function sendNotices(terms: Terms, now: EpochMs): Promise<void> {
    const due = await store.dueNotices(now, NOTICES_AT_ONCE)
    if (due.length === 0) return
    const book = await store.bookingBook()
    const kept = new Map((await store.keptBookings({})).map((one) => [one.errand.id, one]))
    const done: string[] = []
    for (const notice of due) {
      const outcome = await send(notice, kept.get(notice.bookingId), book, terms, now)
      if (outcome === 'waits') continue
      notices.inc({ key: notice.key, outcome })
      done.push(notice.id)
    }
    if (done.length > 0) await store.dropNotices(done)
  }

  async function send(
    notice: KeptNotice,
    kept: Kept<Booking> | undefined,
    book: BookingBook,
    terms: Terms,
    now: EpochMs,
  ): Promise<'queued' | 'expired' | 'untrue' | 'unreachable' | 'waits'> {
    if (notice.expiresAt <= now) return 'expired'
    if (!kept || kept.sealed === undefined || !isTrue(notice, kept.errand, book, now))
      return 'untrue'
    const ways = waysTo(unsealPerson(kept.sealed, sealer))
    if (ways.length === 0) return 'unreachable'
    if (!messages) return 'waits'
    const { errand, reference } = kept
    const offer = notice.key === 'offer' ? offerOf(book, errand.id, now) : undefined
    try {
      // What was said before and hasn't left yet is not true any more.
      if (errand.state === 'cancelled') await messages.cancel(errand.id)
      for (const to of ways) {
        const queued = await messages.queue({
          id: notice.id,
          group: errand.id,
          to,
          language: errand.language,
          key: notice.key,
          facts: {
            reference,
            contact:
              notice.sealed === undefined ? options.contact() : unsealed(notice.sealed, sealer),
            ...slotFacts(terms, offer ?? errand),
            ...(notice.minutes !== undefined && { minutes: notice.minutes }),
            ...(offer && { answerBy: offer.until }),
          },
          dueAt: notice.dueAt,
          expiresAt: notice.expiresAt,
        })
        if (queued === 'expired') return 'expired'
        if (queued !== 'no-way') return 'queued'
      }
      return 'unreachable'
    } catch (error) {
      onFault('a message to a booker could not be queued; trying again', error)
      return 'waits'
    }
  }

  /** Those whose time is over; then the file's log of writes is cut, so that it doesn't hold them either. */
  async function forget(terms: Terms, now: EpochMs): Promise<void> {
    for (const kept of await store.keptBookings({})) {
      const { errand, sealed } = kept
      if ((erasedFrom(errand, terms) ?? Infinity) <= now) {
        // First too: if we die in between, nobody knows any more whose messages they are.
        await messages?.erase(errand.id)
        await store.errands((tx) => tx.erase(errand.id, shareOf(errand, terms)))
        await messages?.erase(errand.id)
      } else if (sealed !== undefined && (noteErasedFrom(errand, terms) ?? Infinity) <= now) {
        const { note, ...person } = unsealPerson(sealed, sealer)
        if (note === undefined) continue
        await store.errands((tx) => tx.keepPerson(errand.id, sealPerson(person, sealer)))
      }
    }
    for (const { errand, sealed } of await store.keptLoans()) {
      if ((loanErasedFrom(errand, terms.bike.eraseAfterDays, terms.timeZone) ?? Infinity) > now) {
        continue
      }
      if (isStillBroken(errand) && sealed === undefined) continue
      await store.errands((tx) => forgetLoan(tx, errand))
    }
    for (const { callBack } of await store.callBacks()) {
      if (callBackErasedFrom(callBack, terms) > now) continue
      await store.errands((tx) => tx.erase(callBack.id, undefined))
    }
    await store.tidyErrands({
      submitted: plus(now, -FORMS_ARE_KNOWN_MS),
      access: plus(now, -terms.bike.accessLogDays * DAY),
    })
    isLogToCut = true
  }

  async function tick(): Promise<void> {
    const terms = options.terms()
    if (!terms) return
    const now = clock()
    await guarded('time could not pass for bookings', () => passTime(terms, now))
    await guarded('bookers could not be told', () => sendNotices(terms, now))
    await guarded('who is to be forgotten could not be', async () => {
      if (now < nextForgetting) return
      await forget(terms, now)
      nextForgetting = now + FORGET_EVERY_MS
    })
    await guarded('the log of writes could not be cut', async () => {
      if (isLogToCut) isLogToCut = !(await store.emptyWriteLog())
    })
  }

  /** What fails holds up nothing else, and is tried again at the next tick. */
  async function guarded(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      onFault(what, error)
    }
  }

  return { tick: () => inTurn(tick) }
}

/** Whether it still is as the notice would say: whoever has cancelled is reminded of nothing. */
function isTrue({ key }: KeptNotice, booking: Booking, book: BookingBook, now: EpochMs): boolean {
  switch (key) {
    case 'reminder':
    case 'on-the-way':
    case 'running-late':
    case 'confirmed':
      return booking.state === 'booked'
    case 'waiting':
      return booking.state === 'waiting'
    case 'offer':
      return booking.state === 'waiting' && offerOf(book, booking.id, now) !== undefined
    case 'changed':
      return isLive(booking)
    case 'cancelled-by-you':
    case 'cancelled-by-us':
      return booking.state === 'cancelled'
    case 'unserved':
      return booking.state === 'unserved'
    default:
      return booking.outcome?.kind === 'missed' && booking.outcome.because === key
  }
}

function slotFacts(terms: Terms, { slot }: Pick<Booking, 'slot'> | Pick<Hold, 'slot'>) {
  if (!slot) return {}
  const time = terms.bike.slots.find(({ id }) => id === slot.slotId) ?? findSlot(terms, slot)?.slot
  return {
    day: slot.day,
    ...(time && { fromMinute: time.fromMinute, untilMinute: time.untilMinute }),
  }
}
