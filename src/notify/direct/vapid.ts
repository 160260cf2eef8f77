/** The town's own keys for Web Push (VAPID, RFC 8292): made once, since subscriptions are made for them. */
import webpush from 'web-push'
import { SUBSCRIBERS } from '#src/stations/station.ts'
import type { Store } from '#src/store/contract.ts'
import type { Sealer } from '#src/store/sealer.ts'
import { ANOTHER_SECRET } from '#src/store/secret-check.ts'

export interface VapidKeys {
  /** Browsers are given it. */
  readonly publicKey: string
  readonly privateKey: string
}

const WAY = { channel: 'push', account: SUBSCRIBERS } as const

/** @throws when they were sealed under another secret: with new ones nobody would be reached any more. */
export async function openVapidKeys(
  store: Pick<Store, 'channelNote' | 'keepChannelNote'>,
  sealer: Sealer,
): Promise<VapidKeys> {
  const sealed = await store.channelNote(WAY)
  if (sealed === undefined) {
    const keys = webpush.generateVAPIDKeys()
    await store.keepChannelNote(WAY, sealer.seal(JSON.stringify(keys)))
    return keys
  }
  const keys = sealer.unseal(sealed)
  if (keys === undefined) throw new Error(ANOTHER_SECRET)
  return JSON.parse(keys) as VapidKeys
}
