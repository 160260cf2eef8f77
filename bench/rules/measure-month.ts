/** Measures a month's replay, from records in memory: the whole town, each way, and single stations. */
import { createHash } from 'node:crypto'

import { createEngine } from '#src/rules/engine.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { RuleBook } from '#src/rules/rule-book.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { cpuMs } from '../cpu-time.ts'
import { median } from '../median.ts'
import { MONTH_END, makeMonth } from './month.ts'
import { runNaively } from './naive-engine.ts'
import { readBook } from './rule-books.ts'

export interface MonthTask {
  readonly rulesPath: string
  readonly repeat: number
}

export interface MonthTold {
  readonly stations: number
  readonly records: Readonly<Record<string, number>>
  readonly decisions: number
  readonly posts: number
  /** SHA-256 of every decision, post and state, in order: a change for speed alone leaves it as it is. */
  readonly digest: string
  readonly firstStationMs: number
  readonly stationMs: { readonly median: number; readonly largest: number }
  readonly townMs: number
  readonly naiveMs: number
}

const BATCH = 100

const task = JSON.parse(process.argv[2]!) as MonthTask
process.send?.(measureMonth(task))
process.disconnect?.()

function measureMonth({ rulesPath, repeat }: MonthTask): MonthTold {
  const book = readBook(rulesPath)
  const { town, records } = makeMonth()
  const bySize = stationsBySize(town, records)
  // The first is replayed by code that is cold, as when somebody asks for one station at the prompt.
  const ofOne = bySize.map((id) => only(town, records, id))
  const largest = ofOne.at(-1)!
  const firstStationMs = timed(() => replay(book, largest.town, largest.records))
  const again = () => [...Array(repeat).keys()]
  const townMs = median(again().map(() => timed(() => replay(book, town, records))))
  const naiveMs = median(again().map(() => timed(() => runNaively(book, town, records))))
  const stationMs = {
    median: median(ofOne.map((one) => timed(() => replay(book, one.town, one.records)))),
    largest: timed(() => replay(book, largest.town, largest.records)),
  }
  const hash = createHash('sha256')
  const told = replay(book, town, records, (effects) => hash.update(effects))
  const kinds = Map.groupBy(records, ({ type }) => type)
  return {
    stations: town.stations.length,
    records: Object.fromEntries([...kinds].map(([type, some]) => [type, some.length])),
    ...told,
    digest: hash.digest('hex').slice(0, 16),
    firstStationMs,
    stationMs,
    townMs,
    naiveMs,
  }
}

function timed(work: () => unknown): number {
  const before = cpuMs()
  work()
  return cpuMs() - before
}

/** Every record, with effects taken as a commit would, and then what comes due until the month is over. */
function replay(
  book: RuleBook,
  town: Town,
  records: readonly JournalRecord[],
  tell?: (effects: string) => void,
): { readonly decisions: number; readonly posts: number } {
  const engine = createEngine({ book, town })
  let decisions = 0
  let posts = 0
  const take = () => {
    const effects = engine.takeEffects()
    decisions += effects.decisions.length
    posts += effects.posts.length
    tell?.(JSON.stringify({ ...effects, state: [...effects.state] }))
  }
  records.forEach((record, i) => {
    engine.apply(record)
    if (i % BATCH === BATCH - 1) take()
  })
  engine.advance(MONTH_END)
  take()
  return { decisions, posts }
}

/** Fewest records first. */
function stationsBySize(town: Town, records: readonly JournalRecord[]): readonly StationId[] {
  const stationOf = new Map(town.stations.flatMap((s) => s.containers.map((c) => [c.id, s.id])))
  const counts = new Map(town.stations.map((s) => [s.id, 0]))
  for (const record of records) {
    if (record.type !== 'reading') continue
    const id = stationOf.get(record.containerId)!
    counts.set(id, counts.get(id)! + 1)
  }
  return [...counts].sort((a, b) => a[1] - b[1]).map(([id]) => id)
}

/** The station alone, with what concerns it. */
function only(
  town: Town,
  records: readonly JournalRecord[],
  id: StationId,
): { readonly town: Town; readonly records: readonly JournalRecord[] } {
  const station = town.stations.find((s) => s.id === id)!
  const here = new Set<string>([id, ...station.containers.map((c) => c.id)])
  return {
    town: {
      ...town,
      stations: [station],
      mountings: town.mountings.filter(({ containerId }) => here.has(containerId)),
    },
    records: records.filter((record) => {
      if (record.type === 'truck') return here.has(record.stationId)
      return 'containerId' in record && here.has(record.containerId)
    }),
  }
}
