/** What a topic says: whose message it is, and in which envelope it comes. */
import { parseDeviceId } from '#src/stations/ids.ts'
import type { DeviceId } from '#src/stations/ids.ts'
import type { NetworkServer, Town } from '#src/stations/station.ts'
import { topicMatches } from './topic-filter.ts'

export type Address =
  /** Kvitter's own JSON, straight from a device. */
  | { readonly kind: 'native'; readonly deviceId: DeviceId }
  /** An uplink by The Things Stack; `device` is its name there, not the DevEUI. */
  | { readonly kind: 'tts-v3'; readonly application: string; readonly device: string }
  | { readonly kind: 'chirpstack-v4'; readonly application: string; readonly deviceId: DeviceId }
  /** By a network server of the town's file; `deviceId` where the topic names it. */
  | { readonly kind: 'server'; readonly server: NetworkServer; readonly deviceId?: DeviceId }
  /** A network server tells of something else: a join, an acknowledgement, its own downlink. */
  | { readonly kind: 'network-event'; readonly event: string }
  | { readonly kind: 'unknown'; readonly detail: string }

const NATIVE_PREFIX = 'kvitter/v1/devices/'
const NATIVE_SUFFIX = '/reading'

/** The topic a device publishes its readings to. */
export function readingTopic(deviceId: DeviceId): string {
  return NATIVE_PREFIX + deviceId + NATIVE_SUFFIX
}

export function parseTopic(topic: string): Address {
  if (topic.startsWith(NATIVE_PREFIX)) return parseNative(topic)
  const levels = topic.split('/')
  if (levels[0] === 'v3') return parseTheThingsStack(levels)
  if (levels[0] === 'application') return parseChirpStack(levels)
  return unknown()
}

/**
 * What a topic says in a town. A server of its file has a say over all topics of its filter, the first
 * in the file before the others; the usual topics of The Things Stack v3 and ChirpStack v4 need none.
 */
export function addressIn(town: Town, topic: string): Address {
  if (topic.startsWith(NATIVE_PREFIX)) return parseNative(topic)
  const server = town.networkServers.find((s) => topicMatches(s.topic, topic))
  return server ? parseConfigured(topic, server) : parseTopic(topic)
}

function parseConfigured(topic: string, server: NetworkServer): Address {
  const levels = topic.split('/')
  switch (server.kind) {
    case 'tts-v3':
      return parseTheThingsStack(levels.slice(levels.indexOf('v3')))
    case 'chirpstack-v4':
    case 'chirpstack-v3': {
      const address = parseChirpStack(levels.slice(levels.indexOf('application')))
      // Version 3 has the same topics and other bodies.
      if (address.kind !== 'chirpstack-v4' || server.kind === 'chirpstack-v4') return address
      return { kind: 'server', server, deviceId: address.deviceId }
    }
    default: {
      const level = server.deviceLevel ?? usualLevel(server.kind, levels)
      const name = level === undefined ? undefined : levels[level - 1]
      if (name === undefined) return { kind: 'server', server }
      const deviceId = parseDeviceId(name)
      return deviceId
        ? { kind: 'server', server, deviceId }
        : unknown(`level ${level} of the topic, "${name.slice(0, 64)}", can't be a device id`)
    }
  }
}

/** Where a maker's usual topic has the device: `mqtt/things/{DevEUI}/uplink`. */
function usualLevel(kind: NetworkServer['kind'], levels: readonly string[]): number | undefined {
  const things = kind === 'thingpark' ? levels.indexOf('things') : -1
  return things < 0 ? undefined : things + 2
}

function parseNative(topic: string): Address {
  const name = topic.slice(NATIVE_PREFIX.length, -NATIVE_SUFFIX.length)
  if (!topic.endsWith(NATIVE_SUFFIX) || name.includes('/')) return unknown()
  const deviceId = parseDeviceId(name)
  return deviceId
    ? { kind: 'native', deviceId }
    : unknown(`"${name.slice(0, 64)}" can't be a device id: expected 1–64 of A–Z a–z 0–9 . _ : -`)
}

/** `v3/{application}@{tenant}/devices/{device}/up`; the open-source edition leaves `@{tenant}` out. */
function parseTheThingsStack(levels: readonly string[]): Address {
  const [, owner = '', devices, device = '', ...rest] = levels
  const application = owner.split('@')[0]!
  if (!application || devices !== 'devices' || !device || rest.length === 0) return unknown()
  const event = rest.join('/')
  return event === 'up' ? { kind: 'tts-v3', application, device } : { kind: 'network-event', event }
}

/** `application/{id}/device/{DevEUI}/event/up`, ChirpStack's template unless the operator changed it. */
function parseChirpStack(levels: readonly string[]): Address {
  const [, application = '', device, eui = '', side, ...rest] = levels
  if (!application || device !== 'device' || !eui || rest.length === 0) return unknown()
  if (side !== 'event' && side !== 'command') return unknown()
  const event = rest.join('/')
  if (side === 'command' || event !== 'up') return { kind: 'network-event', event }
  const deviceId = parseDeviceId(eui)
  return deviceId
    ? { kind: 'chirpstack-v4', application, deviceId }
    : unknown(`"${eui.slice(0, 64)}" is not a DevEUI: expected sixteen hex digits`)
}

function unknown(detail?: string): Address {
  return {
    kind: 'unknown',
    detail:
      detail ??
      'no readings are taken here; expected kvitter/v1/devices/{id}/reading, ' +
        'v3/{application}@{tenant}/devices/{device}/up, application/{id}/device/{DevEUI}/event/up ' +
        'or the topic of a network server in town.yaml',
  }
}
