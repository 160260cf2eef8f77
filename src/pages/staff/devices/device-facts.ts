/** What is known of each of the town's sensors, put together for the staff's pages. Pure. */
import type { AlarmKind } from '#src/quality/health.ts'
import type { ContainerStatus } from '#src/rules/decision.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Fault, Signal } from '#src/stations/reading.ts'
import {
  DEVICE_PROFILES,
  type Container,
  type Device,
  type Mounting,
  type Station,
} from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { SensorHealth } from '#src/store/believing.ts'

/** Where a sensor sits, or sat. */
export interface Seat {
  readonly mounting: Mounting
  /** Absent where the town has it no more. */
  readonly container?: Container
  readonly station?: Station
}

export interface DeviceFacts {
  readonly device: Device
  /** Where it sits now. */
  readonly seats: readonly Seat[]
  readonly alarms: SensorHealth['alarms']
  readonly lastAt?: EpochMs
  readonly signal?: Signal
  readonly battery?: SensorHealth['battery']
  /** Why it could not measure, the last time that it tried. */
  readonly fault?: Fault
  readonly grade?: SensorHealth['findings']['grade']
}

/** In the order of their ids. */
export function gatherDevices(
  town: TownIndex,
  sensors: readonly SensorHealth[],
  statusOf: (container: ContainerId) => ContainerStatus,
  now: EpochMs,
): readonly DeviceFacts[] {
  const health = Map.groupBy(sensors, (sensor) => sensor.deviceId)
  const mountings = Map.groupBy(town.town.mountings, (mounting) => mounting.deviceId)
  return town.town.devices
    .map((device): DeviceFacts => {
      const seats = (mountings.get(device.id) ?? [])
        .filter((mounting) => sitsAt(mounting, now))
        .map((mounting) => seatOf(town, mounting))
      const own = health.get(device.id) ?? []
      const newest = own.toSorted((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0))[0]
      const fault = seats
        .map(({ mounting }) => statusOf(mounting.containerId).fault)
        .find((found) => found !== undefined)
      return {
        device,
        seats,
        alarms: own.flatMap(({ alarms }) => alarms),
        ...(newest?.lastAt !== undefined && { lastAt: newest.lastAt }),
        ...(newest?.signal && { signal: newest.signal }),
        ...(newest?.battery && { battery: newest.battery }),
        ...(newest && { grade: newest.findings.grade }),
        ...(fault !== undefined && { fault }),
      }
    })
    .sort((a, b) => a.device.id.localeCompare(b.device.id, 'en', { numeric: true }))
}

function sitsAt({ from, until }: Mounting, at: EpochMs): boolean {
  return from <= at && (until === undefined || until > at)
}

export function seatOf(town: TownIndex, mounting: Mounting): Seat {
  const container = town.containers.get(mounting.containerId)
  const station = container && town.stations.get(container.stationId)
  return { mounting, ...(container && { container }), ...(station && { station }) }
}

/** The names of the profiles that a sensor may have; the town's own first. */
export function profilesOf({ town }: TownIndex): readonly string[] {
  return [...(town.profiles ?? []).map(({ name }) => name), ...DEVICE_PROFILES]
}

/** Under it gaps are to be expected: what LoRaWAN gateways hear at the edge of their reach. */
const WEAK_DBM = -115
const GOOD_DBM = -105

export function signalWord({ rssiDbm }: Signal): 'good' | 'fair' | 'weak' {
  if (rssiDbm < WEAK_DBM) return 'weak'
  return rssiDbm >= GOOD_DBM ? 'good' : 'fair'
}

export const DEVICE_FILTERS = [
  'trouble',
  'silent',
  'battery',
  'signal',
  'fault',
  'unheard',
  'unmounted',
] as const
export type DeviceFilter = (typeof DEVICE_FILTERS)[number]

export function isFound(facts: DeviceFacts, filter: DeviceFilter): boolean {
  const has = (kind: AlarmKind) => facts.alarms.some((alarm) => alarm.kind === kind)
  switch (filter) {
    case 'trouble':
      return facts.alarms.length > 0 || facts.fault !== undefined
    case 'silent':
      return has('silent')
    case 'battery':
      return has('low-battery')
    case 'signal':
      return facts.signal !== undefined && signalWord(facts.signal) === 'weak'
    case 'fault':
      return facts.fault !== undefined
    case 'unheard':
      return facts.seats.length > 0 && facts.lastAt === undefined
    case 'unmounted':
      return facts.seats.length === 0
  }
}

export interface DeviceWish {
  readonly text?: string | undefined
  readonly filter?: DeviceFilter | undefined
  readonly profile?: string | undefined
  readonly station?: string | undefined
}

export function findDevices(
  all: readonly DeviceFacts[],
  { text, filter, profile, station }: DeviceWish,
): readonly DeviceFacts[] {
  const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean)
  return all.filter((facts) => {
    if (filter !== undefined && !isFound(facts, filter)) return false
    if (profile !== undefined && facts.device.profile !== profile) return false
    if (station !== undefined && !facts.seats.some((seat) => seat.station?.id === station)) {
      return false
    }
    const where = facts.seats.map((s) => `${s.mounting.containerId} ${s.station?.name ?? ''}`)
    const said = [facts.device.id, facts.device.profile, ...where].join(' ').toLowerCase()
    return words.every((word) => said.includes(word))
  })
}
