/** The demo as a newcomer starts it: a simulated day, from the simulator's own process over MQTT to the pages. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '#src/stations/time.ts'
import { until } from '#tests/support/until.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** A town day in 24 seconds. */
const SPEED = 3600

let demo: ChildProcess
let url: string
let startedAt: number
let output = ''
const told = () => output

beforeAll(async () => {
  startedAt = Date.now()
  demo = spawn(
    process.execPath,
    [
      ...[MAIN, 'demo', '--speed', String(SPEED)],
      ...['--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0', '--mqtt-ws', '127.0.0.1:0'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  demo.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text))
  await until(() => /Pages +(http:\S+?)\/ /.test(output), 30_000, told)
  url = /Pages +(http:\S+?)\/ /.exec(output)![1]!
}, 40_000)

afterAll(async () => {
  demo.kill('SIGTERM')
  const [code] = (await once(demo, 'exit')) as [number]
  expect(code).toBe(0)
})

interface Post {
  readonly key: string
  readonly texts: { readonly sv: string; readonly en: string }
  /** Null: about the whole town, as the day's digest is. */
  readonly stationId: string | null
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${url}${path}`)
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as T
}

test('a dispatcher finds a day of the return bike that is booked and planned', async () => {
  const { headers } = await fetch(`${url}/logga-in`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ role: 'dispatcher' }),
  })
  const cookie = headers.get('set-cookie')!.split(';', 1)[0]!
  const look = async (path: string) => (await fetch(url + path, { headers: { cookie } })).text()
  const [, day] = /&quot;day&quot;:&quot;([\d-]+)&quot;/.exec(await look('/stab'))!
  await until(
    async () => {
      const { version, rounds } = JSON.parse(await look(`/api/v1/rounds/${day}?people=yes`))
      const stops = (rounds as { stops: { person: unknown }[] }[]).flatMap((r) => r.stops)
      return version > 0 && stops.filter(({ person }) => person !== null).length > 5
    },
    25_000,
    told,
  )
})

test('the first post is there within half a minute', { timeout: 60_000 }, async () => {
  await until(
    async () => (await get<{ posts: Post[] }>('/api/v1/posts')).posts.length > 0,
    30_000,
    told,
  )
  expect(Date.now() - startedAt).toBeLessThan(60_000)
})

test(
  'a simulated day leaves posts, reasons and a town that is known',
  { timeout: 120_000 },
  async () => {
    const from = await townTime()
    await until(async () => (await townTime()) - from > 24 * HOUR, 60_000, told)

    const { stations } = await get<{
      stations: {
        id: string
        name: string
        containers: { status: string; fillPercent: number | null }[]
      }[]
    }>('/api/v1/stations')
    expect(stations).toHaveLength(51)
    const containers = stations.flatMap((s) => s.containers)
    const known = containers.filter((c) => c.status !== 'unknown')
    expect(new Set(containers.map((c) => c.status))).toEqual(
      new Set(['has-room', 'nearly-full', 'full', 'unknown']),
    )
    expect(known.length / containers.length).toBeGreaterThan(0.8)
    for (const c of containers) {
      if (c.status === 'unknown') expect(c.fillPercent).toBeNull()
    }

    const { posts } = await get<{ posts: Post[] }>('/api/v1/posts?limit=200')
    expect(posts.length).toBeGreaterThan(5)
    expect(new Set(posts.map((p) => p.key)).size).toBe(posts.length)
    for (const post of posts) {
      const { decisions } = await get<{
        decisions: { sentence: { sv: string; en: string } }[]
      }>(`/api/v1/posts/${post.key}`)
      expect(decisions.length, post.texts.sv).toBeGreaterThan(0)
      expect(decisions[0]!.sentence.sv.length).toBeGreaterThan(10)
      const path = post.stationId === null ? `/p/${post.key}` : `/s/${post.stationId}`
      expect(await (await fetch(`${url}${path}`)).text()).toContain('Varför skrevs detta?')
    }

    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toMatch(/kvitter_mqtt_/)
    const feed = await (await fetch(`${url}/feeds/town.atom`)).text()
    expect(feed).toContain('<feed')
    expect(feed.match(/<entry/g)!.length).toBeGreaterThan(5)
  },
)

async function townTime(): Promise<number> {
  const { asOf } = await get<{ asOf: string }>('/api/v1/stations')
  return Date.parse(asOf)
}
