/** The made month written through the real journal into a real database, packed and with its snapshots. */
import { readFileSync } from 'node:fs'
import { createEngine } from '#src/rules/engine.ts'
import { receive } from '#src/ingest/receive.ts'
import { DAY, type EpochMs, HOUR } from '#src/stations/time.ts'
import type { JournalEntry } from '#src/store/journal.ts'
import { openJournal } from '#src/store/open-journal.ts'
import { startCompaction } from '#src/store/sqlite/compaction.ts'
import { startSnapshots, type Snapshotted } from '#src/store/sqlite/snapshots.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { wordPost } from '#src/wording/post-text.ts'
import { comingInMonth, MONTH_END, MONTH_START, type Coming } from '../rules/month.ts'
import { readBook } from '../rules/rule-books.ts'

/** Messages in one commit at most; whatever people tell is kept at its own instant. */
const BATCH = 200

export interface Written {
  readonly stations: number
  readonly containers: number
  readonly snapshots: readonly Snapshotted[]
  readonly packedReadings: number
}

export async function writeMonth(path: string, rulesPath: string): Promise<Written> {
  const book = readBook(rulesPath)
  const { town, coming } = comingInMonth()
  let now = MONTH_START
  const clock = () => now
  const onFault = (what: unknown, error?: unknown): never => {
    throw new Error(String(what), { cause: error })
  }
  await using store = await openSqliteStore(path)
  await store.saveTown(town, now)
  await using journal = await openJournal({
    store,
    town: (await store.town())!,
    makeEngine: (from, kept) => createEngine({ book, town: from, kept }),
    rules: readFileSync(rulesPath, 'utf8'),
    wordPost,
    deliveriesFor: () => [],
    clock,
    onFault,
  })
  await using compaction = startCompaction(path, { clock, everyMs: 20 * DAY, onFault })
  await using snapshotting = startSnapshots(path, {
    clock,
    timeZone: () => town.timeZone,
    everyMs: 20 * DAY,
    onFault,
  })
  const snapshots: Snapshotted[] = []
  let packedReadings = 0
  let day = MONTH_START

  let waiting: Promise<unknown>[] = []
  const flush = async (): Promise<void> => {
    await Promise.all(waiting)
    waiting = []
    await journal.tick()
  }
  const give = (entry: JournalEntry, at: EpochMs): void => {
    now = at
    waiting.push(new Promise((resolve) => journal.append(entry, resolve)))
  }
  const endDay = async (): Promise<void> => {
    await flush()
    packedReadings += (await compaction.now()).packed
    const taken = await snapshotting.now()
    if (taken) snapshots.push(taken)
  }
  for (const one of coming) {
    while (one.at >= day + DAY) {
      await endDay()
      day = (day + DAY) as EpochMs
      console.error(`written up to ${new Date(day).toISOString().slice(0, 10)}`)
    }
    const entry = entryOf(one, journal.town)
    if (!entry) continue
    if (entry.kind !== 'uplink' || waiting.length >= BATCH || one.at - now > HOUR / 6) await flush()
    give(entry, one.at)
    if (entry.kind !== 'uplink') await flush()
  }
  await flush()
  now = (MONTH_END + 3 * HOUR) as EpochMs
  await endDay()
  const containers = town.stations.reduce((n, s) => n + s.containers.length, 0)
  return { stations: town.stations.length, containers, snapshots, packedReadings }
}

function entryOf(
  one: Coming,
  town: Parameters<typeof receive>[2]['town'],
): JournalEntry | undefined {
  if ('message' in one) {
    const { topic, payload } = one.message
    const received = receive(topic, payload, { town, receivedAt: one.at, maybeRepeat: false })
    return received.kind === 'uplink' ? received : undefined
  }
  const { record } = one
  switch (record.type) {
    case 'report': {
      const { containerId, kind, by, reporter } = record
      return { kind: 'report', containerId, report: kind, by, reporter }
    }
    case 'emptied': {
      const { containerId, emptiedAt, by } = record
      return by === 'sensor' ? undefined : { kind: 'emptied', containerId, emptiedAt, by }
    }
    default:
      return { kind: 'fact', fact: record }
  }
}
