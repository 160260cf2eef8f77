/** A row of `container_state` as the engine knows it. */
import type { ContainerState } from '#src/rules/decision.ts'
import type { ContainerId, DeviceId } from '#src/stations/ids.ts'
import type { Fault } from '#src/stations/reading.ts'
import type { EpochMs } from '#src/stations/time.ts'

export interface ContainerRow {
  readonly container_id: string
  readonly fill: number | null
  readonly measured_at: number | null
  readonly device_id: string | null
  readonly fault: string | null
  readonly heard_at: number | null
  readonly interval_ms: number | null
  readonly emptied_at: number | null
  readonly reports: string | null
}

export function containerStateOf(row: ContainerRow): ContainerState {
  return {
    containerId: row.container_id as ContainerId,
    ...(row.fill === null ? {} : { fillPercent: row.fill }),
    ...(row.measured_at === null ? {} : { measuredAt: row.measured_at as EpochMs }),
    ...(row.device_id === null ? {} : { deviceId: row.device_id as DeviceId }),
    ...(row.fault === null ? {} : { fault: row.fault as Fault }),
    ...(row.heard_at === null ? {} : { heardAt: row.heard_at as EpochMs }),
    ...(row.interval_ms === null ? {} : { intervalMs: row.interval_ms }),
    ...(row.emptied_at === null ? {} : { emptiedAt: row.emptied_at as EpochMs }),
    reports: row.reports === null ? [] : (JSON.parse(row.reports) as ContainerState['reports']),
  }
}
