/** Another server on the fediverse: Fedify over real HTTP on loopback, with one person who follows. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFederation, generateCryptoKeyPair, MemoryKvStore } from '@fedify/fedify'
import {
  Accept,
  Activity,
  Announce,
  Create,
  Delete,
  Endpoints,
  Follow,
  Person,
  Undo,
  Update,
  type Recipient,
} from '@fedify/vocab'

/** Half of Fedify's own length: it is made for every test. */
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
}

export interface FediversePeer extends AsyncDisposable {
  readonly url: string
  readonly personId: string
  /** What came in, was verified and is no repeat, as `Create http://…`. */
  readonly received: string[]
  /** The objects of those, as JSON-LD has them. */
  readonly objects: Record<string, unknown>[]
  /** Requests to its inboxes, repeats too. */
  readonly requests: string[]
  follow(actorUrl: string): Promise<void>
  unfollow(actorUrl: string): Promise<void>
  /** Sends what no well-behaved server would, signed all the same. */
  send(actorUrl: string, activity: Activity): Promise<void>
  /** The person is deleted, and tells so. */
  deletePerson(actorUrl: string): Promise<void>
}

export async function startFediversePeer(): Promise<FediversePeer> {
  const keys = await Promise.all([
    crypto.subtle.generateKey(RSA, true, ['sign', 'verify']),
    generateCryptoKeyPair('Ed25519'),
  ])
  const received: string[] = []
  const objects: Record<string, unknown>[] = []
  const requests: string[] = []
  let isDeleted = false
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const federation = createFederation<void>({
    kv: new MemoryKvStore(),
    origin: url,
    allowPrivateAddress: true,
  })
  federation
    .setActorDispatcher('/users/{identifier}', async (ctx, name) => {
      if (name !== 'anna') return null
      const pairs = await ctx.getActorKeyPairs(name)
      return new Person({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        inbox: ctx.getInboxUri(name),
        endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
        publicKey: pairs[0]!.cryptographicKey,
        assertionMethods: pairs.map(({ multikey }) => multikey),
      })
    })
    .setKeyPairsDispatcher(() => keys)
  const keep = async (activity: Activity): Promise<void> => {
    received.push(`${activity.constructor.name} ${activity.id?.href}`)
    const { object } = (await activity.toJsonLd()) as { object?: unknown }
    objects.push((typeof object === 'object' ? object : { id: object }) as Record<string, unknown>)
  }
  federation
    .setInboxListeners('/users/{identifier}/inbox', '/inbox')
    .setSharedKeyDispatcher(() => ({ identifier: 'anna' }))
    .on(Accept, (_ctx, activity) => keep(activity))
    .on(Create, (_ctx, activity) => keep(activity))
    .on(Update, (_ctx, activity) => keep(activity))
    .on(Announce, (_ctx, activity) => keep(activity))

  server.on('request', (request, response) => {
    ;(async () => {
      if (isDeleted && request.method === 'GET') {
        response.writeHead(410).end()
        return
      }
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const asked = new Request(new URL(request.url!, url), {
        method: request.method!,
        headers: Object.entries(request.headers).map(([k, v]) => [k, String(v)]),
        ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
      })
      const answer = await federation.fetch(asked, { contextData: undefined })
      if (request.method === 'POST') requests.push(`${request.url} ${answer.status}`)
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    })().catch(() => response.destroy())
  })

  const ctx = federation.createContext(new URL(url), undefined)
  const person = ctx.getActorUri('anna')
  const followOf = (actorUrl: string) =>
    new Follow({
      id: new URL(`/follows/${encodeURIComponent(actorUrl)}`, url),
      actor: person,
      object: new URL(actorUrl),
    })
  async function send(actorUrl: string, activity: Activity): Promise<void> {
    const actor = (await ctx.lookupObject(actorUrl)) as unknown as Recipient
    await ctx.sendActivity({ identifier: 'anna' }, actor, activity)
  }

  return {
    url,
    personId: person.href,
    received,
    objects,
    requests,
    send,
    follow: (actorUrl) => send(actorUrl, followOf(actorUrl)),
    unfollow: (actorUrl) =>
      send(
        actorUrl,
        new Undo({
          id: new URL(`/undos/${encodeURIComponent(actorUrl)}`, url),
          actor: person,
          object: followOf(actorUrl),
        }),
      ),
    async deletePerson(actorUrl) {
      isDeleted = true
      await send(
        actorUrl,
        new Delete({ id: new URL('#delete', person), actor: person, object: person }),
      )
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
