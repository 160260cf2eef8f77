/** Radio gateways: while one is down its sensors are silent through no fault of theirs. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { keep } from '#src/store/journal.ts'
import { ADMINS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { stationIdText } from './input.ts'
import { findNameFault, sendFaults, staffOnly, toldAnswer, toldJson } from './telling.ts'

const MOST_STATIONS = 1000
const LARGEST_LIST_BYTES = 64 * 1024

export const tellGateway = apiRoute({
  method: 'post',
  path: '/api/v1/gateways',
  operationId: 'tellGateway',
  summary: 'A radio gateway went down or came up',
  description: 'With the stations whose sensors hang on it.',
  tag: 'devices',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    state: z.enum(['down', 'up'], { error: 'down or up' }),
    stationIds: z
      .array(stationIdText, { error: 'a list of station ids' })
      .min(1, 'at least one station')
      .max(MOST_STATIONS, `at most ${MOST_STATIONS} stations`),
  }),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: ADMINS,
})

export function gatewayRoutes(app: FastifyInstance, { journal, staff }: ApiDeps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    tellGateway.path,
    {
      preValidation: staffOnly(staff, ADMINS),
      bodyLimit: LARGEST_LIST_BYTES,
      schema: { querystring: tellGateway.query, body: tellGateway.body },
    },
    async (request, reply) => {
      const { state, stationIds } = request.body
      const faults = stationIds.flatMap((id, i) =>
        findNameFault(`stationIds.${i}`, 'a station', id, journal.town.stations),
      )
      if (faults.length > 0) return sendFaults(reply, faults)
      const upshot = await keep(journal, {
        kind: 'fact',
        fact: { type: 'gateway', stationIds, state },
      })
      void reply.header('cache-control', 'no-store')
      return toldJson(upshot)
    },
  )
}
