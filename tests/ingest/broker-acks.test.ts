import { describe, expect, test } from 'vitest'
import { NOON, PAPER, brokerForTests, readingTopic } from './broker-for-tests.ts'
import { logInOn, publish, until } from './wire.ts'

const OWN = readingTopic(PAPER)
const good = (n: number) => ({ fillPercent: n % 100, seq: n })

/** A whole exchange on a connection of its own: whatever was about to be sent before has been. */
async function meanwhile(port: number) {
  await using other = await logInOn(port)
  other.send({ cmd: 'pingreq' })
  await other.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
}

test('PUBACK does not leave before the commit', async () => {
  await using broker = await brokerForTests()
  await using wire = await logInOn(broker.port)
  broker.journal.hold()
  wire.send(publish(7, OWN, good(1)))
  await until(() => broker.journal.waiting === 1, 'the message is with the journal')
  await meanwhile(broker.port)
  expect(wire.packets.map((p) => p.cmd)).toEqual(['connack'])
  expect(broker.stats().heldMessages).toBe(1)

  broker.journal.release()
  await wire.until(() => wire.acks().length === 1)
  expect(wire.acks()).toEqual([7])
  expect(broker.stats()).toMatchObject({ heldMessages: 0, messages: { kept: 1 } })
})

describe('acknowledgements leave in the order of the messages [MQTT-4.6.0-2]', () => {
  const mixed = [
    publish(11, OWN, good(1)),
    publish(12, OWN, 'not json'),
    publish(13, 'application/1/device/0101010101010101/event/join', {}),
    publish(14, 'no/such/topic', 'x'),
    publish(15, 'open/topic', 'x'),
    publish(16, OWN, good(2)),
    publish(17, readingTopic('stranger'), good(3)),
    publish(18, 'open/topic', 'x'),
  ]
  const ids = [11, 12, 13, 14, 15, 16, 17, 18]

  test('with bad ones between, ones to ignore and ones to pass on', async () => {
    await using broker = await brokerForTests({ openTopics: ['open/#'] })
    await using wire = await logInOn(broker.port)
    wire.send(...mixed)
    await wire.until(() => wire.acks().length === ids.length)
    expect(wire.acks()).toEqual(ids)
    expect(broker.stats()).toMatchObject({
      messages: { kept: 2, rejected: 3, ignored: 1, passed: 2 },
      rejected: { 'not-json': 1, 'unknown-topic': 1, 'unknown-device': 1 },
    })
  })

  test('also when commits come one at a time: nothing overtakes', async () => {
    await using broker = await brokerForTests({ openTopics: ['open/#'] })
    await using wire = await logInOn(broker.port)
    broker.journal.hold()
    wire.send(...mixed)
    await until(() => broker.journal.waiting === 5, 'five messages need a commit')
    await meanwhile(broker.port)
    expect(wire.acks()).toEqual([])
    const seen: number[] = []
    for (const upTo of [11, 13, 15, 16, 18]) {
      broker.journal.release(1)
      await wire.until(() => wire.acks().includes(upTo))
      await meanwhile(broker.port)
      seen.push(wire.acks().length)
    }
    expect(seen).toEqual([1, 3, 5, 6, 8])
    expect(wire.acks()).toEqual(ids)
  })

  test('for a thousand messages in one breath', async () => {
    await using broker = await brokerForTests()
    await using wire = await logInOn(broker.port)
    const many = Array.from({ length: 1000 }, (_, i) =>
      publish(i + 1, OWN, i % 3 === 0 ? 'bad' : good(i)),
    )
    wire.send(...many)
    await wire.until(() => wire.acks().length === 1000)
    expect(wire.acks()).toEqual(many.map((p) => p.messageId))
  })
})

describe('QoS 2', () => {
  test('PUBREC waits for the commit, PUBCOMP for PUBREL, and the message is kept once', async () => {
    await using broker = await brokerForTests()
    await using wire = await logInOn(broker.port)
    broker.journal.hold()
    wire.send(publish(5, OWN, good(1), { qos: 2 }))
    await until(() => broker.journal.waiting === 1, 'the message is with the journal')
    await meanwhile(broker.port)
    expect(wire.packets.map((p) => p.cmd)).toEqual(['connack'])

    broker.journal.release()
    await wire.until((packets) => packets.some((p) => p.cmd === 'pubrec'))
    wire.send({ cmd: 'pubrel', messageId: 5 })
    await wire.until((packets) => packets.some((p) => p.cmd === 'pubcomp'))
    expect(wire.packets.map((p) => [p.cmd, p.messageId])).toEqual([
      ['connack', undefined],
      ['pubrec', 5],
      ['pubcomp', 5],
    ])
    expect(broker.journal.entries.length).toBe(1)
  })

  test('sent again as a duplicate it is answered again, and the journal can tell', async () => {
    await using broker = await brokerForTests()
    await using wire = await logInOn(broker.port)
    const plain = { fillPercent: 40 }
    wire.send(publish(5, OWN, plain, { qos: 2 }))
    wire.send(publish(5, OWN, plain, { qos: 2, dup: true }))
    await wire.until((packets) => packets.filter((p) => p.cmd === 'pubrec').length === 2)
    const [first, again] = broker.journal.entries
    expect([first, again]).toMatchObject([
      { kind: 'uplink', tellsRepeats: false },
      { kind: 'uplink', tellsRepeats: true },
    ])
    expect((again as { fingerprint: number }).fingerprint).toBe(
      (first as { fingerprint: number }).fingerprint,
    )
  })
})

test('QoS 0 is kept as well, only nobody is told', async () => {
  await using broker = await brokerForTests()
  await using wire = await logInOn(broker.port)
  wire.send(publish(0, OWN, good(1), { qos: 0 }), { cmd: 'pingreq' })
  await wire.until((packets) => packets.some((p) => p.cmd === 'pingresp'))
  await until(() => broker.stats().messages.kept === 1, 'the message is kept')
  expect(wire.packets.map((p) => p.cmd)).toEqual(['connack', 'pingresp'])
})

describe('while the store fails', () => {
  test('connections end without acknowledgement, nobody is let in, and then all is well again', async () => {
    await using broker = await brokerForTests({ limits: { storePatienceMs: 60 } })
    await using wire = await logInOn(broker.port)
    await using idle = await logInOn(broker.port)
    broker.journal.fail(NOON)
    wire.send(publish(1, OWN, good(1)))
    await wire.closed
    await idle.closed
    expect(wire.acks()).toEqual([])
    expect(broker.stats().closed['store-failing']).toBe(2)

    await using turnedAway = await logInOn(broker.port)
    expect(turnedAway.connack.returnCode).toBe(3)
    await turnedAway.closed

    broker.journal.fail(undefined)
    await until(() => broker.journal.waiting === 0, 'what waited is kept after all')
    await until(() => broker.stats().messages.kept === 1, 'and counted')
    for (;;) {
      await using back = await logInOn(broker.port)
      if (back.connack.returnCode !== 0) continue
      back.send(publish(1, OWN, good(1), { dup: true }))
      await back.until(() => back.acks().length === 1)
      break
    }
  })

  test('a short fault is waited out', async () => {
    await using broker = await brokerForTests({ limits: { storePatienceMs: 60_000 } })
    await using wire = await logInOn(broker.port)
    broker.journal.fail(NOON)
    wire.send(publish(1, OWN, good(1)))
    await until(() => broker.journal.waiting === 1, 'the message waits')
    broker.journal.fail(undefined)
    await wire.until(() => wire.acks().length === 1)
  })

  test('a journal that takes nothing ends the connection, so that the sender keeps the message', async () => {
    await using broker = await brokerForTests()
    await using wire = await logInOn(broker.port)
    broker.journal.refuse()
    wire.send(publish(1, OWN, good(1)))
    await wire.closed
    expect(wire.acks()).toEqual([])
    expect(broker.stats().closed['append-failed']).toBe(1)
  })
})

describe('a sender faster than the store', () => {
  test('is not read beyond its limit, even when it trickles, and nothing is lost', async () => {
    await using broker = await brokerForTests({ limits: { heldPerClient: 20 } })
    await using wire = await logInOn(broker.port)
    broker.journal.hold()
    for (let i = 1; i <= 300; i++) {
      wire.send(publish(i, OWN, good(i)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await meanwhile(broker.port)
    const held = broker.stats().heldMessages
    expect(held).toBeGreaterThanOrEqual(20)
    expect(held).toBeLessThan(150)
    broker.journal.release()
    await wire.until(() => wire.acks().length === 300)
    expect(wire.acks()).toEqual(Array.from({ length: 300 }, (_, i) => i + 1))
  })

  test('holds up nobody for longer than all have too much together', async () => {
    await using broker = await brokerForTests({ limits: { heldInTotal: 5 } })
    await using greedy = await logInOn(broker.port)
    await using modest = await logInOn(broker.port)
    broker.journal.hold()
    greedy.send(...Array.from({ length: 10 }, (_, i) => publish(i + 1, OWN, good(i))))
    await until(() => broker.journal.waiting >= 5, 'the journal is busy')
    modest.send(publish(1, readingTopic('dev-902-paper-1'), good(1)))
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
    const waited = broker.journal.waiting
    broker.journal.release()
    await modest.until(() => modest.acks().length === 1)
    await greedy.until(() => greedy.acks().length === 10)
    expect(waited).toBe(10)
  })
})

test('closing waits for what is under way to be kept and acknowledged', async () => {
  const broker = await brokerForTests()
  await using wire = await logInOn(broker.port)
  broker.journal.hold()
  wire.send(publish(1, OWN, good(1)))
  await until(() => broker.journal.waiting === 1, 'the message is with the journal')
  const closing = broker[Symbol.asyncDispose]()
  broker.journal.release()
  await closing
  await wire.closed
  expect(wire.acks()).toEqual([1])
})
