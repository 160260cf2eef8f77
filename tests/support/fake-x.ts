/**
 * X on loopback, as far as Kvitter uses it: it really verifies OAuth 1.0a signatures, refuses
 * duplicates in X's own words, counts rate limits, and can be told to misbehave.
 *
 * As a process of its own it outlives the product:
 *   node tests/support/fake-x.ts --port 0 --log posts.jsonl [--delay-ms 20] [--limit 100]
 *     [--trouble 0.2 --seed 7]
 * It prints its port, and appends each accepted post to the log, synced, before it answers. Started
 * again on the same log it still knows them. It accepts the credentials below.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { ACCEPTS_FIRST, readSaid, runFarEnd, spoil } from './far-end.ts'

export const FAKE_X_CREDENTIALS = {
  appKey: 'app-key',
  appSecret: 'app/secret+&=',
  accessToken: '42-token',
  accessSecret: 'token%secret',
} as const
export const FAKE_X_ACCOUNT = 'avs_provstad'
const USER_ID = '42'
const ORIGIN = 'https://api.x.com'

/** How a request may go wrong. `…-after` accepts a post first. */
export const X_FAULTS = [
  '429',
  '429-day',
  '503-json',
  '503-html',
  '503-after',
  'cut-before',
  'cut-after',
  'body-cut',
  'hang',
  'hang-after',
  'html-200',
  '401',
  '402',
  '403-suspended',
  '403-read-only',
  '403-other',
  '400',
] as const
export type XFault = (typeof X_FAULTS)[number]

export interface FakePost {
  readonly id: string
  readonly text: string
  /** The post that it is a reply to. */
  readonly replyTo?: string
  readonly at: number
}

export interface FakeXOptions {
  readonly port?: number
  /** File for accepted posts, one JSON line each. */
  readonly log?: string
  /** How long an equal text is refused. Default a day. */
  readonly duplicateWindowMs?: number
  /** How long a new post is missing from the timeline. */
  readonly timelineLagMs?: number
  /** Posts in 15 minutes. */
  readonly limit?: number
  readonly delayMs?: number
  /** Picks a fault for a post, after the queue. */
  readonly pickFault?: () => XFault | undefined
  readonly username?: string
  readonly now?: () => number
}

export interface FakeX extends AsyncDisposable {
  readonly port: number
  /** Each post meets the first and takes it away. */
  readonly faults: XFault[]
  /** Faults of reads (who am I, timeline), in the same way. */
  readonly readFaults: XFault[]
  /** Posts that stand, oldest first. */
  readonly posts: FakePost[]
  /** `POST /2/tweets 201`, in the order of arrival. */
  readonly requests: string[]
  /** For `openX({ connect })`. */
  readonly connect: () => Socket
}

export async function startFakeX(options: FakeXOptions = {}): Promise<FakeX> {
  const now = options.now ?? Date.now
  const posts = readSaid<FakePost>(options.log)
  const requests: string[] = []
  const faults: XFault[] = []
  const readFaults: XFault[] = []
  const nonces = new Set<string>()
  const limit = options.limit ?? 100
  const windowMs = 15 * 60_000
  let used = 0
  let resetAt = 0
  let nextId = 1_900_000_000_000_000_000n + BigInt(posts.length)
  const log = options.log === undefined ? undefined : openSync(options.log, 'a')

  const server = createServer((request, response) => {
    void answer(request, response)
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, ORIGIN)
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk)
    response.on('finish', () => {
      requests.push(`${request.method} ${url.pathname} ${response.statusCode}`)
    })
    if (options.delayMs) await new Promise((resolve) => setTimeout(resolve, options.delayMs))

    const refused = findAuthFault(request, url, nonces, now())
    if (refused) return sendProblem(response, 401, 'Unauthorized', `Unauthorized: ${refused}`)
    if (request.method === 'POST' && url.pathname === '/2/tweets') return post(response, body)
    const fault = readFaults.shift()
    if (fault) return misbehave(fault, response)
    if (request.method === 'GET' && url.pathname === '/2/users/me') {
      const username = options.username ?? FAKE_X_ACCOUNT
      return sendJson(response, 200, { data: { id: USER_ID, name: 'ÅVS', username } })
    }
    if (request.method === 'GET' && url.pathname === `/2/users/${USER_ID}/tweets`) {
      return sendTimeline(response, url)
    }
    const deleted = /^\/2\/tweets\/(\d+)$/.exec(url.pathname)?.[1]
    if (request.method === 'DELETE' && deleted !== undefined) {
      const index = posts.findIndex((p) => p.id === deleted)
      if (index >= 0) posts.splice(index, 1)
      return sendJson(response, 200, { data: { deleted: index >= 0 } })
    }
    return sendProblem(response, 404, 'Not Found', url.pathname)
  }

  function post(response: ServerResponse, body: string): void {
    const at = now()
    if (at >= resetAt) {
      used = 0
      resetAt = at + windowMs
    }
    const limits = () => ({
      'x-rate-limit-limit': String(limit),
      'x-rate-limit-remaining': String(Math.max(0, limit - used)),
      'x-rate-limit-reset': String(Math.ceil(resetAt / 1000)),
    })
    const fault = faults.shift() ?? options.pickFault?.()
    if (fault && !ACCEPTS_FIRST.has(fault)) return misbehave(fault, response)
    if (used >= limit) {
      return sendProblem(response, 429, 'Too Many Requests', 'Too Many Requests', limits())
    }
    used += 1
    const text = textOf(body)
    if (text === undefined || text === '') {
      return sendProblem(response, 400, 'Invalid Request', 'text is missing', limits())
    }
    const window = options.duplicateWindowMs ?? 24 * 3_600_000
    if (posts.some((p) => p.text === text && at - p.at < window)) {
      const detail = 'You are not allowed to create a Tweet with duplicate content.'
      return sendProblem(response, 403, 'Forbidden', detail, limits())
    }
    const replyTo = replyIn(body)
    if (replyTo !== undefined && !posts.some(({ id }) => id === replyTo)) {
      const detail = 'You attempted to reply to a Tweet that is deleted or not visible to you.'
      return sendProblem(response, 403, 'Forbidden', detail, limits())
    }
    const accepted = { id: String(nextId++), text, at, ...(replyTo !== undefined && { replyTo }) }
    posts.push(accepted)
    if (log !== undefined) {
      writeSync(log, `${JSON.stringify(accepted)}\n`)
      fsyncSync(log)
    }
    if (fault) return misbehave(fault, response)
    const data = { id: accepted.id, text: escapeText(text), edit_history_tweet_ids: [accepted.id] }
    return sendJson(response, 201, { data }, limits())
  }

  /** Newest first, a page at a time, `start_time` inclusive; without posts there is no `data`. */
  function sendTimeline(response: ServerResponse, url: URL): void {
    const from = Date.parse(url.searchParams.get('start_time') ?? '1970-01-01T00:00:00Z')
    const size = Number(url.searchParams.get('max_results') ?? 10)
    if (!(size >= 5 && size <= 100)) {
      return sendProblem(response, 400, 'Invalid Request', 'max_results must be 5 to 100')
    }
    const lag = options.timelineLagMs ?? 0
    const seen = posts.filter((p) => p.at >= from && p.at + lag <= now()).reverse()
    const skip = Number(url.searchParams.get('pagination_token') ?? 0)
    const page = seen.slice(skip, skip + size)
    return sendJson(response, 200, {
      ...(page.length > 0 && {
        data: page.map(({ id, text }) => ({
          id,
          text: escapeText(text),
          edit_history_tweet_ids: [id],
        })),
      }),
      meta: {
        result_count: page.length,
        ...(page.length > 0 && { newest_id: page[0]!.id, oldest_id: page.at(-1)!.id }),
        ...(skip + size < seen.length && { next_token: String(skip + size) }),
      },
    })
  }

  function misbehave(fault: XFault, response: ServerResponse): void {
    const inSeconds = (seconds: number) => String(Math.ceil(now() / 1000) + seconds)
    switch (fault) {
      case '429':
        return sendProblem(response, 429, 'Too Many Requests', 'Too Many Requests', {
          'x-rate-limit-limit': '100',
          'x-rate-limit-remaining': '0',
          'x-rate-limit-reset': inSeconds(90),
        })
      case '429-day':
        return sendProblem(response, 429, 'Too Many Requests', 'Too Many Requests', {
          'x-rate-limit-limit': '100',
          'x-rate-limit-remaining': '37',
          'x-rate-limit-reset': inSeconds(90),
          'x-user-limit-24hour-limit': '100',
          'x-user-limit-24hour-remaining': '0',
          'x-user-limit-24hour-reset': inSeconds(7200),
        })
      case '503-json':
      case '503-after':
        return sendProblem(response, 503, 'Service Unavailable', 'Over capacity')
      case '401':
        return sendProblem(response, 401, 'Unauthorized', 'Unauthorized')
      case '402':
        return sendProblem(response, 402, 'CreditsDepleted', 'Your account has no credits left.')
      case '403-suspended':
        return sendJson(response, 403, {
          errors: [{ code: 64, message: 'Your account is suspended.' }],
        })
      case '403-read-only':
        return sendProblem(
          response,
          403,
          'Forbidden',
          'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
          {},
          'https://api.twitter.com/2/problems/oauth1-permissions',
        )
      case '403-other':
        return sendProblem(
          response,
          403,
          'Forbidden',
          'You are not permitted to perform this action.',
        )
      case '400':
        return sendProblem(response, 400, 'Invalid Request', 'One or more parameters was invalid.')
      default:
        return spoil(fault, response, { status: 201, text: '{"data":{"id":"1' })
    }
  }

  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    faults,
    readFaults,
    posts,
    requests,
    connect: () => connect(port, '127.0.0.1'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      if (log !== undefined) closeSync(log)
    },
  }
}

function textOf(body: string): string | undefined {
  try {
    const { text } = JSON.parse(body) as { text?: unknown }
    return typeof text === 'string' ? text.normalize('NFC').trim() : undefined
  } catch {
    return undefined
  }
}

function replyIn(body: string): string | undefined {
  const { reply } = JSON.parse(body) as { reply?: { in_reply_to_tweet_id?: string } }
  return reply?.in_reply_to_tweet_id
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** RFC 5849 §3: why a request isn't signed by whom it says. JSON bodies aren't part of the signature. */
function findAuthFault(
  request: IncomingMessage,
  url: URL,
  nonces: Set<string>,
  now: number,
): string | undefined {
  const header = request.headers.authorization ?? ''
  if (!header.startsWith('OAuth ')) return 'no OAuth header'
  const given = new Map<string, string>()
  for (const [, key, value] of header.slice(6).matchAll(/(\w+)="([^"]*)"/g)) {
    given.set(key!, decodeURIComponent(value!))
  }
  const { appKey, appSecret, accessToken, accessSecret } = FAKE_X_CREDENTIALS
  if (request.headers.host !== 'api.x.com') return `host ${request.headers.host}`
  if (given.get('oauth_consumer_key') !== appKey) return 'unknown app'
  if (given.get('oauth_token') !== accessToken) return 'unknown token'
  if (given.get('oauth_signature_method') !== 'HMAC-SHA1') return 'signature method'
  const seconds = Number(given.get('oauth_timestamp'))
  if (!(Math.abs(now / 1000 - seconds) <= 300)) return 'timestamp'

  const parameters = [...given].filter(([key]) => key !== 'oauth_signature')
  const pairs = [...parameters, ...url.searchParams]
    .map(([key, value]) => `${percentEncode(key)}=${percentEncode(value)}`)
    .sort()
    .join('&')
  const base = [request.method!, ORIGIN + url.pathname, pairs].map(percentEncode).join('&')
  const key = `${percentEncode(appSecret)}&${percentEncode(accessSecret)}`
  const expected = createHmac('sha1', key).update(base).digest()
  const signature = Buffer.from(given.get('oauth_signature') ?? '', 'base64')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    return 'signature'
  }
  const nonce = `${seconds} ${given.get('oauth_nonce')}`
  if (nonces.has(nonce)) return 'nonce used before'
  nonces.add(nonce)
  return undefined
}

/** RFC 3986 unreserved characters stay, all others are escaped. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!*'()]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8'
  response.writeHead(status, { 'content-type': type, ...headers })
  response.end(JSON.stringify(body))
}

function sendProblem(
  response: ServerResponse,
  status: number,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
  type = 'about:blank',
): void {
  sendJson(response, status, { title, detail, type, status }, headers)
}

if (import.meta.main) await runFarEnd(startFakeX)
