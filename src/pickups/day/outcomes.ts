/** What a stop's outcome leads to: for the booking, and for the dispatcher. */
import type { MissedBecause, Outcome, Thing } from '#src/pickups/booking/booking.ts'
import type { InLanguages, ReturnBike } from '#src/stations/return-bike.ts'
import type { FailedBecause, RiderEvent, TakenThing } from './day.ts'
import type { LateStop } from './late.ts'
import type { StandingDay, StandingStop } from './standing.ts'

/** How the booking ended. Undefined where it hasn't: what was skipped may still be fetched. */
export function settlementOf(event: RiderEvent, booked: readonly Thing[]): Outcome | undefined {
  if (event.kind === 'done') {
    return {
      kind: 'done',
      taken: takenOf(event, booked),
      ...(event.kg !== undefined && { kg: event.kg }),
    }
  }
  if (event.kind !== 'failed') return undefined
  return { kind: 'missed', because: MISSED[event.because ?? 'no-time'] }
}

/** Who doesn't say what was taken has taken what was booked; of reuse nothing is said then. */
export function takenOf(
  { taken }: Pick<RiderEvent, 'taken'>,
  booked: readonly Thing[],
): readonly TakenThing[] {
  return taken ?? booked.map((thing) => ({ ...thing, reused: false }))
}

const MISSED: Readonly<Record<FailedBecause, MissedBecause>> = {
  'not-home': 'not-home',
  refused: 'refused',
  'too-heavy': 'too-heavy',
  'too-large': 'too-large',
  hazardous: 'hazardous',
  'no-access': 'no-access',
  'other-things': 'other-things',
  'no-time': 'no-time',
  full: 'no-time',
  closed: 'no-time',
}

/** What somebody at the board should do next. */
export interface NextStep {
  readonly stopId: string
  readonly step:
    | 'offer-another-slot'
    | 'say-where-instead'
    | 'ask-how-to-get-in'
    | 'speak-to-them'
    | 'find-another-drop-off'
    | 'fetch-another-day'
    | 'see-to-load'
    | 'call-the-rider'
  readonly because:
    | FailedBecause
    | 'skipped'
    | 'bike-out'
    /** Its bike has ended without it. */
    | 'round-ended'
    /** No round has it. */
    | 'unserved'
    /** Its day is past, and nobody has said what became of it. */
    | 'day-over'
    /** Late, as it seems, and its bike has told nothing for a while. */
    | 'nothing-heard'
  /** Where it goes instead, as the catalogue says it. */
  readonly instead?: InLanguages
  readonly bike?: string
}

const STEPS: Readonly<Record<FailedBecause, NextStep['step']>> = {
  'not-home': 'offer-another-slot',
  refused: 'speak-to-them',
  'too-heavy': 'say-where-instead',
  'too-large': 'say-where-instead',
  hazardous: 'say-where-instead',
  'no-access': 'ask-how-to-get-in',
  'other-things': 'speak-to-them',
  'no-time': 'offer-another-slot',
  full: 'find-another-drop-off',
  closed: 'find-another-drop-off',
}

/** `open`: the stops whose errand is not settled. */
export function nextSteps(
  day: StandingDay,
  bike: Pick<ReturnBike, 'items'>,
  open: ReadonlySet<string>,
): readonly NextStep[] {
  const left = (because: NextStep['because'], ids: readonly string[]) =>
    ids
      .filter((id) => open.has(id))
      .map((stopId): NextStep => ({ stopId, step: 'fetch-another-day', because }))
  return [
    ...day.rounds.flatMap((round) => [
      ...round.stops.flatMap((stop) => stepOf(stop, bike) ?? []),
      ...(round.endedAt === undefined ? [] : left('round-ended', scheduled(round.stops))),
      ...(round.out ? onBoard(round.bike, round.stops) : []),
    ]),
    ...left(
      'unserved',
      day.unserved.map(({ stopId }) => stopId),
    ),
  ]
}

function scheduled(stops: readonly StandingStop[]): readonly string[] {
  return stops.filter(({ state }) => state === 'scheduled').map(({ stop }) => stop.id)
}

/** Whoever is late by a bike of which nothing is heard may have been served long ago: the rider knows. */
export function callsToMake(late: readonly LateStop[]): readonly NextStep[] {
  const silent = Map.groupBy(
    late.filter(({ isHeard }) => !isHeard),
    ({ bike }) => bike,
  )
  return [...silent].map(([bike, [first]]) => ({
    stopId: first!.stopId,
    step: 'call-the-rider',
    because: 'nothing-heard',
    bike,
  }))
}

function stepOf(
  { stop, state, facts }: StandingStop,
  bike: Pick<ReturnBike, 'items'>,
): NextStep | undefined {
  if (state === 'skipped') {
    return { stopId: stop.id, step: 'fetch-another-day', because: 'skipped' }
  }
  if (state !== 'failed') return undefined
  const because = facts?.outcome?.because ?? 'no-time'
  const step = STEPS[because]
  const instead = step === 'say-where-instead' ? whereInstead(because, bike) : undefined
  return { stopId: stop.id, step, because, ...(instead && { instead }) }
}

/** The catalogue's own words on what it refuses: on hazardous things, or else on the first that is too much. */
function whereInstead(
  because: FailedBecause,
  { items }: Pick<ReturnBike, 'items'>,
): InLanguages | undefined {
  const refused = items.filter((item) => item.refused !== undefined)
  const hazardous = refused.find(({ id }) => id.includes('hazardous'))
  const fitting = because === 'hazardous' ? hazardous : refused.find((item) => item !== hazardous)
  return (fitting ?? refused[0])?.refused?.instead
}

/** A bike that is out and has fetched something since it last unloaded stands somewhere with it. */
function onBoard(bike: string, stops: readonly StandingStop[]): readonly NextStep[] {
  const done = stops.filter(({ state }) => state === 'done')
  const last = done.findLastIndex(({ stop }) => stop.kind === 'drop-off')
  const loaded = done.slice(last + 1).find(({ stop }) => stop.kind === 'pickup')
  return loaded ? [{ stopId: loaded.stop.id, step: 'see-to-load', because: 'bike-out', bike }] : []
}
