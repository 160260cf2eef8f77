/** What the bookings ask of whoever sends messages: SMS or e-mail to one person, in their language. */
import type { NoticeKey } from '#src/pickups/booking/booking.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import type { EpochMs } from '#src/stations/time.ts'

export interface BookingMessage {
  /** Twice the same id is one message. */
  readonly id: string
  readonly to: { readonly kind: 'sms' | 'email'; readonly address: string }
  readonly language: BookingLanguage
  readonly key: NoticeKey
  readonly facts: {
    readonly reference: string
    /** Where to change it or to ask: a phone number, or a web address. */
    readonly contact: string
    readonly day?: string
    readonly fromMinute?: number
    readonly untilMinute?: number
    readonly minutes?: number
    readonly answerBy?: EpochMs
  }
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
}

export interface BookingMessages {
  /** Resolves when the message is durably queued. */
  queue(message: BookingMessage): Promise<void>
  /** Forgets what is kept of the messages whose ids begin so. */
  forget?(idPrefix: string): Promise<void>
}
