/**
 * An episode: one stretch of time during which a rule concerns a subject.
 *
 *     idle → pending → active → clearing → idle
 *
 * A latch is set when `when` is TRUE and reset when `clear` is TRUE and `when` is not; between the two
 * it keeps. Hysteresis comes first and `for` counts latched time: the other way round a sensor that
 * hops about the threshold would never make a post.
 */
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { DecisionReason, EpisodeState, Truth } from './decision.ts'
import type { Subject } from './record.ts'
import type { Rule } from './rule-book.ts'
import { tie } from './watch.ts'
import { placeId } from './watch.ts'
import type { ContainerWatch, EngineTimer, PlaceWatch } from './watch.ts'
import type { Witness } from './witness.ts'

/** How far an episode has come. */
export interface Progress {
  state: EpisodeState
  /** When the latch was set. With rule and subject it names the episode. */
  startedAt: EpochMs
  /** Since when it is in its state. */
  since: EpochMs
  /** Since when nothing could be told; undefined while it can. */
  unknownSince: EpochMs | undefined
  /** What bears out a beginning or an end under way, or that what was said is over; undefined otherwise. */
  witness: Witness | undefined
}

export interface Episode extends Progress {
  readonly kind: 'episode'
  /** `episode|rule|subject` */
  readonly key: string
  readonly rule: Rule
  readonly subject: Subject
  /** The container's station, or what the rule is judged for as a whole. */
  readonly place: PlaceWatch
  readonly container: ContainerWatch | undefined
  /** The post that told of this episode; of one that was closed for want of data, while that still counts. */
  posted: { readonly key: PostKey; readonly at: EpochMs } | undefined
  /** Until when a post counts as said though its episode was closed for want of data; undefined while one goes on. */
  rememberUntil: EpochMs | undefined
  /** When any episode of this rule and subject was last posted; cooldown counts from here. */
  lastPostedAt: EpochMs | undefined
  dirty: boolean
  readonly timer: EngineTimer
}

export function createEpisode(rule: Rule, of: ContainerWatch | PlaceWatch): Episode {
  const container = of.kind === 'container' ? of : undefined
  const place = of.kind === 'container' ? of.station : of
  const subject = (container ? container.container.id : placeId(place)) as Subject
  const made = {
    kind: 'episode' as const,
    key: `episode|${rule.id}|${subject}`,
    rule,
    subject,
    place,
    container,
    state: 'idle' as const,
    startedAt: -Infinity as EpochMs,
    since: -Infinity as EpochMs,
    unknownSince: undefined,
    witness: undefined,
    posted: undefined,
    rememberUntil: undefined,
    lastPostedAt: undefined,
    dirty: false,
  }
  return tie(made, 'episode', `${rule.id}|${subject}`)
}

/** Names an episode: `full|1490-064-paper-1|1778000000000`. */
export function episodeId(rule: Rule, subject: Subject, startedAt: EpochMs): string {
  return `${rule.id}|${subject}|${startedAt}`
}

export interface Truths {
  readonly when: Truth
  readonly clear: Truth
}

export interface Step {
  readonly to: EpisodeState
  readonly because: DecisionReason
  readonly heldMs?: number
}

type Latch = 'set' | 'reset' | 'keep' | 'unknown'

export function readLatch(state: EpisodeState, { when, clear }: Truths): Latch {
  if (when === true) return 'set'
  if (clear === true) return 'reset'
  if (clear === 'unknown') return 'unknown'
  // `clear` is FALSE, so the latch keeps. To become active takes more: `when` must be known as well.
  return when === 'unknown' && state === 'pending' ? 'unknown' : 'keep'
}

/** Whether the truths leave open what becomes of an episode in that state. */
export function isUndecided(state: EpisodeState, truths: Truths): boolean {
  return state === 'idle' ? truths.when === 'unknown' : readLatch(state, truths) === 'unknown'
}

/**
 * The next step, or undefined when the episode stays as it is. To be asked again after each step,
 * since a rule without waiting times goes through several at once.
 */
export function nextStep(
  episode: Readonly<Progress>,
  rule: Rule,
  truths: Truths,
  at: EpochMs,
): Step | undefined {
  const { state, startedAt, since } = episode
  if (state === 'idle') {
    return truths.when === true ? { to: 'pending', because: 'condition-true' } : undefined
  }
  const latch = readLatch(state, truths)
  if (latch === 'unknown') return waitForData(episode, rule, at)
  switch (state) {
    case 'pending':
      if (latch === 'reset') {
        return { to: 'idle', because: 'reset-before-for', heldMs: at - startedAt }
      }
      if (at - startedAt < rule.forMs) return undefined
      if (!isBorneOut(episode, rule)) return waitForReading(episode)
      return { to: 'active', because: 'held-long-enough', heldMs: at - startedAt }
    case 'active':
      return latch === 'reset' ? { to: 'clearing', because: 'clear-condition-true' } : undefined
    case 'clearing':
      if (latch !== 'reset') return { to: 'active', because: 'not-cleared-after-all' }
      if (at - since < rule.clearForMs) return undefined
      if (!isBorneOut(episode, rule)) return waitForReading(episode)
      return { to: 'idle', because: 'cleared', heldMs: at - since }
  }
}

/** A beginning or an end that only one reading tells of may be a bad echo. */
function isBorneOut({ witness }: Readonly<Progress>, rule: Rule): boolean {
  return rule.readings < 2 || (witness?.readings ?? 0) >= rule.readings
}

function waitForReading({ state, witness }: Readonly<Progress>): Step | undefined {
  return witness?.isAwaited ? undefined : { to: state, because: 'waiting-for-reading' }
}

function waitForData(episode: Readonly<Progress>, rule: Rule, at: EpochMs): Step | undefined {
  const { state, unknownSince } = episode
  if (unknownSince === undefined) return { to: state, because: 'waiting-for-data' }
  if (at - unknownSince < rule.onMissing.graceMs) return undefined
  return { to: 'idle', because: 'no-data-closed', heldMs: at - unknownSince }
}

/** When after `at` the episode must be looked at again, though nothing happens; Infinity for never. */
export function episodeDue(episode: Readonly<Progress>, rule: Rule, at: EpochMs): number {
  const { state, startedAt, since, unknownSince } = episode
  let due = Infinity
  if (state === 'pending') due = startedAt + rule.forMs
  if (state === 'clearing') due = since + rule.clearForMs
  if (due <= at) due = Infinity
  const graceEnd = (unknownSince ?? Infinity) + rule.onMissing.graceMs
  return graceEnd > at ? Math.min(due, graceEnd) : due
}
