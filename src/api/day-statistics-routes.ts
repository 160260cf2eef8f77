/** What the rounds came to, as open data without persons. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LEAST_TOLD } from '#src/pickups/booking/statistics.ts'
import type { DayCount } from '#src/pickups/day/statistics.ts'
import { apiRoute } from './api-route.ts'
import type { DayDeps } from './day-routes.ts'
import { dayText } from './errand-input.ts'
import { kilograms, toldMonths } from './told-months.ts'

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

export function monthsOf(counts: readonly DayCount[]): z.input<typeof monthAnswer>[] {
  const months = Map.groupBy(counts, ({ day }) => day.slice(0, 7))
  return [...months].map(([month, all]) => {
    const kg = all.filter((c) => c.what === 'grams')
    const isTold = sum(all, 'stops/done') >= LEAST_TOLD
    const grams = sum(all, 'grams')
    const told = (value: number) => (isTold ? value : value === 0 && grams === 0 ? 0 : null)
    const districts = Map.groupBy(
      all.filter(({ what }) => what === 'grams' || what.startsWith('stops/')),
      ({ district }) => district,
    )
    // A district that is hidden could be reckoned from the month's sum and the others.
    const isOneHidden = [...districts.values()].some((c) => {
      const done = sum(c, 'stops/done')
      return done > 0 && done < LEAST_TOLD
    })
    return {
      month,
      kg: told(kilograms(grams)),
      things: told(sum(all, 'things')),
      reusedKg: told(kilograms(sum(all, 'reused-grams'))),
      reuseShare: told(grams === 0 ? 0 : share(sum(all, 'reused-grams') / grams)),
      bikeKm: told(kilometres(sum(all, 'bike-metres'))),
      carKm: told(kilometres(sum(all, 'car-metres'))),
      stops: hidden(all, 'stops/'),
      failed: hidden(all, 'failed/'),
      unserved: hidden(all, 'unserved/'),
      left: Object.fromEntries(
        [...group(all, 'left-grams/')].map(([waste, n]) => [waste, isTold ? kilograms(n) : null]),
      ),
      districts:
        kg.length === 0 || isOneHidden
          ? []
          : [...districts].map(([district, c]) => ({
              district: district === '' ? null : district,
              stops: hidden(c, 'stops/'),
              kg: kilograms(sum(c, 'grams')),
            })),
    }
  })
}

const firstOf = (day: string) => `${day.slice(0, 7)}-01`
const lastOf = (day: string) => `${day.slice(0, 7)}-31`

function sum(counts: readonly DayCount[], what: string): number {
  return counts.reduce((total, count) => (count.what === what ? total + count.n : total), 0)
}

function group(counts: readonly DayCount[], prefix: string): Map<string, number> {
  const groups = new Map<string, number>()
  for (const { what, n } of counts) {
    if (!what.startsWith(prefix)) continue
    const name = what.slice(prefix.length)
    groups.set(name, (groups.get(name) ?? 0) + n)
  }
  return groups
}

function hidden(counts: readonly DayCount[], prefix: string): Record<string, number | null> {
  // No sum of them is told, so one alone can't be reckoned.
  return Object.fromEntries(
    [...group(counts, prefix)].map(([name, n]) => [name, n > 0 && n < LEAST_TOLD ? null : n]),
  )
}

const kilometres = (metres: number) => Math.round(metres / 100) / 10
const share = (value: number) => Math.round(value * 1000) / 1000
