/** Answers that many ask for: made once, kept as bytes in each encoding, and told apart by a strong ETag. */
import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

type Encoding = 'br' | 'gzip' | 'identity'

interface Made {
  readonly revision: number
  readonly madeMs: number
  readonly hash: string
  readonly bytes: Buffer
  readonly encoded: Map<Encoding, Buffer>
}

export interface HotAnswer {
  send(request: FastifyRequest, reply: FastifyReply): FastifyReply
}

export function hotAnswer(options: {
  readonly type: string
  readonly build: () => string
  /** Changes when the answer may have. */
  readonly revision: () => number
  readonly monotonicMs: () => number
  /** Not made anew more often than this. */
  readonly atMostEveryMs: number
  /** Made anew after this even when nothing came in: time alone makes a level unknown. */
  readonly atLeastEveryMs: number
  readonly maxAgeSeconds: number
}): HotAnswer {
  const cacheControl = `public, max-age=${options.maxAgeSeconds}`
  let made: Made | undefined

  function current(): Made {
    const now = options.monotonicMs()
    const revision = options.revision()
    if (made) {
      const age = now - made.madeMs
      const changed = made.revision !== revision
      if (age < (changed ? options.atMostEveryMs : options.atLeastEveryMs)) return made
    }
    const bytes = Buffer.from(options.build())
    const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
    made = { revision, madeMs: now, hash, bytes, encoded: new Map() }
    return made
  }

  return {
    send(request, reply) {
      const now = current()
      const encoding = preferredEncoding(request.headers['accept-encoding'])
      void reply
        .header('cache-control', cacheControl)
        .header('etag', `"${now.hash}-${encoding}"`)
        .header('vary', 'accept-encoding')
      if (matchesTag(request.headers['if-none-match'], now.hash)) return reply.code(304).send()
      void reply.header('content-type', options.type)
      if (encoding !== 'identity') void reply.header('content-encoding', encoding)
      return reply.send(encodedBytes(now, encoding))
    },
  }
}

function encodedBytes(made: Made, encoding: Encoding): Buffer {
  const known = made.encoded.get(encoding)
  if (known) return known
  const bytes =
    encoding === 'br'
      ? brotliCompressSync(made.bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
      : encoding === 'gzip'
        ? gzipSync(made.bytes)
        : made.bytes
  made.encoded.set(encoding, bytes)
  return bytes
}

/** Brotli before gzip before nothing, unless the caller gave it weight 0 (RFC 9110 §12.5.3). */
export function preferredEncoding(header: string | string[] | undefined): Encoding {
  const accepted = new Set<string>()
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((s) => s.trim().toLowerCase())
    if (!parameters.some((p) => /^q=0(?:\.0*)?$/.test(p))) accepted.add(name)
  }
  return accepted.has('br') ? 'br' : accepted.has('gzip') ? 'gzip' : 'identity'
}

/**
 * Whether the caller already has this content, in whatever encoding: If-None-Match compares weakly
 * (RFC 9110 §13.1.2), and the encodings of one content differ only behind the dash.
 */
function matchesTag(header: string | undefined, hash: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header
    .split(',')
    .map((tag) => /^(?:W\/)?"(.*)-(?:br|gzip|identity)"$/.exec(tag.trim())?.[1])
    .includes(hash)
}
