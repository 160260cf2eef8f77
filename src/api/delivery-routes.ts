/** The outbox for staff: what could not be said, saying it again, and the accounts by which the town speaks. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isoOrNull, isoText } from '#src/stations/time.ts'
import { DELIVERY_STATES, type Delivery, type DeliveryState } from '#src/store/contract.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import { sendAgain } from '#src/store/send-again.ts'
import { EDITORS } from '#src/store/staff.ts'
import { accountAnswer, accountJson } from './account-answer.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { channelText, postKeyText, stationIdText, wholeNumber } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { actorText, sendFaults, staffOnly, whyText } from './telling.ts'

const STATES = `one or more of ${DELIVERY_STATES.join(', ')}, with commas between them`
const statesText = z
  .string({ error: STATES })
  .transform((text, context): readonly DeliveryState[] => {
    const states = text.split(',')
    if (states.every((state) => DELIVERY_STATES.some((known) => known === state))) {
      return states as DeliveryState[]
    }
    context.addIssue({ code: 'custom', message: STATES })
    return z.NEVER
  })
  .meta({ type: 'string', description: STATES, examples: ['dead,uncertain'] })

const ACCOUNT = 'the name of an account, as the town’s file has it'
const accountText = z.string({ error: ACCOUNT }).min(1, ACCOUNT).max(100, ACCOUNT)

const deliveryAnswer = z
  .strictObject({
    id: z.int(),
    postKey: z.string(),
    stationId: z.string().nullable().meta({ description: 'Null for an area and the whole town.' }),
    channel: z.string(),
    account: z.string(),
    language: z.string(),
    text: z.string().meta({ description: 'As it is sent, byte for byte.' }),
    state: z.enum(DELIVERY_STATES),
    priority: z.int(),
    attempts: z.int().meta({ description: 'Tries begun, in its newest life.' }),
    sendAt: isoInstant.meta({ description: 'From when on it could be said.' }),
    dueAt: isoInstant,
    expiresAt: isoInstant,
    firstTriedAt: isoInstant.nullable(),
    sentAt: isoInstant.nullable(),
    remoteId: z.string().nullable().meta({ description: 'What the platform calls it.' }),
    lastError: z.string().nullable(),
    sentAgain: z
      .strictObject({ at: isoInstant, by: z.string() })
      .nullable()
      .meta({ description: 'The last time that staff asked for it.' }),
  })
  .meta({ id: 'Delivery' })

const listDeliveries = apiRoute({
  path: '/api/v1/deliveries',
  operationId: 'listDeliveries',
  summary: 'Posts on their way out by each account, newest first',
  description:
    'Those that staff have to look at are `state=dead,uncertain`: refused for good, or of unknown fate. At most 50 unless `limit` says otherwise; `next` is what to give as `before` for older ones, null at the end.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({
    state: statesText.optional(),
    channel: channelText.optional(),
    account: accountText.optional(),
    station: stationIdText.optional(),
    post: postKeyText.optional(),
    before: wholeNumber(1, 999_999_999_999).optional(),
    limit: wholeNumber(1, 500).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ deliveries: z.array(deliveryAnswer), next: z.int().nullable() }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

const sendDeliveryAgain = apiRoute({
  method: 'post',
  path: '/api/v1/deliveries/:id/send-again',
  operationId: 'sendDeliveryAgain',
  summary: 'Staff ask for a delivery to be sent again',
  description:
    'One that is dead, expired or uncertain gets a new life: fresh tries, and as long to live as the post had, an hour at least. Of an `uncertain` one somebody must have looked: say `"notHeard": true`. What is over by then, or has a newer post, ends as `expired` again.',
  tag: 'operation',
  params: z.strictObject({ id: wholeNumber(1, 999_999_999_999) }),
  query: z.strictObject({}),
  body: z.strictObject({
    actor: actorText,
    notHeard: z.literal(true, { error: 'true, or left out' }).optional(),
  }),
  answer: { type: 'application/json', schema: deliveryAnswer },
  problems: ['not-authorized', 'not-found', 'conflict'],
  staff: 'needed',
  roles: EDITORS,
})

const listAccounts = apiRoute({
  path: '/api/v1/channels',
  operationId: 'listChannels',
  summary:
    'The accounts by which the town speaks: how each is doing, what it may still say and spend',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ asOf: isoInstant, accounts: z.array(accountAnswer) }),
  },
  problems: ['not-authorized', 'not-ready'],
  staff: 'needed',
})

const wayParams = z.strictObject({ channel: channelText, account: accountText })

const pauseAccount = apiRoute({
  method: 'post',
  path: '/api/v1/channels/:channel/:account/pause',
  operationId: 'pauseChannel',
  summary: 'Staff pause an account',
  description:
    'It says nothing until staff resume it, also after a restart. What waits grows old meanwhile.',
  tag: 'operation',
  params: wayParams,
  query: z.strictObject({}),
  body: z.strictObject({ actor: actorText, why: whyText.optional() }),
  answer: { type: 'application/json', schema: accountAnswer },
  problems: ['not-authorized', 'not-found', 'not-ready'],
  staff: 'needed',
  roles: EDITORS,
})

const resumeAccount = apiRoute({
  method: 'post',
  path: '/api/v1/channels/:channel/:account/resume',
  operationId: 'resumeChannel',
  summary: 'Staff resume an account',
  description:
    'Whatever paused it. The platform is asked at once, and where the trouble is still there the account pauses again.',
  tag: 'operation',
  params: wayParams,
  query: z.strictObject({}),
  body: z.strictObject({ actor: actorText }),
  answer: { type: 'application/json', schema: accountAnswer },
  problems: ['not-authorized', 'not-found', 'not-ready'],
  staff: 'needed',
  roles: EDITORS,
})

export const DELIVERY_ROUTES = [
  listDeliveries,
  sendDeliveryAgain,
  listAccounts,
  pauseAccount,
  resumeAccount,
] as const

export function deliveryRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly outbox?: OutboxDesk },
): void {
  const { store, clock, outbox } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(deps.staff, EDITORS)

  typed.get(
    listDeliveries.path,
    { preValidation: staffOnly(deps.staff), schema: { querystring: listDeliveries.query } },
    async (request, reply) => {
      const { state, channel, account, station, post, before, limit = 50 } = request.query
      const found = await store.deliveries({
        ...(state && { states: state }),
        ...(channel && { channel }),
        ...(account !== undefined && { account }),
        ...(station && { stationId: station }),
        ...(post && { postKey: post }),
        ...(before !== undefined && { beforeId: before }),
        limit: limit + 1,
      })
      const shown = found.slice(0, limit)
      void reply.header('cache-control', 'no-store')
      return {
        deliveries: shown.map(deliveryJson),
        next: found.length > limit ? shown.at(-1)!.id : null,
      }
    },
  )

  typed.post(
    sendDeliveryAgain.path,
    {
      preValidation,
      schema: { params: sendDeliveryAgain.params, body: sendDeliveryAgain.body },
    },
    async (request, reply) => {
      const { id } = request.params
      const { actor, notHeard } = request.body
      const answer = await sendAgain(deps, id, { by: actor, notHeard: notHeard === true })
      if (answer.kind === 'no-such') return sendProblem(reply, noSuch('delivery', String(id)))
      if (answer.kind === 'conflict') return sendProblem(reply, problem('conflict', answer.because))
      if (answer.kind === 'look-first') {
        return sendFaults(reply, [{ field: 'notHeard', expected: LOOK_FIRST }])
      }
      request.log.info({ delivery: id, actor }, 'staff sent a delivery again')
      outbox?.poke()
      void reply.header('cache-control', 'no-store')
      return deliveryJson(answer.delivery)
    },
  )

  typed.get(
    listAccounts.path,
    { preValidation: staffOnly(deps.staff), schema: { querystring: listAccounts.query } },
    async (_request, reply) => {
      if (!outbox) return sendProblem(reply, NOT_HERE)
      const reports = await outbox.reports()
      void reply.header('cache-control', 'no-store')
      return { asOf: isoText(clock()), accounts: reports.map(accountJson) }
    },
  )

  typed.post(
    pauseAccount.path,
    { preValidation, schema: { params: pauseAccount.params, body: pauseAccount.body } },
    async (request, reply) => {
      if (!outbox) return sendProblem(reply, NOT_HERE)
      const { actor, why = '' } = request.body
      if (!(await outbox.pause(request.params, actor, why))) {
        return sendProblem(reply, noSuch('account', request.params.account))
      }
      void reply.header('cache-control', 'no-store')
      return accountJson((await outbox.report(request.params))!)
    },
  )

  typed.post(
    resumeAccount.path,
    { preValidation, schema: { params: resumeAccount.params, body: resumeAccount.body } },
    async (request, reply) => {
      if (!outbox) return sendProblem(reply, NOT_HERE)
      if (!(await outbox.resume(request.params, request.body.actor))) {
        return sendProblem(reply, noSuch('account', request.params.account))
      }
      void reply.header('cache-control', 'no-store')
      return accountJson((await outbox.report(request.params))!)
    },
  )
}

const LOOK_FIRST = 'true, when somebody has looked at the account and it isn’t there'
const NOT_HERE = problem('not-ready', 'Nothing is delivered from here.')

function deliveryJson(delivery: Delivery): z.input<typeof deliveryAnswer> {
  const { id, postKey, channel, account, language, text, state, priority, attempts } = delivery
  return {
    id,
    postKey,
    stationId: delivery.stationId ?? null,
    channel,
    account,
    language,
    text,
    state,
    priority,
    attempts,
    sendAt: isoText(delivery.sendAt),
    dueAt: isoText(delivery.dueAt),
    expiresAt: isoText(delivery.expiresAt),
    firstTriedAt: isoOrNull(delivery.firstTriedAt),
    sentAt: isoOrNull(delivery.sentAt),
    remoteId: delivery.remoteId ?? null,
    lastError: delivery.lastError ?? null,
    sentAgain: delivery.again ? { at: isoText(delivery.again.at), by: delivery.again.by } : null,
  }
}
