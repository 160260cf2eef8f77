/** The tables of those who work with the service. */
import type { Kysely, Selectable } from 'kysely'
import { DAY, type EpochMs } from '#src/stations/time.ts'
import type { Account, AccountEvent, ApiToken, Role, StaffStore, User } from '../staff.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>
type UserRow = Selectable<Tables['staff_user']>

export function sqliteStaff(
  writer: Db,
  reader: Db,
  transact: <T>(work: () => Promise<T>) => Promise<T>,
  erase: <T>(work: () => Promise<T>) => Promise<T>,
): StaffStore {
  const endSessions = async (login: string): Promise<number> => {
    const [ended] = await writer.deleteFrom('staff_session').where('login', '=', login).execute()
    return Number(ended?.numDeletedRows ?? 0)
  }

  /** One more of that day, where there is one: strangers' tries don't push the rest out of sight. */
  const foldWrong = async (at: EpochMs, of: string): Promise<boolean> => {
    const [folded] = await writer
      .updateTable('account_log')
      .set(({ eb }) => ({ at, times: eb('times', '+', 1) }))
      .where('of', '=', of)
      .where('did', '=', 'wrong')
      .where('at', '>=', (at - (at % DAY)) as EpochMs)
      .execute()
    return Number(folded?.numUpdatedRows ?? 0) > 0
  }

  return {
    async users() {
      const rows = await reader
        .selectFrom('staff_user')
        .selectAll()
        .select((e) =>
          e
            .selectFrom('staff_session')
            .whereRef('staff_session.login', '=', 'staff_user.login')
            .select((s) => s.fn.max('last_seen_at').as('seen'))
            .as('seen_at'),
        )
        .orderBy('login')
        .execute()
      return rows.map(userOf)
    },
    async account(login) {
      const row = await reader
        .selectFrom('staff_user')
        .selectAll()
        .where('login', '=', login)
        .executeTakeFirst()
      return row && accountOf(row)
    },
    async accountBySubject(subject) {
      const row = await reader
        .selectFrom('staff_user')
        .selectAll()
        .where('subject', '=', subject)
        .executeTakeFirst()
      return row && accountOf(row)
    },
    addUser: ({ login, name, role, passwordHash, subject }, at) =>
      transact(async () => {
        const [added] = await writer
          .insertInto('staff_user')
          .values({
            login,
            name,
            role,
            password_hash: passwordHash ?? null,
            subject: subject ?? null,
            created_at: at,
          })
          .onConflict((c) => c.doNothing())
          .execute()
        return (added?.numInsertedOrUpdatedRows ?? 0n) > 0n
      }),
    changeUser: (login, { name, role, passwordHash, secondStep, disabledAt }) =>
      transact(async () => {
        const { numUpdatedRows } = await writer
          .updateTable('staff_user')
          .set({
            login,
            ...(name !== undefined && { name }),
            ...(role !== undefined && { role }),
            ...(passwordHash !== undefined && { password_hash: passwordHash }),
            ...(secondStep !== undefined && { totp: secondStep }),
            ...(disabledAt !== undefined && { disabled_at: disabledAt }),
          })
          .where('login', '=', login)
          .executeTakeFirstOrThrow()
        const endsThem = role !== undefined || passwordHash !== undefined || disabledAt != null
        if (endsThem) await endSessions(login)
        return numUpdatedRows > 0n
      }),
    eraseUser: (login) =>
      erase(async () => {
        const [gone] = await writer.deleteFrom('staff_user').where('login', '=', login).execute()
        await writer.updateTable('account_log').set({ of: '' }).where('of', '=', login).execute()
        await writer.deleteFrom('account_log').where('by_whom', '=', login).execute()
        return (gone?.numDeletedRows ?? 0n) > 0n
      }),

    async session(hash) {
      const row = await reader
        .selectFrom('staff_session')
        .innerJoin('staff_user', 'staff_user.login', 'staff_session.login')
        .where('hash', '=', hash)
        .where('disabled_at', 'is', null)
        .select(['staff_user.login', 'name', 'role'])
        .select(['staff_session.created_at', 'last_seen_at', 'expires_at'])
        .executeTakeFirst()
      if (!row) return undefined
      return {
        login: row.login,
        name: row.name,
        role: row.role as Role,
        createdAt: row.created_at as EpochMs,
        lastSeenAt: row.last_seen_at as EpochMs,
        expiresAt: row.expires_at as EpochMs,
      }
    },
    beginSession: ({ hash, login, expiresAt, idToken = null }, at) =>
      transact(async () => {
        await writer
          .insertInto('staff_session')
          .values({
            hash,
            login,
            created_at: at,
            last_seen_at: at,
            expires_at: expiresAt,
            id_token: idToken,
          })
          .execute()
      }),
    noteSession: (hash, seenAt) =>
      transact(async () => {
        await writer
          .updateTable('staff_session')
          .set({ last_seen_at: seenAt })
          .where('hash', '=', hash)
          .execute()
      }),
    endSession: (hash) =>
      transact(async () => {
        const ended = await writer
          .deleteFrom('staff_session')
          .where('hash', '=', hash)
          .returning('id_token')
          .executeTakeFirst()
        return ended && (ended.id_token === null ? {} : { idToken: ended.id_token })
      }),
    endSessionsOf: (login) => transact(() => endSessions(login)),
    async sessionCount(login) {
      const { n } = await reader
        .selectFrom('staff_session')
        .where('login', '=', login)
        .select((e) => e.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      return n
    },
    logAccount: ({ at, by, of, did }) =>
      transact(async () => {
        if (did === 'wrong' && (await foldWrong(at, of))) return
        await writer.insertInto('account_log').values({ at, by_whom: by, of, did }).execute()
      }),
    async accountLog({ of, limit }) {
      let query = reader
        .selectFrom('account_log')
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('no', 'desc')
        .limit(limit)
      if (of !== undefined) query = query.where('of', '=', of)
      const rows = await query.execute()
      return rows.map((row) => ({
        at: row.at as EpochMs,
        by: row.by_whom,
        of: row.of,
        did: row.did as AccountEvent,
        ...(row.times > 1 && { times: row.times }),
      }))
    },
    forgetAccountLog: (before) =>
      transact(async () => {
        await writer.deleteFrom('account_log').where('at', '<', before).execute()
      }),
    tidySessions: (now, idleBefore) =>
      transact(async () => {
        await writer
          .deleteFrom('staff_session')
          .where((e) =>
            e.or([
              e('expires_at', '<=', now),
              e.and([
                e('last_seen_at', '<=', idleBefore),
                e(
                  'login',
                  'in',
                  e.selectFrom('staff_user').select('login').where('role', '!=', 'rider'),
                ),
              ]),
            ]),
          )
          .execute()
      }),

    async apiTokens() {
      const rows = await reader
        .selectFrom('api_token')
        .selectAll()
        .orderBy((e) => e('revoked_at', 'is not', null))
        .orderBy('name')
        .execute()
      return rows.map(tokenOf)
    },
    async apiToken(hash) {
      const row = await reader
        .selectFrom('api_token')
        .selectAll()
        .where('hash', '=', hash)
        .where('revoked_at', 'is', null)
        .executeTakeFirst()
      return row && tokenOf(row)
    },
    addApiToken: ({ name, role, hash }, at) =>
      transact(async () => {
        const taken = await writer
          .selectFrom('api_token')
          .select('name')
          .where('name', '=', name)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        if (taken) return false
        await writer.insertInto('api_token').values({ hash, name, role, created_at: at }).execute()
        return true
      }),
    noteApiToken: (hash, usedAt) =>
      transact(async () => {
        await writer
          .updateTable('api_token')
          .set({ last_used_at: usedAt })
          .where('hash', '=', hash)
          .execute()
      }),
    revokeApiToken: (name, at) =>
      transact(async () => {
        const { numUpdatedRows } = await writer
          .updateTable('api_token')
          .set({ revoked_at: at })
          .where('name', '=', name)
          .where('revoked_at', 'is', null)
          .executeTakeFirstOrThrow()
        return numUpdatedRows > 0n
      }),
  }
}

function userOf(row: UserRow & { readonly seen_at?: number | null }): User {
  return {
    login: row.login,
    name: row.name,
    role: row.role as Role,
    createdAt: row.created_at as EpochMs,
    hasPassword: row.password_hash !== null,
    hasSecondStep: row.totp !== null,
    ...(row.disabled_at !== null && { disabledAt: row.disabled_at as EpochMs }),
    ...(row.seen_at != null && { lastSeenAt: row.seen_at as EpochMs }),
  }
}

function accountOf(row: UserRow): Account {
  return {
    ...userOf(row),
    ...(row.password_hash !== null && { passwordHash: row.password_hash }),
    ...(row.subject !== null && { subject: row.subject }),
    ...(row.totp !== null && { secondStep: row.totp }),
  }
}

function tokenOf(row: Selectable<Tables['api_token']>): ApiToken {
  return {
    name: row.name,
    role: row.role as Role,
    createdAt: row.created_at as EpochMs,
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at as EpochMs }),
    ...(row.revoked_at !== null && { revokedAt: row.revoked_at as EpochMs }),
  }
}
