/** What is wrong with sensors and with what reads them, now and before. For staff. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { PAUSE_REASONS } from '#src/stations/account-trouble.ts'
import { type EpochMs, isoOrNull, isoText } from '#src/stations/time.ts'
import type { SensorHealth } from '#src/store/believing.ts'
import { MESSAGE_WAYS, type MessageTrouble } from '#src/store/messages.ts'
import type { OutboxDesk } from '#src/store/outbox.ts'
import { accountAdvice } from '#src/wording/account-advice.ts'
import { sensorAdvice } from '#src/wording/sensor-advice.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { accountAlarm, accountAlarmJson } from './account-answer.ts'
import { deviceIdText, instantText, wholeNumber } from './input.ts'
import { isoInstant } from './station-answer.ts'

const KINDS = [
  'silent',
  'low-battery',
  'moved',
  'fire',
  'stuck',
  'phantom',
  'disagreement',
] as const

const alarm = z
  .looseObject({
    kind: z.enum(KINDS),
    since: isoInstant,
    advice: z.string().meta({ description: 'What it means and what to do, in a sentence.' }),
  })
  .meta({ id: 'Alarm', description: 'With the figures that it rests on.' })

const sensor = z
  .strictObject({
    deviceId: z.string(),
    containerId: z.string(),
    lastHeardAt: isoInstant.nullable(),
    grade: z.enum(['new', 'A', 'B', 'C']).meta({
      description:
        'How far it can be trusted: A under 2 % of readings set aside, B under 15 %, C more.',
    }),
    readings: z.int(),
    phantomShare: z.number(),
    outlierShare: z.number(),
    alarms: z.array(alarm),
  })
  .meta({ id: 'SensorHealth' })

/** A payload codec of the town's that is not run any more. */
export interface StoppedCodec {
  readonly file: string
  readonly because: string
}

/** A service of the town's that the bike's planner asks and that doesn't answer, so that ours stands in. */
export interface StoodInFor {
  readonly part: 'travel' | 'planner'
  readonly service: string
  readonly since: EpochMs
  readonly because: string
}

const pauseText = { since: isoInstant, because: z.enum(PAUSE_REASONS), detail: z.string() }

export const listAlarms = apiRoute({
  path: '/api/v1/alarms',
  operationId: 'listAlarms',
  summary: 'Sensors and accounts with something wrong, and how far each sensor can be trusted',
  description:
    'With `all=yes` the sound ones too. `codecs` are those of the town’s that had to be stopped too often, `channels` the accounts that somebody should see to, `messages` the ways to one person on which nothing goes out, `planning` the services of the town’s that the return bike’s planner asks in vain.',
  tag: 'devices',
  params: z.strictObject({}),
  query: z.strictObject({
    device: deviceIdText.optional(),
    all: z.literal('yes', { error: 'yes, or left out' }).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      asOf: isoInstant,
      sensors: z.array(sensor),
      codecs: z.array(
        z.strictObject({ file: z.string(), because: z.string(), advice: z.string() }),
      ),
      channels: z.array(
        z.strictObject({ channel: z.string(), account: z.string(), ...accountAlarm.shape }),
      ),
      messages: z.array(
        z.strictObject({ way: z.enum(MESSAGE_WAYS), ...pauseText, advice: z.string() }),
      ),
      planning: z.array(
        z.strictObject({
          part: z.enum(['travel', 'planner']),
          service: z.string(),
          since: isoInstant,
          because: z.string(),
          advice: z.string(),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export const alarmHistory = apiRoute({
  path: '/api/v1/alarms/history',
  operationId: 'alarmHistory',
  summary: 'Alarms that began and ended, newest first',
  tag: 'devices',
  params: z.strictObject({}),
  query: z.strictObject({
    device: deviceIdText.optional(),
    since: instantText.optional(),
    limit: wholeNumber(1, 500).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      changes: z.array(
        z.strictObject({
          at: isoInstant,
          change: z.enum(['began', 'ended']),
          deviceId: z.string(),
          containerId: z.string(),
          alarm,
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export function alarmRoutes(
  app: FastifyInstance,
  deps: ApiDeps & {
    readonly stoppedCodecs?: () => readonly StoppedCodec[]
    readonly outbox?: Pick<OutboxDesk, 'alarms'>
    readonly messageTroubles?: () => readonly MessageTrouble[]
    readonly standIns?: () => readonly StoodInFor[]
  },
): void {
  const { store, journal, clock, outbox } = deps
  const { stoppedCodecs = () => [], messageTroubles = () => [], standIns = () => [] } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.get(
    listAlarms.path,
    { schema: { querystring: listAlarms.query } },
    async (request, reply) => {
      if (deps.staff.refuses(request, reply)) return reply
      const { device, all } = request.query
      const sensors = journal
        .sensors()
        .filter((s) => device === undefined || s.deviceId === device)
        .filter((s) => all === 'yes' || s.alarms.length > 0)
      return reply.header('cache-control', 'no-store').send({
        asOf: isoText(clock()),
        sensors: sensors.map(sensorJson),
        codecs: stoppedCodecs().map((codec) => ({ ...codec, advice: CODEC_ADVICE })),
        channels: (outbox?.alarms() ?? []).flatMap(({ channel, account, alarms }) =>
          alarms.map((told) => ({ channel, account, ...accountAlarmJson(told) })),
        ),
        messages: messageTroubles().map((told) => ({
          ...told,
          since: isoText(told.since),
          advice: accountAdvice({ kind: 'paused', because: told.because }, 'en'),
        })),
        planning: standIns().map(({ since, ...told }) => ({
          ...told,
          since: isoText(since),
          advice: STAND_IN_ADVICE[told.part],
        })),
      })
    },
  )

  typed.get(
    alarmHistory.path,
    { schema: { querystring: alarmHistory.query } },
    async (request, reply) => {
      if (deps.staff.refuses(request, reply)) return reply
      const { device, since, limit = 100 } = request.query
      const changes = await store.alarmChanges({
        limit,
        ...(device && { deviceId: device }),
        ...(since !== undefined && { since }),
      })
      void reply.header('cache-control', 'no-store')
      return {
        changes: changes.map(({ deviceId, containerId, change: { at, change, alarm: told } }) => ({
          at: isoText(at),
          change,
          deviceId,
          containerId,
          alarm: alarmJson(told),
        })),
      }
    },
  )
}

const CODEC_ADVICE =
  'It is not run any more, and what it should read waits in quarantine: mend its file, send SIGHUP, then replay the quarantine.'

const STAND_IN_ADVICE = {
  travel:
    'Travel times are by the formula meanwhile: start the service, or mend or take out travel in returnbike.yaml and send SIGHUP.',
  planner:
    'Plans are our own solver’s alone meanwhile: start the service, or take planner out of returnbike.yaml and send SIGHUP.',
} as const

type Alarm = SensorHealth['alarms'][number]

function sensorJson({ deviceId, containerId, lastAt, findings, alarms }: SensorHealth) {
  const { grade, readings, phantomShare, outlierShare } = findings
  return {
    deviceId,
    containerId,
    lastHeardAt: isoOrNull(lastAt),
    grade,
    readings,
    phantomShare,
    outlierShare,
    alarms: alarms.map(alarmJson),
  }
}

/** Instants as text, and what to do about it. */
function alarmJson(told: Alarm): z.input<typeof alarm> {
  const { kind, since, ...figures } = told
  return {
    ...figures,
    ...('lastAt' in figures && { lastAt: isoText(figures.lastAt) }),
    kind,
    since: isoText(since),
    advice: sensorAdvice(told, 'en'),
  }
}
