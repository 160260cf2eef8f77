/**
 * Bluesky by its XRPC. Each delivery has a record key of its own and the same record at every try, so a
 * repeat is the same record again: exactly once. Its app shows no edits; a correction is a reply.
 */
import { z } from 'zod'
import { DAY, HOUR, SECOND } from '#src/stations/time.ts'
import type { Card, PostPictures } from '#src/cards/card-desk.ts'
import type { Delivery, Store, WayOut } from '#src/store/contract.ts'
import { splitGraphemes } from '#src/wording/graphemes.ts'
import type { Channel, Checked, Failure, Found, Outcome, Turn, Words } from '../channel.ts'
import { POSTS, recordKey, recordOf } from './bluesky-record.ts'
import type { Picture, Reply } from './bluesky-record.ts'
import { CALLS_IN_ONE, openSession } from './bluesky-session.ts'
import type { Called } from './bluesky-session.ts'
import { checkedOf, foundOf, notSendable, outcomeOfFound } from './outcomes.ts'
import { bringPicture, PICTURE_MS } from './pictures.ts'

export interface BlueskyOptions {
  readonly service: string
  readonly account: string
  readonly appPassword: string
  readonly notes: Pick<Store, 'channelNote' | 'keepChannelNote'>
  /** Without it posts have no pictures. */
  readonly pictures?: PostPictures
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number
}

/** A new record costs so many of the points that are granted. */
const POINTS = 3
const MAX_GRAPHEMES = 300
const MAX_BYTES = 3000
/** What is followed up, and the post; only the first may need a new session. */
const REQUESTS = CALLS_IN_ONE + 2

const strongRef = z.object({ uri: z.string(), cid: z.string() })
const kept = strongRef.extend({
  value: z.object({ reply: z.object({ root: strongRef }).optional() }),
})
const uploaded = z.object({ blob: z.looseObject({ $type: z.literal('blob') }) })
const standing = z.object({ active: z.boolean().optional(), status: z.string().optional() })

export function openBluesky(options: BlueskyOptions): Channel {
  const { account } = options
  const timeoutMs = options.timeoutMs ?? 10 * SECOND
  const way: WayOut = { channel: 'bluesky', account }
  const call = openSession({ ...options, timeoutMs })

  function getRecord(rkey: string, turn: Turn): Promise<Called> {
    const query = (repo: string) => ({ repo, collection: POSTS, rkey })
    return call({ name: 'com.atproto.repo.getRecord', query }, turn)
  }

  async function check(turn: Turn): Promise<Checked> {
    const called = await call({ name: 'com.atproto.server.getSession' }, turn)
    if (called.kind !== 'ok') return checkedOf(called)
    const { active, status } = standing.parse(called.json)
    if (active !== false) return { kind: 'ready' }
    return {
      kind: 'paused',
      because: 'suspended',
      detail: `the account is ${status ?? 'inactive'}`,
    }
  }

  async function lookUp(delivery: Delivery, turn: Turn): Promise<Found> {
    const called = await getRecord(recordKey(delivery), turn)
    if (isAbsent(called)) return { kind: 'absent' }
    if (called.kind !== 'ok') return foundOf(called)
    const told = strongRef.safeParse(called.json)
    if (!told.success) return { kind: 'unknown', detail: NO_ADDRESS }
    return { kind: 'found', remoteId: told.data.uri }
  }

  async function send(words: Words, turn: Turn): Promise<Outcome> {
    const fault = findFault(words.text)
    if (fault !== undefined) return notSendable(fault)
    const reply = words.follows && (await findReply(words.follows.remoteId, turn))
    if (reply && 'kind' in reply) return reply

    // With pictures a repeat may come without one: what is there already stays as it is.
    if (options.pictures && words.attempts > 1) {
      const found = await lookUp(words, turn)
      if (found.kind === 'found') return outcomeOfFound(found)
    }
    const picture = await bringPicture(options.pictures, words, way, turn, upload)
    const called = await put(words, turn, reply, picture)
    if (!picture || called.kind !== 'never') return outcomeOf(called)
    options.pictures?.missed(way, called.detail)
    return outcomeOf(await put(words, turn, reply))
  }

  function put(words: Words, turn: Turn, reply?: Reply, picture?: Picture): Promise<Called> {
    const record = recordOf(words, words.firstTriedAt ?? turn.now, reply, picture)
    const rkey = recordKey(words)
    const body = (repo: string) => ({ repo, collection: POSTS, rkey, record })
    return call({ name: 'com.atproto.repo.putRecord', body }, turn)
  }

  function outcomeOf(called: Called): Outcome {
    if (called.kind !== 'ok') return called
    const told = strongRef.safeParse(called.json)
    if (told.success) return { kind: 'sent', remoteId: told.data.uri }
    return { kind: 'later', because: 'server-error', detail: NO_ADDRESS }
  }

  /** The same bytes have the same name there, so a repeat brings nothing new. */
  async function upload(card: Card, turn: Turn): Promise<Picture | Failure> {
    const bytes = { type: 'image/png', bytes: Buffer.from(card.bytes) }
    const called = await call({ name: 'com.atproto.repo.uploadBlob', bytes }, turn)
    if (called.kind !== 'ok') return called
    const told = uploaded.safeParse(called.json)
    if (!told.success) return { kind: 'later', because: 'server-error', detail: NO_BLOB }
    return { ...card, blob: told.data.blob }
  }

  /** Undefined where what it follows is gone: then it is said alone. */
  async function findReply(uri: string, turn: Turn): Promise<Reply | undefined | Failure> {
    const called = await getRecord(uri.slice(uri.lastIndexOf('/') + 1), turn)
    if (isAbsent(called)) return undefined
    if (called.kind !== 'ok') return called
    const told = kept.safeParse(called.json)
    if (!told.success) return { kind: 'later', because: 'server-error', detail: NO_ADDRESS }
    const { cid, value } = told.data
    const parent = { uri: told.data.uri, cid }
    return { root: value.reply?.root ?? parent, parent }
  }

  // A look whether it is there; and with a picture that is refused, the post once more.
  const longestMs = REQUESTS * timeoutMs + (options.pictures ? PICTURE_MS + 2 * timeoutMs : 0)
  return {
    name: 'bluesky',
    account,
    longestMs,
    limits: [
      { most: Math.floor(5000 / POINTS), withinMs: HOUR, accounts: [account] },
      { most: Math.floor(35_000 / POINTS), withinMs: DAY, accounts: [account] },
    ],
    send,
    lookUp,
    check,
  }
}

const NO_ADDRESS = 'an answer without the post’s address'
const NO_BLOB = 'an answer without the picture’s name'

function isAbsent(called: Called): boolean {
  return called.kind === 'never' && called.detail.includes('RecordNotFound')
}

function findFault(text: string): string | undefined {
  if (text.trim() === '') return 'the text is empty'
  const length = splitGraphemes(text).length
  if (length > MAX_GRAPHEMES) {
    return `the text has ${length} characters, Bluesky takes ${MAX_GRAPHEMES}`
  }
  return Buffer.byteLength(text) > MAX_BYTES
    ? `the text has more than ${MAX_BYTES} bytes`
    : undefined
}
