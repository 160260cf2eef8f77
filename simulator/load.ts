/** A load run: many devices over some connections, as fast as told or as fast as possible. */
import { setTimeout as sleep } from 'node:timers/promises'

import { latencyHistogram } from './latency-histogram.ts'
import { openLoadConnection } from './load-connection.ts'
import type { LoadConnection, Login } from './load-connection.ts'
import { MAX_LOAD_DEVICES, loadMessages } from './load-message.ts'

export type LoadPace =
  /** So many messages a second over all connections, whether acknowledged or not. */
  | { readonly kind: 'rate'; readonly perSecond: number }
  /** Each connection keeps so many unacknowledged, as fast as they come back. */
  | { readonly kind: 'window'; readonly inFlight: number }

export interface LoadOptions {
  readonly host: string
  readonly port: number
  readonly login?: Login
  readonly devices: number
  readonly connections: number
  readonly pace: LoadPace
  /** How long it is measured, after the warm-up. */
  readonly seconds: number
  readonly warmupSeconds?: number
  /** Share of messages that move their container between about 40 % and about 95 %. */
  readonly changing?: number
  /** How long to wait for the last acknowledgements. */
  readonly drainSeconds?: number
}

export interface LoadReport {
  readonly devices: number
  readonly connections: number
  readonly pace: LoadPace
  readonly seconds: number
  readonly payloadBytes: number
  /** All, the warm-up included. */
  readonly sent: number
  readonly acknowledged: number
  readonly unacknowledged: number
  /** Acknowledged per second while it was measured. */
  readonly messagesPerSecond: number
  /** From the write to the socket until the PUBACK was read; of those acknowledged while measured. */
  readonly latencyMs: {
    readonly p50: number
    readonly p90: number
    readonly p99: number
    readonly p999: number
    readonly max: number
  }
  /** The generator's own work per message: when it nears 1,000,000 / messagesPerSecond, it is the bottleneck. */
  readonly generatorCpuUsPerMessage: number
  /** Rate pace only: the most that a message left after it was due. */
  readonly maxBehindMs: number
  readonly failures: readonly string[]
}

/** Timers fire about every millisecond; what is due by then goes out together. */
const TICK_MS = 1

/** Runs a load to its end. Rejects when the first connections can't be made. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { devices, connections: wanted, pace, seconds } = options
  const { warmupSeconds = 1, changing = 0.1, drainSeconds = 10 } = options
  if (devices < 1 || devices > MAX_LOAD_DEVICES) {
    throw new RangeError(`devices: expected 1…${MAX_LOAD_DEVICES}, found ${devices}`)
  }
  const count = Math.min(wanted, devices)
  const messages = loadMessages(devices, changing)
  const run = Math.floor(performance.timeOrigin % 1e6).toString(36)

  let latencies = latencyHistogram()
  let sent = 0
  let acknowledged = 0
  let sending = false
  const failures: string[] = []
  const connections: LoadConnection[] = []
  let wake = () => {}

  try {
    for (let c = 0; c < count; c++) {
      const own = Array.from({ length: Math.ceil((devices - c) / count) }, (_, i) => c + i * count)
      const connection = await openLoadConnection({
        host: options.host,
        port: options.port,
        clientId: `load-${run}-${c}`,
        login: options.login ?? {},
        messages,
        devices: own,
        maxInFlight: maxInFlight(pace, count),
        onLatency: (ms) => latencies.record(ms),
        onAcknowledged(n) {
          acknowledged += n
          if (sending && pace.kind === 'window') send(connection, n)
          else wake()
        },
        onFailure(because) {
          failures.push(because)
          wake()
        },
      })
      connections.push(connection)
    }
  } catch (error) {
    for (const connection of connections) connection.close()
    throw error
  }

  function send(connection: LoadConnection, n: number) {
    const now = Math.min(n, connection.room)
    connection.send(now)
    sent += now
    return now
  }

  const begun = performance.now()
  const measureFrom = begun + warmupSeconds * 1000
  const end = measureFrom + seconds * 1000
  sending = true
  if (pace.kind === 'window') for (const c of connections) send(c, pace.inFlight)

  let mark: { at: number; acknowledged: number; cpu: NodeJS.CpuUsage; sent: number } | undefined
  let maxBehindMs = 0
  let turn = 0
  let lastTick = begun
  for (let now = performance.now(); now < end; now = performance.now()) {
    if (mark === undefined && now >= measureFrom) {
      latencies = latencyHistogram()
      mark = { at: now, acknowledged, cpu: process.cpuUsage(), sent }
      maxBehindMs = 0
    }
    if (failures.length === connections.length) break
    if (pace.kind === 'rate') {
      const due = Math.floor(((now - begun) / 1000) * pace.perSecond) - sent
      const each = Math.ceil(due / connections.length)
      let left = due
      for (let i = 0; i < connections.length && left > 0; i++) {
        turn = (turn + 1) % connections.length
        left -= send(connections[turn]!, Math.min(left, each))
      }
      maxBehindMs = Math.max(maxBehindMs, now - lastTick, (left / pace.perSecond) * 1000)
      lastTick = now
    }
    await sleep(pace.kind === 'rate' ? TICK_MS : Math.min(20, Math.max(1, end - now)))
  }
  sending = false

  const now = performance.now()
  const from = mark ?? { at: begun, acknowledged: 0, cpu: { user: 0, system: 0 }, sent: 0 }
  const cpu = process.cpuUsage(from.cpu)
  const measured = acknowledged - from.acknowledged
  const measuredSeconds = (now - from.at) / 1000
  const measuredSent = sent - from.sent

  const giveUpAt = now + drainSeconds * 1000
  const open = () => connections.some((c) => c.failure === undefined && c.inFlight > 0)
  while (open() && performance.now() < giveUpAt) {
    const woken = Promise.withResolvers<void>()
    wake = woken.resolve
    await Promise.race([woken.promise, sleep(50)])
  }
  for (const c of connections) c.close()

  const ms = (q: number) => round(latencies.quantileMs(q), 3)
  return {
    devices,
    connections: count,
    pace,
    seconds: round(measuredSeconds, 3),
    payloadBytes: messages.payloadBytes,
    sent,
    acknowledged,
    unacknowledged: sent - acknowledged,
    messagesPerSecond: Math.round(measured / measuredSeconds),
    latencyMs: {
      p50: ms(0.5),
      p90: ms(0.9),
      p99: ms(0.99),
      p999: ms(0.999),
      max: round(latencies.maxMs, 3),
    },
    generatorCpuUsPerMessage: round((cpu.user + cpu.system) / Math.max(1, measuredSent), 2),
    maxBehindMs: round(maxBehindMs, 1),
    failures,
  }
}

/** Packet ids a connection needs: the window, or half a minute's worth of messages without an answer. */
function maxInFlight(pace: LoadPace, connections: number): number {
  if (pace.kind === 'window') return Math.min(65_535, Math.max(1, pace.inFlight))
  return Math.min(65_535, Math.max(64, Math.ceil((30 * pace.perSecond) / connections)))
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

/** For a person. */
export function formatLoadReport(report: LoadReport): string {
  const { latencyMs: l, pace } = report
  const how =
    pace.kind === 'rate' ? `${pace.perSecond} messages/s` : `window of ${pace.inFlight} each`
  const lines = [
    `${report.devices} devices, ${report.connections} connections, ${how}, ${report.payloadBytes} B, QoS 1`,
    `${report.messagesPerSecond} messages/s acknowledged over ${report.seconds} s`,
    `acknowledged after p50 ${l.p50} ms, p90 ${l.p90}, p99 ${l.p99}, p99.9 ${l.p999}, max ${l.max}`,
    `generator: ${report.generatorCpuUsPerMessage} µs CPU per message`,
  ]
  if (pace.kind === 'rate' && report.maxBehindMs > 50) {
    lines.push(`behind schedule by up to ${report.maxBehindMs} ms: the rate was not kept evenly`)
  }
  if (report.unacknowledged > 0) lines.push(`${report.unacknowledged} never acknowledged`)
  for (const failure of report.failures) lines.push(`connection lost: ${failure}`)
  return `${lines.join('\n')}\n`
}
