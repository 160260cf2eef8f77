/** A small town on the fediverse, over real HTTP on loopback: real store, real queue, a clock that a test moves. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { Registry } from 'prom-client'
import { openFediverse, type Fediverse } from '#src/notify/activitypub/fediverse.ts'
import type { Outcome } from '#src/notify/channel.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { Post, Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { keepPosts, noon } from '../notify/deliveries.ts'
import { castTown } from './town.ts'

export const ACCOUNT = { account: 'avs', language: 'sv' } as const
export const SECRET = Buffer.alloc(32, 7).toString('base64')

export const fediTown: Town = {
  ...castTown,
  operator: { name: 'Provstads kommun', url: 'https://provstad.example' },
  channels: { activitypub: [ACCOUNT] },
}

export interface FediverseTown extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  readonly store: Store
  readonly logged: string[]
  readonly fediverse: Fediverse
  /** Moves the clock, and has the queue looked at. */
  pass(ms: number): void
  /** An actor's address, by its user name. */
  actorUrl(username: string): Promise<string>
  /** Keeps posts and says them by the channel, as the outbox would. */
  say(...posts: readonly Post[]): Promise<readonly Outcome[]>
  /** Says a post that was kept before: the process had died in between. */
  sayAgain(post: Post): Promise<Outcome>
  /** How many requests came to the inboxes, by what became of them. */
  received(): Promise<Readonly<Record<string, number>>>
}

/** With a `folder`, one that was there before; with a `port`, where it was. */
export async function openFediverseTown(
  options: {
    readonly town?: Town
    readonly secret?: string
    readonly folder?: string
    readonly port?: number
  } = {},
): Promise<FediverseTown> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'kvitter-fediverse-')))
  const url = `http://127.0.0.1:${options.port ?? (await freePort())}`
  const town = options.town ?? fediTown
  const index = indexTown(town)
  let at = noon
  const clock = () => at
  const store = await openSqliteStore(join(folder, 'town.sqlite'))
  await store.saveTown(town, at)
  const metrics = new Registry()
  const logged: string[] = []
  const note = (fields: object, message: string) =>
    logged.push(`${message} ${JSON.stringify(fields)}`)
  const fediverse = await openFediverse({
    account: ACCOUNT,
    store,
    town: () => index,
    clock,
    secret: options.secret ?? SECRET,
    publicUrl: url,
    version: '1.2.3',
    log: { info: note, warn: note, error: note },
    metrics,
  })
  const app = fastify({ bodyLimit: 16 * 1024, forceCloseConnections: true, trustProxy: 'loopback' })
  await app.register(async (scope) => {
    fediverse.register(scope)
  })
  await app.listen({ host: '127.0.0.1', port: Number(new URL(url).port) })

  async function deliver(key: PostKey): Promise<Outcome> {
    const [delivery] = await store.deliveries({ postKey: key, limit: 1 })
    const turn = { now: at, signal: new AbortController().signal }
    return fediverse.channel.send(delivery!, turn)
  }

  return {
    url,
    folder,
    store,
    logged,
    fediverse,
    pass(ms) {
      at = plus(at, ms)
      fediverse.poke()
    },
    actorUrl: (username) => findActor(url, username),
    async say(...posts) {
      await keepPosts(store, posts, [{ channel: 'activitypub', account: 'avs' }])
      const outcomes: Outcome[] = []
      for (const { key } of posts) outcomes.push(await deliver(key))
      return outcomes
    },
    sayAgain: ({ key }) => deliver(key),
    async received() {
      const metric = await metrics.getSingleMetric('kvitter_activitypub_received_total')!.get()
      return Object.fromEntries(metric.values.map(({ labels, value }) => [labels['became'], value]))
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await fediverse[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** An actor's address, by its user name, as its server tells it. */
export async function findActor(serverUrl: string, username: string): Promise<string> {
  const resource = encodeURIComponent(`acct:${username}@${new URL(serverUrl).host}`)
  const answer = await fetch(`${serverUrl}/.well-known/webfinger?resource=${resource}`)
  const { links } = (await answer.json()) as { links: { rel: string; href: string }[] }
  return links.find(({ rel }) => rel === 'self')!.href
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
