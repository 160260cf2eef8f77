/** When containers are to be emptied: what is planned, by whom, and what staff plan themselves. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { planFaults, type PlanFault } from '#src/rules/plan-faults.ts'
import { PLAN_SOURCES, type PlannedEmptying } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { comingOf, planEmptyings } from '#src/store/told-by-staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, instantText } from './input.ts'
import { type FieldError, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { actorText, sendFaults, staffOnly } from './telling.ts'

const MOST_WINDOWS = 200

const source = z.enum(PLAN_SOURCES).meta({
  description: 'Who says so: the town’s file, staff, or the national hub.',
})
const windowAnswer = z
  .strictObject({ from: isoInstant, until: isoInstant })
  .meta({ id: 'PlannedEmptying', description: 'It is to be emptied from then, until but not at.' })

export const getPlan = apiRoute({
  path: '/api/v1/containers/:id/plan',
  operationId: 'getPlan',
  summary: 'When a container is to be emptied, and who says so',
  description:
    'What has not ended yet. Plans of several sources add up; `next` is the first that has not been kept already, with everyone who says that it is then.',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      containerId: z.string(),
      next: z
        .strictObject({ from: isoInstant, until: isoInstant, sources: z.array(source) })
        .nullable()
        .meta({ description: 'Null where nobody has planned any.' }),
      plans: z.array(z.strictObject({ source, emptyings: z.array(windowAnswer) })),
    }),
  },
  problems: ['not-found'],
})

const changed = z.strictObject({
  status: z.enum(['kept', 'same']).meta({ description: '`same`: it was planned so already.' }),
})

export const setPlan = apiRoute({
  method: 'put',
  path: '/api/v1/containers/:id/plan',
  operationId: 'setPlan',
  summary: 'Staff say when a container is to be emptied',
  description: `The whole list, in the place of what staff planned before: in order of time, none overlapping another, each of 15 minutes to 7 days and beginning within 400 days. What the town’s file and the hub plan stays beside it.`,
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  body: z.strictObject({
    emptyings: z
      .array(z.strictObject({ from: instantText, until: instantText }), {
        error: 'a list of windows, each with from and until',
      })
      .max(MOST_WINDOWS, `at most ${MOST_WINDOWS} windows`),
    actor: actorText,
  }),
  answer: { type: 'application/json', schema: changed },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const removePlan = apiRoute({
  method: 'delete',
  path: '/api/v1/containers/:id/plan',
  operationId: 'removePlan',
  summary: 'Staff have no plan of their own for a container any more',
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  body: z.strictObject({ actor: actorText }),
  answer: { type: 'application/json', schema: changed },
  problems: ['not-authorized', 'not-found'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export function planRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  const preValidation = staffOnly(deps.staff, DISPATCHERS)
  const plan = (id: ContainerId, emptyings: readonly PlannedEmptying[], who: string) =>
    planEmptyings(journal, id, emptyings, who, clock())

  typed.get(
    getPlan.path,
    { schema: { params: getPlan.params, querystring: getPlan.query } },
    (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const next = journal.status(id).nextEmptying
      const plans = PLAN_SOURCES.map((by) => ({
        source: by,
        emptyings: comingOf(journal, id, by, clock()),
      }))
      const says = plans.filter(({ emptyings }) =>
        emptyings.some((window) => next && window.from < next.until && window.until > next.from),
      )
      return reply.header('cache-control', `public, max-age=${deps.maxAgeSeconds}`).send({
        containerId: id,
        next: next ? { ...windowJson(next), sources: says.map((s) => s.source) } : null,
        plans: plans
          .filter(({ emptyings }) => emptyings.length > 0)
          .map(({ source: by, emptyings }) => ({
            source: by,
            emptyings: emptyings.map(windowJson),
          })),
      })
    },
  )

  typed.put(
    setPlan.path,
    {
      preValidation,
      schema: { params: setPlan.params, querystring: setPlan.query, body: setPlan.body },
      bodyLimit: 64 * 1024,
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const { emptyings, actor: who } = request.body
      const errors = faultsOf(emptyings, clock())
      if (errors.length > 0) return sendFaults(reply, errors)
      const status = await plan(id, emptyings, who)
      void reply.header('cache-control', 'no-store')
      return { status }
    },
  )

  typed.delete(
    removePlan.path,
    {
      preValidation,
      schema: { params: removePlan.params, querystring: removePlan.query, body: removePlan.body },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const status = await plan(id, [], request.body.actor)
      void reply.header('cache-control', 'no-store')
      return { status }
    },
  )
}

/** Everything that is wrong with a list of windows. */
function faultsOf(emptyings: readonly PlannedEmptying[], now: EpochMs): FieldError[] {
  return planFaults(emptyings, now).map((fault) => ({
    field: `emptyings.${fault.index}.${fault.end}`,
    expected: expectedText(fault),
    got: isoText(emptyings[fault.index]![fault.end]),
  }))
}

function expectedText({ because, limit }: PlanFault): string {
  const at = limit === undefined ? '' : isoText(limit)
  switch (because) {
    case 'too-short':
      return 'a time at least 15 minutes after from'
    case 'too-long':
      return 'a time at most 7 days after from'
    case 'over':
      return `a time after ${at}: it is over already`
    case 'too-far':
      return `a time before ${at}`
    case 'overlaps':
      return `a time not before ${at}, when the one before it ends`
  }
}

function windowJson({ from, until }: PlannedEmptying) {
  return { from: isoText(from), until: isoText(until) }
}
