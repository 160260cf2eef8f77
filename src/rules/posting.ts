/** Makes posts of what has waited: gates, absorption, budget, key. */
import type { AreaId, PostKey } from '#src/stations/ids.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { askBudget, isGap, spend } from './budget.ts'
import { blockingGate } from './decision.ts'
import type { DecidedPost, GateAnswer } from './decision.ts'
import { askGates } from './gates.ts'
import type { Lateness } from './gates.ts'
import { byImportance, itemEpisodeId } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { describe } from './post-items.ts'
import { postKey } from './post-key.ts'
import { GAP, keepWaiting } from './waiting-room.ts'
import type { PlaceWatch } from './watch.ts'
import { placeId } from './watch.ts'
import { decide, lookAt, markDirty, nowOf } from './world.ts'
import type { World } from './world.ts'

/** For so long news of a station follows up its newest post. */
const THREAD_MS = 2 * HOUR

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
  // What waits for the account's gap alone has its turn in the line.
  const dues = held.flatMap(({ item, until }) => (item.blocked === GAP ? [] : until))
  const items = held.map(({ item }) => item)
  keepWaiting(world, group, items, Math.max(Math.min(...dues), nowOf(world) + 1))
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
  const absorbed = new Map<WaitingItem, PostKey>()
  for (const { item } of passing) {
    const told = tellingAbsorber(world, item)
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
  absorbed: ReadonlyMap<WaitingItem, PostKey>,
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
  const blocking = blockingGate(gates)
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
  const blocked = isGap(blocking) ? GAP : blocking.gate
  if (item.blocked !== blocked) {
    item.blocked = blocked
    decide(world, episode, episode.state, 'gate-held', { about, gates, outcome: 'held' })
  }
  return blocking.until!
}

/** Whether one speaks for the other as well: a rule for its own container, or for all of its station. */
export function absorbs(bigger: WaitingItem, smaller: WaitingItem): boolean {
  const { rule, container, place } = bigger.episode
  return (
    rule.absorbs.includes(smaller.episode.rule.id) &&
    place === smaller.episode.place &&
    (!container || container === smaller.episode.container)
  )
}

/** The post of a bigger rule that is active and has been told; it speaks for the smaller as well. */
export function tellingAbsorber(world: World, item: WaitingItem): PostKey | undefined {
  const { place, container, rule } = item.episode
  if (item.kind === 'close') return undefined
  for (const bigger of world.book.rules) {
    if (!bigger.absorbs.includes(rule.id)) continue
    const episode = (bigger.per === 'container' ? container : place)?.episodes[bigger.index]
    if (episode?.state === 'active' && episode.posted) return episode.posted.key
  }
  return undefined
}

/** Words to the staff cost nothing. */
export function askBudgetOf(
  world: World,
  group: Pick<Group, 'place' | 'audience'>,
  priority: number,
): GateAnswer {
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

export function noteTold(world: World, items: readonly WaitingItem[], key: PostKey): void {
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

export function aboutPlace(place: PlaceWatch): Pick<DecidedPost, 'stationId' | 'areaId'> {
  switch (place.kind) {
    case 'station':
      return { stationId: place.station.id }
    case 'area':
      return { areaId: placeId(place) as AreaId }
    case 'account':
      return {}
  }
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
