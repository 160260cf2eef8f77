/** News of one place: a sentence for each kind, when it is to be emptied, and where to go instead. */
import type { Alternative, PostItem } from '#src/rules/decision.ts'
import { fractionName } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import { wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Day, PartOfDay, PostTemplate, Said } from './phrases.ts'
import { fractionOf, listNames, placeKind, shortPlace, shorten } from './telling.ts'
import type { Group, Telling } from './telling.ts'
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
  const { groups, phrases, room } = telling
  const said = groups.slice(0, room.sentences).map((group) => {
    return phrases[group.template](say(group, telling))
  })
  const emptyings = room.details ? emptyingSentences(telling) : []
  return [...said, ...emptyings, ...alternativeSentences(telling)]
}

function say(group: Group, telling: Telling): Said {
  const { post, town, phrases } = telling
  const { template, items } = group
  const times = new Set(items.map((item) => timeOf(item, telling)))
  const isOneTime = !TIMES_APART.has(template) || times.size === 1
  const names = sayNames(group, telling, isOneTime)
  const [first] = items
  const { timeZone, operator } = town.town
  const place = shortPlace(post, telling)
  const bookWith = [operator?.name, operator?.phone].flatMap((part) => defuse(part ?? '') || [])
  return {
    place,
    atPlace: phrases.atPlace(place, placeKind(post)),
    many: items.length > 1,
    now: phrases.clock(post.at, post.at, timeZone),
    source: sourceOf(items),
    ...(names !== undefined && { names }),
    ...((isOneTime || names === undefined) && { time: timeOf(earliest(items), telling) }),
    ...(first?.fullContainers !== undefined && { fullContainers: first.fullContainers }),
    ...(first?.containers !== undefined && { containers: first.containers }),
    ...(first?.stationsFull !== undefined && { stationsFull: first.stationsFull }),
    ...(first?.stations !== undefined && { stations: first.stations }),
    ...(first?.firstStopAt !== undefined && {
      firstStop: phrases.clock(first.firstStopAt, post.at, timeZone),
    }),
    ...(first?.freeSlots !== undefined && { freeSlots: first.freeSlots }),
    ...(bookWith.length > 0 && { bookWith: shorten(bookWith.join(', '), telling.room.nameWeight) }),
  }
}

/** When it began; of what is to come, by when it will be so. */
function timeOf(item: PostItem, telling: Telling): string {
  const { post, town, phrases } = telling
  if (item.template !== 'full_soon') {
    return phrases.clock(item.since, post.at, town.town.timeZone)
  }
  if (item.fullAt === undefined) return phrases.withinADay
  if (item.fullAt <= post.at) return phrases.anyTimeNow
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
): string | undefined {
  const { town, language, phrases } = telling
  const named = items.filter((item) => fractionOf(item, town) !== undefined)
  if (named.length === 0) return undefined
  const label = (fraction: Fraction, meant: readonly PostItem[], boxName?: string) => {
    const all = boxesOf(fraction, meant[0]!, town)
    const details = [
      ...(boxName === undefined ? [] : [boxName]),
      ...(boxName === undefined && all > 1 ? [phrases.boxes(meant.length, all)] : []),
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
  return listNames(labels, telling)
}

function sayOwnTime(item: PostItem, telling: Telling): string {
  const time = timeOf(item, telling)
  return item.template === 'full_soon' ? time : telling.phrases.since(time)
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
    const names = passed.length < wanting.length ? namesOf(passed, telling) : undefined
    sentences.push(phrases.notEmptied(passed.length > 1, names))
  }
  for (const [date, meant] of [...days].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const items = date === today ? meant.filter(({ passedBy }) => !passedBy) : meant
    if (items.length === 0) continue
    const ahead = daysBetween(post.at, meant[0]!.nextEmptyingAt!, telling.town.town.timeZone)
    const names = items.length < wanting.length ? namesOf(items, telling) : undefined
    sentences.push(phrases.emptying(phrases.day({ ahead: Math.max(0, ahead), date }), names))
  }
  return sentences
}

function namesOf(items: readonly PostItem[], telling: Telling): string | undefined {
  const fractions = new Set(items.flatMap((item) => fractionOf(item, telling.town) ?? []))
  const names = [...fractions].map((fraction) => fractionName(fraction, telling.language))
  return names.length === 0 ? undefined : telling.phrases.list(names)
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
    const names = isSame ? undefined : namesOf(items, telling)
    if (alternative!.stationId === post.stationId) return phrases.roomBeside(names)
    return phrases.nearest(
      shorten(alternativeName(alternative!), room.nameWeight),
      phrases.distance(alternative!.distanceM),
      names,
    )
  })
}

function alternativeName({ name, stationId }: Alternative): string {
  return defuse(name) || stationId
}
