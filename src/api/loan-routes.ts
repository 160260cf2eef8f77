/** The bike and the trailer, lent: when they are free, booking, and the staff's handing out and taking back. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { daysBetween } from '#src/pickups/booking/service-days.ts'
import { CONDITIONS, LOAN_REASONS, LOAN_STATES, type LoanReason } from '#src/pickups/loans/loan.ts'
import { isoOrNull, isoText } from '#src/stations/time.ts'
import type { LoanAnswer, LoanDesk } from '#src/store/loan-desk.ts'
import type { SeenLoan } from '#src/store/seen-loan.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { refuse } from './booking-answer.ts'
import {
  actorHeaders,
  dayText,
  idempotencyHeaders,
  isReachable,
  openErrandDoor,
  personAnswer,
  personJson,
  personOf,
  personText,
  referenceText,
  UNREACHABLE,
} from './errand-input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'

const none = z.strictObject({})
const ofLoan = z.strictObject({ reference: referenceText })
const MOST_DAYS = 92

export const loanAnswer = z
  .strictObject({
    reference: z.string(),
    thing: z.string(),
    state: z.enum(LOAN_STATES),
    fromDay: z.string(),
    untilDay: z.string(),
    late: z.boolean(),
    createdAt: isoInstant,
    handedOutAt: isoInstant.nullable(),
    conditionOut: z.enum(CONDITIONS).nullable(),
    returnedAt: isoInstant.nullable(),
    conditionBack: z.enum(CONDITIONS).nullable(),
    mendedAt: isoInstant.nullable(),
    person: personAnswer.nullable(),
  })
  .meta({ id: 'Loan' })

export const listLoanThings = apiRoute({
  path: '/api/v1/loan-things',
  operationId: 'listLoanThings',
  summary: 'What can be borrowed, and on which days',
  tag: 'bike',
  params: none,
  query: z.strictObject({ from: dayText, until: dayText }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      things: z.array(
        z.strictObject({
          id: z.string(),
          name: z.strictObject({
            sv: z.string(),
            en: z.string(),
            fi: z.string(),
            ar: z.string().optional(),
            so: z.string().optional(),
          }),
          days: z.array(
            z.strictObject({ day: z.string(), because: z.enum(LOAN_REASONS).nullable() }),
          ),
        }),
      ),
    }),
  },
  problems: ['not-found'],
})

export const submitLoan = apiRoute({
  method: 'post',
  path: '/api/v1/loans',
  operationId: 'submitLoan',
  summary: 'Books the bike or the trailer for some days',
  description:
    'With the staff token it is on somebody’s behalf. Whoever borrows can be reached by phone or by mail.',
  tag: 'bike',
  params: none,
  query: none,
  headers: idempotencyHeaders.extend(actorHeaders.shape),
  body: z
    .strictObject({
      person: personText.omit({ note: true, position: true }),
      thing: z.string({ error: 'the id of a thing, such as trailer-1' }).max(32),
      fromDay: dayText,
      untilDay: dayText,
    })
    .refine(({ fromDay, untilDay }) => daysBetween(fromDay, untilDay) < MOST_DAYS, {
      error: `at most ${MOST_DAYS} days from the first`,
      path: ['untilDay'],
      when: ({ issues }) => issues.length === 0,
    }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ secret: z.string(), loan: loanAnswer }),
  },
  status: 201,
  problems: ['not-authorized', 'not-found', 'not-bookable', 'key-reused', 'too-many-requests'],
  staff: 'more',
})

export const getLoan = apiRoute({
  path: '/api/v1/loans/:reference',
  operationId: 'getLoan',
  summary: 'A loan, for who has its secret and for staff',
  tag: 'bike',
  params: ofLoan,
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: loanAnswer },
  problems: ['not-authorized', 'not-found', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

export const cancelLoan = apiRoute({
  method: 'delete',
  path: '/api/v1/loans/:reference',
  operationId: 'cancelLoan',
  summary: 'Cancels a loan that has not begun; twice is once',
  tag: 'bike',
  params: ofLoan,
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: loanAnswer },
  problems: ['not-authorized', 'not-found', 'not-bookable', 'too-many-requests'],
  staff: 'secret',
  roles: DISPATCHERS,
})

const condition = z.strictObject({
  condition: z.enum(CONDITIONS, { error: `one of ${CONDITIONS.join(', ')}` }),
})

export const handOutLoan = apiRoute({
  method: 'post',
  path: '/api/v1/loans/:reference/hand-out',
  operationId: 'handOutLoan',
  summary: 'It was handed out, in this condition',
  tag: 'bike',
  params: ofLoan,
  query: none,
  headers: actorHeaders,
  body: condition,
  answer: { type: 'application/json', schema: loanAnswer },
  problems: ['not-authorized', 'not-found', 'not-bookable'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const returnLoan = apiRoute({
  method: 'post',
  path: '/api/v1/loans/:reference/return',
  operationId: 'returnLoan',
  summary: 'It came back, in this condition; what is damaged is lent to nobody until it is mended',
  tag: 'bike',
  params: ofLoan,
  query: none,
  headers: actorHeaders,
  body: condition,
  answer: { type: 'application/json', schema: loanAnswer },
  problems: ['not-authorized', 'not-found', 'not-bookable'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const mendLoan = apiRoute({
  method: 'post',
  path: '/api/v1/loans/:reference/mended',
  operationId: 'mendLoan',
  summary: 'What came back damaged has been mended',
  tag: 'bike',
  params: ofLoan,
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: loanAnswer },
  problems: ['not-authorized', 'not-found', 'not-bookable'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const listLoans = apiRoute({
  path: '/api/v1/loans',
  operationId: 'listLoans',
  summary: 'All loans that are kept, the late ones marked',
  tag: 'bike',
  params: none,
  query: none,
  headers: actorHeaders,
  answer: { type: 'application/json', schema: z.strictObject({ loans: z.array(loanAnswer) }) },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const LOAN_ROUTES = [
  listLoanThings,
  submitLoan,
  getLoan,
  cancelLoan,
  listLoans,
  handOutLoan,
  returnLoan,
  mendLoan,
]

export function loanRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly loans: LoanDesk },
): void {
  const { loans: desk } = deps
  const door = openErrandDoor(deps.staff, deps.clock)
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.get(
    listLoanThings.path,
    { schema: { querystring: listLoanThings.query } },
    async (request, reply) => {
      const { from, until } = request.query
      const days = daysBetween(from, until)
      if (days < 0 || days >= MOST_DAYS) {
        const fault = {
          field: 'until',
          expected: `at most ${MOST_DAYS} days from the first`,
          got: until,
        }
        return sendProblem(reply, problem('invalid-request', 'One parameter is wrong.', [fault]))
      }
      const answer = await desk.things(from, until)
      if (answer.kind !== 'ok') return refuseLoan(reply, answer)
      void reply.header('cache-control', 'no-store')
      return {
        things: answer.value.map(({ thing, days: each }) => ({
          id: thing.id,
          name: thing.name,
          days: [...each].map(([day, because]) => ({ day, because: because ?? null })),
        })),
      }
    },
  )

  typed.post(
    submitLoan.path,
    { schema: { querystring: none, headers: submitLoan.headers, body: submitLoan.body } },
    async (request, reply) => {
      const by = door.bookerOrStaff(request, reply)
      if (!by || door.isTooMuch('submit', request, reply)) return reply
      const { person, thing, ...rest } = request.body
      if (!isReachable(person)) return sendProblem(reply, UNREACHABLE)
      const key = request.headers['idempotency-key']
      const answer = await desk.submit(
        { ...rest, thingId: thing, person: personOf(person) },
        { ...by, ...(key !== undefined && { key }) },
      )
      if (answer.kind !== 'ok') return refuseLoan(reply, answer)
      const { secret, ...seen } = answer.value
      void reply
        .code(201)
        .header('cache-control', 'no-store')
        .header('location', `/api/v1/loans/${seen.reference}`)
      return { secret, loan: loanJson(seen) }
    },
  )

  typed.get(
    listLoans.path,
    { schema: { querystring: none, headers: listLoans.headers } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      void reply.header('cache-control', 'no-store')
      return { loans: (await desk.list(actor)).map(loanJson) }
    },
  )

  const schema = { params: ofLoan, querystring: none, headers: actorHeaders }

  typed.get(getLoan.path, { schema }, async (request, reply) => {
    const by = door.asker(request, reply)
    if (!by || door.isTooMuch('open', request, reply)) return reply
    return answerLoan(reply, await desk.find(request.params.reference, by))
  })
  typed.delete(cancelLoan.path, { schema }, async (request, reply) => {
    const by = door.asker(request, reply)
    if (!by || door.isTooMuch('open', request, reply)) return reply
    return answerLoan(reply, await desk.cancel(request.params.reference, by))
  })
  typed.post(
    handOutLoan.path,
    { schema: { ...schema, body: condition } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const { reference } = request.params
      return answerLoan(reply, await desk.handOut(reference, actor, request.body.condition))
    },
  )
  typed.post(
    returnLoan.path,
    { schema: { ...schema, body: condition } },
    async (request, reply) => {
      const actor = door.staff(request, reply)
      if (actor === undefined) return reply
      const { reference } = request.params
      return answerLoan(reply, await desk.giveBack(reference, actor, request.body.condition))
    },
  )
  typed.post(mendLoan.path, { schema }, async (request, reply) => {
    const actor = door.staff(request, reply)
    if (actor === undefined) return reply
    return answerLoan(reply, await desk.mend(request.params.reference, actor))
  })
}

function answerLoan(reply: FastifyReply, answer: LoanAnswer<SeenLoan>) {
  if (answer.kind !== 'ok') return refuseLoan(reply, answer)
  void reply.header('cache-control', 'no-store')
  return loanJson(answer.value)
}

function refuseLoan(
  reply: FastifyReply,
  answer: Exclude<LoanAnswer<unknown>, { readonly kind: 'ok' }>,
): FastifyReply {
  switch (answer.kind) {
    case 'refused':
      return sendProblem(reply, {
        ...problem('not-bookable', answer.because.map((reason) => WORDS[reason]).join(' ')),
        because: answer.because.map((reason) => ({ reason })),
      })
    case 'closed':
      return sendProblem(reply, problem('not-found', 'This town lends nothing.'))
    case 'no-such':
    case 'key-reused':
      return refuse(reply, answer)
  }
}

export function loanJson({
  reference,
  loan,
  person,
  isLate,
}: SeenLoan): z.input<typeof loanAnswer> {
  const { handedOut, givenBack } = loan
  return {
    reference,
    thing: loan.thingId,
    state: loan.state,
    fromDay: loan.fromDay,
    untilDay: loan.untilDay,
    late: isLate,
    createdAt: isoText(loan.createdAt),
    handedOutAt: isoOrNull(handedOut?.at),
    conditionOut: handedOut?.condition ?? null,
    returnedAt: isoOrNull(givenBack?.at),
    conditionBack: givenBack?.condition ?? null,
    mendedAt: isoOrNull(loan.mendedAt),
    person: person ? personJson(person) : null,
  }
}

const WORDS: Readonly<Record<LoanReason, string>> = {
  'no-such-thing': 'There is no such thing to borrow.',
  'no-such-days': 'The days lie in the past, or the last is before the first.',
  'too-long': 'That is too long.',
  'not-open': 'Those days can’t be booked yet.',
  'service-day': 'The bike is out on its round then.',
  taken: 'Somebody else has it then.',
  broken: 'It is broken.',
  'has-a-loan': 'This household has a loan already.',
  'not-now': 'That can’t be done with this loan now.',
}
