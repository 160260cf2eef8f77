/** aedes, adapted: messages that nobody listens to are not routed, and offline queues have an end. */
import { Aedes } from 'aedes'
import type { AedesOptions, Client, PublishPacket } from 'aedes'
import { writeToStream } from 'mqtt-packet'

// Else the first packet that is written makes 65,536 buffers of two bytes, which take fifteen megabytes.
writeToStream.cacheNumbers = false

type Done = (error?: Error | null) => void

/** aedes' real signature; its types know only the one for callers outside a broker. */
type Publish = (packet: PublishPacket, client: Client | Done | null, done?: Done) => void

export interface QuietAedes extends Aedes {
  /** The memory in which aedes keeps sessions; set once it listens. */
  readonly persistence: Persistence
}

interface Queued {
  readonly clientId: string
}

export interface Persistence {
  outgoingEnqueueCombi(subscriptions: readonly Queued[], packet: PublishPacket): Promise<void>
  outgoingClearMessageId(client: { id: string }, packet: unknown): Promise<unknown>
}

export interface QuietOptions extends AedesOptions {
  /** Whether a client's message goes on to subscribers. Asked after it is authorised. */
  readonly routes: (packet: PublishPacket) => boolean
}

/**
 * Routing is a third of aedes' work for a message (trie look-ups for subscribers, offline queues and
 * retained messages), and a reading has read its last line once it is in the journal.
 */
export async function openQuietAedes({ routes, ...options }: QuietOptions): Promise<QuietAedes> {
  const broker = new Aedes(options)
  const inner = broker as unknown as { publish: Publish }
  const route = inner.publish.bind(broker)
  inner.publish = (packet, client, done) => {
    // Without a client it is the broker's own: its status topics, and what Kvitter publishes.
    if (typeof client === 'function' || client === null || routes(packet)) {
      route(packet, client, done)
    } else {
      done?.()
    }
  }
  await broker.listen()
  return broker as unknown as QuietAedes
}

/**
 * aedes queues without end for a client that keeps its session and doesn't come back (aedes #1087).
 * Beyond `limit` messages for one client the newest are dropped, as other brokers do.
 */
export function limitOfflineQueues(
  persistence: Persistence,
  limit: number,
  dropped: () => void,
): void {
  const waiting = new Map<string, number>()
  const enqueue = persistence.outgoingEnqueueCombi.bind(persistence)
  const clear = persistence.outgoingClearMessageId.bind(persistence)

  persistence.outgoingEnqueueCombi = (subscriptions, packet) => {
    const roomy = subscriptions.filter(({ clientId }) => {
      const n = waiting.get(clientId) ?? 0
      if (n < limit) waiting.set(clientId, n + 1)
      else dropped()
      return n < limit
    })
    return enqueue(roomy, packet)
  }
  persistence.outgoingClearMessageId = async (client, packet) => {
    const cleared = await clear(client, packet)
    if (cleared !== undefined) {
      const n = (waiting.get(client.id) ?? 1) - 1
      if (n > 0) waiting.set(client.id, n)
      else waiting.delete(client.id)
    }
    return cleared
  }
}
