/** Who may say what, and who may listen to what. Pure. */
import type { DeviceId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { readingTopic } from './topic.ts'
import type { Address } from './topic.ts'
import { topicMatches } from './topic-filter.ts'

export type Identity =
  /** In a demo, on loopback. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'device'; readonly deviceId: DeviceId }
  /** `id` is its user name and its `id` in town.yaml. */
  | { readonly kind: 'network-server'; readonly id: string }
  | { readonly kind: 'reader'; readonly username: string }

/** Undefined if it may; else what it may, for the one who set it up. */
export function forbidsPublish(
  who: Identity,
  topic: string,
  address: Address,
  town: Town,
): string | undefined {
  switch (who.kind) {
    case 'anonymous':
      return undefined
    case 'device':
      return address.kind === 'native' && address.deviceId === who.deviceId
        ? undefined
        : `device ${who.deviceId} may publish to ${readingTopic(who.deviceId)} only`
    case 'network-server': {
      // Joins and acknowledgements never become readings, so they need no leave.
      if (address.kind === 'network-event') return undefined
      const server = town.networkServers.find((s) => s.id === who.id)
      if (!server) return `no network server in town.yaml has the id ${who.id}`
      return topicMatches(server.topic, topic)
        ? undefined
        : `network server ${who.id} may publish to ${server.topic} only`
    }
    case 'reader':
      return `${who.username} is a reader and may not publish`
  }
}

/**
 * Readers hear all that is under `kvitter/v1/`, and what tells Home Assistant of it; a device hears what is sent to itself; nobody hears
 * the broker's own `$SYS`.
 */
export function maySubscribe(who: Identity, filter: string): boolean {
  return mayHear(who, filter)
}

/** Asked again for each message on its way out, so that a subscription kept from before counts for nothing more. */
export function mayHear(who: Identity, topic: string): boolean {
  switch (who.kind) {
    case 'anonymous':
      return !topic.startsWith('$SYS/')
    case 'device':
      return topic.startsWith(`kvitter/v1/devices/${who.deviceId}/`)
    case 'network-server':
      return false
    case 'reader':
      return topic.startsWith('kvitter/v1/') || topic.startsWith('homeassistant/')
  }
}

/** Subscriptions that outlive their connection cost memory, so only those who read for a living have them. */
export function mayStaySubscribed(who: Identity): boolean {
  return who.kind === 'reader' || who.kind === 'anonymous'
}
