/** Real payloads in real envelopes, from another process's side of the wire to the answer over HTTP. */
import { readFileSync } from 'node:fs'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { type Served, runKvitter, startKvitter } from '#tests/support/process.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'

interface Vector {
  readonly id: string
  readonly vendor: string
  readonly device: string
  readonly fPort: number | null
  readonly bytesHex: string
  readonly canonical: {
    readonly kind: string
    readonly distance_mm?: number
    readonly battery_pct?: number
    readonly temperature_c?: number
    readonly tilt_alarm?: boolean
  }
}

/** Payloads of the families that Kvitter decodes itself, over LoRaWAN (the NB-IoT frame has no port). */
const vectors: readonly Vector[] = hasSharedData
  ? readFileSync(sharedData('data/vectors/open.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Vector)
      .filter((v) => v.vendor === 'milesight-iot' && /^em(310|400)-/.test(v.device))
      .filter((v) => v.fPort !== null)
  : []

const STAFF_TOKEN = 'a-long-enough-token'
const EMPTY_MM = 4500
const FULL_MM = 300
/** Each vector has a device and a container of its own; even ones come by The Things Stack, odd ones by ChirpStack. */
const euiOf = (i: number) => `0200000000000${String(100 + i)}`
const bySecond = (i: number) => new Date(Date.UTC(2026, 10, 2, 8, 0, i)).toISOString()

let folder: string
let served: Served

describe.skipIf(!hasSharedData)('published payloads give the values their makers print', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kvitter-vectors-'))
    const town = join(folder, 'town')
    await mkdir(town)
    await writeFile(join(town, 'town.yaml'), townYaml())
    await writeFile(
      join(town, 'rules.yaml'),
      'version: 1\npolicy: { tz: Europe/Stockholm }\nrules:\n  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }\n',
    )
    const data = join(folder, 'data')
    await runKvitter(['import', town, '--data', data])
    await letIn(data, { tts: 'network-server', chirpstack: 'network-server' })
    served = await startKvitter(
      [
        ...['--town', town, '--data', data, '--http', '127.0.0.1:0'],
        ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off'],
      ],
      { KVITTER_STAFF_TOKEN: STAFF_TOKEN },
    )
    const login = (username: string) =>
      connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, { username, password: tokenOf(username) })
    const tts = await login('tts')
    const chirpstack = await login('chirpstack')
    for (const [i, v] of vectors.entries()) {
      const bytes = Buffer.from(v.bytesHex, 'hex').toString('base64')
      if (i % 2 === 0) {
        await tts.publishAsync(
          `v3/town@tenant/devices/eui-${euiOf(i)}/up`,
          JSON.stringify({
            end_device_ids: { device_id: `eui-${euiOf(i)}`, dev_eui: euiOf(i).toUpperCase() },
            received_at: bySecond(i),
            uplink_message: {
              f_port: v.fPort,
              f_cnt: i,
              frm_payload: bytes,
              rx_metadata: [{ rssi: -100 - i, snr: 4.5 }],
            },
          }),
          { qos: 1 },
        )
      } else {
        await chirpstack.publishAsync(
          `application/town/device/${euiOf(i)}/event/up`,
          JSON.stringify({
            deduplicationId: v.id,
            time: bySecond(i),
            deviceInfo: { devEui: euiOf(i) },
            fPort: v.fPort,
            fCnt: i,
            data: bytes,
          }),
          { qos: 1 },
        )
      }
    }
    await tts.endAsync()
    await chirpstack.endAsync()
  })
  afterAll(async () => {
    await served[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('staff are told how well each device was heard, where its network says', async () => {
    const answer = await fetch(`${served.httpUrl}/api/v1/devices`, {
      headers: { authorization: `Bearer ${STAFF_TOKEN}` },
    })
    const { devices } = (await answer.json()) as {
      devices: { id: string; lastHeardAt: string; signal: object | null }[]
    }
    const ofDevice = new Map(devices.map((d) => [d.id, d]))
    for (const i of vectors.keys()) {
      expect(ofDevice.get(euiOf(i))).toMatchObject({
        lastHeardAt: bySecond(i),
        signal: i % 2 === 0 ? { rssiDbm: -100 - i, snrDb: 4.5 } : null,
      })
    }
  })

  test('there are twenty of them or more', () => expect(vectors.length).toBeGreaterThan(19))

  test.each(vectors.map((v, i) => [`${v.device} ${v.id}`, v, i] as const))(
    '%s',
    async (_, v, i) => {
      const url = `${served.httpUrl}/api/v1/containers/1490-v-c${i}/readings?from=2026-11-01T00:00:00Z&to=2026-11-03T00:00:00Z`
      const body = (await (await fetch(url)).json()) as { readings: Record<string, unknown>[] }
      const { distance_mm, battery_pct, temperature_c, tilt_alarm } = v.canonical
      expect(body.readings).toHaveLength(1)
      const [reading] = body.readings
      expect(reading).toMatchObject({
        measuredAt: bySecond(i),
        distanceMm: distance_mm ?? null,
        batteryPercent: battery_pct ?? null,
        temperatureC: temperature_c ?? null,
        fault: tilt_alarm === true ? 'tilted' : null,
      })
      const level =
        tilt_alarm === true || distance_mm === undefined
          ? null
          : Math.round((1000 * (EMPTY_MM - distance_mm)) / (EMPTY_MM - FULL_MM)) / 10
      expect(reading!['fillPercent']).toBe(level)
    },
  )
})

function townYaml(): string {
  return [
    'version: 1',
    'municipality: "1490"',
    'name: Provstad',
    'timeZone: Europe/Stockholm',
    `containerTypes: { deep: { volumeLitres: 5000, emptyDistanceMm: ${EMPTY_MM}, fullDistanceMm: ${FULL_MM}, deadZoneMm: 250 } }`,
    'networkServers:',
    '  - { id: tts, kind: tts-v3, topic: "v3/+/devices/+/up" }',
    '  - { id: chirpstack, kind: chirpstack-v4, topic: "application/+/device/+/event/up" }',
    'stations:',
    '  - id: v',
    '    name: Vektorplatsen',
    '    lat: 57.7',
    '    lon: 12.9',
    '    containers:',
    ...vectors.map(
      (v, i) =>
        `      - { id: c${i}, fraction: paper, type: deep, device: { id: "${euiOf(i)}", profile: ${v.device.startsWith('em310') ? 'milesight/em310-udl' : 'milesight/em400'} } }`,
    ),
    '',
  ].join('\n')
}
