/** Whatever befalls some ways, the others reach people: everything in one process, at loopback doubles. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { startFake46Elks } from '#tests/support/fake-46elks.ts'
import { startFakeBluesky } from '#tests/support/fake-bluesky.ts'
import { startFakeMastodon } from '#tests/support/fake-mastodon.ts'
import { openssl, startFakePush } from '#tests/support/fake-push.ts'
import { startFakeWebhook } from '#tests/support/fake-webhook.ts'
import { startFakeX } from '#tests/support/fake-x.ts'
import { startFediversePeer } from '#tests/support/fediverse-peer.ts'
import { fediTown } from '#tests/support/fediverse-town.ts'
import { startMailServer } from '#tests/support/mail-server.ts'
import { freePort } from '#tests/support/process.ts'
import { ekudden } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { haveFollowers, queueReminders, subscribe } from './all-receivers.ts'
import { ALL_WAYS, startAllWays } from './all-ways.ts'
import { keepPosts, makePost } from './deliveries.ts'

const POSTS = 3
const NAMES = [
  'x',
  'activitypub',
  'mastodon',
  'push',
  'bluesky',
  'email',
  'webhook',
  'sms',
] as const
type Name = (typeof NAMES)[number]

/** It hangs; it takes what it is told and says that it didn't; a page answers, or whoever keeps the door. */
const TROUBLES = ['hangs', 'lies', 'is shut'] as const
type Trouble = (typeof TROUBLES)[number]

const OF_PLATFORMS = { hangs: 'hang', lies: '503-after', 'is shut': '503-html' } as const
const OF_PEERS = { hangs: 'hang', lies: 'cut-after', 'is shut': '503-html' } as const
const OF_PUSH = { hangs: 'hang', lies: '503-after', 'is shut': '503' } as const
const OF_MAIL = { hangs: 'hang', lies: 'cut-after', 'is shut': 'rcpt-451' } as const

test
  .skipIf(openssl === undefined)
  .each(NAMES.map((_, n) => TROUBLES.map((__, i) => NAMES[(n + i) % NAMES.length]!)))(
  '%s hangs, %s lies, a page answers for %s: by all other ways people are told at once',
  async (...ill) => {
    let hasBegun = false
    const troubleOf = (name: Name): Trouble | undefined =>
      hasBegun ? TROUBLES[ill.indexOf(name)] : undefined
    const pick = <T>(name: Name, known: Readonly<Record<Trouble, T>>) => {
      return () => {
        const trouble = troubleOf(name)
        return trouble && known[trouble]
      }
    }
    const fault = (name: Name) => ({ pickFault: pick(name, OF_PLATFORMS) })

    const folder = mkdtempSync(join(tmpdir(), 'kvitter-among-all-'))
    using cleanUp = new DisposableStack()
    cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }))
    await using x = await startFakeX(fault('x'))
    await using mastodon = await startFakeMastodon(fault('mastodon'))
    await using bluesky = await startFakeBluesky(fault('bluesky'))
    await using webhook = await startFakeWebhook(fault('webhook'))
    await using elks = await startFake46Elks(fault('sms'))
    await using peer = await startFediversePeer({ pickTrouble: pick('activitypub', OF_PEERS) })
    await using push = await startFakePush({ pickTrouble: pick('push', OF_PUSH) })
    await using mail = await startMailServer({ pickTrouble: pick('email', OF_MAIL) })
    const farEnds = {
      ports: { x: x.port, mastodon: mastodon.port, bluesky: bluesky.port, webhook: webhook.port },
      mailUrl: mail.url,
      pushCa: push.ca,
      elksUrl: elks.url,
      publicUrl: `http://127.0.0.1:${await freePort()}`,
    }
    const clock = () => instant(Date.now())
    const now = clock()
    await using store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
    await store.saveTown(fediTown, now)
    await subscribe(store, now, { readers: ['anna@example.se'], push, browsers: 1 })
    await haveFollowers(store, farEnds, peer, [[ekudden.name, 'anna']])
    const posts = Array.from({ length: POSTS }, (_, n) =>
      makePost(n + 1, now, { expiresAt: plus(now, HOUR) }),
    )
    await keepPosts(store, posts, ALL_WAYS)
    await queueReminders(store, now, POSTS)
    const heard: Readonly<Record<Name, () => number>> = {
      x: () => x.posts.length,
      activitypub: () => peer.received.length - 1,
      mastodon: () => mastodon.said.length,
      push: () => push.pushed.length,
      bluesky: () => bluesky.said.length,
      email: () => mail.taken.length,
      webhook: () => webhook.said.length,
      sms: () => elks.said.length,
    }
    const well = NAMES.filter((name) => !ill.includes(name))
    const toldByWell = () => well.map((name) => [name, heard[name]()])

    hasBegun = true
    await using _ = await startAllWays({
      ...{ store, farEnds, clock, direct: clock, speed: 1, random: Math.random },
      // Longer than a test may take: who waits for another isn't done in time.
      leaseMs: 24 * HOUR,
    })
    const everybody = well.map((name) => [name, POSTS])
    await until(
      () => JSON.stringify(toldByWell()) === JSON.stringify(everybody),
      20_000,
      () => JSON.stringify(toldByWell()),
    )
    const tried = await store.deliveries({ states: ['sent'], limit: 100 })
    for (const { channel, attempts } of tried) {
      if (well.includes(channel)) expect([channel, attempts]).toEqual([channel, 1])
    }
  },
)
