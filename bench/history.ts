/**
 * What readings cost once they are history: room on disk, charts, and packing them while others write;
 * beside it the same readings left in their table.
 *
 *   node bench/history.ts [--dir FOLDER] [--readings 5000000] [--containers 1400] [--plain 2000000]
 *     [--rounds 200] [--live]
 *
 * Each container has a reading every quarter of an hour; they are kept a day at a time and packed when
 * the day is over, or with --live hour by hour, as in service. Half the devices have a clock that counts
 * seconds, half none. "Held up" is the longest time for which nobody else could write.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Reading } from '#src/stations/reading.ts'
import { DAY, type EpochMs, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import type { NewReading, Store } from '#src/store/contract.ts'
import { startCheckpoints } from '#src/store/sqlite/checkpoints.ts'
import { startCompaction } from '#src/store/sqlite/compaction.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { madeTown } from './made-town.ts'
import { median } from './median.ts'

const { values: asked } = parseArgs({
  options: {
    dir: { type: 'string', default: tmpdir() },
    readings: { type: 'string', default: '5000000' },
    containers: { type: 'string', default: '1400' },
    plain: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '200' },
    live: { type: 'boolean', default: false },
  },
})
const CONTAINERS = Number(asked.containers)
const ROUNDS = Number(asked.rounds)
const EVERY = 15 * MINUTE
const A_DAY = CONTAINERS * (DAY / EVERY)
/** Readings in one commit. */
const BATCH = 2000

const town = madeTown(CONTAINERS, ['paper', 'plastic', 'metal', 'clear-glass'])
const start = instant(Date.parse('2025-01-01T00:00:00Z'))
const onFault = (error: unknown): void => console.error(error)

console.table([
  ...(await measure('day chunks', Number(asked.readings), true)),
  ...(await measure('plain table', Number(asked.plain), false)),
])

async function measure(what: string, wanted: number, packing: boolean) {
  const days = Math.max(9, Math.round(wanted / A_DAY))
  const folder = mkdtempSync(join(asked.dir, 'kvitter-bench-'))
  try {
    const path = join(folder, 'kvitter.sqlite')
    await using store = await openSqliteStore(path)
    await using checkpoints = startCheckpoints(path, onFault)
    await store.saveTown(town, start)
    const made = await fill(store, path, days, packing)
    await checkpoints.now()
    const readings = await store.readingsCount()
    const end = plus(start, days * DAY)
    const someone = (i: number) => town.mountings[(i * 7919) % CONTAINERS]!.containerId
    const week = (i: number) => plus(start, Math.floor((i * 31) % (days - 7)) * DAY)
    const question = async (ask: (i: number) => Promise<unknown>): Promise<string> => {
      const took: number[] = []
      for (let i = 0; i < (packing ? ROUNDS : 10); i++) {
        const before = performance.now()
        await ask(i)
        took.push((performance.now() - before) * 1000)
      }
      took.sort((a, b) => a - b)
      return `${Math.round(median(took))} / ${Math.round(took[Math.floor(took.length * 0.99)]!)}`
    }
    await store.history(someone(0), start, end, DAY)
    return [
      {
        what,
        readings,
        days,
        'bytes each': Number((statSync(path).size / readings).toFixed(2)),
        'a week by hours, µs p50/p99': await question((i) =>
          store.history(someone(i), week(i), plus(week(i), 7 * DAY), HOUR),
        ),
        'its readings': await question((i) =>
          store.readings(someone(i), week(i), plus(week(i), 7 * DAY), 1000),
        ),
        'the latest week': await question((i) =>
          store.history(someone(i), plus(end, -7 * DAY), end, HOUR),
        ),
        [`${Math.min(days, 365)} days by days`]: await question((i) =>
          store.history(someone(i), plus(end, -Math.min(days, 365) * DAY), end, DAY),
        ),
        'kept/s': made.keptPerSecond,
        'packed/s': made.packedPerSecond,
        'held up, ms': made.longestHoldMs,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function fill(store: Store, path: string, days: number, packing: boolean) {
  let now = start
  let keepingMs = 0
  let packingMs = 0
  let packed = 0
  let kept = 0
  let longestHoldMs = 0
  await using compaction = packing
    ? startCompaction(path, { clock: () => now, everyMs: 10 * DAY, onFault })
    : undefined
  const pack = async (at: EpochMs): Promise<void> => {
    now = at
    const before = performance.now()
    const compacted = await compaction?.now()
    packingMs += performance.now() - before
    packed += compacted?.packed ?? 0
    longestHoldMs = Math.max(longestHoldMs, compacted?.longestHoldMs ?? 0)
  }
  let seq = 0
  for (let day = 0; day < days; day++) {
    for (let hour = 0; hour < 24; hour++) {
      const before = performance.now()
      let batch: NewReading[] = []
      const commit = async (): Promise<void> => {
        const full = batch
        batch = []
        await store.journal((tx) => tx.keepReadings(full))
      }
      for (let tick = 0; tick < HOUR / EVERY; tick++) {
        const at = plus(start, day * DAY + hour * HOUR + tick * EVERY)
        // In the order in which they come in: their places in the journal are packed too.
        const coming = Array.from({ length: CONTAINERS }, (_, c) => readingAt(c, at))
        coming.sort((a, b) => a.receivedAt - b.receivedAt)
        for (const reading of coming) {
          const fingerprint = (++seq * 2654435761 + 97) % Number.MAX_SAFE_INTEGER
          batch.push({ seq, reading, fingerprint, counter: seq })
          if (batch.length === BATCH) await commit()
        }
      }
      if (batch.length > 0) await commit()
      keepingMs += performance.now() - before
      if (asked.live) await pack(plus(start, day * DAY + (hour + 1) * HOUR))
    }
    kept = (day + 1) * A_DAY
    await pack(plus(start, (day + 1) * DAY + 2 * HOUR))
    if (day % 20 === 19) console.error(`day ${day + 1} of ${days}, ${kept} readings`)
  }
  return {
    keptPerSecond: Math.round((kept / keepingMs) * 1000),
    packedPerSecond: packing ? Math.round((packed / packingMs) * 1000) : 0,
    longestHoldMs: Number(longestHoldMs.toFixed(1)),
  }
}

/** A container that fills for some days and is emptied, seen by a sensor that wavers. */
function readingAt(container: number, tick: EpochMs): Reading {
  const { deviceId, containerId } = town.mountings[container]!
  const noise = noiseOf(container, tick / EVERY)
  const own = plus(tick, (container % 900) * 1000)
  // Its clock drifts by a second now and then; the network takes a part of one.
  const measuredAt = plus(own, Math.floor(noise * 3) * 1000)
  const receivedAt = plus(measuredAt, 200 + Math.floor(noiseOf(tick / EVERY, container) * 1500))
  const fillDays = 3 + (container % 9)
  const filled = (((tick - start) / DAY + container / 7) % fillDays) / fillDays
  const distanceMm = Math.round(1650 - filled * 1300 + (noise - 0.5) * 16)
  const hasClock = container % 2 === 0
  const level = Math.round(((1650 - distanceMm) / 1350) * 1000) / 10
  const warmth = 8 + 6 * Math.sin(((tick % DAY) / DAY) * 2 * Math.PI) + noise
  return {
    deviceId,
    n: 0,
    containerId,
    measuredAt: hasClock ? measuredAt : receivedAt,
    receivedAt,
    fillPercent: Math.min(100, Math.max(0, level)),
    distanceMm,
    batteryPercent: 97 - Math.floor((tick - start) / (40 * DAY)),
    temperatureC: Math.round(warmth * 10) / 10,
    flags: [],
  }
}

/** 0…1, always the same for the same two numbers. */
function noiseOf(a: number, b: number): number {
  let mixed = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39)
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
}
