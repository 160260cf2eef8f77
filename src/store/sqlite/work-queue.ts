/** The queue of pieces of work: claimed by lease, in the order that each asks for. */
import { type Kysely, type Selectable, sql } from 'kysely'
import { DAY, type EpochMs } from '#src/stations/time.ts'
import {
  type ClaimedWork,
  DONE_WORK_IS_KNOWN_MS,
  type NewWork,
  type SettledWork,
  type Work,
  type WorkCounts,
  type WorkOutcome,
  type WorkStanding,
} from '../work-queue.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

/** Word for word as in the indexes: SQLite looks there only if it can see that it may. */
const IS_OPEN = sql<boolean>`state in ('due', 'claimed')`

/** Of pieces in an order only the first is handed out; `w` is the piece. */
const IS_FIRST_OF_ITS_ORDER = sql<boolean>`(w.ordering_key is null or not exists (
  select 1 from work as before
  where before.queue = w.queue and before.ordering_key = w.ordering_key and before.id < w.id
    and before.state in ('due', 'claimed')))`

/** Most rows in one statement; SQLite binds 32 766 values. */
const ROWS_AT_ONCE = 2000

export async function putWork(db: Db, works: readonly NewWork[]): Promise<number> {
  let added = 0n
  for (let from = 0; from < works.length; from += ROWS_AT_ONCE) {
    const rows = works.slice(from, from + ROWS_AT_ONCE).map((work) => ({
      queue: work.queue,
      key: work.key,
      body: work.body,
      ordering_key: work.orderingKey ?? null,
      state: 'due',
      due_at: work.dueAt,
      first_due_at: work.dueAt,
      expires_at: work.expiresAt,
    }))
    const result = await db
      .insertInto('work')
      .values(rows)
      .onConflict((c) => c.columns(['queue', 'key']).doNothing())
      .executeTakeFirst()
    added += result.numInsertedOrUpdatedRows ?? 0n
  }
  return Number(added)
}

export async function workStanding(db: Db, queue: string): Promise<WorkStanding> {
  const ofQueue = db.selectFrom('work').where('queue', '=', queue)
  const open = await ofQueue
    .where(IS_OPEN)
    .select((e) => [
      e.fn.countAll<number>().as('n'),
      e.fn.min<number | null>('first_due_at').as('at'),
    ])
    .executeTakeFirstOrThrow()
  const done = await ofQueue
    .where(sql<boolean>`state = 'done' and last_error is null`)
    .select((e) => e.fn.max<number | null>('ended_at').as('at'))
    .executeTakeFirstOrThrow()
  const any = await ofQueue.select('id').limit(1).executeTakeFirst()
  return {
    open: open.n,
    isEmpty: any === undefined,
    ...(open.at !== null && { oldestDueAt: open.at as EpochMs }),
    ...(done.at !== null && { lastDoneAt: done.at as EpochMs }),
  }
}

/** What was old at an instant and nobody has just now. */
function endOld(db: Db, at: number, now: EpochMs) {
  return db
    .updateTable('work')
    .set({ state: 'dead', body: '', lease_until: null, ended_at: now, last_error: 'expired' })
    .where(IS_OPEN)
    .where('expires_at', '<=', at)
    .where((w) => w.or([w('state', '=', 'due'), w('lease_until', '<=', now)]))
}

/** One transaction of the caller's, so two workers never get the same piece. */
export async function claimWork(
  db: Db,
  queue: string,
  now: EpochMs,
  leaseMs: number,
  limit: number,
): Promise<ClaimedWork> {
  const old = await endOld(db, now, now).where('queue', '=', queue).executeTakeFirst()
  const rows = await db
    .updateTable('work')
    .set((e) => ({
      state: 'claimed',
      attempts: e('attempts', '+', 1),
      lease_until: now + leaseMs,
    }))
    .where('id', 'in', (e) =>
      e
        .selectFrom('work as w')
        .select('w.id')
        .where('w.queue', '=', queue)
        .where(sql<boolean>`w.state in ('due', 'claimed')`)
        .where(IS_FIRST_OF_ITS_ORDER)
        .where((w) =>
          w.or([
            w.and([w('w.state', '=', 'due'), w('w.due_at', '<=', now)]),
            w.and([w('w.state', '=', 'claimed'), w('w.lease_until', '<=', now)]),
          ]),
        )
        .orderBy('w.due_at')
        .orderBy('w.id')
        .limit(limit),
    )
    .returningAll()
    .execute()
  return {
    works: rows.map(workOf).toSorted((a, b) => a.dueAt - b.dueAt || a.id - b.id),
    expired: Number(old.numUpdatedRows),
  }
}

export async function settleWork(
  db: Db,
  settled: readonly SettledWork[],
  now: EpochMs,
): Promise<void> {
  for (const { id, outcome } of settled) {
    await db
      .updateTable('work')
      .set((e) => ({
        lease_until: null,
        ...columnsOf(outcome, now),
        ...('untried' in outcome && { attempts: e('attempts', '-', 1) }),
      }))
      .where('id', '=', id)
      .where('state', '=', 'claimed')
      .execute()
  }
}

function columnsOf(outcome: WorkOutcome, now: EpochMs) {
  switch (outcome.state) {
    case 'done':
      return {
        state: 'done',
        body: '',
        ended_at: now,
        last_error: outcome.unsaid ? 'unsaid' : null,
      }
    case 'dead':
      return { state: 'dead', body: '', ended_at: now, last_error: outcome.error }
    case 'due':
      return { state: 'due', due_at: outcome.dueAt, last_error: outcome.error }
  }
}

export async function nextWorkAt(db: Db, queue: string): Promise<EpochMs | undefined> {
  const row = await db
    .selectFrom('work as w')
    .where('w.queue', '=', queue)
    .where(sql<boolean>`w.state in ('due', 'claimed')`)
    .where(IS_FIRST_OF_ITS_ORDER)
    .select(
      sql<number | null>`min(case state when 'due' then due_at else lease_until end)`.as('at'),
    )
    .executeTakeFirst()
  return (row?.at ?? undefined) as EpochMs | undefined
}

export async function workCounts(db: Db, queue: string): Promise<WorkCounts> {
  const rows = await db
    .selectFrom('work')
    .where('queue', '=', queue)
    .select(['state', (e) => e.fn.countAll<number>().as('n')])
    .groupBy('state')
    .execute()
  const count = (...states: readonly string[]) =>
    rows.filter(({ state }) => states.includes(state)).reduce((sum, { n }) => sum + n, 0)
  return { open: count('due', 'claimed'), dead: count('dead') }
}

export async function tidyWork(db: Db, now: EpochMs): Promise<void> {
  // A queue that is worked off ends its own: this is of one that the town has taken out.
  await endOld(db, now - DAY, now).execute()
  await db
    .deleteFrom('work')
    .where('ended_at', '<', now - DONE_WORK_IS_KNOWN_MS)
    .execute()
}

function workOf(row: Selectable<Tables['work']>): Work {
  return {
    id: row.id,
    queue: row.queue,
    key: row.key,
    body: row.body,
    dueAt: row.due_at as EpochMs,
    expiresAt: row.expires_at as EpochMs,
    attempts: row.attempts,
    ...(row.ordering_key !== null && { orderingKey: row.ordering_key }),
  }
}
