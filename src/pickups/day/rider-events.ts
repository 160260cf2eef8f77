/**
 * What riders' events come to. Phones without a network send late, twice and out of order: the same set
 * of events gives the same facts however it arrives, since it is looked at as a set, in order of when
 * things happened.
 */
import type { EpochMs } from '#src/stations/time.ts'
import { isOver, isUnderWay, type RiderEvent, RIDER_EVENT_KINDS, type StopState } from './day.ts'

/** How a stop stands by what riders told. */
export interface StopFacts {
  readonly stopId: string
  readonly state: StopState
  readonly bike: string
  /** Since when it stands so, as it happened. */
  readonly since: EpochMs
  readonly arrivedAt?: EpochMs
  /** The event that ended it, with what was taken, weighed or wrong. */
  readonly outcome?: RiderEvent
}

export type Facts = ReadonlyMap<string, StopFacts>

/** By stop. A stop of which nothing holds any more (undone) is left out. */
export function factsOf(events: Iterable<RiderEvent>): Facts {
  const byId = new Map<string, RiderEvent>()
  for (const event of events) {
    const known = byId.get(event.id)
    if (!known || compare(event, known) < 0) byId.set(event.id, event)
  }
  const facts = new Map<string, StopFacts>()
  for (const event of [...byId.values()].toSorted(compare)) {
    const next = followEvent(facts.get(event.stopId), event)
    if (next) facts.set(event.stopId, next)
    else facts.delete(event.stopId)
  }
  return oneAtATime(facts)
}

/** An outcome stands until it is undone; one that failed, until the rider goes there again. */
export function followEvent(was: StopFacts | undefined, event: RiderEvent): StopFacts | undefined {
  const { stopId, bike, kind, happenedAt: since } = event
  const here = { stopId, bike, since }
  const arrivedAt = was?.arrivedAt
  switch (kind) {
    case 'on-the-way':
      return was?.state === 'done' || was?.state === 'arrived' ? was : { ...here, state: kind }
    case 'arrived':
      return was?.state === 'done' ? was : { ...here, state: kind, arrivedAt: since }
    case 'done':
    case 'failed':
    case 'skipped':
      return {
        ...here,
        state: kind,
        ...(arrivedAt !== undefined && { arrivedAt }),
        outcome: event,
      }
    case 'undone':
      if (!was || !isOver(was.state)) return was
      return arrivedAt === undefined
        ? undefined
        : { ...here, state: 'arrived', since: arrivedAt, arrivedAt }
  }
}

/** A bike is on its way to one stop: whoever set out for another has left the first alone. */
function oneAtATime(facts: Map<string, StopFacts>): Facts {
  const current = new Map<string, StopFacts>()
  for (const fact of facts.values()) {
    if (!isUnderWay(fact.state)) continue
    const other = current.get(fact.bike)
    if (!other || isLater(fact, other)) current.set(fact.bike, fact)
  }
  for (const fact of [...facts.values()]) {
    if (isUnderWay(fact.state) && current.get(fact.bike) !== fact) facts.delete(fact.stopId)
  }
  return facts
}

function isLater(a: StopFacts, b: StopFacts): boolean {
  return a.since !== b.since ? a.since > b.since : a.stopId > b.stopId
}

/** In the order in which it happened; of one instant in the order in which it must have. */
function compare(a: RiderEvent, b: RiderEvent): number {
  return (
    a.happenedAt - b.happenedAt ||
    RIDER_EVENT_KINDS.indexOf(a.kind) - RIDER_EVENT_KINDS.indexOf(b.kind) ||
    compareText(a.id, b.id) ||
    a.receivedAt - b.receivedAt
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
