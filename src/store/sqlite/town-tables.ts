/** The town's tables: brought in again and again, read back whole. */
import type { Kysely, Selectable } from 'kysely'
import type { Fraction } from '#src/stations/fraction.ts'
import type { AreaId, ContainerId, DeviceId, StationId } from '#src/stations/ids.ts'
import type {
  Area,
  Container,
  Device,
  FractionColours,
  Mounting,
  Operator,
  Station,
  Town,
  TownProfile,
} from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { KeptServiceDays, RemovedContainer, TownChange } from '../contract.ts'
import type { RowNumbers } from './journal-writes.ts'
import type { Tables } from './schema.ts'

type Db = Kysely<Tables>

/** Call within a transaction. */
export async function saveTown(db: Db, town: Town, at: EpochMs): Promise<TownChange> {
  const count = { added: 0, changed: 0, removed: 0, unchanged: 0 }
  await db
    .insertInto('town')
    .values(townRow(town))
    .onConflict((c) => c.column('id').doUpdateSet(townRow(town)))
    .execute()
  await saveServiceDays(db, town, at)

  const areas = (town.areas ?? []).map(({ id, name }, position) => ({
    id: id as string,
    name,
    position,
    removed_at: null as number | null,
  }))
  const oldAreas = await db.selectFrom('area').selectAll().execute()
  await settle(count, areas, oldAreas, {
    add: (row) => db.insertInto('area').values(row).execute(),
    change: (row) => db.updateTable('area').set(row).where('id', '=', row.id).execute(),
    remove: (row) =>
      db.updateTable('area').set({ removed_at: at }).where('id', '=', row.id).execute(),
  })

  const stations = town.stations.map((s, position) => ({
    id: s.id as string,
    municipality_code: s.municipalityCode,
    external_id: s.externalId,
    name: s.name,
    address: s.address ?? null,
    area_id: (s.areaId ?? null) as string | null,
    plan: s.plan === undefined ? null : JSON.stringify(s.plan),
    lon: s.place.lon,
    lat: s.place.lat,
    position,
    removed_at: null as number | null,
  }))
  const oldStations = await db.selectFrom('station').selectAll().execute()
  await settle(count, stations, oldStations, {
    add: (row) => db.insertInto('station').values(row).execute(),
    change: (row) => db.updateTable('station').set(row).where('id', '=', row.id).execute(),
    remove: (row) =>
      db.updateTable('station').set({ removed_at: at }).where('id', '=', row.id).execute(),
  })

  const containers = town.stations
    .flatMap((s) => s.containers)
    .map((c, position) => ({
      id: c.id as string,
      station_id: c.stationId as string,
      name: c.name,
      fraction: c.fraction as string,
      empty_distance_mm: c.geometry.emptyDistanceMm,
      full_distance_mm: c.geometry.fullDistanceMm,
      dead_zone_mm: c.geometry.deadZoneMm,
      volume_litres: c.geometry.volumeLitres,
      mounting_offset_mm: c.geometry.mountingOffsetMm ?? null,
      tilt_deg: c.geometry.tiltDeg ?? null,
      position,
      removed_at: null as number | null,
    }))
  const oldContainers = await db.selectFrom('container').selectAll().execute()
  await settle(count, containers, oldContainers, {
    add: (row) => db.insertInto('container').values(row).execute(),
    change: (row) => db.updateTable('container').set(row).where('id', '=', row.id).execute(),
    remove: (row) =>
      db.updateTable('container').set({ removed_at: at }).where('id', '=', row.id).execute(),
  })

  const devices = town.devices.map((d) => ({
    id: d.id as string,
    profile: d.profile,
    removed_at: null as number | null,
  }))
  const oldDevices = await db.selectFrom('device').selectAll().execute()
  await settle(count, devices, oldDevices, {
    add: (row) => db.insertInto('device').values(row).execute(),
    change: (row) => db.updateTable('device').set(row).where('id', '=', row.id).execute(),
    remove: (row) =>
      db.updateTable('device').set({ removed_at: at }).where('id', '=', row.id).execute(),
  })

  await saveMountings(db, town, at, count)
  return count
}

/** A mounting no longer named ends now; those that ended stay as history. */
async function saveMountings(
  db: Db,
  town: Town,
  at: EpochMs,
  count: Writable<TownChange>,
): Promise<void> {
  const numbers = await rowNumbers(db)
  const rows = town.mountings.map((m) => ({
    device_no: numbers.devices.get(m.deviceId)!,
    container_no: numbers.containers.get(m.containerId)!,
    from_at: m.from as number,
    until_at: (m.until ?? null) as number | null,
    channel: m.channel ?? null,
    alongside: m.alongside ? 1 : null,
  }))
  const key = (m: { device_no: number; container_no: number; from_at: number }) =>
    `${m.device_no}/${m.container_no}/${m.from_at}`
  const old = new Map(
    (await db.selectFrom('mounting').selectAll().execute()).map((m) => [key(m), m]),
  )
  for (const row of rows) {
    const before = old.get(key(row))
    old.delete(key(row))
    if (!before) {
      count.added++
      await db.insertInto('mounting').values(row).execute()
    } else if (
      before.until_at === row.until_at &&
      before.channel === row.channel &&
      before.alongside === row.alongside
    ) {
      count.unchanged++
    } else {
      count.changed++
      const { until_at, channel, alongside } = row
      await whereMounting(db, row, { until_at, channel, alongside })
    }
  }
  for (const gone of old.values()) {
    if (gone.until_at !== null) continue
    count.removed++
    await whereMounting(db, gone, { until_at: at })
  }
}

function whereMounting(
  db: Db,
  m: { device_no: number; container_no: number; from_at: number },
  change: {
    readonly until_at: number | null
    readonly channel?: string | null
    readonly alongside?: number | null
  },
) {
  return db
    .updateTable('mounting')
    .set(change)
    .where('device_no', '=', m.device_no)
    .where('container_no', '=', m.container_no)
    .where('from_at', '=', m.from_at)
    .execute()
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

interface TownRow {
  readonly id: string
  readonly position?: number
  readonly removed_at: number | null
}

/** Adds what is new, changes what differs, removes what is no longer named; says nothing of the rest. */
async function settle<Row extends TownRow>(
  count: Writable<TownChange>,
  rows: readonly Row[],
  before: readonly Row[],
  act: {
    readonly add: (row: Row) => Promise<unknown>
    readonly change: (row: Row) => Promise<unknown>
    readonly remove: (row: Row) => Promise<unknown>
  },
): Promise<void> {
  const old = new Map(before.map((row) => [row.id, row]))
  for (const row of rows) {
    const known = old.get(row.id)
    old.delete(row.id)
    if (!known) {
      count.added++
      await act.add(row)
    } else if (
      Object.entries(row).every(([k, v]) => k === 'position' || known[k as keyof Row] === v)
    ) {
      count.unchanged++
      // Another one put in before it is no change of its own.
      if (row.position !== known.position) await act.change(row)
    } else {
      count.changed++
      await act.change(row)
    }
  }
  for (const gone of old.values()) {
    if (gone.removed_at !== null) continue
    count.removed++
    await act.remove(gone)
  }
}

async function saveServiceDays(db: Db, { serviceDays = [] }: Town, at: EpochMs): Promise<void> {
  const before = (await readServiceDays(db)).at(-1)?.days ?? []
  const body = JSON.stringify(serviceDays)
  if (JSON.stringify(before) !== body) {
    await db.insertInto('service_days').values({ at, body }).execute()
  }
}

/** As each town's file said them that said otherwise than the one before, oldest first. */
export async function readServiceDays(db: Db): Promise<readonly KeptServiceDays[]> {
  const rows = await db.selectFrom('service_days').selectAll().orderBy('no').execute()
  return rows.map(({ at, body }) => ({
    at: at as EpochMs,
    days: JSON.parse(body) as KeptServiceDays['days'],
  }))
}

export async function readRemovedContainers(
  db: Db,
  station: StationId,
): Promise<readonly RemovedContainer[]> {
  const rows = await db
    .selectFrom('container')
    .select(['id', 'fraction', 'removed_at'])
    .where('station_id', '=', station)
    .where('removed_at', 'is not', null)
    .execute()
  return rows.map((row) => ({
    id: row.id as ContainerId,
    fraction: row.fraction as Fraction,
    removedAt: row.removed_at as EpochMs,
  }))
}

export async function readTown(db: Db): Promise<Town | undefined> {
  const row = await db.selectFrom('town').selectAll().executeTakeFirst()
  if (!row) return undefined
  const areaRows = await db
    .selectFrom('area')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('position')
    .execute()
  const stationRows = await db
    .selectFrom('station')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('position')
    .execute()
  const containerRows = await db
    .selectFrom('container')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('position')
    .execute()
  const ofStation = Map.groupBy(containerRows.map(containerOf), (c) => c.stationId)
  const deviceRows = await db
    .selectFrom('device')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('no')
    .execute()
  const mountingRows = await db
    .selectFrom('mounting')
    .innerJoin('device', 'device.no', 'mounting.device_no')
    .innerJoin('container', 'container.no', 'mounting.container_no')
    .where('device.removed_at', 'is', null)
    .where('container.removed_at', 'is', null)
    .select(['device.id as device', 'container.id as container'])
    .select(['from_at', 'until_at', 'channel', 'alongside'])
    .orderBy('from_at')
    // Where two hold at one instant the first counts: then the one that has ended since.
    .orderBy('until_at', (o) => o.asc().nullsLast())
    .orderBy('container.no')
    .execute()
  const serviceDays = (await readServiceDays(db)).at(-1)?.days ?? []
  return {
    municipalityCode: row.municipality_code,
    name: row.name,
    timeZone: row.time_zone,
    networkServers: JSON.parse(row.network_servers) as Town['networkServers'],
    channels: JSON.parse(row.channels) as Town['channels'],
    ...(row.direct === null ? {} : (JSON.parse(row.direct) as Pick<Town, 'sms' | 'staffAlerts'>)),
    ...(row.operator === null ? {} : { operator: JSON.parse(row.operator) as Operator }),
    ...(row.stalled_after_ms === null ? {} : { stalledAfterMs: row.stalled_after_ms }),
    ...(serviceDays.length === 0 ? {} : { serviceDays }),
    ...(areaRows.length === 0
      ? {}
      : { areas: areaRows.map((a): Area => ({ id: a.id as AreaId, name: a.name })) }),
    stations: stationRows.map((s) => ({
      id: s.id as StationId,
      municipalityCode: s.municipality_code,
      externalId: s.external_id,
      name: s.name,
      ...(s.address === null ? {} : { address: s.address }),
      ...(s.area_id === null ? {} : { areaId: s.area_id as AreaId }),
      place: { lon: s.lon, lat: s.lat },
      containers: ofStation.get(s.id as StationId) ?? [],
      ...(s.plan === null ? {} : { plan: JSON.parse(s.plan) as Station['plan'] & object }),
    })),
    ...(row.profiles === '[]' ? {} : { profiles: JSON.parse(row.profiles) as TownProfile[] }),
    ...(row.fraction_colours === null
      ? {}
      : { fractionColours: JSON.parse(row.fraction_colours) as FractionColours }),
    devices: deviceRows.map((d): Device => ({
      id: d.id as DeviceId,
      profile: d.profile,
    })),
    mountings: mountingRows.map((m): Mounting => ({
      deviceId: m.device as DeviceId,
      containerId: m.container as ContainerId,
      ...(m.channel === null ? {} : { channel: m.channel }),
      ...(m.alongside === null ? {} : { alongside: true }),
      from: m.from_at as EpochMs,
      ...(m.until_at === null ? {} : { until: m.until_at as EpochMs }),
    })),
  }
}

/** Every device and container that ever was: history names them too. */
export async function rowNumbers(db: Db): Promise<RowNumbers> {
  const devices = await db.selectFrom('device').select(['id', 'no']).execute()
  const containers = await db.selectFrom('container').select(['id', 'no']).execute()
  return {
    devices: new Map(devices.map((d) => [d.id as DeviceId, d.no])),
    containers: new Map(containers.map((c) => [c.id as ContainerId, c.no])),
  }
}

function containerOf(row: Selectable<Tables['container']>): Container {
  return {
    id: row.id as ContainerId,
    stationId: row.station_id as StationId,
    name: row.name,
    fraction: row.fraction as Fraction,
    geometry: {
      emptyDistanceMm: row.empty_distance_mm,
      fullDistanceMm: row.full_distance_mm,
      deadZoneMm: row.dead_zone_mm,
      volumeLitres: row.volume_litres,
      ...(row.mounting_offset_mm === null ? {} : { mountingOffsetMm: row.mounting_offset_mm }),
      ...(row.tilt_deg === null ? {} : { tiltDeg: row.tilt_deg }),
    },
  }
}

function directText({ sms, staffAlerts }: Town): string | null {
  return sms || staffAlerts ? JSON.stringify({ sms, staffAlerts }) : null
}

function townRow(town: Town) {
  return {
    id: 1,
    municipality_code: town.municipalityCode,
    name: town.name,
    time_zone: town.timeZone,
    network_servers: JSON.stringify(town.networkServers),
    channels: JSON.stringify(town.channels),
    direct: directText(town),
    operator: town.operator === undefined ? null : JSON.stringify(town.operator),
    stalled_after_ms: town.stalledAfterMs ?? null,
    profiles: JSON.stringify(town.profiles ?? []),
    fraction_colours:
      town.fractionColours === undefined ? null : JSON.stringify(town.fractionColours),
  }
}
