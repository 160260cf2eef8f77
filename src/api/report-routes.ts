/** What residents say of a container, without an account. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { RESIDENT_KINDS } from '#src/rules/record.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, isoText, plus, SECOND } from '#src/stations/time.ts'
import {
  floodsSince,
  REPORT_EFFECTS,
  standingsAbout,
  type ReportDesk,
  isNotTaken,
  type NotTaken,
} from '#src/store/report-desk.ts'
import type { Client } from '#src/store/reporters.ts'
import { explainReport, type ToldReport } from '#src/wording/report-text.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, instantText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant, statusWords } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { staffOnly } from './telling.ts'

const KIND = `one of ${RESIDENT_KINDS.join(', ')}`
const TOKEN = '16 to 64 of A-Z a-z 0-9 _ -, drawn at random'

const said = z.strictObject({
  kind: z.enum(RESIDENT_KINDS, { error: KIND }),
  token: z
    .string({ error: TOKEN })
    .regex(/^[A-Za-z0-9_-]{16,64}$/, TOKEN)
    .optional(),
})
const toldToAll = {
  containerStatus: statusWords.meta({ description: 'How the container now counts.' }),
  sentence: z
    .strictObject({ sv: z.string(), en: z.string(), fi: z.string() })
    .meta({ description: 'What came of it, for whoever said it.' }),
}

/** What a resident tells of a container, and takes back. */
const byResident = {
  tag: 'stations',
  params: z.strictObject({ id: containerIdText }),
  query: z.strictObject({}),
  body: said,
  problems: ['not-found', 'too-many-reports'],
} as const

export const tellReport = apiRoute({
  method: 'post',
  path: '/api/v1/containers/:id/reports',
  operationId: 'tellReport',
  summary: 'A resident tells how a container or its station is',
  description:
    'One person counts once, and never makes a post alone. `token` lets an app be known again for a day; without it the address and browser tell people apart. Neither is kept: what is kept can’t be traced to anybody after two days. Some reports at once are fine, then one every few minutes.',
  ...byResident,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      status: z.literal('kept'),
      applied: z.enum(REPORT_EFFECTS).meta({
        description:
          '`counted`; `repeat`: the same person said the same within two hours; `kept`: for the record alone.',
      }),
      ...toldToAll,
    }),
  },
})

export const undoReport = apiRoute({
  method: 'post',
  path: '/api/v1/containers/:id/reports/undo',
  operationId: 'undoReport',
  summary: 'A resident takes back what they reported in the last five minutes',
  description:
    'By the same token, or else from the same address and browser. It is then as if it had not been said.',
  ...byResident,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      status: z.enum(['undone', 'nothing-to-undo']).meta({
        description:
          '`nothing-to-undo`: nobody so known said so there, or longer ago, or it is gone, or ten say the same within ten minutes.',
      }),
      ...toldToAll,
    }),
  },
})

export const listReportFloods = apiRoute({
  path: '/api/v1/report-floods',
  operationId: 'listReportFloods',
  summary: 'When many reported the same of a station within minutes',
  description:
    'Ten or more within ten minutes: a crowd, a joke, or a program. The rules count three of them at most. Without `since`, the last seven days.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({ since: instantText.optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      floods: z.array(
        z.strictObject({
          stationId: z.string(),
          kind: z.enum(RESIDENT_KINDS),
          from: isoInstant,
          until: isoInstant,
          reporters: z.int().meta({ description: 'How many different ones took part.' }),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export function reportRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly reports: ReportDesk },
): void {
  const { store, journal, clock, reports } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.post(
    tellReport.path,
    {
      schema: {
        params: tellReport.params,
        querystring: tellReport.query,
        body: tellReport.body,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { kind } = request.body
      const reported = await reports.report(id, kind, clientOf(request))
      if (isNotTaken(reported)) return refuse(reply, reported, id)
      void reply.header('cache-control', 'no-store')
      const { did } = reported
      return { status: 'kept' as const, applied: did, ...outcomeOf(id, kind, did) }
    },
  )

  typed.post(
    undoReport.path,
    {
      schema: {
        params: undoReport.params,
        querystring: undoReport.query,
        body: undoReport.body,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { kind } = request.body
      const undone = await reports.undo(id, kind, clientOf(request))
      if (isNotTaken(undone)) return refuse(reply, undone, id)
      void reply.header('cache-control', 'no-store')
      return { status: undone.kind, ...outcomeOf(id, kind, undone.kind) }
    },
  )

  typed.get(
    listReportFloods.path,
    {
      preValidation: staffOnly(deps.staff),
      schema: { querystring: listReportFloods.query },
    },
    async (request, reply) => {
      const since = request.query.since ?? plus(clock(), -7 * DAY)
      const floods = await floodsSince(store, since)
      void reply.header('cache-control', 'no-store')
      return {
        floods: floods.map(({ from, until, ...flood }) => ({
          ...flood,
          from: isoText(from),
          until: isoText(until),
        })),
      }
    },
  )

  function outcomeOf(id: ContainerId, kind: ToldReport['kind'], did: ToldReport['did']) {
    const status = journal.status(id)
    const told: ToldReport = {
      kind,
      did,
      status,
      standings: standingsAbout(journal, id),
      now: clock(),
      timeZone: journal.town.town.timeZone,
    }
    const sentence = {
      sv: explainReport(told, 'sv'),
      en: explainReport(told, 'en'),
      fi: explainReport(told, 'fi'),
    }
    return { containerStatus: status.word, sentence }
  }
}

function clientOf({
  ip,
  headers,
  body: { token },
}: Pick<FastifyRequest, 'ip' | 'headers'> & { readonly body: z.output<typeof said> }): Client {
  return {
    address: ip,
    userAgent: headers['user-agent'] ?? '',
    ...(token !== undefined && { token }),
  }
}

function refuse(reply: FastifyReply, refused: NotTaken, id: ContainerId): FastifyReply {
  if (refused.kind === 'no-such-container') return sendProblem(reply, noSuch('container', id))
  const seconds = Math.ceil(refused.afterMs / SECOND)
  return sendProblem(
    reply.header('retry-after', String(seconds)),
    problem('too-many-reports', `Wait ${seconds} seconds before the next report.`),
  )
}
