/** A wrong profile costs no readings: what was refused waits, and is brought in after the fix. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { type Run, runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { until } from '#tests/support/until.ts'

const EUI = '24e124713d000001'
const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
const TOWN = `version: 1
municipality: '1490'
name: Provstad
containerTypes:
  box: { volumeLitres: 3000, emptyDistanceMm: 2200, fullDistanceMm: 300, deadZoneMm: 250 }
networkServers:
  - { id: chirpstack, kind: chirpstack-v4, topic: 'application/+/device/+/event/up' }
stations:
  - id: '901'
    name: Ekudden
    lat: 57.72
    lon: 12.94
    containers:
      - { id: paper-1, fraction: paper, type: box, device: { id: ${EUI}, profile: dingtek/df702 } }
`

let folder: string
let town: string
let served: Served
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-quarantine-'))
  town = join(folder, 'town')
  const data = join(folder, 'data')
  await mkdir(town)
  await writeFile(join(town, 'town.yaml'), TOWN)
  await writeFile(
    join(town, 'rules.yaml'),
    'version: 1\npolicy: { tz: Europe/Stockholm }\nrules:\n  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }\n',
  )
  await runKvitter(['import', town, '--data', data])
  await letIn(data, { chirpstack: 'network-server' })
  served = await startKvitter(
    [
      ...['--town', town, '--data', data, '--http', '127.0.0.1:0'],
      ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off'],
    ],
    STAFF,
  )
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const quarantine = (...args: readonly string[]): Promise<Run> =>
  runKvitter(['quarantine', ...args, '--url', served.httpUrl], STAFF)
const levels = async (): Promise<number[]> => {
  const url = `${served.httpUrl}/api/v1/containers/1490-901-paper-1/readings`
  const { readings } = (await (await fetch(url)).json()) as { readings: { distanceMm: number }[] }
  return readings.map((r) => r.distanceMm)
}

test('readings refused for a wrong profile are all there after the fix, each once', async () => {
  const server = await connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
    username: 'chirpstack',
    password: tokenOf('chirpstack'),
  })
  const sent = Array.from({ length: 20 }, (_, n) => 2000 - 50 * n)
  for (const [n, mm] of sent.entries()) {
    const data = Buffer.from([0x03, 0x82, mm & 0xff, mm >> 8]).toString('base64')
    const time = new Date(Date.now() - (20 - n) * 3_600_000).toISOString()
    const body = { deviceInfo: { devEui: EUI }, fCnt: n, fPort: 85, data, time }
    await server.publishAsync(`application/1/device/${EUI}/event/up`, JSON.stringify(body), {
      qos: 1,
    })
  }
  await server.endAsync()
  expect(await levels()).toEqual([])
  const listed = await quarantine('list', '--reason', 'undecodable', '--device', EUI)
  expect(listed.stdout).toContain('Refused so far: undecodable 20.')
  expect(listed.stdout.split('\n').filter((line) => line.includes(EUI))).toHaveLength(20)

  const before = await quarantine('replay', '--device', EUI)
  expect([before.code, before.stdout]).toEqual([
    0,
    '20 tried\n0 taken in\n20 refused again: undecodable\n',
  ])

  const fixed = (await readFile(join(town, 'town.yaml'), 'utf8')).replace(
    'dingtek/df702',
    'milesight/em310-udl',
  )
  await writeFile(join(town, 'town.yaml'), fixed)
  served.child.kill('SIGHUP')
  await until(
    () => served.log().includes('the town folder was read anew'),
    20_000,
    () => served.log(),
  )
  const dry = await quarantine('replay', '--device', EUI, '--dry-run')
  expect(dry.stdout).toContain('20 would be taken in')
  expect(await levels()).toEqual([])

  const replayed = await quarantine('replay', '--device', EUI)
  expect(replayed.stdout).toBe('20 tried\n20 taken in\n')
  expect(await levels()).toEqual(sent)
  expect((await quarantine('replay', '--device', EUI)).stdout).toBe('0 tried\n0 taken in\n')
  expect(await levels()).toEqual(sent)
})

test('what somebody may not say can’t be brought in later either', async () => {
  const server = await connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
    username: 'chirpstack',
    password: tokenOf('chirpstack'),
  })
  const topic = `kvitter/v1/devices/${EUI}/reading`
  await server.publishAsync(topic, '{"fillPercent": 99}', { qos: 1 })
  await server.endAsync()
  const listed = await quarantine('list', '--topic', 'kvitter/v1')
  expect(listed.stdout).toContain('not kept whole')
  expect((await quarantine('replay', '--topic', 'kvitter/v1')).stdout).toBe('0 tried\n0 taken in\n')
})

test('without the staff token, or without a service, the command says what is missing', async () => {
  const tokenless = await runKvitter(['quarantine', 'list', '--url', served.httpUrl])
  expect([tokenless.code, tokenless.stderr]).toEqual([
    1,
    expect.stringContaining('KVITTER_STAFF_TOKEN is not set'),
  ])
  const away = await runKvitter(['quarantine', 'list', '--url', 'http://127.0.0.1:1'], STAFF)
  expect([away.code, away.stderr]).toEqual([1, expect.stringContaining('No answer from')])
  const unknown = await quarantine('list', '--reason', 'bad-luck')
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('reason: expected one of'),
  ])
})
