/**
 * The reference that the filter is measured against, made offline with the whole series at hand: pass
 * one finds each sensor's phantom levels from all of its excursions, pass two is a smoothing Viterbi
 * path (levels 0, 2 … 100, each as it is or behind an outlier) with backtracking, so that each reading
 * is judged by what came after it too. Its weights were chosen by two signs that know nothing of the
 * filter: how many emptyings fall between 19 and 05 local time, when no crew works, and whether bad
 * sensors are emptied about as often as clean ones. They were chosen while the filter's scores were in
 * sight, though, and among variants that those signs hardly tell apart; on bad sensors the score hangs on
 * the choice (docs/decisions/0010 gives it for three of them).
 *
 * Its limits: on clean sensors it is near the truth, on bad ones it is a reasoned guess of the same
 * family as the filter, wrong in about one emptying of five; hours of an emptying that an echo hid can't
 * be known. Where truth must be known, faults are injected into clean sensors instead.
 */
import type { Stream } from './streams.ts'

export interface Reference {
  /** Believed level at each reading; NaN at a fault. */
  readonly levelPercent: Float64Array
  /** What each reading was: 0 as it is, 1 outlier, 2 on a phantom, 3 fault. */
  readonly verdict: Uint8Array
  readonly emptyings: readonly ReferenceEmptying[]
  readonly phantoms: readonly number[]
  readonly phantomShare: number
  readonly outlierShare: number
  readonly grade: 'A' | 'B' | 'C'
}

export interface ReferenceEmptying {
  /** Last reading taken as it is before it, first one after it. */
  readonly afterMs: number
  readonly beforeMs: number
  readonly atMs: number
  readonly fromPercent: number
  readonly toPercent: number
}

interface Weights {
  readonly sigma: number
  readonly upPerStep: number
  readonly jump: number
  readonly downPerStep: number
  readonly reset: number
  readonly landPerStep: number
  readonly outlierIn: number
  readonly outlier: number
  readonly outlierAgain: number
  readonly onPhantom: number
}

const HOUR_MS = 3_600_000
const LEVELS = 51
const STATES = LEVELS * 2
const RESET_STEPS = 9
/** So near the reading before, an echo that lasts says the same again. */
const REPEATS_PERCENT = 4
const SLOW: Weights = {
  sigma: 2.2,
  upPerStep: 0.3,
  jump: 7,
  downPerStep: 1.1,
  reset: 6,
  landPerStep: 0.2,
  outlierIn: 3.5,
  outlier: 2.2,
  outlierAgain: 0.5,
  onPhantom: 0.15,
}
const FAST: Weights = {
  ...SLOW,
  outlierAgain: 2.2,
  upPerStep: 0.08,
  jump: 4,
  reset: 4.5,
  downPerStep: 0.9,
}

export function makeReference(stream: Stream): Reference {
  const weights = stream.kind === 'paper' ? FAST : SLOW
  const phantoms = findPhantoms(stream)
  const path = smooth(stream, weights, phantoms)
  return describe(stream, phantoms, path)
}

/** Up by 10 points, back within 6 of the base within two days: where it landed is counted. */
function findPhantoms({ atMs, rawPercent }: Stream): readonly number[] {
  const hits = new Float64Array(LEVELS)
  let excursions = 0
  let base = Number.NaN
  let startedAt = 0
  let landings: number[] = []
  for (let i = 0; i < rawPercent.length; i++) {
    const y = rawPercent[i]!
    if (Number.isNaN(y)) continue
    if (landings.length === 0) {
      if (y >= base + 10) {
        landings = [y]
        startedAt = atMs[i]!
      } else base = y
      continue
    }
    const expired = atMs[i]! - startedAt > 48 * HOUR_MS
    if (y > base + 6 && !expired) {
      landings.push(y)
      continue
    }
    excursions++
    if (!expired && y >= base - 6) {
      const middle = landings.sort((a, b) => a - b)[landings.length >> 1]!
      hits[Math.round(middle / 2)]! += 1
    }
    landings = []
    base = y
  }
  const found: number[] = []
  for (let step = 0; step < LEVELS; step++) {
    const near = (hits[step - 1] ?? 0) + hits[step]! + (hits[step + 1] ?? 0)
    const peak = hits[step]! >= (hits[step - 1] ?? 0) && hits[step]! > (hits[step + 1] ?? 0)
    if (peak && near >= 6 && near >= 0.15 * excursions) found.push(step * 2)
  }
  return found
}

interface Path {
  readonly step: Uint8Array
  readonly outlier: Uint8Array
  readonly resetHere: Uint8Array
}

const RESET_BIT = 128

function smooth(stream: Stream, w: Weights, phantoms: readonly number[]): Path {
  const n = stream.atMs.length
  const back = new Uint8Array(n * STATES)
  let cost = new Float64Array(STATES)
  let next = new Float64Array(STATES)
  const best = new Float64Array(LEVELS)
  const from = new Uint8Array(LEVELS)
  let lastAt = Number.NaN
  let lastRaw = Number.NaN
  for (let i = 0; i < n; i++) {
    const y = stream.rawPercent[i]!
    const row = i * STATES
    if (Number.isNaN(y)) {
      for (let s = 0; s < STATES; s++) back[row + s] = s
      continue
    }
    const gapHours = Number.isNaN(lastAt) ? 1 : (stream.atMs[i]! - lastAt) / HOUR_MS
    lastAt = stream.atMs[i]!
    const again = Math.abs(y - lastRaw) <= REPEATS_PERCENT
    lastRaw = y
    const lasting = again ? w.outlierAgain : w.outlier
    const first =
      w.outlierIn + (phantoms.some((p) => Math.abs(y - p) <= 3) ? 0 : w.outlier - lasting)
    const slack = Math.log(Math.max(1, gapHours / 3))
    const up = w.upPerStep / Math.max(1, gapHours / 3)
    const jump = Math.max(2, w.jump - slack)
    const reset = Math.max(2, w.reset - slack)
    for (let mode = 0; mode < 2; mode++) {
      // Cheapest way into each level, over the mode it comes from.
      for (let l = 0; l < LEVELS; l++) {
        const stay = cost[mode * LEVELS + l]!
        const other = cost[(1 - mode) * LEVELS + l]! + (mode === 1 ? first : 0)
        best[l] = Math.min(stay, other)
        from[l] = stay <= other ? mode * LEVELS + l : (1 - mode) * LEVELS + l
      }
      const intoCost = new Float64Array(best)
      const intoFrom = new Uint8Array(from)
      let climb = Infinity
      let climbFrom = 0
      let lowest = Infinity
      let lowestFrom = 0
      for (let l = 0; l < LEVELS; l++) {
        climb += up
        if (best[l]! <= climb) {
          climb = best[l]!
          climbFrom = from[l]!
        }
        if (best[l]! < lowest) {
          lowest = best[l]!
          lowestFrom = from[l]!
        }
        if (climb < intoCost[l]!) {
          intoCost[l] = climb
          intoFrom[l] = climbFrom
        }
        if (lowest + jump < intoCost[l]!) {
          intoCost[l] = lowest + jump
          intoFrom[l] = lowestFrom
        }
      }
      let sink = Infinity
      let sinkFrom = 0
      let above = Infinity
      let aboveFrom = 0
      for (let l = LEVELS - 1; l >= 0; l--) {
        sink += w.downPerStep
        if (best[l]! <= sink) {
          sink = best[l]!
          sinkFrom = from[l]!
        }
        if (sink < intoCost[l]!) {
          intoCost[l] = sink
          intoFrom[l] = sinkFrom
        }
        const source = l + RESET_STEPS
        if (source < LEVELS && best[source]! < above) {
          above = best[source]!
          aboveFrom = from[source]!
        }
        const fall = above + reset + w.landPerStep * l
        if (fall < intoCost[l]!) {
          intoCost[l] = fall
          intoFrom[l] = aboveFrom | RESET_BIT
        }
      }
      for (let l = 0; l < LEVELS; l++) {
        const s = mode * LEVELS + l
        next[s] =
          intoCost[l]! + (mode === 0 ? asItIs(y, l * 2, w) : behind(y, l * 2, lasting, w, phantoms))
        back[row + s] = intoFrom[l]!
      }
    }
    const floor = next.reduce((a, b) => Math.min(a, b))
    for (let s = 0; s < STATES; s++) next[s]! -= floor
    ;[cost, next] = [next, cost]
  }
  return trace(stream, back, cost)
}

function asItIs(y: number, level: number, w: Weights): number {
  const z = Math.abs(y - level) / w.sigma
  return z < 2 ? (z * z) / 2 : 2 * z - 2
}

function behind(
  y: number,
  level: number,
  lasting: number,
  w: Weights,
  phantoms: readonly number[],
): number {
  for (const phantom of phantoms) {
    if (Math.abs(y - phantom) <= 3 && level < phantom - 5) return w.onPhantom
  }
  // Bad echoes show too much nearly always; 1 in 100 shows too little.
  return y < level ? w.outlier + 2 : lasting
}

function trace(stream: Stream, back: Uint8Array, last: Float64Array): Path {
  const n = stream.atMs.length
  const path = {
    step: new Uint8Array(n),
    outlier: new Uint8Array(n),
    resetHere: new Uint8Array(n),
  }
  let state = last.indexOf(last.reduce((a, b) => Math.min(a, b)))
  for (let i = n - 1; i >= 0; i--) {
    path.step[i] = state % LEVELS
    path.outlier[i] = state >= LEVELS ? 1 : 0
    const origin = back[i * STATES + state]!
    path.resetHere[i] = origin & RESET_BIT ? 1 : 0
    state = origin & ~RESET_BIT
  }
  return path
}

function describe(stream: Stream, phantoms: readonly number[], path: Path): Reference {
  const n = stream.atMs.length
  const levelPercent = new Float64Array(n)
  const verdict = new Uint8Array(n)
  const emptyings: ReferenceEmptying[] = []
  let readings = 0
  let onPhantom = 0
  let outliers = 0
  let lastPlain = -1
  let pending = -1
  let fromStep = 0
  for (let i = 0; i < n; i++) {
    const y = stream.rawPercent[i]!
    if (Number.isNaN(y)) {
      levelPercent[i] = Number.NaN
      verdict[i] = 3
      continue
    }
    readings++
    levelPercent[i] = path.step[i]! * 2
    if (path.resetHere[i] && i > 0) {
      if (pending < 0) fromStep = path.step[i - 1]!
      pending = i
    }
    if (path.outlier[i]) {
      const known = phantoms.some((p) => Math.abs(y - p) <= 3 && path.step[i]! * 2 < p - 5)
      verdict[i] = known ? 2 : 1
      if (known) onPhantom++
      else outliers++
      continue
    }
    if (pending >= 0 && lastPlain >= 0) {
      const fromPercent = fromStep * 2
      const toPercent = path.step[i]! * 2
      if (fromPercent - toPercent >= 20) {
        const afterMs = stream.atMs[lastPlain]!
        const beforeMs = stream.atMs[i]!
        emptyings.push({ afterMs, beforeMs, atMs: stream.atMs[pending]!, fromPercent, toPercent })
      }
    }
    pending = -1
    lastPlain = i
  }
  const phantomShare = onPhantom / readings
  const outlierShare = outliers / readings
  const clean = phantomShare < 0.02 && outlierShare < 0.02
  const grade = clean ? 'A' : phantomShare + outlierShare < 0.15 ? 'B' : 'C'
  return { levelPercent, verdict, emptyings, phantoms, phantomShare, outlierShare, grade }
}
