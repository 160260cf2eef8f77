/** Where news waits for company, and where it is taken out again when it is no longer news. */
import type { Episode } from './episode.ts'
import { groupOf } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { decide, markDirty, nowOf } from './world.ts'
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
  const group = episode.place.groups[episode.rule.audience]
  if (!group) return false
  const rest = group.items.filter((item) => item.episode !== episode || item.kind === 'close')
  if (rest.length === group.items.length) return false
  keepWaiting(world, group, rest, group.timer.dueAt)
  return true
}

/** Leaves these in the group, to be tried again at `dueAt`. */
export function keepWaiting(
  world: World,
  group: Group,
  items: readonly WaitingItem[],
  dueAt: number,
): void {
  group.items = items
  world.timers.wish(group.timer, items.length === 0 ? Infinity : dueAt)
  markDirty(world, group)
}
