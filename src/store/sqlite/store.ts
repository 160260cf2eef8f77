/** The embedded store: one SQLite file through kysely over `node:sqlite`. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Selectable, sql } from 'kysely'
import { correctionKey } from '#src/rules/post-key.ts'
import type {
  EmptiedRecord,
  EmptyingCorrectedRecord,
  PlanRecord,
  ReportRecord,
  ReportWithdrawnRecord,
  SilenceEndedRecord,
  SilencedRecord,
} from '#src/rules/record.ts'
import { type ContainerId, type DeviceId, type PostKey, stationIdIn } from '#src/stations/ids.ts'
import type { Reading, Rejection } from '#src/stations/reading.ts'
import type { DeviceChange } from '#src/stations/device-changes.ts'
import { DAY, type EpochMs } from '#src/stations/time.ts'
import type { Correction } from '#src/quality/contract.ts'
import type { AlarmChange } from '#src/quality/health.ts'
import type {
  Credential,
  HistoryPoint,
  JudgedReading,
  KeptTold,
  Post,
  Quarantined,
  Store,
  StoredDecision,
} from '../contract.ts'
import { mutex } from '../mutex.ts'
import { readPostCard } from './cards.ts'
import { sqliteBookings } from './bookings.ts'
import { containerStateOf } from './container-state.ts'
import { type Connection, connect, migrate, wordsOf } from './database.ts'
import {
  channelNote,
  claimDelivery,
  keepChannelNote,
  nextDeliveryAt,
  readDeliveries,
  settleDelivery,
} from './deliveries.ts'
import { type PackedReading, TOLD } from './day-chunk.ts'
import {
  dropFollower,
  dropFollowerEverywhere,
  fediverseActors,
  followerCount,
  followers,
  keepActorKeys,
  keepFediverseActors,
  keepFollower,
} from './fediverse.ts'
import { emptyLog, overwritten } from './erasing.ts'
import { openHistoryThread } from './history-thread.ts'
import { sqliteDays } from './days.ts'
import { faultOf, flagsOf, journalWrites } from './journal-writes.ts'
import { sqliteMessages } from './messages.ts'
import { sqliteOutbox } from './outbox.ts'
import type { Tables } from './schema.ts'
import { sqliteStaff } from './staff.ts'
import {
  askToSubscribe,
  changeWish,
  confirmSubscriber,
  eraseSubscriber,
  eraseUnconfirmed,
  findSubscriber,
  forgetBounces,
  noteBounce,
  readAudience,
  subscribe,
  subscriberCounts,
} from './subscribers.ts'
import {
  readRemovedContainers,
  readServiceDays,
  readTown,
  rowNumbers,
  saveTown,
} from './town-tables.ts'
import { keepSecretCheck, secretCheck } from './secret-check.ts'
import {
  claimWork,
  nextWorkAt,
  putWork,
  settleWork,
  tidyWork,
  workCounts,
  workStanding,
} from './work-queue.ts'

/** At most so many recent readings are read back at a start: what is sent again was under way, so it's among the newest. */
const RECENT_READINGS = 250_000

const EMPTYINGS = `select seq, at, type, body from event
  where type in ('emptied', 'emptying-corrected')
    and at >= ?1 and (?2 is null or json_extract(body, '$.containerId') = ?2)`

const SILENCES = `select seq, at, type, body from event
  where type in ('silenced', 'silence-ended')`

const PLANS = `select seq, at, type, body from event
  where type = 'plan' and json_extract(body, '$.containerId') = ?1 and at >= ?2 order by seq`

const REPORTS = `select seq, at, type, body from event
  where type in ('report', 'report-withdrawn') and at >= ?1
  and (?2 is null or json_extract(body, '$.containerId') in (select value from json_each(?2)))`

const OLDEST_READINGS = 'from reading where at < ? and seq <= ? order by at, device_no, n limit ?'

type EventRow = Selectable<Tables['event']>

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
  const silenceRows = reader.raw.prepare(SILENCES)
  const reportRows = reader.raw.prepare(REPORTS)
  const planRows = reader.raw.prepare(PLANS)
  const dropTheirCorrections = writer.raw.prepare(
    `delete from correction where seq in (select seq ${OLDEST_READINGS})`,
  )
  const dropTold = writer.raw.prepare(
    `delete from told where seq in (select seq ${OLDEST_READINGS})`,
  )
  const notePlaces = writer.raw.prepare(`insert into seq_day (day, first_seq, last_seq)
    select (at - ((at % ${DAY}) + ${DAY}) % ${DAY}) / ${DAY} as day, min(seq), max(seq)
    from (select at, seq ${OLDEST_READINGS}) group by day
    on conflict do update set first_seq = min(first_seq, excluded.first_seq),
      last_seq = max(last_seq, excluded.last_seq)`)
  const dropOldest = writer.raw.prepare(
    `delete from reading where (at, device_no, n) in (select at, device_no, n ${OLDEST_READINGS})`,
  )

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

  /** A transaction that throws things away for good. */
  const erase = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await transact(() => overwritten(writer, work))
    await oneAtATime(async () => emptyLog(writer))
    return result
  }

  /** A correction has its name from the post that it takes back, so it is found without an index of its own. */
  async function markCorrected(posts: readonly Post[]): Promise<readonly Post[]> {
    if (posts.length === 0) return posts
    const names = new Map(posts.map(({ key }) => [correctionKey(key), key]))
    const rows = await reader.query
      .selectFrom('post')
      .select(['key', 'send_at'])
      .where('key', 'in', [...names.keys()])
      .execute()
    if (rows.length === 0) return posts
    const found = new Map(
      rows.map(({ key, send_at }) => [
        names.get(key as PostKey),
        { key: key as PostKey, saidAt: send_at as EpochMs },
      ]),
    )
    return posts.map((post) => {
      const correctedBy = found.get(post.key)
      return correctedBy ? { ...post, correctedBy } : post
    })
  }

  const histories: Store['histories'] = async (containers, from, to, everyMs) => {
    const points = new Map<ContainerId, HistoryPoint[]>(containers.map((id) => [id, []]))
    const idOf = new Map<number, ContainerId>()
    for (const id of points.keys()) {
      const no = numbers.containers.get(id)
      if (no !== undefined) idOf.set(no, id)
    }
    if (idOf.size === 0) return points
    const buckets = await thread.ask({
      kind: 'histories',
      containers: [...idOf.keys()],
      from,
      to,
      everyMs,
    })
    for (const { container, from: at, n, min, max, sum } of buckets) {
      points.get(idOf.get(container)!)!.push({
        from: at as EpochMs,
        n,
        minPercent: min,
        meanPercent: sum / n,
        maxPercent: max,
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
    removedContainers: (station) => readRemovedContainers(reader.query, station),
    serviceDays: () => readServiceDays(reader.query),

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

    async historyPlace() {
      const row = await reader.query.selectFrom('history_place').select('seq').executeTakeFirst()
      return row?.seq ?? 0
    },
    async noteHistoryPlace(seq) {
      await transact(() =>
        writer.query
          .insertInto('history_place')
          .values({ id: 1, seq })
          .onConflict((c) => c.column('id').doUpdateSet({ seq }))
          .execute(),
      )
    },
    async readingsSince(seq) {
      const rows = await reader.query
        .selectFrom('reading')
        .innerJoin('device', 'device.no', 'reading.device_no')
        .leftJoin('container', 'container.no', 'reading.container_no')
        .leftJoin('correction', 'correction.seq', 'reading.seq')
        .leftJoin('told', 'told.seq', 'reading.seq')
        .leftJoin('device as chief', 'chief.no', 'told_device')
        .selectAll('reading')
        .select(['device.id as device_id', 'container.id as container_id', 'clean', 'body'])
        .select(['told', 'told_at', 'told_fill', 'chief.id as chief_id'])
        .where('reading.seq', '>', seq)
        .orderBy('reading.seq')
        .execute()
      return rows.map((row) => {
        const { containerId, ...bare } = readingOf(row, row.container_id as ContainerId)
        return {
          seq: row.seq,
          reading: row.container_id === null ? bare : { ...bare, containerId: containerId! },
          ...(row.clean !== null && { cleanPercent: row.clean }),
          ...(row.body !== null && { correction: JSON.parse(row.body) as Correction }),
          ...toldOf(row),
        }
      })
    },

    letGoOfReadings: (before, upToSeq, most) =>
      transact(async () => {
        notePlaces.run(before, upToSeq, most)
        dropTheirCorrections.run(before, upToSeq, most)
        dropTold.run(before, upToSeq, most)
        return Number(dropOldest.run(before, upToSeq, most).changes)
      }),

    async deviceChanges() {
      const rows = await reader.query
        .selectFrom('device_change')
        .selectAll()
        .orderBy('no')
        .execute()
      return rows.map(({ no, at, by_whom, body, settled }) => ({
        no,
        at: at as EpochMs,
        by: by_whom,
        change: JSON.parse(body) as DeviceChange,
        settled: settled === 1,
      }))
    },
    keepDeviceChanges: (changes, by, at) =>
      transact(async () => {
        const nos: number[] = []
        for (const change of changes) {
          const { no } = await writer.query
            .insertInto('device_change')
            .values({ at, by_whom: by, body: JSON.stringify(change) })
            .returning('no')
            .executeTakeFirstOrThrow()
          nos.push(no)
        }
        return nos
      }),
    async settleDeviceChanges(nos) {
      await transact(() =>
        writer.query
          .updateTable('device_change')
          .set({ settled: 1 })
          .where('no', 'in', sql<number>`(select value from json_each(${JSON.stringify(nos)}))`)
          .execute(),
      )
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

    async beliefs() {
      const rows = await reader.query
        .selectFrom('belief')
        .innerJoin('device', 'device.no', 'belief.device_no')
        .innerJoin('container', 'container.no', 'belief.container_no')
        .select(['container.id as container', 'device.id as device', 'seq', 'state'])
        .execute()
      return rows.map(({ container, device, seq, state }) => ({
        containerId: container as ContainerId,
        deviceId: device as DeviceId,
        seq,
        state,
      }))
    },
    async alarmChanges({ deviceId, since, limit }) {
      let query = reader.query
        .selectFrom('alarm_change')
        .innerJoin('device', 'device.no', 'alarm_change.device_no')
        .innerJoin('container', 'container.no', 'alarm_change.container_no')
        .select(['container.id as container', 'device.id as device', 'body'])
        .orderBy('alarm_change.no', 'desc')
        .limit(limit)
      if (deviceId !== undefined) query = query.where('device.id', '=', deviceId)
      if (since !== undefined) query = query.where('alarm_change.at', '>=', since)
      return (await query.execute()).map(({ container, device, body }) => ({
        containerId: container as ContainerId,
        deviceId: device as DeviceId,
        change: JSON.parse(body) as AlarmChange,
      }))
    },
    async readingsToJudge(since) {
      const rows = await reader.query
        .selectFrom('reading')
        .innerJoin('device', 'device.no', 'reading.device_no')
        .innerJoin('container', 'container.no', 'reading.container_no')
        .selectAll('reading')
        .select(['device.id as device_id', 'container.id as container_id'])
        .where('at', '>=', since)
        .orderBy('seq')
        .execute()
      return rows.map((row) => ({
        seq: row.seq,
        reading: readingOf(row, row.container_id as ContainerId),
      }))
    },

    async readings(container, from, to, limit) {
      const no = numbers.containers.get(container)
      if (no === undefined) return []
      const rows = await thread.ask({ kind: 'readings', container: no, from, to, limit })
      if (rows.length === 0) return []
      const idOf = new Map([...numbers.devices].map(([id, device]) => [device, id]))
      return rows.map((row) => judgedOf({ ...row, device_id: idOf.get(row.device_no)! }, container))
    },
    async history(container, from, to, everyMs) {
      const all = await histories([container], from, to, everyMs)
      return all.get(container)!
    },
    histories,
    readingsCount: () => thread.ask({ kind: 'count' }),

    async emptyings({ containerId, since }) {
      const rows = emptyingRows.all(since, containerId ?? null) as unknown as readonly EventRow[]
      return eventsOf(rows) as readonly (EmptiedRecord | EmptyingCorrectedRecord)[]
    },
    async reports({ since, containerIds }) {
      const among = containerIds === undefined ? null : JSON.stringify(containerIds)
      const rows = reportRows.all(since, among) as unknown as readonly EventRow[]
      return withoutWithdrawn(eventsOf(rows) as readonly (ReportRecord | ReportWithdrawnRecord)[])
    },

    async reporterSalts() {
      const rows = await reader.query
        .selectFrom('reporter_salt')
        .selectAll()
        .orderBy('from_at', 'desc')
        .execute()
      return rows.map(({ from_at, salt }) => ({ from: from_at as EpochMs, salt }))
    },
    async keepReporterSalt({ from, salt }) {
      await transact(() =>
        writer.query.insertInto('reporter_salt').values({ from_at: from, salt }).execute(),
      )
    },
    async dropReporterSalts(upTo, orFrom) {
      await erase(() =>
        writer.query
          .deleteFrom('reporter_salt')
          .where((w) => w.or([w('from_at', '<=', upTo), w('from_at', '>=', orFrom)]))
          .execute(),
      )
    },

    async silences() {
      const rows = silenceRows.all() as unknown as readonly EventRow[]
      return eventsOf(rows) as readonly (SilencedRecord | SilenceEndedRecord)[]
    },
    async plans({ containerId, since }) {
      const rows = planRows.all(containerId, since) as unknown as readonly EventRow[]
      return eventsOf(rows) as readonly PlanRecord[]
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
      if (filter.outcome !== undefined) {
        query = query.where(sql`body ->> '$.outcome'`, '=', filter.outcome)
      }
      if (filter.beforeId !== undefined) query = query.where('id', '<', filter.beforeId)
      if (filter.fromId !== undefined) query = query.where('id', '>=', filter.fromId)
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
        .select(['body', 'withdrawn_at'])
        .where('audience', '=', filter.audience)
        .orderBy('at', 'desc')
        .orderBy('key')
        .limit(filter.limit)
      if (filter.stationId !== undefined) query = query.where('station_id', '=', filter.stationId)
      if (filter.ofTown) query = query.where('station_id', '=', 'town')
      if (filter.saidBy !== undefined) {
        query = query.where('send_at', '<=', filter.saidBy).where('withdrawn_at', 'is', null)
      }
      if (filter.before !== undefined) {
        const { at, key } = filter.before
        query =
          key === undefined
            ? query.where('at', '<', at)
            : query
                .where('at', '<=', at)
                .where((w) => w.or([w('at', '<', at), w('key', '>', key as string)]))
      }
      return markCorrected((await query.execute()).map(postOf))
    },
    async countPosts({ stationId, from, to, saidBy }) {
      let query = reader.query
        .selectFrom('post')
        .select(sql<number>`count(*)`.as('said'))
        .select(
          sql<number>`count(*) filter (where json_extract(body, '$.kind') = 'correction')`.as(
            'corrections',
          ),
        )
        .where('audience', '=', 'public')
        .where('at', '>=', from)
        .where('at', '<', to)
        .where('send_at', '<=', saidBy)
        .where('withdrawn_at', 'is', null)
      if (stationId !== undefined) query = query.where('station_id', '=', stationId)
      const { said, corrections } = await query.executeTakeFirstOrThrow()
      return { posts: said - corrections, corrections }
    },
    async post(key: PostKey) {
      const row = await reader.query
        .selectFrom('post')
        .select(['body', 'withdrawn_at'])
        .where('key', '=', key)
        .executeTakeFirst()
      if (!row) return undefined
      const [post] = await markCorrected([postOf(row)])
      return post
    },

    ...sqliteBookings(writer, reader.query, transact, () =>
      oneAtATime(async () => emptyLog(writer)),
    ),
    ...sqliteDays(writer, reader.query, transact),
    ...sqliteStaff(writer.query, reader.query, transact, erase),
    ...sqliteOutbox(writer.query, reader.query, transact),
    ...sqliteMessages(writer.query, reader.query, transact, erase),
    claimDelivery: (way, now, leaseMs, first) =>
      transact(() => claimDelivery(writer.query, way, now, leaseMs, first)),
    postCard: (key) => readPostCard(reader.query, key),
    channelNote: (way) => channelNote(reader.query, way),
    keepChannelNote: (way, note) => transact(() => keepChannelNote(writer.query, way, note)),
    nextDeliveryAt: (way, fromPriority) => nextDeliveryAt(reader.query, way, fromPriority),
    settleDelivery: (id, outcome) => transact(() => settleDelivery(writer.query, id, outcome)),
    deliveries: (filter) => readDeliveries(reader.query, filter),

    secretCheck: () => secretCheck(reader.query),
    keepSecretCheck: (sealed) => transact(() => keepSecretCheck(writer.query, sealed)),

    putWork: (works) => transact(() => putWork(writer.query, works)),
    claimWork: (...ask) => transact(() => claimWork(writer.query, ...ask)),
    settleWork: (settled, now) => transact(() => settleWork(writer.query, settled, now)),
    nextWorkAt: (queue) => nextWorkAt(reader.query, queue),
    workCounts: (queue) => workCounts(reader.query, queue),
    workStanding: (queue) => workStanding(reader.query, queue),
    tidyWork: (now) => transact(() => tidyWork(writer.query, now)),
    subscriber: (id) => findSubscriber(reader.query, { id }),
    subscriberByMark: (way, mark) => findSubscriber(reader.query, { way, mark }),
    askToSubscribe: (asking) => transact(() => askToSubscribe(writer.query, asking)),
    subscribe: (asking) => transact(() => subscribe(writer.query, asking)),
    confirmSubscriber: (...ask) => transact(() => confirmSubscriber(writer.query, ...ask)),
    changeWish: (id, wish) => transact(() => changeWish(writer.query, id, wish)),
    eraseSubscriber: (id) => erase(() => eraseSubscriber(writer.query, id)),
    eraseUnconfirmed: (before) => erase(() => eraseUnconfirmed(writer.query, before)),
    noteBounce: (...ask) => transact(() => noteBounce(writer.query, ...ask)),
    forgetBounces: (id) => transact(() => forgetBounces(writer.query, id)),
    audience: (ask) => readAudience(reader.query, ask),
    subscriberCounts: () => subscriberCounts(reader.query),

    fediverseActors: () => fediverseActors(reader.query),
    keepFediverseActors: (actors) => transact(() => keepFediverseActors(writer.query, actors)),
    keepActorKeys: (id, keys) => transact(() => keepActorKeys(writer.query, id, keys)),
    followers: (actorId) => followers(reader.query, actorId),
    followerCount: (actorId) => followerCount(reader.query, actorId),
    keepFollower: (follower) => transact(() => keepFollower(writer.query, follower)),
    dropFollower: (actorId, mark) => erase(() => dropFollower(writer.query, actorId, mark)),
    dropFollowerEverywhere: (mark) => erase(() => dropFollowerEverywhere(writer.query, mark)),

    async rejectedCounts() {
      const rows = await reader.query.selectFrom('rejection_count').selectAll().execute()
      return new Map(rows.map((r) => [r.reason as Rejection, r.n]))
    },
    async quarantine(filter) {
      const { id, reason, deviceId, topic, from, to, beforeId, afterId, limit } = filter
      let query = reader.query
        .selectFrom('quarantine')
        .selectAll()
        .orderBy('id', afterId === undefined ? 'desc' : 'asc')
        .limit(limit)
      if (id !== undefined) query = query.where('id', '=', id)
      if (reason !== undefined) query = query.where('reason', '=', reason)
      if (deviceId !== undefined) query = query.where('device_id', '=', deviceId)
      if (topic !== undefined) query = query.where(sql`instr(topic, ${topic})`, '>', 0)
      if (from !== undefined) query = query.where('received_at', '>=', from)
      if (to !== undefined) query = query.where('received_at', '<', to)
      if (beforeId !== undefined) query = query.where('id', '<', beforeId)
      if (afterId !== undefined) query = query.where('id', '>', afterId)
      if (filter.replayable) {
        query = query
          .where('payload', 'is not', null)
          .where((w) => w.or([w('outcome', 'is', null), w('outcome', 'not in', TAKEN_IN)]))
      }
      return (await query.execute()).map(quarantinedOf)
    },
    async noteReplayed(replayed, at) {
      await transact(async () => {
        for (const { id, outcome } of replayed) {
          await writer.query
            .updateTable('quarantine')
            .set({ replayed_at: at, outcome })
            .where('id', '=', id)
            .execute()
        }
      })
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

function postOf(row: Pick<Selectable<Tables['post']>, 'body' | 'withdrawn_at'>): Post {
  const kept = JSON.parse(row.body) as Post & { readonly texts: { readonly fi?: string } }
  // What was said before there was Finnish is shown as it was said.
  const post = { ...kept, texts: { ...kept.texts, fi: kept.texts.fi ?? kept.texts.sv } }
  return row.withdrawn_at === null ? post : { ...post, withdrawnAt: row.withdrawn_at as EpochMs }
}

/** In the order of the journal. */
function eventsOf(rows: readonly EventRow[]): readonly object[] {
  return rows
    .map(({ seq, at, type, body }) => ({ ...(JSON.parse(body) as object), seq, at, type }))
    .sort((a, b) => a.seq - b.seq)
}

type OfJournal = 'seq' | 'told' | 'told_at' | 'told_device' | 'told_fill'
type ReadingRow = Omit<PackedReading, 'clean' | 'body' | OfJournal> & { readonly device_id: string }

/** What was taken back comes after what it takes back. */
function withoutWithdrawn(
  told: readonly (ReportRecord | ReportWithdrawnRecord)[],
): readonly ReportRecord[] {
  const withdrawn = new Set(told.map((one) => (one.type === 'report-withdrawn' ? one.of : -1)))
  return told.filter((one) => one.type === 'report').filter(({ seq }) => !withdrawn.has(seq))
}

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

type JudgedRow = Omit<PackedReading, OfJournal> & { readonly device_id: string }

function toldOf(row: {
  readonly told: number | null
  readonly told_at: number | null
  readonly told_fill: number | null
  readonly chief_id: string | null
}): Pick<KeptTold, 'told' | 'toldAt'> {
  const { told, told_at, told_fill, chief_id } = row
  return {
    ...(told_at !== null && { toldAt: told_at as EpochMs }),
    ...(told === TOLD.nothing && { told: 'nothing' }),
    ...(told === TOLD.otherwise && {
      told: {
        deviceId: chief_id as DeviceId,
        ...(told_fill !== null && { fillPercent: told_fill }),
      },
    }),
  }
}

function judgedOf(row: JudgedRow, containerId: ContainerId): JudgedReading {
  const reading = readingOf(row, containerId)
  if (row.clean === null || row.body === null) return reading
  return { ...reading, cleanPercent: row.clean, correction: JSON.parse(row.body) as Correction }
}

/** Outcomes after which a message need not be tried again. */
const TAKEN_IN = ['kept', 'repeat', 'conflict', 'ignored']

function quarantinedOf(row: Selectable<Tables['quarantine']>): Quarantined {
  return {
    id: row.id,
    reason: row.reason as Rejection,
    detail: row.detail,
    topic: row.topic,
    receivedAt: row.received_at as EpochMs,
    head: row.head,
    bytes: row.bytes,
    ...(row.device_id === null ? {} : { deviceId: row.device_id as DeviceId }),
    ...(row.payload === null ? {} : { payload: row.payload }),
    ...(row.replayed_at === null || row.outcome === null
      ? {}
      : { replayed: { at: row.replayed_at as EpochMs, outcome: row.outcome } }),
  }
}
