/** Goes on from kept state, and settles what a changed rule file or town makes of it. */
import type { AreaId, ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { KeptState } from './contract.ts'
import type { ContainerState } from './decision.ts'
import { episodeDue } from './episode.ts'
import type { Episode } from './episode.ts'
import { groupOf } from './group.ts'
import type { WaitingItem } from './group.ts'
import { judgeEpisode } from './judging.ts'
import {
  readClock,
  readEpisode,
  readExtras,
  readGroup,
  readRuleHash,
  readSilence,
  readStation,
  readTaken,
  readWide,
} from './kept-state.ts'
import type { KeptGroup } from './kept-state.ts'
import type { Rule } from './rule-book.ts'
import { addSilence } from './silence.ts'
import type { Subject } from './subject.ts'
import { episodeAt, findEpisode, findPlace, subjectsOf } from './subjects.ts'
import { createTaken } from './taking-back.ts'
import { forget } from './town-watch.ts'
import { takePlace, withdrawAll } from './waiting-room.ts'
import { extrasOf, restoreState } from './watch.ts'
import type { ContainerWatch, PlaceWatch, WideWatch } from './watch.ts'
import { ENGINE_VERSION, decide, lookAt, markDirty, nowOf, truthOf } from './world.ts'
import type { World } from './world.ts'

/** What was kept and concerns nobody any more; to be forgotten. */
export interface Leftovers {
  readonly keys: readonly string[]
  /** Blank: should the container come back, it is unknown, as in an engine that saw it go. */
  readonly containers: readonly ContainerState[]
}

/**
 * Puts kept state back. The clock comes first: rules that are new or changed are judged at the instant
 * at which the engine stopped.
 */
export function restore(world: World, kept: KeptState, firedUntil?: EpochMs): Leftovers {
  restoreClock(world, kept, firedUntil)
  const containers: ContainerState[] = []
  for (const state of kept.containers) {
    const { containerId } = state
    const watch = world.containers.get(containerId)
    if (watch) restoreState(watch, state, world.book.facts)
    else if (!isBlank(state)) containers.push({ containerId, reports: [] })
  }
  const leftovers: string[] = []
  const groups: [string, KeptGroup][] = []
  for (const key of kept.state.keys()) {
    const [kind, first] = key.split('|')
    if (kind === 'station' && !restoreStation(world, kept, key, first!)) leftovers.push(key)
    if (kind === 'more' && !restoreExtras(world, kept, key, first!)) leftovers.push(key)
    if (kind === 'silence') addSilence(world, readSilence(kept.state, key)!)
    if (kind === 'taken') restoreTaken(world, kept, key, first!)
    if (kind === 'area' && !restoreWide(world.areas.get(first as AreaId), kept, key)) {
      leftovers.push(key)
    }
    if (kind === 'episode' && !restoreEpisode(world, kept, key)) {
      tellRemoved(world, kept, key)
      leftovers.push(key)
    }
    if (kind === 'rule' && !world.rules.has(first!)) leftovers.push(key)
    if (kind === 'group') groups.push([key, readGroup(kept.state, key)!])
  }
  for (const [key, group] of groups) if (!restoreGroup(world, key, group)) leftovers.push(key)
  return { keys: leftovers, containers }
}

function isBlank({ reports, containerId: _id, ...known }: ContainerState): boolean {
  return reports.length === 0 && Object.keys(known).length === 0
}

function restoreClock(world: World, kept: KeptState, firedUntil: number = -Infinity): void {
  const clock = readClock(kept.state)
  if (clock) {
    world.clock.now = Math.max(clock.at, firedUntil) as EpochMs
    world.clock.seq = clock.seq
    world.clock.recordAt = clock.recordAt
    world.clock.catchUpUntil = clock.catchUpUntil
  }
  restoreWide(world.account, kept, world.account.key)
}

function restoreStation(world: World, kept: KeptState, key: string, id: string): boolean {
  const station = world.stations.get(id as StationId)
  if (!station) return false
  const { full, room, thread, tally, fullUntil, litter, ice, truck, gatewayDown } = readStation(
    kept.state,
    key,
  )!
  for (const watch of station.containers) {
    const { name } = watch.container
    watch.truth = full.includes(name) ? true : room.includes(name) ? false : 'unknown'
  }
  station.full = station.containers.filter((watch) => watch.truth === true).length
  station.unknown = station.containers.filter((watch) => watch.truth === 'unknown').length
  station.thread = thread
  station.tally = tally
  station.fullUntil = fullUntil
  station.litter = litter
  station.ice = ice
  station.truck = truck
  station.gatewayDown = gatewayDown === true
  return true
}

/** False where there is no such area any more. */
function restoreWide(place: WideWatch | undefined, kept: KeptState, key: string): boolean {
  if (!place) return false
  const { tally, thread, bike, digestDay } = readWide(kept.state, key) ?? {}
  Object.assign(place, { tally, thread, bike, digestDay })
  return true
}

function restoreExtras(world: World, kept: KeptState, key: string, id: string): boolean {
  const watch = world.containers.get(id as ContainerId)
  if (!watch) return false
  const { broken, plans, forecast } = readExtras(kept.state, key)!
  Object.assign(extrasOf(watch), { broken, plans, forecast })
  return true
}

function restoreTaken(world: World, kept: KeptState, key: string, post: string): void {
  const at = readTaken(kept.state, key)!
  world.taken.set(post as PostKey, createTaken(post as PostKey, at))
}

/** False where its rule is no longer in the book or its subject no longer in the town. */
function restoreEpisode(world: World, kept: KeptState, key: string): boolean {
  const [, ruleId, subject] = key.split('|') as [string, string, string]
  const episode = findEpisode(world, ruleId, subject)
  if (!episode) return false
  Object.assign(episode, readEpisode(kept.state, key))
  world.timers.wish(episode.timer, episodeDue(episode, episode.rule, nowOf(world)))
  return true
}

/** The subject was taken out of the town while the engine stood still. */
function tellRemoved(world: World, kept: KeptState, key: string): void {
  const [, ruleId, subject] = key.split('|') as [string, string, Subject]
  const rule = world.rules.get(ruleId)
  const { state } = readEpisode(kept.state, key)!
  if (!rule || state === 'idle') return
  const [municipality, station] = subject.split('-')
  const isAtStation = rule.per === 'container' || rule.per === 'station'
  world.ledger.decisions.push({
    at: nowOf(world),
    seq: world.clock.seq,
    ruleId,
    ruleHash: rule.hash,
    subject,
    ...(isAtStation && { stationId: `${municipality}-${station}` as StationId }),
    ...(rule.per === 'area' && { areaId: subject as AreaId }),
    ...(rule.per === 'container' && { containerId: subject as ContainerId }),
    from: state,
    to: 'idle',
    because: 'container-removed',
    clauses: [],
    gates: [],
    engine: ENGINE_VERSION,
    tzdata: world.tzdata,
  })
}

function restoreGroup(world: World, key: string, kept: KeptGroup): boolean {
  const [, placeId, audience] = key.split('|') as [string, string, 'public' | 'staff']
  const place = findPlace(world, placeId)
  if (!place) return false
  const items: WaitingItem[] = []
  for (const item of kept.items) {
    const episode = findEpisode(world, item.rule, item.subject)
    // What the rule had to say to the one audience is not for the other.
    if (episode?.rule.audience !== audience) continue
    const { kind, startedAt, since, opened, blocked, suppressedSince } = item
    items.push({ episode, kind, startedAt, since, opened, blocked, suppressedSince })
  }
  const group = groupOf(place, audience)
  group.items = items
  if (items.length > 0 && kept.dueAt !== undefined) world.timers.wish(group.timer, kept.dueAt)
  takePlace(world, group)
  if (items.length < kept.items.length) markDirty(world, group)
  return true
}

/**
 * Compares the book with the one that state was kept under. A rule that stands unchanged goes on as it
 * was. Where when, clear or for changed, what was pending starts anew and what was active counts as told.
 * Whatever is true at once under a new or changed rule becomes active in silence: editing a rule never
 * makes a post by itself. Gives back the rules whose hash is to be kept anew.
 */
export function adoptBook(world: World, kept: KeptState): readonly Rule[] {
  const adopted: Rule[] = []
  for (const rule of world.book.rules) {
    const hash = readRuleHash(kept.state, rule.id)
    if (hash === rule.hash) continue
    adopted.push(rule)
    if (world.clock.now === undefined) continue
    for (const of of subjectsOf(world, rule)) adoptRule(world, rule, of)
  }
  return adopted
}

function adoptRule(world: World, rule: Rule, of: ContainerWatch | PlaceWatch): void {
  const place = of.kind === 'container' ? of.station : of
  const episode = of.episodes[rule.index]
  lookAt(world, of.kind === 'container' ? of : undefined, place)
  if (episode?.state === 'pending') {
    decide(world, episode, 'idle', 'rule-changed')
    const { lastPostedAt } = episode
    forget(world, episode)
    episode.lastPostedAt = lastPostedAt
    judgeEpisode(world, episode)
    return
  }
  if (episode && episode.state !== 'idle') {
    if (episode.witness) {
      // What the rule asks of it now is asked anew.
      episode.witness = undefined
      markDirty(world, episode)
    }
    const isWaiting = withdrawAll(world, episode)
    decide(world, episode, episode.state, 'rule-changed', {
      ...(isWaiting && { outcome: 'dropped' }),
    })
    return
  }
  if (!rule.schedule && truthOf(world, rule.when, place) === true) {
    activateSilently(world, episodeAt(rule, of))
  }
}

function activateSilently(world: World, episode: Episode): void {
  const at = nowOf(world)
  decide(world, episode, 'active', 'first-load-silent')
  episode.state = 'active'
  episode.startedAt = at
  episode.since = at
  markDirty(world, episode)
}
