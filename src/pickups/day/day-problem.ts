/**
 * The day as the planner is asked it, and its answer as the day has it. What is over goes in with the
 * times at which it was, so that the evaluator reckons on from the truth.
 */
import { FORMULA } from '#src/pickups/planning/formula.ts'
import type { Plan, Stop, TimedRound, Violation } from '#src/pickups/planning/plan.ts'
import type {
  Bike as ProblemBike,
  DropOff as ProblemDropOff,
  Load,
  Pickup,
  Problem,
  Span,
  Taken,
  TravelTable,
} from '#src/pickups/planning/problem.ts'
import type { Bike, DropOff } from '#src/stations/return-bike.ts'
import type { Place } from '#src/stations/station.ts'
import { type EpochMs, MINUTE, plus, SECOND } from '#src/stations/time.ts'
import {
  breakId,
  type DayPlan,
  emptyPlan,
  isOver,
  parseVisitId,
  type PlannedStop,
  type TimeSpan,
  type Unserved,
  visitId,
} from './day.ts'
import { type Answer, lastVisits } from './decide.ts'
import type { Facts, StopFacts } from './rider-events.ts'
import { type StandingDay, type StandingRound, type StandingStop, standingOf } from './standing.ts'

/** Something to fetch on the day: a booking, or what the dispatcher took in beside. Its id is its stop's. */
export interface Job {
  readonly id: string
  /** Absent where nobody knows: it can't be planned. */
  readonly place?: Place
  /** When the bike may come. */
  readonly windows: readonly TimeSpan[]
  /** When it has been told that it comes, where that isn't what the windows say. */
  readonly promise?: TimeSpan
  readonly loads: readonly Load[]
  readonly kg: number
  readonly longestCm?: number
  /** By which names of the setting's `apart` it goes. */
  readonly classes?: readonly string[]
  readonly serviceMs: number
  readonly priority: number
}

export interface DayBike extends Omit<Bike, 'shift'> {
  /** When its rider works; absent: all day. */
  readonly shift?: TimeSpan
  readonly home: Place
  readonly breaks: readonly (TimeSpan & { readonly durationMs: number })[]
}

export interface DayDropOff extends DropOff {
  readonly opens: readonly TimeSpan[]
  /** With what room there is now. */
  readonly room: readonly Taken[]
}

export interface DaySetting {
  readonly day: string
  /** From the first of its hours to the last. */
  readonly shift: TimeSpan
  /** When the bikes fetch, and unload where a drop-off has no hours of its own; in order of time, apart. */
  readonly hours: readonly TimeSpan[]
  readonly bikes: readonly DayBike[]
  readonly dropOffs: readonly DayDropOff[]
  /** What mustn't ride together. */
  readonly apart?: readonly (readonly [string, string])[]
}

export interface DayQuestion {
  readonly setting: DaySetting
  readonly jobs: readonly Job[]
  readonly plan?: DayPlan
  readonly facts: Facts
  readonly now: EpochMs
}

/** Where a rider last stood before a full container or a shut door, nothing more is brought that day. */
export function asRidersFound(setting: DaySetting, facts: Facts): DaySetting {
  const last = new Map<string, StopFacts>()
  for (const fact of facts.values()) {
    const at = parseVisitId(fact.stopId)?.dropOffId
    if (at === undefined || !fact.outcome) continue
    if (fact.since >= (last.get(at)?.since ?? 0)) last.set(at, fact)
  }
  const isShut = (id: string) => {
    const because = last.get(id)?.outcome?.because
    return because === 'full' || because === 'closed'
  }
  return {
    ...setting,
    dropOffs: setting.dropOffs.map((dropOff) =>
      isShut(dropOff.id)
        ? { ...dropOff, room: dropOff.room.map(({ stream }) => ({ stream, roomL: 0 })) }
        : dropOff,
    ),
  }
}

const UNLOADING_MS = 8 * MINUTE
/** A bike that is slower or faster than the table reckons with rides it at its own pace. */
const TABLE_KMH = FORMULA.kmPerHour

/** Where the day goes, in the order in which the travel table must have them. */
export function placesOf({ setting, jobs }: Pick<DayQuestion, 'setting' | 'jobs'>): Place[] {
  return [
    ...setting.bikes.map(({ home }) => home),
    ...setting.dropOffs.map(({ place }) => place),
    ...jobs.flatMap(({ place }) => place ?? []),
  ]
}

export interface Asked {
  readonly standing: StandingDay
  readonly problem: Problem
  /** The plan as it stands; its first stops that are frozen stay. */
  readonly from: Plan
  /** By bike: the ids of `from`'s stops. */
  readonly ids: ReadonlyMap<string, readonly string[]>
}

export function ask(question: DayQuestion, travel: TravelTable): Asked {
  const { setting, jobs, facts, now } = question
  const { shift, bikes, dropOffs, day } = setting
  const plan = question.plan ?? emptyPlan(day)
  const standing = standingOf(plan, facts)
  const roundOf = new Map(standing.rounds.map((round) => [round.bike, round]))
  const isRiding = (bike: string) => {
    const round = roundOf.get(bike)
    return !round?.out && round?.endedAt === undefined
  }
  const riding = bikes.filter(({ id }) => isRiding(id))
  const seconds = (at: EpochMs) => Math.round((at - shift.from) / SECOND)
  const span = ({ from, until }: TimeSpan): Span => ({
    fromS: seconds(from),
    untilS: seconds(until),
  })
  const placed = jobs.filter(({ place }) => place !== undefined)
  const placeOfJob = new Map(
    placed.map(({ id }, i) => [id, bikes.length + dropOffs.length + i] as const),
  )
  const goneWith = new Set(
    standing.rounds
      .filter(({ bike }) => !riding.some(({ id }) => id === bike))
      .flatMap(({ stops }) =>
        stops.filter(({ state }) => isOver(state)).map(({ stop }) => stop.id),
      ),
  )
  const pins = new Map(plan.pins.map((pin) => [pin.stopId, pin]))
  const pickups = placed.flatMap((job): Pickup[] => {
    const state = facts.get(job.id)?.state
    if (goneWith.has(job.id) || state === 'skipped') return []
    const isLost = state === 'failed'
    const pin = pins.get(job.id)
    const isHeld = pin !== undefined && riding.some(({ id }) => id === pin.bike)
    const told = job.promise ? [job.promise] : job.windows
    const windows = isHeld && pin.starts ? within(told, pin.starts) : told
    return [
      {
        id: job.id,
        place: placeOfJob.get(job.id)!,
        windows: windows.map(span),
        serviceS: job.serviceMs / SECOND,
        loads: isLost ? [] : job.loads,
        massKg: isLost ? 0 : job.kg,
        ...(job.longestCm !== undefined && { longestCm: job.longestCm }),
        ...(job.classes && !isLost && { classes: job.classes }),
        priority: job.priority,
        ...(job.promise && { promise: span(job.promise) }),
        ...(isHeld && { bike: pin.bike }),
      },
    ]
  })
  const known = new Set(pickups.map(({ id }) => id))
  const ids = new Map<string, readonly string[]>()
  const rounds = riding.map((bike) => {
    const round = roundOf.get(bike.id)
    const asked = (round?.stops ?? []).flatMap((stop, at) => {
      const asStop = plannerStop(stop, bike, dropOffs, known)
      return asStop ? [{ stop, asStop, isFrozen: at < round!.frozen }] : []
    })
    const times = clockOf(round, bike, question, travel, placeOfJob)
    const stops = asked.map(({ stop, asStop, isFrozen }): Stop => {
      const actual = isFrozen ? times(stop) : undefined
      return actual
        ? { ...asStop, actual: { startsS: seconds(actual.from), leavesS: seconds(actual.until) } }
        : asStop
    })
    ids.set(
      bike.id,
      asked.map(({ stop }) => stop.stop.id),
    )
    const frozen = asked.filter(({ isFrozen }) => isFrozen).length
    return { bike: bike.id, stops, ...(frozen > 0 && { frozen }) }
  })
  const served = new Set([...ids.values()].flat())
  const problem: Problem = {
    startsAt: shift.from,
    travel,
    bikes: riding.map((bike): ProblemBike => {
      const home = bikes.indexOf(bike)
      const round = roundOf.get(bike.id)
      const works = bike.shift ?? shift
      const leavesAt = round?.startedAt ?? (Math.max(works.from, now) as EpochMs)
      const from = Math.min(leavesAt, works.until) as EpochMs
      return {
        id: bike.id,
        startPlace: home,
        endPlace: home,
        shift: span({ from, until: works.until }),
        breaks: bike.breaks.map((b) => ({ ...span(b), durationS: b.durationMs / SECOND })),
        volumeL: bike.litres,
        massKg: bike.kg,
        longestCm: bike.longestCm,
        rangeM: bike.rangeKm * 1000,
        pace: TABLE_KMH / bike.speedKmh,
      }
    }),
    pickups,
    dropOffs: dropOffs.map((dropOff, i): ProblemDropOff => ({
      id: dropOff.id,
      place: bikes.length + i,
      opens: dropOff.opens.map(span),
      serviceS: UNLOADING_MS / SECOND,
      takes: dropOff.room,
    })),
    apart: setting.apart ?? [],
  }
  const unserved = pickups
    .filter(({ id }) => !served.has(id))
    .map(({ id }) => ({ pickup: id, because: 'gave-way' as const }))
  return { standing, problem, from: { rounds, unserved }, ids }
}

/** Undefined for what the planner needs not know: nothing was fetched or left there. */
function plannerStop(
  { stop, state }: StandingStop,
  bike: DayBike,
  dropOffs: readonly DayDropOff[],
  known: ReadonlySet<string>,
): Stop | undefined {
  if (state === 'skipped') return undefined
  switch (stop.kind) {
    case 'pickup':
      return known.has(stop.id) ? { kind: 'pickup', pickup: stop.id } : undefined
    case 'drop-off':
      if (state === 'failed' || !dropOffs.some(({ id }) => id === stop.dropOffId)) return undefined
      return {
        kind: 'drop-off',
        dropOff: stop.dropOffId,
        ...(stop.streams && { streams: stop.streams }),
      }
    case 'break':
      return stop.index < bike.breaks.length ? { kind: 'break', index: stop.index } : undefined
  }
}

/** When the frozen stops of a round began and ended, or will: never before now for what is not over. */
function clockOf(
  round: StandingRound | undefined,
  bike: DayBike,
  { setting, jobs, now }: DayQuestion,
  travel: TravelTable,
  placeOfJob: ReadonlyMap<string, number>,
): (stop: StandingStop) => TimeSpan | undefined {
  const times = new Map<string, TimeSpan>()
  const service = new Map(jobs.map(({ id, serviceMs }) => [id, serviceMs]))
  const placeOf = ({ stop }: StandingStop): number | undefined => {
    if (stop.kind === 'pickup') return placeOfJob.get(stop.id)
    if (stop.kind === 'break') return undefined
    const at = setting.dropOffs.findIndex(({ id }) => id === stop.dropOffId)
    return at < 0 ? undefined : setting.bikes.length + at
  }
  let here = setting.bikes.indexOf(bike)
  let leftAt = round?.startedAt ?? setting.shift.from
  const frozen = round?.stops.slice(0, round.frozen) ?? []
  for (const [i, stop] of frozen.entries()) {
    const { facts, state } = stop
    const there = placeOf(stop)
    const takesMs = stop.stop.kind === 'drop-off' ? UNLOADING_MS : (service.get(stop.stop.id) ?? 0)
    if (facts && isOver(state)) {
      const isLast = i === frozen.length - 1
      const until = isLast ? (Math.max(facts.since, now) as EpochMs) : facts.since
      times.set(stop.stop.id, { from: facts.arrivedAt ?? facts.since, until })
      leftAt = facts.since
    } else if (state === 'arrived') {
      const from = facts!.arrivedAt ?? facts!.since
      times.set(stop.stop.id, { from, until: Math.max(now, from + takesMs) as EpochMs })
    } else {
      const legS = there === undefined ? 0 : travel.emptyS[here * travel.size + there]!
      const legMs = ((legS * TABLE_KMH) / bike.speedKmh) * SECOND
      const from = Math.max(now, (facts?.since ?? leftAt) + legMs) as EpochMs
      times.set(stop.stop.id, { from, until: plus(from, takesMs) })
    }
    if (there !== undefined && state !== 'skipped') here = there
  }
  return ({ stop }) => times.get(stop.id)
}

function within(windows: readonly TimeSpan[], span: TimeSpan): readonly TimeSpan[] {
  const cut = windows
    .map((w) => ({
      from: Math.max(w.from, span.from) as EpochMs,
      until: Math.min(w.until, span.until) as EpochMs,
    }))
    .filter((w) => w.from <= w.until)
  // Moved out of its slot by hand: the dispatcher's word counts.
  return cut.length > 0 ? cut : [span]
}

/** The planner's answer in the day's words; each new visit to a drop-off gets a name of its own. */
export function answerOf(question: DayQuestion, plan: Plan): Answer {
  const { setting, jobs, facts } = question
  const standing = question.plan && standingOf(question.plan, facts)
  const rounds = setting.bikes.map(({ id: bike }) => {
    const round = standing?.rounds.find((r) => r.bike === bike)
    const past = round?.stops.slice(0, round.frozen).map(({ stop }) => stop) ?? []
    const answer = plan.rounds.find((r) => r.bike === bike)
    const last = lastVisits(past)
    const rest = answer?.stops.slice(answer.frozen ?? 0) ?? []
    return { bike, stops: [...past, ...rest.map((stop) => namedStop(stop, bike, setting, last))] }
  })
  const taken = new Set(jobs.map(({ id }) => id))
  const unserved: Unserved[] = [
    ...plan.unserved
      .filter(({ pickup }) => taken.has(pickup))
      .map(({ pickup, because }) => ({ stopId: pickup, because })),
    ...jobs
      .filter(({ id, place }) => place === undefined && !facts.has(id))
      .map(({ id }) => ({ stopId: id, because: 'no-position' as const })),
  ]
  return { rounds, unserved: unserved.toSorted((a, b) => (a.stopId < b.stopId ? -1 : 1)) }
}

function namedStop(
  stop: Stop,
  bike: string,
  { day }: DaySetting,
  last: Map<string, number>,
): PlannedStop {
  if (stop.kind === 'pickup') return { id: stop.pickup, kind: 'pickup' }
  if (stop.kind === 'break') {
    return { id: breakId(day, bike, stop.index), kind: 'break', index: stop.index }
  }
  const { dropOff: dropOffId, streams } = stop
  const nth = (last.get(dropOffId) ?? 0) + 1
  last.set(dropOffId, nth)
  const id = visitId({ day, bike, dropOffId, nth })
  return { id, kind: 'drop-off', dropOffId, ...(streams && { streams }) }
}

/** A stop's times as they are reckoned now. */
export interface Reckoned {
  readonly bike: string
  readonly arrivesAt: EpochMs
  readonly startsAt: EpochMs
  readonly leavesAt: EpochMs
  readonly litres: number
  readonly kg: number
}

/** By the stop's id. */
export function timesOf(
  asked: Asked,
  rounds: readonly TimedRound[],
): ReadonlyMap<string, Reckoned> {
  const { startsAt } = asked.problem
  const at = (s: number) => plus(startsAt, Math.round(s) * SECOND)
  return new Map(
    rounds.flatMap(({ bike, stops }) =>
      stops.map(({ arrivesS, startsS, leavesS, litres, kg }, i) => [
        asked.ids.get(bike)![i]!,
        {
          bike,
          arrivesAt: at(arrivesS),
          startsAt: at(startsS),
          leavesAt: at(leavesS),
          litres,
          kg,
        },
      ]),
    ),
  )
}

/** What is wrong with the plan as it stands, told of the stop it is about. */
export function complaintsOf(
  asked: Asked,
  violations: readonly Violation[],
): readonly { readonly kind: string; readonly stopId?: string; readonly bike?: string }[] {
  return violations
    .filter(({ kind }) => kind !== 'lost')
    .map((violation) => {
      const at = 'at' in violation ? asked.ids.get(violation.bike)?.[violation.at] : undefined
      const stopId = 'pickup' in violation ? violation.pickup : at
      return {
        kind: violation.kind,
        ...(stopId !== undefined && { stopId }),
        ...('bike' in violation && { bike: violation.bike }),
      }
    })
}
