/**
 * The reference that the filter is measured against: the filter itself with hindsight, as forecast
 * practice has it. Pass one hears the whole series and learns all echoes, pass two searches and then
 * goes back from the end, so that each reading is judged by what came after it too.
 *
 * Its limits: on clean sensors it is near the truth; on bad ones it is a reasoned guess of the filter's
 * own family, by the hours when nobody works wrong in one emptying of five, and the hour of an emptying
 * that an echo hid can't be known. What it can tell there is how much the filter loses by not knowing
 * what comes. Where truth must be known, faults are injected into clean sensors instead.
 */
import { CREEP_PERCENT, FIRST_GAP_MS, REPEATS_PERCENT } from '#src/quality/believe.ts'
import {
  advance,
  latestStep,
  LEVELS,
  newLattice,
  PERCENT_PER_STEP,
  STATES,
} from '#src/quality/lattice.ts'
import {
  hiddenBelow,
  learn,
  natsOffEcho,
  natsPerHourOn,
  newLearner,
  phantomAt,
  surpriseOfAnother,
  surpriseOfExcursion,
  suspectAt,
} from '#src/quality/phantoms.ts'
import type { PhantomLearner } from '#src/quality/phantoms.ts'
import { FAST, SLOW } from '#src/quality/weights.ts'
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

/**
 * Pass one hears all excursions, so that pass two knows from its first reading where the echoes lie,
 * how they scatter and how often the sensor leaps.
 */
export function makeReference(stream: Stream): Reference {
  const learner = newLearner()
  for (const [i, percent] of stream.rawPercent.entries()) {
    if (!Number.isNaN(percent)) learn(learner, stream.atMs[i]!, percent)
  }
  return describe(
    stream,
    learner.phantoms.map((step) => PERCENT_PER_STEP * step),
    smooth(stream, learner),
  )
}

interface Path {
  readonly step: Uint8Array
  readonly outlier: Uint8Array
  readonly resetHere: Uint8Array
}

const RESET_BIT = 128

/** The filter's search, and from its last state back to the first. */
function smooth({ atMs, rawPercent, kind }: Stream, learner: PhantomLearner): Path {
  const n = atMs.length
  const back = new Uint8Array(n * STATES)
  const lattice = newLattice()
  const weights = kind === 'paper' ? FAST : SLOW
  let last = -1
  let runPercent = -1
  for (let i = 0; i < n; i++) {
    const percent = rawPercent[i]!
    if (Number.isNaN(percent)) {
      for (let state = 0; state < STATES; state++) back[i * STATES + state] = state
      continue
    }
    const suspect = suspectAt(learner, percent, phantomAt(learner, percent))
    const near = last >= 0 && Math.abs(percent - rawPercent[last]!) <= REPEATS_PERCENT
    const repeats = near && Math.abs(percent - runPercent) <= CREEP_PERCENT
    if (!repeats) runPercent = percent
    advance(
      lattice,
      {
        at: atMs[i]!,
        rawPercent: percent,
        gapMs: last < 0 ? FIRST_GAP_MS : atMs[i]! - atMs[last]!,
        phantomAboveStep: hiddenBelow(suspect),
        phantomOffNats: suspect < 0 ? 0 : natsOffEcho(learner, percent, suspect),
        phantomNatsPerHour: suspect < 0 ? 0 : natsPerHourOn(learner, suspect),
        repeats,
        outlierIn: surpriseOfExcursion(learner),
        outlierOn: surpriseOfAnother(learner),
        resetDiscount: 0,
      },
      weights,
    )
    last = i
    for (let state = 0; state < STATES; state++) {
      const reset = latestStep.wasReset[state] ? RESET_BIT : 0
      back[i * STATES + state] = latestStep.origin[state]! | reset
    }
  }
  const path = {
    step: new Uint8Array(n),
    outlier: new Uint8Array(n),
    resetHere: new Uint8Array(n),
  }
  let state = lattice.best
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
