/** How accounts stand, what they have said and spent, and staff's part of the outbox. */
import { type Kysely, sql } from 'kysely'
import type { PauseReason } from '#src/stations/account-trouble.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { WayOut } from '../contract.ts'
import type { AccountStanding, AccountTally, DueTally, Outbox, SendAgain } from '../outbox.ts'
import { IS_OPEN } from './deliveries.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

/** Of a connection that writes, and one that reads. */
export function sqliteOutbox(
  writer: Db,
  reader: Db,
  transact: <T>(work: () => Promise<T>) => Promise<T>,
): Outbox {
  return {
    accountStanding: (way) => accountStanding(reader, way),
    keepAccountStanding: (way, standing) =>
      transact(() => keepAccountStanding(writer, way, standing)),
    accountTally: (way) => accountTally(reader, way),
    lastSentAt: (way) => lastSentAt(reader, way),
    dueTally: (way, now) => dueTally(reader, way, now),
    firstInVain: (way, since) => firstInVain(reader, way, since),
    countTried: (channel, accounts, since, most) =>
      countTried(reader, channel, accounts, since, most),
    spent: (way, month) => spent(reader, way, month),
    spend: (way, month, microUsd) => transact(() => spend(writer, way, month, microUsd)),
    endOverdue: (now, ways) => transact(() => endOverdue(writer, now, ways)),
    sendAgain: (id, again) => transact(() => sendAgain(writer, id, again)),
  }
}

async function accountStanding(db: Db, { channel, account }: WayOut): Promise<AccountStanding> {
  const row = await db
    .selectFrom('channel_account')
    .selectAll()
    .where('channel', '=', channel)
    .where('account', '=', account)
    .executeTakeFirst()
  if (!row) return {}
  return {
    ...(row.paused_at !== null && {
      paused: {
        since: row.paused_at as EpochMs,
        because: row.paused_because as PauseReason,
        detail: row.paused_detail ?? '',
        ...(row.paused_by !== null && { by: row.paused_by }),
      },
    }),
    ...(row.unchecked_since !== null && { uncheckedSince: row.unchecked_since as EpochMs }),
    ...(row.stuck_since !== null && { stuckSince: row.stuck_since as EpochMs }),
  }
}

async function keepAccountStanding(
  db: Db,
  { channel, account }: WayOut,
  { paused, uncheckedSince, stuckSince }: AccountStanding,
): Promise<void> {
  const row = {
    paused_at: paused?.since ?? null,
    paused_because: paused?.because ?? null,
    paused_detail: paused?.detail ?? null,
    paused_by: paused?.by ?? null,
    unchecked_since: uncheckedSince ?? null,
    stuck_since: stuckSince ?? null,
  }
  await db
    .insertInto('channel_account')
    .values({ channel, account, ...row })
    .onConflict((c) => c.columns(['channel', 'account']).doUpdateSet(row))
    .execute()
}

async function accountTally(db: Db, { channel, account }: WayOut): Promise<AccountTally> {
  const rows = await db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .select((e) => ['state', e.fn.countAll<number>().as('n'), e.fn.max('sent_at').as('last')])
    .groupBy('state')
    .execute()
  const lastSentAt = rows.find(({ state }) => state === 'sent')?.last
  return {
    counts: Object.fromEntries(rows.map(({ state, n }) => [state, n])),
    ...(typeof lastSentAt === 'number' && { lastSentAt: lastSentAt as EpochMs }),
  }
}

async function lastSentAt(db: Db, { channel, account }: WayOut): Promise<EpochMs | undefined> {
  const row = await db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where('state', '=', 'sent')
    .select((e) => e.fn.max<number | null>('sent_at').as('at'))
    .executeTakeFirst()
  return (row?.at ?? undefined) as EpochMs | undefined
}

async function dueTally(db: Db, { channel, account }: WayOut, now: EpochMs): Promise<DueTally> {
  const row = await db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where(IS_OPEN)
    .where('send_at', '<=', now)
    .select((e) => [
      e.fn.countAll<number>().as('n'),
      e.fn.min<number | null>(e.fn.coalesce('again_at', 'send_at')).as('oldest'),
    ])
    .executeTakeFirstOrThrow()
  return { count: row.n, ...(row.oldest !== null && { oldestSendAt: row.oldest as EpochMs }) }
}

async function firstInVain(
  db: Db,
  { channel, account }: WayOut,
  since: EpochMs | undefined,
): Promise<EpochMs | undefined> {
  const couldLeaveAt = sql<number>`coalesce(again_at, send_at)`
  let inVain = db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where('state', '=', 'dead')
  if (since !== undefined) inVain = inVain.where(couldLeaveAt, '>', since)
  const row = await inVain
    .select((e) => e.fn.min<number | null>(couldLeaveAt).as('at'))
    .executeTakeFirst()
  return (row?.at ?? undefined) as EpochMs | undefined
}

/**
 * When each was said or tried. Sent ones count when they were taken, others by their first try: repeats
 * are few. Two queries in one, for with an `or` SQLite reads all that an account ever said.
 */
export function triedAt(db: Db, channel: string, accounts: readonly string[], since: EpochMs) {
  const ofAccounts = db
    .selectFrom('delivery')
    .where('channel', '=', channel)
    .where('account', 'in', [...accounts])
  return ofAccounts
    .where('state', '=', 'sent')
    .where('sent_at', '>', since)
    .select('sent_at as at')
    .unionAll(
      ofAccounts
        .where('state', 'in', ['due', 'sending', 'dead', 'uncertain'])
        .where('attempts', '>', 0)
        .where('first_tried_at', '>', since)
        .select('first_tried_at as at'),
    )
}

async function countTried(
  db: Db,
  channel: string,
  accounts: readonly string[],
  since: EpochMs,
  most: number,
): Promise<{ readonly count: number; readonly at?: EpochMs }> {
  const tried = db.selectFrom(triedAt(db, channel, accounts, since).as('tried'))
  const { n } = await tried.select((e) => e.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
  if (n < most) return { count: n }
  const row = await tried
    .select('at')
    .orderBy('at')
    .limit(1)
    .offset(n - most)
    .executeTakeFirst()
  return { count: n, ...(typeof row?.at === 'number' && { at: row.at as EpochMs }) }
}

async function spent(db: Db, { channel, account }: WayOut, month: string): Promise<number> {
  const row = await db
    .selectFrom('spending')
    .select('micro_usd')
    .where('channel', '=', channel)
    .where('account', '=', account)
    .where('month', '=', month)
    .executeTakeFirst()
  return row?.micro_usd ?? 0
}

async function spend(
  db: Db,
  { channel, account }: WayOut,
  month: string,
  microUsd: number,
): Promise<void> {
  await db
    .insertInto('spending')
    .values({ channel, account, month, micro_usd: microUsd })
    .onConflict((c) =>
      c.columns(['channel', 'account', 'month']).doUpdateSet((e) => ({
        micro_usd: sql<number>`max(0, ${e.ref('spending.micro_usd')} + ${microUsd})`,
      })),
    )
    .execute()
}

const TOO_LATE = sql<string>`coalesce('too late to be news; last: ' || last_error, 'too late to be news')`

async function endOverdue(db: Db, now: EpochMs, ways: readonly WayOut[]): Promise<number> {
  const served = JSON.stringify(ways.map(({ channel, account }) => `${channel} ${account}`))
  const isServed = sql<boolean>`channel || ' ' || account in (select value from json_each(${served}))`
  const overdue = db.updateTable('delivery').where(IS_OPEN).where('expires_at', '<=', now)
  const never = await overdue
    .set({ state: 'expired', last_error: TOO_LATE })
    .where('state', '=', 'due')
    .where('attempts', '=', 0)
    .executeTakeFirst()
  const unknown = await overdue
    .set({
      state: 'uncertain',
      lease_until: null,
      last_error: 'the account left the town before it could be found out whether it was heard',
    })
    .where((w) => w.or([w('state', '=', 'due'), w('lease_until', '<=', now)]))
    .where((w) => w.not(isServed))
    .executeTakeFirst()
  return Number(never.numUpdatedRows + unknown.numUpdatedRows)
}

async function sendAgain(db: Db, id: number, { by, at, expiresAt }: SendAgain): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('delivery')
    .set({
      state: 'due',
      due_at: at,
      expires_at: expiresAt,
      attempts: 0,
      first_tried_at: null,
      again_at: at,
      again_by: by,
    })
    .where('id', '=', id)
    .where('state', 'in', ['dead', 'expired', 'uncertain'])
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
