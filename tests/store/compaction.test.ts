import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { DAY, type EpochMs, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import {
  type Compacted,
  type CompactionOptions,
  startCompaction,
} from '#src/store/sqlite/compaction.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, containerId } from '#tests/support/town.ts'
import { effects, fresh, inFolder, level, noon } from './contract.ts'
import { describeHistory } from './history-contract.ts'

const paper = containerId('1490-901-paper-1')
const later = plus(noon, 400 * DAY)

/** One round at a time of one's choosing. */
async function compact(
  path: string,
  at: EpochMs = later,
  options: Partial<CompactionOptions> = {},
): Promise<Compacted> {
  const faults: unknown[] = []
  await using compaction = startCompaction(path, {
    clock: () => at,
    onFault: (error) => faults.push(error),
    ...options,
  })
  const compacted = await compaction.now()
  expect(faults).toEqual([])
  return compacted
}

function rowsOf(path: string, table: string): number {
  const db = new DatabaseSync(path, { readOnly: true })
  const { n } = db.prepare(`select count(*) as n from ${table}`).get() as { n: number }
  db.close()
  return n
}

describeHistory('SQLite as readings came', { open: openSqliteStore })
describeHistory('SQLite with everything packed', {
  open: openSqliteStore,
  async settle(path) {
    await compact(path)
    expect(rowsOf(path, 'reading')).toBe(0)
  },
})
describeHistory('SQLite with all but the last hours packed', {
  open: openSqliteStore,
  settle: async (path) => void (await compact(path, plus(noon, 10 * HOUR))),
})
describeHistory('SQLite after a round that broke off', {
  open: openSqliteStore,
  /** Everything is in chunks, and still in its table as well. */
  async settle(path) {
    const db = new DatabaseSync(path)
    db.exec(
      'create table spare as select * from reading; create table why as select * from correction',
    )
    await compact(path)
    db.exec('insert into reading select * from spare; insert into correction select * from why')
    db.exec('drop table spare; drop table why')
    db.close()
  },
})

describe('packing', () => {
  const withStore = (work: (store: Store, path: string) => Promise<void>) => () =>
    inFolder(async (path) => {
      await using store = await openSqliteStore(path)
      await store.saveTown(castTown, noon)
      await work(store, path)
    })
  const keep = (store: Store, readings: Parameters<typeof fresh>[0]) =>
    store.journal((tx) => tx.keepReadings(fresh(readings)))

  test(
    'leaves what is new alone, by whole hours, and takes the rest once',
    withStore(async (store, path) => {
      const readings = Array.from({ length: 24 }, (_, i) => level(i, plus(noon, i * HOUR)))
      await keep(store, readings)
      const at = plus(noon, 10 * HOUR + 59 * MINUTE)
      // Two hours back it is ten minutes to nine: what came before eight hours is packed.
      expect(await compact(path, at)).toMatchObject({ packed: 8, dropped: 0 })
      expect(await compact(path, at)).toMatchObject({ packed: 0, transactions: 0 })
      expect(rowsOf(path, 'reading')).toBe(16)
      expect(await compact(path, plus(at, HOUR))).toMatchObject({ packed: 1 })
      expect(await compact(path, plus(at, 90 * MINUTE))).toMatchObject({ packed: 1 })
      expect(await store.readings(paper, noon, plus(noon, DAY), 100)).toEqual(readings)
      expect(await store.readingsCount()).toBe(24)
    }),
  )

  test(
    'goes no further than the journal has come, however far ahead the clock runs',
    withStore(async (store, path) => {
      await keep(
        store,
        Array.from({ length: 24 }, (_, i) => level(i, plus(noon, i * HOUR))),
      )
      await store.journal((tx) => tx.keepEffects(effects({ at: plus(noon, 10 * HOUR) })))
      const keepReadingsMs = DAY
      expect(await compact(path, later, { keepReadingsMs })).toMatchObject({
        packed: 8,
        dropped: 0,
      })
      expect(await store.readingsToJudge(plus(noon, 10 * HOUR - 16 * MINUTE))).toHaveLength(14)
    }),
  )

  test(
    'keeps the readings of devices that sit nowhere',
    withStore(async (store, path) => {
      const { containerId: _, ...nowhere } = level(50)
      await keep(store, [nowhere, level(40, plus(noon, MINUTE))])
      expect(await compact(path)).toMatchObject({ packed: 2 })
      expect(await store.readingsCount()).toBe(2)
      expect(await keep(store, [nowhere, { ...nowhere, fillPercent: 51 }])).toEqual([
        'repeat',
        'conflict',
      ])
    }),
  )

  test(
    'knows a reading again that is told once more for another container',
    withStore(async (store, path) => {
      await keep(store, [level(40)])
      await compact(path)
      const elsewhere = containerId('1490-901-plastic-1')
      expect(await keep(store, [{ ...level(40), containerId: elsewhere }])).toEqual(['repeat'])
    }),
  )

  test(
    'takes many readings of one instant, and corrections go where their readings go',
    withStore(async (store, path) => {
      const readings = fresh(Array.from({ length: 3000 }, (_, n) => ({ ...level(n / 100), n })))
      await store.journal(async (tx) => {
        await tx.keepReadings(readings)
        await tx.keepBeliefs({
          corrections: readings.map(({ seq }) => ({
            seq,
            cleanPercent: 5,
            correction: { reason: 'held', rawPercent: seq },
          })),
          states: [],
          alarms: [],
        })
      })
      const before = await store.readings(paper, noon, plus(noon, 1), 5000)
      expect(await compact(path)).toMatchObject({ packed: 3000 })
      expect([rowsOf(path, 'reading'), rowsOf(path, 'correction')]).toEqual([0, 0])
      expect(await store.readings(paper, noon, plus(noon, 1), 5000)).toEqual(before)
    }),
  )

  test(
    'tells of a file that it can not open, and the readings stay where they are',
    withStore(async (store, path) => {
      const told = Promise.withResolvers<unknown>()
      const compaction = startCompaction(`${path}/no-such.sqlite`, {
        clock: () => later,
        onFault: told.resolve,
      })
      expect(String(await told.promise)).toMatch(/unable to open|not a directory/i)
      await compaction[Symbol.asyncDispose]()
      await keep(store, [level(40)])
      expect(await store.readingsCount()).toBe(1)
    }),
  )
})

describe('keeping readings for a time', () => {
  const midnight = instant(Date.parse('2026-05-05T00:00:00Z'))
  const days = 10
  const readings = Array.from({ length: days * 48 }, (_, i) =>
    level(i % 100, plus(midnight, i * 30 * MINUTE)),
  )
  const end = plus(midnight, days * DAY)

  test('drops whole days, and their hours and days stay in the charts', () =>
    inFolder(async (path) => {
      await using store = await openSqliteStore(path)
      await store.saveTown(castTown, noon)
      await store.journal((tx) => tx.keepReadings(fresh(readings)))
      const charts = (every: number) => store.history(paper, midnight, end, every)
      const before = [await charts(HOUR), await charts(6 * HOUR), await charts(DAY)]
      const compacted = await compact(path, end, { keepReadingsMs: 4 * DAY + HOUR })
      // Four days and an hour back is in the sixth day, which isn't over by then.
      expect(compacted).toMatchObject({ packed: days * 48 - 4, dropped: 5 })
      expect([await charts(HOUR), await charts(6 * HOUR), await charts(DAY)]).toEqual(before)
      expect(await store.readingsCount()).toBe(5 * 48)
      expect(await store.readings(paper, midnight, end, 1000)).toEqual(readings.slice(5 * 48))
      // Finer than an hour there is nothing any more: an hour stands where it begins.
      const quarters = await store.history(paper, midnight, plus(midnight, HOUR), 15 * MINUTE)
      expect(quarters).toEqual([
        { from: midnight, n: 2, minPercent: 0, meanPercent: 0.5, maxPercent: 1 },
      ])
    }))

  test('a reading of a dropped day that is told again changes nothing in the charts', () =>
    inFolder(async (path) => {
      await using store = await openSqliteStore(path)
      await store.saveTown(castTown, noon)
      await store.journal((tx) => tx.keepReadings(fresh(readings)))
      const keepReadingsMs = 4 * DAY
      await compact(path, end, { keepReadingsMs })
      const before = await store.history(paper, midnight, end, HOUR)
      await store.journal((tx) => tx.keepReadings(fresh(readings.slice(0, 3))))
      await compact(path, end, { keepReadingsMs })
      expect(await store.history(paper, midnight, end, HOUR)).toEqual(before)
    }))

  test('without a bound drops nothing', () =>
    inFolder(async (path) => {
      await using store = await openSqliteStore(path)
      await store.saveTown(castTown, noon)
      await store.journal((tx) => tx.keepReadings(fresh(readings)))
      expect(await compact(path, plus(end, 5000 * DAY))).toMatchObject({ dropped: 0 })
      expect(await store.readings(paper, midnight, end, 1000)).toEqual(readings)
    }))
})
