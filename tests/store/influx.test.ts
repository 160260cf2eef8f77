/** History in the real InfluxDB: the same promises as in SQLite, and what happens when it is away. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
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
import { until } from '#tests/support/until.ts'
import { describeStore, fresh, inFolder, level, noon } from './contract.ts'
import { describeHistory } from './history-contract.ts'

const paper = containerId('1490-901-paper-1')

describe.skipIf(influxdPath === undefined)('InfluxDB', { timeout: 60_000 }, () => {
  let influxd: Influxd
  let database = 0
  const databases = new Map<string, string>()
  /** The same for the same file. */
  const databaseOf = (path: string): string => {
    const name = databases.get(path) ?? `kvitter_${++database}`
    databases.set(path, name)
    return name
  }
  beforeAll(async () => {
    influxd = await startInfluxd()
  }, 60_000)
  afterAll(() => influxd[Symbol.asyncDispose]())

  const open = async (path: string, over: Partial<InfluxOptions> = {}): Promise<InfluxStore> =>
    withInfluxHistory(await openSqliteStore(path), {
      url: influxd.url,
      database: databaseOf(path),
      clock: () => noon,
      retryMs: 50,
      ...over,
    })
  const keep = (store: InfluxStore, percents: readonly number[], from = noon) =>
    store.journal((tx) =>
      tx.keepReadings(fresh(percents.map((percent, i) => level(percent, plus(from, i * MINUTE))))),
    )
  const keptInSql = (path: string): number => {
    using sqlite = new DatabaseSync(path, { readOnly: true })
    return sqlite.prepare('select count(*) as n from reading').get()!['n'] as number
  }
  const asAdmin = <Row>(path: string, statement: string) =>
    new InfluxDB(influxd.url).query<Row>(statement, { database: databaseOf(path) })
  const told = async (store: InfluxStore, from = noon) =>
    (await store.readings(paper, from, plus(from, DAY), 10_000)).map((r) => r.fillPercent)

  describeStore('InfluxDB', open)
  describeHistory('InfluxDB', { open })
  describeHistory('InfluxDB, when SQL has let go of it', {
    open: (path) => open(path, { clock: () => plus(noon, 30 * DAY) }),
    settle: async (path, store) => {
      await (store as InfluxStore).tidy()
      expect(keptInSql(path)).toBe(0)
    },
  })

  test('retention and downsampling are set up, again without harm, and changed with the setting', () =>
    inFolder(async (path) => {
      const name = databaseOf(path)
      const admin = new InfluxDB(`${influxd.url}/${name}`)
      for (const [days, duration] of [
        [undefined, '0s'],
        // What days are made of must be there as long as they are made.
        [2, '120h0m0s'],
        [20, '480h0m0s'],
        [400, '9600h0m0s'],
        [10, '240h0m0s'],
      ] as const) {
        await using store = await open(
          path,
          days === undefined ? {} : { keepReadingsMs: days * DAY },
        )
        await store.saveTown(castTown, noon)
        const policies = await admin.showRetentionPolicies(name)
        expect(policies.map((p) => [p.name, p.duration, p.default])).toEqual([
          ['autogen', '0s', false],
          ['raw', duration, true],
          ['rough', '0s', false],
        ])
      }
      const queries = await admin.query<{ name: string; query?: string }>(
        'SHOW CONTINUOUS QUERIES',
        { database: name },
      )
      const ours = queries.filter((q) => q.query?.includes(`${name}.`))
      expect(ours.map((q) => q.name)).toEqual(['kvitter_1h', 'kvitter_1d'])
    }))

  test('a chart by the hour or the day is read from hours and days, and is the same', () =>
    inFolder(async (path) => {
      await using store = await open(path)
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
      await asAdmin(path, 'DROP SERIES FROM "reading"')
      expect(await store.history(paper, start, end, HOUR)).toEqual(expected(HOUR))
    }))

  test('what a crash left in SQL alone is in InfluxDB after the next start, once', () =>
    inFolder(async (path) => {
      const sql = await openSqliteStore(path)
      await sql.saveTown(castTown, noon)
      await sql.journal((tx) => tx.keepReadings(fresh([level(10), level(11, plus(noon, MINUTE))])))
      await sql[Symbol.asyncDispose]()
      for (let start = 0; start < 2; start++) {
        await using store = await open(path)
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

  test('an answer that breaks off is not waited for', () =>
    inFolder(async (path) => {
      let answers = 0
      const halfway = createServer((request, response) => {
        void (async () => {
          const body = Buffer.concat(await Array.fromAsync(request))
          if (request.url!.startsWith('/write') && answers++ < 2) {
            response.writeHead(400, { 'content-length': 100 }).write('{"error":')
            if (answers === 1) setTimeout(() => response.destroy(), 20)
            return
          }
          const answer = await fetch(`${influxd.url}${request.url}`, {
            method: request.method!,
            headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
            ...(body.length > 0 && { body }),
          })
          response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
        })()
      })
      halfway.listen(0, '127.0.0.1')
      await once(halfway, 'listening')
      const { port } = halfway.address() as AddressInfo
      {
        await using store = await open(path, { url: `http://127.0.0.1:${port}`, timeoutMs: 300 })
        await store.saveTown(castTown, noon)
        await keep(store, [1])
        expect(await told(store)).toEqual([1])
        expect(answers).toBeGreaterThan(2)
      }
      halfway.closeAllConnections()
      halfway.close()
    }))

  test('SQL lets go of old readings, and of none that InfluxDB does not have yet', () =>
    inFolder(async (path) => {
      const own = await startInfluxd()
      const later = { url: own.url, clock: () => plus(noon, 30 * DAY) }
      try {
        {
          await using store = await open(path, { url: own.url })
          await store.saveTown(castTown, noon)
          await keep(store, [1, 2])
          await store.tidy()
          expect(keptInSql(path)).toBe(2)
          await own.kill()
          const waiting = keep(store, [3], plus(noon, HOUR))
          const lost = expect(waiting).rejects.toThrow('the store closed before InfluxDB had')
          await until(async () => store.trouble() !== undefined, 5000)
          // A town that closes doesn't wait for it.
          store.giveUp()
          await lost
        }
        await own.start()
        {
          await using store = await open(path, later)
          await store.tidy()
          expect(keptInSql(path)).toBe(0)
          expect(await told(store)).toEqual([1, 2, 3])
          const again = [level(3, plus(noon, HOUR)), level(4, plus(noon, HOUR))]
          expect(await store.journal((tx) => tx.keepReadings(fresh(again)))).toEqual([
            'repeat',
            'conflict',
          ])
        }
      } finally {
        await own[Symbol.asyncDispose]()
      }
    }))

  test('a reading past its keeping is in no history, and holds nothing up', () =>
    inFolder(async (path) => {
      await using store = await open(path, { keepReadingsMs: 10 * DAY })
      await store.saveTown(castTown, noon)
      const today = instant(Date.now())
      const old = level(1, plus(today, -30 * DAY))
      expect(await store.journal((tx) => tx.keepReadings(fresh([old, level(2, today)])))).toEqual([
        'kept',
        'kept',
      ])
      expect(store.trouble()).toBeUndefined()
      expect(await told(store, plus(today, -HOUR))).toEqual([2])
      expect(await store.readingsCount()).toBe(1)
    }))

  test('a reading that it will never take is told of; the others are there and nothing waits', () =>
    inFolder(async (path) => {
      const faults: string[] = []
      await using store = await open(path, { onFault: (what) => faults.push(what) })
      await store.saveTown(castTown, noon)
      const { url } = influxd
      // Somebody else's point, with a word where a number belongs.
      await fetch(`${url}/write?db=${databaseOf(path)}&rp=raw&precision=ms`, {
        method: 'POST',
        body: `reading,device=other tilt_deg="steep" ${noon}`,
      })
      const tilted = { ...level(2, plus(noon, MINUTE)), tiltDeg: 4 }
      await store.journal((tx) =>
        tx.keepReadings(fresh([level(1), tilted, level(3, plus(noon, 2 * MINUTE))])),
      )
      expect(await told(store)).toEqual([1, 3])
      expect(faults).toEqual(['InfluxDB refuses some of 3 readings'])
    }))

  test('a database that was dropped is made again', () =>
    inFolder(async (path) => {
      await using store = await open(path)
      await store.saveTown(castTown, noon)
      await keep(store, [1])
      await asAdmin(path, `DROP DATABASE "${databaseOf(path)}"`)
      await keep(store, [2], plus(noon, HOUR))
      expect(await told(store)).toEqual([2])
    }))

  test('whatever is not late is in the hours and days that InfluxDB makes by itself', () =>
    inFolder(async (path) => {
      await using store = await open(path)
      await store.saveTown(castTown, noon)
      const now = instant(Date.now())
      const hoursAgo = [2, 13, 23, 25, 30, 36, 40, 44, 47, 47.9]
      await store.journal((tx) =>
        tx.keepReadings(fresh(hoursAgo.map((h) => level(h, plus(now, -h * HOUR))))),
      )
      for (const made of ['by_1h', 'by_1d']) {
        const counted = `SELECT sum("n") AS n FROM "rough"."${made}"`
        await until(async () => {
          const [row] = await asAdmin<{ n: number }>(path, counted)
          return row?.n === hoursAgo.length
        }, 20_000)
      }
    }))

  test('hours and days that were missed while it stood still are made later', () =>
    inFolder(async (path) => {
      const start = instant(Date.UTC(2026, 0, 5))
      const ask = async (store: InfluxStore) => [
        await store.history(paper, start, plus(start, 4 * DAY), HOUR),
        await store.history(paper, start, plus(start, 4 * DAY), DAY),
      ]
      let before: unknown
      {
        await using store = await open(path)
        await store.saveTown(castTown, noon)
        await store.journal((tx) =>
          tx.keepReadings(
            fresh(Array.from({ length: 96 }, (_, i) => level(i, plus(start, i * HOUR)))),
          ),
        )
        before = await ask(store)
        for (const made of ['by_1h', 'by_1d']) {
          await asAdmin(path, `DELETE FROM "${made}" WHERE time >= ${start + 30 * HOUR}ms`)
        }
        expect(await ask(store)).not.toEqual(before)
      }
      await using store = await open(path)
      await store.tidy()
      expect(await ask(store)).toEqual(before)
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
