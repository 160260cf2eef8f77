/** A day as it is now, gathered from where its parts are kept. People are unsealed for their position alone. */
import type { Booking, Terms } from '#src/pickups/booking/booking.ts'
import {
  ask,
  asRidersFound,
  type Asked,
  type DayQuestion,
  type DaySetting,
  placesOf,
} from '#src/pickups/day/day-problem.ts'
import { reserveRoom } from '#src/pickups/day/brought-to.ts'
import type { DayPlan, RiderEvent } from '#src/pickups/day/day.ts'
import { type Facts, factsOf } from '#src/pickups/day/rider-events.ts'
import { tableOf } from '#src/pickups/planning/legs.ts'
import type { MatrixProvider } from '#src/pickups/planning/providers.ts'
import type { TravelTable } from '#src/pickups/planning/problem.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { DAY, type EpochMs, MINUTE, plus } from '#src/stations/time.ts'
import { type Person, unsealPerson } from './booking-people.ts'
import type { Kept } from './bookings.ts'
import type { Store } from './contract.ts'
import { jobOfBooking, jobOfCandidate, settingOf } from './day-setting.ts'
import type { Candidate } from './days.ts'
import type { Journal } from './journal.ts'
import type { Sealer } from './sealer.ts'

export interface LookDeps {
  readonly store: Store
  readonly journal: Pick<Journal, 'status' | 'plans' | 'town'>
  readonly sealer: Sealer
  readonly terms: () => Terms | undefined
  readonly matrices: MatrixProvider
}

export interface DayBooking extends Kept<Booking> {
  readonly person?: Person
}

export interface Look {
  readonly day: string
  readonly now: EpochMs
  readonly terms: Terms
  readonly setting: DaySetting
  readonly plan?: DayPlan
  /** All that riders told of the day, and what it comes to. */
  readonly events: readonly RiderEvent[]
  readonly facts: Facts
  readonly bookings: ReadonlyMap<string, DayBooking>
  readonly candidates: ReadonlyMap<string, Candidate>
  readonly question: DayQuestion
  readonly travel: TravelTable
  /** Of the plan as it stands. */
  readonly asked: Asked
}

const FORECASTS_COUNT_MS = 2 * DAY
export const MOST_LINES = 5000

/** Undefined where the bike doesn't run that day. `more` is looked at as if it were accepted. */
export async function lookAt(
  deps: LookDeps,
  day: string,
  now: EpochMs,
  more?: Candidate,
): Promise<Look | undefined> {
  const { store, journal, sealer, matrices } = deps
  const terms = deps.terms()
  if (!terms) return undefined
  const { stations } = journal.town
  const containers = terms.bike.dropOffs.flatMap(({ stationId }): readonly ContainerId[] =>
    stationId ? (stations.get(stationId)?.containers.map(({ id }) => id) ?? []) : [],
  )
  const forecasts = await store.forecasts(containers, plus(now, -FORECASTS_COUNT_MS))
  const hours = settingOf(
    day,
    terms,
    {
      status: (id) => journal.status(id),
      plans: (id) => journal.plans(id),
      stations,
      forecasts,
    },
    now,
  )
  if (!hours) return undefined
  const plan = await store.dayPlan(day)
  const events = await store.riderEvents(day)
  const facts = factsOf(events)
  const beside = await store.candidates({ states: ['accepted', 'done'], day })
  const accepted = more ? [...beside, more] : beside
  const reserved = reserveRoom(
    hours,
    accepted.toSorted((a, b) => a.askedAt - b.askedAt),
  )
  const setting = asRidersFound(reserved.setting, facts)
  const kept = await store.keptBookings({ day, states: ['booked', 'done', 'missed'] })
  const bookings = new Map(
    kept.map((one): [string, DayBooking] => [
      one.errand.id,
      { ...one, ...(one.sealed !== undefined && { person: unsealPerson(one.sealed, sealer) }) },
    ]),
  )
  const late = plan?.published === true ? await toldLate(store, day) : new Map<string, number>()
  const jobs = [
    ...[...bookings.values()].map(({ errand, person }) =>
      jobOfBooking(errand, person?.place, terms, setting, facts, late.get(errand.id)),
    ),
    ...accepted.map((candidate) => jobOfCandidate(candidate, { ...reserved, setting })),
  ]
  const question: DayQuestion = { setting, jobs, facts, now, ...(plan && { plan }) }
  const travel = await tableOf(matrices, placesOf(question))
  return {
    day,
    now,
    terms,
    setting,
    ...(plan && { plan }),
    events,
    facts,
    bookings,
    candidates: new Map(accepted.map((candidate) => [candidate.id, candidate])),
    question,
    travel,
    asked: ask(question, travel),
  }
}

/** Of whom it was told that the bike is late, how late it was said to be at last. */
async function toldLate(
  store: LookDeps['store'],
  day: string,
): Promise<ReadonlyMap<string, number>> {
  const lines = await store.dayLines({ day, limit: MOST_LINES })
  return new Map(
    lines.flatMap(({ did, stopId, detail }) =>
      did === 'told-late' && stopId !== undefined && detail !== undefined
        ? [[stopId, Number(detail) * MINUTE]]
        : [],
    ),
  )
}
