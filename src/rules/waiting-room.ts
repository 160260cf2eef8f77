/** Where news waits for company, and where it is taken out again when it is no longer news. */
import type { Episode } from './episode.ts'
import { groupOf } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { decide, markDirty, nowOf, placesOf } from './world.ts'
import type { World } from './world.ts'

/** The first to come opens a group, and the group waits; those who come meanwhile go with it. */
export function enqueue(
  world: World,
  episode: Episode,
  news: Pick<WaitingItem, 'kind' | 'startedAt' | 'since' | 'opened'>,
): void {
  const group = groupOf(episode.place, episode.rule.audience)
  // What comes by the clock is wanted at that time, and has no company to wait for.
  const groupWaitMs = episode.rule.schedule ? 0 : world.book.policy.groupWaitMs
  const dueAt = Math.min(group.timer.dueAt, nowOf(world) + groupWaitMs)
  const item = { ...news, episode, blocked: undefined, suppressedSince: {} }
  keepWaiting(world, group, [...group.items, item], dueAt)
  if (groupWaitMs === 0) return
  const about = news.kind === 'open' ? 'when' : 'clear'
  decide(world, episode, episode.state, 'grouped', { outcome: 'held', about })
}

/** Takes out the opening news of an episode that is over; tells whether there was any. */
export function withdraw(world: World, episode: Episode): boolean {
  return takeOut(world, episode, ({ kind }) => kind === 'open')
}

/** Takes out opening and closing news alike; tells whether there was any. */
export function withdrawAll(world: World, episode: Episode): boolean {
  return takeOut(world, episode, () => true)
}

function takeOut(world: World, episode: Episode, isMeant: (item: WaitingItem) => boolean): boolean {
  const group = episode.place.groups[episode.rule.audience]
  const rest = group?.items.filter((item) => item.episode !== episode || !isMeant(item))
  if (!group || rest!.length === group.items.length) return false
  keepWaiting(world, group, rest!, group.timer.dueAt)
  return true
}

/** Leaves these in the group, to be tried again at `dueAt`; and what waits for the account's gap, in its turn. */
export function keepWaiting(
  world: World,
  group: Group,
  items: readonly WaitingItem[],
  dueAt: number,
): void {
  group.items = items
  markDirty(world, group)
  world.timers.wish(group.timer, items.length === 0 ? Infinity : dueAt)
  takePlace(world, group)
}

/** A group stands in the line for the account's gap as long as something in it waits for that. */
export function takePlace(world: World, group: Group): void {
  const { line } = world
  if (!group.items.some(({ blocked }) => blocked === GAP)) {
    line.leave(group)
    return
  }
  line.stand(group)
  moveLine(world)
}

/** What an item is blocked by while it waits for the account's gap between posts. */
export const GAP = 'budget:gap'

/** Has the line come due when the account may speak again. */
export function moveLine(world: World): void {
  const { line, timers } = world
  timers.wish(line.timer, line.first() ? gapEnd(world) : Infinity)
}

/** When the account's gap is over: now, unless it has spoken a moment ago. */
function gapEnd(world: World): number {
  const lastAt = world.account.tally?.lastAt ?? -Infinity
  return Math.max(nowOf(world), lastAt + world.book.policy.budget.minGapMs)
}

/** When a group is to be tried again; Infinity when nothing waits in it. */
export function dueOf(world: World, { inLineBy, timer }: Group): number {
  return inLineBy ? Math.min(gapEnd(world), timer.dueAt) : timer.dueAt
}

/** Every group in which something waits. */
export function* groupsInWait(world: World): Generator<Group> {
  for (const place of placesOf(world)) {
    for (const group of [place.groups.public, place.groups.staff]) {
      if (group && group.items.length > 0) yield group
    }
  }
}
