import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import * as mqtt from 'mqtt'
import { generate } from 'mqtt-packet'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { BrokerOptions } from '#src/ingest/broker.ts'
import type { Rejected } from '#src/stations/reading.ts'
import { OTHER, PAPER, TOKEN, brokerForTests, readingTopic } from './broker-for-tests.ts'
import type { HeldJournal } from './held-journal.ts'
import { logInOn, openWire, publish, until } from './wire.ts'

const OWN = readingTopic(PAPER)
const STATUS = 'kvitter/v1/stations/1490-901/status'

const strict: Partial<BrokerOptions> = { anonymous: false }
const rejected = (journal: HeldJournal): readonly Rejected[] =>
  journal.entries.filter((e) => e.kind === 'rejected').map((e) => e.rejected)

describe('logging in', () => {
  test.each<[string, Parameters<typeof logInOn>[1], number]>([
    ['a device with its token', { username: PAPER, token: TOKEN }, 0],
    ['a wrong token', { username: PAPER, token: 'wrong' }, 4],
    ['a name nobody has', { username: 'nobody', token: TOKEN }, 4],
    ['a name every object has', { username: 'constructor', token: TOKEN }, 4],
    ['no name', {}, 5],
    ['no client id and a clean session', { username: PAPER, token: TOKEN, clientId: '' }, 0],
    ['MQTT 3.1', { username: PAPER, token: TOKEN, protocolId: 'MQIsdp', protocolVersion: 3 }, 0],
    ['MQTT 5', { username: PAPER, token: TOKEN, protocolVersion: 5 }, 1],
  ])('%s', async (_, options, returnCode) => {
    await using broker = await brokerForTests(strict)
    await using wire = await logInOn(broker.port, options)
    // A client of MQTT 3.1.1 reads the second byte; for MQTT 5 it has another name.
    expect(wire.connack.returnCode ?? wire.connack.reasonCode).toBe(returnCode)
    if (returnCode !== 0) await wire.closed
  })

  test('a lasting session needs a client id [MQTT-3.1.3-8]', async () => {
    await using broker = await brokerForTests(strict)
    await using wire = await openWire(broker.port)
    const connect = generate({
      cmd: 'connect',
      clientId: '',
      clean: true,
      protocolVersion: 4,
      username: PAPER,
      password: Buffer.from(TOKEN),
    })
    // No client library sends this: the flag for a clean session is taken away by hand.
    connect[9]! &= ~0x02
    wire.socket.write(connect)
    await wire.until((packets) => packets.length > 0)
    expect(wire.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 2 })
    await wire.closed
  })

  test('attempts are counted', async () => {
    await using broker = await brokerForTests(strict)
    await using inside = await logInOn(broker.port, { username: PAPER, token: TOKEN })
    expect(inside.connack.returnCode).toBe(0)
    for (const token of ['a', 'b']) {
      await using out = await logInOn(broker.port, { username: PAPER, token })
      await out.closed
    }
    expect(broker.stats()).toMatchObject({
      connectedClients: 1,
      logins: { in: 1, 'wrong-name-or-token': 2 },
    })
  })

  test('a name belongs to its user: another with the same client id ends nobody’s session', async () => {
    await using broker = await brokerForTests(strict)
    await using one = await logInOn(broker.port, { username: PAPER, token: TOKEN, clientId: 'lid' })
    await using other = await logInOn(broker.port, {
      username: OTHER,
      token: TOKEN,
      clientId: 'lid',
    })
    one.send({ cmd: 'pingreq' })
    other.send({ cmd: 'pingreq' })
    await one.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
    await other.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
    await using again = await logInOn(broker.port, {
      username: PAPER,
      token: TOKEN,
      clientId: 'lid',
    })
    await one.closed
    expect(again.connack.returnCode).toBe(0)
  })
})

describe('what somebody may not say is acknowledged, counted and kept aside, never a reading', () => {
  test.each<[string, string, string, string]>([
    [
      'a device speaking for another',
      PAPER,
      readingTopic(OTHER),
      `device ${PAPER} may publish to ${OWN} only`,
    ],
    [
      'a device speaking for a station',
      PAPER,
      STATUS,
      `device ${PAPER} may publish to ${OWN} only`,
    ],
    [
      'a device on the broker’s own topics',
      PAPER,
      '$SYS/x/new/clients',
      `device ${PAPER} may publish to ${OWN} only`,
    ],
    [
      'a network server elsewhere',
      'chirp',
      'application/8/device/0101010101010101/event/up',
      'network server chirp may publish to application/7/device/+/event/up only',
    ],
    ['a reader', 'display', OWN, 'display is a reader and may not publish'],
  ])('%s', async (_, username, topic, detail) => {
    await using broker = await brokerForTests(strict)
    await using wire = await logInOn(broker.port, { username, token: TOKEN })
    wire.send(publish(1, topic, { fillPercent: 50 }), { cmd: 'pingreq' })
    await wire.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
    expect(wire.acks()).toEqual([1])
    expect(broker.journal.entries).toMatchObject([
      { kind: 'rejected', rejected: { reason: 'unknown-topic', detail, topic } },
    ])
    expect(broker.stats()).toMatchObject({
      rejected: { 'unknown-topic': 1 },
      messages: { kept: 0 },
    })
  })

  test('nobody hears it either', async () => {
    await using broker = await brokerForTests()
    await using listener = await logInOn(broker.port)
    listener.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 1 }] })
    await listener.until((packets) => packets.some((p) => p.cmd === 'suback'))
    await using wire = await logInOn(broker.port)
    wire.send(publish(1, STATUS, 'lies', { retain: true }), publish(2, OWN, { fillPercent: 3 }))
    await wire.until(() => wire.acks().length === 2)
    await listener.until((packets) => packets.some((p) => p.cmd === 'publish'))
    expect(listener.packets.filter((p) => p.cmd === 'publish').map((p) => p.topic)).toEqual([OWN])
  })
})

describe('subscriptions', () => {
  test.each<[string, string, string, boolean, number]>([
    ['a reader hears the stations', 'display', 'kvitter/v1/stations/+/status', true, 1],
    ['and may stay subscribed', 'display', 'kvitter/v1/stations/+/status', false, 1],
    ['a reader doesn’t hear everything', 'display', '#', true, 128],
    ['a device hears what is for itself', PAPER, `kvitter/v1/devices/${PAPER}/config`, true, 1],
    ['but doesn’t stay subscribed', PAPER, `kvitter/v1/devices/${PAPER}/config`, false, 128],
    ['nor hears others', PAPER, 'kvitter/v1/devices/#', true, 128],
    ['a network server hears nothing', 'chirp', 'application/#', true, 128],
    ['nobody hears the broker’s own', 'display', '$SYS/#', true, 128],
  ])('%s', async (_, username, topic, clean, granted) => {
    await using broker = await brokerForTests(strict)
    await using wire = await logInOn(broker.port, { username, token: TOKEN, clean })
    wire.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] })
    await wire.until((packets) => packets.some((p) => p.cmd === 'suback'))
    expect(wire.packets[1]).toMatchObject({ cmd: 'suback', granted: [granted] })
  })

  test('what we publish is retained: who comes later gets it too', async () => {
    await using broker = await brokerForTests(strict)
    await broker.publishRetained(STATUS, '{"full":true}')
    const reader = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: 'display',
      password: TOKEN,
    })
    const heard = new Promise((resolve) =>
      reader.once('message', (topic, payload, packet) =>
        resolve([topic, payload.toString(), packet.retain]),
      ),
    )
    await reader.subscribeAsync('kvitter/v1/stations/#', { qos: 1 })
    expect(await heard).toEqual([STATUS, '{"full":true}', true])
    await reader.endAsync()
  })

  test('a device’s reading is never retained', async () => {
    await using broker = await brokerForTests(strict)
    await using device = await logInOn(broker.port, { username: PAPER, token: TOKEN })
    device.send(publish(1, OWN, { fillPercent: 50 }, { retain: true }))
    await device.until(() => device.acks().length === 1)
    await broker.publishRetained(STATUS, 'last')
    await using reader = await logInOn(broker.port, { username: 'display', token: TOKEN })
    reader.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'kvitter/v1/#', qos: 0 }],
    })
    await reader.until((packets) => packets.some((p) => p.cmd === 'publish'))
    expect(reader.packets.filter((p) => p.cmd === 'publish').map((p) => p.topic)).toEqual([STATUS])
  })

  test('who listens hears a reading, once it is kept', async () => {
    await using broker = await brokerForTests(strict)
    await using reader = await logInOn(broker.port, { username: 'display', token: TOKEN })
    reader.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'kvitter/v1/#', qos: 0 }],
    })
    await reader.until((packets) => packets.some((p) => p.cmd === 'suback'))
    await using device = await logInOn(broker.port, { username: PAPER, token: TOKEN })
    broker.journal.hold()
    device.send(publish(1, OWN, { fillPercent: 50 }))
    await until(() => broker.journal.waiting === 1, 'the reading is with the journal')
    await broker.publishRetained(STATUS, 'first')
    await reader.until((packets) => packets.some((p) => p.cmd === 'publish'))
    broker.journal.release()
    await reader.until((packets) => packets.filter((p) => p.cmd === 'publish').length === 2)
    expect(reader.packets.filter((p) => p.cmd === 'publish').map((p) => p.topic)).toEqual([
      STATUS,
      OWN,
    ])
  })

  test('a reader that is away finds what came, up to a limit', async () => {
    await using broker = await brokerForTests({ ...strict, limits: { offlinePerReader: 3 } })
    const staying = { username: 'display', token: TOKEN, clientId: 'wall', clean: false }
    {
      await using reader = await logInOn(broker.port, staying)
      reader.send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'kvitter/v1/stations/#', qos: 1 }],
      })
      await reader.until((packets) => packets.some((p) => p.cmd === 'suback'))
    }
    await until(() => broker.stats().connectedClients === 0, 'the reader has left')
    for (const word of ['one', 'two', 'three', 'four', 'five'])
      await broker.publishRetained(STATUS, word)
    expect(broker.stats().offlineDropped).toBe(2)

    await using reader = await logInOn(broker.port, staying)
    expect(reader.connack.sessionPresent).toBe(true)
    await reader.until((packets) => packets.filter((p) => p.cmd === 'publish').length === 3)
    const heard = reader.packets.filter((p) => p.cmd === 'publish')
    expect(heard.map((p) => p.payload.toString())).toEqual(['one', 'two', 'three'])
    for (const { messageId } of heard) reader.send({ cmd: 'puback', messageId: messageId! })
    reader.send({ cmd: 'pingreq' })
    await reader.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
    await broker.publishRetained(STATUS, 'six')
    await reader.until((packets) => packets.filter((p) => p.cmd === 'publish').length === 4)
  })
})

describe('bad messages', () => {
  test('a poisonous one is taken off the sender’s hands, and the next is heard', async () => {
    await using broker = await brokerForTests(strict)
    const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: PAPER,
      password: TOKEN,
      reconnectPeriod: 0,
    })
    await device.publishAsync(OWN, '{"fillPercent": NaN}', { qos: 1 })
    await device.publishAsync(OWN, Buffer.from([0xff, 0xfe, 0x00]), { qos: 2 })
    await device.publishAsync(OWN, '', { qos: 1, retain: true })
    await device.publishAsync(OWN, '{"fillPercent": 50}', { qos: 1 })
    expect(device.connected).toBe(true)
    await device.endAsync()
    expect(rejected(broker.journal).map((r) => [r.reason, r.bytes])).toEqual([
      ['not-json', 20],
      ['not-json', 3],
      ['not-json', 0],
    ])
    expect(broker.stats()).toMatchObject({ messages: { kept: 1, rejected: 3 } })
  })

  test('10 MB are acknowledged and counted, only the head is kept, and the connection goes on', async () => {
    await using broker = await brokerForTests(strict)
    const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
      username: PAPER,
      password: TOKEN,
      reconnectPeriod: 0,
    })
    await device.publishAsync(OWN, Buffer.alloc(10_000_000, '{'), { qos: 1 })
    await device.publishAsync(OWN, '{"fillPercent": 50}', { qos: 1 })
    await device.endAsync()
    const [large] = rejected(broker.journal)
    expect(large).toMatchObject({
      reason: 'too-large',
      detail: 'expected at most 262144 bytes, got 10000000',
      bytes: 10_000_000,
    })
    expect(large!.head.length).toBe(1024)
    expect(broker.stats()).toMatchObject({ messages: { kept: 1, rejected: 1 } })
  })

  test('a packet over 16 MB ends its connection', async () => {
    await using broker = await brokerForTests(strict)
    await using wire = await logInOn(broker.port, { username: PAPER, token: TOKEN })
    // The head of a PUBLISH of 20 MB; its body is never asked for.
    wire.socket.write(Buffer.from([0x32, 0x80, 0xda, 0xc4, 0x09, 0, 1, 0x61]))
    await wire.closed
    expect(broker.stats().closed['packet-too-large']).toBe(1)
  })

  test('a web browser at the door is shown out', async () => {
    await using broker = await brokerForTests()
    await using wire = await openWire(broker.port)
    wire.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await wire.closed
    expect(broker.stats().closed['not-mqtt']).toBe(1)
  })

  test('whatever comes over the wire, the broker goes on for the others', async () => {
    await using broker = await brokerForTests()
    const hello = generate({ cmd: 'connect', clientId: 'x', clean: true, protocolVersion: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        async (polite, noise) => {
          await using wire = await openWire(broker.port)
          wire.socket.write(polite ? Buffer.concat([hello, noise]) : noise)
          wire.socket.end()
          await wire.closed
        },
      ),
      { numRuns: 150 },
    )
    await using wire = await logInOn(broker.port)
    wire.send(publish(1, OWN, { fillPercent: 1 }))
    await wire.until(() => wire.acks().length === 1)
  })

  test('a topic with a wildcard or a hundred levels ends its connection, not the broker', async () => {
    await using broker = await brokerForTests()
    for (const topic of ['kvitter/+/x', 'a/'.repeat(200)]) {
      await using wire = await logInOn(broker.port)
      wire.send(publish(1, topic, 'x'))
      await wire.closed
    }
    await using wire = await logInOn(broker.port)
    wire.send(publish(1, OWN, { fillPercent: 1 }))
    await wire.until(() => wire.acks().length === 1)
    expect(broker.stats().closed['protocol-error']).toBe(2)
  })
})

test('a will is never a reading', async () => {
  await using broker = await brokerForTests({ openTopics: ['open/#'] })
  await using listener = await logInOn(broker.port)
  listener.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })
  await listener.until((packets) => packets.some((p) => p.cmd === 'suback'))
  for (const topic of [OWN, 'open/gone']) {
    await using wire = await logInOn(broker.port, {
      will: { topic, payload: Buffer.from('{"fillPercent": 50}'), qos: 1, retain: true },
    })
    wire.socket.destroy()
  }
  await listener.until((packets) => packets.some((p) => p.cmd === 'publish'))
  expect(listener.packets.filter((p) => p.cmd === 'publish').map((p) => p.topic)).toEqual([
    'open/gone',
  ])
  expect(broker.journal.entries).toEqual([])
  expect(broker.stats().messages.ignored).toBe(1)
})

describe('over WebSocket', () => {
  const ws = { host: '127.0.0.1', port: 0 }

  test('a message is kept and acknowledged', async () => {
    await using broker = await brokerForTests({ ...strict, ws })
    const device = await mqtt.connectAsync(`ws://127.0.0.1:${broker.wsPort}/mqtt`, {
      username: PAPER,
      password: TOKEN,
      reconnectPeriod: 0,
    })
    await device.publishAsync(OWN, '{"fillPercent": 50}', { qos: 1 })
    await device.endAsync()
    expect(broker.journal.entries).toMatchObject([{ kind: 'uplink', deviceId: PAPER }])
  })

  test('it can share a port with the pages, under /mqtt', async () => {
    const server = createServer((_, response) => response.end('a page'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    {
      await using broker = await brokerForTests({ ...strict, ws: { server } })
      expect(broker.wsPort).toBe(port)
      const reader = await mqtt.connectAsync(`ws://127.0.0.1:${port}/mqtt`, {
        username: 'display',
        password: TOKEN,
        reconnectPeriod: 0,
      })
      const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
      expect(await page.text()).toBe('a page')
      await reader.endAsync()
    }
    await new Promise((resolve) => server.close(resolve))
  })

  test('who doesn’t offer the subprotocol mqtt is turned away', async () => {
    await using broker = await brokerForTests({ ws })
    const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`)
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve))
    expect(error.message).toBe('Unexpected server response: 400')
  })

  test('a frame over a megabyte ends its connection', async () => {
    await using broker = await brokerForTests({ ws })
    const socket = new WebSocket(`ws://127.0.0.1:${broker.wsPort}/mqtt`, 'mqtt')
    await new Promise((resolve) => socket.once('open', resolve))
    const code = new Promise((resolve) => socket.once('close', resolve))
    socket.send(Buffer.alloc(2_000_000))
    expect(await code).toBe(1009)
  })
})

test('more connections than allowed are shut out, and counted', async () => {
  await using broker = await brokerForTests({ limits: { connections: 1 } })
  await using first = await logInOn(broker.port)
  await using second = await openWire(broker.port)
  await second.closed
  first.send({ cmd: 'pingreq' })
  await first.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
  expect(broker.stats().closed['too-many-connections']).toBe(1)
})

test('on open topics clients talk among themselves, and nothing is kept', async () => {
  await using broker = await brokerForTests({ openTopics: ['#'] })
  const one = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`)
  await one.publishAsync('open/hall', 'hello', { qos: 2, retain: true })
  const heard = new Promise((resolve) =>
    one.once('message', (topic, payload) => resolve([topic, payload.toString()])),
  )
  await one.subscribeAsync('open/+', { qos: 2 })
  expect(await heard).toEqual(['open/hall', 'hello'])
  expect(broker.journal.entries).toEqual([])
  await one.publishAsync(OWN, '{"fillPercent": 50}', { qos: 1 })
  await one.publishAsync(STATUS, 'lies', { qos: 1 })
  await one.endAsync()
  expect(broker.journal.entries.map((e) => e.kind)).toEqual(['uplink', 'rejected'])
})

test('a thousand clients with one message each are all answered', async () => {
  await using broker = await brokerForTests()
  const wires = await Promise.all(
    Array.from({ length: 1000 }, async (_, i) => {
      const wire = await logInOn(broker.port)
      wire.send(publish(1, i % 2 === 0 ? OWN : readingTopic(OTHER), { fillPercent: 1, seq: i }))
      await wire.until(() => wire.acks().length === 1)
      return wire
    }),
  )
  expect(broker.stats()).toMatchObject({ connectedClients: 1000, messages: { kept: 1000 } })
  for (const wire of wires) wire.socket.destroy()
  await until(() => broker.stats().connectedClients === 0, 'all have left')
})

test('the operator sees what came, what became of it and how long it took', async () => {
  const metrics = new Registry()
  await using broker = await brokerForTests({ metrics })
  await using wire = await logInOn(broker.port)
  wire.send(publish(1, OWN, { fillPercent: 1 }), publish(2, OWN, 'x'), publish(3, 'nowhere', 'x'))
  await wire.until(() => wire.acks().length === 3)
  const text = await metrics.metrics()
  for (const line of [
    'kvitter_mqtt_connected_clients 1',
    'kvitter_mqtt_held_messages 0',
    'kvitter_mqtt_messages_total{outcome="kept"} 1',
    'kvitter_mqtt_messages_total{outcome="rejected"} 2',
    'kvitter_mqtt_rejected_total{reason="not-json"} 1',
    'kvitter_mqtt_rejected_total{reason="unknown-topic"} 1',
    'kvitter_mqtt_logins_total{outcome="in"} 1',
    'kvitter_mqtt_closed_total{reason="store-failing"} 0',
    'kvitter_mqtt_offline_dropped_total 0',
    'kvitter_mqtt_ack_seconds_count 3',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
})

test('a port that is taken is said at once', async () => {
  await using broker = await brokerForTests()
  await expect(
    brokerForTests({ mqtt: { host: '127.0.0.1', port: broker.port } }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
