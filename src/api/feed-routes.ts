/** The town's and each station's words as Atom and JSON Feed, in each language. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LANGUAGES, type Language } from '#src/stations/fraction.ts'
import { parseStationId } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { Station } from '#src/stations/station.ts'
import { findCorrection } from '#src/store/contract.ts'
import { atomFeed, jsonFeed } from '#src/wording/feeds.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { languageText } from './input.ts'
import { problem, sendProblem } from './problem.ts'

const POSTS_PER_FEED = 50
type Format = 'atom' | 'json'

const feedQuery = z.strictObject({ lang: languageText.optional() })
const stationFile = z.strictObject({
  file: z
    .string()
    .max(80)
    .meta({ description: 'A station’s id with `.atom` or `.json`.', examples: ['1490-064.atom'] }),
})
const TYPES = {
  atom: 'application/atom+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
} as const

export const townAtom = apiRoute({
  path: '/feeds/town.atom',
  operationId: 'townAtom',
  summary: 'The town’s newest posts as Atom',
  description: 'Also under `/en/feeds/…` in English and `/fi/feeds/…` in Finnish.',
  tag: 'feeds',
  params: z.strictObject({}),
  query: feedQuery,
  answer: { type: TYPES.atom },
  problems: [],
})

export const townJson = apiRoute({
  path: '/feeds/town.json',
  operationId: 'townJson',
  summary: 'The town’s newest posts as JSON Feed',
  description: 'Also under `/en/feeds/…` in English and `/fi/feeds/…` in Finnish.',
  tag: 'feeds',
  params: z.strictObject({}),
  query: feedQuery,
  answer: { type: TYPES.json },
  problems: [],
})

export const stationFeed = apiRoute({
  path: '/feeds/stations/:file',
  operationId: 'stationFeed',
  summary: 'One station’s newest posts, as Atom or JSON Feed',
  description: 'Also under `/en/feeds/…` in English and `/fi/feeds/…` in Finnish.',
  tag: 'feeds',
  params: stationFile,
  query: feedQuery,
  answer: { type: TYPES.atom },
  problems: ['not-found'],
})

export function feedRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { store, journal, clock, publicUrl } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  async function sendFeed(
    request: FastifyRequest,
    reply: FastifyReply,
    what: {
      readonly path: string
      readonly format: Format
      readonly prefix: Language
      readonly asked: Language | undefined
      readonly station?: Station
    },
  ): Promise<FastifyReply> {
    const language = what.asked ?? what.prefix
    const { station } = what
    const townName = journal.town.town.name
    const now = clock()
    const posts = await store.posts({
      audience: 'public',
      saidBy: now,
      limit: POSTS_PER_FEED,
      ...(station && { stationId: station.id }),
    })
    const root = rootOf(language)
    const own = what.asked === undefined || what.asked === what.prefix
    const render = what.format === 'atom' ? atomFeed : jsonFeed
    const feed = render({
      title: station ? `${station.name}, ${townName}` : feedTitle(townName, language),
      selfUrl: `${publicUrl}${rootOf(what.prefix)}${what.path}${own ? '' : `?lang=${language}`}`,
      pageUrl: `${publicUrl}${root}${station ? `/s/${station.id}` : '/'}`,
      publicUrl,
      language,
      posts: posts.map((p) => {
        const correctedBy = findCorrection(p, now)
        return {
          key: p.key,
          at: p.at,
          ...(p.stationId !== undefined && { stationId: p.stationId }),
          placeName: placeName(p, journal.town),
          texts: p.texts,
          ...(p.corrects !== undefined && { corrects: p.corrects }),
          ...(correctedBy && { correctedBy }),
        }
      }),
    })
    void reply
      .header('cache-control', `public, max-age=${deps.maxAgeSeconds}`)
      // The tag is weak towards caches: one feed has several encodings.
      .header('etag', `W/${feed.etag}`)
    if (feed.lastModified !== undefined) void reply.header('last-modified', feed.lastModified)
    const known = (request.headers['if-none-match'] ?? '').split(',').map((t) => t.trim())
    if (known.includes(`W/${feed.etag}`) || known.includes(feed.etag)) return reply.code(304).send()
    return reply.header('content-type', feed.contentType).send(feed.body)
  }

  for (const prefix of LANGUAGES) {
    const root = rootOf(prefix)
    for (const [route, format] of [
      [townAtom, 'atom'],
      [townJson, 'json'],
    ] as const) {
      typed.get(root + route.path, { schema: { querystring: route.query } }, (request, reply) =>
        sendFeed(request, reply, { path: route.path, format, prefix, asked: request.query.lang }),
      )
    }

    typed.get(
      root + stationFeed.path,
      { schema: { params: stationFeed.params, querystring: stationFeed.query } },
      (request, reply) => {
        const { file } = request.params
        const match = /^(.*)\.(atom|json)$/.exec(file)
        const id = match ? parseStationId(match[1]!) : undefined
        if (!match || !id) {
          const expected = 'a station id with .atom or .json, such as 1490-064.atom'
          return sendProblem(
            reply,
            problem('invalid-request', 'There is no such feed.', [
              { field: 'file', expected, got: file },
            ]),
          )
        }
        const station = journal.town.stations.get(id)
        if (!station) return sendProblem(reply, problem('not-found', `There is no station ${id}.`))
        const format: Format = match[2] === 'json' ? 'json' : 'atom'
        return sendFeed(request, reply, {
          path: `/feeds/stations/${file}`,
          format,
          prefix,
          asked: request.query.lang,
          station,
        })
      },
    )
  }
}

function feedTitle(townName: string, language: Language): string {
  switch (language) {
    case 'sv':
      return `Återvinningsstationer i ${townName}`
    case 'en':
      return `Recycling stations in ${townName}`
    case 'fi':
      return `Kierrätyspisteet: ${townName}`
  }
}

function rootOf(language: Language): string {
  return language === 'sv' ? '' : `/${language}`
}
