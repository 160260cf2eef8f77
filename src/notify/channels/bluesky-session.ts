/**
 * Calls to a Bluesky server in a session that lasts: it is renewed when it has run out and kept, sealed,
 * between starts, since a server grants few log-ins a day.
 */
import { z } from 'zod'
import { SECOND } from '#src/stations/time.ts'
import type { Store, WayOut } from '#src/store/contract.ts'
import type { Failure, Turn } from '../channel.ts'
import { ask, failureOfAnswer, jsonOf, textAt, untilTheir } from './http.ts'
import type { Answer } from './http.ts'
import { seal, unseal } from '#src/store/sealed.ts'

export interface SessionOptions {
  /** `https://bsky.social`, or the account's own server. */
  readonly service: string
  /** A handle or a DID. */
  readonly account: string
  readonly appPassword: string
  readonly notes: Pick<Store, 'channelNote' | 'keepChannelNote'>
  readonly timeoutMs: number
}

const sessionShape = z.object({ did: z.string(), accessJwt: z.string(), refreshJwt: z.string() })
type Session = z.output<typeof sessionShape>

/** A call by its name, as a question, or as an order with a body; the account's DID is known by then. */
export interface Call {
  readonly name: string
  readonly query?: (did: string) => Readonly<Record<string, string>>
  readonly body?: (did: string) => object
  /** An order whose body is no JSON. */
  readonly bytes?: { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }
}

/** An answer of 200 with its JSON, or what the failure means. */
export type Called = { readonly kind: 'ok'; readonly json: unknown; readonly did: string } | Failure

/** What one call may take: the call, a renewal, a log-in, and the call again. */
export const CALLS_IN_ONE = 4

export function openSession(options: SessionOptions): (call: Call, turn: Turn) => Promise<Called> {
  const { account, appPassword, notes, timeoutMs } = options
  const service = options.service.replace(/\/+$/, '')
  const way: WayOut = { channel: 'bluesky', account }
  let session: Session | undefined

  function xrpc(call: Call, did: string, token: string | undefined, turn: Turn) {
    const { name, query, body, bytes } = call
    const parameters = query ? `?${new URLSearchParams(query(did)).toString()}` : ''
    const isOrder = body !== undefined || bytes !== undefined || name.endsWith('refreshSession')
    return ask(
      {
        method: isOrder ? 'POST' : 'GET',
        url: `${service}/xrpc/${name}${parameters}`,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
          ...(bytes && { 'content-type': bytes.type }),
        },
        ...(body && { body: JSON.stringify(body(did)) }),
        ...(bytes && { body: bytes.bytes }),
      },
      turn,
      timeoutMs,
    )
  }

  async function keep(answer: Answer, turn: Turn): Promise<Session | Failure> {
    const told = sessionShape.safeParse(jsonOf(answer))
    if (!told.success) return failureOf(answer, turn)
    session = told.data
    await notes.keepChannelNote(way, seal(JSON.stringify(session), appPassword))
    return session
  }

  async function logIn(turn: Turn): Promise<Session | Failure> {
    const body = () => ({ identifier: account.replace(/^@/, ''), password: appPassword })
    const name = 'com.atproto.server.createSession'
    return keep(await xrpc({ name, body }, '', undefined, turn), turn)
  }

  async function renew({ did, refreshJwt }: Session, turn: Turn): Promise<Session | Failure> {
    const name = 'com.atproto.server.refreshSession'
    const answer = await xrpc({ name }, did, refreshJwt, turn)
    return isStale(answer) ? logIn(turn) : keep(answer, turn)
  }

  /** Another password than the one it was sealed with, and it can't be read: then a new one begins. */
  async function remembered(): Promise<Session | undefined> {
    const note = await notes.channelNote(way)
    const text = note === undefined ? undefined : unseal(note, appPassword)
    return text === undefined ? undefined : sessionShape.parse(JSON.parse(text))
  }

  return async (call, turn) => {
    session ??= await remembered()
    const current = session ?? (await logIn(turn))
    if ('kind' in current) return current
    let answer = await xrpc(call, current.did, current.accessJwt, turn)
    if (isStale(answer)) {
      const renewed = await renew(current, turn)
      if ('kind' in renewed) return renewed
      answer = await xrpc(call, renewed.did, renewed.accessJwt, turn)
    }
    const json = jsonOf(answer)
    return json === undefined ? failureOf(answer, turn) : { kind: 'ok', json, did: current.did }
  }
}

/** A token that has run out, was revoked or is of another server. */
function isStale(answer: Answer): boolean {
  if (answer.kind === 'none' || (answer.status !== 400 && answer.status !== 401)) return false
  return /^(?:Expired|Invalid)Token$/.test(textAt(answer.json, 'error') ?? '')
}

function failureOf(answer: Answer, { now }: Turn): Failure {
  if (answer.kind === 'none') return failureOfAnswer(answer)
  const error = textAt(answer.json, 'error') ?? ''
  const said = [error, textAt(answer.json, 'message')].filter(Boolean).join(': ')
  const detail = `${answer.status} ${said}`
  if (/^Account(?:Takedown|Suspended|Deactivated)$/.test(error)) {
    return { kind: 'paused', because: 'suspended', detail }
  }
  if (isStale(answer)) return { kind: 'paused', because: 'bad-credentials', detail }
  const reset = Number(answer.headers.get('ratelimit-reset') ?? Number.NaN) * SECOND
  return failureOfAnswer(answer, said, untilTheir(reset, answer.headers.get('date'), now))
}
