/**
 * Messages by e-mail. Mail servers know no repeat: one that may have been taken is sent once more with the
 * same Message-ID, since a double is better than a booking that nobody heard of.
 */
import { z } from 'zod'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import { SECOND } from '#src/stations/time.ts'
import type { Message } from '#src/store/messages.ts'
import { unseal } from '#src/store/sealed.ts'
import type { Outcome } from '../channel.ts'
import { notSendable } from '../channels/outcomes.ts'
import { LONGEST_SEND_MS, type MailOutcome, type MailSender } from '../direct/mail-sender.ts'
import type { MessageLeg } from './message-worker.ts'

const mailBody = z.object({
  language: z.enum(BOOKING_LANGUAGES),
  subject: z.string(),
  text: z.string(),
})

/** The sender gives up before, and can tell whether all was handed over. */
const LONGEST_MS = LONGEST_SEND_MS + 10 * SECOND
/** The first try of which nobody heard is repeated, the second isn't. */
const MOST_UNHEARD = 1

export function openMailLeg(
  sender: Pick<MailSender, 'sendMail' | 'check'>,
  secret: string,
): MessageLeg {
  function open(message: Message) {
    const to = unseal(message.recipient, secret)
    const text = unseal(message.body, secret)
    return to === undefined || text === undefined
      ? undefined
      : { to, ...mailBody.parse(JSON.parse(text)) }
  }

  return {
    way: 'email',
    longestMs: LONGEST_MS,
    parts: () => 1,
    spend: async () => undefined,
    unspend: async () => undefined,
    async send(message, { now, signal }) {
      const mail = open(message)
      if (!mail) return notSendable('erased, or sealed with another secret')
      const { to, ...words } = mail
      const id = `message-${message.no}`
      const at = new Date(now)
      return outcomeOf(await sender.sendMail(to, { id, ...words, at }, signal), id)
    },
    async lookUp({ unheard }) {
      return unheard > MOST_UNHEARD
        ? { kind: 'unknowable', detail: 'a mail server never tells whether it took a letter' }
        : { kind: 'absent' }
    },
    check: (turn) => sender.check(turn),
  }
}

function outcomeOf(outcome: MailOutcome, id: string): Outcome {
  switch (outcome.kind) {
    case 'taken':
      return { kind: 'sent', remoteId: id }
    case 'never':
      return { kind: 'never', because: 'refused', detail: `${outcome.because} ${outcome.detail}` }
    case 'unknown':
      return { kind: 'uncertain', detail: outcome.detail }
    case 'later':
      // Nothing was handed over: it was surely not taken, as with a limit.
      return outcome.because === 'account'
        ? { kind: 'paused', because: 'bad-credentials', detail: outcome.detail }
        : { kind: 'later', because: 'rate-limited', detail: outcome.detail }
  }
}
