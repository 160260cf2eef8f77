/**
 * X by its v2 API with OAuth 1.0a user tokens, which don't expire. X has no key that makes a repeat
 * harmless, so: X itself refuses a text that it has had recently, and later than that our own timeline
 * is read before anything is said again.
 */
import { Agent } from 'node:https'
import {
  ApiPartialResponseError,
  ApiRequestError,
  ApiResponseError,
  TwitterApi,
} from 'twitter-api-v2'
import type { TwitterApiReadWrite } from 'twitter-api-v2'
import type { Delivery } from '#src/store/contract.ts'
import { DAY, HOUR, MINUTE, SECOND, isoText, plus } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import { findXFaults } from '#src/wording/x-limits.ts'
import { outcomeOfHttpStatus } from '../channel.ts'
import type { Channel, Checked, Failure, Found, Outcome, Paused, Turn, Words } from '../channel.ts'
import { EgressAgent } from './egress.ts'
import type { Connect } from './egress.ts'
import { untilTheir } from './http.ts'
import { X_OWN_READ, X_POST } from './x-prices.ts'
import type { Charge } from './x-prices.ts'
import { checkedOf, foundOf, notSendable, outcomeOfFound, plainName } from './outcomes.ts'

export interface XCredentials {
  readonly appKey: string
  readonly appSecret: string
  readonly accessToken: string
  readonly accessSecret: string
}

export interface XOptions {
  readonly credentials: XCredentials
  /** The account's name, with or without @; posts for another, or tokens of another, are refused. */
  readonly account: string
  readonly clock: Clock
  /** How to reach an egress gateway (`egressTo`); absent: straight to api.x.com over TLS. */
  readonly connect?: Connect
  /** For one request. Default 10 s; Node's own default is for ever. */
  readonly timeoutMs?: number
  /** Called before each request that costs; afterwards for what it cost less. */
  readonly charge?: Charge
  /** What the town gives for a month, in millionths of a US dollar. */
  readonly monthlyMicroUsd?: number
  /** The accounts that post by the same app, this one too. Default: it alone. */
  readonly accountsOfApp?: readonly string[]
}

/** X's duplicate rule is surely at work for so long; its true window isn't published. */
const DUPLICATE_RULE_MS = 10 * MINUTE
/** Our clock against theirs, when asking for posts since an instant. */
const CLOCK_SKEW_MS = 2 * MINUTE
/** How far back to look for a text that X calls a duplicate though we never tried it. */
const FOREIGN_TRY_MS = 12 * HOUR
const PAGE_SIZE = 100
const PAGES = 3
/** Most requests in one call: who we are, the timeline's pages, the post, and the post again as no reply. */
const REQUESTS = 3 + PAGES

export function openX(options: XOptions): Channel {
  const { credentials, clock } = options
  const timeoutMs = options.timeoutMs ?? 10 * SECOND
  const account = plainName(options.account)
  const charge: Charge = options.charge ?? (() => Promise.resolve())
  const httpAgent = options.connect
    ? new EgressAgent(options.connect)
    : new Agent({ keepAlive: false })
  let ownId: string | undefined

  /** A client whose every request ends with the turn, or after its time. */
  function clientFor(turn: Turn): TwitterApiReadWrite {
    return new TwitterApi(credentials, {
      httpAgent,
      compression: false,
      plugins: [
        {
          onBeforeRequest({ requestOptions }) {
            requestOptions.timeout = timeoutMs
            requestOptions.signal = AbortSignal.any([turn.signal, AbortSignal.timeout(timeoutMs)])
          },
        },
      ],
    }).readWrite
  }

  async function findOwnId(client: TwitterApiReadWrite): Promise<string | Paused> {
    if (ownId !== undefined) return ownId
    const { data } = await pay(X_OWN_READ, () => client.v2.me())
    if (plainName(data.username) !== account) {
      const detail = `the access token belongs to @${data.username}, the town names @${account}`
      return { kind: 'paused', because: 'wrong-account', detail }
    }
    ownId = data.id
    return ownId
  }

  async function check(turn: Turn): Promise<Checked> {
    try {
      ownId = undefined
      const id = await findOwnId(clientFor(turn))
      return typeof id === 'string' ? { kind: 'ready' } : id
    } catch (error) {
      return checkedOf(outcomeOfError(error, clock()))
    }
  }

  async function lookUp(delivery: Delivery, turn: Turn): Promise<Found> {
    try {
      const client = clientFor(turn)
      const id = await findOwnId(client)
      if (typeof id !== 'string') return id
      const since =
        delivery.attempts > 1 && delivery.firstTriedAt !== undefined
          ? plus(delivery.firstTriedAt, -CLOCK_SKEW_MS)
          : plus(turn.now, -FOREIGN_TRY_MS)
      let page = await readPage(() =>
        client.v2.userTimeline(id, { max_results: PAGE_SIZE, start_time: isoText(since) }),
      )
      for (let read = 1; ; read += 1) {
        const post = page.tweets.find((p) => sameText(p.text, delivery.text))
        if (post) return { kind: 'found', remoteId: post.id }
        if (page.meta.next_token === undefined) return { kind: 'absent' }
        if (read === PAGES) return { kind: 'unknowable', detail: 'too many posts to look through' }
        const before = page
        page = await readPage(() => before.next(PAGE_SIZE))
      }
    } catch (error) {
      return foundOf(outcomeOfError(error, clock()))
    }
  }

  /** Each post that is read costs; how many there are is known only afterwards. */
  async function readPage<Page extends { readonly meta: { readonly result_count?: number } }>(
    read: () => Promise<Page>,
  ): Promise<Page> {
    const page = await pay(PAGE_SIZE * X_OWN_READ, read)
    const unread = PAGE_SIZE - (page.meta.result_count ?? PAGE_SIZE)
    if (unread > 0) await charge(-unread * X_OWN_READ)
    return page
  }

  /** Counted before it is asked for; what X refuses has cost nothing. */
  async function pay<T>(microUsd: number, request: () => Promise<T>): Promise<T> {
    await charge(microUsd)
    try {
      return await request()
    } catch (error) {
      if (isRefusal(error)) await charge(-microUsd)
      throw error
    }
  }

  async function send(delivery: Words, turn: Turn): Promise<Outcome> {
    const faults = findXFaults(delivery.text)
    if (faults.length > 0) return notSendable(`the text is ${faults.join(', ')}`)
    if (plainName(delivery.account) !== account) {
      return notSendable(`it is for @${plainName(delivery.account)}, this is @${account}`)
    }
    const sinceFirstMs = turn.now - (delivery.firstTriedAt ?? turn.now)
    if (delivery.attempts > 1 && sinceFirstMs >= DUPLICATE_RULE_MS) {
      const found = await lookUp(delivery, turn)
      if (found.kind !== 'absent') return outcomeOfFound(found)
    }
    try {
      const answer = await post(clientFor(turn), delivery)
      const id: unknown = answer.data?.id
      if (typeof id === 'string') return { kind: 'sent', remoteId: id }
      return { kind: 'later', because: 'server-error', detail: 'an answer without the post’s id' }
    } catch (error) {
      if (!isDuplicate(error)) return outcomeOfError(error, clock())
      return outcomeOfDuplicate(delivery, await lookUp(delivery, turn))
    }
  }

  /** As a reply where it follows something up; as no reply where that has been deleted at X. */
  async function post(client: TwitterApiReadWrite, { text, follows }: Words) {
    if (follows === undefined) return pay(X_POST, () => client.v2.tweet(text))
    const reply = { in_reply_to_tweet_id: follows.remoteId }
    try {
      return await pay(X_POST, () => client.v2.tweet(text, { reply }))
    } catch (error) {
      if (!isAboutReply(error)) throw error
      return pay(X_POST, () => client.v2.tweet(text))
    }
  }

  return {
    name: 'x',
    account: options.account,
    longestMs: REQUESTS * timeoutMs,
    limits: [
      { most: 100, withinMs: 15 * MINUTE, accounts: [options.account] },
      { most: 10_000, withinMs: DAY, accounts: options.accountsOfApp ?? [options.account] },
    ],
    prices: {
      postMicroUsd: X_POST,
      ...(options.monthlyMicroUsd !== undefined && { monthlyMicroUsd: options.monthlyMicroUsd }),
    },
    send,
    lookUp,
    check,
  }
}

/** X itself said no; a server's trouble may come after it has said yes. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof ApiResponseError)) return false
  return error.code >= 400 && error.code < 500 && error.code !== 408
}

/** X has this text already. After an earlier try of ours that is proof enough; only the id is missing. */
function outcomeOfDuplicate(delivery: Delivery, found: Found): Outcome {
  if (found.kind === 'found') return { kind: 'sent', remoteId: found.remoteId }
  if (delivery.attempts > 1) return { kind: 'sent' }
  if (found.kind !== 'absent') return outcomeOfFound(found)
  return {
    kind: 'never',
    because: 'refused',
    detail: 'X calls it a duplicate of what we never said',
  }
}

/** The API writes `&`, `<` and `>` of a post's text as entities. */
function sameText(theirs: string, ours: string): boolean {
  const plain = theirs.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return plain.normalize('NFC').trim() === ours.normalize('NFC').trim()
}

/** v2 gives no code with its duplicate refusal, only these words (and v1.1's 187 is absent). */
function isDuplicate(error: unknown): boolean {
  if (!(error instanceof ApiResponseError) || error.code !== 403) return false
  return error.hasErrorCode(187) || /duplicate content/i.test(problemOf(error).detail)
}

/** The post replied to is gone, or X wants no reply to it. */
function isAboutReply(error: unknown): boolean {
  if (!(error instanceof ApiResponseError) || isDuplicate(error)) return false
  const isRefusal = error.code === 400 || error.code === 403
  return isRefusal && /\brepl(?:y|ies)\b|in_reply_to/i.test(problemOf(error).detail)
}

/**
 * What a failed request means. A 403 may be about the account or the app rather than the post: then
 * everything would be refused, so the channel pauses.
 * @throws what isn't an error of the request: our own fault.
 */
export function outcomeOfError(error: unknown, now: number): Failure {
  if (error instanceof ApiRequestError) {
    return { kind: 'later', because: 'unreachable', detail: causeOf(error) }
  }
  if (error instanceof ApiPartialResponseError) {
    const status = error.response.statusCode ?? 0
    const detail = `the answer (${status}) was cut short`
    return status >= 400
      ? outcomeOfHttpStatus(status, detail)
      : { kind: 'later', because: 'unreachable', detail }
  }
  if (!(error instanceof ApiResponseError)) throw error
  const { title, detail, type } = problemOf(error)
  const said = `${error.code} ${detail || title}`.trim()
  const about = `${title} ${detail} ${type}`
  if (error.code === 403 && /suspended|locked|\b(?:64|326)\b/i.test(about)) {
    return { kind: 'paused', because: 'suspended', detail: said }
  }
  if (
    error.code === 403 &&
    /oauth1-permissions|client-forbidden|client-not-enrolled/i.test(about)
  ) {
    return { kind: 'paused', because: 'bad-credentials', detail: said }
  }
  if (/usage-capped|UsageCapExceeded|CreditsDepleted/i.test(about)) {
    return { kind: 'paused', because: 'no-credits', detail: said }
  }
  return outcomeOfHttpStatus(error.code, said, resetAfterMs(error, now))
}

interface Problem {
  readonly title: string
  readonly detail: string
  /** The problem's address, and v1.1's codes where there are any. */
  readonly type: string
}

/** X's problem document as far as it is one; a proxy's HTML gives empty words. */
function problemOf(error: ApiResponseError): Problem {
  const data: unknown = error.data
  if (typeof data !== 'object' || data === null) return { title: '', detail: '', type: '' }
  const text = (key: string): string => {
    const value: unknown = Reflect.get(data, key)
    return typeof value === 'string' ? value : ''
  }
  const errors: unknown = Reflect.get(data, 'errors')
  const codes = Array.isArray(errors) ? errors.map((e: { code?: unknown }) => String(e?.code)) : []
  const type = [text('type'), text('reason'), ...codes].join(' ')
  return { title: text('title'), detail: text('detail'), type }
}

const RESETS = [
  ['x-rate-limit-remaining', 'x-rate-limit-reset'],
  ['x-app-limit-24hour-remaining', 'x-app-limit-24hour-reset'],
  ['x-user-limit-24hour-remaining', 'x-user-limit-24hour-reset'],
] as const

/** Until the last of the limits that are used up is lifted, by X's own clock where it tells it. */
function resetAfterMs(error: ApiResponseError, now: number): number | undefined {
  const header = (name: string): string | undefined => {
    const value = error.headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const waits = RESETS.flatMap(([remaining, reset]) => {
    const at = Number(header(reset)) * SECOND
    const used = Number(header(remaining) ?? 0) <= 0
    return used && at > 0 ? (untilTheir(at, header('date'), now) ?? []) : []
  })
  return waits.length === 0 ? undefined : Math.max(...waits)
}

/** The library keeps the cause where its own getter doesn't look (`requestError` is always undefined). */
function causeOf(error: ApiRequestError): string {
  const options: unknown = Reflect.get(error, '_options')
  const cause: unknown =
    typeof options === 'object' && options !== null ? Reflect.get(options, 'error') : undefined
  return cause instanceof Error ? cause.message || cause.name : error.message
}
