/** Against the real Mosquitto; the journal in memory can hold its commits back. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { generate, type IPublishPacket, parser, type Packet } from 'mqtt-packet'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startSubscriber } from '#src/ingest/subscriber.ts'
import type { SubscriberOptions } from '#src/ingest/subscriber.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { type Mosquitto, mosquittoPath, startMosquitto } from '#tests/support/mosquitto.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'
import { castTown } from '#tests/support/town.ts'
import { until } from '#tests/support/until.ts'
import { brokerForTests, NOON, PAPER, readingTopic } from './broker-for-tests.ts'
import { heldJournal } from './held-journal.ts'

const OWN = readingTopic(PAPER)
const good = (n: number) => JSON.stringify({ fillPercent: n % 100, seq: n })
const town = indexTown(castTown)

/** A subscriber whose words can be read. */
async function subscribed(url: string, { broker, ...rest }: Partial<SubscriberOptions> = {}) {
  const journal = heldJournal()
  const lines: string[] = []
  const subscriber = await startSubscriber({
    journal,
    town: () => town,
    clock: () => NOON,
    broker: { url, clientId: 'kvitter', ...broker },
    log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
    ...rest,
    limits: { retryMs: [20, 100], ...rest.limits },
  })
  return Object.assign(subscriber, { journal, lines })
}

/** What a client sent over one connection of the proxy. */
function packetsOf(chunks: readonly Buffer[]): Packet[] {
  const packets: Packet[] = []
  const reading = parser({ protocolVersion: 5 })
  reading.on('packet', (packet) => packets.push(packet))
  for (const chunk of chunks) reading.parse(chunk)
  return packets
}
const pubacksOf = (chunks: readonly Buffer[]) =>
  packetsOf(chunks).flatMap((p) => (p.cmd === 'puback' ? [p.messageId] : []))

describe.skipIf(mosquittoPath === undefined)('from an outside broker', { timeout: 30_000 }, () => {
  let mosquitto: Mosquitto
  let device: MqttClient

  beforeEach(async () => {
    mosquitto = await startMosquitto()
    device = await connectAsync(mosquitto.url, { reconnectPeriod: 50 })
  })
  afterEach(async () => {
    device.end(true)
    await mosquitto[Symbol.asyncDispose]()
  })
  const publish = (topic: string, payload: string) =>
    device.publishAsync(topic, payload, { qos: 1 })

  test('a message is acknowledged after its commit, in the order of arrival', async () => {
    await using proxy = await startTcpProxy(mosquitto.port)
    await using subscriber = await subscribed(`mqtt://127.0.0.1:${proxy.port}`)
    subscriber.journal.hold()
    for (let n = 1; n <= 3; n++) await publish(OWN, good(n))
    await until(() => subscriber.journal.waiting === 3, 5000)
    // A whole exchange later on the same connection: what was about to be sent has been.
    await publish('kvitter/v1/devices/stranger/reading', good(4))
    await until(() => subscriber.journal.waiting === 4, 5000)
    expect(pubacksOf(proxy.sent[0]!)).toEqual([])

    subscriber.journal.release()
    await until(() => pubacksOf(proxy.sent[0]!).length === 4, 5000)
    expect(pubacksOf(proxy.sent[0]!)).toEqual([1, 2, 3, 4])
    expect(subscriber.stats()).toMatchObject({
      heldMessages: 0,
      lateAcks: 0,
      messages: { kept: 3, rejected: 1 },
      rejected: { 'unknown-device': 1 },
    })
  })

  test('an acknowledgement whose connection is gone is dropped: its id means another message by now', async () => {
    await using proxy = await startTcpProxy(mosquitto.port)
    await using subscriber = await subscribed(`mqtt://127.0.0.1:${proxy.port}`)
    subscriber.journal.hold()
    await publish(OWN, good(1))
    await until(() => subscriber.journal.waiting === 1, 5000)
    proxy.cut()
    await until(() => subscriber.journal.waiting === 2, 5000)
    const [first, again] = subscriber.journal.entries
    expect(first).toMatchObject({ kind: 'uplink', counter: 1 })
    expect(again).toMatchObject({ kind: 'uplink', counter: 1, tellsRepeats: true })

    subscriber.journal.release(1)
    await publish(OWN, good(2))
    await until(() => subscriber.journal.waiting === 2, 5000)
    expect(subscriber.stats()).toMatchObject({ lateAcks: 1, heldMessages: 2 })
    expect(proxy.sent.map(pubacksOf)).toEqual([[], []])

    subscriber.journal.release()
    await until(() => pubacksOf(proxy.sent[1]!).length === 2, 5000)
    expect(subscriber.stats()).toMatchObject({ lateAcks: 1, heldMessages: 0 })
  })

  test('what comes while the network is cut comes when it is back', async () => {
    await using proxy = await startTcpProxy(mosquitto.port)
    await using subscriber = await subscribed(`mqtt://127.0.0.1:${proxy.port}`)
    proxy.refuse(true)
    proxy.cut()
    await until(() => subscriber.trouble() !== undefined, 5000)
    for (let n = 1; n <= 200; n++) await publish(OWN, good(n))
    expect(subscriber.journal.entries).toHaveLength(0)
    proxy.refuse(false)
    await until(() => subscriber.stats().messages.kept === 200, 5000)
    expect(countersOf(subscriber.journal)).toEqual(range(200))
    // The broker sends what it held before it answers the subscription.
    await until(() => subscriber.trouble() === undefined, 5000)
  })

  test('a broker that swallows everything is given up and tried again', async () => {
    await using proxy = await startTcpProxy(mosquitto.port)
    proxy.swallow(true)
    await using subscriber = await subscribed(`mqtt://127.0.0.1:${proxy.port}`, {
      limits: { patienceMs: 200 },
    })
    expect(subscriber.trouble()).toBe('Not connected to the outside broker: no answer in 0.2 s.')
    proxy.swallow(false)
    await until(() => subscriber.trouble() === undefined, 5000)
  })

  test('the broker is restarted: what it held unacknowledged comes again, what was acknowledged does not', async () => {
    await using subscriber = await subscribed(mosquitto.url)
    await publish(OWN, good(1))
    await until(() => subscriber.stats().messages.kept === 1, 5000)
    subscriber.journal.hold()
    for (let n = 2; n <= 50; n++) await publish(OWN, good(n))
    await until(() => subscriber.journal.waiting === 49, 5000)
    await mosquitto.stop()
    await until(() => subscriber.trouble() !== undefined, 5000)
    subscriber.journal.release()
    await mosquitto.start()
    await until(() => subscriber.stats().messages.kept === 99, 5000)
    expect(subscriber.stats()).toMatchObject({ lateAcks: 49 })
    expect(countersOf(subscriber.journal)).toEqual([
      1,
      ...range(50).slice(1),
      ...range(50).slice(1),
    ])
    expect(subscriber.lines.join('')).not.toContain('had forgotten us')
  })

  test('above the high-water mark nothing more is taken until half is kept', async () => {
    await using subscriber = await subscribed(mosquitto.url, { limits: { heldMessages: 10 } })
    subscriber.journal.hold()
    // QoS 0 is not bound by the Receive Maximum, so only the mark can stop it.
    for (let n = 1; n <= 40; n++) await device.publishAsync(OWN, good(n))
    await until(() => subscriber.journal.waiting === 10, 5000)
    await publish('elsewhere', 'all of it has reached the broker')
    expect(subscriber.stats().heldMessages).toBe(10)
    subscriber.journal.release(4)
    expect(subscriber.journal.waiting).toBe(6)
    subscriber.journal.release()
    await until(() => subscriber.stats().messages.kept === 40, 5000)
  })

  test('commits that take too long end the connection, unacknowledged, and all of it comes again', async () => {
    await using subscriber = await subscribed(mosquitto.url, {
      limits: { heldMessages: 10, holdPatienceMs: 100 },
    })
    subscriber.journal.hold()
    for (let n = 1; n <= 30; n++) await publish(OWN, good(n))
    await until(() => subscriber.trouble() !== undefined, 5000)
    expect(subscriber.lines.join('')).toContain('messages are not kept fast enough')
    subscriber.journal.release()
    await until(
      () => subscriber.stats().heldMessages === 0 && subscriber.trouble() === undefined,
      5000,
    )
    await until(() => new Set(countersOf(subscriber.journal)).size === 30, 5000)
    expect(subscriber.stats().lateAcks).toBe(10)
  })

  test('closing waits for what is under way to be kept and acknowledged', async () => {
    await using proxy = await startTcpProxy(mosquitto.port)
    const subscriber = await subscribed(`mqtt://127.0.0.1:${proxy.port}`)
    subscriber.journal.hold()
    await publish(OWN, good(1))
    await until(() => subscriber.journal.waiting === 1, 5000)
    const closing = subscriber[Symbol.asyncDispose]()
    subscriber.journal.release()
    await closing
    await until(() => packetsOf(proxy.sent[0]!).some((p) => p.cmd === 'disconnect'), 5000)
    expect(packetsOf(proxy.sent[0]!).map((p) => p.cmd)).toEqual([
      'connect',
      'subscribe',
      'puback',
      'disconnect',
    ])
  })

  test('two copies split the messages, and one alone gets what the other would have had', async () => {
    await using one = await subscribed(mosquitto.url, {
      broker: { url: mosquitto.url, clientId: 'one' },
    })
    const two = await subscribed(mosquitto.url, { broker: { url: mosquitto.url, clientId: 'two' } })
    for (let n = 1; n <= 100; n++) await publish(OWN, good(n))
    await until(() => one.stats().messages.kept + two.stats().messages.kept === 100, 5000)
    expect(one.stats().messages.kept).toBe(50)
    expect([...countersOf(one.journal), ...countersOf(two.journal)].sort(byNumber)).toEqual(
      range(100),
    )
    await two[Symbol.asyncDispose]()
  })

  test('copies that throw each other out by one name are told so', async () => {
    await using first = await subscribed(mosquitto.url)
    await using second = await subscribed(mosquitto.url)
    const said = () => first.lines.concat(second.lines).join('')
    await until(() => said().includes('another client seems to use the name kvitter'), 5000, said)
  })

  test('network servers that come and go with the town are followed', async () => {
    const withServer = indexTown({
      ...castTown,
      networkServers: [
        { id: 'chirp', kind: 'chirpstack-v4', topic: 'application/7/device/+/event/up' },
      ],
    })
    const topic = 'application/7/device/0101010101010101/event/up'
    let now = town
    await using subscriber = await subscribed(mosquitto.url, { town: () => now })
    now = withServer
    await subscriber.follow()
    await until(() => subscriber.trouble() === undefined, 5000)
    await publish(topic, 'not json')
    await until(() => subscriber.stats().messages.rejected === 1, 5000)

    now = town
    await subscriber.follow()
    await publish(topic, 'not json')
    await publish(OWN, good(1))
    await until(() => subscriber.stats().messages.kept === 1, 5000)
    expect(subscriber.stats().messages.rejected).toBe(1)
  })

  test('metrics tell what came and whether the broker is there', async () => {
    const metrics = new Registry()
    await using subscriber = await subscribed(mosquitto.url, { metrics })
    await publish(OWN, good(1))
    await publish(OWN, 'not json')
    await until(
      () => subscriber.stats().heldMessages === 0 && subscriber.stats().messages.rejected === 1,
      5000,
    )
    const text = (await metrics.metrics()).split('\n')
    for (const line of [
      'kvitter_outside_connected 1',
      'kvitter_outside_held_messages 0',
      'kvitter_outside_messages_total{outcome="kept"} 1',
      'kvitter_outside_messages_total{outcome="rejected"} 1',
      'kvitter_outside_rejected_total{reason="not-json"} 1',
      'kvitter_outside_connections_total 1',
      'kvitter_outside_failures_total 0',
      'kvitter_outside_late_acks_total 0',
      'kvitter_outside_ack_seconds_count 2',
    ]) {
      expect(text).toContain(line)
    }
  })
})

describe.skipIf(mosquittoPath === undefined)('a broker that guards its doors', () => {
  test('lets nobody in without a name, and Kvitter says so', async () => {
    await using mosquitto = await startMosquitto({
      lines: ['allow_anonymous false', 'password_file FOLDER/passwords'],
      files: { passwords: '' },
    })
    await using subscriber = await subscribed(mosquitto.url)
    expect(subscriber.trouble()).toBe(
      'Not connected to the outside broker: Connection refused: Not authorized.',
    )
    expect(subscriber.lines.join('')).toContain('the outside broker does not let Kvitter in')
  })

  test('a TLS broker is trusted by the certificate it was given, and not without', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kvitter-tls-'))
    try {
      const key = join(folder, 'key.pem')
      const cert = join(folder, 'cert.pem')
      execFileSync(
        'openssl',
        [
          ...[
            'req',
            '-x509',
            '-newkey',
            'ec',
            '-pkeyopt',
            'ec_paramgen_curve:prime256v1',
            '-nodes',
          ],
          ...['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost'],
          ...['-addext', 'subjectAltName=DNS:localhost'],
        ],
        { stdio: 'ignore' },
      )
      const ca = await readFile(cert, 'utf8')
      await using mosquitto = await startMosquitto({
        lines: ['certfile FOLDER/cert.pem', 'keyfile FOLDER/key.pem'],
        files: { 'cert.pem': ca, 'key.pem': await readFile(key, 'utf8') },
      })
      const url = `mqtts://localhost:${mosquitto.port}`
      await using stranger = await subscribed(url)
      expect(stranger.trouble()).toContain('self-signed certificate')
      await using trusting = await subscribed(url, { broker: { url, clientId: 'trusting', ca } })
      expect(trusting.trouble()).toBeUndefined()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

test('a broker that speaks MQTT 3.1.1 only is named as such', async () => {
  await using embedded = await brokerForTests()
  await using subscriber = await subscribed(`mqtt://127.0.0.1:${embedded.port}`)
  expect(subscriber.trouble()).toContain('MQTT 5, which Kvitter needs')
})

test.each<[string, Partial<IPublishPacket>]>([
  ['with a topic that stands in an earlier one', { topic: '', properties: { topicAlias: 1 } }],
  ['of QoS 2, which nobody asked for', { qos: 2 }],
])('a message %s ends the connection and is not acknowledged', async (_, more) => {
  const message = { topic: OWN, payload: good(1), qos: 1, messageId: 7, dup: false, retain: false }
  await using broker = await startBrokenBroker({ ...message, ...more, cmd: 'publish' } as Packet)
  await using subscriber = await subscribed(`mqtt://127.0.0.1:${broker.port}`)
  await until(() => subscriber.stats().failed > 0, 5000)
  expect(subscriber.journal.entries).toEqual([])
  const ours = new Set(['puback', 'pubrec', 'pubcomp'])
  expect(broker.heard().filter(({ cmd }) => ours.has(cmd))).toEqual([])
})

test('a broker that is not there is waited for', async () => {
  const nobody = createServer().listen(0, '127.0.0.1')
  await once(nobody, 'listening')
  const { port } = nobody.address() as { port: number }
  nobody.close()
  await using subscriber = await subscribed(`mqtt://127.0.0.1:${port}`)
  expect(subscriber.trouble()).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`)
})

/** Lets everybody in and sends one message. */
async function startBrokenBroker(message: Packet) {
  const chunks: Buffer[] = []
  const say = (...packets: Packet[]) =>
    Buffer.concat(packets.map((p) => generate(p, { protocolVersion: 5 })))
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => chunks.push(chunk as Buffer))
    socket.write(say({ cmd: 'connack', sessionPresent: false, reasonCode: 0 }, message))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    heard: () => packetsOf(chunks),
    [Symbol.asyncDispose]: async () => void server.close(),
  }
}

function countersOf(journal: ReturnType<typeof heldJournal>): number[] {
  return journal.entries.flatMap((e) =>
    e.kind === 'uplink' && e.counter !== undefined ? [e.counter] : [],
  )
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1)
}

function byNumber(a: number, b: number): number {
  return a - b
}
