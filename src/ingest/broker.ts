/**
 * The MQTT broker that devices talk to: aedes on TCP and on WebSocket. What Kvitter promises on top is
 * that an acknowledged message is a kept one: aedes sends PUBACK (and PUBREC) only after
 * `authorizePublish` has called back, so that is where a message waits for its commit. What can't be
 * understood is kept in quarantine and acknowledged like the rest: an error there would close the
 * connection, and the sender would try the same message for ever.
 *
 * Sessions, retained messages and offline queues live in memory: after a restart readers subscribe
 * anew, and whoever publishes retained messages publishes them again.
 */
import { Buffer } from 'node:buffer'
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { once } from 'node:events'
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { WebSocketServer, createWebSocketStream } from 'ws'
import type { Clock } from '#src/stations/time.ts'
import type { Town } from '#src/stations/station.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Journal } from '#src/store/journal.ts'
import { mayHear, mayStaySubscribed, maySubscribe } from './access.ts'
import type { Identity } from './access.ts'
import { ackLine } from './ack-line.ts'
import { exposeMetrics, newCounts } from './broker-metrics.ts'
import type { BrokerCounts, CloseReason } from './broker-metrics.ts'
import type { CodecPool } from './codecs/sandbox/pool.ts'
import { guardFrames } from './frame-guard.ts'
import { gateReads, wake } from './gated-reads.ts'
import { openIntake } from './intake.ts'
import type { Sender } from './intake.ts'
import { trackListeners } from './listeners.ts'
import { logIn } from './login.ts'
import type { FindCredential } from './login.ts'
import { limitOfflineQueues, openQuietAedes } from './quiet-aedes.ts'
import { addressIn } from './topic.ts'
import { topicMatches } from './topic-filter.ts'

export interface BrokerOptions {
  readonly journal: Journal
  readonly town: () => TownIndex
  readonly clock: Clock
  /** Port 0 takes a free one. */
  readonly mqtt: { readonly host: string; readonly port: number }
  /** A port of its own, or the path `/mqtt` of an HTTP server that stands already. */
  readonly ws?: { readonly host: string; readonly port: number } | { readonly server: HttpServer }
  /** Lets in whoever gives no user name: for a demo on loopback. */
  readonly anonymous: boolean
  readonly credential: FindCredential
  /** Runs the town's codecs. */
  readonly codecs?: CodecPool
  readonly metrics?: Registry
  readonly log: Logger
  /**
   * Topic filters on which clients may talk among themselves as on any broker, retained messages
   * and wills included. Nothing there is a reading, and nothing is kept. None by default.
   */
  readonly openTopics?: readonly string[]
  readonly limits?: Partial<BrokerLimits>
}

export interface BrokerLimits {
  /** Messages of one connection not yet acknowledged, beyond which it is not read. */
  readonly heldPerClient: number
  /** The same for all connections together. */
  readonly heldInTotal: number
  /** A longer packet closes its connection. Up to here an oversized message is acknowledged and quarantined. */
  readonly maxPacketBytes: number
  /** How long the store may fail before all connections are closed, unacknowledged, and none let in. Real time. */
  readonly storePatienceMs: number
  /** Messages queued for one reader that is away. */
  readonly offlinePerReader: number
  /** Sessions that stay subscribed while away. */
  readonly stayingReaders: number
  readonly subscriptionsPerClient: number
  readonly connections: number
}

const LIMITS: BrokerLimits = {
  heldPerClient: 2000,
  heldInTotal: 50_000,
  maxPacketBytes: 16 * 1024 * 1024,
  storePatienceMs: 10_000,
  offlinePerReader: 1000,
  stayingReaders: 100,
  subscriptionsPerClient: 100,
  connections: 50_000,
}

/** A WebSocket frame is gathered whole before we see it, so it may not be as long as a packet. */
const MAX_WS_FRAME_BYTES = 1024 * 1024
const CONNECT_TIMEOUT_MS = 10_000
/** A subscriber that takes nothing for so long is cut off, so that it doesn't hold up others. */
const DRAIN_TIMEOUT_MS = 10_000
/** How long closing waits for what is under way to be kept and acknowledged. */
const CLOSING_PATIENCE_MS = 5000

const NOTHING = Buffer.alloc(0)

export interface BrokerStats extends BrokerCounts {
  readonly connectedClients: number
  readonly heldMessages: number
}

export interface Broker extends AsyncDisposable {
  readonly port: number
  readonly wsPort?: number
  /** Publishes on Kvitter's own account; later subscribers get it as well. */
  publishRetained(topic: string, payload: string | Uint8Array): Promise<void>
  /** Hears what clients say on an open topic. */
  listen(topic: string, hear: (payload: string) => void): Promise<void>
  stats(): BrokerStats
}

/** One connection. Its identity is known once it has logged in. */
interface Session extends Omit<Sender, 'identity'> {
  readonly conn: Duplex
  client?: Client
  identity?: Identity
  /** CONNECT asked for a lasting session without a name [MQTT-3.1.3-8]. */
  nameless?: boolean
}

type Settings = Required<
  Pick<
    AedesOptions,
    'preConnect' | 'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>

/** Listens when its promise resolves. Fails if a port can't be had. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { journal, town, clock, log } = options
  const limits: BrokerLimits = { ...LIMITS, ...options.limits }
  const openTopics = options.openTopics ?? []
  const counts = newCounts()
  const sessions = new Set<Session>()
  const byClient = new WeakMap<Client, Session>()
  const connected = new Set<Client>()
  const blocked = new Set<Session>()
  const listeners = trackListeners()
  /** Packets that go on to subscribers. All others end in the journal. */
  const passing = new WeakSet<PublishPacket>()
  let storeDown = false
  let closing = false
  let drained: (() => void) | undefined

  const isOpenTopic = (topic: string) =>
    openTopics.some((filter) => topicMatches(filter, topic)) && !isOurs(topic, town().town)
  const gauges = { connectedClients: () => connected.size, held: () => intake.held }
  const observeAck = options.metrics
    ? exposeMetrics(options.metrics, counts, gauges)
    : () => undefined
  const { codecs } = options
  const intake = openIntake({
    journal,
    town,
    clock,
    counts,
    log,
    isOpenTopic,
    observeAck,
    ...(codecs && { codecs }),
  })

  const cutOff = (session: Session, because: CloseReason): void => {
    counts.closed[because]++
    // One line for each of ten thousand sensors would bury the cause, which has its own.
    const level = because === 'store-failing' ? 'debug' : 'warn'
    log[level]({ client: session.client?.id, because }, 'connection closed')
    session.conn.destroy()
  }

  const preConnect: Settings['preConnect'] = (client, packet, callback) => {
    const session = byClient.get(client)
    if (session) {
      session.nameless =
        packet.clientId === '' && (packet.clean !== true || packet.protocolVersion === 3)
    }
    // A name belongs to its user: nobody ends another's session by taking its client id.
    if (packet.username !== undefined && packet.clientId !== '') {
      packet.clientId = `${packet.username} ${packet.clientId}`
    }
    callback(null, true)
  }

  const authenticate: Settings['authenticate'] = (client, username, password, done) => {
    const session = byClient.get(client)
    const turnAway = (because: keyof BrokerCounts['logins'], returnCode: number) => {
      counts.logins[because]++
      log.info({ username, because }, 'login refused')
      done(Object.assign(new Error(because), { returnCode }), false)
    }
    if (!session || session.nameless) return turnAway('bad-client-id', 2)
    if (storeDown || closing) return turnAway('store-unavailable', 3)
    logIn(username, password, options)
      .then((login) => {
        if (login.kind === 'refused') return turnAway(login.because, login.returnCode)
        counts.logins.in++
        session.identity = login.identity
        return done(null, true)
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'a login failed in an unexpected way')
        session.conn.destroy()
      })
  }

  const authorizePublish: Settings['authorizePublish'] = (client, packet, callback) => {
    const session = client ? byClient.get(client) : undefined
    // A will has no command: it was written when its client connected. Stored ones come without a client.
    if (!session?.identity || packet.cmd !== 'publish') return publishWill(packet, callback)
    // Only what we publish ourselves is retained under our own topics.
    if (packet.retain && !isOpenTopic(packet.topic)) packet.retain = false
    try {
      intake.take(session as Sender, packet, (outcome) => {
        if (blocked.size > 0) wakeSoon()
        if (intake.held === 0) drained?.()
        if (client?.closed) return
        if (outcome === 'passed' || (outcome === 'kept' && listeners.hearReadings)) {
          passing.add(packet)
        } else {
          // aedes keeps a QoS 2 packet until PUBREL, and with it the whole chunk it came in.
          packet.payload = NOTHING
        }
        callback(null)
      })
    } catch (error) {
      log.error({ err: error }, 'the journal takes nothing')
      cutOff(session, 'append-failed')
    }
  }

  /** A will is never a reading: when it is sent, it is as old as its connection. */
  const publishWill = (will: PublishPacket, callback: (error?: Error | null) => void): void => {
    if (isOpenTopic(will.topic)) {
      passing.add(will)
      return callback(null)
    }
    counts.messages.ignored++
    callback(new Error('wills are not taken here'))
  }

  const authorizeSubscribe: Settings['authorizeSubscribe'] = (client, subscription, callback) => {
    const identity = byClient.get(client)?.identity
    const { topic } = subscription
    const allowed =
      identity !== undefined &&
      (maySubscribe(identity, topic) || openTopics.includes(topic)) &&
      listeners.count(client) < limits.subscriptionsPerClient &&
      (client.clean ||
        (mayStaySubscribed(identity) &&
          (listeners.stays(client) || listeners.staying < limits.stayingReaders)))
    if (!allowed) {
      log.info({ client: client.id, filter: topic }, 'subscription refused')
      return callback(null, null)
    }
    listeners.add(client, topic)
    callback(null, subscription)
  }

  const authorizeForward: Settings['authorizeForward'] = (client, packet) => {
    const identity = byClient.get(client)?.identity
    return identity && (mayHear(identity, packet.topic) || isOpenTopic(packet.topic))
      ? packet
      : null
  }

  const aedes = await openQuietAedes({
    routes: (packet) => passing.has(packet),
    preConnect,
    authenticate,
    authorizePublish,
    authorizeSubscribe,
    authorizeForward,
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: DRAIN_TIMEOUT_MS,
    // Packets that come along with CONNECT, before the login is done: a chunk's worth.
    queueLimit: limits.heldPerClient,
    // MQTT 3.1 allows 23 characters; ours have the user's name in front.
    maxClientsIdLength: Number.MAX_SAFE_INTEGER,
  })
  limitOfflineQueues(aedes.persistence, limits.offlinePerReader, () => counts.offlineDropped++)

  aedes.on('client', (client) => connected.add(client))
  aedes.on('clientReady', (client) => listeners.begin(client))
  aedes.on('clientDisconnect', (client) => connected.delete(client))
  aedes.on('unsubscribe', (filters, client) => listeners.remove(client, filters))
  const failed = (client: Client, error: Error & { code?: string; errorCode?: number }) => {
    log.debug({ err: error, client: client.id }, 'connection failed')
    const ordinary = error.code !== undefined || error.errorCode !== undefined
    if (!ordinary && !/keep alive|drain|did not arrive/.test(error.message)) {
      counts.closed['protocol-error']++
    }
  }
  aedes.on('clientError', failed)
  aedes.on('connectionError', failed)
  // Not among the events of its types; without a listener it would end the process.
  ;(aedes as NodeJS.EventEmitter).on('error', (error: unknown) => {
    log.error({ err: error }, 'the broker reports a fault')
  })

  const hasRoom = (session: Session) =>
    !closing && session.held < limits.heldPerClient && intake.held < limits.heldInTotal

  let waking = false
  const wakeSoon = (): void => {
    if (waking) return
    waking = true
    setImmediate(wakeBlocked)
  }
  const wakeBlocked = (): void => {
    waking = false
    for (const session of blocked) {
      if (!hasRoom(session)) continue
      blocked.delete(session)
      wake(session.conn)
    }
  }

  const welcome = (conn: Duplex, request?: IncomingMessage): void => {
    if (closing || sessions.size >= limits.connections) {
      if (!closing) counts.closed['too-many-connections']++
      conn.destroy()
      return
    }
    const session: Session = {
      conn,
      line: ackLine(),
      guard: guardFrames(limits.maxPacketBytes),
      held: 0,
    }
    sessions.add(session)
    conn.once('close', () => {
      sessions.delete(session)
      blocked.delete(session)
      // aedes forgets to say so when two of one name come at once (aedes #1023).
      if (session.client) connected.delete(session.client)
    })
    gateReads(conn, session.guard, {
      open: () => hasRoom(session),
      blocked: () => blocked.add(session),
      broken: (because) => cutOff(session, because),
    })
    const client = aedes.handle(conn, request)
    session.client = client
    byClient.set(client, session)
  }

  let failingFrom: number | undefined
  const watchStore = (): void => {
    if (journal.failingSince === undefined) {
      failingFrom = undefined
      if (storeDown) log.info('the store works again; connections are welcome')
      storeDown = false
      return
    }
    // Our own watch: in a demo the town's clock runs faster than sockets do.
    failingFrom ??= performance.now()
    if (performance.now() - failingFrom < limits.storePatienceMs) return
    if (!storeDown) log.error('the store fails; closing connections without acknowledgement')
    storeDown = true
    for (const session of sessions) cutOff(session, 'store-failing')
  }
  const watching = setInterval(watchStore, Math.min(1000, Math.max(10, limits.storePatienceMs / 4)))
  watching.unref()

  const tcp = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 },
    welcome,
  )
  let webSockets: WebSocketServer | undefined
  try {
    tcp.listen(options.mqtt.port, options.mqtt.host)
    await once(tcp, 'listening')
    if (options.ws) webSockets = await listenForWebSockets(options.ws, welcome)
  } catch (error) {
    clearInterval(watching)
    tcp.close()
    await new Promise<void>((resolve) => aedes.close(resolve))
    throw error
  }
  tcp.on('error', (error) => log.error({ err: error }, 'the MQTT listener failed'))
  webSockets?.on('error', (error) => log.error({ err: error }, 'the WebSocket listener failed'))
  const wsPort = portOf(webSockets?.address() ?? null)

  const drain = async (): Promise<void> => {
    if (intake.held === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const patience = setTimeout(resolve, CLOSING_PATIENCE_MS)
    drained = resolve
    await promise
    clearTimeout(patience)
    // The last acknowledgements are written on the next turn.
    await new Promise((resolve) => setImmediate(resolve))
  }

  let closed: Promise<void> | undefined
  const close = async (): Promise<void> => {
    closing = true
    clearInterval(watching)
    const tcpClosed = new Promise<void>((resolve) => tcp.close(() => resolve()))
    await drain()
    await new Promise<void>((resolve) => aedes.close(resolve))
    for (const session of sessions) session.conn.destroy()
    if (webSockets) await new Promise<void>((resolve) => webSockets.close(() => resolve()))
    await tcpClosed
  }

  return {
    port: (tcp.address() as AddressInfo).port,
    ...(wsPort !== undefined && { wsPort }),
    publishRetained: (topic, payload) =>
      new Promise((resolve, reject) => {
        const bytes = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload)
        aedes.publish(
          { cmd: 'publish', topic, payload: bytes, qos: 1, retain: true, dup: false },
          (error) => (error ? reject(error) : resolve()),
        )
      }),
    listen: (topic, hear) =>
      new Promise((resolve) => {
        const deliver = (packet: { readonly payload: string | Buffer }, done: () => void): void => {
          hear(packet.payload.toString())
          done()
        }
        aedes.subscribe(topic, deliver, resolve)
      }),
    stats: () => ({
      ...structuredClone(counts),
      connectedClients: connected.size,
      heldMessages: intake.held,
    }),
    [Symbol.asyncDispose]: () => (closed ??= close()),
  }
}

/** Topics of Kvitter's own and of network servers are never open, whatever the filter. */
function isOurs(topic: string, town: Town): boolean {
  return topic.startsWith('kvitter/') || addressIn(town, topic).kind !== 'unknown'
}

/** MQTT over WebSocket (MQTT 3.1.1 §6): the client must offer the subprotocol `mqtt`. */
async function listenForWebSockets(
  where: NonNullable<BrokerOptions['ws']>,
  welcome: (conn: Duplex, request: IncomingMessage) => void,
): Promise<WebSocketServer> {
  const server = new WebSocketServer({
    ...('server' in where
      ? { server: where.server, path: '/mqtt' }
      : { host: where.host, port: where.port }),
    maxPayload: MAX_WS_FRAME_BYTES,
    verifyClient: ({ req }, answer) => {
      const offered = (req.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/)
      if (offered.includes('mqtt')) answer(true)
      else answer(false, 400, 'expected the subprotocol mqtt')
    },
    handleProtocols: () => 'mqtt',
  })
  server.on('connection', (socket, request) => welcome(createWebSocketStream(socket), request))
  if ('port' in where) await once(server, 'listening')
  return server
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return address === null || typeof address === 'string' ? undefined : address.port
}
