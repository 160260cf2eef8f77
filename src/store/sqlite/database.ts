/** One SQLite file, opened twice: a connection that writes, and one that reads what is committed. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration'
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
  try {
    if (mode === 'write') {
      const journal = raw.prepare('pragma journal_mode = wal').get() as { journal_mode: string }
      if (journal.journal_mode !== 'wal') {
        throw new Error("its file system can't share memory, which a write-ahead log needs")
      }
      raw.exec('pragma synchronous = full')
      // Far off: checkpoints.ts empties the log before. This bound is for when it doesn't run.
      raw.exec('pragma wal_autocheckpoint = 16000')
      raw.exec('pragma cache_size = -16000')
    } else {
      raw.exec('pragma query_only = on')
      raw.exec('pragma cache_size = -16000')
    }
  } catch (error) {
    raw.close()
    throw error
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

/**
 * Brings the tables up to date. Throws with the step's name when one fails; nothing of it then remains.
 * A file that isn't ours, or that a newer Kvitter has used, is left as it is.
 */
export async function migrate(writer: Connection): Promise<void> {
  checkOrigin(writer.raw)
  const migrator = new Migrator({
    db: writer.query,
    provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
  })
  const { error, results } = await migrator.migrateToLatest()
  if (error === undefined) return
  const failed =
    results?.find((r) => r.status === 'Error')?.migrationName ?? 'before the first step'
  throw new Error(`it could not be brought up to date (${failed}): ${wordsOf(error)}`, {
    cause: error,
  })
}

function checkOrigin(raw: DatabaseSync): void {
  const tables = raw
    .prepare(`select name from sqlite_schema where type = 'table'`)
    .all()
    .map((row) => String(row['name']))
  if (tables.length === 0) return
  if (!tables.includes(DEFAULT_MIGRATION_TABLE)) {
    throw new Error(`it is another program's database (it has a table "${tables[0]}")`)
  }
  const newer = raw
    .prepare(`select name from ${DEFAULT_MIGRATION_TABLE} order by name`)
    .all()
    .map((row) => String(row['name']))
    .find((name) => !Object.hasOwn(MIGRATIONS, name))
  if (newer !== undefined) {
    throw new Error(`a newer Kvitter has used it (step ${newer}); run that version, or a backup`)
  }
}

/** An error's own words, without its name and stack. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
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
