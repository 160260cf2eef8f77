/**
 * The worker of one account: claim, send, settle. A claim is durable before the channel is called, so a
 * crash at any point leaves a delivery that is known to have been tried; the channel then finds out
 * whether it was heard before it says anything again.
 */
import { URGENT_PRIORITY } from '#src/rules/budget.ts'
import type { Delivery, Store, WayOut } from '#src/store/contract.ts'
import type { AccountPause, AccountStanding } from '#src/store/outbox.ts'
import { HOUR, MINUTE, SECOND, nextMonth, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { findRoom, findRoomOfMoney, wayOf } from './account-room.ts'
import type { Channel, Outcome, Paused, Turn } from './channel.ts'
import type { DeliveryOptions } from './deliver.ts'
import type { DeliveryMetrics } from './delivery-metrics.ts'
import { findFollowed, findPlace } from './order.ts'
import type { Overrules } from './overtaken.ts'
import { MAX_TRIES, backoffMs, nextLook, nextTry } from './retry.ts'
import type { Again } from './retry.ts'
import type { Room } from './room.ts'
import { abortOf, waitRealTime } from './sleeper.ts'
import { openLoop } from './worker-loop.ts'

export interface AccountWorker {
  readonly way: WayOut
  readonly channel: Channel
  poke(): void
  standing(): AccountStanding
  /** When its loop last came round. */
  beatAt(): EpochMs
  /** Since when only important posts may still be paid for. */
  shortSince(): EpochMs | undefined
  /** Staff's wish. A channel's own trouble gives way to it. */
  pause(by: string, why: string): Promise<void>
  /** Staff lift a pause; where the channel's trouble is still there, it comes back at once. */
  resume(by: string): Promise<void>
  noteStuck(since: EpochMs | undefined): Promise<void>
  stop(): Promise<void>
}

/** What a settlement says, as the store takes it. */
type Settlement = Parameters<Store['settleDelivery']>[1]

/** How a delivery ends that won't be tried again. */
interface End {
  readonly state: 'dead' | 'expired' | 'withdrawn'
  readonly error: string
}

type NewPause = Pick<AccountPause, 'because' | 'detail'> & { readonly since?: EpochMs }

/** Nothing could be claimed: not before an instant, and then only from a priority on. */
interface Idle {
  readonly notBefore?: EpochMs
  readonly fromPriority?: number
}

const NONE: Overrules = () => false
const LONGEST_REST_MS = MINUTE
export const LONGEST_PROBE_MS = 15 * MINUTE
/** An account that has said nothing for so long is asked whether it still could. */
const CHECK_EVERY_MS = 6 * HOUR
const CHECK_AGAIN_MS = HOUR

/** The store is read by the loop: `stop` also ends an account that never got so far. */
export function startAccountWorker(
  channel: Channel,
  options: DeliveryOptions,
  metrics: DeliveryMetrics,
): AccountWorker {
  const { store, clock, log, leaseMs, onDelivered } = options
  const random = options.random ?? Math.random
  const speed = options.speed ?? 1
  const wait = options.wait ?? waitRealTime
  const pollMs = options.pollMs ?? 30 * SECOND
  const timeZone = options.timeZone ?? (() => 'UTC')
  const loop = openLoop(wait, options.graceMs)
  const way = wayOf(channel)
  const name = `${way.channel} (${way.account})`
  const known = Promise.withResolvers<void>()
  let isKnown = false
  let standing: AccountStanding = {}
  /** Aborted when staff have changed what a paused account waits for. */
  let changed = new AbortController()
  let beatAt = clock()
  let checkAt = beatAt
  let probes = 0
  /** For what a post was refused as any would be, until one is taken: a check that goes well is no proof. */
  let refused: AccountPause | undefined
  let restUntil: EpochMs | undefined
  let shortSince: EpochMs | undefined
  let failuresInARow = 0

  const running = keepRunning()
  return {
    way,
    channel,
    poke: () => loop.poke(),
    standing: () => standing,
    beatAt: () => beatAt,
    shortSince: () => shortSince,
    async pause(by, why) {
      await known.promise
      await change({ paused: { since: clock(), because: 'staff', detail: why, by } })
      log.warn({ ...way, by, why }, `${name} was paused by staff`)
    },
    async resume(by) {
      await known.promise
      if (!standing.paused) return
      checkAt = clock()
      refused = undefined
      await change({ paused: undefined })
      log.info({ ...way, by }, `${name} was resumed by staff`)
    },
    async noteStuck(since) {
      if (isKnown) await change({ stuckSince: since })
    },
    stop: () => loop.stop(running),
  }

  /** No worker dies for good: whatever its loop could not bear, it begins anew. */
  async function keepRunning(): Promise<void> {
    while (!loop.stopping.aborted) {
      try {
        await loop.repeat(turn, (error) => {
          log.error({ ...way, err: error }, 'the outbox could not be read or written')
        })
      } catch (error) {
        log.error({ ...way, err: error }, `the worker of ${name} died and is started anew`)
        await waitRealTime(SECOND, loop.stopping)
      }
    }
  }

  async function turn(): Promise<void> {
    beatAt = clock()
    if (!isKnown) await findStanding()
    const { paused } = standing
    if (paused) return waitWhilePaused(paused)
    if (beatAt >= checkAt) await check()
    if (standing.paused) return
    const idle = await deliverNext()
    if (idle) await sleepUntilDue(idle)
  }

  /** As it was left: a pause outlasts the process. What the channel itself complained of is asked again. */
  async function findStanding(): Promise<void> {
    standing = await store.accountStanding(way)
    isKnown = true
    known.resolve()
    metrics.paused(way, standing.paused !== undefined)
    if (!isOfChannel(standing.paused)) return
    refused = standing.paused
    await check()
  }

  /** Parts that are undefined are forgotten. */
  async function change(parts: {
    readonly [Part in keyof AccountStanding]: AccountStanding[Part] | undefined
  }): Promise<void> {
    const next = { ...standing, ...parts }
    const { paused, uncheckedSince, stuckSince } = next
    standing = {
      ...(paused && { paused }),
      ...(uncheckedSince !== undefined && { uncheckedSince }),
      ...(stuckSince !== undefined && { stuckSince }),
    }
    if ('paused' in parts) {
      metrics.paused(way, paused !== undefined)
      if (!refused) probes = 0
      changed.abort()
      loop.poke()
    }
    await store.keepAccountStanding(way, standing)
  }

  async function sleepUntilDue({ notBefore, fromPriority }: Idle): Promise<void> {
    const now = clock()
    const due = await store.nextDeliveryAt(way, fromPriority)
    const at = Math.max(due ?? plus(now, pollMs * speed), notBefore ?? 0)
    await loop.sleep(Math.min(Math.max((at - now) / speed, 50), pollMs))
  }

  /** One turn: claim, send, settle. Why there was nothing to do, where there was nothing. */
  async function deliverNext(): Promise<Idle | undefined> {
    const now = clock()
    if (restUntil !== undefined && now < restUntil) return { notBefore: restUntil }
    const room = await findRoom(store, channel, now, timeZone())
    noteShortage(room, now)
    if (room.kind === 'none' && room.by === 'money') {
      await pause({ because: 'budget-used-up', detail: USED_UP })
      return undefined
    }
    if (room.kind === 'none') return { notBefore: room.until }
    const delivery = await store.claimDelivery(way, now, leaseMs, await whoFirst(room, now))
    if (!delivery) return room.kind === 'important' ? { fromPriority: URGENT_PRIORITY } : {}

    const over = await findWhyOver(delivery, now)
    if (over === 'wait') return undefined
    await settle(delivery, over ? await conclude(delivery, over) : await say(delivery))
    return undefined
  }

  /** When more is due than may be said, what is important goes first; near the bound it goes alone. */
  async function whoFirst(
    room: Room,
    now: EpochMs,
  ): Promise<Parameters<Store['claimDelivery']>[3]> {
    if (room.kind === 'important') return { fromPriority: URGENT_PRIORITY, alone: true }
    if (room.kind !== 'all' || room.left === Infinity) return undefined
    const { count } = await store.dueTally(way, now)
    return count > room.left ? { fromPriority: URGENT_PRIORITY, alone: false } : undefined
  }

  function noteShortage(room: Room, now: EpochMs): void {
    const isShort = room.kind === 'important' && room.by === 'money'
    if (isShort && shortSince === undefined) {
      log.warn(way, `${name} may say only what is important until the month is over`)
    }
    shortSince = isShort ? (shortSince ?? now) : undefined
  }

  async function say(delivery: Delivery): Promise<Settlement> {
    const follows = await findFollowed(store, delivery)
    const words = follows === undefined ? delivery : { ...delivery, follows }
    return settlementOf(delivery, await call((turn) => channel.send(words, turn)))
  }

  /** Why a delivery isn't to be said any more; `wait` when it was put back behind another. */
  async function findWhyOver(delivery: Delivery, now: EpochMs): Promise<undefined | 'wait' | End> {
    if (now >= delivery.expiresAt) return { state: 'expired', error: expiredError(delivery) }
    if (delivery.attempts > MAX_TRIES) {
      return { state: 'dead', error: delivery.lastError ?? 'too many tries' }
    }
    const place = await findPlace(store, delivery, now, options.overrules ?? NONE)
    if (place.kind === 'over') return { state: place.as, error: place.because }
    if (place.kind === 'go') return undefined
    const dueAt = place.dueAt > now ? place.dueAt : plus(now, SECOND)
    await settle(delivery, {
      state: 'due',
      dueAt,
      error: 'waits for an earlier post of the station',
      untried: true,
    })
    return 'wait'
  }

  /** The end of a delivery that won't be tried again: was it heard after all? */
  async function conclude(delivery: Delivery, end: End): Promise<Settlement> {
    if (delivery.attempts === 1) return end
    const found = await call((turn) => channel.lookUp(delivery, turn))
    switch (found.kind) {
      case 'found':
        return { state: 'sent', remoteId: found.remoteId, at: clock() }
      case 'absent':
        return end
      case 'paused':
        return settlementOfPause(found)
      case 'unknowable':
        return { state: 'uncertain', error: found.detail }
      case 'unknown':
      case 'later': {
        const at = nextLook(delivery.firstTriedAt ?? clock(), clock(), random())
        return at === undefined
          ? { state: 'uncertain', error: found.detail }
          : { state: 'due', dueAt: at, error: found.detail, untried: true }
      }
    }
  }

  async function settlementOf(delivery: Delivery, outcome: Outcome): Promise<Settlement> {
    if (outcome.kind !== 'later') failuresInARow = 0
    if (outcome.kind === 'sent' || outcome.kind === 'never') refused = undefined
    switch (outcome.kind) {
      case 'sent':
        return {
          state: 'sent',
          at: clock(),
          ...(outcome.remoteId !== undefined && { remoteId: outcome.remoteId }),
        }
      case 'never':
        return { state: 'dead', error: `${outcome.because}: ${outcome.detail}` }
      case 'uncertain':
        return { state: 'uncertain', error: outcome.detail }
      case 'paused':
        return settlementOfPause(outcome)
      case 'later':
        return settlementAfterFailure(delivery, outcome)
    }
  }

  /**
   * The channel rests a little too, so that its trouble doesn't use up every delivery's tries. Where
   * the failed try may have been heard, the end of the tries is not the end: it is looked up first.
   */
  function settlementAfterFailure(
    delivery: Delivery,
    outcome: Outcome & { kind: 'later' },
  ): Settlement {
    const now = clock()
    const error = `${outcome.because}: ${outcome.detail}`
    failuresInARow += 1
    const again = nextTry(delivery, now, outcome.afterMs, random())
    restUntil =
      outcome.because === 'rate-limited'
        ? plus(now, outcome.afterMs ?? backoffMs(failuresInARow, random()))
        : plus(now, Math.min(LONGEST_REST_MS, restMs(again, now)))
    if (again.kind === 'again') return { state: 'due', dueAt: again.at, error }

    const heard = delivery.attempts > 1 || outcome.because !== 'rate-limited'
    const expires = again.because === 'would-expire'
    if (!heard) return { state: expires ? 'expired' : 'dead', error }
    const lookAt = expires ? Math.max(delivery.expiresAt, now + MINUTE) : now + MINUTE
    return { state: 'due', dueAt: lookAt as EpochMs, error }
  }

  /** At least until the same is tried again: so its station's next don't have to wait their turn one by one. */
  function restMs(again: Again, now: EpochMs): number {
    const ownMs = backoffMs(failuresInARow - 1, random())
    return again.kind === 'again' ? Math.max(ownMs, again.at - now) : ownMs
  }

  async function settlementOfPause({ because, detail }: Paused): Promise<Settlement> {
    const isTold = refused?.because === because
    if (!isTold) refused = { since: clock(), because, detail }
    await pause(refused!, isTold)
    return { state: 'due', dueAt: clock(), error: `${because}: ${detail}`, untried: true }
  }

  /** One alarm for each pause, however often it is met. */
  async function pause({ because, detail, since }: NewPause, isTold = false): Promise<void> {
    if (standing.paused) return
    const until =
      because === 'budget-used-up' ? 'until the month is over' : 'until somebody sees to it'
    if (!isTold) {
      log.error(
        { ...way, because, detail },
        `${name} is paused ${until}; nothing is lost meanwhile`,
      )
    }
    const paused = { since: since ?? clock(), because, detail }
    await change({ paused, uncheckedSince: undefined })
  }

  async function settle(delivery: Delivery, settlement: Settlement): Promise<void> {
    await store.settleDelivery(delivery.id, settlement)
    metrics.settled(way, settlement.state)
    const fields = { ...way, delivery: delivery.id, post: delivery.postKey }
    switch (settlement.state) {
      case 'sent':
        if (channel.queue === undefined) await noteUsable()
        log.info({ ...fields, remoteId: settlement.remoteId }, 'a post was delivered')
        break
      case 'due':
        if (!settlement.untried) {
          log.warn({ ...fields, error: settlement.error }, 'a delivery will be tried again')
        }
        return
      case 'expired':
      case 'withdrawn':
        log.info({ ...fields, error: settlement.error }, 'a delivery was no longer worth making')
        break
      case 'dead':
      case 'uncertain':
        log.error({ ...fields, error: settlement.error }, `a delivery is ${settlement.state}`)
        break
    }
    onDelivered?.(delivery, settlement.state)
  }

  /** A channel that throws, or never answers, has failed as if the network had. */
  async function call<T>(
    use: (turn: Turn) => Promise<T>,
  ): Promise<T | (Outcome & { readonly kind: 'later' })> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), channel.longestMs)
    const signal = AbortSignal.any([loop.givingUp, late.signal])
    try {
      const answer = await Promise.race([use({ now: clock(), signal }), abortOf(signal)])
      if (answer !== 'aborted') return answer
      return { kind: 'later', because: 'unreachable', detail: 'no answer in time' }
    } catch (error) {
      log.error({ ...way, err: error }, 'a channel failed in a way of its own')
      return { kind: 'later', because: 'server-error', detail: String(error) }
    } finally {
      clearTimeout(timer)
    }
  }

  async function noteUsable(): Promise<void> {
    checkAt = plus(clock(), CHECK_EVERY_MS)
    if (standing.uncheckedSince !== undefined) await change({ uncheckedSince: undefined })
  }

  async function check(): Promise<void> {
    const checked = await call((turn) => channel.check(turn))
    if (checked.kind === 'paused') return pause(checked)
    if (checked.kind !== 'ready') {
      checkAt = plus(clock(), CHECK_AGAIN_MS)
      if (standing.uncheckedSince === undefined) await change({ uncheckedSince: clock() })
      return
    }
    await noteUsable()
    if (!isOfChannel(standing.paused)) return
    log.info(way, `${name} can be used again`)
    await change({ paused: undefined })
  }

  async function waitWhilePaused(paused: AccountPause): Promise<void> {
    changed = new AbortController()
    const now = clock()
    const signal = AbortSignal.any([loop.stopping, changed.signal])
    if (paused.because === 'staff') return wait(LONGEST_PROBE_MS, signal)
    if (paused.because === 'budget-used-up') {
      const room = await findRoomOfMoney(store, channel, now, timeZone())
      if (room.kind === 'none') {
        return wait(Math.min(LONGEST_PROBE_MS, nextMonth(now, timeZone()) - now), signal)
      }
      log.info(way, `${name} has money again`)
      return change({ paused: undefined })
    }
    await wait(Math.min(LONGEST_PROBE_MS, MINUTE * 2 ** probes), signal)
    probes += 1
    if (!signal.aborted) await check()
  }
}

/** A pause that the channel itself has asked for ends when it can be used again. */
function isOfChannel(paused: AccountPause | undefined): boolean {
  return paused !== undefined && paused.because !== 'staff' && paused.because !== 'budget-used-up'
}

const USED_UP = 'the month’s money is spent'

function expiredError(delivery: Delivery): string {
  return delivery.lastError === undefined
    ? 'too late to be news'
    : `too late to be news; last: ${delivery.lastError}`
}
