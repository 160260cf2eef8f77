/** How a stop stands with what this phone told of it: the rider's word counts before the server has heard it. */
import type { FailedBecause, RiderEvent, StopState } from '#src/pickups/day/day.ts'
import { followEvent, type StopFacts } from '#src/pickups/day/rider-events.ts'
import { type EpochMs, instant } from '#src/stations/time.ts'
import type { Stop, Taken } from './day.ts'
import type { QueuedEvent, Told } from './queue.ts'

export interface Standing {
  readonly state: StopState
  readonly because?: FailedBecause
  /** What was taken along, where somebody said it. */
  readonly taken?: readonly Taken[]
  /** So much of it is only on this phone. */
  readonly unsent: number
}

/** `events` of the phone in the order in which they happened; `fetchedAt`, when the server was asked how the stop stands. */
export function standingOf(
  stop: Stop,
  events: readonly QueuedEvent[],
  fetchedAt: EpochMs,
): Standing {
  const mine = events.filter(
    ({ told, way }) =>
      told.stop === stop.id &&
      (way.state === 'waiting' || (way.state === 'sent' && way.at >= fetchedAt)),
  )
  const known = factsOfServer(stop)
  const facts = mine.reduce<StopFacts | undefined>(
    (was, { told }) => followEvent(was, asEvent(told)),
    known,
  )
  const because = facts === known ? (stop.failedBecause ?? undefined) : facts?.outcome?.because
  const told = mine.findLast((one) => one.told.kind === 'done')?.told
  const taken = facts === known ? stop.taken : told?.taken
  return {
    state: facts?.state ?? 'scheduled',
    ...(because !== undefined && { because }),
    ...(taken && { taken }),
    unsent: mine.filter(({ way }) => way.state === 'waiting').length,
  }
}

function factsOfServer({ id: stopId, state, startsAt }: Stop): StopFacts | undefined {
  if (state === 'scheduled') return undefined
  const since = instant(startsAt === null ? 0 : Date.parse(startsAt))
  const here = { stopId, bike: '', since, state }
  return state === 'arrived' ? { ...here, arrivedAt: since } : here
}

function asEvent({ id, day, bike, stop: stopId, kind, at, because }: Told): RiderEvent {
  const heard = { happenedAt: at, receivedAt: at }
  return { id, day, bike, stopId, kind, ...heard, ...(because !== undefined && { because }) }
}
