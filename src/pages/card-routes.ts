/** Pictures to share: a station's as it is, a post's as its station was then. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { stationCardPath, postCardPath, type CardDesk } from '#src/cards/card-desk.ts'
import { LANGUAGES, languageRoot, parseLanguage, type Language } from '#src/stations/fraction.ts'
import { parsePostKey, parseStationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { MINUTE, type EpochMs } from '#src/stations/time.ts'
import { findCorrection, isSaid, type Post } from '#src/store/contract.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import { cardText } from '#src/wording/cards/card-text.ts'
import { knowsTag } from './known-tag.ts'
import type { PagesOptions } from './site.ts'

/** A picture as a page names it. */
export interface PagePicture {
  /** With the language, without the site's root. */
  readonly path: string
  readonly alt: string
}

/** A post's never changes, but a post may be taken back. */
const POST_MAX_AGE_S = 3600

export function registerCards(
  app: FastifyInstance,
  { cards, store, journal, clock }: PagesOptions & { readonly cards: CardDesk },
  maxAge: number,
  sendNotFound: (request: FastifyRequest, reply: FastifyReply, language: Language) => FastifyReply,
): void {
  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    drawing: { readonly facts: CardFacts; readonly language: Language; readonly maxAge: number },
  ): Promise<FastifyReply> {
    const { lang } = request.query as Record<string, unknown>
    const asked = typeof lang === 'string' ? parseLanguage(lang) : undefined
    const drawn = cards.draw(drawing.facts, asked ?? drawing.language)
    const png = knowsTag(request, drawn.etag) ? undefined : await drawn.bytes()
    void reply
      .header('cache-control', `public, max-age=${drawing.maxAge}`)
      .header('etag', drawn.etag)
      .header('cross-origin-resource-policy', 'cross-origin')
    return png
      ? reply
          .header('content-type', 'image/png')
          .send(Buffer.from(png.buffer, png.byteOffset, png.byteLength))
      : reply.code(304).send()
  }

  for (const language of LANGUAGES) {
    const root = languageRoot(language)
    app.get<{ Params: { id: string } }>(`${root}/s/:id/card.png`, (request, reply) => {
      const station = journal.town.stations.get(parseStationId(request.params.id)!)
      if (!station) return sendNotFound(request, reply, language)
      return send(request, reply, { facts: cards.stationFacts(station), language, maxAge })
    })
    app.get<{ Params: { key: string } }>(`${root}/p/:key/card.png`, async (request, reply) => {
      const key = parsePostKey(request.params.key)
      const post = key && (await store.post(key))
      const facts = post && (await factsOf(cards, post, clock()))
      if (!facts) return sendNotFound(request, reply, language)
      return send(request, reply, { facts, language, maxAge: POST_MAX_AGE_S })
    })
  }
}

/** What was wrong is not shown any more. */
async function factsOf(cards: CardDesk, post: Post, now: EpochMs): Promise<CardFacts | undefined> {
  if (!isSaid(post, now) || findCorrection(post, now)) return undefined
  return cards.postFacts(post.key)
}

/** Whoever shares the page later shares another picture: sites keep what they have had by its address. */
export function stationPicture(cards: CardDesk, station: Station, language: Language): PagePicture {
  const facts = cards.stationFacts(station)
  const version = Math.trunc(facts.at / MINUTE).toString(36)
  return {
    path: `${stationCardPath(station.id, language)}?v=${version}`,
    alt: cardText(facts, language),
  }
}

export async function postPicture(
  cards: CardDesk,
  post: Post,
  language: Language,
  now: EpochMs,
): Promise<PagePicture | undefined> {
  const facts = await factsOf(cards, post, now)
  return facts && { path: postCardPath(post.key, language), alt: cardText(facts, language) }
}
