/**
 * The messages of a load run: native JSON in MQTT PUBLISH packets of QoS 1, made by patching a template
 * in place, since building each one would make the generator the slowest part of the measurement.
 */
import { nativeTopic } from './messages.ts'

export const MAX_LOAD_DEVICES = 999_999

/** `load-000001` is the first. */
export function loadDeviceId(index: number): string {
  return `load-${String(index + 1).padStart(6, '0')}`
}

const SAMPLE = {
  at: '2026-01-01T00:00:00.000Z',
  fillPercent: 40.5,
  batteryPercent: 87,
  temperatureC: 11.4,
  tiltDeg: 1.5,
  seq: 1_000_000,
}
const FIRST_SEQ = 1_000_000
const SEQS = 9_000_000

export interface LoadMessages {
  /** Length of every packet. */
  readonly packetBytes: number
  readonly payloadBytes: number
  /** Writes the next message of a device into `target` from `offset` on. */
  write(target: Buffer, offset: number, device: number, packetId: number, nowMs: number): void
}

/**
 * Messages for so many devices. Each device is either at about 40 % or at about 95 %, and a share
 * `changing` of its messages moves it to the other, so that the rules have that much to decide.
 */
export function loadMessages(devices: number, changing: number): LoadMessages {
  const template = publishTemplate()
  const { packet, deviceAt, packetIdAt, payloadAt } = template
  const payload = JSON.stringify(SAMPLE)
  const within = (text: string) => payloadAt + payload.indexOf(text)
  const timeAt = within(SAMPLE.at)
  const fillAt = within('40.5')
  const seqAt = within('1000000')

  const isHigh = new Uint8Array(devices)
  const seqs = new Uint32Array(devices)
  const time = Buffer.alloc(SAMPLE.at.length)
  let timeOf = NaN
  // Marsaglia's xorshift32: counting to ten would change the same devices over and over.
  let random = 0x9e3779b9
  const limit = changing * 2 ** 32

  return {
    packetBytes: packet.length,
    payloadBytes: payload.length,
    write(target, offset, device, packetId, nowMs) {
      const ms = Math.floor(nowMs)
      if (ms !== timeOf) {
        timeOf = ms
        time.write(new Date(ms).toISOString(), 'latin1')
      }
      random ^= random << 13
      random ^= random >>> 17
      random ^= random << 5
      if (random >>> 0 < limit) isHigh[device] = isHigh[device]! ^ 1
      const seq = seqs[device]!
      seqs[device] = (seq + 1) % SEQS

      packet.copy(target, offset)
      writeDigits(target, offset + deviceAt, device + 1, 6)
      target[offset + packetIdAt] = packetId >> 8
      target[offset + packetIdAt + 1] = packetId & 0xff
      time.copy(target, offset + timeAt)
      target[offset + fillAt] = isHigh[device] === 1 ? 0x39 : 0x34
      target[offset + fillAt + 1] = 0x30 + (isHigh[device] === 1 ? 5 : 0)
      target[offset + fillAt + 3] = 0x30 + (seq % 10)
      writeDigits(target, offset + seqAt, FIRST_SEQ + seq, 7)
    },
  }
}

function writeDigits(target: Buffer, offset: number, value: number, digits: number): void {
  let left = value
  for (let i = offset + digits - 1; i >= offset; i--) {
    target[i] = 0x30 + (left % 10)
    left = Math.trunc(left / 10)
  }
}

/** PUBLISH, QoS 1 (MQTT 3.1.1 §3.3): header, remaining length, topic, packet id, payload. */
function publishTemplate() {
  const topic = nativeTopic(loadDeviceId(0))
  const payload = JSON.stringify(SAMPLE)
  const remaining = 2 + topic.length + 2 + payload.length
  const length = remainingLength(remaining)
  const packet = Buffer.concat([
    Buffer.from([0x32, ...length, topic.length >> 8, topic.length & 0xff]),
    Buffer.from(topic, 'latin1'),
    Buffer.from([0, 0]),
    Buffer.from(payload, 'latin1'),
  ])
  const topicAt = 1 + length.length + 2
  return {
    packet,
    deviceAt: topicAt + topic.indexOf('load-') + 'load-'.length,
    packetIdAt: topicAt + topic.length,
    payloadAt: topicAt + topic.length + 2,
  }
}

/** MQTT's variable byte integer (3.1.1 §2.2.3). */
export function remainingLength(value: number): number[] {
  const bytes: number[] = []
  let left = value
  do {
    const low = left % 128
    left = Math.trunc(left / 128)
    bytes.push(left > 0 ? low | 0x80 : low)
  } while (left > 0)
  return bytes
}
