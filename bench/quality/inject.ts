/** Faults put into clean sensors, where the truth is known: the test that no model of ours can flatter. */
import type { Stream } from './streams.ts'

/**
 * `as-seen`: the phantom lies where the real ones do, and an emptying changes what the sensor sees.
 * `anywhere`: it lies within the container's own reach, and comes and goes whatever happens to the waste:
 * harder than life, for when it hides an emptying nothing tells at which hour.
 */
export type Manner = 'as-seen' | 'anywhere'

export interface Injection {
  /** Share of the readings that the false echo takes while it could be seen. */
  readonly phantomShare: number
  /** Share of the readings that are single wild ones. */
  readonly spikeShare: number
  readonly manner: Manner
}

/** Mean length of a run of false echoes, in readings; of the bad sensors of the real data, and anywhere. */
const MEAN_RUN = 5
const MEAN_RUN_ANYWHERE = 6
/** Of the level that the container seldom passes, where it may lie anywhere. */
const LOWEST_SHARE = 0.45
const HIGHEST_SHARE = 0.95
/** Where the real phantoms lie: the middle eight tenths of those in the data, and now and then the lid. */
const LOWEST_PERCENT = 28
const HIGHEST_PERCENT = 66
const LID_PERCENT = 98
const LID_SHARE = 0.1

/**
 * A false echo at one level of each sensor's own, on and off in runs (two-state Markov chain).
 * An emptying changes what the sensor sees, so the chain starts anew there, unless it comes anywhere: on
 * the bad sensors of the real data a run that hides an emptying begins with it far more often than before
 * it. It can only be seen while the waste lies at least 5 points lower. A spike is one reading of a random
 * level above the true one.
 */
export function inject(
  stream: Stream,
  emptiedAtMs: readonly number[],
  injection: Injection,
  seed: number,
): Stream {
  const random = mulberry32(seed)
  const anywhere = injection.manner === 'anywhere'
  const phantomPercent = anywhere
    ? seldomPassed(stream) * (LOWEST_SHARE + (HIGHEST_SHARE - LOWEST_SHARE) * random())
    : placeAsSeen(random)
  const leave = 1 / (anywhere ? MEAN_RUN_ANYWHERE : MEAN_RUN)
  const enter = (leave * injection.phantomShare) / Math.max(0.01, 1 - injection.phantomShare)
  let on = random() < injection.phantomShare
  const emptied = new Set(anywhere ? [] : emptiedAtMs)
  const rawPercent = stream.rawPercent.map((level, i) => {
    if (emptied.has(stream.atMs[i]!)) on = random() < injection.phantomShare
    else on = on ? random() >= leave : random() < enter
    const wobble = 2 * Math.round(random() * 2 - 1)
    const spike = random() < injection.spikeShare ? random() : Number.NaN
    if (Number.isNaN(level)) return level
    if (!Number.isNaN(spike)) return level + (100 - level) * spike
    if (!on || level > phantomPercent - 5) return level
    return Math.min(100, Math.max(0, phantomPercent + wobble))
  })
  return { ...stream, rawPercent }
}

function placeAsSeen(random: () => number): number {
  const between = LOWEST_PERCENT + (HIGHEST_PERCENT - LOWEST_PERCENT) * random()
  return random() < LID_SHARE ? LID_PERCENT : between
}

/** The 95th percentile of the levels. */
function seldomPassed({ rawPercent }: Stream): number {
  const levels = rawPercent.filter((level) => !Number.isNaN(level)).sort()
  return levels[Math.floor(0.95 * levels.length)] ?? 100
}

/** A small seeded generator: the same faults at every run. */
function mulberry32(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
