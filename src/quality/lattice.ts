/**
 * The filter itself: a forward Viterbi search over 51 levels (0, 2 … 100 %), each seen as it is or from
 * behind a bad echo. A level rises between emptyings, may settle a little, and falls by 18 points or
 * more only where the container was emptied. Every state carries what its best path says of the last
 * emptying, so that nothing need be traced back.
 */
import { HOUR } from '#src/stations/time.ts'

import { NAT } from './weights.ts'
import type { Weights } from './weights.ts'

export const LEVELS = 51
/** Plain states 0…50, then those behind a bad echo, 51…101. */
export const STATES = 2 * LEVELS
export const PERCENT_PER_STEP = 2
/** An emptying takes at least 18 points. */
const RESET_STEPS = 9
/** Beyond this a path is as good as lost; it also lets a cost be kept in two bytes. */
const MOST_COST = 60_000
/** Noise of a good echo: 1…2 points at the 95th percentile in both towns, one step of a grid of 2 beside. */
const SIGMA_PERCENT = 2.2
/** The weights are for readings at most this far apart; longer gaps make rises and emptyings likelier. */
const USUAL_GAP_HOURS = 3
const LEAST_RARE = 2 * NAT

/** What the best path into each state remembers. Instants are by their place in the lattice's list. */
export interface Paths {
  /** Relative to the best, which is 0. */
  readonly cost: Uint16Array
  readonly lastPlainAt: Uint16Array
  readonly resetAt: Uint16Array
  readonly resetAfter: Uint16Array
  readonly resetBefore: Uint16Array
  readonly resetFrom: Uint8Array
  readonly resetTo: Uint8Array
  /** Plain readings since the emptying, at most 255. */
  readonly plainSince: Uint8Array
}

/** The search so far. */
export interface Lattice {
  paths: Paths
  /**
   * Epoch milliseconds that some path remembers, and some that none does any more; the first, 0, stands
   * for none. A hundred paths share a handful.
   */
  instants: number[]
  /** The cheapest state. */
  best: number
}

/** What a reading looks like to the search. */
export interface Sight {
  readonly at: number
  readonly rawPercent: number
  /** Since the previous reading; at most a usual gap for the first. */
  readonly gapMs: number
  /** Below this many steps a level would be hidden by a known phantom that the reading lies on. */
  readonly phantomAboveStep: number
  /** Nats for where on the phantom it lies, beside a good echo that is right on its level. */
  readonly phantomOffNats: number
  /** Nats for each hour on the phantom: few where its echoes stay long. */
  readonly phantomNatsPerHour: number
  /** Near the reading before: a false echo that lasts says the same again. */
  readonly repeats: boolean
  /** Nats for the first of a run of bad echoes, by how often this sensor has them. */
  readonly outlierIn: number
  /** Nats for each further one that says something new, by how often this sensor leaps. */
  readonly outlierOn: number
  /** Nats off the price of an emptying: somebody or something else speaks of one. */
  readonly resetDiscount: number
}

/** In one piece of memory: ten thousand sensors have one each. */
function emptyPaths(): Paths {
  const buffer = new ArrayBuffer(13 * STATES)
  const shorts = (nth: number) => new Uint16Array(buffer, 2 * nth * STATES, STATES)
  const bytes = (nth: number) => new Uint8Array(buffer, (10 + nth) * STATES, STATES)
  return {
    cost: shorts(0),
    lastPlainAt: shorts(1),
    resetAt: shorts(2),
    resetAfter: shorts(3),
    resetBefore: shorts(4),
    resetFrom: bytes(0),
    resetTo: bytes(1),
    plainSince: bytes(2),
  }
}

export function newLattice(): Lattice {
  return { paths: emptyPaths(), instants: [0], best: 0 }
}

/** The emptying on the best path; undefined where it has none. */
export function latestReset({ paths, instants, best }: Lattice):
  | {
      readonly at: number
      /** 0 where nothing plain came before. */
      readonly after: number
      readonly before: number
      readonly fromPercent: number
      readonly toPercent: number
      readonly plainSince: number
    }
  | undefined {
  const at = instants[paths.resetAt[best]!]!
  if (at === 0) return undefined
  return {
    at,
    after: instants[paths.resetAfter[best]!]!,
    before: instants[paths.resetBefore[best]!]!,
    fromPercent: PERCENT_PER_STEP * paths.resetFrom[best]!,
    toPercent: PERCENT_PER_STEP * paths.resetTo[best]!,
    plainSince: paths.plainSince[best]!,
  }
}

/** Cost of a good echo that is off by so many half points. */
const PLAIN_COST = Int32Array.from({ length: 201 }, (_, halfPoints) => {
  const z = halfPoints / 2 / SIGMA_PERCENT
  // Quadratic near by, linear further out: one wild reading doesn't outweigh ten good ones.
  return Math.round(NAT * (z < 2 ? (z * z) / 2 : 2 * z - 2))
})

// Scratch space of one step. Nothing in it outlives the step, so all lattices share it.
const entry = new Int32Array(LEVELS)
const entryFrom = new Uint8Array(LEVELS)
const reached = new Int32Array(LEVELS)
const reachedFrom = new Uint8Array(LEVELS)
const wasReset = new Uint8Array(STATES)
const origin = new Uint8Array(STATES)
const nextCost = new Int32Array(STATES)
/** The next paths are written here, and the lattice's old ones become the space for those after. */
let spare = emptyPaths()

/** Takes one reading in: some thousand comparisons, whatever the reading. */
export function advance(lattice: Lattice, sight: Sight, weights: Weights): void {
  const gapUnits = Math.max(1, sight.gapMs / HOUR / USUAL_GAP_HOURS)
  const slack = Math.log(gapUnits)
  const up = Math.round((NAT * weights.up) / gapUnits)
  const upSteps = Math.min(LEVELS, Math.round(weights.upSteps * gapUnits))
  const jump = Math.max(LEAST_RARE, Math.round(NAT * (weights.jump - slack)))
  const down = Math.round(NAT * weights.down)
  const reset = Math.max(LEAST_RARE, Math.round(NAT * (weights.reset - slack)))
  const priced = Math.max(NAT / 2, reset - Math.round(NAT * sight.resetDiscount))
  const landing = Math.round(NAT * weights.landing)
  const lasting = sight.repeats ? weights.outlierAgain : weights.outlier
  // A known phantom stays for hours, however often it is asked: it costs by the hour.
  const onPhantom = sight.phantomNatsPerHour * Math.min(1, sight.gapMs / HOUR)
  // The first of a run pays in full, and on a phantom only for being the first.
  const first = sight.phantomAboveStep > 0 ? 0 : weights.outlier - lasting
  const outlierIn = Math.round(NAT * (sight.outlierIn + first))
  const isNew = sight.phantomAboveStep === 0 && !sight.repeats
  const outlierOn = isNew ? Math.round(NAT * sight.outlierOn) : 0

  for (let mode = 0; mode < 2; mode++) {
    enter(lattice.paths.cost, mode, outlierIn, outlierOn)
    climb(up, upSteps, jump)
    fall(mode, down, priced, landing)
    for (let level = 0; level < LEVELS; level++) {
      nextCost[mode * LEVELS + level] = reached[level]!
      origin[mode * LEVELS + level] = reachedFrom[level]!
    }
  }
  const hidden = Math.max(0, onPhantom + sight.phantomOffNats)
  observe(sight, NAT * lasting, NAT * hidden, weights)
  settle(lattice, sight.at)
}

/** Cheapest way into each level of a mode, from the same mode or the other. */
function enter(cost: Uint16Array, mode: number, outlierIn: number, outlierOn: number): void {
  const same = mode * LEVELS
  const other = LEVELS - same
  const change = mode === 1 ? outlierIn : 0
  const goOn = mode === 1 ? outlierOn : 0
  for (let level = 0; level < LEVELS; level++) {
    const stay = cost[same + level]! + goOn
    const come = cost[other + level]! + change
    const stays = stay <= come
    entry[level] = stays ? stay : come
    entryFrom[level] = stays ? same + level : other + level
  }
}

/**
 * Rises: by so much a step for so many steps, or by any amount at the price of a jump. Without that
 * bound a leap onto an echo would cost less than to disbelieve it.
 */
function climb(up: number, upSteps: number, jump: number): void {
  if (upSteps >= LEVELS) climbFreely(up)
  else climbBy(up, upSteps)
  let lowest = MOST_COST
  let lowestFrom = 0
  for (let level = 0; level < LEVELS; level++) {
    const jumped = lowest + jump
    if (jumped < reached[level]!) {
      reached[level] = jumped
      reachedFrom[level] = lowestFrom
    }
    if (entry[level]! < lowest) {
      lowest = entry[level]!
      lowestFrom = entryFrom[level]!
    }
  }
}

function climbBy(up: number, upSteps: number): void {
  for (let level = 0; level < LEVELS; level++) {
    let cheapest = entry[level]!
    let from = entryFrom[level]!
    let climbed = 0
    const lowest = Math.max(0, level - upSteps)
    for (let source = level - 1; source >= lowest; source--) {
      climbed += up
      const cost = entry[source]! + climbed
      if (cost < cheapest) {
        cheapest = cost
        from = entryFrom[source]!
      }
    }
    reached[level] = cheapest
    reachedFrom[level] = from
  }
}

/** Without a bound a running minimum does for all sources. */
function climbFreely(up: number): void {
  let rising = MOST_COST
  let from = 0
  for (let level = 0; level < LEVELS; level++) {
    rising += up
    if (entry[level]! <= rising) {
      rising = entry[level]!
      from = entryFrom[level]!
    }
    reached[level] = rising
    reachedFrom[level] = from
  }
}

/** Falls: by so much a step, or by 9 steps and more at the price of an emptying. */
function fall(mode: number, down: number, reset: number, landing: number): void {
  let sinking = MOST_COST
  let sinkingFrom = 0
  let highest = MOST_COST
  let highestFrom = 0
  for (let level = LEVELS - 1; level >= 0; level--) {
    const here = entry[level]!
    sinking += down
    if (here <= sinking) {
      sinking = here
      sinkingFrom = entryFrom[level]!
    }
    let cheapest = reached[level]!
    let isReset = 0
    if (sinking < cheapest) {
      cheapest = sinking
      reachedFrom[level] = sinkingFrom
    }
    const source = level + RESET_STEPS
    if (source < LEVELS && entry[source]! < highest) {
      highest = entry[source]!
      highestFrom = entryFrom[source]!
    }
    const emptied = highest + reset + landing * level
    if (emptied < cheapest) {
      cheapest = emptied
      reachedFrom[level] = highestFrom
      isReset = 1
    }
    reached[level] = cheapest
    wasReset[mode * LEVELS + level] = isReset
  }
}

/** Adds what the reading costs in each state. */
function observe(
  { rawPercent, phantomAboveStep }: Sight,
  lasting: number,
  phantom: number,
  weights: Weights,
): void {
  const outlier = Math.round(lasting)
  const outlierDown = Math.round(NAT * (weights.outlier + weights.outlierDown))
  const onPhantom = Math.round(phantom)
  const rawHalves = Math.round(rawPercent * 2)
  for (let level = 0; level < LEVELS; level++) {
    const off = rawHalves - level * 2 * PERCENT_PER_STEP
    nextCost[level]! += PLAIN_COST[off < 0 ? -off : off]!
    const behind = level < phantomAboveStep ? onPhantom : off < 0 ? outlierDown : outlier
    nextCost[LEVELS + level]! += behind
  }
}

/** Makes the new costs current, and gives each state the memory of the path it came by. */
function settle(lattice: Lattice, at: number): void {
  if (lattice.instants.length % TIDY_EVERY === 0) forgetInstants(lattice)
  const was = lattice.paths
  const now = spare
  const here = lattice.instants.push(at) - 1
  let best = 0
  for (let state = 1; state < STATES; state++) if (nextCost[state]! < nextCost[best]!) best = state
  const least = nextCost[best]!
  for (let state = 0; state < STATES; state++) {
    const from = origin[state]!
    const plain = state < LEVELS
    const level = plain ? state : state - LEVELS
    now.cost[state] = Math.min(MOST_COST, nextCost[state]! - least)
    now.lastPlainAt[state] = plain ? here : was.lastPlainAt[from]!
    if (wasReset[state]) {
      now.resetAt[state] = here
      now.resetAfter[state] = was.lastPlainAt[from]!
      now.resetBefore[state] = plain ? here : 0
      now.resetFrom[state] = from % LEVELS
      now.resetTo[state] = level
      now.plainSince[state] = plain ? 1 : 0
      continue
    }
    const since = was.plainSince[from]!
    const first = plain && since === 0
    now.resetAt[state] = was.resetAt[from]!
    now.resetAfter[state] = was.resetAfter[from]!
    now.resetBefore[state] = first ? here : was.resetBefore[from]!
    now.resetFrom[state] = was.resetFrom[from]!
    now.resetTo[state] = first ? level : was.resetTo[from]!
    now.plainSince[state] = plain && since < 255 ? since + 1 : since
  }
  lattice.paths = now
  spare = was
  lattice.best = best
}

/** A few dozen are in use. */
const TIDY_EVERY = 96

/** Leaves out the instants that no path remembers. */
function forgetInstants(lattice: Lattice): void {
  const { paths, instants } = lattice
  const kept = [0]
  const places = new Uint16Array(instants.length)
  for (const remembered of [
    paths.lastPlainAt,
    paths.resetAt,
    paths.resetAfter,
    paths.resetBefore,
  ]) {
    for (let state = 0; state < STATES; state++) {
      const old = remembered[state]!
      if (old !== 0 && places[old] === 0) places[old] = kept.push(instants[old]!) - 1
      remembered[state] = places[old]!
    }
  }
  lattice.instants = kept
}

/** Where each state of the latest step came from, and whether by an emptying: for whoever looks back offline. */
export const latestStep: {
  readonly origin: Readonly<Uint8Array>
  readonly wasReset: Readonly<Uint8Array>
} = { origin, wasReset }

/**
 * By how many nats the best path beats the best one that knows nothing of its last emptying: how sure
 * the emptying is, the reading's word alone.
 */
export function resetMargin({ paths, instants, best }: Lattice): number {
  const resetAt = instants[paths.resetAt[best]!]!
  const after = instants[paths.resetAfter[best]!]!
  let rival = MOST_COST
  for (let state = 0; state < STATES; state++) {
    const other = instants[paths.resetAt[state]!]!
    // A path that puts it elsewhere since the same last plain reading is no rival: it was emptied there too.
    if (other === resetAt || other > after) continue
    if (paths.cost[state]! < rival) rival = paths.cost[state]!
  }
  return rival / NAT
}
