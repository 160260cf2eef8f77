/** What is done to a day, as server-sent events for the board: the lines of its log, and what was missed on return. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DayDid } from '#src/pickups/day/decide.ts'
import type { DayLine } from '#src/store/days.ts'
import { RIDERS } from '#src/store/staff.ts'
import { apiRoute } from './api-route.ts'
import { lineJson } from './day-answer.ts'
import type { DayDeps } from './day-routes.ts'
import { dayText } from './errand-input.ts'
import { event, type EventStreamOptions, lastEventId, startEventStream } from './event-stream.ts'
import { wholeNumber } from './input.ts'
import { problem, sendProblem } from './problem.ts'

export const streamDay = apiRoute({
  path: '/api/v1/rounds/:day/events',
  operationId: 'streamBikeDay',
  summary: 'What is done to a day, by dispatchers, riders and the clock, as server-sent events',
  description:
    'Events `change`, each with its number in the log as id: a plan, a move, a re-plan that is offered, what riders tell. With `Last-Event-ID`, or `after`, what came after that is told first. Each tells that something changed; get the day for how it stands. Riders hear what is done from when the plan is published on, with `detail` null, and nothing of re-plans that are only offered. An event `here`, without an id, comes at once and every 15 seconds: silence means a broken line.',
  tag: 'bike',
  params: z.strictObject({ day: dayText }),
  query: z.strictObject({ after: wholeNumber(0, 999_999_999).optional() }),
  answer: { type: 'text/event-stream' },
  problems: ['not-authorized', 'too-many-streams'],
  staff: 'needed',
  roles: RIDERS,
})

const PUBLISHED: DayDid = 'published'
/** What is no news to who rides by the plan: it stays as it is. */
const NOT_FOR_RIDERS: ReadonlySet<string> = new Set<DayDid>(['re-plan-offered', 'offer-declined'])

/** Browsers don't tell a page of comments. */
const HERE = event('here', {})
const MOST_CLIENTS = 100
const PAGE = 500

interface Client {
  readonly request: FastifyRequest
  readonly raw: ServerResponse
  readonly day: string
  readonly isRider: boolean
  /** From which line on a rider is told; none as long as that isn't known, or nothing is published. */
  shownFrom: number
  lastNo: number
  /** What came while it was being told what it had missed. */
  readonly waiting: DayLine[] | undefined
}

export function dayStream(
  app: FastifyInstance,
  deps: DayDeps,
  { heartbeatMs, maxWaitingBytes }: Pick<EventStreamOptions, 'heartbeatMs' | 'maxWaitingBytes'>,
): void {
  const { days, riders, staff, store } = deps
  const clients = new Set<Client>()

  function drop(client: Client): void {
    if (clients.delete(client)) client.raw.destroy()
  }

  function write(client: Client, text: string): void {
    if (client.raw.destroyed) return
    client.raw.write(text)
    if (client.raw.writableLength > maxWaitingBytes) drop(client)
  }

  function tell(client: Client, line: DayLine): void {
    if (line.day !== client.day || line.no <= client.lastNo) return
    // What is withheld has been seen too.
    client.lastNo = line.no
    if (!client.isRider) {
      write(client, event('change', lineJson(line), line.no))
      return
    }
    if (line.did === PUBLISHED) client.shownFrom = Math.min(client.shownFrom, line.no)
    if (line.no < client.shownFrom || NOT_FOR_RIDERS.has(line.did)) return
    write(client, event('change', { ...lineJson(line), detail: null }, line.no))
  }

  async function shownToRiders(day: string): Promise<number> {
    // Asked first: what is published meanwhile comes as a line.
    const plan = await store.dayPlan(day)
    if (plan?.published !== true) return Infinity
    for (let no = 0; ;) {
      const page = await days.lines(day, no, PAGE)
      const published = page.find(({ did }) => did === PUBLISHED)
      if (published) return published.no
      // The log has forgotten it, with all that was before.
      if (page.length < PAGE) return 0
      no = page.at(-1)!.no
    }
  }

  const stop = days.onLines((lines) => {
    for (const client of clients) {
      if (client.waiting) client.waiting.push(...lines)
      else for (const line of lines) tell(client, line)
    }
  })
  /** Who was signed out since, or has another role, hears no more; their browser asks why. */
  async function beat(client: Client): Promise<void> {
    if (await staff.stillMay(client.request, RIDERS)) write(client, HERE)
    else drop(client)
  }
  const heartbeat = setInterval(() => {
    for (const client of clients) beat(client).catch(() => drop(client))
  }, heartbeatMs)

  app.addHook('preClose', (done) => {
    stop()
    clearInterval(heartbeat)
    for (const client of clients) {
      clients.delete(client)
      client.raw.end()
    }
    done()
  })

  app.withTypeProvider<ZodTypeProvider>().get(
    streamDay.path,
    {
      schema: { params: streamDay.params, querystring: streamDay.query },
      compress: false,
      exposeHeadRoute: false,
    },
    async (request, reply) => {
      const who = riders(request, reply)
      if (!who) return reply
      const header = request.headers['last-event-id']
      const lastId = header === undefined ? { success: true as const } : lastEventId(header)
      if (!lastId.success) {
        const fault = { field: 'Last-Event-ID', expected: 'the id of an event of this stream' }
        return sendProblem(reply, problem('invalid-request', 'A header is wrong.', [fault]))
      }
      if (clients.size >= MOST_CLIENTS) {
        return sendProblem(
          reply.header('retry-after', '60'),
          problem('too-many-streams', 'All places are taken; try again in a minute.'),
        )
      }
      const after = lastId.id ?? request.query.after
      const { day } = request.params
      const client: { -readonly [K in keyof Client]: Client[K] } = {
        request,
        raw: reply.raw,
        day,
        isRider: !who.isStaff,
        shownFrom: who.isStaff ? 0 : Infinity,
        lastNo: after ?? 0,
        waiting: after === undefined && who.isStaff ? undefined : [],
      }
      startEventStream(reply)
      clients.add(client)
      reply.raw.on('close', () => drop(client))
      reply.raw.on('error', () => drop(client))
      write(client, `retry: 3000\n${HERE}`)
      try {
        if (client.isRider) client.shownFrom = await shownToRiders(day)
        while (client.waiting) {
          const page = after === undefined ? [] : await days.lines(day, client.lastNo, PAGE)
          for (const line of page) tell(client, line)
          if (page.length === PAGE) continue
          const { waiting } = client
          client.waiting = undefined
          for (const line of waiting) tell(client, line)
        }
      } catch (error) {
        request.log.error({ err: error }, 'day stream: could not read what was missed')
        drop(client)
      }
      return reply
    },
  )
}
