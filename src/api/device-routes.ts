/** Sensors and who changed what about them. For staff; every change is recorded with who and when. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { DeviceChange, Effect, RecordedChange } from '#src/stations/device-changes.ts'
import { isoText, type EpochMs } from '#src/stations/time.ts'
import {
  calibrateContainer as calibrate,
  type ChangeAnswer,
  changeDevice,
  type DeviceDesk,
  giveCredential as giveToken,
  revokeCredential as revokeToken,
} from '#src/store/device-desk.ts'
import { ADMINS } from '#src/store/staff.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { containerIdText, deviceIdText, instantText, wholeNumber } from './input.ts'
import { type FieldError, problem, sendProblem } from './problem.ts'
import { isoInstant } from './station-answer.ts'
import { noSuch } from './station-routes.ts'
import { actorText, staffOnly } from './telling.ts'

const by = actorText
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
  roles: ADMINS,
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
          lastHeardAt: isoInstant
            .nullable()
            .meta({ description: 'Where it sits now; null for one that sits nowhere.' }),
          signal: z
            .strictObject({ rssiDbm: z.number(), snrDb: z.number().nullable() })
            .nullable()
            .meta({ description: 'How well it was heard last, where its network tells.' }),
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
    'Takes the middle of up to three distances that its chief sensor measured in the last two hours, as far back as they agree with the newest, as the container’s measure from now on. What was measured before keeps its level.',
  params: z.strictObject({ id: containerIdText }),
  body: z.strictObject({ level: z.enum(['empty', 'full'], { error: 'empty or full' }), by }),
  answer: {
    type: 'application/json',
    schema: done.extend({ distanceMm: z.number(), readings: z.int() }),
  },
})

const MOST_LISTED = 5000
const brought = z.enum(['changed', 'same'])
type Brought = z.infer<typeof brought>

export const importDevices = apiRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/import',
  operationId: 'importDevices',
  summary: 'Registers many sensors and mounts them: all, or none where one can’t be',
  description: `Up to ${MOST_LISTED}. Sent again it changes nothing. With \`dryRun\` it only tells what would be.`,
  params: none,
  body: z.strictObject({
    devices: z
      .array(
        z.strictObject({
          id: deviceIdText,
          profile,
          container: containerIdText.optional(),
          channel: channel.optional(),
        }),
        { error: 'a list of devices' },
      )
      .min(1, 'one device at least')
      .max(MOST_LISTED, `${MOST_LISTED} devices at most`),
    dryRun: z.boolean({ error: 'true or false' }).optional(),
    by,
  }),
  answer: {
    type: 'application/json',
    schema: z.strictObject({
      devices: z.array(
        z.strictObject({
          id: z.string(),
          registered: brought,
          mounted: brought.nullable(),
        }),
      ),
    }),
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
  roles: ADMINS,
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
  importDevices,
  giveCredential,
  revokeCredential,
  listDeviceChanges,
  settleDeviceChanges,
]

/** A list of devices is larger than what else may be sent. */
const LARGEST_LIST_BYTES = 2 * 1024 * 1024

export function deviceRoutes(
  app: FastifyInstance,
  deps: ApiDeps & { readonly devices?: DeviceDesk },
): void {
  const { store, journal, clock } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()
  const preValidation = staffOnly(deps.staff, ADMINS)
  const desk = deps.devices ?? NOBODY_THERE
  const room = { ...deps, desk }

  const change = async (reply: FastifyReply, what: DeviceChange, who: string, more = {}) => {
    return sendChange(reply, await changeDevice(room, what, who), more)
  }
  const sendChange = (reply: FastifyReply, changed: ChangeAnswer, more = {}) => {
    if (changed.kind === 'refused') return sendProblem(reply, problem('conflict', changed.why))
    const { no } = changed
    return reply.header('cache-control', 'no-store').send({
      status: no === undefined ? 'same' : 'changed',
      no: no ?? null,
      ...more,
    })
  }

  typed.get(listDevices.path, { preValidation: staffOnly(deps.staff) }, (_request, reply) => {
    const now = clock()
    const { devices, mountings } = journal.town.town
    const health = Map.groupBy(journal.sensors(), (s) => s.deviceId)
    return reply.header('cache-control', 'no-store').send({
      devices: devices.map(({ id, profile: named }) => {
        const sensors = health.get(id) ?? []
        const heard = Math.max(...sensors.map((s) => s.lastAt ?? -Infinity))
        const signal = sensors.find((s) => s.lastAt === heard)?.signal
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
          signal: signal ? { rssiDbm: signal.rssiDbm, snrDb: signal.snrDb ?? null } : null,
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
      const { level, by: who } = request.body
      const calibrated = await calibrate(room, id, level, who)
      if (calibrated.kind === 'no-such') return sendProblem(reply, noSuch('container', id))
      if (calibrated.kind === 'refused') return sendChange(reply, calibrated)
      const { distanceMm, readings } = calibrated
      return sendChange(reply, calibrated, { distanceMm, readings })
    },
  )

  typed.post(
    importDevices.path,
    { preValidation, bodyLimit: LARGEST_LIST_BYTES, schema: { body: importDevices.body } },
    async (request, reply) => {
      const { devices, dryRun = false, by: who } = request.body
      const from = clock()
      const listed = devices.flatMap((d, row) => changesOf(d, from).map((what) => ({ row, what })))
      const changes = listed.map(({ what }) => what)
      const foreseen = desk.trial(changes)
      const refused = (effects: readonly Effect[]) =>
        sendProblem(
          reply,
          problem(
            'conflict',
            'Nothing was changed: some devices of the list can’t be brought in.',
            effects.flatMap((effect, i): FieldError[] => {
              const { row, what } = listed[i]!
              const field = `devices.${row}.${what.kind === 'mount' ? 'container' : 'profile'}`
              return effect.kind === 'refused' ? [{ field, expected: effect.why }] : []
            }),
          ),
        )
      if (foreseen.some((effect) => effect.kind === 'refused')) return refused(foreseen)
      let isNew = foreseen.map((effect) => effect.kind === 'changes')
      if (!dryRun) {
        const changed = await desk.change(changes, who)
        if (changed.kind === 'refused') return refused(changed.effects)
        isNew = changed.nos.map((no) => no !== undefined)
      }
      const rows = devices.map(({ id }) => ({
        id,
        registered: 'same' as Brought,
        mounted: null as Brought | null,
      }))
      for (const [i, { row, what }] of listed.entries()) {
        const brought = isNew[i] ? 'changed' : 'same'
        if (what.kind === 'mount') rows[row]!.mounted = brought
        else rows[row]!.registered = brought
      }
      return reply.header('cache-control', 'no-store').send({ devices: rows })
    },
  )

  typed.post(
    giveCredential.path,
    { preValidation, schema: { params: giveCredential.params, body: giveCredential.body } },
    async (request, reply) => {
      const { id } = request.params
      const given = await giveToken(room, id, request.body.by)
      if (given.kind === 'no-such') return sendProblem(reply, noSuch('device', id))
      if (given.kind === 'refused') return sendProblem(reply, problem('conflict', given.why))
      return reply.header('cache-control', 'no-store').send({ username: id, token: given.token })
    },
  )

  typed.delete(
    revokeCredential.path,
    { preValidation, schema: { params: revokeCredential.params, body: revokeCredential.body } },
    async (request, reply) => {
      const { id } = request.params
      const revoking = await revokeToken(room, id, request.body.by)
      if (revoking.kind === 'refused') return sendProblem(reply, problem('conflict', revoking.why))
      return reply.header('cache-control', 'no-store').send({ revoked: revoking.revoked })
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
      const settling = await desk.settle(request.body.by)
      if (settling.kind === 'refused') {
        return sendProblem(
          reply,
          problem('conflict', `The town’s file is behind: ${settling.why}.`),
        )
      }
      return reply.header('cache-control', 'no-store').send({ settled: settling.count })
    },
  )
}

const NOTHING_HERE = { kind: 'refused', why: 'nothing can be changed here' } as const
const NOBODY_THERE: DeviceDesk = {
  change: (changes) =>
    Promise.resolve({ kind: 'refused', effects: changes.map(() => NOTHING_HERE) }),
  trial: (changes) => changes.map(() => NOTHING_HERE),
  settle: () => Promise.resolve(NOTHING_HERE),
}

function changesOf(
  device: z.infer<typeof importDevices.body>['devices'][number],
  from: EpochMs,
): readonly DeviceChange[] {
  const { id: deviceId, profile: named, container: containerId, channel: of } = device
  return [
    { kind: 'register', deviceId, profile: named },
    ...(containerId === undefined
      ? []
      : [
          {
            kind: 'mount' as const,
            deviceId,
            containerId,
            ...(of !== undefined && { channel: of }),
            from,
          },
        ]),
  ]
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
