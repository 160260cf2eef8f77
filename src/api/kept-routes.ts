/** How well what was announced of emptyings has been kept. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tally, type Judgement, type Tally } from '#src/rules/promises.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Container } from '#src/stations/station.ts'
import { DAY, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { judgeContainer } from '#src/store/kept-promises.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { instantText, stationIdText } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'

const LONGEST_MS = 400 * DAY

const figures = {
  announced: z.int().meta({
    description: 'Windows that were planned at least twelve hours ahead, and are over.',
  }),
  kept: z.int(),
  late: z
    .int()
    .meta({ description: 'Emptied more than an hour and up to a week after the window.' }),
  missed: z.int(),
  unplanned: z.int().meta({ description: 'Emptyings that nobody had planned.' }),
  share: z
    .number()
    .nullable()
    .meta({ description: 'Kept of announced, 0 to 1; null when nothing was announced.' }),
  medianLateMinutes: z
    .int()
    .nullable()
    .meta({ description: 'Half of the late ones were later than this after their window.' }),
}
const keptFigures = z.strictObject(figures).meta({ id: 'KeptFigures' })

export const stationKept = apiRoute({
  path: '/api/v1/stations/:id/kept',
  operationId: 'stationKept',
  summary: 'How many of the announced emptyings of a station were kept',
  description:
    'Of each fraction and in all, counted by container and window: those that begin in `from` ≤ t < `to`, without them in the last 90 days; 400 days at most. A window is kept by an emptying within it, up to twelve hours before it or up to an hour after it; each emptying answers one window. What counts is what had been announced twelve hours before: a later change is no excuse. Windows that are not over are left out. What it is reckoned from is `plan` and `emptyings` of the containers.',
  tag: 'stations',
  params: z.strictObject({ id: stationIdText }),
  query: z.strictObject({ from: instantText.optional(), to: instantText.optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      stationId: z.string(),
      from: isoInstant,
      to: isoInstant,
      all: keptFigures,
      fractions: z.array(
        z.strictObject({ fraction: z.enum(FRACTIONS.map((f) => f.id)), ...figures }),
      ),
    }),
  },
  problems: ['not-found'],
})

export function keptRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.get(
    stationKept.path,
    { schema: { params: stationKept.params, querystring: stationKept.query } },
    async (request, reply) => {
      const { id } = request.params
      const station = journal.town.stations.get(id)
      if (!station) return sendProblem(reply, noSuch('station', id))
      const now = clock()
      const to = request.query.to ?? now
      const from = request.query.from ?? plus(to, -90 * DAY)
      if (from >= to || to - from > LONGEST_MS) {
        const expected = `a time before ${isoText(to)}, at most 400 days`
        return sendProblem(
          reply,
          problem('invalid-request', 'The time span is empty or too long.', [
            { field: 'from', expected, got: isoText(from) },
          ]),
        )
      }
      const judged = new Map<Container, Judgement>()
      for (const container of station.containers) {
        const { judgement } = await judgeContainer(store, container.id, from, now)
        judged.set(container, judgement)
      }
      const figuresOf = (containers: readonly Container[]) =>
        figuresJson(
          tally(
            containers.map((container) => judged.get(container)!),
            from,
            to,
          ),
        )
      const fractions = Map.groupBy(station.containers, ({ fraction }) => fraction)
      void reply.header('cache-control', `public, max-age=${deps.maxAgeSeconds}`)
      return {
        stationId: id,
        from: isoText(from),
        to: isoText(to),
        all: figuresOf(station.containers),
        fractions: [...fractions].map(([fraction, containers]) => ({
          fraction,
          ...figuresOf(containers),
        })),
      }
    },
  )
}

function figuresJson(figures: Tally): z.input<typeof keptFigures> {
  const { announced, kept, late, missed, unplanned, medianLateMs } = figures
  return {
    announced,
    kept,
    late,
    missed,
    unplanned,
    share: announced === 0 ? null : Math.round((kept / announced) * 1000) / 1000,
    medianLateMinutes: medianLateMs === undefined ? null : Math.round(medianLateMs / MINUTE),
  }
}
