/**
 * The one writer: everything that comes in passes here, is kept, judged and worded in one transaction,
 * and only then answered. Commits follow one another without a timer: what arrives while one is under
 * way makes up the next (docs/decisions/0003).
 */
import { setTimeout } from 'node:timers/promises'
import type { ContainerStatus, Decision, Effects } from '#src/rules/decision.ts'
import type { KeptState, Engine } from '#src/rules/contract.ts'
import type { ContainerId, PostKey } from '#src/stations/ids.ts'
import type { Reading, Rejected } from '#src/stations/reading.ts'
import type { Town } from '#src/stations/station.ts'
import { readClock } from '#src/rules/kept-state.ts'
import type { Applied, EventRecord, JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import { ENGINE_VERSION } from '#src/rules/world.ts'
import { indexTown, type TownIndex } from '#src/stations/town-index.ts'
import { type Clock, type EpochMs, isoText, plus } from '#src/stations/time.ts'
import type { Emptying } from '#src/quality/contract.ts'
import type { CardFacts } from '#src/wording/cards/card-facts.ts'
import {
  type Believing,
  HINT_LIFE_MS,
  type Judged,
  REJUDGED_MS,
  startBelievers,
} from './believing.ts'
import type {
  JournalPosition,
  JournalTx,
  KeptAlarm,
  KeptCorrection,
  KeptText,
  KeptTold,
  KeptVersion,
  NewCard,
  NewDelivery,
  NewReading,
  Post,
  Store,
  Voice,
} from './contract.ts'
import type {
  Committed,
  Journal,
  JournalEntry,
  Settled,
  UplinkEntry,
  Upshot,
  WordPost,
} from './journal.ts'
import { keepText, keepTown } from './kept-text.ts'
import { toldOtherwise } from './told.ts'
import { REPEAT_WINDOW_MS, rememberRepeats } from './repeats.ts'

export interface JournalOptions {
  readonly store: Store
  readonly town: Town
  /** The town before this start, where there was one; what it no longer has is closed quietly. */
  readonly previousTown?: Town
  readonly makeEngine: (town: Town, kept: KeptState) => Engine
  /** The rule file that `makeEngine` goes by, so that the journal knows which held when. */
  readonly rules?: string
  /** Makes what judges the readings; the filter of `src/quality` unless another is given. */
  readonly makeBelievers?: typeof startBelievers
  readonly wordPost: WordPost
  /**
   * Which ways out a post takes, in the town as it stands at that commit; `before` were given what it
   * takes back. May be asked before the journal is open.
   */
  readonly deliveriesFor: (
    post: Post,
    town: TownIndex,
    before: readonly Voice[],
  ) => readonly NewDelivery[]
  /** What a post's picture shows, in the town as it stands at that commit; without it no post has one. */
  readonly cardOf?: (
    post: Post,
    town: TownIndex,
    statusOf: (container: ContainerId) => ContainerStatus,
  ) => CardFacts | undefined
  readonly clock: Clock
  /** Told of faults of ours: a commit that failed, a listener or the engine that threw. */
  readonly onFault: (what: string, error: unknown) => void
  /** Entries in one commit at most. */
  readonly batchLimit?: number
  /** The wait after a first failed commit; it doubles with each further one, up to two seconds. */
  readonly retryFirstMs?: number
}

export interface OpenJournal extends Journal {
  /** Goes on with another town or other rules, without losing what waits. */
  reload(change: {
    readonly town: Town
    readonly makeEngine: JournalOptions['makeEngine']
    readonly rules?: string
  }): Promise<void>
}

interface Waiting {
  readonly entry: JournalEntry
  readonly settled: (outcome: Settled, upshot?: Upshot) => void
  /** Called instead of `settled` when the journal closes before the entry could be kept. */
  readonly lost?: () => void
  /** With a `town` entry: the town that holds from here on. */
  readonly town?: Town
  readonly townText?: KeptText
  /** Set when judging it threw: it is kept without being judged. */
  unjudged?: true
}

/** What one commit made of its entries. */
interface Outcome {
  readonly settled: readonly Settled[]
  /** By the entry's index in the batch: what was told to the rules, uplinks aside. */
  readonly upshots: ReadonlyMap<number, Omit<Upshot, 'committed'>>
  /** Where the journal then stands. */
  readonly seq: number
  readonly at: EpochMs
  readonly town: TownIndex
  readonly townText: KeptText | undefined
  /** What the engine did is kept. */
  readonly isTaken: boolean
  /** Absent when nothing but repeats and rejections came. */
  readonly committed?: Committed
}

/** The rules engine threw; the store is not to blame, and the next try need not wait. */
class JudgingFault extends Error {
  /** The entry it threw on; absent when it threw between entries. */
  readonly culprit: Waiting | undefined
  constructor(culprit: Waiting | undefined, cause: unknown) {
    super('the rules engine threw', { cause })
    this.culprit = culprit
  }
}

const DEFAULT_BATCH = 2000
const DEFAULT_RETRY_MS = 50
const RETRY_LONGEST_MS = 2000
/** After so many faults of the engine in a row the whole batch is kept unjudged: readings outlive rules. */
const PATIENCE = 8

export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { store, clock, onFault } = options
  const batchLimit = options.batchLimit ?? DEFAULT_BATCH
  const retryFirstMs = options.retryFirstMs ?? DEFAULT_RETRY_MS
  let makeEngine = options.makeEngine
  let rules: KeptText | undefined
  let town: TownIndex
  let townText: KeptText | undefined
  let position: Pick<JournalPosition, 'seq' | 'at'>
  /** After which record the engine was made. */
  let madeAfter: number
  /** How far its timers had fired then. */
  let firedUntil: EpochMs
  let engine: Engine
  /** That the engine was made anew, until a commit has kept what it then did. */
  let made: KeptVersion | undefined
  let believing: Believing
  let queue: Waiting[] = []
  let inFlight = 0
  /** Those who asked for what is due to be fired, and wait for it. */
  let ticks: (() => void)[] = []
  /** Work on the engine itself, done between two commits. */
  const interludes: (() => Promise<void>)[] = []
  let running = false
  let idle: (() => void)[] = []
  const closing = new AbortController()
  let failingSince: EpochMs | undefined
  let revision = 0
  const repeats = rememberRepeats()
  /** The uplinks that the commit under way made `repeats` remember. */
  let remembered: UplinkEntry[] = []
  const listeners = new Set<(committed: Committed) => void>()

  /** Makes the engine anew from what the store holds, or throws and leaves all as it was. */
  const rebuild = async (make: JournalOptions['makeEngine'], from: Town): Promise<void> => {
    const { seq, at, containers, state } = await store.journalPosition()
    engine = make(from, { containers, state })
    position = { seq, at }
    // What came while nothing was kept of an engine left no trace: this one begins with the journal.
    madeAfter = state.size === 0 ? 0 : seq
    firedUntil = readClock(state)?.at ?? at
  }

  /** The engine has been made anew: the next commit notes of what. */
  const noteMaking = (): void => {
    if (!rules || !townText) return
    made = {
      kind: 'made',
      seq: madeAfter,
      at: firedUntil,
      rules,
      town: townText,
      engine: ENGINE_VERSION,
      tzdata: process.versions['tz'] ?? 'unknown',
    }
  }

  /** What is believed of the sensors, made anew from what the store holds. */
  const rebelieve = async (): Promise<void> => {
    const { at } = await store.journalPosition()
    const made = (options.makeBelievers ?? startBelievers)(await store.beliefs())
    for (const told of await store.emptyings({ since: plus(at, -HINT_LIFE_MS) })) {
      if (told.type === 'emptied') made.hear(told.containerId, told.emptiedAt, told.by)
    }
    for (const { seq, reading } of await store.readingsToJudge(plus(at, -REJUDGED_MS))) {
      const { containerId } = reading
      if (containerId === undefined) continue
      made.judge(reading, containerId, seq, town, { plans: engine.plans(containerId) })
    }
    believing = made
  }

  const keep = (batch: readonly Waiting[], fire: boolean): Promise<Outcome> =>
    store.journal(async (tx) => {
      const { fresh, firstReading } = place(batch)
      const kept = fresh.length === 0 ? [] : await tx.keepReadings(fresh)

      let { seq, at } = position
      let townThen = town
      let townTextThen = townText
      let touched = false
      let news = false
      const settled: Settled[] = []
      const upshots = new Map<number, Omit<Upshot, 'committed'>>()
      const rejected: Rejected[] = []
      const events: EventRecord[] = []
      const unheard = new Set<EventRecord>()
      const told: KeptTold[] = []
      const versions: KeptVersion[] = []
      const corrections: KeptCorrection[] = []
      const alarms: KeptAlarm[] = []
      const judge = (waiting: Waiting, record: JournalRecord): Applied | undefined => {
        news = true
        if (waiting.unjudged) return undefined
        touched = true
        try {
          if (waiting.town) engine.replaceTown(waiting.town)
          return engine.apply(record)
        } catch (error) {
          throw new JudgingFault(waiting, error)
        }
      }

      for (let i = 0; i < batch.length; i++) {
        const waiting = batch[i]!
        const { entry } = waiting
        if (entry.kind === 'rejected') {
          rejected.push(entry.rejected)
          settled.push('rejected')
          continue
        }
        if (entry.kind !== 'uplink') {
          const firedUntil = at
          at = Math.max(at, clock()) as EpochMs
          const record = await underWay(tx, recordOf(entry, ++seq, at, firedUntil))
          events.push(record)
          if (record.type === 'emptied') {
            believing.hear(record.containerId, record.emptiedAt, record.by)
          }
          if (waiting.town) townThen = indexTown(waiting.town)
          if (waiting.townText) {
            townTextThen = waiting.townText
            versions.push({ kind: 'town', seq, at, town: waiting.townText })
          }
          if (waiting.unjudged) unheard.add(record)
          const applied = judge(waiting, record)
          upshots.set(i, { seq, at, ...(applied && { applied }) })
          settled.push('kept')
          continue
        }
        at = Math.max(at, entry.receivedAt) as EpochMs
        const end = firstReading[i + 1]!
        let outcome: Settled = entry.readings.length === 0 ? 'kept' : 'repeat'
        for (let r = firstReading[i]!; r < end; r++) {
          const { reading } = fresh[r]!
          seq++
          if (kept[r] === 'kept') {
            outcome = 'kept'
            const { containerId } = reading
            if (containerId === undefined) {
              news = true
              continue
            }
            const judged = believing.judge(reading, containerId, seq, townThen, {
              signal: entry.signal,
              plans: engine.plans(containerId),
            })
            const { fillPercent, correction, emptied } = judged
            const { deviceId } = reading
            for (const change of judged.alarms) alarms.push({ containerId, deviceId, change })
            if (correction && fillPercent !== undefined) {
              corrections.push({ seq, cleanPercent: fillPercent, correction })
            }
            // What is long past is history: the rules must not speak of it as if it were now.
            const isPast = reading.flags.includes('replayed')
            if (isPast) news = true
            else {
              const record = readingRecord(reading, containerId, judged, townThen, seq, at)
              const believed = correction ? fillPercent : reading.fillPercent
              const otherwise = waiting.unjudged
                ? ({ seq, told: 'nothing' } as const)
                : toldOtherwise(record, reading, believed)
              if (otherwise) told.push(otherwise)
              judge(waiting, record)
            }
            if (emptied) {
              const record = emptiedRecord(emptied, containerId, seq, at)
              events.push(record)
              if (isPast || waiting.unjudged) unheard.add(record)
              if (!isPast) judge(waiting, record)
            }
          } else if (kept[r] === 'conflict') {
            if (outcome === 'repeat') outcome = 'conflict'
            rejected.push(conflicting(entry, reading))
          }
        }
        settled.push(outcome)
      }

      if (events.length > 0) await tx.keepEvents(events, unheard)
      if (told.length > 0) await tx.keepTold(told)
      if (rejected.length > 0) await tx.keepRejected(rejected)
      const states = believing.toSave(at)
      if (corrections.length > 0 || states.length > 0 || alarms.length > 0) {
        await tx.keepBeliefs({ corrections, states, alarms })
      }
      if (fire) at = Math.max(at, clock()) as EpochMs
      const isTaken = touched || fire
      const effects = isTaken ? effectsOf(fire ? at : undefined) : NO_EFFECTS
      const reached = { settled, upshots, at, town: townThen, townText: townTextThen }
      if (!news && isEmpty(effects)) return { ...reached, seq: position.seq, isTaken: false }
      // Noted with what the new engine did at its making, or not at all.
      if (made && isTaken) versions.unshift(made)
      if (versions.length > 0) await tx.keepVersions(versions)
      const committed = await keepEffects(tx, effects, townThen, { seq, at })
      return { ...reached, seq, isTaken, committed }
    })

  /**
   * Gives each entry its place: `seq` in the order in which they are judged. `firstReading[i]` is where
   * the readings of entry i begin among the fresh ones, `firstReading[i + 1]` where they end.
   */
  const place = (
    batch: readonly Waiting[],
  ): { readonly fresh: readonly NewReading[]; readonly firstReading: readonly number[] } => {
    const fresh: NewReading[] = []
    const firstReading: number[] = [0]
    let { seq } = position
    for (const { entry } of batch) {
      if (entry.kind === 'uplink') {
        if (!isRepeat(entry)) {
          const { fingerprint, counter } = entry
          for (const reading of numbered(entry.readings)) {
            seq++
            fresh.push(
              counter === undefined
                ? { seq, reading, fingerprint }
                : { seq, reading, fingerprint, counter },
            )
          }
        }
      } else if (entry.kind !== 'rejected') {
        seq++
      }
      firstReading.push(fresh.length)
    }
    return { fresh, firstReading }
  }

  /**
   * Remembers the uplink as it asks, so that two of a kind in one batch are told apart as well. One that
   * tells no repeats is remembered too: it may come again marked as a possible repeat.
   */
  const isRepeat = (entry: UplinkEntry): boolean => {
    const { deviceId, fingerprint, receivedAt } = entry
    if (entry.timed) return repeats.seen(deviceId, fingerprint, receivedAt)
    if (!entry.tellsRepeats) repeats.remember(deviceId, fingerprint, receivedAt)
    else if (repeats.seenOrRemember(deviceId, fingerprint, receivedAt)) return true
    remembered.push(entry)
    return false
  }

  const effectsOf = (dueUntil: EpochMs | undefined): Effects => {
    try {
      if (dueUntil !== undefined) engine.advance(dueUntil)
      return engine.takeEffects()
    } catch (error) {
      throw new JudgingFault(undefined, error)
    }
  }

  const keepEffects = async (
    tx: JournalTx,
    effects: Effects,
    townThen: TownIndex,
    { seq, at }: Pick<JournalPosition, 'seq' | 'at'>,
  ): Promise<Committed> => {
    const posts: Post[] = []
    const deliveries: NewDelivery[] = []
    const unsaid = new Set<PostKey>()
    for (const decided of effects.posts) {
      try {
        posts.push({ ...decided, texts: options.wordPost(decided, townThen) })
      } catch (error) {
        onFault(`a post could not be put into words and is dropped (${decided.key})`, error)
        unsaid.add(decided.key)
      }
    }
    for (const post of posts) {
      const before = await tx.voicesBefore(post)
      try {
        deliveries.push(...options.deliveriesFor(post, townThen, before))
      } catch (error) {
        onFault(`a post finds no way out and stays on our own pages (${post.key})`, error)
      }
    }
    const cards: NewCard[] = []
    for (const post of posts) {
      try {
        const facts = options.cardOf?.(post, townThen, (id) => engine.status(id, post.at))
        if (facts) cards.push({ postKey: post.key, facts })
      } catch (error) {
        onFault(`a post has no picture (${post.key})`, error)
      }
    }
    const decisions = await tx.keepEffects({
      ...effects,
      decisions: unsaid.size === 0 ? effects.decisions : effects.decisions.map(without(unsaid)),
      posts,
      deliveries,
      cards,
      seq,
      at,
    })
    return {
      seq,
      at,
      posts,
      withdrawn: effects.withdrawn,
      decisions,
      containers: effects.containers.map((c) => c.containerId),
    }
  }

  const settle = (batch: readonly Waiting[], outcome: Outcome): void => {
    failingSince = undefined
    inFlight = 0
    position = { seq: outcome.seq, at: outcome.at }
    town = outcome.town
    townText = outcome.townText
    const { committed, isTaken } = outcome
    if (committed) revision++
    if (isTaken) made = undefined
    for (let i = 0; i < batch.length; i++) {
      try {
        const upshot = outcome.upshots.get(i)
        batch[i]!.settled(
          outcome.settled[i]!,
          upshot && committed ? { ...upshot, committed } : undefined,
        )
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
    let retryMs = retryFirstMs
    let judgingFaults = 0
    while (queue.length > 0 || ticks.length > 0 || interludes.length > 0) {
      const interlude = interludes.shift()
      if (interlude) {
        await interlude()
        continue
      }
      const batch = queue.length <= batchLimit ? queue : queue.splice(0, batchLimit)
      if (batch === queue) queue = []
      const asked = ticks
      ticks = []
      inFlight = batch.length
      remembered = []
      try {
        settle(batch, await keep(batch, asked.length > 0))
        for (const fired of asked) fired()
        retryMs = retryFirstMs
        const movedUnjudged = judgingFaults > 0 && batch.some((w) => w.town && w.unjudged)
        judgingFaults = 0
        if (movedUnjudged) {
          await recover()
          noteMaking()
        }
      } catch (error) {
        queue = batch.concat(queue)
        inFlight = 0
        ticks = asked.concat(ticks)
        while (remembered.length > 0) repeats.forgetNewest(remembered.pop()!.deviceId)
        if (error instanceof JudgingFault) {
          judgingFaults++
          spare(error, batch, judgingFaults > PATIENCE)
          await recover()
        } else {
          failingSince ??= clock()
          onFault('a commit failed; what came in waits unacknowledged', error)
          await recover(retryMs)
          retryMs = Math.min(retryMs * 2, RETRY_LONGEST_MS)
        }
        if (closing.signal.aborted && failingSince !== undefined) break
      }
      await nextTurn()
    }
    running = false
    for (const interlude of interludes.splice(0)) await interlude()
    for (const { lost } of queue) lost?.()
    for (const wake of ticks.splice(0)) wake()
    for (const wake of idle.splice(0)) wake()
  }

  /** Whatever the engine does, what came in is kept. */
  const spare = (fault: JudgingFault, batch: readonly Waiting[], outOfPatience: boolean): void => {
    if (fault.culprit && !outOfPatience) {
      onFault(`an entry is kept unjudged (${fault.culprit.entry.kind})`, fault.cause)
      fault.culprit.unjudged = true
      return
    }
    onFault(`the rules engine threw; ${batch.length} entries are kept unjudged`, fault.cause)
    for (const waiting of batch) waiting.unjudged = true
    for (const fired of ticks.splice(0)) fired()
  }

  /**
   * After a failed commit the engine is ahead of the store: goes back to what is kept, at once, so that
   * nobody is shown what isn't, and holds off the next try for a while.
   */
  const recover = async (firstWaitMs?: number): Promise<void> => {
    let waitMs = firstWaitMs ?? retryFirstMs
    for (;;) {
      try {
        await rebuild(makeEngine, town.town)
        await rebelieve()
        if (firstWaitMs !== undefined) await delay(waitMs, closing.signal)
        return
      } catch (error) {
        failingSince ??= clock()
        onFault("the store can't be read back", error)
        await delay(waitMs, closing.signal)
        if (closing.signal.aborted) return
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

  const take = (waiting: Waiting): void => {
    if (closing.signal.aborted) throw new Error('the journal is closed')
    queue.push(waiting)
    wake()
  }

  const appendAndWait = (
    entry: JournalEntry,
    next?: { readonly town: Town; readonly townText: KeptText },
  ): Promise<void> =>
    new Promise((resolve, reject) =>
      take({
        entry,
        settled: () => resolve(),
        lost: () => reject(new Error('the journal closed before this could be kept')),
        ...next,
      }),
    )

  const whenIdle = (): Promise<void> =>
    running ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()

  /** Runs work between two commits. */
  const between = (work: () => Promise<void>): Promise<void> =>
    new Promise((resolve, reject) => {
      if (closing.signal.aborted) throw new Error('the journal is closed')
      interludes.push(() => work().then(resolve, reject))
      wake()
    })

  const before = await store.journalPosition()
  const resumes = before.seq > 0
  town = indexTown((resumes && options.previousTown) || options.town)
  townText = await keepTown(town.town)
  if (options.rules !== undefined) rules = await keepText(options.rules)
  await rebuild(makeEngine, town.town)
  noteMaking()
  await rebelieve()
  for (const u of await store.recentUplinks((clock() - REPEAT_WINDOW_MS) as EpochMs)) {
    repeats.remember(u.deviceId, u.fingerprint, u.receivedAt)
  }
  if (resumes) {
    await appendAndWait({ kind: 'resumed' })
    const next = { town: options.town, townText: await keepTown(options.town) }
    await appendAndWait({ kind: 'town' }, next)
  }

  return {
    append: (entry, settled) => take({ entry, settled }),
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
    plans: (container: ContainerId) => engine.plans(container),
    standing: (subject) => engine.standing(subject, clock()),
    sensors: () => believing.health(clock(), town),
    onCommitted(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async tick() {
      const due = engine.nextDue()
      if (closing.signal.aborted || due === undefined || due > clock()) return
      await new Promise<void>((resolve) => {
        ticks.push(resolve)
        wake()
      })
    },
    async reload(change) {
      const packing = Promise.all([
        keepTown(change.town),
        change.rules === undefined ? undefined : keepText(change.rules),
      ])
      await between(async () => {
        const [, nextRules] = await packing
        await rebuild(change.makeEngine, town.town)
        makeEngine = change.makeEngine
        rules = nextRules
        noteMaking()
      })
      const [townText] = await packing
      await appendAndWait({ kind: 'town' }, { town: change.town, townText })
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await whenIdle()
      listeners.clear()
    },
  }
}

const NO_EFFECTS: Effects = {
  decisions: [],
  posts: [],
  withdrawn: [],
  containers: [],
  state: new Map(),
}

/** A decision's post that could not be worded was dropped; it must not point at nothing. */
function without(unsaid: ReadonlySet<PostKey>): (decision: Decision) => Decision {
  return (decision) => {
    const { postKey, ...rest } = decision
    return postKey !== undefined && unsaid.has(postKey) ? { ...rest, outcome: 'dropped' } : decision
  }
}

function isEmpty({ decisions, posts, withdrawn, containers, state }: Effects): boolean {
  const lists = [decisions, posts, withdrawn, containers]
  return lists.every(({ length }) => length === 0) && state.size === 0
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

function readingRecord(
  reading: Reading,
  containerId: ContainerId,
  { fillPercent, together }: Judged,
  town: TownIndex,
  seq: number,
  at: EpochMs,
): ReadingRecord {
  const { measuredAt, fault } = reading
  // The rules know one device to a container: what several say together is its word.
  const chief = together && town.deviceOn(containerId, measuredAt)
  const deviceId = chief ?? reading.deviceId
  const heard = { type: 'reading', seq, at, containerId, deviceId, measuredAt } as const
  if (fillPercent === undefined) return fault === undefined ? heard : { ...heard, fault }
  return fault === undefined ? { ...heard, fillPercent } : { ...heard, fillPercent, fault }
}

/** It has the place of the reading that bears it out, and follows it. */
function emptiedRecord(
  { after, before, confidence }: Emptying,
  containerId: ContainerId,
  seq: number,
  at: EpochMs,
): EventRecord {
  return {
    type: 'emptied',
    seq,
    at,
    containerId,
    emptiedAt: before,
    notBefore: after,
    by: 'sensor',
    confidence,
  }
}

function recordOf(
  entry: Exclude<JournalEntry, { kind: 'uplink' | 'rejected' }>,
  seq: number,
  at: EpochMs,
  firedUntil: EpochMs,
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
        ...(entry.actor !== undefined && { actor: entry.actor }),
      }
    case 'emptied': {
      const { kind: type, ...told } = entry
      return { type, seq, at, ...told }
    }
    case 'emptying-corrected': {
      const { kind: type, ...told } = entry
      return { type, seq, at, ...told }
    }
    case 'fact':
      return { ...entry.fact, seq, at }
    case 'town':
      return { type: 'town', seq, at }
    case 'resumed':
      return { type: 'resumed', seq, at, firedUntil }
  }
}

/** Whether a post can still be stopped is for its deliveries to say; the rules get it told. */
async function underWay(tx: JournalTx, record: EventRecord): Promise<EventRecord> {
  if (record.type !== 'post-corrected' || !(await tx.isUnderWay(record.post.key))) return record
  return { ...record, isUnderWay: true }
}

/** The same device and instant with other content: kept aside, so that neither is lost. */
function conflicting(entry: UplinkEntry, reading: Reading): Rejected {
  const head = Buffer.from(JSON.stringify(reading))
  return {
    reason: 'conflicting-repeat',
    detail: `another reading of ${isoText(reading.measuredAt)}, with other content, is already kept`,
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

/** Waits, or less when `closing` comes first. */
function delay(ms: number, closing: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal: closing }).catch(() => undefined)
}
