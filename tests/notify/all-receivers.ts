/** Those whom the ways in `all-ways.ts` reach: readers of mail, browsers, followers, and phones. */
import { openVapidKeys } from '#src/notify/direct/vapid.ts'
import { openMessageDesk } from '#src/notify/messages/message-desk.ts'
import { DAY, SECOND, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import { openSealer } from '#src/store/sealer.ts'
import { openSubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { FakePush } from '#tests/support/fake-push.ts'
import type { FediversePeer, PeerPerson } from '#tests/support/fediverse-peer.ts'
import { SECRET, findActor } from '#tests/support/fediverse-town.ts'
import { until } from '#tests/support/until.ts'
import { startAllWays, type FarEnds } from './all-ways.ts'

/** Residents who follow the whole town, in Swedish. */
export async function subscribe(
  store: Store,
  now: EpochMs,
  by: {
    readonly readers: readonly string[]
    readonly push: FakePush
    readonly browsers: number
  },
): Promise<void> {
  const sealer = openSealer(SECRET)
  const wish = { language: 'sv' } as const
  const { publicKey } = await openVapidKeys(store, sealer)
  const desk = openSubscriberDesk({ store, sealer, clock: () => now, innerHosts: true })
  for (let n = 0; n < by.browsers; n += 1) {
    await desk.askByPush(by.push.subscribe(publicKey), wish, 'here')
  }
  for (const reader of by.readers) {
    const mark = sealer.mark('email', reader)
    await store.subscribe({ way: 'email', mark, sealed: sealer.seal(reader), wish, at: now })
  }
}

/** Has persons follow stations, and be accepted: from then on their server knows our keys. */
export async function haveFollowers(
  store: Store,
  farEnds: FarEnds,
  peer: FediversePeer,
  follows: readonly (readonly [station: string, PeerPerson])[],
): Promise<void> {
  const clock = () => instant(Date.now())
  await using _ = await startAllWays({
    ...{ store, farEnds, clock, direct: clock, speed: 1, leaseMs: 10 * SECOND },
    random: Math.random,
  })
  for (const [station, name] of follows) {
    await peer.follow(await findActor(farEnds.publicUrl, station.toLowerCase()), name)
  }
  await until(
    () => peer.received.length === follows.length,
    60_000,
    () => JSON.stringify([peer.received, peer.requests]),
  )
}

/** Reminders of bookings, due by SMS, each with words of its own. */
export async function queueReminders(store: Store, now: EpochMs, count: number): Promise<void> {
  const desk = openMessageDesk({
    store,
    clock: () => now,
    secret: SECRET,
    timeZone: () => 'Europe/Stockholm',
    texts: () => ({}),
    ways: new Set(['sms']),
    onFailure: () => undefined,
  })
  for (let n = 0; n < count; n += 1) {
    const asked = await desk.queue({
      id: `b${n}/1/reminder-1`,
      group: `b${n}`,
      to: { sms: '+46701234567' },
      language: 'sv',
      key: 'reminder',
      facts: {
        reference: `K7Q2-${n}`,
        contact: '033-35 70 00',
        day: '2026-05-07',
        fromMinute: 780,
        untilMinute: 990,
      },
      dueAt: now,
      expiresAt: plus(now, 7 * DAY),
    })
    if (asked !== 'queued') throw new Error(asked)
  }
}
