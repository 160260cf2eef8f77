import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { KEPT_PUBLISH_BYTES, guardFrames } from '#src/ingest/frame-guard.ts'

const LIMIT = 16 * 1024 * 1024

const connect = generate({ cmd: 'connect', clientId: 'c', clean: true, protocolVersion: 4 })
const publish = (bytes: number, messageId = 1) =>
  generate({
    cmd: 'publish',
    topic: 'a/b',
    payload: Buffer.alloc(bytes, 7),
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  })
const ping = generate({ cmd: 'pingreq' })

/** Everything through a guard, in pieces of the sizes given, again and again. */
function through(stream: Buffer, sizes: readonly number[], guard = guardFrames(LIMIT)) {
  const out: Buffer[] = []
  for (let at = 0, i = 0; at < stream.length; i++) {
    const end = Math.min(stream.length, at + sizes[i % sizes.length]!)
    const admitted = guard.admit(stream.subarray(at, end))
    if (typeof admitted === 'string') return admitted
    out.push(admitted)
    at = end
  }
  return Buffer.concat(out)
}

test('ordinary packets pass unchanged, however the network cuts them', () => {
  const stream = Buffer.concat([connect, publish(0), ping, publish(200), publish(20_000), ping])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      expect(stream.equals(through(stream, sizes) as Buffer)).toBe(true)
    }),
  )
})

test('the end of a payload of 10 MB is dropped as it streams by, and what follows is whole', () => {
  const large = publish(10_000_000)
  const stream = Buffer.concat([connect, ping, large, publish(3), ping])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1000, max: 100_000 }), { minLength: 1 }), (sizes) => {
      const guard = guardFrames(LIMIT)
      const kept = through(stream, sizes, guard) as Buffer
      const head = connect.length + ping.length
      const tail = publish(3).length + ping.length
      // Its own header of four bytes (1 + 3) and what is kept of it.
      expect(kept.length).toBe(head + 4 + KEPT_PUBLISH_BYTES + tail)
      expect(kept.subarray(-tail).equals(stream.subarray(-tail))).toBe(true)
      expect(guard.takeCutLength()).toBe(large.length - 5)
    }),
    { numRuns: 10 },
  )
})

test('a cut header at every place is put together again', () => {
  const stream = Buffer.concat([connect, publish(KEPT_PUBLISH_BYTES + 100), ping])
  for (let at = 1; at < connect.length + 8; at++) {
    const kept = through(stream, [at, stream.length]) as Buffer
    expect(kept.length).toBe(connect.length + 4 + KEPT_PUBLISH_BYTES + ping.length)
  }
})

describe('some connections end here', () => {
  test.each<[string, Buffer, string]>([
    [
      'a packet longer than allowed',
      Buffer.concat([connect, Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])]),
      'packet-too-large',
    ],
    ['a CONNECT of a megabyte', Buffer.from([0x10, 0x80, 0x80, 0x40, 0]), 'packet-too-large'],
    ['something before CONNECT', publish(1), 'not-mqtt'],
    ['a web browser', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'not-mqtt'],
    [
      'a length of five bytes',
      Buffer.concat([connect, Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1])]),
      'not-mqtt',
    ],
  ])('%s', (_, stream, expected) => {
    expect(through(stream, [stream.length])).toBe(expected)
  })
})
