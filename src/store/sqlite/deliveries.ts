/** The outbox: posts on their way out, claimed by lease, settled once. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Language } from '#src/stations/fraction.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type {
  Channel,
  Delivery,
  DeliveryFilter,
  DeliveryState,
  Store,
  WayOut,
} from '../contract.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

/** Word for word as in the index on open deliveries: SQLite looks there only if it can see that it may. */
export const IS_OPEN = sql<boolean>`state in ('due', 'sending')`

/**
 * Marks the due delivery of the oldest post `sending` and counts the try. A delivery whose lease has run out (its
 * worker died) is due again; `attempts` > 1 then says that the earlier try may have landed. One
 * statement, so two workers never get the same one.
 */
export async function claimDelivery(
  db: Db,
  { channel, account }: WayOut,
  now: EpochMs,
  leaseMs: number,
  first?: Parameters<Store['claimDelivery']>[3],
): Promise<Delivery | undefined> {
  const row = await db
    .updateTable('delivery')
    .set((e) => ({
      state: 'sending',
      attempts: e('attempts', '+', 1),
      lease_until: now + leaseMs,
      first_tried_at: e.fn.coalesce('first_tried_at', e.val(now as number)),
    }))
    .where('id', '=', (e) => {
      const due = e
        .selectFrom('delivery')
        .select('id')
        .where('channel', '=', channel)
        .where('account', '=', account)
        .where(IS_OPEN)
        .where((w) =>
          w.or([
            w.and([w('state', '=', 'due'), w('due_at', '<=', now)]),
            w.and([w('state', '=', 'sending'), w('lease_until', '<=', now)]),
          ]),
        )
        .limit(1)
      if (first === undefined) return due.orderBy('send_at').orderBy('id')
      const mattersMore = sql<boolean>`priority >= ${first.fromPriority}`
      return (first.alone ? due.where(mattersMore) : due.orderBy(mattersMore, 'desc'))
        .orderBy('send_at')
        .orderBy('id')
    })
    .returningAll()
    .executeTakeFirst()
  return row && deliveryOf(row)
}

export async function nextDeliveryAt(
  db: Db,
  { channel, account }: WayOut,
  fromPriority?: number,
): Promise<EpochMs | undefined> {
  let open = db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where(IS_OPEN)
  if (fromPriority !== undefined) open = open.where('priority', '>=', fromPriority)
  const row = await open
    .select((e) =>
      e.fn
        .min<number | null>(
          e.case().when('state', '=', 'due').then(e.ref('due_at')).else(e.ref('lease_until')).end(),
        )
        .as('at'),
    )
    .executeTakeFirst()
  return row?.at === null || row === undefined ? undefined : (row.at as EpochMs)
}

export async function settleDelivery(
  db: Db,
  id: number,
  outcome: Parameters<Store['settleDelivery']>[1],
): Promise<void> {
  const open = db.updateTable('delivery').where('id', '=', id).where('state', '=', 'sending')
  switch (outcome.state) {
    case 'sent':
      await open
        .set({
          state: 'sent',
          sent_at: outcome.at,
          lease_until: null,
          last_error: null,
          ...(outcome.remoteId === undefined ? {} : { remote_id: outcome.remoteId }),
        })
        .execute()
      return
    case 'due':
      await open
        .set((e) => ({
          state: 'due',
          due_at: outcome.dueAt,
          lease_until: null,
          last_error: outcome.error,
          ...(outcome.untried && {
            attempts: e('attempts', '-', 1),
            first_tried_at: e
              .case()
              .when('attempts', '<=', 1)
              .then(null)
              .else(e.ref('first_tried_at'))
              .end(),
          }),
        }))
        .execute()
      return
    case 'dead':
    case 'expired':
    case 'uncertain':
    case 'withdrawn':
      await open
        .set({ state: outcome.state, lease_until: null, last_error: outcome.error })
        .execute()
  }
}

export async function readDeliveries(db: Db, filter: DeliveryFilter): Promise<readonly Delivery[]> {
  let query = db.selectFrom('delivery').selectAll().orderBy('id', 'desc').limit(filter.limit)
  const { id, postKey, states, channel, account, stationId, beforeId } = filter
  if (id !== undefined) query = query.where('id', '=', id)
  if (postKey !== undefined) query = query.where('post_key', '=', postKey)
  if (states !== undefined) {
    query = query.where('state', 'in', [...states])
    if (states.every((state) => state === 'due' || state === 'sending')) {
      query = query.where(IS_OPEN)
    }
  }
  if (channel !== undefined) query = query.where('channel', '=', channel)
  if (account !== undefined) query = query.where('account', '=', account)
  if (stationId !== undefined) query = query.where('station_id', '=', stationId)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(deliveryOf)
}

export async function channelNote(
  db: Db,
  { channel, account }: WayOut,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('channel_note')
    .select('note')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .executeTakeFirst()
  return row?.note
}

export async function keepChannelNote(
  db: Db,
  { channel, account }: WayOut,
  note: string,
): Promise<void> {
  await db
    .insertInto('channel_note')
    .values({ channel, account, note })
    .onConflict((c) => c.columns(['channel', 'account']).doUpdateSet({ note }))
    .execute()
}

/** Posts of an area or of the whole town have another word there (`placeKey`). */
function isStation(place: string): boolean {
  return /^\d{4}-/.test(place)
}

function deliveryOf(row: Selectable<Tables['delivery']>): Delivery {
  return {
    id: row.id,
    postKey: row.post_key as PostKey,
    ...(isStation(row.station_id) && { stationId: row.station_id as StationId }),
    channel: row.channel as Channel,
    account: row.account,
    language: row.language as Language,
    text: row.text,
    state: row.state as DeliveryState,
    dueAt: row.due_at as EpochMs,
    expiresAt: row.expires_at as EpochMs,
    sendAt: row.send_at as EpochMs,
    priority: row.priority,
    attempts: row.attempts,
    ...(row.first_tried_at === null ? {} : { firstTriedAt: row.first_tried_at as EpochMs }),
    ...(row.sent_at === null ? {} : { sentAt: row.sent_at as EpochMs }),
    ...(row.remote_id === null ? {} : { remoteId: row.remote_id }),
    ...(row.last_error === null ? {} : { lastError: row.last_error }),
    ...(row.again_at === null || row.again_by === null
      ? {}
      : { again: { at: row.again_at as EpochMs, by: row.again_by } }),
  }
}
