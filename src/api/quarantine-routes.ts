/** Messages that were not taken: looked at, and tried again after a fix. For staff. */
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DeviceId } from '#src/stations/ids.ts'
import { REJECTIONS, type Rejection } from '#src/stations/reading.ts'
import { type EpochMs, isoOrNull, isoText } from '#src/stations/time.ts'
import type { Quarantined } from '#src/store/contract.ts'
import type { TryQuarantine } from '#src/store/quarantine-desk.ts'
import { ADMINS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { deviceIdText, instantText, wholeNumber } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { staffOnly } from './telling.ts'

const reason = z.enum(REJECTIONS, { error: `one of ${REJECTIONS.join(', ')}` })
const topicPart = z
  .string({ error: 'a part of the topic' })
  .min(1, 'a part of the topic, 1 to 200 characters')
  .max(200, 'a part of the topic, 1 to 200 characters')
const filterShape = {
  reason: reason.optional(),
  device: deviceIdText.optional(),
  topic: topicPart.optional(),
  from: instantText.optional(),
  to: instantText.optional(),
}

const message = z
  .strictObject({
    id: z.int(),
    reason: z.enum(REJECTIONS),
    detail: z.string(),
    topic: z.string(),
    deviceId: z.string().nullable(),
    receivedAt: isoInstant,
    bytes: z.int().meta({ description: 'The whole message’s length.' }),
    headText: z.string().meta({ description: 'Its first 1024 bytes, read as UTF-8.' }),
    headBase64: z.string(),
    replayable: z.boolean().meta({ description: 'All of it is kept, and may be tried again.' }),
    replayedAt: isoInstant.nullable(),
    outcome: z.string().nullable().meta({ description: 'What came of trying it again.' }),
  })
  .meta({ id: 'QuarantinedMessage' })

export const listQuarantine = apiRoute({
  path: '/api/v1/quarantine',
  operationId: 'listQuarantine',
  summary:
    'Messages that were not taken in, newest first, and how many of each kind there ever were',
  description:
    'At most 50 unless `limit` says otherwise; `next` is what to give as `before` for older ones, null at the end.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({
    ...filterShape,
    before: wholeNumber(1, 999_999_999_999).optional(),
    limit: wholeNumber(1, 500).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      counts: z.partialRecord(z.enum(REJECTIONS), z.int()),
      messages: z.array(message),
      next: z.int().nullable(),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: ADMINS,
})

export const replayMessages = apiRoute({
  method: 'post',
  path: '/api/v1/quarantine/replay',
  operationId: 'replayQuarantine',
  summary: 'Tries messages again with the town as it now is',
  description:
    'Oldest first. Trying twice keeps nothing twice. With `"dryRun": true` it only tells what would come of it.',
  tag: 'operation',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    ...filterShape,
    dryRun: z.boolean({ error: 'true or false' }).optional(),
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      tried: z.int(),
      kept: z.int(),
      repeats: z.int(),
      conflicts: z.int(),
      ignored: z.int(),
      rejected: z.partialRecord(z.enum(REJECTIONS), z.int()),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
  roles: ADMINS,
})

export function quarantineRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly replay?: TryQuarantine },
): void {
  const { store } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(deps.staff, ADMINS)

  typed.get(
    listQuarantine.path,
    { preValidation, schema: { querystring: listQuarantine.query } },
    async (request, reply) => {
      const { before, limit = 50, ...filter } = request.query
      const [counts, messages] = await Promise.all([
        store.rejectedCounts(),
        store.quarantine({
          ...filterOf(filter),
          limit: limit + 1,
          ...(before !== undefined && { beforeId: before }),
        }),
      ])
      const shown = messages.slice(0, limit)
      void reply.header('cache-control', 'no-store')
      return {
        counts: Object.fromEntries(counts),
        messages: shown.map(messageJson),
        next: messages.length > limit ? shown.at(-1)!.id : null,
      }
    },
  )

  typed.post(
    replayMessages.path,
    {
      preValidation,
      schema: { querystring: replayMessages.query, body: replayMessages.body },
      handlerTimeout: 600_000,
    },
    async (request, reply) => {
      if (!deps.replay) {
        return sendProblem(reply, problem('not-ready', 'Nothing takes messages in here.'))
      }
      const { dryRun = false, ...filter } = request.body
      void reply.header('cache-control', 'no-store')
      return deps.replay(filterOf(filter), dryRun)
    },
  )
}

function filterOf(filter: {
  readonly reason?: Rejection | undefined
  readonly device?: DeviceId | undefined
  readonly topic?: string | undefined
  readonly from?: EpochMs | undefined
  readonly to?: EpochMs | undefined
}) {
  return {
    ...(filter.reason && { reason: filter.reason }),
    ...(filter.device && { deviceId: filter.device }),
    ...(filter.topic !== undefined && { topic: filter.topic }),
    ...(filter.from !== undefined && { from: filter.from }),
    ...(filter.to !== undefined && { to: filter.to }),
  }
}

function messageJson(m: Quarantined): z.input<typeof message> {
  return {
    id: m.id,
    reason: m.reason,
    detail: m.detail,
    topic: m.topic,
    deviceId: m.deviceId ?? null,
    receivedAt: isoText(m.receivedAt),
    bytes: m.bytes,
    headText: Buffer.from(m.head).toString('utf8'),
    headBase64: Buffer.from(m.head).toString('base64'),
    replayable: m.payload !== undefined,
    replayedAt: isoOrNull(m.replayed?.at),
    outcome: m.replayed?.outcome ?? null,
  }
}
