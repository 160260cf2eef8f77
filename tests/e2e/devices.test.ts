/** Sensors managed in the running service, by the command line, as staff would on a Tuesday. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Run, runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'

const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
const RULES = `version: 1
policy: { tz: Europe/Stockholm }
rules:
  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }
`
const OLD = 'dev-001-paper-1'
const PAPER = '1490-001-paper-1'

let folder: string
let town: string
let served: Served
const start = () =>
  startKvitter(
    [
      ...['--town', town, '--data', join(folder, 'data'), '--http', '127.0.0.1:0'],
      ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off'],
    ],
    STAFF,
  )
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-devices-'))
  town = join(folder, 'town')
  await writeTownFolder(town, { stations: 1, fractions: ['paper', 'plastic'], rules: RULES })
  served = await start()
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const device = (...args: readonly string[]): Promise<Run> =>
  runKvitter(['device', ...args, '--url', served.httpUrl, '--by', 'Kim'], STAFF)

async function publish(id: string, token: string, distanceMm: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
    username: id,
    password: token,
  })
  await client.publishAsync(`kvitter/v1/devices/${id}/reading`, JSON.stringify({ distanceMm }), {
    qos: 1,
  })
  await client.endAsync()
}
async function container() {
  const answer = await fetch(`${served.httpUrl}/api/v1/containers/${PAPER}`)
  return ((await answer.json()) as { container: { fillPercent: number | null } }).container
}

test('registered, swapped in, let in, heard, calibrated; and all of it after a restart', async () => {
  expect((await device('register', 'new-1', '--profile', 'nativ')).stderr).toContain(
    'did you mean "native"?',
  )
  expect((await device('register', 'new-1', '--profile', 'native')).stdout).toBe(
    'Done, as change 1.\n',
  )
  expect((await device('register', 'new-1', '--profile', 'native')).stdout).toBe(
    'It is so already.\n',
  )
  const taken = await device('mount', 'new-1', PAPER)
  expect([taken.code, taken.stderr]).toEqual([
    1,
    expect.stringContaining(`${OLD} sits on ${PAPER} then`),
  ])
  expect((await device('swap', OLD, 'new-1')).stdout).toBe('Done, as change 2.\n')

  const given = await device('credential', 'new-1')
  const token = /password +(\S+)/.exec(given.stdout)![1]!
  await publish('new-1', token, 1500)
  const before = (await container()).fillPercent!
  expect(before).toBeGreaterThan(0)

  const empty = await device('calibrate', PAPER, 'empty')
  expect(empty.stdout).toBe('Done, as change 4 (1500 mm).\n')
  await publish('new-1', token, 1500)
  expect((await container()).fillPercent).toBe(0)
  const absurd = await device('calibrate', PAPER, 'full')
  expect([absurd.code, absurd.stderr]).toEqual([1, expect.stringContaining('is it really full?')])

  await served.stop()
  served = await start()
  await publish('new-1', token, 1500)
  expect((await container()).fillPercent).toBe(0)
  const listed = (await device('list')).stdout
  expect(listed).toMatch(/new-1 +native +1490-001-paper-1/)
  expect(listed).toMatch(/dev-001-paper-1 +native +-/)

  const log = (await device('log')).stdout
  expect(
    log
      .split('\n')
      .slice(1, 5)
      .map((line) => line.replace(/\s+/g, ' ')),
  ).toEqual([
    expect.stringMatching(/^4 .* Kim calibrate 1490-001-paper-1 empty 1500/),
    expect.stringMatching(/^3 .* Kim credential-given new-1/),
    expect.stringMatching(/^2 .* Kim swap dev-001-paper-1 new-1/),
    expect.stringMatching(/^1 .* Kim register new-1 native/),
  ])
  expect(log).not.toContain(token)

  expect((await device('revoke', 'new-1')).stdout).toBe('new-1 can no longer log in.\n')
  await expect(publish('new-1', token, 1400)).rejects.toThrow(
    /Bad username or password|Not authorized/i,
  )
})

test('a list is tried, brought in, and brought in again without change', async () => {
  const file = join(folder, 'list.csv')
  await writeFile(
    file,
    'devEUI;model;container\n24E124713D000009;EM310-UDL;\n24E124713D00000A;EM310-UDL;\n',
  )
  const args = ['import', file, '--map', 'EM310-UDL=milesight/em310-udl']
  expect((await device(...args, '--dry-run')).stdout).toContain(
    '24e124713d00000a  milesight/em310-udl',
  )
  expect((await device(...args)).stdout).toBe('2 devices, 2 changes.\n')
  expect((await device(...args)).stdout).toBe('2 devices, 0 changes.\n')
})

test('the exported town has the changes; settled, they are the file’s', async () => {
  const out = join(folder, 'out')
  const exported = await runKvitter(['export', out, '--data', join(folder, 'data')])
  expect(exported.code, exported.stderr).toBe(0)
  expect(await readFile(join(out, 'town.yaml'), 'utf8')).toContain('"new-1"')
  expect((await device('settle')).stdout).toMatch(/^\d+ changes are the file’s from now on\.\n$/)
  expect((await device('settle')).stdout).toBe('0 changes are the file’s from now on.\n')
})

test('who doesn’t sign, or has no token, changes nothing', async () => {
  const url = `${served.httpUrl}/api/v1/devices`
  const send = (headers: Record<string, string>, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const bearer = { authorization: `Bearer ${STAFF.KVITTER_STAFF_TOKEN}` }
  expect((await send({}, { id: 'x', profile: 'native', by: 'Kim' })).status).toBe(401)
  const unsigned = await send(bearer, { id: 'x', profile: 'native' })
  expect([unsigned.status, await unsigned.json()]).toEqual([
    400,
    expect.objectContaining({
      errors: [{ field: 'by', expected: 'who does it, 1 to 80 characters' }],
    }),
  ])
})
