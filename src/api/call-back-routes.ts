/** Calls to return, where a booking by phone couldn't be finished. For dispatchers alone. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  CALL_BACK_STATES,
  CALL_OUTCOMES,
  isTooFarAhead,
  MOST_DAYS_AHEAD,
} from '#src/pickups/booking/call-backs.ts'
import { BOOKING_LANGUAGES } from '#src/stations/return-bike.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import type { CallBackAnswer, SeenCallBack } from '#src/store/call-back-desk.ts'
import { callerFields } from '#src/store/person-fields.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute } from './api-route.ts'
import { refuse } from './booking-answer.ts'
import type { BookingDeps } from './booking-routes.ts'
import {
  actorHeaders,
  idempotencyHeaders,
  openErrandDoor,
  present,
  versionHeaders,
  versionIn,
  versionTag,
} from './errand-input.ts'
import { instantText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

const none = z.strictObject({})

export const callBackAnswer = z
  .strictObject({
    id: z.string(),
    state: z.enum(CALL_BACK_STATES),
    callAt: isoInstant,
    notReached: z.int().meta({ description: 'How often nobody was reached.' }),
    createdAt: isoInstant,
    language: z.enum(BOOKING_LANGUAGES),
    interpreter: z.boolean(),
    version: z.int(),
    name: z.string(),
    phone: z.string(),
    note: z.string().nullable(),
  })
  .meta({ id: 'CallBack' })

const callAt = instantText.optional()

export const noteCallBack = apiRoute({
  method: 'post',
  path: '/api/v1/call-backs',
  operationId: 'noteCallBack',
  summary: 'Somebody is to be called, since their booking couldn’t be finished',
  description: `Without \`callAt\` as soon as somebody can; at most ${MOST_DAYS_AHEAD} days ahead. Erased \`privacy.callBackDays\` after it is done, or after nothing more was done of it.`,
  tag: 'bike',
  params: none,
  query: none,
  headers: idempotencyHeaders.extend(actorHeaders.shape),
  body: z.strictObject({
    name: callerFields.name,
    phone: callerFields.phone,
    language: z
      .enum(BOOKING_LANGUAGES, { error: `one of ${BOOKING_LANGUAGES.join(', ')}` })
      .default('sv'),
    interpreter: z.boolean({ error: 'true or false' }).default(false),
    note: callerFields.about.optional(),
    callAt,
  }),
  answer: { type: 'application/json', schema: callBackAnswer },
  status: 201,
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const listCallBacks = apiRoute({
  path: '/api/v1/call-backs',
  operationId: 'listCallBacks',
  summary: 'Who is to be called: the first due first, then who was spoken to, then what is done',
  description: 'Each that is shown is written down as seen by `kvitter-actor`.',
  tag: 'bike',
  params: none,
  query: none,
  headers: actorHeaders,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ callBacks: z.array(callBackAnswer) }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})

const ID = 'the id of a call-back'

export const settleCallBack = apiRoute({
  method: 'post',
  path: '/api/v1/call-backs/:id/outcome',
  operationId: 'settleCallBack',
  summary: 'Spoken to, not reached (counted, and tried again), or done',
  description:
    'Whoever was not reached is tried again at `callAt`, in two hours without. With `If-Match` only what hasn’t changed since.',
  tag: 'bike',
  params: z.strictObject({ id: z.string().regex(/^[\w-]{1,40}$/, ID) }),
  query: none,
  headers: versionHeaders.extend(actorHeaders.shape),
  body: z
    .strictObject({
      outcome: z.enum(CALL_OUTCOMES, { error: `one of ${CALL_OUTCOMES.join(', ')}` }),
      callAt,
    })
    .refine((told) => told.callAt === undefined || told.outcome === 'not-reached', {
      error: 'to be left out: only who was not reached is called again',
      path: ['callAt'],
    }),
  answer: { type: 'application/json', schema: callBackAnswer },
  problems: ['not-authorized', 'not-found', 'changed-meanwhile'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const CALL_BACK_ROUTES = [noteCallBack, listCallBacks, settleCallBack]

export function callBackRoutes(app: FastifyInstance, deps: BookingDeps): void {
  const { callBacks: desk } = deps.bookings
  const door = openErrandDoor(deps.staff, deps.clock)
  const typed = app.withTypeProvider<ZodTypeProvider>()

  /** Answers 400 and gives true where nobody should have to wait so long. */
  const isTooLate = (at: EpochMs | undefined, reply: FastifyReply): boolean => {
    if (at === undefined || !isTooFarAhead(at, deps.clock())) return false
    const fault = { field: 'callAt', expected: `at most ${MOST_DAYS_AHEAD} days ahead` }
    void sendProblem(reply, problem('invalid-request', 'One field is wrong.', [fault]))
    return true
  }

  typed.post(
    noteCallBack.path,
    { schema: { querystring: none, headers: noteCallBack.headers, body: noteCallBack.body } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined || isTooLate(request.body.callAt, reply)) return reply
      const { name, phone, note, ...asked } = request.body
      const caller = { name, phone, ...(note !== undefined && { note }) }
      const key = request.headers['idempotency-key']
      const answer = await desk.note(
        { ...present(asked), caller },
        { actor, ...(key !== undefined && { key }) },
      )
      if (answer.kind === 'ok') void reply.code(201)
      return answerCallBack(reply, answer)
    },
  )

  typed.get(
    listCallBacks.path,
    { schema: { querystring: none, headers: listCallBacks.headers } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      void reply.header('cache-control', 'no-store')
      return { callBacks: (await desk.list(actor)).map(callBackJson) }
    },
  )

  typed.post(
    settleCallBack.path,
    {
      schema: {
        params: settleCallBack.params,
        querystring: none,
        headers: settleCallBack.headers,
        body: settleCallBack.body,
      },
    },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined || isTooLate(request.body.callAt, reply)) return reply
      const { outcome, callAt: again } = request.body
      const version = versionIn(request.headers['if-match'])
      const more = present({ callAt: again, version })
      return answerCallBack(reply, await desk.settle(request.params.id, actor, outcome, more))
    },
  )
}

function answerCallBack(reply: FastifyReply, answer: CallBackAnswer<SeenCallBack>) {
  if (answer.kind === 'no-such') {
    return sendProblem(reply, problem('not-found', 'There is no such call to return.'))
  }
  if (answer.kind !== 'ok') return refuse(reply, answer)
  void reply
    .header('cache-control', 'no-store')
    .header('etag', versionTag(answer.value.callBack.version))
  return callBackJson(answer.value)
}

export function callBackJson({ callBack, caller }: SeenCallBack): z.input<typeof callBackAnswer> {
  const { id, state, dueAt, missed, createdAt, language, interpreter, version } = callBack
  return {
    id,
    state,
    callAt: isoText(dueAt),
    notReached: missed,
    createdAt: isoText(createdAt),
    language,
    interpreter,
    version,
    name: caller.name,
    phone: caller.phone,
    note: caller.note ?? null,
  }
}
