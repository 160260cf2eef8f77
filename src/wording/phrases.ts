/** What a language puts a post together with: its texts, and how it tells times, distances and lists. */
import type { EpochMs } from '#src/stations/time.ts'
import type { PublicKey, SaidBy } from './public-texts.ts'
import type { Fact, PublicFacts } from './text-facts.ts'

/** What a post is about: `på Ekudden`, `i Norrby`. */
export type PlaceKind = 'station' | 'area' | 'town'

/** A time of day in words. */
export type PartOfDay = 'night' | 'morning' | 'afternoon' | 'evening'

/** A day as seen from another. */
export interface Day {
  /** 0 is the same day, 1 the next. */
  readonly ahead: number
  /** `2026-05-07` */
  readonly date: string
}

/** How a language tells what isn't a sentence. `sv.ts`, `en.ts` and `fi.ts` say it; no town changes it. */
export interface Idiom {
  /** `10:15`, `klo 10.15`, or with the day when `at` isn't on the same local day as `now`. */
  readonly clock: (at: EpochMs, now: EpochMs, timeZone: string) => string
  /** `i dag`, `i morgon`, `på torsdag`, `den 14 maj`. */
  readonly day: (day: Day) => string
  /** `i eftermiddag`, `i morgon förmiddag`, `på torsdag`. */
  readonly dayPart: (day: Day, part: PartOfDay) => string
  readonly list: (names: readonly string[]) => string
  readonly distance: (metres: number) => string
}

/** A language with its texts. */
export interface Phrases extends Pick<Idiom, 'list'> {
  /** A public text with its values. */
  say<Key extends PublicKey>(key: Key, facts: PublicFacts<SaidBy<Key>>): string
  clock(at: EpochMs, now: EpochMs, timeZone: string): Fact<'time'>
  day(day: Day): Fact<'time'>
  dayPart(day: Day, part: PartOfDay): Fact<'time'>
  distance(metres: number): Fact<'distance'>
}
