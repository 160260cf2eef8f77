/**
 * A made town of any size under the rules engine, by the clock: each container speaks every ten minutes
 * of town time, in an order that has nothing to do with where it lies in memory, and each is given a
 * plan every day and a forecast every six hours. Effects are taken a hundred records at a time, as a commit would.
 */
import type { Engine } from '#src/rules/contract.ts'
import { acceptReading } from '#src/rules/acceptance.ts'
import { createEngine } from '#src/rules/engine.ts'
import type { JournalRecord, ReadingRecord } from '#src/rules/record.ts'
import { watchTown } from '#src/rules/town-watch.ts'
import { createStationMap } from '#src/rules/station-map.ts'
import { ACCOUNT } from '#src/rules/subject.ts'
import { createWideWatch, stateOf } from '#src/rules/watch.ts'
import type { ContainerWatch } from '#src/rules/watch.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { Mounting, Town } from '#src/stations/station.ts'
import { DAY, HOUR, MINUTE, instant } from '#src/stations/time.ts'
import { randomFrom } from '#simulator/random.ts'
import { madeTown } from '../made-town.ts'
import { bookForSize, readBook } from './rule-books.ts'

export interface DayOptions {
  readonly containers: number
  /**
   * `memory`: each container is looked up, its reading put down and its state handed over, and nothing
   * is judged: what that many containers cost in themselves. `quiet`: the engine, no container ever
   * near a line. `changing`: the engine, every tenth reading crosses a line.
   */
  readonly what: 'memory' | 'quiet' | 'changing'
  readonly rulesPath: string
}

const STATION: readonly Fraction[] = ['paper', 'plastic', 'metal', 'clear-glass', 'coloured-glass']
const EVERY_MS = 10 * MINUTE
const ROUNDS_PER_FORECAST = (6 * HOUR) / EVERY_MS
const ROUNDS_PER_PLAN = DAY / EVERY_MS
/** Midnight in Stockholm, a Tuesday. */
const MIDNIGHT = Date.parse('2026-05-04T22:00:00Z')
const BATCH = 100

/** Takes records; `commit` after each hundred. */
interface Sink {
  apply(record: JournalRecord): void
  commit(): void
}

export interface TownsDay {
  /** Lets the town live until that hour after the first midnight. Gives back how many readings came. */
  liveUntil(hour: number): number
  /** The longest that a hundred readings took since last asked, on the wall. */
  slowestBatchMs(): number
  readonly decisions: number
  readonly posts: number
}

export function createTownsDay(options: DayOptions, fromHour: number): TownsDay {
  const { containers, what } = options
  const town = madeTown(containers, STATION)
  const counts = { decisions: 0, posts: 0 }
  const sink = what === 'memory' ? touchingOnly(town) : engineFor(options, town, counts)
  const order = shuffled(town.mountings)
  const first = Math.round((fromHour * HOUR * containers) / EVERY_MS)
  let next = first
  let seq = 0
  let slowestMs = 0

  const speak = (i: number): void => {
    const { containerId, deviceId } = order[i % containers]!
    const round = Math.floor(i / containers)
    const at = instant(MIDNIGHT + Math.floor((i * EVERY_MS) / containers))
    // Ten high readings, ten low: each differs from the one before, every tenth crosses a line.
    const isHigh = what === 'changing' && (round + ((i * 7) % 20)) % 20 < 10
    const fillPercent = (isHigh ? 86 : 40) + ((i * 7) % 100) / 10
    if (i < first + containers || (round + i) % ROUNDS_PER_PLAN === 0) {
      const windows = [1, 2, 3].map((days) => ({
        from: instant(at + days * DAY),
        until: instant(at + days * DAY + 4 * HOUR),
      }))
      const source = 'town'
      sink.apply({ type: 'plan', seq: ++seq, at, containerId, source, emptyings: windows })
    }
    if ((round + i) % ROUNDS_PER_FORECAST === 0) {
      const fullWithin24h = isHigh ? 0.9 : 0.1
      sink.apply({ type: 'forecast', seq: ++seq, at, containerId, fullWithin24h, model: 'made' })
    }
    sink.apply({
      type: 'reading',
      seq: ++seq,
      at,
      measuredAt: at,
      containerId,
      deviceId,
      fillPercent,
    })
  }

  return {
    liveUntil(hour) {
      const until = Math.round((hour * HOUR * containers) / EVERY_MS)
      const from = next
      let batchBegan = performance.now()
      for (; next < until; next++) {
        speak(next)
        if (next % BATCH !== 0) continue
        sink.commit()
        const now = performance.now()
        slowestMs = Math.max(slowestMs, now - batchBegan)
        batchBegan = now
      }
      return until - from
    },
    slowestBatchMs() {
      const was = slowestMs
      slowestMs = 0
      return was
    },
    get decisions() {
      return counts.decisions
    },
    get posts() {
      return counts.posts
    },
  }
}

function engineFor(
  { containers, rulesPath }: DayOptions,
  town: Town,
  counts: { decisions: number; posts: number },
): Sink {
  const book = bookForSize(readBook(rulesPath), containers)
  const engine: Engine = createEngine({ book, town })
  return {
    apply: (record) => void engine.apply(record),
    commit() {
      const effects = engine.takeEffects()
      counts.decisions += effects.decisions.length
      counts.posts += effects.posts.length
    },
  }
}

/** The engine's own picture of the town, and no engine. */
function touchingOnly(town: Town): Sink {
  const containers = new Map<ContainerId, ContainerWatch>()
  watchTown(town, {
    containers,
    stations: new Map(),
    areas: new Map(),
    account: createWideWatch(ACCOUNT, []),
    map: createStationMap(),
  })
  const policy = { sensorSilentAfterMs: 12 * HOUR, lateAfterMs: 30 * MINUTE, maxSkewMs: 2 * MINUTE }
  let touched: ContainerWatch[] = []
  const put = (record: ReadingRecord): void => {
    const watch = containers.get(record.containerId)!
    acceptReading(watch, record, policy)
    watch.timer.dueAt = watch.liveUntil
    watch.station.fullUntil = record.at
    touched.push(watch)
  }
  return {
    apply(record) {
      if (record.type === 'reading') put(record)
    },
    commit() {
      touched.map(stateOf)
      touched = []
    },
  }
}

/** The same order at every run. */
function shuffled(mountings: readonly Mounting[]): readonly Mounting[] {
  const random = randomFrom(1, 'order')
  const order = [...mountings]
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  return order
}
