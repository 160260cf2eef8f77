/** The desk at which rules are written: what holds, what is wrong with a draft, and how it would have gone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { parseRuleFile } from '#src/rules/rule-file.ts'
import type { StationId } from '#src/stations/ids.ts'
import { DAY, plus, type EpochMs } from '#src/stations/time.ts'
import { POST_TEMPLATES } from '#src/wording/post-text.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { instantText, stationIdText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import {
  type CheckedFile,
  type ReplayDesk,
  type RuleFault,
  RULES_BODY_LIMIT,
  ruleText,
  sendAsked,
  sendBusy,
  ticketAnswer,
} from './replay-routes.ts'
import { noSuch } from './station-routes.ts'

/** The rule file in force. */
export interface RulesInForce {
  readonly text: string
  readonly hash: string
}

export const getRules = apiRoute({
  path: '/api/v1/rules',
  operationId: 'getRules',
  summary: 'The rule file in force',
  tag: 'rules',
  params: z.strictObject({}),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      rules: z.string(),
      hash: z.string().meta({ description: 'Twelve hex digits of its SHA-256.' }),
    }),
  },
  problems: ['not-authorized', 'not-ready'],
  staff: 'needed',
})

const faultAnswer = z.strictObject({
  line: z.int().meta({ description: 'From 1.' }),
  column: z.int().nullable(),
  field: z.string().meta({ description: '`rules[1].when`; empty for the file as a whole.' }),
  message: z.string().meta({ description: 'What was expected, what was found, the fix.' }),
})

export const checkRules = apiRoute({
  method: 'post',
  path: '/api/v1/rules/check',
  operationId: 'checkRules',
  summary: 'Every fault of a rule file, and what is probably not meant',
  description: 'The same as `kvitter rules check`. A file with faults is an answer, not an error.',
  tag: 'rules',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({ rules: ruleText }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      rules: z.int().meta({ description: 'How many rules there are; 0 where it has faults.' }),
      hash: z.string().nullable(),
      faults: z.array(faultAnswer).readonly(),
      warnings: z.array(faultAnswer).readonly(),
    }),
  },
  problems: ['not-authorized', 'not-ready', 'too-large'],
  staff: 'needed',
})

const LONGEST_MS = 93 * DAY
const ofStation = z.strictObject({
  rules: ruleText,
  against: ruleText.optional(),
  station: stationIdText,
  from: instantText,
  to: instantText,
})

export const tryRules = apiRoute({
  method: 'post',
  path: '/api/v1/rules/trial',
  operationId: 'tryRules',
  summary: 'Tries rules on the past of one station',
  description:
    'Beside the rules in force, or `against`: levels, how each rule went, what was said and what was held, each with its reason. At most 93 days. The answer is a ticket, as of a replay.',
  tag: 'rules',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: ofStation,
  answer: { type: 'application/json', schema: ticketAnswer },
  status: 202,
  problems: ['not-authorized', 'not-found', 'not-ready'],
  staff: 'needed',
})

export const writeRuleTest = apiRoute({
  method: 'post',
  path: '/api/v1/rules/written-test',
  operationId: 'writeRuleTest',
  summary: 'Writes a rule test from what happened at one station',
  description:
    'The same as `kvitter rules test --from-journal`: a rules.test.yaml that passes with these rules. The answer is a ticket, as of a replay.',
  tag: 'rules',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: ofStation.omit({ against: true }),
  answer: { type: 'application/json', schema: ticketAnswer },
  status: 202,
  problems: ['not-authorized', 'not-found', 'not-ready'],
  staff: 'needed',
})

/** Characters of rules that are looked at on the spot; longer ones are looked at beside the service. */
const SMALL = 50_000

export function ruleDeskRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly replays?: ReplayDesk; readonly inForce?: () => RulesInForce },
): void {
  const { journal, replays, inForce } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  // Asked before the body is read: a stranger has no use for four megabytes of it.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
    void reply.header('cache-control', 'no-store')
    return deps.staff.refuses(request, reply) ? reply : undefined
  }
  const large = { bodyLimit: RULES_BODY_LIMIT, onRequest }

  typed.get(getRules.path, { schema: { querystring: getRules.query }, onRequest }, (_, reply) => {
    const held = inForce?.()
    // Whoever looks at the rules may soon try others.
    replays?.prepare()
    return held
      ? reply.send({ rules: held.text, hash: held.hash })
      : sendProblem(reply, problem('not-ready', 'No rule file is in force here.'))
  })

  typed.post(
    checkRules.path,
    { schema: { querystring: checkRules.query, body: checkRules.body }, ...large },
    async (request, reply) => {
      const { rules } = request.body
      if (rules.length <= SMALL) return checked(rules)
      const question = { kind: 'play', span: {}, rules: { name: 'rules', text: rules } } as const
      if (!replays) return sendProblem(reply, problem('too-large', 'It is too long to be checked.'))
      const [file] = (await replays.check(question)) ?? []
      return file ? checkedJson(file) : sendBusy(reply)
    },
  )

  typed.post(
    tryRules.path,
    { schema: { querystring: tryRules.query, body: tryRules.body }, ...large },
    async (request, reply) => {
      const { rules, against, ...where } = request.body
      const span = spanFor(where, reply)
      if (!span) return reply
      return sendQuestion(reply, {
        kind: 'try',
        span,
        rules: { name: 'rules', text: rules },
        ...(against !== undefined && { against: { name: 'against', text: against } }),
      })
    },
  )

  typed.post(
    writeRuleTest.path,
    { schema: { querystring: writeRuleTest.query, body: writeRuleTest.body }, ...large },
    async (request, reply) => {
      const { rules, ...where } = request.body
      const span = spanFor(where, reply)
      if (!span) return reply
      const question = { kind: 'write-test', span, rules: { name: 'rules', text: rules } } as const
      return sendQuestion(reply, question)
    },
  )

  /** Undefined when it has been refused. */
  function spanFor(
    where: { readonly from: EpochMs; readonly to: EpochMs; readonly station: StationId },
    reply: FastifyReply,
  ) {
    const { from, to, station: stationId } = where
    if (!journal.town.stations.has(stationId)) {
      sendProblem(reply, noSuch('station', stationId))
      return undefined
    }
    if (to > from && to <= plus(from, LONGEST_MS)) return { from, to, stationId }
    const wrong = { field: 'to', expected: 'a time after from, at most 93 days later' }
    sendProblem(reply, problem('invalid-request', 'The span is no span.', [wrong]))
    return undefined
  }

  async function sendQuestion(reply: FastifyReply, question: Parameters<ReplayDesk['ask']>[0]) {
    if (!replays) return sendProblem(reply, problem('not-ready', 'There is no past to ask here.'))
    return sendAsked(reply, replays, question)
  }
}

function checked(text: string): z.input<typeof checkRules.answer.schema> {
  const parsed = parseRuleFile(text, 'rules.yaml', POST_TEMPLATES)
  if (parsed.kind !== 'ok') {
    return checkedJson({ rules: 0, hash: null, faults: parsed.faults, warnings: [] })
  }
  const { book, warnings } = parsed
  return checkedJson({ rules: book.rules.length, hash: book.hash, faults: [], warnings })
}

function checkedJson({
  rules,
  hash,
  faults,
  warnings,
}: Omit<CheckedFile, 'of'>): z.input<typeof checkRules.answer.schema> {
  return { rules, hash, faults: faults.map(faultJson), warnings: warnings.map(faultJson) }
}

function faultJson({ line, column, field, message }: RuleFault): z.input<typeof faultAnswer> {
  return { line, column: column ?? null, field, message }
}
