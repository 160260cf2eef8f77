/** What a forecaster says of containers. It is kept, so that nothing decided by it needs the forecaster again. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, isoText, plus, type EpochMs } from '#src/stations/time.ts'
import { keep, type JournalEntry } from '#src/store/journal.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, instantText } from './input.ts'
import { sendProblem, type FieldError } from './problem.ts'
import { noSuch } from './station-routes.ts'
import {
  findNameFault,
  findTimeFault,
  sendFaults,
  staffOnly,
  toldAnswer,
  toldJson,
} from './telling.ts'

const FARTHEST_MS = 60 * DAY
const MOST_FORECASTS = 2000
const LARGEST_BATCH_BYTES = 1024 * 1024

const PROBABILITY = 'a number from 0 to 1'
const MODEL = 'name and version of the model, 1 to 80 characters'

const said = {
  fullWithin24h: z
    .number({ error: PROBABILITY })
    .min(0, PROBABILITY)
    .max(1, PROBABILITY)
    .meta({ description: 'How probable it is that the container is full within 24 hours.' }),
  fullAt: instantText.optional(),
  fullFrom: instantText.optional(),
  fullUntil: instantText.optional(),
}
const model = z.string({ error: MODEL }).trim().min(1, MODEL).max(80, MODEL)
const rowShape = z.strictObject({ containerId: containerIdText, ...said })
type Said = Omit<z.output<typeof rowShape>, 'containerId'>

const common = {
  tag: 'stations',
  query: z.strictObject({}),
  staff: 'needed',
} as const

export const tellForecast = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/containers/:id/forecasts',
  operationId: 'tellForecast',
  summary: 'A forecast of when a container is full',
  description:
    '`fullAt` is the likely time, with `fullFrom` and `fullUntil` about it; left out where it isn’t in sight. It takes the place of the forecast before.',
  params: z.strictObject({ id: containerIdText }),
  body: z.strictObject({ ...said, model }),
  answer: { type: 'application/json', schema: toldAnswer },
  problems: ['not-authorized', 'not-found'],
})

export const tellForecasts = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/forecasts',
  operationId: 'tellForecasts',
  summary: 'Forecasts of many containers at once',
  description: `Up to ${MOST_FORECASTS}. Those of containers that aren't in the town, or with impossible times, are refused one by one; the others are kept.`,
  params: z.strictObject({}),
  body: z.strictObject({
    model,
    forecasts: z
      .array(rowShape, { error: 'a list of forecasts' })
      .min(1, 'at least one forecast')
      .max(MOST_FORECASTS, `at most ${MOST_FORECASTS} forecasts`),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      status: z.literal('kept'),
      kept: z.int(),
      refused: z.array(
        z.strictObject({ field: z.string(), expected: z.string(), got: z.string().optional() }),
      ),
    }),
  },
  problems: ['not-authorized'],
})

export function forecastRoutes(app: FastifyInstance, { journal, clock, staff }: ApiDeps): void {
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(staff)

  typed.post(
    tellForecast.path,
    {
      preValidation,
      schema: {
        params: tellForecast.params,
        querystring: tellForecast.query,
        body: tellForecast.body,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const { model, ...forecast } = request.body
      const faults = findSpanFaults('', forecast, clock())
      if (faults.length > 0) return sendFaults(reply, faults)
      const upshot = await keep(journal, entryOf(id, forecast, model))
      void reply.header('cache-control', 'no-store')
      return toldJson(upshot)
    },
  )

  typed.post(
    tellForecasts.path,
    {
      preValidation,
      bodyLimit: LARGEST_BATCH_BYTES,
      schema: { querystring: tellForecasts.query, body: tellForecasts.body },
    },
    async (request, reply) => {
      const { model, forecasts } = request.body
      const now = clock()
      const refused: FieldError[] = []
      const entries: JournalEntry[] = []
      for (const [i, { containerId, ...forecast }] of forecasts.entries()) {
        const at = `forecasts.${i}.`
        const faults = [
          ...findNameFault(`${at}containerId`, 'a container', containerId, journal.town.containers),
          ...findSpanFaults(at, forecast, now),
        ]
        if (faults.length > 0) refused.push(...faults)
        else entries.push(entryOf(containerId, forecast, model))
      }
      await Promise.all(entries.map((entry) => keep(journal, entry)))
      void reply.header('cache-control', 'no-store')
      return { status: 'kept' as const, kept: entries.length, refused }
    },
  )
}

/** A time long past or far off, or an interval that its own likely time lies outside of. */
function findSpanFaults(at: string, forecast: Said, now: EpochMs): FieldError[] {
  const { fullAt, fullFrom, fullUntil } = forecast
  const earliest = plus(now, -DAY)
  const latest = plus(now, FARTHEST_MS)
  const faults = [
    ...findTimeFault(`${at}fullAt`, fullAt, earliest, latest),
    ...findTimeFault(`${at}fullFrom`, fullFrom, earliest, latest),
    ...findTimeFault(`${at}fullUntil`, fullUntil, earliest, latest),
  ]
  const ordered = [fullFrom, fullAt, fullUntil].filter((time) => time !== undefined)
  if (faults.length === 0 && ordered.some((time, i) => i > 0 && time < ordered[i - 1]!)) {
    faults.push({
      field: `${at}fullUntil`,
      expected: 'fullFrom, fullAt and fullUntil in this order',
      got: ordered.map(isoText).join(', '),
    })
  }
  return faults
}

function entryOf(containerId: ContainerId, forecast: Said, model: string): JournalEntry {
  const { fullWithin24h, fullAt, fullFrom, fullUntil } = forecast
  return {
    kind: 'fact',
    fact: {
      type: 'forecast',
      containerId,
      fullWithin24h,
      ...(fullAt !== undefined && { fullAt }),
      ...(fullFrom !== undefined && { fullFrom }),
      ...(fullUntil !== undefined && { fullUntil }),
      model,
    },
  }
}
