/** The return bike's rounds, as far as the rules may speak of them. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DAY, HOUR, plus } from '#src/stations/time.ts'
import { keep } from '#src/store/journal.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { areaIdText, instantText } from './input.ts'
import { sendProblem } from './problem.ts'
import { noSuch } from './station-routes.ts'
import { findTimeFault, sendFaults, staffOnly, toldAnswer, toldJson } from './telling.ts'

const SLOTS = 'a whole number from 0 to 1000'

export const tellBike = apiRoute({
  method: 'post',
  path: '/api/v1/areas/:id/bike',
  operationId: 'tellBike',
  summary: 'The return bike’s round in a part of the town began, changed or ended',
  tag: 'stations',
  params: z.strictObject({ id: areaIdText }),
  query: z.strictObject({}),
  body: z
    .strictObject({
      state: z.enum(['started', 'ended'], { error: 'started or ended' }),
      firstStopAt: instantText.optional(),
      freeSlots: z
        .int({ error: SLOTS })
        .min(0, SLOTS)
        .max(1000, SLOTS)
        .optional()
        .meta({ description: 'How many more bookings it could take.' }),
    })
    .refine(
      (body) =>
        body.state === 'started' ||
        (body.firstStopAt === undefined && body.freeSlots === undefined),
      { error: 'ended alone: without firstStopAt and freeSlots', path: ['state'] },
    ),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
})

export function bikeRoutes(app: FastifyInstance, { journal, clock, staff }: ApiDeps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    tellBike.path,
    {
      preValidation: staffOnly(staff),
      schema: { params: tellBike.params, querystring: tellBike.query, body: tellBike.body },
    },
    async (request, reply) => {
      const { id } = request.params
      const areas = journal.town.town.areas ?? []
      if (!areas.some((area) => area.id === id)) return sendProblem(reply, noSuch('area', id))
      const { state, firstStopAt, freeSlots } = request.body
      const now = clock()
      const faults = findTimeFault(
        'firstStopAt',
        firstStopAt,
        plus(now, -12 * HOUR),
        plus(now, DAY),
      )
      if (faults.length > 0) return sendFaults(reply, faults)
      const upshot = await keep(journal, {
        kind: 'fact',
        fact: {
          type: 'bike',
          areaId: id,
          state,
          ...(firstStopAt !== undefined && { firstStopAt }),
          ...(freeSlots !== undefined && { freeSlots }),
        },
      })
      void reply.header('cache-control', 'no-store')
      return toldJson(upshot)
    },
  )
}
