import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readChirpStackV4 } from '#src/ingest/envelopes/chirpstack-v4.ts'
import type { Frame } from '#src/ingest/envelopes/frame.ts'
import { readTtsV3 } from '#src/ingest/envelopes/tts-v3.ts'
import type { Refusal } from '#src/ingest/refusal.ts'
import { parseTopic } from '#src/ingest/topic.ts'
import { isoText } from '#src/stations/time.ts'
import { deviceId } from '#tests/support/town.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'

interface Sample {
  readonly file: string
  readonly format: string
  readonly topicExample: string
  readonly expectedExtraction: {
    readonly devEui: string
    readonly fPort?: number | null
    readonly fCnt?: number | null
    readonly bytesHex: string
    readonly receivedAt?: string
    readonly rssi?: number
    readonly snr?: number
    readonly decoded?: unknown
  }
}

function read(topic: string, value: unknown): Frame | Refusal {
  const address = parseTopic(topic)
  if (address.kind === 'tts-v3') return readTtsV3(value, address.device)
  if (address.kind === 'chirpstack-v4') return readChirpStackV4(value, address.deviceId)
  throw new Error(`not a network server's topic: ${topic}`)
}

const samples: readonly Sample[] = hasSharedData
  ? (
      JSON.parse(readFileSync(sharedData('data/vectors/envelopes/index.json'), 'utf8')) as Sample[]
    ).filter((s) => s.format === 'tts-v3' || s.format === 'chirpstack-v4')
  : []

describe.skipIf(!hasSharedData)('real messages of network servers give what they should', () => {
  test('there are six of them', () => expect(samples.length).toBe(6))

  test.each(samples.map((s) => [s.file, s] as const))('%s', (_, sample) => {
    const body: unknown = JSON.parse(
      readFileSync(sharedData(`data/vectors/envelopes/${sample.file}`), 'utf8'),
    )
    const expected = sample.expectedExtraction
    const frame = read(sample.topicExample, body)
    if (frame.kind === 'refused') throw new Error(frame.detail)
    expect({
      devEui: frame.deviceId,
      fPort: frame.fPort ?? null,
      fCnt: frame.counter ?? null,
      bytesHex: Buffer.from(frame.bytes).toString('hex'),
      rssi: frame.signal?.rssiDbm,
      snr: frame.signal?.snrDb,
    }).toEqual({
      devEui: expected.devEui.toLowerCase(),
      fPort: expected.fPort ?? null,
      fCnt: expected.fCnt ?? frame.counter ?? null,
      bytesHex: expected.bytesHex,
      rssi: expected.rssi ?? frame.signal?.rssiDbm,
      snr: expected.snr ?? frame.signal?.snrDb,
    })
    if (expected.fCnt === null) expect(frame.counter).toBeUndefined()
    if (expected.receivedAt) {
      const millis = new Date(expected.receivedAt.replace(/(\.\d{3})\d*/, '$1')).toISOString()
      expect(isoText(frame.at!)).toBe(millis)
    }
    if (expected.decoded) expect(frame.decoded).toEqual(expected.decoded)
  })
})

const tts = (change: object = {}, uplink: object = {}) => ({
  end_device_ids: { device_id: 'lid-7', dev_eui: '24E124713C270001' },
  received_at: '2026-05-05T12:00:01.5Z',
  uplink_message: {
    f_port: 85,
    frm_payload: 'AXVc',
    received_at: '2026-05-05T12:00:01Z',
    ...uplink,
  },
  ...change,
})

const chirp = (change: object = {}) => ({
  deviceInfo: { devEui: '24e124713c270001' },
  time: '2026-05-05T12:00:01+00:00',
  fPort: 85,
  data: 'AXVc',
  ...change,
})

describe('The Things Stack', () => {
  test('a counter of zero is left out by it, and is no fault', () => {
    expect(readTtsV3(tts(), 'lid-7')).toEqual({
      kind: 'frame',
      deviceId: '24e124713c270001',
      at: Date.UTC(2026, 4, 5, 12, 0, 1),
      fPort: 85,
      bytes: Uint8Array.of(0x01, 0x75, 0x5c),
    })
  })
  test('a device that is named by its DevEUI needs no other word for it', () => {
    const named = { end_device_ids: { device_id: 'eui-24e124713c270001' } }
    expect(readTtsV3(tts(named), 'eui-24e124713c270001')).toMatchObject({
      deviceId: '24e124713c270001',
    })
  })
  test('of the gateways that heard it the one that heard it loudest counts', () => {
    const heard = [
      { rssi: -118, snr: 9 },
      { rssi: -97, snr: -3.5 },
      { rssi: 'loud' },
      null,
      { rssi: -10_000 },
    ]
    expect(readTtsV3(tts({}, { rx_metadata: heard }), 'lid-7')).toMatchObject({
      signal: { rssiDbm: -97, snrDb: -3.5 },
    })
    expect(readTtsV3(tts({}, { rx_metadata: heard.slice(2) }), 'lid-7')).not.toHaveProperty(
      'signal',
    )
  })
  test('an uplink that carries nothing has no bytes', () => {
    expect(readTtsV3(tts({}, { frm_payload: undefined }), 'lid-7')).toMatchObject({
      bytes: new Uint8Array(),
    })
  })
  test.each([
    [
      'another device than in the topic',
      tts(),
      'lid-8',
      'device-mismatch',
      'end_device_ids.device_id is "lid-7", but the topic says "lid-8"',
    ],
    [
      'another DevEUI than the one in the topic',
      tts({ end_device_ids: { device_id: 'eui-24e124713c270002', dev_eui: '24E124713C270001' } }),
      'eui-24e124713c270002',
      'device-mismatch',
      'end_device_ids.dev_eui is "24E124713C270001", but the topic says "eui-24e124713c270002"',
    ],
    [
      'a payload that isn’t base64',
      tts({}, { frm_payload: 'AXVc!' }),
      'lid-7',
      'not-base64',
      'uplink_message.frm_payload: expected base64',
    ],
    [
      'base64 cut short',
      tts({}, { frm_payload: 'AXV' }),
      'lid-7',
      'not-base64',
      'uplink_message.frm_payload: expected base64',
    ],
    [
      'a join on the uplink’s topic',
      { end_device_ids: { device_id: 'lid-7' }, join_accept: {} },
      'lid-7',
      'wrong-shape',
      expect.stringContaining('uplink_message: '),
    ],
    [
      'a counter in words',
      tts({}, { f_cnt: 'seven' }),
      'lid-7',
      'wrong-shape',
      expect.stringMatching(/^uplink_message\.f_cnt: .*got "seven"/),
    ],
    [
      'a list',
      [],
      'lid-7',
      'wrong-shape',
      expect.stringContaining('an uplink of The Things Stack v3'),
    ],
  ])('%s', (_, value, device, reason, detail) => {
    expect(readTtsV3(value, device)).toEqual({ kind: 'refused', reason, detail })
  })
})

describe('ChirpStack v4', () => {
  const device = deviceId('24e124713c270001')
  test('without a time of its own, the network’s or the gateway’s counts', () => {
    const at = Date.UTC(2026, 4, 5, 12, 0, 3)
    const late = { time: undefined, rxInfo: [{ gwTime: '2026-05-05T12:00:03Z' }] }
    expect(readChirpStackV4(chirp(late), device)).toMatchObject({ at })
    expect(readChirpStackV4(chirp({ time: undefined }), device)).not.toHaveProperty('at')
  })
  test.each([
    [
      'another device than in the topic',
      chirp({ deviceInfo: { devEui: '24e124713c270002' } }),
      'device-mismatch',
      'deviceInfo.devEui is "24e124713c270002", but the topic says "24e124713c270001"',
    ],
    [
      'a payload that isn’t base64',
      chirp({ data: '01755c?' }),
      'not-base64',
      'data: expected base64',
    ],
    [
      'a message of ChirpStack v3',
      { devEUI: 'JOEkcTwnAAE=', data: 'AXVc' },
      'wrong-shape',
      expect.stringMatching(/^deviceInfo: .*neither v3 nor protobuf/),
    ],
  ])('%s', (_, value, reason, detail) => {
    expect(readChirpStackV4(value, device)).toEqual({ kind: 'refused', reason, detail })
  })
})
