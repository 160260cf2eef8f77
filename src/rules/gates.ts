/** Asks every gate of one piece of news, also after the first has said no: all answers are kept. */
import { HOUR, MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { GateAnswer } from './decision.ts'
import type { Episode } from './episode.ts'
import { groupOf } from './group.ts'
import type { WaitingItem } from './group.ts'
import { silenceOver } from './silence.ts'
import { markDirty, nowOf, truthOf } from './world.ts'
import type { World } from './world.ts'

/** When to look again at what has no end of its own. */
const LOOK_AGAIN_MS = 15 * MINUTE
/** What is to be posted at a time of day may be so much later: others may stand in line before it. */
export const POST_AT_MS = 2 * HOUR

/** How late the news is told; known only when timers are caught up with after downtime. */
export interface Lateness {
  readonly byMs: number
}

/** All gates but the budget, which is asked for the post as a whole. The facts must be turned to the subject. */
export function askGates(
  world: World,
  item: WaitingItem,
  lateness: Lateness | undefined,
): readonly GateAnswer[] {
  noteSuppressions(world, item)
  return answersOfGates(world, item, lateness)
}

/** The same, without leaving a trace. */
export function answersOfGates(
  world: World,
  item: WaitingItem,
  lateness: Lateness | undefined,
): readonly GateAnswer[] {
  const isOpen = item.kind === 'open'
  return [
    isOpen ? askStillActive(world, item) : askStillClear(world, item),
    askStale(world, lateness),
    askSilenced(world, item),
    isOpen ? askSuppressed(world, item) : { gate: 'suppressed', answer: 'pass' },
    isOpen ? askInhibited(world, item.episode) : { gate: 'inhibited', answer: 'pass' },
    askQuietHours(world, item.episode),
    isOpen ? askPostAt(world, item.episode) : { gate: 'post-at', answer: 'pass' },
    isOpen ? askCooldown(world, item.episode) : { gate: 'cooldown', answer: 'pass' },
  ]
}

function askStillActive(world: World, item: WaitingItem): GateAnswer {
  const { episode } = item
  const at = nowOf(world)
  const gate = 'still-active'
  const isSame = episode.startedAt === item.startedAt
  if (!isSame || episode.state === 'idle' || episode.state === 'pending') {
    return { gate, answer: 'drop' }
  }
  // By the clock it is looked at again only to be posted, so it is asked here whether it is still so.
  if (episode.rule.schedule && truthOf(world, episode.rule.when, episode.place) !== true) {
    return { gate, answer: 'hold', until: (at + LOOK_AGAIN_MS) as EpochMs, detail: 'no data' }
  }
  const { graceMs } = episode.rule.onMissing
  if (episode.unknownSince !== undefined && episode.rule.onMissing.policy === 'hold') {
    const until = Math.min(episode.unknownSince + graceMs, at + LOOK_AGAIN_MS) as EpochMs
    return { gate, answer: 'hold', until, detail: 'no data' }
  }
  if (episode.state === 'clearing') {
    const over = episode.since + episode.rule.clearForMs
    const until = (over > at ? over : at + LOOK_AGAIN_MS) as EpochMs
    return { gate, answer: 'hold', until, detail: 'clearing' }
  }
  return { gate, answer: 'pass' }
}

/** "Has room again" needs data that say so, now: what is unknown does not count as room. */
function askStillClear(world: World, item: WaitingItem): GateAnswer {
  const { rule, place, state } = item.episode
  const when = truthOf(world, rule.when, place)
  const gate = 'still-active'
  if (when === 'unknown' || isForWantOfData(world, item.episode)) {
    return { gate, answer: 'drop', detail: 'no data' }
  }
  if (state !== 'idle' || when) return { gate, answer: 'drop', detail: 'true again' }
  return { gate, answer: 'pass' }
}

/**
 * Whether what a rule counts can be over for want of data alone: reports that nobody has made again, and
 * containers that have fallen silent. Then the level itself must say so.
 */
function isForWantOfData(world: World, { rule, container, place }: Episode): boolean {
  const reads = [...rule.when.reads, ...(rule.clear?.reads ?? [])]
  if (container && reads.includes('c.full_reports_2h')) return world.facts.c.full !== false
  return place.kind === 'station' && reads.includes('s.unknown') && place.unknown > 0
}

function askStale(world: World, lateness: Lateness | undefined): GateAnswer {
  const { catchUpUntil } = world.clock
  if (lateness && lateness.byMs > world.book.policy.staleAfterMs) {
    const detail = `${Math.round(lateness.byMs / MINUTE)} min late`
    return { gate: 'stale', answer: 'drop', detail }
  }
  if (catchUpUntil !== undefined && nowOf(world) < catchUpUntil) {
    return { gate: 'stale', answer: 'hold', until: catchUpUntil, detail: 'catching up' }
  }
  return { gate: 'stale', answer: 'pass' }
}

/** Nobody waits days for "room again": of what is over, nothing more is said after a silence. */
function askSilenced(world: World, item: WaitingItem): GateAnswer {
  const at = nowOf(world)
  const silence =
    world.silences.size > 0 ? silenceOver(world.silences.values(), item.episode, at) : undefined
  if (!silence) return { gate: 'silenced', answer: 'pass' }
  if (item.kind === 'close') return { gate: 'silenced', answer: 'drop' }
  return { gate: 'silenced', answer: 'hold', until: silence.until }
}

/** Remembers since when each suppression has held the news, so that none holds it for longer than its `max`. */
function noteSuppressions(world: World, item: WaitingItem): void {
  const { rule, place } = item.episode
  if (item.kind === 'close') return
  for (const { id, when } of rule.suppress) {
    if (item.suppressedSince[id] !== undefined || truthOf(world, when, place) !== true) continue
    item.suppressedSince = { ...item.suppressedSince, [id]: nowOf(world) }
    markDirty(world, groupOf(place, rule.audience))
  }
}

function askSuppressed(world: World, item: WaitingItem): GateAnswer {
  const at = nowOf(world)
  const { rule, place } = item.episode
  for (const { id, when, maxMs } of rule.suppress) {
    if (truthOf(world, when, place) !== true) continue
    const since = item.suppressedSince[id] ?? at
    if (at - since >= maxMs) continue
    const until = Math.min(since + maxMs, at + LOOK_AGAIN_MS) as EpochMs
    return { gate: 'suppressed', answer: 'hold', until, detail: id }
  }
  return { gate: 'suppressed', answer: 'pass' }
}

function askInhibited(world: World, episode: Episode): GateAnswer {
  const isActive = (found: Episode | undefined) =>
    found?.state === 'active' || found?.state === 'clearing'
  for (const id of episode.rule.inhibitedBy) {
    const { index } = world.rules.get(id)!
    const { container, place } = episode
    if (isActive(container?.episodes[index]) || isActive(place.episodes[index])) {
      const until = (nowOf(world) + LOOK_AGAIN_MS) as EpochMs
      return { gate: 'inhibited', answer: 'hold', until, detail: id }
    }
  }
  return { gate: 'inhibited', answer: 'pass' }
}

function askQuietHours(world: World, episode: Episode): GateAnswer {
  const quiet = episode.rule.ignoresQuietHours ? undefined : world.calendar.quietAt(nowOf(world))
  if (!quiet) return { gate: 'quiet-hours', answer: 'pass' }
  const { interval, until } = quiet
  return { gate: 'quiet-hours', answer: 'hold', until, detail: interval.text }
}

/** Said at its time of day, or soon after, and else the next day. */
function askPostAt(world: World, { rule: { postAtMinute } }: Episode): GateAnswer {
  if (postAtMinute === undefined) return { gate: 'post-at', answer: 'pass' }
  const at = nowOf(world)
  const due = world.calendar.nextTime(postAtMinute, at - POST_AT_MS)
  if (due <= at) return { gate: 'post-at', answer: 'pass' }
  return { gate: 'post-at', answer: 'hold', until: due }
}

function askCooldown(world: World, episode: Episode): GateAnswer {
  const until = ((episode.lastPostedAt ?? -Infinity) + episode.rule.cooldownMs) as EpochMs
  if (nowOf(world) >= until) return { gate: 'cooldown', answer: 'pass' }
  return { gate: 'cooldown', answer: 'hold', until }
}
