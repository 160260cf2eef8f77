/**
 * What a `town.yaml` must hold true beyond its shape: nothing twice, names that exist, boxes that can
 * be, places on the map, devices in one place at a time. The checks look at the raw file, so that a
 * fault of shape in one place doesn't hide a fault of sense in another.
 */
import { parseDeviceId } from './ids.ts'
import type { DeviceId } from './ids.ts'
import { nearestName } from './nearest-name.ts'
import { block, finite, list, text } from './raw-block.ts'
import type { Block } from './raw-block.ts'
import { DEVICE_PROFILES, distanceM } from './station.ts'
import type { Place } from './station.ts'
import { DEFAULT_TIME_ZONE } from './time.ts'
import type { EpochMs } from './time.ts'
import { checkChannels } from './town-channel-checks.ts'
import { fieldName, unknownName } from './town-faults.ts'
import type { Path, Tell } from './town-faults.ts'
import { checkPlan, checkServiceDays } from './town-plan-checks.ts'
import { DEFAULT_SINCE, instantOf } from './town-shape.ts'

interface Seat {
  readonly device: DeviceId
  readonly profile: string | undefined
  readonly channel: string | undefined
  readonly alongside: boolean
  readonly containerPath: Path
  readonly path: Path
  readonly from: EpochMs
  readonly until: EpochMs | undefined
}

/** Tells everything that contradicts itself. */
export function crossCheck(raw: Block, tell: Tell): void {
  const zone = checkTimeZone(raw['timeZone'], tell)
  checkGeometries(block(raw['containerTypes']), tell)
  checkServers(list(raw['networkServers']), tell)

  const areas = list(raw['areas'])
  checkUnique(areas, ['areas'], 'area', tell)
  const stations = list(raw['stations'])
  checkUnique(stations, ['stations'], 'station', tell)
  checkAreas(stations, areas, tell)
  checkPlaces(stations, tell)
  checkChannels(raw, tell)
  if (raw['staffAlerts'] !== undefined && raw['sms'] === undefined) {
    tell(['staffAlerts'], 'alarms go to staff by SMS; say under sms who sends them')
  }
  checkServiceDays(list(raw['serviceDays']), ['serviceDays'], tell)

  const types =
    raw['containerTypes'] === undefined ? undefined : Object.keys(block(raw['containerTypes']))
  const seats: Seat[] = []
  for (const [s, station] of stations.entries()) {
    const containers = list(block(station)['containers'])
    const path = ['stations', s, 'containers']
    checkUnique(containers, path, 'container of this station', tell)
    checkPlan(block(station), ['stations', s], tell)
    for (const [c, value] of containers.entries()) {
      const container = block(value)
      const type = text(container['type'])
      if (type !== undefined && types?.includes(type) === false) {
        tell([...path, c, 'type'], unknownName(`"${type}"`, type, 'type', types))
      }
      seats.push(...seatsOf(container, [...path, c], zone, tell))
    }
  }
  checkSeats(seats, tell)
  checkProfiles(seats, block(raw['profiles']), tell)
}

/** A station's area is one of the file's. */
function checkAreas(stations: readonly unknown[], areas: readonly unknown[], tell: Tell): void {
  const known = areas.flatMap((area) => text(block(area)['id']) ?? [])
  for (const [s, station] of stations.entries()) {
    const area = text(block(station)['area'])
    if (area === undefined || known.includes(area)) continue
    tell(['stations', s, 'area'], unknownName(`"${area}"`, area, 'area', known))
  }
}

/** A profile that is ours or the town's own, and no town's own that takes the name of one of ours. */
function checkProfiles(seats: readonly Seat[], own: Block, tell: Tell): void {
  const ready: readonly string[] = DEVICE_PROFILES
  for (const name of Object.keys(own)) {
    if (ready.includes(name)) {
      tell(['profiles', name], `"${name}" is the name of a ready profile; choose another name`)
    }
  }
  const known = [...ready, ...Object.keys(own)]
  for (const { profile, path } of seats) {
    if (profile === undefined || known.includes(profile)) continue
    tell([...path, 'profile'], unknownName(`"${profile}"`, profile, 'profile', known))
  }
}

function checkTimeZone(value: unknown, tell: Tell): string {
  const zone = text(value)
  if (zone === undefined) return DEFAULT_TIME_ZONE
  try {
    // An offset such as +01:00 is taken by Intl, yet it knows no summer time.
    if (/^[+-]/.test(zone)) throw new RangeError(zone)
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    const near = nearestName(zone, Intl.supportedValuesOf('timeZone'))
    const hint =
      near === undefined
        ? `expected a name such as "${DEFAULT_TIME_ZONE}"`
        : `did you mean "${near}"?`
    tell(['timeZone'], `"${zone}" is not a time zone of the IANA list; ${hint}`)
    return DEFAULT_TIME_ZONE
  }
}

function checkGeometries(types: Block, tell: Tell): void {
  for (const [name, value] of Object.entries(types)) {
    const type = block(value)
    const path = ['containerTypes', name, 'fullDistanceMm']
    const empty = finite(type['emptyDistanceMm'])
    const full = finite(type['fullDistanceMm'])
    const dead = finite(type['deadZoneMm'])
    if (full === undefined) continue
    if (empty !== undefined && full >= empty) {
      tell(
        path,
        `${full} must be less than emptyDistanceMm (${empty}): a full box is nearer the lid`,
      )
    }
    if (dead !== undefined && full < dead) {
      tell(path, `${full} must be at least deadZoneMm (${dead}): the sensor sees nothing nearer`)
    }
  }
}

export function checkUnique(items: readonly unknown[], at: Path, noun: string, tell: Tell): void {
  const first = new Map<string, number>()
  for (const [i, item] of items.entries()) {
    const id = text(block(item)['id'])
    if (id === undefined) continue
    const before = first.get(id)
    if (before === undefined) first.set(id, i)
    else {
      const where = fieldName([...at, before])
      tell([...at, i, 'id'], `"${id}" is already the id of another ${noun}, ${where}`)
    }
  }
}

/** One server to a topic, and a device's id in each message or its topic. */
function checkServers(servers: readonly unknown[], tell: Tell): void {
  checkUnique(servers, ['networkServers'], 'network server', tell)
  for (const [i, value] of servers.entries()) {
    const { kind, topic, deviceLevel, mapping } = block(value)
    const path = ['networkServers', i]
    const isJson = kind === 'json'
    if (mapping !== undefined && !isJson) {
      tell([...path, 'mapping'], `only kind json has a mapping; ${String(kind)} has its own format`)
    }
    if (isJson && deviceLevel === undefined && block(mapping)['device'] === undefined) {
      tell(
        [...path, 'mapping'],
        'say where the device\'s id is: "device", a path in the message, or deviceLevel, a level of the topic',
      )
    }
    const levels = text(topic)?.split('/') ?? []
    if (typeof deviceLevel === 'number' && !levels.includes('#') && deviceLevel > levels.length) {
      tell([...path, 'deviceLevel'], `the topic has ${levels.length} levels`)
    }
    const earlier = servers.slice(0, i).findIndex((other) => {
      const before = text(block(other)['topic'])
      return before !== undefined && text(topic) !== undefined && overlap(before, text(topic)!)
    })
    if (earlier >= 0) {
      tell(
        [...path, 'topic'],
        `messages here may be of ${fieldName(['networkServers', earlier])} as well; a topic has one server`,
      )
    }
  }
}

/** Whether some topic matches both filters. */
function overlap(one: string, other: string): boolean {
  const a = one.split('/')
  const b = other.split('/')
  for (let i = 0; ; i++) {
    if (a[i] === '#' || b[i] === '#') return true
    if (a[i] === undefined || b[i] === undefined) return a[i] === b[i]
    if (a[i] !== '+' && b[i] !== '+' && a[i] !== b[i]) return false
  }
}

/** The Nordic countries, generously. */
const inTheNorth = (lat: number, lon: number) => lat >= 54 && lat <= 72 && lon >= 4 && lon <= 32
/** No municipality is this wide; Kiruna comes closest. */
const FAR_M = 300_000

/** What is wrong with a place, if anything, and which of the two fields to look at. */
export function findPlaceFault(
  lat: number,
  lon: number,
): { readonly key: 'lat' | 'lon'; readonly message: string } | undefined {
  if (inTheNorth(lat, lon)) return undefined
  if (inTheNorth(lon, lat)) {
    const message = `lat ${lat} and lon ${lon} are swapped; write lat: ${lon}, lon: ${lat}`
    return { key: 'lat', message }
  }
  return {
    key: lat < 54 || lat > 72 ? 'lat' : 'lon',
    message: `lat ${lat}, lon ${lon} is not in the Nordic countries; expected WGS 84 degrees, such as lat: 57.72, lon: 12.94`,
  }
}

function checkPlaces(stations: readonly unknown[], tell: Tell): void {
  const places: { readonly at: number; readonly place: Place }[] = []
  for (const [s, value] of stations.entries()) {
    const lat = finite(block(value)['lat'])
    const lon = finite(block(value)['lon'])
    if (lat === undefined || lon === undefined) continue
    const fault = findPlaceFault(lat, lon)
    if (fault === undefined) places.push({ at: s, place: { lat, lon } })
    else tell(['stations', s, fault.key], fault.message)
  }
  if (places.length < 3) return
  const middle = {
    lat: median(places.map((p) => p.place.lat)),
    lon: median(places.map((p) => p.place.lon)),
  }
  for (const { at, place } of places) {
    const km = Math.round(distanceM(place, middle) / 1000)
    if (km * 1000 > FAR_M) {
      tell(
        ['stations', at, 'lat'],
        `${place.lat}, ${place.lon} is ${km} km from the middle of the town; is a digit wrong?`,
      )
    }
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** The devices of one container that could be read, with their periods. */
function seatsOf(container: Block, at: Path, zone: string, tell: Tell): Seat[] {
  const seats: Seat[] = []
  const seat = (value: unknown, path: Path, fromKey: string) => {
    const entry = block(value)
    const device = parseDeviceId(text(entry['id']) ?? '')
    const from = readInstant(entry[fromKey], [...path, fromKey], zone, tell)
    const until = readInstant(entry['until'], [...path, 'until'], zone, tell)
    if (from === 'faulty' || until === 'faulty' || device === undefined) return
    const start = from ?? DEFAULT_SINCE
    if (until !== undefined && until <= start) {
      tell([...path, 'until'], `must be after "${fromKey}"`)
      return
    }
    const profile = text(entry['profile'])
    seats.push({
      device,
      profile,
      channel: text(entry['channel']),
      alongside: entry['alongside'] === true,
      containerPath: at,
      path,
      from: start,
      until,
    })
  }
  for (const [i, past] of list(container['devices']).entries()) {
    seat(past, [...at, 'devices', i], 'from')
  }
  if (container['device'] !== undefined) seat(container['device'], [...at, 'device'], 'since')
  return seats
}

function readInstant(
  value: unknown,
  path: Path,
  zone: string,
  tell: Tell,
): EpochMs | undefined | 'faulty' {
  if (value === undefined) return undefined
  const written = text(value)
  // Not text: the shape has told it already.
  if (written === undefined) return 'faulty'
  const at = instantOf(written, zone)
  if (at !== undefined) return at
  tell(
    path,
    `"${written}" is not a time; expected a day such as 2026-03-01, or a time with its offset such as 2026-03-01T08:00:00Z`,
  )
  return 'faulty'
}

function checkSeats(seats: readonly Seat[], tell: Tell): void {
  for (const [device, own] of Map.groupBy(seats, (s) => s.device)) {
    const ofChannel = Map.groupBy(own, (s) => s.channel).values()
    for (const [earlier, later] of ofChannel.flatMap(overlaps)) {
      const where = `${fieldName(earlier.containerPath)} and ${fieldName(later.containerPath)}`
      tell([...later.path, 'id'], `device "${device}" sits on ${where} at the same time`)
    }
    for (const other of own.slice(1)) {
      if (other.profile === own[0]!.profile) continue
      tell(
        [...other.path, 'profile'],
        `device "${device}" has the profile "${own[0]!.profile}" at ${fieldName(own[0]!.path)}; a device speaks one`,
      )
    }
  }
  for (const own of Map.groupBy(seats, (s) => fieldName(s.containerPath)).values()) {
    for (const ofDevice of Map.groupBy(own, (s) => s.device).values()) {
      for (const [earlier, later] of overlaps(ofDevice)) {
        // By one channel twice was told above.
        if (earlier.channel === later.channel) continue
        tell(
          [...later.path, 'channel'],
          `device "${later.device}" sits on ${fieldName(later.containerPath)} by two channels; one of a device's sensors can watch a container`,
        )
      }
    }
    for (const [earlier, later] of overlaps(own.filter((s) => !s.alongside))) {
      if (earlier.device === later.device) continue
      tell(
        [...later.path, 'id'],
        `devices "${earlier.device}" and "${later.device}" sit on ${fieldName(later.containerPath)} at the same time; give the first an "until" that is not after the other's start, or write "alongside: true" where both watch it`,
      )
    }
  }
}

/** Each seat that begins before an earlier one has ended, with the one that it collides with. */
function overlaps(seats: readonly Seat[]): [Seat, Seat][] {
  const found: [Seat, Seat][] = []
  let longest: Seat | undefined
  for (const seat of seats.toSorted((a, b) => a.from - b.from)) {
    if (longest && endOf(longest) > seat.from) found.push([longest, seat])
    if (!longest || endOf(seat) > endOf(longest)) longest = seat
  }
  return found
}

const endOf = (seat: Seat) => seat.until ?? Infinity
