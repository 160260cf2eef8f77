/**
 * The one truth about a plan: rides it stop by stop and tells times, loads and everything that is wrong
 * with it. The solver's answers, an outside engine's, manual edits and live times all go through here.
 */
import { type Compiled, type CompiledBike, type CompiledPickup, compile } from './compile.ts'
import {
  breaksBehind,
  breakStart,
  CRUMBS_L,
  NEVER_S,
  legS,
  roomAt,
  serviceStart,
  unloadingStart,
  unservedCostS,
} from './limits.ts'
import type {
  Evaluation,
  Plan,
  Round,
  RoundViolation,
  Stop,
  TimedRound,
  TimedStop,
  Violation,
} from './plan.ts'
import type { Problem } from './problem.ts'

export function evaluate(problem: Problem, plan: Plan): Evaluation {
  return evaluatePlan(compile(problem), plan)
}

export function evaluatePlan(c: Compiled, plan: Plan): Evaluation {
  const violations: Violation[] = []
  const rounds: TimedRound[] = []
  const drops: Drop[] = []
  for (const round of plan.rounds) {
    const bike = c.bikes[c.bikeAt.get(round.bike) ?? -1]
    if (!bike) {
      violations.push({ kind: 'unknown', what: 'bike', id: round.bike })
      continue
    }
    const ridden = ride(c, bike, round)
    rounds.push(ridden.timed)
    drops.push(...ridden.drops)
    violations.push(...ridden.violations)
  }
  violations.push(...bookkeeping(c, plan), ...overfilled(c, drops))
  const travelS = rounds.reduce((sum, round) => sum + round.travelS, 0)
  const unservedS = plan.unserved.reduce((sum, { pickup }) => {
    const at = c.pickupAt.get(pickup)
    return at === undefined ? sum : sum + unservedCostS(c.pickups[at]!.priority)
  }, 0)
  return { rounds, violations, travelS, costS: travelS + unservedS }
}

/** What was put where, when: the room is shared, so it is judged when all rounds are ridden. */
interface Drop {
  readonly bike: string
  readonly at: number
  readonly dropOff: number
  readonly stream: number
  readonly litres: number
  readonly atS: number
}

/** Where a bike is in its round, and what it carries. */
export interface Underway {
  readonly place: number
  readonly atS: number
  readonly travelS: number
  readonly metres: number
  readonly breaks: number
  readonly litres: number
  readonly kg: number
  readonly byStream: readonly number[]
  readonly classMask: number
  readonly apartMask: number
}

interface Ridden {
  readonly timed: TimedRound
  readonly drops: readonly Drop[]
  readonly violations: readonly Violation[]
  readonly end: Underway
}

export function setOut(c: Compiled, bike: CompiledBike): Underway {
  return {
    place: bike.startPlace,
    atS: bike.shift.fromS,
    travelS: 0,
    metres: 0,
    breaks: breaksBehind(bike),
    litres: 0,
    kg: 0,
    byStream: c.streams.map(() => 0),
    classMask: 0,
    apartMask: 0,
  }
}

/** A round from start to end; of a bike that isn't needed nothing is asked. */
export function ride(c: Compiled, bike: CompiledBike, round: Round): Ridden {
  const stops: TimedStop[] = []
  const drops: Drop[] = []
  const violations: Violation[] = []
  let here = setOut(c, bike)
  for (const [at, stop] of round.stops.entries()) {
    const step = advance(c, bike, here, stop)
    for (const violation of step.violations) violations.push({ ...violation, bike: bike.id, at })
    if (step.kind === 'unknown') {
      violations.push(step.violation)
      continue
    }
    for (const drop of step.drops) drops.push({ ...drop, bike: bike.id, at })
    stops.push(step.timed)
    here = step.here
  }
  const { violations: atEnd, home } = goHome(c, bike, here, round.stops.length > 0)
  for (const violation of atEnd) {
    violations.push({ ...violation, bike: bike.id, at: round.stops.length })
  }
  return {
    timed: {
      bike: bike.id,
      stops,
      span: { fromS: bike.shift.fromS, untilS: home.atS },
      travelS: home.travelS,
      metres: home.metres,
    },
    drops,
    violations,
    end: here,
  }
}

type Step =
  | {
      readonly kind: 'ridden'
      readonly here: Underway
      readonly timed: TimedStop
      readonly drops: readonly Omit<Drop, 'bike' | 'at'>[]
      readonly violations: readonly RoundViolation[]
    }
  | { readonly kind: 'unknown'; readonly violation: Violation; readonly violations: readonly [] }

/** One stop further. What is wrong is told, and the round goes on as if it could be done. */
export function advance(c: Compiled, bike: CompiledBike, here: Underway, stop: Stop): Step {
  switch (stop.kind) {
    case 'pickup': {
      const pickup = c.pickups[c.pickupAt.get(stop.pickup) ?? -1]
      if (!pickup) return unknown('pickup', stop.pickup)
      return fetchAt(c, bike, here, stop, pickup)
    }
    case 'drop-off':
      return unload(c, bike, here, stop)
    case 'break':
      return rest(bike, here, stop)
  }
}

function unknown(what: 'pickup' | 'drop-off' | 'break', id: string): Step {
  return { kind: 'unknown', violation: { kind: 'unknown', what, id }, violations: [] }
}

function arrive(c: Compiled, bike: CompiledBike, here: Underway, place: number): Underway {
  const leg = here.place * c.problem.travel.size + place
  const seconds = legS(bike, leg, here.kg)
  return {
    ...here,
    place,
    atS: here.atS + seconds,
    travelS: here.travelS + seconds,
    metres: here.metres + c.metres[leg]!,
  }
}

function fetchAt(
  c: Compiled,
  bike: CompiledBike,
  from: Underway,
  stop: Stop,
  pickup: CompiledPickup,
): Step {
  const violations: RoundViolation[] = []
  const there = arrive(c, bike, from, pickup.place)
  const startsS = stop.actual?.startsS ?? startOf(pickup, there.atS, violations)
  const leavesS = stop.actual?.leavesS ?? startsS + pickup.serviceS
  const litres = there.litres + pickup.litres
  const kg = there.kg + pickup.massKg
  const longestCm = bike.longestCm ?? Number.POSITIVE_INFINITY
  if ((pickup.longestCm ?? 0) > longestCm) {
    violations.push({ kind: 'too-long', pickup: pickup.id, byCm: pickup.longestCm! - longestCm })
  }
  if (kg > bike.massKg) violations.push({ kind: 'too-heavy', byKg: kg - bike.massKg })
  if (litres > bike.volumeL + CRUMBS_L) {
    violations.push({ kind: 'too-full', byL: litres - bike.volumeL })
  }
  if ((pickup.apartMask & (there.classMask | pickup.classMask)) !== 0) {
    violations.push({ kind: 'must-not-ride-together', pickup: pickup.id })
  }
  const here: Underway = {
    ...there,
    atS: leavesS,
    litres,
    kg,
    byStream: there.byStream.map((l, i) => l + pickup.byStream[i]!),
    classMask: there.classMask | pickup.classMask,
    apartMask: there.apartMask | pickup.apartMask,
  }
  return {
    kind: 'ridden',
    here,
    timed: timedStop(stop, there, startsS, here),
    drops: [],
    violations,
  }
}

/** Within window and promise where both can be had; else as soon as can be, and what it breaks is told. */
function startOf(pickup: CompiledPickup, arrivesS: number, violations: RoundViolation[]): number {
  const allowedS = serviceStart(pickup.allowed, arrivesS)
  if (allowedS !== NEVER_S) return allowedS
  const startsS = serviceStart(pickup.windows, arrivesS)
  const lastS = pickup.windows.at(-1)?.untilS ?? 0
  if (startsS === NEVER_S) {
    violations.push({ kind: 'late', pickup: pickup.id, byS: arrivesS - lastS })
  }
  const realS = Math.min(startsS, Math.max(arrivesS, lastS))
  if (pickup.promise) {
    violations.push({
      kind: 'promise-broken',
      pickup: pickup.id,
      byS: Math.max(0, realS - pickup.promise.untilS),
    })
  }
  return realS
}

function unload(
  c: Compiled,
  bike: CompiledBike,
  from: Underway,
  stop: Stop & { kind: 'drop-off' },
): Step {
  const dropOff = c.dropOffs[c.dropOffAt.get(stop.dropOff) ?? -1]
  if (!dropOff) return unknown('drop-off', stop.dropOff)
  const violations: RoundViolation[] = []
  const there = arrive(c, bike, from, dropOff.place)
  const opensS = unloadingStart(dropOff, there.atS)
  if (opensS === NEVER_S && !stop.actual) {
    violations.push({ kind: 'closed', dropOff: dropOff.id })
  }
  const startsS = stop.actual?.startsS ?? (opensS === NEVER_S ? there.atS : opensS)
  const leavesS = stop.actual?.leavesS ?? startsS + dropOff.serviceS
  const named = stop.streams?.map((stream) => c.streams.indexOf(stream))
  const byStream = [...there.byStream]
  const drops: Omit<Drop, 'bike' | 'at'>[] = []
  for (const [stream, litres] of byStream.entries()) {
    const isTaken = ((dropOff.streamMask >> stream) & 1) === 1
    if (litres === 0 || !(named?.includes(stream) ?? isTaken)) continue
    if (!isTaken) {
      violations.push({ kind: 'not-taken', dropOff: dropOff.id })
      continue
    }
    // A stop that was made is in what the sensors say already.
    if (!stop.actual) drops.push({ dropOff: dropOff.index, stream, litres, atS: startsS })
    byStream[stream] = 0
  }
  const litres = byStream.reduce((sum, l) => sum + l, 0)
  const isEmpty = litres < CRUMBS_L
  const here: Underway = {
    ...there,
    atS: leavesS,
    litres: isEmpty ? 0 : litres,
    kg: isEmpty ? 0 : there.kg * (litres / there.litres),
    byStream,
    classMask: isEmpty ? 0 : there.classMask,
    apartMask: isEmpty ? 0 : there.apartMask,
  }
  return { kind: 'ridden', here, timed: timedStop(stop, there, startsS, here), drops, violations }
}

function rest(bike: CompiledBike, here: Underway, stop: Stop & { kind: 'break' }): Step {
  const pause = bike.breaks[stop.index]
  if (!pause) return unknown('break', `${bike.id}/${stop.index}`)
  const violations: RoundViolation[] = []
  const readyS = breakStart(pause, here.atS)
  if (readyS === NEVER_S && !stop.actual) {
    violations.push({ kind: 'break-late', index: stop.index, byS: here.atS - pause.untilS })
  }
  if (stop.index > here.breaks) violations.push({ kind: 'break-missed', index: here.breaks })
  const startsS = stop.actual?.startsS ?? Math.max(here.atS, pause.fromS)
  const leavesS = stop.actual?.leavesS ?? startsS + pause.durationS
  const after = { ...here, atS: leavesS, breaks: Math.max(here.breaks, stop.index + 1) }
  return {
    kind: 'ridden',
    here: after,
    timed: timedStop(stop, here, startsS, after),
    drops: [],
    violations,
  }
}

function timedStop(stop: Stop, there: Underway, startsS: number, here: Underway): TimedStop {
  const { litres, kg } = here
  return { stop, arrivesS: there.atS, startsS, leavesS: here.atS, litres, kg }
}

function goHome(
  c: Compiled,
  bike: CompiledBike,
  here: Underway,
  rode: boolean,
): { readonly violations: readonly RoundViolation[]; readonly home: Underway } {
  if (!rode) return { violations: [], home: here }
  const violations: RoundViolation[] = []
  if (here.litres > CRUMBS_L) violations.push({ kind: 'not-emptied', litres: here.litres })
  const home = arrive(c, bike, here, bike.endPlace)
  if (home.atS > bike.shift.untilS) {
    violations.push({ kind: 'shift-over', byS: home.atS - bike.shift.untilS })
  }
  if (home.metres > (bike.rangeM ?? Number.POSITIVE_INFINITY)) {
    violations.push({ kind: 'out-of-range', byM: home.metres - bike.rangeM! })
  }
  for (const [index, { untilS }] of bike.breaks.entries()) {
    if (index >= here.breaks && home.atS > untilS) violations.push({ kind: 'break-missed', index })
  }
  return { violations, home }
}

/** Nobody twice, nobody lost, pinned ones on their bike. */
function bookkeeping(c: Compiled, plan: Plan): Violation[] {
  const violations: Violation[] = []
  const seen = new Set<string>()
  const bikes = new Set<string>()
  const meet = (id: string): void => {
    if (seen.has(id)) violations.push({ kind: 'twice', pickup: id })
    seen.add(id)
  }
  for (const { bike, stops } of plan.rounds) {
    if (bikes.has(bike)) violations.push({ kind: 'two-rounds', bike })
    bikes.add(bike)
    for (const stop of stops) {
      if (stop.kind !== 'pickup') continue
      meet(stop.pickup)
      const pinned = c.pickups[c.pickupAt.get(stop.pickup) ?? -1]?.bike
      if (pinned !== undefined && pinned !== bike) {
        violations.push({ kind: 'wrong-bike', pickup: stop.pickup, bike })
      }
    }
  }
  for (const { pickup } of plan.unserved) {
    meet(pickup)
    if (!c.pickupAt.has(pickup)) violations.push({ kind: 'unknown', what: 'pickup', id: pickup })
  }
  for (const { id } of c.pickups) {
    if (!seen.has(id)) violations.push({ kind: 'lost', pickup: id })
  }
  return violations
}

/** By place and stream in order of time: what all bikes bring together must find room. */
function overfilled(c: Compiled, drops: readonly Drop[]): Violation[] {
  const violations: Violation[] = []
  const brought = new Map<string, number>()
  for (const drop of drops.toSorted((a, b) => a.atS - b.atS)) {
    const key = `${drop.dropOff}/${drop.stream}`
    const litres = (brought.get(key) ?? 0) + drop.litres
    brought.set(key, litres)
    const dropOff = c.dropOffs[drop.dropOff]!
    const room = roomAt(dropOff, drop.stream, drop.atS)
    if (litres <= room + CRUMBS_L) continue
    const { bike, at } = drop
    const stream = c.streams[drop.stream]!
    violations.push({ kind: 'no-room', dropOff: dropOff.id, stream, byL: litres - room, bike, at })
  }
  return violations
}
