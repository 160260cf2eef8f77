/** Serves the town's vector map, one file of which browsers ask for parts. */
import { open } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseByteRange } from './byte-range.ts'
import { knowsTag } from './known-tag.ts'

export const MAP_ARCHIVE_PATH = '/map.pmtiles'
/** Parts of two versions are told apart by their tags, so what was kept may be a day old. */
const MAX_AGE_S = 86_400

/** `file` says where it lies now, if anywhere. */
export function registerMapArchive(
  app: FastifyInstance,
  file: () => string | undefined,
  sendNotFound: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): void {
  // It is packed inside; packed once more its bytes would be others than the ones asked for.
  app.get(MAP_ARCHIVE_PATH, { compress: false }, async (request, reply) => {
    const path = file()
    if (path === undefined) return sendNotFound(request, reply)
    const handle = await open(path)
    const stats = await handle.stat({ bigint: true })
    const size = Number(stats.size)
    const etag = tagOf(stats)
    void reply
      .header('cache-control', `public, max-age=${MAX_AGE_S}`)
      .header('etag', etag)
      .header('accept-ranges', 'bytes')
      .header('content-type', 'application/vnd.pmtiles')
    /** To be told of alone. */
    const answer = async (status: number) => {
      await handle.close()
      return reply.code(status).send()
    }
    if (knowsTag(request, etag)) return answer(304)
    const { range: asked, 'if-range': known = etag } = request.headers
    const isHeard = request.method === 'GET' && known === etag
    const range = parseByteRange(isHeard ? asked : undefined, size)
    if (range.kind === 'beyond') {
      void reply.header('content-range', `bytes */${size}`)
      return answer(416)
    }
    const { first, last } = range.kind === 'part' ? range : { first: 0, last: size - 1 }
    if (range.kind === 'part') {
      void reply.code(206).header('content-range', `bytes ${first}-${last}/${size}`)
    }
    void reply.header('content-length', last - first + 1)
    if (size === 0) return answer(200)
    const bytes = handle.createReadStream({ start: first, end: last })
    // Who wants to be told alone would have all of it read and thrown away.
    if (request.method === 'HEAD') bytes.destroy()
    return reply.send(bytes)
  })
}

/** Of when it was written and its size, as file servers do: to read all of it at each request would be too much. */
function tagOf({ mtimeNs, size }: BigIntStats): string {
  return `"${mtimeNs.toString(36)}-${size.toString(36)}"`
}
