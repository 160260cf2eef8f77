/** Actors on the fediverse and their followers. */
import type { Kysely } from 'kysely'
import type { FediverseActor, Follower } from '../fediverse.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

export async function fediverseActors(db: Db): Promise<readonly FediverseActor[]> {
  const rows = await db.selectFrom('fediverse_actor').selectAll().execute()
  return rows.map(({ id, place, username, keys }) => ({
    id,
    place,
    username,
    ...(keys !== null && { keys }),
  }))
}

export async function keepFediverseActors(
  db: Db,
  actors: readonly Omit<FediverseActor, 'keys'>[],
): Promise<void> {
  for (const { id, place, username } of actors) {
    await db
      .insertInto('fediverse_actor')
      .values({ id, place, username, keys: null })
      .onConflict((c) => c.column('place').doUpdateSet({ username }))
      .execute()
  }
}

export async function keepActorKeys(db: Db, id: string, keys: string): Promise<string> {
  const row = await db
    .updateTable('fediverse_actor')
    .set((e) => ({ keys: e.fn.coalesce('keys', e.val(keys)) }))
    .where('id', '=', id)
    .returning('keys')
    .executeTakeFirstOrThrow()
  return row.keys!
}

export async function followers(db: Db, actorId: string): Promise<readonly Follower[]> {
  const rows = await db.selectFrom('follower').selectAll().where('actor_id', '=', actorId).execute()
  return rows.map(({ mark, body }) => ({ actorId, mark, body }))
}

export async function followerCount(db: Db, actorId: string): Promise<number> {
  const { n } = await db
    .selectFrom('follower')
    .where('actor_id', '=', actorId)
    .select((e) => e.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

export async function keepFollower(db: Db, { actorId, mark, body }: Follower): Promise<void> {
  await db
    .insertInto('follower')
    .values({ actor_id: actorId, mark, body })
    .onConflict((c) => c.columns(['actor_id', 'mark']).doUpdateSet({ body }))
    .execute()
}

export async function dropFollower(db: Db, actorId: string, mark: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('follower')
    .where('actor_id', '=', actorId)
    .where('mark', '=', mark)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

export async function dropFollowerEverywhere(db: Db, mark: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('follower')
    .where('mark', '=', mark)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
