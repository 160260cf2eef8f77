/** HTTP for other servers: who our actors are and what they said, and inboxes that believe nobody unseen. */
import type { Federation } from '@fedify/fedify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Counter, type Registry } from 'prom-client'
import { addressBlock } from '#src/store/reporters.ts'
import type { Visit } from './federation.ts'

/** Far more than a Follow with its signatures has. */
const MOST_BYTES = 64 * 1024
/** Each may have us fetch a key: more at once must wait. */
const MOST_AT_ONCE = 16
/** Of one address, so that one can't shut the inbox for all. */
const MOST_OF_ONE = 2

const READ = [
  '/.well-known/webfinger',
  '/.well-known/nodeinfo',
  '/nodeinfo/2.1',
  '/ap/:actor',
  '/ap/:actor/outbox',
  '/ap/:actor/followers',
  '/ap/:actor/featured',
  '/ap/:actor/notes/:key',
] as const
const INBOXES = ['/ap/inbox', '/ap/:actor/inbox'] as const

/** What it means for who sent it, where Fedify's own answer doesn't say. */
const ANSWERS: Readonly<Record<string, readonly [number, string]>> = {
  foreign: [400, 'That is no actor of this server.'],
  unfit: [400, 'That actor can’t follow: its inbox must be on its own server, over https.'],
  unreachable: [503, 'Your actor could not be fetched; try again later.'],
  'too-many': [429, 'That server has asked to follow very often; try again later.'],
}

export interface RouteOptions {
  readonly federation: Federation<Visit>
  readonly publicUrl: string
  readonly metrics: Registry
  /** Where a person who opens an address of ours is led. */
  readonly pageFor: (params: { readonly actor?: string; readonly key?: string }) => Promise<string>
}

export function registerFediverse(app: FastifyInstance, options: RouteOptions): void {
  const { federation, publicUrl } = options
  const received = new Counter({
    name: 'kvitter_activitypub_received_total',
    help: 'What other servers posted to our inboxes, by what became of it',
    labelNames: ['became'],
    registers: [options.metrics],
  })
  // Signatures are over the bytes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })

  for (const path of READ) {
    app.get(path, async (request, reply) => {
      const toPage = async () => {
        const location = await options.pageFor(request.params as Record<string, string>)
        return new Response(null, { status: 303, headers: { location, vary: 'accept' } })
      }
      const answer = await federation.fetch(asRequest(request), {
        contextData: {},
        onNotAcceptable: toPage,
      })
      return sendAnswer(reply, answer.status, answer.headers, await answer.text())
    })
  }

  let underWay = 0
  const ofOne = new Map<string, number>()
  for (const path of INBOXES) {
    app.post(path, { bodyLimit: MOST_BYTES }, async (request, reply) => {
      const from = addressBlock(request.ip)
      const before = ofOne.get(from) ?? 0
      if (underWay >= MOST_AT_ONCE || before >= MOST_OF_ONE) {
        received.inc({ became: 'turned-away' })
        return plain(reply.header('retry-after', '30'), 503, 'Too many at once; try again later.')
      }
      underWay += 1
      ofOne.set(from, before + 1)
      try {
        const visit: Visit = {}
        const answer = await federation.fetch(asRequest(request), { contextData: visit })
        const text = await answer.text()
        received.inc({ became: visit.outcome ?? becameOf(answer.status, text) })
        const own = ANSWERS[visit.outcome ?? '']
        return own ? plain(reply, ...own) : sendAnswer(reply, answer.status, answer.headers, text)
      } finally {
        underWay -= 1
        const left = ofOne.get(from)! - 1
        if (left === 0) ofOne.delete(from)
        else ofOne.set(from, left)
      }
    })
  }
  app.addHook('onError', (request, _reply, error, done) => {
    if (request.method === 'POST') {
      received.inc({ became: error.statusCode === 413 ? 'too-large' : 'failed' })
    }
    done()
  })

  /** As whoever sent it meant it: under our own name, whatever a proxy made of that. */
  function asRequest({ method, url, headers, body }: FastifyRequest): Request {
    const target = new URL(url, publicUrl)
    const given = new Headers()
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) given.set(name, [value].flat().join(', '))
    }
    given.set('host', target.host)
    return new Request(target, {
      method,
      headers: given,
      ...(method === 'POST' && { body: body instanceof Uint8Array ? new Uint8Array(body) : '' }),
    })
  }
}

function becameOf(status: number, text: string): string {
  if (status === 401) return 'not-believed'
  if (status >= 500) return 'failed'
  if (status >= 400) return 'malformed'
  return text.includes('already been processed') ? 'repeat' : 'ignored'
}

function sendAnswer(
  reply: FastifyReply,
  status: number,
  headers: Headers,
  text: string,
): FastifyReply {
  for (const [name, value] of headers) void reply.header(name, value)
  return reply.code(status).send(text)
}

function plain(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(text)
}
