/** Messages by SMS: opened, counted against the month, sent, asked after. */
import { z } from 'zod'
import type { Message, MessageStore } from '#src/store/messages.ts'
import { unseal } from '#src/store/sealed.ts'
import { smsSize } from '#src/wording/sms-parts.ts'
import { monthOf, nextMonth } from '#src/stations/time.ts'
import { notSendable } from '../channels/outcomes.ts'
import type { MessageLeg } from './message-worker.ts'
import type { ReportTokens } from './report-token.ts'
import type { Sms, SmsSender } from './sms-sender.ts'

export interface SmsLegOptions {
  readonly sender: SmsSender
  readonly store: Pick<MessageStore, 'spendSms'>
  readonly secret: string
  readonly tokens: ReportTokens
  /** Without a slash at its end; reports come there. Absent: nobody can reach us. */
  readonly publicUrl?: string
  /** Parts in a month of the town's. */
  readonly monthlyLimit: number
  readonly timeZone: () => string
  /** Told when the month's are used up. */
  readonly onLimit?: (month: string) => void
}

/** What a sealed body holds of an SMS. */
export const smsBody = z.object({ text: z.string().min(1) })

/** Reports of a fire go out whatever it costs. */
const ALWAYS: ReadonlySet<string> = new Set(['alert.fire'])

export function openSmsLeg(options: SmsLegOptions): MessageLeg {
  const { sender, store, secret, tokens, publicUrl, monthlyLimit } = options

  function open(message: Message): Sms | undefined {
    const to = unseal(message.recipient, secret)
    const body = smsBody.safeParse(parseJson(unseal(message.body, secret)))
    if (to === undefined || !body.success) return undefined
    const query = `message=${message.no}&token=${tokens.of(message.no)}`
    return {
      to,
      text: body.data.text,
      ...(publicUrl !== undefined && { reportUrl: `${publicUrl}${SMS_REPORT_PATH}?${query}` }),
    }
  }

  return {
    way: 'sms',
    longestMs: sender.longestMs,
    parts(message) {
      return smsSize(open(message)?.text ?? '').parts
    },
    async spend(message, now) {
      const zone = options.timeZone()
      const month = monthOf(now, zone)
      const most = ALWAYS.has(message.purpose) ? Number.MAX_SAFE_INTEGER : monthlyLimit
      if (await store.spendSms(month, this.parts(message), most)) return undefined
      options.onLimit?.(month)
      return { until: nextMonth(now, zone) }
    },
    async unspend(message, countedAt) {
      const month = monthOf(countedAt, options.timeZone())
      await store.spendSms(month, -this.parts(message), Number.MAX_SAFE_INTEGER)
    },
    async send(message, turn) {
      const sms = open(message)
      return sms ? sender.send(sms, turn) : notSendable(UNREADABLE)
    },
    async lookUp(message, turn) {
      const sms = open(message)
      return sms
        ? sender.lookUp(sms, message.firstTriedAt, turn)
        : { kind: 'unknowable', detail: UNREADABLE }
    },
    check: (turn) => sender.check(turn),
  }
}

export const SMS_REPORT_PATH = '/api/v1/sms/reports'

const UNREADABLE = 'erased, or sealed with another secret'

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
