/** A town, looked up fast. Pure; made anew when the town changes. */
import type { AreaId, ContainerId, DeviceId, StationId } from './ids.ts'
import type { Area, Container, Device, Station, Town } from './station.ts'
import type { EpochMs } from './time.ts'

export interface TownIndex {
  readonly town: Town
  readonly areas: ReadonlyMap<AreaId, Area>
  readonly stations: ReadonlyMap<StationId, Station>
  readonly containers: ReadonlyMap<ContainerId, Container>
  readonly devices: ReadonlyMap<DeviceId, Device>
  /**
   * The container a device sat on at an instant; undefined where it sat nowhere. `channel` names one
   * of its sensors where it watches several containers.
   */
  mountedOn(device: DeviceId, at: EpochMs, channel?: string): Container | undefined
  /** The chief device that sat on a container at an instant; one alongside only where there was no chief. */
  deviceOn(container: ContainerId, at: EpochMs): DeviceId | undefined
  /** The devices that sat alongside the chief one at an instant. */
  devicesBeside(container: ContainerId, at: EpochMs): readonly DeviceId[]
}

/** Whichever of the device's sensors it is. */
const ANY = Symbol('any channel')

/** A mounting with its container at hand. */
interface Seat {
  readonly from: EpochMs
  readonly until: number
  readonly deviceId: DeviceId
  readonly channel: string | undefined
  readonly container: Container
}

export function indexTown(town: Town): TownIndex {
  const areas = new Map((town.areas ?? []).map((a) => [a.id, a]))
  const stations = new Map(town.stations.map((s) => [s.id, s]))
  const containers = new Map(town.stations.flatMap((s) => s.containers).map((c) => [c.id, c]))
  const devices = new Map(town.devices.map((d) => [d.id, d]))
  const byDevice = new Map<DeviceId, Seat[]>()
  const chiefs = new Map<ContainerId, Seat[]>()
  const beside = new Map<ContainerId, Seat[]>()
  for (const { deviceId, containerId, channel, alongside, from, until } of town.mountings) {
    const container = containers.get(containerId)
    if (!container) continue
    const seat: Seat = {
      from,
      until: until ?? Infinity,
      deviceId,
      channel,
      container,
    }
    add(byDevice, deviceId, seat)
    add(alongside ? beside : chiefs, containerId, seat)
  }
  return {
    town,
    areas,
    stations,
    containers,
    devices,
    mountedOn: (device, at, channel) => newestAt(byDevice.get(device), at, channel)?.container,
    deviceOn: (container, at) =>
      (newestAt(chiefs.get(container), at, ANY) ?? newestAt(beside.get(container), at, ANY))
        ?.deviceId,
    devicesBeside(container, at) {
      const seats = beside.get(container)
      return seats?.filter((s) => holds(s, at)).map((s) => s.deviceId) ?? NOBODY
    },
  }
}

function add<Key>(map: Map<Key, Seat[]>, key: Key, seat: Seat): void {
  const seats = map.get(key)
  if (seats) seats.push(seat)
  else map.set(key, [seat])
}

function holds(seat: Seat, at: EpochMs): boolean {
  return seat.from <= at && at < seat.until
}

const NOBODY: readonly DeviceId[] = []

/** Mountings are half-open: from the instant on, until but not including the other. Asked for every message. */
function newestAt(
  seats: readonly Seat[] | undefined,
  at: EpochMs,
  channel: string | undefined | typeof ANY,
): Seat | undefined {
  if (seats === undefined) return undefined
  let best: Seat | undefined
  for (let i = 0; i < seats.length; i++) {
    const seat = seats[i]!
    if (channel !== ANY && seat.channel !== channel) continue
    if (holds(seat, at) && (!best || seat.from > best.from)) best = seat
  }
  return best
}
