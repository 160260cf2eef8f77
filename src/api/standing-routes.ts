/** How the rules stand just now: why nothing is said, or what is on its way. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Standing } from '#src/rules/contract.ts'
import type { Subject } from '#src/rules/record.ts'
import { isoOrNull, isoText, type EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { explainStanding } from '#src/wording/standing-text.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import {
  clauseAnswer,
  clausesJson,
  episodeState,
  evidenceAnswer,
  evidenceJson,
  gateAnswer,
  gatesJson,
  sentenceAnswer,
  sentences,
} from './decision-answer.ts'
import { containerIdText, stationIdText } from './input.ts'
import { sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'

const truth = z.union([z.boolean(), z.literal('unknown')])
const found = z.strictObject({ value: truth, clauses: z.array(clauseAnswer) })

export const standingAnswer = z
  .strictObject({
    ruleId: z.string(),
    ruleHash: z.string(),
    audience: z.enum(['public', 'staff']),
    subject: z.string().meta({ description: 'What the rule is judged for.' }),
    stationId: z.string().nullable(),
    containerId: z.string().nullable(),
    state: episodeState,
    since: isoInstant.nullable().meta({ description: 'Since when it is in that state.' }),
    startedAt: isoInstant.nullable().meta({ description: 'When its condition came true.' }),
    when: found.meta({ description: 'The condition as it comes out now.' }),
    clear: found.nullable().meta({ description: 'Null where the rule ends when `when` is false.' }),
    evidence: evidenceAnswer.nullable(),
    lacking: z
      .strictObject({ fillPercent: z.number().nullable(), reports: z.int().nullable() })
      .nullable()
      .meta({
        description:
          'What alone would make the container full: a level of its sensor, or so many more visitors. Null where it is full, or the rule asks something else.',
      }),
    gates: z
      .array(gateAnswer)
      .meta({ description: 'What each gate would say now, where something is on its way.' }),
    waiting: z
      .strictObject({ kind: z.enum(['open', 'close']), since: isoInstant, nextTryAt: isoInstant })
      .nullable()
      .meta({ description: 'News that waits to be posted.' }),
    posted: z
      .strictObject({ key: z.string(), at: isoInstant })
      .nullable()
      .meta({ description: 'The post that told of it.' }),
    awaitsReading: z
      .boolean()
      .describe('Its time is over, and another reading has to say the same.'),
    movesOnAt: isoInstant
      .nullable()
      .meta({ description: 'When, if nothing happens, it goes on to its next state.' }),
    nextLookAt: isoInstant.nullable().meta({ description: 'When it is looked at next.' }),
    sentence: sentenceAnswer,
  })
  .meta({ id: 'Standing' })

const answer = {
  type: 'application/json',
  schema: z.strictObject({ asOf: isoInstant, rules: z.array(standingAnswer) }),
} as const
const description =
  'The answer to “why not?”, also where nothing has been decided. Rules that speak to the staff alone are told to the staff alone.'

export const containerRules = apiRoute({
  path: '/api/v1/containers/:id/rules',
  operationId: 'containerRules',
  summary: 'How each rule stands for a container and for its station',
  description,
  tag: 'posts',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  answer,
  problems: ['not-found'],
  staff: 'more',
})

export const stationRules = apiRoute({
  path: '/api/v1/stations/:id/rules',
  operationId: 'stationRules',
  summary: 'How each rule stands for a station and for its containers',
  description,
  tag: 'posts',
  params: z.strictObject({ id: stationIdText }),
  query: z.strictObject({}),
  answer,
  problems: ['not-found'],
  staff: 'more',
})

export function standingRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { journal, clock, staff } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  function send(
    request: FastifyRequest,
    reply: FastifyReply,
    subjects: readonly Subject[],
  ): FastifyReply {
    const at = clock()
    const isStaff = staff.isStaff(request)
    const rules = subjects
      .flatMap((subject) => journal.standing(subject))
      .filter(({ audience }) => isStaff || audience === 'public')
      .map((standing) => standingJson(standing, journal.town, at))
    return reply
      .header('cache-control', isStaff ? 'no-store' : 'public, max-age=1')
      .send({ asOf: isoText(at), rules })
  }

  typed.get(
    containerRules.path,
    { schema: { params: containerRules.params, querystring: containerRules.query } },
    (request, reply) => {
      const container = journal.town.containers.get(request.params.id)
      if (!container) return sendProblem(reply, noSuch('container', request.params.id))
      return send(request, reply, [container.id, container.stationId])
    },
  )

  typed.get(
    stationRules.path,
    { schema: { params: stationRules.params, querystring: stationRules.query } },
    (request, reply) => {
      const station = journal.town.stations.get(request.params.id)
      if (!station) return sendProblem(reply, noSuch('station', request.params.id))
      return send(request, reply, [station.id, ...station.containers.map(({ id }) => id)])
    },
  )
}

export function standingJson(
  standing: Standing,
  town: TownIndex,
  at: EpochMs,
): z.input<typeof standingAnswer> {
  const { when, clear, evidence, lacking, waiting, posted } = standing
  return {
    ruleId: standing.ruleId,
    ruleHash: standing.ruleHash,
    audience: standing.audience,
    subject: standing.subject,
    stationId: standing.stationId ?? null,
    containerId: standing.containerId ?? null,
    state: standing.state,
    since: isoOrNull(standing.since),
    startedAt: isoOrNull(standing.startedAt),
    when: { value: when.value, clauses: clausesJson(when.clauses) },
    clear: clear ? { value: clear.value, clauses: clausesJson(clear.clauses) } : null,
    evidence: evidence ? evidenceJson(evidence) : null,
    lacking: lacking
      ? { fillPercent: lacking.fillPercent ?? null, reports: lacking.reports ?? null }
      : null,
    gates: gatesJson(standing.gates),
    waiting: waiting
      ? {
          kind: waiting.kind,
          since: isoText(waiting.since),
          nextTryAt: isoText(waiting.nextTryAt),
        }
      : null,
    posted: posted ? { key: posted.key, at: isoText(posted.at) } : null,
    awaitsReading: standing.awaitsReading ?? false,
    movesOnAt: isoOrNull(standing.movesOnAt),
    nextLookAt: isoOrNull(standing.nextLookAt),
    sentence: sentences((language) => explainStanding(standing, town, language, at)),
  }
}
