/** History in the real InfluxDB: the same promises as in SQLite, and what happens when it is away. */
import { InfluxDB } from 'influx'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  withInfluxHistory,
  type InfluxOptions,
  type InfluxStore,
} from '#src/store/influx/influx-history.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { DAY, HOUR, instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { type Influxd, influxdPath, startInfluxd } from '#tests/support/influxd.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'
import { castTown, containerId } from '#tests/support/town.ts'
import { fresh, inFolder, level, noon } from './contract.ts'
import { describeHistory } from './history-contract.ts'

const paper = containerId('1490-901-paper-1')

describe.skipIf(influxdPath === undefined)('InfluxDB', { timeout: 60_000 }, () => {
  let influxd: Influxd
  let database = 0
  beforeAll(async () => {
    influxd = await startInfluxd()
  }, 60_000)
  afterAll(() => influxd[Symbol.asyncDispose]())

  const open = async (path: string, over: Partial<InfluxOptions> = {}): Promise<InfluxStore> =>
    withInfluxHistory(await openSqliteStore(path), {
      url: influxd.url,
      database: `kvitter_${++database}`,
      retryMs: 50,
      ...over,
    })
  const keep = (store: InfluxStore, percents: readonly number[], from = noon) =>
    store.journal((tx) =>
      tx.keepReadings(fresh(percents.map((percent, i) => level(percent, plus(from, i * MINUTE))))),
    )
  const told = async (store: InfluxStore, from = noon) =>
    (await store.readings(paper, from, plus(from, DAY), 10_000)).map((r) => r.fillPercent)

  describeHistory('InfluxDB', { open })

  test('retention and downsampling are set up, again without harm, and changed with the setting', () =>
    inFolder(async (path) => {
      const name = `kvitter_${++database}`
      for (const days of [10, 20]) {
        await using store = await open(path, { database: name, keepReadingsMs: days * DAY })
        await store.saveTown(castTown, noon)
      }
      const admin = new InfluxDB(`${influxd.url}/${name}`)
      const policies = await admin.showRetentionPolicies(name)
      expect(policies.map((p) => [p.name, p.duration])).toEqual(
        expect.arrayContaining([
          ['raw', '480h0m0s'],
          ['rough', '0s'],
        ]),
      )
      const queries = await admin.query<{ name: string; query?: string }>(
        'SHOW CONTINUOUS QUERIES',
        {
          database: name,
        },
      )
      expect(queries.filter((q) => q.query?.includes(`${name}.`)).map((q) => q.name)).toEqual([
        'kvitter_1h',
        'kvitter_1d',
      ])
    }))

  test('a chart by the hour or the day is read from hours and days, and is the same', () =>
    inFolder(async (path) => {
      const name = `kvitter_${++database}`
      await using store = await open(path, { database: name })
      await store.saveTown(castTown, noon)
      const start = instant(Date.UTC(2026, 0, 5))
      const percents = Array.from({ length: 3 * 24 * 4 }, (_, i) => (i * 7) % 100)
      await store.journal((tx) =>
        tx.keepReadings(fresh(percents.map((p, i) => level(p, plus(start, i * 15 * MINUTE))))),
      )
      const expected = (everyMs: number) =>
        Object.entries(
          Object.groupBy(percents.keys(), (i) => Math.floor((i * 15 * MINUTE) / everyMs)),
        ).map(([bucket, indexes]) => {
          const of = indexes!.map((i) => percents[i]!)
          return {
            from: plus(start, Number(bucket) * everyMs),
            n: of.length,
            minPercent: Math.min(...of),
            meanPercent: of.reduce((a, b) => a + b, 0) / of.length,
            maxPercent: Math.max(...of),
          }
        })
      const end = plus(start, 3 * DAY)
      for (const everyMs of [HOUR, 6 * HOUR, DAY]) {
        expect(await store.history(paper, start, end, everyMs)).toEqual(expected(everyMs))
      }
      // Without the readings the hours are there still.
      const admin = new InfluxDB(`${influxd.url}/${name}`)
      await admin.query('DROP SERIES FROM "reading"', { database: name })
      expect(await store.history(paper, start, end, HOUR)).toEqual(expected(HOUR))
    }))

  test('what a crash left in SQL alone is in InfluxDB after the next start, once', () =>
    inFolder(async (path) => {
      const name = `kvitter_${++database}`
      const sql = await openSqliteStore(path)
      await sql.saveTown(castTown, noon)
      await sql.journal((tx) => tx.keepReadings(fresh([level(10), level(11, plus(noon, MINUTE))])))
      await sql[Symbol.asyncDispose]()
      for (let start = 0; start < 2; start++) {
        await using store = await open(path, { database: name })
        await keep(store, [12 + start], plus(noon, (2 + start) * MINUTE))
        expect(await told(store)).toEqual([10, 11, 12, 13].slice(0, 3 + start))
        expect(await store.readingsCount()).toBe(3 + start)
      }
    }))

  test('killed and away, it holds commits up, loses nothing, and they go on by themselves', () =>
    inFolder(async (path) => {
      const own = await startInfluxd()
      const troubles: (string | undefined)[] = []
      try {
        await using store = await open(path, { url: own.url, onTrouble: (t) => troubles.push(t) })
        await store.saveTown(castTown, noon)
        await keep(store, [1, 2, 3])
        await own.kill()
        let done = false
        const waiting = keep(store, [4, 5], plus(noon, HOUR)).then(() => (done = true))
        await new Promise((resolve) => setTimeout(resolve, 500))
        expect(done).toBe(false)
        expect(store.trouble()).toMatch(/^InfluxDB does not take readings: /)
        await own.start()
        await waiting
        expect(store.trouble()).toBeUndefined()
        expect(await told(store)).toEqual([1, 2, 3, 4, 5])
        expect(troubles).toEqual([expect.stringContaining('does not take'), undefined])
      } finally {
        await own[Symbol.asyncDispose]()
      }
    }))

  test('one that hangs is given up and tried again', () =>
    inFolder(async (path) => {
      await using proxy = await startTcpProxy(influxd.port)
      await using store = await open(path, {
        url: `http://127.0.0.1:${proxy.port}`,
        timeoutMs: 300,
      })
      await store.saveTown(castTown, noon)
      proxy.swallow(true)
      proxy.cut()
      const waiting = keep(store, [1])
      await new Promise((resolve) => setTimeout(resolve, 800))
      expect(store.trouble()).toBeDefined()
      proxy.swallow(false)
      proxy.cut()
      await waiting
      expect(await told(store)).toEqual([1])
    }))

  test('one that isn’t there stops the start with what to look at', () =>
    inFolder(async (path) => {
      await expect(open(path, { url: 'http://127.0.0.1:1' })).rejects.toThrow(
        /^InfluxDB at http:\/\/127\.0\.0\.1:1 can't be set up: .*KVITTER_INFLUX_USERNAME/,
      )
    }))

  test('a name in a query is a name, whatever it holds', () =>
    inFolder(async (path) => {
      await using store = await open(path)
      await store.saveTown(castTown, noon)
      await keep(store, [1])
      const odd = `x' OR '1'='1` as typeof paper
      expect(await store.readings(odd, 0 as EpochMs, plus(noon, DAY), 10)).toEqual([])
    }))
})
