/** A way out: what every channel offers, and what may become of a try. */
import type { Delivery, Channel as ChannelName } from '#src/store/contract.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { PauseReason as AnyPauseReason } from '#src/stations/account-trouble.ts'
import type { Limit, Prices } from './room.ts'

/** Why a channel says that it can't be used until a person has seen to it. */
export type PauseReason = Exclude<AnyPauseReason, 'budget-used-up' | 'staff'>

export interface Paused {
  readonly kind: 'paused'
  readonly because: PauseReason
  readonly detail: string
}

/** What became of one try. Only `rate-limited`, `never` and `paused` prove that nothing was said. */
export type Outcome =
  | { readonly kind: 'sent'; readonly remoteId?: string }
  | {
      readonly kind: 'later'
      readonly because: 'rate-limited' | 'unreachable' | 'server-error'
      /** The far end's own wish, where it gave one. */
      readonly afterMs?: number
      readonly detail: string
    }
  | {
      readonly kind: 'never'
      readonly because: 'refused' | 'not-sendable'
      readonly detail: string
    }
  /** It may have been said, and there is no way to find out: a person decides. */
  | { readonly kind: 'uncertain'; readonly detail: string }
  | Paused

export type Failure = Exclude<Outcome, { readonly kind: 'sent' }>

/** Whether an earlier try of a delivery was heard after all. */
export type Found =
  | { readonly kind: 'found'; readonly remoteId: string }
  | { readonly kind: 'absent' }
  /** Not now; asking again may help. */
  | { readonly kind: 'unknown'; readonly detail: string }
  /** The far end will never tell. */
  | { readonly kind: 'unknowable'; readonly detail: string }
  | Paused

export type Checked =
  { readonly kind: 'ready' } | { readonly kind: 'unknown'; readonly detail: string } | Paused

/** How the worker calls a channel. `signal` aborts when the process is going down. */
export interface Turn {
  readonly now: EpochMs
  readonly signal: AbortSignal
}

/** What the far end has of the post that a delivery follows up. */
export interface Followed {
  readonly remoteId: string
  readonly text: string
  /** It was wrong: this delivery is its correction. */
  readonly isTakenBack: boolean
}

/** A delivery, with the post that it follows up, where that was said there. */
export interface Words extends Delivery {
  readonly follows?: Followed
}

/** One account on a channel. */
export interface Channel {
  readonly name: ChannelName
  /** As the town's file has it. */
  readonly account: string
  /** The longest that one call may take; the lease must be longer. */
  readonly longestMs: number
  /** What the platform grants; absent: as much as we like. */
  readonly limits?: readonly Limit[]
  /** What it costs; absent: nothing. */
  readonly prices?: Prices
  /**
   * Where posts come apart into pieces of this queue of work. That one is `sent` is then no proof that
   * anything has left.
   */
  readonly queue?: string
  /**
   * Says a delivery. `attempts` > 1 means that an earlier try may have been heard: then the channel
   * makes sure that it isn't said twice.
   */
  send(delivery: Words, turn: Turn): Promise<Outcome>
  /** Whether a delivery tried before has been said. */
  lookUp(delivery: Delivery, turn: Turn): Promise<Found>
  /** Whether the channel can be used, without saying anything. */
  check(turn: Turn): Promise<Checked>
}

/** What each HTTP status means for a delivery; what isn't here goes by its hundred. */
const BY_STATUS: Readonly<Record<number, (detail: string, afterMs?: number) => Failure>> = {
  401: (detail) => ({ kind: 'paused', because: 'bad-credentials', detail }),
  402: (detail) => ({ kind: 'paused', because: 'no-credits', detail }),
  408: later('server-error'),
  420: later('rate-limited'),
  425: later('server-error'),
  429: later('rate-limited'),
}

/**
 * The one table from HTTP status to outcome, for every channel. A channel with finer words of its own
 * (a 403 that means a suspended account) looks at those first. A success or a redirect that carried no
 * proof of delivery is the far end's trouble: `server-error`.
 */
export function outcomeOfHttpStatus(status: number, detail: string, afterMs?: number): Failure {
  const known = BY_STATUS[status]
  if (known) return known(detail, afterMs)
  if (status >= 400 && status < 500) return { kind: 'never', because: 'refused', detail }
  return later('server-error')(detail, afterMs)
}

function later(because: 'rate-limited' | 'server-error') {
  return (detail: string, afterMs?: number): Failure => ({
    kind: 'later',
    because,
    detail,
    ...(afterMs !== undefined && { afterMs }),
  })
}
