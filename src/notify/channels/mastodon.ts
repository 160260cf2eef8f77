/**
 * Mastodon by its API, and servers that speak it. A repeat is made harmless thrice: own posts are looked
 * at before it; the server knows the Idempotency-Key for an hour; later than that nothing is said unless
 * it surely isn't there. A post that is called wrong is edited as well as replied to.
 */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises'
import { z } from 'zod'
import { HOUR, MINUTE, SECOND, parseInstant, plus } from '#src/stations/time.ts'
import type { Card, PostPictures } from '#src/cards/card-desk.ts'
import type { Delivery, WayOut } from '#src/store/contract.ts'
import { clipGraphemes, splitGraphemes } from '#src/wording/graphemes.ts'
import { hasMention } from '#src/wording/x-limits.ts'
import type {
  Channel,
  Checked,
  Failure,
  Followed,
  Found,
  Outcome,
  Turn,
  Words,
} from '../channel.ts'
import { ask, failureOfAnswer, jsonOf, textAt, untilTheir } from './http.ts'
import type { Answer, Ask } from './http.ts'
import { checkedOf, foundOf, notSendable, outcomeOfFound, plainName } from './outcomes.ts'
import { bringPicture, PICTURE_MS } from './pictures.ts'

export interface MastodonOptions {
  /** `https://mastodon.example`. */
  readonly server: string
  /** The account's name there, with or without @ and the server's; tokens of another are refused. */
  readonly account: string
  readonly accessToken: string
  readonly visibility: 'public' | 'unlisted'
  /** Without it posts have no pictures. */
  readonly pictures?: PostPictures
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number
}

/** Their clock against ours. */
const CLOCK_SKEW_MS = 2 * MINUTE
/** A text tells the clock and not the day: the same words from another day are other news. */
const SAME_DAY_MS = 12 * HOUR
/** Mastodon forgets a key an hour after it was used. */
const KEY_HOLDS_MS = 50 * MINUTE
const MAX_LENGTH = 500
/** However long an address is. */
const URL_LENGTH = 23
const PAGE_SIZE = 40
const PAGES = 3
/** Most requests in one call: who we are, our posts' pages, the edit, the post, and the post again as no reply. */
const REQUESTS = 4 + PAGES
/** Between two looks at a picture that the server still works on. */
const LOOK_MS = 300

const identity = z.object({ id: z.string(), username: z.string() })
const status = z.object({ id: z.string(), content: z.string(), created_at: z.string() })
const statuses = z.array(status)
type Status = z.output<typeof status>

export function openMastodon(options: MastodonOptions): Channel {
  const { account, visibility } = options
  const timeoutMs = options.timeoutMs ?? 10 * SECOND
  const server = options.server.replace(/\/+$/, '')
  const way: WayOut = { channel: 'mastodon', account }
  let ownId: string | undefined
  const authorization = `Bearer ${options.accessToken}`

  function call(turn: Turn, method: Ask['method'], path: string, body?: object, key?: string) {
    return ask(
      {
        method,
        url: `${server}/api/v1/${path}`,
        headers: {
          authorization,
          ...(body && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body && { body: JSON.stringify(body) }),
      },
      turn,
      timeoutMs,
    )
  }

  /** Our own id there, or why it can't be had. */
  async function findOwnId(turn: Turn): Promise<string | Failure> {
    if (ownId !== undefined) return ownId
    const answer = await call(turn, 'GET', 'accounts/verify_credentials')
    const told = identity.safeParse(jsonOf(answer))
    if (!told.success) return failureOf(answer, turn)
    const { id, username } = told.data
    if (plainName(username) !== localName(account)) {
      const detail = `the access token belongs to @${username}, the town names ${account}`
      return { kind: 'paused', because: 'wrong-account', detail }
    }
    ownId = id
    return id
  }

  async function check(turn: Turn): Promise<Checked> {
    ownId = undefined
    const id = await findOwnId(turn)
    return typeof id === 'string' ? { kind: 'ready' } : checkedOf(id)
  }

  async function lookUp(delivery: Delivery, turn: Turn): Promise<Found> {
    const id = await findOwnId(turn)
    if (typeof id !== 'string') return foundOf(id)
    const since = plus(delivery.firstTriedAt ?? turn.now, -CLOCK_SKEW_MS)
    const isOurs = ({ content, created_at: at }: Status): boolean =>
      isSameText(plainText(content), delivery.text) &&
      (parseInstant(at) ?? since) > plus(since, -SAME_DAY_MS)
    let before = ''
    for (let read = 0; read < PAGES; read += 1) {
      const path = `accounts/${id}/statuses?limit=${PAGE_SIZE}&exclude_reblogs=true${before}`
      const answer = await call(turn, 'GET', path)
      const page = statuses.safeParse(jsonOf(answer))
      if (!page.success) return foundOf(failureOf(answer, turn))
      const ours = page.data.find(isOurs)
      if (ours) return { kind: 'found', remoteId: ours.id }
      const oldest = page.data.at(-1)
      if (!oldest || (parseInstant(oldest.created_at) ?? since) < since) return { kind: 'absent' }
      before = `&max_id=${encodeURIComponent(oldest.id)}`
    }
    return { kind: 'unknowable', detail: 'too many posts to look through' }
  }

  async function send(words: Words, turn: Turn): Promise<Outcome> {
    const fault = findFault(words.text)
    if (fault !== undefined) return notSendable(fault)
    if (words.attempts > 1) {
      const found = await lookUp(words, turn)
      const keyHolds = turn.now - (words.firstTriedAt ?? turn.now) < KEY_HOLDS_MS
      if (found.kind === 'found' || (found.kind !== 'absent' && !keyHolds)) {
        return outcomeOfFound(found)
      }
    }
    const { follows } = words
    if (follows?.isTakenBack) {
      const edited = await edit(follows, words, turn)
      if (mayHelpLater(edited)) return outcomeOf(edited, turn)
    }
    const picture = await bringPicture(options.pictures, words, way, turn, upload)
    const media = picture ? { media_ids: [picture.id] } : {}
    const reply = follows ? { in_reply_to_id: follows.remoteId } : {}
    const answer = await post(words, turn, { ...reply, ...media })
    const isAboutReply = follows && answer.kind === 'answer' && answer.status === 404
    const outcome = outcomeOf(isAboutReply ? await post(words, turn, media) : answer, turn)
    if (!picture || outcome.kind !== 'never') return outcome
    options.pictures?.missed(way, outcome.detail)
    return outcomeOf(await post(words, turn, isAboutReply ? {} : reply), turn)
  }

  /** Its description goes with it, so a picture without one is never there. Until a post has it nobody sees it. */
  async function upload(card: Card, turn: Turn): Promise<{ readonly id: string } | Failure> {
    const body = new FormData()
    body.set('file', new Blob([Buffer.from(card.bytes)], { type: 'image/png' }), 'card.png')
    body.set('description', card.alt)
    const url = `${server}/api/v2/media`
    let answer = await ask(
      { method: 'POST', url, headers: { authorization }, body },
      turn,
      timeoutMs,
    )
    const id = answer.kind === 'answer' ? textAt(answer.json, 'id') : undefined
    if (id === undefined) return failureOf(answer, turn)
    while (answer.kind === 'answer' && (answer.status === 202 || answer.status === 206)) {
      await setTimeoutPromise(LOOK_MS, undefined, { signal: turn.signal }).catch(() => undefined)
      answer = await call(turn, 'GET', `media/${encodeURIComponent(id)}`)
    }
    return jsonOf(answer) === undefined ? failureOf(answer, turn) : { id }
  }

  function post({ text, language, postKey }: Words, turn: Turn, more: object): Promise<Answer> {
    const body = { status: text, language, visibility, ...more }
    return call(turn, 'POST', 'statuses', body, `kvitter-${postKey}-${language}`)
  }

  /** The correction stands before what was wrong, also where that has been shared. */
  function edit(wrong: Followed, { text, language }: Words, turn: Turn): Promise<Answer> {
    const status = clipGraphemes(`${text}\n\n${wrong.text}`, MAX_LENGTH)
    return call(turn, 'PUT', `statuses/${wrong.remoteId}`, { status, language })
  }

  // With a picture that is refused, the post is sent once more.
  const longestMs = REQUESTS * timeoutMs + (options.pictures ? PICTURE_MS + timeoutMs : 0)
  return {
    name: 'mastodon',
    account,
    longestMs,
    limits: [{ most: 300, withinMs: 3 * HOUR, accounts: [account] }],
    send,
    lookUp,
    check,
  }
}

/** `@avs@social.example` is `avs`: the server may live under another name than its accounts. */
function localName(account: string): string {
  return plainName(account).split('@')[0]!
}

/** A post that is gone, or a server that edits nothing, is no reason to keep the correction back. */
function mayHelpLater(answer: Answer): boolean {
  return answer.kind === 'none' || answer.status === 429 || answer.status >= 500
}

function findFault(text: string): string | undefined {
  if (text.trim() === '') return 'the text is empty'
  if (hasMention(text)) return 'the text mentions somebody'
  const length = splitGraphemes(text.replace(/https?:\/\/\S+/g, '.'.repeat(URL_LENGTH))).length
  if (length <= MAX_LENGTH) return undefined
  return `the text has ${length} characters, Mastodon takes ${MAX_LENGTH}`
}

/** Only the post's id is proof that it was said. */
function outcomeOf(answer: Answer, turn: Turn): Outcome {
  const id = textAt(jsonOf(answer), 'id')
  return id === undefined ? failureOf(answer, turn) : { kind: 'sent', remoteId: id }
}

function failureOf(answer: Answer, { now }: Turn): Failure {
  if (answer.kind === 'none') return failureOfAnswer(answer)
  const said = textAt(answer.json, 'error') ?? ''
  if (answer.status === 403 && /disabled|suspended|moved/i.test(said)) {
    return { kind: 'paused', because: 'suspended', detail: `403 ${said}` }
  }
  if (answer.status === 403 && /scope/i.test(said)) {
    return { kind: 'paused', because: 'bad-credentials', detail: `403 ${said}` }
  }
  const reset = Date.parse(answer.headers.get('x-ratelimit-reset') ?? '')
  return failureOfAnswer(answer, said, untilTheir(reset, answer.headers.get('date'), now))
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
}

/** The words of a post, which the API gives as HTML. */
function plainText(html: string): string {
  return html
    .replace(/<br\s*\/?>|<\/p>\s*<p>/gi, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
}

function isSameText(theirs: string, ours: string): boolean {
  const plain = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim()
  return plain(theirs) === plain(ours)
}
