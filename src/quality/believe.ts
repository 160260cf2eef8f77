/** Judges one sensor's readings as they come: what is believed, what is set aside and why, and emptyings. */
import { DAY, HOUR, instant } from '#src/stations/time.ts'

import type {
  Belief,
  BelieveOptions,
  Correction,
  Emptying,
  EmptyingEvidence,
  EmptyingHint,
  Observation,
} from './contract.ts'
import { distanceOf } from './findings.ts'
import {
  advance,
  latestReset,
  LEVELS,
  newLattice,
  PERCENT_PER_STEP,
  resetMargin,
} from './lattice.ts'
import type { Lattice } from './lattice.ts'
import {
  fillsFast,
  hiddenBelow,
  hitsAround,
  learn,
  natsOffEcho,
  natsPerHourOn,
  newLearner,
  phantomAt,
  surpriseOfAnother,
  surpriseOfExcursion,
  suspectAt,
} from './phantoms.ts'
import type { PhantomLearner } from './phantoms.ts'
import { FAST, SLOW } from './weights.ts'

/**
 * All that is known of one sensor on one container. Owned by one caller and changed in place by
 * `believe`, since a copy of it for each reading would cost more than the judging; `pack` makes what is
 * kept. Nothing else holds on to it.
 */
export interface BeliefState {
  readonly lattice: Lattice
  readonly learner: PhantomLearner
  /** Readings with a level so far. */
  readings: number
  lastAt: number
  /** The last believed level, and whether it was within the dead zone. */
  cleanPercent: number
  nearFull: boolean
  /** Readings set aside in a row. */
  inARow: number
  /** Faded shares of readings on phantoms, and set aside otherwise. */
  phantomShare: number
  outlierShare: number
  /** Since when the outlier share has been too high; 0 while it isn't. */
  noisySince: number
  /** The emptying told last. */
  emptiedBefore: number
  /** Lengths of the latest cycles, a ring. */
  readonly cycleMs: Float64Array
  cycles: number
  /** When it was last picked up or tilted; 0 for never. */
  pickedUpAt: number
  tiltedAt: number
  /** The latest raw level, and since when it has been the very same. */
  rawPercent: number
  /** Where the run of like readings began. */
  runPercent: number
  flatSince: number
  /** Faded sums from which the usual rise comes. */
  risenPercent: number
  risenMs: number
}

export const CYCLES_KEPT = 9

export function startBelieving(): BeliefState {
  return {
    lattice: newLattice(),
    learner: newLearner(),
    readings: 0,
    lastAt: 0,
    cleanPercent: 0,
    nearFull: false,
    inARow: 0,
    phantomShare: 0,
    outlierShare: 0,
    noisySince: 0,
    emptiedBefore: 0,
    cycleMs: new Float64Array(CYCLES_KEPT),
    cycles: 0,
    pickedUpAt: 0,
    tiltedAt: 0,
    rawPercent: -1,
    runPercent: -1,
    flatSince: 0,
    risenPercent: 0,
    risenMs: 0,
  }
}

/** Under this median cycle a container is a fast one. */
const FAST_CYCLE_MS = 4 * DAY
const FEWEST_CYCLES = 3
export const FIRST_GAP_MS = 3 * HOUR
/** So near the reading before, an echo that lasts says the same again. */
export const REPEATS_PERCENT = 4
/** Waste that rises by little each time isn't an echo that lasts. */
export const CREEP_PERCENT = 8
/** What somebody else's word for an emptying is worth; a plan's as well, for it is kept oftener than not. */
const EVIDENCE_NATS = 3
/**
 * An emptying must beat every story without it by so much before it is told: two readings are enough
 * on a sensor that is seldom wrong, another or more on one with many bad echoes.
 */
const SURE_NATS = 3
const SURE_NATS_IF_BAD = 5
const BAD_SHARE = 0.02
/** A smaller fall is not told: waste settles, and bags are taken out. */
const TOLD_FALL_PERCENT = 20
/** An emptying is borne out by the reading after its first; out of the dead zone by two. */
const READINGS = 2
const DOUBTFUL_READINGS = 3
/** From within the dead zone, a fall by so much at once may as well be a double echo. */
const DOUBTFUL_FALL_PERCENT = 30
/** A plain reading this near the path's level passes as it is. */
const PASSES_PERCENT = 8

/**
 * Takes the next observation in and says what it is taken for. Changes `state`. Observations come in
 * the order of `at`; an older one (a late reading) is passed by without a level, for the past is judged.
 */
export function believe(
  state: BeliefState,
  observation: Observation,
  options: BelieveOptions = {},
): Belief {
  const { at, fillPercent } = observation
  if (observation.pickedUp === true) state.pickedUpAt = Math.max(at, state.pickedUpAt)
  if (observation.tilted === true || observation.fault === 'tilted') {
    state.tiltedAt = Math.max(at, state.tiltedAt)
  }
  if (observation.fault !== undefined || fillPercent === undefined) return {}
  if (!(fillPercent >= 0 && fillPercent <= 100) || at < state.lastAt) return {}

  learn(state.learner, at, fillPercent)
  const fast = isFast(state)
  const phantom = phantomAt(state.learner, fillPercent)
  const suspect = suspectAt(state.learner, fillPercent, phantom)
  const evidence = evidenceOf(state, at, options.hints)
  const fell = state.cleanPercent - fillPercent
  const doubtful = state.nearFull && fell >= DOUBTFUL_FALL_PERCENT && !isWitnessed(evidence)
  const sight = {
    at,
    rawPercent: fillPercent,
    gapMs: state.readings === 0 ? FIRST_GAP_MS : at - state.lastAt,
    phantomAboveStep: hiddenBelow(suspect),
    phantomOffNats: suspect < 0 ? 0 : natsOffEcho(state.learner, fillPercent, suspect),
    phantomNatsPerHour: suspect < 0 ? 0 : natsPerHourOn(state.learner, suspect),
    repeats: repeats(state, fillPercent),
    outlierIn: surpriseOfExcursion(state.learner),
    outlierOn: surpriseOfAnother(state.learner),
    resetDiscount: evidence.length > 0 ? EVIDENCE_NATS : 0,
  }
  advance(state.lattice, sight, fast ? FAST : SLOW)
  const needed = doubtful ? DOUBTFUL_READINGS : READINGS
  const emptied = findEmptying(state, needed, evidence)
  const belief =
    doubtful && !emptied && state.lattice.paths.plainSince[state.lattice.best]! < needed
      ? standBy(state, fillPercent)
      : settleOn(state, observation, fillPercent, phantom, options)
  remember(state, observation, fillPercent, belief, emptied !== undefined)
  return emptied ? { ...belief, emptied } : belief
}

/** Whether the reading says what the one before said, and hasn't crept away from where the run began. */
function repeats(state: BeliefState, rawPercent: number): boolean {
  const near = Math.abs(rawPercent - state.rawPercent) <= REPEATS_PERCENT
  const stays = near && Math.abs(rawPercent - state.runPercent) <= CREEP_PERCENT
  if (!stays) state.runPercent = rawPercent
  return stays
}

/**
 * Whether it fills fast or the median of the latest cycles is short. An echo that gives way looks like
 * an emptying, so where one is known cycles prove nothing: a fast container's leaps are believed sooner,
 * and echoes believed would end more cycles yet.
 */
export function isFast({ cycleMs, cycles, learner }: BeliefState): boolean {
  if (fillsFast(learner)) return true
  if (cycles < FEWEST_CYCLES || learner.phantoms.length > 0) return false
  const known = cycleMs.slice(0, Math.min(cycles, CYCLES_KEPT)).sort()
  return known[known.length >> 1]! < FAST_CYCLE_MS
}

/** A pick-up or a tilt speaks for an emptying for so long. */
const PICK_UP_COUNTS_MS = 6 * HOUR

function evidenceOf(
  state: BeliefState,
  at: number,
  hints: readonly EmptyingHint[] = [],
): readonly EmptyingEvidence[] {
  const found: EmptyingEvidence[] = []
  const near = (since: number) => since !== 0 && at - since <= PICK_UP_COUNTS_MS
  if (near(state.pickedUpAt) && state.pickedUpAt > state.emptiedBefore) found.push('pick-up')
  if (near(state.tiltedAt) && state.tiltedAt > state.emptiedBefore) found.push('tilt')
  for (const hint of hints) {
    const since = state.lastAt - hint.toleranceMs
    const until = at + hint.toleranceMs
    // What was told already explains its own emptying and not the next; a plan is for one.
    const from = hint.source === 'plan' ? hint.at - hint.toleranceMs : hint.at
    if (hint.at < since || hint.at > until || from <= state.emptiedBefore) continue
    if (!found.includes(hint.source)) found.push(hint.source)
  }
  return found
}

/** Somebody or something was there; a plan is made beforehand. */
function isWitnessed(evidence: readonly EmptyingEvidence[]): boolean {
  return evidence.some((one) => one !== 'plan')
}

/**
 * The emptying on the best path, once it is borne out by `needed` plain readings (one fewer when
 * somebody was there), if it is sure enough and wasn't told before. Two whose spans overlap are one: an echo
 * that gives way can move it back in time.
 */
function findEmptying(
  state: BeliefState,
  needed: number,
  evidence: readonly EmptyingEvidence[],
): Emptying | undefined {
  if (state.lattice.best >= LEVELS) return undefined
  const reset = latestReset(state.lattice)
  if (!reset) return undefined
  const witnessed = isWitnessed(evidence)
  const enough = witnessed ? 1 : needed
  if (reset.plainSince < enough) return undefined
  const { at, after, before, fromPercent, toPercent } = reset
  if (before <= state.emptiedBefore || after < state.emptiedBefore || after === 0) return undefined
  if (fromPercent - toPercent < TOLD_FALL_PERCENT) return undefined
  const margin = resetMargin(state.lattice)
  if (!witnessed && margin < sureNats(state)) return undefined
  if (state.emptiedBefore !== 0) {
    state.cycleMs[state.cycles % CYCLES_KEPT] = before - state.emptiedBefore
    state.cycles++
    if (state.cycles === 2 * CYCLES_KEPT) state.cycles = CYCLES_KEPT
  }
  state.emptiedBefore = before
  return {
    at: instant(at),
    after: instant(after),
    before: instant(before),
    fromPercent,
    toPercent,
    confidence: confidenceOf(margin, state, evidence),
    evidence: ['level', ...evidence],
  }
}

function sureNats({ phantomShare, outlierShare }: BeliefState): number {
  return phantomShare + outlierShare < BAD_SHARE ? SURE_NATS : SURE_NATS_IF_BAD
}

/**
 * Log odds as the share of real ones among those told in a year of real data has it (bench/quality.ts):
 * nearly all on clean sensors, 93 in 100 where a third of the readings are bad. That each witness
 * multiplies the odds by seven, and a plan by three, is a judgement: the data have neither.
 */
function confidenceOf(
  marginNats: number,
  { phantomShare, outlierShare }: BeliefState,
  evidence: readonly EmptyingEvidence[],
): number {
  const bad = Math.min(0.4, phantomShare + outlierShare)
  const alone = Math.min(5 - 7 * bad, marginNats)
  const witnesses = evidence.filter((one) => one !== 'plan').length
  const odds = alone + 2 * witnesses + (witnesses < evidence.length ? 1 : 0)
  return Math.round(1000 / (1 + Math.exp(-odds))) / 1000
}

/** Full stays full, but suspect, until the fall is borne out. */
function standBy({ cleanPercent }: BeliefState, rawPercent: number): Belief {
  return { cleanPercent, correction: { reason: 'full-suspect', rawPercent } }
}

/** What the reading is taken for, now that the search has seen it. */
function settleOn(
  state: BeliefState,
  { distanceMm }: Observation,
  rawPercent: number,
  phantom: number,
  { geometry }: BelieveOptions,
): Belief {
  const { best } = state.lattice
  const step = best % LEVELS
  const levelPercent = step * PERCENT_PER_STEP
  const plain = best < LEVELS && Math.abs(rawPercent - levelPercent) <= PASSES_PERCENT
  if (plain) return { cleanPercent: rawPercent }
  // The path's grid is coarse; as long as it stands where it stood, so does the level.
  const stays = Math.abs(state.cleanPercent - levelPercent) <= PERCENT_PER_STEP
  const cleanPercent = stays ? state.cleanPercent : levelPercent
  const correction = explain(state, rawPercent, cleanPercent, phantom, step, distanceMm, geometry)
  return { cleanPercent, correction }
}

/** An emptying takes at least so much. */
const EMPTYING_PERCENT = 18

function explain(
  state: BeliefState,
  rawPercent: number,
  cleanPercent: number,
  phantom: number,
  step: number,
  distanceMm: number | undefined,
  geometry: BelieveOptions['geometry'],
): Correction {
  if (phantom >= 0 && step < hiddenBelow(phantom)) {
    const phantomPercent = phantom * PERCENT_PER_STEP
    const hits = hitsAround(state.learner, phantom)
    const phantomDistanceMm = distanceMm ?? distanceOf(phantomPercent, geometry)
    return {
      reason: 'phantom',
      rawPercent,
      phantomPercent,
      ...(phantomDistanceMm !== undefined && { phantomDistanceMm }),
      hits: Math.round(hits),
      share: Math.round((100 * hits) / Math.max(1, state.learner.excursions)) / 100,
    }
  }
  if (cleanPercent - rawPercent >= EMPTYING_PERCENT && state.inARow === 0)
    return { reason: 'held', rawPercent }
  return { reason: 'outlier', rawPercent, inARow: state.inARow + 1 }
}

/** Shares are over about so many readings. */
const SHARE_WINDOW = 500
/** So many bad echoes without a phantom to blame make a sensor noisy, until they are half as many. */
const NOISY_SHARE = 0.05
const RISE_HALF_LIFE_MS = 30 * DAY

/** Keeps what later readings and findings need. */
function remember(
  state: BeliefState,
  { at, nearFull }: Observation,
  rawPercent: number,
  belief: Belief,
  emptied: boolean,
): void {
  const clean = belief.cleanPercent!
  const { correction } = belief
  state.readings++
  const weight = 1 / Math.min(state.readings, SHARE_WINDOW)
  const onPhantom = correction?.reason === 'phantom' ? 1 : 0
  const outlier = correction !== undefined && onPhantom === 0 ? 1 : 0
  state.phantomShare += weight * (onPhantom - state.phantomShare)
  state.outlierShare += weight * (outlier - state.outlierShare)
  if (state.outlierShare > NOISY_SHARE) state.noisySince ||= at
  if (state.outlierShare < NOISY_SHARE / 2) state.noisySince = 0
  if (state.readings > 1) {
    const gapMs = at - state.lastAt
    const left = 2 ** (-gapMs / RISE_HALF_LIFE_MS)
    const risen = emptied ? 0 : Math.max(0, clean - state.cleanPercent)
    state.risenPercent = state.risenPercent * left + risen
    state.risenMs = state.risenMs * left + gapMs
  }
  if (rawPercent !== state.rawPercent) {
    state.rawPercent = rawPercent
    state.flatSince = at
  }
  state.inARow = correction ? state.inARow + 1 : 0
  if (!correction) state.nearFull = nearFull === true
  state.cleanPercent = clean
  state.lastAt = at
}
