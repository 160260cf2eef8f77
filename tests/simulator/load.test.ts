import { describe, expect, test } from 'vitest'

import { latencyHistogram } from '#simulator/latency-histogram.ts'
import { connectPacket } from '#simulator/load-connection.ts'
import { loadMessages } from '#simulator/load-message.ts'
import { loadTown } from '#simulator/load-town.ts'
import { formatLoadReport, runLoad } from '#simulator/load.ts'
import type { LoadReport } from '#simulator/load.ts'
import { parseTownFile } from '#src/stations/town-file.ts'

import { openSink } from './acking-sink.ts'

const quick = { host: '127.0.0.1', devices: 40, connections: 4, seconds: 0.4, warmupSeconds: 0.1 }

describe('a load run', () => {
  test('by window sends as fast as it is answered, and everything is acknowledged', async () => {
    await using sink = await openSink()
    const pace = { kind: 'window', inFlight: 20 } as const
    const report = await runLoad({ ...quick, port: sink.port, pace })
    expect(report).toMatchObject({ devices: 40, connections: 4, unacknowledged: 0, failures: [] })
    expect(report.acknowledged).toBe(sink.received.length)
    expect(report.messagesPerSecond).toBeGreaterThan(1000)
    const { p50, p99, max } = report.latencyMs
    expect(p50).toBeGreaterThan(0)
    expect(p99).toBeGreaterThanOrEqual(p50)
    expect(max).toBeGreaterThanOrEqual(p99)
    expect(sink.clientCount).toBe(4)
  })

  test('by rate sends that many a second, whatever comes back', async () => {
    await using sink = await openSink({ acknowledge: () => false })
    const pace = { kind: 'rate', perSecond: 2000 } as const
    const report = await runLoad({ ...quick, port: sink.port, pace, drainSeconds: 0 })
    expect(report.sent).toBeGreaterThan(800)
    expect(report.sent).toBeLessThan(1200)
    expect(report).toMatchObject({ acknowledged: 0, messagesPerSecond: 0, failures: [] })
    expect(report.unacknowledged).toBe(report.sent)
  })

  test('lets every device speak in turn, each with its own counter', async () => {
    await using sink = await openSink()
    await runLoad({ ...quick, port: sink.port, pace: { kind: 'rate', perSecond: 2000 } })
    const byTopic = Map.groupBy(sink.received, (p) => p.topic)
    expect(byTopic.size).toBe(40)
    expect([...byTopic.keys()].sort()[0]).toBe('kvitter/v1/devices/load-000001/reading')
    for (const own of byTopic.values()) {
      const seqs = own.map((p) => (JSON.parse(p.payload) as { seq: number }).seq)
      expect(seqs).toEqual(seqs.map((_, i) => 1_000_000 + i))
    }
  })

  test('tells what was never acknowledged', async () => {
    await using sink = await openSink({ acknowledge: (n) => n !== 7 })
    const pace = { kind: 'rate', perSecond: 1000 } as const
    const report = await runLoad({ ...quick, port: sink.port, pace, drainSeconds: 0.1 })
    expect(report.unacknowledged).toBe(1)
    expect(formatLoadReport(report)).toContain('1 never acknowledged')
  })

  test('tells of a lost connection and goes on with the others', async () => {
    await using sink = await openSink({ hangUpAt: 10 })
    const pace = { kind: 'rate', perSecond: 1000 } as const
    const report = await runLoad({ ...quick, port: sink.port, pace, drainSeconds: 0.1 })
    expect(report.failures).toHaveLength(1)
    expect(report.acknowledged).toBeGreaterThan(200)
  })

  test('does not begin when the broker refuses the login, or isn’t there', async () => {
    const pace = { kind: 'window', inFlight: 1 } as const
    let port: number
    {
      await using sink = await openSink({ connack: 4 })
      port = sink.port
      await expect(runLoad({ ...quick, port, pace })).rejects.toThrow(
        'the broker refused: bad user name or password',
      )
    }
    await expect(runLoad({ ...quick, port, pace })).rejects.toThrow('ECONNREFUSED')
  })
})

test('logs in by the book', () => {
  expect(connectPacket('ab', {}).toString('hex')).toBe('100e00044d5154540402000000026162')
  expect(connectPacket('ab', { username: 'u', password: 'pw' }).toString('hex')).toBe(
    '101500044d51545404c200000002616200017500027077',
  )
})

describe('the messages of a load run', () => {
  const sent = (count: number, devices: number, changing: number) => {
    const messages = loadMessages(devices, changing)
    const bytes = Buffer.alloc(messages.packetBytes)
    return Array.from({ length: count }, (_, i) => {
      messages.write(bytes, 0, i % devices, 258, Date.parse('2026-05-05T06:00:00Z') + i)
      return {
        bytes: Buffer.from(bytes),
        payload: bytes.toString('latin1').replace(/^.*?\{/s, '{'),
      }
    })
  }

  test('are native JSON of about 120 bytes in a PUBLISH of QoS 1', () => {
    const { bytes, payload } = sent(1, 1, 0)[0]!
    expect(payload).toBe(
      '{"at":"2026-05-05T06:00:00.000Z","fillPercent":40.0,"batteryPercent":87,"temperatureC":11.4,"tiltDeg":1.5,"seq":1000000}',
    )
    expect(bytes[0]).toBe(0x32)
    // Remaining length: all but the header byte and its own two.
    expect((bytes[1]! & 0x7f) + bytes[2]! * 128).toBe(bytes.length - 3)
    expect(bytes.readUInt16BE(bytes.length - payload.length - 2)).toBe(258)
  })

  test.each([0, 0.1, 0.5, 1])('a share of %d of them moves its container', (changing) => {
    const levels = new Map<number, number>()
    let changes = 0
    const n = 20_000
    for (const [i, { payload }] of sent(n, 10, changing).entries()) {
      const high = (JSON.parse(payload) as { fillPercent: number }).fillPercent > 85 ? 1 : 0
      if ((levels.get(i % 10) ?? 0) !== high) changes += 1
      levels.set(i % 10, high)
    }
    expect(Math.abs(changes / n - changing)).toBeLessThan(0.01)
  })
})

test('the town for a load run has a container for each device', () => {
  const parsed = parseTownFile(loadTown(1001), 'town.yaml')
  if (parsed.kind === 'faulty') throw new Error(JSON.stringify(parsed.faults.slice(0, 3)))
  const { stations, devices, mountings } = parsed.town
  expect(stations).toHaveLength(126)
  expect(devices).toHaveLength(1001)
  expect(mountings).toHaveLength(1001)
  expect(devices[1000]).toEqual({ id: 'load-001001', profile: 'native' })
})

describe('the histogram of latencies', () => {
  test('is within one percent of the truth at every quantile', () => {
    const histogram = latencyHistogram()
    // From 10 µs to about a minute.
    const values = Array.from({ length: 10_000 }, (_, i) => 0.01 * 1.00157 ** i)
    for (const value of values) histogram.record(value)
    for (const q of [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
      const truth = values[Math.ceil(q * values.length) - 1]!
      expect(histogram.quantileMs(q) / truth).toBeGreaterThan(0.99)
      // Below 128 µs a bucket is a microsecond wide.
      expect(histogram.quantileMs(q)).toBeLessThanOrEqual(truth * 1.016 + 0.001)
    }
    expect(histogram.maxMs).toBe(values.at(-1))
    expect(histogram.count).toBe(10_000)
  })

  test('knows nothing when nothing was recorded', () => {
    expect(latencyHistogram().quantileMs(0.5)).toBeNaN()
  })

  test('takes an hour and more', () => {
    const histogram = latencyHistogram()
    histogram.record(3_600_000)
    histogram.record(10_000_000)
    expect(histogram.quantileMs(0.5) / 3_600_000).toBeCloseTo(1, 1)
    expect(histogram.maxMs).toBe(10_000_000)
  })
})

test('a report can be read by a person', () => {
  const report: LoadReport = {
    devices: 1000,
    connections: 8,
    pace: { kind: 'rate', perSecond: 5000 },
    seconds: 10,
    payloadBytes: 120,
    sent: 55_000,
    acknowledged: 55_000,
    unacknowledged: 0,
    messagesPerSecond: 5000,
    latencyMs: { p50: 1.2, p90: 2.1, p99: 4.5, p999: 9, max: 21.25 },
    generatorCpuUsPerMessage: 12.5,
    maxBehindMs: 3,
    failures: [],
  }
  expect(formatLoadReport(report)).toBe(`1000 devices, 8 connections, 5000 messages/s, 120 B, QoS 1
5000 messages/s acknowledged over 10 s
acknowledged after p50 1.2 ms, p90 2.1, p99 4.5, p99.9 9, max 21.25
generator: 12.5 µs CPU per message
`)
})
