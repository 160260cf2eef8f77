/** What the operator's metrics tell of accounts. */
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { WayOut } from '#src/store/contract.ts'
import { ACCOUNT_ALARMS } from '#src/stations/account-trouble.ts'
import type { AccountAlarm } from '#src/store/outbox.ts'

export interface DeliveryMetrics {
  settled(way: WayOut, state: string): void
  paused(way: WayOut, paused: boolean): void
  alarms(way: WayOut, alarms: readonly AccountAlarm[]): void
  /** The account has left the town. */
  forget(way: WayOut): void
}

export function startDeliveryMetrics(metrics: Registry | undefined): DeliveryMetrics {
  if (!metrics) return { settled() {}, paused() {}, alarms() {}, forget() {} }
  const registers = [metrics]
  const settled = new Counter({
    name: 'kvitter_deliveries_total',
    help: 'Deliveries settled, by account and state; due means that it will be tried again',
    labelNames: ['channel', 'account', 'state'],
    registers,
  })
  const paused = new Gauge({
    name: 'kvitter_channel_paused',
    help: '1 while an account is paused: until somebody has seen to it, or its month’s money comes',
    labelNames: ['channel', 'account'],
    registers,
  })
  const alarm = new Gauge({
    name: 'kvitter_channel_alarm',
    help: '1 while something about an account needs somebody, by kind',
    labelNames: ['channel', 'account', 'kind'],
    registers,
  })
  return {
    settled: (way, state) => settled.inc({ ...way, state }),
    paused: (way, on) => paused.set({ ...way }, on ? 1 : 0),
    alarms(way, alarms) {
      for (const kind of ACCOUNT_ALARMS) {
        alarm.set({ ...way, kind }, alarms.some((a) => a.kind === kind) ? 1 : 0)
      }
    },
    forget(way) {
      paused.remove({ ...way })
      for (const kind of ACCOUNT_ALARMS) alarm.remove({ ...way, kind })
    },
  }
}
