/** Changes of sensors by staff, for every edge alike: mounting, measuring a container, tokens for MQTT. */
import { randomBytes } from 'node:crypto'
import { calibrationOf } from '#src/stations/calibration.ts'
import type { DeviceChange, Effect } from '#src/stations/device-changes.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import { type Clock, HOUR, plus } from '#src/stations/time.ts'
import type { Store } from './contract.ts'
import type { Journal } from './journal.ts'
import { hashToken } from './token.ts'

/** Brings changes into force and keeps them; made where the journal and the store meet. */
export interface DeviceDesk {
  /** All of them, or none where one can't be; each one's number, if the town did not say so already. */
  change(
    changes: readonly DeviceChange[],
    by: string,
  ): Promise<
    | { readonly kind: 'done'; readonly nos: readonly (number | undefined)[] }
    | { readonly kind: 'refused'; readonly effects: readonly Effect[] }
  >
  /** What they would do. */
  trial(changes: readonly DeviceChange[]): readonly Effect[]
  /** Refused while the town's file says something else. */
  settle(
    by: string,
  ): Promise<
    | { readonly kind: 'settled'; readonly count: number }
    | { readonly kind: 'refused'; readonly why: string }
  >
}

export interface DeviceRoom {
  readonly desk: DeviceDesk
  readonly store: Pick<Store, 'readings' | 'credential' | 'saveCredential' | 'removeCredential'>
  readonly journal: Pick<Journal, 'town'>
  readonly clock: Clock
}

export type ChangeAnswer =
  /** Without a number the town said so already. */
  | { readonly kind: 'done'; readonly no?: number }
  | { readonly kind: 'refused'; readonly why: string }

export async function changeDevice(
  { desk }: Pick<DeviceRoom, 'desk'>,
  what: DeviceChange,
  by: string,
): Promise<ChangeAnswer> {
  const changed = await desk.change([what], by)
  if (changed.kind === 'refused') {
    const [effect] = changed.effects
    return { kind: 'refused', why: effect?.kind === 'refused' ? effect.why : 'it can’t be' }
  }
  const [no] = changed.nos
  return { kind: 'done', ...(no !== undefined && { no }) }
}

/** Distances older than this say nothing of "now". */
const CALIBRATED_WITHIN_MS = 2 * HOUR
const MOST_MESSAGES = 200

/** "It is empty now", or "it is full now", by what the container's chief sensor measured of late. */
export async function calibrateContainer(
  room: DeviceRoom,
  containerId: ContainerId,
  level: 'empty' | 'full',
  by: string,
): Promise<
  | { readonly kind: 'no-such' }
  | Extract<ChangeAnswer, { kind: 'refused' }>
  | (Extract<ChangeAnswer, { kind: 'done' }> & {
      readonly distanceMm: number
      readonly readings: number
    })
> {
  const { journal, store, clock } = room
  const container = journal.town.containers.get(containerId)
  if (!container) return { kind: 'no-such' }
  const now = clock()
  const chief = journal.town.deviceOn(containerId, now)
  if (chief === undefined) return { kind: 'refused', why: `No device sits on ${containerId}.` }
  const since = plus(now, -CALIBRATED_WITHIN_MS)
  const found = await store.readings(containerId, since, plus(now, 1), MOST_MESSAGES)
  const measured = calibrationOf(found, chief, container.geometry)
  if (measured.kind === 'unmeasured') return { kind: 'refused', why: measured.why }
  const { distanceMm, readings } = measured
  const changed = await changeDevice(
    room,
    { kind: 'calibrate', containerId, level, distanceMm },
    by,
  )
  return changed.kind === 'done' ? { ...changed, distanceMm, readings } : changed
}

/** A new token for MQTT, told once and kept as a hash; an earlier one ends. */
export async function giveCredential(
  room: DeviceRoom,
  id: DeviceId,
  by: string,
): Promise<
  | { readonly kind: 'no-such' }
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'given'; readonly token: string }
> {
  const { desk, store, journal, clock } = room
  if (!journal.town.devices.has(id)) return { kind: 'no-such' }
  const why = await credentialOfAnother(store, id)
  if (why !== undefined) return { kind: 'refused', why }
  const token = randomBytes(16).toString('base64url')
  await store.saveCredential({ username: id, role: 'device', tokenHash: hashToken(token) }, clock())
  await desk.change([{ kind: 'credential-given', deviceId: id }], by)
  return { kind: 'given', token }
}

export async function revokeCredential(
  { desk, store }: DeviceRoom,
  id: DeviceId,
  by: string,
): Promise<
  | { readonly kind: 'refused'; readonly why: string }
  | { readonly kind: 'done'; readonly revoked: boolean }
> {
  const why = await credentialOfAnother(store, id)
  if (why !== undefined) return { kind: 'refused', why }
  const revoked = await store.removeCredential(id)
  if (revoked) await desk.change([{ kind: 'credential-revoked', deviceId: id }], by)
  return { kind: 'done', revoked }
}

/** A network server or a reader may log in by the same name; its token is not the device's. */
async function credentialOfAnother(
  store: DeviceRoom['store'],
  id: DeviceId,
): Promise<string | undefined> {
  const known = await store.credential(id)
  return known === undefined || known.role === 'device'
    ? undefined
    : `${id} logs in as a ${known.role}; its token is changed with kvitter token.`
}
