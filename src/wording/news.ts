/** News of one place: a sentence for each kind, when it is to be emptied, and where to go instead. */
import type { Alternative, PostItem } from '#src/rules/decision.ts'
import { fractionName } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Day, PartOfDay } from './phrases.ts'
import type { PostTemplate } from './post-templates.ts'
import { atPlace, fractionOf, listNames, placeKind, shortPlace, shorten } from './telling.ts'
import type { Group, Telling } from './telling.ts'
import { fact, NOTHING } from './text-facts.ts'
import type { Fact, Nothing, PublicFacts } from './text-facts.ts'
import { daysBetween } from './wall-clock.ts'
import { defuse } from './x-limits.ts'

/** Where each fraction can carry its own time; elsewhere the earliest is told, if any. */
const TIMES_APART: ReadonlySet<PostTemplate> = new Set([
  'full',
  'full_soon',
  'broken',
  'sensor_silent',
])
/** After these people want to know when it will be emptied. */
const EMPTIED_AFTER: ReadonlySet<PostTemplate> = new Set(['full', 'full_soon'])
/** After these people want to know where else to go. */
const ELSEWHERE_AFTER: ReadonlySet<PostTemplate> = new Set([
  'full',
  'station_nearly_all_full',
  'broken',
])

export function newsSentences(telling: Telling): readonly string[] {
  const { groups, room } = telling
  const said = groups.slice(0, room.sentences).flatMap((group) => sayGroup(group, telling))
  const emptyings = room.details ? emptyingSentences(telling) : []
  return [...said, ...emptyings, ...alternativeSentences(telling)]
}

function sayGroup(group: Group, telling: Telling): readonly string[] {
  const sentence = telling.phrases.say(`post.${group.template}`, factsOf(group, telling))
  return group.template === 'bike_round'
    ? [sentence, ...bookingSentences(group, telling)]
    : [sentence]
}

/** All that a post's text may say of what it is about. */
function factsOf(group: Group, telling: Telling): Omit<PublicFacts, 'kind' | 'claims'> {
  const { post, town, phrases } = telling
  const { template, items } = group
  const times = new Set(items.map((item) => timeOf(item, telling)))
  const isOneTime = !TIMES_APART.has(template) || times.size === 1
  const names = sayNames(group, telling, isOneTime)
  const [first] = items
  const { timeZone } = town.town
  const place = shortPlace(post, telling)
  const time = isOneTime || names === NOTHING ? timeOf(earliest(items), telling) : NOTHING
  const { stationsFull, stations, fullContainers, containers, firstStopAt } = first!
  const isWeek = template === 'weekly_digest'
  const full = isWeek ? stationsFull : fullContainers
  const all = isWeek ? stations : containers
  return {
    place,
    at_place: atPlace(place, placeKind(post), phrases),
    places: place,
    names,
    count: items.length,
    time,
    now: phrases.clock(post.at, post.at, timeZone),
    since: sayPart('part.since', time, telling),
    reported: sayPart('part.reported', time, telling),
    when: time === NOTHING ? NOTHING : fact('time', ` ${time}`),
    day: NOTHING,
    distance: NOTHING,
    operator: NOTHING,
    share: fact('choice', shareOf(full, all)),
    full: full ?? NOTHING,
    all: all ?? NOTHING,
    by: bySource(sourceOf(items), template, items.length, telling),
    source: NOTHING,
    first_stop: firstStopAt === undefined ? NOTHING : phrases.clock(firstStopAt, post.at, timeZone),
  }
}

function shareOf(full: number | undefined, all: number | undefined): 'all' | 'some' | 'unknown' {
  if (full === undefined) return 'unknown'
  if (full === all) return 'all'
  return all === undefined ? 'unknown' : 'some'
}

function sayPart(
  key: 'part.since' | 'part.reported',
  time: Fact<'time'> | Nothing,
  { phrases }: Telling,
): Fact<'time'> | Nothing {
  return time === NOTHING ? NOTHING : fact('time', phrases.say(key, { time }))
}

/** What a whole station is said to be doesn't rest on one sensor. */
function bySource(
  source: PostItem['source'],
  template: PostTemplate,
  items: number,
  { phrases }: Telling,
): Fact<'choice'> | Nothing {
  if (source === 'none') return NOTHING
  const count = template === 'station_nearly_all_full' ? Math.max(2, items) : items
  return fact('choice', phrases.say('part.by', { source: fact('choice', source), count }))
}

/** How many more may book, and with whom. */
function bookingSentences({ items }: Group, { phrases, room, town }: Telling): readonly string[] {
  const count = items[0]?.freeSlots
  const { operator } = town.town
  const bookWith = [operator?.name, operator?.phone].flatMap((part) => defuse(part ?? '') || [])
  const known = fact('operator', shorten(bookWith.join(', '), room.nameWeight))
  return [
    ...(count === undefined ? [] : [phrases.say('sentence.free_slots', { count })]),
    ...(count === 0 || bookWith.length === 0
      ? []
      : [phrases.say('sentence.book_with', { operator: known })]),
  ]
}

/** When it began; of what is to come, by when it will be so. */
function timeOf(item: PostItem, telling: Telling): Fact<'time'> {
  const { post, town, phrases } = telling
  if (item.template !== 'full_soon') {
    return phrases.clock(item.since, post.at, town.town.timeZone)
  }
  if (item.fullAt === undefined) return fact('time', phrases.say('part.within_a_day', {}))
  if (item.fullAt <= post.at) return fact('time', phrases.say('part.any_time_now', {}))
  return phrases.dayPart(dayOf(item.fullAt, telling), partOfDay(item.fullAt, town))
}

function dayOf(at: EpochMs, { post, town }: Telling): Day {
  const { timeZone } = town.town
  return { ahead: daysBetween(post.at, at, timeZone), date: wallTime(at, timeZone).day }
}

function partOfDay(at: EpochMs, { town }: TownIndex): PartOfDay {
  const hour = wallTime(at, town.timeZone).minuteOfDay / 60
  if (hour < 6) return 'night'
  if (hour < 12) return 'morning'
  return hour < 18 ? 'afternoon' : 'evening'
}

/** The fractions as a list, with how many boxes are meant and, when they differ, each one's time. */
function sayNames(
  { template, items }: Group,
  telling: Telling,
  isOneTime: boolean,
): Fact<'fractions'> | Nothing {
  const { town, language } = telling
  const named = items.filter((item) => fractionOf(item, town) !== undefined)
  if (named.length === 0) return NOTHING
  const label = (fraction: Fraction, meant: readonly PostItem[], boxName?: string) => {
    const all = boxesOf(fraction, meant[0]!, town)
    const details = [
      ...(boxName === undefined ? [] : [boxName]),
      ...(boxName === undefined && all > 1 ? [sayBoxes(meant.length, all, telling)] : []),
      ...(isOneTime ? [] : [sayOwnTime(earliest(meant), telling)]),
    ]
    const name = fractionName(fraction, language)
    return details.length === 0 ? name : `${name} (${details.join(', ')})`
  }
  const isForStaff = template === 'sensor_silent'
  const labels = isForStaff
    ? named.map((item) => label(fractionOf(item, town)!, [item], boxName(item, town)))
    : [...Map.groupBy(named, (item) => fractionOf(item, town)!)].map(([fraction, meant]) =>
        label(fraction, meant),
      )
  return fact('fractions', listNames(labels, telling))
}

function sayOwnTime(item: PostItem, telling: Telling): string {
  const time = timeOf(item, telling)
  return item.template === 'full_soon' ? time : telling.phrases.say('part.since', { time }).trim()
}

/** How many of a fraction's boxes at the station are meant, where there is more than one. */
function sayBoxes(count: number, all: number, { phrases }: Telling): string {
  const share = fact('choice', count < all ? 'some' : 'all')
  return phrases.say('part.boxes', { share, count, all })
}

/** What staff call one of several boxes of a fraction: `paper-2`. */
function boxName(item: PostItem, town: TownIndex): string | undefined {
  const box = item.containerId && town.containers.get(item.containerId)
  return box && boxesOf(box.fraction, item, town) > 1 ? box.name : undefined
}

function boxesOf(fraction: Fraction, item: PostItem, town: TownIndex): number {
  const id = item.containerId && town.containers.get(item.containerId)?.stationId
  const station = id && town.stations.get(id)
  return station ? station.containers.filter((c) => c.fraction === fraction).length : 1
}

/** The one that began first; of what is to come, the one that comes first. */
function earliest(items: readonly PostItem[]): PostItem {
  const start = (item: PostItem) =>
    item.template === 'full_soon' ? (item.fullAt ?? Infinity) : item.since
  return items.reduce((a, b) => (start(b) < start(a) ? b : a))
}

function sourceOf(items: readonly PostItem[]): PostItem['source'] {
  const sources = new Set(items.map((item) => item.source))
  sources.delete('none')
  if (sources.size > 1) return 'both'
  return [...sources][0] ?? 'none'
}

/** What a truck left today, then what will be emptied when; fractions are named where they differ. */
function emptyingSentences(telling: Telling): readonly string[] {
  const { post, phrases } = telling
  const wanting = post.items.filter(({ template }) => EMPTIED_AFTER.has(template as PostTemplate))
  const passed = wanting.filter(({ passedBy }) => passedBy)
  const days = Map.groupBy(
    wanting.filter(({ nextEmptyingAt }) => nextEmptyingAt !== undefined),
    // A time that goes on since yesterday is today's.
    ({ nextEmptyingAt }) => dayOf(Math.max(nextEmptyingAt!, post.at) as EpochMs, telling).date,
  )
  const today = dayOf(post.at, telling).date
  const sentences: string[] = []
  if (passed.length > 0) {
    const names = passed.length < wanting.length ? namesOf(passed, telling) : NOTHING
    sentences.push(phrases.say('sentence.not_emptied', { count: passed.length, names }))
  }
  for (const [date, meant] of [...days].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const items = date === today ? meant.filter(({ passedBy }) => !passedBy) : meant
    if (items.length === 0) continue
    const ahead = daysBetween(post.at, meant[0]!.nextEmptyingAt!, telling.town.town.timeZone)
    const names = items.length < wanting.length ? namesOf(items, telling) : NOTHING
    const day = phrases.day({ ahead: Math.max(0, ahead), date })
    sentences.push(phrases.say('sentence.emptying', { day, names }))
  }
  return sentences
}

function namesOf(items: readonly PostItem[], telling: Telling): Fact<'fractions'> | Nothing {
  const fractions = new Set(items.flatMap((item) => fractionOf(item, telling.town) ?? []))
  const names = [...fractions].map((fraction) => fractionName(fraction, telling.language))
  return names.length === 0 ? NOTHING : fact('fractions', telling.phrases.list(names))
}

/** One sentence for each nearest station; the fractions are named when they don't all go to the same. */
function alternativeSentences(telling: Telling): readonly string[] {
  const { post, phrases, room } = telling
  const wanting = post.items.filter(({ template }) => ELSEWHERE_AFTER.has(template as PostTemplate))
  const offers = wanting.filter(({ alternative }) => alternative)
  const byStation = [...Map.groupBy(offers, (item) => item.alternative!.stationId).values()]
  const isSame = byStation.length === 1 && offers.length === wanting.length
  return byStation.slice(0, room.alternatives).map((items) => {
    const { alternative } = items[0]!
    const names = isSame ? NOTHING : namesOf(items, telling)
    if (alternative!.stationId === post.stationId) {
      return phrases.say('sentence.room_beside', { names })
    }
    const place = fact('place', shorten(alternativeName(alternative!), room.nameWeight))
    const distance = phrases.distance(alternative!.distanceM)
    return phrases.say('sentence.nearest', { place, distance, names })
  })
}

function alternativeName({ name, stationId }: Alternative): string {
  return defuse(name) || stationId
}
