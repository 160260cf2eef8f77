/**
 * Works off a queue: several pieces at once, each claimed by lease, settled in handfuls so that a commit
 * serves many. A process that dies in between has its pieces handed out again: what a piece does must
 * bear repeating.
 */
import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'
import { SECOND, plus } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import type { SettledWork, Work, WorkOutcome, WorkQueue } from '#src/store/work-queue.ts'
import type { DeliveryLog, Wait } from './deliver.ts'
import { backoffMs } from './retry.ts'
import { abortOf, waitRealTime } from './sleeper.ts'
import { openLoop } from './worker-loop.ts'

export interface WorkRunnerOptions {
  readonly queue: string
  readonly store: Pick<WorkQueue, 'claimWork' | 'settleWork' | 'nextWorkAt'>
  readonly clock: Clock
  readonly log: Pick<DeliveryLog, 'warn' | 'error'>
  /** How many pieces are under way at most. */
  readonly concurrency: number
  /** How long a claim holds. A piece that takes longer is aborted, and tried again. */
  readonly leaseMs: number
  /**
   * Does a piece. One that throws is tried again, later and later. `signal` aborts when its time is up or
   * the process is going down; from then on nobody waits for it.
   */
  readonly handle: (work: Work, signal: AbortSignal) => Promise<WorkOutcome>
  /** 0…1, for jitter. */
  readonly random?: () => number
  readonly metrics?: Registry
  /** How often the queue is looked at when nobody calls `poke`. Default 30 s. */
  readonly pollMs?: number
  /** How long pieces under way may go on when the runner is closed. Default 5 s. */
  readonly graceMs?: number
  /** How many milliseconds of the clock pass in one of real time. */
  readonly speed?: number
  readonly wait?: Wait
}

export interface WorkRunner extends AsyncDisposable {
  /** Says that there may be something new in the queue. */
  poke(): void
}

/** Settled together at the latest after so long: short against a send, long against a commit. */
const SETTLE_WITHIN_MS = 10
/** A piece ends this much before its lease, so that nobody else has it meanwhile. */
const LEASE_MARGIN = 0.8

export function startWorkRunner(options: WorkRunnerOptions): WorkRunner {
  const { queue, store, clock, log, concurrency, leaseMs } = options
  const random = options.random ?? Math.random
  const speed = options.speed ?? 1
  const wait = options.wait ?? waitRealTime
  const pollMs = options.pollMs ?? 30 * SECOND
  const count = startCounting(options)
  const loop = openLoop(wait, options.graceMs)
  const underWay = new Map<number, Promise<void>>()
  let finished: SettledWork[] = []

  const running = loop.repeat(turn, (error) => {
    log.error({ queue, err: error }, 'a queue of work could not be read or written')
  })
  return {
    poke: () => loop.poke(),
    async [Symbol.asyncDispose]() {
      await loop.stop(running.then(() => Promise.all(underWay.values())))
      await settleFinished().catch((error: unknown) => {
        log.error(
          { queue, err: error },
          'work that was done could not be noted; it will be repeated',
        )
      })
    },
  }

  async function turn(): Promise<void> {
    await settleFinished()
    if (!(await claimMore())) await rest()
  }

  async function settleFinished(): Promise<void> {
    if (finished.length === 0) return
    const settled = finished
    finished = []
    try {
      await store.settleWork(settled, clock())
    } catch (error) {
      finished = [...settled, ...finished]
      throw error
    }
    for (const { outcome } of settled) count(outcome.state)
  }

  async function claimMore(): Promise<boolean> {
    const free = concurrency - underWay.size
    if (free === 0) return false
    const { works, expired } = await store.claimWork(queue, clock(), leaseMs, free)
    if (expired > 0) {
      count('expired', expired)
      log.warn({ queue, expired }, 'pieces of work grew too old before they could be done')
    }
    for (const work of works) {
      // Its lease ran out while we still have it: what it came to is noted when it ends.
      if (underWay.has(work.id)) continue
      underWay.set(work.id, begin(work))
    }
    return works.length > 0
  }

  async function begin(work: Work): Promise<void> {
    const outcome = await outcomeOf(work)
    finished.push({ id: work.id, outcome })
    underWay.delete(work.id)
    loop.poke()
  }

  async function outcomeOf(work: Work): Promise<WorkOutcome> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), (leaseMs / speed) * LEASE_MARGIN)
    const signal = AbortSignal.any([loop.givingUp, late.signal])
    try {
      const outcome = await Promise.race([options.handle(work, signal), abortOf(signal)])
      return outcome === 'aborted' ? again(work, 'no end in time') : outcome
    } catch (error) {
      log.error({ queue, work: work.id, err: error }, 'a piece of work failed in a way of its own')
      return again(work, error instanceof Error ? error.message : String(error))
    } finally {
      clearTimeout(timer)
    }
  }

  /** Full jitter, as the outbox has it. */
  function again(work: Work, error: string): WorkOutcome {
    return { state: 'due', dueAt: plus(clock(), backoffMs(work.attempts, random())), error }
  }

  async function rest(): Promise<void> {
    if (finished.length > 0) return
    const now = clock()
    const isFull = underWay.size === concurrency
    const next = isFull ? undefined : await store.nextWorkAt(queue)
    const ms = next === undefined ? pollMs : (next - now) / speed
    await loop.sleep(Math.min(Math.max(ms, SETTLE_WITHIN_MS), pollMs))
    if (underWay.size > 0) await wait(SETTLE_WITHIN_MS, loop.stopping)
  }
}

const NAME = 'kvitter_work_total'

/** All runners count in one metric; the first makes it. */
function startCounting({
  queue,
  metrics,
}: WorkRunnerOptions): (state: WorkOutcome['state'] | 'expired', howMany?: number) => void {
  if (!metrics) return () => undefined
  const total =
    (metrics.getSingleMetric(NAME) as Counter | undefined) ??
    new Counter({
      name: NAME,
      help: 'Pieces of work settled, by queue and state; due means that it will be tried again, expired that it grew too old',
      labelNames: ['queue', 'state'],
      registers: [metrics],
    })
  return (state, howMany = 1) => total.inc({ queue, state }, howMany)
}
