/** When containers were emptied: what sensors saw, drivers told and staff set right. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EMPTYING_SOURCES } from '#src/rules/record.ts'
import { gatherEmptyings, type Emptying } from '#src/rules/emptyings.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, isoOrNull, isoText, plus, type EpochMs } from '#src/stations/time.ts'
import { keep } from '#src/store/journal.ts'
import { ANY_ROLE } from '#src/store/staff.ts'
import {
  correctEmptying as correct,
  EMPTYING_OFF_MS,
  emptyingsOf,
} from '#src/store/told-by-staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, instantText, wholeNumber } from './input.ts'
import { sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { actorText, findTimeFault, sendFaults, staffOnly } from './telling.ts'

const emptyingAnswer = z
  .strictObject({
    id: z.int(),
    containerId: z.string(),
    emptiedAt: isoInstant,
    notBefore: isoInstant
      .nullable()
      .meta({ description: 'It was after this; null where somebody told the time.' }),
    by: z.array(z.enum(EMPTYING_SOURCES)),
    confidence: z.number().meta({ description: '0 to 1: that it really was.' }),
    corrected: z.boolean().meta({ description: 'Staff have set the time right.' }),
  })
  .meta({ id: 'Emptying' })

export const listEmptyings = apiRoute({
  path: '/api/v1/containers/:id/emptyings',
  operationId: 'listEmptyings',
  summary: 'When a container was emptied, newest first',
  description:
    'Gathered from sensors, drivers and staff; tellings within six hours of one another are one emptying. Without `from` and `to`, the last 90 days.',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({
    from: instantText.optional(),
    to: instantText.optional(),
    limit: wholeNumber(1, 500).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ emptyings: z.array(emptyingAnswer) }),
  },
  problems: ['not-found'],
})

const kept = z.strictObject({ status: z.literal('kept') })

export const tellEmptying = apiRoute({
  method: 'post',
  path: '/api/v1/containers/:id/emptyings',
  operationId: 'tellEmptying',
  summary: 'A driver or staff tell that a container was emptied',
  description: 'Without `emptiedAt`, just now; at most 31 days ago.',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  body: z.strictObject({
    by: z.enum(['contractor', 'staff'], { error: 'contractor or staff' }),
    emptiedAt: instantText.optional(),
    actor: actorText.optional(),
  }),
  answer: { type: 'application/json', schema: kept },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ANY_ROLE,
})

export const correctEmptying = apiRoute({
  method: 'post',
  path: '/api/v1/containers/:id/emptyings/:emptying/correction',
  operationId: 'correctEmptying',
  summary: 'Staff say that an emptying was at another time, or never',
  description:
    'With `emptiedAt` it was then; with `"never": true` it was not at all. It is moved by at most 31 days. `emptying` is its `id` in the list.',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText, emptying: wholeNumber(1, 999_999_999_999) }),
  query: z.strictObject({}),
  body: z
    .strictObject({
      emptiedAt: instantText.optional(),
      never: z.literal(true, { error: 'true, or left out' }).optional(),
      actor: actorText,
    })
    .refine(({ emptiedAt, never }) => (emptiedAt === undefined) === (never === true), {
      error: 'either emptiedAt or never',
      path: ['emptiedAt'],
    }),
  answer: { type: 'application/json', schema: kept },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
})

export function emptyingRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  const knows = (id: ContainerId) => journal.town.containers.has(id)

  typed.get(
    listEmptyings.path,
    { schema: { params: listEmptyings.params, querystring: listEmptyings.query } },
    async (request, reply) => {
      const { id } = request.params
      if (!knows(id)) return sendProblem(reply, noSuch('container', id))
      const to = request.query.to ?? plus(clock(), 1)
      const from = request.query.from ?? plus(to, -90 * DAY)
      // One told before may have been moved into the span since.
      const emptyings = gatherEmptyings(
        await store.emptyings({ containerId: id, since: plus(from, -EMPTYING_OFF_MS) }),
      )
        .filter(({ emptiedAt }) => emptiedAt >= from && emptiedAt < to)
        .slice(-(request.query.limit ?? 100))
      void reply.header('cache-control', `public, max-age=${deps.maxAgeSeconds}`)
      return { emptyings: emptyings.map(emptyingJson).reverse() }
    },
  )

  typed.post(
    tellEmptying.path,
    {
      preValidation: staffOnly(deps.staff, ANY_ROLE),
      schema: {
        params: tellEmptying.params,
        querystring: tellEmptying.query,
        body: tellEmptying.body,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!knows(id)) return sendProblem(reply, noSuch('container', id))
      const now = clock()
      const { by, actor: who, emptiedAt = now } = request.body
      const faults = findTimeFault('emptiedAt', emptiedAt, plus(now, -EMPTYING_OFF_MS), now)
      if (faults.length > 0) return sendFaults(reply, faults)
      await keep(journal, {
        kind: 'emptied',
        containerId: id,
        emptiedAt,
        by,
        ...(who !== undefined && { actor: who }),
      })
      void reply.header('cache-control', 'no-store')
      return { status: 'kept' as const }
    },
  )

  typed.post(
    correctEmptying.path,
    {
      preValidation: staffOnly(deps.staff),
      schema: {
        params: correctEmptying.params,
        querystring: correctEmptying.query,
        body: correctEmptying.body,
      },
    },
    async (request, reply) => {
      const { id, emptying: number } = request.params
      if (!knows(id)) return sendProblem(reply, noSuch('container', id))
      const emptying = (await emptyingsOf(store, id)).find((e) => e.id === number)
      if (!emptying) return sendProblem(reply, noSuch('emptying', String(number)))
      const { emptiedAt, actor: who } = request.body
      const from = plus(emptying.emptiedAt, -EMPTYING_OFF_MS)
      const to = Math.min(clock(), emptying.emptiedAt + EMPTYING_OFF_MS) as EpochMs
      const faults = findTimeFault('emptiedAt', emptiedAt, from, to)
      if (faults.length > 0) return sendFaults(reply, faults)
      await correct(journal, emptying, emptiedAt, who)
      void reply.header('cache-control', 'no-store')
      return { status: 'kept' as const }
    },
  )
}

function emptyingJson(emptying: Emptying): z.input<typeof emptyingAnswer> {
  const { id, containerId, emptiedAt, notBefore, by, confidence, corrected } = emptying
  return {
    id,
    containerId,
    emptiedAt: isoText(emptiedAt),
    notBefore: isoOrNull(notBefore),
    by: [...by],
    confidence: Math.round(confidence * 1000) / 1000,
    corrected: corrected === true,
  }
}
