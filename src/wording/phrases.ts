/** What each language must be able to say of a station. `sv.ts` and `en.ts` say it. */
import type { EpochMs } from '#src/stations/time.ts'
import type { PostItem } from '#src/rules/decision.ts'

/** All that a sentence about containers needs, its parts already in words. */
export interface Said {
  readonly station: string
  /** The fractions, as a list: `pappersförpackningar och ofärgat glas`; absent when none is known. */
  readonly names?: string
  /** More than one container is spoken of. */
  readonly many: boolean
  /** `sedan 10:15`; absent when each name carries its own. */
  readonly since?: string
  /** The clock when it is said: `14:20`. */
  readonly now: string
  readonly source: PostItem['source']
  readonly fullContainers?: number
  readonly containers?: number
}

export interface Phrases {
  readonly full: (said: Said) => string
  readonly space_again: (said: Said) => string
  readonly station_nearly_all_full: (said: Said) => string
  readonly sensor_silent: (said: Said) => string
  /** `10:15`, or with the day when `at` isn't on the same local day as `now`. */
  readonly clock: (at: EpochMs, now: EpochMs, timeZone: string) => string
  readonly since: (clock: string) => string
  /** How many of a fraction's boxes at the station are meant, where there is more than one. */
  readonly boxes: (meant: number, all: number) => string
  /** `3 till`: what a list leaves out. */
  readonly more: (n: number) => string
  readonly list: (names: readonly string[]) => string
  readonly nearest: (station: string, distance: string, names?: string) => string
  /** What is full stands beside another container of its fraction that isn't. */
  readonly roomBeside: (names?: string) => string
  readonly distance: (metres: number) => string
  /** Said instead of what didn't fit. */
  readonly moreOnPage: string
}
