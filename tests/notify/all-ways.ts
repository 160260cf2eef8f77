/**
 * Every way by which words reach people, in one process and at loopback doubles: the platforms, the
 * fediverse, notifications, mail, and messages by SMS.
 */
import { fastify } from 'fastify'
import { Registry } from 'prom-client'
import { smsReportRoutes } from '#src/api/sms-report-routes.ts'
import { openFediverse } from '#src/notify/activitypub/fediverse.ts'
import { QUEUE as FEDIVERSE_QUEUE } from '#src/notify/activitypub/pieces.ts'
import { startDeliveries, type DeliveryLog } from '#src/notify/deliver.ts'
import { openFanOut } from '#src/notify/direct/fan-out.ts'
import { openMailSender } from '#src/notify/direct/mail-sender.ts'
import { mailWorker } from '#src/notify/direct/mail-work.ts'
import { openPushSender } from '#src/notify/direct/push-sender.ts'
import { pushWorker } from '#src/notify/direct/push-work.ts'
import { parseSmtpAddress } from '#src/notify/direct/smtp-address.ts'
import { openVapidKeys } from '#src/notify/direct/vapid.ts'
import { openElks46 } from '#src/notify/messages/elks46.ts'
import { startMessageWorker } from '#src/notify/messages/message-worker.ts'
import { reportTokens } from '#src/notify/messages/report-token.ts'
import { openSmsLeg } from '#src/notify/messages/sms-leg.ts'
import { startWorkRunner, type WorkRunner } from '#src/notify/work-runner.ts'
import { SUBSCRIBERS } from '#src/stations/station.ts'
import { instant, type Clock } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Delivery, Store, WayOut } from '#src/store/contract.ts'
import { openSealer } from '#src/store/sealer.ts'
import { FAKE_46ELKS_PASSWORD, FAKE_46ELKS_USERNAME } from '#tests/support/fake-46elks.ts'
import { ACCOUNT, SECRET, fediTown } from '#tests/support/fediverse-town.ts'
import { WAYS, openAllChannels, type Platform } from './all-channels.ts'

export const ALL_WAYS: readonly WayOut[] = [
  ...WAYS,
  { channel: 'activitypub', account: ACCOUNT.account },
  { channel: 'push', account: SUBSCRIBERS },
  { channel: 'email', account: SUBSCRIBERS },
]

/** Queues of pieces, one for each receiver. */
export const QUEUES = [FEDIVERSE_QUEUE, 'push', 'email'] as const

/** Where the doubles are; plain data, so that it can be handed to a process. */
export interface FarEnds {
  readonly ports: Readonly<Record<Platform, number>>
  /** With user and password. */
  readonly mailUrl: string
  /** The push service's certificate. */
  readonly pushCa: string
  readonly elksUrl: string
  /** Where we ourselves are to be reached. */
  readonly publicUrl: string
}

export interface AllWaysOptions {
  readonly store: Store
  readonly farEnds: FarEnds
  /** The platforms' clock: real time. */
  readonly clock: Clock
  /** Whose pieces and messages wait for minutes sees them pass so many times faster. */
  readonly speed: number
  readonly direct: Clock
  /** In real time; far ends are given up in less. */
  readonly leaseMs: number
  readonly random: () => number
  readonly log?: DeliveryLog
  readonly onDelivered?: (delivery: Delivery) => void
}

const silent = { info() {}, warn() {}, error() {} }

/** A clock that shows `since` at that instant of real time, and runs `speed` times as fast. */
export function fastClock(since: number, speed: number): Clock {
  return () => instant(since + Math.round((Date.now() - since) * speed))
}

export async function startAllWays(options: AllWaysOptions): Promise<AsyncDisposable> {
  const { store, farEnds, speed, random, log = silent } = options
  const { publicUrl } = farEnds
  const clock = options.direct
  const leaseMs = options.leaseMs * speed
  const timeoutMs = Math.floor(options.leaseMs / 2)
  await using starting = new AsyncDisposableStack()
  const sealer = openSealer(SECRET)
  const index = indexTown(fediTown)
  const shared = { store, sealer, clock, town: () => index, publicUrl, log, random }
  const tokens = reportTokens(SECRET)

  const fediverse = starting.use(
    await openFediverse({
      account: ACCOUNT,
      store,
      town: () => index,
      clock,
      secret: SECRET,
      publicUrl,
      version: '1.2.3',
      log,
      metrics: new Registry(),
      speed,
      leaseMs,
    }),
  )
  const app = fastify({ forceCloseConnections: true })
  await app.register(async (scope) => fediverse.register(scope))
  smsReportRoutes(app, { store, clock, fits: (no, token) => tokens.fits(no, token) })
  await app.listen({ host: '127.0.0.1', port: Number(new URL(publicUrl).port) })
  starting.defer(() => app.close())

  const startRunner = (
    queue: string,
    work: Pick<Parameters<typeof startWorkRunner>[0], 'concurrency' | 'handle'>,
  ): WorkRunner =>
    starting.use(
      startWorkRunner({
        ...work,
        queue,
        store,
        clock,
        log,
        leaseMs,
        speed,
        random,
        pollMs: 500,
        graceMs: 0,
      }),
    )
  const keys = await openVapidKeys(store, sealer)
  const pushSender = openPushSender({
    keys,
    contact: 'avs@provstad.example',
    timeoutMs,
    inner: { ca: farEnds.pushCa },
  })
  starting.defer(() => pushSender.close())
  const push = startRunner('push', {
    concurrency: 8,
    handle: pushWorker({ ...shared, sender: pushSender }),
  })
  const mailSender = openMailSender({
    server: parseSmtpAddress(farEnds.mailUrl)!,
    from: 'avs@provstad.example',
    name: 'Återvinning i Provstad',
    timeoutMs,
  })
  starting.defer(() => mailSender.close())
  const email = startRunner('email', {
    concurrency: 3,
    handle: mailWorker({ ...shared, sender: mailSender }),
  })

  starting.use(
    startMessageWorker({
      leg: openSmsLeg({
        sender: openElks46({
          from: 'Returcykel',
          username: FAKE_46ELKS_USERNAME,
          password: FAKE_46ELKS_PASSWORD,
          server: farEnds.elksUrl,
          timeoutMs,
        }),
        store,
        secret: SECRET,
        tokens,
        publicUrl,
        monthlyLimit: 1_000_000,
        timeZone: () => index.town.timeZone,
      }),
      store,
      clock,
      log,
      random,
      leaseMs,
      speed,
      pollMs: 500,
      graceMs: 0,
    }),
  )

  const fanOuts = [
    fediverse.channel,
    openFanOut({ way: 'push', store, onQueued: () => push.poke() }),
    openFanOut({ way: 'email', store, onQueued: () => email.poke() }),
  ]
  const platforms = openAllChannels((name) => farEnds.ports[name], {
    store,
    clock: options.clock,
    // Several requests make one call.
    timeoutMs: Math.floor(timeoutMs / 4),
  })
  starting.use(
    startDeliveries({
      store,
      channels: [
        // As many in minutes as no platform grants.
        ...platforms.map((channel) => ({ ...channel, limits: [] })),
        // What they put into queues of ours is there within milliseconds.
        ...fanOuts.map((channel) => ({ ...channel, longestMs: timeoutMs })),
      ],
      clock: options.clock,
      log,
      leaseMs: options.leaseMs,
      pollMs: 500,
      graceMs: 0,
      random,
      ...(options.onDelivered && { onDelivered: options.onDelivered }),
    }),
  )
  const running = starting.move()
  return { [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Whether anything is left to say by any way. */
export async function isAllSaid(store: Store): Promise<boolean> {
  const deliveries = await store.deliveries({ states: ['due', 'sending'], limit: 1 })
  if (deliveries.length > 0) return false
  const messages = await store.messages({ states: ['due', 'sending', 'uncertain'], limit: 1 })
  if (messages.length > 0) return false
  const queues = await Promise.all(QUEUES.map((queue) => store.workCounts(queue)))
  return queues.every(({ open }) => open === 0)
}
