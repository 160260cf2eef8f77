/** Lets what has come due happen, each thing at its own instant and in the order of its keys. */
import type { EpochMs } from '#src/stations/time.ts'
import { nextChange, nextGridInstant } from './ageing.ts'
import { digestDue, postDigest } from './digest.ts'
import { byImportance, leaderOf } from './group.ts'
import type { Group } from './group.ts'
import { inspect, judge, judgeEpisode, judgeScheduled } from './judging.ts'
import { flush } from './posting.ts'
import { scheduleChange, scheduleNext } from './upcoming.ts'
import { forgetSilence } from './silence.ts'
import { subjectsOf } from './subjects.ts'
import { moveLine } from './waiting-room.ts'
import { placeId } from './watch.ts'
import type { EngineTimer } from './watch.ts'
import { nowOf } from './world.ts'
import type { World } from './world.ts'

/** Being back after downtime: what comes due before `at` is told late. */
export interface Resumption {
  readonly at: EpochMs
}

/** Fires every timer due by then, each at its own instant. */
export function fireUntil(world: World, until: EpochMs, resumption: Resumption | undefined): void {
  for (;;) {
    const timer = world.timers.take(until)
    if (!timer) return
    const at = timer.dueAt as EpochMs
    timer.dueAt = Infinity
    if (at > world.clock.now!) world.clock.now = at
    fire(world, timer, resumption)
  }
}

function fire(world: World, timer: EngineTimer, resumption: Resumption | undefined): void {
  const now = nowOf(world)
  switch (timer.kind) {
    case 'age':
      if (nextChange(timer.of, world.ageLimits, now - 1) === now) judge(world, timer.of)
      scheduleChange(world, timer.of)
      return
    case 'episode':
      judgeEpisode(world, timer.of)
      return
    case 'grid': {
      inspect(world, timer.of)
      world.timers.wish(timer, nextGridInstant(placeId(timer.of), now))
      return
    }
    case 'schedule':
      for (const of of subjectsOf(world, timer.of)) judgeScheduled(world, timer.of, of)
      scheduleNext(world, timer)
      return
    case 'silence':
      forgetSilence(world, timer.of.said.id)
      return
    case 'digest':
      // It may have been put off: the account has spoken a moment ago, or is catching up.
      if (digestDue(world) === now) postDigest(world)
      world.timers.wish(timer, digestDue(world))
      return
    case 'group':
    case 'line':
      flushAll(world, takeGroupsDue(world, timer), resumption)
  }
}

interface GroupsDue {
  /** For a reason of their own. */
  readonly groups: readonly Group[]
  /** Whether the account's gap is over, for which others stand in line. */
  readonly line: boolean
}

/** Groups come last among what is due at an instant, so that all that are due together can be set against each other. */
function takeGroupsDue(world: World, first: EngineTimer): GroupsDue {
  const groups: Group[] = []
  let line = false
  for (let timer: EngineTimer | undefined = first; timer; timer = world.timers.take(nowOf(world))) {
    timer.dueAt = Infinity
    if (timer.kind === 'group') groups.push(timer.of)
    else if (timer.kind === 'line') line = true
    else fire(world, timer, undefined)
  }
  return { groups, line }
}

/**
 * When the account may not say everything at once, the most important group goes first. Of those that
 * stand in line for the account's gap only the first is asked, until one has posted.
 */
function flushAll(world: World, due: GroupsDue, resumption: Resumption | undefined): void {
  const lateness = resumption && { byMs: resumption.at - nowOf(world) }
  let asked = due.groups
  for (;;) {
    const first = due.line ? world.line.first() : undefined
    // Judging one group's news may take another's away.
    const waiting = withFirst(asked, first).filter(({ items }) => items.length > 0)
    if (waiting.length === 0) break
    for (const group of inOrder(waiting)) {
      for (const { episode } of group.items.slice()) judgeEpisode(world, episode)
      flush(world, group, lateness)
    }
    asked = []
    if (world.account.tally?.lastAt === nowOf(world)) break
  }
  moveLine(world)
}

/** One of those that are due may lead the line as well. */
function withFirst(groups: readonly Group[], first: Group | undefined): readonly Group[] {
  return !first || groups.includes(first) ? groups : [...groups, first]
}

function inOrder(groups: readonly Group[]): readonly Group[] {
  if (groups.length < 2) return groups
  return groups
    .map((group) => ({ group, leader: leaderOf(group) }))
    .sort((a, b) => byImportance(a.leader, b.leader))
    .map(({ group }) => group)
}
