/** The embedded store: one SQLite file through kysely over `node:sqlite`. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SQLInputValue } from 'node:sqlite'
import type { Selectable } from 'kysely'
import type { ContainerState } from '#src/rules/decision.ts'
import type { EmptiedRecord, EmptyingCorrectedRecord } from '#src/rules/record.ts'
import { type ContainerId, type DeviceId, type PostKey, stationIdIn } from '#src/stations/ids.ts'
import type { Fault, Reading, Rejected, Rejection } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Credential, HistoryPoint, Post, Store, StoredDecision } from '../contract.ts'
import { type Connection, connect, migrate, wordsOf } from './database.ts'
import { claimDelivery, nextDeliveryAt, readDeliveries, settleDelivery } from './deliveries.ts'
import { openHistoryThread } from './history-thread.ts'
import { faultOf, flagsOf, journalWrites } from './journal-writes.ts'
import type { Tables } from './schema.ts'
import { readTown, rowNumbers, saveTown } from './town-tables.ts'

/** At most so many recent readings are read back at a start: what is sent again was under way, so it's among the newest. */
const RECENT_READINGS = 250_000

/** One scan of the time range for any number of containers; their numbers come as a JSON list. */
const BUCKETS = `select container_no, at - at % ?1 as bucket, count(*) as n,
    min(fill) as low, avg(fill) as mean, max(fill) as high
  from reading
  where at >= ?2 and at < ?3 and fill is not null
    and container_no in (select value from json_each(?4))
  group by container_no, bucket order by container_no, bucket`

const EMPTYINGS = `select seq, at, type, body from event
  where type in ('emptied', 'emptying-corrected')
    and json_extract(body, '$.containerId') = ? and at >= ?`

type EventRow = Selectable<Tables['event']>

type BucketRow = Readonly<Record<'container_no' | 'bucket' | 'n' | 'low' | 'mean' | 'high', number>>

/**
 * Opens (and if need be creates and migrates) the database file.
 * @throws with a sentence for the operator when the file can't be opened or brought up to date.
 */
export async function openSqliteStore(path: string): Promise<Store> {
  const { writer, reader } = await openFile(path)
  let numbers = await rowNumbers(writer.query)
  const tx = journalWrites(writer, () => numbers)
  const oneAtATime = mutex()
  const thread = openHistoryThread(path)
  const emptyingRows = reader.raw.prepare(EMPTYINGS)

  /** A durable transaction. The writer serves one at a time, so work may await within. */
  const transact = <T>(work: () => Promise<T>): Promise<T> =>
    oneAtATime(async () => {
      writer.raw.exec('begin immediate')
      try {
        const result = await work()
        writer.raw.exec('commit')
        return result
      } catch (error) {
        if (writer.raw.isTransaction) writer.raw.exec('rollback')
        throw error
      }
    })

  const histories: Store['histories'] = async (containers, from, to, everyMs) => {
    const points = new Map<ContainerId, HistoryPoint[]>(containers.map((id) => [id, []]))
    const idOf = new Map<number, ContainerId>()
    for (const id of points.keys()) {
      const no = numbers.containers.get(id)
      if (no !== undefined) idOf.set(no, id)
    }
    if (idOf.size === 0) return points
    const rows = await thread.ask(BUCKETS, [everyMs, from, to, JSON.stringify([...idOf.keys()])])
    for (const row of rows as readonly BucketRow[]) {
      points.get(idOf.get(row.container_no)!)!.push({
        from: row.bucket as EpochMs,
        n: row.n,
        minPercent: row.low,
        meanPercent: row.mean,
        maxPercent: row.high,
      })
    }
    return points
  }

  return {
    saveTown: async (town, at) => {
      const saved = await transact(async () => ({
        change: await saveTown(writer.query, town, at),
        numbers: await rowNumbers(writer.query),
      }))
      numbers = saved.numbers
      return saved.change
    },
    town: () => readTown(reader.query),

    async credential(username) {
      const row = await reader.query
        .selectFrom('credential')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst()
      if (!row) return undefined
      return {
        username: row.username,
        role: row.role as Credential['role'],
        tokenHash: row.token_hash,
      }
    },
    async saveCredential({ username, role, tokenHash }, at) {
      const row = { role: role as string, token_hash: tokenHash, created_at: at as number }
      await transact(() =>
        writer.query
          .insertInto('credential')
          .values({ username, ...row })
          .onConflict((c) => c.column('username').doUpdateSet(row))
          .execute(),
      )
    },
    async removeCredential(username) {
      const [result] = await transact(() =>
        writer.query.deleteFrom('credential').where('username', '=', username).execute(),
      )
      return result !== undefined && result.numDeletedRows > 0n
    },

    journal: (work) => transact(() => work(tx)),
    async journalPosition() {
      const db = reader.query
      const row = await db.selectFrom('journal').selectAll().executeTakeFirst()
      const containers = await db
        .selectFrom('container_state')
        .innerJoin('container', 'container.no', 'container_state.container_no')
        .selectAll('container_state')
        .select('container.id as container_id')
        .orderBy('container_no')
        .execute()
      const state = await db.selectFrom('engine_state').selectAll().execute()
      return {
        seq: row?.seq ?? 0,
        at: (row?.at ?? 0) as EpochMs,
        containers: containers.map(containerStateOf),
        state: new Map(state.map((s) => [s.key, s.value])),
      }
    },
    async recentUplinks(since) {
      // By the primary key: `at` is never after `received_at`, and what is older has a time of its own,
      // by which the same reading is known again.
      const newest = reader.query
        .selectFrom('reading')
        .select(['device_no', 'fingerprint', 'counter', 'received_at', 'seq'])
        .where('at', '>=', since)
        .where('received_at', '>=', since)
        .orderBy('at', 'desc')
        .limit(RECENT_READINGS)
        .as('newest')
      const rows = await reader.query
        .selectFrom(newest)
        .innerJoin('device', 'device.no', 'newest.device_no')
        .select(['device.id as device', 'fingerprint', 'counter', 'received_at'])
        .groupBy(['device_no', 'fingerprint', 'counter', 'received_at'])
        .orderBy('received_at')
        .orderBy((e) => e.fn.min('seq'))
        .execute()
      return rows.map((r) => ({
        deviceId: r.device as DeviceId,
        fingerprint: r.fingerprint,
        receivedAt: r.received_at as EpochMs,
        ...(r.counter === null ? {} : { counter: r.counter }),
      }))
    },

    async readings(container, from, to, limit) {
      const { sql, parameters } = reader.query
        .selectFrom('reading')
        .innerJoin('device', 'device.no', 'reading.device_no')
        .selectAll('reading')
        .select('device.id as device_id')
        .where('at', '>=', from)
        .where('at', '<', to)
        .where('container_no', '=', numbers.containers.get(container) ?? -1)
        .orderBy('at', 'desc')
        .orderBy('device_no', 'desc')
        .orderBy('n', 'desc')
        .limit(limit)
        .compile()
      const rows = await thread.ask(sql, parameters as readonly SQLInputValue[])
      return rows.map((row) => readingOf(row as ReadingRow, container)).reverse()
    },
    async history(container, from, to, everyMs) {
      const all = await histories([container], from, to, everyMs)
      return all.get(container)!
    },
    histories,
    async readingsCount() {
      const { n } = reader.prepare('select count(*) as n from reading').get() as { n: number }
      return n
    },

    async emptyings(container, since) {
      const rows = emptyingRows.all(container, since) as unknown as readonly EventRow[]
      return rows
        .map(({ seq, at, type, body }) => ({ ...(JSON.parse(body) as object), seq, at, type }))
        .sort((a, b) => a.seq - b.seq) as (EmptiedRecord | EmptyingCorrectedRecord)[]
    },

    async decisions(filter) {
      let query = reader.query.selectFrom('decision').select(['id', 'body']).limit(filter.limit)
      if (filter.stationId !== undefined) query = query.where('station_id', '=', filter.stationId)
      if (filter.containerId !== undefined) {
        query = query
          .where('station_id', '=', stationIdIn(filter.containerId))
          .where('container_id', '=', filter.containerId)
      }
      if (filter.ruleId !== undefined) query = query.where('rule_id', '=', filter.ruleId)
      if (filter.postKey !== undefined) query = query.where('post_key', '=', filter.postKey)
      if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
      if (filter.to !== undefined) query = query.where('at', '<', filter.to)
      query =
        filter.afterId === undefined
          ? query.orderBy('id', 'desc')
          : query.where('id', '>', filter.afterId).orderBy('id')
      const rows = await query.execute()
      return rows.map(({ id, body }) => ({
        ...(JSON.parse(body) as Omit<StoredDecision, 'id'>),
        id,
      }))
    },

    async posts(filter) {
      let query = reader.query
        .selectFrom('post')
        .select('body')
        .where('audience', '=', filter.audience)
        .orderBy('at', 'desc')
        .orderBy('key')
        .limit(filter.limit)
      if (filter.stationId !== undefined) query = query.where('station_id', '=', filter.stationId)
      if (filter.before !== undefined) {
        const { at, key } = filter.before
        query =
          key === undefined
            ? query.where('at', '<', at)
            : query
                .where('at', '<=', at)
                .where((w) => w.or([w('at', '<', at), w('key', '>', key as string)]))
      }
      return (await query.execute()).map((r) => JSON.parse(r.body) as Post)
    },
    async post(key: PostKey) {
      const row = await reader.query
        .selectFrom('post')
        .select('body')
        .where('key', '=', key)
        .executeTakeFirst()
      return row && (JSON.parse(row.body) as Post)
    },

    claimDelivery: (channel, now, leaseMs) =>
      transact(() => claimDelivery(writer.query, channel, now, leaseMs)),
    nextDeliveryAt: (channel) => nextDeliveryAt(reader.query, channel),
    settleDelivery: (id, outcome) => transact(() => settleDelivery(writer.query, id, outcome)),
    deliveries: (filter) => readDeliveries(reader.query, filter),

    async rejectedCounts() {
      const rows = await reader.query.selectFrom('rejection_count').selectAll().execute()
      return new Map(rows.map((r) => [r.reason as Rejection, r.n]))
    },
    async quarantine(limit) {
      const rows = await reader.query
        .selectFrom('quarantine')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(rejectedOf)
    },

    async [Symbol.asyncDispose]() {
      await oneAtATime(async () => {
        await thread.close()
        if (reader.raw.isOpen) reader.raw.close()
        if (writer.raw.isOpen) writer.raw.close()
      })
    },
  }
}

async function openFile(
  path: string,
): Promise<{ readonly writer: Connection; readonly reader: Connection }> {
  let writer: Connection | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    writer = connect(path, 'write')
    await migrate(writer)
    return { writer, reader: connect(path, 'read') }
  } catch (error) {
    writer?.raw.close()
    throw new Error(
      `The database file ${path} can't be opened: ${wordsOf(error)}. Is the folder writable, and is it a Kvitter database?`,
      { cause: error },
    )
  }
}

/** Runs tasks one after another, in the order they came; a failed one doesn't hold up the next. */
function mutex(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const run = last.then(task, task)
    last = run.catch(() => undefined)
    return run
  }
}

function containerStateOf(
  row: Selectable<Tables['container_state']> & { container_id: string },
): ContainerState {
  return {
    containerId: row.container_id as ContainerId,
    ...(row.fill === null ? {} : { fillPercent: row.fill }),
    ...(row.measured_at === null ? {} : { measuredAt: row.measured_at as EpochMs }),
    ...(row.device_id === null ? {} : { deviceId: row.device_id as DeviceId }),
    ...(row.fault === null ? {} : { fault: row.fault as Fault }),
    ...(row.heard_at === null ? {} : { heardAt: row.heard_at as EpochMs }),
    ...(row.interval_ms === null ? {} : { intervalMs: row.interval_ms }),
    ...(row.emptied_at === null ? {} : { emptiedAt: row.emptied_at as EpochMs }),
    reports: row.reports === null ? [] : (JSON.parse(row.reports) as ContainerState['reports']),
  }
}

type ReadingRow = Selectable<Tables['reading']> & { readonly device_id: string }

function readingOf(row: ReadingRow, containerId: ContainerId): Reading {
  const fault = faultOf(row.fault)
  return {
    deviceId: row.device_id as DeviceId,
    n: row.n,
    containerId,
    measuredAt: row.at as EpochMs,
    receivedAt: row.received_at as EpochMs,
    ...(row.fill === null ? {} : { fillPercent: row.fill }),
    ...(row.raw_fill === null ? {} : { rawFillPercent: row.raw_fill }),
    ...(row.distance_mm === null ? {} : { distanceMm: row.distance_mm }),
    ...(fault === undefined ? {} : { fault }),
    ...(row.battery_percent === null ? {} : { batteryPercent: row.battery_percent }),
    ...(row.battery_volts === null ? {} : { batteryVolts: row.battery_volts }),
    ...(row.temperature_c === null ? {} : { temperatureC: row.temperature_c }),
    ...(row.tilt_deg === null ? {} : { tiltDeg: row.tilt_deg }),
    flags: flagsOf(row.flags),
  }
}

function rejectedOf(row: Selectable<Tables['quarantine']>): Rejected & { readonly id: number } {
  return {
    id: row.id,
    reason: row.reason as Rejection,
    detail: row.detail,
    topic: row.topic,
    receivedAt: row.received_at as EpochMs,
    head: row.head,
    bytes: row.bytes,
    ...(row.device_id === null ? {} : { deviceId: row.device_id as DeviceId }),
  }
}
