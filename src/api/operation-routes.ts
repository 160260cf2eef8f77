/** For those who run the service: is it alive, can it work, what does it count. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { z } from 'zod'
import type { PostKey } from '#src/stations/ids.ts'
import { isoText, SECOND } from '#src/stations/time.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { problem, sendProblem } from './problem.ts'
import { isLocal } from './staff.ts'

export const health = apiRoute({
  path: '/healthz',
  operationId: 'health',
  summary: 'The process lives',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.looseObject({}),
  answer: { type: 'application/json', schema: z.strictObject({ status: z.literal('alive') }) },
  problems: [],
})

export const readiness = apiRoute({
  path: '/readyz',
  operationId: 'readiness',
  summary: 'The journal keeps what comes in and the store answers',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.looseObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      status: z.literal('ready'),
      waiting: z.int().meta({ description: 'Messages taken in and not yet kept.' }),
    }),
  },
  problems: ['not-ready'],
})

export const metricsText = apiRoute({
  path: '/metrics',
  operationId: 'metrics',
  summary: 'Counters and gauges in Prometheus’ text format; from this machine or with the token',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.looseObject({}),
  answer: { type: 'text/plain' },
  problems: ['not-authorized'],
  staff: 'needed',
})

const NO_SUCH_KEY = '0000000000000000' as PostKey

export function operationRoutes(
  app: FastifyInstance,
  deps: ApiDeps & {
    readonly metrics: Registry
    readonly storeTimeoutMs?: number
    readonly trouble?: () => string | undefined
  },
): void {
  const { store, journal, metrics } = deps
  const storeTimeoutMs = deps.storeTimeoutMs ?? 2 * SECOND

  app.get(health.path, (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'alive' }),
  )

  app.get(readiness.path, async (request, reply) => {
    if (journal.failingSince !== undefined) {
      const since = isoText(journal.failingSince)
      return sendProblem(
        reply,
        problem('not-ready', `Nothing could be kept since ${since}; ${journal.waiting} waiting.`),
      )
    }
    const because = await storeTrouble()
    if (because !== undefined) {
      request.log.error({ err: because }, 'readiness: the store does not answer')
      return sendProblem(reply, problem('not-ready', 'The store does not answer.'))
    }
    const trouble = deps.trouble?.()
    if (trouble !== undefined) return sendProblem(reply, problem('not-ready', trouble))
    return reply
      .header('cache-control', 'no-store')
      .send({ status: 'ready', waiting: journal.waiting })
  })

  /** Looks up one row by its key: cheap, and it goes all the way down. */
  async function storeTrouble(): Promise<Error | undefined> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      reject(new Error(`no answer in ${storeTimeoutMs} ms`))
    }, storeTimeoutMs)
    try {
      await Promise.race([store.post(NO_SUCH_KEY), late])
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    } finally {
      clearTimeout(timer)
    }
  }

  app.get(metricsText.path, async (request, reply) => {
    if (!isLocal(request) && deps.staff.refuses(request, reply)) return reply
    const text = await metrics.metrics()
    return reply
      .header('cache-control', 'no-store')
      .header('content-type', metrics.contentType)
      .send(text)
  })
}
