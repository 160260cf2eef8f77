/** What the return bike did, as open data without persons: small figures are left out. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LENIENT } from '#src/pickups/booking/booking.ts'
import { forThePublic, type PublicFigures } from '#src/pickups/booking/public-figures.ts'
import {
  LEAST_TOLD,
  letPassFigures,
  STATES_COUNTED,
  WAIT_BUCKETS,
} from '#src/pickups/booking/statistics.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute } from './api-route.ts'
import type { BookingDeps } from './booking-routes.ts'
import { toldMonths } from './told-months.ts'

const none = z.strictObject({})
const figure = z.number().nullable()

const rowAnswer = z.strictObject({
  month: z.string(),
  district: z.string().nullable(),
  errands: z.strictObject({
    done: figure,
    missed: figure,
    cancelled: figure,
    unserved: figure,
    open: figure,
  }),
  kg: figure,
  reusedKg: figure,
  things: figure,
  reusedThings: figure,
  waitedDays: figure.meta({ description: 'From asking to the bike’s coming, on average.' }),
  waited: z.record(z.string(), figure).meta({ description: 'How many waited so many days.' }),
  byThing: z.record(z.string(), figure),
})

export const bikeStatistics = apiRoute({
  path: '/api/v1/return-bike/statistics',
  operationId: 'bikeStatistics',
  summary: 'Errands, kilograms, reuse and waiting, by month and district',
  description: `Counted without persons. Figures below ${LEAST_TOLD} are null, and so is another where one alone could be reckoned from the rest; weights and averages where fewer than ${LEAST_TOLD} errands are behind them. Only of months that are over; with the staff token of the running one too.`,
  tag: 'bike',
  params: none,
  query: none,
  answer: {
    type: 'application/json',
    schema: z.strictObject({ months: z.array(rowAnswer) }),
  },
  problems: [],
  staff: 'more',
})

export const bikeStatisticsCsv = apiRoute({
  path: '/api/v1/return-bike/statistics.csv',
  operationId: 'bikeStatisticsCsv',
  summary: 'The same as CSV, without the breakdown by thing',
  tag: 'bike',
  params: none,
  query: none,
  answer: { type: 'text/csv; charset=utf-8' },
  problems: [],
  staff: 'more',
})

export const letPassStatistics = apiRoute({
  path: '/api/v1/return-bike/let-pass',
  operationId: 'letPassStatistics',
  summary: 'How many bookings staff let past limits, by month and limit',
  description: 'Of the whole town, without persons; bookings that are erased stay counted.',
  tag: 'bike',
  params: none,
  query: none,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      months: z.array(
        z.strictObject({
          month: z.string(),
          bookings: z.int(),
          letPass: z.int(),
          byLimit: z.partialRecord(z.enum(LENIENT), z.int()),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})

export const BIKE_STATISTICS_ROUTES = [bikeStatistics, bikeStatisticsCsv, letPassStatistics]

export function bikeStatisticsRoutes(app: FastifyInstance, deps: BookingDeps): void {
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.get(bikeStatistics.path, { schema: { querystring: none } }, async (request, reply) => {
    const rows = forThePublic(await deps.bookings.statistics())
    return { months: toldMonths(request, reply, deps, rows) }
  })

  typed.get(bikeStatisticsCsv.path, { schema: { querystring: none } }, async (request, reply) => {
    const rows = forThePublic(await deps.bookings.statistics())
    const told = toldMonths(request, reply, deps, rows)
    return reply.header('content-type', bikeStatisticsCsv.answer.type).send(csvOf(told))
  })

  typed.get(letPassStatistics.path, { schema: { querystring: none } }, async (request, reply) => {
    if (deps.staff.refuses(request, reply, DISPATCHERS)) return reply
    void reply.header('cache-control', 'no-store')
    return { months: [...letPassFigures(await deps.bookings.statistics())] }
  })
}

type Row = PublicFigures

function csvOf(rows: readonly Row[]): string {
  const columns: readonly (readonly [string, (row: Row) => string | number | null])[] = [
    ['month', (row) => row.month],
    ['district', (row) => row.district],
    ...STATES_COUNTED.map((state) => [state, (row: Row) => row.errands[state]] as const),
    ['kg', (row) => row.kg],
    ['reused_kg', (row) => row.reusedKg],
    ['things', (row) => row.things],
    ['reused_things', (row) => row.reusedThings],
    ['waited_days', (row) => row.waitedDays],
    ...WAIT_BUCKETS.map(
      (bucket) => [`waited_${bucket}`, (row: Row) => row.waited[bucket] ?? null] as const,
    ),
  ]
  const lines = rows.map((row) => columns.map(([, of]) => of(row) ?? '').join(','))
  return `${[columns.map(([name]) => name).join(','), ...lines].join('\r\n')}\r\n`
}
