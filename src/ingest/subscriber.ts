/**
 * Readings from a broker that the town has already: a lasting session, shared with Kvitter's other
 * copies, and the same promise as by the embedded broker: what we acknowledge is on disk. What the
 * outside broker loses before we have it is out of our hands; docs/OUTSIDE-BROKER.md tells.
 */
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Journal } from '#src/store/journal.ts'
import { ackLine } from './ack-line.ts'
import { openLink } from './broker-link.ts'
import type { CodecPool } from './codecs/sandbox/pool.ts'
import type { Gone, Link, LinkEvents, Welcome } from './broker-link.ts'
import { newCounts } from './broker-metrics.ts'
import { guardFrames } from './frame-guard.ts'
import { openIntake } from './intake.ts'
import type { Sender } from './intake.ts'
import { exposeSubscriberMetrics } from './subscriber-metrics.ts'
import type { SubscriberCounts } from './subscriber-metrics.ts'
import { sharedFilters } from './subscription-filters.ts'

export interface SubscriberOptions {
  readonly journal: Journal
  readonly town: () => TownIndex
  readonly clock: Clock
  readonly broker: OutsideBroker
  /** Runs the town's codecs. */
  readonly codecs?: CodecPool
  readonly metrics?: Registry
  readonly log: Logger
  readonly limits?: Partial<SubscriberLimits>
}

export interface OutsideBroker {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string
  /** The name of our session there: the same after a restart, another for each copy. */
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  /** Certificates, PEM, of whoever vouches for the broker; without it those that Node trusts. */
  readonly ca?: string
}

export interface SubscriberLimits {
  /** Messages not yet acknowledged, beyond which the next one is not taken. At most 65,535. */
  readonly heldMessages: number
  /** How long that may last before the connection is closed. Shorter than the keepalive, whose answers wait behind the messages. */
  readonly holdPatienceMs: number
  /** How long the broker may take to answer. */
  readonly patienceMs: number
  /** Between two tries to connect; doubled from the first to the second number. */
  readonly retryMs: readonly [number, number]
  readonly keepaliveSeconds: number
  /** How long the broker shall keep our session, and our share of the messages, while we are away. */
  readonly sessionExpirySeconds: number
  readonly maxPacketBytes: number
}

const LIMITS: SubscriberLimits = {
  heldMessages: 10_000,
  holdPatienceMs: 10_000,
  patienceMs: 15_000,
  retryMs: [250, 15_000],
  keepaliveSeconds: 30,
  sessionExpirySeconds: 7 * 24 * 3600,
  maxPacketBytes: 16 * 1024 * 1024,
}

/** How long closing waits for what is under way to be kept and acknowledged. */
const CLOSING_PATIENCE_MS = 5000
/** How long starting waits for the first try. */
const STARTING_PATIENCE_MS = 3000
/**
 * Two clients with one name throw each other out as fast as they can. Mosquitto 2.0 hangs up without
 * the reason 142 that MQTT 5 has for it, so several connections in a row as short as this tell.
 */
const BRIEF_MS = 5000
const BRIEF_IN_A_ROW = 3

export interface SubscriberStats extends Readonly<SubscriberCounts> {
  readonly connected: boolean
  readonly heldMessages: number
}

export interface Subscriber extends AsyncDisposable {
  /** Asks for what the town listens to now; resolves when the broker has answered. */
  follow(): Promise<void>
  /** Why nothing, or not everything, comes in; undefined while all is well. */
  trouble(): string | undefined
  stats(): SubscriberStats
}

/** One connection, from the first byte to the last. */
interface Connection {
  readonly link: Link
  readonly sender: Sender
  in: boolean
  inSince?: number
  /** Filters asked for, and those the broker has granted or refused. */
  readonly filters: Map<string, 'asked' | 'granted' | 'refused'>
  /** Runs while messages are held back. */
  patience?: NodeJS.Timeout
}

/**
 * Resolves when the first try has ended, well or not, or takes too long: a broker that is away is tried
 * again and again, and what it has kept for us comes then.
 */
export async function startSubscriber(options: SubscriberOptions): Promise<Subscriber> {
  const { journal, town, clock, broker, log } = options
  const limits: SubscriberLimits = { ...LIMITS, ...options.limits }
  const counts: SubscriberCounts & ReturnType<typeof newCounts> = {
    ...newCounts(),
    connections: 0,
    failed: 0,
    lateAcks: 0,
  }
  const firstTry = Promise.withResolvers<void>()
  let connection: Connection | undefined
  let reason = 'not connected yet'
  let failuresInARow = 0
  let brief = 0
  let knownBefore = false
  let retry: NodeJS.Timeout | undefined
  let closing = false
  let drained: (() => void) | undefined

  const complete = () =>
    connection?.in === true && [...connection.filters.values()].every((s) => s === 'granted')
  const observeAck = options.metrics
    ? exposeSubscriberMetrics(options.metrics, counts, {
        connected: complete,
        held: () => intake.held,
      })
    : () => undefined
  const intake = openIntake({
    journal,
    town,
    clock,
    counts,
    log,
    isOpenTopic: () => false,
    observeAck,
    ...(options.codecs && { codecs: options.codecs }),
  })
  const hasRoom = () => intake.held < limits.heldMessages

  const onMessage =
    (own: () => Connection): LinkEvents['message'] =>
    (packet) => {
      const mine = own()
      if (closing) return mine.link.hold()
      try {
        intake.take(mine.sender, packet, () => {
          // QoS 0 has no id and nothing to acknowledge.
          if (packet.messageId !== undefined && !mine.link.acknowledge(packet.messageId)) {
            counts.lateAcks++
          }
          if (connection?.patience && intake.held <= limits.heldMessages / 2) release(connection)
          if (intake.held === 0) drained?.()
        })
      } catch (error) {
        log.error({ err: error }, 'the journal takes nothing')
        return mine.link.cut('the journal takes nothing')
      }
      if (hasRoom()) return undefined
      mine.link.hold()
      mine.patience = setTimeout(() => {
        log.error(
          { held: intake.held },
          'messages are not kept fast enough; closing the connection to the outside broker without acknowledgement',
        )
        mine.link.cut('messages were not kept in time')
      }, limits.holdPatienceMs)
      return undefined
    }

  const release = (which: Connection): void => {
    stopWaiting(which)
    which.link.goOn()
  }

  const stopWaiting = (which: Connection): void => {
    clearTimeout(which.patience)
    delete which.patience
  }

  const onIn = (which: Connection, welcome: Welcome): void => {
    which.in = true
    which.inSince = performance.now()
    counts.connections++
    if (!welcome.sharesSubscriptions) {
      log.error('the outside broker offers no shared subscriptions, which Kvitter needs')
    }
    if (welcome.maximumQos < 1) {
      log.error('the outside broker offers QoS 0 only: what comes while Kvitter is away is lost')
    }
    if (welcome.sessionExpirySeconds < limits.sessionExpirySeconds) {
      log.warn(
        { seconds: welcome.sessionExpirySeconds },
        'the outside broker keeps our session for a shorter time than asked',
      )
    }
    if (knownBefore && !welcome.sessionPresent) {
      log.warn('the outside broker had forgotten us: what it had not yet delivered is lost')
    }
    knownBefore = true
    log.info(
      { broker: broker.url, sessionPresent: welcome.sessionPresent },
      'connected to the outside broker',
    )
    void follow()
  }

  const onGone = (which: Connection, why: Gone): void => {
    stopWaiting(which)
    const wasIn = which.in
    which.in = false
    if (connection === which) connection = undefined
    firstTry.resolve()
    if (closing || why.kind === 'closed') return
    counts.failed++
    const lastedMs = which.inSince === undefined ? 0 : performance.now() - which.inSince
    if (lastedMs >= BRIEF_MS) failuresInARow = 0
    brief = wasIn && lastedMs < BRIEF_MS ? brief + 1 : 0
    if (why.kind === 'taken-over' || brief === BRIEF_IN_A_ROW) {
      log.error(
        `another client seems to use the name ${broker.clientId} at the outside broker; each copy of Kvitter needs its own --broker-id`,
      )
    }
    // An hour without the broker is one line, not two hundred.
    const level = wasIn || why.detail !== reason ? 'warn' : 'debug'
    reason = why.detail
    log[level]({ broker: broker.url, because: why.kind, detail: why.detail }, sentence(why))
    const [shortest, longest] = limits.retryMs
    retry = setTimeout(open, Math.min(longest, shortest * 2 ** failuresInARow++))
  }

  const open = (): void => {
    if (!hasRoom() || journal.failingSince !== undefined) {
      // What it sent would only wait here; there it waits as well.
      reason = 'waiting until readings can be kept again'
      retry = setTimeout(open, limits.retryMs[0])
      return
    }
    const link = openLink(
      {
        ...broker,
        keepaliveSeconds: limits.keepaliveSeconds,
        sessionExpirySeconds: limits.sessionExpirySeconds,
        receiveMaximum: limits.heldMessages,
        maxPacketBytes: limits.maxPacketBytes,
        patienceMs: limits.patienceMs,
      },
      {
        in: (welcome) => onIn(opened, welcome),
        message: onMessage(() => opened),
        gone: (why) => onGone(opened, why),
      },
    )
    const opened: Connection = {
      link,
      // The broker has asked the sender who it is; whom it lets publish where is its own business.
      sender: {
        identity: { kind: 'anonymous' },
        line: ackLine(),
        guard: guardFrames(limits.maxPacketBytes),
        held: 0,
      },
      in: false,
      filters: new Map(),
    }
    connection = opened
  }

  const follow = async (): Promise<void> => {
    if (!connection?.in) return
    const answers: Promise<void>[] = []
    const { link, filters } = connection
    const wanted = new Set(sharedFilters(town().town))
    for (const filter of filters.keys()) {
      if (wanted.has(filter)) continue
      filters.delete(filter)
      answers.push(link.unsubscribe(filter))
      log.info({ filter }, 'no longer subscribed at the outside broker')
    }
    for (const filter of wanted) {
      if (!filters.has(filter)) answers.push(subscribe(connection, filter))
    }
    await Promise.all(answers)
  }

  const subscribe = async (which: Connection, filter: string): Promise<void> => {
    which.filters.set(filter, 'asked')
    const answer = await which.link.subscribe(filter)
    if (!which.in || !which.filters.has(filter)) return
    if (answer.kind === 'no-answer') return which.link.cut('no answer to a subscription')
    which.filters.set(filter, answer.kind === 'subscribed' ? 'granted' : 'refused')
    if (answer.kind === 'subscribed') log.info({ filter }, 'subscribed at the outside broker')
    else {
      log.error(
        { filter, detail: answer.detail },
        'the outside broker refuses a subscription; let Kvitter read the topic there, it asks again when it connects anew or the town is reloaded',
      )
    }
    if (![...which.filters.values()].includes('asked')) firstTry.resolve()
  }

  const drain = async (): Promise<void> => {
    if (intake.held === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const patience = setTimeout(resolve, CLOSING_PATIENCE_MS)
    drained = resolve
    await promise
    clearTimeout(patience)
  }

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closing = true
    clearTimeout(retry)
    if (connection) stopWaiting(connection)
    await drain()
    await connection?.link.close()
  }

  open()
  const impatience = setTimeout(firstTry.resolve, STARTING_PATIENCE_MS)
  await firstTry.promise
  clearTimeout(impatience)
  return {
    async follow() {
      for (const [filter, state] of connection?.filters ?? []) {
        if (state === 'refused') connection?.filters.delete(filter)
      }
      await follow()
    },
    trouble() {
      if (!connection?.in) return `Not connected to the outside broker: ${reason}.`
      const refused = [...connection.filters].filter(([, state]) => state === 'refused')
      if (refused.length > 0) {
        return `The outside broker refuses ${refused.map(([filter]) => filter).join(', ')}.`
      }
      return complete() ? undefined : 'The outside broker has not yet granted all subscriptions.'
    },
    stats: () => ({
      ...structuredClone(counts),
      connected: complete(),
      heldMessages: intake.held,
    }),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }
}

function sentence(why: Gone): string {
  switch (why.kind) {
    case 'refused':
      return 'the outside broker does not let Kvitter in'
    case 'unreachable':
      return 'the outside broker is out of reach'
    case 'taken-over':
    case 'lost':
    case 'closed':
      return 'the connection to the outside broker ended'
  }
}
