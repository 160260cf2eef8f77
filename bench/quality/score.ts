/** How near a judgement of readings comes to the reference. */

const HOUR_MS = 3_600_000
const POST_PERCENT = 80
const CLEAR_PERCENT = 70
const HOLD_MS = 3 * HOUR_MS
/** The reference's grid is 2 points and its noise as much: 77 may be 80. */
const NEAR_PERCENT = 4

/** True positives, false ones, and misses. */
export interface Matched {
  readonly tp: number
  readonly fp: number
  readonly fn: number
}

/**
 * Pairs each true instant with at most one found one within the tolerance, in order of time. `large`
 * tells of each found one whether it fell by 20 points, as the true ones did: a smaller one may be a
 * true one seen smaller, and when it isn't, it isn't held against the detector.
 */
export function score(
  truth: readonly number[],
  found: readonly number[],
  toleranceMs: number,
  large: readonly boolean[] = found.map(() => true),
): Matched {
  const left = found.map((at, i) => ({ at, large: large[i]! })).sort((a, b) => a.at - b.at)
  let tp = 0
  let fp = 0
  let j = 0
  for (const at of truth) {
    for (; j < left.length && left[j]!.at < at - toleranceMs; j++) if (left[j]!.large) fp++
    if (j < left.length && left[j]!.at <= at + toleranceMs) {
      tp++
      j++
    }
  }
  for (; j < left.length; j++) if (left[j]!.large) fp++
  return { tp, fp, fn: truth.length - tp }
}

/** Mean absolute error's sum and count, over readings where both have a level. */
export function mae(levels: Float64Array, reference: Float64Array): { sum: number; n: number } {
  let sum = 0
  let n = 0
  for (let i = 0; i < levels.length; i++) {
    const off = Math.abs(levels[i]! - reference[i]!)
    if (Number.isNaN(off)) continue
    sum += off
    n++
  }
  return { sum, n }
}

/** The naive rule: a fall of 25 points or more, to 25 or less. */
export function rawDrops(atMs: Float64Array, levels: Float64Array): readonly number[] {
  const found: number[] = []
  let last = Number.NaN
  for (let i = 0; i < levels.length; i++) {
    const y = levels[i]!
    if (Number.isNaN(y)) continue
    if (last - y >= 25 && y <= 25) found.push(atMs[i]!)
    last = y
  }
  return found
}

export function median3(levels: Float64Array): Float64Array {
  const smooth = new Float64Array(levels.length).fill(Number.NaN)
  let window: number[] = []
  for (let i = 0; i < levels.length; i++) {
    if (Number.isNaN(levels[i]!)) continue
    window = [...window, levels[i]!].slice(-3)
    smooth[i] = [...window].sort((a, b) => a - b)[window.length >> 1]!
  }
  return smooth
}

/**
 * Posts at 80 %, held for 3 h, cleared under 70 %, against the reference. Wrong is a post while the
 * reference is lower, flap one more for a container that the reference never saw cleared in between.
 */
export function wrongPosts(
  atMs: Float64Array,
  levels: Float64Array,
  reference: Float64Array,
): { posts: number; episodes: number; wrong: number; flap: number } {
  let posts = 0
  let episodes = 0
  let wrong = 0
  let flap = 0
  let since = Number.NaN
  let posted = false
  let trulyFull = false
  let clearedSincePost = true
  for (let i = 0; i < levels.length; i++) {
    const truth = reference[i]!
    const level = levels[i]!
    if (Number.isNaN(truth) || Number.isNaN(level)) continue
    if (!trulyFull && truth >= POST_PERCENT) {
      trulyFull = true
      episodes++
    }
    if (truth < CLEAR_PERCENT + NEAR_PERCENT) clearedSincePost = true
    if (truth < CLEAR_PERCENT) trulyFull = false
    if (level < CLEAR_PERCENT) posted = false
    if (level < POST_PERCENT) {
      since = Number.NaN
      continue
    }
    if (Number.isNaN(since)) since = atMs[i]!
    if (posted || atMs[i]! - since < HOLD_MS) continue
    posted = true
    posts++
    if (truth < POST_PERCENT - NEAR_PERCENT) wrong++
    else if (!clearedSincePost) flap++
    clearedSincePost = false
  }
  return { posts, episodes, wrong, flap }
}
