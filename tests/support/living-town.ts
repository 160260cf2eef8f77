/**
 * A small town with real rules behind real HTTP: what people and systems tell goes the whole way, and
 * the process can be stopped and started again. Only the clock is a test's own.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { buildHttp } from '#src/api/server.ts'
import type { Channel } from '#src/notify/channel.ts'
import { openX } from '#src/notify/channels/x.ts'
import { startDeliveries } from '#src/notify/deliver.ts'
import { planDeliveries } from '#src/notify/plan-deliveries.ts'
import { registerPages } from '#src/pages/register.ts'
import type { DecidedPost } from '#src/rules/decision.ts'
import { createEngine } from '#src/rules/engine.ts'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { Town } from '#src/stations/station.ts'
import { instant, MINUTE, plus, SECOND, type EpochMs } from '#src/stations/time.ts'
import type { Post, Store } from '#src/store/contract.ts'
import { openJournal, type OpenJournal } from '#src/store/open-journal.ts'
import { openReportDesk } from '#src/store/report-desk.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { FAKE_X_ACCOUNT, FAKE_X_CREDENTIALS, startFakeX, type FakeX } from './fake-x.ts'
import { PUBLIC_URL, TUESDAY } from './http-town.ts'
import { castTown } from './town.ts'

export const STAFF_TOKEN = 'a-long-enough-token'

/** Half an hour of waiting, a quarter for company, a minute to think better of it. */
export const RULES = `
version: 1
policy: { tz: Europe/Stockholm, group_wait: 15m, settle: 60s }
rules:
  - id: full
    per: container
    when: c.full
    clear: c.fill < 70.0 || c.evidence <= -1.0
    for: 30m
    clear_for: 20m
    post: full
    close_post: space_again
    close_only_if_posted: true
`

export interface Asked {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
  readonly json: any
}

export interface LivingTown extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly store: Store
  readonly journal: OpenJournal
  readonly metrics: Registry
  /** Every line of the log, from \`info\` on. */
  readonly logged: readonly string[]
  /** `1490-901 full` for each flood of reports that staff were told of. */
  readonly floods: readonly string[]
  /** The database's. */
  readonly file: string
  /** Throws away what the timer at the rim would. */
  tidy(): Promise<void>
  now(): EpochMs
  /** Lets time pass, minute by minute, and whatever comes due happen. */
  pass(ms: number): Promise<void>
  /** The machine's clock is set back. */
  setBack(ms: number): void
  get(url: string, headers?: Record<string, string>): Promise<Asked>
  /** As a resident, or anybody. */
  post(url: string, payload: object, headers?: Record<string, string>): Promise<Asked>
  staff(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object): Promise<Asked>
  /** Every post that was decided, oldest first. */
  posts(audience?: DecidedPost['audience']): Promise<readonly Post[]>
  /** What X has of the town; only with \`x\`. */
  readonly x: FakeX
  /** From now on a post to X is begun and not sent, until the answer is called. */
  holdX(): () => void
  /** Stops the process and starts it on what is kept. */
  restart(): Promise<void>
}

export async function openLivingTown(
  options: {
    readonly rules?: string
    readonly town?: Town
    readonly at?: EpochMs
    /** The town has an account on a loopback X. */
    readonly x?: true
  } = {},
): Promise<LivingTown> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-living-'))
  const plain = options.town ?? castTown
  const town: Town = options.x ? { ...plain, channels: { x: [X_CHANNEL] } } : plain
  const parsed = parseRuleFile(options.rules ?? RULES, 'rules.yaml')
  if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.faults))
  const { book } = parsed
  let at = options.at ?? TUESDAY
  const clock = () => at
  const logged: string[] = []
  const floods: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(line) })

  const fakeX = options.x && (await startFakeX())
  const outbox = startOutbox()
  let holdingX: Promise<void> | undefined
  const channels: Channel[] = []
  if (fakeX) {
    const real = openX({
      credentials: FAKE_X_CREDENTIALS,
      account: FAKE_X_ACCOUNT,
      clock,
      connect: fakeX.connect,
      timeoutMs: 5 * SECOND,
    })
    channels.push({
      ...real,
      async send(words, turn) {
        if (holdingX) outbox.stick()
        await holdingX
        return real.send(words, turn)
      },
    })
  }

  async function start() {
    const store = await openSqliteStore(join(folder, 'town.sqlite'))
    await store.saveTown(town, at)
    const journal = await openJournal({
      store,
      town,
      previousTown: town,
      makeEngine: (town, kept) => createEngine({ book, town, kept }),
      wordPost,
      deliveriesFor: planDeliveries,
      clock,
      onFault: (what, error) => {
        throw new Error(what, { cause: error })
      },
    })
    const metrics = new Registry()
    const reports = openReportDesk({
      store,
      journal,
      clock,
      metrics,
      onFlood: (station, kind) => floods.push(`${station} ${kind}`),
    })
    const app = await buildHttp({
      reports,
      store,
      journal,
      clock,
      publicUrl: PUBLIC_URL,
      log,
      metrics,
      staffToken: STAFF_TOKEN,
      ruleIds: () => book.rules.map(({ id }) => id),
      plugins: [
        (scope) => registerPages(scope, { store, journal, clock, reports, publicUrl: PUBLIC_URL }),
      ],
    })
    const deliveries = startDeliveries({
      store,
      channels,
      clock,
      log: { info() {}, warn() {}, error: (fields) => logged.push(JSON.stringify(fields)) },
      leaseMs: MINUTE,
      wait: (ms, signal) => outbox.wait(ms, signal),
      graceMs: 0,
    })
    journal.onCommitted(({ posts }) => {
      if (posts.length > 0) deliveries.poke()
    })
    return { store, journal, metrics, reports, app, deliveries }
  }
  let house = await start()
  const stop = async () => {
    await house.app.close()
    await house.deliveries[Symbol.asyncDispose]()
    await house.journal[Symbol.asyncDispose]()
    await house.store[Symbol.asyncDispose]()
  }

  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    payload: object | undefined,
    headers: Record<string, string>,
  ): Promise<Asked> => {
    const answer = await house.app.inject({
      method,
      url,
      headers,
      ...(payload && { payload }),
    })
    const isJson = String(answer.headers['content-type']).includes('json')
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body,
      json: isJson ? answer.json() : undefined,
    }
  }

  return {
    get app() {
      return house.app
    },
    get store() {
      return house.store
    },
    get journal() {
      return house.journal
    },
    get metrics() {
      return house.metrics
    },
    logged,
    floods,
    file: join(folder, 'town.sqlite'),
    tidy: () => house.reports.tidy(),
    now: clock,
    async pass(ms) {
      const until = plus(at, ms)
      while (at < until) {
        at = instant(Math.min(at + MINUTE, until))
        await house.journal.tick()
        if (fakeX) await outbox.turn()
      }
    },
    setBack(ms) {
      at = plus(at, -ms)
    },
    get: (url, headers = {}) => ask('GET', url, undefined, headers),
    post: (url, payload, headers = {}) => ask('POST', url, payload, headers),
    staff: (method, url, payload) =>
      ask(method, url, payload, { authorization: `Bearer ${STAFF_TOKEN}` }),
    posts: async (audience = 'public') =>
      (await house.store.posts({ audience, limit: 500 })).toReversed(),
    get x() {
      return fakeX!
    },
    holdX() {
      const held = Promise.withResolvers<void>()
      holdingX = held.promise
      return () => {
        holdingX = undefined
        outbox.unstick()
        held.resolve()
      }
    },
    async restart() {
      await stop()
      house = await start()
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await fakeX?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const X_CHANNEL = {
  account: FAKE_X_ACCOUNT,
  language: 'sv',
  appKeyEnv: 'A',
  appSecretEnv: 'B',
  accessTokenEnv: 'C',
  accessSecretEnv: 'D',
} as const

/** Lets the worker of the outbox look once whenever the town's clock has moved, and waits until it has. */
function startOutbox() {
  let isStuck = false
  let idle = Promise.withResolvers<void>()
  let again = Promise.withResolvers<void>()
  return {
    async wait(_ms: number, signal: AbortSignal): Promise<void> {
      idle.resolve()
      if (signal.aborted) return
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
        void again.promise.then(resolve)
      })
    },
    /** A channel that keeps the worker waiting is as good as a worker that has nothing to do. */
    stick() {
      isStuck = true
      idle.resolve()
    },
    unstick() {
      isStuck = false
    },
    async turn(): Promise<void> {
      if (isStuck) return
      await idle.promise
      idle = Promise.withResolvers()
      const wake = again
      again = Promise.withResolvers()
      wake.resolve()
      await idle.promise
    },
  }
}
