/** What the town, each station and each fraction has said, as Atom, RSS and JSON Feed in every language. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  fractionName,
  LANGUAGES,
  languageRoot,
  parseFraction,
  type Fraction,
  type Language,
} from '#src/stations/fraction.ts'
import { parseStationId } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { Station } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { findCorrection, type Post, type PostPlace } from '#src/store/contract.ts'
import { postsAbout } from '#src/store/posts-about.ts'
import { FEED_WORDS } from '#src/wording/feed-words.ts'
import { atomFeed, jsonFeed, rssFeed, type FeedPost } from '#src/wording/feeds.ts'
import { apiRoute, type ApiDeps } from './api-route.ts'
import { sendFresh } from './fresh.ts'
import { languageText } from './input.ts'
import { problem, sendProblem } from './problem.ts'

const POSTS_PER_FEED = 50
/** How far back a fraction's posts are looked for: they have no list of their own. */
const POSTS_LOOKED_THROUGH = 1000
const POSTS_AT_ONCE = 200

const FORMATS = { atom: atomFeed, rss: rssFeed, json: jsonFeed } as const
type Format = keyof typeof FORMATS
const TYPES: Readonly<Record<Format, string>> = {
  atom: 'application/atom+xml; charset=utf-8',
  rss: 'application/rss+xml; charset=utf-8',
  json: 'application/feed+json; charset=utf-8',
}

const feedQuery = z.strictObject({ lang: languageText.optional() })
const ELSEWHERE = 'Also under `/en/feeds/…` in English and `/fi/feeds/…` in Finnish.'

function townRoute<const F extends Format>(format: F, name: string) {
  return apiRoute({
    path: `/feeds/town.${format}`,
    operationId: `town${format[0]!.toUpperCase()}${format.slice(1)}`,
    summary: `The town’s newest posts as ${name}`,
    description: ELSEWHERE,
    tag: 'feeds',
    params: z.strictObject({}),
    query: feedQuery,
    answer: { type: TYPES[format] },
    problems: [],
  })
}

export const townAtom = townRoute('atom', 'Atom')
export const townRss = townRoute('rss', 'RSS 2.0')
export const townJson = townRoute('json', 'JSON Feed')

const feedFile = (what: string, example: string) =>
  z.strictObject({
    file: z
      .string()
      .max(80)
      .meta({
        description: `${what} with \`.atom\`, \`.rss\` or \`.json\`.`,
        examples: [`${example}.atom`],
      }),
  })

export const stationFeed = apiRoute({
  path: '/feeds/stations/:file',
  operationId: 'stationFeed',
  summary: 'One station’s newest posts, as Atom, RSS or JSON Feed',
  description: ELSEWHERE,
  tag: 'feeds',
  params: feedFile('A station’s id', '1490-064'),
  query: feedQuery,
  answer: { type: TYPES.atom },
  problems: ['not-found'],
})

export const fractionFeed = apiRoute({
  path: '/feeds/fractions/:file',
  operationId: 'fractionFeed',
  summary: 'The newest posts about one fraction, as Atom, RSS or JSON Feed',
  description: `Posts that name the fraction, in the whole town. ${ELSEWHERE}`,
  tag: 'feeds',
  params: feedFile('A fraction', 'coloured-glass'),
  query: feedQuery,
  answer: { type: TYPES.atom },
  problems: [],
})

/** What a feed is about; the whole town with neither. */
interface Subject {
  readonly station?: Station
  readonly fraction?: Fraction
}

export function feedRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { journal, clock, publicUrl, hubUrl, maxAgeSeconds } = deps
  const typed = app.withTypeProvider<ZodTypeProvider>()

  async function sendFeed(
    request: FastifyRequest,
    reply: FastifyReply,
    what: {
      readonly path: string
      readonly format: Format
      readonly prefix: Language
      readonly asked: Language | undefined
      readonly subject: Subject
    },
  ): Promise<FastifyReply> {
    const { path, prefix, subject } = what
    const language = what.asked ?? prefix
    const now = clock()
    const posts = await newestPosts(deps, subject, now)
    const isOwn = what.asked === undefined || what.asked === prefix
    const feedUrl = (language: Language) => `${publicUrl}${languageRoot(language)}${path}`
    const selfUrl = isOwn ? feedUrl(prefix) : `${feedUrl(prefix)}?lang=${language}`
    const feed = FORMATS[what.format]({
      ...wordsOf(subject, journal.town.town.name, language),
      selfUrl,
      inOtherLanguages: LANGUAGES.filter((other) => other !== language).map((other) => ({
        language: other,
        url: feedUrl(other),
      })),
      pageUrl: `${publicUrl}${languageRoot(language)}${pagePathOf(subject)}`,
      publicUrl,
      language,
      ...(hubUrl !== undefined && { hubUrl }),
      posts: posts.map((post) => feedPost(post, journal.town, now)),
    })
    if (hubUrl !== undefined) {
      void reply.header('link', `<${hubUrl}>; rel="hub", <${selfUrl}>; rel="self"`)
    }
    return sendFresh(request, reply, feed, maxAgeSeconds)
  }

  for (const prefix of LANGUAGES) {
    const root = languageRoot(prefix)
    for (const [route, format] of [
      [townAtom, 'atom'],
      [townRss, 'rss'],
      [townJson, 'json'],
    ] as const) {
      typed.get(root + route.path, { schema: { querystring: route.query } }, (request, reply) => {
        const asked = request.query.lang
        return sendFeed(request, reply, { path: route.path, format, prefix, asked, subject: {} })
      })
    }

    typed.get(
      root + stationFeed.path,
      { schema: { params: stationFeed.params, querystring: stationFeed.query } },
      (request, reply) => {
        const { file } = request.params
        const { name, format } = splitName(file)
        const id = parseStationId(name)
        if (!format || !id) return sendNoFeed(reply, file, 'a station id', '1490-064')
        const station = journal.town.stations.get(id)
        if (!station) return sendProblem(reply, problem('not-found', `There is no station ${id}.`))
        const path = `/feeds/stations/${file}`
        const asked = request.query.lang
        return sendFeed(request, reply, { path, format, prefix, asked, subject: { station } })
      },
    )

    typed.get(
      root + fractionFeed.path,
      { schema: { params: fractionFeed.params, querystring: fractionFeed.query } },
      (request, reply) => {
        const { file } = request.params
        const { name, format } = splitName(file)
        const fraction = parseFraction(name)
        if (!format || !fraction) return sendNoFeed(reply, file, 'a fraction', 'coloured-glass')
        const path = `/feeds/fractions/${file}`
        const asked = request.query.lang
        return sendFeed(request, reply, { path, format, prefix, asked, subject: { fraction } })
      },
    )
  }
}

function splitName(file: string): { readonly name: string; readonly format?: Format } {
  const [, name = file, format] = /^(.*)\.(atom|rss|json)$/.exec(file) ?? []
  return { name, ...(format !== undefined && { format: format as Format }) }
}

function sendNoFeed(
  reply: FastifyReply,
  file: string,
  what: string,
  example: string,
): FastifyReply {
  const expected = `${what} with .atom, .rss or .json, such as ${example}.atom`
  return sendProblem(
    reply,
    problem('invalid-request', 'There is no such feed.', [{ field: 'file', expected, got: file }]),
  )
}

async function newestPosts(
  { store, journal }: ApiDeps,
  { station, fraction }: Subject,
  now: EpochMs,
): Promise<readonly Post[]> {
  const filter = { audience: 'public', saidBy: now } as const
  if (station) return postsAbout(store, station.id, { saidBy: now, limit: POSTS_PER_FEED })
  if (fraction === undefined) return store.posts({ ...filter, limit: POSTS_PER_FEED })
  const found: Post[] = []
  let before: PostPlace | undefined
  for (let seen = 0; seen < POSTS_LOOKED_THROUGH; seen += POSTS_AT_ONCE) {
    const posts = await store.posts({ ...filter, ...(before && { before }), limit: POSTS_AT_ONCE })
    found.push(...posts.filter((post) => fractionsOf(post, journal.town).includes(fraction)))
    if (found.length >= POSTS_PER_FEED || posts.length < POSTS_AT_ONCE) break
    before = posts.at(-1)
  }
  return found.slice(0, POSTS_PER_FEED)
}

function fractionsOf({ items }: Post, town: TownIndex): readonly Fraction[] {
  const named = items.flatMap(
    ({ fraction, containerId }) =>
      fraction ?? (containerId && town.containers.get(containerId)?.fraction) ?? [],
  )
  return [...new Set(named)]
}

/** By when it could be read, not when it was decided: else a reader that asks "since" would miss it. */
function feedPost(post: Post, town: TownIndex, now: EpochMs): FeedPost {
  const correctedBy = findCorrection(post, now)
  return {
    key: post.key,
    at: post.sendAt,
    ...(post.stationId !== undefined && { stationId: post.stationId }),
    placeName: placeName(post, town),
    fractions: fractionsOf(post, town),
    texts: post.texts,
    ...(post.corrects !== undefined && { corrects: post.corrects }),
    ...(correctedBy && { correctedBy }),
  }
}

function wordsOf({ station, fraction }: Subject, townName: string, language: Language) {
  const say = FEED_WORDS[language]
  const place = station ? `${station.name}, ${townName}` : townName
  return {
    title: station
      ? place
      : fraction
        ? say.fraction(fractionName(fraction, language), townName)
        : say.town(townName),
    description: say.description(place),
  }
}

function pagePathOf({ station, fraction }: Subject): string {
  if (station) return `/s/${station.id}`
  return fraction ? `/?fraction=${fraction}` : '/'
}
