/** Staff call a post wrong. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DecidedPost } from '#src/rules/decision.ts'
import { keep, type Upshot } from '#src/store/journal.ts'
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
  const { store, journal } = deps
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
      const said = await store.post(key)
      if (!said) return sendProblem(reply, noSuch('post', key))
      const { actor, why } = request.body
      const { texts: _words, withdrawnAt: _stopped, correctedBy: _known, ...post } = said
      const upshot = await keep(journal, {
        kind: 'fact',
        fact: { type: 'post-corrected', post, actor, ...(why !== undefined && { why }) },
      })
      if (upshot?.applied?.kind !== 'now') {
        return sendProblem(reply, problem('conflict', `Post ${key} is ${whyNot(post, upshot)}.`))
      }
      void reply.header('cache-control', 'no-store')
      const { posts } = upshot.committed
      const correction = posts.find(({ corrects }) => corrects === key)?.key
      return {
        status: correction === undefined ? ('withdrawn' as const) : ('corrected' as const),
        correction: correction ?? null,
      }
    },
  )
}

function whyNot(post: DecidedPost, upshot: Upshot | undefined): string {
  if (post.kind === 'correction') return 'itself a correction'
  const { applied } = upshot ?? {}
  const isTooOld = applied?.kind === 'history' && applied.because === 'too-old-post'
  return isTooOld ? 'too old to be taken back' : 'taken back already'
}
