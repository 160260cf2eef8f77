/** Whom a bike won't reach in time, and whether that is known: a phone without a network may have been there long ago. */
import { type EpochMs, MINUTE } from '#src/stations/time.ts'
import type { Job, Reckoned } from './day-problem.ts'
import { isOver, type RiderEvent } from './day.ts'
import type { StandingDay } from './standing.ts'

export interface LateStop {
  readonly stopId: string
  readonly bike: string
  readonly lateMs: number
  /** The bike has told something not long ago, so that it stands as we think. */
  readonly isHeard: boolean
}

/** So long after the slot's end it is late. */
const LATE_MS = 10 * MINUTE
const HEARD_MS = 20 * MINUTE

export interface LateQuestion {
  readonly standing: StandingDay
  readonly times: ReadonlyMap<string, Reckoned>
  readonly jobs: readonly Job[]
  readonly events: readonly RiderEvent[]
  readonly now: EpochMs
}

/** Bike by bike, in the order in which they are ridden. */
export function lateStops(question: LateQuestion): readonly LateStop[] {
  const { standing, times, jobs, events, now } = question
  const ends = new Map(jobs.map(({ id, windows }) => [id, windows.at(-1)?.until]))
  return standing.rounds.flatMap(({ bike, startedAt, endedAt, out, stops }) => {
    if (startedAt === undefined || endedAt !== undefined || out) return []
    const isHeard = events.some((e) => e.bike === bike && now - e.receivedAt <= HEARD_MS)
    return stops.flatMap(({ stop, state }): LateStop[] => {
      const comesAt = times.get(stop.id)?.startsAt
      const end = ends.get(stop.id)
      if (isOver(state) || state === 'arrived' || comesAt === undefined || end === undefined) {
        return []
      }
      const lateMs = comesAt - end
      return lateMs < LATE_MS ? [] : [{ stopId: stop.id, bike, lateMs, isHeard }]
    })
  })
}
