/**
 * Server-sent events: decisions, posts and changed states as they come, and what was missed on return.
 *
 * An event's id is its decision's id. A post has none of its own and comes when its time to be said has
 * come; where that is at once, just before its decision. A listener that comes back is told whatever it
 * may have missed: at least once, never less.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Counter, Gauge } from 'prom-client'
import { z } from 'zod'
import { isSaid, type Post, type StoredDecision } from '#src/store/contract.ts'
import type { ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import { isoText, MINUTE, plus, SECOND } from '#src/stations/time.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { decisionJson, postJson } from './decision-answer.ts'
import { stationIdText, wholeNumber } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { containerJson } from './station-answer.ts'

export const streamEvents = apiRoute({
  path: '/api/v1/events',
  operationId: 'streamEvents',
  summary: 'Decisions, posts and changed states as server-sent events',
  description:
    'Events: `decision` (with an id), `post` (when its time to be said has come), and `status` (the containers whose word or whole per cent changed). With the header `Last-Event-ID`, or `after` in the query, what came after that decision is told first. With `station`, only that station. A comment comes every 15 seconds, so that silence means a broken line. A listener that doesn’t keep up is cut off and may come back with the last id it saw.',
  tag: 'events',
  params: z.strictObject({}),
  query: z.strictObject({
    station: stationIdText.optional(),
    after: wholeNumber(0, 999_999_999_999).optional(),
  }),
  answer: { type: 'text/event-stream' },
  problems: ['too-many-streams'],
})

export interface EventStreamOptions {
  readonly maxClients: number
  /** Bytes waiting in our memory for one listener before it is cut off. */
  readonly maxWaitingBytes: number
  readonly heartbeatMs: number
  /** Changed states are gathered for this long and sent together. */
  readonly statusEveryMs: number
}

export const EVENT_STREAM_DEFAULTS: EventStreamOptions = {
  maxClients: 500,
  maxWaitingBytes: 512 * 1024,
  heartbeatMs: 15 * SECOND,
  statusEveryMs: SECOND,
}

/** A post comes this much after its time at the latest; told again is better than never. */
const POST_LATE_MS = MINUTE
const POSTS_IN_MIND = 100

/** How many decisions are read from the store at a time while catching up. */
const PAGE = 200

interface Client {
  readonly raw: ServerResponse
  readonly station: StationId | undefined
  /** The newest decision sent. */
  lastId: number
  /** Still being told what it missed; live events come from the store too until it has caught up. */
  catchingUp: boolean
  /** Something was committed during the latest look into the store. */
  missedSome: boolean
  /** Posts already told, so that a post of several decisions is told once. */
  readonly posts: Set<string>
}

export function eventRoutes(
  app: FastifyInstance,
  deps: ApiDeps,
  metrics: { readonly clients: Gauge; readonly dropped: Counter },
  options: EventStreamOptions,
): void {
  const { store, journal } = deps
  const clients = new Set<Client>()
  const changed = new Set<ContainerId>()
  /** What listeners were last told of each container, to keep quiet about what nobody would notice. */
  const told = new Map<ContainerId, string>()
  /** Decided posts whose time to be said hasn't come. */
  const waiting = new Map<PostKey, Post>()
  let statusTimer: NodeJS.Timeout | undefined
  let postTimer: NodeJS.Timeout | undefined

  function drop(client: Client): void {
    if (!clients.delete(client)) return
    metrics.clients.set(clients.size)
    client.raw.destroy()
  }

  function write(client: Client, text: string): void {
    if (client.raw.destroyed) return
    client.raw.write(text)
    if (client.raw.writableLength <= options.maxWaitingBytes) return
    metrics.dropped.inc()
    drop(client)
  }

  function writePost(client: Client, post: Post): void {
    const isAbout = client.station === undefined || client.station === post.stationId
    if (!isAbout || client.posts.has(post.key)) return
    remember(client.posts, post.key)
    write(client, event('post', postJson(post, journal.town, deps.publicUrl, deps.clock())))
  }

  function sendPostsDue(): void {
    postTimer = undefined
    const now = deps.clock()
    for (const post of waiting.values()) {
      if (post.sendAt > now) continue
      waiting.delete(post.key)
      for (const client of clients) writePost(client, post)
    }
    watchWaiting()
  }

  function watchWaiting(): void {
    if (waiting.size > 0) postTimer ??= setTimeout(sendPostsDue, options.statusEveryMs)
  }

  function keepWaiting(posts: readonly Post[]): void {
    const now = deps.clock()
    for (const post of posts) {
      const isForLater = post.audience === 'public' && post.sendAt > now
      if (isForLater && post.withdrawnAt === undefined) waiting.set(post.key, post)
    }
    watchWaiting()
  }

  function writeDecision(client: Client, decision: StoredDecision, post: Post | undefined): void {
    if (decision.id <= client.lastId) return
    if (client.station === undefined || client.station === decision.stationId) {
      if (post && isSaid(post, deps.clock())) writePost(client, post)
      write(client, event('decision', decisionJson(decision, journal.town), decision.id))
    }
    client.lastId = decision.id
  }

  /** Tells what came after `client.lastId`, page by page at the listener's own pace, then lets it go live. */
  async function catchUp(client: Client): Promise<void> {
    await tellPostsSaidSince(client)
    while (clients.has(client)) {
      client.missedSome = false
      const page = await store.decisions({ afterId: client.lastId, limit: PAGE })
      for (const decision of page) {
        const posted = decision.outcome === 'posted' ? decision.postKey : undefined
        writeDecision(client, decision, posted && (await store.post(posted)))
      }
      await drained(client.raw)
      if (page.length < PAGE && !client.missedSome) break
    }
    client.catchingUp = false
  }

  /** Posts that were decided before the last decision it saw, and said after that. */
  async function tellPostsSaidSince(client: Client): Promise<void> {
    const [last] = await store.decisions({ afterId: client.lastId - 1, limit: 1 })
    if (last?.id !== client.lastId) return
    const posts = await store.posts({
      audience: 'public',
      saidBy: deps.clock(),
      before: { at: plus(last.at, 1) },
      limit: POSTS_IN_MIND,
    })
    for (const post of posts.toReversed()) {
      const hasWaited = post.sendAt > post.at
      if (hasWaited && post.sendAt > last.at - POST_LATE_MS) writePost(client, post)
    }
  }

  function sendStatus(): void {
    statusTimer = undefined
    const containers = [...changed].flatMap((id) => {
      const container = journal.town.containers.get(id)
      const station = container && journal.town.stations.get(container.stationId)
      if (!station) return []
      const json = containerJson(container, station, journal.status(id))
      const seen = `${json.status} ${json.fillPercent} ${json.fault}`
      if (told.get(id) === seen) return []
      told.set(id, seen)
      return [json]
    })
    changed.clear()
    if (containers.length === 0) return
    const asOf = isoText(deps.clock())
    const everything = event('status', { asOf, containers })
    for (const client of clients) {
      if (client.station === undefined) {
        write(client, everything)
        continue
      }
      const own = containers.filter((c) => c.stationId === client.station)
      if (own.length > 0) write(client, event('status', { asOf, containers: own }))
    }
  }

  const stopListening = journal.onCommitted((committed) => {
    keepWaiting(committed.posts)
    for (const key of committed.withdrawn) waiting.delete(key)
    if (clients.size === 0) {
      // Nobody was told, so the next listener must not be kept from hearing it.
      for (const id of committed.containers) told.delete(id)
      return
    }
    const posts = new Map(committed.posts.map((p) => [p.key, p]))
    for (const client of clients) {
      if (client.catchingUp) {
        client.missedSome = true
        continue
      }
      for (const decision of committed.decisions) {
        const posted = decision.outcome === 'posted' ? decision.postKey : undefined
        writeDecision(client, decision, posted && posts.get(posted))
      }
    }
    for (const id of committed.containers) changed.add(id)
    if (changed.size > 0) statusTimer ??= setTimeout(sendStatus, options.statusEveryMs)
  })

  const heartbeat = setInterval(() => {
    for (const client of clients) write(client, ': still here\n\n')
  }, options.heartbeatMs)

  app.addHook('preClose', (done) => {
    stopListening()
    clearInterval(heartbeat)
    clearTimeout(statusTimer)
    clearTimeout(postTimer)
    for (const client of clients) {
      clients.delete(client)
      client.raw.end()
    }
    done()
  })

  app.addHook('onReady', async () => {
    try {
      keepWaiting(await store.posts({ audience: 'public', limit: POSTS_IN_MIND }))
    } catch (error) {
      app.log.error({ err: error }, 'event stream: could not read which posts are still to be said')
    }
  })

  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      streamEvents.path,
      { schema: { querystring: streamEvents.query }, compress: false, exposeHeadRoute: false },
      async (request, reply) => {
        const header = request.headers['last-event-id']
        const lastId = header === undefined ? { success: true as const } : lastEventId(header)
        if (!lastId.success) {
          return sendProblem(
            reply,
            problem('invalid-request', 'Last-Event-ID is not one of ours.', [
              {
                field: 'Last-Event-ID',
                expected: 'the id of an event of this stream',
                got: String(header).slice(0, 100),
              },
            ]),
          )
        }
        if (clients.size >= options.maxClients) {
          return sendProblem(
            reply.header('retry-after', '60'),
            problem('too-many-streams', 'All places are taken; try again in a minute.'),
          )
        }
        const after = lastId.id ?? request.query.after
        const client: Client = {
          raw: reply.raw,
          station: request.query.station,
          lastId: after ?? 0,
          catchingUp: after !== undefined,
          missedSome: false,
          posts: new Set(),
        }
        startEventStream(reply)
        clients.add(client)
        metrics.clients.set(clients.size)
        reply.raw.on('close', () => {
          drop(client)
        })
        reply.raw.on('error', () => {
          drop(client)
        })
        write(client, 'retry: 3000\n: kvitter\n\n')
        if (!client.catchingUp) return reply
        try {
          await catchUp(client)
        } catch (error) {
          // The listener comes back with the last id it saw, when the store may answer again.
          request.log.error({ err: error }, 'event stream: could not read what was missed')
          drop(client)
        }
        return reply
      },
    )
}

export function lastEventId(header: string | string[]): { success: boolean; id?: number } {
  const text = String(header).trim()
  // An empty id is what browsers send before they have seen any.
  if (text === '') return { success: true }
  if (!/^\d{1,12}$/.test(text)) return { success: false }
  return { success: true, id: Number(text) }
}

/** From here on the answer is ours to write, event by event, for as long as the other end listens. */
export function startEventStream(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.writeHead(200, {
    ...headersSetSoFar(reply.getHeaders()),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  reply.raw.socket?.setNoDelay(true)
  reply.raw.socket?.setTimeout(0)
}

function headersSetSoFar(
  headers: Readonly<Record<string, unknown>>,
): Record<string, string | number | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string | number | string[]] => entry[1] !== undefined,
    ),
  )
}

/** JSON has no raw line breaks, so one `data:` line holds it. */
export function event(
  name: 'decision' | 'post' | 'status' | 'change' | 'here',
  data: unknown,
  id?: number,
): string {
  const idLine = id === undefined ? '' : `id: ${id}\n`
  return `event: ${name}\n${idLine}data: ${JSON.stringify(data)}\n\n`
}

function remember(keys: Set<string>, key: string): void {
  keys.add(key)
  if (keys.size <= 200) return
  const [oldest] = keys
  keys.delete(oldest!)
}

async function drained(raw: ServerResponse): Promise<void> {
  if (!raw.writableNeedDrain || raw.destroyed) return
  await new Promise<void>((resolve) => {
    const done = () => {
      raw.off('drain', done).off('close', done)
      resolve()
    }
    raw.on('drain', done).on('close', done)
  })
}
