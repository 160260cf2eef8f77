/**
 * The outbox: a worker for each account, at its own pace, and somebody who looks after them. An account
 * that hangs, lies or is paused holds up no other.
 */
import type { Registry } from 'prom-client'
import type { Delivery, DeliveryState, Store, WayOut } from '#src/store/contract.ts'
import type { AccountAlarms, AccountReport, DueTally } from '#src/store/outbox.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import { alarmsOf, isStuck } from './account-alarms.ts'
import { findAllowances, findMoney, wayOf } from './account-room.ts'
import { LONGEST_PROBE_MS, startAccountWorker } from './account-worker.ts'
import type { AccountWorker } from './account-worker.ts'
import type { Channel } from './channel.ts'
import { startDeliveryMetrics } from './delivery-metrics.ts'
import type { Overrules } from './overtaken.ts'

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
    | 'claimDelivery'
    | 'settleDelivery'
    | 'nextDeliveryAt'
    | 'post'
    | 'posts'
    | 'deliveries'
    | 'accountStanding'
    | 'keepAccountStanding'
    | 'accountTally'
    | 'lastSentAt'
    | 'dueTally'
    | 'firstInVain'
    | 'countTried'
    | 'workStanding'
    | 'spent'
    | 'endOverdue'
  >
  readonly channels: readonly Channel[]
  readonly clock: Clock
  readonly log: DeliveryLog
  /** Which rules' news leaves nothing to say for which; as the town's rules have it. */
  readonly overrules?: Overrules
  /** Where months of money begin. Default UTC. */
  readonly timeZone?: () => string
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

export interface Deliveries extends AsyncDisposable {
  /** Says that there may be something new in the outbox. */
  poke(): void
  /**
   * Goes on with these accounts. Those that went are stopped, new ones started, and those that `isSame`
   * doesn't know for what they were are opened anew.
   */
  follow(channels: readonly Channel[], isSame: (way: WayOut) => boolean): Promise<void>
  /** False where there is no such account. */
  pause(way: WayOut, by: string, why: string): Promise<boolean>
  resume(way: WayOut, by: string): Promise<boolean>
  /** What is wrong with which account, as far as is known here. */
  alarms(): readonly AccountAlarms[]
  /** Undefined where there is no such account. */
  report(way: WayOut): Promise<AccountReport | undefined>
  reports(): Promise<readonly AccountReport[]>
  /** To be called once a minute: ends what has grown too old, and raises and ends alarms. */
  lookAfter(): Promise<void>
}

/** A loop that hasn't come round for so long never will. */
const STALLED_MS = LONGEST_PROBE_MS + 5 * MINUTE

/** Starts a worker for each account. Closing it lets calls under way finish, for a while. */
export function startDeliveries(options: DeliveryOptions): Deliveries {
  const { store, clock, log } = options
  const metrics = startDeliveryMetrics(options.metrics)
  const workers = new Map<string, AccountWorker>()
  const stalledAt = new Map<string, EpochMs>()
  refuseShortLease(options.channels)
  for (const channel of options.channels) start(channel)

  return {
    poke() {
      for (const worker of workers.values()) worker.poke()
    },
    async follow(channels, isSame) {
      refuseShortLease(channels)
      const next = new Map(channels.map((channel) => [keyOf(wayOf(channel)), channel]))
      const leaving = [...workers].filter(([key, { way }]) => !next.has(key) || !isSame(way))
      await Promise.all(leaving.map(([key]) => stop(key)))
      for (const [key, { way }] of leaving) if (!next.has(key)) metrics.forget(way)
      for (const [key, channel] of next) if (!workers.has(key)) start(channel)
    },
    async pause(way, by, why) {
      const worker = workers.get(keyOf(way))
      await worker?.pause(by, why)
      return worker !== undefined
    },
    async resume(way, by) {
      const worker = workers.get(keyOf(way))
      await worker?.resume(by)
      return worker !== undefined
    },
    alarms: () =>
      [...workers.values()].map((worker) => ({ ...worker.way, alarms: alarmsNow(worker) })),
    async report(way) {
      const worker = workers.get(keyOf(way))
      return worker && report(worker)
    },
    reports: () => Promise.all([...workers.values()].map(report)),
    lookAfter,
    async [Symbol.asyncDispose]() {
      await Promise.all([...workers.keys()].map(stop))
    },
  }

  function refuseShortLease(channels: readonly Channel[]): void {
    for (const { name, longestMs } of channels) {
      if (options.leaseMs > longestMs) continue
      throw new RangeError(`leaseMs must be longer than ${longestMs}, the longest call of ${name}`)
    }
  }

  function start(channel: Channel): void {
    const worker = startAccountWorker(channel, options, metrics)
    workers.set(keyOf(worker.way), worker)
  }

  async function stop(key: string): Promise<void> {
    const worker = workers.get(key)
    if (!worker) return
    await worker.stop()
    if (workers.get(key) === worker) workers.delete(key)
    stalledAt.delete(key)
  }

  async function lookAfter(): Promise<void> {
    const now = clock()
    const all = [...workers.values()]
    // A minute later than the workers, who can ask whether it was heard.
    const ended = await store.endOverdue(
      plus(now, -MINUTE),
      all.map(({ way }) => way),
    )
    if (ended > 0) log.warn({ ended }, 'deliveries grew too old while nobody could make them')
    for (const worker of all) await lookAt(worker, now)
  }

  async function lookAt(worker: AccountWorker, now: EpochMs): Promise<void> {
    const { way } = worker
    noteStall(worker, now)
    const { stuckSince, paused } = worker.standing()
    const due = await store.dueTally(way, now)
    const { pieces, ...left } = await findWhatLeft(worker, due)
    const stuck = isStuck(now, left, left, stuckSince)
    // What is paused has its alarm, or staff's word.
    if (stuck && stuckSince === undefined && !paused) {
      log.error(
        { ...way, due: due.count, ...(pieces !== undefined && { pieces }) },
        `nothing has left ${nameOf(way)} for a day, though it should have`,
      )
      await worker.noteStuck(now)
    }
    if (!stuck && stuckSince !== undefined) {
      log.info(way, `${nameOf(way)} says something again`)
      await worker.noteStuck(undefined)
    }
    metrics.alarms(way, alarmsNow(worker))
  }

  /**
   * What should have left, be it that it waits or that it was given up, and what last did. Where posts come
   * apart into pieces these are what counts, unless there was nobody to tell.
   */
  async function findWhatLeft({ way, channel }: AccountWorker, { oldestSendAt }: DueTally) {
    const work = channel.queue === undefined ? undefined : await store.workStanding(channel.queue)
    const last = work && !work.isEmpty ? work.lastDoneAt : await store.lastSentAt(way)
    const inVain = await store.firstInVain(way, last)
    const since = [oldestSendAt, work?.oldestDueAt, inVain].filter((at) => at !== undefined)
    return {
      ...(work && { pieces: work.open }),
      ...(since.length > 0 && { oldestSendAt: Math.min(...since) as EpochMs }),
      ...(last !== undefined && { lastSentAt: last }),
    }
  }

  function noteStall(worker: AccountWorker, now: EpochMs): void {
    const { way } = worker
    const key = keyOf(way)
    const beatAt = worker.beatAt()
    const isStalled = now - beatAt >= STALLED_MS * (options.speed ?? 1)
    if (!isStalled) {
      stalledAt.delete(key)
    } else if (!stalledAt.has(key)) {
      stalledAt.set(key, beatAt)
      log.error(
        way,
        `the worker of ${nameOf(way)} doesn’t come round any more; restart the service`,
      )
    }
  }

  function alarmsNow(worker: AccountWorker) {
    const stalledSince = stalledAt.get(keyOf(worker.way))
    const shortSince = worker.shortSince()
    const signs = {
      standing: worker.standing(),
      ...(stalledSince !== undefined && { stalledSince }),
      ...(shortSince !== undefined && { shortSince }),
    }
    return alarmsOf(signs, clock())
  }

  async function report(worker: AccountWorker): Promise<AccountReport> {
    const now = clock()
    const { way, channel } = worker
    const { paused } = worker.standing()
    const [tally, due, allowances, money] = await Promise.all([
      store.accountTally(way),
      store.dueTally(way, now),
      findAllowances(store, channel, now),
      findMoney(store, channel, now, options.timeZone?.() ?? 'UTC'),
    ])
    return {
      ...way,
      ...tally,
      ...(paused && { paused }),
      alarms: alarmsNow(worker),
      due,
      allowances,
      ...(money && { money }),
    }
  }
}

function keyOf({ channel, account }: WayOut): string {
  return `${channel} ${account}`
}

function nameOf({ channel, account }: WayOut): string {
  return `${channel} (${account})`
}
