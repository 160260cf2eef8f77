/**
 * Who asks: people by the session that their browser's cookie names, systems and scripts by a bearer
 * token. Found out once for each request, before the edges ask. See docs/decisions/0028.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { DAY, HOUR, MINUTE, plus, SECOND, type Clock, type EpochMs } from '#src/stations/time.ts'
import { mutex } from './mutex.ts'
import { originOf } from './own-origin.ts'
import { findPasswordFault, fitsPassword, hashPassword } from './password.ts'
import type { Sealer } from './sealer.ts'
import {
  beginSecondStep,
  drawRecoveryCodes,
  drawSecret,
  secretLink,
  useCode,
  type SecondStep,
} from './second-step.ts'
import { countSignInTries } from './sign-in-tries.ts'
import {
  ACCOUNT_LOG_MS,
  parseLogin,
  ROLES,
  type Account,
  type AccountEvent,
  type NewUser,
  type Role,
  type Session,
  type Staff,
  type StaffStore,
} from './staff.ts'
import { hashToken } from './token.ts'

/** A request as Node gives it; Fastify has it as `request.raw`. */
export type Asking = Pick<IncomingMessage, 'headers' | 'method'>

export type SignedIn =
  /** `setCookie` is the whole header. */
  | { readonly kind: 'in'; readonly staff: Staff; readonly setCookie: string }
  /** The password fits; now a code, with this ticket, within some minutes. */
  | { readonly kind: 'code-needed'; readonly ticket: string }
  /** Which of the two was wrong isn't told. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly afterMs: number }

export type OwnChange =
  { readonly kind: 'done' } | Extract<SignedIn, { kind: 'refused' | 'limited' }>

export interface OfferedSecondStep {
  readonly secret: string
  /** What an app's camera reads. */
  readonly link: string
  /** To be sent back with the first code. */
  readonly ticket: string
}

export interface StaffDesk {
  /** Finds out who a request is from; to be awaited once for each, before anybody asks `who`. */
  meet(asking: Asking): Promise<void>
  /** Undefined for residents, and for what another site makes a signed-in browser send. */
  who(asking: Asking): Staff | undefined
  /** Who it would be now: for what stays open, which is no use of a session or token. */
  whoNow(asking: Asking): Promise<Staff | undefined>
  signIn(login: string, password: string, address: string): Promise<SignedIn>
  /** The second step; refused for a wrong code, a used one, and a ticket that is over. */
  signInByCode(ticket: string, code: string, address: string): Promise<SignedIn>
  /** Begins to set up codes; nothing is kept until one of them fits. */
  offerSecondStep(login: string): OfferedSecondStep
  /** The same secret after a code that was wrong, so that the app needn't be set up anew. */
  offerAgain(login: string, ticket: string): OfferedSecondStep
  /** Codes on paper, to be shown once; undefined when the code is wrong. */
  beginSecondStep(
    login: string,
    ticket: string,
    code: string,
  ): Promise<readonly string[] | undefined>
  /** Takes the password as well. */
  endSecondStep(login: string, password: string, address: string): Promise<OwnChange>
  /** Without a password; only for a demo. */
  signInAs(role: Role): Promise<SignedIn & { kind: 'in' }>
  /** Where there is no demo any more: its accounts would still open what its database has become. */
  forgetDemo(): Promise<void>
  /** Somebody whom the municipality's directory knows; name and role are what it says now. */
  signInKnown(person: {
    readonly subject: string
    readonly name: string
    readonly login: string
    readonly role: Role
    /** What it knows the session by, where it wants to be told of its end. */
    readonly idToken?: string
  }): Promise<SignedIn>
  /** Takes the present password as well; ends all sessions of the account and begins a new one. */
  changeOwnPassword(
    login: string,
    present: string,
    next: string,
    address: string,
  ): Promise<
    | Exclude<SignedIn, { kind: 'code-needed' }>
    | { readonly kind: 'faulty'; readonly because: 'length' | 'login' }
  >
  /** Ends the session; `setCookie` is the whole header that takes the cookie away. */
  signOut(asking: Asking): Promise<{
    readonly setCookie: string
    /** Of whoever is signed in at the directory as well; empty where it isn't known any more. */
    readonly idToken?: string
  }>
  tidy(): Promise<void>
}

export interface StaffDeskOptions {
  readonly store: StaffStore
  readonly clock: Clock
  /** Seals what codes are made of; without it nobody has a second step. */
  readonly sealer?: Sealer
  /** The time by apps' clocks, in milliseconds; ours unless given. */
  readonly realNow?: () => number
  /** How many times as fast as ours the clock runs. */
  readonly speed?: number
  readonly publicUrl: string
  /** May all, with no account. */
  readonly staffToken?: string | undefined
  /** May what riders may, with no account. */
  readonly riderToken?: string | undefined
}

const IDLE_MS = 12 * HOUR
const LONGEST_MS = 7 * DAY
/** A rider's phone is theirs, and is without a network for days. */
const RIDER_MS = 30 * DAY
/** Not every request is worth a write. */
const NOTE_EVERY_MS = 5 * MINUTE

/** Characters; with all else it has to fit into 4 kB of headers, which is what proxies such as nginx take. */
export const MOST_ID_TOKEN = 2800

type TicketUse = 'code' | 'offer'
const TICKET_MARK = 'sign-in:'
const TICKET_MS = 10 * MINUTE
const MOST_NAMESAKES = 20

export const TOKEN_MARK = 'kvt_'

/** Tokens can be told from other secrets, by us and by scanners for leaked ones. */
export function drawToken(): string {
  return TOKEN_MARK + randomBytes(32).toString('base64url')
}

export function openStaffDesk(options: StaffDeskOptions): StaffDesk {
  const { store, clock, sealer, publicUrl, speed = 1, realNow = Date.now } = options
  const met = new WeakMap<Asking, Staff>()
  /** One at a time, or a code that comes twice at once would count twice. */
  const codesInTurn = mutex()
  const cookie = cookieFor(publicUrl)
  const fixed = [
    { role: 'admin', name: 'staff', token: options.staffToken },
    { role: 'rider', name: 'rider', token: options.riderToken },
  ] as const
  const known = fixed.flatMap(({ role, name, token }) =>
    token === undefined || token === '' ? [] : [{ role, name, hash: hashToken(token) }],
  )
  const tries = countSignInTries(clock)

  async function byToken(token: string, isUse: boolean): Promise<Staff | undefined> {
    const hash = hashToken(token)
    const one = known.find((each) => isSame(each.hash, hash))
    if (one) return { name: one.name, role: one.role, by: 'token' }
    // Others are a booking's secret, and nothing to look for here.
    const kept = token.startsWith(TOKEN_MARK) ? await store.apiToken(hash) : undefined
    if (!kept) return undefined
    const now = clock()
    const isNews = now - (kept.lastUsedAt ?? 0) > NOTE_EVERY_MS * speed
    if (isUse && isNews) await store.noteApiToken(hash, now)
    return { name: kept.name, role: kept.role, by: 'token' }
  }

  async function bySession(secret: string, isUse: boolean): Promise<Staff | undefined> {
    const hash = hashToken(secret)
    const session = await store.session(hash)
    const now = clock()
    if (!session || isOver(session, now)) return undefined
    const isNews = now - session.lastSeenAt > NOTE_EVERY_MS * speed
    if (isUse && isNews) await store.noteSession(hash, now)
    const { name, role, login } = session
    return { name, role, by: 'session', login }
  }

  async function find(asking: Asking, isUse: boolean): Promise<Staff | undefined> {
    const { authorization = '' } = asking.headers
    // Who sends a token means the token, whatever else their browser sends along. Other schemes are for
    // a proxy that asks for a password of its own.
    if (/^Bearer\b/i.test(authorization)) {
      const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization)?.[1]
      return token === undefined ? undefined : byToken(token, isUse)
    }
    const secret = cookie.in(asking)
    if (secret === undefined || !mayChange(asking, publicUrl)) return undefined
    return bySession(secret, isUse)
  }

  function offer(login: string, secret: string): OfferedSecondStep {
    const link = secretLink(secret, login, `Kvitter ${new URL(publicUrl).hostname}`)
    return { secret, link, ticket: ticketFor('offer', login, secret) }
  }

  /** What a form carries between two steps, of nobody else's making, for ten minutes by real time. */
  function ticketFor(use: TicketUse, login: string, about: string): string {
    const ticket = { use, login, about, until: realNow() + TICKET_MS }
    return sealer?.seal(TICKET_MARK + JSON.stringify(ticket)) ?? ''
  }

  function readTicket(
    use: TicketUse,
    ticket: string,
  ): { readonly login: string; readonly about: string } | undefined {
    const text = sealer?.unseal(ticket)
    // Residents have sealed texts of ours as well, such as a booking that is being filled in.
    if (text?.startsWith(TICKET_MARK) !== true) return undefined
    const read = JSON.parse(text.slice(TICKET_MARK.length)) as {
      use?: TicketUse
      login: string
      about: string
      until: number
    }
    return read.use === use && realNow() < read.until ? read : undefined
  }

  async function byCode(ticket: string, code: string, address: string): Promise<SignedIn> {
    const { login, about } = readTicket('code', ticket) ?? {}
    if (login === undefined) return { kind: 'refused' }
    const afterMs = tries.takeCode(login, address)
    if (afterMs > 0) return { kind: 'limited', afterMs }
    const account = await store.account(login)
    const kept = account?.secondStep && sealer?.unseal(account.secondStep)
    const isOpen = account && account.disabledAt === undefined && account.passwordHash === about
    if (!kept || !isOpen) return { kind: 'refused' }
    const used = useCode(JSON.parse(kept) as SecondStep, code, realNow())
    await note(login, used ? 'signed-in' : 'wrong')
    if (!used) return { kind: 'refused' }
    await store.changeUser(login, { secondStep: sealer!.seal(JSON.stringify(used)) })
    tries.cameIn(login, address)
    return begin(account)
  }

  /** Passwords take their time: meanwhile the account may have been shut, or given another one. */
  async function isStillSo({ login, passwordHash }: Account): Promise<boolean> {
    const now = await store.account(login)
    return now?.passwordHash === passwordHash && now?.disabledAt === undefined
  }

  /** By the login they have there; where somebody of ours has it already, with a number. */
  async function addKnown(
    person: NewUser & { readonly subject: string },
  ): Promise<Account | undefined> {
    const wanted = parseLogin(person.login.replace(/[^A-Za-z0-9._@+-]/g, '').slice(0, 60)) ?? 'user'
    for (let n = 1; n <= MOST_NAMESAKES; n += 1) {
      const login = n === 1 ? wanted : `${wanted}-${n}`
      if (await store.addUser({ ...person, login }, clock())) {
        await store.logAccount({ at: clock(), by: login, of: login, did: 'added' })
        return store.account(login)
      }
    }
    return undefined
  }

  const note = (login: string, did: AccountEvent) =>
    store.logAccount({ at: clock(), by: login, of: login, did })

  function isOver({ role, lastSeenAt, expiresAt }: Session, now: EpochMs): boolean {
    return now >= expiresAt || (role !== 'rider' && now - lastSeenAt >= IDLE_MS * speed)
  }

  async function begin(
    { login, name, role }: Pick<Account, 'login' | 'name' | 'role'>,
    idToken?: string,
  ): Promise<SignedIn & { kind: 'in' }> {
    const secret = randomBytes(32).toString('base64url')
    const now = clock()
    const lifeMs = role === 'rider' ? RIDER_MS : LONGEST_MS
    const expiresAt = plus(now, lifeMs * speed)
    const kept = idToken !== undefined && { idToken: sealIdToken(idToken) }
    await store.beginSession({ hash: hashToken(secret), login, expiresAt, ...kept }, now)
    return {
      kind: 'in',
      staff: { name, role, by: 'session', login },
      setCookie: cookie.set(secret, lifeMs / SECOND),
    }
  }

  const sealIdToken = (idToken: string) =>
    idToken.length > MOST_ID_TOKEN ? '' : (sealer?.seal(idToken) ?? '')

  return {
    async meet(asking) {
      const staff = await find(asking, true)
      if (staff) met.set(asking, staff)
    },
    who: (asking) => met.get(asking),
    whoNow: (asking) => find(asking, false),

    async signIn(login, password, address) {
      const afterMs = tries.take(login, address)
      if (afterMs > 0) return { kind: 'limited', afterMs }
      const name = parseLogin(login)
      const account = name === undefined ? undefined : await store.account(name)
      const fits = await fitsPassword(password, account?.passwordHash)
      const mayEnter = account && fits && (await isStillSo(account))
      // Of whom nobody has an account nothing is kept: it may be a password in the wrong field.
      if (account && mayEnter && account.secondStep !== undefined) {
        return {
          kind: 'code-needed',
          ticket: ticketFor('code', account.login, account.passwordHash!),
        }
      }
      if (account && mayEnter) {
        await note(account.login, 'signed-in')
        tries.cameIn(account.login, address)
        return begin(account)
      }
      // Not waited for: an answer that takes a write longer would tell that there is such an account.
      if (account) note(account.login, 'wrong').catch(() => undefined)
      return { kind: 'refused' }
    },
    signInByCode: (ticket, code, address) => codesInTurn(() => byCode(ticket, code, address)),
    offerSecondStep: (login) => offer(login, drawSecret()),
    offerAgain(login, ticket) {
      const before = readTicket('offer', ticket)
      return offer(login, before?.login === login ? before.about : drawSecret())
    },
    async beginSecondStep(login, ticket, code) {
      const offered = readTicket('offer', ticket)
      if (!sealer || offered?.login !== login) return undefined
      const before = (await store.account(login))?.secondStep
      const kept = before && sealer.unseal(before)
      // A form that is sent twice is the same app; another one only when this has been turned off.
      if (kept && (JSON.parse(kept) as SecondStep).secret !== offered.about) return undefined
      const recovery = drawRecoveryCodes()
      const begun = beginSecondStep(offered.about, code.replace(/\s/g, ''), recovery, realNow())
      if (!begun) return undefined
      await store.changeUser(login, { secondStep: sealer.seal(JSON.stringify(begun)) })
      await note(login, 'second-step-on')
      return recovery
    },
    async endSecondStep(login, password, address) {
      const afterMs = tries.take(login, address)
      if (afterMs > 0) return { kind: 'limited', afterMs }
      const account = await store.account(login)
      if (!(await fitsPassword(password, account?.passwordHash))) return { kind: 'refused' }
      await store.changeUser(login, { secondStep: null })
      await note(login, 'second-step-off')
      return { kind: 'done' }
    },
    async signInKnown({ subject, name, login, role, idToken }) {
      const known = await store.accountBySubject(subject)
      const account = known ?? (await addKnown({ subject, name, login, role }))
      if (!account || account.disabledAt !== undefined) return { kind: 'refused' }
      if (account.name !== name) await store.changeUser(account.login, { name })
      // Ends what sessions there were: they were another role's.
      if (account.role !== role) await store.changeUser(account.login, { role })
      await note(account.login, 'signed-in')
      return begin({ login: account.login, name, role }, idToken)
    },
    async changeOwnPassword(login, present, next, address) {
      const afterMs = tries.take(login, address)
      if (afterMs > 0) return { kind: 'limited', afterMs }
      const account = await store.account(login)
      const fits = await fitsPassword(present, account?.passwordHash)
      if (!account || !fits) return { kind: 'refused' }
      const because = findPasswordFault(next, login)
      if (because !== undefined) return { kind: 'faulty', because }
      const passwordHash = await hashPassword(next)
      if (!(await isStillSo(account))) return { kind: 'refused' }
      await store.changeUser(login, { passwordHash })
      await note(login, 'password')
      return begin(account)
    },
    async signInAs(role) {
      const account = { login: demoLogin(role), name: DEMO_NAMES[role], role }
      await store.addUser(account, clock())
      return begin(account)
    },
    async forgetDemo() {
      for (const role of ROLES) {
        const account = await store.account(demoLogin(role))
        // Somebody may be called so.
        const isOfDemo = account && !account.hasPassword && account.subject === undefined
        if (isOfDemo) await store.eraseUser(account.login)
      }
    },
    async signOut(asking) {
      const secret = cookie.in(asking)
      const ended = secret === undefined ? undefined : await store.endSession(hashToken(secret))
      const sealed = ended?.idToken
      return {
        setCookie: cookie.set('', 0),
        ...(sealed !== undefined && { idToken: sealer?.unseal(sealed) ?? '' }),
      }
    },
    async tidy() {
      const now = clock()
      await store.tidySessions(now, plus(now, -IDLE_MS * speed))
      await store.forgetAccountLog(plus(now, -ACCOUNT_LOG_MS * speed))
    },
  }
}

const DEMO_NAMES: Readonly<Record<Role, string>> = {
  rider: 'Demo Rider',
  dispatcher: 'Demo Dispatcher',
  editor: 'Demo Editor',
  admin: 'Demo Admin',
}

function demoLogin(role: Role): string {
  return `demo-${role}`
}

/** A cookie goes along with whatever a browser sends, so what changes something must come from our own pages. */
function mayChange({ method, headers }: Asking, publicUrl: string): boolean {
  return method === 'GET' || method === 'HEAD' || originOf(headers, publicUrl) === 'own'
}

/** `__Host-` (RFC 6265bis) keeps other hosts of the domain from setting it; browsers want TLS for that. */
export function sessionCookie(publicUrl: string): string {
  return isTls(publicUrl) ? '__Host-kvitter' : 'kvitter_session'
}

const isTls = (url: string) => url.startsWith('https:')

function cookieFor(publicUrl: string) {
  const name = sessionCookie(publicUrl)
  const pattern = new RegExp(`(?:^|;\\s*)${name}=([A-Za-z0-9_-]{43})(?:;|$)`)
  return {
    in: ({ headers }: Asking) => pattern.exec(headers.cookie ?? '')?.[1],
    set: (secret: string, seconds: number) =>
      `${name}=${secret}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isTls(publicUrl) ? '; Secure' : ''}`,
  }
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
