/** The promise "nothing is said twice, nothing is lost", with processes that really die. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { DAY, instant, plus } from '#src/stations/time.ts'
import type { ChannelName } from '#src/stations/station.ts'
import type { Delivery, Post, Store, WayOut } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { startFake46Elks, type Fake46Elks } from '#tests/support/fake-46elks.ts'
import { openssl, startFakePush, type FakePush } from '#tests/support/fake-push.ts'
import { pickQuick, readSaid } from '#tests/support/far-end.ts'
import { startFediversePeer, type FediversePeer } from '#tests/support/fediverse-peer.ts'
import { fediTown } from '#tests/support/fediverse-town.ts'
import { startMailServer, type MailServer } from '#tests/support/mail-server.ts'
import { freePort } from '#tests/support/process.ts'
import { ekudden, hamnen, torget } from '#tests/support/town.ts'
import { randomFrom } from '#simulator/random.ts'
import { WAYS } from './all-channels.ts'
import { ALL_WAYS, QUEUES, fastClock, type FarEnds } from './all-ways.ts'
import { haveFollowers, queueReminders, subscribe } from './all-receivers.ts'
import { countRepeats, noteLives, type Lives } from './copies.ts'
import { keepPosts, makePost } from './deliveries.ts'

const POSTS = 500
const SMS = 120
const KILLS = 50
const LONGEST_LIFE_MS = 900
const SHORTEST_LEASE_MS = 3000
const SEED = 20_260_505
const STATIONS = [ekudden, hamnen, torget]
const READERS = ['anna@example.se', 'bo@example.se']
const BROWSERS = 2
/** Of the clock by which pieces and messages wait; as in deliver-process.ts. */
const SPEED = 60

const started: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'kvitter-kill-'))
afterEach(async () => {
  for (const child of started) await end(child)
  rmSync(folder, { recursive: true })
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** Starts a TypeScript file as a process and waits for its first line. */
async function start(path: string, ...args: string[]): Promise<[ChildProcess, string]> {
  const file = fileURLToPath(new URL(path, import.meta.url))
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') },
  })
  started.push(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return [child, line.toString().trim()]
}

/** A double of a platform, in a little trouble all the time, that logs what it accepts. */
async function startPlatform({ channel }: WayOut, seed: number): Promise<number> {
  const [, port] = await start(
    `../support/fake-${channel}.ts`,
    ...['--log', logOf(channel), '--delay-ms', '24', '--trouble', '0.12', '--seed', `${seed}`],
    ...(channel === 'x' ? ['--limit', '100000'] : []),
  )
  return Number(port)
}

const logOf = (channel: string) => join(folder, `${channel}.jsonl`)

/** What a double has accepted, each as often as it did. */
const saidOn = (channel: string) =>
  readSaid<{ text: string; id?: string; rkey?: string }>(logOf(channel))

/** Now and then one of these. */
function troubledBy<Trouble>(name: string, share: number, troubles: readonly Trouble[]) {
  const random = randomFrom(SEED, name)
  return () => (random.next() < share ? troubles[random.below(troubles.length)] : undefined)
}

/** After so long the worker gives a far end up; this machine may be slower than that. */
const PATIENCE_MS = 1400

test.skipIf(openssl === undefined)(
  `${POSTS} posts and ${SMS} SMS by ${ALL_WAYS.length + 1} ways in trouble, a worker killed ${KILLS} times: none is lost, none is heard twice`,
  { timeout: 900_000 },
  async () => {
    const database = join(folder, 'kvitter.sqlite')
    const now = instant(Date.now())
    const direct = fastClock(now, SPEED)
    const posts = Array.from({ length: POSTS }, (_, n) =>
      makePost(n + 1, now, {
        stationId: STATIONS[n % STATIONS.length]!.id,
        expiresAt: plus(now, 7 * DAY),
      }),
    )
    await using peer = await startFediversePeer({
      pickTrouble: troubledBy('peer', 0.04, ['503', '503-html', 'cut-before', 'cut-after']),
    })
    await using push = await startFakePush({
      pickTrouble: troubledBy('push', 0.04, ['503', '503-after', 'cut', 'cut-after']),
    })
    await using mail = await startMailServer({
      pickTrouble: troubledBy('mail', 0.04, ['rcpt-451', 'data-451', 'cut-before', 'cut-after']),
      // A letter that nobody answers for twice is given up: the only way in which one may be lost.
      cutsOnce: true,
    })
    await using elks = await startFake46Elks({
      now: direct,
      delayMs: 24,
      pickFault: pickQuick(0.12, SEED),
    })
    const platforms = await Promise.all(WAYS.map((way, n) => startPlatform(way, SEED + n)))
    const [x, mastodon, bluesky, webhook] = platforms as [number, number, number, number]
    const farEnds: FarEnds = {
      ports: { x, mastodon, bluesky, webhook },
      mailUrl: mail.url,
      pushCa: push.ca,
      elksUrl: elks.url,
      publicUrl: `http://127.0.0.1:${await freePort()}`,
    }
    {
      await using store = await openSqliteStore(database)
      await store.saveTown(fediTown, now)
      await subscribe(store, now, { readers: READERS, push, browsers: BROWSERS })
      await haveFollowers(store, farEnds, peer, [
        ...STATIONS.map(({ name }) => [name, 'anna'] as const),
        ...STATIONS.map(({ name }) => [name, 'bo'] as const),
        [ekudden.name, 'cilla'],
      ])
      await keepPosts(store, posts, ALL_WAYS)
      await queueReminders(store, now, SMS)
    }
    const followed = peer.received.length
    const lives = [peer.heard, push.pushed, mail.taken].map(noteLives)
    const load = (seed: number) =>
      start(
        './deliver-process.ts',
        ...[database, String(seed), String(now), JSON.stringify(farEnds)],
      )
    let lifeMs = 0
    const begin = ([worker]: Awaited<ReturnType<typeof start>>) => {
      for (const life of lives) life.next()
      // Of a few lives one has what died with another; else it would be tried too often.
      worker.stdin!.write(`${Math.round(Math.max(SHORTEST_LEASE_MS, 4 * lifeMs))}\n`)
      return { worker, hasSaid: once(worker.stdout!, 'data') }
    }
    const reporting = reportHalf(elks)

    const random = randomFrom(SEED, 'kills')
    let next = load(0)
    let firstWordMs = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const loaded = await next
      const began = performance.now()
      const { worker, hasSaid } = begin(loaded)
      // Loads while the one before it lives.
      next = load(kill + 1)
      // Each fifth dies while it starts, the others soon after they have said something.
      if (kill % 5 > 0) {
        await hasSaid
        firstWordMs = performance.now() - began
      }
      const mostMs = kill % 5 > 0 ? LONGEST_LIFE_MS : firstWordMs
      await new Promise((resolve) => setTimeout(resolve, random.next() * mostMs))
      expect(worker.exitCode, 'it had said all').toBe(null)
      await end(worker)
      lifeMs = Math.max(lifeMs, performance.now() - began)
    }
    const { worker: last } = begin(await next)
    if (last.exitCode === null) await once(last, 'exit')
    expect(last.exitCode).toBe(0)
    for (const life of lives) life.next()
    await reporting.end()

    await using store = await openSqliteStore(database)
    const deliveries = await store.deliveries({ limit: POSTS * ALL_WAYS.length * 2 })
    expect(deliveries.filter(({ state }) => state !== 'sent')).toEqual([])
    expect(deliveries).toHaveLength(POSTS * ALL_WAYS.length)
    for (const queue of QUEUES) {
      expect(await store.workCounts(queue), queue).toEqual({ open: 0, dead: 0 })
    }
    for (const { channel } of WAYS) expectOnceOn(channel, posts, deliveries)
    const [inboxes, browsers, letters] = lives as [Lives, Lives, Lives]
    const repeats = {
      fediverse: expectOnceInEachInbox(peer, followed, inboxes, posts, deliveries),
      push: expectOneForEachTag(push, browsers, posts),
      email: expectEachLetter(mail, letters),
    }
    await expectNoSmsTwice(elks, store)
    process.stdout.write(`repeats that nobody noticed: ${JSON.stringify(repeats)}\n`)
  },
)

/** A platform knows no repeats: it has each post, by the name that we know. */
function expectOnceOn(
  channel: ChannelName,
  posts: readonly Post[],
  deliveries: readonly Delivery[],
): void {
  const said = saidOn(channel)
  expect(said.map((p) => p.text).sort(), channel).toEqual(posts.map((p) => p.texts.sv).sort())
  const own = deliveries.filter((d) => d.channel === channel)
  // Otherwise neither death nor trouble hit anything under way, and nothing was proved.
  expect(own.filter((d) => d.attempts > 1).length, channel).toBeGreaterThan(KILLS / 2)
  if (channel === 'webhook') return
  const ids = new Map(said.map((p) => [p.text, p.id ?? p.rkey]))
  // X tells of a repeat that it is one; among hundreds of later posts its id isn't found any more.
  const named = channel === 'x' ? own.filter((d) => d.remoteId !== undefined) : own
  expect(named.length, channel).toBeGreaterThan(POSTS * 0.8)
  expect(named.filter((d) => d.remoteId?.split('/').at(-1) !== ids.get(d.text))).toEqual([])
}

/** A server takes an activity that it knows for the same: persons hear each once. */
function expectOnceInEachInbox(
  peer: FediversePeer,
  followed: number,
  lives: Lives,
  posts: readonly Post[],
  deliveries: readonly Delivery[],
): number {
  const own = deliveries.filter((d) => d.channel === 'activitypub')
  const atEkudden = new Set(posts.filter((p) => p.stationId === ekudden.id).map((post) => post.key))
  const wanted = own.flatMap(({ postKey, remoteId }) => [
    `all: Create ${remoteId}#create`,
    ...(atEkudden.has(postKey) ? [`cilla: Create ${remoteId}#create`] : []),
  ])
  const taken = peer.received.map((what, n) => `${peer.receivers[n] ?? 'all'}: ${what}`)
  expect(taken.slice(followed).sort()).toEqual(wanted.sort())
  const copies = peer.heard.map(({ inbox, id, ...heard }) => ({ what: `${inbox} ${id}`, ...heard }))
  return countRepeats(copies, lives, { patienceMs: PATIENCE_MS })
}

/** A browser shows one notification for each tag, however often it comes. */
function expectOneForEachTag(push: FakePush, lives: Lives, posts: readonly Post[]): number {
  expect(push.refused).toEqual([])
  const copies = push.pushed.map(({ browser, payload, isLost, at }) => {
    return { what: `${browser} ${payload.tag}`, isLost, at }
  })
  const names = [...new Set(push.pushed.map(({ browser }) => browser))]
  expect(names).toHaveLength(BROWSERS)
  const wanted = names.flatMap((name) => posts.map(({ key }) => `${name} ${key}`))
  expect([...new Set(copies.map(({ what }) => what))].sort()).toEqual(wanted.sort())
  return countRepeats(copies, lives, { patienceMs: PATIENCE_MS })
}

/** Each reader has each letter, and again only where the link died after it, under the same Message-ID. */
function expectEachLetter(mail: MailServer, lives: Lives): number {
  for (const reader of READERS) {
    const own = mail.taken.filter(({ to }) => to === reader)
    expect(new Set(own.map((one) => one.mail.messageId)).size, reader).toBe(POSTS)
  }
  const copies = mail.taken.map((one) => ({ what: one.mail.messageId!, isLost: one.isLost }))
  return countRepeats(copies, lives, { patienceMs: Infinity })
}

/** Whatever was uncertain was found out, by a report or by the list. */
async function expectNoSmsTwice(elks: Fake46Elks, store: Store): Promise<void> {
  const texts = elks.said.map(({ message }) => message)
  expect(texts).toHaveLength(SMS)
  expect(new Set(texts).size).toBe(SMS)
  const messages = await store.messages({ limit: SMS * 2 })
  const states = Object.groupBy(messages, ({ state }) => state)
  expect(Object.keys(states).sort()).toEqual(['delivered', 'sent'])
  // Of those that came last nobody was there any more to hear it.
  expect(states.delivered!.length).toBeGreaterThan(SMS / 4)
  expect(messages.filter(({ attempts }) => attempts > 1).length).toBeGreaterThan(0)
  expect(elks.requests).toContain('GET /a1/sms 200')
}

/** Tells of every other SMS that it is on the phone, until somebody is there to hear it. */
function reportHalf(elks: Fake46Elks) {
  const over = new AbortController()
  const tellHalf = async (): Promise<void> => {
    for (let n = 0; !over.signal.aborted;) {
      const sms = elks.said[n]
      const isTold =
        sms !== undefined &&
        (n % 2 === 1 || (await elks.report(sms, 'delivered').catch(() => 0)) === 204)
      if (isTold) n += 1
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const telling = tellHalf()
  return {
    end() {
      over.abort()
      return telling
    },
  }
}
