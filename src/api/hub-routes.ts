/** What the national hub says of the town's stations, brought in: days to come, and emptyings that were. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { PlannedEmptying } from '#src/rules/record.ts'
import { hubStationsIn, readHub, type HubReport } from '#src/stations/hub-stations.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { HOUR, plus, type EpochMs } from '#src/stations/time.ts'
import { keep } from '#src/store/journal.ts'
import { mutex } from '#src/store/mutex.ts'
import { DISPATCHERS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { sendFaults, staffOnly } from './telling.ts'

const MOST_BYTES = 4 * 1024 * 1024
const MOST_FAULTS = 100
/** A driver's word and the hub's of one emptying differ by a while. */
const SAME_WITHIN_MS = 3 * HOUR

export const importHub = apiRoute({
  method: 'post',
  path: '/api/v1/plans/import',
  operationId: 'importHub',
  summary: 'Brings in what the national hub says of the town’s stations',
  description:
    'The body is what `GetAllAVS` or `GetAVS` of Avfallshubben answers, up to 4 MB (`kvitter plan import` sends only the town’s part of a national file). `nextAction` becomes a planned emptying with the source `hub`, in the place of what the hub said before; `lastAction` an emptying told by the contractor, once. Stations are found by municipality code and external id, containers by service type. Both times are taken as local whatever they end in. Texts instead of dates are counted and passed over. Brought in again it changes nothing.',
  tag: 'stations',
  params: z.strictObject({}),
  query: z.strictObject({
    dryRun: z.enum(['yes', 'no'], { error: 'yes or no' }).optional(),
  }),
  body: z
    .unknown()
    .meta({ description: 'JSON as the hub answers it: a list of stations, or one.' }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      stations: z.strictObject({
        matched: z.int(),
        unknown: z
          .array(z.strictObject({ externalAvsId: z.string(), name: z.string().nullable() }))
          .meta({ description: 'Of this municipality, and not in the town.' }),
        missing: z.array(z.string()).meta({ description: 'Of the town, and not in the file.' }),
        elsewhere: z.int().meta({ description: 'Of other municipalities.' }),
        withoutServices: z.int(),
      }),
      plans: z.strictObject({ kept: z.int(), withdrawn: z.int(), same: z.int() }).meta({
        description: 'Containers of which something is planned, no longer, or as before.',
      }),
      emptyings: z
        .strictObject({ kept: z.int(), known: z.int() })
        .meta({ description: 'Last emptyings that were news, and that had been told before.' }),
      ignored: z.strictObject({
        inWords: z.int(),
        notOfContainers: z.int(),
        withoutTime: z.int(),
        over: z.int(),
      }),
      faults: z.array(
        z.strictObject({
          externalAvsId: z.string().nullable(),
          serviceType: z.int().nullable(),
          what: z.string(),
        }),
      ),
      moreFaults: z.int(),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: DISPATCHERS,
})
type Imported = z.input<(typeof importHub)['answer']['schema']>

export function hubRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  /** One after another, or two would tell the same emptying. */
  const inTurn = mutex()

  typed.post(
    importHub.path,
    {
      preValidation: staffOnly(deps.staff, DISPATCHERS),
      schema: { querystring: importHub.query, body: importHub.body },
      bodyLimit: MOST_BYTES,
      handlerTimeout: 120_000,
    },
    async (request, reply) => {
      const stations = hubStationsIn(request.body)
      if (!stations) {
        return sendFaults(reply, [
          {
            field: 'body',
            expected:
              'what GetAllAVS or GetAVS of the hub answers, each station with its externalAvsId',
          },
        ])
      }
      const dryRun = request.query.dryRun === 'yes'
      void reply.header('cache-control', 'no-store')
      return inTurn(() => bring(readHub(stations, journal.town, clock()), dryRun))
    },
  )

  async function bring(report: HubReport, dryRun: boolean): Promise<Imported> {
    const plans = { kept: 0, withdrawn: 0, same: 0 }
    const emptyings = { kept: 0, known: 0 }
    const kept: Promise<unknown>[] = []
    for (const [containerId, { planned, emptiedAt }] of report.said) {
      const news = planNews(containerId, planned)
      if (news !== 'none') plans[news]++
      if ((news === 'kept' || news === 'withdrawn') && !dryRun) {
        const fact = { type: 'plan', containerId, source: 'hub', emptyings: planned } as const
        kept.push(keep(journal, { kind: 'fact', fact }))
      }
      if (emptiedAt === undefined) continue
      const isKnown = await isEmptyingKnown(containerId, emptiedAt)
      emptyings[isKnown ? 'known' : 'kept']++
      if (!isKnown && !dryRun) {
        kept.push(keep(journal, { kind: 'emptied', containerId, emptiedAt, by: 'contractor' }))
      }
    }
    await Promise.all(kept)
    return { ...summaryOf(report), plans, emptyings }
  }

  function planNews(
    id: ContainerId,
    planned: readonly PlannedEmptying[],
  ): 'kept' | 'withdrawn' | 'same' | 'none' {
    const now = clock()
    const before = (journal.plans(id).hub ?? []).filter(({ until }) => until > now)
    if (before.length === 0 && planned.length === 0) return 'none'
    if (JSON.stringify(before) === JSON.stringify(planned)) return 'same'
    return planned.length === 0 ? 'withdrawn' : 'kept'
  }

  async function isEmptyingKnown(containerId: ContainerId, emptiedAt: EpochMs): Promise<boolean> {
    // Nothing is told before it has been.
    const since = plus(emptiedAt, -SAME_WITHIN_MS)
    const told = await deps.store.emptyings({ containerId, since })
    return told.some(
      (record) =>
        record.type === 'emptied' &&
        record.by !== 'sensor' &&
        Math.abs(record.emptiedAt - emptiedAt) <= SAME_WITHIN_MS,
    )
  }
}

function summaryOf(report: HubReport): Omit<Imported, 'plans' | 'emptyings'> {
  const { matched, unknown, missing, elsewhere, withoutServices, ignored, faults } = report
  return {
    stations: {
      matched: matched.length,
      unknown: [...unknown],
      missing: [...missing],
      elsewhere,
      withoutServices,
    },
    ignored: { ...ignored },
    faults: faults.slice(0, MOST_FAULTS).map(({ externalAvsId, serviceType, what }) => ({
      externalAvsId: externalAvsId ?? null,
      serviceType: serviceType ?? null,
      what,
    })),
    moreFaults: Math.max(0, faults.length - MOST_FAULTS),
  }
}
