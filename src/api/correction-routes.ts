/** Staff call a post wrong. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { correctPost as takeBack } from '#src/store/staff-says.ts'
import { EDITORS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { postKeyText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { noSuch } from './station-routes.ts'
import { actorText, staffOnly, whyText } from './telling.ts'

export const correctPost = apiRoute({
  method: 'post',
  path: '/api/v1/posts/:key/correction',
  operationId: 'correctPost',
  summary: 'Staff say that a post was wrong',
  description:
    'One that nobody has seen yet is stopped, and nothing is said. Of another, the station says in public that it was wrong, once, in reply to it. `why` is for staff.',
  tag: 'posts',
  params: z.strictObject({ key: postKeyText }),
  query: z.strictObject({}),
  body: z.strictObject({ actor: actorText, why: whyText.optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      status: z.enum(['withdrawn', 'corrected']),
      correction: z
        .string()
        .nullable()
        .meta({ description: 'The key of the post that takes it back, if it had been seen.' }),
    }),
  },
  problems: ['not-authorized', 'not-found', 'conflict'],
  staff: 'needed',
  roles: EDITORS,
})

export function correctionRoutes(app: FastifyInstance, deps: ApiDeps): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    correctPost.path,
    {
      preValidation: staffOnly(deps.staff, EDITORS),
      schema: {
        params: correctPost.params,
        querystring: correctPost.query,
        body: correctPost.body,
      },
    },
    async (request, reply) => {
      const { key } = request.params
      const { actor, why } = request.body
      const told = { key, actor, ...(why !== undefined && { why }) }
      const corrected = await takeBack(deps, told)
      switch (corrected.kind) {
        case 'unknown':
          return sendProblem(reply, noSuch('post', key))
        case 'refused': {
          const detail = `Post ${key} is ${WHY_NOT[corrected.because]}.`
          return sendProblem(reply, problem('conflict', detail))
        }
        case 'withdrawn':
        case 'corrected':
          void reply.header('cache-control', 'no-store')
          return {
            status: corrected.kind,
            correction: corrected.kind === 'corrected' ? corrected.by : null,
          }
      }
    },
  )
}

const WHY_NOT = {
  'is-a-correction': 'itself a correction',
  'too-old': 'too old to be taken back',
  'taken-back-already': 'taken back already',
} as const
