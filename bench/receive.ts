/** Microseconds a message for `receive`: what judging costs before the journal. `node bench/receive.ts` */
import { Buffer } from 'node:buffer'
import { receive } from '#src/ingest/receive.ts'
import { readingTopic } from '#src/ingest/topic.ts'
import type { DeviceProfile } from '#src/stations/station.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { instant } from '#src/stations/time.ts'
import { castTown, deviceId } from '#tests/support/town.ts'

const EUI = deviceId('1000000000000001')
const device = castTown.devices[0]!.id
const town = indexTown({
  ...castTown,
  devices: [...castTown.devices, { id: EUI, profile: 'milesight/em400' satisfies DeviceProfile }],
})
const receivedAt = instant(Date.UTC(2026, 4, 5, 10, 45))
const context = { town, receivedAt, maybeRepeat: false }

const json = (value: unknown) => Buffer.from(JSON.stringify(value))
const messages: readonly [string, string, Buffer][] = [
  [
    'native, ISO time',
    readingTopic(device),
    json({
      at: '2026-05-05T10:44:59.123Z',
      distanceMm: 1203,
      batteryPercent: 91,
      temperatureC: 8.4,
      seq: 1234,
    }),
  ],
  ['native, epoch ms', readingTopic(device), json({ at: receivedAt - 877, fillPercent: 61.5 })],
  ['native, no time', readingTopic(device), json({ fillPercent: 61.5, batteryVolts: 3.58 })],
  [
    'native, 100 readings',
    readingTopic(device),
    json(
      Array.from({ length: 100 }, (_, i) => ({ at: receivedAt - i * 60_000, distanceMm: 900 + i })),
    ),
  ],
  [
    'The Things Stack v3',
    `v3/app@tenant/devices/eui-${EUI}/up`,
    json({
      end_device_ids: { device_id: `eui-${EUI}`, dev_eui: EUI.toUpperCase() },
      received_at: '2026-05-05T10:44:59.112483370Z',
      uplink_message: {
        f_port: 85,
        f_cnt: 5017,
        frm_payload: 'AXVcA2cBAQSCRAgFAAA=',
        rx_metadata: [{ gateway_ids: { gateway_id: 'one' }, rssi: -24, snr: 12 }],
        received_at: '2026-05-05T10:44:58.906399073Z',
      },
    }),
  ],
  ['not JSON', readingTopic(device), Buffer.from('{"fillPercent": 61')],
  ['wrong type', readingTopic(device), json({ fillPercent: 'full' })],
]

const ROUNDS = 7
const LEAST_MS = 120

for (const [name, topic, payload] of messages) {
  const runs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    let n = 0
    const begun = performance.now()
    let spent = 0
    while (spent < LEAST_MS) {
      for (let i = 0; i < 200; i++) receive(topic, payload, context)
      n += 200
      spent = performance.now() - begun
    }
    runs.push((1000 * spent) / n)
  }
  runs.sort((a, b) => a - b)
  const median = runs[ROUNDS >> 1]!.toFixed(2)
  console.log(`${name.padEnd(22)} ${payload.length} B  ${median} µs (best ${runs[0]!.toFixed(2)})`)
}
