import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { Migrator } from 'kysely/migration'
import { describe, expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import { connect } from '#src/store/sqlite/database.ts'
import { MIGRATIONS } from '#src/store/sqlite/migrations.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown } from '#tests/support/town.ts'
import { describeStore, inFolder, noon } from './contract.ts'

describeStore('SQLite', openSqliteStore)

const inside = (path: string, work: (db: DatabaseSync) => void) => {
  const db = new DatabaseSync(path)
  work(db)
  db.close()
}

describe('the SQLite file', () => {
  test('is written so that a commit has reached the disk', () =>
    inFolder(async (path) => {
      await using _ = await openSqliteStore(path)
      const writer = connect(path, 'write')
      const ask = (pragma: string) =>
        Object.values(writer.raw.prepare(`pragma ${pragma}`).get()!)[0]
      expect(ask('journal_mode')).toBe('wal')
      // 2 is FULL: the log is synced at every commit.
      expect(ask('synchronous')).toBe(2)
      expect(ask('foreign_keys')).toBe(1)
      writer.raw.close()
    }))

  test('can not be written through the reading connection', () =>
    inFolder(async (path) => {
      await using _ = await openSqliteStore(path)
      const reader = connect(path, 'read')
      expect(() => reader.raw.exec('delete from reading')).toThrow(/readonly/)
      reader.raw.close()
    }))

  test('is closed by the history thread too, and whoever still waits for history is told', () =>
    inFolder(async (path) => {
      const store = await openSqliteStore(path)
      await store.saveTown(castTown, noon)
      const paper = castTown.stations[0]!.containers[0]!.id
      expect(await store.history(paper, noon, plus(noon, HOUR), HOUR)).toEqual([])
      const waiting = expect(store.readings(paper, noon, plus(noon, HOUR), 1)).rejects.toThrow(
        'the store is closed',
      )
      await store[Symbol.asyncDispose]()
      await waiting
      await expect(store.history(paper, noon, plus(noon, HOUR), HOUR)).rejects.toThrow(
        'the store is closed',
      )
      // SQLite takes the log away with the last connection.
      expect(existsSync(`${path}-wal`)).toBe(false)
    }))

  test('is made with its folder, and its steps run once', () =>
    inFolder(async (path) => {
      const deeper = path.replace('kvitter.db', 'a/b/kvitter.db')
      for (let i = 0; i < 3; i++) {
        await using store = await openSqliteStore(deeper)
        await store.saveTown(castTown, noon)
      }
      inside(deeper, (db) => {
        const steps = db.prepare('select name from kysely_migration').all()
        expect(steps.map((s) => s['name'])).toEqual(Object.keys(MIGRATIONS))
      })
    }))

  test('has its steps written down in the order in which they run, a new one last', () => {
    const names = Object.keys(MIGRATIONS)
    expect(names).toEqual([...names].sort())
  })

  test('from when a channel had one account keeps it', () =>
    inFolder(async (path) => {
      const account = {
        account: 'provstad',
        language: 'sv',
        appKeyEnv: 'A',
        appSecretEnv: 'B',
        accessTokenEnv: 'C',
        accessSecretEnv: 'D',
      } as const
      const old = connect(path, 'write')
      await new Migrator({
        db: old.query,
        provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
      }).migrateTo('0013-reporter-salts')
      old.raw
        .prepare(
          `insert into town (id, municipality_code, name, time_zone, network_servers, channels)
            values (1, '1490', 'Provstad', 'Europe/Stockholm', '[]', ?)`,
        )
        .run(JSON.stringify({ x: account }))
      old.raw.close()
      await using store = await openSqliteStore(path)
      expect((await store.town())!.channels).toEqual({ x: [account] })
    }))

  test('of a newer Kvitter is refused and left as it is', () =>
    inFolder(async (path) => {
      await (await openSqliteStore(path))[Symbol.asyncDispose]()
      inside(path, (db) =>
        db.exec(`insert into kysely_migration values ('0099-later', '2030-01-01T00:00:00Z')`),
      )
      await expect(openSqliteStore(path)).rejects.toThrow(
        `The database file ${path} can't be opened: a newer Kvitter has used it (step 0099-later); run that version, or a backup.`,
      )
    }))

  test('of another program is refused, and nothing is put into it', () =>
    inFolder(async (path) => {
      inside(path, (db) => db.exec('create table places (id integer)'))
      await expect(openSqliteStore(path)).rejects.toThrow(
        `it is another program's database (it has a table "places")`,
      )
      inside(path, (db) => {
        const tables = db.prepare('select name from sqlite_schema').all()
        expect(tables.map((t) => t['name'])).toEqual(['places'])
      })
    }))

  test('that is no database is refused and left as it is', () =>
    inFolder(async (path) => {
      const text = 'This is a letter, not a database. '.repeat(200)
      await writeFile(path, text)
      await expect(openSqliteStore(path)).rejects.toThrow(
        `The database file ${path} can't be opened: file is not a database.`,
      )
      expect(await readFile(path, 'utf8')).toBe(text)
    }))

  test('damaged in its first page is refused with its path', () =>
    inFolder(async (path) => {
      await (await openSqliteStore(path))[Symbol.asyncDispose]()
      const bytes = await readFile(path)
      bytes.fill(0xff, 100, 4096)
      await writeFile(path, bytes)
      await expect(openSqliteStore(path)).rejects.toThrow(
        `The database file ${path} can't be opened`,
      )
    }))
})
