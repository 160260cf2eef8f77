/**
 * What a day came to, counted without persons: by district, in whole numbers. Kilometres by car are those
 * that the same things would have needed without the bike: each household that was served drives to the
 * place where its things were left, and home again.
 */
import type { Thing } from '#src/pickups/booking/booking.ts'
import { countOf } from '#src/pickups/booking/room.ts'
import type { Place } from '#src/stations/station.ts'
import type { RiderEvent, TakenThing } from './day.ts'
import { takenOf } from './outcomes.ts'
import type { StandingDay, StandingStop } from './standing.ts'

export interface DayCount {
  readonly day: string
  /** `''` where it isn't known, or isn't of one district. */
  readonly district: string
  readonly what: string
  readonly n: number
}

export interface CountedJob {
  readonly id: string
  readonly district?: string
  readonly place?: Place
  /** A booking's, what a rule asked for at a station, or what a dispatcher put in. */
  readonly kind: 'household' | 'station' | 'urgent'
  /** As they were booked. */
  readonly things: readonly Thing[]
  /** What it was reckoned with, where it is no booking. */
  readonly kg?: number
}

export interface DayForCounting {
  readonly day: string
  readonly standing: StandingDay
  readonly jobs: readonly CountedJob[]
  readonly dropOffPlaces: ReadonlyMap<string, Place>
  /** What a thing of the catalogue weighs. */
  readonly kgOf: (itemId: string) => number
  /** Ridden or driven metres between two places. */
  readonly metres: (from: Place, to: Place) => number
  /** By bike: metres as they were ridden, from the start and home again. */
  readonly ridden: ReadonlyMap<string, number>
}

const STOPS = { household: 'stops', station: 'station-stops', urgent: 'urgent-stops' } as const

export function countDay(of: DayForCounting): readonly DayCount[] {
  const counts = new Map<string, number>()
  const add = (district: string, what: string, n: number) => {
    if (n === 0) return
    const key = `${district}|${what}`
    counts.set(key, (counts.get(key) ?? 0) + Math.round(n))
  }
  const jobs = new Map(of.jobs.map((job) => [job.id, job]))
  for (const { stops } of of.standing.rounds) {
    for (const [at, stop] of stops.entries()) {
      if (stop.stop.kind === 'drop-off') weigh(stop.facts?.outcome, add)
      if (stop.stop.kind !== 'pickup') continue
      const job = jobs.get(stop.stop.id)
      const district = job?.district ?? ''
      const { kind = 'household' } = job ?? {}
      add(district, `${STOPS[kind]}/${stop.state}`, 1)
      if (stop.state === 'failed') {
        add(district, `failed/${stop.facts?.outcome?.because ?? 'no-time'}`, 1)
      }
      if (stop.state !== 'done') continue
      if (kind === 'urgent') {
        add(district, 'urgent-grams', (stop.facts?.outcome?.kg ?? job?.kg ?? 0) * 1000)
      }
      if (kind !== 'household') continue
      took(stop.facts!.outcome!, job?.things ?? [], of.kgOf, (what, n) => add(district, what, n))
      const left = job?.place && leftAt(stops, at, of.dropOffPlaces)
      if (left) add(district, 'car-metres', 2 * of.metres(job.place, left))
    }
  }
  for (const { stopId, because } of of.standing.unserved) {
    add(jobs.get(stopId)?.district ?? '', `unserved/${because}`, 1)
  }
  for (const metres of of.ridden.values()) add('', 'bike-metres', metres)
  return [...counts].map(([key, n]) => {
    const cut = key.indexOf('|')
    return { day: of.day, district: key.slice(0, cut), what: key.slice(cut + 1), n }
  })
}

/** Weighed where it was, otherwise by the catalogue; what was reused has its share. */
function took(
  outcome: RiderEvent,
  booked: readonly Thing[],
  kgOf: DayForCounting['kgOf'],
  add: (what: string, n: number) => void,
): void {
  const taken = takenOf(outcome, booked)
  const typical = weight(taken, kgOf)
  const kg = outcome.kg ?? typical
  const reused = taken.filter((thing) => thing.reused)
  add('things', countOf(taken))
  add('reused-things', countOf(reused))
  add('grams', kg * 1000)
  if (typical > 0) add('reused-grams', (kg * 1000 * weight(reused, kgOf)) / typical)
}

/** What the scales at the drop-offs said; kept apart from what was fetched. */
function weigh(
  outcome: RiderEvent | undefined,
  add: (district: string, what: string, n: number) => void,
): void {
  for (const { waste, kg = 0, count = 0 } of outcome?.weighings ?? []) {
    add('', `left-grams/${waste}`, kg * 1000)
    add('', `left-things/${waste}`, count)
  }
}

/** Where the bike unloaded next; the last of the day where it didn't any more. */
function leftAt(
  stops: readonly StandingStop[],
  at: number,
  places: ReadonlyMap<string, Place>,
): Place | undefined {
  const visits = stops.flatMap(({ stop, state }, i) =>
    stop.kind === 'drop-off' && state === 'done' ? [{ i, id: stop.dropOffId }] : [],
  )
  const visit = visits.find(({ i }) => i > at) ?? visits.at(-1)
  return visit && places.get(visit.id)
}

function weight(taken: readonly TakenThing[], kgOf: DayForCounting['kgOf']): number {
  return taken.reduce((kg, { itemId, count }) => kg + kgOf(itemId) * count, 0)
}
