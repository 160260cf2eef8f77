/** The tables of the return bike's days. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import type { DayCount } from '#src/pickups/day/statistics.ts'
import type { ForecastRecord } from '#src/rules/record.ts'
import type { EpochMs } from '#src/stations/time.ts'
import {
  type Candidate,
  type DayLine,
  type DayStore,
  type DayTx,
  MOST_PHOTOS,
  type StopPhoto,
} from '../days.ts'
import type { Connection } from './database.ts'
import { overwritten } from './erasing.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

export function sqliteDays(
  writer: Connection,
  reader: Db,
  transact: <T>(work: () => Promise<T>) => Promise<T>,
): DayStore {
  const tx = dayTx(writer.query)
  return {
    days: (work) => transact(() => work(tx)),
    dayPlan: (day) => readPlan(reader, day),
    async plannedDays(from) {
      const rows = await reader
        .selectFrom('day_plan')
        .select('day')
        .where('day', '>=', from)
        .orderBy('day')
        .execute()
      return rows.map(({ day }) => day)
    },
    riderEvents: (day) => readEvents(reader, day),
    async riderNotes(day) {
      const rows = await reader
        .selectFrom('rider_event')
        .select(['id', 'note'])
        .where('day', '=', day)
        .where('note', 'is not', null)
        .execute()
      return new Map(rows.map(({ id, note }) => [id, note!]))
    },
    async riderNotesOf(stopId) {
      const rows = await reader
        .selectFrom('rider_event')
        .select(['happened_at', 'note'])
        .where('stop_id', '=', stopId)
        .where('note', 'is not', null)
        .orderBy('happened_at')
        .execute()
      return rows.map(({ happened_at: at, note }) => ({ at: at as EpochMs, sealed: note! }))
    },
    async dayLines({ day, afterNo = 0, afterVersion = -1, limit }) {
      const rows = await reader
        .selectFrom('day_line')
        .selectAll()
        .where('day', '=', day)
        .where('no', '>', afterNo)
        .where('version', '>', afterVersion)
        .orderBy('no')
        .limit(limit)
        .execute()
      return rows.map(lineOf)
    },
    async candidates({ states, day }) {
      let query = reader.selectFrom('bike_candidate').select('body').orderBy('id')
      if (states !== undefined) query = query.where('state', 'in', [...states])
      if (day !== undefined) query = query.where('day', '=', day)
      return (await query.execute()).map(({ body }) => JSON.parse(body) as Candidate)
    },
    async keepPhoto({ id, stopId, at, type, bytes }) {
      return transact(async () => {
        const photos = writer.query.selectFrom('stop_photo').select('id')
        if (await photos.where('id', '=', id).executeTakeFirst()) return 'known'
        const ofStop = await photos.where('stop_id', '=', stopId).execute()
        if (ofStop.length >= MOST_PHOTOS) return 'too-many'
        const row = { id, stop_id: stopId, at, type, bytes }
        await writer.query.insertInto('stop_photo').values(row).execute()
        return 'kept'
      })
    },
    async photo(id) {
      const row = await reader
        .selectFrom('stop_photo')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return row && { ...photoLine(row), bytes: row.bytes }
    },
    async photosOf(stopIds) {
      if (stopIds.length === 0) return []
      const rows = await reader
        .selectFrom('stop_photo')
        .select(['id', 'stop_id', 'at', 'type'])
        .where('stop_id', 'in', [...stopIds])
        .orderBy('at')
        .orderBy('id')
        .execute()
      return rows.map(photoLine)
    },
    async tidyDays({ stops: before, lines }) {
      const tidy = async () => {
        await writer.query
          .deleteFrom('stop_photo')
          .where('at', '<', before)
          .where('stop_id', 'not in', (e) => e.selectFrom('booking').select('id'))
          .execute()
        await writer.query
          .updateTable('rider_event')
          .set({ note: null })
          .where('note', 'is not', null)
          .where('received_at', '<', before)
          .where('stop_id', 'not in', (e) => e.selectFrom('booking').select('id'))
          .execute()
        await writer.query
          .deleteFrom('bike_candidate')
          .where(sql<number>`json_extract(body, '$.askedAt')`, '<', before)
          .execute()
        await writer.query.deleteFrom('day_line').where('at', '<', lines).execute()
        await forgetWhyOut(writer.query, lines)
      }
      await transact(() => overwritten(writer, tidy))
    },
    async dayCounts(from, until) {
      const rows = await reader
        .selectFrom('day_count')
        .selectAll()
        .where('day', '>=', from)
        .where('day', '<=', until)
        .orderBy('day')
        .orderBy('district')
        .orderBy('what')
        .execute()
      return rows.map((row): DayCount => ({ ...row }))
    },
    async forecasts(containers, since) {
      const rows = await reader
        .selectFrom('event')
        .select(['seq', 'at', 'body'])
        .where('type', '=', 'forecast')
        .where(
          sql<string>`json_extract(body, '$.containerId')`,
          'in',
          sql<string>`(select value from json_each(${JSON.stringify(containers)}))`,
        )
        .where('at', '>=', since)
        .orderBy('seq')
        .execute()
      return new Map(
        rows
          .map(({ seq, at, body }) => ({ ...JSON.parse(body), type: 'forecast', seq, at }))
          .map((record: ForecastRecord) => [record.containerId, record] as const),
      )
    },
  }
}

export function dayTx(db: Db): DayTx {
  return {
    dayPlan: (day) => readPlan(db, day),
    async keepDayPlan(plan) {
      const row = { version: plan.version, body: JSON.stringify(plan) }
      await db
        .insertInto('day_plan')
        .values({ day: plan.day, ...row })
        .onConflict((c) => c.column('day').doUpdateSet(row))
        .execute()
    },
    async noteDay(lines) {
      const noted: DayLine[] = []
      for (const { at, by, teller, day, version, did, stopId, bike, detail } of lines) {
        const row = await db
          .insertInto('day_line')
          .values({
            at,
            by_whom: by,
            teller: teller ?? null,
            day,
            version,
            did,
            stop_id: stopId ?? null,
            bike: bike ?? null,
            detail: detail ?? null,
          })
          .returningAll()
          .executeTakeFirstOrThrow()
        noted.push(lineOf(row))
      }
      return noted
    },
    riderEvents: (day) => readEvents(db, day),
    async riderEvent(id) {
      const row = await db
        .selectFrom('rider_event')
        .select('body')
        .where('id', '=', id)
        .executeTakeFirst()
      return row && (JSON.parse(row.body) as RiderEvent)
    },
    async keepRiderEvent(event, sealedNote) {
      await db
        .insertInto('rider_event')
        .values({
          id: event.id,
          day: event.day,
          stop_id: event.stopId,
          happened_at: event.happenedAt,
          received_at: event.receivedAt,
          body: JSON.stringify(event),
          note: sealedNote ?? null,
        })
        .execute()
    },
    async candidates() {
      const rows = await db.selectFrom('bike_candidate').select('body').orderBy('id').execute()
      return rows.map(({ body }) => JSON.parse(body) as Candidate)
    },
    async keepCandidate(candidate) {
      const row = {
        state: candidate.state as string,
        day: candidate.day ?? null,
        body: JSON.stringify(candidate),
      }
      await db
        .insertInto('bike_candidate')
        .values({ id: candidate.id, ...row })
        .onConflict((c) => c.column('id').doUpdateSet(row))
        .execute()
    },
    async followedDecision() {
      const row = await db.selectFrom('day_followed').select('decision').executeTakeFirst()
      return row?.decision
    },
    async noteFollowedDecision(decision) {
      await db
        .insertInto('day_followed')
        .values({ one: 1, decision })
        .onConflict((c) => c.column('one').doUpdateSet({ decision }))
        .execute()
    },
    async keepDayCounts(day, counts) {
      await db.deleteFrom('day_count').where('day', '=', day).execute()
      for (const { district, what, n } of counts) {
        await db.insertInto('day_count').values({ day, district, what, n }).execute()
      }
    },
  }
}

async function readPlan(db: Db, day: string): Promise<DayPlan | undefined> {
  const row = await db
    .selectFrom('day_plan')
    .select('body')
    .where('day', '=', day)
    .executeTakeFirst()
  return row && (JSON.parse(row.body) as DayPlan)
}

async function readEvents(db: Db, day: string): Promise<readonly RiderEvent[]> {
  const rows = await db
    .selectFrom('rider_event')
    .select('body')
    .where('day', '=', day)
    .orderBy('happened_at')
    .orderBy('id')
    .execute()
  return rows.map(({ body }) => JSON.parse(body) as RiderEvent)
}

function lineOf(row: Selectable<Tables['day_line']>): DayLine {
  return {
    no: row.no,
    at: row.at as EpochMs,
    by: row.by_whom,
    ...(row.teller !== null && { teller: row.teller }),
    day: row.day,
    version: row.version,
    did: row.did,
    ...(row.stop_id !== null && { stopId: row.stop_id }),
    ...(row.bike !== null && { bike: row.bike }),
    ...(row.detail !== null && { detail: row.detail }),
  }
}

function photoLine(row: {
  readonly id: string
  readonly stop_id: string
  readonly at: number
  readonly type: string
}): Omit<StopPhoto, 'bytes'> {
  return {
    id: row.id,
    stopId: row.stop_id,
    at: row.at as EpochMs,
    type: row.type as StopPhoto['type'],
  }
}

async function forgetWhyOut(db: Db, before: EpochMs): Promise<void> {
  const rows = await db
    .selectFrom('day_plan')
    .select(['day', 'body'])
    .where('body', 'like', '%"out":%')
    .execute()
  const wordless = (rounds: DayPlan['rounds']): DayPlan['rounds'] =>
    rounds.map((round) =>
      round.out && round.out.since < before
        ? { ...round, out: { ...round.out, because: '' } }
        : round,
    )
  for (const { day, body } of rows) {
    const { offer, ...plan } = JSON.parse(body) as DayPlan
    const forgotten: DayPlan = {
      ...plan,
      rounds: wordless(plan.rounds),
      ...(offer && { offer: { ...offer, rounds: wordless(offer.rounds) } }),
    }
    const text = JSON.stringify(forgotten)
    if (text === body) continue
    await db.updateTable('day_plan').set({ body: text }).where('day', '=', day).execute()
  }
}
