import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { generate, type IPublishPacket, type Packet } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { siftMessages } from '#src/ingest/message-sieve.ts'
import type { Message, Sieve } from '#src/ingest/message-sieve.ts'

const LIMIT = 1024 * 1024
const bytesOf = (packet: Packet) => generate(packet, { protocolVersion: 5 })
const connack = bytesOf({ cmd: 'connack', sessionPresent: true, reasonCode: 0 })
const suback = bytesOf({ cmd: 'suback', messageId: 9, granted: [1] })
const pingresp = bytesOf({ cmd: 'pingresp' })
const publish = (messageId: number, more: Partial<IPublishPacket> = {}) =>
  bytesOf({
    cmd: 'publish',
    topic: 'kvitter/v1/devices/å/reading',
    payload: `{"seq":${messageId}}`,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
    ...more,
  })

/** A sieve that has had its CONNACK, and what has come out of it since. */
function sieve(onMessage: (sieve: Sieve, message: Message) => void = () => undefined) {
  const messages: Message[] = []
  const others: Buffer[] = []
  const made = siftMessages(
    {
      message(message) {
        messages.push(message)
        onMessage(made, message)
      },
      other: (bytes) => others.push(bytes),
    },
    LIMIT,
  )
  made.push(connack)
  others.length = 0
  made.goOn()
  return { made, messages, other: () => Buffer.concat(others) }
}
const idsOf = (messages: readonly Message[]) => messages.map((m) => m.messageId)

test('a message is read with its topic, payload, id and marks', () => {
  const { made, messages, other } = sieve()
  made.push(publish(513, { dup: true, retain: true }))
  const { length, ...rest } = messages[0]!
  expect({ ...rest, payload: rest.payload.toString() }).toEqual({
    cmd: 'publish',
    topic: 'kvitter/v1/devices/å/reading',
    payload: '{"seq":513}',
    qos: 1,
    dup: true,
    retain: true,
    messageId: 513,
  })
  expect(length).toBe(publish(513).length - 2)
  expect(other()).toHaveLength(0)
})

test('one of QoS 0 has no id, and properties are passed over', () => {
  const { made, messages } = sieve()
  const properties = {
    messageExpiryInterval: 60,
    contentType: 'application/json',
    userProperties: { from: 'x'.repeat(200) },
  }
  made.push(publish(1, { qos: 0, properties }))
  made.push(publish(2, { properties, payload: '' }))
  expect(messages.map((m) => [m.qos, m.messageId, m.payload.toString()])).toEqual([
    [0, undefined, '{"seq":1}'],
    [1, 2, ''],
  ])
})

test('messages come in order and the rest is left as it was, however the network cuts them', () => {
  const large = publish(3, { payload: Buffer.alloc(70_000, 7) })
  const stream = Buffer.concat([publish(1), suback, publish(2), large, pingresp, publish(4)])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      const { made, messages, other } = sieve()
      for (let at = 0, i = 0; at < stream.length; i++) {
        const end = at + sizes[i % sizes.length]!
        made.push(stream.subarray(at, end))
        at = end
      }
      expect(idsOf(messages)).toEqual([1, 2, 3, 4])
      expect(messages[2]!.payload.equals(Buffer.alloc(70_000, 7))).toBe(true)
      expect(other().equals(Buffer.concat([suback, pingresp]))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test('what comes behind CONNACK waits until somebody knows that we are in', () => {
  const messages: Message[] = []
  const others: Buffer[] = []
  const made = siftMessages(
    { message: (m) => messages.push(m), other: (bytes) => others.push(bytes) },
    LIMIT,
  )
  made.push(Buffer.concat([connack, publish(1), suback]))
  made.push(publish(2))
  expect(made.held).toBe(true)
  expect(messages).toEqual([])
  expect(Buffer.concat(others).equals(connack)).toBe(true)
  made.goOn()
  expect(idsOf(messages)).toEqual([1, 2])
  expect(Buffer.concat(others).equals(Buffer.concat([connack, suback]))).toBe(true)
})

test('held back from within a message, the next one waits, and so do the answers behind it', () => {
  const { made, messages, other } = sieve((sieve, { messageId }) => {
    if (messageId === 2) sieve.hold()
  })
  made.push(Buffer.concat([publish(1), publish(2), publish(3), pingresp]))
  made.push(publish(4))
  expect(idsOf(messages)).toEqual([1, 2])
  expect(other()).toHaveLength(0)
  made.goOn()
  expect(idsOf(messages)).toEqual([1, 2, 3, 4])
  expect(other().equals(pingresp)).toBe(true)
})

describe('what is no message for us is left to mqtt.js', () => {
  const aliased = publish(5, { topic: '', properties: { topicAlias: 1 } })
  const withoutId = Buffer.from(publish(1))
  withoutId.writeUInt16BE(0, withoutId.indexOf('/reading') + '/reading'.length)
  const longTopic = Buffer.from(publish(1))
  longTopic.writeUInt16BE(60_000, 2)
  const longProperties = Buffer.from(publish(1))
  longProperties[longProperties.indexOf('/reading') + '/reading'.length + 2] = 100
  test.each<[string, Buffer]>([
    ['QoS 2', publish(5, { qos: 2 })],
    ['a topic that stands in an earlier message', aliased],
    ['an id of 0', withoutId],
    ['a topic that ends behind the packet', longTopic],
    ['properties that end behind the packet', longProperties],
    ['an empty packet', Buffer.from([0x32, 0])],
    ['more bytes than we allow', publish(5, { payload: Buffer.alloc(LIMIT) })],
  ])('%s', (_, packet) => {
    const { made, messages, other } = sieve()
    made.push(Buffer.concat([packet, publish(6)]))
    expect(idsOf(messages)).toEqual([6])
    expect(other().equals(packet)).toBe(true)
  })

  test('a stream that is not MQTT', () => {
    const { made, messages, other } = sieve()
    const noise = Buffer.concat([Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]), publish(1)])
    made.push(noise)
    expect(messages).toEqual([])
    expect(other().equals(noise)).toBe(true)
  })
})
