/** The return bike as a town's `returnbike.yaml` describes it: what it takes, when, for whom, and where to. */
import { FRACTIONS, LANGUAGES } from './fraction.ts'
import type { Fraction, Language } from './fraction.ts'
import type { AreaId, StationId } from './ids.ts'
import type { Place, ServiceDays } from './station.ts'
import type { Weekday } from './time.ts'

/** Languages in which a booker may be written to. The pages' three always; the others where the town has them. */
export const BOOKING_LANGUAGES = [...LANGUAGES, 'ar', 'so'] as const
export type BookingLanguage = (typeof BOOKING_LANGUAGES)[number]

export type InLanguages = Readonly<Record<Language, string>> &
  Readonly<Partial<Record<Exclude<BookingLanguage, Language>, string>>>

/** What is said in a language, or in Swedish where the town hasn't that one. */
export function inLanguage(text: InLanguages, language: BookingLanguage): string {
  return text[language] ?? text.sv
}

/** What a thing is when it is got rid of: a fraction of a station, or what only a centre takes. */
export const WASTE_KINDS = [
  ...FRACTIONS.map(({ id }): Fraction => id),
  'bulky',
  'wood',
  'scrap-metal',
  'electronics',
] as const
export type WasteKind = Fraction | 'bulky' | 'wood' | 'scrap-metal' | 'electronics'

export interface Size {
  readonly litres: number
  readonly kg: number
}

/** A thing that residents ask to have fetched, or that the bike can't take. */
export type CatalogueItem = FetchedItem | RefusedItem

export interface FetchedItem extends Size {
  readonly id: string
  readonly name: InLanguages
  readonly longestCm: number
  readonly waste: WasteKind
  /** Whether it may be good enough for somebody else. */
  readonly reusable: boolean
  /** So many for a household within the days that its errands are counted in. */
  readonly most?: number
  readonly refused?: undefined
}

export interface RefusedItem {
  readonly id: string
  readonly name: InLanguages
  readonly refused: {
    readonly because: InLanguages
    /** Where it goes instead. */
    readonly instead: InLanguages
  }
}

/** A part of a service day, by the clock on the wall. */
export interface Slot {
  readonly id: string
  /** Absent: on all service days. */
  readonly weekdays?: readonly Weekday[]
  readonly fromMinute: number
  readonly untilMinute: number
  /** So many bookings at most, and of all their things together so much. */
  readonly bookings: number
  readonly litres: number
  readonly kg: number
}

/** So many working days before the service day, at that time by the clock on the wall. */
export interface Deadline {
  readonly workingDays: number
  readonly minuteOfDay: number
}

export interface BookingLimits {
  readonly itemsPerErrand: number
  readonly litresPerErrand: number
  /** A thing that is heavier is no errand of one rider's. */
  readonly kgPerItem: number
  /** A household's errands within so many days before and after one. */
  readonly household: { readonly errands: number; readonly days: number }
}

/** The service area, in parts; a part is one of the town's areas. */
export interface District {
  readonly areaId: AreaId
  /** Its outline as a closed ring; the last point needs not be the first again. */
  readonly outline: readonly Place[]
}

export interface Bike extends Size {
  readonly id: string
  readonly name: string
  readonly longestCm: number
  readonly rangeKm: number
  readonly speedKmh: number
  /** Where it sets out and comes back to; absent: its first drop-off. */
  readonly home?: Place
  /** When its rider works, by the clock on the wall; absent: all the hours of every service day. */
  readonly shift?: {
    readonly fromMinute: number
    readonly untilMinute: number
    readonly weekdays?: readonly Weekday[]
  }
  /** So many minutes' rest, begun within these hours by the clock on the wall. */
  readonly break?: {
    readonly fromMinute: number
    readonly untilMinute: number
    readonly minutes: number
  }
}

export interface DropOff {
  readonly id: string
  readonly name: string
  readonly place: Place
  readonly takes: readonly WasteKind[]
  /** Whether things for reuse are left there. */
  readonly reuse: boolean
  /** The station that it is: then only what its containers have room for is brought. */
  readonly stationId?: StationId
  /** Absent: always open. */
  readonly open?: readonly ServiceDays[]
}

/** Something that residents may borrow: a bike, a trailer. */
export interface LoanThing {
  readonly id: string
  readonly name: InLanguages
  /** Not lent on the days on which the bike itself is out. */
  readonly onServiceDays: boolean
}

export interface LoanRules {
  readonly things: readonly LoanThing[]
  readonly mostDays: number
  readonly opensDays: number
  /** By when it is to be back on its last day. */
  readonly backByMinute: number
}

/** An address whose position is known. */
export interface ListedAddress {
  readonly address: string
  readonly postcode?: string
  readonly place: Place
  /** How many homes share it; absent where that isn't known. */
  readonly homes?: number
}

/** Who tells how long the bike needs from place to place. */
export type TravelSource =
  /** A file that `kvitter city-pack import` made. */
  | { readonly kind: 'city-pack'; readonly file: string }
  | { readonly kind: 'osrm'; readonly url: string; readonly profile: string }
  | { readonly kind: 'valhalla'; readonly url: string }

export interface ReturnBike {
  readonly slots: readonly Slot[]
  readonly items: readonly CatalogueItem[]
  /** Languages whose words no native reader has looked through. */
  readonly unreviewed: readonly BookingLanguage[]
  readonly limits: BookingLimits
  /** For so many days ahead a slot can be booked. */
  readonly opensDays: number
  readonly closes: Deadline
  readonly change: Deadline
  readonly cancel: Deadline
  readonly holdMs: number
  /** How long a household on the waiting list has to answer an offer. */
  readonly offerMs: number
  readonly remind: { readonly daysBefore: readonly number[]; readonly minuteOfDay: number }
  /** Absent: the whole town. */
  readonly districts?: readonly District[]
  readonly bikes: readonly Bike[]
  readonly dropOffs: readonly DropOff[]
  /** Kinds of waste, or items, that mustn't be on a bike at the same time. */
  readonly apart?: readonly (readonly [string, string])[]
  /** Absent: the formula, which also stands in where the source fails. */
  readonly travel?: TravelSource
  /** What the town knows better than the formula: how much longer its ways are, and its heights, by files. */
  readonly formula?: { readonly detour?: number; readonly heights?: readonly string[] }
  /** An outside engine that is asked beside our own solver. */
  readonly vroomUrl?: string
  readonly loans?: LoanRules
  /** Days after the errand: until everything about a person is erased, and until a note for access is. */
  readonly eraseAfterDays: number
  readonly noteDays: number
  /** Days until somebody who was to be called is forgotten: after it was done, or nothing more was. */
  readonly callBackDays: number
  readonly accessLogDays: number
  /** Absent where the town has no list. */
  readonly addresses?: readonly ListedAddress[]
}

/** In which part of the service area a place lies; undefined outside it (even-odd rule on the outline). */
export function districtAt(districts: readonly District[], place: Place): AreaId | undefined {
  return districts.find(({ outline }) => isInside(outline, place))?.areaId
}

function isInside(outline: readonly Place[], { lon, lat }: Place): boolean {
  let inside = false
  for (const [i, a] of outline.entries()) {
    const b = outline.at(i - 1)!
    const crosses = a.lat > lat !== b.lat > lat
    if (crosses && lon < ((b.lon - a.lon) * (lat - a.lat)) / (b.lat - a.lat) + a.lon) {
      inside = !inside
    }
  }
  return inside
}
