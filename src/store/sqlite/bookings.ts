/** The return bike's tables. Who an errand is of lies in `errand_person` alone, sealed. */
import { sql, type Kysely, type Selectable } from 'kysely'
import type { Booking, BookingBook, Change, Hold, Notice } from '#src/pickups/booking/booking.ts'
import type { CallBack } from '#src/pickups/booking/call-backs.ts'
import type { Share } from '#src/pickups/booking/statistics.ts'
import type { Loan } from '#src/pickups/loans/loan.ts'
import { DAY, type EpochMs } from '#src/stations/time.ts'
import type {
  BookingStore,
  BookingTx,
  ErrandAccess,
  ErrandChange,
  ErrandLook,
  Kept,
  KeptCallBack,
  KeptNotice,
  NewErrand,
} from '../bookings.ts'
import type { Connection } from './database.ts'
import { dayTx } from './days.ts'
import { overwritten } from './erasing.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>
type ErrandRow = Pick<Selectable<Tables['booking']>, 'body' | 'reference' | 'secret_hash'> & {
  readonly sealed: string | null
}

export function sqliteBookings(
  writer: Connection,
  reader: Db,
  transact: <T>(work: () => Promise<T>) => Promise<T>,
  emptyLog: () => Promise<boolean>,
): BookingStore {
  const tx = bookingTx(writer.query)
  /** What is deleted or changed is overwritten, in the page that is freed and in the one that is kept. */
  const discreetly = <T>(work: () => Promise<T>): Promise<T> =>
    transact(() => overwritten(writer, work))
  return {
    errands: (work) => discreetly(() => work(tx)),
    bookingBook: () => readBook(reader),
    async keptBookings({ day, states }) {
      let query = bookingsWithPerson(reader).orderBy('day').orderBy('reference')
      if (day !== undefined) query = query.where('day', '=', day)
      if (states !== undefined) query = query.where('state', 'in', [...states])
      return (await query.execute()).map((row) => keptOf<Booking>(row))
    },
    keptBooking: (reference) => findErrand<Booking>(reader, 'booking', reference),
    async callBacks() {
      return (await callBacksOf(reader).execute()).map(keptCallBack)
    },
    async keptLoans() {
      const rows = await loansWithPerson(reader).orderBy('from_day').execute()
      return rows.map((row) => keptOf<Loan>(row))
    },
    keptLoan: (reference) => findErrand<Loan>(reader, 'loan', reference),
    async dueNotices(now, limit) {
      const rows = await reader
        .selectFrom('booking_notice')
        .selectAll()
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ body, sealed }): KeptNotice => ({
        ...(JSON.parse(body) as Notice),
        ...(sealed !== null && { sealed }),
      }))
    },
    async dropNotices(ids) {
      await discreetly(() =>
        writer.query
          .deleteFrom('booking_notice')
          .where('id', 'in', [...ids])
          .execute(),
      )
    },
    async errandChanges(errandId) {
      const rows = await reader
        .selectFrom('errand_change')
        .selectAll()
        .where('errand_id', '=', errandId)
        .orderBy('no')
        .execute()
      return rows.map(({ at, by_whom, errand_id, did, detail, words }) => ({
        at: at as EpochMs,
        by: by_whom,
        errandId: errand_id,
        did,
        detail,
        ...(words !== null && { words }),
      }))
    },
    async noteAccess(accesses) {
      if (accesses.length === 0) return
      await transact(async () => {
        for (const { at, by, what, errandId } of accesses) {
          const row = { by_whom: by, what, errand_id: errandId }
          const isNoted = await writer.query
            .selectFrom('errand_access')
            .select('no')
            .where((e) => e.and(row))
            .where('at', '>=', at - (at % DAY))
            .limit(1)
            .executeTakeFirst()
          if (isNoted) continue
          await writer.query
            .insertInto('errand_access')
            .values({ at, ...row })
            .execute()
        }
      })
    },
    async accesses({ errandId, limit }) {
      let query = reader.selectFrom('errand_access').selectAll().orderBy('no', 'desc').limit(limit)
      if (errandId !== undefined) query = query.where('errand_id', '=', errandId)
      return (await query.execute()).map(({ at, by_whom, what, errand_id }): ErrandAccess => ({
        at: at as EpochMs,
        by: by_whom,
        what: what as ErrandAccess['what'],
        errandId: errand_id,
      }))
    },
    async errandLooks(limit) {
      const rows = await reader
        .selectFrom('errand_access')
        .select(['at', 'by_whom', 'what'])
        .select(sql<string>`json_group_array(errand_id order by no)`.as('errand_ids'))
        .groupBy(['at', 'by_whom', 'what'])
        .orderBy(sql`max(no)`, 'desc')
        .limit(limit)
        .execute()
      return rows.map(({ at, by_whom, what, errand_ids }): ErrandLook => ({
        at: at as EpochMs,
        by: by_whom,
        what: what as ErrandLook['what'],
        errandIds: JSON.parse(errand_ids) as readonly string[],
      }))
    },
    async errandCounts() {
      const rows = await reader.selectFrom('errand_count').selectAll().execute()
      const shares = Map.groupBy(rows, ({ month, district }) => `${month}|${district}`)
      return [...shares.values()].map((same): Share => ({
        month: same[0]!.month,
        district: same[0]!.district,
        counts: new Map(same.map(({ what, n }) => [what, n])),
      }))
    },
    async tidyErrands({ submitted, access }) {
      await discreetly(async () => {
        await writer.query.deleteFrom('errand_submit').where('at', '<', submitted).execute()
        await writer.query.deleteFrom('errand_access').where('at', '<', access).execute()
        await writer.query
          .deleteFrom('errand_change')
          .where('at', '<', access)
          .where('errand_id', 'not in', (e) => e.selectFrom('booking').select('id'))
          .where('errand_id', 'not in', (e) => e.selectFrom('loan').select('id'))
          .where('errand_id', 'not in', (e) => e.selectFrom('call_back').select('id'))
          .execute()
      })
    },
    emptyWriteLog: emptyLog,
  }
}

function bookingTx(db: Db): BookingTx {
  return {
    book: () => readBook(db),
    booking: (reference) => findErrand<Booking>(db, 'booking', reference),
    days: dayTx(db),
    async keepChanges(changes, { at, by, made, extra }) {
      for (const change of changes) {
        await keepChange(db, change, made, extra)
        const line = lineOf(change)
        if (line) await noteChange(db, { at, by, ...line })
      }
    },
    async isFreeReference(reference) {
      const [booking, loan] = await Promise.all([
        findErrand<Booking>(db, 'booking', reference),
        findErrand<Loan>(db, 'loan', reference),
      ])
      return !booking && !loan
    },
    async keepPerson(errandId, sealed) {
      await db
        .insertInto('errand_person')
        .values({ errand_id: errandId, sealed })
        .onConflict((c) => c.column('errand_id').doUpdateSet({ sealed }))
        .execute()
    },
    note: (change) => noteChange(db, change),
    async submitted(keyHash) {
      const row = await db
        .selectFrom('errand_submit')
        .selectAll()
        .where('key_hash', '=', keyHash)
        .executeTakeFirst()
      return (
        row && {
          keyHash,
          requestHash: row.request_hash,
          reference: row.reference,
          at: row.at as EpochMs,
        }
      )
    },
    async keepSubmitted({ keyHash, requestHash, reference, at }) {
      await db
        .insertInto('errand_submit')
        .values({ key_hash: keyHash, request_hash: requestHash, reference, at })
        .execute()
    },
    async forgetPerson(loan) {
      await db.deleteFrom('errand_person').where('errand_id', '=', loan.id).execute()
      await blankLog(db, loan.id)
      await db
        .updateTable('loan')
        .set({ body: JSON.stringify(loan) })
        .where('id', '=', loan.id)
        .execute()
    },
    async erase(errandId, share) {
      const row = await db
        .selectFrom('booking')
        .select('reference')
        .where('id', '=', errandId)
        .union(db.selectFrom('loan').select('reference').where('id', '=', errandId))
        .executeTakeFirst()
      await db.deleteFrom('errand_person').where('errand_id', '=', errandId).execute()
      await db.deleteFrom('booking').where('id', '=', errandId).execute()
      await db.deleteFrom('loan').where('id', '=', errandId).execute()
      await db.deleteFrom('call_back').where('id', '=', errandId).execute()
      await db.deleteFrom('booking_notice').where('booking_id', '=', errandId).execute()
      await blankLog(db, errandId)
      if (row) {
        await db.deleteFrom('errand_submit').where('reference', '=', row.reference).execute()
      }
      if (share) await addShare(db, share)
    },
    async callBack(id) {
      const row = await callBacksOf(db).where('id', '=', id).executeTakeFirst()
      return row && keptCallBack(row)
    },
    async keepCallBack(callBack) {
      const body = JSON.stringify(callBack)
      await db
        .insertInto('call_back')
        .values({ id: callBack.id, body })
        .onConflict((c) => c.column('id').doUpdateSet({ body }))
        .execute()
    },
    async loans() {
      const rows = await db.selectFrom('loan').select('body').execute()
      return rows.map(({ body }) => JSON.parse(body) as Loan)
    },
    loan: (reference) => findErrand<Loan>(db, 'loan', reference),
    async keepLoan(loan, made) {
      const row = {
        state: loan.state as string,
        from_day: loan.fromDay,
        body: JSON.stringify(loan),
      }
      if (made) {
        await db
          .insertInto('loan')
          .values({ id: loan.id, ...namesOf(made), ...row })
          .execute()
      } else {
        await db.updateTable('loan').set(row).where('id', '=', loan.id).execute()
      }
    },
  }
}

async function keepChange(
  db: Db,
  change: Change,
  made: ReadonlyMap<string, NewErrand> | undefined,
  extra: ((notice: Notice) => string | undefined) | undefined,
): Promise<void> {
  switch (change.kind) {
    case 'booking': {
      const { booking } = change
      const row = {
        state: booking.state as string,
        day: booking.slot?.day ?? null,
        body: JSON.stringify(booking),
      }
      const names = made?.get(booking.id)
      if (names) {
        await db
          .insertInto('booking')
          .values({ id: booking.id, ...namesOf(names), ...row })
          .execute()
      } else {
        await db.updateTable('booking').set(row).where('id', '=', booking.id).execute()
      }
      return
    }
    case 'hold': {
      const { id, until } = change.hold
      await db
        .insertInto('booking_hold')
        .values({ id, until_at: until, body: JSON.stringify(change.hold) })
        .execute()
      return
    }
    // Its line in the log is all of it.
    case 'let-pass':
      return
    case 'hold-over':
      await db.deleteFrom('booking_hold').where('id', '=', change.id).execute()
      return
    case 'say': {
      const { id, bookingId, key, dueAt } = change.notice
      const row = { booking_id: bookingId, key: key as string, due_at: dueAt as number }
      await db
        .insertInto('booking_notice')
        .values({
          id,
          ...row,
          body: JSON.stringify(change.notice),
          sealed: extra?.(change.notice) ?? null,
        })
        .onConflict((c) => c.column('id').doNothing())
        .execute()
      return
    }
    case 'no-reminders':
      await db
        .deleteFrom('booking_notice')
        .where('booking_id', '=', change.bookingId)
        .where('key', '=', 'reminder')
        .execute()
  }
}

/** What the log says of a change, where it says anything. */
function lineOf(change: Change): Omit<ErrandChange, 'at' | 'by'> | undefined {
  if (change.kind === 'let-pass') {
    const { bookingId, limits, because } = change
    return { errandId: bookingId, did: 'let-pass', detail: limits.join(' '), words: because }
  }
  if (change.kind !== 'booking') return undefined
  const { id, state, slot } = change.booking
  const where = slot ? ` ${slot.day} ${slot.slotId}` : ''
  return { errandId: id, did: change.did, detail: `${state}${where}` }
}

async function noteChange(db: Db, change: ErrandChange): Promise<void> {
  const { at, by, errandId, did, detail, words } = change
  await db
    .insertInto('errand_change')
    .values({ at, by_whom: by, errand_id: errandId, did, detail, words: words ?? null })
    .execute()
}

/** That something was done, by whom and when, stays; what it was about doesn't. */
async function blankLog(db: Db, errandId: string): Promise<void> {
  await db
    .updateTable('errand_change')
    .set({ detail: '', words: null })
    .where('errand_id', '=', errandId)
    .execute()
}

async function addShare(db: Db, { month, district, counts }: Share): Promise<void> {
  for (const [what, n] of counts) {
    await db
      .insertInto('errand_count')
      .values({ month, district, what, n })
      .onConflict((c) =>
        c.columns(['month', 'district', 'what']).doUpdateSet((e) => ({
          n: e('errand_count.n', '+', n),
        })),
      )
      .execute()
  }
}

async function readBook(db: Db): Promise<BookingBook> {
  const bookings = await db.selectFrom('booking').select('body').execute()
  const holds = await db.selectFrom('booking_hold').select('body').orderBy('id').execute()
  return {
    bookings: byId(bookings.map(({ body }) => JSON.parse(body) as Booking)),
    holds: byId(holds.map(({ body }) => JSON.parse(body) as Hold)),
  }
}

function byId<T extends { readonly id: string }>(things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [thing.id, thing]))
}

function bookingsWithPerson(db: Db) {
  return db
    .selectFrom('booking')
    .leftJoin('errand_person', 'errand_person.errand_id', 'booking.id')
    .select(['body', 'reference', 'secret_hash', 'sealed'])
}

function loansWithPerson(db: Db) {
  return db
    .selectFrom('loan')
    .leftJoin('errand_person', 'errand_person.errand_id', 'loan.id')
    .select(['body', 'reference', 'secret_hash', 'sealed'])
}

function callBacksOf(db: Db) {
  return db
    .selectFrom('call_back')
    .innerJoin('errand_person', 'errand_person.errand_id', 'call_back.id')
    .select(['body', 'sealed'])
}

function keptCallBack({
  body,
  sealed,
}: Pick<ErrandRow, 'body'> & { sealed: string }): KeptCallBack {
  return { callBack: JSON.parse(body) as CallBack, sealed }
}

async function findErrand<Errand>(
  db: Db,
  table: 'booking' | 'loan',
  reference: string,
): Promise<Kept<Errand> | undefined> {
  const row =
    table === 'booking'
      ? await bookingsWithPerson(db).where('reference', '=', reference).executeTakeFirst()
      : await loansWithPerson(db).where('reference', '=', reference).executeTakeFirst()
  return row && keptOf<Errand>(row)
}

function keptOf<Errand>({ body, reference, secret_hash, sealed }: ErrandRow): Kept<Errand> {
  return {
    errand: JSON.parse(body) as Errand,
    reference,
    secretHash: secret_hash,
    ...(sealed !== null && { sealed }),
  }
}

function namesOf({ reference, secretHash }: NewErrand) {
  return { reference, secret_hash: secretHash }
}
