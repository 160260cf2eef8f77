/** The broker over the journal and the database that are shipped: acknowledged is kept, once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as mqtt from 'mqtt'
import { expect, test } from 'vitest'
import type { Engine } from '#src/rules/contract.ts'
import { isoText } from '#src/stations/time.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { castTown, containerId } from '#tests/support/town.ts'
import { NOON, PAPER, brokerForTests, readingTopic } from './broker-for-tests.ts'
import { logInOn, publish } from './wire.ts'

const OWN = readingTopic(PAPER)
const container = containerId('1490-901-paper-1')

/** Judges nothing: this is about what is kept. */
const idleEngine: Engine = {
  apply: () => ({ kind: 'now' }),
  advance: () => undefined,
  nextDue: () => undefined,
  takeEffects: () => ({
    decisions: [],
    posts: [],
    withdrawn: [],
    containers: [],
    state: new Map(),
  }),
  replaceTown: () => undefined,
  status: () => {
    throw new Error('nobody asks')
  },
  plans: () => ({}),
  standing: () => [],
}

async function kept() {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-ingest-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const store = stack.use(await openSqliteStore(join(folder, 'kvitter.sqlite')))
  await store.saveTown(castTown, NOON)
  const faults: unknown[] = []
  const journal = stack.use(
    await openJournal({
      store,
      town: castTown,
      makeEngine: () => idleEngine,
      wordPost: () => ({ sv: '', en: '', fi: '' }),
      deliveriesFor: () => [],
      clock: () => NOON,
      onFault: (what, error) => faults.push([what, error]),
    }),
  )
  const broker = stack.use(await brokerForTests({ journal }))
  const all = stack.move()
  return { store, broker, faults, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

test('what is acknowledged can be read back at once, and what was bad is in quarantine', async () => {
  await using house = await kept()
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${house.broker.port}`)
  const at = NOON - 60_000
  await device.publishAsync(OWN, JSON.stringify({ at, distanceMm: 975 }), { qos: 1 })
  const readings = await house.store.readings(container, NOON, NOON, 10)
  const earlier = await house.store.readings(container, castTown.mountings[0]!.from, NOON, 10)
  await device.publishAsync(OWN, '{"fillPercent": "full"}', { qos: 1 })
  const quarantine = await house.store.quarantine({ limit: 10 })
  await device.endAsync()

  expect(readings).toEqual([])
  expect(earlier).toMatchObject([{ deviceId: PAPER, fillPercent: 50, distanceMm: 975 }])
  expect(isoText(earlier[0]!.measuredAt)).toBe('2026-05-05T11:59:00.000Z')
  expect(quarantine).toMatchObject([
    {
      reason: 'wrong-shape',
      detail: 'fillPercent: expected a number from -2 to 103, got "full"',
      topic: OWN,
      deviceId: PAPER,
      bytes: 23,
    },
  ])
  expect(house.faults).toEqual([])
})

test('sent twice, acknowledged twice, kept once', async () => {
  await using house = await kept()
  await using wire = await logInOn(house.broker.port)
  const message = { fillPercent: 40, seq: 9 }
  wire.send(publish(1, OWN, message), publish(2, OWN, message, { dup: true }))
  await wire.until(() => wire.acks().length === 2)
  expect(wire.acks()).toEqual([1, 2])
  expect(house.broker.stats().messages).toMatchObject({ kept: 1, repeat: 1 })
  expect(await house.store.readingsCount()).toBe(1)
})
