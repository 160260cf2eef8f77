/** What the planner is asked: a service day's bikes, pickups and drop-offs. Plain data, times in whole seconds. */
import type { EpochMs } from '#src/stations/time.ts'

/** Seconds from `Problem.startsAt`, both ends within. */
export interface Span {
  readonly fromS: number
  readonly untilS: number
}

export interface Problem {
  /** Second 0 of all times here. */
  readonly startsAt: EpochMs
  readonly travel: TravelTable
  readonly bikes: readonly Bike[]
  readonly pickups: readonly Pickup[]
  readonly dropOffs: readonly DropOff[]
  /** Classes of things that mustn't ride together: `[['hazardous', 'ordinary']]`. */
  readonly apart: readonly (readonly [string, string])[]
}

/** Between places 0 … size − 1, row by row: `from * size + to`. */
export interface TravelTable {
  readonly size: number
  /** Seconds with nothing on board. */
  readonly emptyS: Float64Array
  /** Seconds with all that the bike may carry; a load between costs its share. */
  readonly loadedS: Float64Array
  readonly metres: Float64Array
}

export interface Bike {
  readonly id: string
  readonly startPlace: number
  readonly endPlace: number
  readonly shift: Span
  /** In order of time. */
  readonly breaks: readonly Break[]
  readonly volumeL: number
  readonly massKg: number
  /** The longest side of a thing that it takes. */
  readonly longestCm?: number
  /** How far it gets on a charge. */
  readonly rangeM?: number
  /** Its times are so many times the table's: 1.2 is a slow one. */
  readonly pace?: number
}

/** Must begin in the span, unless the round is over by its end or begins after it. */
export interface Break extends Span {
  readonly durationS: number
}

/** What a booking asks for. Service begins in one of the windows. */
export interface Pickup {
  readonly id: string
  readonly place: number
  /** In order of time, apart from each other. */
  readonly windows: readonly Span[]
  readonly serviceS: number
  readonly loads: readonly Load[]
  readonly massKg: number
  readonly longestCm?: number
  readonly classes?: readonly string[]
  /** 0 and up; one of priority 1 weighs as much as two of 0. */
  readonly priority: number
  /** Told to the resident, so kept. */
  readonly promise?: Span
  /** Pinned: on this bike or not at all. */
  readonly bike?: string
}

/** Litres of a stream: a fraction, `reuse`, `bulky`, whatever drop-offs tell apart. */
export interface Load {
  readonly stream: string
  readonly litres: number
}

export interface DropOff {
  readonly id: string
  readonly place: number
  /** Unloading begins and ends in one of them. */
  readonly opens: readonly Span[]
  readonly serviceS: number
  readonly takes: readonly Taken[]
}

export interface Taken {
  readonly stream: string
  /** Room at second 0, a margin for what isn't known taken off; undefined where there is always room. */
  readonly roomL?: number
  /** What others fill in an hour, by the forecast. */
  readonly fillsLPerHour?: number
}
