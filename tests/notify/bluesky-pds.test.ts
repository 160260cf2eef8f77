/** Bluesky's own server in place of our double: what it takes, keeps and refuses. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PostPictures } from '#src/cards/card-desk.ts'
import { cardFaces } from '#src/cards/fonts.ts'
import { openRenderer } from '#src/cards/renderer.ts'
import { openBluesky } from '#src/notify/channels/bluesky.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { cardText } from '#src/wording/cards/card-text.ts'
import { drawCard } from '#src/wording/cards/draw-card.ts'
import { randomFrom } from '#simulator/random.ts'
import { PDS_ACCOUNT, type RealPds, hasPds, startPds } from '#tests/support/real-pds.ts'
import { castTown } from '#tests/support/town.ts'
import { usual } from '../cards/made-card.ts'
import { claimed, keepPosts, makePost } from './deliveries.ts'
import { card, testPictures } from './pictures.ts'

const WAY = { channel: 'bluesky', account: PDS_ACCOUNT } as const
const POSTS = 60
const KILLS = 10
/** Away from the posts of the first tests, whose numbers go to 9. */
const FIRST = 1000

describe.skipIf(!hasPds)('Bluesky’s own server', () => {
  const now = instant(Date.now())
  const turn = { now, signal: new AbortController().signal }
  let pds: RealPds
  const notes = new Map<string, string>()
  const open = (appPassword = pds.appPassword, pictures?: PostPictures) =>
    openBluesky({
      service: pds.url,
      account: PDS_ACCOUNT,
      appPassword,
      ...(pictures && { pictures }),
      notes: {
        channelNote: async ({ account }) => notes.get(account),
        keepChannelNote: async ({ account }, note) => void notes.set(account, note),
      },
    })
  const words = (n: number, over = {}) => claimed(n, now, { ...WAY, ...over })

  beforeAll(async () => {
    pds = await startPds()
  })
  afterAll(() => pds?.[Symbol.asyncDispose]())

  test('knows the account by its app password, and no other', async () => {
    expect(await open().check(turn)).toEqual({ kind: 'ready' })
    notes.clear()
    expect(await open('aaaa-bbbb-cccc-dddd').check(turn)).toMatchObject({
      kind: 'paused',
      because: 'bad-credentials',
    })
    notes.clear()
  })

  test('keeps the text and its language; a repeat is the same record in the same version', async () => {
    const channel = open()
    expect(await channel.lookUp(words(1), turn)).toEqual({ kind: 'absent' })
    const sent = await channel.send(words(1), turn)
    const [first] = await pds.posts()
    expect(sent).toEqual({ kind: 'sent', remoteId: first!.uri })
    expect(first!.value).toMatchObject({ text: words(1).text, langs: ['sv'] })

    expect(await channel.send(words(1, { attempts: 2 }), turn)).toEqual(sent)
    expect(await pds.posts()).toEqual([first])
    expect(await channel.lookUp(words(1), turn)).toEqual({ kind: 'found', remoteId: first!.uri })
  })

  test('hangs what follows up under what it follows up', async () => {
    const channel = open()
    const [first] = await pds.posts()
    const follows = { remoteId: first!.uri, text: words(1).text, isTakenBack: false }
    const sent = await channel.send({ ...words(2, { text: 'Plats igen.' }), follows }, turn)
    const reply = (await pds.posts()).find(({ value }) => value.text === 'Plats igen.')
    expect(sent).toEqual({ kind: 'sent', remoteId: reply!.uri })
    expect(reply!.value.reply?.parent.uri).toBe(first!.uri)
  })

  test('takes as many characters as we let through', async () => {
    const longest = 'Å'.repeat(300)
    expect(await open().send(words(3, { text: longest }), turn)).toMatchObject({ kind: 'sent' })
    const tooLong = { repo: pds.did, collection: 'app.bsky.feed.post' }
    const record = { text: `${longest}Å`, createdAt: new Date().toISOString() }
    await expect(pds.call('com.atproto.repo.createRecord', { ...tooLong, record })).rejects.toThrow(
      /400.*grapheme/,
    )
  })

  test('a session is used again after a restart', async () => {
    await open().check(turn)
    const kept = notes.get(PDS_ACCOUNT)
    await open().send(words(4, { text: 'Efter omstart.' }), turn)
    expect(notes.get(PDS_ACCOUNT)).toBe(kept)
    expect((await pds.posts()).map(({ value }) => value.text)).toContain('Efter omstart.')
  })

  test('keeps a card with its description and its shape, and a repeat leaves it', async () => {
    await using renderer = openRenderer()
    const pictures = testPictures()
    const bytes = await renderer.render(drawCard(usual, 'sv', cardFaces()))
    const alt = cardText(usual, 'sv')
    pictures.card = { ...card, bytes, alt }
    const channel = open(pds.appPassword, pictures)
    const text = 'Med bild.'
    const sent = await channel.send(words(5, { text }), turn)
    const find = async () => (await pds.posts()).find(({ value }) => value.text === text)
    const first = await find()
    expect(sent).toEqual({ kind: 'sent', remoteId: first!.uri })
    expect(pictures.misses).toEqual([])
    const { images } = first!.value.embed as {
      images: { alt: string; image: { ref: { $link: string } }; aspectRatio: object }[]
    }
    expect(images).toMatchObject([{ alt, aspectRatio: { width: 1200, height: 675 } }])
    const query = new URLSearchParams({ did: pds.did, cid: images[0]!.image.ref.$link })
    const kept = await fetch(`${pds.url}/xrpc/com.atproto.sync.getBlob?${query.toString()}`)
    expect(Buffer.from(await kept.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)

    expect(await channel.send(words(5, { text, attempts: 2 }), turn)).toEqual(sent)
    pictures.card = undefined
    expect(await channel.send(words(5, { text, attempts: 3 }), turn)).toEqual(sent)
    expect(await find()).toEqual(first)
  })

  test('a card that it doesn’t take holds up no post', async () => {
    const pictures = testPictures()
    pictures.card = { ...card, bytes: Buffer.alloc(2_100_000) }
    const channel = open(pds.appPassword, pictures)
    const text = 'Utan bild.'
    expect(await channel.send(words(6, { text }), turn)).toMatchObject({ kind: 'sent' })
    const post = (await pds.posts()).find(({ value }) => value.text === text)
    expect(post!.value.embed).toBeUndefined()
    expect(pictures.misses).toHaveLength(1)
  })

  test(`${POSTS} posts through ${KILLS} kills are there once each, with their pictures`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kvitter-pds-kill-'))
    const file = join(folder, 'kvitter.sqlite')
    const texts = new Set<string>()
    {
      await using store = await openSqliteStore(file)
      await store.saveTown(castTown, now)
      const posts = Array.from({ length: POSTS }, (_, i) =>
        makePost(FIRST + i, now, { expiresAt: plus(now, HOUR) }),
      )
      for (const { texts: words } of posts) texts.add(words.sv)
      await keepPosts(store, posts, [WAY])
    }
    const random = randomFrom(20_261_126, 'kills')
    let killed = 0
    const worker = fileURLToPath(new URL('bluesky-pds-process.ts', import.meta.url))
    for (let kill = 0; kill <= KILLS; kill += 1) {
      const child = spawn(process.execPath, [worker, file, pds.url, pds.appPassword], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const gone = once(child, 'exit')
      await once(child.stdout, 'data')
      if (kill < KILLS) {
        const timer = setTimeout(() => child.kill('SIGKILL'), 50 + random.next() * 300)
        await gone
        clearTimeout(timer)
        if (child.signalCode === 'SIGKILL') killed += 1
      } else {
        expect((await gone)[0]).toBe(0)
      }
    }
    expect(killed).toBe(KILLS)
    const said = (await pds.posts()).filter(({ value }) => texts.has(value.text))
    expect(said).toHaveLength(POSTS)
    expect(new Set(said.map(({ value }) => value.text))).toEqual(texts)
    expect(said.filter(({ value }) => value.embed === undefined)).toEqual([])
    rmSync(folder, { recursive: true })
  }, 120_000)
})
