/** Makes posts of what has waited: gates, absorption, budget, key. */
import { createHash } from 'node:crypto'

import type { PostKey } from '#src/stations/ids.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { askBudget, spend } from './budget.ts'
import { isLevelLive, statusSource } from './container-status.ts'
import type { DecidedPost, GateAnswer, PostItem } from './decision.ts'
import { askGates } from './gates.ts'
import type { Lateness } from './gates.ts'
import { byImportance, itemEpisodeId } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { findAlternative } from './nearest.ts'
import { keepWaiting } from './waiting-room.ts'
import { decide, lookAt, markDirty, nowOf } from './world.ts'
import type { World } from './world.ts'

/** For so long news of a station follows up its newest post. */
const THREAD_MS = 2 * HOUR

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
    lookAt(world, item.episode.container, item.episode.station)
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
  lookAt(world, episode.container, episode.station)
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
  const { station, rule } = item.episode
  for (const bigger of world.stationRules) {
    if (!bigger.absorbs.includes(rule.id)) continue
    const episode = station.episodes[bigger.index]
    if (episode?.state === 'active' && episode.posted) return episode.posted.key
  }
  return undefined
}

/** Words to the staff cost nothing. */
function askBudgetOf(world: World, group: Group, priority: number): GateAnswer {
  if (group.audience === 'staff') return { gate: 'budget', answer: 'pass' }
  const { budget } = world.book.policy
  const { tally } = group.station
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
  const { settleMs, staleAfterMs } = world.book.policy
  const key = postKey(kind, items)
  const replyTo = group.audience === 'public' ? followed(world, group, items) : undefined
  const sendAt = plus(at, settleMs)
  const post: DecidedPost = {
    key,
    at,
    stationId: group.station.station.id,
    audience: group.audience,
    kind,
    priority,
    sendAt,
    expiresAt: plus(sendAt, staleAfterMs),
    items: items.map((item) => describe(world, item)),
    ...(replyTo !== undefined && { replyTo }),
  }
  world.ledger.posts.push(post)
  if (kind === 'open') {
    for (const { episode } of items) {
      episode.posted = { key, at }
      episode.lastPostedAt = at
      markDirty(world, episode)
    }
  }
  if (group.audience === 'public') {
    const { station } = group
    station.thread = { key, at }
    const { day, posts } = spend(station.tally, at, world.calendar)
    station.tally = { day, posts }
    world.account.tally = spend(world.account.tally, at, world.calendar)
    markDirty(world, station)
    markDirty(world, world.account)
  }
  return post
}

/** The same history gives the same key, so that nothing is said twice: not after a restart, not by a repeat. */
function postKey(kind: 'open' | 'close', items: readonly WaitingItem[]): PostKey {
  const named = [...items.map(itemEpisodeId).sort(), kind].join('\n')
  return createHash('sha256').update(named).digest('hex').slice(0, 16) as PostKey
}

/** The post that this one follows up: a close its own opening, anything the station's newest, if recent. */
function followed(world: World, group: Group, items: readonly WaitingItem[]): PostKey | undefined {
  const at = nowOf(world)
  const { thread } = group.station
  for (const earlier of [items[0]!.opened, thread]) {
    if (earlier && at - earlier.at <= THREAD_MS) return earlier.key
  }
  return undefined
}

function describe(world: World, item: WaitingItem): PostItem {
  const at = nowOf(world)
  const { rule, subject, container, station } = item.episode
  const common = {
    ruleId: rule.id,
    episode: itemEpisodeId(item),
    subject,
    template: item.kind === 'open' ? rule.post : rule.closePost!,
    since: item.since,
  }
  if (!container) {
    return {
      ...common,
      source: 'none',
      fullContainers: station.full,
      containers: station.containers.length,
    }
  }
  const { id, fraction } = container.container
  const isPublicOpen = item.kind === 'open' && rule.audience === 'public'
  const alternative = isPublicOpen
    ? findAlternative(world.stations.values(), station, fraction, at)
    : undefined
  return {
    ...common,
    containerId: id,
    fraction,
    source: statusSource(container, at),
    ...(isLevelLive(container, at) && { fillPercent: container.fillPercent! }),
    ...(alternative && { alternative }),
  }
}
