/** HTTP: open data for all, feeds, events, and the doors for those who run the service. */
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import compress from '@fastify/compress'
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { LANGUAGES, languageRoot } from '#src/stations/fraction.ts'
import type { Clock } from '#src/stations/time.ts'
import type { BookingDesk } from '#src/store/booking-desk.ts'
import type { Store } from '#src/store/contract.ts'
import type { DeviceDesk } from '#src/store/device-desk.ts'
import type { Journal } from '#src/store/journal.ts'
import type { LoanDesk } from '#src/store/loan-desk.ts'
import type { MessageTrouble } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import type { TryQuarantine } from '#src/store/quarantine-desk.ts'
import type { ReportDesk } from '#src/store/report-desk.ts'
import { openStaffDesk, type StaffDesk } from '#src/store/staff-desk.ts'
import type { SubscriberDesk } from '#src/store/subscriber-desk.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { alarmRoutes, type StoodInFor, type StoppedCodec } from './alarm-routes.ts'
import type { ApiDeps } from './api-route.ts'
import { bikeRoutes } from './bike-routes.ts'
import { bikeStatisticsRoutes } from './bike-statistics-routes.ts'
import { bookingRoutes } from './booking-routes.ts'
import { bookingStaffRoutes } from './booking-staff-routes.ts'
import { callBackRoutes } from './call-back-routes.ts'
import { calendarRoutes } from './calendar-routes.ts'
import { correctionRoutes } from './correction-routes.ts'
import { type DayDeps, dayRoutes } from './day-routes.ts'
import { dayStatisticsRoutes } from './day-statistics-routes.ts'
import { dayStream } from './day-stream.ts'
import { deviceRoutes } from './device-routes.ts'
import { emptyingRoutes } from './emptying-routes.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { EVENT_STREAM_DEFAULTS, eventRoutes, type EventStreamOptions } from './event-stream.ts'
import { feedRoutes } from './feed-routes.ts'
import { forecastRoutes } from './forecast-routes.ts'
import { gatewayRoutes } from './gateway-routes.ts'
import { hubRoutes } from './hub-routes.ts'
import { validatorCompiler } from './input.ts'
import { keptRoutes } from './kept-routes.ts'
import { loanRoutes } from './loan-routes.ts'
import { observationRoutes } from './observation-routes.ts'
import { describeApi } from './openapi.ts'
import { operationRoutes } from './operation-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { postRoutes } from './post-routes.ts'
import { InvalidInput, plainProblem, problem, sendProblem } from './problem.ts'
import { quarantineRoutes } from './quarantine-routes.ts'
import { reportRoutes } from './report-routes.ts'
import { openRiderDoor } from './rider-door.ts'
import { riderRoutes } from './rider-routes.ts'
import { silenceRoutes } from './silence-routes.ts'
import { type ReplayDesk, replayRoutes } from './replay-routes.ts'
import { ruleDeskRoutes, type RulesInForce } from './rule-desk-routes.ts'
import { openStaffDoor } from './staff.ts'
import { messageRoutes } from './message-routes.ts'
import { smsReportRoutes } from './sms-report-routes.ts'
import { standingRoutes } from './standing-routes.ts'
import { stationRoutes } from './station-routes.ts'
import { subscriberRoutes } from './subscriber-routes.ts'
import { signBody } from './telling.ts'
import { truckRoutes } from './truck-routes.ts'

export interface HttpOptions {
  readonly store: Store
  readonly journal: Journal
  readonly clock: Clock
  /** The site's root as the world sees it, with or without a slash at its end. */
  readonly publicUrl: string
  /** Knows who is staff; shared with the pages. Unless given, only who has one of the two tokens is. */
  readonly staff?: StaffDesk
  readonly staffToken?: string
  readonly log: FastifyBaseLogger
  readonly metrics: Registry
  /** A WebSub hub, named in every feed. */
  readonly hubUrl?: string
  /** What else keeps us from taking readings in; undefined while all is well. */
  readonly trouble?: () => string | undefined
  /** Changes devices. */
  readonly devices?: DeviceDesk
  /** Takes in residents' reports; shared with the pages. */
  readonly reports: ReportDesk
  /** Those who asked to be told themselves; shared with the pages. */
  readonly subscribers?: SubscriberDesk
  /** Takes in bookings and loans of the return bike; without it there are no such routes. */
  readonly errands?: { readonly bookings: BookingDesk; readonly loans: LoanDesk }
  /** Runs the return bike's days; without it there are no such routes. */
  readonly days?: Pick<DayDeps, 'days' | 'unseal' | 'noteSeen'>
  /** Opens what riders may do, and no more. */
  readonly riderToken?: string
  /** Proxies whose word on where a request comes from is believed; unless given, any on this machine. */
  readonly trustedProxies?: readonly string[]
  /** The ids of the rules in force; a silence may be about one. */
  readonly ruleIds?: () => readonly string[]
  /** The rule file in force. */
  readonly rulesInForce?: () => RulesInForce
  /** Codecs of the town's that are not run any more. */
  readonly stoppedCodecs?: () => readonly StoppedCodec[]
  /** Ways of messages to one person on which nothing goes out. */
  readonly messageTroubles?: () => readonly MessageTrouble[]
  readonly standIns?: () => readonly StoodInFor[]
  /** The accounts that the town speaks by. */
  readonly outbox?: OutboxDesk
  /** Whether a report about an SMS came to the address that was given with it. */
  readonly fitsSmsReport?: (no: number, token: string) => boolean
  /** Tries messages from quarantine again. */
  readonly replay?: TryQuarantine
  /** Plays the past again. */
  readonly replays?: ReplayDesk
  /** A demo's clock runs `speed` times faster than the world's; answers are then kept for a second only. */
  readonly demo?: { readonly speed: number }
  /** What else to serve on the same address: the pages. */
  readonly plugins?: readonly ((app: FastifyInstance) => void | Promise<void>)[]
  readonly events?: Partial<EventStreamOptions>
  /** A clock for caches only, in milliseconds from any start. */
  readonly monotonicMs?: () => number
}

export interface HttpServer extends AsyncDisposable {
  readonly app: FastifyInstance
  /** `http://127.0.0.1:8080`, where it listens. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Builds the application and listens. Throws when the address is taken. Port 0 means any free one. */
export async function openHttp(
  options: HttpOptions & { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const app = await buildHttp(options)
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    await app.close()
    throw error
  }
  const { address, port, family } = app.server.address() as AddressInfo
  const close = () => app.close().then(() => undefined)
  return {
    app,
    port,
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The application without an address, ready for `inject`. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.log,
    // Addresses of residents don't belong in a log; the metrics count requests.
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 200 },
    bodyLimit: 16 * 1024,
    trustProxy: [...(options.trustedProxies ?? ['loopback'])],
    connectionTimeout: 60_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 72_000,
    handlerTimeout: 15_000,
    forceCloseConnections: true,
    clientErrorHandler,
    frameworkErrors: (error, _request, reply) => {
      setCommonHeaders(reply, hstsFor(options.publicUrl))
      sendProblem(reply, problem('invalid-request', frameworkDetail(error)))
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem('not-found', `There is nothing at ${pathOf(request)}.`)),
  )
  const hsts = hstsFor(options.publicUrl)
  app.addHook('onRequest', (request, reply, done) => {
    setCommonHeaders(reply, hsts)
    if (isOpenData(request.url)) {
      void reply
        .header('access-control-allow-origin', '*')
        .header('access-control-expose-headers', 'etag')
        .header('cross-origin-resource-policy', 'cross-origin')
    }
    done()
  })
  const desk = options.staff ?? openStaffDesk(options)
  app.addHook('onRequest', async (request) => {
    await desk.meet(request.raw)
  })
  app.addHook('preValidation', signBody(desk))
  countRequests(app, options.metrics)
  const refuseTheRest = refuseOtherMethods(app)
  await app.register(compress, { encodings: ['br', 'gzip'], globalDecompression: false })

  const deps: ApiDeps = {
    store: options.store,
    journal: options.journal,
    clock: options.clock,
    publicUrl: options.publicUrl.replace(/\/+$/, ''),
    ...(options.hubUrl !== undefined && { hubUrl: options.hubUrl }),
    staff: openStaffDoor(desk),
    maxAgeSeconds: options.demo ? 1 : 30,
    monotonicMs: options.monotonicMs ?? (() => performance.now()),
  }
  const events = { ...EVENT_STREAM_DEFAULTS, ...options.events }
  stationRoutes(app, deps)
  emptyingRoutes(app, deps)
  reportRoutes(app, { ...deps, reports: options.reports })
  observationRoutes(app, deps)
  forecastRoutes(app, deps)
  truckRoutes(app, deps)
  bikeRoutes(app, deps)
  if (options.errands) {
    const withErrands = { ...deps, ...options.errands }
    bookingRoutes(app, withErrands)
    bookingStaffRoutes(app, withErrands)
    callBackRoutes(app, withErrands)
    loanRoutes(app, withErrands)
    bikeStatisticsRoutes(app, withErrands)
  }
  if (options.days) {
    const withDays = {
      ...deps,
      ...options.days,
      riders: openRiderDoor(deps.staff),
    }
    dayRoutes(app, withDays)
    dayStream(app, withDays, events)
    riderRoutes(app, withDays)
    dayStatisticsRoutes(app, withDays)
  }
  gatewayRoutes(app, deps)
  planRoutes(app, deps)
  hubRoutes(app, deps)
  keptRoutes(app, deps)
  alarmRoutes(app, {
    ...deps,
    ...(options.stoppedCodecs && { stoppedCodecs: options.stoppedCodecs }),
    ...(options.messageTroubles && { messageTroubles: options.messageTroubles }),
    ...(options.standIns && { standIns: options.standIns }),
    ...(options.outbox && { outbox: options.outbox }),
  })
  deliveryRoutes(app, { ...deps, ...(options.outbox && { outbox: options.outbox }) })
  deviceRoutes(app, { ...deps, ...(options.devices && { devices: options.devices }) })
  postRoutes(app, deps)
  standingRoutes(app, deps)
  correctionRoutes(app, deps)
  silenceRoutes(app, { ...deps, ruleIds: options.ruleIds ?? (() => []) })
  const withReplays = { ...deps, ...(options.replays && { replays: options.replays }) }
  replayRoutes(app, withReplays)
  ruleDeskRoutes(app, {
    ...withReplays,
    ...(options.rulesInForce && { inForce: options.rulesInForce }),
  })
  quarantineRoutes(app, { ...deps, ...(options.replay && { replay: options.replay }) })
  if (options.subscribers) subscriberRoutes(app, { ...deps, subscribers: options.subscribers })
  messageRoutes(app, deps)
  if (options.fitsSmsReport) smsReportRoutes(app, { ...deps, fits: options.fitsSmsReport })
  feedRoutes(app, deps)
  calendarRoutes(app, deps)
  operationRoutes(app, {
    ...deps,
    metrics: options.metrics,
    ...(options.trouble ? { trouble: options.trouble } : {}),
  })
  eventRoutes(
    app,
    deps,
    {
      clients: new Gauge({
        name: 'kvitter_http_event_clients',
        help: 'Listeners on the event stream',
        registers: [options.metrics],
      }),
      dropped: new Counter({
        name: 'kvitter_http_event_clients_dropped_total',
        help: 'Listeners cut off because they did not keep up',
        registers: [options.metrics],
      }),
    },
    events,
  )
  const document = JSON.stringify(describeApi(deps.publicUrl))
  app.get('/api/openapi.json', (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=300')
      .header('content-type', 'application/json; charset=utf-8')
      .send(document),
  )
  app.options('/api/*', (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, HEAD, OPTIONS')
      .header('access-control-allow-headers', 'last-event-id, if-none-match')
      .header('access-control-max-age', '86400')
      .send(),
  )
  // Pages answer whatever else there is with a page; what is missing here stays a problem document.
  for (const root of OPEN_DATA) {
    app.get(`${root}*`, (_request, reply) => {
      reply.callNotFound()
    })
  }
  for (const plugin of options.plugins ?? []) {
    await app.register(async (scope) => {
      await plugin(scope)
    })
  }
  refuseTheRest()
  await app.ready()
  return app
}

const OPEN_DATA = ['/api/', ...LANGUAGES.map((language) => `${languageRoot(language)}/feeds/`)]

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

function setCommonHeaders(reply: FastifyReply, hsts: boolean): void {
  void reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('x-frame-options', 'SAMEORIGIN')
    .header('referrer-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('cross-origin-resource-policy', 'same-origin')
  if (hsts) void reply.header('strict-transport-security', 'max-age=31536000')
}

/** A browser must not be told to use TLS where there is none. */
function hstsFor(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}

function isOpenData(url: string): boolean {
  return OPEN_DATA.some((root) => url.startsWith(root))
}

function pathOf(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0]!
  return path.length > 100 ? `${path.slice(0, 99)}…` : path
}

function sendError(
  error: FastifyError | InvalidInput | StoreBusy,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error instanceof InvalidInput) {
    const count = error.errors.length
    const detail = count === 1 ? 'One parameter is wrong.' : `${count} parameters are wrong.`
    sendProblem(reply, problem('invalid-request', detail, error.errors))
    return
  }
  if (error instanceof StoreBusy) {
    const detail = 'Much is being asked of the history just now; try again in a few seconds.'
    sendProblem(reply.header('retry-after', '5'), plainProblem(503, detail))
    return
  }
  const status = error.statusCode ?? 500
  if (status < 500) {
    sendProblem(reply, plainProblem(status, error.message))
    return
  }
  request.log.error({ err: error, requestId: request.id }, 'request failed')
  const detail = `It has been logged as ${request.id}.`
  sendProblem(reply, status === 503 ? plainProblem(503, detail) : problem('internal', detail))
}

function frameworkDetail(error: FastifyError): string {
  return error.code === 'FST_ERR_BAD_URL'
    ? 'The address is not well formed.'
    : 'The request is not well formed.'
}

/** Where the bytes aren't HTTP at all there is no request yet, so the answer is written by hand. */
function clientErrorHandler(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket) {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const document =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? problem('header-too-large', 'Send at most 16 kB of request line and headers.')
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? plainProblem(408, 'The request did not come in time.')
        : problem('invalid-request', 'That is not HTTP.')
  const body = JSON.stringify(document)
  if (socket.writable) {
    socket.write(
      `HTTP/1.1 ${document.status} ${document.title}\r\nContent-Type: application/problem+json\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroySoon()
}

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const

/**
 * A method that does nothing on a known path is told so, whatever body it brings. Call the answer when
 * all routes are there.
 */
function refuseOtherMethods(app: FastifyInstance): () => void {
  const known = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    if (url.endsWith('*')) return
    const methods = known.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    known.set(url, methods)
  })
  return () => {
    for (const [url, methods] of [...known]) {
      const allow = [...methods].filter((name) => name !== 'OPTIONS').sort()
      const readOnly = allow.every((name) => name === 'GET' || name === 'HEAD')
      const way = readOnly ? 'use GET' : `use ${allow.join(', ')}`
      const refuse = (request: FastifyRequest, reply: FastifyReply) =>
        sendProblem(
          reply.header('allow', allow.join(', ')),
          problem('method-not-allowed', `${request.method} does nothing here; ${way}.`),
        )
      app.route({
        method: METHODS.filter((name) => !methods.has(name)),
        url,
        // Before the body is read: what it holds doesn't matter.
        onRequest: (request, reply, _done) => {
          refuse(request, reply)
        },
        handler: refuse,
      })
    }
  }
}

function countRequests(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'kvitter_http_request_seconds',
    help: 'Time from request to answer, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    seconds.observe(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: `${Math.floor(reply.statusCode / 100)}xx`,
      },
      reply.elapsedTime / 1000,
    )
    done()
  })
}
