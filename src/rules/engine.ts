/**
 * The rules engine: records in, decisions and posts out. A function of its records: it reads no clock,
 * draws no lots, and its timers are state, so that a restart, a replay and a test are the same code.
 *
 * A record is first let through by `acceptance`, then `judging` moves the episodes of what it touched,
 * news goes to the `waiting-room`, and when a group comes due `posting` asks the `gates`.
 */
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { NOW, acceptCorrection, acceptEmptying, acceptReading, acceptReport } from './acceptance.ts'
import { ageLimitsOf, nextChange, nextGridInstant } from './ageing.ts'
import { createCalendar } from './calendar.ts'
import { describeStatus } from './container-status.ts'
import type { Engine, KeptState } from './contract.ts'
import type { Effects } from './decision.ts'
import { createFacts } from './facts.ts'
import { byImportance, leaderOf } from './group.ts'
import type { Group } from './group.ts'
import { inspect, judge, judgeEpisode } from './judging.ts'
import { clockText, ruleKey, textOf } from './kept-state.ts'
import { flush, gapEndOf } from './posting.ts'
import type {
  Applied,
  EmptiedRecord,
  EmptyingCorrectedRecord,
  JournalRecord,
  ReadingRecord,
  ReportRecord,
  ResumedRecord,
} from './record.ts'
import { adoptBook, restore } from './restoring.ts'
import type { RuleBook } from './rule-book.ts'
import { createTimerQueue } from './timer-queue.ts'
import { followTown, watchTown } from './town-watch.ts'
import { stateOf } from './watch.ts'
import type { ContainerWatch, EngineTimer } from './watch.ts'
import { nowOf, touch } from './world.ts'
import type { World } from './world.ts'

const UNKNOWN_CONTAINER: Applied = { kind: 'history', because: 'unknown-container' }
const NOTHING: Effects = {
  decisions: [],
  posts: [],
  withdrawn: [],
  containers: [],
  state: new Map(),
}

/**
 * Makes an engine, from nothing or from what was kept. Kept state of containers or rules that are gone
 * is forgotten. Throws when kept state is not readable.
 */
export function createEngine({
  book,
  town,
  kept,
}: {
  readonly book: RuleBook
  readonly town: Town
  readonly kept?: KeptState
}): Engine {
  const world = createWorld(book, town)
  /** State to be kept that belongs to no watched thing. */
  const looseState = new Map<string, string | undefined>()
  let nextTown: Town | undefined

  const before = kept ?? { containers: [], state: new Map<string, string>() }
  for (const key of restore(world, before).keys) looseState.set(key, undefined)
  for (const rule of adoptBook(world, before)) {
    looseState.set(ruleKey(rule.id), JSON.stringify(rule.hash))
  }
  if (world.clock.now !== undefined) scheduleAll(world)

  function fold(record: JournalRecord): Applied {
    switch (record.type) {
      case 'reading':
      case 'report':
      case 'emptied':
      case 'emptying-corrected':
        return foldContainer(world, record)
      case 'town':
        if (nextTown) followTown(world, nextTown)
        nextTown = undefined
        return NOW
      case 'resumed':
        return NOW
      default:
        return NOW
    }
  }

  return {
    apply(record) {
      begin(world, record.at)
      const resumption = record.type === 'resumed' ? resume(world, record) : undefined
      fireUntil(world, record.at, resumption)
      const { clock } = world
      if (record.at > clock.now!) clock.now = record.at
      clock.recordAt = nowOf(world)
      clock.seq = record.seq
      world.ledger.hasRecord = true
      const applied = fold(record)
      fireUntil(world, nowOf(world), undefined)
      return applied
    },

    advance(at, seq) {
      begin(world, at)
      // The engine's own count of records goes before the caller's, so that a replay without ticks
      // writes the same decisions.
      if (world.clock.recordAt === undefined) world.clock.seq = seq
      // Only records and timers move the clock: a record that was received just before a tick and is
      // folded just after it must find the clock where a replay would.
      fireUntil(world, at, undefined)
    },

    nextDue() {
      return world.timers.nextDue() as EpochMs | undefined
    },

    takeEffects() {
      return takeEffects(world, looseState)
    },

    replaceTown(next) {
      nextTown = next
    },

    status(container, at) {
      const watch = world.containers.get(container)
      return watch ? describeStatus(watch, at) : { containerId: container, word: 'unknown' }
    },
  }
}

function createWorld(book: RuleBook, town: Town): World {
  const world: World = {
    book,
    containerRules: book.rules.filter((rule) => rule.per === 'container'),
    stationRules: book.rules.filter((rule) => rule.per === 'station'),
    rules: new Map(book.rules.map((rule) => [rule.id, rule])),
    ageLimits: ageLimitsOf(book.rules),
    drifts: book.rules.some(
      (rule) => rule.per === 'container' && (rule.when.drifts || rule.onMissing.policy === 'fire'),
    ),
    facts: createFacts(),
    calendar: createCalendar(book.policy.timeZone, book.policy.quiet),
    timers: createTimerQueue<EngineTimer>(),
    ledger: { decisions: [], posts: [], touched: [], dirty: [], hasRecord: false },
    stations: new Map(),
    containers: new Map(),
    account: { kind: 'account', key: 'account', tally: undefined, dirty: false },
    clock: { now: undefined, seq: 0, recordAt: undefined, catchUpUntil: undefined },
    // A property of the runtime, as the version of the language is; it does not change while we run.
    tzdata: process.versions['tz'] ?? 'unknown',
  }
  watchTown(town, world.stations, world.containers)
  return world
}

/** The first instant the engine hears of starts its clock. */
function begin(world: World, at: EpochMs): void {
  if (world.clock.now !== undefined) return
  world.clock.now = at
  scheduleAll(world)
}

function scheduleAll(world: World): void {
  const now = nowOf(world)
  for (const station of world.stations.values()) {
    world.timers.wish(station.timer, nextGridInstant(station.station.id, now))
  }
  for (const watch of world.containers.values()) scheduleChange(world, watch)
}

function scheduleChange(world: World, watch: ContainerWatch): void {
  world.timers.wish(watch.timer, nextChange(watch, world.ageLimits, nowOf(world)))
}

function foldContainer(
  world: World,
  record: ReadingRecord | ReportRecord | EmptiedRecord | EmptyingCorrectedRecord,
): Applied {
  const watch = world.containers.get(record.containerId)
  if (!watch) return UNKNOWN_CONTAINER
  const applied = accept(world, watch, record)
  if (applied !== NOW) return applied
  touch(world, watch)
  scheduleChange(world, watch)
  judge(world, watch)
  return NOW
}

function accept(
  world: World,
  watch: ContainerWatch,
  record: ReadingRecord | ReportRecord | EmptiedRecord | EmptyingCorrectedRecord,
): Applied {
  switch (record.type) {
    case 'reading':
      return acceptReading(watch, record, world.book.facts)
    case 'report':
      return acceptReport(watch, record)
    case 'emptied':
      return acceptEmptying(watch, record, world.book.facts)
    case 'emptying-corrected':
      return acceptCorrection(watch, record, world.book.facts)
  }
}

/** Being back after downtime: what comes due before `at` is told late. */
interface Resumption {
  readonly at: EpochMs
}

/** Nothing is posted while the messages that queued meanwhile come in: for as long as we were away, within bounds. */
function resume(world: World, record: ResumedRecord): Resumption {
  const { clock, book } = world
  if (record.firedUntil !== undefined) fireUntil(world, record.firedUntil, undefined)
  if (clock.recordAt !== undefined) {
    const awayMs = Math.max(0, record.at - clock.recordAt)
    clock.catchUpUntil = (record.at + Math.min(book.policy.catchUpMs, awayMs)) as EpochMs
  }
  return { at: record.at }
}

/** Fires every timer due by then, each at its own instant. */
function fireUntil(world: World, until: EpochMs, resumption: Resumption | undefined): void {
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
      world.timers.wish(timer, nextGridInstant(timer.of.station.id, now))
      return
    }
    case 'group':
      flushAll(world, takeGroupsDue(world, timer.of), resumption)
  }
}

/** Groups come last among what is due at an instant, so that all that are due together can be set against each other. */
function takeGroupsDue(world: World, first: Group): Group[] {
  const groups = [first]
  for (;;) {
    const timer = world.timers.take(nowOf(world))
    if (!timer) return groups
    timer.dueAt = Infinity
    if (timer.kind === 'group') groups.push(timer.of)
    else fire(world, timer, undefined)
  }
}

/**
 * When the account may not say everything at once, the most important group goes first. Of those that
 * stand in line for the account's gap only the first need be asked: once it has posted, the others
 * wait for the next gap. A morning with thousands of groups in line is then a walk along the line.
 */
function flushAll(
  world: World,
  groups: readonly Group[],
  resumption: Resumption | undefined,
): void {
  const lateness = resumption && { byMs: resumption.at - nowOf(world) }
  let waiting = groups.filter(({ items }) => items.length > 0)
  while (waiting.length > 0) {
    const inLine = waiting.filter((group) => gapEndOf(world, group) > 0)
    const first = inLine.length > 0 ? mostImportant(inLine) : undefined
    const asked = waiting.filter((group) => group === first || gapEndOf(world, group) === 0)
    for (const group of inOrder(asked)) {
      for (const { episode } of group.items.slice()) judgeEpisode(world, episode)
      flush(world, group, lateness)
    }
    waiting = inLine.filter((group) => group !== first)
    if (world.account.tally?.lastAt !== nowOf(world)) continue
    for (const group of waiting) world.timers.wish(group.timer, gapEndOf(world, group))
    return
  }
}

function mostImportant(groups: readonly Group[]): Group {
  return groups.reduce((best, group) =>
    byImportance(leaderOf(group), leaderOf(best)) < 0 ? group : best,
  )
}

function inOrder(groups: readonly Group[]): readonly Group[] {
  if (groups.length < 2) return groups
  return groups
    .map((group) => ({ group, leader: leaderOf(group) }))
    .sort((a, b) => byImportance(a.leader, b.leader))
    .map(({ group }) => group)
}

function takeEffects(world: World, looseState: Map<string, string | undefined>): Effects {
  const { ledger } = world
  const isQuiet =
    !ledger.hasRecord &&
    looseState.size === 0 &&
    ledger.dirty.length === 0 &&
    ledger.touched.length === 0 &&
    ledger.decisions.length === 0
  if (isQuiet) return NOTHING

  const state = new Map(looseState)
  looseState.clear()
  for (const thing of ledger.dirty) {
    thing.dirty = false
    state.set(thing.key, textOf(thing))
  }
  if (world.clock.now !== undefined) state.set('clock', clockText(world.clock))
  const containers = ledger.touched.map((watch) => {
    watch.touched = false
    return stateOf(watch)
  })
  const { decisions, posts } = ledger
  ledger.decisions = []
  ledger.posts = []
  ledger.touched = []
  ledger.dirty = []
  ledger.hasRecord = false
  return { decisions, posts, withdrawn: [], containers, state }
}
