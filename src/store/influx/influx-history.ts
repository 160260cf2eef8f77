/**
 * A store whose history of readings lies in InfluxDB 1.x. Each commit is kept in SQL first, which the rules
 * and the telling of repeats look into; its readings are then written to InfluxDB, and only when that
 * has them does the commit count as done and anything get acknowledged. What a crash leaves unwritten is
 * found in SQL at the next start. Points are known by series and time, so writing one again changes
 * nothing. SQL lets go of a reading after some days, and never before InfluxDB has it
 * (docs/decisions/0011).
 */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Reading } from '#src/stations/reading.ts'
import { type Clock, DAY, type EpochMs, HOUR, MINUTE, plus, SECOND } from '#src/stations/time.ts'
import type {
  HistoryPoint,
  JournalTx,
  JudgedReading,
  Kept,
  NewReading,
  Store,
} from '../contract.ts'
import { StoreBusy } from '../store-busy.ts'
import {
  bucketQuestions,
  type BucketRow,
  lateBuckets,
  missedBuckets,
  NEWEST_HOUR,
  RAW,
  text,
} from './downsampling.ts'
import { isStale, isUnmade, type Link, type LinkOptions, openLink, wordsOf } from './link.ts'
import {
  instantOf,
  judgeAmong,
  pointOf,
  questionsFor,
  readingOf,
  type ReadingRow,
  type Unsent,
} from './reading-points.ts'

export interface InfluxOptions extends LinkOptions {
  readonly clock: Clock
  /** Between two tries of a write that failed. */
  readonly retryMs?: number
  /** Told when writing begins to fail, and when it goes again. */
  readonly onTrouble?: (trouble: string | undefined) => void
  /** Told of readings that InfluxDB will never take, and of upkeep that failed and is tried again. */
  readonly onFault?: (what: string, error: unknown) => void
}

export interface InfluxStore extends Store {
  /** Why readings can't be written now; undefined while all is well. */
  trouble(): string | undefined
  /**
   * No more waiting for an InfluxDB that is away: commits that wait for it fail, and the next start writes
   * what they left. One that answers is still waited for.
   */
  giveUp(): void
  /** Notes how far InfluxDB is brought up, and lets SQL go of what is old; done by itself every few minutes. */
  tidy(): Promise<void>
}

/** How long SQL keeps a reading, for rules and for telling repeats. */
export const WINDOW_MS = 3 * DAY

const RETRY_MS = 500
/** Questions about the history in hand at one time, beyond which a new one is refused. */
const MOST_READ_AT_ONCE = 64
const POINTS_PER_WRITE = 5000
const NOTED_EVERY_MS = 5 * SECOND
const TIDIED_EVERY_MS = 10 * MINUTE
/** Readings let go of in one transaction, and the rest that others have after it. */
const LET_GO_AT_ONCE = 500
const REST_MS = 20
/** Our clock may be set back a little between letting go and looking up. */
const CLOCK_PLAY_MS = HOUR
/** After so long without InfluxDB its continuous queries may have missed hours. */
const MISSED_AFTER_MS = HOUR

/**
 * @throws with a sentence for the operator when InfluxDB can't be set up: not there, not let in, another
 *   version. Once it is set up, it may go and come.
 */
export async function withInfluxHistory(
  store: Store,
  options: InfluxOptions,
): Promise<InfluxStore> {
  const { clock, retryMs = RETRY_MS, onFault = () => undefined } = options
  const link = openLink(options)
  await setUp(link, options)

  let trouble: { readonly words: string; readonly since: number } | undefined
  const closing = new AbortController()
  let sentSeq = await store.historyPlace()
  let notedSeq = sentSeq
  /** Statements that make hours and days anew and could not be run yet. Until they are, the place isn't noted. */
  const owed = new Set<string>()
  let mayHaveMissed = true

  const failed = (error: unknown): void => {
    if (trouble) return
    const words = `InfluxDB does not take readings: ${wordsOf(error)}`
    trouble = { words, since: Date.now() }
    options.onTrouble?.(words)
  }
  const worked = (): void => {
    if (!trouble) return
    if (Date.now() - trouble.since > MISSED_AFTER_MS) mayHaveMissed = true
    trouble = undefined
    options.onTrouble?.(undefined)
  }

  /** Resolves when InfluxDB has them, however long that takes; rejects when the store is closed first. */
  const send = async (readings: readonly Unsent[]): Promise<void> => {
    for (let i = 0; i < readings.length; i += POINTS_PER_WRITE) {
      await write(readings.slice(i, i + POINTS_PER_WRITE))
    }
    for (const { seq } of readings) if (seq > sentSeq) sentSeq = seq
    const late = lateBuckets(
      readings.map(({ reading }) => reading),
      Date.now(),
    )
    if (late.length === 0) return
    for (const statement of late) owed.add(statement)
    await payOff()
  }

  const write = async (part: readonly Unsent[]): Promise<void> => {
    const points = part.map(pointOf)
    for (let tries = 1; ; tries++) {
      try {
        const { refused } = await link.write(points)
        if (refused !== undefined) {
          onFault(`InfluxDB refuses some of ${points.length} readings`, new Error(refused))
        }
        return worked()
      } catch (error) {
        if (tries === 1 && isStale(error)) continue
        failed(error)
        if (isUnmade(error)) await link.setUp().catch(() => undefined)
        await delay(retryMs, closing.signal)
        if (closing.signal.aborted) {
          throw new Error('the store closed before InfluxDB had the readings', { cause: error })
        }
      }
    }
  }

  const payOff = async (): Promise<void> => {
    try {
      for (const statement of owed) {
        await link.ask(statement)
        owed.delete(statement)
      }
    } catch (error) {
      onFault('hours and days of late readings could not be made yet', error)
    }
  }

  const makeUpForMissed = async (): Promise<void> => {
    const [row] = await link.ask<{ readonly time: Date }>(NEWEST_HOUR)
    if (row) for (const s of missedBuckets(row.time.getTime(), Date.now())) owed.add(s)
    mayHaveMissed = false
  }

  const notePlace = async (): Promise<void> => {
    const seq = sentSeq
    if (seq === notedSeq || owed.size > 0) return
    await store.noteHistoryPlace(seq)
    notedSeq = seq
  }

  const keepPlace = async (): Promise<void> => {
    if (owed.size > 0) await payOff()
    await notePlace()
  }

  const letGo = async (): Promise<void> => {
    const before = plus(clock(), -WINDOW_MS)
    while (!closing.signal.aborted) {
      const gone = await store.letGoOfReadings(before, notedSeq, LET_GO_AT_ONCE)
      if (gone < LET_GO_AT_ONCE) return
      await delay(REST_MS, closing.signal)
    }
  }

  const tidy = async (): Promise<void> => {
    if (mayHaveMissed) await makeUpForMissed()
    await keepPlace()
    await letGo()
  }

  // What the last run kept in SQL and could not write any more.
  const left = await store.readingsSince(sentSeq)
  const catchUp = send(left).catch(() => undefined)
  const keepUp = [
    repeatedly(keepPlace, NOTED_EVERY_MS, (error) =>
      onFault('how far InfluxDB is brought up could not be noted yet', error),
    ),
    repeatedly(tidy, TIDIED_EVERY_MS, (error) =>
      onFault('older readings could not be let go of yet', error),
    ),
  ]

  let beingRead = 0
  const read = async <Row>(questions: readonly string[]): Promise<readonly (readonly Row[])[]> => {
    if (beingRead >= MOST_READ_AT_ONCE) throw new StoreBusy()
    beingRead++
    try {
      return await link.askAll<Row>(questions)
    } catch (error) {
      throw new StoreBusy(`InfluxDB does not answer: ${wordsOf(error)}`, { cause: error })
    } finally {
      beingRead--
    }
  }

  const histories: Store['histories'] = async (containers, from, to, everyMs) => {
    const points = new Map<ContainerId, HistoryPoint[]>(containers.map((id) => [id, []]))
    if (containers.length === 0 || from >= to) return points
    const questions = bucketQuestions([...points.keys()], from, to, everyMs, Date.now())
    for (const found of await read<BucketRow>(questions)) {
      for (const row of found) {
        if (row.n === 0 || row.n === null) continue
        points.get(row.container as ContainerId)!.push({
          from: row.time.getTime() as EpochMs,
          n: row.n,
          minPercent: row.low,
          meanPercent: row.total / row.n,
          maxPercent: row.high,
        })
      }
    }
    return points
  }

  return {
    ...store,
    trouble: () => trouble?.words,
    giveUp: () => closing.abort(),
    async tidy() {
      await catchUp
      await tidy()
    },
    async journal(work) {
      await catchUp
      // What was given up on is kept in SQL and would now be told a repeat.
      if (closing.signal.aborted && trouble) throw new Error(trouble.words)
      const unsent = new Map<number, Unsent>()
      const result = await store.journal((tx) =>
        work(watched(lookingBack(tx, link, plus(clock(), CLOCK_PLAY_MS - WINDOW_MS)), unsent)),
      )
      if (unsent.size > 0) await send([...unsent.values()])
      return result
    },
    async readings(container, from, to, limit) {
      const [rows] = await read<ReadingRow>([
        `SELECT * FROM "${RAW}"."reading" WHERE "container" = ${text(container)} AND time >= ${from}ms AND time < ${to}ms ORDER BY time DESC LIMIT ${limit}`,
      ])
      return rows!.map(readingOf).reverse()
    },
    async history(container, from, to, everyMs) {
      return (await histories([container], from, to, everyMs)).get(container)!
    },
    histories,
    async readingsCount() {
      const [rows] = await read<{ n: number }>([
        `SELECT count("received") AS n FROM "${RAW}"."reading"`,
      ])
      return rows![0]?.n ?? 0
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await Promise.all([catchUp, ...keepUp.map((upkeep) => upkeep.stop())])
      await notePlace().catch(() => undefined)
      await store[Symbol.asyncDispose]()
    },
  }
}

async function setUp(link: Link, { url }: LinkOptions): Promise<void> {
  try {
    await link.setUp()
  } catch (error) {
    throw new Error(
      `InfluxDB at ${url} can't be set up: ${wordsOf(error)}. Is it InfluxDB 1.x, is it running, and may the user make databases (KVITTER_INFLUX_USERNAME, KVITTER_INFLUX_PASSWORD)? An admin of it may make them beforehand: docs/INFLUXDB.md`,
      { cause: error },
    )
  }
}

/** A transaction whose newly kept readings are gathered, as they then lie in SQL. */
function watched(tx: JournalTx, unsent: Map<number, Unsent>): JournalTx {
  return {
    ...tx,
    async keepReadings(readings) {
      const answers = await tx.keepReadings(readings)
      for (const [i, answer] of answers.entries()) {
        if (answer !== 'kept') continue
        const { seq, reading } = readings[i]!
        const n = tx.renumbered(seq)
        unsent.set(seq, { seq, reading: n === undefined ? reading : { ...reading, n } })
      }
      return answers
    },
    async keepTold(all) {
      for (const { seq, ...told } of all) {
        const entry = unsent.get(seq)
        if (entry) unsent.set(seq, { ...entry, ...told })
      }
      await tx.keepTold(all)
    },
    async keepBeliefs(beliefs) {
      for (const { seq, ...correction } of beliefs.corrections) {
        const entry = unsent.get(seq)
        if (entry) unsent.set(seq, { ...entry, ...correction })
      }
      await tx.keepBeliefs(beliefs)
    },
  }
}

/**
 * A transaction that looks for readings measured before `horizon` in InfluxDB first: SQL may have let go
 * of them, and would keep a repeat for new, or not see a conflict.
 */
function lookingBack(tx: JournalTx, link: Link, horizon: EpochMs): JournalTx {
  const renumbered = new Map<number, number>()
  return {
    ...tx,
    renumbered: (seq) => tx.renumbered(seq) ?? renumbered.get(seq),
    async keepReadings(readings) {
      renumbered.clear()
      const old = readings.map((r) => r.reading).filter((r) => r.measuredAt < horizon)
      if (old.length === 0) return tx.keepReadings(readings)
      const there = await readingsAt(link, old)
      const answers: (Kept | undefined)[] = []
      const passedOn: NewReading[] = []
      for (const entry of readings) {
        const { reading } = entry
        const judged = judgeAmong(reading, there.get(instantOf(reading)) ?? [])
        if (typeof judged === 'string') {
          answers.push(judged)
          continue
        }
        if (judged.n !== reading.n) renumbered.set(entry.seq, judged.n)
        passedOn.push({ ...entry, reading: { ...reading, n: judged.n } })
        answers.push(undefined)
      }
      const kept = (await tx.keepReadings(passedOn)).values()
      return answers.map((answer) => answer ?? kept.next().value!)
    },
  }
}

/** What InfluxDB has of these devices at these instants. */
async function readingsAt(
  link: Link,
  readings: readonly Reading[],
): Promise<ReadonlyMap<string, readonly JudgedReading[]>> {
  const answers = await link.askAll<ReadingRow>(questionsFor(readings))
  return Map.groupBy(answers.flat().map(readingOf), instantOf)
}

/** Does it at intervals, never twice at a time. */
function repeatedly(
  work: () => Promise<void>,
  everyMs: number,
  onFault: (error: unknown) => void,
): { stop(): Promise<void> } {
  let underWay: Promise<void> | undefined
  const timer = setInterval(() => {
    underWay ??= work()
      .catch(onFault)
      .finally(() => (underWay = undefined))
  }, everyMs).unref()
  return {
    async stop() {
      clearInterval(timer)
      await underWay
    },
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    return undefined
  })
}
