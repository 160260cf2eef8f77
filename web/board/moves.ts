/** What may be moved where, how the board looks with it moved, and what a move means on another plan. */
import { isOver } from '#src/pickups/day/day.ts'
import type { Day, Round, Stop } from './day.ts'

/** `at` counts the round's other stops, from 0, as the API does. */
export interface Move {
  readonly stop: string
  readonly bike: string
  readonly at: number
}

/** Where a row was let go. */
export interface Target {
  readonly bike: string
  /** Before the row at this place of the round as it is shown, or at its end. */
  readonly before: number
}

export type WhyNot =
  'gone' | 'over' | 'under-way' | 'bike-out' | 'round-over' | 'other-bike' | 'no-bike' | 'locked'

export interface Found {
  readonly stop: Stop
  /** Absent for what no round has. */
  readonly round?: Round
  /** Its place in the round, from 0; -1 outside. */
  readonly at: number
}

export function findStop(day: Day, id: string): Found | undefined {
  for (const round of day.rounds) {
    const at = round.stops.findIndex((stop) => stop.id === id)
    if (at >= 0) return { stop: round.stops[at]!, round, at }
  }
  const stop = day.outside.find((one) => one.id === id)
  return stop && { stop, at: -1 }
}

/** Bookings that no plan knows are put in where they cost least; they have no place to be moved from. */
export function canMove(day: Day, id: string): boolean {
  const found = findStop(day, id)
  if (!found || day.unplanned.includes(id)) return false
  return found.round ? isFree(found.round, found.at) : true
}

function isFree(round: Round, at: number): boolean {
  return at >= round.frozen && !isOver(round.stops[at]!.state)
}

/** Undefined where nothing hinders it, as far as the board knows; the server has the last word. */
export function whyNot(day: Day, { stop: id, bike, at }: Move): WhyNot | undefined {
  const found = findStop(day, id)
  if (!found) return 'gone'
  const { stop, round } = found
  if (isOver(stop.state)) return 'over'
  if (round && found.at < round.frozen) return 'under-way'
  const target = day.rounds.find((one) => one.bike === bike)
  if (!target) return day.bikes.some((one) => one.id === bike) ? undefined : 'no-bike'
  if (target.out) return 'bike-out'
  if (target.endedAt !== null) return 'round-over'
  if (stop.kind !== 'pickup' && round?.bike !== bike) return 'other-bike'
  return at < target.frozen ? 'locked' : undefined
}

/** The day as it will be. Times after the move are the server's to reckon, and unknown until it has. */
export function moved(day: Day, { stop: id, bike, at }: Move): Day {
  const found = findStop(day, id)
  if (!found) return day
  const stop = { ...found.stop, pinned: found.stop.pinned || found.stop.kind === 'pickup' }
  const rounds = day.rounds.map((round) => {
    const others = round.stops.filter((one) => one.id !== id)
    if (round.bike === bike) return { ...round, stops: untimed(others.toSpliced(at, 0, stop), at) }
    return round.bike === found.round?.bike ? { ...round, stops: untimed(others, found.at) } : round
  })
  return {
    ...day,
    rounds,
    outside: day.outside.filter((one) => one.id !== id),
    unserved: day.unserved.filter((one) => one.stop !== id),
  }
}

function untimed(stops: readonly Stop[], from: number): readonly Stop[] {
  return stops.map((stop, i) =>
    i < from ? stop : { ...stop, startsAt: null, litresOnBoard: null, kgOnBoard: null },
  )
}

export function dropped(day: Day, stop: string, { bike, before }: Target): Move {
  const found = findStop(day, stop)
  const isAbove = found?.round?.bike === bike && found.at < before
  return { stop, bike, at: isAbove ? before - 1 : before }
}

/** One step up (-1) or down (1) in its round; undefined at the end, or where it meets what is locked. */
export function stepped(day: Day, id: string, by: -1 | 1): Move | undefined {
  const found = findStop(day, id)
  if (!found?.round || !canMove(day, id)) return undefined
  const { round } = found
  const at = found.at + by
  if (at < round.frozen || at >= round.stops.length) return undefined
  return { stop: id, bike: round.bike, at }
}

/** A move as it was meant: after this stop, or, when that is gone, after the one before. */
export interface Wish {
  readonly stop: string
  readonly bike: string
  /** The stops before it, the nearest first. */
  readonly after: readonly string[]
}

export function wishOf(day: Day, { stop, bike, at }: Move): Wish {
  const others = othersOf(day, stop, bike)
  return { stop, bike, after: others.slice(0, at).toReversed() }
}

export type Again =
  | { readonly kind: 'move'; readonly move: Move }
  /** Somebody has put it there already. */
  | { readonly kind: 'there' }
  | { readonly kind: 'no'; readonly because: WhyNot }

/** What a wish comes to on the plan as it is now. */
export function again(day: Day, { stop, bike, after }: Wish): Again {
  const others = othersOf(day, stop, bike)
  const nearest = after.find((id) => others.includes(id))
  const least = day.rounds.find((round) => round.bike === bike)?.frozen ?? 0
  const at = Math.max(least, nearest === undefined ? 0 : others.indexOf(nearest) + 1)
  const move = { stop, bike, at }
  const because = whyNot(day, move)
  if (because !== undefined) return { kind: 'no', because }
  const found = findStop(day, stop)
  return found?.round?.bike === bike && found.at === at ? { kind: 'there' } : { kind: 'move', move }
}

function othersOf(day: Day, stop: string, bike: string): readonly string[] {
  const round = day.rounds.find((one) => one.bike === bike)
  return (round?.stops ?? []).map(({ id }) => id).filter((id) => id !== stop)
}
