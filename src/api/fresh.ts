/** Answers that readers ask for again and again: sent in full only when they have changed. */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** What is answered with, and how a reader knows it again. */
export interface Rendered {
  readonly contentType: string
  readonly body: string | Uint8Array
  /** Strong: a hash of the body, quotes included. */
  readonly etag: string
}

/**
 * By tag alone: no date could be told (RFC 9110 §8.8.2) that moves as well when a station gets another
 * name, a day comes in sight or a post is out of it.
 */
export function sendFresh(
  request: FastifyRequest,
  reply: FastifyReply,
  { contentType, body, etag }: Rendered,
  maxAgeSeconds: number,
): FastifyReply {
  void reply
    .header('cache-control', `public, max-age=${maxAgeSeconds}`)
    // Weak towards caches: one answer has several encodings.
    .header('etag', `W/${etag}`)
  const tags = request.headers['if-none-match'] ?? ''
  const isKnown = tags.split(',').some((tag) => [etag, `W/${etag}`, '*'].includes(tag.trim()))
  if (isKnown) return reply.code(304).send()
  return reply.header('content-type', contentType).send(body)
}
