/** A stop in words: where it is, what is carried. */
import { inLanguage } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'
import type { Load } from './aboard.ts'
import type { Catalogue, Stop } from './day.ts'
import type { Calendar } from './page-facts.ts'
import type { Words } from './words.ts'

export interface Telling {
  readonly words: Words
  readonly language: 'sv' | 'en'
  readonly catalogue: Catalogue
  readonly calendar: Calendar
}

/** Where it is, shortly. */
export function whereOf({ kind, person, place, what, reference }: Stop, words: Words): string {
  if (kind === 'break') return words.pause
  return person?.address ?? place?.name ?? what ?? reference ?? words.dropOff
}

/** For a map and for the clipboard. */
export function addressOf({ person, place }: Stop): string | undefined {
  if (person) return [person.address, person.postcode].filter(Boolean).join(', ')
  if (!place) return undefined
  return place.name ?? `${place.lat}, ${place.lon}`
}

function positionOf({ person, place }: Stop): Place | undefined {
  return person?.position ?? place ?? undefined
}

/** Opens the phone's own map. */
export function mapLink(stop: Stop, isApple: boolean): string | undefined {
  const at = positionOf(stop)
  const address = addressOf(stop)
  if (!at && address === undefined) return undefined
  const to = at ? `${at.lat},${at.lon}` : address!
  if (isApple) return `https://maps.apple.com/?daddr=${encodeURIComponent(to)}`
  return at ? `geo:${to}?q=${encodeURIComponent(to)}` : `geo:0,0?q=${encodeURIComponent(to)}`
}

export function nameOf(item: string, { catalogue, language }: Telling): string {
  const known = catalogue.get(item)
  return known ? inLanguage(known.name, language) : item
}

export function timeOf(stop: Stop, { words, calendar }: Telling): string {
  const { startsAt, windowFrom, windowUntil } = stop
  const about = startsAt !== null && words.at(calendar.clock(startsAt))
  const window =
    stop.kind === 'pickup' &&
    windowFrom !== null &&
    windowUntil !== null &&
    words.window(calendar.clock(windowFrom), calendar.clock(windowUntil))
  return [about, window && `(${window})`].filter(Boolean).join(' ')
}

export interface Weight {
  readonly kg: number
  readonly litres: number
}

/** Of all together, by the catalogue. */
export function weightOf(
  things: readonly { readonly item: string; readonly count: number }[],
  catalogue: Catalogue,
): Weight {
  return things.reduce<Weight>(
    (sum, { item, count }) => {
      const { kg, litres } = catalogue.get(item) ?? {}
      return { kg: sum.kg + (kg ?? 0) * count, litres: sum.litres + (litres ?? 0) * count }
    },
    { kg: 0, litres: 0 },
  )
}

/** Of a stop that is no booking: how much it is, and where it goes. */
export function loadWords({ load, bringTo }: Stop, { words }: Telling): readonly string[] {
  return [
    ...(load ? [words.about(Math.round(load.kg), Math.round(load.litres))] : []),
    ...(bringTo ? [words.bringTo(bringTo.name)] : []),
  ]
}

/** In one line: `2 Stol, 1 Wellpapp`. */
export function briefly(stop: Stop, unload: readonly Load[] | undefined, telling: Telling): string {
  const things = unload ?? stop.things
  const named = things.map(({ item, count }) => `${count} ${nameOf(item, telling)}`)
  const what = stop.what !== null && stop.place?.name ? [stop.what] : []
  return [...named, ...what, ...loadWords(stop, telling)].join(', ')
}
