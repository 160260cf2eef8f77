/**
 * A post to many followers on the fediverse: how long until the last server has it, what it costs, and
 * how much memory. Real HTTP on loopback, real database, real signatures; the servers are a process of
 * their own. Each case and round is a fresh process.
 *
 *   nice node bench/fan-out.ts [--followers 2000] [--servers 300] [--rounds 3]
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Registry } from 'prom-client'
import { openFediverse } from '#src/notify/activitypub/fediverse.ts'
import { openFollowers } from '#src/notify/activitypub/followers.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { keepPosts, makePost } from '#tests/notify/deliveries.ts'
import { castTown, ekudden } from '#tests/support/town.ts'
import { cpuMs } from './cpu-time.ts'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    followers: { type: 'string', default: '2000' },
    servers: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    one: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('node bench/fan-out.ts [--followers 2000] [--servers 300] [--rounds 3]')
  process.exit(0)
}

interface Measured {
  readonly inboxes: number
  /** Until every piece is durably in the queue. */
  readonly queuedMs: number
  readonly allMs: number
  readonly cpuMs: number
  readonly rssMb: number
}

const CASES = ['shared', 'own'] as const
const followers = Number(values.followers)
const servers = Number(values.servers)

if (values.one === undefined) await compare()
else process.send!(await measure(values.one === 'shared'))
process.exit(0)

async function compare(): Promise<void> {
  const rows: Record<string, string>[] = []
  for (const name of CASES) {
    const rounds: Measured[] = []
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const one = ['--one', name, '--followers', values.followers, '--servers', values.servers]
      const child = fork(fileURLToPath(import.meta.url), one)
      rounds.push(((await once(child, 'message')) as [Measured])[0])
    }
    const of = (key: keyof Measured) => median(rounds.map((measured) => measured[key]))
    rows.push({
      inboxes: name === 'shared' ? 'one for each server' : 'one for each follower',
      deliveries: String(of('inboxes')),
      'in the queue, ms': of('queuedMs').toFixed(0),
      'all delivered, s': (of('allMs') / 1000).toFixed(2),
      'deliveries/s': (of('inboxes') / (of('allMs') / 1000)).toFixed(0),
      'CPU ms each': (of('cpuMs') / of('inboxes')).toFixed(2),
      'RSS, MB': of('rssMb').toFixed(0),
    })
  }
  console.log(`${followers} followers on ${servers} servers, medians of ${values.rounds} rounds`)
  console.table(rows)
}

async function measure(isShared: boolean): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-fan-out-'))
  const receivers = fork(fileURLToPath(new URL('servers/many-inboxes.ts', import.meta.url)), [
    String(servers),
  ])
  const ports = (await told(receivers, 'ports')).ports!
  const clock = () => instant(Date.now())
  const town = indexTown({
    ...castTown,
    channels: { activitypub: [{ account: 'avs', language: 'sv' }] },
  })
  try {
    await using store = await openSqliteStore(join(folder, 'town.sqlite'))
    await store.saveTown(town.town, clock())
    const secret = Buffer.alloc(32, 1).toString('base64')
    await using fediverse = await openFediverse({
      account: town.town.channels.activitypub![0]!,
      store,
      town: () => town,
      clock,
      secret,
      // Where nobody listens: the receivers don't ask.
      publicUrl: 'http://127.0.0.1:9',
      version: '0',
      log: { info() {}, warn() {}, error: (fields) => console.error(fields) },
      metrics: new Registry(),
    })
    const actors = await store.fediverseActors()
    const known = openFollowers(store, secret)
    const { id } = actors.find(({ place }) => place === ekudden.id)!
    for (let n = 0; n < followers; n += 1) {
      const server = `http://127.0.0.1:${ports[n % servers]}`
      await known.add(id, {
        id: `${server}/users/${n}`,
        inbox: `${server}/users/${n}/inbox`,
        ...(isShared && { sharedInbox: `${server}/inbox` }),
      })
    }

    const say = async (n: number, inboxes: number): Promise<{ queued: number; all: number }> => {
      const post = makePost(n, clock(), { expiresAt: plus(clock(), HOUR) })
      await keepPosts(store, [post], [{ channel: 'activitypub', account: 'avs' }])
      const [delivery] = await store.deliveries({ postKey: post.key, limit: 1 })
      receivers.send(inboxes)
      await told(receivers, 'waiting')
      const all = told(receivers, 'all')
      const begun = performance.now()
      const turn = { now: clock(), signal: new AbortController().signal }
      const outcome = await fediverse.channel.send(delivery!, turn)
      if (outcome.kind !== 'sent') throw new Error(JSON.stringify(outcome))
      const queued = performance.now() - begun
      await all
      return { queued, all: performance.now() - begun }
    }
    const inboxes = isShared ? Math.min(servers, followers) : followers
    // The first has keys made and code compiled.
    await say(1, inboxes)
    const cpu = cpuMs()
    const { queued, all } = await say(2, inboxes)
    return {
      inboxes,
      queuedMs: queued,
      allMs: all,
      cpuMs: cpuMs() - cpu,
      rssMb: process.resourceUsage().maxRSS / 1024,
    }
  } finally {
    receivers.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Telling {
  readonly kind: string
  readonly ports?: readonly number[]
}

async function told(child: ChildProcess, kind: string): Promise<Telling> {
  for (;;) {
    const [telling] = (await once(child, 'message')) as [Telling]
    if (telling.kind === kind) return telling
  }
}
