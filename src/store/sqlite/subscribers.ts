/** Residents who asked to be told, with what they follow. */
import { randomBytes } from 'node:crypto'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { DirectWay } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Asking, Audience, Bounces, Subscriber, SubscriberId, Wish } from '../subscribers.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>
type Row = Selectable<Tables['subscriber']>

/** Stands for the whole town; no station is called so. */
const TOWN = ''

/** Most different refusals that are remembered of an address: its first ones in a row. */
const MOST_BOUNCES = 20

interface Bounce {
  readonly message: string
  readonly at: EpochMs
}

const bouncesOf = (row: Pick<Row, 'bounces'>) => JSON.parse(row.bounces) as readonly Bounce[]

export async function findSubscriber(
  db: Db,
  by: { readonly id: SubscriberId } | { readonly way: DirectWay; readonly mark: string },
): Promise<Subscriber | undefined> {
  const query = db.selectFrom('subscriber').selectAll()
  const row = await (
    'id' in by
      ? query.where('id', '=', by.id)
      : query.where('way', '=', by.way).where('mark', '=', by.mark)
  ).executeTakeFirst()
  return row && subscriberOf(db, row)
}

export async function askToSubscribe(db: Db, asking: Asking): Promise<SubscriberId> {
  const asked = { asked: JSON.stringify(asking.wish), asked_at: asking.at as number }
  return upsert(db, asking, asked, asked)
}

export async function subscribe(db: Db, asking: Asking): Promise<SubscriberId> {
  const { sealed, at } = asking
  const id = await upsert(
    db,
    asking,
    { confirmed_at: at },
    { sealed, confirmed_at: at, asked: null, asked_at: null, bounces: '[]' },
  )
  await changeWish(db, id, asking.wish)
  return id
}

async function upsert(
  db: Db,
  { way, mark, sealed, wish }: Asking,
  begins: Partial<Row>,
  goesOn: Partial<Row>,
): Promise<SubscriberId> {
  const { id } = await db
    .insertInto('subscriber')
    .values({
      id: randomBytes(16).toString('base64url'),
      way,
      mark,
      sealed,
      language: wish.language,
      ...begins,
    })
    .onConflict((c) => c.columns(['way', 'mark']).doUpdateSet(goesOn))
    .returning('id')
    .executeTakeFirstOrThrow()
  return id as SubscriberId
}

export async function confirmSubscriber(
  db: Db,
  id: SubscriberId,
  at: EpochMs,
  askedSince: EpochMs,
): Promise<boolean> {
  const row = await db
    .selectFrom('subscriber')
    .select('asked')
    .where('id', '=', id)
    .where('asked_at', '>=', askedSince)
    .executeTakeFirst()
  if (!row || row.asked === null) return false
  await db
    .updateTable('subscriber')
    .set((e) => ({
      confirmed_at: e.fn.coalesce('confirmed_at', e.val(at as number)),
      asked: null,
      asked_at: null,
    }))
    .where('id', '=', id)
    .execute()
  return changeWish(db, id, JSON.parse(row.asked) as Wish)
}

export async function changeWish(db: Db, id: SubscriberId, wish: Wish): Promise<boolean> {
  const { language, fractions, stations = [TOWN] } = wish
  const [changed] = await db
    .updateTable('subscriber')
    .set({ language, fractions: fractions === undefined ? null : JSON.stringify(fractions) })
    .where('id', '=', id)
    .where('confirmed_at', 'is not', null)
    .execute()
  if (!changed || changed.numUpdatedRows === 0n) return false
  await db.deleteFrom('subscriber_station').where('subscriber_id', '=', id).execute()
  await db
    .insertInto('subscriber_station')
    .values(stations.map((station) => ({ station_id: station, subscriber_id: id })))
    .onConflict((c) => c.doNothing())
    .execute()
  return true
}

export async function eraseSubscriber(db: Db, id: SubscriberId): Promise<boolean> {
  const [erased] = await db.deleteFrom('subscriber').where('id', '=', id).execute()
  return erased !== undefined && erased.numDeletedRows > 0n
}

export async function eraseUnconfirmed(db: Db, askedBefore: EpochMs): Promise<number> {
  const old = sql<boolean>`asked_at < ${askedBefore}`
  const [erased] = await db
    .deleteFrom('subscriber')
    .where(old)
    .where('confirmed_at', 'is', null)
    .execute()
  await db.updateTable('subscriber').set({ asked: null, asked_at: null }).where(old).execute()
  return Number(erased?.numDeletedRows ?? 0)
}

export async function noteBounce(
  db: Db,
  id: SubscriberId,
  message: string,
  at: EpochMs,
): Promise<Bounces> {
  const row = await db
    .selectFrom('subscriber')
    .select('bounces')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return { messages: 0, since: at }
  const known = bouncesOf(row)
  const since = known[0]?.at ?? at
  const isKnown = known.some((bounce) => bounce.message === message)
  if (isKnown || known.length >= MOST_BOUNCES) return { messages: known.length, since }
  const bounces = [...known, { message, at }]
  await db
    .updateTable('subscriber')
    .set({ bounces: JSON.stringify(bounces) })
    .where('id', '=', id)
    .execute()
  return { messages: bounces.length, since }
}

export async function forgetBounces(db: Db, id: SubscriberId): Promise<void> {
  await db.updateTable('subscriber').set({ bounces: '[]' }).where('id', '=', id).execute()
}

export async function readAudience(
  db: Db,
  { way, language, stations, afterId, limit }: Audience,
): Promise<readonly Subscriber[]> {
  let query = db
    .selectFrom('subscriber')
    .selectAll('subscriber')
    .where('way', '=', way)
    .where('language', '=', language)
    .where('confirmed_at', 'is not', null)
    .where('id', 'in', (e) =>
      e
        .selectFrom('subscriber_station')
        .select('subscriber_id')
        .where('station_id', 'in', [TOWN, ...stations]),
    )
    .orderBy('id')
    .limit(limit)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  const rows = await query.execute()
  const places = await placesOf(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => subscriberWith(row, places.get(row.id) ?? []))
}

export async function subscriberCounts(db: Db): Promise<Readonly<Record<DirectWay, number>>> {
  const rows = await db
    .selectFrom('subscriber')
    .where('confirmed_at', 'is not', null)
    .select(['way', (e) => e.fn.countAll<number>().as('n')])
    .groupBy('way')
    .execute()
  const count = (way: DirectWay) => rows.find((row) => row.way === way)?.n ?? 0
  return { email: count('email'), push: count('push') }
}

async function subscriberOf(db: Db, row: Row): Promise<Subscriber> {
  return subscriberWith(row, (await placesOf(db, [row.id])).get(row.id) ?? [])
}

async function placesOf(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('subscriber_station')
    .selectAll()
    .where('subscriber_id', 'in', [...ids])
    .orderBy('station_id')
    .execute()
  const byId = Map.groupBy(rows, (row) => row.subscriber_id)
  return new Map([...byId].map(([id, found]) => [id, found.map((row) => row.station_id)]))
}

function subscriberWith(row: Row, places: readonly string[]): Subscriber {
  const wish: Wish = {
    language: row.language as Language,
    ...(!places.includes(TOWN) && { stations: places as readonly StationId[] }),
    ...(row.fractions !== null && {
      fractions: JSON.parse(row.fractions) as readonly Fraction[],
    }),
  }
  return {
    id: row.id as SubscriberId,
    way: row.way as DirectWay,
    sealed: row.sealed,
    ...(row.confirmed_at !== null && { wish, confirmedAt: row.confirmed_at as EpochMs }),
    ...(row.asked !== null && {
      asked: { wish: JSON.parse(row.asked) as Wish, at: row.asked_at as EpochMs },
    }),
    bounces: bouncesOf(row).length,
  }
}
