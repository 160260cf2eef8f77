/**
 * A decided post in plain sentences. Nothing personal can get in: what comes in has none. Every text
 * carries a clock time, so that the same news another day is another text, and fits X whatever the
 * stations are called.
 */
import type { Alternative, DecidedPost, PostItem } from '#src/rules/decision.ts'
import { fractionName } from '#src/stations/fraction.ts'
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { Station } from '#src/stations/station.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { en } from './en.ts'
import type { Phrases, Said } from './phrases.ts'
import { sv } from './sv.ts'
import { clockText } from './wall-clock.ts'
import { X_MAX_WEIGHT, defuse, weightedLength } from './x-limits.ts'

/** The texts that a rule may name as its `post` or `close_post`. */
export const POST_TEMPLATES = [
  'full',
  'space_again',
  'station_nearly_all_full',
  'sensor_silent',
] as const
export type PostTemplate = (typeof POST_TEMPLATES)[number]

/** Where each fraction can carry its own time; elsewhere the earliest is told, if any. */
const TIMES_APART: ReadonlySet<PostTemplate> = new Set(['full', 'sensor_silent'])

const PHRASES: Readonly<Record<Language, Phrases>> = { sv, en }

export function isPostTemplate(name: string): name is PostTemplate {
  return (POST_TEMPLATES as readonly string[]).includes(name)
}

/**
 * The post's text in every language, NFC, at most 280 as X counts, without anything X would make a
 * link or a mention of.
 * @throws on a template that isn't in `POST_TEMPLATES` or a post without items: rules are checked at load.
 */
export function wordPost(post: DecidedPost, town: TownIndex): Readonly<Record<Language, string>> {
  const groups = groupByTemplate(post.items)
  return { sv: shortest(post, groups, town, 'sv'), en: shortest(post, groups, town, 'en') }
}

interface Group {
  readonly template: PostTemplate
  readonly items: readonly PostItem[]
}

function groupByTemplate(items: readonly PostItem[]): readonly Group[] {
  if (items.length === 0) throw new Error('a post without items has nothing to say')
  return [...Map.groupBy(items, (item) => item.template)].map(([template, items]) => {
    if (!isPostTemplate(template)) {
      throw new Error(`no text is called ${template}; there are: ${POST_TEMPLATES.join(', ')}`)
    }
    return { template, items }
  })
}

/** How much may be left out, and how long a name may be. */
interface Room {
  readonly alternatives: number
  /** Names listed in each sentence; the rest becomes "och 3 till". */
  readonly names: number
  readonly sentences: number
  readonly nameWeight: number
}

const ALL = 1000

/** From everything to the least: alternatives go first, then names, then sentences; the name itself last. */
function* rooms(groups: readonly Group[]): Generator<Room> {
  const roomy = { alternatives: ALL, names: ALL, sentences: ALL, nameWeight: ALL }
  yield roomy
  yield { ...roomy, alternatives: 1 }
  const most = Math.max(...groups.map((group) => group.items.length))
  for (let names = most; names >= 1; names -= 1) yield { ...roomy, alternatives: 0, names }
  const bare = { ...roomy, alternatives: 0, names: 1 }
  for (let sentences = groups.length - 1; sentences >= 1; sentences -= 1) {
    yield { ...bare, sentences }
  }
  for (const nameWeight of [80, 50, 25]) yield { ...bare, sentences: 1, nameWeight }
}

function shortest(
  post: DecidedPost,
  groups: readonly Group[],
  town: TownIndex,
  language: Language,
): string {
  let text = ''
  for (const room of rooms(groups)) {
    text = compose(post, groups, town, language, room).normalize('NFC')
    if (weightedLength(text) <= X_MAX_WEIGHT) return text
  }
  return shorten(text, X_MAX_WEIGHT)
}

function compose(
  post: DecidedPost,
  groups: readonly Group[],
  town: TownIndex,
  language: Language,
  room: Room,
): string {
  const phrases = PHRASES[language]
  const sentences = groups
    .slice(0, room.sentences)
    .map((group) => phrases[group.template](say(group, post, town, language, room)))
  const alternatives = sayAlternatives(post, language, room)
  const rest = groups.length > room.sentences ? [phrases.moreOnPage] : []
  return [...sentences, ...alternatives, ...rest].join(' ')
}

function say(
  group: Group,
  post: DecidedPost,
  town: TownIndex,
  language: Language,
  room: Room,
): Said {
  const phrases = PHRASES[language]
  const { timeZone } = town.town
  const sinceOf = (item: PostItem) => phrases.since(phrases.clock(item.since, post.at, timeZone))
  const [first] = group.items
  const timesApart = TIMES_APART.has(group.template)
  const oneTime = !timesApart || new Set(group.items.map(sinceOf)).size === 1
  const named = group.items.filter((item) => fractionOf(item, town) !== undefined)
  const names = sayNames(group, named, town, language, room, oneTime ? undefined : sinceOf)
  const station = post.stationId === undefined ? undefined : town.stations.get(post.stationId)
  return {
    station: stationName(station, post.stationId ?? town.town.name, room),
    many: group.items.length > 1,
    now: clockText(post.at, timeZone),
    source: sourceOf(group.items),
    ...(names !== undefined && { names }),
    ...((oneTime || names === undefined) && first && { since: sinceOf(earliest(group.items)) }),
    ...(first?.fullContainers !== undefined && { fullContainers: first.fullContainers }),
    ...(first?.containers !== undefined && { containers: first.containers }),
  }
}

/** The fractions as a list, with how many boxes are meant and, when they differ, since when. */
function sayNames(
  group: Group,
  items: readonly PostItem[],
  town: TownIndex,
  language: Language,
  room: Room,
  sinceOf: ((item: PostItem) => string) | undefined,
): string | undefined {
  if (items.length === 0) return undefined
  const phrases = PHRASES[language]
  const staff = group.template === 'sensor_silent'
  const label = (fraction: Fraction, meant: readonly PostItem[], said?: string) => {
    const all = boxesOf(fraction, meant[0]!, town)
    const details = [
      ...(said === undefined ? [] : [said]),
      ...(said === undefined && all > 1 ? [phrases.boxes(meant.length, all)] : []),
      ...(sinceOf ? [sinceOf(earliest(meant))] : []),
    ]
    const name = fractionName(fraction, language)
    return details.length === 0 ? name : `${name} (${details.join(', ')})`
  }
  const labels = staff
    ? items.map((item) => label(fractionOf(item, town)!, [item], boxName(item, town)))
    : [...Map.groupBy(items, (item) => fractionOf(item, town)!)].map(([fraction, meant]) =>
        label(fraction, meant),
      )
  if (labels.length <= room.names) return phrases.list(labels)
  const rest = labels.length - room.names
  return phrases.list([...labels.slice(0, room.names), phrases.more(rest)])
}

/** What staff call one of several boxes of a fraction: `paper-2`. */
function boxName(item: PostItem, town: TownIndex): string | undefined {
  const box = item.containerId && town.containers.get(item.containerId)
  return box && boxesOf(box.fraction, item, town) > 1 ? box.name : undefined
}

function fractionOf(item: PostItem, town: TownIndex): Fraction | undefined {
  if (item.fraction !== undefined) return item.fraction
  return item.containerId && town.containers.get(item.containerId)?.fraction
}

function boxesOf(fraction: Fraction, item: PostItem, town: TownIndex): number {
  const id = item.containerId && town.containers.get(item.containerId)?.stationId
  const station = id && town.stations.get(id)
  return station ? station.containers.filter((c) => c.fraction === fraction).length : 1
}

function earliest(items: readonly PostItem[]): PostItem {
  return items.reduce((a, b) => (b.since < a.since ? b : a))
}

function sourceOf(items: readonly PostItem[]): PostItem['source'] {
  const sources = new Set(items.map((item) => item.source))
  sources.delete('none')
  if (sources.size > 1) return 'both'
  return [...sources][0] ?? 'none'
}

/** One sentence for each nearest station; the fractions are named when they don't all go to the same. */
function sayAlternatives(post: DecidedPost, language: Language, room: Room): string[] {
  const phrases = PHRASES[language]
  const wanting = post.items.filter(
    (item) => item.template === 'full' || item.template === 'station_nearly_all_full',
  )
  const offers = wanting.flatMap((item) =>
    item.alternative ? [{ item, alternative: item.alternative }] : [],
  )
  const byStation = [...Map.groupBy(offers, (offer) => offer.alternative.stationId).values()]
  const same = byStation.length === 1 && offers.length === wanting.length
  return byStation.slice(0, room.alternatives).map((offers) => {
    const { alternative } = offers[0]!
    const fractions = new Set(offers.flatMap(({ item }) => item.fraction ?? []))
    const names = [...fractions].map((fraction) => fractionName(fraction, language))
    const list = same || names.length === 0 ? undefined : phrases.list(names)
    if (alternative.stationId === post.stationId) return phrases.roomBeside(list)
    return phrases.nearest(
      shorten(alternativeName(alternative), room.nameWeight),
      phrases.distance(alternative.distanceM),
      list,
    )
  })
}

function alternativeName({ name, stationId }: Alternative): string {
  return defuse(name) || stationId
}

function stationName(station: Station | undefined, id: string, room: Room): string {
  return shorten((station && defuse(station.name)) || defuse(id), room.nameWeight)
}

const graphemes = new Intl.Segmenter('sv', { granularity: 'grapheme' })

/** Cut between characters as people see them, with an ellipsis, to at most `maxWeight` as X counts. */
function shorten(name: string, maxWeight: number): string {
  if (weightedLength(name) <= maxWeight) return name
  let kept = ''
  for (const { segment } of graphemes.segment(name)) {
    if (weightedLength(`${kept}${segment}…`) > maxWeight) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
