import { describe, expect, test, afterEach, beforeEach } from 'vitest'
import type { Channel, Turn, Words } from '#src/notify/channel.ts'
import { facetsOf, recordKey } from '#src/notify/channels/bluesky-record.ts'
import { openBluesky, type BlueskyOptions } from '#src/notify/channels/bluesky.ts'
import { seal, unseal } from '#src/store/sealed.ts'
import { HOUR, MINUTE, SECOND, isoText, plus } from '#src/stations/time.ts'
import type { Trouble } from '#tests/support/far-end.ts'
import {
  FAKE_BLUESKY_ACCOUNT,
  FAKE_BLUESKY_PASSWORD,
  startFakeBluesky,
  type BlueskyFault,
  type FakeBluesky,
  type FakeBlueskyOptions,
} from '#tests/support/fake-bluesky.ts'
import { JSON_TROUBLES, later, paused, refused, testChannel } from './channel-contract.ts'
import { claimed, noon } from './deliveries.ts'
import { card, testPictures, type TestPictures } from './pictures.ts'

let fake: FakeBluesky
let bluesky: Channel
let notes: Map<string, string>
beforeEach(() => open())
afterEach(() => fake[Symbol.asyncDispose]())

const turn = (): Turn => ({ now: noon, signal: new AbortController().signal })

async function open(
  options: FakeBlueskyOptions = {},
  over: Partial<BlueskyOptions> = {},
): Promise<void> {
  if (fake) await fake[Symbol.asyncDispose]()
  fake = await startFakeBluesky(options)
  notes = new Map()
  bluesky = openAgain(over)
}

/** As after a restart: what was noted is still there. */
function openAgain(over: Partial<BlueskyOptions> = {}): Channel {
  return openBluesky({
    service: fake.url,
    account: `@${FAKE_BLUESKY_ACCOUNT}`,
    appPassword: FAKE_BLUESKY_PASSWORD,
    notes: {
      channelNote: async ({ channel, account }) => notes.get(`${channel} ${account}`),
      async keepChannelNote({ channel, account }, note) {
        notes.set(`${channel} ${account}`, note)
      },
    },
    ...over,
  })
}

const way = { channel: 'bluesky', account: FAKE_BLUESKY_ACCOUNT } as const
const first = (n = 7): Words => claimed(n, noon, way)
const { text } = first()
const again = (agoMs: number): Words =>
  claimed(7, noon, { ...way, attempts: 2, firstTriedAt: plus(noon, -agoMs) })
const texts = () => fake.said.map((record) => record.text)
const calls = () => fake.requests.map((r) => r.replace(/^\w+ \/xrpc\/com\.atproto\.\w+\./, ''))
const addressOf = (n: number) => `at://did:plc:provstadprovstadprovstad/app.bsky.feed.post/${n}`

test('a post goes out once, under a key of its own, with its language', async () => {
  expect(await bluesky.send(first(), turn())).toEqual({
    kind: 'sent',
    remoteId: expect.stringMatching(/^at:\/\/did:plc:\w+\/app\.bsky\.feed\.post\/\w{13}$/),
  })
  expect(fake.said.map((record) => record.value)).toEqual([
    { $type: 'app.bsky.feed.post', text, langs: ['sv'], createdAt: isoText(noon) },
  ])
  expect(calls()).toEqual(['createSession 200', 'putRecord 200'])
})

test('each delivery has its own key, in the order of time, the same at every try', () => {
  const keys = Array.from({ length: 3000 }, (_, id) => recordKey({ id, sendAt: noon }))
  expect(new Set(keys).size).toBe(3000)
  expect(keys.every((key) => /^[234567abcdefghij][234567a-z]{12}$/.test(key))).toBe(true)
  expect(recordKey({ id: 1, sendAt: plus(noon, SECOND) }) > keys[999]!).toBe(true)
  const letters = '234567abcdefghijklmnopqrstuvwxyz'
  const value = Array.from(recordKey({ id: 5007, sendAt: noon })).reduce(
    (sum, letter) => sum * 32n + BigInt(letters.indexOf(letter)),
    0n,
  )
  // Microseconds, then ten bits for the clock.
  expect(value >> 10n).toBe(BigInt(noon) * 1000n + 7n)
  expect(value & 1023n).toBe(5n)
})

test('links and hashtags are marked by their bytes, and nothing else', () => {
  const marked = 'Fullt på Hästhagen (https://avs.example.se/p/ä). #Återvinning #24 a#b #ÅvsHestra!'
  const bytes = Buffer.from(marked)
  expect(
    facetsOf(marked).map(({ index, features }) => [
      bytes.subarray(index.byteStart, index.byteEnd).toString(),
      ...features,
    ]),
  ).toEqual([
    [
      'https://avs.example.se/p/ä',
      { $type: 'app.bsky.richtext.facet#link', uri: 'https://avs.example.se/p/ä' },
    ],
    ['#Återvinning', { $type: 'app.bsky.richtext.facet#tag', tag: 'Återvinning' }],
    ['#ÅvsHestra', { $type: 'app.bsky.richtext.facet#tag', tag: 'ÅvsHestra' }],
  ])
})

test('the server gets the marks', async () => {
  await bluesky.send({ ...first(), text: 'Fullt på Åby. #Återvinning' }, turn())
  expect(fake.said[0]!.value['facets']).toHaveLength(1)
})

describe('a follow-up', () => {
  const followUp = (n: number, remoteId: string): Words => ({
    ...first(n),
    follows: { remoteId, text, isTakenBack: n === 9 },
  })
  const reply = (n: number) => fake.said[n]!.value['reply']
  const refOf = (n: number) => ({
    uri: expect.stringContaining(fake.said[n]!.rkey),
    cid: fake.said[n]!.cid,
  })

  test('is a reply within its thread', async () => {
    const said = await bluesky.send(first(), turn())
    const second = await bluesky.send(followUp(8, (said as { remoteId: string }).remoteId), turn())
    await bluesky.send(followUp(9, (second as { remoteId: string }).remoteId), turn())
    expect(reply(0)).toBeUndefined()
    expect(reply(1)).toEqual({ root: refOf(0), parent: refOf(0) })
    expect(reply(2)).toEqual({ root: refOf(0), parent: refOf(1) })
  })

  test('of a post that is gone is said alone', async () => {
    expect(await bluesky.send(followUp(8, addressOf(17)), turn())).toMatchObject({ kind: 'sent' })
    expect(reply(0)).toBeUndefined()
  })

  test('waits while the server can’t say what it follows', async () => {
    await bluesky.check(turn())
    fake.otherFaults.push('503-json')
    expect(await bluesky.send(followUp(8, addressOf(17)), turn())).toMatchObject({ kind: 'later' })
    expect(fake.said).toEqual([])
  })
})

testChannel<BlueskyFault | Trouble>({
  bench: () => ({
    channel: bluesky,
    faults: fake.faults,
    otherFaults: fake.otherFaults,
    texts: texts(),
    remoteId: expect.stringContaining(fake.said[0]?.rkey ?? 'none'),
  }),
  async hurry(timeoutMs) {
    await open({}, { timeoutMs })
    await bluesky.check(turn())
  },
  turn,
  first,
  again: () => ({ ...first(), attempts: 2 }),
  onPort: (port) => openAgain({ service: `http://127.0.0.1:${port}` }),
  wrongCredentials: { password: () => openAgain({ appPassword: 'wrong' }) },
  troubles: [
    ...JSON_TROUBLES,
    ['no-uri', later('server-error', 'an answer without the post’s address'), 0],
    [
      '401',
      paused('bad-credentials', '401 AuthenticationRequired: Invalid identifier or password'),
      0,
    ],
    ['takedown', paused('suspended', '401 AccountTakedown: Account has been taken down'), 0],
    ['400', refused('400 InvalidRequest: Invalid app.bsky.feed.post record'), 0],
  ],
  limits: [['429', 90]],
  overCapacity: '503 Over capacity',
})

describe('a session', () => {
  test('lasts from one post to the next, and over a restart', async () => {
    await bluesky.send(first(7), turn())
    await bluesky.send(first(8), turn())
    await openAgain().send(first(9), turn())
    expect(calls()).toEqual(['createSession 200', ...Array(3).fill('putRecord 200')])
  })

  test('that has run out is renewed, without a log-in, and the post goes out once', async () => {
    await open({ callsPerToken: 1 })
    for (const n of [7, 8, 9])
      expect(await bluesky.send(first(n), turn())).toMatchObject({ kind: 'sent' })
    expect(calls()).toEqual([
      'createSession 200',
      'putRecord 200',
      ...[8, 9].flatMap(() => ['putRecord 400', 'refreshSession 200', 'putRecord 200']),
    ])
    await openAgain().send(first(10), turn())
    expect(calls().filter((c) => c.startsWith('createSession'))).toHaveLength(1)
    expect(texts()).toHaveLength(4)
  })

  test('that was revoked begins anew', async () => {
    await bluesky.send(first(7), turn())
    fake.revoke()
    expect(await bluesky.send(first(8), turn())).toMatchObject({ kind: 'sent' })
    expect(calls().slice(2)).toEqual([
      'putRecord 400',
      'refreshSession 400',
      'createSession 200',
      'putRecord 200',
    ])
  })

  test('can’t be renewed while the server is in trouble, and nothing is given up', async () => {
    await bluesky.send(first(7), turn())
    fake.expireAccess()
    fake.otherFaults.push('503-html')
    expect(await bluesky.send(first(8), turn())).toMatchObject({ kind: 'later' })
    expect(await bluesky.send(first(8), turn())).toMatchObject({ kind: 'sent' })
    expect(calls().filter((c) => c.startsWith('createSession'))).toHaveLength(1)
  })

  test('is not to be had by too many log-ins', async () => {
    await open({ logIns: 0 })
    expect(await bluesky.send(first(), turn())).toMatchObject({
      kind: 'later',
      because: 'rate-limited',
      afterMs: expect.any(Number),
    })
  })

  test('lies in the database as nobody can read it', async () => {
    await bluesky.send(first(), turn())
    const [note] = [...notes.values()]
    expect(Buffer.from(note!, 'base64url').toString('latin1')).not.toMatch(/access|refresh|did/)
    expect(unseal(note!, FAKE_BLUESKY_PASSWORD)).toContain('refresh-1')
    expect(unseal(note!, 'another password')).toBeUndefined()
  })

  test('of another password is no session', async () => {
    notes.set(`bluesky @${FAKE_BLUESKY_ACCOUNT}`, seal('{}', 'another password'))
    expect(await bluesky.send(first(), turn())).toMatchObject({ kind: 'sent' })
    notes.set(`bluesky @${FAKE_BLUESKY_ACCOUNT}`, 'no seal at all')
    expect(await openAgain().send(first(8), turn())).toMatchObject({ kind: 'sent' })
  })
})

test('an account that is closed pauses', async () => {
  await bluesky.check(turn())
  fake.otherFaults.push('deactivated')
  expect(await bluesky.check(turn())).toEqual({
    kind: 'paused',
    because: 'suspended',
    detail: 'the account is deactivated',
  })
})

describe('a repeat says nothing twice', () => {
  test('however late it comes', async () => {
    const tried = again(20 * HOUR)
    await bluesky.send({ ...tried, attempts: 1 }, { ...turn(), now: plus(noon, -20 * HOUR) })
    await bluesky.send(tried, turn())
    expect(texts()).toEqual([text])
  })

  test('it is found by its key, or surely isn’t there', async () => {
    expect(await bluesky.lookUp(again(MINUTE), turn())).toEqual({ kind: 'absent' })
    await bluesky.send(first(), turn())
    const remoteId = expect.stringContaining(fake.said[0]!.rkey)
    expect(await bluesky.lookUp(again(MINUTE), turn())).toEqual({ kind: 'found', remoteId })
    fake.otherFaults.push('503-json')
    expect(await bluesky.lookUp(again(MINUTE), turn())).toMatchObject({ kind: 'unknown' })
    fake.otherFaults.push('no-uri')
    expect(await bluesky.lookUp(again(MINUTE), turn())).toMatchObject({ kind: 'unknown' })
  })
})

describe('what isn’t fit to be sent never leaves the house', () => {
  test.each([
    ['nothing', ' ', 'the text is empty'],
    ['a text too long', 'å'.repeat(301), 'the text has 301 characters, Bluesky takes 300'],
    ['a text of too many bytes', '👨‍👩‍👧‍👦'.repeat(300), 'the text has more than 3000 bytes'],
  ])('%s', async (_, text, detail) => {
    const outcome = await bluesky.send({ ...first(), text }, turn())
    expect(outcome).toEqual({ kind: 'never', because: 'not-sendable', detail })
    expect(fake.requests).toEqual([])
  })
})

describe('a picture', () => {
  let pictures: TestPictures
  beforeEach(async () => {
    pictures = testPictures()
    await open({}, { pictures })
    await bluesky.check(turn())
  })
  const embeds = () => fake.said.map((record) => record.value['embed'])
  const blob = { $type: 'blob', mimeType: 'image/png', size: card.bytes.length }
  const embed = {
    $type: 'app.bsky.embed.images',
    images: [
      {
        alt: card.alt,
        image: { ...blob, ref: { $link: expect.stringMatching(/^bafkrei/) } },
        aspectRatio: { width: 1200, height: 675 },
      },
    ],
  }

  test('goes with the post, with its description and its shape', async () => {
    expect(await bluesky.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(pictures.asked).toEqual(['0000000000000007 sv'])
    expect(embeds()).toEqual([embed])
    expect([...fake.blobs.values()]).toEqual([Buffer.from(card.bytes)])
  })

  test('of which there is none leaves the post as it was', async () => {
    pictures.card = undefined
    await bluesky.send(first(), turn())
    expect(embeds()).toEqual([undefined])
    expect(calls().slice(2)).toEqual(['putRecord 200'])
  })

  test.each(['503-json', '503-html', '400', '429', 'no-uri', 'cut-after'] as const)(
    'that can’t be brought (%s) holds up no post',
    async (fault) => {
      fake.otherFaults.push(fault)
      expect(await bluesky.send(first(), turn())).toMatchObject({ kind: 'sent' })
      expect(embeds()).toEqual([undefined])
      expect(pictures.misses).toHaveLength(1)
    },
  )

  test('that makes the server refuse the post is taken off it', async () => {
    fake.faults.push('400')
    expect(await bluesky.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(embeds()).toEqual([undefined])
    expect(pictures.misses).toHaveLength(1)
  })

  test.each(['503-after', 'cut-after', 'body-cut', 'cut-before'] as const)(
    'and its post are there once, after %s and a repeat',
    async (fault) => {
      fake.faults.push(fault)
      await bluesky.send(first(), turn())
      expect(await bluesky.send(again(MINUTE), turn())).toMatchObject({ kind: 'sent' })
      expect(embeds()).toEqual([embed])
      expect(fake.blobs.size).toBe(1)
    },
  )

  test('stays in a post that was heard, though none can be had at the repeat', async () => {
    fake.faults.push('cut-after')
    await bluesky.send(first(), turn())
    pictures.card = undefined
    const outcome = await bluesky.send(again(MINUTE), turn())
    expect(outcome).toEqual({ kind: 'sent', remoteId: expect.stringContaining(fake.said[0]!.rkey) })
    expect(embeds()).toEqual([embed])
  })
})
