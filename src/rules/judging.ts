/** Looks at containers and stations and moves their episodes on. */
import { type EpochMs, plus } from '#src/stations/time.ts'
import type { DecisionReason, Truth } from './decision.ts'
import { createEpisode, episodeDue, isUndecided, nextStep, readLatch } from './episode.ts'
import type { Episode, Step, Truths } from './episode.ts'
import type { Rule } from './rule-book.ts'
import { enqueue, withdraw } from './waiting-room.ts'
import type { ContainerWatch, PlaceWatch, StationWatch } from './watch.ts'
import { callWitness, hearContainer } from './witness.ts'
import { decide, lookAt, markDirty, nowOf, rulesOf, truthOf } from './world.ts'
import type { World } from './world.ts'

/** Judges a container by its rules, and its station if that may matter to it. */
export function judge(world: World, watch: ContainerWatch): void {
  const countsChanged = judgeContainer(world, watch)
  judgePlace(world, watch.station, countsChanged)
}

/** Looks at a whole place, whatever has happened. A container at rest is passed over. */
export function inspect(world: World, place: PlaceWatch): void {
  if (place.kind !== 'station') {
    judgePlace(world, place, true)
    return
  }
  for (const watch of place.containers) {
    if (!isAtRest(world, watch)) judgeContainer(world, watch)
  }
  judgePlace(world, place, true)
}

/** Looks at a station and all its containers, whether at rest or not. */
export function inspectAll(world: World, station: StationWatch): void {
  for (const watch of station.containers) judgeContainer(world, watch)
  judgePlace(world, station, true)
}

/** No episode, no report, and no rule that could come true without the container's own timer waking it. */
function isAtRest({ drifts }: World, { reports, extras, episodes }: ContainerWatch): boolean {
  return !drifts && reports.length === 0 && !extras?.broken && episodes.every(isIdle)
}

function isIdle(episode: Episode | undefined): boolean {
  return episode === undefined || (episode.state === 'idle' && episode.unknownSince === undefined)
}

/** Tells whether the station's counts changed. */
function judgeContainer(world: World, watch: ContainerWatch): boolean {
  lookAt(world, watch, watch.station)
  const changed = updateTruth(world, watch)
  for (const rule of world.containerRules) settle(world, watch, rule)
  return changed
}

/** What a place is asked of changes with its counts: with the same counts a rule without an episode stays as it is. */
export function judgePlace(world: World, place: PlaceWatch, countsChanged: boolean): void {
  for (const rule of rulesOf(world, place)) {
    const episode = place.episodes[rule.index]
    if (!countsChanged && (!episode || episode.state === 'idle')) continue
    lookAt(world, undefined, place)
    settle(world, place, rule)
  }
}

/**
 * The time that a rule's schedule names has come. Where its condition is true that is news, whatever it
 * was last time; what is left of last time is not.
 */
export function judgeScheduled(world: World, rule: Rule, of: ContainerWatch | PlaceWatch): void {
  const place = of.kind === 'container' ? of.station : of
  const at = nowOf(world)
  lookAt(world, of.kind === 'container' ? of : undefined, place)
  const truth = truthOf(world, rule.when, place)
  const episode = (of.episodes[rule.index] ??= createEpisode(rule, of))
  const wasWaiting = withdraw(world, episode)
  if (truth !== true) {
    const because = truth === false ? 'schedule-not-true' : 'schedule-unknown'
    decide(world, episode, 'idle', because, { ...(wasWaiting && { outcome: 'dropped' }) })
    end(episode)
    markDirty(world, episode)
    return
  }
  decide(world, episode, 'active', 'condition-true', { ...(wasWaiting && { outcome: 'dropped' }) })
  episode.state = 'active'
  episode.startedAt = Math.max(at, episode.startedAt + 1) as EpochMs
  episode.since = at
  episode.posted = undefined
  markDirty(world, episode)
  const { startedAt } = episode
  enqueue(world, episode, { kind: 'open', startedAt, since: startedAt, opened: undefined })
}

/** Judges a single episode where it stands. */
export function judgeEpisode(world: World, episode: Episode): void {
  const { container, place, rule } = episode
  lookAt(world, container, place)
  if (container && updateTruth(world, container)) {
    judgePlace(world, place, true)
    lookAt(world, container, place)
  }
  settle(world, container ?? place, rule)
}

/** Counts the container anew at its station; tells whether anything changed. The facts must be turned to it. */
function updateTruth(world: World, watch: ContainerWatch): boolean {
  const before = watch.truth
  const now = (world.facts.c.full ?? 'unknown') as Truth
  if (now === before) return false
  const { station } = watch
  if (before === true && --station.full === 0) station.fullUntil = nowOf(world)
  if (before === 'unknown') station.unknown--
  if (now === true) station.full++
  if (now === 'unknown') station.unknown++
  watch.truth = now
  markDirty(world, station)
  return true
}

/** Takes every step an episode can take now. The facts must be turned to the subject. */
function settle(world: World, of: ContainerWatch | PlaceWatch, rule: Rule): void {
  const place = of.kind === 'container' ? of.station : of
  let episode = of.episodes[rule.index]
  if (rule.schedule) {
    if (episode?.state === 'active') settleScheduled(world, episode)
    return
  }
  if (episode) forgetIfOver(world, episode)
  if (!episode || (episode.state === 'idle' && rule.onMissing.policy !== 'fire')) {
    const mayBegin = truthOf(world, rule.when, place)
    if (mayBegin !== true && rule.onMissing.policy !== 'fire') return
    if (mayBegin === false && !episode) return
    episode ??= of.episodes[rule.index] = createEpisode(rule, of)
  }
  const truths = truthsOf(world, rule, place)
  const isUnknown = isUndecided(episode.state, truths)
  const given = isUnknown ? supply(episode, rule, truths, nowOf(world)) : truths
  for (;;) {
    hearWitness(world, episode, given, isUnknown)
    const step = nextStep(episode, rule, given, nowOf(world))
    if (!step) break
    take(world, episode, step, isUnknown)
  }
  forgetIfOver(world, episode)
  noteUnknown(world, episode, isUnknown)
  world.timers.wish(episode.timer, episodeDue(episode, rule, nowOf(world)))
}

/** What was true when its time came is over when it is so no longer; what waits to be posted is dropped. */
function settleScheduled(world: World, episode: Episode): void {
  if (truthOf(world, episode.rule.when, episode.place) !== false) return
  if (withdraw(world, episode)) {
    decide(world, episode, 'idle', 'resolved-while-waiting', { outcome: 'dropped' })
  } else {
    decide(world, episode, 'idle', 'cleared')
  }
  end(episode)
  markDirty(world, episode)
}

/** What is news of a container and its station, and true. */
export function trueEpisodes(world: World, watch: ContainerWatch): readonly Episode[] {
  return [...watch.episodes, ...watch.station.episodes].filter(
    (episode): episode is Episode => episode?.state === 'active' && isTrue(world, episode) === true,
  )
}

/**
 * Somebody has taken back what they said. What was true by it alone and waits to be posted is dropped,
 * whatever would have cleared it: nothing has been that could be put right.
 */
export function dropUnsaid(world: World, wereTrue: readonly Episode[]): void {
  for (const episode of wereTrue) {
    if (episode.state !== 'active' || isTrue(world, episode) !== false) continue
    if (!withdraw(world, episode)) continue
    decide(world, episode, 'idle', 'resolved-while-waiting', { outcome: 'dropped' })
    end(episode)
    markDirty(world, episode)
    world.timers.wish(episode.timer, Infinity)
  }
}

function isTrue(world: World, { container, place, rule }: Episode): Truth {
  lookAt(world, container, place)
  return truthOf(world, rule.when, place)
}

/** Without a condition of its own, an episode is clear when `when` is false. */
function truthsOf(world: World, rule: Rule, place: PlaceWatch): Truths {
  const when = truthOf(world, rule.when, place)
  if (rule.clear) return { when, clear: truthOf(world, rule.clear, place) }
  return { when, clear: when === 'unknown' ? 'unknown' : !when }
}

/** What a rule has laid down for UNKNOWN: nothing while it holds, or an answer of its own. */
function supply(episode: Episode, rule: Rule, truths: Truths, at: EpochMs): Truths {
  switch (rule.onMissing.policy) {
    case 'hold':
      return truths
    case 'clear':
      return { when: false, clear: true }
    case 'fire': {
      const { unknownSince } = episode
      const isOver = unknownSince !== undefined && at - unknownSince >= rule.onMissing.graceMs
      return isOver ? { when: true, clear: false } : truths
    }
  }
}

function noteUnknown(world: World, episode: Episode, isUnknown: boolean): void {
  const { rule } = episode
  const counts = isUnknown && (episode.state !== 'idle' || rule.onMissing.policy === 'fire')
  if (counts === (episode.unknownSince !== undefined)) return
  episode.unknownSince = counts ? nowOf(world) : undefined
  markDirty(world, episode)
}

/** What was said before nothing could be told counts until it is known to be over. */
function forgetIfOver(world: World, episode: Episode): void {
  const { container, rule, place, since } = episode
  if (episode.state !== 'idle' || !episode.posted) return
  if (readLatch(episode.state, truthsOf(world, rule, place)) !== 'reset') return
  if (rule.readings > 1 && container) {
    const witness = (episode.witness ??= callWitness(since))
    if (hearContainer(witness, container, 'has-room', rule.readings, nowOf(world))) {
      markDirty(world, episode)
    }
    if (witness.readings < rule.readings) return
  }
  episode.posted = undefined
  episode.witness = undefined
  markDirty(world, episode)
}

/** What a rule has laid down for UNKNOWN needs no readings: there are none. */
function hearWitness(world: World, episode: Episode, truths: Truths, isUnknown: boolean): void {
  const { container, rule, state, startedAt } = episode
  if (rule.readings < 2 || !container || (state !== 'pending' && state !== 'clearing')) return
  // Absent where the rule asked for no second reading when it began.
  const witness = (episode.witness ??= callWitness(startedAt))
  const says = state === 'pending' ? truths.when === true : readLatch(state, truths) === 'reset'
  if (!says) return
  const word = state === 'pending' ? 'full' : 'has-room'
  if (isUnknown) witness.readings = rule.readings
  else if (!hearContainer(witness, container, word, rule.readings, nowOf(world))) return
  markDirty(world, episode)
}

const ABOUT_CLEAR: ReadonlySet<DecisionReason> = new Set([
  'reset-before-for',
  'clear-condition-true',
  'not-cleared-after-all',
  'cleared',
])

function take(world: World, episode: Episode, step: Step, isUnknown: boolean): void {
  const { rule } = episode
  const at = nowOf(world)
  const because = step.because === 'cleared' && isUnknown ? 'no-data-closed' : step.because
  const wasWaiting = step.to === 'idle' && withdraw(world, episode)
  const isDropped = wasWaiting && because === 'no-data-closed'
  decide(world, episode, step.to, because, {
    about: ABOUT_CLEAR.has(because) ? 'clear' : 'when',
    ...(step.heldMs !== undefined && { heldMs: step.heldMs }),
    ...(isDropped && { outcome: 'dropped' }),
  })
  markDirty(world, episode)
  if (because === 'waiting-for-data') {
    episode.unknownSince = at
    return
  }
  if (because === 'waiting-for-reading') {
    episode.witness!.isAwaited = true
    return
  }
  const from = episode.state
  const { since, posted, rememberUntil } = episode
  episode.state = step.to
  episode.since = at
  // A new one is called for what begins now.
  episode.witness = step.to === 'clearing' && rule.readings > 1 ? callWitness(since) : undefined
  switch (step.to) {
    case 'pending':
      if (rememberUntil !== undefined && at > rememberUntil) episode.posted = undefined
      episode.startedAt = Math.max(at, episode.startedAt + 1) as EpochMs
      return
    case 'active':
      episode.rememberUntil = undefined
      if (from === 'pending' && posted) {
        decide(world, episode, 'active', 'said-before', { outcome: 'dropped', postKey: posted.key })
      } else if (from === 'pending') {
        const { startedAt } = episode
        enqueue(world, episode, { kind: 'open', startedAt, since: startedAt, opened: undefined })
      }
      return
    case 'clearing':
      return
    case 'idle': {
      if (wasWaiting && !isDropped) {
        decide(world, episode, 'idle', 'resolved-while-waiting', {
          about: 'clear',
          outcome: 'dropped',
        })
      }
      const { startedAt } = episode
      end(episode)
      if (posted && because !== 'cleared' && rule.onMissing.rememberMs > 0) {
        episode.posted = posted
        episode.rememberUntil = rememberUntil ?? plus(at, rule.onMissing.rememberMs)
      }
      if (because === 'cleared' && posted && rule.closePost !== undefined) {
        enqueue(world, episode, { kind: 'close', startedAt, since, opened: posted })
      }
    }
  }
}

/** Leaves no trace of an episode but what the next one of the same rule and subject needs. */
export function end(episode: Episode): void {
  episode.state = 'idle'
  episode.posted = undefined
  episode.rememberUntil = undefined
  episode.witness = undefined
  episode.unknownSince = undefined
  if (episode.lastPostedAt === undefined) {
    // An episode that was never told has no key to keep apart from; kept state forgets it as well.
    episode.startedAt = -Infinity as EpochMs
    episode.since = -Infinity as EpochMs
  }
}
