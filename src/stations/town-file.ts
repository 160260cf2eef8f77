/**
 * A town's `town.yaml`: read, checked, and turned into a `Town`. Every fault is found in one go and
 * told with its line, its field and what to write instead, since nobody likes to fix a file one
 * start-up at a time.
 */
import { faultLine } from './fault-line.ts'
import type { FileFault } from './fault-line.ts'
import { containerIdOf, parseAreaId, parseDeviceId, stationIdOf } from './ids.ts'
import type { ContainerId, DeviceId } from './ids.ts'
import type { MapSource } from './map-source.ts'
import { readShaped } from './shaped-file.ts'
import type {
  Area,
  Channels,
  Container,
  Device,
  EmptyingDays,
  Geometry,
  Mounting,
  Station,
  Town,
  TownProfile,
} from './station.ts'
import { isDirectWay, SUBSCRIBERS } from './station.ts'
import { crossCheck } from './town-checks.ts'
import { DAY, MINUTE, WEEKDAYS } from './time.ts'
import { DEFAULT_SINCE, instantOf, KEYS_AT, parseHours, townShape } from './town-shape.ts'
import type { TownFile } from './town-shape.ts'

const DAY_MINUTES = DAY / MINUTE

export type TownFault = FileFault

export type ParsedTown =
  | {
      readonly kind: 'ok'
      readonly town: Town
      /** What lies under the stations on the map; it is of the pages, and the database doesn't keep it. */
      readonly mapSource?: MapSource
    }
  | { readonly kind: 'faulty'; readonly faults: readonly TownFault[] }

/**
 * Reads the text of a `town.yaml` (YAML 1.2). `fileName` is only for the faults. Either the whole
 * town, or every fault that could be found; when the YAML itself is broken, only those, since nothing
 * after them can be trusted.
 */
export function parseTownFile(text: string, fileName: string): ParsedTown {
  const read = readShaped(text, fileName, {
    shape: townShape,
    keysAt: KEYS_AT,
    noun: 'a town',
    crossCheck,
  })
  if (read.kind !== 'ok') return read
  const { map } = read.file
  return { kind: 'ok', town: build(read.file), ...(map && { mapSource: map }) }
}

/** For the terminal: one fault a line, `file:line  field: message`, and how many there are. */
export function formatFaults(faults: readonly TownFault[]): string {
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`
  return `${faults.map(faultLine).join('\n')}\n${count}\n`
}

// From a file without faults to a town.

function build(file: TownFile): Town {
  const stations: Station[] = []
  const devices = new Map<DeviceId, Device>()
  const mountings: Mounting[] = []
  for (const entry of file.stations) {
    const stationId = stationIdOf(file.municipality, entry.id)!
    const containers = entry.containers.map((c): Container => {
      const id = containerIdOf(stationId, c.id)!
      for (const { device, mounting } of mountingsOf(c, id, file.timeZone)) {
        devices.set(device.id, device)
        mountings.push(mounting)
      }
      const geometry: Geometry = { ...file.containerTypes[c.type]! }
      return { id, stationId, name: c.id, fraction: c.fraction, geometry }
    })
    stations.push({
      id: stationId,
      municipalityCode: file.municipality,
      externalId: entry.id,
      name: entry.name,
      ...(entry.address === undefined ? {} : { address: entry.address }),
      ...(entry.area === undefined ? {} : { areaId: parseAreaId(entry.area)! }),
      place: { lon: entry.lon, lat: entry.lat },
      containers,
      ...(entry.plan.length === 0 ? {} : { plan: entry.plan.map(emptyingDays) }),
    })
  }
  const areas = file.areas.map(({ id, name }): Area => ({ id: parseAreaId(id)!, name }))
  const profiles = Object.entries(file.profiles).map(([name, { codec, fields }]): TownProfile => ({
    name,
    // The folder's reader puts the file's text there.
    ...(codec === undefined ? {} : { codec: { file: codec, source: '' } }),
    fields,
  }))
  return {
    municipalityCode: file.municipality,
    name: file.name,
    timeZone: file.timeZone,
    ...(file.operator === undefined ? {} : { operator: file.operator }),
    ...(file.stalledAfter === undefined ? {} : { stalledAfterMs: file.stalledAfter }),
    ...(areas.length === 0 ? {} : { areas }),
    stations,
    ...(file.serviceDays.length === 0 ? {} : { serviceDays: file.serviceDays.map(emptyingDays) }),
    ...(file.fractionColours === undefined ? {} : { fractionColours: file.fractionColours }),
    ...(profiles.length === 0 ? {} : { profiles }),
    devices: [...devices.values()],
    mountings,
    networkServers: file.networkServers,
    channels: channelsOf(file),
    ...(file.sms && { sms: file.sms }),
    ...(file.staffAlerts && { staffAlerts: file.staffAlerts }),
  }
}

/** Each channel's accounts as a list, also where the file has but one, and with whole ids. */
function channelsOf({ channels, municipality }: TownFile): Channels {
  const placed = ({ stations, areas, ...account }: WrittenAccount) => ({
    ...account,
    ...(stations && { stations: stations.map((id) => stationIdOf(municipality, id)!) }),
    ...(areas && { areas: areas.map((id) => parseAreaId(id)!) }),
  })
  const entries = Object.entries(channels).map(([name, accounts]) => [
    name,
    [accounts]
      .flat()
      .map((account) =>
        isDirectWay(name)
          ? { account: SUBSCRIBERS, ...account }
          : placed(account as WrittenAccount),
      ),
  ])
  return Object.fromEntries(entries) as Channels
}

interface WrittenAccount {
  readonly account: string
  readonly stations?: readonly string[]
  readonly areas?: readonly string[]
}

/** What says nothing, such as the hours of the whole day, is left out; weekdays and dates are put in order. */
export function emptyingDays(written: TownFile['stations'][number]['plan'][number]): EmptyingDays {
  const { days, dates, weeks, except, holidays, hours, ...rest } = written
  const parsed = hours === undefined ? undefined : parseHours(hours)
  const isWholeDay = parsed === undefined || parsed.untilMinute - parsed.fromMinute === DAY_MINUTES
  return {
    ...rest,
    ...(days && { weekdays: WEEKDAYS.filter((day) => days.includes(day)) }),
    ...(weeks !== undefined && weeks !== 'all' && { weeks }),
    ...(except && except.length > 0 && { except: except.toSorted() }),
    ...(holidays !== undefined && holidays !== 'keep' && { holidays }),
    ...(dates && { dates: dates.toSorted() }),
    ...(!isWholeDay && { hours: parsed }),
  }
}

function mountingsOf(
  container: TownFile['stations'][number]['containers'][number],
  containerId: ContainerId,
  zone: string,
): { device: Device; mounting: Mounting }[] {
  const past = (container.devices ?? []).map((d) => ({ ...d, since: d.from }))
  const now = container.device && { ...container.device, until: undefined, alongside: undefined }
  const all = now === undefined ? past : [...past, now]
  return all.map(({ id, profile, channel, alongside, since, until }) => {
    const deviceId = parseDeviceId(id)!
    const from = since === undefined ? DEFAULT_SINCE : instantOf(since, zone)!
    return {
      device: { id: deviceId, profile },
      mounting: {
        deviceId,
        containerId,
        ...(channel === undefined ? {} : { channel }),
        ...(alongside && { alongside }),
        from,
        ...(until === undefined ? {} : { until: instantOf(until, zone)! }),
      },
    }
  })
}
