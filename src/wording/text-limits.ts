/** Whether whole posts fit every channel, whatever their texts: tried with few and many, and the longest names. */
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Language } from '#src/stations/fraction.ts'
import { containerIdOf, parsePostKey, stationIdOf } from '#src/stations/ids.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { splitGraphemes } from './graphemes.ts'
import { isCutOff, POST_TEMPLATES, postWordingIn, type PostTemplate } from './post-text.ts'
import type { TownTexts } from './text-book.ts'
import { COUNTS, LONG_NAME } from './text-samples.ts'
import { findXFaults, weightedLength, X_MAX_WEIGHT } from './x-limits.ts'

/** A post that a channel would not take, or that would be cut off in the middle. */
export interface Unfit {
  readonly language: Language
  readonly message: string
}

const BLUESKY_GRAPHEMES = 300
const MASTODON_CHARACTERS = 500

const AT = instant(Date.UTC(2026, 4, 5, 8, 45))
// A post of an end is put together as one of a beginning.
const KINDS = ['open', 'digest', 'correction'] as const

/** Tries every post text in every kind of post; the first that doesn't fit tells enough of a text. */
export function findUnfit(own: TownTexts, languages: readonly Language[]): readonly Unfit[] {
  return languages.flatMap((language) => {
    let failure: string | undefined
    const word = postWordingIn(language, own, ({ because, text }) => {
      failure = text === undefined ? because : (findFault(text) ?? because)
    })
    return POST_TEMPLATES.flatMap((template): readonly Unfit[] => {
      for (const post of samplePosts(template)) {
        failure = undefined
        const text = word(post, SAMPLE_TOWN)
        const because = failure ?? findFault(text)
        if (because === undefined) continue
        const what = `a post (${post.kind}, ${post.items.length} of it) does not fit: ${because}`
        return [{ language, message: `post.${template}: ${what}` }]
      }
      return []
    })
  })
}

function findFault(text: string): string | undefined {
  const [fault] = findXFaults(text)
  if (fault !== undefined) return `${fault}: "${text}"`
  if (isCutOff(text)) {
    return `cut off at ${weightedLength(text)} of ${X_MAX_WEIGHT} characters, as X counts: "${text}"`
  }
  const graphemes = splitGraphemes(text).length
  if (graphemes > BLUESKY_GRAPHEMES)
    return `${graphemes} characters, Bluesky takes ${BLUESKY_GRAPHEMES}`
  return text.length > MASTODON_CHARACTERS
    ? `${text.length} characters, Mastodon takes ${MASTODON_CHARACTERS}`
    : undefined
}

/** Texts that count something else than containers. */
const COUNTED: ReadonlySet<PostTemplate> = new Set(['bike_round', 'weekly_digest'])

/** Of a station and the town; of one and of eight containers; alone, in a digest, taken back. */
function* samplePosts(template: PostTemplate): Generator<DecidedPost> {
  for (const kind of KINDS) {
    for (const many of [1, FRACTIONS.length]) {
      for (const free of COUNTED.has(template) ? COUNTS : [0]) {
        const items = FRACTIONS.slice(0, many).map((_, i) => sampleItem(template, i, free))
        const post = {
          key: parsePostKey('00000000000000aa')!,
          at: AT,
          audience: 'public',
          kind,
          priority: 60,
          sendAt: AT,
          expiresAt: plus(AT, HOUR),
          items,
        } as const
        yield { ...post, stationId: STATION.id }
        yield post
      }
    }
  }
}

const CODE = '0000'
const STATION_ID = stationIdOf(CODE, '001')!
const CONTAINERS = FRACTIONS.map(({ id: fraction }): Container => ({
  id: containerIdOf(STATION_ID, fraction)!,
  stationId: STATION_ID,
  name: fraction,
  fraction,
  geometry: { emptyDistanceMm: 1500, fullDistanceMm: 300, deadZoneMm: 200, volumeLitres: 3000 },
}))
const STATION: Station = {
  id: STATION_ID,
  municipalityCode: CODE,
  externalId: '001',
  name: LONG_NAME,
  place: { lon: 13, lat: 57.7 },
  containers: CONTAINERS,
}
const TOWN: Town = {
  municipalityCode: CODE,
  name: LONG_NAME,
  timeZone: 'Europe/Stockholm',
  operator: { name: LONG_NAME, phone: '+46 (0)33-12 34 56' },
  stations: [STATION],
  devices: [],
  mountings: [],
  networkServers: [],
  channels: {},
}
const SAMPLE_TOWN: TownIndex = indexTown(TOWN)

function sampleItem(template: PostTemplate, index: number, free: number): PostItem {
  const { id, fraction } = CONTAINERS[index]!
  return {
    ruleId: 'sample',
    episode: `sample|${index}`,
    subject: id,
    containerId: id,
    fraction,
    template,
    since: plus(AT, -(index + 30) * HOUR),
    source: index % 2 === 0 ? 'sensor' : 'reports',
    fullAt: plus(AT, (index + 8) * HOUR),
    nextEmptyingAt: plus(AT, (index + 1) * 24 * HOUR),
    alternative: { stationId: STATION_ID, name: LONG_NAME, distanceM: 12_340 },
    firstStopAt: plus(AT, HOUR),
    freeSlots: free,
    fullContainers: 2,
    containers: CONTAINERS.length,
    stationsFull: free,
    stations: 100,
  }
}
