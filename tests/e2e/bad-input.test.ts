/** Bad input of every kind, thrown at the real process: a clear answer, a count, and nothing else lost. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'

const RULES = `version: 1
policy: { tz: Europe/Stockholm }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, for: 30m, cooldown: 6h, priority: 60, post: full }
`
const STAFF = 'staff-token-for-tests'
const DEVICE = 'dev-001-paper-1'
const TOPIC = `kvitter/v1/devices/${DEVICE}/reading`

let folder: string
let served: Served

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-bad-'))
  const town = join(folder, 'town')
  const data = join(folder, 'data')
  await writeTownFolder(town, { stations: 2, fractions: ['paper', 'plastic'], rules: RULES })
  await runKvitter(['import', town, '--data', data])
  await letIn(data, {
    [DEVICE]: 'device',
    'dev-002-paper-1': 'device',
    chirpstack: 'network-server',
  })
  served = await startKvitter(
    [
      ...['--town', town, '--data', data, '--http', '127.0.0.1:0'],
      ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', '127.0.0.1:0'],
    ],
    { KVITTER_STAFF_TOKEN: STAFF },
  )
})

afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function login(username: string, url = `mqtt://127.0.0.1:${served.mqttPort}`): Promise<MqttClient> {
  return connectAsync(url, { username, password: tokenOf(username), reconnectPeriod: 0 })
}

async function quarantine(): Promise<{ reason: string; detail: string; topic: string }[]> {
  const answer = await fetch(`${served.httpUrl}/api/v1/quarantine?limit=100`, {
    headers: { authorization: `Bearer ${STAFF}` },
  })
  expect(answer.status).toBe(200)
  const body = (await answer.json()) as {
    messages: { reason: string; detail: string; topic: string }[]
  }
  return body.messages
}

async function levelOf(container: string): Promise<number | null> {
  const answer = await fetch(`${served.httpUrl}/api/v1/containers/${container}`)
  return ((await answer.json()) as { container: { fillPercent: number | null } }).container
    .fillPercent
}

describe('a message that is no reading is acknowledged, counted, and told with its field', () => {
  const cases: readonly [string, string | Buffer, string, RegExp][] = [
    ['not JSON', 'full!', 'not-json', /JSON/],
    ['empty', '', 'not-json', /JSON/],
    ['half a JSON', '{"fillPercent": 4', 'not-json', /JSON/],
    ['a level in words', '{"fillPercent":"full"}', 'wrong-shape', /fillPercent/],
    ['NaN, which JSON does not know', '{"fillPercent":NaN}', 'not-json', /JSON/],
    ['a number too large for a number', '{"distanceMm":1e999}', 'wrong-shape', /distanceMm/],
    ['a time without an offset', '{"at":"2026-05-05 10:00","fillPercent":5}', 'wrong-shape', /at/],
    ['neither level nor distance', '{"seq":4}', 'wrong-shape', /fillPercent|distanceMm/],
    ['null', 'null', 'wrong-shape', /object/],
    ['an array of nonsense', '[{"fillPercent":5},{"fillPercent":true}]', 'wrong-shape', /\[1\]/],
    ['ten megabytes', Buffer.alloc(10_000_000, 'x'), 'too-large', /bytes|kB/],
  ]
  test.each(cases)('%s', async (_, payload, reason, detail) => {
    const client = await login(DEVICE)
    await client.publishAsync(TOPIC, payload, { qos: 1 })
    await client.endAsync()
    const [newest] = await quarantine()
    expect(newest).toMatchObject({ reason, topic: TOPIC })
    expect(newest!.detail).toMatch(detail)
  })

  test('a device that publishes for another', async () => {
    const client = await login(DEVICE)
    await client.publishAsync('kvitter/v1/devices/dev-002-paper-1/reading', '{"fillPercent":99}', {
      qos: 1,
    })
    await client.endAsync()
    expect((await quarantine())[0]!.topic).toBe('kvitter/v1/devices/dev-002-paper-1/reading')
    expect(await levelOf('1490-002-paper-1')).toBeNull()
  })

  test('a network server that speaks of a device the town does not have', async () => {
    const client = await login('chirpstack')
    const topic = 'application/a/device/00000000000000aa/event/up'
    const body = { deviceInfo: { devEui: '00000000000000aa' }, fPort: 85, data: 'AXVc' }
    await client.publishAsync(topic, JSON.stringify(body), { qos: 1 })
    await client.endAsync()
    expect((await quarantine())[0]).toMatchObject({ reason: 'unknown-device', topic })
  })
})

test('after all that a good reading is kept and shown, and the counts stand in the metrics', async () => {
  const client = await login(DEVICE)
  await client.publishAsync(TOPIC, '{"fillPercent":41}', { qos: 1 })
  await client.endAsync()
  expect(await levelOf('1490-001-paper-1')).toBe(41)
  const metrics = await (await fetch(`${served.httpUrl}/metrics`)).text()
  expect(metrics).toMatch(/not-json"?\}? \d+/)
})

test('a date in 2099 is held to the time of receipt, and the next reading is still believed', async () => {
  const client = await login('dev-002-paper-1')
  const topic = 'kvitter/v1/devices/dev-002-paper-1/reading'
  await client.publishAsync(topic, '{"at":"2099-01-01T00:00:00Z","fillPercent":12}', { qos: 1 })
  expect(await levelOf('1490-002-paper-1')).toBe(12)
  await client.publishAsync(topic, '{"fillPercent":34}', { qos: 1 })
  expect(await levelOf('1490-002-paper-1')).toBe(34)
  await client.endAsync()
})

test('the broker speaks over WebSocket as well', async () => {
  const client = await login(DEVICE, `ws://127.0.0.1:${served.mqttWsPort}`)
  await client.publishAsync(TOPIC, '{"fillPercent":43}', { qos: 1 })
  await client.endAsync()
  expect(await levelOf('1490-001-paper-1')).toBe(43)
})

test('a wrong password is refused at the door', async () => {
  await expect(
    connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
      username: DEVICE,
      password: 'guess',
      reconnectPeriod: 0,
    }),
  ).rejects.toThrow(/not authorized|bad user/i)
})

describe('a town that is wrong does not start, and every fault is told at once', () => {
  test('two faults in town.yaml and a typo in a rule', async () => {
    const town = join(folder, 'wrong')
    await writeTownFolder(town, {
      stations: 1,
      fractions: ['papper', 'plastic'],
      rules: RULES.replace('c.fill <', 'c.fil <'),
    })
    const { code, stderr } = await runKvitter(['serve', '--town', town, '--data', folder])
    expect(code).toBe(2)
    expect(stderr).toMatch(/town\.yaml:\d+ .*fraction.*did you mean "paper"/i)
    expect(stderr).toMatch(/rules\.yaml:\d+ .*when|clear.*fil/)
  })

  test('a folder without its files', async () => {
    const { code, stderr } = await runKvitter(['serve', '--town', join(folder, 'nowhere')])
    expect(code).toBe(2)
    expect(stderr.match(/there is no such file/g)).toHaveLength(2)
  })

  test('no town at all is three lines that say how to make one', async () => {
    const { code, stderr } = await runKvitter(['serve'])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toHaveLength(3)
    expect(stderr).toContain('npm start -- --town')
  })

  test('settings that are wrong, all of them', async () => {
    const { code, stderr } = await runKvitter(['serve', '--http', 'nope', '--log', 'loud'], {
      KVITTER_MQTT: '1:2:3',
      KVITTER_STAFF_TOKEN: 'short',
    })
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      '--http: expected HOST:PORT such as 127.0.0.1:8080, got "nope"',
      'KVITTER_MQTT: expected HOST:PORT such as 127.0.0.1:8080, got "1:2:3"',
      '--log: expected one of fatal, error, warn, info, debug, silent, got "loud"',
      'KVITTER_STAFF_TOKEN: expected 16 characters or more',
    ])
  })

  test('a secret that X needs and nobody set', async () => {
    const town = join(folder, 'with-x')
    await writeTownFolder(town, {
      stations: 1,
      fractions: ['paper'],
      rules: RULES,
      channels:
        '  x: { account: a, language: sv, appKeyEnv: NO_SUCH_KEY, appSecretEnv: NO_SUCH_SECRET, accessTokenEnv: NO_SUCH_TOKEN, accessSecretEnv: NO_SUCH_TOKEN_SECRET }',
    })
    const { code, stderr } = await runKvitter(['serve', '--town', town])
    expect(code).toBe(2)
    expect(stderr.match(/is not set/g)).toHaveLength(4)
  })

  test('the town’s own actors where no other server can reach them', async () => {
    const town = join(folder, 'with-activitypub')
    await writeTownFolder(town, {
      stations: 1,
      fractions: ['paper'],
      rules: RULES,
      channels: '  activitypub: { account: avs, language: sv }',
    })
    const { code, stderr } = await runKvitter(['serve', '--town', town])
    expect(code).toBe(2)
    expect(stderr).toContain('channels.activitypub: other servers must reach us')
  })

  test('a database file that is none', async () => {
    const data = join(folder, 'not-a-database')
    const town = join(folder, 'town')
    await runKvitter(['import', town, '--data', data])
    await writeFile(join(data, 'kvitter.sqlite'), 'this is a letter to my mother, not a database')
    const { code, stderr } = await runKvitter(['serve', '--town', town, '--data', data])
    expect(code).toBe(1)
    expect(stderr).toContain("can't be opened")
  })
})
