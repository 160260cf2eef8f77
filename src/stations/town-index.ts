/** A town, looked up fast. Pure; made anew when the town changes. */
import type { ContainerId, DeviceId, StationId } from './ids.ts'
import type { Container, Device, Mounting, Station, Town } from './station.ts'
import type { EpochMs } from './time.ts'

export interface TownIndex {
  readonly town: Town
  readonly stations: ReadonlyMap<StationId, Station>
  readonly containers: ReadonlyMap<ContainerId, Container>
  readonly devices: ReadonlyMap<DeviceId, Device>
  /** The container a device sat on at an instant; undefined where it sat nowhere. */
  mountedOn(device: DeviceId, at: EpochMs): Container | undefined
  /** The device that sat on a container at an instant. */
  deviceOn(container: ContainerId, at: EpochMs): DeviceId | undefined
}

export function indexTown(town: Town): TownIndex {
  const stations = new Map(town.stations.map((s) => [s.id, s]))
  const containers = new Map(town.stations.flatMap((s) => s.containers).map((c) => [c.id, c]))
  const devices = new Map(town.devices.map((d) => [d.id, d]))
  const byDevice = Map.groupBy(town.mountings, (m) => m.deviceId)
  const byContainer = Map.groupBy(town.mountings, (m) => m.containerId)
  return {
    town,
    stations,
    containers,
    devices,
    mountedOn(device, at) {
      const found = newestAt(byDevice.get(device), at)
      return found && containers.get(found.containerId)
    },
    deviceOn(container, at) {
      return newestAt(byContainer.get(container), at)?.deviceId
    },
  }
}

/** Mountings are half-open: from the instant on, until but not including the other. */
function newestAt(mountings: readonly Mounting[] | undefined, at: EpochMs): Mounting | undefined {
  let best: Mounting | undefined
  for (const m of mountings ?? []) {
    const holds = m.from <= at && (m.until === undefined || at < m.until)
    if (holds && (!best || m.from > best.from)) best = m
  }
  return best
}
