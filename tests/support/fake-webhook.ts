/**
 * A receiver of webhooks on loopback that takes nothing on trust: it verifies the signature over the
 * bytes, refuses what is more than five minutes old, and takes each id once, however often it comes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { runFarEnd, startFarEnd } from './far-end.ts'
import type { Asked, FarEnd, FarEndOptions, Told } from './far-end.ts'

export const FAKE_WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

export interface FakeEvent {
  readonly id: string
  readonly text: string
  readonly body: unknown
}

export type WebhookFault = '400' | '401' | '403' | '410' | '429' | '204'
export type FakeWebhook = FarEnd<WebhookFault, FakeEvent>

export function startFakeWebhook(options: FarEndOptions = {}): Promise<FakeWebhook> {
  const now = options.now ?? Date.now

  function answer(asked: Asked, said: FakeEvent[], accept: (event: FakeEvent) => void): Told {
    const refused = findFault(asked, now())
    if (refused !== undefined) return { status: 401, json: { error: refused } }
    const id = asked.headers['webhook-id'] as string
    const body = JSON.parse(asked.body) as { type: string; data?: { text: string } }
    const isNews = body.type !== 'ping' && !said.some((event) => event.id === id)
    if (isNews) accept({ id, text: body.data?.text ?? '', body })
    return { status: 200 }
  }

  return startFarEnd<WebhookFault, FakeEvent>(options, {
    says: ({ body }) => !body.includes('"ping"'),
    answer,
    refusals: {
      '400': () => ({ status: 400 }),
      '401': () => ({ status: 401 }),
      '403': () => ({ status: 403 }),
      '410': () => ({ status: 410 }),
      '429': () => ({ status: 429, headers: { 'retry-after': '90' } }),
      '204': () => ({ status: 204 }),
    },
  })
}

/** standard-webhooks 1.0: why a message isn't from whom it says. */
function findFault({ headers, body }: Asked, now: number): string | undefined {
  const id = headers['webhook-id']
  const second = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof second !== 'string' || typeof signatures !== 'string') {
    return 'headers are missing'
  }
  if (!(Math.abs(now / 1000 - Number(second)) <= 300)) return 'timestamp'
  const key = Buffer.from(FAKE_WEBHOOK_SECRET.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${second}.${body}`).digest()
  const isSigned = signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return isSigned ? undefined : 'signature'
}

if (import.meta.main) await runFarEnd(startFakeWebhook)
