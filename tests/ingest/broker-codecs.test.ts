/** The town's codecs behind the real broker: order, acknowledgement, and a service that goes on. */
import * as mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { openCodecPool } from '#src/ingest/codecs/sandbox/pool.ts'
import type { Town } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { castTown, deviceId } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { brokerForTests, PAPER, readingTopic } from './broker-for-tests.ts'

const EUI = '0102030405060708'
const UP = `application/7/device/${EUI}/event/up`

function townWith(source: string): Town {
  const container = castTown.stations[0]!.containers[1]!
  return {
    ...castTown,
    networkServers: [
      { id: 'chirp', kind: 'chirpstack-v4', topic: 'application/7/device/+/event/up' },
    ],
    profiles: [
      {
        name: 'our/bin',
        codec: { file: 'codecs/bin.js', source },
        fields: { levels: [{ path: 'mm', meaning: 'distance', unit: 'mm' }] },
      },
    ],
    devices: [...castTown.devices, { id: deviceId(EUI), profile: 'our/bin' }],
    mountings: [
      ...castTown.mountings.filter((m) => m.containerId !== container.id),
      { deviceId: deviceId(EUI), containerId: container.id, from: instant(0) },
    ],
  }
}

async function house(source: string) {
  const codecs = openCodecPool()
  const town = indexTown(townWith(source))
  const broker = await brokerForTests({ codecs, town: () => town })
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`)
  return {
    codecs,
    broker,
    journal: broker.journal,
    publish: (topic: string, body: object) =>
      client.publishAsync(topic, JSON.stringify(body), { qos: 1 }),
    async [Symbol.asyncDispose]() {
      client.end(true)
      await broker[Symbol.asyncDispose]()
      await codecs[Symbol.asyncDispose]()
    },
  }
}

const frame = (n: number) => ({
  deviceInfo: { devEui: EUI },
  fCnt: n,
  fPort: 1,
  data: Buffer.from([n & 0xff, n >> 8]).toString('base64'),
})
const DECODES =
  'function decodeUplink(i) { return { data: { mm: i.bytes[0] | (i.bytes[1] << 8) } } }'

test('an uplink is decoded by its codec, kept in the order of arrival, and acknowledged then', async () => {
  await using town = await house(DECODES)
  town.journal.hold()
  const numbers = Array.from({ length: 20 }, (_, n) => 500 + n)
  let acknowledged = 0
  const sent = numbers.map((n) => town.publish(UP, frame(n)).then(() => acknowledged++))
  await until(() => town.journal.waiting === numbers.length, 5000)
  expect(acknowledged).toBe(0)
  expect(town.journal.entries).toMatchObject(
    numbers.map((n) => ({ kind: 'uplink', counter: n, readings: [{ distanceMm: n }] })),
  )
  town.journal.release()
  await Promise.all(sent)
})

test('while a codec hangs the service takes readings, and what it could not decode is kept aside', async () => {
  await using town = await house(
    'function decodeUplink() { var a = []; a[4294967294] = 1; a.sort() }',
  )
  const hanging = town.publish(UP, frame(1))
  for (let n = 0; n < 50; n++) {
    await town.publish(readingTopic(PAPER), { fillPercent: n, seq: n })
  }
  expect(town.journal.entries.filter((e) => e.kind === 'uplink')).toHaveLength(50)
  await hanging
  expect(town.journal.entries.filter((e) => e.kind === 'rejected')).toMatchObject([
    {
      rejected: {
        reason: 'undecodable',
        detail: expect.stringContaining('codecs/bin.js failed (too-slow)'),
        deviceId: EUI,
      },
    },
  ])
})

test('what the codec answers is read by the profile, or refused with the fields it looked for', async () => {
  await using town = await house('function decodeUplink() { return { data: { cm: 5 } } }')
  await town.publish(UP, frame(1))
  expect(town.journal.entries).toMatchObject([
    {
      kind: 'rejected',
      rejected: { reason: 'no-measurement-format', detail: 'expected mm, got an object with cm' },
    },
  ])
})
