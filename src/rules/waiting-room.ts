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
  group.items = [...group.items, { ...news, episode, blocked: undefined, suppressedSince: {} }]
  markDirty(world, group)
  const dueAt = nowOf(world) + groupWaitMs
  if (dueAt < group.timer.dueAt) world.timers.wish(group.timer, dueAt)
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

/** Leaves these in the group, to be tried again at `dueAt`, or for the account's gap when all wait for it. */
export function keepWaiting(
  world: World,
  group: Group,
  items: readonly WaitingItem[],
  dueAt: number,
): void {
  group.items = items
  const wanted = Math.max(dueAt, gapEndOf(world, group))
  world.timers.wish(group.timer, items.length === 0 ? Infinity : wanted)
  markDirty(world, group)
}

/** What an item is blocked by while it waits for the account's gap between posts. */
export const GAP = 'budget:gap'

/**
 * The end of the account's gap for a group in which everything waits for it, else 0. Such a group is
 * due then and never at another instant, so its due time need not be kept each time it moves.
 */
export function gapEndOf(world: World, { items }: Group): number {
  const lastAt = world.account.tally?.lastAt
  if (lastAt === undefined || items.length === 0) return 0
  if (items.some(({ blocked }) => blocked !== GAP)) return 0
  return lastAt + world.book.policy.budget.minGapMs
}

/** Every group in which something waits. */
export function* groupsInWait(world: World): Generator<Group> {
  for (const place of placesOf(world)) {
    for (const group of [place.groups.public, place.groups.staff]) {
      if (group && group.items.length > 0) yield group
    }
  }
}
