/** Whether whoever asks has it already (`If-None-Match`, RFC 9110 §13.1.2, compared weakly). */
import type { FastifyRequest } from 'fastify'

export function knowsTag({ headers }: FastifyRequest, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return (headers['if-none-match'] ?? '')
    .split(',')
    .some((tag) => tag.trim() === '*' || bare(tag) === bare(etag))
}
