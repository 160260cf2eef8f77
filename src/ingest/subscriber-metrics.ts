/** What the subscriber tells of itself: as the embedded broker does, under names of its own. */
import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import { ACK_BUCKETS_S } from './broker-metrics.ts'
import type { BrokerCounts } from './broker-metrics.ts'

export interface SubscriberCounts extends Pick<BrokerCounts, 'messages' | 'rejected'> {
  /** Connections that came to be. */
  connections: number
  /** Connections that ended or never came to be, without those we closed. */
  failed: number
  /** Kept after their connection was gone, so never acknowledged: the broker sends them again. */
  lateAcks: number
}

export interface SubscriberGauges {
  readonly connected: () => boolean
  readonly held: () => number
}

/** Registers the metrics; gives back what takes an acknowledgement's delay, in seconds. */
export function exposeSubscriberMetrics(
  register: Registry,
  counts: SubscriberCounts,
  gauges: SubscriberGauges,
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
  const total = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  const totals = (
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

  gauge('kvitter_outside_connected', '1 while the outside broker sends us its messages', () =>
    gauges.connected() ? 1 : 0,
  )
  gauge('kvitter_outside_held_messages', 'Messages taken in and not yet acknowledged', gauges.held)
  totals(
    'kvitter_outside_messages_total',
    'Messages from the outside broker by what became of them',
    'outcome',
    () => counts.messages,
  )
  totals(
    'kvitter_outside_rejected_total',
    'Messages not taken, by reason; each is in quarantine',
    'reason',
    () => counts.rejected,
  )
  total(
    'kvitter_outside_connections_total',
    'Connections that came to be',
    () => counts.connections,
  )
  total(
    'kvitter_outside_failures_total',
    'Connections that broke or never came to be',
    () => counts.failed,
  )
  total(
    'kvitter_outside_late_acks_total',
    'Messages kept after their connection was gone; the broker sends them again',
    () => counts.lateAcks,
  )
  const delay = new Histogram({
    name: 'kvitter_outside_ack_seconds',
    help: 'From a message coming in to its acknowledgement, the commit included',
    buckets: ACK_BUCKETS_S,
    registers,
  })
  return (seconds) => delay.observe(seconds)
}
