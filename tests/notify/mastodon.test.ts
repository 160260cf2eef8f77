import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Channel, Turn, Words } from '#src/notify/channel.ts'
import { openMastodon, type MastodonOptions } from '#src/notify/channels/mastodon.ts'
import { DAY, HOUR, MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { Trouble } from '#tests/support/far-end.ts'
import {
  FAKE_MASTODON_ACCOUNT,
  FAKE_MASTODON_TOKEN,
  startFakeMastodon,
  type FakeMastodon,
  type FakeMastodonOptions,
  type MastodonFault,
} from '#tests/support/fake-mastodon.ts'
import { JSON_TROUBLES, later, paused, refused, testChannel } from './channel-contract.ts'
import { claimed } from './deliveries.ts'
import { card, testPictures, type TestPictures } from './pictures.ts'

let fake: FakeMastodon
let mastodon: Channel
beforeEach(() => open())
afterEach(() => fake[Symbol.asyncDispose]())

let clockMs = 0
const now = () => instant(Date.now() + clockMs)
const turn = (): Turn => ({ now: now(), signal: new AbortController().signal })

async function open(
  options: FakeMastodonOptions = {},
  over: Partial<MastodonOptions> = {},
): Promise<void> {
  if (fake) await fake[Symbol.asyncDispose]()
  clockMs = 0
  fake = await startFakeMastodon({ now, ...options })
  mastodon = openTo(fake.url, over)
}

function openTo(server: string, over: Partial<MastodonOptions> = {}): Channel {
  return openMastodon({
    server,
    account: `@${FAKE_MASTODON_ACCOUNT}@social.example`,
    accessToken: FAKE_MASTODON_TOKEN,
    visibility: 'unlisted',
    ...over,
  })
}

const way = { channel: 'mastodon', account: FAKE_MASTODON_ACCOUNT } as const
const first = (): Words => claimed(7, now(), way)
const { text } = claimed(7, now())
/** A later try of the same, the first so long ago. */
const again = (agoMs: number): Words =>
  claimed(7, now(), { ...way, attempts: 2, firstTriedAt: plus(now(), -agoMs) })
const texts = () => fake.said.map((s) => s.text)
const POST = 'POST /api/v1/statuses 200'

test('a post goes out once, with its language, its visibility and its key', async () => {
  expect(await mastodon.send(first(), turn())).toEqual({
    kind: 'sent',
    remoteId: fake.said[0]!.id,
  })
  expect(fake.said).toEqual([
    {
      id: expect.any(String),
      text,
      at: expect.any(Number),
      key: 'kvitter-0000000000000007-sv',
      language: 'sv',
      visibility: 'unlisted',
    },
  ])
  expect(fake.requests).toEqual([POST])
})

describe('a follow-up', () => {
  const followUp = (remoteId: string, isTakenBack: boolean): Words => ({
    ...claimed(8, now(), way),
    text: 'Plats igen kl 15:10.',
    follows: { remoteId, text, isTakenBack },
  })

  test('is a reply, and leaves what it follows as it was', async () => {
    await mastodon.send(first(), turn())
    await mastodon.send(followUp(fake.said[0]!.id, false), turn())
    expect(fake.said.map((s) => s.replyTo)).toEqual([undefined, fake.said[0]!.id])
    expect(texts()[0]).toBe(text)
  })

  test('that is a correction is put before what was wrong as well', async () => {
    await mastodon.send(first(), turn())
    const outcome = await mastodon.send(followUp(fake.said[0]!.id, true), turn())
    expect(outcome).toEqual({ kind: 'sent', remoteId: fake.said[1]!.id })
    expect(texts()).toEqual([`Plats igen kl 15:10.\n\n${text}`, 'Plats igen kl 15:10.'])
    expect(fake.said[1]!.replyTo).toBe(fake.said[0]!.id)
  })

  test('to a long post still fits', async () => {
    await mastodon.send(first(), turn())
    const correction = followUp(fake.said[0]!.id, true)
    const long = { ...correction.follows!, text: 'å'.repeat(490) }
    await mastodon.send({ ...correction, follows: long }, turn())
    expect(texts()[0]).toMatch(/^Plats igen kl 15:10\.\n\nå{477}…$/)
  })

  test('of a post that is gone is said alone', async () => {
    expect(await mastodon.send(followUp('17', true), turn())).toMatchObject({ kind: 'sent' })
    expect(fake.said.map((s) => s.replyTo)).toEqual([undefined])
    expect(fake.requests).toEqual([
      'PUT /api/v1/statuses/17 404',
      'POST /api/v1/statuses 404',
      POST,
    ])
  })

  test('is said though the server edits nothing', async () => {
    await mastodon.send(first(), turn())
    fake.otherFaults.push('404-html')
    const outcome = await mastodon.send(followUp(fake.said[0]!.id, true), turn())
    expect(outcome).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text, 'Plats igen kl 15:10.'])
  })

  test('waits while the server can’t be asked to edit', async () => {
    await mastodon.send(first(), turn())
    fake.otherFaults.push('503-json')
    const outcome = await mastodon.send(followUp(fake.said[0]!.id, true), turn())
    expect(outcome).toMatchObject({ kind: 'later', because: 'server-error' })
    expect(texts()).toEqual([text])
  })
})

testChannel<MastodonFault | Trouble>({
  bench: () => ({
    channel: mastodon,
    faults: fake.faults,
    otherFaults: fake.otherFaults,
    texts: texts(),
    remoteId: fake.said[0]?.id,
  }),
  hurry: (timeoutMs) => open({}, { timeoutMs }),
  turn,
  first,
  again: () => again(3 * SECOND),
  onPort: (port) => openTo(`http://127.0.0.1:${port}`),
  wrongCredentials: { token: () => openTo(fake.url, { accessToken: 'another' }) },
  troubles: [
    ...JSON_TROUBLES,
    ['no-id', later('server-error', 'an answer (200) that says nothing'), 0],
    ['401', paused('bad-credentials', '401 The access token is invalid'), 0],
    ['403-scope', paused('bad-credentials', '403 This action is outside the authorized scopes'), 0],
    ['403-disabled', paused('suspended', '403 Your login is currently disabled'), 0],
    ['422', refused('422 Validation failed: Text is not right'), 0],
  ],
  limits: [['429', 90]],
  overCapacity: '503 Over capacity',
})

describe('a token', () => {
  test('of another account pauses it', async () => {
    await open({ username: 'somebody_else' })
    expect(await mastodon.check(turn())).toEqual({
      kind: 'paused',
      because: 'wrong-account',
      detail:
        'the access token belongs to @somebody_else, the town names @avs_provstad@social.example',
    })
  })

  test('that no header can carry is not told', async () => {
    const torn = openTo(fake.url, { accessToken: 'hemlig\nword' })
    expect(await torn.send(first(), turn())).toEqual({
      kind: 'later',
      because: 'unreachable',
      detail: 'TypeError',
    })
    expect(fake.requests).toEqual([])
  })
})

describe('a repeat says nothing twice', () => {
  test('where own posts can’t be read, the key alone suffices for fifty minutes', async () => {
    fake.faults.push('cut-after')
    await mastodon.send(first(), turn())
    fake.otherFaults.push('503-json')
    const outcome = await mastodon.send(again(49 * MINUTE), turn())
    expect(outcome).toEqual({ kind: 'sent', remoteId: fake.said[0]!.id })
    expect(fake.requests.slice(-1)).toEqual([POST])
    expect(texts()).toEqual([text])
  })

  test.each([
    ['503-json', { kind: 'later', because: 'unreachable', detail: '503 Over capacity' }],
    ['422', { kind: 'uncertain', detail: '422 Validation failed: Text is not right' }],
    ['403-disabled', { kind: 'paused', because: 'suspended', detail: expect.any(String) }],
  ] as const)('later than that nothing is said blindly: %s', async (fault, outcome) => {
    fake.faults.push('cut-after')
    await mastodon.send(first(), turn())
    clockMs = 2 * HOUR
    fake.otherFaults.push(fault)
    expect(await mastodon.send(again(2 * HOUR), turn())).toEqual(outcome)
    expect(texts()).toEqual([text])
  })

  test('later than that it is found, or said where it surely isn’t there', async () => {
    fake.faults.push('cut-after')
    await mastodon.send(first(), turn())
    clockMs = 2 * HOUR
    expect(await mastodon.send(again(2 * HOUR), turn())).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text])
    fake.said.splice(0)
    expect(await mastodon.send(again(2 * HOUR), turn())).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text])
  })

  test('also where a server knows no keys', async () => {
    await open({ keyMs: 0 })
    fake.faults.push('cut-after')
    await mastodon.send(first(), turn())
    expect(await mastodon.send(again(3 * SECOND), turn())).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text])
  })
})

describe('looking up', () => {
  const decoys = (n: number, at: number): void => {
    for (let i = 0; i < n; i += 1) {
      const id = `${i + 1}`
      fake.said.push({ id, text: `decoy ${i}`, at, key: id, language: 'sv', visibility: 'public' })
    }
  }

  test('finds a text among later ones by pages, though it comes as HTML', async () => {
    const odd = { ...first(), text: 'Fullt: <papper> & "glas"\nsedan 10:15.\n\n#Återvinning – å' }
    await mastodon.send(odd, turn())
    decoys(70, Date.now())
    const tried = { ...odd, attempts: 2, firstTriedAt: plus(now(), -MINUTE) }
    const { id } = fake.said[0]!
    expect(await mastodon.lookUp(tried, turn())).toEqual({ kind: 'found', remoteId: id })
    expect(await mastodon.lookUp({ ...tried, text: 'Fullt' }, turn())).toEqual({ kind: 'absent' })
  })

  test('stops at what is older than the first try', async () => {
    decoys(90, Date.now() - HOUR)
    expect(await mastodon.lookUp(again(MINUTE), turn())).toEqual({ kind: 'absent' })
    expect(fake.requests.filter((r) => r.includes('/statuses'))).toHaveLength(1)
  })

  test('takes the same words of another day for other news', async () => {
    const yesterday = Date.now() - DAY
    const said = { text, at: yesterday, key: 'yesterday', language: 'sv', visibility: 'public' }
    fake.said.push({ id: '1', ...said })
    expect(await mastodon.lookUp(again(MINUTE), turn())).toEqual({ kind: 'absent' })
    expect(await mastodon.send(again(MINUTE), turn())).toMatchObject({ kind: 'sent' })
    expect(texts()).toEqual([text, text])
  })

  test('leaves too long a list to a person', async () => {
    decoys(130, Date.now())
    expect(await mastodon.lookUp(again(MINUTE), turn())).toEqual({
      kind: 'unknowable',
      detail: 'too many posts to look through',
    })
  })
})

describe('what isn’t fit to be sent never leaves the house', () => {
  test.each([
    ['nothing', ' ', 'the text is empty'],
    ['a text too long', 'å'.repeat(501), 'the text has 501 characters, Mastodon takes 500'],
    ['a mention', 'Fullt 10:15 @boras', 'the text mentions somebody'],
  ])('%s', async (_, text, detail) => {
    const outcome = await mastodon.send({ ...first(), text }, turn())
    expect(outcome).toEqual({ kind: 'never', because: 'not-sendable', detail })
    expect(fake.requests).toEqual([])
  })

  test('an address counts twenty-three, and a flag of several code points one', async () => {
    const fits = `${'🇸🇪'.repeat(2)}${'å'.repeat(474)} https://www.example.se/${'x'.repeat(300)}`
    expect(await mastodon.send({ ...first(), text: fits }, turn())).toMatchObject({ kind: 'never' })
    expect(fake.requests).toEqual(['POST /api/v1/statuses 422'])
    const plain = fits.slice('🇸🇪🇸🇪'.length)
    expect(await mastodon.send({ ...first(), text: plain }, turn())).toMatchObject({ kind: 'sent' })
  })
})

describe('a picture', () => {
  const MEDIA = 'POST /api/v2/media 200'
  let pictures: TestPictures
  const openWith = async (options: FakeMastodonOptions = {}) => {
    pictures = testPictures()
    await open(options, { pictures })
  }
  beforeEach(() => openWith())
  const alts = () => fake.said.map((s) => s.pictures?.map(({ alt }) => alt))

  test('goes with the post, with its description', async () => {
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(pictures.asked).toEqual(['0000000000000007 sv'])
    expect(fake.said[0]!.pictures).toEqual([
      { id: '220', alt: card.alt, hash: createHash('sha256').update(card.bytes).digest('hex') },
    ])
    expect(fake.requests).toEqual([MEDIA, POST])
  })

  test('that the server works on is waited for', async () => {
    await openWith({ looks: 2 })
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(alts()).toEqual([[card.alt]])
    expect(fake.requests).toEqual([
      'POST /api/v2/media 202',
      'GET /api/v1/media/220 206',
      'GET /api/v1/media/220 200',
      POST,
    ])
  })

  test('of which there is none leaves the post as it was', async () => {
    pictures.card = undefined
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(fake.requests).toEqual([POST])
    expect(pictures.misses).toEqual([])
  })

  test.each([
    ['503-json', '503 Over capacity'],
    ['503-html', 'an answer (503) that isn’t JSON'],
    ['403-scope', '403 This action is outside the authorized scopes'],
    ['429', '429 Too many requests'],
    ['422', '422 Validation failed: Text is not right'],
    ['cut-after', expect.any(String)],
  ] as const)('that can’t be brought (%s) holds up no post', async (fault, detail) => {
    fake.otherFaults.push(fault)
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(alts()).toEqual([undefined])
    expect(pictures.misses).toEqual([
      [{ ...way, account: `@${FAKE_MASTODON_ACCOUNT}@social.example` }, detail],
    ])
  })

  test('that never gets there holds a post up for as long as a request may last', async () => {
    pictures = testPictures()
    await open({}, { pictures, timeoutMs: 300 })
    fake.otherFaults.push('hang')
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(alts()).toEqual([undefined])
  })

  test('that the server never gets ready is left behind', async () => {
    await openWith({ looks: 1000 })
    const started = performance.now()
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(performance.now() - started).toBeLessThan(9000)
    expect(alts()).toEqual([undefined])
  })

  test('that makes the server refuse the post is taken off it', async () => {
    fake.faults.push('422')
    expect(await mastodon.send(first(), turn())).toMatchObject({ kind: 'sent' })
    expect(fake.requests).toEqual([MEDIA, 'POST /api/v1/statuses 422', POST])
    expect(alts()).toEqual([undefined])
    expect(pictures.misses).toHaveLength(1)
  })

  test.each(['503-after', 'cut-after', 'body-cut', 'cut-before'] as const)(
    'and its post are there once, after %s and a repeat',
    async (fault) => {
      fake.faults.push(fault)
      await mastodon.send(first(), turn())
      expect(await mastodon.send(again(MINUTE), turn())).toMatchObject({ kind: 'sent' })
      expect(alts()).toEqual([[card.alt]])
      // One that no post has is seen by nobody, and the server throws it away.
      expect(fake.media).toHaveLength(fault === 'cut-before' ? 2 : 1)
    },
  )

  test('of what was wrong is gone when the correction stands before it', async () => {
    await mastodon.send(first(), turn())
    pictures.card = undefined
    const { id } = fake.said[0]!
    const follows = { remoteId: id, text, isTakenBack: true }
    await mastodon.send({ ...claimed(8, now(), way), text: 'Rättelse.', follows }, turn())
    expect(texts()).toEqual([`Rättelse.\n\n${text}`, 'Rättelse.'])
    expect(alts()).toEqual([undefined, undefined])
  })
})
