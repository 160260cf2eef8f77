import { request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import { TwitterApi } from 'twitter-api-v2'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EgressAgent, egressTo } from '#src/notify/channels/egress.ts'
import { openX, type XOptions } from '#src/notify/channels/x.ts'
import type { Channel, Turn } from '#src/notify/channel.ts'
import { MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import {
  FAKE_X_ACCOUNT,
  FAKE_X_CREDENTIALS,
  startFakeX,
  type FakeX,
  type FakeXOptions,
  type XFault,
} from '#tests/support/fake-x.ts'
import { later, paused, refused, testChannel } from './channel-contract.ts'
import { claimed } from './deliveries.ts'

let fake: FakeX
let x: Channel
beforeEach(() => open())
afterEach(() => fake[Symbol.asyncDispose]())

const now = () => instant(Date.now())
const turn = (): Turn => ({ now: now(), signal: new AbortController().signal })

async function open(options: FakeXOptions = {}, timeoutMs = 10_000): Promise<void> {
  if (fake) await fake[Symbol.asyncDispose]()
  fake = await startFakeX(options)
  x = openTo({ timeoutMs })
}

function openTo(over: Partial<XOptions>): Channel {
  return openX({
    credentials: FAKE_X_CREDENTIALS,
    account: `@${FAKE_X_ACCOUNT}`,
    clock: now,
    connect: fake.connect,
    ...over,
  })
}

const first = () => claimed(7, now())
const text = first().text
/** A later try of the same, the first so long ago. */
const again = (agoMs: number) =>
  claimed(7, now(), { attempts: 2, firstTriedAt: plus(now(), -agoMs) })
const texts = () => fake.posts.map((p) => p.text)

test('a post goes out once, signed, with its text and nothing else', async () => {
  expect(await x.send(first(), turn())).toEqual({ kind: 'sent', remoteId: fake.posts[0]!.id })
  expect(texts()).toEqual([text])
  expect(fake.requests).toEqual(['POST /2/tweets 201'])
})

describe('a follow-up', () => {
  const followUp = (remoteId: string) => ({
    ...claimed(8, now()),
    follows: { remoteId, text, isTakenBack: true },
  })

  test('is a reply to what it follows', async () => {
    await x.send(first(), turn())
    const wrong = fake.posts[0]!
    await x.send(followUp(wrong.id), turn())
    expect(fake.posts.map((p) => p.replyTo)).toEqual([undefined, wrong.id])
  })

  test('of a post that is gone is said alone', async () => {
    expect(await x.send(followUp('17'), turn())).toMatchObject({ kind: 'sent' })
    expect(fake.posts.map((p) => p.replyTo)).toEqual([undefined])
    expect(fake.requests).toEqual(['POST /2/tweets 403', 'POST /2/tweets 201'])
  })

  test('that X refuses for another reason is not said a second time', async () => {
    fake.faults.push('403-other')
    expect(await x.send(followUp('17'), turn())).toMatchObject({ kind: 'never' })
    expect(fake.requests).toEqual(['POST /2/tweets 403'])
  })
})

testChannel<XFault>({
  bench: () => ({
    channel: x,
    faults: fake.faults,
    otherFaults: fake.readFaults,
    texts: texts(),
    remoteId: fake.posts[0]?.id,
  }),
  hurry: (timeoutMs) => open({}, timeoutMs),
  turn,
  first,
  again: () => again(3 * SECOND),
  onPort: (port) => openTo({ connect: egressTo('127.0.0.1', port) }),
  wrongCredentials: Object.fromEntries(
    Object.keys(FAKE_X_CREDENTIALS).map((key) => [
      key,
      () => openTo({ credentials: { ...FAKE_X_CREDENTIALS, [key]: 'wrong' } }),
    ]),
  ),
  troubles: [
    ['503-json', later('server-error', '503 Over capacity'), 0],
    ['503-html', later('server-error', '503'), 0],
    ['503-after', later('server-error', '503 Over capacity'), 1],
    ['cut-before', later('unreachable'), 0],
    ['cut-after', later('unreachable'), 1],
    ['body-cut', later('unreachable', 'the answer (201) was cut short'), 1],
    ['html-200', later('server-error', 'an answer without the post’s id'), 0],
    ['401', paused('bad-credentials', '401 Unauthorized'), 0],
    ['402', paused('no-credits', '402 Your account has no credits left.'), 0],
    ['403-suspended', paused('suspended'), 0],
    ['403-read-only', paused('bad-credentials'), 0],
    ['403-other', refused('403 You are not permitted to perform this action.'), 0],
    ['400', refused('400 One or more parameters was invalid.'), 0],
  ],
  limits: [
    ['429', 90],
    ['429-day', 7200],
  ],
  overCapacity: '503 Over capacity',
})

test('tokens of another account pause it', async () => {
  await open({ username: 'somebody_else' })
  expect(await x.check(turn())).toEqual({
    kind: 'paused',
    because: 'wrong-account',
    detail: 'the access token belongs to @somebody_else, the town names @avs_provstad',
  })
})

describe('a repeat says nothing twice', () => {
  test('a refused repeat counts as said even when the timeline lags behind', async () => {
    await open({ timelineLagMs: MINUTE })
    fake.faults.push('cut-after')
    await x.send(first(), turn())
    expect(await x.send(again(3 * SECOND), turn())).toEqual({ kind: 'sent' })
    expect(texts()).toEqual([text])
  })

  test('when X may have forgotten, the own timeline is read before anything is said', async () => {
    await open({ duplicateWindowMs: 0 })
    fake.faults.push('cut-after')
    await x.send(first(), turn())
    const outcome = await x.send(again(11 * MINUTE), turn())
    expect(outcome).toEqual({ kind: 'sent', remoteId: fake.posts[0]!.id })
    expect(fake.requests.filter((r) => r.startsWith('POST'))).toHaveLength(0)
    expect(texts()).toEqual([text])
  })

  test('and when it isn’t there, it is said', async () => {
    await open({ duplicateWindowMs: 0 })
    expect(await x.send(again(11 * MINUTE), turn())).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text])
  })

  test.each([
    ['503-json', { kind: 'later', because: 'unreachable', detail: '503 Over capacity' }],
    [
      '403-other',
      { kind: 'uncertain', detail: '403 You are not permitted to perform this action.' },
    ],
    ['401', { kind: 'paused', because: 'bad-credentials', detail: '401 Unauthorized' }],
  ] as const)('a timeline that answers %s: nothing is said blindly', async (fault, outcome) => {
    await open({ duplicateWindowMs: 0 })
    await x.check(turn())
    fake.readFaults.push(fault)
    expect(await x.send(again(11 * MINUTE), turn())).toEqual(outcome)
    expect(fake.posts).toEqual([])
  })

  test('a text found on the timeline of a database brought back from a copy counts as said', async () => {
    await x.send(first(), turn())
    expect(await x.send(first(), turn())).toEqual({ kind: 'sent', remoteId: fake.posts[0]!.id })
    expect(texts()).toEqual([text])
  })

  test('a duplicate that is nowhere to be found was never said', async () => {
    await open({ timelineLagMs: MINUTE })
    await x.send(first(), turn())
    expect(await x.send(first(), turn())).toMatchObject({ kind: 'never', because: 'refused' })
  })

  test('it is found among hundreds of later posts, though X writes & as an entity', async () => {
    await x.send(first(), turn())
    const at = Date.now()
    for (let i = 0; i < 250; i += 1) fake.posts.push({ id: `${i}`, text: `decoy ${i}`, at })
    expect(await x.lookUp(again(MINUTE), turn())).toEqual({
      kind: 'found',
      remoteId: fake.posts[0]!.id,
    })
    fake.posts.shift()
    expect(await x.lookUp(again(MINUTE), turn())).toEqual({ kind: 'absent' })
    expect(fake.requests.filter((r) => r.includes('/tweets 200'))).toHaveLength(6)
  })

  test('a timeline too long to read through is left to a person', async () => {
    const at = Date.now()
    for (let i = 0; i < 600; i += 1) fake.posts.push({ id: `${i}`, text: `decoy ${i}`, at })
    expect(await x.lookUp(again(MINUTE), turn())).toEqual({
      kind: 'unknowable',
      detail: 'too many posts to look through',
    })
  })
})

describe('what isn’t fit to be sent never leaves the house', () => {
  test.each([
    ['a link', { text: 'Glaset är fullt.Se kartan 10:15' }, 'the text is url-like'],
    ['a text too long', { text: 'å'.repeat(281) }, 'the text is too-long'],
    ['a mention', { text: 'Fullt 10:15 @boras' }, 'the text is mention'],
    [
      'another account’s post',
      { account: '@grannstaden' },
      'it is for @grannstaden, this is @avs_provstad',
    ],
  ])('%s', async (_, over, detail) => {
    const delivery = { ...first(), ...over }
    expect(await x.send(delivery, turn())).toEqual({
      kind: 'never',
      because: 'not-sendable',
      detail,
    })
    expect(fake.requests).toEqual([])
  })
})

describe('the loopback X is no pushover', () => {
  /** A signed request as the library would send it, sent by hand. */
  async function signed(): Promise<() => Promise<number>> {
    const seen: OutgoingHttpHeaders[] = []
    const client = new TwitterApi(FAKE_X_CREDENTIALS, {
      httpAgent: new EgressAgent(fake.connect),
      compression: false,
      plugins: [
        {
          onBeforeRequest({ requestOptions }) {
            seen.push({ ...(requestOptions.headers as OutgoingHttpHeaders), host: 'api.x.com' })
            requestOptions.signal = AbortSignal.abort()
          },
        },
      ],
    })
    await expect(client.v2.tweet('by hand')).rejects.toThrow()
    return () =>
      new Promise((resolve, reject) => {
        request({ port: fake.port, method: 'POST', path: '/2/tweets', headers: seen[0]! })
          .on('response', (response) => {
            response.resume()
            resolve(response.statusCode!)
          })
          .on('error', reject)
          .end('{"text":"by hand"}')
      })
  }

  test('a request that was overheard can’t be sent again', async () => {
    const send = await signed()
    expect(await send()).toBe(201)
    expect(await send()).toBe(401)
    expect(texts()).toEqual(['by hand'])
  })

  test('a request from a clock six minutes off is refused', async () => {
    await open({ now: () => Date.now() + 6 * MINUTE })
    expect(await (await signed())()).toBe(401)
  })

  test('a post can be deleted, once', async () => {
    await x.send(first(), turn())
    const { id } = fake.posts[0]!
    const { v2 } = new TwitterApi(FAKE_X_CREDENTIALS, {
      httpAgent: new EgressAgent(fake.connect),
    })
    expect((await v2.deleteTweet(id)).data).toEqual({ deleted: true })
    expect((await v2.deleteTweet(id)).data).toEqual({ deleted: false })
    expect(await x.lookUp(again(MINUTE), turn())).toEqual({ kind: 'absent' })
  })
})

describe('what it costs', () => {
  const paid: number[] = []
  const paying = (over: Partial<XOptions> = {}) => {
    paid.length = 0
    return openTo({
      charge: async (microUsd) => {
        paid.push(microUsd)
      },
      ...over,
    })
  }
  const sum = () => paid.reduce((a, b) => a + b, 0)

  test('is counted before it is asked for, and more rather than less', async () => {
    let isPaid = false
    const channel = openTo({
      charge: async () => {
        expect(fake.posts).toEqual([])
        isPaid = true
      },
    })
    await channel.send(first(), turn())
    expect(isPaid).toBe(true)
  })

  test('a post costs a cent and a half, also where nobody knows whether it was heard', async () => {
    const channel = paying()
    await channel.send(first(), turn())
    expect(paid).toEqual([15_000])
    fake.faults.push('cut-before')
    await channel.send({ ...first(), text: 'Ekudden: något annat.' }, turn())
    expect(sum()).toBe(30_000)
  })

  test.each(['429', '403-suspended'] as const)(
    'what X refuses (%s) costs nothing',
    async (fault) => {
      const channel = paying()
      fake.faults.push(fault)
      await channel.send(first(), turn())
      expect(sum()).toBe(0)
    },
  )

  test('a text that is not sendable is not even counted', async () => {
    const channel = paying()
    await channel.send({ ...first(), text: 'fullt.Se' }, turn())
    expect(paid).toEqual([])
  })

  test('who we are and each post of ours that is read cost a tenth of a cent', async () => {
    const channel = paying()
    await channel.check(turn())
    expect(sum()).toBe(1_000)
    await channel.send(first(), turn())
    await channel.lookUp(again(3 * SECOND), turn())
    expect(sum()).toBe(1_000 + 15_000 + 1_000)
  })

  test('a check that X refuses costs nothing', async () => {
    const channel = paying()
    fake.readFaults.push('401')
    await channel.check(turn())
    expect(sum()).toBe(0)
  })

  test('the town’s bound and X’s limits are told to the outbox', () => {
    const channel = paying({ monthlyMicroUsd: 25_000_000, accountsOfApp: ['a', 'b'] })
    expect(channel.prices).toEqual({ postMicroUsd: 15_000, monthlyMicroUsd: 25_000_000 })
    expect(channel.limits?.map(({ most, accounts }) => [most, accounts.length])).toEqual([
      [100, 1],
      [10_000, 2],
    ])
  })
})
