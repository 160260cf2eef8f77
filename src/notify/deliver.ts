/**
 * The outbox worker: claim, send, settle. A claim is durable before the channel is called, so a crash at
 * any point leaves a delivery that is known to have been tried; the channel then finds out whether it
 * was heard before it says anything again. Each account goes at its own pace.
 */
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Delivery, DeliveryState, Store, WayOut } from '#src/store/contract.ts'
import { MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { Channel, Outcome, PauseReason, Paused, Turn } from './channel.ts'
import { findFollowed, findPlace } from './order.ts'
import type { Overrules } from './overtaken.ts'
import { MAX_TRIES, backoffMs, nextLook, nextTry } from './retry.ts'
import type { Again } from './retry.ts'
import { abortOf, startSleeper, waitRealTime } from './sleeper.ts'

/** What is said to the log; pino's logger fits. */
export interface DeliveryLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Waits so many milliseconds of real time, or until the signal aborts; never rejects. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export interface DeliveryOptions {
  readonly store: Pick<
    Store,
    'claimDelivery' | 'settleDelivery' | 'nextDeliveryAt' | 'post' | 'posts' | 'deliveries'
  >
  readonly channels: readonly Channel[]
  readonly clock: Clock
  readonly log: DeliveryLog
  /** Which rules' news leaves nothing to say for which; as the town's rules have it. */
  readonly overrules?: Overrules
  /** How long a claim holds; longer than any channel's `longestMs`. */
  readonly leaseMs: number
  /** 0…1, for jitter. */
  readonly random?: () => number
  readonly metrics?: Registry
  /** Told after each delivery that came to an end. */
  readonly onDelivered?: (delivery: Delivery, state: DeliveryState) => void
  /** How often the outbox is looked at when nobody calls `poke`. Default 30 s. */
  readonly pollMs?: number
  /** How long a call under way may go on when the worker is closed. Default 5 s. */
  readonly graceMs?: number
  /** How many milliseconds of the clock pass in one of real time: 1, or more in a demo. */
  readonly speed?: number
  readonly wait?: Wait
}

/** How an account is doing, for the operator's metrics. */
export interface ChannelReport {
  readonly channel: string
  readonly account: string
  readonly paused?: { readonly since: EpochMs; readonly because: PauseReason }
  /** Deliveries settled since the start, by how; `due` counts tries that will be made again. */
  readonly settled: Readonly<Record<Settlement['state'], number>>
}

export interface Deliveries extends AsyncDisposable {
  /** Says that there may be something new in the outbox. */
  poke(): void
  report(): readonly ChannelReport[]
}

/** Starts a worker for each account. Closing it lets calls under way finish, for a while. */
export function startDeliveries(options: DeliveryOptions): Deliveries {
  for (const { name, longestMs } of options.channels) {
    if (options.leaseMs > longestMs) continue
    throw new RangeError(`leaseMs must be longer than ${longestMs}, the longest call of ${name}`)
  }
  const count = startCounting(options.metrics)
  const workers = options.channels.map((channel) => startWorker(channel, options, count))
  return {
    poke() {
      for (const worker of workers) worker.poke()
    },
    report: () => workers.map((worker) => worker.report()),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()))
    },
  }
}

interface Count {
  settled(way: WayOut, state: string): void
  paused(way: WayOut, paused: boolean): void
}

function startCounting(metrics: Registry | undefined): Count {
  if (!metrics) return { settled() {}, paused() {} }
  const registers = [metrics]
  const settled = new Counter({
    name: 'kvitter_deliveries_total',
    help: 'Deliveries settled, by account and state; due means that it will be tried again',
    labelNames: ['channel', 'account', 'state'],
    registers,
  })
  const paused = new Gauge({
    name: 'kvitter_channel_paused',
    help: '1 while an account is paused until a person has seen to it',
    labelNames: ['channel', 'account'],
    registers,
  })
  return {
    settled: (way, state) => settled.inc({ ...way, state }),
    paused: (way, on) => paused.set({ ...way }, on ? 1 : 0),
  }
}

/** What a settlement says, as the store takes it. */
type Settlement = Parameters<Store['settleDelivery']>[1]

/** How a delivery ends that won't be tried again. */
interface End {
  readonly state: 'dead' | 'expired' | 'withdrawn'
  readonly error: string
}

const NONE: Overrules = () => false
const LONGEST_REST_MS = MINUTE
const LONGEST_PROBE_MS = 15 * MINUTE

function startWorker(channel: Channel, options: DeliveryOptions, count: Count) {
  const { store, clock, log, leaseMs, onDelivered } = options
  const random = options.random ?? Math.random
  const speed = options.speed ?? 1
  const wait = options.wait ?? waitRealTime
  const pollMs = options.pollMs ?? 30 * SECOND
  const sleeper = startSleeper(wait)
  const stopping = new AbortController()
  const givingUp = new AbortController()
  const settled = { sent: 0, due: 0, dead: 0, expired: 0, uncertain: 0, withdrawn: 0 }
  const way: WayOut = { channel: channel.name, account: channel.account }
  const name = `${way.channel} (${way.account})`
  let paused: (Paused & { readonly since: EpochMs }) | undefined
  let restUntil: EpochMs | undefined
  let failuresInARow = 0

  const running = run()
  return {
    poke: () => sleeper.poke(),
    report: (): ChannelReport => ({
      ...way,
      ...(paused && { paused: { since: paused.since, because: paused.because } }),
      settled: { ...settled },
    }),
    async stop() {
      stopping.abort()
      sleeper.poke()
      const grace = setTimeout(() => givingUp.abort(), options.graceMs ?? 5 * SECOND)
      await running
      clearTimeout(grace)
    },
  }

  async function run(): Promise<void> {
    await check()
    let storeFailures = 0
    while (!stopping.signal.aborted) {
      try {
        if (paused) await probeUntilReady()
        else if (!(await deliverNext())) await sleepUntilDue()
        storeFailures = 0
      } catch (error) {
        storeFailures += 1
        log.error({ ...way, err: error }, 'the outbox could not be read or written')
        await wait(Math.min(MINUTE, SECOND * 2 ** Math.min(storeFailures, 6)), stopping.signal)
      }
    }
  }

  async function sleepUntilDue(): Promise<void> {
    const now = clock()
    const due = await store.nextDeliveryAt(way)
    const at = Math.max(due ?? plus(now, pollMs * speed), restUntil ?? 0)
    await sleeper.sleep(Math.min(Math.max((at - now) / speed, 50), pollMs))
  }

  /** One turn: claim, send, settle. False when there was nothing to do. */
  async function deliverNext(): Promise<boolean> {
    const now = clock()
    if (restUntil !== undefined && now < restUntil) return false
    const delivery = await store.claimDelivery(way, now, leaseMs)
    if (!delivery) return false

    const over = await findWhyOver(delivery, now)
    if (over === 'wait') return true
    await settle(delivery, over ? await conclude(delivery, over) : await say(delivery))
    return true
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
        return pause(found)
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

  function settlementOf(delivery: Delivery, outcome: Outcome): Settlement {
    if (outcome.kind !== 'later') failuresInARow = 0
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
        return pause(outcome)
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

  function pause(why: Paused): Settlement {
    if (!paused) {
      paused = { ...why, since: clock() }
      count.paused(way, true)
      log.error(
        { ...way, because: why.because, detail: why.detail },
        `${name} is paused until somebody sees to it; nothing is lost meanwhile`,
      )
    }
    const error = `${why.because}: ${why.detail}`
    return { state: 'due', dueAt: clock(), error, untried: true }
  }

  async function settle(delivery: Delivery, settlement: Settlement): Promise<void> {
    await store.settleDelivery(delivery.id, settlement)
    settled[settlement.state] += 1
    count.settled(way, settlement.state)
    const fields = { ...way, delivery: delivery.id, post: delivery.postKey }
    switch (settlement.state) {
      case 'sent':
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
    const signal = AbortSignal.any([givingUp.signal, late.signal])
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

  async function check(): Promise<'ready' | 'not-ready'> {
    const checked = await call((turn) => channel.check(turn))
    if (checked.kind === 'paused') pause(checked)
    if (checked.kind !== 'ready') return 'not-ready'
    if (paused) log.info(way, `${name} can be used again`)
    paused = undefined
    count.paused(way, false)
    return 'ready'
  }

  async function probeUntilReady(): Promise<void> {
    for (let n = 0; paused && !stopping.signal.aborted; n += 1) {
      await wait(Math.min(LONGEST_PROBE_MS, MINUTE * 2 ** n), stopping.signal)
      if (!stopping.signal.aborted) await check()
    }
  }
}

function expiredError(delivery: Delivery): string {
  return delivery.lastError === undefined
    ? 'too late to be news'
    : `too late to be news; last: ${delivery.lastError}`
}
