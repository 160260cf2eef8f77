/**
 * Changes of devices made while the service runs, as facts on top of the town's file: the town as it is
 * served is the file with the changes applied in their order. Pure. A change that the file says already
 * changes nothing; one that no longer fits is passed over, with the reason.
 */
import type { ContainerId, DeviceId } from './ids.ts'
import { nearestName } from './nearest-name.ts'
import { DEVICE_PROFILES } from './station.ts'
import type { Container, Geometry, Mounting, Town } from './station.ts'
import { type EpochMs, isoText } from './time.ts'

export type DeviceChange =
  | { readonly kind: 'register'; readonly deviceId: DeviceId; readonly profile: string }
  | {
      readonly kind: 'mount'
      readonly deviceId: DeviceId
      readonly containerId: ContainerId
      readonly channel?: string
      readonly alongside?: true
      readonly from: EpochMs
    }
  /** From wherever it sits. */
  | { readonly kind: 'unmount'; readonly deviceId: DeviceId; readonly until: EpochMs }
  /** Another device takes its place; the container keeps its history. */
  | {
      readonly kind: 'swap'
      readonly deviceId: DeviceId
      readonly by: DeviceId
      /** Where the other isn't registered yet; the first one's, if left out. */
      readonly profile?: string
      readonly at: EpochMs
    }
  /** "It is empty now", or "it is full now": the distance that the sensor then measured. */
  | {
      readonly kind: 'calibrate'
      readonly containerId: ContainerId
      readonly level: 'empty' | 'full'
      readonly distanceMm: number
    }
  /** Only noted: credentials lie in the database. */
  | { readonly kind: 'credential-given' | 'credential-revoked'; readonly deviceId: DeviceId }

export interface RecordedChange {
  readonly no: number
  readonly at: EpochMs
  /** Who made it, as they sign themselves. */
  readonly by: string
  readonly change: DeviceChange
  /** The town's file says it as well by now: kept in the list, and applied no more. */
  readonly settled: boolean
}

export interface Applied {
  readonly town: Town
  readonly skipped: readonly { readonly no: number; readonly why: string }[]
}

export function applyChanges(file: Town, changes: readonly RecordedChange[]): Applied {
  let town = file
  const skipped: { no: number; why: string }[] = []
  for (const { no, change, settled } of changes) {
    if (settled) continue
    const next = applyChange(town, change)
    if (typeof next === 'string') skipped.push({ no, why: next })
    else town = next
  }
  return { town, skipped }
}

/** The town with the change, the same town where it says so already, or why it can't be. */
export function applyChange(town: Town, change: DeviceChange): Town | string {
  switch (change.kind) {
    case 'register':
      return register(town, change.deviceId, change.profile)
    case 'mount':
      return mount(town, change)
    case 'unmount':
      return unmount(town, change.deviceId, change.until)
    case 'swap':
      return swap(town, change)
    case 'calibrate':
      return calibrate(town, change)
    case 'credential-given':
    case 'credential-revoked':
      return town
  }
}

function register(town: Town, id: DeviceId, profile: string): Town | string {
  const known: readonly string[] = [...DEVICE_PROFILES, ...(town.profiles ?? []).map((p) => p.name)]
  if (!known.includes(profile)) {
    const near = nearestName(profile, known)
    return `"${profile}" is not a device profile${near === undefined ? '' : `; did you mean "${near}"?`}`
  }
  const before = town.devices.find((d) => d.id === id)
  if (before?.profile === profile) return town
  const others = town.devices.filter((d) => d.id !== id)
  return { ...town, devices: [...others, { id, profile }] }
}

function mount(town: Town, change: Extract<DeviceChange, { kind: 'mount' }>): Town | string {
  const { kind: _, ...mounting } = change
  const { deviceId, containerId, channel, from } = mounting
  if (!town.devices.some((d) => d.id === deviceId))
    return `there is no device ${deviceId}; register it first`
  if (!containerIn(town, containerId)) return `there is no container ${containerId}`
  if (town.mountings.some((m) => isSame(m, mounting))) return town
  const elsewhere = town.mountings.find(
    (m) => m.deviceId === deviceId && m.channel === channel && holdsAfter(m, from),
  )
  if (elsewhere) return `${deviceId} sits on ${elsewhere.containerId} then; unmount it first`
  const taken = town.mountings.find(
    (m) => m.containerId === containerId && !m.alongside && holdsAfter(m, from),
  )
  if (taken && !mounting.alongside) {
    return `${taken.deviceId} sits on ${containerId} then; swap them, or mount this one alongside`
  }
  return { ...town, mountings: [...town.mountings, mounting] }
}

function unmount(town: Town, id: DeviceId, until: EpochMs): Town | string {
  if (!town.devices.some((d) => d.id === id)) return `there is no device ${id}`
  const sits = (m: Mounting) => m.deviceId === id && holdsAfter(m, until)
  // Told again, or ended by the file.
  if (!town.mountings.some(sits)) {
    return town.mountings.some((m) => m.deviceId === id && m.until !== undefined)
      ? town
      : `${id} sits nowhere`
  }
  if (town.mountings.some((m) => sits(m) && m.from >= until)) {
    return `${id} came to where it sits after ${isoText(until)}`
  }
  return { ...town, mountings: town.mountings.map((m) => (sits(m) ? { ...m, until } : m)) }
}

function swap(town: Town, change: Extract<DeviceChange, { kind: 'swap' }>): Town | string {
  const { deviceId, by, at } = change
  if (deviceId === by) return 'a device can’t take its own place'
  const old = town.devices.find((d) => d.id === deviceId)
  if (!old) return `there is no device ${deviceId}`
  const seats = town.mountings.filter((m) => m.deviceId === deviceId && holdsAfter(m, at))
  const inPlace = town.mountings.some((m) => m.deviceId === by && m.from === at)
  if (seats.length === 0) return inPlace ? town : `${deviceId} sits nowhere`
  const unmounted = unmount(town, deviceId, at)
  if (typeof unmounted === 'string') return unmounted
  const known = unmounted.devices.find((d) => d.id === by)
  const registered = register(unmounted, by, change.profile ?? known?.profile ?? old.profile)
  if (typeof registered === 'string') return registered
  let next = registered
  for (const { containerId, channel, alongside } of seats) {
    const seat = {
      kind: 'mount' as const,
      deviceId: by,
      containerId,
      ...(channel !== undefined && { channel }),
      ...(alongside && { alongside }),
      from: at,
    }
    const mounted = mount(next, seat)
    if (typeof mounted === 'string') return mounted
    next = mounted
  }
  return next
}

/** What is called full must stay nearer to the sensor than what is called empty, by so much. */
const LEAST_SPAN_MM = 100

function calibrate(
  town: Town,
  { containerId, level, distanceMm }: Extract<DeviceChange, { kind: 'calibrate' }>,
): Town | string {
  const container = containerIn(town, containerId)
  if (!container) return `there is no container ${containerId}`
  const { emptyDistanceMm, fullDistanceMm, deadZoneMm } = container.geometry
  const measured: Partial<Geometry> =
    level === 'empty' ? { emptyDistanceMm: distanceMm } : { fullDistanceMm: distanceMm }
  const geometry: Geometry = { ...container.geometry, ...measured }
  if (geometry.emptyDistanceMm - geometry.fullDistanceMm < LEAST_SPAN_MM) {
    return level === 'empty'
      ? `${distanceMm} mm is not below the full line (${fullDistanceMm} mm); is it really empty?`
      : `${distanceMm} mm is not above the floor (${emptyDistanceMm} mm); is it really full?`
  }
  if (geometry.fullDistanceMm < deadZoneMm) {
    return `${distanceMm} mm is within the dead zone (${deadZoneMm} mm), where the sensor sees nothing`
  }
  const stations = town.stations.map((station) =>
    station.id === container.stationId
      ? {
          ...station,
          containers: station.containers.map((c) =>
            c.id === containerId ? { ...c, geometry } : c,
          ),
        }
      : station,
  )
  return { ...town, stations }
}

function containerIn(town: Town, id: ContainerId): Container | undefined {
  for (const station of town.stations) {
    const found = station.containers.find((c) => c.id === id)
    if (found) return found
  }
  return undefined
}

function holdsAfter(mounting: Mounting, at: EpochMs): boolean {
  return mounting.until === undefined || mounting.until > at
}

function isSame(a: Mounting, b: Mounting): boolean {
  return (
    a.deviceId === b.deviceId &&
    a.containerId === b.containerId &&
    a.channel === b.channel &&
    a.from === b.from
  )
}
