/** Makes posts of what has waited: gates, absorption, budget, key. */
import { createHash } from 'node:crypto'

import type { AreaId, PostKey } from '#src/stations/ids.ts'
import { DAY, HOUR, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { askBudget, spend } from './budget.ts'
import { isLevelLive, statusSource } from './container-status.ts'
import type { DecidedPost, GateAnswer, PostItem } from './decision.ts'
import { FORECAST_LIFE_MS, countFullSince, wasPassedBy } from './facts.ts'
import { askGates } from './gates.ts'
import type { Lateness } from './gates.ts'
import { byImportance, itemEpisodeId } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { findAlternative } from './nearest.ts'
import { nextEmptying } from './plan.ts'
import { keepWaiting } from './waiting-room.ts'
import type { ContainerWatch, PlaceWatch, WideWatch } from './watch.ts'
import { placeId } from './watch.ts'
import { decide, lookAt, markDirty, nowOf } from './world.ts'
import type { World } from './world.ts'

/** For so long news of a station follows up its newest post. */
const THREAD_MS = 2 * HOUR

/** Plans so far ahead are told with the news. */
const PLAN_TOLD_MS = 7 * DAY

/** What an item is blocked by while it waits for the account's gap between posts. */
const GAP = 'budget:gap'

/**
 * The end of the account's gap for a group in which everything waits for it, else 0. Such a group is
 * due then and never at another instant, so its due time need not be kept each time it moves.
 */
export function gapEndOf(world: World, group: Group): number {
  const lastAt = world.account.tally?.lastAt
  if (lastAt === undefined || group.items.some(({ blocked }) => blocked !== GAP)) return 0
  return lastAt + world.book.policy.budget.minGapMs
}

interface Attempt {
  readonly item: WaitingItem
  readonly gates: readonly GateAnswer[]
}

/** Tries to post what waits in a group. What is held stays; the subjects must have been judged anew. */
export function flush(world: World, group: Group, lateness: Lateness | undefined): void {
  const attempts = group.items.toSorted(byImportance).map((item): Attempt => {
    lookAt(world, item.episode.container, item.episode.place)
    return { item, gates: askGates(world, item, lateness) }
  })
  const held: Held[] = []
  for (const kind of ['open', 'close'] as const) {
    held.push(
      ...postKind(
        world,
        group,
        kind,
        attempts.filter(({ item }) => item.kind === kind),
      ),
    )
  }
  const dueAt = Math.min(...held.map(({ until }) => until))
  keepWaiting(
    world,
    group,
    held.map(({ item }) => item),
    Math.max(dueAt, nowOf(world) + 1),
  )
}

interface Held {
  readonly item: WaitingItem
  readonly until: EpochMs
}

/** Opening and closing news do not share a post. Gives back what has to wait. */
function postKind(
  world: World,
  group: Group,
  kind: 'open' | 'close',
  attempts: readonly Attempt[],
): readonly Held[] {
  const passing = attempts.filter(({ gates }) => gates.every(({ answer }) => answer === 'pass'))
  const absorbed = new Map<WaitingItem, PostKey | undefined>()
  for (const { item } of passing) {
    const told = kind === 'open' ? tellingAbsorber(world, item) : undefined
    if (told) absorbed.set(item, told)
  }
  const candidates = passing.filter(({ item }) => !absorbed.has(item))
  const priority = Math.max(0, ...candidates.map(({ item }) => item.episode.rule.priority))
  const budget = askBudgetOf(world, group, priority)
  const held: Held[] = []
  let post: DecidedPost | undefined
  if (candidates.length > 0 && budget.answer === 'pass') {
    const items = candidates.map(({ item }) => item)
    const said = items.filter((item) => !items.some((other) => absorbs(other, item)))
    post = publish(world, group, kind, said, priority)
    for (const item of items) if (!said.includes(item)) absorbed.set(item, post.key)
  }
  for (const { item, gates } of attempts) {
    const isCandidate = candidates.some((candidate) => candidate.item === item)
    const own = isCandidate ? budget : askBudgetOf(world, group, item.episode.rule.priority)
    const answers = [...gates, own]
    const until = tellOutcome(world, item, answers, absorbed, post)
    if (until !== undefined) held.push({ item, until })
  }
  return held
}

/** Writes the decision on one item; gives back until when it is held, if it is. */
function tellOutcome(
  world: World,
  item: WaitingItem,
  gates: readonly GateAnswer[],
  absorbed: ReadonlyMap<WaitingItem, PostKey | undefined>,
  post: DecidedPost | undefined,
): EpochMs | undefined {
  const { episode } = item
  const about = item.kind === 'open' ? 'when' : 'clear'
  lookAt(world, episode.container, episode.place)
  const absorber = absorbed.get(item)
  if (absorber !== undefined) {
    decide(world, episode, episode.state, 'absorbed', {
      about,
      gates,
      outcome: 'dropped',
      postKey: absorber,
    })
    return undefined
  }
  const blocking = gates.find(({ answer }) => answer !== 'pass')
  if (!blocking) {
    const heldMs = nowOf(world) - item.since
    decide(world, episode, episode.state, 'posted', {
      about,
      heldMs,
      gates,
      outcome: 'posted',
      postKey: post!.key,
    })
    return undefined
  }
  if (blocking.answer === 'drop') {
    decide(world, episode, episode.state, 'gate-dropped', { about, gates, outcome: 'dropped' })
    return undefined
  }
  const isGap = blocking.detail?.startsWith('min_gap') === true
  const blocked = isGap ? GAP : blocking.gate
  if (item.blocked !== blocked) {
    item.blocked = blocked
    decide(world, episode, episode.state, 'gate-held', { about, gates, outcome: 'held' })
  }
  return blocking.until!
}

function absorbs(bigger: WaitingItem, smaller: WaitingItem): boolean {
  return bigger.episode.rule.absorbs.includes(smaller.episode.rule.id)
}

/** The post of a bigger rule that is active at the station and has been told; it speaks for the smaller as well. */
function tellingAbsorber(world: World, item: WaitingItem): PostKey | undefined {
  const { place, rule } = item.episode
  if (place.kind !== 'station') return undefined
  for (const bigger of world.stationRules) {
    if (!bigger.absorbs.includes(rule.id)) continue
    const episode = place.episodes[bigger.index]
    if (episode?.state === 'active' && episode.posted) return episode.posted.key
  }
  return undefined
}

/** Words to the staff cost nothing. */
function askBudgetOf(world: World, group: Group, priority: number): GateAnswer {
  if (group.audience === 'staff') return { gate: 'budget', answer: 'pass' }
  const { budget } = world.book.policy
  const { place } = group
  const tally = place.kind === 'account' ? undefined : place.tally
  return askBudget(budget, tally, world.account.tally, priority, nowOf(world), world.calendar)
}

function publish(
  world: World,
  group: Group,
  kind: 'open' | 'close',
  items: readonly WaitingItem[],
  priority: number,
): DecidedPost {
  const at = nowOf(world)
  const { place, audience } = group
  const replyTo = audience === 'public' ? followed(world, group, items) : undefined
  const post: DecidedPost = {
    key: postKey(kind, items.map(itemEpisodeId)),
    ...aboutPlace(place),
    audience,
    kind,
    priority,
    ...timesOf(world),
    items: items.map((item) => describe(world, item)),
    ...(replyTo !== undefined && { replyTo }),
  }
  world.ledger.posts.push(post)
  if (kind === 'open') noteTold(world, items, post.key)
  if (audience === 'public') {
    place.thread = { key: post.key, at }
    if (place.kind !== 'account') {
      const { day, posts } = spend(place.tally, at, world.calendar)
      place.tally = { day, posts }
    }
    world.account.tally = spend(world.account.tally, at, world.calendar)
    markDirty(world, place)
    markDirty(world, world.account)
  }
  return post
}

function noteTold(world: World, items: readonly WaitingItem[], key: PostKey): void {
  const at = nowOf(world)
  for (const { episode } of items) {
    episode.posted = { key, at }
    episode.lastPostedAt = at
    markDirty(world, episode)
  }
}

/** When a post that is decided now is to be sent, and until when that is worth it. */
export function timesOf(world: World): Pick<DecidedPost, 'at' | 'sendAt' | 'expiresAt'> {
  const at = nowOf(world)
  const { settleMs, staleAfterMs } = world.book.policy
  const sendAt = plus(at, settleMs)
  return { at, sendAt, expiresAt: plus(sendAt, staleAfterMs) }
}

function aboutPlace(place: PlaceWatch): Pick<DecidedPost, 'stationId' | 'areaId'> {
  switch (place.kind) {
    case 'station':
      return { stationId: place.station.id }
    case 'area':
      return { areaId: placeId(place) as AreaId }
    case 'account':
      return {}
  }
}

/** When the digest of the day is next to be made: at its time, or when the account may speak again after it. */
export function digestDue(world: World): EpochMs {
  const at = nowOf(world)
  const { digestMinute, minGapMs } = world.book.policy.budget
  const { account, calendar } = world
  const due = calendar.nextTime(digestMinute, at - DIGEST_LATE_MS)
  if (due > at) return due
  if (account.digestDay === calendar.dayOf(at)) return calendar.nextTime(digestMinute, at)
  return Math.max(at, (account.tally?.lastAt ?? -Infinity) + minGapMs) as EpochMs
}

/** A digest that could not be made for so long, since the account was speaking, is left out that day. */
const DIGEST_LATE_MS = 2 * HOUR

/**
 * One post with all that the day's spent budget has held back and that is still so. It is the day's
 * one post outside the budget. The episodes must have been judged anew.
 */
export function postDigest(world: World, lateness: Lateness | undefined): void {
  const { account } = world
  account.digestDay = world.calendar.dayOf(nowOf(world))
  markDirty(world, account)
  const attempts: Attempt[] = []
  for (const item of heldByBudget(world)) {
    lookAt(world, item.episode.container, item.episode.place)
    const gates = askGates(world, item, lateness)
    if (gates.every(({ answer }) => answer === 'pass')) attempts.push({ item, gates })
  }
  if (attempts.length === 0) return
  const items = attempts.map(({ item }) => item).sort(byImportance)
  const said = items.filter(
    (item) =>
      !items.some((other) => absorbs(other, item) && other.episode.place === item.episode.place),
  )
  const post: DecidedPost = {
    key: postKey('digest', said.map(itemEpisodeId)),
    audience: 'public',
    kind: 'digest',
    priority: items[0]!.episode.rule.priority,
    ...timesOf(world),
    items: said.map((item) => ({
      ...describe(world, item),
      ...aboutPlace(item.episode.place),
    })),
  }
  world.ledger.posts.push(post)
  noteTold(
    world,
    said.filter(({ kind }) => kind === 'open'),
    post.key,
  )
  for (const { item, gates } of attempts) {
    const { episode } = item
    const isSaid = said.includes(item)
    lookAt(world, episode.container, episode.place)
    decide(world, episode, episode.state, isSaid ? 'digested' : 'absorbed', {
      about: item.kind === 'open' ? 'when' : 'clear',
      gates,
      outcome: isSaid ? 'posted' : 'dropped',
      postKey: post.key,
    })
  }
  const told = new Set(items)
  for (const group of new Set(items.map(({ episode }) => episode.place.groups.public!))) {
    const rest = group.items.filter((item) => !told.has(item))
    keepWaiting(world, group, rest, group.timer.dueAt)
  }
  const { day, posts } = account.tally ?? { day: account.digestDay, posts: 0 }
  account.tally = { day, posts, lastAt: post.at }
}

/** Everything public that the day had no more posts for. */
export function* heldByBudget(world: World): Generator<WaitingItem> {
  const places = [...world.stations.values(), ...world.areas.values(), world.account]
  for (const { groups } of places) {
    for (const item of groups.public?.items ?? []) if (item.blocked === 'budget') yield item
  }
}

/** The same history gives the same key, so that nothing is said twice: not after a restart, not by a repeat. */
export function postKey(kind: DecidedPost['kind'], names: readonly string[]): PostKey {
  const named = [...names.toSorted(), kind].join('\n')
  return createHash('sha256').update(named).digest('hex').slice(0, 16) as PostKey
}

/** The post that this one follows up: a close its own opening, anything the station's newest, if recent. */
function followed(world: World, group: Group, items: readonly WaitingItem[]): PostKey | undefined {
  const at = nowOf(world)
  const { thread } = group.place
  for (const earlier of [items[0]!.opened, thread]) {
    if (earlier && at - earlier.at <= THREAD_MS) return earlier.key
  }
  return undefined
}

function describe(world: World, item: WaitingItem): PostItem {
  const { rule, subject, container, place } = item.episode
  const common = {
    ruleId: rule.id,
    episode: itemEpisodeId(item),
    subject,
    template: item.kind === 'open' ? rule.post : rule.closePost!,
    since: item.since,
  }
  if (container) return { ...common, ...describeContainer(world, item, container) }
  if (place.kind !== 'station') return { ...common, ...describeWide(world, item, place) }
  return {
    ...common,
    source: 'none',
    fullContainers: place.full,
    containers: place.containers.length,
  }
}

type Details = Omit<PostItem, 'ruleId' | 'episode' | 'subject' | 'template' | 'since'>

function describeContainer(world: World, item: WaitingItem, container: ContainerWatch): Details {
  const at = nowOf(world)
  const { id, fraction } = container.container
  const isPublicOpen = item.kind === 'open' && item.episode.rule.audience === 'public'
  const alternative = isPublicOpen
    ? findAlternative(world.stations.values(), container.station, fraction, at)
    : undefined
  const next = isPublicOpen ? nextEmptying(container.extras?.plans, at) : undefined
  const forecast = container.extras?.forecast
  const fullAt =
    forecast && at < forecast.at + FORECAST_LIFE_MS && item.episode.rule.readsForecast
      ? forecast.fullAt
      : undefined
  return {
    containerId: id,
    fraction,
    source: statusSource(container, at),
    ...(isLevelLive(container, at) && { fillPercent: container.fillPercent! }),
    ...(alternative && { alternative }),
    ...(next && next.from - at < PLAN_TOLD_MS && { nextEmptyingAt: next.from }),
    ...(isPublicOpen && wasPassedBy(container, at, world.calendar) && { passedBy: true }),
    ...(fullAt !== undefined && { fullAt }),
  }
}

function describeWide(world: World, { episode: { rule } }: WaitingItem, place: WideWatch): Details {
  const { bike } = place
  const isOfWeek = rule.when.reads.includes('a.stations_full_last_7d')
  const stationsFull = isOfWeek
    ? countFullSince(place, nowOf(world))
    : place.stations.filter(({ full }) => full > 0).length
  return {
    source: 'none',
    stationsFull,
    stations: place.stations.length,
    ...(bike?.firstStopAt !== undefined && { firstStopAt: bike.firstStopAt }),
    ...(bike?.freeSlots !== undefined && { freeSlots: bike.freeSlots }),
  }
}
