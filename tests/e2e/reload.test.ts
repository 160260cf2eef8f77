/** A town that changes while it is served: SIGHUP reads the folder anew, and a faulty folder changes nothing. */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { FAKE_WEBHOOK_SECRET, startFakeWebhook } from '#tests/support/fake-webhook.ts'
import { until } from '#tests/support/until.ts'
import { runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'

const RULES = `version: 1
policy: { tz: Europe/Stockholm }
rules:
  - { id: full, per: container, when: c.full, for: 30m, cooldown: 6h, priority: 60, post: full }
`
const OWN_LOOK = ':root { --brand: #003a70; }'
const DEVICE = 'dev-001-paper-1'
const STAFF_TOKEN = 'a-long-enough-token'

let folder: string
let town: string
let served: Served

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-reload-'))
  town = join(folder, 'town')
  const data = join(folder, 'data')
  await writeTownFolder(town, { stations: 1, fractions: ['paper'], rules: RULES })
  await writeFile(join(town, 'pages.css'), OWN_LOOK)
  await runKvitter(['import', town, '--data', data])
  await letIn(data, { [DEVICE]: 'device' })
  served = await startKvitter(
    [
      ...['--town', town, '--data', data, '--http', '127.0.0.1:0'],
      ...['--mqtt', '127.0.0.1:0', '--mqtt-ws', 'off'],
    ],
    { CITY_APP_SECRET: FAKE_WEBHOOK_SECRET, KVITTER_STAFF_TOKEN: STAFF_TOKEN },
  )
})

afterEach(async () => {
  await served[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function stations(): Promise<string[]> {
  // Asked with a query, so that no cached answer of half a second ago is given.
  const answer = await fetch(`${served.httpUrl}/api/v1/stations?limit=500`)
  const body = (await answer.json()) as { stations: { id: string }[] }
  return body.stations.map((s) => s.id).sort()
}

test('the municipality’s own look comes after ours; a change of it waits for the next start', async () => {
  const page = await (await fetch(served.httpUrl)).text()
  const [, href] = /<link rel="stylesheet" href="([^"]+)"/.exec(page)!
  const css = await (await fetch(served.httpUrl + href)).text()
  expect(css.endsWith(OWN_LOOK)).toBe(true)
  await writeFile(join(town, 'pages.css'), '')
  served.child.kill('SIGHUP')
  await until(
    async () => served.log().includes('pages.css: a change takes effect at the next start'),
    20_000,
    () => served.log(),
  )
})

test('a new station is there after SIGHUP, and no connection was dropped', async () => {
  const client = await connectAsync(`mqtt://127.0.0.1:${served.mqttPort}`, {
    username: DEVICE,
    password: tokenOf(DEVICE),
    reconnectPeriod: 0,
  })
  let dropped = false
  client.on('close', () => (dropped = true))
  const publish = (fillPercent: number) =>
    client.publishAsync(`kvitter/v1/devices/${DEVICE}/reading`, JSON.stringify({ fillPercent }), {
      qos: 1,
    })
  await publish(40)
  expect(await stations()).toEqual(['1490-001'])

  await writeTownFolder(town, { stations: 2, fractions: ['paper'], rules: RULES })
  served.child.kill('SIGHUP')
  await until(
    async () => (await stations()).length === 2,
    20_000,
    () => served.log(),
  )

  await publish(41)
  expect(dropped).toBe(false)
  const answer = await fetch(`${served.httpUrl}/api/v1/containers/1490-001-paper-1`)
  expect(await answer.json()).toMatchObject({ container: { fillPercent: 41 } })
  await client.endAsync()
})

test('a folder with faults is refused with each of them, and all goes on as before', async () => {
  await writeTownFolder(town, { stations: 3, fractions: ['papper'], rules: RULES })
  await appendFile(join(town, 'rules.yaml'), '  - { id: other, when: c.fil > 3.0 }\n')
  served.child.kill('SIGHUP')
  await until(
    () => served.log().includes('going on as before'),
    20_000,
    () => served.log(),
  )
  expect(served.log()).toMatch(/did you mean \\"paper\\"/)
  expect(served.log()).toMatch(/rules\[1\]/)
  expect(await stations()).toEqual(['1490-001'])
})

test('an administrator has the folder read anew by the page of settings', async () => {
  const reread = () =>
    fetch(`${served.httpUrl}/en/settings`, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: `Bearer ${STAFF_TOKEN}` },
    })
  await writeTownFolder(town, { stations: 2, fractions: ['papper'], rules: RULES })
  const refused = await reread()
  expect(refused.status).toBe(409)
  expect(await refused.text()).toContain('did you mean &quot;paper&quot;')
  expect(await stations()).toEqual(['1490-001'])

  await writeTownFolder(town, { stations: 2, fractions: ['paper'], rules: RULES })
  expect((await reread()).headers.get('location')).toBe('/en/settings?did=read')
  expect(await stations()).toEqual(['1490-001', '1490-002'])
})

test('whoever tries rules is told those in force: after SIGHUP the new ones, never faulty ones', async () => {
  const inForce = async () => {
    const headers = { authorization: `Bearer ${STAFF_TOKEN}` }
    const answer = await fetch(`${served.httpUrl}/api/v1/rules`, { headers })
    return (await answer.json()) as { rules: string; hash: string }
  }
  const before = await inForce()
  expect(before).toEqual({ rules: RULES, hash: expect.stringMatching(/^[0-9a-f]{12}$/) })
  const shy = RULES.replace('for: 30m', 'for: 3h')
  await writeTownFolder(town, { stations: 1, fractions: ['paper'], rules: shy })
  served.child.kill('SIGHUP')
  await until(
    async () => (await inForce()).rules === shy,
    20_000,
    () => served.log(),
  )
  const after = await inForce()
  expect(after.hash).not.toBe(before.hash)
  await appendFile(join(town, 'rules.yaml'), '  - { id: other, when: c.fil > 3.0 }\n')
  served.child.kill('SIGHUP')
  await until(
    () => served.log().includes('going on as before'),
    20_000,
    () => served.log(),
  )
  expect(await inForce()).toEqual(after)
})

test('a plan in the folder is told after SIGHUP; taken out, it is withdrawn', async () => {
  const next = async () => {
    const answer = await fetch(`${served.httpUrl}/api/v1/containers/1490-001-paper-1/plan`)
    return ((await answer.json()) as { next: { sources: string[] } | null }).next
  }
  expect(await next()).toBeNull()
  await appendFile(
    join(town, 'town.yaml'),
    '    plan: [{ days: [Mon, Tue, Wed, Thu, Fri, Sat, Sun], hours: "06:00-14:00" }]\n',
  )
  served.child.kill('SIGHUP')
  await until(
    async () => (await next()) !== null,
    20_000,
    () => served.log(),
  )
  expect(await next()).toMatchObject({ sources: ['town'] })

  await writeTownFolder(town, { stations: 1, fractions: ['paper'], rules: RULES })
  served.child.kill('SIGHUP')
  await until(
    async () => (await next()) === null,
    20_000,
    () => served.log(),
  )
})

test('an account in the folder is opened after SIGHUP, closed when it is taken out; without its secret nothing changes', async () => {
  await using receiver = await startFakeWebhook()
  const account = (secretEnv: string) =>
    `  webhook: { account: city-app, url: '${receiver.url}', language: sv, secretEnv: ${secretEnv} }`
  const reload = async (channels?: string) => {
    const shape = { stations: 1, fractions: ['paper'], rules: RULES }
    await writeTownFolder(town, { ...shape, ...(channels !== undefined && { channels }) })
    served.child.kill('SIGHUP')
  }
  const accounts = async () => {
    const metrics = await (await fetch(`${served.httpUrl}/metrics`)).text()
    return [...metrics.matchAll(/^kvitter_channel_paused\{.*account="(.*?)"/gm)].map((m) => m[1])
  }
  await reload(account('NO_SUCH_SECRET'))
  await until(
    () => served.log().includes('the environment variable NO_SUCH_SECRET is not set'),
    20_000,
    () => served.log(),
  )
  expect(await accounts()).toEqual([])

  await reload(account('CITY_APP_SECRET'))
  await until(
    async () => (await accounts()).includes('city-app'),
    20_000,
    () => served.log(),
  )
  await reload()
  await until(
    async () => (await accounts()).length === 0,
    20_000,
    () => served.log(),
  )
})
