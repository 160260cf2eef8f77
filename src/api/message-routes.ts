/** What became of messages to one person, for staff: neither to whom nor what. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isoOrNull, isoText, monthOf } from '#src/stations/time.ts'
import { MESSAGE_STATES, MESSAGE_WAYS } from '#src/store/messages.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { wholeNumber } from './input.ts'
import { isoInstant } from './station-answer.ts'

const state = z.enum(MESSAGE_STATES, { error: `one of ${MESSAGE_STATES.join(', ')}` })

export const listMessages = apiRoute({
  path: '/api/v1/messages',
  operationId: 'listMessages',
  summary: 'Messages to one person by SMS or e-mail, newest first: what became of each',
  description:
    'Neither to whom nor what. `unknown` may have been taken and is not sent again by itself; `failed` was taken and never reached the phone.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({ state: state.optional(), limit: wholeNumber(1, 500).optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      smsThisMonth: z.int().meta({ description: 'As they are paid for: long ones count more.' }),
      messages: z.array(
        z.strictObject({
          number: z.int(),
          id: z.string(),
          purpose: z.string(),
          way: z.enum(MESSAGE_WAYS),
          state: z.enum(MESSAGE_STATES),
          dueAt: isoInstant,
          expiresAt: isoInstant,
          endedAt: isoInstant.nullable(),
          tries: z.int(),
          parts: z.int().nullable(),
          error: z.string().nullable(),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export function messageRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  typed.get(
    listMessages.path,
    { schema: { querystring: listMessages.query } },
    async (request, reply) => {
      if (deps.staff.refuses(request, reply, DISPATCHERS)) return reply
      const { state: wanted, limit = 100 } = request.query
      const month = monthOf(clock(), journal.town.town.timeZone)
      const messages = await store.messages({ limit, ...(wanted && { states: [wanted] }) })
      void reply.header('cache-control', 'no-store')
      return {
        smsThisMonth: await store.smsSpent(month),
        messages: messages.map((m) => ({
          number: m.no,
          id: m.id,
          purpose: m.purpose,
          way: m.way,
          state: m.state,
          dueAt: isoText(m.dueAt),
          expiresAt: isoText(m.expiresAt),
          endedAt: isoOrNull(m.endedAt),
          tries: m.attempts,
          parts: m.parts ?? null,
          error: m.error ?? null,
        })),
      }
    },
  )
}
