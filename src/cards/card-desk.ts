/**
 * Where cards are had: stations' as they are now, posts' as their station was then. Bytes are kept by what
 * was drawn, so the same picture is drawn once and is the same bytes whoever asks. Shared by pages and channels.
 */
import { setTimeout as setTimeoutPromise } from 'node:timers/promises'
import { Counter, type Registry } from 'prom-client'
import { languageRoot, type Language } from '#src/stations/fraction.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { instant, MINUTE, SECOND, type Clock } from '#src/stations/time.ts'
import { createAllowance } from '#src/store/allowance.ts'
import type { Store, WayOut } from '#src/store/contract.ts'
import type { Journal } from '#src/store/journal.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { cardFacts, type CardFacts } from '#src/wording/cards/card-facts.ts'
import { cardText } from '#src/wording/cards/card-text.ts'
import { CARD_HEIGHT, CARD_WIDTH, drawCard } from '#src/wording/cards/draw-card.ts'
import { entityTag } from '#src/wording/entity-tag.ts'
import { cardFaces } from './fonts.ts'
import { openRenderer, type Renderer } from './renderer.ts'

/** A post's picture, whole. */
export interface Card {
  /** PNG. The same post and language give the same bytes. */
  readonly bytes: Uint8Array
  /** All that the picture tells, in its language; at most a thousand characters. */
  readonly alt: string
  readonly width: number
  readonly height: number
  /** Where anybody can have it. */
  readonly url: string
}

/** What channels need. */
export interface PostPictures {
  /**
   * The post's station as it was then; undefined where it has none, or none that could be drawn within
   * three seconds. Never rejects: no post waits for its picture.
   */
  cardFor(post: PostKey, language: Language): Promise<Card | undefined>
  /** Tells that a post went out without the picture that it should have had. */
  missed(way: WayOut, detail: string): void
}

/** A picture that may not be drawn yet. */
export interface Drawing {
  /** How a reader knows its bytes again. */
  readonly etag: string
  /** @throws {StoreBusy} when too many are asked for. */
  bytes(): Promise<Uint8Array>
}

export interface CardDesk extends PostPictures, AsyncDisposable {
  /** A station as it is, told anew at most every five minutes while no word changes. */
  stationFacts(station: Station): CardFacts
  /** The station of a post as it was then; undefined where the post is of no station. */
  postFacts(post: PostKey): Promise<CardFacts | undefined>
  /** For whoever looks at a page; posts go first. */
  draw(facts: CardFacts, language: Language): Drawing
}

export interface CardDeskOptions {
  readonly store: Pick<Store, 'postCard'>
  readonly journal: Pick<Journal, 'status' | 'town'>
  readonly clock: Clock
  readonly publicUrl: string
  readonly log: { warn(fields: object, message: string): void }
  readonly metrics?: Registry
  readonly renderer?: Renderer
  /** How long a post waits for its picture. Default 3 s. */
  readonly postPatienceMs?: number
  /** Pictures drawn for visitors: so many at once, then one a second. Default 60. */
  readonly visitorsAtOnce?: number
}

/** Some eighty cards. */
const MOST_BYTES = 8_000_000
const STATION_KEPT_MS = 5 * MINUTE
/** What draws; another version may give other bytes. */
const RENDERER = 'resvg-wasm 2.6.2'

export function stationCardPath(id: StationId, language: Language): string {
  return `${languageRoot(language)}/s/${id}/card.png`
}

export function postCardPath(key: PostKey, language: Language): string {
  return `${languageRoot(language)}/p/${key}/card.png`
}

interface Sketch {
  readonly svg: string
  readonly etag: string
}

export function openCardDesk(options: CardDeskOptions): CardDesk {
  const { store, journal, clock, log } = options
  const publicUrl = options.publicUrl.replace(/\/+$/, '')
  const postPatienceMs = options.postPatienceMs ?? 3 * SECOND
  const renderer = options.renderer ?? openRenderer()
  const keep = keepBytes(MOST_BYTES)
  const underWay = new Map<string, Promise<Uint8Array>>()
  const told = new Map<StationId, CardFacts>()
  const sketches = new WeakMap<CardFacts, Map<Language, Sketch>>()
  const visitors = createAllowance({
    most: options.visitorsAtOnce ?? 60,
    oneEveryMs: SECOND,
    people: 1,
  })
  const count = startCounting(options.metrics)

  function drawn(etag: string, svg: string, who: 'post' | 'visitor'): Promise<Uint8Array> {
    const known = keep.find(etag)
    if (known) return Promise.resolve(known)
    const drawing = underWay.get(etag)
    if (drawing) return drawing
    if (who === 'visitor' && visitors.take(who, instant(performance.now())) > 0) {
      count.cards('refused')
      return Promise.reject(new StoreBusy('too many pictures are asked for'))
    }
    const begun = renderer.render(svg, who === 'post' ? 'first' : 'last').then(
      (png) => {
        count.cards('drawn')
        keep.add(etag, png)
        return png
      },
      (error: unknown) => {
        count.cards(error instanceof StoreBusy ? 'refused' : 'failed')
        throw error
      },
    )
    underWay.set(etag, begun)
    const over = () => underWay.delete(etag)
    begun.then(over, over)
    return begun
  }

  /** A station's facts stay the same object while no word of them changes: it is drawn once then. */
  function sketch(facts: CardFacts, language: Language): Sketch {
    const known = sketches.get(facts) ?? new Map<Language, Sketch>()
    const before = known.get(language)
    if (before) return before
    const svg = drawCard(facts, language, cardFaces())
    const made = { svg, etag: entityTag(`${RENDERER} ${svg}`) }
    sketches.set(facts, known.set(language, made))
    return made
  }

  async function cardFor(key: PostKey, language: Language): Promise<Card | undefined> {
    const facts = await store.postCard(key)
    if (!facts) return undefined
    const { svg, etag } = sketch(facts, language)
    return {
      bytes: await drawn(etag, svg, 'post'),
      alt: cardText(facts, language),
      width: CARD_WIDTH,
      height: CARD_HEIGHT,
      url: publicUrl + postCardPath(key, language),
    }
  }

  return {
    async cardFor(key, language) {
      const late = new AbortController()
      try {
        return await Promise.race([
          cardFor(key, language),
          setTimeoutPromise(postPatienceMs, undefined, { signal: late.signal }).then(() => {
            throw new Error(`not drawn within ${postPatienceMs} ms`)
          }),
        ])
      } catch (error) {
        log.warn({ post: key, err: error }, 'a post has no picture')
        return undefined
      } finally {
        late.abort()
      }
    },
    missed(way, detail) {
      count.missed(way)
      log.warn({ ...way, detail }, 'a post went out without its picture')
    },
    stationFacts(station) {
      const now = cardFacts(station, journal.town.town, (id) => journal.status(id), clock())
      const before = told.get(station.id)
      if (before && isSameNews(before, now)) return before
      for (const id of told.keys()) if (!journal.town.stations.has(id)) told.delete(id)
      told.set(station.id, now)
      return now
    },
    postFacts: (key) => store.postCard(key),
    draw(facts, language) {
      const { svg, etag } = sketch(facts, language)
      return { etag, bytes: () => drawn(etag, svg, 'visitor') }
    },
    [Symbol.asyncDispose]: () => renderer[Symbol.asyncDispose](),
  }
}

/** Levels creep; as long as no word changes, a picture of minutes ago does, with its own clock on it. */
function isSameNews(before: CardFacts, now: CardFacts): boolean {
  const age = now.at - before.at
  return age >= 0 && age < STATION_KEPT_MS && gist(before) === gist(now)
}

function gist({ station, town, timeZone, colours, containers }: CardFacts): string {
  const words = containers.map(({ fraction, word, source }) => [fraction, word, source])
  return JSON.stringify([station, town, timeZone, colours, words])
}

/** So many bytes in all; what was asked for longest ago goes first. */
function keepBytes(most: number) {
  const kept = new Map<string, Uint8Array>()
  let bytes = 0
  return {
    find(key: string): Uint8Array | undefined {
      const found = kept.get(key)
      if (!found) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found
    },
    add(key: string, value: Uint8Array): void {
      kept.set(key, value)
      bytes += value.byteLength
      for (const [oldest, { byteLength }] of kept) {
        if (bytes <= most) return
        kept.delete(oldest)
        bytes -= byteLength
      }
    },
  }
}

function startCounting(metrics: Registry | undefined): {
  cards(outcome: 'drawn' | 'failed' | 'refused'): void
  missed(way: WayOut): void
} {
  if (!metrics) return { cards() {}, missed() {} }
  const registers = [metrics]
  const cards = new Counter({
    name: 'kvitter_cards_total',
    help: 'Picture cards asked for that were not at hand, by what came of it',
    labelNames: ['outcome'],
    registers,
  })
  const missed = new Counter({
    name: 'kvitter_posts_without_picture_total',
    help: 'Posts that went out without the picture that they should have had',
    labelNames: ['channel', 'account'],
    registers,
  })
  return {
    cards: (outcome) => cards.inc({ outcome }),
    missed: (way) => missed.inc({ channel: way.channel, account: way.account }),
  }
}
