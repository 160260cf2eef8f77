/** Where messages to one person are handed in: worded in their language, sealed, and kept until they are due. */
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { MessageStore, MessageWay } from '#src/store/messages.ts'
import { seal } from '#src/store/sealed.ts'
import { type BookingFacts, wordBooking } from '#src/wording/booking-words.ts'
import type { BookingText } from '#src/wording/private-texts.ts'
import { openTextBook, type TownTexts } from '#src/wording/text-book.ts'

/** One or the other; a number as E.164, `+46701234567`. */
export type Recipient = { readonly sms: string } | { readonly email: string }

export interface BookingMessage {
  /** Twice the same is one. Nothing personal. */
  readonly id: string
  /** What it belongs to, such as the booking's id; cancelled and erased by it. */
  readonly group: string
  readonly to: Recipient
  readonly language: BookingLanguage
  readonly key: BookingText
  readonly facts: BookingFacts
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs
}

/** What bookings need of messages. */
export interface Messages {
  /** Durable when it answers. `expired`: too late to be of use; `no-way`: the town has no such way. */
  queue(message: BookingMessage): Promise<'queued' | 'known' | 'expired' | 'no-way'>
  /** What of a group isn't on its way yet won't be said. */
  cancel(group: string): Promise<number>
  /** The same, and nothing of to whom and what is kept of any. */
  erase(group: string): Promise<number>
}

export interface MessageDeskOptions {
  readonly store: Pick<MessageStore, 'putMessage' | 'cancelMessages' | 'eraseMessages'>
  readonly clock: Clock
  readonly secret: string
  readonly timeZone: () => string
  readonly texts: () => TownTexts
  /** The ways that the town has. */
  readonly ways: ReadonlySet<MessageWay>
  readonly onFailure: (failure: { readonly language: string; readonly because: string }) => void
  /** Told when something new is due. */
  readonly poke?: (way: MessageWay) => void
}

const ours = openTextBook()

export function openMessageDesk(options: MessageDeskOptions): Messages {
  const { store, clock, secret, ways } = options

  return {
    async queue({ id, group, to, language, key, facts, dueAt, expiresAt }) {
      const way: MessageWay = 'sms' in to ? 'sms' : 'email'
      if (!ways.has(way)) return 'no-way'
      if (expiresAt <= clock()) return 'expired'
      const words = wordBooking(
        { own: openTextBook(options.texts()), ours },
        key,
        language,
        facts,
        { saidAt: dueAt, timeZone: options.timeZone() },
        (because) => options.onFailure({ language, because }),
      )
      const body =
        way === 'sms' ? { text: words.sms } : { language, subject: words.subject, text: words.body }
      const isNew = await store.putMessage({
        id,
        group,
        purpose: `message.${key}`,
        way,
        recipient: seal('sms' in to ? to.sms : to.email, secret),
        body: seal(JSON.stringify(body), secret),
        dueAt,
        expiresAt,
      })
      if (isNew) options.poke?.(way)
      return isNew ? 'queued' : 'known'
    },
    cancel: (group) => store.cancelMessages(group, clock()),
    erase: (group) => store.eraseMessages(group, clock()),
  }
}
