/**
 * Mastodon on loopback, as far as Kvitter uses it: it verifies the token, remembers each Idempotency-Key
 * for an hour, tells its limits by ISO time, edits, and lists an account's statuses as HTML by pages.
 */
import { createHash } from 'node:crypto'
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { runFarEnd, startFarEnd } from './far-end.ts'
import type { Asked, FarEnd, FarEndOptions, Told } from './far-end.ts'

export const FAKE_MASTODON_TOKEN = 'mastodon-token'
export const FAKE_MASTODON_ACCOUNT = 'avs_provstad'
const ACCOUNT_ID = '109'

export interface FakeStatus {
  readonly id: string
  text: string
  readonly at: number
  readonly key: string
  readonly language: string
  readonly visibility: string
  readonly replyTo?: string
  pictures?: readonly FakeMedia[]
}

/** A picture that was brought; a post may have it once it is ready. */
export interface FakeMedia {
  readonly id: string
  readonly alt: string
  /** SHA-256 of its bytes. */
  readonly hash: string
}

export type MastodonFault = '401' | '403-disabled' | '403-scope' | '422' | '429' | 'no-id'
export interface FakeMastodon extends FarEnd<MastodonFault, FakeStatus> {
  /** What was brought, be it in a post or not. */
  readonly media: readonly FakeMedia[]
}

export interface FakeMastodonOptions extends FarEndOptions {
  readonly username?: string
  /** How long a key is known. Default an hour. */
  readonly keyMs?: number
  /** So many times a picture is still worked on when it is looked at. Default never. */
  readonly looks?: number
}

export async function startFakeMastodon(options: FakeMastodonOptions = {}): Promise<FakeMastodon> {
  const now = options.now ?? Date.now
  const keyMs = options.keyMs ?? 3_600_000
  const STATUSES = '/api/v1/statuses'
  const media: FakeMedia[] = []
  const looks = new Map<string, number>()

  function takeMedia(asked: Asked): Told {
    const { description = '', file = '' } = partsOf(asked)
    const bytes = Buffer.from(file, 'latin1')
    if (bytes.subarray(1, 4).toString() !== 'PNG') {
      return { status: 422, json: { error: 'Validation failed: File is invalid' } }
    }
    const alt = Buffer.from(description, 'latin1').toString()
    const id = String(220 + media.length)
    media.push({ id, alt, hash: createHash('sha256').update(bytes).digest('hex') })
    looks.set(id, options.looks ?? 0)
    return mediaTold(id, 202)
  }

  /** Ready, or `busy` while it is worked on. */
  function mediaTold(id: string, busy: number): Told {
    const left = looks.get(id)!
    return left > 0
      ? { status: busy, json: { id, url: null } }
      : { status: 200, json: { id, url: `/media/${id}.png` } }
  }

  function answer(asked: Asked, said: FakeStatus[], accept: (status: FakeStatus) => void): Told {
    const { method, url, headers } = asked
    if (headers.authorization !== `Bearer ${FAKE_MASTODON_TOKEN}`) return unauthorised()
    if (method === 'GET' && url.pathname === '/api/v1/accounts/verify_credentials') {
      const username = options.username ?? FAKE_MASTODON_ACCOUNT
      return { status: 200, json: { id: ACCOUNT_ID, username, acct: username, bot: true } }
    }
    if (method === 'GET' && url.pathname === `/api/v1/accounts/${ACCOUNT_ID}/statuses`) {
      return { status: 200, json: pageOf(said, url).map(told) }
    }
    const edited = /^\/api\/v1\/statuses\/(\d+)$/.exec(url.pathname)?.[1]
    if (method === 'PUT' && edited !== undefined) {
      const status = said.find(({ id }) => id === edited)
      if (!status) return { status: 404, json: { error: 'Record not found' } }
      const { status: text } = JSON.parse(asked.body) as { status: string }
      const fault = findTextFault(text)
      if (fault) return fault
      status.text = text
      // An edit that names no pictures takes them away.
      delete status.pictures
      return { status: 200, json: told(status) }
    }
    if (method === 'POST' && url.pathname === '/api/v2/media') return takeMedia(asked)
    const looked = /^\/api\/v1\/media\/(\d+)$/.exec(url.pathname)?.[1]
    if (method === 'GET' && looked !== undefined && looks.has(looked)) {
      looks.set(looked, looks.get(looked)! - 1)
      return mediaTold(looked, 206)
    }
    if (method !== 'POST' || url.pathname !== STATUSES) {
      return { status: 404, json: { error: 'Record not found' } }
    }
    const key = headers['idempotency-key']
    if (typeof key !== 'string') return { status: 422, json: { error: 'no Idempotency-Key' } }
    const before = said.find((s) => s.key === key && now() - s.at < keyMs)
    if (before) return { status: 200, json: told(before) }
    const { media_ids: mediaIds, ...body } = JSON.parse(asked.body) as Record<string, string> & {
      readonly media_ids?: readonly string[]
    }
    const fault = findTextFault(body['status'])
    if (fault) return fault
    const pictures = mediaIds?.map((id) => media.find((one) => one.id === id))
    if (pictures?.some((one) => !one || looks.get(one.id)! > 0)) {
      const error = 'Cannot attach files that have not finished processing. Try again in a moment!'
      return { status: 422, json: { error } }
    }
    const replyTo = body['in_reply_to_id']
    if (replyTo !== undefined && !said.some(({ id }) => id === replyTo)) {
      const error = 'The post you are trying to reply to does not appear to exist.'
      return { status: 404, json: { error } }
    }
    const status: FakeStatus = {
      id: String(110_000_000_000_000_000n + BigInt(said.length)),
      text: body['status']!.trim(),
      at: now(),
      key,
      language: body['language']!,
      visibility: body['visibility']!,
      ...(replyTo !== undefined && { replyTo }),
      ...(pictures && { pictures: pictures as readonly FakeMedia[] }),
    }
    accept(status)
    return { status: 200, json: told(status) }
  }

  const far = await startFarEnd<MastodonFault, FakeStatus>(options, {
    says: ({ method, url }) => method === 'POST' && url.pathname === STATUSES,
    answer,
    refusals: {
      '401': unauthorised,
      '403-disabled': () => ({ status: 403, json: { error: 'Your login is currently disabled' } }),
      '403-scope': () => ({
        status: 403,
        json: { error: 'This action is outside the authorized scopes' },
      }),
      '422': () => ({ status: 422, json: { error: 'Validation failed: Text is not right' } }),
      '429': () => ({
        status: 429,
        json: { error: 'Too many requests' },
        headers: {
          'x-ratelimit-limit': '300',
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': new Date(now() + 90_000).toISOString(),
        },
      }),
      'no-id': () => ({ status: 200, json: { ok: true } }),
    },
  })
  return { ...far, media }
}

/** A form's fields, as bytes in latin1. */
function partsOf({ raw, headers }: Asked): Record<string, string> {
  const boundary = /boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1]
  const parts = raw.toString('latin1').split(`--${boundary}`).slice(1, -1)
  return Object.fromEntries(
    parts.map((part) => {
      const end = part.indexOf('\r\n\r\n')
      const name = /name="([^"]*)"/.exec(part.slice(0, end))![1]!
      return [name, part.slice(end + 4, -2)]
    }),
  )
}

function unauthorised(): Told {
  return { status: 401, json: { error: 'The access token is invalid' } }
}

/** Newest first. */
function pageOf(said: readonly FakeStatus[], url: URL): readonly FakeStatus[] {
  const before = url.searchParams.get('max_id')
  const end = before === null ? said.length : said.findIndex(({ id }) => id === before)
  const size = Number(url.searchParams.get('limit') ?? 20)
  return said.slice(Math.max(0, end - Math.min(size, 40)), Math.max(0, end)).reverse()
}

function findTextFault(text: string | undefined): Told | undefined {
  if (!text?.trim()) return { status: 422, json: { error: 'Validation failed: Text is empty' } }
  // Each address counts 23.
  const length = text.replace(/https?:\/\/\S+/g, 'x'.repeat(23)).length
  if (length <= 500) return undefined
  const error = 'Validation failed: Text character limit of 500 exceeded'
  return { status: 422, json: { error } }
}

function told({ id, text, at, language, visibility }: FakeStatus): object {
  const paragraphs = text.split('\n\n').map((p) => {
    const html = escapeMarkup(p).replaceAll('\n', '<br />')
    return `<p>${html.replace(/#(\p{L}+)/gu, '<a href="/tags/$1" class="mention hashtag">#<span>$1</span></a>')}</p>`
  })
  const content = paragraphs.join('')
  return { id, content, created_at: new Date(at).toISOString(), language, visibility }
}

if (import.meta.main) await runFarEnd(startFakeMastodon)
