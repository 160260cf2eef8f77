/** What stations said, why, and what was not taken in. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isSaid } from '#src/store/contract.ts'
import { placeText } from '#src/store/post-place.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { decisionAnswer, decisionJson, postAnswer, postJson } from './decision-answer.ts'
import {
  containerIdText,
  instantText,
  postKeyText,
  postPlaceText,
  ruleIdText,
  stationIdText,
  wholeNumber,
} from './input.ts'
import { sendProblem } from './problem.ts'
import { noSuch } from './station-routes.ts'

export const listPosts = apiRoute({
  path: '/api/v1/posts',
  operationId: 'listPosts',
  summary: 'What stations said, newest first',
  description:
    'At most 50 unless `limit` says otherwise. A post is here from `saidAt` on; staff see with `all=yes` those that wait for it, and those that were stopped before. `next` is the address of older posts, null when there are none; following it, no post is missed or met twice, however many were said at one instant.',
  tag: 'posts',
  params: z.strictObject({}),
  query: z.strictObject({
    station: stationIdText.optional(),
    before: postPlaceText.optional(),
    limit: wholeNumber(1, 200).optional(),
    audience: z
      .enum(['public', 'staff'], { error: 'public or staff' })
      .optional()
      .meta({ description: '`staff` needs the staff token.' }),
    all: z
      .literal('yes', { error: 'yes, or left out' })
      .optional()
      .meta({ description: 'Needs the staff token.' }),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ posts: z.array(postAnswer), next: z.string().nullable() }),
  },
  problems: ['not-authorized'],
  staff: 'more',
})

export const getPost = apiRoute({
  path: '/api/v1/posts/:key',
  operationId: 'getPost',
  summary: 'One post with the decisions behind it',
  tag: 'posts',
  params: z.strictObject({ key: postKeyText }),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ post: postAnswer, decisions: z.array(decisionAnswer) }),
  },
  problems: ['not-found'],
  staff: 'more',
})

export const listDecisions = apiRoute({
  path: '/api/v1/decisions',
  operationId: 'listDecisions',
  summary: 'What the rules decided, and why: also when they kept silent',
  description:
    'Newest first, at most 50 unless `limit` says otherwise; with `after`, the decisions that followed that id, oldest first.',
  tag: 'posts',
  params: z.strictObject({}),
  query: z.strictObject({
    station: stationIdText.optional(),
    container: containerIdText.optional(),
    rule: ruleIdText.optional(),
    from: instantText.optional(),
    to: instantText.optional(),
    after: wholeNumber(0, 999_999_999_999).optional(),
    limit: wholeNumber(1, 500).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ decisions: z.array(decisionAnswer) }),
  },
  problems: [],
})

export function postRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock, publicUrl } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const cacheControl = `public, max-age=${deps.maxAgeSeconds}`

  typed.get(
    listPosts.path,
    { schema: { querystring: listPosts.query } },
    async (request, reply) => {
      const { station, before, limit = 50, audience = 'public', all } = request.query
      const forStaff = audience === 'staff' || all === 'yes'
      if (forStaff && deps.staff.refuses(request, reply)) return reply
      const found = await store.posts({
        audience,
        ...(!forStaff && { saidBy: clock() }),
        // One more than is shown tells whether there are older ones.
        limit: limit + 1,
        ...(station && { stationId: station }),
        ...(before !== undefined && { before }),
      })
      const posts = found.slice(0, limit)
      const oldest = found.length > limit ? posts.at(-1) : undefined
      const more = new URLSearchParams({
        ...(station && { station }),
        ...(audience === 'staff' && { audience }),
        ...(all && { all }),
        ...(oldest && { before: placeText(oldest) }),
        limit: String(limit),
      })
      void reply.header('cache-control', forStaff ? 'no-store' : cacheControl)
      return {
        posts: posts.map((p) => postJson(p, journal.town, publicUrl, clock())),
        next: oldest ? `${publicUrl}${listPosts.path}?${more.toString()}` : null,
      }
    },
  )

  typed.get(
    getPost.path,
    { schema: { params: getPost.params, querystring: getPost.query } },
    async (request, reply) => {
      const post = await store.post(request.params.key)
      const isPublic = post && isSaid(post, clock())
      // What only staff may see is no different from nothing to somebody else.
      if (!post || (!isPublic && !deps.staff.isStaff(request))) {
        return sendProblem(reply, noSuch('post', request.params.key))
      }
      const decisions = await store.decisions({ postKey: post.key, limit: 200 })
      void reply.header('cache-control', isPublic ? cacheControl : 'no-store')
      return {
        post: postJson(post, journal.town, publicUrl, clock()),
        decisions: decisions.map((d) => decisionJson(d, journal.town)),
      }
    },
  )

  typed.get(
    listDecisions.path,
    { schema: { querystring: listDecisions.query } },
    async (request, reply) => {
      const { station, container, rule, from, to, after, limit = 50 } = request.query
      const decisions = await store.decisions({
        limit,
        ...(station && { stationId: station }),
        ...(container && { containerId: container }),
        ...(rule !== undefined && { ruleId: rule }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(after !== undefined && { afterId: after }),
      })
      void reply.header('cache-control', cacheControl)
      return { decisions: decisions.map((d) => decisionJson(d, journal.town)) }
    },
  )
}
