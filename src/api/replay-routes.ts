/** The past asked again: what other rules would have said. For staff, and beside everything else. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DECISION_REASONS } from '#src/rules/decision.ts'
import type { StationId } from '#src/stations/ids.ts'
import { type EpochMs, isoText } from '#src/stations/time.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { sentenceAnswer } from './decision-answer.ts'
import { instantText, stationIdText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { inEachLanguage, isoInstant } from './station-answer.ts'
import { trialAnswer, writtenTestAnswer } from './trial-answer.ts'

interface Span {
  readonly from?: EpochMs
  readonly to?: EpochMs
  readonly stationId?: StationId
}
interface RuleText {
  readonly name: string
  readonly text: string
}
export type ReplayQuestion =
  | { readonly kind: 'verify'; readonly span: Span }
  | { readonly kind: 'play'; readonly span: Span; readonly rules?: RuleText }
  | {
      readonly kind: 'diff'
      readonly span: Span
      readonly rules: RuleText
      readonly against?: RuleText
    }
  | {
      readonly kind: 'try'
      readonly span: Required<Span>
      readonly rules: RuleText
      readonly against?: RuleText
    }
  | { readonly kind: 'write-test'; readonly span: Required<Span>; readonly rules: RuleText }

/** Plays it; made where the store and the rules meet. */
export interface ReplayDesk {
  /** The rule files in question, looked at. Undefined when too many long ones wait for that already. */
  check(question: ReplayQuestion): Promise<readonly CheckedFile[] | undefined>
  /** Undefined when too many wait already. */
  ask(question: ReplayQuestion): ReplayTicket | undefined
  find(id: string): ReplayTicket | undefined
  /** Somebody will soon ask. */
  prepare(): void
  /** Ends it, or forgets what it came to. */
  cancel(id: string): ReplayTicket | undefined
}

export interface RuleFault {
  readonly line: number
  readonly column?: number
  readonly field: string
  readonly message: string
}

export interface CheckedFile {
  readonly of: 'rules' | 'against'
  /** 0 where it has faults. */
  readonly rules: number
  readonly hash: string | null
  readonly faults: readonly RuleFault[]
  readonly warnings: readonly RuleFault[]
}

export interface ReplayTicket {
  readonly id: string
  readonly askedAt: EpochMs
  readonly state: z.infer<typeof replayState>
  readonly share: number
  readonly answer?:
    z.infer<typeof replayResult> | { readonly kind: 'faulty' } | { readonly kind: 'checked' }
  readonly why?: string
}

const replayState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled'])

const reasonRow = z.strictObject({
  at: isoInstant,
  because: z.enum(DECISION_REASONS),
  texts: sentenceAnswer,
})
const saidRow = z.strictObject({
  at: isoInstant,
  stationId: z.string().nullable(),
  station: z.string().nullable().meta({ description: 'Its name.' }),
  areaId: z.string().nullable(),
  ruleId: z.string(),
  subject: z.string(),
  kind: z.enum(['open', 'close', 'digest', 'correction']),
  post: z.string().meta({ description: 'The post’s key; several rows may share one.' }),
  episode: z.string(),
  texts: inEachLanguage
    .nullable()
    .meta({ description: 'The whole post; null when its station is no longer in the town.' }),
  why: reasonRow.nullable(),
})
const differenceRow = z.strictObject({
  difference: z.enum(['changed', 'missing', 'extra']),
  id: z.int().nullable().meta({ description: 'The number of the decision that was kept.' }),
  was: z.looseObject({}).nullable(),
  now: z.looseObject({}).nullable(),
})
const counts = { records: z.int(), more: z.int().meta({ description: 'Rows not listed.' }) }
const replayResult = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('verified'),
    since: isoInstant.nullable().meta({ description: 'Where it set out; null: the beginning.' }),
    records: z.int(),
    same: z.int(),
    differences: z.int(),
    first: z.array(differenceRow).readonly(),
  }),
  z.strictObject({
    kind: z.literal('played'),
    ...counts,
    decisions: z.int(),
    posts: z.int(),
    said: z.array(saidRow).readonly(),
  }),
  z.strictObject({
    kind: z.literal('compared'),
    ...counts,
    same: z.int(),
    added: z.int(),
    gone: z.int(),
    moved: z.int(),
    changes: z
      .array(
        z.strictObject({
          change: z.enum(['added', 'gone', 'moved']),
          was: saidRow.nullable(),
          now: saidRow.nullable(),
          whyNot: reasonRow
            .nullable()
            .meta({ description: 'What the other side decided of it; null: it never came up.' }),
        }),
      )
      .readonly(),
  }),
  trialAnswer,
  writtenTestAnswer,
])

export const ticketAnswer = z
  .strictObject({
    id: z.string(),
    askedAt: isoInstant,
    state: replayState,
    share: z.number().meta({ description: 'How much is done, 0 to 1.' }),
    result: replayResult.nullable(),
    why: z.string().nullable().meta({ description: 'When it failed.' }),
  })
  .meta({ id: 'Replay' })

/** Both files and what JSON makes of their quotes. */
export const RULES_BODY_LIMIT = 4_000_000
const LONGEST = 1_000_000

export const ruleText = z
  .string({ error: 'the text of a rules.yaml' })
  .max(LONGEST, `the text of a rules.yaml, at most ${LONGEST} characters`)

export const startReplay = apiRoute({
  method: 'post',
  path: '/api/v1/rules/replay',
  operationId: 'startReplay',
  summary: 'Plays a span of the past again, by the rules that held or by others',
  description:
    'Without `rules`: do the records still give the decisions that were made? With `rules`: what would have been said, had they been loaded at `from`. With `against` too: what would be added, gone or moved, against what happened (`"as-run"`) or against other rules. Nothing is sent. The answer is a ticket; ask for it until `state` is no longer `waiting` or `running`; one that nobody has asked for in ten minutes is ended, and one that takes longer than that to play has failed.',
  tag: 'rules',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    rules: ruleText.optional(),
    against: ruleText.optional(),
    from: instantText.optional(),
    to: instantText.optional(),
    station: stationIdText.optional(),
  }),
  answer: { type: 'application/json', schema: ticketAnswer },
  status: 202,
  problems: ['not-authorized', 'not-ready'],
  staff: 'needed',
})

const byId = z.strictObject({ id: z.uuid({ error: 'the id of a replay' }) })

export const getReplay = apiRoute({
  path: '/api/v1/rules/replays/:id',
  operationId: 'getReplay',
  summary: 'How far a replay has come, and what it came to',
  description: 'Answers are kept for an hour, the newest ten of them.',
  tag: 'rules',
  params: byId,
  query: z.strictObject({}),
  answer: { type: 'application/json', schema: ticketAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
})

export const cancelReplay = apiRoute({
  method: 'delete',
  path: '/api/v1/rules/replays/:id',
  operationId: 'cancelReplay',
  summary: 'Ends a replay, or forgets what it came to',
  tag: 'rules',
  params: byId,
  query: z.strictObject({}),
  answer: { type: 'application/json', schema: ticketAnswer },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
})

export function replayRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly replays?: ReplayDesk },
): void {
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const desk = deps.replays
  // Asked before the body is read: a stranger has no use for four megabytes of it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('cache-control', 'no-store')
    return deps.staff.refuses(request, reply) ? reply : undefined
  }

  typed.post(
    startReplay.path,
    {
      schema: { querystring: startReplay.query, body: startReplay.body },
      bodyLimit: RULES_BODY_LIMIT,
      onRequest,
    },
    async (request, reply) => {
      if (!desk) return sendProblem(reply, problem('not-ready', 'There is no past to ask here.'))
      const { rules, against, from, to, station } = request.body
      if (from !== undefined && to !== undefined && from >= to) {
        const wrong = { field: 'to', expected: 'a time after from' }
        return sendProblem(reply, problem('invalid-request', 'The span is empty.', [wrong]))
      }
      if (rules === undefined && against !== undefined) {
        const wrong = { field: 'rules', expected: 'the rules to be set against these' }
        return sendProblem(reply, problem('invalid-request', 'One side is missing.', [wrong]))
      }
      const span: Span = {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(station && { stationId: station }),
      }
      return sendAsked(reply, desk, questionOf(span, rules, against))
    },
  )

  typed.get(
    getReplay.path,
    { schema: { params: getReplay.params, querystring: getReplay.query }, onRequest },
    async (request, reply) => answerTicket(reply, desk?.find(request.params.id)),
  )

  typed.delete(
    cancelReplay.path,
    { schema: { params: cancelReplay.params, querystring: cancelReplay.query }, onRequest },
    async (request, reply) => answerTicket(reply, desk?.cancel(request.params.id)),
  )
}

/** Puts the question, if its files have no faults. */
export async function sendAsked(
  reply: FastifyReply,
  desk: ReplayDesk,
  question: ReplayQuestion,
): Promise<FastifyReply> {
  const files = await desk.check(question)
  if (!files) return sendBusy(reply)
  if (files.some(({ faults }) => faults.length > 0)) return sendRuleFaults(reply, files)
  const ticket = desk.ask(question)
  return ticket ? reply.code(202).send(ticketJson(ticket)) : sendBusy(reply)
}

/** Of the files that came with the request. */
function sendRuleFaults(reply: FastifyReply, files: readonly CheckedFile[]): FastifyReply {
  const errors = files.flatMap(({ of, faults }) =>
    faults.map(({ line, field, message }) => ({
      field: field === '' ? of : `${of}: ${field}`,
      line,
      expected: message,
    })),
  )
  const detail = errors.length === 1 ? 'The rules have a fault.' : 'The rules have faults.'
  return sendProblem(reply, problem('invalid-request', detail, errors))
}

/** Too many wait already. */
export function sendBusy(reply: FastifyReply): FastifyReply {
  const detail = 'The past is being asked much just now; try again in a minute.'
  return sendProblem(reply.header('retry-after', '60'), problem('not-ready', detail))
}

function questionOf(
  span: Span,
  rules: string | undefined,
  against: string | undefined,
): ReplayQuestion {
  if (rules === undefined) return { kind: 'verify', span }
  const named = { name: 'rules', text: rules }
  if (against === undefined) return { kind: 'play', span, rules: named }
  if (against === 'as-run') return { kind: 'diff', span, rules: named }
  return { kind: 'diff', span, rules: named, against: { name: 'against', text: against } }
}

function answerTicket(reply: FastifyReply, ticket: ReplayTicket | undefined) {
  return ticket
    ? ticketJson(ticket)
    : sendProblem(reply, problem('not-found', 'There is no such replay, or no longer.'))
}

function ticketJson(ticket: ReplayTicket): z.infer<typeof ticketAnswer> {
  const { id, askedAt, state, share, answer, why } = ticket
  return {
    id,
    askedAt: isoText(askedAt),
    state,
    share,
    result: answer && answer.kind !== 'faulty' && answer.kind !== 'checked' ? answer : null,
    why: why ?? null,
  }
}
