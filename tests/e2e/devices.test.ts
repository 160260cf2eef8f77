/** Sensors managed in the running service, by the command line, as staff would on a Tuesday. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CommandResult } from '#src/commands/codec.ts'
import { deviceCommand } from '#src/commands/device.ts'
import { runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'
import { until } from '#tests/support/until.ts'

const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }
const RULES = `version: 1
policy: { tz: Europe/Stockholm }
rules:
  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }
`
const OLD = 'dev-001-paper-1'
const PAPER = '1490-001-paper-1'
const PLASTIC = '1490-001-plastic-1'
const METAL = '1490-001-metal-1'

let folder: string
let town: string
let data: string
let served: Served
const start = () =>
  startKvitter(
    [
      ...['--town', town, '--data', data, '--http', '127.0.0.1:0'],
      ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off'],
    ],
    STAFF,
  )
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-devices-'))
  town = join(folder, 'town')
  data = join(folder, 'data')
  await writeTownFolder(town, {
    stations: 1,
    fractions: ['paper', 'plastic', 'metal'],
    rules: RULES,
  })
  served = await start()
}, 60_000)
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** The command itself, in this process: it talks to the service over HTTP all the same. */
const device = (...args: readonly string[]): Promise<CommandResult> =>
  deviceCommand([...args, '--url', served.httpUrl, '--by', 'Kim'], STAFF)
async function done(...args: readonly string[]): Promise<string> {
  const { code, text } = await device(...args)
  if (code !== 0) throw new Error(text)
  return text
}
async function refused(...args: readonly string[]): Promise<string> {
  const { code, text } = await device(...args)
  if (code !== 1) throw new Error(`ended with ${code}: ${text}`)
  return text
}

async function publish(id: string, token: string, distanceMm: number): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
    username: id,
    password: token,
    reconnectPeriod: 0,
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
async function reload(): Promise<void> {
  const before = served.log().split('read anew').length
  served.child.kill('SIGHUP')
  await until(
    () => served.log().split('read anew').length > before,
    20_000,
    () => served.log(),
  )
}

test('registered, swapped in, let in, heard, calibrated; after SIGHUP and a restart as well', async () => {
  expect(await refused('register', 'new-1', '--profile', 'nativ')).toContain(
    'did you mean "native"?',
  )
  expect(await done('register', 'new-1', '--profile', 'native')).toBe('Done, as change 1.')
  expect(await done('register', 'new-1', '--profile', 'native')).toBe('It is so already.')
  expect(await refused('mount', 'new-1', PAPER)).toContain(`${OLD} sits on ${PAPER} then`)
  expect(await done('swap', OLD, 'new-1')).toBe('Done, as change 2.')
  expect(await refused('calibrate', PAPER, 'empty')).toContain('new-1 has measured nothing of late')

  const token = /password +(\S+)/.exec(await done('credential', 'new-1'))![1]!
  await publish('new-1', token, 400)
  await publish('new-1', token, 1500)
  expect((await container()).fillPercent).toBeGreaterThan(0)

  expect(await done('calibrate', PAPER, 'empty')).toBe(
    'Done, as change 4: 1500 mm, one reading. What was measured before keeps its level.',
  )
  await publish('new-1', token, 1501)
  expect((await container()).fillPercent).toBe(0)
  expect(await refused('calibrate', PAPER, 'full')).toContain('is it really full?')

  await reload()
  // A tenth of the way from 1500 to 300 mm; by the file alone it would be a fifth, from 1650.
  await publish('new-1', token, 1380)
  await until(
    async () => (await container()).fillPercent === 10,
    5_000,
    () => served.log(),
  )
  await served.stop()
  served = await start()
  await publish('new-1', token, 1320)
  expect((await container()).fillPercent).toBe(15)
  const listed = await runKvitter(['device', 'list', '--url', served.httpUrl], STAFF)
  expect(listed.stdout).toMatch(/new-1 +native +1490-001-paper-1/)
  expect(listed.stdout).toMatch(/dev-001-paper-1 +native +-/)

  const log = await done('log')
  expect(
    log
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/\s+/g, ' ')),
  ).toEqual([
    expect.stringMatching(/^4 .* Kim calibrate 1490-001-paper-1 empty 1500/),
    expect.stringMatching(/^3 .* Kim credential-given new-1/),
    expect.stringMatching(/^2 .* Kim swap dev-001-paper-1 new-1/),
    expect.stringMatching(/^1 .* Kim register new-1 native/),
  ])
  expect(log).not.toContain(token)

  expect(await done('revoke', 'new-1')).toBe('new-1 can no longer log in.')
  await expect(publish('new-1', token, 1400)).rejects.toThrow(
    /Bad username or password|Not authorized/i,
  )
}, 60_000)

test('rules read anew stay in force when a device is changed afterwards', async () => {
  const atOnce =
    '  - { id: brimful, per: container, when: c.full, cooldown: 0s, priority: 60, quiet: ignore, post: full }\n'
  await writeFile(join(town, 'rules.yaml'), RULES.replace(/ {2}- .*\n/, atOnce))
  await reload()
  await done('register', 'after-reload', '--profile', 'native')
  const token = /password +(\S+)/.exec(await done('credential', 'dev-001-metal-1'))![1]!
  await publish('dev-001-metal-1', token, 310)
  const answer = await fetch(`${served.httpUrl}/api/v1/decisions?container=${METAL}`)
  const { decisions } = (await answer.json()) as { decisions: { ruleId: string }[] }
  expect(new Set(decisions.map((d) => d.ruleId))).toEqual(new Set(['brimful']))

  await writeFile(join(town, 'rules.yaml'), RULES)
  await reload()
  expect(await done('list')).toMatch(/after-reload +native/)
}, 60_000)

test('a list is tried, brought in, and brought in again without change', async () => {
  const file = join(folder, 'list.csv')
  await done('unmount', 'dev-001-plastic-1')
  await writeFile(
    file,
    `devEUI;model;container\n24E124713D000009;EM310-UDL;${PLASTIC}\n24E124713D00000A;EM310-UDL;\n`,
  )
  const args = ['import', file, '--map', 'EM310-UDL=milesight/em310-udl'] as const
  const tried = (await done(...args, '--dry-run')).split('\n').map((l) => l.replace(/ +/g, ' '))
  expect(tried).toEqual([
    'device profile container name to do',
    `24e124713d000009 milesight/em310-udl ${PLASTIC} register and mount`,
    '24e124713d00000a milesight/em310-udl - register',
    '2 devices, 3 changes to make.',
  ])
  expect(await done(...args)).toBe('2 devices, 3 changes.')
  expect(await done(...args)).toBe('2 devices, 0 changes.')
  expect(await done('list')).toMatch(/24e124713d000009 +milesight\/em310-udl +1490-001-plastic-1/)
})

test('what the town can’t have of a list is told by line, and nothing of the list is done', async () => {
  const file = join(folder, 'wrong.csv')
  await writeFile(
    file,
    `id,profile,container
fine-1,native,
odd-1,nativ,
odd-2,native,1490-001-paper-9
odd-3,native,${METAL}
`,
  )
  const before = await done('log')
  expect(await refused('import', file)).toBe(
    [
      `${file}:3  profile: "nativ" is not a device profile; did you mean "native"?`,
      `${file}:4  container: there is no container 1490-001-paper-9`,
      `${file}:5  container: dev-001-metal-1 sits on ${METAL} then; swap them, or mount this one alongside`,
      'Nothing was changed.',
    ].join('\n'),
  )
  expect(await refused('import', file, '--dry-run')).toContain('Nothing was changed.')
  expect(await done('log')).toBe(before)
})

test('the exported town has the changes; once it is the town’s folder, they can be settled', async () => {
  expect(await refused('settle')).toContain('The town’s file is behind: it does not say that ')
  const out = join(folder, 'out')
  const exported = await runKvitter(['export', out, '--data', data])
  expect(exported.code, exported.stderr).toBe(0)
  const text = await readFile(join(out, 'town.yaml'), 'utf8')
  expect(text).toContain('"new-1"')
  await writeFile(join(town, 'town.yaml'), text)
  await done('swap', 'dev-001-metal-1', 'meanwhile')
  await reload()
  expect(await done('list')).toMatch(new RegExp(`meanwhile +native +${METAL}`))
  expect(await refused('settle')).toContain(
    'The town’s file is behind: it does not say that meanwhile has the profile native',
  )

  await runKvitter(['export', town, '--data', data, '--force'])
  await reload()
  expect(await done('settle')).toMatch(/^\d+ changes are the file’s from now on\.$/)
  expect(await done('settle')).toBe('0 changes are the file’s from now on.')
  const log = (await done('log')).split('\n')
  expect(log[1]!.replace(/\s+/g, ' ')).toMatch(/ Kim settled settled$/)
  // These sit nowhere, so that no file holds them.
  const open = log.slice(1).filter((line) => !line.endsWith('settled'))
  expect(open.map((line) => line.replace(/.* register +/, '')).sort()).toEqual([
    '24e124713d00000a milesight/em310-udl',
    'after-reload native',
  ])
  expect(await done('list')).toMatch(new RegExp(`meanwhile +native +${METAL}`))
}, 60_000)

test('who lets a device in by the database’s own command is noted too', async () => {
  const given = await runKvitter(['token', 'meanwhile', '--data', data])
  expect(given.code, given.stderr).toBe(0)
  const secret = /password +(\S+)/.exec(given.stdout)![1]!
  const log = await done('log')
  expect(log.split('\n')[1]).toMatch(/credential-given +meanwhile/)
  expect(log).not.toContain(secret)
})

test('a network server’s token is not given or taken back as a device’s', async () => {
  await runKvitter(['token', 'chirpstack', '--role', 'network-server', '--data', data])
  expect(await refused('revoke', 'chirpstack')).toContain('chirpstack logs in as a network-server')
  await done('register', 'chirpstack', '--profile', 'native')
  expect(await refused('credential', 'chirpstack')).toContain(
    'chirpstack logs in as a network-server',
  )
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
  const before = await done('log')
  expect((await send({}, { id: 'x', profile: 'native', by: 'Kim' })).status).toBe(401)
  for (const by of [undefined, '', ' ', 'x'.repeat(81), 7]) {
    const answer = await send(bearer, { id: 'x', profile: 'native', by })
    expect([by, answer.status]).toEqual([by, 400])
    expect(await answer.json()).toMatchObject({ errors: [{ field: 'by' }] })
  }
  expect(await done('log')).toBe(before)
})
