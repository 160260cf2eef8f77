import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Channel, Turn, Words } from '#src/notify/channel.ts'
import {
  openWebhook,
  webhookKey,
  webhookSignature,
  type WebhookOptions,
} from '#src/notify/channels/webhook.ts'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import type { PostItem } from '#src/rules/decision.ts'
import { HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Post } from '#src/store/contract.ts'
import type { FarEndOptions, Trouble } from '#tests/support/far-end.ts'
import {
  FAKE_WEBHOOK_SECRET,
  startFakeWebhook,
  type FakeWebhook,
  type WebhookFault,
} from '#tests/support/fake-webhook.ts'
import { castTown, ekudden, hamnen } from '#tests/support/town.ts'
import { later, paused, refused, testChannel } from './channel-contract.ts'
import { claimed, makeItem, makePost, noon, postKey } from './deliveries.ts'

let fake: FakeWebhook
let webhook: Channel
beforeEach(() => open())
afterEach(() => fake[Symbol.asyncDispose]())

const now = () => instant(Date.now())
const turn = (): Turn => ({ now: now(), signal: new AbortController().signal })

async function open(
  options: FarEndOptions = {},
  over: Partial<WebhookOptions> = {},
): Promise<void> {
  if (fake) await fake[Symbol.asyncDispose]()
  fake = await startFakeWebhook(options)
  webhook = openTo(over)
}

function openTo(over: Partial<WebhookOptions> = {}): Channel {
  const key = webhookKey(FAKE_WEBHOOK_SECRET)!
  return openWebhook({ account: 'city-app', url: `${fake.url}/hook?of=avs`, key, ...over })
}

const account = {
  account: 'city-app',
  language: 'sv',
  url: 'https://app.example/hook',
  secretEnv: 'S',
} as const

/** What the town's outbox would carry. */
function bodyOf(post: Post): string {
  const town = indexTown({ ...castTown, channels: { webhook: [account] } })
  return planDeliveries(post, town)[0]!.text
}

const way = { channel: 'webhook', account: 'city-app' } as const
const first = (): Words => claimed(7, now(), { ...way, text: bodyOf(makePost(7, noon)) })

test('the signature is that of the standard’s example', () => {
  const key = webhookKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
  expect(webhookSignature(key, id, 1_614_265_330, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  )
})

test.each([
  ['no prefix', Buffer.alloc(32).toString('base64')],
  ['too short', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['too long', `whsec_${Buffer.alloc(65).toString('base64')}`],
  ['not base64', `whsec_${'ä'.repeat(32)}`],
  ['cut off', `whsec_${Buffer.alloc(32).toString('base64').slice(0, -1)}`],
  ['nothing', ''],
])('a secret that is none: %s', (_, secret) => {
  expect(webhookKey(secret)).toBeUndefined()
})

test('a post goes out once, signed', async () => {
  expect(await webhook.send(first(), turn())).toEqual({ kind: 'sent' })
  expect(fake.said.map(({ id }) => id)).toEqual(['post_0000000000000007_sv'])
  expect(fake.requests).toEqual(['POST /hook 200'])
})

test('it tells what is open data of the post, and nothing that nobody has named', () => {
  const item: PostItem = {
    ...makeItem(7, noon),
    fillPercent: 93,
    nextEmptyingAt: plus(noon, HOUR),
    fullAt: plus(noon, MINUTE),
    alternative: { stationId: hamnen.id, name: 'Hamnen', distanceM: 596 },
  }
  const stray = { reporter: 'Kim', items: [Object.assign(item, { phone: '070' })] }
  const post = makePost(7, noon, {
    ...stray,
    kind: 'correction',
    corrects: postKey(3),
    replyTo: postKey(3),
  })
  expect(JSON.parse(bodyOf(post))).toEqual({
    type: 'post.correction',
    timestamp: '2026-05-05T10:00:00.000Z',
    data: {
      key: '0000000000000007',
      language: 'sv',
      text: post.texts.sv,
      stationId: ekudden.id,
      decidedAt: '2026-05-05T10:00:00.000Z',
      expiresAt: '2026-05-05T11:00:00.000Z',
      replyTo: '0000000000000003',
      corrects: '0000000000000003',
      items: [
        {
          template: 'full',
          containerId: '1490-901-paper-1',
          fraction: 'paper',
          since: '2026-05-05T10:00:00.000Z',
          source: 'sensor',
          fillPercent: 93,
          nextEmptyingAt: '2026-05-05T11:00:00.000Z',
          fullAt: '2026-05-05T10:01:00.000Z',
          alternative: { stationId: '1490-902', name: 'Hamnen', distanceM: 596 },
        },
      ],
    },
  })
})

testChannel<WebhookFault | Trouble>({
  bench: () => ({
    channel: webhook,
    faults: fake.faults,
    otherFaults: fake.otherFaults,
    texts: fake.said.map(({ body }) => JSON.stringify(body)),
    remoteId: undefined,
  }),
  hurry: (timeoutMs) => open({}, { timeoutMs }),
  turn,
  first,
  again: () => ({ ...first(), attempts: 2, firstTriedAt: plus(now(), -3 * SECOND) }),
  onPort: (port) => openTo({ url: `http://127.0.0.1:${port}` }),
  wrongCredentials: { secret: () => openTo({ key: Buffer.alloc(32) }) },
  troubles: [
    ['503-json', later('server-error', 'the receiver answered 503'), 0],
    ['503-html', later('server-error', 'the receiver answered 503'), 0],
    ['503-after', later('server-error', 'the receiver answered 503'), 1],
    ['redirect', later('server-error', 'the receiver answered 302'), 0],
    ['cut-before', later('unreachable'), 0],
    ['cut-after', later('unreachable'), 1],
    ['400', refused('the receiver answered 400'), 0],
    ['404-html', refused('the receiver answered 404'), 0],
    ['401', paused('bad-credentials', 'the receiver answered 401'), 0],
    ['403', paused('bad-credentials', 'the receiver answered 403'), 0],
    ['410', paused('gone', 'the receiver answered 410'), 0],
    ['429', { ...later('rate-limited', 'the receiver answered 429'), afterMs: 90 * SECOND }, 0],
    // A receiver's status is its word; what it says besides is nobody's business.
    ['204', { kind: 'sent' }, 0],
    ['html-200', { kind: 'sent' }, 0],
    ['body-cut', { kind: 'sent' }, 1],
    ['endless', { kind: 'sent' }, 0],
  ],
  limits: [['429', 90]],
  overCapacity: 'the receiver answered 503',
})

test('a ping shows that the clock is wrong', async () => {
  const wrong = { ...turn(), now: plus(now(), -6 * MINUTE) }
  expect(await webhook.check(wrong)).toMatchObject({ kind: 'paused' })
})

test('whether an earlier try was heard, nobody can ask', async () => {
  expect(await webhook.lookUp(first(), turn())).toEqual({
    kind: 'unknowable',
    detail: 'a webhook’s receiver can’t be asked',
  })
  expect(fake.requests).toEqual([])
})

test('a message altered on its way is refused by the receiver', async () => {
  const key = webhookKey(FAKE_WEBHOOK_SECRET)!
  const second = Math.trunc(Date.now() / 1000)
  const answer = await fetch(fake.url, {
    method: 'POST',
    headers: {
      'webhook-id': 'a',
      'webhook-timestamp': String(second),
      'webhook-signature': webhookSignature(key, 'a', second, '{"type":"post.open"}'),
    },
    body: '{"type":"post.close"}',
  })
  expect(answer.status).toBe(401)
})
