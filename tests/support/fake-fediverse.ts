/**
 * A server on the fediverse without any library: it signs and verifies as draft-cavage-12 says, by
 * `node:crypto` alone, and can be told to misbehave.
 */
import { createHash, createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** How a post to its inboxes goes wrong: a status, or what happens to the connection. */
export type Misbehaviour = number | 'hang' | 'cut-after' | 'retry-after' | 'redirect'

export interface Posted {
  readonly path: string
  readonly type: string
  readonly id: string
  readonly signature: 'right' | 'wrong' | 'rfc9421' | 'none'
  readonly userAgent: string
}

export interface Signing {
  /** The person whose key is named. */
  readonly as?: string
  readonly date?: Date
  /** The server for which it is signed, where that isn't the one it goes to. */
  readonly host?: string
  /** The address that it comes from, as a proxy of ours would tell. */
  readonly from?: string
  /** With a key that isn't the person's. */
  readonly withFalseKey?: true
  readonly unsigned?: true
  /** What the digest is of, where that isn't what is sent. */
  readonly digestOf?: string
}

export interface FakeFediverse extends AsyncDisposable {
  readonly url: string
  person(name: string): string
  /** What posts to its inboxes meet; the last for all that follow. None: they are taken. */
  readonly meets: Misbehaviour[]
  readonly posted: Posted[]
  /** Fetches of actors wait until it resolves. */
  until?: Promise<void>
  /** Its actors can't be fetched. */
  isDown?: boolean
  /** Where persons say that their inbox is; undefined: here. */
  inboxOf?: (name: string) => string
  follow(actorUrl: string, name: string): object
  /** Posts something to an inbox; gives the status. */
  post(inbox: string, body: object | string, signing?: Signing): Promise<number>
}

const OURS = generateKeyPairSync('rsa', { modulusLength: 2048 })
const FALSE = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = OURS.publicKey.export({ type: 'spki', format: 'pem' })

export async function startFakeFediverse(): Promise<FakeFediverse> {
  const keys = new Map<string, string>()
  const server = createServer((request, response) => {
    // A town that is closed can't be asked for a key any more.
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const person = (name: string) => `${url}/users/${name}`

  const fake: FakeFediverse = {
    url,
    person,
    meets: [],
    posted: [],
    follow: (actorUrl, name) => ({
      '@context': 'https://www.w3.org/ns/activitystreams',
      id: `${person(name)}#follow-${encodeURIComponent(actorUrl)}`,
      type: 'Follow',
      actor: person(name),
      object: actorUrl,
    }),
    async post(inbox, body, signing = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const { pathname, host } = new URL(inbox)
      const headers: Record<string, string> = {
        host: signing.host ?? host,
        date: (signing.date ?? new Date()).toUTCString(),
        digest: digestOf(signing.digestOf ?? text),
      }
      const keyId = `${person(signing.as ?? 'anna')}#main-key`
      const names = ['(request-target)', 'host', 'date', 'digest']
      const signed = createSign('sha256')
        .update(signingText(names, `post ${pathname}`, headers))
        .sign(signing.withFalseKey ? FALSE.privateKey : OURS.privateKey, 'base64')
      const signature = `keyId="${keyId}",algorithm="rsa-sha256",headers="${names.join(' ')}",signature="${signed}"`
      const { status } = await fetch(inbox, {
        method: 'POST',
        headers: {
          'content-type': 'application/activity+json',
          date: headers['date']!,
          ...(signing.from !== undefined && { 'x-forwarded-for': signing.from }),
          ...(!signing.unsigned && { digest: headers['digest']!, signature }),
        },
        body: text,
      })
      return status
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!
    if (request.method === 'POST') return take(path, request, response)
    await fake.until
    if (fake.isDown) return void response.writeHead(503).end()
    const name = /^\/users\/(\w+)$/.exec(path)?.[1]
    if (name === undefined || name === 'nobody') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/activity+json' })
    response.end(JSON.stringify(actorOf(name)))
  }

  function actorOf(name: string): object {
    const id = person(name)
    return {
      '@context': ['https://www.w3.org/ns/activitystreams', 'https://w3id.org/security/v1'],
      id,
      type: 'Person',
      preferredUsername: name,
      inbox: fake.inboxOf?.(name) ?? `${id}/inbox`,
      endpoints: { sharedInbox: `${url}/inbox` },
      publicKey: { id: `${id}#main-key`, owner: id, publicKeyPem: PEM },
    }
  }

  async function take(path: string, request: IncomingMessage, response: ServerResponse) {
    const body = (await buffer(request)).toString()
    const { type, id } = JSON.parse(body) as { type: string; id: string }
    const { headers } = request
    const signature = await judge(path, headers as Record<string, string>, body)
    fake.posted.push({ path, type, id, signature, userAgent: headers['user-agent'] ?? '' })
    const meets = fake.meets.length > 1 ? fake.meets.shift() : fake.meets[0]
    if (meets === 'hang') return
    if (meets === 'cut-after') return void request.socket.destroy()
    if (meets === 'retry-after') return void response.writeHead(429, { 'retry-after': '90' }).end()
    if (meets === 'redirect') {
      return void response.writeHead(307, { location: `${url}/elsewhere` }).end()
    }
    response.writeHead(meets ?? 202).end()
  }

  async function judge(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<Posted['signature']> {
    const { signature } = headers
    if (headers['signature-input'] !== undefined) return 'rfc9421'
    if (signature === undefined) return 'none'
    const part = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(signature)![1]!
    const names = part('headers').split(' ')
    for (const needed of ['(request-target)', 'host', 'date', 'digest']) {
      if (!names.includes(needed)) return 'wrong'
    }
    if (!headers['digest']!.toLowerCase().includes(digestOf(body).slice(8).toLowerCase())) {
      return 'wrong'
    }
    return createVerify('sha256')
      .update(signingText(names, `post ${path}`, headers))
      .verify(await keyOf(part('keyId')), part('signature'), 'base64')
      ? 'right'
      : 'wrong'
  }

  /** As the signer's actor tells it, asked once. */
  async function keyOf(keyId: string): Promise<string> {
    const known = keys.get(keyId)
    if (known !== undefined) return known
    const answer = await fetch(keyId, { headers: { accept: 'application/activity+json' } })
    const { publicKey } = (await answer.json()) as {
      publicKey: { id: string; publicKeyPem: string }
    }
    if (publicKey.id !== keyId) throw new Error(`${keyId} is not ${publicKey.id}`)
    keys.set(keyId, publicKey.publicKeyPem)
    return publicKey.publicKeyPem
  }
}

function digestOf(body: string): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`
}

function signingText(
  names: readonly string[],
  target: string,
  headers: Readonly<Record<string, string>>,
): string {
  return names
    .map((name) => `${name}: ${name === '(request-target)' ? target : headers[name]}`)
    .join('\n')
}
