/** A small town behind real HTTP: real store, real journal, a clock and rules that a test moves. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { describeApi } from '#src/api/openapi.ts'
import { PROBLEMS } from '#src/api/problem.ts'
import { buildHttp, type HttpOptions } from '#src/api/server.ts'
import { openCardDesk, type CardDesk } from '#src/cards/card-desk.ts'
import { formulaMatrix } from '#src/pickups/planning/formula.ts'
import { insertOnly } from '#src/pickups/planning/insert-only.ts'
import { embeddedSolver } from '#src/routing/embedded-solver.ts'
import { registerPages } from '#src/pages/register.ts'
import type { FollowWays, PagesOptions } from '#src/pages/site.ts'
import type { DecidedPost, Decision } from '#src/rules/decision.ts'
import { correctionKey } from '#src/rules/post-key.ts'
import { createEngine } from '#src/rules/engine.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import { HOUR, instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { openBookingDesk } from '#src/store/booking-desk.ts'
import type { Store } from '#src/store/contract.ts'
import type { Role } from '#src/store/staff.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'
import type { JournalEntry } from '#src/store/journal.ts'
import { openDayDesk } from '#src/store/day-desk.ts'
import { openLoanDesk } from '#src/store/loan-desk.ts'
import { openJournal, type OpenJournal } from '#src/store/open-journal.ts'
import { openReportDesk } from '#src/store/report-desk.ts'
import { openSealer } from '#src/store/sealer.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { postCardFacts } from '#src/wording/cards/card-facts.ts'
import { openSubscriberDesk, type SubscriberDesk } from '#src/store/subscriber-desk.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { scriptEngine, type ScriptedEngine } from './scripted-engine.ts'
import { bookOf } from '../rules/scenario.ts'
import { castTown, containerId, stationId } from './town.ts'

/** A Tuesday, 14:35 on the wall in Stockholm. */
export const TUESDAY = instant(Date.parse('2026-05-05T12:35:00Z'))
export const PUBLIC_URL = 'https://kvitter.example'

export const SEALER = openSealer('c2VjcmV0IG9mIGEgdG93biB0aGF0IGlzIGEgdGVzdCE=')

export interface HttpTown extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly desk: SubscriberDesk
  readonly store: Store
  readonly journal: OpenJournal
  readonly engine: ScriptedEngine
  readonly metrics: Registry
  readonly logged: string[]
  /** A browser that is signed in with the role: headers to send along, also with what changes something. */
  signIn(role: Role): Promise<Readonly<Record<string, string>>>
  now(): EpochMs
  /** Moves the town's clock. */
  setNow(at: EpochMs): void
  /** Takes something in and waits until it is kept. */
  append(entry: JournalEntry): Promise<void>
  /** A level, measured `minutesAgo`. */
  measure(container: ContainerId, fillPercent: number, minutesAgo?: number): Promise<void>
  fail(container: ContainerId, fault: Fault, minutesAgo?: number): Promise<void>
  /** Lets the rules decide and say something now. */
  say(decisions: readonly Decision[], posts?: readonly DecidedPost[]): Promise<void>
  /** Lets the rules stop a post. */
  withdraw(key: string): Promise<void>
}

export async function openHttpTown(
  options: {
    readonly town?: Town
    readonly publicUrl?: string
    /** Judges by these rules instead of the scripted ones. */
    readonly rules?: string
    readonly http?:
      | Partial<HttpOptions>
      | ((
          parts: Pick<HttpOptions, 'store' | 'clock' | 'metrics'> & {
            readonly journal: OpenJournal
            /** The database's. */
            readonly file: string
          },
        ) => Partial<HttpOptions>)
    readonly pages?:
      | Partial<PagesOptions>
      | ((
          parts: Pick<HttpOptions, 'store' | 'clock'> & { readonly journal: OpenJournal },
        ) => Partial<PagesOptions>)
    /** Which ways to residents there are. */
    readonly follow?: FollowWays
    readonly store?: (real: Store) => Store
    readonly journal?: (real: OpenJournal) => OpenJournal
    readonly cards?: (real: CardDesk) => CardDesk
  } = {},
): Promise<HttpTown> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-http-'))
  const town = options.town ?? castTown
  const { publicUrl = PUBLIC_URL } = options
  let at = TUESDAY
  const clock = () => at
  const file = join(folder, 'town.sqlite')
  const realStore = await openSqliteStore(file)
  await realStore.saveTown(town, at)
  const store = options.store?.(realStore) ?? realStore
  const engine = scriptEngine()
  const rules = options.rules === undefined ? undefined : bookOf(options.rules)
  const journal = await openJournal({
    store: realStore,
    town,
    makeEngine: rules ? (town, kept) => createEngine({ book: rules, town, kept }) : () => engine,
    ...(options.rules !== undefined && { rules: options.rules }),
    wordPost,
    deliveriesFor: () => [],
    cardOf: postCardFacts,
    clock,
    onFault: (what, error) => {
      process.stderr.write(`journal: ${what}: ${String(error)}\n`)
    },
  })
  const shown = options.journal?.(journal) ?? journal
  const metrics = new Registry()
  const logged: string[] = []
  const reports = openReportDesk({ store, journal: shown, clock, metrics, onFlood: () => {} })
  const cards = openCardDesk({
    store,
    journal: shown,
    clock,
    publicUrl,
    log: { warn: (_fields, message) => logged.push(message) },
    metrics,
  })
  const desk = openSubscriberDesk({ store, sealer: SEALER, clock, innerHosts: true })
  const noBike = {
    store,
    sealer: openSealer('only for tests'),
    clock,
    terms: () => undefined,
    publicUrl,
  }
  const http =
    typeof options.http === 'function'
      ? options.http({ store, clock, metrics, journal: shown, file })
      : options.http
  const staff =
    http?.staff ??
    openStaffDesk({
      store,
      clock,
      sealer: SEALER,
      realNow: clock,
      publicUrl,
      staffToken: http?.staffToken,
      riderToken: http?.riderToken,
    })
  const app = await buildHttp({
    staff,
    errands: { bookings: openBookingDesk(noBike), loans: openLoanDesk(noBike) },
    days: {
      days: openDayDesk({
        ...noBike,
        journal: shown,
        matrices: formulaMatrix(),
        solver: embeddedSolver,
        insert: async (problem, from) => insertOnly(problem, from).plan,
      }),
      unseal: () => '',
      noteSeen: async () => {},
    },
    store,
    subscribers: desk,
    journal: shown,
    clock,
    reports,
    publicUrl,
    log: pino({ level: 'warn' }, { write: (line: string) => logged.push(line) }),
    metrics,
    plugins: [
      (scope) => {
        registerPages(scope, {
          store,
          journal: shown,
          clock,
          reports,
          cards: options.cards?.(cards) ?? cards,
          staff,
          ...(options.follow && { follow: { desk, ways: options.follow } }),
          publicUrl,
          api: describeApi(publicUrl),
          problems: PROBLEMS,
          ...(typeof options.pages === 'function'
            ? options.pages({ store, clock, journal: shown })
            : options.pages),
        })
      },
    ],
    ...http,
  })

  let counter = 0
  const append = (entry: JournalEntry) =>
    new Promise<void>((resolve) => {
      journal.append(entry, () => {
        resolve()
      })
    })
  const deviceOf = (container: ContainerId) =>
    town.mountings.find((m) => m.containerId === container)?.deviceId ?? town.devices[0]!.id
  const uplink = (container: ContainerId, minutesAgo: number, what: object): JournalEntry => {
    const measuredAt = plus(at, -minutesAgo * MINUTE)
    const device = deviceOf(container)
    counter += 1
    return {
      kind: 'uplink',
      deviceId: device,
      receivedAt: at,
      fingerprint: counter,
      tellsRepeats: false,
      readings: [
        {
          deviceId: device,
          n: 0,
          containerId: container,
          measuredAt,
          receivedAt: at,
          flags: [],
          ...what,
        },
      ],
    }
  }

  return {
    app,
    desk,
    store,
    journal,
    engine,
    metrics,
    logged,
    async signIn(role) {
      const { setCookie } = await staff.signInAs(role)
      return { cookie: setCookie.split(';', 1)[0]!, 'sec-fetch-site': 'same-origin' }
    },
    now: clock,
    setNow(next) {
      at = next
    },
    append,
    measure: (container, fillPercent, minutesAgo = 0) =>
      append(uplink(container, minutesAgo, { fillPercent, rawFillPercent: fillPercent })),
    fail: (container, fault, minutesAgo = 0) => append(uplink(container, minutesAgo, { fault })),
    async say(decisions, posts = []) {
      engine.say(decisions, posts)
      await journal.tick()
    },
    async withdraw(key) {
      engine.withdraw(postKey(key))
      await journal.tick()
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await cards[Symbol.asyncDispose]()
      await journal[Symbol.asyncDispose]()
      await realStore[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export const postKey = (text: string) => parsePostKey(text)!
export const EKUDDEN_PAPER = containerId('1490-901-paper-1')
export const EKUDDEN = stationId('1490-901')

/** Ekudden's paper has been full for half an hour, and the gates let it through. */
export function fullDecision(at: EpochMs, key: string, more: Partial<Decision> = {}): Decision {
  return {
    at,
    seq: 7,
    ruleId: 'full',
    ruleHash: 'a1b2c3d4',
    subject: EKUDDEN_PAPER,
    stationId: EKUDDEN,
    containerId: EKUDDEN_PAPER,
    from: 'pending',
    to: 'active',
    because: 'posted',
    heldMs: 30 * MINUTE,
    condition: 'when',
    clauses: [
      { source: 'c.fill >= 90.0', value: true, facts: { 'c.fill': 96.4 } },
      { source: 'c.fill_age_min < 360.0', value: true, facts: { 'c.fill_age_min': 12 } },
      { source: 'truck.eta_min > 60.0', value: 'unknown', facts: { 'truck.eta_min': null } },
    ],
    evidence: {
      sum: 2.1,
      parts: [
        { what: 'prior', weight: -1.5 },
        { what: 'sensor', weight: 3.6, fillPercent: 96.4, at: plus(at, -12 * MINUTE) },
      ],
    },
    gates: [
      { gate: 'still-active', answer: 'pass' },
      { gate: 'quiet-hours', answer: 'pass', detail: '21:00-07:00' },
      { gate: 'budget', answer: 'pass', detail: '1/4, 12/90' },
    ],
    outcome: 'posted',
    postKey: postKey(key),
    engine: '1',
    tzdata: '2026a',
    ...more,
  }
}

export function fullPost(at: EpochMs, key: string, more: Partial<DecidedPost> = {}): DecidedPost {
  return {
    key: postKey(key),
    at,
    stationId: EKUDDEN,
    audience: 'public',
    kind: 'open',
    priority: 5,
    sendAt: at,
    expiresAt: plus(at, 2 * HOUR),
    items: [
      {
        ruleId: 'full',
        episode: `full/${EKUDDEN_PAPER}/1`,
        subject: EKUDDEN_PAPER,
        template: 'full',
        containerId: EKUDDEN_PAPER,
        fraction: 'paper',
        since: plus(at, -30 * MINUTE),
        source: 'sensor',
        fillPercent: 96.4,
        alternative: { stationId: stationId('1490-902'), name: 'Hamnen', distanceM: 594.4 },
      },
    ],
    ...more,
  }
}

/** What takes a post back. */
export function correctionOf(post: DecidedPost, at: EpochMs): DecidedPost {
  return {
    ...post,
    key: correctionKey(post.key),
    at,
    sendAt: at,
    expiresAt: plus(at, 2 * HOUR),
    kind: 'correction',
    priority: 100,
    replyTo: post.key,
    corrects: post.key,
    correctsAt: post.at,
  }
}
