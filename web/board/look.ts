/** What the page tells the board at its start, and how times and numbers are written. */
import type { MapBase } from '#src/stations/map-base.ts'
import type { Place } from '#src/stations/station.ts'
import { WORDS, type Words } from './words.ts'

export interface Facts {
  readonly day: string
  readonly language: 'sv' | 'en'
  readonly timeZone: string
  /** What can be fetched, by id. */
  readonly items: Readonly<Record<string, string>>
  readonly stations: readonly {
    readonly id: string
    readonly name: string
    readonly place: Place
  }[]
  /** What lies under the stops on the map. */
  readonly base: MapBase
  readonly paths: {
    readonly signIn: string
    /** The board of today, or of the next day on which the bike runs. */
    readonly now: string
    readonly print: string
    readonly book: string
    /** With the reference at its end. */
    readonly booking: string
  }
}

export interface Look {
  readonly facts: Facts
  readonly words: Words
  /** `08:40`, by the town's clock; a dash for what isn't reckoned. */
  readonly clock: (iso: string | null) => string
  /** `torsdag 7 maj` */
  readonly date: (day: string) => string
  readonly number: (value: number) => string
  readonly thing: (item: string) => string
}

export function lookOf(facts: Facts): Look {
  const words = WORDS[facts.language]
  const { timeZone, items } = facts
  const times = new Intl.DateTimeFormat(words.locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const dates = new Intl.DateTimeFormat(words.locale, {
    timeZone: 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
  })
  const numbers = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 0 })
  return {
    facts,
    words,
    clock: (iso) => (iso === null ? '–' : times.format(new Date(iso))),
    date: (day) => dates.format(new Date(day)),
    number: (value) => numbers.format(value),
    thing: (item) => items[item] ?? item,
  }
}
