/**
 * The one writer: everything that comes in passes here, is kept, judged and worded in one transaction,
 * and only then answered. Commits follow one another without a timer: what arrives while one is under
 * way makes up the next (docs/decisions/0003).
 */
import type { KeptState, Engine } from '#src/rules/contract.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Reading, Rejected } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import type { EventRecord, JournalRecord } from '#src/rules/record.ts'
import { indexTown, type TownIndex } from '#src/stations/town-index.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type {
  JournalPosition,
  JournalTx,
  NewDelivery,
  NewReading,
  Post,
  Store,
} from './contract.ts'
import type { Committed, Journal, JournalEntry, Settled, UplinkEntry, WordPost } from './journal.ts'
import { REPEAT_WINDOW_MS, rememberRepeats } from './repeats.ts'

export interface JournalOptions {
  readonly store: Store
  readonly town: Town
  /** The town before this start, where there was one; what it no longer has is closed quietly. */
  readonly previousTown?: Town
  readonly makeEngine: (town: Town, kept: KeptState) => Engine
  readonly wordPost: WordPost
  /** Which ways out a post takes. */
  readonly deliveriesFor: (post: Post) => readonly NewDelivery[]
  readonly clock: Clock
  /** Told of faults of ours: a commit that failed, a listener or the engine that threw. */
  readonly onFault: (what: string, error: unknown) => void
  /** Entries in one commit at most. */
  readonly batchLimit?: number
}

export interface OpenJournal extends Journal {
  /** Goes on with another town or other rules, without losing what waits. */
  reload(change: {
    readonly town: Town
    readonly makeEngine: JournalOptions['makeEngine']
  }): Promise<void>
}

interface Waiting {
  readonly entry: JournalEntry
  readonly settled: (outcome: Settled) => void
  /** Set when the engine threw on this entry: it is kept without being judged. */
  spareEngine?: boolean
}

/** What one commit made of its entries. */
interface Outcome {
  readonly settled: readonly Settled[]
  readonly committed: Committed | undefined
}

class EngineFault extends Error {
  readonly culprit: Waiting
  constructor(culprit: Waiting, cause: unknown) {
    super('the rules engine threw', { cause })
    this.culprit = culprit
  }
}

const DEFAULT_BATCH = 2000
const RETRY_FIRST_MS = 50
const RETRY_LONGEST_MS = 2000

export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { store, clock, onFault } = options
  const batchLimit = options.batchLimit ?? DEFAULT_BATCH
  let makeEngine = options.makeEngine
  let town: TownIndex = indexTown(options.town)
  let position: Pick<JournalPosition, 'seq' | 'at'>
  let engine: Engine
  let queue: Waiting[] = []
  let tickAsked = false
  let running = false
  let closed = false
  let failingSince: EpochMs | undefined
  let revision = 0
  let idle: (() => void)[] = []
  let inFlight = 0
  /** Work on the engine itself, done between two commits. */
  const interludes: (() => Promise<void>)[] = []
  const repeats = rememberRepeats()
  const listeners = new Set<(committed: Committed) => void>()

  /** Starts over from what the store holds. */
  const rebuild = async (from: Town): Promise<void> => {
    const kept = await store.journalPosition()
    position = { seq: kept.seq, at: kept.at }
    engine = makeEngine(from, { containers: kept.containers, state: kept.state })
    repeats.forget()
    for (const u of await store.recentUplinks((clock() - REPEAT_WINDOW_MS) as EpochMs)) {
      repeats.remember(u.deviceId, u.fingerprint, u.receivedAt)
    }
  }

  const keep = (batch: readonly Waiting[], tick: boolean): Promise<Outcome> =>
    store.journal(async (tx) => {
      let { seq, at } = position
      const settled: Settled[] = []
      const rejected: Rejected[] = []
      const events: EventRecord[] = []
      const fresh: NewReading[] = []
      const firstReading: number[] = []

      for (const { entry } of batch) {
        firstReading.push(fresh.length)
        if (entry.kind !== 'uplink') continue
        if (entry.tellsRepeats && isRepeat(entry)) continue
        for (const reading of numbered(entry.readings)) {
          fresh.push({
            seq: ++seq,
            reading,
            fingerprint: entry.fingerprint,
            ...(entry.counter === undefined ? {} : { counter: entry.counter }),
          })
        }
      }
      const kept = fresh.length === 0 ? [] : await tx.keepReadings(fresh)

      for (const [i, waiting] of batch.entries()) {
        const { entry } = waiting
        if (entry.kind === 'rejected') {
          rejected.push(entry.rejected)
          settled.push('rejected')
          continue
        }
        if (entry.kind !== 'uplink') {
          at = Math.max(at, clock()) as EpochMs
          const record = recordOf(entry, ++seq, at)
          events.push(record)
          judge(waiting, record)
          settled.push('kept')
          continue
        }
        at = Math.max(at, entry.receivedAt) as EpochMs
        const first = firstReading[i]!
        const end = firstReading[i + 1] ?? fresh.length
        let outcome: Settled = entry.readings.length === 0 ? 'kept' : 'repeat'
        for (let r = first; r < end; r++) {
          if (kept[r] === 'kept') {
            outcome = 'kept'
            const { reading, seq } = fresh[r]!
            if (reading.containerId !== undefined) judge(waiting, readingRecord(reading, seq, at))
          } else if (kept[r] === 'conflict') {
            if (outcome === 'repeat') outcome = 'conflict'
            rejected.push(conflicting(entry, fresh[r]!.reading))
          }
        }
        settled.push(outcome)
      }

      if (tick) {
        at = Math.max(at, clock()) as EpochMs
        engine.advance(at, seq)
      }
      if (events.length > 0) await tx.keepEvents(events)
      if (rejected.length > 0) await tx.keepRejected(rejected)
      const committed = await keepEffects(tx, seq, at)
      return { settled, committed }
    })

  const keepEffects = async (
    tx: JournalTx,
    seq: number,
    at: EpochMs,
  ): Promise<Committed | undefined> => {
    const effects = engine.takeEffects()
    const silent =
      seq === position.seq &&
      effects.decisions.length === 0 &&
      effects.posts.length === 0 &&
      effects.containers.length === 0 &&
      effects.state.size === 0
    if (silent) return undefined
    const posts: Post[] = effects.posts.map((post) => ({
      ...post,
      texts: options.wordPost(post, town),
    }))
    const decisions = await tx.keepEffects({
      ...effects,
      posts,
      deliveries: posts.flatMap((post) => options.deliveriesFor(post)),
      seq,
      at,
    })
    return { seq, at, posts, decisions, containers: effects.containers.map((c) => c.containerId) }
  }

  const judge = (waiting: Waiting, record: JournalRecord): void => {
    if (waiting.spareEngine) return
    try {
      engine.apply(record)
    } catch (error) {
      throw new EngineFault(waiting, error)
    }
  }

  /** Remembers the uplink as it asks, so that two of a kind in one batch are told apart as well. */
  const isRepeat = (entry: UplinkEntry): boolean => {
    if (repeats.seen(entry.deviceId, entry.fingerprint, entry.receivedAt)) return true
    repeats.remember(entry.deviceId, entry.fingerprint, entry.receivedAt)
    return false
  }

  const settle = (batch: readonly Waiting[], outcome: Outcome): void => {
    failingSince = undefined
    const { committed } = outcome
    if (committed) {
      position = { seq: committed.seq, at: committed.at }
      revision++
    }
    for (const [i, { settled }] of batch.entries()) {
      try {
        settled(outcome.settled[i]!)
      } catch (error) {
        onFault('an answer to a kept entry threw', error)
      }
    }
    if (!committed) return
    for (const listener of listeners) {
      try {
        listener(committed)
      } catch (error) {
        onFault('a listener to commits threw', error)
      }
    }
  }

  const run = async (): Promise<void> => {
    let retryMs = RETRY_FIRST_MS
    while (queue.length > 0 || tickAsked || interludes.length > 0) {
      const interlude = interludes.shift()
      if (interlude) {
        await interlude()
        continue
      }
      const batch = queue.length <= batchLimit ? queue : queue.splice(0, batchLimit)
      if (batch === queue) queue = []
      const tick = tickAsked
      tickAsked = false
      inFlight = batch.length
      try {
        settle(batch, await keep(batch, tick))
        retryMs = RETRY_FIRST_MS
      } catch (error) {
        queue = batch.concat(queue)
        tickAsked ||= tick
        failingSince ??= clock()
        onFault('a commit failed; what came in waits unacknowledged', error)
        if (error instanceof EngineFault) error.culprit.spareEngine = true
        await rebuilt(retryMs)
        retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS)
        if (closed) break
      } finally {
        inFlight = 0
      }
      await nextTurn()
    }
    running = false
    for (const wake of idle.splice(0)) wake()
  }

  /** After a failed commit the engine is ahead of the store: go back to what is kept. */
  const rebuilt = async (firstWaitMs: number): Promise<void> => {
    let waitMs = firstWaitMs
    for (;;) {
      await delay(waitMs)
      try {
        await rebuild(town.town)
        return
      } catch (error) {
        onFault('the store can not be read back', error)
        if (closed) return
        waitMs = Math.min(waitMs * 2, RETRY_LONGEST_MS)
      }
    }
  }

  const wake = (): void => {
    if (running) return
    running = true
    setImmediate(() => {
      run().catch((error: unknown) => {
        running = false
        onFault('the journal stopped', error)
      })
    })
  }

  const append: Journal['append'] = (entry, settled) => {
    if (closed) throw new Error('the journal is closed')
    queue.push({ entry, settled })
    wake()
  }

  const whenIdle = (): Promise<void> =>
    running ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()

  const appendAndWait = (entry: JournalEntry): Promise<Settled> =>
    new Promise((resolve) => append(entry, resolve))

  const moveTo = async (next: Town): Promise<void> => {
    engine.replaceTown(next)
    town = indexTown(next)
    await appendAndWait({ kind: 'town' })
  }

  await rebuild(options.previousTown ?? options.town)
  if (position!.seq > 0) {
    await appendAndWait({ kind: 'resumed' })
    await moveTo(options.town)
  }

  return {
    append,
    get waiting() {
      return queue.length + inFlight
    },
    get failingSince() {
      return failingSince
    },
    get town() {
      return town
    },
    get revision() {
      return revision
    },
    status: (container: ContainerId) => engine.status(container, clock()),
    onCommitted(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async tick() {
      const due = engine.nextDue()
      if (closed || tickAsked || due === undefined || due > clock()) return
      tickAsked = true
      wake()
      await whenIdle()
    },
    async reload(change) {
      const exchanged = Promise.withResolvers<void>()
      interludes.push(async () => {
        makeEngine = change.makeEngine
        await rebuild(town.town).then(exchanged.resolve, exchanged.reject)
      })
      wake()
      await exchanged.promise
      await moveTo(change.town)
    },
    async [Symbol.asyncDispose]() {
      if (failingSince === undefined) await whenIdle()
      closed = true
      listeners.clear()
    },
  }
}

/** Numbers readings of one instant, so that a reading told again in another message is the same one. */
function numbered(readings: readonly Reading[]): readonly Reading[] {
  if (readings.length === 1) return readings[0]!.n === 0 ? readings : [{ ...readings[0]!, n: 0 }]
  const used = new Map<EpochMs, number>()
  return readings.map((reading) => {
    const n = used.get(reading.measuredAt) ?? 0
    used.set(reading.measuredAt, n + 1)
    return reading.n === n ? reading : { ...reading, n }
  })
}

function readingRecord(reading: Reading, seq: number, at: EpochMs): JournalRecord {
  return {
    type: 'reading',
    seq,
    at,
    containerId: reading.containerId!,
    deviceId: reading.deviceId,
    measuredAt: reading.measuredAt,
    ...(reading.fillPercent === undefined ? {} : { fillPercent: reading.fillPercent }),
    ...(reading.fault === undefined ? {} : { fault: reading.fault }),
  }
}

function recordOf(
  entry: Exclude<JournalEntry, { kind: 'uplink' | 'rejected' }>,
  seq: number,
  at: EpochMs,
): EventRecord {
  switch (entry.kind) {
    case 'report':
      return {
        type: 'report',
        seq,
        at,
        containerId: entry.containerId,
        kind: entry.report,
        by: entry.by,
        reporter: entry.reporter,
      }
    case 'emptied':
      return {
        type: 'emptied',
        seq,
        at,
        containerId: entry.containerId,
        emptiedAt: entry.emptiedAt,
      }
    case 'town':
      return { type: 'town', seq, at }
    case 'resumed':
      return { type: 'resumed', seq, at }
  }
}

/** The same device and instant with other content: kept aside, so that neither is lost. */
function conflicting(entry: UplinkEntry, reading: Reading): Rejected {
  const head = Buffer.from(JSON.stringify(reading))
  return {
    reason: 'conflicting-repeat',
    detail: 'another reading of this device and instant, with other content, is already kept',
    topic: '',
    deviceId: entry.deviceId,
    receivedAt: entry.receivedAt,
    head: head.subarray(0, 1024),
    bytes: head.length,
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
