/** One SQLite file, opened twice: a connection that writes, and one that reads what is committed. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { MIGRATIONS } from './migrations.ts'
import type { Tables } from './schema.ts'

/** Statements are prepared once per text; SQLite's own plan then stays in hand. */
export interface Connection {
  readonly raw: DatabaseSync
  readonly query: Kysely<Tables>
  prepare(sql: string): StatementSync
}

/**
 * Opens a connection. The writer runs in WAL with `synchronous=FULL`: a commit has reached the disk
 * when it returns, which is what an acknowledgement promises.
 */
export function connect(path: string, mode: 'write' | 'read'): Connection {
  const raw = new DatabaseSync(path, {
    readOnly: mode === 'read',
    enableForeignKeyConstraints: mode === 'write',
    timeout: 5000,
  })
  if (mode === 'write') {
    raw.exec('pragma journal_mode = wal')
    raw.exec('pragma synchronous = full')
    raw.exec('pragma wal_autocheckpoint = 4000')
    raw.exec('pragma cache_size = -32000')
  } else {
    raw.exec('pragma query_only = on')
    raw.exec('pragma cache_size = -16000')
  }
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = raw.prepare(sql)
      // Queries with a varying number of values have as many texts; keep the common ones.
      if (statements.size > 500) statements.clear()
      statements.set(sql, statement)
    }
    return statement
  }
  const query = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: forKysely(raw, prepare) }),
  })
  return { raw, query, prepare }
}

/** Brings the tables up to date. Throws with the step's name when one fails; nothing of it then remains. */
export async function migrate(writer: Connection): Promise<void> {
  const migrator = new Migrator({
    db: writer.query,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed =
    results?.find((r) => r.status === 'Error')?.migrationName ?? 'before the first step'
  throw new Error(`The database could not be brought up to date (${failed}).`, { cause: error })
}

/** What kysely's SQLite dialect asks of a driver, over node:sqlite. */
function forKysely(raw: DatabaseSync, prepare: Connection['prepare']): SqliteDatabase {
  return {
    close: () => raw.close(),
    prepare(sql) {
      const statement = prepare(sql)
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
        run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
        iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
      }
    },
  }
}
