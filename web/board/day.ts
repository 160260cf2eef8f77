/** A day as `GET /api/v1/rounds/{day}` tells it, as far as the board looks at it. */
import {
  type FailedBecause,
  isOver,
  type OfferReason,
  type StopState,
} from '#src/pickups/day/day.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'

export interface Person {
  readonly name: string
  readonly phone: string | null
  readonly email: string | null
  readonly address: string
  readonly apartment: string | null
  readonly position: Place | null
  readonly note: string | null
}

export interface Stop {
  readonly id: string
  readonly kind: 'pickup' | 'drop-off' | 'break'
  readonly state: StopState
  /** False for what a rider did though no plan said so. */
  readonly planned: boolean
  readonly pinned: boolean
  readonly dropOff: string | null
  /** Of a stop that is no booking. */
  readonly place: (Place & { readonly name: string | null }) | null
  readonly reference: string | null
  readonly what: string | null
  readonly load: { readonly litres: number; readonly kg: number } | null
  /** The drop-off that it is to be brought to. */
  readonly bringTo: { readonly name: string } | null
  readonly things: readonly { readonly item: string; readonly count: number }[]
  readonly language: BookingLanguage | null
  readonly interpreter: boolean
  readonly windowFrom: string | null
  readonly windowUntil: string | null
  /** ISO 8601; as reckoned now, or as it was. */
  readonly startsAt: string | null
  readonly litresOnBoard: number | null
  readonly kgOnBoard: number | null
  readonly failedBecause: FailedBecause | null
  readonly note: string | null
  readonly person: Person | null
}

export interface Round {
  readonly bike: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly out: { readonly since: string; readonly because: string } | null
  /** So many of its first stops are over or being ridden to; no plan moves them. */
  readonly frozen: number
  readonly stops: readonly Stop[]
}

export interface Bike {
  readonly id: string
  readonly name: string
  readonly litres: number
  readonly kg: number
  readonly home: Place
}

export interface Unserved {
  readonly stop: string
  readonly because: string
}

export interface Offer {
  readonly id: string
  readonly because: OfferReason
  readonly rounds: readonly { readonly bike: string; readonly stops: readonly string[] }[]
  readonly unserved: readonly Unserved[]
}

export interface Candidate {
  readonly id: string
  readonly what: string
  readonly stationId: string | null
  readonly askedAt: string
}

export interface NextStep {
  readonly stop: string
  readonly step: string
  readonly because: string
  readonly bike: string | null
  readonly reference: string | null
  readonly day: string | null
  readonly instead: { readonly sv: string; readonly en: string } | null
}

export interface Day {
  readonly day: string
  /** Which day it is in the town now. */
  readonly today: string
  /** Of the plan; 0 for none. */
  readonly version: number
  readonly published: boolean
  readonly from: string
  readonly until: string
  readonly bikes: readonly Bike[]
  readonly dropOffs: readonly {
    readonly id: string
    readonly name: string
    readonly place: Place
  }[]
  readonly rounds: readonly Round[]
  readonly unserved: readonly Unserved[]
  readonly unplanned: readonly string[]
  /** What no round has. */
  readonly outside: readonly Stop[]
  readonly complaints: readonly {
    readonly kind: string
    readonly stop: string | null
    readonly bike: string | null
  }[]
  readonly offer: Offer | null
  readonly nextSteps: readonly NextStep[]
  readonly candidates: readonly Candidate[]
}

/**
 * Answers to commands tell nobody who lives there (`people`); what was known of them stays known until they
 * are asked for. What is as it was stays the same object, so that its row needn't be drawn anew.
 */
export function after(before: Day | undefined, day: Day, people: boolean): Day {
  if (!before) return day
  const known = new Map(allStops(before).map((stop) => [stop.id, stop]))
  const filled = (stop: Stop): Stop => {
    const was = known.get(stop.id)
    if (!was) return stop
    const { person, note } = people ? stop : was
    return asItWas(was, { ...stop, person, note })
  }
  return {
    ...day,
    bikes: asItWas(before.bikes, day.bikes),
    dropOffs: asItWas(before.dropOffs, day.dropOffs),
    rounds: day.rounds.map((round) => ({ ...round, stops: round.stops.map(filled) })),
    outside: day.outside.map(filled),
  }
}

/** Both are what JSON said, with their fields in one order. */
function asItWas<T>(was: T, is: T): T {
  return JSON.stringify(was) === JSON.stringify(is) ? was : is
}

export function allStops(day: Day): readonly Stop[] {
  return [...day.rounds.flatMap(({ stops }) => stops), ...day.outside]
}

export function placeOf(stop: Stop): Place | undefined {
  return stop.person?.position ?? stop.place ?? undefined
}

/** Where a bike that is out riding was last: at the last stop that is over. No trail is kept. */
export function lastPlaceOf({ startedAt, endedAt, stops }: Round): Place | undefined {
  if (startedAt === null || endedAt !== null) return undefined
  const last = stops.findLast(({ state }) => isOver(state))
  return last && placeOf(last)
}

/** A bike's name, with its id where another has the same. */
export function bikeName(day: Pick<Day, 'bikes'>, id: string): string {
  const name = day.bikes.find((bike) => bike.id === id)?.name ?? id
  return day.bikes.some((bike) => bike.id !== id && bike.name === name) ? `${name} (${id})` : name
}
