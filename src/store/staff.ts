/** Who works with the service: their roles, and what a store keeps of their accounts, sessions and tokens. */
import { DAY, type EpochMs } from '#src/stations/time.ts'

/**
 * `rider`: the rounds of the return bike; `dispatcher`: bookings, days and loans; `editor`: rules, posts,
 * corrections, silences, texts; `admin`: all of it, and the accounts.
 */
export const ROLES = ['rider', 'dispatcher', 'editor', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** The roles that may; an administrator may all. */
export type Needs = readonly Role[]
export const ANY_STAFF: Needs = ['dispatcher', 'editor', 'admin']
export const ANY_ROLE: Needs = ROLES
export const ADMINS: Needs = ['admin']
export const EDITORS: Needs = ['editor']
/** Who looks after bookings, days and loans. */
export const DISPATCHERS: Needs = ['dispatcher']
/** Dispatchers may all that riders may. */
export const RIDERS: Needs = ['rider', 'dispatcher']

export function parseRole(text: string | undefined): Role | undefined {
  return ROLES.find((role) => role === text)
}

const LOGIN = /^[a-z0-9][a-z0-9._@+-]{1,63}$/
export const LOGIN_HINT =
  'a login of 2 to 64 of a–z 0–9 . _ @ + -, beginning with a letter or digit, such as anna or anna@kommun.example'

/** Capitals don't count. */
export function parseLogin(text: string): string | undefined {
  const login = text.trim().toLowerCase()
  return LOGIN.test(login) ? login : undefined
}

export function reaches(role: Role, needs: Needs): boolean {
  return role === 'admin' || needs.includes(role)
}

/** All who may, administrators among them. */
export function rolesReaching(needs: Needs): readonly Role[] {
  return ROLES.filter((role) => reaches(role, needs))
}

/** Whoever a request is from. */
export interface Staff {
  readonly name: string
  readonly role: Role
  /** A session is a person at a browser; a token may be anybody, and says in `kvitter-actor` who. */
  readonly by: 'token' | 'session'
  /** The account, where there is one. */
  readonly login?: string
}

export interface User {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly createdAt: EpochMs
  readonly disabledAt?: EpochMs
  readonly lastSeenAt?: EpochMs
  readonly hasPassword: boolean
  readonly hasSecondStep: boolean
}

/** What signing in needs to know of somebody. */
export interface Account extends User {
  /** In PHC's string format; absent for who has none and comes in another way. */
  readonly passwordHash?: string
  /** Who they are in the municipality's directory, if they come by it. */
  readonly subject?: string
  /** Sealed. */
  readonly secondStep?: string
}

export interface NewUser {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly passwordHash?: string
  readonly subject?: string
}

export interface Session {
  readonly login: string
  readonly name: string
  readonly role: Role
  readonly createdAt: EpochMs
  readonly lastSeenAt: EpochMs
  readonly expiresAt: EpochMs
}

export interface NewSession {
  readonly hash: string
  readonly login: string
  readonly expiresAt: EpochMs
  /** Of whoever came by the directory: what it knows the session by there, sealed; empty when it is too long. */
  readonly idToken?: string
}

export interface ApiToken {
  readonly name: string
  readonly role: Role
  readonly createdAt: EpochMs
  readonly lastUsedAt?: EpochMs
  readonly revokedAt?: EpochMs
}

/** What happened to an account or a token; `wrong` is a password that didn't fit. */
export const ACCOUNT_EVENTS = [
  'signed-in',
  'wrong',
  'added',
  'named',
  'role',
  'password',
  'second-step-on',
  'second-step-off',
  'disabled',
  'enabled',
  'sessions-ended',
  'erased',
  'token-added',
  'token-revoked',
] as const
export type AccountEvent = (typeof ACCOUNT_EVENTS)[number]

export interface AccountLine {
  readonly at: EpochMs
  /** A login, a token's name, or `command line`. */
  readonly by: string
  /** The account's login, or the token's name. Empty once the account has been erased. */
  readonly of: string
  readonly did: AccountEvent
  /** Wrong passwords of a day (of UTC) are one line, at the last of them; absent where it was once. */
  readonly times?: number
}

/** So long it is known who signed in when. */
export const ACCOUNT_LOG_MS = 90 * DAY

/** Hashes are SHA-256 in hex, of what is random and long. Whoever is disabled has no session. */
export interface StaffStore {
  /** By login, in its order. */
  users(): Promise<readonly User[]>
  account(login: string): Promise<Account | undefined>
  accountBySubject(subject: string): Promise<Account | undefined>
  /** False when the login is taken. */
  addUser(user: NewUser, at: EpochMs): Promise<boolean>
  /** A change of role, password or standing ends the user's sessions. False when there is no such user. */
  changeUser(
    login: string,
    change: {
      readonly name?: string
      readonly role?: Role
      readonly passwordHash?: string
      /** Sealed; null takes it away. Ends no session. */
      readonly secondStep?: string | null
      /** Null lets somebody in again. */
      readonly disabledAt?: EpochMs | null
    },
  ): Promise<boolean>
  /** With all that is kept of them; overwritten in the file. */
  eraseUser(login: string): Promise<boolean>

  session(hash: string): Promise<Session | undefined>
  beginSession(session: NewSession, at: EpochMs): Promise<void>
  noteSession(hash: string, seenAt: EpochMs): Promise<void>
  /** Gives what was kept in it for the directory. */
  endSession(hash: string): Promise<Pick<NewSession, 'idToken'> | undefined>
  /** How many there were. */
  endSessionsOf(login: string): Promise<number>
  /** How many of somebody's sessions there are. */
  sessionCount(login: string): Promise<number>
  /** Forgets those that are over: expired, or last seen before an instant by who is no rider. */
  tidySessions(now: EpochMs, idleBefore: EpochMs): Promise<void>

  logAccount(line: Omit<AccountLine, 'times'>): Promise<void>
  /** Newest first; of one account, where a login is given. */
  accountLog(filter: {
    readonly of?: string
    readonly limit: number
  }): Promise<readonly AccountLine[]>
  forgetAccountLog(before: EpochMs): Promise<void>

  /** By name, those taken back last. */
  apiTokens(): Promise<readonly ApiToken[]>
  /** One that holds. */
  apiToken(hash: string): Promise<ApiToken | undefined>
  /** False when the name is taken by one that holds. */
  addApiToken(
    token: { readonly name: string; readonly role: Role; readonly hash: string },
    at: EpochMs,
  ): Promise<boolean>
  noteApiToken(hash: string, usedAt: EpochMs): Promise<void>
  revokeApiToken(name: string, at: EpochMs): Promise<boolean>
}
