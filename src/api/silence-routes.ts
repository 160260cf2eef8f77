/** Staff's wishes for silence: about the whole town, a station, a container or a rule. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { gatherSilences, isSilent, type ToldSilence } from '#src/rules/silences.ts'
import { stationIdIn } from '#src/stations/ids.ts'
import { isoText, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import {
  beginSilence as silence,
  endSilence as unsilence,
  LONGEST_SILENCE_MS,
} from '#src/store/staff-says.ts'
import { EDITORS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, durationText, instantText, ruleIdText, stationIdText } from './input.ts'
import { problem, sendProblem, type FieldError } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import {
  actorText,
  findNameFault,
  findTimeFault,
  sendFaults,
  staffOnly,
  toldAnswer,
  toldJson,
  whyText,
} from './telling.ts'

const silenceAnswer = z
  .strictObject({
    id: z.string(),
    stationId: z.string().nullable(),
    containerId: z.string().nullable(),
    ruleId: z.string().nullable(),
    from: isoInstant,
    until: isoInstant,
    why: z.string().nullable(),
    actor: z.string(),
    isSilent: z.boolean().meta({ description: 'It holds now.' }),
    endedAt: isoInstant.nullable().meta({ description: 'When staff ended it before its time.' }),
    endedBy: z.string().nullable(),
  })
  .meta({ id: 'Silence' })

export const listSilences = apiRoute({
  path: '/api/v1/silences',
  operationId: 'listSilences',
  summary: 'Silences that staff have asked for, newest first',
  description: 'Those that hold now; with `all=yes` those that are over too.',
  tag: 'posts',
  params: z.strictObject({}),
  query: z.strictObject({ all: z.literal('yes', { error: 'yes, or left out' }).optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ silences: z.array(silenceAnswer) }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export const beginSilence = apiRoute({
  method: 'post',
  path: '/api/v1/silences',
  operationId: 'beginSilence',
  summary: 'Staff ask for silence',
  description:
    'Of a station, a container, a rule, or a rule there; with none of them, of the whole town. News is held back until `until`, or for `duration`, and goes out then if it is still true; news that something is over is left out.',
  tag: 'posts',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z
    .strictObject({
      stationId: stationIdText.optional(),
      containerId: containerIdText.optional(),
      ruleId: ruleIdText.optional(),
      until: instantText.optional(),
      duration: durationText(
        MINUTE,
        LONGEST_SILENCE_MS,
        'a span from 1m to 366d, such as 2h or 3d',
      ).optional(),
      why: whyText.optional(),
      actor: actorText,
    })
    .refine(({ until, duration }) => (until === undefined) !== (duration === undefined), {
      error: 'either until or duration',
      path: ['until'],
    }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ ...toldAnswer.shape, id: z.string(), until: isoInstant }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: EDITORS,
})

export const endSilence = apiRoute({
  method: 'delete',
  path: '/api/v1/silences/:id',
  operationId: 'endSilence',
  summary: 'Staff end a silence before its time',
  description: 'What it held back is asked again at once.',
  tag: 'posts',
  params: z.strictObject({ id: z.string().max(64) }),
  query: z.strictObject({}),
  body: z.strictObject({ actor: actorText }),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found', 'conflict'],
  staff: 'needed',
  roles: EDITORS,
})

/** `ruleIds`: the rules in force. */
export function silenceRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly ruleIds: () => readonly string[] },
): void {
  const { store, journal, clock, ruleIds } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(deps.staff, EDITORS)
  const told = async () => gatherSilences(await store.silences())

  typed.get(
    listSilences.path,
    { preValidation: staffOnly(deps.staff), schema: { querystring: listSilences.query } },
    async (request, reply) => {
      const now = clock()
      const all = await told()
      const shown = request.query.all === 'yes' ? all : all.filter((s) => isSilent(s, now))
      void reply.header('cache-control', 'no-store')
      return { silences: shown.map((silence) => silenceJson(silence, now)) }
    },
  )

  typed.post(
    beginSilence.path,
    {
      preValidation,
      schema: { querystring: beginSilence.query, body: beginSilence.body },
    },
    async (request, reply) => {
      const { duration, why, actor, ...about } = request.body
      const now = clock()
      const until = request.body.until ?? plus(now, duration!)
      const faults = [
        ...findSubjectFaults(about),
        ...findTimeFault('until', request.body.until, plus(now, 1), plus(now, LONGEST_SILENCE_MS)),
      ]
      if (faults.length > 0) return sendFaults(reply, faults)
      const { id, upshot } = await silence(journal, { ...about, until, why, actor })
      void reply.header('cache-control', 'no-store')
      return { ...toldJson(upshot), id, until: isoText(until) }
    },
  )

  typed.delete(
    endSilence.path,
    {
      preValidation,
      schema: { params: endSilence.params, body: endSilence.body },
    },
    async (request, reply) => {
      const { id } = request.params
      const ended = await unsilence(deps, id, request.body.actor)
      if (ended.kind === 'unknown') return sendProblem(reply, noSuch('silence', id))
      if (ended.kind === 'over-already') {
        return sendProblem(reply, problem('conflict', `Silence ${id} is over already.`))
      }
      void reply.header('cache-control', 'no-store')
      return toldJson(ended.upshot)
    },
  )

  /** What isn't in the town, or doesn't go together. */
  function findSubjectFaults(
    about: Pick<z.output<typeof beginSilence.body>, 'stationId' | 'containerId' | 'ruleId'>,
  ): FieldError[] {
    const { stationId, containerId, ruleId } = about
    const { stations, containers } = journal.town
    const faults = [
      ...findNameFault('stationId', 'a station', stationId, stations),
      ...findNameFault('containerId', 'a container', containerId, containers),
      ...findNameFault('ruleId', 'a rule', ruleId, new Map(ruleIds().map((id) => [id, id]))),
    ]
    if (faults.length > 0 || !stationId || !containerId) return faults
    if (stationIdIn(containerId) === stationId) return []
    return [{ field: 'containerId', expected: `a container of ${stationId}`, got: containerId }]
  }
}

function silenceJson(silence: ToldSilence, now: EpochMs): z.input<typeof silenceAnswer> {
  const { said, ended } = silence
  return {
    id: said.id,
    stationId: said.stationId ?? null,
    containerId: said.containerId ?? null,
    ruleId: said.ruleId ?? null,
    from: isoText(said.at),
    until: isoText(said.until),
    why: said.why ?? null,
    actor: said.actor,
    isSilent: isSilent(silence, now),
    endedAt: ended ? isoText(ended.at) : null,
    endedBy: ended?.actor ?? null,
  }
}
