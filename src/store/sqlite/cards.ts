/** What posts' pictures show. */
import type { Kysely } from 'kysely'
import type { PostKey } from '#src/stations/ids.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import type { Tables } from './schema.ts'

export async function readPostCard(
  db: Kysely<Tables>,
  key: PostKey,
): Promise<CardFacts | undefined> {
  const row = await db
    .selectFrom('post_card')
    .select('facts')
    .where('post_key', '=', key)
    .executeTakeFirst()
  return row && (JSON.parse(row.facts) as CardFacts)
}
