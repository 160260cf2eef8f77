/** Mail and notifications to residents, wired: the channels of the outbox, and who works off what they queue. */
import { Gauge, type Registry } from 'prom-client'
import type { Channel } from '#src/notify/channel.ts'
import type { DeliveryLog } from '#src/notify/deliver.ts'
import { openFanOut } from '#src/notify/direct/fan-out.ts'
import { openMailSender, type MailSender } from '#src/notify/direct/mail-sender.ts'
import { mailWorker } from '#src/notify/direct/mail-work.ts'
import { openPushSender } from '#src/notify/direct/push-sender.ts'
import { pushWorker } from '#src/notify/direct/push-work.ts'
import { parseSmtpAddress } from '#src/notify/direct/smtp-address.ts'
import { openVapidKeys } from '#src/notify/direct/vapid.ts'
import { startWorkRunner, type WorkRunner } from '#src/notify/work-runner.ts'
import { DIRECT_WAYS, type EmailAccount, type PushAccount } from '#src/stations/station.ts'
import { SECOND, type Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import { openSealer } from '#src/store/sealer.ts'
import { openSubscriberDesk, MAIL_QUEUE, type SubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { Env } from './config.ts'

export interface DirectOptions {
  readonly store: Store
  /** The machine's own. */
  readonly secret: string
  readonly env: Env
  readonly clock: Clock
  readonly town: () => TownIndex
  readonly publicUrl: string
  readonly log: DeliveryLog
  readonly metrics: Registry
  readonly speed?: number
  /** Push services on this machine: for tests. */
  readonly innerPush?: { readonly ca: string }
}

export interface Direct extends AsyncDisposable {
  readonly channels: readonly Channel[]
  /** There also where no way is on: what was kept can be erased. */
  readonly desk: SubscriberDesk
  readonly ways: { readonly email: boolean; readonly pushKey?: string }
  /** To anybody whom the service has reason to write to; absent where the town has no mail. */
  readonly mail?: MailSender
}

const MAIL_LEASE_MS = 120 * SECOND
const PUSH_LEASE_MS = 60 * SECOND

/** @throws when what is kept was sealed under another secret. */
export async function startDirect(options: DirectOptions): Promise<Direct> {
  const { store, clock, metrics } = options
  await using starting = new AsyncDisposableStack()
  const sealer = openSealer(options.secret)
  const { email = [], push = [] } = options.town().town.channels
  const shared = { ...options, sealer, random: Math.random }
  const [mailAccount] = email
  const [pushAccount] = push
  const mail = mailAccount && starting.use(startMail(mailAccount, shared))
  const pushes = pushAccount && starting.use(await startPush(pushAccount, shared))
  const desk = openSubscriberDesk({
    store,
    sealer,
    clock,
    ...(options.innerPush && { innerHosts: true }),
    ...(mail && { onMail: () => mail.runner.poke() }),
    onFlood: () =>
      options.log.warn(
        { channel: 'email' },
        'more ask to follow by mail than are written to; the rest are not, for a while',
      ),
  })
  countSubscribers(metrics, desk)
  const running = starting.move()
  return {
    channels: [mail?.channel, pushes?.channel].filter((channel) => channel !== undefined),
    desk,
    ways: { email: mail !== undefined, ...(pushes && { pushKey: pushes.publicKey }) },
    ...(mail && { mail: mail.sender }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

type Shared = DirectOptions & Pick<Parameters<typeof mailWorker>[0], 'sealer' | 'random'>

function startMail({ from, name, replyTo, smtpUrlEnv }: EmailAccount, options: Shared) {
  const server = parseSmtpAddress(options.env[smtpUrlEnv] ?? '')
  if (!server) throw new Error(`${smtpUrlEnv} is no address of a mail server`)
  const sender = openMailSender({ server, from, name, ...(replyTo !== undefined && { replyTo }) })
  const runner = startRunner(MAIL_QUEUE, options, {
    concurrency: 3,
    leaseMs: MAIL_LEASE_MS,
    handle: mailWorker({ ...options, sender }),
  })
  const channel = openFanOut({
    way: 'email',
    store: options.store,
    check: (turn) => sender.check(turn),
    onQueued: () => runner.poke(),
  })
  return { channel, sender, runner, [Symbol.asyncDispose]: () => stop(runner, sender) }
}

async function startPush({ contact }: PushAccount, options: Shared) {
  const { store, sealer, env, innerPush } = options
  const keys = await openVapidKeys(store, sealer)
  const sender = openPushSender({
    keys,
    contact,
    ...(env['NODE_USE_ENV_PROXY'] === '1' && { proxyEnv: env }),
    ...(innerPush && { inner: innerPush }),
  })
  const runner = startRunner('push', options, {
    concurrency: 8,
    leaseMs: PUSH_LEASE_MS,
    handle: pushWorker({ ...options, sender }),
  })
  const channel = openFanOut({ way: 'push', store, onQueued: () => runner.poke() })
  const { publicKey } = keys
  return { channel, publicKey, [Symbol.asyncDispose]: () => stop(runner, sender) }
}

function startRunner(
  queue: string,
  { store, clock, log, metrics, speed = 1 }: Shared,
  work: Pick<Parameters<typeof startWorkRunner>[0], 'concurrency' | 'leaseMs' | 'handle'>,
): WorkRunner {
  return startWorkRunner({
    ...work,
    queue,
    store,
    clock,
    log,
    metrics,
    speed,
    leaseMs: work.leaseMs * speed,
  })
}

async function stop(runner: WorkRunner, sender: { close(): void }): Promise<void> {
  await runner[Symbol.asyncDispose]()
  sender.close()
}

function countSubscribers(metrics: Registry, desk: SubscriberDesk): void {
  const gauge = new Gauge({
    name: 'kvitter_subscribers',
    help: 'Residents who asked to be told themselves and confirmed it, by way',
    labelNames: ['way'],
    registers: [],
    async collect() {
      const counts = await desk.counts()
      for (const way of DIRECT_WAYS) this.set({ way }, counts[way])
    },
  })
  metrics.registerMetric(gauge)
}
