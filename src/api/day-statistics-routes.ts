/** What the rounds came to, as open data without persons. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LEAST_TOLD } from '#src/pickups/booking/statistics.ts'
import { monthsOf } from '#src/pickups/day/public-figures.ts'
import { apiRoute } from './api-route.ts'
import type { DayDeps } from './day-routes.ts'
import { dayText } from './errand-input.ts'
import { toldMonths } from './told-months.ts'

const figure = z.number().nullable()
const figures = z.record(z.string(), figure)

const monthAnswer = z.strictObject({
  month: z.string(),
  kg: figure,
  things: figure,
  reusedKg: figure,
  reuseShare: figure.meta({ description: 'Of the weight, 0 to 1.' }),
  bikeKm: figure,
  carKm: figure.meta({
    description:
      'If each household that was served had driven to where its things were left, and home again: twice the straight distance by 1.35.',
  }),
  stops: figures,
  failed: figures,
  unserved: figures,
  urgent: z
    .strictObject({ stops: figures, kg: figure })
    .meta({ description: 'What dispatchers put in beside the bookings, wherever it was.' }),
  left: figures.meta({ description: 'Kilograms by what the scales at the drop-offs said.' }),
  districts: z.array(
    z.strictObject({ district: z.string().nullable(), stops: figures, kg: figure }),
  ),
})

export const roundStatistics = apiRoute({
  path: '/api/v1/rounds/statistics',
  operationId: 'roundStatistics',
  summary: 'Kilograms, reuse, stops and kilometres by bike and by car, by month',
  description: `Counted without persons when a day is over. Numbers of stops below ${LEAST_TOLD} are null, and weights and kilometres where fewer than ${LEAST_TOLD} stops are behind them. Only of whole months that are over, so that nobody reckons a day’s from the difference; with the staff token of the running one too. \`from\` and \`until\` name months by any of their days.`,
  tag: 'bike',
  params: z.strictObject({}),
  query: z.strictObject({ from: dayText.optional(), until: dayText.optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ months: z.array(monthAnswer) }),
  },
  problems: [],
  staff: 'more',
})

export function dayStatisticsRoutes(app: FastifyInstance, deps: DayDeps): void {
  app
    .withTypeProvider<ZodTypeProvider>()
    .get(
      roundStatistics.path,
      { schema: { querystring: roundStatistics.query } },
      async (request, reply) => {
        const { from = '0000-01-01', until = '9999-12-31' } = request.query
        const months = monthsOf(await deps.store.dayCounts(firstOf(from), lastOf(until)))
        return { months: toldMonths(request, reply, deps, months) }
      },
    )
}

const firstOf = (day: string) => `${day.slice(0, 7)}-01`
const lastOf = (day: string) => `${day.slice(0, 7)}-31`
