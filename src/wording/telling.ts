/** What a post is put into words with, and the names of places, made harmless and short enough. */
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { AreaId, StationId } from '#src/stations/ids.ts'
import { placeName } from '#src/stations/place-name.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { splitGraphemes } from './graphemes.ts'
import type { Phrases, PlaceKind } from './phrases.ts'
import type { PostTemplate } from './post-templates.ts'
import { fact } from './text-facts.ts'
import type { Fact } from './text-facts.ts'
import { defuse, weightedLength } from './x-limits.ts'

/** How much may be left out, and how long a name may be. */
export interface Room {
  /** Places to go instead. */
  readonly alternatives: number
  /** When it is to be emptied; in a digest, the fractions at each place. */
  readonly details: boolean
  /** Names listed in each sentence; the rest becomes "och 3 till". */
  readonly names: number
  readonly sentences: number
  readonly nameWeight: number
}

/** A post on its way into the words of one language. */
export interface Telling {
  readonly post: DecidedPost
  readonly groups: readonly Group[]
  readonly town: TownIndex
  readonly language: Language
  readonly phrases: Phrases
  readonly room: Room
}

/** Items that one sentence can say. */
export interface Group {
  readonly template: PostTemplate
  readonly items: readonly PostItem[]
}

interface Spot {
  readonly stationId?: StationId
  readonly areaId?: AreaId
}

export function placeKind({ stationId, areaId }: Spot): PlaceKind {
  if (stationId !== undefined) return 'station'
  return areaId === undefined ? 'town' : 'area'
}

/** A place whose name is nothing once it is harmless goes by its id. */
export function shortPlace(
  spot: Spot,
  { town, room }: Pick<Telling, 'town' | 'room'>,
): Fact<'place'> {
  const id = spot.stationId ?? spot.areaId ?? town.town.municipalityCode
  return fact('place', shorten(defuse(placeName(spot, town)) || defuse(id), room.nameWeight))
}

/** `på Ekudden`, `i Norrby` */
export function atPlace(place: Fact<'place'>, kind: PlaceKind, phrases: Phrases): Fact<'place'> {
  return fact('place', phrases.say('part.at_place', { place, kind: fact('choice', kind) }))
}

export function fractionOf(item: PostItem, town: TownIndex): Fraction | undefined {
  if (item.fraction !== undefined) return item.fraction
  return item.containerId && town.containers.get(item.containerId)?.fraction
}

/** The names that there is room for, and how many more. */
export function listNames(names: readonly string[], { phrases, room }: Telling): string {
  if (names.length <= room.names) return phrases.list(names)
  const rest = names.length - room.names
  return phrases.list([...names.slice(0, room.names), phrases.say('part.more', { count: rest })])
}

/** Cut between characters as people see them, with an ellipsis, to at most `maxWeight` as X counts. */
export function shorten(name: string, maxWeight: number): string {
  if (weightedLength(name) <= maxWeight) return name
  let kept = ''
  for (const character of splitGraphemes(name)) {
    if (weightedLength(`${kept}${character}…`) > maxWeight) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}
