/**
 * Takes the messages out of what a broker of MQTT 5 sends, before mqtt.js parses it: of a backlog they
 * are all but a few bytes, and of each we want the topic, the payload and what to acknowledge it by.
 */
import { Buffer } from 'node:buffer'
import type { IPublishPacket } from 'mqtt'
import { readPacketLength } from './packet-length.ts'

export type Message = IPublishPacket & { readonly cmd: 'publish'; readonly payload: Buffer }

export interface Sieve {
  /** What came in. While held back it waits here; whoever reads the connection should stop meanwhile. */
  push(chunk: Buffer): void
  /** Gives no further message and nothing else until `goOn`. May be called from within `message`. */
  hold(): void
  goOn(): void
  readonly held: boolean
}

export interface Sifted {
  /** A message of QoS 0 or 1. Its payload is a view of the chunk that it came in. */
  readonly message: (message: Message) => void
  /** The bytes of all other packets, in order, and of messages that can't be read or are too long. */
  readonly other: (bytes: Buffer) => void
}

const PUBLISH = 3
const DUP = 8
const RETAIN = 1

/** Behind the first packet, CONNACK, it holds by itself: what is to come then needs somebody who knows we are in. */
export function siftMessages({ message, other }: Sifted, maxPacketBytes: number): Sieve {
  let held = false
  let greeted = false
  let waiting: Buffer[] = []
  let waitingBytes = 0
  /** So much must be there before it is worth looking at again. */
  let needed = 0
  /** Of a packet that isn't ours to read, what is still to come. */
  let passing = 0

  const sift = (bytes: Buffer): void => {
    let at = 0
    needed = 0
    while (at < bytes.length && !held) {
      if (passing > 0) {
        const end = Math.min(bytes.length, at + passing)
        passing -= end - at
        other(bytes.subarray(at, end))
        at = end
        if (passing === 0 && !greeted) held = greeted = true
        continue
      }
      const header = readPacketLength(bytes, at + 1)
      if (header === 'incomplete') break
      if (header === 'malformed') {
        // Not MQTT: mqtt.js says so and ends it.
        passing = Infinity
        continue
      }
      const start = at + 1 + header.bytes
      const end = start + header.length
      const isMessage = bytes[at]! >> 4 === PUBLISH && qosOf(bytes[at]!) < 2
      if (!greeted || !isMessage || end - at > maxPacketBytes) {
        passing = end - at
        continue
      }
      if (end > bytes.length) {
        needed = end - at
        break
      }
      const read = readMessage(bytes, bytes[at]!, start, end)
      if (read) message(read)
      else other(bytes.subarray(at, end))
      at = end
    }
    waitingBytes = bytes.length - at
    if (waitingBytes > 0) waiting.push(bytes.subarray(at))
  }

  const siftWaiting = (): void => {
    const bytes = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting)
    waiting = []
    sift(bytes)
  }

  return {
    push(chunk) {
      if (waitingBytes === 0 && !held) return sift(chunk)
      waiting.push(chunk)
      waitingBytes += chunk.length
      if (!held && waitingBytes >= needed) siftWaiting()
    },
    hold() {
      held = true
    },
    goOn() {
      held = false
      if (waitingBytes > 0 && waitingBytes >= needed) siftWaiting()
    },
    get held() {
      return held
    },
  }
}

function qosOf(first: number): number {
  return (first >> 1) & 3
}

/** MQTT 5 §3.3; undefined if it is not as it should be, or its topic stands in an earlier one. */
function readMessage(
  bytes: Buffer,
  first: number,
  start: number,
  end: number,
): Message | undefined {
  const topicStart = start + 2
  const topicEnd = topicStart + ((bytes[start]! << 8) | bytes[start + 1]!)
  const hasId = qosOf(first) > 0
  const idEnd = topicEnd + (hasId ? 2 : 0)
  // A byte at least for the length of the properties.
  if (topicEnd === topicStart || !(idEnd < end)) return undefined
  const messageId = hasId ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : undefined
  const properties = readPacketLength(bytes, idEnd)
  if (messageId === 0 || typeof properties === 'string') return undefined
  const payloadStart = idEnd + properties.bytes + properties.length
  if (payloadStart > end) return undefined
  const message: Message = {
    cmd: 'publish',
    topic: bytes.toString('utf8', topicStart, topicEnd),
    payload: bytes.subarray(payloadStart, end),
    qos: hasId ? 1 : 0,
    dup: (first & DUP) !== 0,
    retain: (first & RETAIN) !== 0,
    length: end - start,
  }
  if (messageId !== undefined) message.messageId = messageId
  return message
}
