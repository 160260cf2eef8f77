/** Who listens to what, as far as it matters here: whether anybody would hear a reading, and how many stay subscribed. */
import type { Client } from 'aedes'

const STATUS_PREFIX = 'kvitter/v1/stations/'

export interface Listeners {
  add(client: Client, filter: string): void
  remove(client: Client, filters: readonly string[]): void
  /** A client began a clean session: what an earlier one of its name had kept is gone. */
  begin(client: Client): void
  /** Filters this client has. */
  count(client: Client): number
  /** Sessions that keep their subscriptions while away. */
  readonly staying: number
  stays(client: Client): boolean
  /** Whether somebody listens to more than the stations' status. */
  readonly hearReadings: boolean
}

export function trackListeners(): Listeners {
  /** By name for a session that stays, else by the connection: an old one may end after a new one began. */
  const filters = new Map<Client | string, Set<string>>()
  let staying = 0
  let hearReadings = false

  const keyOf = (client: Client) => (client.clean ? client : client.id)
  const recount = () => {
    staying = 0
    hearReadings = false
    for (const [key, set] of filters) {
      if (typeof key === 'string') staying++
      for (const filter of set) hearReadings ||= !filter.startsWith(STATUS_PREFIX)
    }
  }
  return {
    add(client, filter) {
      const key = keyOf(client)
      const set = filters.get(key)
      if (set) set.add(filter)
      else filters.set(key, new Set([filter]))
      recount()
    },
    remove(client, gone) {
      const key = keyOf(client)
      const set = filters.get(key)
      if (!set) return
      for (const filter of gone) set.delete(filter)
      if (set.size === 0) filters.delete(key)
      recount()
    },
    begin(client) {
      if (client.clean && filters.delete(client.id)) recount()
    },
    count: (client) => filters.get(keyOf(client))?.size ?? 0,
    get staying() {
      return staying
    },
    stays: (client) => filters.has(client.id),
    get hearReadings() {
      return hearReadings
    },
  }
}
