/** An account on every channel there is, at loopback doubles. */
import { openBluesky } from '#src/notify/channels/bluesky.ts'
import { egressTo } from '#src/notify/channels/egress.ts'
import { openMastodon } from '#src/notify/channels/mastodon.ts'
import { openWebhook, webhookKey } from '#src/notify/channels/webhook.ts'
import { openX } from '#src/notify/channels/x.ts'
import type { Channel } from '#src/notify/channel.ts'
import type { ChannelName } from '#src/stations/station.ts'
import type { Clock } from '#src/stations/time.ts'
import type { Store, WayOut } from '#src/store/contract.ts'
import { FAKE_BLUESKY_ACCOUNT, FAKE_BLUESKY_PASSWORD } from '#tests/support/fake-bluesky.ts'
import { FAKE_MASTODON_ACCOUNT, FAKE_MASTODON_TOKEN } from '#tests/support/fake-mastodon.ts'
import { FAKE_WEBHOOK_SECRET } from '#tests/support/fake-webhook.ts'
import { FAKE_X_ACCOUNT, FAKE_X_CREDENTIALS } from '#tests/support/fake-x.ts'

/** Platforms of others, each with its double. */
export type Platform = Extract<ChannelName, 'x' | 'mastodon' | 'bluesky' | 'webhook'>

export const WAYS: readonly WayOut[] = [
  { channel: 'x', account: FAKE_X_ACCOUNT },
  { channel: 'mastodon', account: FAKE_MASTODON_ACCOUNT },
  { channel: 'bluesky', account: FAKE_BLUESKY_ACCOUNT },
  { channel: 'webhook', account: 'city-app' },
]

/** `portOf` says where each double listens. */
export function openAllChannels(
  portOf: (name: Platform) => number,
  options: { readonly store: Store; readonly clock: Clock; readonly timeoutMs: number },
): readonly Channel[] {
  const { store, clock, timeoutMs } = options
  const at = (name: Platform) => `http://127.0.0.1:${portOf(name)}`
  return [
    openX({
      credentials: FAKE_X_CREDENTIALS,
      account: FAKE_X_ACCOUNT,
      clock,
      connect: egressTo('127.0.0.1', portOf('x')),
      timeoutMs,
    }),
    openMastodon({
      server: at('mastodon'),
      account: FAKE_MASTODON_ACCOUNT,
      accessToken: FAKE_MASTODON_TOKEN,
      visibility: 'public',
      timeoutMs,
    }),
    openBluesky({
      service: at('bluesky'),
      account: FAKE_BLUESKY_ACCOUNT,
      appPassword: FAKE_BLUESKY_PASSWORD,
      notes: store,
      timeoutMs,
    }),
    openWebhook({
      account: 'city-app',
      url: at('webhook'),
      key: webhookKey(FAKE_WEBHOOK_SECRET)!,
      timeoutMs,
    }),
  ]
}
