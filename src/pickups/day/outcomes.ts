/** What a stop's outcome leads to: for the booking, and for the dispatcher. */
import type { MissedBecause, Outcome } from '#src/pickups/booking/booking.ts'
import type { InLanguages, ReturnBike } from '#src/stations/return-bike.ts'
import type { FailedBecause, RiderEvent } from './day.ts'
import type { StandingDay, StandingStop } from './standing.ts'

/** How the booking ended. Undefined where it hasn't: what was skipped may still be fetched. */
export function settlementOf(event: RiderEvent): Outcome | undefined {
  if (event.kind === 'done') {
    return {
      kind: 'done',
      taken: event.taken ?? [],
      ...(event.kg !== undefined && { kg: event.kg }),
    }
  }
  if (event.kind !== 'failed') return undefined
  return { kind: 'missed', because: MISSED[event.because ?? 'no-time'] }
}

const MISSED: Readonly<Record<FailedBecause, MissedBecause>> = {
  'not-home': 'not-home',
  refused: 'other-things',
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
  readonly because: FailedBecause | 'skipped' | 'bike-out'
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

export function nextSteps(day: StandingDay, bike: Pick<ReturnBike, 'items'>): readonly NextStep[] {
  return day.rounds.flatMap((round) => [
    ...round.stops.flatMap((stop) => stepOf(stop, bike) ?? []),
    ...(round.out ? onBoard(round.bike, round.stops) : []),
  ])
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
