/**
 * Signed webhooks by standard-webhooks 1.0, for systems of the town's own. A repeat has the same id, so
 * a receiver that remembers ids hears everything once.
 */
import { createHmac } from 'node:crypto'
import { SECOND } from '#src/stations/time.ts'
import type { Delivery } from '#src/store/contract.ts'
import { outcomeOfHttpStatus } from '../channel.ts'
import type { Channel, Checked, Failure, Found, Outcome, Turn } from '../channel.ts'
import { ask, failureOfAnswer, retryAfterMs } from './http.ts'
import type { Answer } from './http.ts'
import { checkedOf } from './outcomes.ts'

export interface WebhookOptions {
  /** The town's name for the receiver. */
  readonly account: string
  readonly url: string
  readonly key: Uint8Array
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number
}

/** What a town's file calls a secret, `whsec_…`, as the key that it is. */
export function webhookKey(secret: string): Uint8Array | undefined {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1]
  const key = Buffer.from(base64 ?? '', 'base64')
  const isCanonical = key.toString('base64') === base64
  return isCanonical && key.length >= 24 && key.length <= 64 ? key : undefined
}

/** `v1,` and the HMAC-SHA256 of id, second and body. */
export function webhookSignature(
  key: Uint8Array,
  id: string,
  second: number,
  body: string,
): string {
  const digest = createHmac('sha256', key).update(`${id}.${second}.${body}`).digest('base64')
  return `v1,${digest}`
}

export function openWebhook({ account, url, key, ...options }: WebhookOptions): Channel {
  const timeoutMs = options.timeoutMs ?? 10 * SECOND

  function post(id: string, body: string, turn: Turn): Promise<Answer> {
    const second = Math.trunc(turn.now / SECOND)
    return ask(
      {
        method: 'POST',
        url,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(second),
          'webhook-signature': webhookSignature(key, id, second, body),
        },
        body,
        statusAlone: true,
      },
      turn,
      timeoutMs,
    )
  }

  async function send({ postKey, language, text }: Delivery, turn: Turn): Promise<Outcome> {
    const answer = await post(`post_${postKey}_${language}`, text, turn)
    return isTaken(answer) ? { kind: 'sent' } : failureOf(answer, turn)
  }

  /** A ping says nothing, yet shows whether the address and the secret are right. */
  async function check(turn: Turn): Promise<Checked> {
    const answer = await post(`ping_${turn.now}`, JSON.stringify({ type: 'ping' }), turn)
    return isTaken(answer) ? { kind: 'ready' } : checkedOf(failureOf(answer, turn))
  }

  function lookUp(): Promise<Found> {
    return Promise.resolve({ kind: 'unknowable', detail: 'a webhook’s receiver can’t be asked' })
  }

  return { name: 'webhook', account, longestMs: 2 * timeoutMs, send, lookUp, check }
}

function isTaken(answer: Answer): boolean {
  return answer.kind === 'answer' && answer.status >= 200 && answer.status < 300
}

function failureOf(answer: Answer, { now }: Turn): Failure {
  if (answer.kind === 'none') return failureOfAnswer(answer)
  const { status, headers } = answer
  const detail = `the receiver answered ${status}`
  if (status === 410) return { kind: 'paused', because: 'gone', detail }
  if (status === 403) return { kind: 'paused', because: 'bad-credentials', detail }
  return outcomeOfHttpStatus(status, detail, retryAfterMs(headers, now))
}
