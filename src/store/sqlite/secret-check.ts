/** What was sealed at the first start. */
import type { Kysely } from 'kysely'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

export async function secretCheck(db: Db): Promise<string | undefined> {
  const row = await db.selectFrom('secret_check').select('sealed').executeTakeFirst()
  return row?.sealed
}

export async function keepSecretCheck(db: Db, sealed: string): Promise<void> {
  await db
    .insertInto('secret_check')
    .values({ one: 1, sealed })
    .onConflict((c) => c.doNothing())
    .execute()
}
