/**
 * SMS by 46elks (https://46elks.com/docs). It knows no key that would make a repeat harmless, so nothing is
 * sent again before its own list of messages has said that the first wasn't taken.
 */
import { z } from 'zod'
import { MINUTE, SECOND, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Checked, Failure, Found, Outcome, Turn } from '../channel.ts'
import { ask, failureOfAnswer, jsonOf, retryAfterMs, textAt } from '../channels/http.ts'
import type { Answer } from '../channels/http.ts'
import { checkedOf, foundOf } from '../channels/outcomes.ts'
import type { Sms, SmsSender } from './sms-sender.ts'

export interface Elks46Options {
  /** Who it is from: a name of up to eleven letters, or a number. */
  readonly from: string
  readonly username: string
  readonly password: string
  /** Default `https://api.46elks.com`. */
  readonly server?: string
  /** For one request. Default 10 s. */
  readonly timeoutMs?: number
}

/** Their clock against ours. */
const CLOCK_SKEW_MS = 2 * MINUTE
const PAGE_SIZE = 100
const PAGES = 3

const taken = z.looseObject({ id: z.string().min(1) })
const history = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      to: z.string().optional(),
      message: z.string().optional(),
      created: z.string(),
      direction: z.string().optional(),
    }),
  ),
  next: z.string().optional(),
})

export function openElks46(options: Elks46Options): SmsSender {
  const timeoutMs = options.timeoutMs ?? 10 * SECOND
  const root = `${(options.server ?? 'https://api.46elks.com').replace(/\/+$/, '')}/a1`
  const basic = Buffer.from(`${options.username}:${options.password}`).toString('base64')
  const authorization = `Basic ${basic}`

  function get(path: string, turn: Turn): Promise<Answer> {
    return ask(
      { method: 'GET', url: `${root}/${path}`, headers: { authorization } },
      turn,
      timeoutMs,
    )
  }

  async function send({ to, text, reportUrl }: Sms, turn: Turn): Promise<Outcome> {
    const form = new URLSearchParams({
      from: options.from,
      to,
      message: text,
      ...(reportUrl !== undefined && { whendelivered: reportUrl }),
    })
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    const body = form.toString()
    const answer = await ask({ method: 'POST', url: `${root}/sms`, headers, body }, turn, timeoutMs)
    const { data } = taken.safeParse(jsonOf(answer))
    return data ? { kind: 'sent', remoteId: data.id } : failureOf(answer, turn)
  }

  /** By pages, newest first, as far back as the first try. */
  async function lookUp({ to, text }: Sms, since: EpochMs, turn: Turn): Promise<Found> {
    const earliest = plus(since, -CLOCK_SKEW_MS)
    let start = ''
    for (let page = 0; page < PAGES; page += 1) {
      const query = `to=${encodeURIComponent(to)}&limit=${PAGE_SIZE}${start}`
      const answer = await get(`sms?${query}`, turn)
      const { data: told } = history.safeParse(jsonOf(answer))
      if (!told) return foundOf(failureOf(answer, turn))
      const ours = told.data.find(
        (each) =>
          each.to === to &&
          each.direction !== 'incoming' &&
          each.message === text &&
          createdAt(each.created) >= earliest,
      )
      if (ours) return { kind: 'found', remoteId: ours.id }
      const oldest = told.data.at(-1)
      if (!oldest || told.next === undefined || createdAt(oldest.created) < earliest) {
        return { kind: 'absent' }
      }
      start = `&start=${encodeURIComponent(told.next)}`
    }
    return { kind: 'unknown', detail: 'too many messages to look through' }
  }

  async function check(turn: Turn): Promise<Checked> {
    const answer = await get('me', turn)
    return textAt(jsonOf(answer), 'id') === undefined
      ? checkedOf(failureOf(answer, turn))
      : { kind: 'ready' }
  }

  return { longestMs: PAGES * timeoutMs, send, lookUp, check }
}

/** Told without a zone, and meant in UTC. */
function createdAt(text: string): EpochMs {
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return instant(Number.isNaN(ms) ? 0 : ms)
}

/** Their refusals are sentences, which may quote the number: only the status goes further. HTML is some proxy's. */
function failureOf(answer: Answer, { now }: Turn): Failure {
  if (answer.kind === 'none') return failureOfAnswer(answer)
  const { status, headers } = answer
  const isPage = (headers.get('content-type') ?? '').includes('html')
  const detail = String(status)
  if (status === 401) return { kind: 'paused', because: 'bad-credentials', detail }
  if (isPage || status < 400) return failureOfAnswer({ ...answer, json: undefined })
  if (status === 402 || status === 403) return { kind: 'paused', because: 'no-credits', detail }
  if (status === 429) return failureOfAnswer(answer, '', retryAfterMs(headers, now))
  if (status >= 400 && status < 500 && status !== 408) {
    return { kind: 'never', because: 'refused', detail }
  }
  return failureOfAnswer(answer)
}
