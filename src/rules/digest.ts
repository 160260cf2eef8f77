/** The day's digest: one post with all that the spent budget has held back and that is still so. */
import { HOUR } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { isSpent } from './budget.ts'
import type { DecidedPost, GateAnswer } from './decision.ts'
import { askGates } from './gates.ts'
import { byImportance, itemEpisodeId } from './group.ts'
import type { Group, WaitingItem } from './group.ts'
import { judgeEpisode } from './judging.ts'
import { describe } from './post-items.ts'
import { postKey } from './post-key.ts'
import { aboutPlace, absorbs, askBudgetOf, noteTold, tellingAbsorber, timesOf } from './posting.ts'
import { groupsInWait, keepWaiting, moveLine } from './waiting-room.ts'
import { decide, lookAt, markDirty, nowOf } from './world.ts'
import type { World } from './world.ts'

/** A digest that could not be made for so long, since the account was speaking or catching up, is left out that day. */
const DIGEST_LATE_MS = 2 * HOUR

/** When the next digest is to be made: at its time of day, or when the account may speak again after it. */
export function digestDue(world: World): EpochMs {
  const at = nowOf(world)
  const { account, calendar, clock } = world
  const { digestMinute, minGapMs } = world.book.policy.budget
  const dueAt = timeOfDigest(world)
  if (dueAt > at) return dueAt
  if (account.digestDay === calendar.dayOf(dueAt)) return calendar.nextTime(digestMinute, at)
  const gapEnds = (account.tally?.lastAt ?? -Infinity) + minGapMs
  return Math.max(at, gapEnds, clock.catchUpUntil ?? -Infinity) as EpochMs
}

/** The digest's time of day that has just come, or the next one. */
function timeOfDigest(world: World): EpochMs {
  const { digestMinute } = world.book.policy.budget
  return world.calendar.nextTime(digestMinute, nowOf(world) - DIGEST_LATE_MS)
}

interface Candidate {
  readonly item: WaitingItem
  readonly group: Group
  readonly gates: readonly GateAnswer[]
}

/** Makes the digest, if there is anything to put in it. It is the day's one post outside the budget. */
export function postDigest(world: World): void {
  const { account, calendar } = world
  account.digestDay = calendar.dayOf(timeOfDigest(world))
  markDirty(world, account)
  for (const group of publicGroups(world)) {
    for (const { episode } of group.items.slice()) judgeEpisode(world, episode)
  }
  const candidates = publicGroups(world)
    .flatMap((group) => group.items.map((item) => ask(world, group, item)))
    .filter(({ gates }) => isHeldByBudgetAlone(gates))
    .sort((a, b) => byImportance(a.item, b.item))
  const untold = candidates.filter(({ item }) => tellingAbsorber(world, item) === undefined)
  if (untold.length === 0) return

  const said = untold
    .map(({ item }) => item)
    .filter((item, _, items) => !items.some((other) => absorbs(other, item)))
  const post = publishDigest(world, said)
  const told = new Set(untold.map(({ item }) => item))
  for (const { item, gates } of untold) tellDigested(world, item, gates, post, said.includes(item))
  for (const group of new Set(untold.map(({ group }) => group))) {
    const rest = group.items.filter((item) => !told.has(item))
    keepWaiting(world, group, rest, group.timer.dueAt)
  }
  // Those in line for the account's gap stand behind this post now.
  moveLine(world)
}

function publicGroups(world: World): readonly Group[] {
  return [...groupsInWait(world)].filter(({ audience }) => audience === 'public')
}

function ask(world: World, group: Group, item: WaitingItem): Candidate {
  const { rule, container, place } = item.episode
  lookAt(world, container, place)
  const gates = [...askGates(world, item, undefined), askBudgetOf(world, group, rule.priority)]
  return { item, group, gates }
}

function isHeldByBudgetAlone(gates: readonly GateAnswer[]): boolean {
  return gates.some(isSpent) && gates.every((gate) => gate.answer === 'pass' || isSpent(gate))
}

function publishDigest(world: World, said: readonly WaitingItem[]): DecidedPost {
  const { account } = world
  const post: DecidedPost = {
    key: postKey('digest', said.map(itemEpisodeId)),
    audience: 'public',
    kind: 'digest',
    priority: said[0]!.episode.rule.priority,
    ...timesOf(world),
    items: said.map((item) => ({ ...describe(world, item), ...aboutPlace(item.episode.place) })),
  }
  world.ledger.posts.push(post)
  const opened = said.filter(({ kind }) => kind === 'open')
  noteTold(world, opened, post.key)
  const { day, posts } = account.tally ?? { day: account.digestDay!, posts: 0 }
  account.tally = { day, posts, lastAt: post.at }
  return post
}

function tellDigested(
  world: World,
  { episode, kind }: WaitingItem,
  gates: readonly GateAnswer[],
  { key }: DecidedPost,
  isSaid: boolean,
): void {
  lookAt(world, episode.container, episode.place)
  decide(world, episode, episode.state, isSaid ? 'digested' : 'absorbed', {
    about: kind === 'open' ? 'when' : 'clear',
    gates,
    outcome: isSaid ? 'posted' : 'dropped',
    postKey: key,
  })
}
