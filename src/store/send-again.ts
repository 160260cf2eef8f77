/** Staff ask for a delivery to be sent again: what was given up gets a new life. */
import type { Account } from '#src/stations/station.ts'
import { type Clock, HOUR, plus } from '#src/stations/time.ts'
import type { Delivery, DeliveryState, Store } from './contract.ts'
import type { Journal } from './journal.ts'

export type SentAgain =
  | { readonly kind: 'sent'; readonly delivery: Delivery }
  | { readonly kind: 'no-such' }
  | { readonly kind: 'conflict'; readonly because: string }
  /** Its fate is unknown: somebody must have looked that it isn't there. */
  | { readonly kind: 'look-first' }

export const GIVEN_UP: ReadonlySet<DeliveryState> = new Set(['dead', 'expired', 'uncertain'])

export async function sendAgain(
  {
    store,
    journal,
    clock,
  }: {
    readonly store: Pick<Store, 'deliveries' | 'post' | 'sendAgain'>
    readonly journal: Pick<Journal, 'town'>
    readonly clock: Clock
  },
  id: number,
  { by, notHeard }: { readonly by: string; readonly notHeard: boolean },
): Promise<SentAgain> {
  const find = async () => (await store.deliveries({ id, limit: 1 }))[0]
  const delivery = await find()
  if (!delivery) return { kind: 'no-such' }
  const { state, postKey, channel, account } = delivery
  const conflict = (because: string): SentAgain => ({ kind: 'conflict', because })
  if (!GIVEN_UP.has(state)) {
    return conflict(`Delivery ${id} is ${state}; only what was given up can be sent again.`)
  }
  const accounts: readonly Pick<Account, 'account'>[] = journal.town.town.channels[channel] ?? []
  if (!accounts.some((a) => a.account === account)) {
    return conflict(`The town has no account ${account} on ${channel} any more.`)
  }
  const post = (await store.post(postKey))!
  if (post.withdrawnAt !== undefined || post.correctedBy !== undefined) {
    return conflict('Staff have called the post wrong.')
  }
  if (state === 'uncertain' && !notHeard) return { kind: 'look-first' }
  const at = clock()
  const expiresAt = plus(at, Math.max(HOUR, post.expiresAt - post.sendAt))
  if (!(await store.sendAgain(id, { by, at, expiresAt }))) {
    return conflict(`Delivery ${id} has changed meanwhile.`)
  }
  return { kind: 'sent', delivery: (await find())! }
}
