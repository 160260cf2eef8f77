/**
 * One connection to an outside broker, used once: when it is gone, another is opened. So an
 * acknowledgement can only go to the connection its message came by; the ids that brokers give are
 * used again after a reconnect, and an old one would acknowledge another message.
 */
import { Buffer } from 'node:buffer'
import { MqttClient } from 'mqtt'
import type { ErrorWithReasonCode } from 'mqtt'
import { openBrokerStream } from './broker-stream.ts'
import type { BrokerAddress } from './broker-stream.ts'
import type { Message } from './message-sieve.ts'

export interface LinkOptions extends BrokerAddress {
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  readonly keepaliveSeconds: number
  readonly sessionExpirySeconds: number
  readonly receiveMaximum: number
  readonly maxPacketBytes: number
  /** How long the broker may take to let us in and to answer a subscription. */
  readonly patienceMs: number
}

export interface LinkEvents {
  /** The broker has let us in. */
  readonly in: (welcome: Welcome) => void
  /** A message came. The next one follows at once, unless `hold` is called before this returns. */
  readonly message: (message: Message) => void
  /** The connection is gone, or never was. Called once; nothing is called after it. */
  readonly gone: (why: Gone) => void
}

export interface Welcome {
  /** The broker remembered us, and what came meanwhile is still to come. */
  readonly sessionPresent: boolean
  readonly sharesSubscriptions: boolean
  /** 0 where the broker takes no QoS 1. */
  readonly maximumQos: number
  /** For how long the broker keeps our session; it may say less than we asked for. */
  readonly sessionExpirySeconds: number
}

export interface Gone {
  readonly kind: 'refused' | 'unreachable' | 'taken-over' | 'lost' | 'closed'
  readonly detail: string
}

export type Subscribed =
  | { readonly kind: 'subscribed' }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'no-answer' }

export interface Link {
  /** Sends PUBACK; false when the connection is gone and the broker will send the message again. */
  acknowledge(messageId: number): boolean
  /** Takes no further message until `goOn`; the broker's answers wait behind them. */
  hold(): void
  goOn(): void
  subscribe(filter: string): Promise<Subscribed>
  unsubscribe(filter: string): Promise<void>
  /** Ends it at once; the session stays with the broker. */
  cut(because: string): void
  /** Ends it in order: what was acknowledged goes out first. */
  close(): Promise<void>
}

/** PUBACK of MQTT 5 with reason 0, which may be left out (§3.4.2.1). */
const PUBACK = 0x40
const SESSION_TAKEN_OVER = 142
/** `1` is how a broker of MQTT 3.1.1 says it, 132 one of MQTT 5. */
const NO_MQTT5 = new Set([1, 132])
/** How long an orderly goodbye may take. */
const GOODBYE_MS = 1000

export function openLink(options: LinkOptions, events: LinkEvents): Link {
  const stream = openBrokerStream(options, options.maxPacketBytes, (message) => {
    events.message(message)
  })
  const client = new MqttClient(() => stream.rest, {
    protocolVersion: 5,
    clean: false,
    clientId: options.clientId,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    keepalive: options.keepaliveSeconds,
    // Our own watchdog is to come first.
    connectTimeout: 2 * options.patienceMs,
    // One client for one connection: see above.
    reconnectPeriod: 0,
    resubscribe: false,
    properties: {
      sessionExpiryInterval: options.sessionExpirySeconds,
      receiveMaximum: options.receiveMaximum,
      maximumPacketSize: options.maxPacketBytes,
    },
  })
  let state: 'opening' | 'in' | 'gone' = 'opening'
  let trouble: Gone | undefined
  let toAcknowledge: number[] = []

  const end = (why: Gone): void => {
    if (state === 'gone') return
    state = 'gone'
    clearTimeout(watchdog)
    client.end(true)
    stream.rest.destroy()
    events.gone(why)
  }
  // mqtt.js has been seen to stay in "connecting" for ever (its #2052).
  const watchdog = setTimeout(
    () => end({ kind: 'unreachable', detail: `no answer in ${options.patienceMs / 1000} s` }),
    options.patienceMs,
  )

  client.on('connect', ({ sessionPresent, properties }) => {
    if (state !== 'opening') return
    state = 'in'
    clearTimeout(watchdog)
    events.in({
      sessionPresent,
      sharesSubscriptions: properties?.sharedSubscriptionAvailable !== false,
      maximumQos: properties?.maximumQoS ?? 2,
      sessionExpirySeconds: properties?.sessionExpiryInterval ?? options.sessionExpirySeconds,
    })
    stream.goOn()
  })
  client.on('error', (error) => {
    trouble ??= troubleOf(error, state === 'opening')
    // A refused login leaves the client idle without closing anything further.
    end(trouble)
  })
  client.on('disconnect', ({ reasonCode, properties }) => {
    trouble ??=
      reasonCode === SESSION_TAKEN_OVER
        ? { kind: 'taken-over', detail: `another client came with the name ${options.clientId}` }
        : {
            kind: 'lost',
            detail: `the broker said goodbye (reason ${reasonCode ?? 0}${properties?.reasonString ? `, ${properties.reasonString}` : ''})`,
          }
  })
  client.on('close', () => {
    end(
      trouble ??
        (state === 'opening'
          ? {
              kind: 'unreachable',
              detail:
                'the broker hung up before it answered; it may speak no MQTT 5, which Kvitter needs',
            }
          : { kind: 'lost', detail: 'the connection broke' }),
    )
  })
  // What is left to mqtt.js of the messages is none that a broker may send us. It is told before mqtt.js
  // answers: a PUBREC would promise the broker that we have it.
  client.on('packetreceive', ({ cmd }) => {
    if (cmd !== 'publish') return
    end({ kind: 'lost', detail: 'the broker sent a message that breaks the rules of MQTT 5' })
  })

  const flush = (): void => {
    const ids = toAcknowledge
    toAcknowledge = []
    if (state !== 'gone') stream.rest.write(pubacks(ids))
  }

  return {
    acknowledge(messageId) {
      if (state === 'gone') return false
      // A commit answers many messages in one go; their acknowledgements leave in one write.
      if (toAcknowledge.push(messageId) === 1) queueMicrotask(flush)
      return true
    },
    hold: () => stream.hold(),
    goOn: () => stream.goOn(),
    subscribe: (filter) => subscribe(client, filter, options.patienceMs),
    async unsubscribe(filter) {
      // What goes wrong here ends the connection as well.
      await client.unsubscribeAsync(filter).catch(() => undefined)
    },
    cut: (because) => end({ kind: 'lost', detail: because }),
    async close() {
      if (state === 'in') {
        const { promise, resolve } = Promise.withResolvers<void>()
        const patience = setTimeout(resolve, GOODBYE_MS)
        // Behind the acknowledgements that wait for the next microtask.
        queueMicrotask(() => client.end(false, () => resolve()))
        await promise
        clearTimeout(patience)
      }
      end({ kind: 'closed', detail: 'closed by us' })
    },
  }
}

async function subscribe(
  client: MqttClient,
  filter: string,
  patienceMs: number,
): Promise<Subscribed> {
  const { promise, resolve } = Promise.withResolvers<Subscribed>()
  const late = setTimeout(() => resolve({ kind: 'no-answer' }), patienceMs)
  client.subscribe(filter, { qos: 1 }, (error, granted) => {
    if (error) return resolve({ kind: 'refused', detail: error.message })
    // QoS 0 would make every hiccup a loss.
    const qos = granted?.[0]?.qos
    return resolve(
      qos === 0 ? { kind: 'refused', detail: 'only QoS 0 was granted' } : { kind: 'subscribed' },
    )
  })
  const subscribed = await promise
  clearTimeout(late)
  return subscribed
}

function pubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4)
  let at = 0
  for (const id of messageIds) {
    bytes[at++] = PUBACK
    bytes[at++] = 2
    bytes[at++] = id >> 8
    bytes[at++] = id & 0xff
  }
  return bytes
}

function troubleOf(error: Error | ErrorWithReasonCode, opening: boolean): Gone {
  const { code } = error as { code?: number | string }
  if (opening && typeof code === 'number') {
    return {
      kind: 'refused',
      detail: NO_MQTT5.has(code)
        ? 'the broker speaks no MQTT 5, which Kvitter needs'
        : error.message,
    }
  }
  // A refused port on each of a host's addresses comes as several errors in one, without words.
  const detail = error.message || String(code ?? 'no reason given')
  return { kind: opening ? 'unreachable' : 'lost', detail }
}
