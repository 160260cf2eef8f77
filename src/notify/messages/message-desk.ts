/** Where messages to one person are handed in: worded in their language, sealed, and kept until they are due. */
import type { Clock } from '#src/stations/time.ts'
import type { BookingMessages } from '#src/store/booking-messages.ts'
import type { MessageStore, MessageWay } from '#src/store/messages.ts'
import { seal } from '#src/store/sealed.ts'
import { wordBooking } from '#src/wording/booking-words.ts'
import { openTextBook, type TownTexts } from '#src/wording/text-book.ts'

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

export function openMessageDesk(options: MessageDeskOptions): BookingMessages {
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
