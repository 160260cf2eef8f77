/** A publisher's link to the broker: QoS 1, reconnects by itself, never grows without bound. */
import { connectAsync } from 'mqtt'
import type { MqttClient } from 'mqtt'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Tally {
  /** On the way, or kept until the broker is back. */
  waiting: number
  acknowledged: number
  /** Given up because the broker was away for too long. */
  dropped: number
}

export interface BrokerLink {
  readonly tally: Readonly<Tally>
  /**
   * Sends a message; resolves at once unless so many wait for their acknowledgement that the caller
   * should wait too.
   */
  publish(topic: string, payload: Uint8Array): Promise<void>
  /** Waits a little for the last acknowledgements, then says goodbye. */
  close(): Promise<void>
}

export interface BrokerLinkOptions {
  readonly url: string
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  /** How long to try before the first connection is given up. */
  readonly patienceMs: number
  readonly log: (line: string) => void
}

/** More than this under way, and the publisher waits as long as the broker is there. */
const BUSY = 2000
/** More than this kept while the broker is away, and the newest are dropped. */
const KEPT_WHILE_AWAY = 10_000

/** Connects; rejects with a sentence when the broker can't be reached in time, or refuses the login. */
export async function openBrokerLink(options: BrokerLinkOptions): Promise<BrokerLink> {
  const { clientId, log } = options
  const client = await connectPatiently(options)
  let closing = false
  client.on('close', () => {
    if (!closing) log(`${clientId}: the broker is away; trying again every second`)
  })
  client.on('connect', () => log(`${clientId}: connected again`))
  client.on('error', (error) => log(`${clientId}: ${error.message}`))

  const tally: Tally = { waiting: 0, acknowledged: 0, dropped: 0 }
  return {
    tally,
    async publish(topic, payload) {
      while (tally.waiting >= BUSY && client.connected) await sleep(2)
      if (tally.waiting >= KEPT_WHILE_AWAY) {
        tally.dropped += 1
        return
      }
      tally.waiting += 1
      client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
        tally.waiting -= 1
        if (error) tally.dropped += 1
        else tally.acknowledged += 1
      })
    },
    async close() {
      closing = true
      const until = performance.now() + 5000
      while (tally.waiting > 0 && client.connected && performance.now() < until) await sleep(10)
      await client.endAsync(tally.waiting > 0)
    },
  }
}

async function connectPatiently(options: BrokerLinkOptions): Promise<MqttClient> {
  const { url, clientId, username, password, patienceMs } = options
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      const given = username === undefined ? {} : { username }
      const login = password === undefined ? given : { ...given, password }
      // The first connection must succeed; later ones are tried for as long as it takes.
      return await connectAsync(
        url,
        { clientId, ...login, protocolVersion: 4, reconnectPeriod: 1000, connectTimeout: 5000 },
        false,
      )
    } catch (error) {
      const refused = 'code' in (error as object) && REFUSED.has((error as { code: unknown }).code)
      if (refused || performance.now() > until) {
        throw new Error(`${url} as ${username ?? 'anonymous'}: ${reasonOf(error)}`, {
          cause: error,
        })
      }
      await sleep(500)
    }
  }
}

/** CONNACK: bad user name or password, not authorised. Trying again won't help. */
const REFUSED: ReadonlySet<unknown> = new Set([4, 5])

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
