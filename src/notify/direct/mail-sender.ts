/**
 * Hands mail over to the town's mail server, over a few connections that are kept for a while. What became
 * of a try is told without the server's own words: they often name the receiver.
 */
import { Readable } from 'node:stream'
import { createTransport } from 'nodemailer'
import MailComposer from 'nodemailer/lib/mail-composer'
import { SECOND } from '#src/stations/time.ts'
import { mailboxOf } from '#src/stations/mail-address.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import type { Checked, Turn } from '../channel.ts'
import type { SmtpAddress } from './smtp-address.ts'

export interface MailMessage {
  /** What stands before the @ of its Message-ID: the same for a repeat, so that programs fold the two. */
  readonly id: string
  /** The `id` of an earlier one that it follows up. */
  readonly follows?: string
  readonly language: BookingLanguage
  readonly subject: string
  readonly text: string
  readonly html?: string
  /** A POST there ends the subscription, without a page (RFC 8058). */
  readonly unsubscribeUrl?: string
  readonly at: Date
}

export type MailOutcome =
  /** The server answers for it from now on. */
  | { readonly kind: 'taken' }
  /** Not now: `deferred` for this receiver, the others for any. */
  | {
      readonly kind: 'later'
      readonly because: 'deferred' | 'unreachable' | 'account'
      readonly detail: string
    }
  /** `no-such-mailbox`: nobody is there. `refused`: not this message. */
  | {
      readonly kind: 'never'
      readonly because: 'no-such-mailbox' | 'refused'
      readonly detail: string
    }
  /** All of it was handed over, and no answer came: it may be on its way. */
  | { readonly kind: 'unknown'; readonly detail: string }

export interface MailSender {
  sendMail(to: string, message: MailMessage, signal?: AbortSignal): Promise<MailOutcome>
  /** Whether the server is there and lets us in. */
  check(turn: Turn): Promise<Checked>
  close(): void
}

/** So many different receivers in a row. */
const REFUSED_TO_REST = 3
/** Shorter than any lease under which letters are sent. */
export const LONGEST_SEND_MS = 90 * SECOND

export interface MailSenderOptions {
  readonly server: SmtpAddress
  readonly from: string
  readonly name: string
  readonly replyTo?: string
  /** For connecting and for the greeting. Default 20 s. */
  readonly timeoutMs?: number
  /** For each answer later on: some look through a letter for a while before they take it. Default 75 s. */
  readonly answerMs?: number
  /** For a letter in all, however slowly a server trickles. Default `LONGEST_SEND_MS`. */
  readonly longestMs?: number
  readonly connections?: number
}

/** What nodemailer's errors have that matters. */
interface SmtpError {
  readonly code?: string
  readonly command?: string
  readonly response?: string
  readonly responseCode?: number
}

export function openMailSender(options: MailSenderOptions): MailSender {
  const { server, from, name, replyTo } = options
  const timeoutMs = options.timeoutMs ?? 20 * SECOND
  const longestMs = options.longestMs ?? LONGEST_SEND_MS
  const refused = new Set<string>()
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const transport = createTransport({
    pool: true,
    host: server.host,
    port: server.port,
    secure: server.isTls,
    requireTLS: !server.isTls && !server.isPlain,
    ignoreTLS: server.isPlain,
    ...(server.user !== undefined && {
      auth: { user: server.user, pass: server.password ?? '' },
    }),
    maxConnections: options.connections ?? 3,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: options.answerMs ?? 75 * SECOND,
    dnsTimeout: timeoutMs,
    // Tries are counted in the queue of work, and nowhere else.
    maxRequeues: 0,
    idleTimeout: 10 * SECOND,
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  // The pool reads a message by this once the server has asked for it, and not before.
  transport.use('stream', (mail, done) => {
    const { raw, onHandedOver } = mail.data as unknown as Tracked
    mail.message.createReadStream = () => tellingEnd(raw, onHandedOver)
    done()
  })

  /** A server that refuses one after the other and takes nothing means us, whatever it says. */
  function aboutUs(to: string, outcome: MailOutcome): MailOutcome {
    if (outcome.kind !== 'never') return outcome
    if (refused.size < REFUSED_TO_REST) refused.add(mailboxOf(to))
    return refused.size < REFUSED_TO_REST
      ? outcome
      : { kind: 'later', because: 'account', detail: outcome.detail }
  }

  async function compose(to: string, message: MailMessage): Promise<Buffer> {
    const { id, follows, language, subject, text, html, unsubscribeUrl, at } = message
    const asId = (local: string) => `<${local}@${domain}>`
    const composer = new MailComposer({
      from: { name, address: from },
      to,
      ...(replyTo !== undefined && { replyTo }),
      subject,
      date: at,
      messageId: asId(id),
      ...(follows !== undefined && { inReplyTo: asId(follows), references: asId(follows) }),
      text,
      ...(html !== undefined && { html }),
      headers: {
        'Auto-Submitted': 'auto-generated',
        'Content-Language': language,
        ...(unsubscribeUrl !== undefined && {
          'List-Unsubscribe': { prepared: true, foldLines: false, value: `<${unsubscribeUrl}>` },
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
      },
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    return composer.compile().build()
  }

  return {
    async sendMail(to, message, signal) {
      const raw = await compose(to, message)
      let isHandedOver = false
      const mail: Tracked & {
        readonly envelope: { from: string; to: string[] }
        readonly signal: AbortSignal
      } = {
        envelope: { from, to: [to] },
        raw,
        onHandedOver: () => {
          isHandedOver = true
        },
        signal: AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal ? [signal] : [])]),
      }
      try {
        await transport.sendMail(mail)
        refused.clear()
        return { kind: 'taken' }
      } catch (error) {
        return aboutUs(to, outcomeOf(error as SmtpError, isHandedOver))
      }
    },
    async check() {
      try {
        await transport.verify()
        return { kind: 'ready' }
      } catch (error) {
        const outcome = outcomeOf(error as SmtpError, false)
        const detail = outcome.kind === 'taken' ? '' : outcome.detail
        return (error as SmtpError).code === 'EAUTH'
          ? { kind: 'paused', because: 'bad-credentials', detail }
          : { kind: 'unknown', detail }
      }
    },
    close: () => transport.close(),
  }
}

/** A whole message, and who wants to know when the last of it is on its way. */
interface Tracked {
  readonly raw: Buffer
  readonly onHandedOver: () => void
}

function tellingEnd(raw: Buffer, onEnd: () => void): Readable {
  const stream = Readable.from([raw], { objectMode: false })
  return stream.once('end', onEnd)
}

function outcomeOf(error: SmtpError, isHandedOver: boolean): MailOutcome {
  const { code, command = '', response = '', responseCode = 0 } = error
  // Servers echo the address, so only their numbers go further.
  const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(response)?.[0] ?? ''
  const detail = [responseCode || code, enhanced, command].filter(Boolean).join(' ')
  if (code === 'EAUTH' || (command === 'MAIL FROM' && responseCode >= 500)) {
    return { kind: 'later', because: 'account', detail }
  }
  if (responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')) {
    const words = response.replace(/\S*@\S*/g, '')
    if (isSenderRefused(enhanced, words)) return { kind: 'later', because: 'account', detail }
    const isGone = isNobodyThere(responseCode, enhanced, command) && !/\brelay/i.test(words)
    return { kind: 'never', because: isGone ? 'no-such-mailbox' : 'refused', detail }
  }
  if (
    responseCode >= 400 &&
    (code === 'EENVELOPE' || code === 'EMESSAGE') &&
    responseCode !== 421
  ) {
    return { kind: 'later', because: 'deferred', detail }
  }
  return isHandedOver
    ? { kind: 'unknown', detail }
    : { kind: 'later', because: 'unreachable', detail }
}

/** Of RFC 3463 what says that there is no such address, or that its mailbox takes nothing any more. */
const NOBODY_THERE = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1'])

function isNobodyThere(code: number, enhanced: string, command: string): boolean {
  if (enhanced !== '') return NOBODY_THERE.has(enhanced)
  return command === 'RCPT TO' && [550, 551, 553].includes(code)
}

/** Postfix and Exim refuse a sender only when they hear the receiver, some without or by a vague number. */
function isSenderRefused(enhanced: string, words: string): boolean {
  if (enhanced === '5.1.7' || enhanced === '5.1.8') return true
  return (enhanced === '' || enhanced === '5.1.0') && /\bsender\b/i.test(words)
}
