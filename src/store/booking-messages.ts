/** What the bookings ask of whoever sends messages: SMS or e-mail to one person, in their language. */
import type { NoticeKey } from '#src/pickups/booking/booking.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { BookingFacts } from '#src/wording/booking-words.ts'
import type { Person } from './booking-people.ts'

export interface BookingMessage {
  /** Twice the same is one. Nothing personal. */
  readonly id: string
  /** The booking's id: what is not on its way yet is cancelled, and all of it erased, by that. */
  readonly group: string
  /** A number as E.164, `+46701234567`. */
  readonly to: { readonly sms: string } | { readonly email: string }
  readonly language: BookingLanguage
  readonly key: NoticeKey
  readonly facts: BookingFacts
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
}

export interface BookingMessages {
  /**
   * Durable when it answers. `known`: it was there already, or its booking has been erased; `expired`: too
   * late to be of use; `no-way`: the town sends no SMS, or no e-mail.
   */
  queue(message: BookingMessage): Promise<'queued' | 'known' | 'expired' | 'no-way'>
  /** What of a group isn't on its way yet won't be said. */
  cancel(group: string): Promise<unknown>
  /** The same, and nothing of to whom and what is kept of any. */
  erase(group: string): Promise<unknown>
}

/** How somebody can be reached, the best way first. */
export function waysTo({ phone, email }: Person): readonly BookingMessage['to'][] {
  return [
    ...(phone === undefined ? [] : [{ sms: internationalNumber(phone) }]),
    ...(email === undefined ? [] : [{ email }]),
  ]
}

/** As E.164. A number without a country is a Swedish one. */
export function internationalNumber(phone: string): string {
  const digits = phone.replace(/\(0\)/, '').replace(/[^\d+]/g, '')
  if (digits.startsWith('+')) return digits
  return digits.startsWith('00') ? `+${digits.slice(2)}` : `+46${digits.replace(/^0/, '')}`
}
