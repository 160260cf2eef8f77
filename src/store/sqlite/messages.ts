/** Messages to one person: claimed by lease, settled once, erased when their time is up. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { EpochMs } from '#src/stations/time.ts'
import type {
  Message,
  MessageLine,
  MessageOfGroup,
  MessageOutcome,
  MessageReport,
  MessageState,
  MessageStore,
  MessageWay,
  NewMessage,
} from '../messages.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

/** Word for word as in the index: SQLite looks there only if it can see that it may. */
const IS_OPEN = sql<boolean>`state in ('due', 'sending', 'uncertain')`

/** The recipient and the text of what has been thrown away. */
const ERASED = { recipient: null, body: null } as const

/**
 * In one statement with the look whether its errand has been erased: who hands in a message may have read
 * whom it is for before that.
 */
async function putMessage(db: Db, message: NewMessage): Promise<boolean> {
  const erased = db
    .selectFrom('errand_change')
    .select('errand_id')
    .where('errand_id', '=', message.group)
    .where('did', '=', 'erased')
  const { numInsertedOrUpdatedRows: added } = await db
    .insertInto('message')
    .columns([
      'id',
      'about',
      'purpose',
      'way',
      'recipient',
      'body',
      'state',
      'due_at',
      'expires_at',
    ])
    .expression(
      db
        .selectNoFrom((e) => [
          e.val(message.id).as('id'),
          e.val(message.group).as('about'),
          e.val(message.purpose).as('purpose'),
          e.val(message.way).as('way'),
          e.val(message.recipient).as('recipient'),
          e.val(message.body).as('body'),
          e.val('due').as('state'),
          e.val(message.dueAt as number).as('due_at'),
          e.val(message.expiresAt as number).as('expires_at'),
        ])
        .where((e) => e.not(e.exists(erased))),
    )
    .onConflict((c) => c.column('id').doNothing())
    .executeTakeFirst()
  return added === 1n
}

async function cancelMessages(db: Db, group: string, now: EpochMs): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable('message')
    .set({ state: 'cancelled', ended_at: now, ...ERASED })
    .where('about', '=', group)
    .where('state', '=', 'due')
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

async function eraseMessages(db: Db, group: string, now: EpochMs): Promise<number> {
  const cancelled = await cancelMessages(db, group, now)
  // One that is being asked after can't be any more: what was said stays said.
  await db
    .updateTable('message')
    .set((e) => ({
      ...ERASED,
      state: e.case().when(IS_OPEN).then('unknown').else(e.ref('state')).end(),
      ended_at: e.fn.coalesce('ended_at', e.val(now as number)),
    }))
    .where('about', '=', group)
    .execute()
  return cancelled
}

/** One statement, so two workers never get the same one. What was claimed before may have been said. */
async function claimMessage(
  db: Db,
  way: MessageWay,
  now: EpochMs,
  leaseMs: number,
): Promise<Message | undefined> {
  const row = await db
    .updateTable('message')
    .set((e) => ({
      state: 'sending',
      may_be_said: e.case().when('state', '=', 'due').then(0).else(1).end(),
      unheard: e
        .case()
        .when('state', '=', 'due')
        .then(e.ref('unheard'))
        .else(e('unheard', '+', 1))
        .end(),
      attempts: e('attempts', '+', 1),
      lease_until: now + leaseMs,
      first_tried_at: e.fn.coalesce('first_tried_at', e.val(now as number)),
    }))
    .where('no', '=', (e) =>
      e
        .selectFrom('message')
        .select('no')
        .where('way', '=', way)
        .where(IS_OPEN)
        .where((w) =>
          w.or([
            w.and([w('state', '!=', 'sending'), w('due_at', '<=', now)]),
            w.and([w('state', '=', 'sending'), w('lease_until', '<=', now)]),
          ]),
        )
        .orderBy('due_at')
        .orderBy('no')
        .limit(1),
    )
    .returningAll()
    .executeTakeFirst()
  return row && messageOf(row)
}

async function nextMessageAt(db: Db, way: MessageWay): Promise<EpochMs | undefined> {
  const row = await db
    .selectFrom('message')
    .where('way', '=', way)
    .where(IS_OPEN)
    .select(
      sql<number | null>`min(case state when 'sending' then lease_until else due_at end)`.as('at'),
    )
    .executeTakeFirst()
  return (row?.at ?? undefined) as EpochMs | undefined
}

async function settleMessage(
  db: Db,
  no: number,
  outcome: MessageOutcome,
  now: EpochMs,
): Promise<void> {
  const claimed = db
    .updateTable('message')
    .set({ lease_until: null })
    .where('no', '=', no)
    .where('state', '=', 'sending')
  switch (outcome.state) {
    case 'sent': {
      const { remoteId, parts } = outcome
      await claimed
        .set({ state: 'sent', remote_id: remoteId, parts, ended_at: now, last_error: null })
        .execute()
      return
    }
    case 'due':
      await claimed
        .set((e) => ({
          state: 'due',
          due_at: outcome.dueAt,
          last_error: outcome.error,
          ...(outcome.untried && { attempts: e('attempts', '-', 1) }),
        }))
        .execute()
      return
    case 'uncertain':
      await claimed
        .set({ state: 'uncertain', due_at: outcome.lookAt, last_error: outcome.error })
        .execute()
      return
    case 'dead':
    case 'expired':
    case 'unknown':
      await claimed
        .set({ state: outcome.state, ended_at: now, last_error: outcome.error })
        .execute()
  }
}

/** How much is known: what is on the phone can't be merely sent any more. */
const RANKS: Readonly<Record<MessageReport, readonly MessageState[]>> = {
  sent: ['due', 'sending', 'uncertain', 'unknown'],
  delivered: ['due', 'sending', 'uncertain', 'unknown', 'sent', 'failed'],
  failed: ['due', 'sending', 'uncertain', 'unknown', 'sent'],
}

async function reportMessage(
  db: Db,
  no: number,
  report: MessageReport,
  now: EpochMs,
): Promise<boolean> {
  await db
    .updateTable('message')
    .set({ state: report, ended_at: now, lease_until: null })
    .where('no', '=', no)
    .where('state', 'in', [...RANKS[report]])
    .execute()
  const row = await db.selectFrom('message').select('no').where('no', '=', no).executeTakeFirst()
  return row !== undefined
}

async function spendSms(db: Db, month: string, parts: number, limit: number): Promise<boolean> {
  if ((await smsSpent(db, month)) + parts > limit) return false
  await db
    .insertInto('sms_month')
    .values({ month, parts })
    .onConflict((c) =>
      c.column('month').doUpdateSet((e) => ({ parts: e('sms_month.parts', '+', parts) })),
    )
    .execute()
  return true
}

async function smsSpent(db: Db, month: string): Promise<number> {
  const row = await db
    .selectFrom('sms_month')
    .select('parts')
    .where('month', '=', month)
    .executeTakeFirst()
  return row?.parts ?? 0
}

async function messagesAbout(
  db: Db,
  groups: string,
  dueSince: EpochMs,
): Promise<readonly MessageOfGroup[]> {
  const rows = await db
    .selectFrom('message')
    .select(['id', 'about', 'state'])
    .where('about', '>=', groups)
    .where('about', '<', `${groups}\u{10ffff}`)
    .where('due_at', '>=', dueSince)
    .execute()
  return rows.map(({ id, about, state }) => ({ id, group: about, state: state as MessageState }))
}

async function readMessages(
  db: Db,
  filter: { readonly states?: readonly MessageState[]; readonly limit: number },
): Promise<readonly MessageLine[]> {
  let query = db.selectFrom('message').selectAll().orderBy('no', 'desc').limit(filter.limit)
  if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states])
  return (await query.execute()).map(lineOf)
}

async function tidyMessages(
  db: Db,
  endedBy: EpochMs,
  forgetBy: EpochMs,
  lateBy: EpochMs,
): Promise<void> {
  await db
    .updateTable('message')
    .set((e) => ({
      state: e.case().when('state', '=', 'due').then('expired').else('unknown').end(),
      ended_at: e.ref('expires_at'),
      lease_until: null,
      last_error: 'nobody took it up in time',
    }))
    .where(IS_OPEN)
    .where('expires_at', '<=', lateBy)
    .where((w) => w.or([w('state', '!=', 'sending'), w('lease_until', '<=', lateBy)]))
    .execute()
  await db
    .updateTable('message')
    .set(ERASED)
    .where('ended_at', '<=', endedBy)
    .where('body', 'is not', null)
    .execute()
  await db
    .deleteFrom('message')
    .where('ended_at', '<=', forgetBy)
    .where('expires_at', '<=', forgetBy)
    .execute()
}

type Row = Selectable<Tables['message']>

function messageOf(row: Row): Message {
  return {
    no: row.no,
    id: row.id,
    group: row.about,
    purpose: row.purpose,
    way: row.way as MessageWay,
    recipient: row.recipient ?? '',
    body: row.body ?? '',
    dueAt: row.due_at as EpochMs,
    expiresAt: row.expires_at as EpochMs,
    attempts: row.attempts,
    firstTriedAt: row.first_tried_at as EpochMs,
    mayBeSaid: row.may_be_said === 1,
    unheard: row.unheard,
  }
}

function lineOf(row: Row): MessageLine {
  return {
    no: row.no,
    id: row.id,
    purpose: row.purpose,
    way: row.way as MessageWay,
    state: row.state as MessageState,
    dueAt: row.due_at as EpochMs,
    expiresAt: row.expires_at as EpochMs,
    attempts: row.attempts,
    ...(row.parts !== null && { parts: row.parts }),
    ...(row.ended_at !== null && { endedAt: row.ended_at as EpochMs }),
    ...(row.last_error !== null && { error: row.last_error }),
  }
}

type Transact = <T>(work: () => Promise<T>) => Promise<T>

/** The messages' part of a store. */
/** `erase` runs a transaction after which neither the file nor its log holds what was thrown away. */
export function sqliteMessages(
  writer: Db,
  reader: Db,
  transact: Transact,
  erase: Transact,
): MessageStore {
  return {
    putMessage: (message) => transact(() => putMessage(writer, message)),
    cancelMessages: (...ask) => transact(() => cancelMessages(writer, ...ask)),
    eraseMessages: (...ask) => erase(() => eraseMessages(writer, ...ask)),
    claimMessage: (...ask) => transact(() => claimMessage(writer, ...ask)),
    nextMessageAt: (way) => nextMessageAt(reader, way),
    settleMessage: (...ask) => transact(() => settleMessage(writer, ...ask)),
    reportMessage: (...ask) => transact(() => reportMessage(writer, ...ask)),
    spendSms: (...ask) => transact(() => spendSms(writer, ...ask)),
    smsSpent: (month) => smsSpent(reader, month),
    messagesAbout: (...ask) => messagesAbout(reader, ...ask),
    messages: (filter) => readMessages(reader, filter),
    tidyMessages: (...ask) => erase(() => tidyMessages(writer, ...ask)),
  }
}
