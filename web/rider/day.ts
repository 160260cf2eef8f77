/** What the page reads of a day (`GET /api/v1/rounds/{day}`), of its log, and of the catalogue (`GET /api/v1/items`). */
import type { FailedBecause, StopState } from '#src/pickups/day/day.ts'
import type { BookingLanguage, InLanguages, WasteKind } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'

export interface Day {
  /** `2026-05-07` */
  readonly day: string
  readonly version: number
  readonly published: boolean
  readonly bikes: readonly { readonly id: string; readonly name: string }[]
  readonly rounds: readonly Round[]
  /** What each drop-off takes. */
  readonly room: readonly { readonly dropOff: string; readonly waste: Stream }[]
}

export interface Round {
  readonly bike: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly out: { readonly since: string; readonly because: string } | null
  readonly stops: readonly Stop[]
}

export interface Stop {
  readonly id: string
  readonly kind: 'pickup' | 'drop-off' | 'break'
  readonly state: StopState
  readonly dropOff: string | null
  /** Of a drop-off: unload only these; null for all on board that it takes. */
  readonly streams: readonly string[] | null
  readonly place: (Place & { readonly name: string | null }) | null
  /** Of the booking. */
  readonly reference: string | null
  /** Of a stop that is no booking. */
  readonly what: string | null
  /** Of it too; a day that was kept before it was told has none. */
  readonly load?: { readonly litres: number; readonly kg: number } | null
  readonly bringTo?: { readonly name: string } | null
  readonly things: readonly Thing[]
  readonly taken: readonly Taken[] | null
  readonly language: BookingLanguage | null
  readonly interpreter: boolean
  readonly windowFrom: string | null
  readonly windowUntil: string | null
  /** As reckoned, or as it was. */
  readonly startsAt: string | null
  readonly failedBecause: FailedBecause | null
  readonly note: string | null
  readonly photos: readonly string[]
  readonly person: Person | null
}

export interface Thing {
  readonly item: string
  readonly count: number
}

export interface Taken extends Thing {
  readonly reused: boolean
}

export interface Person {
  readonly name: string
  readonly phone: string | null
  readonly address: string
  readonly postcode: string | null
  readonly apartment: string | null
  readonly position: Place | null
  readonly note: string | null
}

/** Where a thing goes: its kind of waste, or to somebody who wants it. */
export type Stream = WasteKind | 'reuse'

export interface Item {
  readonly id: string
  readonly name: InLanguages
  readonly litres: number | null
  readonly kg: number | null
  readonly longestCm: number | null
  readonly waste: WasteKind | null
  readonly reusable: boolean
}

export type Catalogue = ReadonlyMap<string, Item>

/** A line of the day's log, as its stream of events tells it. */
export interface Line {
  readonly no: number
  readonly at: string
  readonly by: string
  readonly did: string
  readonly stop: string | null
  readonly bike: string | null
}

/** What a drop-off takes. */
export function takenAt({ room }: Pick<Day, 'room'>, dropOff: string | null): readonly Stream[] {
  return room.flatMap((one) => (one.dropOff === dropOff ? one.waste : []))
}

export function stopsOf(day: Day, bike: string): readonly Stop[] {
  return day.rounds.find((round) => round.bike === bike)?.stops ?? []
}

export function bikeName({ bikes }: Day, bike: string): string {
  return bikes.find(({ id }) => id === bike)?.name ?? bike
}
