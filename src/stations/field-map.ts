/**
 * Which field of a decoded message means what. A field's name is never trusted: one vendor's `level` is
 * a distance, another's `remaining` the inverse of a fill.
 */
import type { Fault } from './reading.ts'

/** From the object's root, keys by dots and indexes in brackets: `data.bins[2].distance`. */
export type JsonPath = string

/** A value by which a device says that it has none to give. Compared with `===`; text also without case. */
export interface Sentinel {
  readonly value: number | string | boolean | null
  readonly fault: Fault
}

/** What a level's number stands for. */
export const LEVEL_MEANINGS = [
  /** From the sensor down to the waste. */
  'distance',
  /** How full, in per cent. */
  'fill',
  /** How much room is left, in per cent. */
  'remaining',
  /** From the floor up to the waste; needs the container's geometry. */
  'height',
] as const
export type LevelMeaning = (typeof LEVEL_MEANINGS)[number]

/** `text` is a number with its unit behind it, such as `2000 mm`. */
export const LEVEL_UNITS = ['%', 'mm', 'cm', 'm', 'in', 'text'] as const
export type LevelUnit = (typeof LEVEL_UNITS)[number]

export interface LevelField {
  /** Names one of several sensors of a device that watches several containers. */
  readonly channel?: string
  readonly path: JsonPath
  readonly meaning: LevelMeaning
  readonly unit: LevelUnit
  readonly sentinels?: readonly Sentinel[]
  /** Outside these (in the field's own unit) a number is a fault, `out-of-range`. */
  readonly least?: number
  readonly most?: number
}

/** True when the field's value is one of `is`. */
export interface FlagField {
  readonly path: JsonPath
  readonly is: readonly (number | string | boolean)[]
}

export interface BatteryField {
  readonly path: JsonPath
  /** `low-flag`: true means that it is low. */
  readonly unit: '%' | 'V' | 'mV' | 'low-flag'
  readonly sentinels?: readonly (number | string)[]
}

/** One, or several of which each is read where it is there. */
type OneOrMore<T> = T | readonly T[]

export interface FieldMap {
  /** Where a list of readings lies when one message carries several; the other paths then start at its elements. */
  readonly readings?: JsonPath
  readonly at?: { readonly path: JsonPath; readonly unit: 'iso' | 's' | 'ms' }
  readonly levels: readonly LevelField[]
  readonly battery?: OneOrMore<BatteryField>
  readonly temperature?: {
    readonly path: JsonPath
    readonly unit: 'C' | 'F' | 'text'
    readonly sentinels?: readonly (number | string)[]
  }
  readonly tilt?: { readonly path: JsonPath; readonly unit: 'deg' | 'text' }
  readonly tilted?: OneOrMore<FlagField>
  readonly fire?: OneOrMore<FlagField>
  readonly pickedUp?: OneOrMore<FlagField>
  /** When one of these holds the measurement is a fault, whatever its number says. */
  readonly faults?: readonly (FlagField & { readonly fault: Fault })[]
}
