/**
 * Sends messages to one person: claim, look up where an earlier try may have been taken, send, settle. A
 * message is never said again before somebody has told that it wasn't taken.
 */
import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import { MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type {
  Message,
  MessageOutcome,
  MessageStore,
  MessageTrouble,
  MessageWay,
} from '#src/store/messages.ts'
import type { Checked, Found, Outcome, Paused, Turn } from '../channel.ts'
import type { DeliveryLog, Wait } from '../deliver.ts'
import { MAX_TRIES, backoffMs, nextLook, nextTry } from '../retry.ts'
import { abortOf, waitRealTime } from '../sleeper.ts'
import { openLoop } from '../worker-loop.ts'

/** A way out for messages. What is sealed is opened there, and stays there. */
export interface MessageLeg {
  readonly way: MessageWay
  readonly longestMs: number
  /** Counts a try before it is made; else from when on there is room again. */
  spend(message: Message, now: EpochMs): Promise<{ readonly until: EpochMs } | undefined>
  /** A try that was counted at that instant has surely cost nothing. */
  unspend(message: Message, countedAt: EpochMs): Promise<void>
  send(message: Message, turn: Turn): Promise<Outcome>
  lookUp(message: Message, turn: Turn): Promise<Found>
  check(turn: Turn): Promise<Checked>
  /** So many messages it goes as, where each is paid for. */
  parts(message: Message): number
}

export interface MessageWorkerOptions {
  readonly leg: MessageLeg
  readonly store: Pick<MessageStore, 'claimMessage' | 'nextMessageAt' | 'settleMessage'>
  readonly clock: Clock
  readonly log: DeliveryLog
  /** How long a claim holds; longer than the leg's `longestMs`. Default 2 min. */
  readonly leaseMs?: number
  readonly metrics?: Registry
  /** 0…1, for jitter. */
  readonly random?: () => number
  readonly wait?: Wait
  readonly pollMs?: number
  readonly graceMs?: number
  readonly speed?: number
}

export interface MessageWorker extends AsyncDisposable {
  poke(): void
  trouble(): MessageTrouble | undefined
}

/** A list of what was taken may lag behind. */
const LOOK_AFTER_MS = 2 * MINUTE
const LONGEST_PROBE_MS = 15 * MINUTE

export function startMessageWorker(options: MessageWorkerOptions): MessageWorker {
  const { leg, store, clock, log } = options
  const { way } = leg
  const random = options.random ?? Math.random
  const speed = options.speed ?? 1
  const wait = options.wait ?? waitRealTime
  const pollMs = options.pollMs ?? 30 * SECOND
  const leaseMs = options.leaseMs ?? 2 * MINUTE * speed
  const count = startCounting(options.metrics)
  const loop = openLoop(wait, options.graceMs)
  let isPaused = false
  /** For what a message was refused as any would be, until one is taken: a check that goes well is no proof. */
  let refused: MessageTrouble | undefined
  let probes = 0
  let restUntil: EpochMs | undefined
  let failuresInARow = 0

  const running = loop.repeat(turn, (error) => {
    log.error({ way, err: error }, 'messages could not be read or written')
  })
  return {
    poke: () => loop.poke(),
    trouble: () => (isPaused ? refused : undefined),
    [Symbol.asyncDispose]: () => loop.stop(running),
  }

  async function turn(): Promise<void> {
    if (isPaused) await probe()
    else if (!(await sendNext())) await sleepUntilDue()
  }

  async function sleepUntilDue(): Promise<void> {
    const now = clock()
    const due = await store.nextMessageAt(way)
    const at = Math.max(due ?? plus(now, pollMs * speed), restUntil ?? 0)
    await loop.sleep(Math.min(Math.max((at - now) / speed, 50), pollMs))
  }

  /** False when there was nothing to do. */
  async function sendNext(): Promise<boolean> {
    const now = clock()
    if (restUntil !== undefined && now < restUntil) return false
    const message = await store.claimMessage(way, now, leaseMs)
    if (!message) return false
    const outcome = await outcomeOf(message)
    await store.settleMessage(message.no, outcome, clock())
    count.settled(way, outcome.state)
    tell(message, outcome)
    return true
  }

  async function outcomeOf(message: Message): Promise<MessageOutcome> {
    if (message.mayBeSaid) {
      const settled = settlementOfFound(message, await call((turn) => leg.lookUp(message, turn)))
      if (settled) return settled
    }
    const now = clock()
    if (now >= message.expiresAt) return { state: 'expired', error: 'too late to be of use' }
    if (message.attempts > MAX_TRIES) return { state: 'dead', error: 'too many tries' }
    const full = await leg.spend(message, now)
    if (full) {
      const error = 'no more may be sent this month'
      return full.until >= message.expiresAt
        ? { state: 'dead', error }
        : { state: 'due', dueAt: full.until, error, untried: true }
    }
    const outcome = await call((turn) => leg.send(message, turn))
    if (wasNotTaken(outcome)) await leg.unspend(message, now)
    return settlementOf(message, outcome)
  }

  /** Undefined where it surely wasn't taken: then it is sent. */
  function settlementOfFound(message: Message, found: Found | Late): MessageOutcome | undefined {
    switch (found.kind) {
      case 'found':
        return { state: 'sent', remoteId: found.remoteId, parts: leg.parts(message) }
      case 'absent':
        return undefined
      case 'unknowable':
        return { state: 'unknown', error: found.detail }
      case 'paused':
        pause(found)
        return askLater(message, `${found.because}: ${found.detail}`)
      case 'unknown':
      case 'later':
        return askLater(message, found.detail)
    }
  }

  function askLater({ firstTriedAt }: Message, error: string): MessageOutcome {
    const lookAt = nextLook(firstTriedAt, clock(), random())
    return lookAt === undefined
      ? { state: 'unknown', error }
      : { state: 'uncertain', lookAt, error }
  }

  function settlementOf(message: Message, outcome: Outcome): MessageOutcome {
    const now = clock()
    if (outcome.kind !== 'later') failuresInARow = 0
    if (outcome.kind === 'sent' || outcome.kind === 'never') {
      refused = undefined
      probes = 0
    }
    switch (outcome.kind) {
      case 'sent':
        return { state: 'sent', remoteId: outcome.remoteId ?? '', parts: leg.parts(message) }
      case 'never':
        return { state: 'dead', error: `${outcome.because}: ${outcome.detail}` }
      case 'paused': {
        pause(outcome)
        const error = `${outcome.because}: ${outcome.detail}`
        return { state: 'due', dueAt: now, error, untried: true }
      }
      case 'uncertain':
        return { state: 'uncertain', lookAt: plus(now, LOOK_AFTER_MS), error: outcome.detail }
      case 'later':
        return settlementAfterFailure(message, outcome, now)
    }
  }

  function settlementAfterFailure(
    message: Message,
    outcome: Outcome & { kind: 'later' },
    now: EpochMs,
  ): MessageOutcome {
    const error = `${outcome.because}: ${outcome.detail}`
    failuresInARow += 1
    restUntil = plus(now, Math.min(MINUTE, outcome.afterMs ?? backoffMs(failuresInARow, random())))
    if (outcome.because !== 'rate-limited') {
      return { state: 'uncertain', lookAt: plus(now, LOOK_AFTER_MS), error }
    }
    const again = nextTry(message, now, outcome.afterMs, random())
    if (again.kind === 'again') return { state: 'due', dueAt: again.at, error }
    return { state: again.because === 'would-expire' ? 'expired' : 'dead', error }
  }

  /** A call that ends when its time is up, or the process has no more time for it. */
  async function call<T>(make: (turn: Turn) => Promise<T>): Promise<T | Late> {
    const signal = AbortSignal.any([loop.givingUp, AbortSignal.timeout(leg.longestMs)])
    const done = await Promise.race([make({ now: clock(), signal }), abortOf(signal)])
    if (done !== 'aborted') return done
    return loop.givingUp.aborted ? LATE : { ...LATE, detail: 'no answer in time' }
  }

  /** One alarm for each pause, however often it is met. */
  function pause({ because, detail }: Paused): void {
    if (isPaused) return
    isPaused = true
    count.paused(way, true)
    if (refused?.because === because) return
    refused = { way, since: clock(), because, detail }
    log.error({ way, because, detail }, 'messages wait until somebody sees to it; none is lost')
  }

  async function probe(): Promise<void> {
    while (isPaused && !loop.stopping.aborted) {
      await loop.sleep(Math.min(LONGEST_PROBE_MS, MINUTE * 2 ** probes) / speed)
      probes += 1
      if (loop.stopping.aborted) return
      const { kind } = await call((turn) => leg.check(turn))
      if (kind !== 'ready') continue
      isPaused = false
      count.paused(way, false)
      log.info({ way }, 'messages are tried again')
    }
  }

  /** Neither to whom nor what. */
  function tell({ no, purpose }: Message, outcome: MessageOutcome): void {
    const fields = { way, message: no, purpose }
    if (outcome.state === 'sent')
      log.info({ ...fields, remoteId: outcome.remoteId }, 'a message was sent')
    else if (outcome.state === 'due' || outcome.state === 'uncertain') {
      log.warn({ ...fields, error: outcome.error }, `a message is ${outcome.state}`)
    } else log.error({ ...fields, error: outcome.error }, `a message is ${outcome.state}`)
  }
}

/** Nothing else than these proves it. */
function wasNotTaken(outcome: Outcome): boolean {
  const { kind } = outcome
  return (
    kind === 'never' ||
    kind === 'paused' ||
    (kind === 'later' && outcome.because === 'rate-limited')
  )
}

interface Late {
  readonly kind: 'later'
  readonly because: 'unreachable'
  readonly detail: string
}

const LATE: Late = { kind: 'later', because: 'unreachable', detail: 'the process went down' }

interface Count {
  settled(way: MessageWay, state: string): void
  paused(way: MessageWay, on: boolean): void
}

function startCounting(metrics: Registry | undefined): Count {
  if (!metrics) return { settled() {}, paused() {} }
  const registers = [metrics]
  const settled =
    (metrics.getSingleMetric('kvitter_messages_total') as Counter | undefined) ??
    new Counter({
      name: 'kvitter_messages_total',
      help: 'Messages to one person settled, by way and state; due and uncertain are not the end',
      labelNames: ['way', 'state'],
      registers,
    })
  const paused =
    (metrics.getSingleMetric('kvitter_messages_paused') as Gauge | undefined) ??
    new Gauge({
      name: 'kvitter_messages_paused',
      help: '1 while messages of a way wait until a person has seen to it',
      labelNames: ['way'],
      registers,
    })
  return {
    settled: (way, state) => settled.inc({ way, state }),
    paused: (way, on) => paused.set({ way }, on ? 1 : 0),
  }
}
