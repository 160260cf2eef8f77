/** What is done to a day, as server-sent events for the board: the lines of its log, and what was missed on return. */
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
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
    'Events `change`, each with its number in the log as id: a plan, a move, a re-plan that is offered, what riders tell. With `Last-Event-ID`, or `after`, what came after that is told first. Each tells that something changed; get the day for how it stands. An event `here`, without an id, comes at once and every 15 seconds: silence means a broken line.',
  tag: 'bike',
  params: z.strictObject({ day: dayText }),
  query: z.strictObject({ after: wholeNumber(0, 999_999_999).optional() }),
  answer: { type: 'text/event-stream' },
  problems: ['not-authorized', 'too-many-streams'],
  staff: 'needed',
  roles: RIDERS,
})

/** Browsers don't tell a page of comments. */
const HERE = event('here', {})
const MOST_CLIENTS = 100
const PAGE = 500

interface Client {
  readonly request: FastifyRequest
  readonly raw: ServerResponse
  readonly day: string
  lastNo: number
  /** What came while it was being told what it had missed. */
  readonly waiting: DayLine[] | undefined
}

export function dayStream(
  app: FastifyInstance,
  deps: DayDeps,
  { heartbeatMs, maxWaitingBytes }: Pick<EventStreamOptions, 'heartbeatMs' | 'maxWaitingBytes'>,
): void {
  const { days, riders, staff } = deps
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
    client.lastNo = line.no
    write(client, event('change', lineJson(line), line.no))
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
      if (!riders(request, reply)) return reply
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
        lastNo: after ?? 0,
        waiting: after === undefined ? undefined : [],
      }
      startEventStream(reply)
      clients.add(client)
      reply.raw.on('close', () => drop(client))
      reply.raw.on('error', () => drop(client))
      write(client, `retry: 3000\n${HERE}`)
      try {
        while (client.waiting) {
          const page = await days.lines(day, client.lastNo, PAGE)
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
