/** How a day stands: the plan with what riders told of it. Where the two differ the rider is right. */
import type { EpochMs } from '#src/stations/time.ts'
import {
  type DayPlan,
  isOver,
  isUnderWay,
  parseVisitId,
  type Pin,
  type PlannedStop,
  type RoundPlan,
  type StopState,
  type Unserved,
} from './day.ts'
import type { Facts, StopFacts } from './rider-events.ts'

export interface StandingStop {
  readonly stop: PlannedStop
  readonly state: StopState
  readonly facts?: StopFacts
  /** False for what a rider did though no plan said so, or another bike was to do it. */
  readonly planned: boolean
  readonly pin?: Pin
}

export interface StandingRound {
  readonly bike: string
  readonly startedAt?: EpochMs
  readonly endedAt?: EpochMs
  readonly out?: RoundPlan['out']
  /** What is over in the order in which it was, then what is under way, then what is to come. */
  readonly stops: readonly StandingStop[]
  /** So many of them no plan may change: what is over, and the stop that is being ridden to. */
  readonly frozen: number
}

export interface StandingDay {
  readonly rounds: readonly StandingRound[]
  readonly unserved: readonly Unserved[]
}

export function standingOf(plan: DayPlan, told: Facts): StandingDay {
  const facts = withoutStranded(plan, told)
  const pins = new Map(plan.pins.map((pin) => [pin.stopId, pin]))
  const plannedOn = new Map(
    plan.rounds.flatMap(({ bike, stops }) => stops.map(({ id }) => [id, bike] as const)),
  )
  const stopById = new Map(plan.rounds.flatMap(({ stops }) => stops.map((s) => [s.id, s] as const)))
  const ridden = Map.groupBy(facts.values(), ({ bike }) => bike)
  const bikes = new Set([...plan.rounds.map(({ bike }) => bike), ...ridden.keys()])

  const rounds = [...bikes].map((bike): StandingRound => {
    const round = plan.rounds.find((r) => r.bike === bike) ?? { bike, stops: [] }
    const past = (ridden.get(bike) ?? []).toSorted(inOrder).map((fact): StandingStop => ({
      stop: stopById.get(fact.stopId) ?? unplanned(fact.stopId),
      state: fact.state,
      facts: fact,
      planned: plannedOn.get(fact.stopId) === bike,
      ...pinOf(pins, fact.stopId),
    }))
    const toCome = round.stops
      .filter(({ id }) => !facts.has(id))
      .map((stop): StandingStop => ({
        stop,
        state: 'scheduled',
        planned: true,
        ...pinOf(pins, stop.id),
      }))
    const { stops: _stops, ...rest } = round
    return { ...rest, stops: [...past, ...toCome], frozen: frozenIn(round, past, toCome.length) }
  })
  const unserved = plan.unserved.filter(({ stopId }) => !facts.has(stopId))
  return { rounds, unserved }
}

/** A bike that is out, or done for the day, is on its way to nowhere; what it was riding to is still to come. */
function withoutStranded(plan: DayPlan, facts: Facts): Facts {
  const idle = new Set(
    plan.rounds.flatMap(({ bike, out, endedAt }) => (out || endedAt !== undefined ? bike : [])),
  )
  if (idle.size === 0) return facts
  return new Map([...facts].filter(([, f]) => isOver(f.state) || !idle.has(f.bike)))
}

/** A rider who has set out is riding to the next stop, told or not. */
function frozenIn(round: RoundPlan, past: readonly StandingStop[], toCome: number): number {
  const isRiding = round.startedAt !== undefined && !round.endedAt && !round.out
  const isTold = past.some(({ state }) => isUnderWay(state))
  return past.length + (isRiding && !isTold && toCome > 0 ? 1 : 0)
}

/** What is over before what is under way. */
function inOrder(a: StopFacts, b: StopFacts): number {
  const underWay = Number(!isOver(a.state)) - Number(!isOver(b.state))
  return underWay || a.since - b.since || (a.stopId < b.stopId ? -1 : 1)
}

/** A stop that no round has: the name of a visit tells where it was. */
function unplanned(id: string): PlannedStop {
  const visit = parseVisitId(id)
  if (visit?.dropOffId === 'break') return { id, kind: 'break', index: visit.nth }
  return visit ? { id, kind: 'drop-off', dropOffId: visit.dropOffId } : { id, kind: 'pickup' }
}

function pinOf(pins: ReadonlyMap<string, Pin>, id: string): { readonly pin?: Pin } {
  const pin = pins.get(id)
  return pin ? { pin } : {}
}

export function findStop(
  day: StandingDay,
  id: string,
): { readonly round: StandingRound; readonly at: number; readonly stop: StandingStop } | undefined {
  for (const round of day.rounds) {
    const at = round.stops.findIndex(({ stop }) => stop.id === id)
    if (at >= 0) return { round, at, stop: round.stops[at]! }
  }
  return undefined
}
