/** A step of the database's that is nothing but SQL. */
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Carried out in their order. */
export function statements(...texts: readonly string[]): Migration {
  return {
    async up(db) {
      for (const text of texts) await sql.raw(text).execute(db)
    },
  }
}
