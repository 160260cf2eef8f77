/**
 * The promise of promises: kill the process at fifty random moments while devices publish, rules fire
 * and posts go out on four channels. Every acknowledged reading is there exactly once; every post went
 * out exactly once on each.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Post } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { letIn, tokenOf } from '#tests/support/credentials.ts'
import { until } from '#tests/support/until.ts'
import { readSaid } from '#tests/support/far-end.ts'
import { FAKE_BLUESKY_ACCOUNT, FAKE_BLUESKY_PASSWORD } from '#tests/support/fake-bluesky.ts'
import { FAKE_MASTODON_ACCOUNT, FAKE_MASTODON_TOKEN } from '#tests/support/fake-mastodon.ts'
import { FAKE_WEBHOOK_SECRET } from '#tests/support/fake-webhook.ts'
import { FAKE_X_ACCOUNT, FAKE_X_CREDENTIALS } from '#tests/support/fake-x.ts'
import { type Message, type Publisher, startPublisher } from '#tests/support/mqtt-publisher.ts'
import { freePort, runKvitter, type Served, startKvitter } from '#tests/support/process.ts'
import { writeTownFolder } from '#tests/support/town-folder.ts'
import { randomFrom } from '#simulator/random.ts'

const KILLS = 50
/** A delivery caught by the last kill waits for its lease, and what failed then for its next try. */
const LONGEST_ROUND_OUT_MS = 240_000
const STATIONS = 20
const FRACTIONS = ['paper', 'plastic', 'metal', 'clear-glass', 'coloured-glass', 'newspapers']

const RULES = `version: 1
policy:
  tz: Europe/Stockholm
  group_wait: 0s
  settle: 0s
  budget: { per_station_per_day: 1000, per_account_per_day: 10000, min_gap: 0s, reserve_for_priority_80: 0%, when_spent: drop }
  stale_after: 2h
  first_load: silent
facts: { sensor_silent_after: 12h, late_after: 30m, max_skew: 2m }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, cooldown: 0s, priority: 60, quiet: ignore, post: full, close_post: space_again, close_only_if_posted: true }
`
const NAMES = ['x', 'mastodon', 'bluesky', 'webhook'] as const
type Name = (typeof NAMES)[number]

/** More than this town says. */
const MANY = 'postsPerHour: 1000000'

/** An account on each channel, at the double that listens on its port. */
function channelsAt(ports: ReadonlyMap<Name, number>): string {
  const at = (name: Name) => `http://127.0.0.1:${ports.get(name)}`
  return [
    `  x: { account: ${FAKE_X_ACCOUNT}, language: sv, appKeyEnv: TEST_X_APP_KEY, appSecretEnv: TEST_X_APP_SECRET, accessTokenEnv: TEST_X_TOKEN, accessSecretEnv: TEST_X_TOKEN_SECRET, ${MANY} }`,
    `  mastodon: { server: "${at('mastodon')}", account: ${FAKE_MASTODON_ACCOUNT}, language: sv, accessTokenEnv: TEST_MASTODON_TOKEN, ${MANY} }`,
    `  bluesky: { service: "${at('bluesky')}", account: ${FAKE_BLUESKY_ACCOUNT}, language: sv, appPasswordEnv: TEST_BLUESKY_PASSWORD, ${MANY} }`,
    `  webhook: [{ url: "${at('webhook')}/hook", account: city-app, language: sv, secretEnv: TEST_WEBHOOK_SECRET }]`,
  ].join('\n')
}
const CHANNEL_ENV = {
  TEST_MASTODON_TOKEN: FAKE_MASTODON_TOKEN,
  TEST_BLUESKY_PASSWORD: FAKE_BLUESKY_PASSWORD,
  TEST_WEBHOOK_SECRET: FAKE_WEBHOOK_SECRET,
  TEST_X_APP_KEY: FAKE_X_CREDENTIALS.appKey,
  TEST_X_APP_SECRET: FAKE_X_CREDENTIALS.appSecret,
  TEST_X_TOKEN: FAKE_X_CREDENTIALS.accessToken,
  TEST_X_TOKEN_SECRET: FAKE_X_CREDENTIALS.accessSecret,
}

let folder: string
const farEnds: ChildProcess[] = []
const ports = new Map<Name, number>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-kill-'))
  for (const name of NAMES) {
    const script = fileURLToPath(new URL(`../support/fake-${name}.ts`, import.meta.url))
    const limit = name === 'x' ? ['--limit', '1000000'] : []
    const farEnd = spawn(
      process.execPath,
      [script, '--log', join(folder, `${name}.jsonl`), '--delay-ms', '15', ...limit],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    farEnds.push(farEnd)
    const [line] = (await once(createInterface({ input: farEnd.stdout }), 'line')) as [string]
    ports.set(name, Number(/\d+/.exec(line)![0]))
  }
})

afterAll(async () => {
  for (const farEnd of farEnds) farEnd.kill()
  await rm(folder, { recursive: true, force: true })
})

test(
  `after ${KILLS} kills every acknowledged reading is there once and every post went out once`,
  { timeout: 1_200_000 },
  async () => {
    const town = join(folder, 'town')
    const data = join(folder, 'data')
    await writeTownFolder(town, {
      stations: STATIONS,
      fractions: FRACTIONS,
      rules: RULES,
      channels: channelsAt(ports),
    })
    expect(await runKvitter(['import', town, '--data', data])).toMatchObject({
      stderr: '',
      code: 0,
    })
    const devices = deviceIds()
    await letIn(data, Object.fromEntries(devices.map((id) => [id, 'device'])))
    const mqttPort = await freePort()
    const start = (): Promise<Served> =>
      startKvitter(
        [
          ...['--town', town, '--data', data, '--http', '127.0.0.1:0', '--mqtt-ws', 'off'],
          ...['--mqtt', `127.0.0.1:${mqttPort}`, '--x-proxy', `127.0.0.1:${ports.get('x')}`],
        ],
        CHANNEL_ENV,
      )

    const chance = randomFrom(20_261_123, 'kill')
    const random = () => chance.next()
    const publishers = devices.map((id): DevicePublisher => ({
      id,
      publisher: startPublisher({
        port: mqttPort,
        clientId: id,
        username: id,
        password: tokenOf(id),
        window: 20,
        reconnectMs: 100,
      }),
      lastAt: 0,
      sent: [],
    }))
    let n = 0
    /** Kills the process again and again while every device publishes, some at the level given. */
    const killAgainAndAgain = async (
      levelOf: (which: number, round: number) => number,
    ): Promise<void> => {
      let round = 0
      const publishing = setInterval(() => {
        for (let i = 0; i < 12; i++) {
          const which = chance.below(publishers.length)
          say(publishers[which]!, which, levelOf(which, round), n++)
        }
      }, 20)
      for (; round < KILLS / 2; round++) {
        const served = await start()
        await delay(30 + random() * 1200)
        await served.kill()
      }
      clearInterval(publishing)
    }

    // First every container becomes full, each in a round of its own; then every other one is emptied.
    const turn = publishers.map(() => chance.below(KILLS / 2))
    await killAgainAndAgain((which, round) => (round < turn[which]! ? 20 : 90))
    {
      await using served = await start()
      // A leap is believed once several readings bear it out, and some devices have spoken seldom.
      for (let times = 0; times < 8; times++) {
        for (const [which, device] of publishers.entries()) say(device, which, 90, n++)
        await delay(100)
      }
      await until(
        () => saidAbout(data, 'full').length === publishers.length,
        120_000,
        () => unsaid(data, 'full', publishers),
      )
      // A "full" that is over before it was sent is never sent, and rightly; here all shall go out.
      await until(
        () => openDeliveries(data).length === 0,
        LONGEST_ROUND_OUT_MS,
        () => stillOpen(data),
      )
      await served.kill()
    }
    await killAgainAndAgain((which, round) => (which % 2 === 0 && round >= turn[which]! ? 20 : 90))

    await using served = await start()
    for (let times = 0; times < 8; times++) {
      for (const [which, device] of publishers.entries()) {
        say(device, which, which % 2 === 0 ? 20 : 90, n++)
      }
      await delay(100)
    }
    await until(
      () => saidAbout(data, 'space_again').length === publishers.length / 2,
      120_000,
      () =>
        unsaid(
          data,
          'space_again',
          publishers.filter((_, which) => which % 2 === 0),
        ),
    )
    await Promise.all(publishers.map((p) => p.publisher.allAcknowledged()))
    await until(
      () => openDeliveries(data).length === 0,
      LONGEST_ROUND_OUT_MS,
      () => stillOpen(data),
    )
    expect(await served.stop(), served.log()).toBe(0)
    for (const { publisher } of publishers) publisher.close()

    const resent = publishers.reduce((sum, p) => sum + p.publisher.resent, 0)
    expect(resent, 'kills hit messages on their way').toBeGreaterThan(KILLS)
    expect(readingsKept(data, publishers)).toEqual({ lost: 0, twice: 0, strangers: 0 })

    await using store = await openSqliteStore(join(data, 'kvitter.sqlite'))
    const posts = await store.posts({ audience: 'public', limit: 100_000 })
    const said = posts.flatMap((p) => p.items.map((i) => `${i.template} ${i.subject}`)).sort()
    const expected = publishers
      .flatMap(({ id }, which) => {
        const container = containerOf(id)
        return [`full ${container}`, ...(which % 2 === 0 ? [`space_again ${container}`] : [])]
      })
      .sort()
    expect(said).toEqual(expected)

    const texts = posts.map((p) => p.texts.sv).sort()
    for (const name of NAMES) {
      const said = readSaid<{ text: string }>(join(folder, `${name}.jsonl`))
      expect(said.map(({ text }) => text).sort(), name).toEqual(texts)
    }
    process.stdout.write(
      `${KILLS} kills, ${n} messages published, ${resent} sent again, ${posts.length} posts\n`,
    )
  },
)

/** As `writeTownFolder` names them, in its order. */
function deviceIds(): string[] {
  return Array.from({ length: STATIONS }, (_, s) => String(s + 1).padStart(3, '0')).flatMap((id) =>
    FRACTIONS.map((fraction) => `dev-${id}-${fraction}-1`),
  )
}

function containerOf(device: string): string {
  return device.replace('dev-', '1490-')
}

interface DevicePublisher {
  readonly id: string
  readonly publisher: Publisher
  lastAt: number
  readonly sent: { readonly message: Message; readonly fillPercent: number }[]
}

/**
 * Three kinds of devices: one third give their own time, one third a counter, one third neither, whose
 * repeats only the DUP mark gives away. `n` makes every level unlike any other of its device.
 */
function say(device: DevicePublisher, which: number, level: number, n: number): void {
  const fillPercent = Number((level + n * 1e-5).toFixed(5))
  const body =
    which % 3 === 0
      ? { at: timeOfItsOwn(device), fillPercent }
      : which % 3 === 1
        ? { fillPercent, seq: n }
        : { fillPercent }
  const message = {
    topic: `kvitter/v1/devices/${device.id}/reading`,
    payload: JSON.stringify(body),
  }
  device.sent.push({ message, fillPercent })
  device.publisher.publish(message)
}

/** Now, and never the same millisecond twice for a device. */
function timeOfItsOwn(device: DevicePublisher): string {
  device.lastAt = Math.max(device.lastAt + 1, Date.now())
  return new Date(device.lastAt).toISOString()
}

/** Compares what was acknowledged with what lies in the table. */
function readingsKept(
  data: string,
  publishers: readonly DevicePublisher[],
): { lost: number; twice: number; strangers: number } {
  const rows = rowsOf<{ device: string; fill: number; n: number }>(
    data,
    'select d.id as device, raw_fill as fill, count(*) as n from reading r join device d on d.no = r.device_no group by 1, 2',
  )
  const kept = new Map(rows.map((r) => [`${r.device} ${r.fill}`, r.n]))
  const known = new Set<string>()
  let lost = 0
  for (const { id, publisher, sent } of publishers) {
    for (const { message, fillPercent } of sent) {
      const key = `${id} ${fillPercent}`
      known.add(key)
      if (publisher.acknowledged.has(message) && !kept.has(key)) lost++
    }
  }
  return {
    lost,
    twice: rows.filter((r) => r.n > 1).length,
    strangers: [...kept.keys()].filter((key) => !known.has(key)).length,
  }
}

/** The containers that the posts speak of under a template. */
function saidAbout(data: string, template: string): readonly string[] {
  const bodies = rowsOf<{ body: string }>(data, 'select body from post')
  const items = bodies.flatMap(({ body }) => (JSON.parse(body) as Post).items)
  return items.flatMap((item) => (item.template === template ? item.subject : []))
}

/** Where those stand that nothing was said of: what they have sent, what is believed, what was decided. */
function unsaid(data: string, template: string, publishers: readonly DevicePublisher[]): string {
  const said = saidAbout(data, template)
  return publishers
    .filter(({ id }) => !said.includes(containerOf(id)))
    .map(({ id, sent, publisher }) => {
      const container = containerOf(id)
      const [state] = rowsOf(
        data,
        `select s.* from container_state s join container c on c.no = s.container_no where c.id = '${container}'`,
      )
      const decisions = rowsOf(
        data,
        `select body from decision where container_id = '${container}' order by id desc limit 3`,
      )
      return JSON.stringify({
        container,
        sent: sent.slice(-9).map(({ fillPercent }) => fillPercent),
        unanswered: sent.filter(({ message }) => !publisher.acknowledged.has(message)).length,
        state,
        decisions,
      })
    })
    .join('\n')
}

function openDeliveries(data: string): object[] {
  return rowsOf(data, "select * from delivery where state in ('due', 'sending')")
}

function stillOpen(data: string): string {
  return `now ${Date.now()}\n${openDeliveries(data)
    .map((row) => JSON.stringify(row))
    .join('\n')}`
}

/** Reads the file as anybody might, beside the process that writes it. */
function rowsOf<Row>(data: string, sql: string): Row[] {
  const db = new DatabaseSync(join(data, 'kvitter.sqlite'), { readOnly: true, timeout: 5000 })
  try {
    return db.prepare(sql).all() as Row[]
  } finally {
    db.close()
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
