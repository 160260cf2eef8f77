/**
 * Web Push (RFC 8030) to whatever service a browser named: encrypted for that browser (RFC 8291), signed
 * as the town (RFC 8292). An endpoint is a stranger's word, so nothing inside the town's network is called.
 */
import { lookup as lookupName } from 'node:dns'
import { Agent, request } from 'node:https'
import type { RequestOptions } from 'node:https'
import type { LookupFunction } from 'node:net'
import webpush from 'web-push'
import { SECOND } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isPublicAddress } from '#src/store/public-host.ts'
import type { PushTarget } from '#src/store/subscriber-desk.ts'
import { retryAfterMs } from '../channels/http.ts'
import type { VapidKeys } from './vapid.ts'

export interface PushMessage {
  /** JSON for our service worker, at most 3 kB. */
  readonly payload: string
  /** Replaces what still waits under the same name at the push service; at most 32 of base64url. */
  readonly topic: string
  /** Not worth showing after this. */
  readonly expiresAt: EpochMs
  readonly urgency: 'low' | 'normal'
}

export type PushOutcome =
  | { readonly kind: 'taken' }
  /** The browser has ended it, or is gone. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'later'
      readonly afterMs?: number
      readonly detail: string
      /** It doesn't believe who we are, whoever it is for. */
      readonly isDisbelief?: true
    }
  | { readonly kind: 'never'; readonly detail: string }

export interface PushSender {
  sendPush(
    target: PushTarget,
    message: PushMessage,
    turn: { readonly now: EpochMs; readonly signal: AbortSignal },
  ): Promise<PushOutcome>
  close(): void
}

export interface PushSenderOptions {
  readonly keys: VapidKeys
  /** `avs@example.se` or `https://…`: whom push services turn to. */
  readonly contact: string
  /** For one message, from the first byte to the answer. Default 15 s. */
  readonly timeoutMs?: number
  /** A proxy that everything goes through, as in the environment. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>
  /** Push services on this machine, with certificates of their own: for tests. */
  readonly inner?: { readonly ca: string }
}

/** Browsers show nothing of a payload that is longer than their services carry. */
const MOST_BYTES = 3000

export function openPushSender(options: PushSenderOptions): PushSender {
  const { keys, contact, inner, proxyEnv } = options
  const timeoutMs = options.timeoutMs ?? 15 * SECOND
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 10,
    ...(inner ? { ca: inner.ca } : { lookup: lookupOutside(proxyHosts(proxyEnv)) }),
    ...(proxyEnv && { proxyEnv }),
  })
  const vapidDetails = {
    subject: contact.startsWith('https:') ? contact : `mailto:${contact}`,
    ...keys,
  }

  return {
    async sendPush({ endpoint, p256dh, auth }, message, { now, signal }) {
      const { payload, topic, expiresAt, urgency } = message
      if (Buffer.byteLength(payload) > MOST_BYTES) return { kind: 'never', detail: 'too long' }
      let details
      try {
        details = webpush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
          vapidDetails,
          TTL: Math.max(0, Math.floor((expiresAt - now) / SECOND)),
          urgency,
          topic,
        })
      } catch {
        // What it says quotes the endpoint.
        return { kind: 'never', detail: 'keys that nothing can be encrypted for' }
      }
      const { method, headers, body } = details
      const answer = await post(endpoint, {
        agent,
        method,
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })
      return outcomeOf(answer, now)
    },
    close: () => agent.destroy(),
  }
}

type Answer =
  | { readonly status: number; readonly headers: Headers }
  | { readonly status: undefined; readonly detail: string }

/** Never rejects. The status says it all: what else is answered is not waited for. */
function post(
  endpoint: string,
  { body, ...options }: RequestOptions & { readonly body: Buffer | null },
): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resolve({ status: undefined, detail: error.code ?? error.name })
    const sending = request(endpoint, options, (response) => {
      const { statusCode = 0, headers } = response
      response.on('error', () => undefined)
      response.once('data', () => response.destroy())
      response.resume()
      resolve({ status: statusCode, headers: new Headers(headers as Record<string, string>) })
    })
    sending.on('error', fail)
    sending.end(body)
  })
}

function outcomeOf(answer: Answer, now: EpochMs): PushOutcome {
  if (answer.status === undefined) return { kind: 'later', detail: answer.detail }
  const { status, headers } = answer
  const detail = `the push service answered ${status}`
  if (status >= 200 && status < 300) return { kind: 'taken' }
  if (status === 404 || status === 410) return { kind: 'gone' }
  if (status === 401) return { kind: 'later', detail, isDisbelief: true }
  if (status === 429 || status >= 500 || status === 408) {
    const afterMs = retryAfterMs(headers, now)
    return { kind: 'later', detail, ...(afterMs !== undefined && { afterMs }) }
  }
  return { kind: 'never', detail }
}

/** Names that lead into a network like ours lead nowhere, whatever they led to a moment ago. */
function lookupOutside(allowed: ReadonlySet<string>): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      const inside = (addresses ?? []).some(({ address }) => !isPublicAddress(address))
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error('no address'), [])
      if (inside && !allowed.has(hostname)) {
        const refused: NodeJS.ErrnoException = new Error('an address inside')
        refused.code = 'EINSIDE'
        return callback(refused, [])
      }
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function proxyHosts(env: PushSenderOptions['proxyEnv'] = {}): ReadonlySet<string> {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']
  return new Set(names.flatMap((name) => URL.parse(env[name] ?? '')?.hostname ?? []))
}
