/** What each language must be able to say of a station. `sv.ts`, `en.ts` and `fi.ts` say it. */
import type { EpochMs } from '#src/stations/time.ts'
import type { PostItem } from '#src/rules/decision.ts'

/** The texts that a rule may name as its `post` or `close_post`. */
export const POST_TEMPLATES = [
  'full',
  'space_again',
  'station_nearly_all_full',
  'full_soon',
  'littered',
  'cleaned',
  'broken',
  'repaired',
  'icy',
  'bike_round',
  'weekly_digest',
  'sensor_silent',
] as const
export type PostTemplate = (typeof POST_TEMPLATES)[number]

/** What a post is about: `på Ekudden`, `i Norrby`. */
export type PlaceKind = 'station' | 'area' | 'town'

/** All that a sentence needs, its parts already in words. */
export interface Said {
  /** `Ekudden` */
  readonly place: string
  /** `på Ekudden` */
  readonly atPlace: string
  /** The fractions, as a list: `pappersförpackningar och ofärgat glas`; absent when none is known. */
  readonly names?: string
  /** More than one container is spoken of. */
  readonly many: boolean
  /** When it began, `10:15`; or by when it will be so, `i morgon eftermiddag`. Absent when each name carries its own. */
  readonly time?: string
  /** The clock when it is said: `14:20`, `klo 14.20`. */
  readonly now: string
  readonly source: PostItem['source']
  readonly fullContainers?: number
  readonly containers?: number
  readonly stationsFull?: number
  readonly stations?: number
  /** The clock at the bike's first stop. */
  readonly firstStop?: string
  readonly freeSlots?: number
  /** With whom to book: `Provstads kommun, 033-12 34 56`. */
  readonly bookWith?: string
}

/** A time of day in words. */
export type PartOfDay = 'night' | 'morning' | 'afternoon' | 'evening'

/** A day as seen from another. */
export interface Day {
  /** 0 is the same day, 1 the next. */
  readonly ahead: number
  /** `2026-05-07` */
  readonly date: string
}

export type Phrases = Readonly<Record<PostTemplate, (said: Said) => string>> & {
  readonly atPlace: (place: string, kind: PlaceKind) => string
  /** `10:15`, `klo 10.15`, or with the day when `at` isn't on the same local day as `now`. */
  readonly clock: (at: EpochMs, now: EpochMs, timeZone: string) => string
  readonly since: (clock: string) => string
  /** `i dag`, `i morgon`, `på torsdag`, `den 14 maj`. */
  readonly day: (day: Day) => string
  /** `i eftermiddag`, `i morgon förmiddag`, `på torsdag`. */
  readonly dayPart: (day: Day, part: PartOfDay) => string
  /** When nothing nearer than the forecast's own day is known. */
  readonly withinADay: string
  /** The forecast's time is here. */
  readonly anyTimeNow: string
  /** How many of a fraction's boxes at the station are meant, where there is more than one. */
  readonly boxes: (meant: number, all: number) => string
  /** `3 till`: what a list leaves out. */
  readonly more: (n: number) => string
  readonly list: (names: readonly string[]) => string
  /** When it is to be emptied; names where that isn't the same for all. */
  readonly emptying: (day: string, names?: string) => string
  /** A truck was there today and left it. */
  readonly notEmptied: (many: boolean, names?: string) => string
  readonly nearest: (place: string, distance: string, names?: string) => string
  /** What is full stands beside another container of its fraction that isn't. */
  readonly roomBeside: (names?: string) => string
  readonly distance: (metres: number) => string
  /** Opens a digest: `Dagens sammanfattning, 18:00.` */
  readonly digest: (clock: string) => string
  /** In a digest: what is so, before the list of places. */
  readonly headings: Readonly<Record<PostTemplate, string>>
  /** What was said, after "vi skrev": `att det var fullt på Ekudden (pappersförpackningar)`. */
  readonly claims: Readonly<Record<PostTemplate, (places: string) => string>>
  /** Takes back what was said at a time. */
  readonly correction: (clock: string, claims: string) => string
  /** Said instead of what didn't fit. */
  readonly moreOnPage: (kind: PlaceKind) => string
}
