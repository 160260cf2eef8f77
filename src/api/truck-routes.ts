/** Where the trucks are: a post that the next emptying will settle can wait for it. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { keep } from '#src/store/journal.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { instantText, stationIdText } from './input.ts'
import { sendProblem } from './problem.ts'
import { noSuch } from './station-routes.ts'
import { actorText, findTimeFault, sendFaults, staffOnly, toldAnswer, toldJson } from './telling.ts'

/** An arrival that has just been is told as coming by a system that lags a little. */
const ETA_LATE_MS = HOUR
const ETA_AHEAD_MS = DAY

export const tellTruck = apiRoute({
  method: 'post',
  path: '/api/v1/stations/:id/truck',
  operationId: 'tellTruck',
  summary: 'A truck is on its way to a station, or has been there',
  description:
    '`en-route` with `etaAt`, or `etaMinutes` from now, where it is known; told again, it moves the time. `gone` when it has left. What was emptied is told for each container (`POST /api/v1/containers/{id}/emptyings`).',
  tag: 'stations',
  params: z.strictObject({ id: stationIdText }),
  query: z.strictObject({}),
  body: z
    .strictObject({
      state: z.enum(['en-route', 'gone'], { error: 'en-route or gone' }),
      etaAt: instantText.optional(),
      etaMinutes: z
        .number({ error: 'minutes from now, 0 to 1440' })
        .min(0, 'minutes from now, 0 to 1440')
        .max(1440, 'minutes from now, 0 to 1440')
        .optional(),
      actor: actorText.optional(),
    })
    .refine(({ etaAt, etaMinutes }) => etaAt === undefined || etaMinutes === undefined, {
      error: 'either etaAt or etaMinutes',
      path: ['etaMinutes'],
    })
    .refine((body) => body.state === 'en-route' || (body.etaAt ?? body.etaMinutes) === undefined, {
      error: 'left out with gone',
      path: ['etaAt'],
    }),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
})

export function truckRoutes(app: FastifyInstance, { journal, clock, staff }: ApiDeps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    tellTruck.path,
    {
      preValidation: staffOnly(staff),
      schema: { params: tellTruck.params, querystring: tellTruck.query, body: tellTruck.body },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.stations.has(id)) return sendProblem(reply, noSuch('station', id))
      const { state, etaMinutes, actor } = request.body
      const now = clock()
      const etaAt =
        etaMinutes === undefined ? request.body.etaAt : plus(now, Math.round(etaMinutes * MINUTE))
      const faults = findTimeFault('etaAt', etaAt, plus(now, -ETA_LATE_MS), plus(now, ETA_AHEAD_MS))
      if (faults.length > 0) return sendFaults(reply, faults)
      const upshot = await keep(journal, {
        kind: 'fact',
        fact: {
          type: 'truck',
          stationId: id,
          state,
          ...(etaAt !== undefined && { etaAt }),
          ...(actor !== undefined && { actor }),
        },
      })
      void reply.header('cache-control', 'no-store')
      return toldJson(upshot)
    },
  )
}
