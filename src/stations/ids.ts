/** Identities. Each is text with a brand, so that a station's id cannot stand in for a container's. */

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** `{municipality code}-{external id}`, e.g. `1490-064`. Both halves are text: leading zeros count. */
export type StationId = Branded<'station'>
/** `{station id}-{name of the container at its station}`, e.g. `1490-064-paper-1`. */
export type ContainerId = Branded<'container'>
/** What a device calls itself. A LoRaWAN DevEUI is sixteen lower-case hex digits. */
export type DeviceId = Branded<'device'>
/** A part of the town, `norrby`; a bike's round and a rule `per: area` are for one. */
export type AreaId = Branded<'area'>
/** Names a post by the episodes it speaks of: the same history gives the same key. */
export type PostKey = Branded<'post'>

const STATION = /^\d{4}-[A-Za-z0-9][A-Za-z0-9_.]{0,31}$/
const CONTAINER = /^\d{4}-[A-Za-z0-9][A-Za-z0-9_.]{0,31}-[a-z0-9][a-z0-9-]{0,31}$/
const AREA = /^[a-z0-9][a-z0-9-]{0,31}$/
const DEVICE = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/
const EUI = /^(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{2}(?:[-:][0-9A-Fa-f]{2}){7})$/
const POST = /^[0-9a-f]{16}$/

export function parseStationId(text: string): StationId | undefined {
  return STATION.test(text) ? (text as StationId) : undefined
}

export function parseContainerId(text: string): ContainerId | undefined {
  return CONTAINER.test(text) ? (text as ContainerId) : undefined
}

export function parseAreaId(text: string): AreaId | undefined {
  return AREA.test(text) ? (text as AreaId) : undefined
}

/** Any device name; a DevEUI in whatever spelling comes out as sixteen lower-case hex digits. */
export function parseDeviceId(text: string): DeviceId | undefined {
  if (EUI.test(text)) return text.replace(/[-:]/g, '').toLowerCase() as DeviceId
  return DEVICE.test(text) ? (text as DeviceId) : undefined
}

export function parsePostKey(text: string): PostKey | undefined {
  return POST.test(text) ? (text as PostKey) : undefined
}

export function stationIdOf(municipalityCode: string, externalId: string): StationId | undefined {
  return parseStationId(`${municipalityCode}-${externalId}`)
}

export function containerIdOf(station: StationId, name: string): ContainerId | undefined {
  return parseContainerId(`${station}-${name}`)
}

/** The station whose container it is: neither half of a station's id has a hyphen of its own. */
export function stationIdIn(container: ContainerId): StationId {
  return container.split('-', 2).join('-') as StationId
}
