/** Sensors and who changed what about them. For staff; every change is recorded with who and when. */
import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DeviceChange, RecordedChange } from '#src/stations/device-changes.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { HOUR, isoText, plus, type EpochMs } from '#src/stations/time.ts'
import { hashToken } from '#src/store/token.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, deviceIdText, instantText, wholeNumber } from './input.ts'
import { problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'

/** Brings a change into force and keeps it; made where the journal and the store meet. */
export interface DeviceDesk {
  change(
    change: DeviceChange,
    by: string,
  ): Promise<
    | { readonly kind: 'changed'; readonly no: number }
    | { readonly kind: 'same' }
    | { readonly kind: 'refused'; readonly why: string }
  >
  settle(by: string): Promise<number>
}

const SIGNED = 'who does it, 1 to 80 characters'
const by = z.string({ error: SIGNED }).trim().min(1, SIGNED).max(80, SIGNED)
const PROFILE = 'a device profile, such as milesight/em310-udl'
const profile = z.string({ error: PROFILE }).min(1, PROFILE).max(100, PROFILE)
const CHANNEL = 'which of the device’s sensors, 1 to 32 characters'
const channel = z.string({ error: CHANNEL }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, CHANNEL)
const device = z.strictObject({ id: deviceIdText })
const none = z.strictObject({})

const done = z.strictObject({
  status: z.enum(['changed', 'same']),
  no: z.int().nullable().meta({ description: 'Its number in the list of changes.' }),
})
const answer = { type: 'application/json', schema: done } as const
const common = {
  tag: 'devices',
  query: none,
  answer,
  problems: ['not-authorized', 'not-found', 'conflict'],
  staff: 'needed',
} as const

export const listDevices = apiRoute({
  path: '/api/v1/devices',
  operationId: 'listDevices',
  summary: 'The town’s sensors: where they sit, and how they are',
  tag: 'devices',
  params: none,
  query: none,
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      devices: z.array(
        z.strictObject({
          id: z.string(),
          profile: z.string(),
          mountings: z.array(
            z.strictObject({
              containerId: z.string(),
              channel: z.string().nullable(),
              alongside: z.boolean(),
              from: isoInstant,
            }),
          ),
          lastHeardAt: isoInstant.nullable(),
          alarms: z.array(z.string()),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export const registerDevice = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices',
  operationId: 'registerDevice',
  summary: 'Makes a sensor known, or gives it another profile',
  params: none,
  body: z.strictObject({ id: deviceIdText, profile, by }),
})

export const mountDevice = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/:id/mount',
  operationId: 'mountDevice',
  summary: 'A sensor is put on a container',
  description: 'From `from` on, or from now. `alongside` another that watches the same container.',
  params: device,
  body: z.strictObject({
    container: containerIdText,
    channel: channel.optional(),
    alongside: z.literal(true, { error: 'true, or left out' }).optional(),
    from: instantText.optional(),
    by,
  }),
})

export const unmountDevice = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/:id/unmount',
  operationId: 'unmountDevice',
  summary: 'A sensor is taken off',
  params: device,
  body: z.strictObject({ at: instantText.optional(), by }),
})

export const swapDevice = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/:id/swap',
  operationId: 'swapDevice',
  summary: 'Another sensor takes its place; the container keeps its history',
  description: 'Without `profile`, `with` has the profile that it has, or that of the first.',
  params: device,
  body: z.strictObject({
    with: deviceIdText,
    profile: profile.optional(),
    at: instantText.optional(),
    by,
  }),
})

export const calibrateContainer = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/containers/:id/calibrate',
  operationId: 'calibrateContainer',
  summary: '“It is empty now”, or “it is full now”',
  description:
    'Takes the middle of up to three distances measured in the last two hours as the container’s measure from now on. What was measured before keeps its level.',
  params: z.strictObject({ id: containerIdText }),
  body: z.strictObject({ level: z.enum(['empty', 'full'], { error: 'empty or full' }), by }),
  answer: {
    type: 'application/json',
    schema: done.extend({ distanceMm: z.number(), readings: z.int() }),
  },
})

export const giveCredential = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/:id/credential',
  operationId: 'giveCredential',
  summary: 'Gives a sensor a token for MQTT; an earlier one ends',
  description: 'The token is told once and kept nowhere but as a hash.',
  params: device,
  body: z.strictObject({ by }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({ username: z.string(), token: z.string() }),
  },
})

export const revokeCredential = apiRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/devices/:id/credential',
  operationId: 'revokeCredential',
  summary: 'Takes a sensor’s token back',
  params: device,
  body: z.strictObject({ by }),
  answer: { type: 'application/json', schema: z.strictObject({ revoked: z.boolean() }) },
})

export const listDeviceChanges = apiRoute({
  path: '/api/v1/device-changes',
  operationId: 'listDeviceChanges',
  summary: 'Who changed what about the sensors, newest first',
  tag: 'devices',
  params: none,
  query: z.strictObject({ limit: wholeNumber(1, 1000).optional() }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      changes: z.array(
        z.strictObject({
          no: z.int(),
          at: isoInstant,
          by: z.string(),
          settled: z.boolean().meta({ description: 'The town’s file says it as well.' }),
          change: z.looseObject({ kind: z.string() }),
        }),
      ),
    }),
  },
  problems: ['not-authorized'],
  staff: 'needed',
})

export const settleDeviceChanges = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/device-changes/settle',
  operationId: 'settleDeviceChanges',
  summary: 'From now on the town’s file says all that was changed so far',
  params: none,
  body: z.strictObject({ by }),
  answer: { type: 'application/json', schema: z.strictObject({ settled: z.int() }) },
})

export const DEVICE_ROUTES = [
  listDevices,
  registerDevice,
  mountDevice,
  unmountDevice,
  swapDevice,
  calibrateContainer,
  giveCredential,
  revokeCredential,
  listDeviceChanges,
  settleDeviceChanges,
]

/** Distances older than this say nothing of "now". */
const CALIBRATED_WITHIN_MS = 2 * HOUR
const CALIBRATED_BY = 3

export function deviceRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly devices?: DeviceDesk },
): void {
  const { store, journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  // Asked before the body is looked at: a stranger learns nothing of what it should hold.
  const preValidation = async (
    request: Parameters<typeof deps.staff.refuses>[0],
    reply: FastifyReply,
  ) => {
    if (deps.staff.refuses(request, reply)) return reply
    return undefined
  }
  const desk = deps.devices ?? NOBODY_THERE

  const change = async (reply: FastifyReply, what: DeviceChange, who: string, more = {}) => {
    const changed = await desk.change(what, who)
    if (changed.kind === 'refused') return sendProblem(reply, problem('conflict', changed.why))
    return reply.header('cache-control', 'no-store').send({
      status: changed.kind,
      no: changed.kind === 'changed' ? changed.no : null,
      ...more,
    })
  }

  typed.get(listDevices.path, { preValidation }, (_request, reply) => {
    const now = clock()
    const { devices, mountings } = journal.town.town
    const health = Map.groupBy(journal.sensors(), (s) => s.deviceId)
    return reply.header('cache-control', 'no-store').send({
      devices: devices.map(({ id, profile: named }) => {
        const sensors = health.get(id) ?? []
        const heard = Math.max(...sensors.map((s) => s.lastAt ?? -Infinity))
        return {
          id,
          profile: named,
          mountings: mountings
            .filter((m) => m.deviceId === id && (m.until === undefined || m.until > now))
            .map((m) => ({
              containerId: m.containerId,
              channel: m.channel ?? null,
              alongside: m.alongside === true,
              from: isoText(m.from),
            })),
          lastHeardAt: Number.isFinite(heard) ? isoText(heard as EpochMs) : null,
          alarms: sensors.flatMap((s) => s.alarms.map((a) => a.kind)),
        }
      }),
    })
  })

  typed.post(
    registerDevice.path,
    { preValidation, schema: { body: registerDevice.body } },
    (request, reply) => {
      const { id: deviceId, profile: named, by: who } = request.body
      return change(reply, { kind: 'register', deviceId, profile: named }, who)
    },
  )

  typed.post(
    mountDevice.path,
    { preValidation, schema: { params: mountDevice.params, body: mountDevice.body } },
    (request, reply) => {
      const { container, channel: of, alongside, from = clock(), by: who } = request.body
      const mounting: DeviceChange = {
        kind: 'mount',
        deviceId: request.params.id,
        containerId: container,
        ...(of !== undefined && { channel: of }),
        ...(alongside && { alongside }),
        from,
      }
      return change(reply, mounting, who)
    },
  )

  typed.post(
    unmountDevice.path,
    { preValidation, schema: { params: unmountDevice.params, body: unmountDevice.body } },
    (request, reply) => {
      const { at: until = clock(), by: who } = request.body
      return change(reply, { kind: 'unmount', deviceId: request.params.id, until }, who)
    },
  )

  typed.post(
    swapDevice.path,
    { preValidation, schema: { params: swapDevice.params, body: swapDevice.body } },
    (request, reply) => {
      const { with: other, profile: named, at = clock(), by: who } = request.body
      const swapping: DeviceChange = {
        kind: 'swap',
        deviceId: request.params.id,
        by: other,
        ...(named !== undefined && { profile: named }),
        at,
      }
      return change(reply, swapping, who)
    },
  )

  typed.post(
    calibrateContainer.path,
    {
      preValidation,
      schema: { params: calibrateContainer.params, body: calibrateContainer.body },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!journal.town.containers.has(id)) return sendProblem(reply, noSuch('container', id))
      const distances = await latestDistances(id)
      if (distances.length === 0) {
        const detail =
          'No distance was measured in the last two hours: wait for a reading, or let the sensor send one.'
        return sendProblem(reply, problem('conflict', detail))
      }
      const distanceMm = middle(distances)
      const { level, by: who } = request.body
      const calibration: DeviceChange = { kind: 'calibrate', containerId: id, level, distanceMm }
      return change(reply, calibration, who, { distanceMm, readings: distances.length })
    },
  )

  /** Newest first; of readings without a fault, by whichever sensor. */
  async function latestDistances(id: ContainerId): Promise<readonly number[]> {
    const now = clock()
    const readings = await store.readings(id, plus(now, -CALIBRATED_WITHIN_MS), plus(now, 1), 200)
    return readings
      .filter((r) => r.fault === undefined && r.distanceMm !== undefined && r.distanceMm > 0)
      .map((r) => r.distanceMm!)
      .slice(-CALIBRATED_BY)
  }

  typed.post(
    giveCredential.path,
    { preValidation, schema: { params: giveCredential.params, body: giveCredential.body } },
    async (request, reply) => {
      const { id } = request.params
      if (!knows(id)) return sendProblem(reply, noSuch('device', id))
      const token = randomBytes(16).toString('base64url')
      await store.saveCredential(
        { username: id, role: 'device', tokenHash: hashToken(token) },
        clock(),
      )
      await desk.change({ kind: 'credential-given', deviceId: id }, request.body.by)
      return reply.header('cache-control', 'no-store').send({ username: id, token })
    },
  )

  typed.delete(
    revokeCredential.path,
    { preValidation, schema: { params: revokeCredential.params, body: revokeCredential.body } },
    async (request, reply) => {
      const { id } = request.params
      const revoked = await store.removeCredential(id)
      if (revoked) await desk.change({ kind: 'credential-revoked', deviceId: id }, request.body.by)
      return reply.header('cache-control', 'no-store').send({ revoked })
    },
  )

  typed.get(
    listDeviceChanges.path,
    { preValidation, schema: { querystring: listDeviceChanges.query } },
    async (request, reply) => {
      const changes = await store.deviceChanges()
      const newest = changes.slice(-(request.query.limit ?? 100)).reverse()
      return reply.header('cache-control', 'no-store').send({ changes: newest.map(changeJson) })
    },
  )

  typed.post(
    settleDeviceChanges.path,
    { preValidation, schema: { body: settleDeviceChanges.body } },
    async (request, reply) => {
      const settled = await desk.settle(request.body.by)
      return reply.header('cache-control', 'no-store').send({ settled })
    },
  )

  const knows = (id: DeviceId) => journal.town.devices.has(id)
}

const NOBODY_THERE: DeviceDesk = {
  change: () => Promise.resolve({ kind: 'refused', why: 'nothing can be changed here' }),
  settle: () => Promise.resolve(0),
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

function changeJson({ no, at, by: who, settled, change }: RecordedChange) {
  const { kind, ...told } = change
  const figures = Object.entries(told).map(([key, value]) => [
    key,
    INSTANTS.has(key) ? isoText(value as EpochMs) : value,
  ])
  return {
    no,
    at: isoText(at),
    by: who,
    settled,
    change: { ...(Object.fromEntries(figures) as object), kind },
  }
}
const INSTANTS: ReadonlySet<string> = new Set(['from', 'until', 'at'])
