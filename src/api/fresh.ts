/** Answers that readers ask for again and again: sent in full only when they have changed. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { SECOND, type EpochMs } from '#src/stations/time.ts'

/** What is answered with, and how a reader knows it again. */
export interface Rendered {
  readonly contentType: string
  readonly body: string | Uint8Array
  /** Strong: a hash of the body, quotes included. */
  readonly etag: string
  /** When what it tells last changed; absent where there is nothing that could. */
  readonly changedAt?: EpochMs
}

/**
 * A date alone proves less than a tag: it is given only when its second is over, since more may still
 * come within it, and asked only when no tag came along (RFC 9110 §8.8.2.2, §13.2.2).
 */
export function sendFresh(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, body, etag, changedAt }: Rendered,
  { now, maxAgeSeconds }: { readonly now: EpochMs; readonly maxAgeSeconds: number },
): FastifyReply {
  void reply
    .header('cache-control', `public, max-age=${maxAgeSeconds}`)
    // Weak towards caches: one answer has several encodings.
    .header('etag', `W/${etag}`)
  const second = changedAt === undefined ? undefined : Math.floor(changedAt / SECOND) * SECOND
  const isSettled = second !== undefined && now >= second + SECOND
  if (isSettled) void reply.header('last-modified', new Date(second).toUTCString())
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  const isKnown =
    tags === undefined
      ? isSettled && since !== undefined && second <= Date.parse(since)
      : tags.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()))
  if (isKnown) return reply.code(304).send()
  return reply.header('content-type', contentType).send(body)
}
