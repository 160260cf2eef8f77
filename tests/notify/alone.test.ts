/** Whatever befalls one channel, the others speak: the real worker, the real channels, loopback doubles. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startDeliveries } from '#src/notify/deliver.ts'
import type { ChannelName } from '#src/stations/station.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import type { Delivery } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { startFakeBluesky } from '#tests/support/fake-bluesky.ts'
import { startFakeMastodon } from '#tests/support/fake-mastodon.ts'
import { startFakeWebhook } from '#tests/support/fake-webhook.ts'
import { startFakeX } from '#tests/support/fake-x.ts'
import { castTown } from '#tests/support/town.ts'
import { openAllChannels, WAYS } from './all-channels.ts'
import { keepPosts, makePost } from './deliveries.ts'

const POSTS = 5
const TROUBLES = ['hang', 'html-200', '503-html', 'cut-after'] as const

test.each(WAYS.flatMap(({ channel }) => TROUBLES.map((trouble) => [channel, trouble] as const)))(
  '%s speaks while every other channel answers: %s',
  async (healthy, trouble) => {
    const delivered = await sayBeside(healthy, () => trouble)
    expect(delivered).toHaveLength(POSTS)
  },
)

/** One that hangs, one that takes each post and says that it didn't, one whose proxy answers. */
const MIXED = ['hang', '503-after', '503-html'] as const

test.each(WAYS.map(({ channel }, i) => [channel, i] as const))(
  '%s speaks at once while another hangs, another lies and another answers HTML',
  async (healthy, i) => {
    const others = [...WAYS.slice(i + 1), ...WAYS.slice(0, i)]
    const delivered = await sayBeside(
      healthy,
      (name) => MIXED[others.findIndex(({ channel }) => channel === name)]!,
    )
    expect(delivered.map(({ attempts }) => attempts)).toEqual(Array(POSTS).fill(1))
  },
)

/** Lets all channels say the same posts, all but one in trouble, until that one has; gives what it said. */
async function sayBeside(
  healthy: ChannelName,
  troubleOf: (name: ChannelName) => (typeof TROUBLES | typeof MIXED)[number],
): Promise<readonly Delivery[]> {
  const fault = (name: ChannelName) =>
    name === healthy ? {} : { pickFault: () => troubleOf(name) }
  await using x = await startFakeX(fault('x'))
  await using mastodon = await startFakeMastodon(fault('mastodon'))
  await using bluesky = await startFakeBluesky(fault('bluesky'))
  await using webhook = await startFakeWebhook(fault('webhook'))
  const ports: Partial<Record<ChannelName, number>> = {
    x: x.port,
    mastodon: mastodon.port,
    bluesky: bluesky.port,
    webhook: webhook.port,
  }

  const clock = () => instant(Date.now())
  const now = clock()
  const folder = mkdtempSync(join(tmpdir(), 'kvitter-alone-'))
  using cleanUp = new DisposableStack()
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }))
  await using store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  await store.saveTown(castTown, now)
  const posts = Array.from({ length: POSTS }, (_, n) =>
    makePost(n + 1, now, { expiresAt: plus(now, HOUR) }),
  )
  await keepPosts(store, posts, WAYS)
  const done = Promise.withResolvers<void>()
  let said = 0
  await using _ = startDeliveries({
    store,
    // Longer than a test may take: who waits for another isn't done in time.
    channels: openAllChannels((name) => ports[name]!, { store, clock, timeoutMs: HOUR }),
    clock,
    log: { info() {}, warn() {}, error() {} },
    leaseMs: 24 * HOUR,
    graceMs: 0,
    onDelivered({ channel }, state) {
      if (channel === healthy && state === 'sent' && (said += 1) === POSTS) done.resolve()
    },
  })
  await done.promise
  return store.deliveries({ states: ['sent'], channel: healthy, limit: 100 })
}
