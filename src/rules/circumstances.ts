/** What is told beside levels and reports: plans and forecasts, trucks, gateways, the return bike. */
import { NOW, UNKNOWN_CONTAINER } from './acceptance.ts'
import { isUnderWay } from './facts.ts'
import { inspectAll, judge, judgePlace } from './judging.ts'
import { replan } from './plan.ts'
import type {
  Applied,
  BikeRecord,
  ForecastRecord,
  GatewayRecord,
  PlanRecord,
  TruckRecord,
} from './record.ts'
import { scheduleChange } from './upcoming.ts'
import { extrasOf } from './watch.ts'
import type { StationWatch } from './watch.ts'
import { markDirty } from './world.ts'
import type { World } from './world.ts'

const UNKNOWN_STATION: Applied = { kind: 'history', because: 'unknown-station' }
const UNKNOWN_AREA: Applied = { kind: 'history', because: 'unknown-area' }

export function foldExtras(world: World, record: PlanRecord | ForecastRecord): Applied {
  const watch = world.containers.get(record.containerId)
  if (!watch) return UNKNOWN_CONTAINER
  const extras = extrasOf(watch)
  if (record.type === 'plan') {
    const { source, emptyings, at } = record
    extras.plans = replan(extras.plans ?? {}, source, emptyings, at)
  } else {
    const { at, fullWithin24h, fullAt } = record
    extras.forecast = { at, fullWithin24h, ...(fullAt !== undefined && { fullAt }) }
  }
  markDirty(world, extras)
  scheduleChange(world, watch)
  judge(world, watch)
  return NOW
}

export function foldTruck(world: World, { stationId, state, etaAt, at }: TruckRecord): Applied {
  const station = world.stations.get(stationId)
  if (!station) return UNKNOWN_STATION
  const since = isUnderWay(station.truck, at) ? station.truck.since : at
  station.truck =
    state === 'gone' ? { since, goneAt: at } : { since, ...(etaAt !== undefined && { etaAt }) }
  changed(world, station)
  return NOW
}

export function foldGateway(world: World, { stationIds, state }: GatewayRecord): Applied {
  const stations = stationIds.flatMap((id) => world.stations.get(id) ?? [])
  if (stations.length === 0) return UNKNOWN_STATION
  for (const station of stations) {
    station.gatewayDown = state === 'down'
    changed(world, station)
  }
  return NOW
}

export function foldBike(world: World, record: BikeRecord): Applied {
  const area = world.areas.get(record.areaId)
  if (!area) return UNKNOWN_AREA
  const { at, state, firstStopAt, freeSlots } = record
  area.bike =
    state === 'ended'
      ? undefined
      : {
          at,
          ...(firstStopAt !== undefined && { firstStopAt }),
          ...(freeSlots !== undefined && { freeSlots }),
        }
  markDirty(world, area)
  judgePlace(world, area, true)
  return NOW
}

/** Something of a station changed that any of its rules may ask. */
function changed(world: World, station: StationWatch): void {
  markDirty(world, station)
  inspectAll(world, station)
}
