/** Messages as devices and network servers send them, byte for byte. */
import type { NetworkServer } from '#src/stations/station.ts'
import { isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** What a device says at one moment. Distance or percent, as its make is. */
export interface Sample {
  readonly measuredAt: EpochMs
  readonly distanceMm?: number
  readonly fillPercent?: number
  readonly batteryPercent: number
  readonly temperatureC: number
  readonly counter: number
}

/** How the air was: changes with every message, and means nothing to us. */
export interface Radio {
  readonly spreadingFactor: number
  readonly rssi: number
  readonly snr: number
  readonly frequencyHz: number
}

export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
}

const utf8 = new TextEncoder()

/** Kvitter's own JSON. Some devices write the time as text, some as milliseconds. */
export function nativeMessage(deviceId: string, sample: Sample, timeAsText: boolean): Message {
  const body = {
    at: timeAsText ? isoText(sample.measuredAt) : sample.measuredAt,
    ...(sample.distanceMm === undefined ? {} : { distanceMm: sample.distanceMm }),
    ...(sample.fillPercent === undefined ? {} : { fillPercent: sample.fillPercent }),
    batteryPercent: sample.batteryPercent,
    temperatureC: sample.temperatureC,
    seq: sample.counter,
  }
  return { topic: nativeTopic(deviceId), payload: utf8.encode(JSON.stringify(body)) }
}

export function nativeTopic(deviceId: string): string {
  return `kvitter/v1/devices/${deviceId}/reading`
}

/** What the simulator can say in a vendor's own bytes; a device of any other profile speaks native JSON. */
export type SpokenProfile = 'milesight/em310-udl' | 'milesight/em400'

export function isSpoken(profile: string): profile is SpokenProfile {
  return profile === 'milesight/em310-udl' || profile === 'milesight/em400'
}

/**
 * Milesight's TLV: channel, type, value in little-endian. EM400: battery 01 75 (%), temperature 03 67
 * (0.1 °C, signed), distance 04 82 (mm), position 05 00; EM310-UDL: distance is 03 82, position 04 00
 * (the vendor's user guides for the two).
 */
export function milesightPayload(profile: SpokenProfile, sample: Sample): Uint8Array {
  const distance = sample.distanceMm ?? 0
  const battery = [0x01, 0x75, sample.batteryPercent]
  if (profile === 'milesight/em310-udl') {
    return Uint8Array.from([...battery, 0x03, 0x82, ...uint16(distance), 0x04, 0x00, 0x00])
  }
  const temperature = uint16(Math.round(sample.temperatureC * 10))
  const level = [0x04, 0x82, ...uint16(distance), 0x05, 0x00, 0x00]
  return Uint8Array.from([...battery, 0x03, 0x67, ...temperature, ...level])
}

const uint16 = (value: number) => [value & 0xff, (value >> 8) & 0xff]

/** What a network server wraps around a device's bytes. `data` is base64, or what became of it. */
export function serverMessage(
  server: NetworkServer,
  devEui: string,
  sample: Sample,
  data: string,
  radio: Radio,
): Message {
  return server.kind === 'tts-v3'
    ? ttsMessage(server, devEui, sample, data, radio)
    : chirpstackMessage(server, devEui, sample, data, radio)
}

/** The Things Stack v3. Its JSON leaves out every field that is zero, empty or false. */
function ttsMessage(
  server: NetworkServer,
  devEui: string,
  sample: Sample,
  data: string,
  radio: Radio,
): Message {
  const topic = topicFor(server.topic, [
    'v3',
    'kvitter-demo@kvitter',
    'devices',
    `eui-${devEui}`,
    'up',
  ])
  const received = isoText(sample.measuredAt).replace('Z', '112483Z')
  const body = withoutZeros({
    end_device_ids: {
      device_id: `eui-${devEui}`,
      application_ids: { application_id: topic.split('/')[1]?.split('@')[0] ?? '' },
      dev_eui: devEui.toUpperCase(),
      dev_addr: `26${devEui.slice(-6)}`.toUpperCase(),
    },
    received_at: received,
    uplink_message: {
      f_port: 85,
      f_cnt: sample.counter,
      frm_payload: data,
      rx_metadata: [
        { gateway_ids: { gateway_id: 'demo-gateway' }, rssi: radio.rssi, snr: radio.snr },
      ],
      settings: {
        data_rate: { lora: { bandwidth: 125000, spreading_factor: radio.spreadingFactor } },
        frequency: String(radio.frequencyHz),
      },
      received_at: received,
    },
  })
  return { topic, payload: utf8.encode(JSON.stringify(body)) }
}

/** ChirpStack v4, JSON marshaller. */
function chirpstackMessage(
  server: NetworkServer,
  devEui: string,
  sample: Sample,
  data: string,
  radio: Radio,
): Message {
  const topic = topicFor(server.topic, [
    'application',
    APPLICATION,
    'device',
    devEui,
    'event',
    'up',
  ])
  const serial = sample.counter.toString(16).padStart(12, '0')
  const body = {
    deduplicationId: `${devEui.slice(0, 8)}-${devEui.slice(8, 12)}-4${devEui.slice(13)}-8000-${serial}`,
    time: isoText(sample.measuredAt).replace('Z', '859+00:00'),
    deviceInfo: {
      tenantId: '6b766974-7465-4172-8000-000000000001',
      tenantName: 'Kvitter demo',
      applicationId: topic.split('/')[1] ?? APPLICATION,
      applicationName: 'Fill levels',
      deviceProfileName: 'Ultrasonic',
      deviceName: devEui,
      devEui,
      tags: {},
    },
    devAddr: `01${devEui.slice(-6)}`,
    adr: true,
    dr: 12 - radio.spreadingFactor,
    fCnt: sample.counter,
    fPort: 85,
    confirmed: false,
    data,
    rxInfo: [{ gatewayId: '024b560000000001', rssi: radio.rssi, snr: radio.snr }],
    txInfo: { frequency: radio.frequencyHz },
  }
  return { topic, payload: utf8.encode(JSON.stringify(body)) }
}

const APPLICATION = '6b766974-7465-4172-8000-000000000002'

/** A topic under the server's filter: its own levels where it names them, ours where it says any. */
function topicFor(filter: string, ours: readonly string[]): string {
  const levels = filter.split('/')
  return ours
    .map((level, i) => {
      const theirs = levels[i]
      return theirs === undefined || theirs === '+' || theirs === '#' ? level : theirs
    })
    .join('/')
}

function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, v]) => v !== 0 && v !== '' && v !== false)
  return Object.fromEntries(kept.map(([key, v]) => [key, withoutZeros(v)]))
}
