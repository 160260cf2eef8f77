/** What the broker counts. Plain numbers while messages pass; told to prom-client when somebody asks. */
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Rejection } from '#src/stations/reading.ts'
import type { Settled } from '#src/store/journal.ts'

/** `passed` went from client to client on an open topic and was none of our business. */
export type MessageOutcome = Settled | 'ignored' | 'passed'
export type LoginOutcome =
  'in' | 'no-name' | 'wrong-name-or-token' | 'bad-client-id' | 'store-unavailable'
export type CloseReason =
  | 'packet-too-large'
  | 'not-mqtt'
  | 'store-failing'
  | 'protocol-error'
  | 'append-failed'
  | 'too-many-connections'

export interface BrokerCounts {
  readonly messages: Record<MessageOutcome, number>
  /** Grows as messages come in; `messages.rejected` as they are kept. */
  readonly rejected: Partial<Record<Rejection, number>>
  readonly logins: Record<LoginOutcome, number>
  /** Connections that we closed, by reason. */
  readonly closed: Record<CloseReason, number>
  /** Messages not queued for a reader who is away and has too many waiting. */
  offlineDropped: number
}

export function newCounts(): BrokerCounts {
  return {
    messages: { kept: 0, repeat: 0, conflict: 0, rejected: 0, ignored: 0, passed: 0 },
    rejected: {},
    logins: {
      in: 0,
      'no-name': 0,
      'wrong-name-or-token': 0,
      'bad-client-id': 0,
      'store-unavailable': 0,
    },
    closed: {
      'packet-too-large': 0,
      'not-mqtt': 0,
      'store-failing': 0,
      'protocol-error': 0,
      'append-failed': 0,
      'too-many-connections': 0,
    },
    offlineDropped: 0,
  }
}

/** Goals live at 3 and 6 ms; the long end tells of a store in trouble. */
export const ACK_BUCKETS_S = [
  0.0005, 0.001, 0.002, 0.003, 0.006, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 2.5, 10,
]

export interface Gauges {
  readonly connectedClients: () => number
  readonly held: () => number
}

/** Registers the broker's metrics; gives back what takes an acknowledgement's delay, in seconds. */
export function exposeMetrics(
  register: Registry,
  counts: BrokerCounts,
  gauges: Gauges,
): (seconds: number) => void {
  const registers = [register]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  const counter = (
    name: string,
    help: string,
    labelName: string,
    read: () => Readonly<Record<string, number>>,
  ) =>
    new Counter({
      name,
      help,
      labelNames: [labelName],
      registers,
      collect() {
        this.reset()
        for (const [label, n] of Object.entries(read())) this.inc({ [labelName]: label }, n)
      },
    })

  gauge('kvitter_mqtt_connected_clients', 'Clients that are logged in', gauges.connectedClients)
  gauge('kvitter_mqtt_held_messages', 'Messages taken in and not yet acknowledged', gauges.held)
  counter(
    'kvitter_mqtt_messages_total',
    'Acknowledged messages by what became of them',
    'outcome',
    () => counts.messages,
  )
  counter(
    'kvitter_mqtt_rejected_total',
    'Messages not taken, by reason; each is in quarantine',
    'reason',
    () => counts.rejected,
  )
  counter('kvitter_mqtt_logins_total', 'Attempts to log in', 'outcome', () => counts.logins)
  counter(
    'kvitter_mqtt_closed_total',
    'Connections closed by the broker',
    'reason',
    () => counts.closed,
  )
  const dropped = new Counter({
    name: 'kvitter_mqtt_offline_dropped_total',
    help: 'Messages not queued for readers that are away',
    registers: [],
    collect() {
      this.reset()
      this.inc(counts.offlineDropped)
    },
  })
  register.registerMetric(dropped)
  const delay = new Histogram({
    name: 'kvitter_mqtt_ack_seconds',
    help: 'From a message coming in to its acknowledgement, the commit included',
    buckets: ACK_BUCKETS_S,
    registers,
  })
  return (seconds) => delay.observe(seconds)
}
