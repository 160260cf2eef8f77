/**
 * A Bluesky server on loopback, as far as Kvitter uses it: sessions that run out and renewals that
 * rotate, few log-ins, records kept under the caller's key with a new commit only where something changed.
 */
import { createHash } from 'node:crypto'
import { runFarEnd, startFarEnd } from './far-end.ts'
import type { Asked, FarEnd, FarEndOptions, Told } from './far-end.ts'

export const FAKE_BLUESKY_ACCOUNT = 'avs.provstad.example'
export const FAKE_BLUESKY_PASSWORD = 'abcd-efgh-ijkl-mnop'
const DID = 'did:plc:provstadprovstadprovstad'
const COLLECTION = 'app.bsky.feed.post'

/** One commit: a record that is new, or that has changed. */
export interface FakeRecord {
  readonly rkey: string
  readonly cid: string
  readonly text: string
  readonly value: Readonly<Record<string, unknown>>
}

export type BlueskyFault = '401' | '400' | '429' | 'takedown' | 'deactivated' | 'no-uri'
export interface FakeBluesky extends FarEnd<BlueskyFault, FakeRecord> {
  /** As if every access token's time had run out. */
  expireAccess(): void
  /** As if somebody had revoked all sessions. */
  revoke(): void
  /** Pictures that were brought, by their names, be they in a record or not. */
  readonly blobs: ReadonlyMap<string, Buffer>
}

export interface FakeBlueskyOptions extends FarEndOptions {
  /** Log-ins in all. Default 30. */
  readonly logIns?: number
  /** How many calls an access token lives. Default for ever. */
  readonly callsPerToken?: number
}

export async function startFakeBluesky(options: FakeBlueskyOptions = {}): Promise<FakeBluesky> {
  const now = options.now ?? Date.now
  let logIns = options.logIns ?? 30
  let issued = 0
  let access: string | undefined
  let refresh: string | undefined
  let calls = 0
  const blobs = new Map<string, Buffer>()

  function takeBlob({ raw, headers }: Asked): Told {
    const mimeType = headers['content-type']
    if (mimeType !== 'image/png' || raw.length > 2_000_000) return refused('InvalidRequest', 'blob')
    const $link = `bafkrei${createHash('sha256').update(raw).digest('hex')}`
    blobs.set($link, raw)
    return {
      status: 200,
      json: { blob: { $type: 'blob', ref: { $link }, mimeType, size: raw.length } },
    }
  }

  function session(): Told {
    issued += 1
    calls = options.callsPerToken ?? Infinity
    access = `access-${issued}`
    refresh = `refresh-${issued}`
    const json = { did: DID, handle: FAKE_BLUESKY_ACCOUNT, accessJwt: access, refreshJwt: refresh }
    return { status: 200, json }
  }

  function answer(asked: Asked, said: FakeRecord[], accept: (record: FakeRecord) => void): Told {
    const { url, headers, body } = asked
    const name = url.pathname.replace('/xrpc/', '')
    if (name === 'com.atproto.server.createSession') {
      if (logIns-- <= 0) return limited()
      const { identifier, password } = JSON.parse(body) as Record<string, string>
      const isRight = identifier === FAKE_BLUESKY_ACCOUNT && password === FAKE_BLUESKY_PASSWORD
      return isRight ? session() : unauthorised()
    }
    const token = headers.authorization?.replace(/^Bearer /, '')
    if (name === 'com.atproto.server.refreshSession') {
      return token === refresh ? session() : refused('ExpiredToken', 'Token has been revoked')
    }
    if (token === undefined || token !== access || calls-- <= 0) {
      return refused('ExpiredToken', 'Token has expired')
    }
    if (name === 'com.atproto.server.getSession') {
      return { status: 200, json: { did: DID, handle: FAKE_BLUESKY_ACCOUNT, active: true } }
    }
    if (name === 'com.atproto.repo.getRecord') {
      const record = newest(said, url.searchParams.get('rkey')!)
      if (!record) return refused('RecordNotFound', 'Could not locate record')
      return { status: 200, json: { ...addressOf(record), value: record.value } }
    }
    if (name === 'com.atproto.repo.uploadBlob') return takeBlob(asked)
    if (name !== 'com.atproto.repo.putRecord') return refused('InvalidRequest', name)
    const order = JSON.parse(body) as Put
    const unknown = findEmbedFault(order.record['embed'], blobs)
    if (unknown !== undefined) return refused('InvalidRequest', unknown)
    return put(order, said, accept)
  }

  const far = await startFarEnd<BlueskyFault, FakeRecord>(options, {
    says: ({ url }) => url.pathname.endsWith('.putRecord'),
    answer,
    refusals: {
      '401': unauthorised,
      '400': () => refused('InvalidRequest', 'Invalid app.bsky.feed.post record'),
      '429': limited,
      takedown: () => ({
        status: 401,
        json: { error: 'AccountTakedown', message: 'Account has been taken down' },
      }),
      deactivated: () => ({
        status: 200,
        json: { did: DID, active: false, status: 'deactivated' },
      }),
      'no-uri': () => ({ status: 200, json: { ok: true } }),
    },
  })

  function limited(): Told {
    return {
      status: 429,
      json: { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' },
      headers: { 'ratelimit-reset': String(Math.ceil(now() / 1000) + 90) },
    }
  }

  return {
    ...far,
    blobs,
    expireAccess() {
      access = undefined
    },
    revoke() {
      access = undefined
      refresh = undefined
    },
  }
}

interface Put {
  readonly repo: string
  readonly collection: string
  readonly rkey: string
  readonly record: Readonly<Record<string, unknown>>
}

function put(
  { repo, collection, rkey, record }: Put,
  said: readonly FakeRecord[],
  accept: (record: FakeRecord) => void,
): Told {
  const fault =
    repo !== DID || collection !== COLLECTION
      ? 'wrong repo or collection'
      : /^[234567abcdefghij][234567a-z]{12}$/.test(rkey)
        ? findRecordFault(record)
        : 'rkey is no TID'
  if (fault !== undefined) return refused('InvalidRequest', fault)
  const cid = createHash('sha256').update(JSON.stringify(record)).digest('hex')
  const text = String(record['text'])
  const next: FakeRecord = { rkey, cid, text, value: record }
  if (newest(said, rkey)?.cid !== cid) accept(next)
  return { status: 200, json: addressOf(next) }
}

function findRecordFault(record: Readonly<Record<string, unknown>>): string | undefined {
  const {
    $type,
    text,
    langs,
    createdAt,
    facets = [],
  } = record as {
    $type: string
    text: string
    langs: string[]
    createdAt: string
    facets?: {
      index: { byteStart: number; byteEnd: number }
      features: { tag?: string; uri?: string }[]
    }[]
  }
  if ($type !== COLLECTION) return '$type'
  if (typeof text !== 'string' || [...new Intl.Segmenter().segment(text)].length > 300)
    return 'text'
  if (!Array.isArray(langs) || langs.length > 3) return 'langs'
  if (new Date(createdAt).toISOString() !== createdAt) return 'createdAt'
  const bytes = Buffer.from(text)
  for (const { index, features } of facets) {
    const marked = bytes.subarray(index.byteStart, index.byteEnd).toString()
    const [feature] = features
    if (marked !== (feature!.uri ?? `#${feature!.tag}`)) return `facet marks "${marked}"`
  }
  return undefined
}

function findEmbedFault(embed: unknown, blobs: ReadonlyMap<string, Buffer>): string | undefined {
  if (embed === undefined) return undefined
  const { $type, images } = embed as {
    $type: string
    images: {
      alt: string
      image: { $type: string; ref: { $link: string }; mimeType: string; size: number }
      aspectRatio: { width: number; height: number }
    }[]
  }
  if ($type !== 'app.bsky.embed.images' || images.length !== 1) return 'embed'
  const [{ alt, image, aspectRatio }] = images as [(typeof images)[number]]
  if (alt === '' || !(aspectRatio.width > 0) || !(aspectRatio.height > 0)) return 'image'
  const bytes = blobs.get(image.ref.$link)
  const isSame = image.$type === 'blob' && bytes?.length === image.size
  return isSame ? undefined : `Could not find blob: ${image.ref.$link}`
}

function newest(said: readonly FakeRecord[], rkey: string): FakeRecord | undefined {
  return said.findLast((record) => record.rkey === rkey)
}

function addressOf({ rkey, cid }: FakeRecord): { readonly uri: string; readonly cid: string } {
  return { uri: `at://${DID}/${COLLECTION}/${rkey}`, cid }
}

function refused(error: string, message: string): Told {
  return { status: 400, json: { error, message } }
}

function unauthorised(): Told {
  const message = 'Invalid identifier or password'
  return { status: 401, json: { error: 'AuthenticationRequired', message } }
}

// Tokens that run out soon, so that renewals are hit by whatever hits the product.
if (import.meta.main) {
  await runFarEnd((options) => startFakeBluesky({ ...options, callsPerToken: 25, logIns: 60 }))
}
