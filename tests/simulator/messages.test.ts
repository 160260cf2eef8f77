import { readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import { milesightPayload, nativeMessage, serverMessage } from '#simulator/messages.ts'
import type { Radio, Sample } from '#simulator/messages.ts'
import type { NetworkServer } from '#src/stations/station.ts'
import { instant } from '#src/stations/time.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'

const sample: Sample = {
  measuredAt: instant(Date.parse('2026-05-05T10:45:00.123Z')),
  distanceMm: 2116,
  batteryPercent: 92,
  temperatureC: 25.7,
  counter: 17,
}
const radio: Radio = { spreadingFactor: 9, rssi: -101, snr: 4.5, frequencyHz: 868_300_000 }
const tts: NetworkServer = { id: 'tts', kind: 'tts-v3', topic: 'v3/+/devices/+/up' }
const chirpstack: NetworkServer = {
  id: 'cs',
  kind: 'chirpstack-v4',
  topic: 'application/+/device/+/event/up',
}
const EUI = '024b560014900001'
const read = (payload: Uint8Array) => JSON.parse(Buffer.from(payload).toString()) as unknown

describe('a device of our own kind', () => {
  test('sends what it measured, and when, as text', () => {
    const { topic, payload } = nativeMessage('kv-1', sample, true)
    expect(topic).toBe('kvitter/v1/devices/kv-1/reading')
    expect(Buffer.from(payload).toString()).toBe(
      '{"at":"2026-05-05T10:45:00.123Z","distanceMm":2116,"batteryPercent":92,"temperatureC":25.7,"seq":17}',
    )
  })

  test('or in percent, with the time as a number', () => {
    const { distanceMm: _, ...rest } = sample
    const { payload } = nativeMessage('kv-1', { ...rest, fillPercent: 41.5 }, false)
    expect(Buffer.from(payload).toString()).toBe(
      '{"at":1777977900123,"fillPercent":41.5,"batteryPercent":92,"temperatureC":25.7,"seq":17}',
    )
  })
})

describe('Milesight sensors send the bytes of the vendor’s own examples', () => {
  // There the box is tilted (last byte 1); ours stand upright.
  test.each([
    ['milesight/em400', '01755c03670101048244080500'],
    ['milesight/em310-udl', '01755c038244080400'],
  ] as const)('%s', (profile, example) => {
    expect(Buffer.from(milesightPayload(profile, sample)).toString('hex')).toBe(`${example}00`)
  })

  test('frost is a negative number', () => {
    const bytes = milesightPayload('milesight/em400', { ...sample, temperatureC: -4.2 })
    expect(Buffer.from(bytes).readInt16LE(5)).toBe(-42)
  })
})

describe('The Things Stack', () => {
  test('wraps the payload in its envelope', () => {
    const { topic, payload } = serverMessage(tts, EUI, sample, 'AXVc', radio)
    expect(topic).toBe('v3/kvitter-demo@kvitter/devices/eui-024b560014900001/up')
    expect(read(payload)).toEqual({
      end_device_ids: {
        device_id: 'eui-024b560014900001',
        application_ids: { application_id: 'kvitter-demo' },
        dev_eui: '024B560014900001',
        dev_addr: '26900001',
      },
      received_at: '2026-05-05T10:45:00.123112483Z',
      uplink_message: {
        f_port: 85,
        f_cnt: 17,
        frm_payload: 'AXVc',
        rx_metadata: [{ gateway_ids: { gateway_id: 'demo-gateway' }, rssi: -101, snr: 4.5 }],
        settings: {
          data_rate: { lora: { bandwidth: 125000, spreading_factor: 9 } },
          frequency: '868300000',
        },
        received_at: '2026-05-05T10:45:00.123112483Z',
      },
    })
  })

  test('leaves out what is zero', () => {
    const { payload } = serverMessage(tts, EUI, { ...sample, counter: 0 }, '', { ...radio, snr: 0 })
    expect(read(payload)).toMatchObject({ uplink_message: { f_port: 85 } })
    expect(Buffer.from(payload).toString()).not.toMatch(/f_cnt|snr|frm_payload/)
  })

  test('speaks under the application that the town names', () => {
    const named = { ...tts, topic: 'v3/boras@ttn/devices/+/up' }
    const { topic, payload } = serverMessage(named, EUI, sample, '', radio)
    expect(topic).toBe('v3/boras@ttn/devices/eui-024b560014900001/up')
    expect(read(payload)).toMatchObject({
      end_device_ids: { application_ids: { application_id: 'boras' } },
    })
  })
})

test('ChirpStack wraps the payload in its envelope', () => {
  const { topic, payload } = serverMessage(chirpstack, EUI, sample, 'AXVc', radio)
  expect(topic).toBe(
    'application/6b766974-7465-4172-8000-000000000002/device/024b560014900001/event/up',
  )
  expect(read(payload)).toEqual({
    deduplicationId: '024b5600-1490-4001-8000-000000000011',
    time: '2026-05-05T10:45:00.123859+00:00',
    deviceInfo: {
      tenantId: '6b766974-7465-4172-8000-000000000001',
      tenantName: 'Kvitter demo',
      applicationId: '6b766974-7465-4172-8000-000000000002',
      applicationName: 'Fill levels',
      deviceProfileName: 'Ultrasonic',
      deviceName: '024b560014900001',
      devEui: '024b560014900001',
      tags: {},
    },
    devAddr: '01900001',
    adr: true,
    dr: 3,
    fCnt: 17,
    fPort: 85,
    confirmed: false,
    data: 'AXVc',
    rxInfo: [{ gatewayId: '024b560000000001', rssi: -101, snr: 4.5 }],
    txInfo: { frequency: 868300000 },
  })
})

describe.skipIf(!hasSharedData)('our envelopes have no field that real ones lack', () => {
  test.each([
    ['tts-v3-up.em310-udl.json', tts],
    ['tts-v3-up.docs.json', tts],
    ['chirpstack-v4-up.em310-udl.json', chirpstack],
  ] as const)('%s', (file, server) => {
    const text = readFileSync(sharedData(`data/vectors/envelopes/${file}`), 'utf8')
    const real = shapeOf(JSON.parse(text))
    const ours = shapeOf(read(serverMessage(server, EUI, sample, 'AXVc', radio).payload))
    // The documentation's sample uses the default port 0, and so leaves it out.
    expect(
      [...ours].filter((path) => !real.has(path) && !path.startsWith('uplink_message.f_port')),
    ).toEqual([])
  })
})

/** Every path to a leaf with the type found there. */
function shapeOf(value: unknown, path = ''): Set<string> {
  if (typeof value !== 'object' || value === null) return new Set([`${path}: ${typeof value}`])
  const entries = Array.isArray(value)
    ? value.map((v): [string, unknown] => ['[]', v])
    : Object.entries(value)
  return new Set(
    entries.flatMap(([key, v]) => [...shapeOf(v, path === '' ? key : `${path}.${key}`)]),
  )
}
