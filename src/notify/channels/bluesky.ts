/**
 * Bluesky by its XRPC. Each delivery has a record key of its own and the same record at every try, so a
 * repeat is the same record again: exactly once. Its app shows no edits; a correction is a reply.
 */
import { z } from 'zod'
import { SECOND } from '#src/stations/time.ts'
import type { Delivery, Store } from '#src/store/contract.ts'
import { splitGraphemes } from '#src/wording/graphemes.ts'
import type { Channel, Checked, Failure, Found, Outcome, Turn, Words } from '../channel.ts'
import { POSTS, recordKey, recordOf } from './bluesky-record.ts'
import type { Reply } from './bluesky-record.ts'
import { CALLS_IN_ONE, openSession } from './bluesky-session.ts'
import type { Called } from './bluesky-session.ts'
import { checkedOf, foundOf, notSendable } from './outcomes.ts'

export interface BlueskyOptions {
  readonly service: string
  readonly account: string
  readonly appPassword: string
  readonly notes: Pick<Store, 'channelNote' | 'keepChannelNote'>
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number
}

const MAX_GRAPHEMES = 300
const MAX_BYTES = 3000
/** What is followed up, and the post; only the first may need a new session. */
const REQUESTS = CALLS_IN_ONE + 2

const strongRef = z.object({ uri: z.string(), cid: z.string() })
const kept = strongRef.extend({
  value: z.object({ reply: z.object({ root: strongRef }).optional() }),
})
const standing = z.object({ active: z.boolean().optional(), status: z.string().optional() })

export function openBluesky(options: BlueskyOptions): Channel {
  const { account } = options
  const timeoutMs = options.timeoutMs ?? 10 * SECOND
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

    const record = recordOf(words, words.firstTriedAt ?? turn.now, reply)
    const rkey = recordKey(words)
    const body = (repo: string) => ({ repo, collection: POSTS, rkey, record })
    const called = await call({ name: 'com.atproto.repo.putRecord', body }, turn)
    if (called.kind !== 'ok') return called
    const told = strongRef.safeParse(called.json)
    if (told.success) return { kind: 'sent', remoteId: told.data.uri }
    return { kind: 'later', because: 'server-error', detail: NO_ADDRESS }
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

  return { name: 'bluesky', account, longestMs: REQUESTS * timeoutMs, send, lookUp, check }
}

const NO_ADDRESS = 'an answer without the post’s address'

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
