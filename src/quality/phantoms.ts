/**
 * Learns where a sensor's false echoes come from. A frame, an inlet or a rib reflects at one distance,
 * so the level goes up there and comes back to where it was, again and again; real waste doesn't come
 * back without an emptying. Only the raw levels are looked at, so what the filter believes can't feed
 * on itself.
 */
import { DAY, HOUR, MINUTE } from '#src/stations/time.ts'

import { LEVELS, PERCENT_PER_STEP } from './lattice.ts'

/** An excursion is a rise of 10 points or more, back within 6 of its base, within two days. */
const RISE_PERCENT = 10
const BACK_PERCENT = 6
const LONGEST_MS = 2 * DAY
/** As many must have landed at one level, and such a share of all, before it is held for a phantom. */
const FEWEST_HITS = 6
const LEAST_SHARE = 0.15
/** A sensor is turned or a frame bent back: what was learned fades by half in this time. */
const HALF_LIFE_MS = 180 * DAY
/** Landings kept of one excursion, to find their middle. */
const LANDINGS = 24
/** An echo is there at once: its first landing lies this near the middle one. */
const JUMP_STEPS = 3
/** A container fills in at least three rises of 4 points. */
const CLIMBS = 3
const CLIMB_STEPS = 2
/** The count of fillings fades faster, for it tells how the container is used now. */
const FILLINGS_HALF_LIFE_MS = 14 * DAY

/** Mutable, owned by the belief it is part of. */
export interface PhantomLearner {
  /** Faded count of returned excursions by landing step, the middle one of each. */
  readonly hits: Float64Array
  /** Faded count of all their landings by step: how an echo scatters. */
  readonly echoes: Float64Array
  /** Faded sum of how long those stayed, by the same step. */
  readonly stayedMs: Float64Array
  /** When a phantom was first held for one at this step; 0 where there is none. */
  readonly since: Float64Array
  excursions: number
  /** Faded count of those that leapt and came back: the sum of `hits`. */
  returned: number
  /** Faded count of those that were no jump and return but a container filling and being emptied. */
  fillings: number
  /** Faded count of leaps of 10 points from one reading to the next that no phantom explains. */
  leaps: number
  /** Faded count of readings. */
  seen: number
  fadedAt: number
  /** The latest level, −1 before the first, and whether it lay on a phantom (0 or 1). */
  lastPercent: number
  lastOnPhantom: number
  /** The level before the excursion under way, or the last one; −1 before the first reading. */
  basePercent: number
  startedAt: number
  readonly landings: Uint8Array
  landed: number
  /** Steps held for phantoms now, ascending. Follows from `hits`. */
  phantoms: readonly number[]
}

export function newLearner(): PhantomLearner {
  return {
    hits: new Float64Array(LEVELS),
    echoes: new Float64Array(LEVELS),
    stayedMs: new Float64Array(LEVELS),
    since: new Float64Array(LEVELS),
    excursions: 0,
    returned: 0,
    fillings: 0,
    leaps: 0,
    seen: 0,
    fadedAt: 0,
    lastPercent: -1,
    lastOnPhantom: 0,
    basePercent: -1,
    startedAt: 0,
    landings: new Uint8Array(LANDINGS),
    landed: 0,
    phantoms: [],
  }
}

/** Takes one raw level in. */
export function learn(learner: PhantomLearner, at: number, rawPercent: number): void {
  learner.seen++
  countLeap(learner, rawPercent)
  if (learner.landed === 0) {
    if (learner.basePercent >= 0 && rawPercent >= learner.basePercent + RISE_PERCENT) {
      learner.startedAt = at
      land(learner, rawPercent)
    } else learner.basePercent = rawPercent
    return
  }
  const expired = at - learner.startedAt > LONGEST_MS
  if (rawPercent > learner.basePercent + BACK_PERCENT && !expired) {
    land(learner, rawPercent)
    return
  }
  fade(learner, at)
  learner.excursions++
  const landing = middleLanding(learner)
  const returned = !expired && rawPercent >= learner.basePercent - BACK_PERCENT
  const leapt = Math.abs(learner.landings[0]! - landing) <= JUMP_STEPS
  if (returned && leapt) {
    learner.hits[landing]! += 1
    learner.stayedMs[landing]! += at - learner.startedAt
    for (let i = 0; i < learner.landed; i++) learner.echoes[learner.landings[i]!]! += 1
    learner.returned++
  }
  if (!expired && climbs(learner) >= CLIMBS) learner.fillings++
  learner.landed = 0
  learner.basePercent = rawPercent
  recognise(learner, at)
}

function countLeap(learner: PhantomLearner, rawPercent: number): void {
  const { lastPercent, lastOnPhantom } = learner
  const onPhantom = phantomAt(learner, rawPercent) >= 0 ? 1 : 0
  const leapt = lastPercent >= 0 && Math.abs(rawPercent - lastPercent) >= RISE_PERCENT
  if (leapt && onPhantom === 0 && lastOnPhantom === 0) learner.leaps++
  learner.lastPercent = rawPercent
  learner.lastOnPhantom = onPhantom
}

function land(learner: PhantomLearner, rawPercent: number): void {
  const step = Math.round(rawPercent / PERCENT_PER_STEP)
  // The first ones tell where it went; how long it stays is told by the time.
  if (learner.landed < LANDINGS) learner.landings[learner.landed++] = step
}

/** How often the level has risen by some points within the excursion: filling is gradual, an echo is not. */
function climbs({ landings, landed }: PhantomLearner): number {
  let top = landings[0]!
  let count = 0
  for (let i = 1; i < landed; i++) {
    if (landings[i]! < top + CLIMB_STEPS) continue
    top = landings[i]!
    count++
  }
  return count
}

function middleLanding({ landings, landed }: PhantomLearner): number {
  const sorted = landings.slice(0, landed).sort()
  return sorted[sorted.length >> 1]!
}

function fade(learner: PhantomLearner, at: number): void {
  if (learner.fadedAt !== 0 && at > learner.fadedAt) {
    const left = 2 ** ((learner.fadedAt - at) / HALF_LIFE_MS)
    for (let step = 0; step < LEVELS; step++) {
      learner.hits[step]! *= left
      learner.echoes[step]! *= left
      learner.stayedMs[step]! *= left
    }
    learner.excursions *= left
    learner.returned *= left
    learner.leaps *= left
    learner.seen *= left
    learner.fillings *= 2 ** ((learner.fadedAt - at) / FILLINGS_HALF_LIFE_MS)
  }
  learner.fadedAt = at
}

/** Hits at this step and its neighbours. */
export function hitsAround({ hits }: PhantomLearner, step: number): number {
  return sumAround(hits, step)
}

function sumAround(counts: Float64Array, step: number): number {
  return (counts[step - 1] ?? 0) + counts[step]! + (counts[step + 1] ?? 0)
}

/** Finds the phantoms in what was counted, dates the new ones and forgets the date of those that faded. */
function recognise(learner: PhantomLearner, at: number): void {
  recall(learner)
  const { phantoms, since } = learner
  for (let step = 0; step < LEVELS; step++) {
    if (!phantoms.includes(step)) since[step] = 0
    else if (since[step] === 0) since[step] = at
  }
}

/** Finds the phantoms in what was counted. */
export function recall(learner: PhantomLearner): void {
  const { hits, excursions } = learner
  const found: number[] = []
  for (let step = 0; step < LEVELS; step++) {
    const peak = hits[step]! >= (hits[step - 1] ?? 0) && hits[step]! > (hits[step + 1] ?? 0)
    const near = peak ? hitsAround(learner, step) : 0
    if (near < FEWEST_HITS || near < LEAST_SHARE * excursions) continue
    found.push(step)
  }
  learner.phantoms = found
}

/** Fillings within the fading time that make a container a fast one. */
const FAST_FILLINGS = 3.5
/** So many landings at one place, and such a share of excursions, make it suspect. */
const SUSPECT_HITS = 3
const SUSPECT_SHARE = 0.15
/** Before anything is known, one reading in 34 begins an excursion. */
const PRIOR_EXCURSIONS = 0.5
const PRIOR_READINGS = 17
const LEAST_SURPRISE = 2
const MOST_SURPRISE = 3.5

/**
 * How far off a phantom a reading may lie and still come from it: a sensor that counts by 2 cm has
 * steps of up to 3.3 points in a shallow container.
 */
const PHANTOM_WIDTH_PERCENT = 3.5
/** A level this close under a phantom can't be told from it. */
const PHANTOM_CLEARANCE_PERCENT = 5

/** The highest phantom that a reading lies on, as a step; −1 where it lies on none. */
export function phantomAt({ phantoms }: PhantomLearner, rawPercent: number): number {
  for (let i = phantoms.length - 1; i >= 0; i--) {
    const step = phantoms[i]!
    if (Math.abs(rawPercent - step * PERCENT_PER_STEP) <= PHANTOM_WIDTH_PERCENT) return step
  }
  return -1
}

/** Levels under this step would be hidden by a phantom at `step`. */
export function hiddenBelow(step: number): number {
  return step < 0 ? 0 : Math.max(0, Math.ceil(step - PHANTOM_CLEARANCE_PERCENT / PERCENT_PER_STEP))
}

/** Whether it has lately filled and been emptied within two days again and again. */
export function fillsFast({ fillings }: PhantomLearner): boolean {
  return fillings >= FAST_FILLINGS
}

/**
 * A phantom at this reading, or a place where echoes have landed before though not often enough to
 * speak of one; −1 where there is neither.
 */
export function suspectAt(learner: PhantomLearner, rawPercent: number, phantom: number): number {
  if (phantom >= 0) return phantom
  const step = Math.round(rawPercent / PERCENT_PER_STEP)
  const hits = hitsAround(learner, step)
  return hits >= SUSPECT_HITS && hits >= SUSPECT_SHARE * learner.excursions ? step : -1
}

/** An echo scatters over so many steps to either side at most, and over the next ones by this share. */
const ECHO_STEPS = 3
const ECHO_SMOOTHED = 0.2
/** Before landings are known they are taken to be spread like these three. */
const PRIOR_LANDINGS = 3
const PRIOR_SHARE = 0.15
/** What a good echo right on its level has: its share of the readings at that level's step. */
const PLAIN_NATS = 1.02
const MOST_ECHO_NATS = 6

/**
 * How unlikely the reading is for an echo from `step`, in nats beside a good echo that is right on its
 * level. An echo comes back from the same place to a step or two; waste that happens to stand near
 * it wanders.
 */
export function natsOffEcho({ echoes }: PhantomLearner, rawPercent: number, step: number): number {
  let all = PRIOR_LANDINGS
  for (let off = -ECHO_STEPS; off <= ECHO_STEPS; off++) all += echoes[step + off] ?? 0
  const here = Math.round(rawPercent / PERCENT_PER_STEP)
  const beside = (echoes[here - 1] ?? 0) + (echoes[here + 1] ?? 0)
  const smoothed = (1 - 2 * ECHO_SMOOTHED) * echoes[here]! + ECHO_SMOOTHED * beside
  const share = (smoothed + PRIOR_LANDINGS * PRIOR_SHARE) / all
  return Math.min(MOST_ECHO_NATS, -Math.log(share) - PLAIN_NATS)
}

/** An echo stays for 400 minutes, as long as no more is known than of four like it. */
export const USUAL_STAY_MS = 400 * MINUTE
const PRIOR_STAYS = 4
/** One that is mostly gone by the next reading may still stay for some hours. */
const MOST_NATS_PER_HOUR = 0.2

/**
 * Nats for each hour on the phantom at `step`: by how long its echoes have stayed. Some give way within
 * the hour, some hide the level for a night, and then a long stay is no sign of waste.
 */
export function natsPerHourOn(learner: PhantomLearner, step: number): number {
  const stays = PRIOR_STAYS + hitsAround(learner, step)
  const stayedMs = PRIOR_STAYS * USUAL_STAY_MS + sumAround(learner.stayedMs, step)
  return Math.min(MOST_NATS_PER_HOUR, (HOUR * stays) / stayedMs)
}

/** Nats for the first of a run of bad echoes: less for a sensor that often has them. */
export function surpriseOfExcursion({ returned, seen }: PhantomLearner): number {
  const rate = (returned + PRIOR_EXCURSIONS) / (seen + PRIOR_READINGS)
  return Math.min(MOST_SURPRISE, Math.max(LEAST_SURPRISE, -Math.log(rate)))
}

/** Before it is known a sensor is taken to leap at three readings of a hundred. */
const PRIOR_LEAPS = 6
const PRIOR_SEEN = 200
/** A sensor that leaps at six readings of a hundred gives no more to think by one leap more. */
const USUAL_LEAP_NATS = 2.85
const NATS_PER_NAT = 2
const MOST_LEAP_NATS = 3

/**
 * Nats for each further bad echo of a run that says something new and lies on no phantom: much on a
 * sensor that hardly ever leaps, nothing on one that leaps all the time.
 */
export function surpriseOfAnother({ leaps, seen }: PhantomLearner): number {
  const rate = (leaps + PRIOR_LEAPS) / (seen + PRIOR_SEEN)
  const nats = NATS_PER_NAT * (-Math.log(rate) - USUAL_LEAP_NATS)
  return Math.min(MOST_LEAP_NATS, Math.max(0, nats))
}
