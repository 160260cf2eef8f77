/**
 * Residents who asked to be told themselves. Their addresses are sealed before they come here
 * (subscriber-desk.ts) and found again by a keyed hash, so the file alone names nobody.
 */
import type { Fraction, Language } from '#src/stations/fraction.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { DirectWay } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'

declare const subscriber: unique symbol
/** 16 random bytes, base64url. */
export type SubscriberId = string & { readonly [subscriber]: true }

/** What somebody wants to hear of: these stations, or the whole town; of these fractions, or of all. */
export interface Wish {
  readonly language: Language
  readonly stations?: readonly StationId[]
  readonly fractions?: readonly Fraction[]
}

export interface Subscriber {
  readonly id: SubscriberId
  readonly way: DirectWay
  /** A mail address, or a push subscription's endpoint and keys. */
  readonly sealed: string
  /** What holds; absent before it was confirmed. */
  readonly wish?: Wish
  readonly confirmedAt?: EpochMs
  /** What was asked for in the name of the address, and not confirmed. */
  readonly asked?: { readonly wish: Wish; readonly at: EpochMs }
  /** How many different messages in a row were refused for good. */
  readonly bounces: number
}

export interface Bounces {
  readonly messages: number
  /** When the first of them didn't get there. */
  readonly since: EpochMs
}

export interface Asking {
  readonly way: DirectWay
  /** The address's keyed hash. */
  readonly mark: string
  readonly sealed: string
  readonly wish: Wish
  readonly at: EpochMs
}

/** Whose wish a post may fulfil; fractions are looked at afterwards. */
export interface Audience {
  readonly way: DirectWay
  readonly language: Language
  /** Those who follow one of these, or the whole town. */
  readonly stations: readonly StationId[]
  readonly afterId?: SubscriberId
  readonly limit: number
}

export interface SubscriberStore {
  subscriber(id: SubscriberId): Promise<Subscriber | undefined>
  subscriberByMark(way: DirectWay, mark: string): Promise<Subscriber | undefined>
  /** Keeps a wish that holds when it is confirmed. An address that is known keeps its id, and what holds for it. */
  askToSubscribe(asking: Asking): Promise<SubscriberId>
  /** Keeps a wish that holds at once; for an address that is known in place of the earlier. */
  subscribe(asking: Asking): Promise<SubscriberId>
  /** What was asked for at or after `askedSince` holds from now on. False when nothing was. */
  confirmSubscriber(id: SubscriberId, at: EpochMs, askedSince: EpochMs): Promise<boolean>
  changeWish(id: SubscriberId, wish: Wish): Promise<boolean>
  /** So that the file no longer holds it. */
  eraseSubscriber(id: SubscriberId): Promise<boolean>
  /** Erases who asked before an instant and never confirmed, and what was asked for in others' names. */
  eraseUnconfirmed(askedBefore: EpochMs): Promise<number>
  /** Notes that a message didn't get there; gives how many different ones in a row didn't. */
  noteBounce(id: SubscriberId, message: string, at: EpochMs): Promise<Bounces>
  /** A message was taken. */
  forgetBounces(id: SubscriberId): Promise<void>
  /** Who confirmed, in the order of their ids. */
  audience(audience: Audience): Promise<readonly Subscriber[]>
  /** How many confirmed. */
  subscriberCounts(): Promise<Readonly<Record<DirectWay, number>>>
}
