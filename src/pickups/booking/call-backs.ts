/**
 * Calls to return: somebody rang, and the booking couldn't be finished. Nothing here names a person; who
 * they are is kept apart, as of bookings.
 */
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { DAY, HOUR, plus, type EpochMs } from '#src/stations/time.ts'

/** `called`: spoken to, and not done with yet. */
export const CALL_BACK_STATES = ['open', 'called', 'done'] as const
export type CallBackState = (typeof CALL_BACK_STATES)[number]

export interface CallBack {
  readonly id: string
  readonly state: CallBackState
  readonly language: BookingLanguage
  readonly interpreter: boolean
  /** When to call. */
  readonly dueAt: EpochMs
  /** How often nobody was reached. */
  readonly missed: number
  readonly createdAt: EpochMs
  /** When something was done with it last. */
  readonly touchedAt: EpochMs
  /** Rises by one with every change. */
  readonly version: number
}

export const CALL_OUTCOMES = ['called', 'not-reached', 'done'] as const
export type CallOutcome = (typeof CALL_OUTCOMES)[number]

/** Who wants to be called later than this had better call. */
export const MOST_DAYS_AHEAD = 30
/** So much later it is tried again, where nobody says when. */
const AGAIN_MS = 2 * HOUR

export function isTooFarAhead(callAt: EpochMs, now: EpochMs): boolean {
  return callAt > plus(now, MOST_DAYS_AHEAD * DAY)
}

export function newCallBack(
  asked: Pick<CallBack, 'id' | 'language' | 'interpreter'> & { readonly callAt?: EpochMs },
  now: EpochMs,
): CallBack {
  const { callAt = now, ...rest } = asked
  return {
    ...rest,
    state: 'open',
    dueAt: later(callAt, now),
    missed: 0,
    createdAt: now,
    touchedAt: now,
    version: 1,
  }
}

/** What became of a call. One that is done stays as it is. `callAt`: when to try again. */
export function afterCall(
  before: CallBack,
  outcome: CallOutcome,
  now: EpochMs,
  callAt: EpochMs = plus(now, AGAIN_MS),
): CallBack {
  if (before.state === 'done') return before
  const next = { ...before, touchedAt: now, version: before.version + 1 }
  if (outcome !== 'not-reached') return { ...next, state: outcome }
  return { ...next, state: 'open', missed: before.missed + 1, dueAt: later(callAt, now) }
}

/** Those to call first; then who was spoken to; then what is done, the latest first. */
export function inOrder<Kept extends { readonly callBack: CallBack }>(
  all: readonly Kept[],
): readonly Kept[] {
  const placeOf = ({ state, dueAt, touchedAt }: CallBack) =>
    [CALL_BACK_STATES.indexOf(state), state === 'done' ? -1 * touchedAt : dueAt] as const
  return all.toSorted((one, other) => {
    const [a, b] = [placeOf(one.callBack), placeOf(other.callBack)]
    return a[0] - b[0] || a[1] - b[1] || one.callBack.createdAt - other.callBack.createdAt
  })
}

export function isDue({ state, dueAt }: CallBack, now: EpochMs): boolean {
  return state === 'open' && dueAt <= now
}

function later(one: EpochMs, other: EpochMs): EpochMs {
  return one > other ? one : other
}
