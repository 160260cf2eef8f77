/** What staff and crews see at a container. Their word weighs more than a resident's. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { REPORT_KINDS } from '#src/rules/record.ts'
import { ANY_ROLE } from '#src/store/staff.ts'
import { tellObservation as observe } from '#src/store/told-by-staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText } from './input.ts'
import { sendProblem } from './problem.ts'
import { statusWords } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { actorText, staffOnly, toldAnswer, toldJson } from './telling.ts'

const KIND = `one of ${REPORT_KINDS.join(', ')}`

export const tellObservation = apiRoute({
  method: 'post',
  path: '/api/v1/containers/:id/observations',
  operationId: 'tellObservation',
  summary: 'Staff or a crew tell what they see at a container',
  description:
    'One word of theirs outweighs a sensor and residents. `litter`, `cleaned` and `ice` are about the station. The same again within two hours changes nothing.',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  body: z.strictObject({
    kind: z.enum(REPORT_KINDS, { error: KIND }),
    actor: actorText.optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      ...toldAnswer.shape,
      containerStatus: statusWords.meta({ description: 'How the container now counts.' }),
    }),
  },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ANY_ROLE,
})

export function observationRoutes(app: FastifyInstance, { journal, staff }: ApiDeps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    tellObservation.path,
    {
      preValidation: staffOnly(staff, ANY_ROLE),
      schema: {
        params: tellObservation.params,
        querystring: tellObservation.query,
        body: tellObservation.body,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const { kind, actor } = request.body
      const upshot = await observe(journal, id, kind, actor)
      void reply.header('cache-control', 'no-store')
      return { ...toldJson(upshot), containerStatus: journal.status(id).word }
    },
  )
}
