/** What a condition may ask: the facts, their types and meanings, and the objects that answer. */
import type { ContainerId, StationId } from '#src/stations/ids.ts'
import { DAY, DEFAULT_TIME_ZONE, HOUR, MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { createCalendar } from './calendar.ts'
import type { Calendar } from './calendar.ts'
import { FULL_EVIDENCE, REPORT_FRESH_MS, REPORT_LIFE_MS, weighEvidence } from './evidence.ts'
import type { Known } from './evidence.ts'
import { nextEmptying, overdueSince } from './plan.ts'
import type { Per } from './rule-book.ts'
import { WORD_LIFE_MS, countWords, isMended } from './trouble.ts'
import type { Trouble } from './trouble.ts'
import type { BikeRound, Extras, Forecast, Truck } from './watch.ts'

export interface Fact {
  readonly name: string
  readonly type: 'double' | 'int' | 'bool' | 'string'
  /** Whether it may be missing; a condition that needs a missing fact is UNKNOWN. */
  readonly mayBeMissing: boolean
  /** For a person who writes rules. */
  readonly meaning: string
}

const missing = { mayBeMissing: true }

/**
 * Every fact, by the name a condition uses. `c.` is the container (rules `per: container`), `s.` its
 * station, `truck.` the truck on its way there; `a.` are the stations of an area or of the account,
 * `bike.` the area's return bike; `t.` is the clock on the wall.
 */
export const FACTS: readonly Fact[] = [
  fact('c.id', 'string', 'the container, `1490-064-paper-1`'),
  fact('c.fraction', 'string', 'what it takes: paper, plastic, metal, clear-glass …'),
  fact('c.full', 'bool', 'evidence is 1 or more; missing while nothing is known', missing),
  fact('c.evidence', 'double', 'log-odds that it is full (rules.md)', missing),
  fact('c.fill', 'double', 'level in percent, 0–100; missing once it is too old', missing),
  fact('c.fill_age_min', 'double', 'minutes since that level was measured', missing),
  fact('c.full_reports_2h', 'int', 'residents who said "full" within two hours'),
  fact(
    'c.room_reports_8h',
    'int',
    'residents, staff and crews who said "has room" within eight hours, since it was emptied',
  ),
  fact('c.min_since_emptied', 'double', 'minutes since it was emptied', missing),
  fact('c.sensor_silent_min', 'double', 'minutes since its sensor last spoke', missing),
  fact(
    'c.fault',
    'string',
    'the standing fault of its sensor, `no-echo` …; empty when there is none',
  ),
  fact(
    'c.p_full_24h',
    'double',
    'how likely it is full within a day, 0–1, by the newest forecast; missing without one of the last 12 hours',
    missing,
  ),
  fact(
    'c.next_emptying_h',
    'double',
    'hours until it is next to be emptied, 0 while that goes on; missing without a plan',
    missing,
  ),
  fact(
    'c.emptying_overdue_h',
    'double',
    'hours since an emptying was due that never came, at most a week; 0 when all was kept',
  ),
  fact('c.passed_today', 'bool', 'a truck was at the station today and did not empty it'),
  fact(
    'c.broken_reports_24h',
    'int',
    'residents who said "broken" within a day, since it was repaired',
  ),
  fact('c.broken_staff', 'bool', 'staff said "broken", and nobody has said "repaired" since'),
  fact(
    'c.repaired_since_last_broken',
    'bool',
    'it was repaired after it was last said to be broken; missing when nobody has spoken of it for a day',
    missing,
  ),
  fact('s.id', 'string', 'the station, `1490-064`'),
  fact('s.containers', 'int', 'how many containers stand there'),
  fact('s.full', 'int', 'how many of them are full'),
  fact('s.unknown', 'int', 'of how many nothing is known'),
  fact(
    's.litter_reports_4h',
    'int',
    'residents who said "litter" within four hours, since it was cleaned',
  ),
  fact('s.litter_staff_4h', 'int', 'the same, said by staff and crews'),
  fact(
    's.cleaned_since_last_litter',
    'bool',
    'it was cleaned after somebody last said "litter"; missing when nobody has spoken of it for a day',
    missing,
  ),
  fact('s.ice_reports_12h', 'int', 'residents, staff and crews who said "ice" within twelve hours'),
  fact('s.gateway_down', 'bool', 'its radio gateway is said to be down'),
  fact(
    'truck.en_route',
    'bool',
    'a truck is on its way; at most twelve hours after it was said to be',
  ),
  fact('truck.eta_min', 'double', 'minutes until it is expected, 0 once that has passed', missing),
  fact('a.id', 'string', 'the area, or `account`'),
  fact('a.stations', 'int', 'how many stations there are'),
  fact('a.stations_full', 'int', 'how many have a full container'),
  fact('a.stations_full_last_7d', 'int', 'how many had a full container within seven days'),
  fact(
    'bike.started',
    'bool',
    'the area’s return bike is on its round; at most twelve hours after it was last said to be',
  ),
  fact(
    'bike.first_stop_min',
    'double',
    'minutes until its first stop, 0 once that has passed',
    missing,
  ),
  fact('bike.free_slots', 'int', 'how many more bookings it could take', missing),
  fact('t.hour', 'int', 'the hour on the wall, 0–23'),
  fact('t.weekday', 'int', '1 Monday … 7 Sunday'),
  fact('t.holiday', 'bool', 'a Swedish public holiday'),
]

/** What a rule may ask, by what it is judged for. */
export const ROOTS_OF: Readonly<Record<Per, readonly string[]>> = {
  container: ['c', 's', 'truck', 't'],
  station: ['s', 'truck', 't'],
  area: ['a', 'bike', 't'],
  account: ['a', 't'],
}

/** A forecast is believed so long. */
export const FORECAST_LIFE_MS = 12 * HOUR
/** A truck that nobody has said to be gone is on its way so long. */
const TRUCK_LIFE_MS = 12 * HOUR
/** A round that nobody has said to have ended goes on so long after it was last spoken of. */
const BIKE_LIFE_MS = 12 * HOUR

function fact(name: string, type: Fact['type'], meaning: string, traits?: Partial<Fact>): Fact {
  return { name, type, meaning, mayBeMissing: false, ...traits }
}

export const factByName: ReadonlyMap<string, Fact> = new Map(FACTS.map((f) => [f.name, f]))

export type FactValue = number | bigint | boolean | string | undefined

/** What is known of a container, as far as facts need it. */
export interface KnownContainer extends Known {
  readonly container: { readonly id: ContainerId; readonly fraction: string }
  readonly fault: string | undefined
  readonly heardAt: EpochMs | undefined
  readonly emptiedAt: EpochMs | undefined
  readonly extras: Extras | undefined
  /** The station's truck, where it has one. */
  readonly station: { readonly truck: Truck | undefined }
}

/** What is known of a station. */
export interface KnownStation {
  readonly station: { readonly id: StationId }
  readonly containers: { readonly length: number }
  readonly full: number
  readonly unknown: number
  readonly litter: Trouble | undefined
  readonly ice: Trouble | undefined
  readonly gatewayDown: boolean
  readonly truck: Truck | undefined
}

/** What is known of an area or of the account. */
export interface KnownWide {
  readonly id: string
  readonly stations: readonly {
    readonly full: number
    readonly unknown: number
    readonly fullUntil: EpochMs | undefined
  }[]
  readonly bike: BikeRound | undefined
}

/**
 * Answers for one container at a time, so that asking costs no object. Each answer is worked out only
 * when asked. A field without a value is a missing fact.
 */
export class ContainerFacts {
  #known!: KnownContainer
  #at = 0 as EpochMs
  #evidence: number | undefined
  readonly #calendar: Calendar

  constructor(calendar: Calendar) {
    this.#calendar = calendar
  }

  /** Turns to a container. */
  look(known: KnownContainer, at: EpochMs): void {
    this.#known = known
    this.#at = at
    this.#evidence = undefined
  }

  get id(): FactValue {
    return this.#known.container.id
  }

  get fraction(): FactValue {
    return this.#known.container.fraction
  }

  get full(): FactValue {
    const sum = this.#weigh()
    return Number.isNaN(sum) ? undefined : sum >= FULL_EVIDENCE
  }

  get evidence(): FactValue {
    const sum = this.#weigh()
    return Number.isNaN(sum) ? undefined : sum
  }

  get fill(): FactValue {
    return this.#at < this.#known.liveUntil ? this.#known.fillPercent : undefined
  }

  get fill_age_min(): FactValue {
    const { liveUntil, measuredAt } = this.#known
    return this.#at < liveUntil ? minutes(measuredAt, this.#at) : undefined
  }

  get full_reports_2h(): FactValue {
    let count = 0n
    for (const report of this.#known.reports) {
      const isFresh = this.#at - report.at < REPORT_FRESH_MS
      if (isFresh && report.kind === 'full' && report.by === 'resident') count++
    }
    return count
  }

  get room_reports_8h(): FactValue {
    let count = 0n
    for (const { at, kind } of this.#known.reports) {
      if (kind === 'has-room' && this.#at - at < REPORT_LIFE_MS) count++
    }
    return count
  }

  get min_since_emptied(): FactValue {
    return minutes(this.#known.emptiedAt, this.#at)
  }

  get sensor_silent_min(): FactValue {
    return minutes(this.#known.heardAt, this.#at)
  }

  get fault(): FactValue {
    return this.#known.fault ?? ''
  }

  get p_full_24h(): FactValue {
    return believedForecast(this.#known, this.#at)?.fullWithin24h
  }

  get next_emptying_h(): FactValue {
    const next = nextEmptying(this.#known.extras?.plans, this.#known.emptiedAt, this.#at)
    return next && Math.max(0, next.from - this.#at) / HOUR
  }

  get emptying_overdue_h(): FactValue {
    const since = overdueSince(this.#known.extras?.plans, this.#known.emptiedAt, this.#at)
    return since === undefined ? 0 : (this.#at - since) / HOUR
  }

  get passed_today(): FactValue {
    return wasPassedBy(this.#known, this.#at, this.#calendar)
  }

  get broken_reports_24h(): FactValue {
    return countWords(this.#known.extras?.broken, 'resident', this.#at - WORD_LIFE_MS)
  }

  get broken_staff(): FactValue {
    return this.#known.extras?.broken?.staffAt !== undefined
  }

  get repaired_since_last_broken(): FactValue {
    return isMended(this.#known.extras?.broken, this.#at)
  }

  #weigh(): number {
    this.#evidence ??= weighEvidence(this.#known, this.#at)
    return this.#evidence
  }
}

/** Whether a truck was at its station today, and it was emptied neither by that truck nor by another today. */
export function wasPassedBy(
  { emptiedAt, station: { truck } }: Pick<KnownContainer, 'emptiedAt' | 'station'>,
  at: EpochMs,
  calendar: Calendar,
): boolean {
  if (truck?.goneAt === undefined || at - truck.goneAt > DAY + HOUR) return false
  const today = calendar.dayOf(at)
  if (calendar.dayOf(truck.goneAt) !== today) return false
  if (emptiedAt === undefined) return true
  return emptiedAt < truck.since && calendar.dayOf(emptiedAt) !== today
}

/** The newest forecast, while it is believed. */
export function believedForecast(
  { extras }: Pick<KnownContainer, 'extras'>,
  at: EpochMs,
): Forecast | undefined {
  const forecast = extras?.forecast
  return forecast && at < forecast.at + FORECAST_LIFE_MS ? forecast : undefined
}

/** Whether a truck is on its way. One that was forgotten is not. */
export function isUnderWay(truck: Truck | undefined, at: EpochMs): truck is Truck {
  return truck !== undefined && truck.goneAt === undefined && at < truck.since + TRUCK_LIFE_MS
}

/** Answers for one station at a time. */
export class StationFacts {
  #known!: KnownStation
  #at = 0 as EpochMs
  #supposedFull = 0

  look(known: KnownStation, at: EpochMs): void {
    this.#known = known
    this.#at = at
    this.#supposedFull = 0
  }

  /** From here on counts so many of the containers of which nothing is known as full; `look` ends it. */
  supposeFull(containers: number): void {
    this.#supposedFull = containers
  }

  get id(): FactValue {
    return this.#known.station.id
  }

  get containers(): FactValue {
    return BigInt(this.#known.containers.length)
  }

  get full(): FactValue {
    return BigInt(this.#known.full + this.#supposedFull)
  }

  get unknown(): FactValue {
    return BigInt(this.#known.unknown)
  }

  get litter_reports_4h(): FactValue {
    return countWords(this.#known.litter, 'resident', this.#at - 4 * HOUR)
  }

  get litter_staff_4h(): FactValue {
    return countWords(this.#known.litter, 'staff', this.#at - 4 * HOUR)
  }

  get cleaned_since_last_litter(): FactValue {
    return isMended(this.#known.litter, this.#at)
  }

  get ice_reports_12h(): FactValue {
    const since = this.#at - 12 * HOUR
    const { ice } = this.#known
    return countWords(ice, 'resident', since) + countWords(ice, 'staff', since)
  }

  get gateway_down(): FactValue {
    return this.#known.gatewayDown
  }
}

/** Answers for the truck on its way to a station. */
export class TruckFacts {
  #truck: Truck | undefined
  #at = 0 as EpochMs

  look(known: KnownStation, at: EpochMs): void {
    this.#truck = known.truck
    this.#at = at
  }

  get en_route(): FactValue {
    return isUnderWay(this.#truck, this.#at)
  }

  get eta_min(): FactValue {
    const etaAt = this.en_route ? this.#truck?.etaAt : undefined
    return etaAt === undefined ? undefined : Math.max(0, etaAt - this.#at) / MINUTE
  }
}

/** Answers for the stations of one area, or of the account. */
export class AreaFacts {
  #known!: KnownWide
  #at = 0 as EpochMs
  #supposedFull = 0

  look(known: KnownWide, at: EpochMs): void {
    this.#known = known
    this.#at = at
    this.#supposedFull = 0
  }

  /** From here on counts so many of the stations of which something is unknown as having a full container; `look` ends it. */
  supposeFull(stations: number): void {
    this.#supposedFull = stations
  }

  get id(): FactValue {
    return this.#known.id
  }

  get stations(): FactValue {
    return BigInt(this.#known.stations.length)
  }

  get stations_full(): FactValue {
    let count = this.#supposedFull
    for (const { full } of this.#known.stations) if (full > 0) count++
    return BigInt(count)
  }

  get stations_full_last_7d(): FactValue {
    return BigInt(countFullSince(this.#known, this.#at))
  }
}

/** How many stations had a full container within seven days. */
export function countFullSince({ stations }: KnownWide, at: EpochMs): number {
  let count = 0
  for (const { full, fullUntil } of stations) {
    if (full > 0 || (fullUntil !== undefined && at - fullUntil < 7 * DAY)) count++
  }
  return count
}

/** Answers for the return bike of one area. */
export class BikeFacts {
  #bike: BikeRound | undefined
  #at = 0 as EpochMs

  look({ bike }: KnownWide, at: EpochMs): void {
    this.#bike = bike && at < bike.at + BIKE_LIFE_MS ? bike : undefined
    this.#at = at
  }

  get started(): FactValue {
    return this.#bike !== undefined
  }

  get first_stop_min(): FactValue {
    const at = this.#bike?.firstStopAt
    return at === undefined ? undefined : Math.max(0, at - this.#at) / MINUTE
  }

  get free_slots(): FactValue {
    const slots = this.#bike?.freeSlots
    return slots === undefined ? undefined : BigInt(slots)
  }
}

/** Answers with what the clock and the calendar on the wall show. */
export class TimeFacts {
  #at = 0 as EpochMs
  readonly #calendar: Calendar

  constructor(calendar: Calendar) {
    this.#calendar = calendar
  }

  look(at: EpochMs): void {
    this.#at = at
  }

  get hour(): FactValue {
    return BigInt(Math.floor(this.#calendar.minuteOfDay(this.#at) / 60))
  }

  get weekday(): FactValue {
    return BigInt(this.#calendar.weekday(this.#at))
  }

  get holiday(): FactValue {
    return this.#calendar.isHoliday(this.#at)
  }
}

/** What conditions are evaluated on. One is made and turned from subject to subject. */
export interface FactContext {
  readonly c: ContainerFacts
  readonly s: StationFacts
  readonly truck: TruckFacts
  readonly a: AreaFacts
  readonly bike: BikeFacts
  readonly t: TimeFacts
}

export function createFacts(
  calendar: Calendar = createCalendar(DEFAULT_TIME_ZONE, undefined),
): FactContext {
  return {
    c: new ContainerFacts(calendar),
    s: new StationFacts(),
    truck: new TruckFacts(),
    a: new AreaFacts(),
    bike: new BikeFacts(),
    t: new TimeFacts(calendar),
  }
}

function minutes(since: EpochMs | undefined, at: EpochMs): number | undefined {
  return since === undefined ? undefined : (at - since) / MINUTE
}
