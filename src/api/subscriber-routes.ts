/** Residents who asked to be told themselves: how many, for all; one of them, for staff, when they ask for it. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LANGUAGES } from '#src/stations/fraction.ts'
import { parseMailAddress } from '#src/stations/mail-address.ts'
import { DIRECT_WAYS } from '#src/stations/station.ts'
import { isoOrNull, isoText } from '#src/stations/time.ts'
import type { KeptOfSubscriber, SubscriberDesk } from '#src/store/subscriber-desk.ts'
import type { Wish } from '#src/store/subscribers.ts'
import { ADMINS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { staffOnly } from './telling.ts'

export const countSubscribers = apiRoute({
  path: '/api/v1/subscribers',
  operationId: 'countSubscribers',
  summary: 'How many residents are told themselves, by way',
  description: 'Those who confirmed it.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ email: z.int().min(0), push: z.int().min(0) }),
  },
  problems: [],
})

const AN_ADDRESS = 'an e-mail address such as anna@example.se'
const body = z.strictObject({
  email: z
    .string({ error: AN_ADDRESS })
    .refine((text) => parseMailAddress(text) !== undefined, AN_ADDRESS),
})

const wishAnswer = z.strictObject({
  language: z.enum(LANGUAGES),
  stations: z.array(z.string()).nullable().meta({ description: 'Null for the whole town.' }),
  fractions: z.array(z.string()).nullable().meta({ description: 'Null for all.' }),
})

const keptAnswer = z
  .strictObject({
    way: z.enum(DIRECT_WAYS),
    email: z.string(),
    follows: wishAnswer.nullable(),
    confirmedAt: isoInstant.nullable(),
    asked: wishAnswer.extend({ at: isoInstant }).nullable().meta({
      description: 'What was asked for in the address’s name and is not confirmed.',
    }),
    bounces: z.int().meta({ description: 'Messages in a row that nobody was there for.' }),
  })
  .meta({ id: 'Subscriber' })

export const exportSubscriber = apiRoute({
  method: 'post',
  path: '/api/v1/subscribers/export',
  operationId: 'exportSubscriber',
  summary: 'All that is kept of an e-mail address',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body,
  answer: { type: 'application/json', schema: keptAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ADMINS,
})

export const eraseSubscriber = apiRoute({
  method: 'post',
  path: '/api/v1/subscribers/erase',
  operationId: 'eraseSubscriber',
  summary: 'Forget an e-mail address and all that is kept of it',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body,
  answer: { type: 'application/json', schema: z.strictObject({ erased: z.literal(true) }) },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: ADMINS,
})

export function subscriberRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly subscribers: SubscriberDesk },
): void {
  const { subscribers: desk } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(deps.staff, ADMINS)
  const nobody = () => problem('not-found', 'Nothing is kept of that address.')

  typed.get(
    countSubscribers.path,
    { schema: { querystring: countSubscribers.query } },
    async (_request, reply) => {
      void reply.header('cache-control', `public, max-age=${deps.maxAgeSeconds}`)
      return desk.counts()
    },
  )
  typed.post(
    exportSubscriber.path,
    { preValidation, schema: { querystring: exportSubscriber.query, body } },
    async (request, reply) => {
      const kept = await desk.kept(request.body.email)
      void reply.header('cache-control', 'no-store')
      return kept ? keptJson(kept) : sendProblem(reply, nobody())
    },
  )
  typed.post(
    eraseSubscriber.path,
    { preValidation, schema: { querystring: eraseSubscriber.query, body } },
    async (request, reply) => {
      const isErased = await desk.erase(request.body.email)
      void reply.header('cache-control', 'no-store')
      return isErased ? { erased: true } : sendProblem(reply, nobody())
    },
  )
}

function keptJson(kept: KeptOfSubscriber): z.input<typeof keptAnswer> {
  const { way, address, wish, asked, confirmedAt, bounces } = kept
  return {
    way,
    email: address,
    follows: wish ? wishJson(wish) : null,
    confirmedAt: isoOrNull(confirmedAt),
    asked: asked ? { ...wishJson(asked.wish), at: isoText(asked.at) } : null,
    bounces,
  }
}

function wishJson({ language, stations, fractions }: Wish): z.input<typeof wishAnswer> {
  return {
    language,
    stations: stations === undefined ? null : [...stations],
    fractions: fractions === undefined ? null : [...fractions],
  }
}
