/** Another server on the fediverse: Fedify over real HTTP on loopback, with persons who follow. */
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createFederation,
  generateCryptoKeyPair,
  MemoryKvStore,
  type InboxContext,
} from '@fedify/fedify'
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

/** Anna and Bo share an inbox, Cilla has hers alone. */
const PERSONS = ['anna', 'bo', 'cilla'] as const
export type PeerPerson = (typeof PERSONS)[number]

/** How a post to an inbox goes wrong; after `cut-after` it has been taken. */
export type PeerTrouble = 'hang' | '503' | '503-html' | 'cut-before' | 'cut-after'

export interface Heard {
  readonly inbox: string
  readonly id: string
  /** The sender wasn't told. */
  readonly isLost: boolean
  /** Milliseconds. */
  readonly at: number
}

export interface FediversePeer extends AsyncDisposable {
  readonly url: string
  readonly personId: string
  /** What came in, was verified and is no repeat, as `Create http://…`. */
  readonly received: string[]
  /** To whom each of those came; undefined for the inbox that the server's persons share. */
  readonly receivers: (string | undefined)[]
  /** The objects of those, as JSON-LD has them. */
  readonly objects: Record<string, unknown>[]
  /** Requests to its inboxes, repeats too. */
  readonly requests: string[]
  /** Activities that it took, repeats too. */
  readonly heard: Heard[]
  follow(actorUrl: string, name?: PeerPerson): Promise<void>
  unfollow(actorUrl: string): Promise<void>
  /** Sends what no well-behaved server would, signed all the same. */
  send(actorUrl: string, activity: Activity): Promise<void>
  /** The person is deleted, and tells so. */
  deletePerson(actorUrl: string): Promise<void>
}

export async function startFediversePeer(
  options: {
    /** What the next post to an inbox meets. */
    readonly pickTrouble?: () => PeerTrouble | undefined
  } = {},
): Promise<FediversePeer> {
  const keys = await Promise.all([
    crypto.subtle.generateKey(RSA, true, ['sign', 'verify']),
    generateCryptoKeyPair('Ed25519'),
  ])
  const received: string[] = []
  const receivers: (string | undefined)[] = []
  const objects: Record<string, unknown>[] = []
  const requests: string[] = []
  const heard: Heard[] = []
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
      if (!PERSONS.some((person) => person === name)) return null
      const pairs = await ctx.getActorKeyPairs(name)
      return new Person({
        id: ctx.getActorUri(name),
        preferredUsername: name,
        inbox: ctx.getInboxUri(name),
        ...(name !== 'cilla' && { endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }) }),
        publicKey: pairs[0]!.cryptographicKey,
        assertionMethods: pairs.map(({ multikey }) => multikey),
      })
    })
    .setKeyPairsDispatcher(() => keys)
  const keep = async (ctx: InboxContext<void>, activity: Activity): Promise<void> => {
    received.push(`${activity.constructor.name} ${activity.id?.href}`)
    receivers.push(ctx.recipient ?? undefined)
    const { object } = (await activity.toJsonLd()) as { object?: unknown }
    objects.push((typeof object === 'object' ? object : { id: object }) as Record<string, unknown>)
  }
  federation
    .setInboxListeners('/users/{identifier}/inbox', '/inbox')
    .setSharedKeyDispatcher(() => ({ identifier: 'anna' }))
    .on(Accept, keep)
    .on(Create, keep)
    .on(Update, keep)
    .on(Announce, keep)

  server.on('request', (request, response) => {
    ;(async () => {
      if (isDeleted && request.method === 'GET') {
        response.writeHead(410).end()
        return
      }
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const asked = new Request(new URL(request.url!, url), {
        method: request.method!,
        headers: Object.entries(request.headers).map(([k, v]) => [k, String(v)]),
        ...(request.method === 'POST' && { body }),
      })
      const trouble = request.method === 'POST' ? options.pickTrouble?.() : undefined
      if (trouble && trouble !== 'cut-after') return misbehave(trouble, response)
      const answer = await federation.fetch(asked, { contextData: undefined })
      if (request.method === 'POST' && answer.ok) {
        const { id } = JSON.parse(body.toString()) as { id: string }
        heard.push({
          inbox: request.url!,
          id,
          isLost: !!trouble || response.destroyed,
          at: Date.now(),
        })
      }
      if (trouble) return misbehave(trouble, response)
      if (request.method === 'POST') requests.push(`${request.url} ${answer.status}`)
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    })().catch(() => response.destroy())
  })

  const ctx = federation.createContext(new URL(url), undefined)
  const person = ctx.getActorUri('anna')
  const followOf = (actorUrl: string, name: PeerPerson = 'anna') =>
    new Follow({
      id: new URL(`/follows/${name}/${encodeURIComponent(actorUrl)}`, url),
      actor: ctx.getActorUri(name),
      object: new URL(actorUrl),
    })
  async function send(
    actorUrl: string,
    activity: Activity,
    name: PeerPerson = 'anna',
  ): Promise<void> {
    const actor = (await ctx.lookupObject(actorUrl)) as unknown as Recipient
    await ctx.sendActivity({ identifier: name }, actor, activity)
  }

  return {
    url,
    personId: person.href,
    received,
    receivers,
    objects,
    requests,
    heard,
    send,
    follow: (actorUrl, name) => send(actorUrl, followOf(actorUrl, name), name),
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

function misbehave(trouble: PeerTrouble, response: ServerResponse): void {
  switch (trouble) {
    case 'hang':
      return
    case '503':
      response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":"busy"}')
      return
    case '503-html':
      response.writeHead(503, { 'content-type': 'text/html' }).end('<html>Back soon')
      return
    case 'cut-before':
    case 'cut-after':
      response.destroy()
  }
}
