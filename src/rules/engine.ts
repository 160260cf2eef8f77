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
import { inspect, inspectAll, judge, judgeEpisode, judgePlace, judgeScheduled } from './judging.ts'
import { clockText, ruleKey, textOf } from './kept-state.ts'
import { replan } from './plan.ts'
import { digestDue, flush, gapEndOf, heldByBudget, postDigest } from './posting.ts'
import type {
  Applied,
  BikeRecord,
  EmptiedRecord,
  EmptyingCorrectedRecord,
  ForecastRecord,
  GatewayRecord,
  JournalRecord,
  PlanRecord,
  ReadingRecord,
  ReportRecord,
  ResumedRecord,
  SilenceEndedRecord,
  SilencedRecord,
  TruckRecord,
} from './record.ts'
import { adoptBook, restore } from './restoring.ts'
import type { Rule, RuleBook } from './rule-book.ts'
import { createSilence } from './silence.ts'
import { ACCOUNT } from './subject.ts'
import { subjectsOf } from './subjects.ts'
import { takeBack } from './taking-back.ts'
import { createTimerQueue } from './timer-queue.ts'
import { troubleOf } from './trouble.ts'
import { followTown, watchTown } from './town-watch.ts'
import { createWideWatch, extrasOf, placeId, stateOf } from './watch.ts'
import type { ContainerWatch, EngineTimer, StationWatch } from './watch.ts'
import { markDirty, nowOf, touch } from './world.ts'
import type { World } from './world.ts'

const UNKNOWN_CONTAINER: Applied = { kind: 'history', because: 'unknown-container' }
const UNKNOWN_STATION: Applied = { kind: 'history', because: 'unknown-station' }
const UNKNOWN_AREA: Applied = { kind: 'history', because: 'unknown-area' }
const UNKNOWN_SILENCE: Applied = { kind: 'history', because: 'unknown-silence' }
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
      case 'plan':
      case 'forecast':
        return foldExtras(world, record)
      case 'truck':
        return foldTruck(world, record)
      case 'gateway':
        return foldGateway(world, record)
      case 'bike':
        return foldBike(world, record)
      case 'silenced':
        return foldSilence(world, record)
      case 'silence-ended':
        return endSilence(world, record)
      case 'post-corrected':
        return takeBack(world, record)
      case 'town':
        if (nextTown) followTown(world, nextTown)
        nextTown = undefined
        return NOW
      case 'resumed':
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
  const calendar = createCalendar(book.policy.timeZone, book.policy.quiet)
  const account = createWideWatch(ACCOUNT, [])
  const scheduledRules = book.rules.filter((rule) => rule.schedule)
  const world: World = {
    book,
    containerRules: book.rules.filter((rule) => rule.per === 'container'),
    stationRules: book.rules.filter((rule) => rule.per === 'station'),
    areaRules: book.rules.filter((rule) => rule.per === 'area'),
    accountRules: book.rules.filter((rule) => rule.per === 'account'),
    scheduleTimers: scheduledRules.map((rule) => clockTimer('schedule', rule.id, rule)),
    digestTimer: clockTimer('digest', ACCOUNT, account),
    rules: new Map(book.rules.map((rule) => [rule.id, rule])),
    ageLimits: ageLimitsOf(book.rules),
    drifts: book.rules.some(
      (rule) => rule.per === 'container' && (rule.when.drifts || rule.onMissing.policy === 'fire'),
    ),
    facts: createFacts(calendar),
    calendar,
    timers: createTimerQueue<EngineTimer>(),
    ledger: { decisions: [], posts: [], withdrawn: [], touched: [], dirty: [], hasRecord: false },
    stations: new Map(),
    containers: new Map(),
    areas: new Map(),
    account,
    silences: new Map(),
    taken: new Map(),
    clock: { now: undefined, seq: 0, recordAt: undefined, catchUpUntil: undefined },
    // A property of the runtime, as the version of the language is; it does not change while we run.
    tzdata: process.versions['tz'] ?? 'unknown',
  }
  watchTown(town, world)
  return world
}

function clockTimer<Kind extends 'schedule' | 'digest'>(
  kind: Kind,
  name: string,
  of: (EngineTimer & { readonly kind: Kind })['of'],
): EngineTimer {
  const timer = { key: `${kind}|${name}`, dueAt: Infinity, queuedAt: Infinity, kind, of }
  return timer as EngineTimer
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
  if (world.areaRules.length > 0) {
    for (const area of world.areas.values()) {
      world.timers.wish(area.timer, nextGridInstant(area.id, now))
    }
  }
  if (world.accountRules.length > 0) {
    world.timers.wish(world.account.timer, nextGridInstant(ACCOUNT, now))
  }
  for (const timer of world.scheduleTimers) scheduleNext(world, timer)
  if (world.book.policy.budget.whenSpent === 'digest') {
    world.timers.wish(world.digestTimer, digestDue(world))
  }
}

function scheduleNext(world: World, timer: EngineTimer): void {
  const { minuteOfDay, weekdays } = (timer.of as Rule).schedule!
  world.timers.wish(timer, world.calendar.nextTime(minuteOfDay, nowOf(world), weekdays))
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
  if (record.type === 'report') keepTrouble(world, watch, record)
  judge(world, watch)
  return NOW
}

/** What was said of a container or its station beside its level. */
function keepTrouble(world: World, watch: ContainerWatch, { kind }: ReportRecord): void {
  const what = troubleOf(kind)
  if (!what) return
  if (what === 'broken') {
    markDirty(world, extrasOf(watch))
    return
  }
  markDirty(world, watch.station)
  inspectAll(world, watch.station)
}

function foldExtras(world: World, record: PlanRecord | ForecastRecord): Applied {
  const watch = world.containers.get(record.containerId)
  if (!watch) return UNKNOWN_CONTAINER
  const extras = extrasOf(watch)
  if (record.type === 'plan') {
    const { source, emptyings, at } = record
    extras.plans = replan(extras.plans ?? {}, source, emptyings, at)
  } else {
    extras.forecast = record
  }
  markDirty(world, extras)
  scheduleChange(world, watch)
  judge(world, watch)
  return NOW
}

function foldTruck(world: World, { stationId, state, etaAt, at }: TruckRecord): Applied {
  const station = world.stations.get(stationId)
  if (!station) return UNKNOWN_STATION
  const { truck } = station
  const isUnderWay = truck !== undefined && truck.goneAt === undefined
  const since = isUnderWay ? truck.since : at
  station.truck =
    state === 'gone' ? { since, goneAt: at } : { since, ...(etaAt !== undefined && { etaAt }) }
  changed(world, station)
  return NOW
}

function foldGateway(world: World, { stationIds, state }: GatewayRecord): Applied {
  const stations = stationIds.flatMap((id) => world.stations.get(id) ?? [])
  if (stations.length === 0) return UNKNOWN_STATION
  for (const station of stations) {
    station.gatewayDown = state === 'down'
    changed(world, station)
  }
  return NOW
}

/** Something of a station changed that any of its rules may ask. */
function changed(world: World, station: StationWatch): void {
  markDirty(world, station)
  inspectAll(world, station)
}

function foldBike(world: World, record: BikeRecord): Applied {
  const area = world.areas.get(record.areaId)
  if (!area) return UNKNOWN_AREA
  area.bike = record.state === 'ended' ? undefined : record
  markDirty(world, area)
  judgePlace(world, area, true)
  return NOW
}

function foldSilence(world: World, record: SilencedRecord): Applied {
  for (const silence of world.silences.values()) {
    if (silence.said.until <= record.at) forgetSilence(world, silence.said.id)
  }
  const silence = createSilence(record)
  world.silences.set(record.id, silence)
  markDirty(world, silence)
  wakeSilenced(world)
  return NOW
}

function endSilence(world: World, { id }: SilenceEndedRecord): Applied {
  if (!world.silences.has(id)) return UNKNOWN_SILENCE
  forgetSilence(world, id)
  wakeSilenced(world)
  return NOW
}

function forgetSilence(world: World, id: string): void {
  const silence = world.silences.get(id)!
  silence.isOver = true
  world.silences.delete(id)
  markDirty(world, silence)
}

/** News that silence held back is looked at again at once: the silence may be over, or shorter. */
function wakeSilenced(world: World): void {
  const places = [...world.stations.values(), ...world.areas.values(), world.account]
  for (const { groups } of places) {
    for (const group of [groups.public, groups.staff]) {
      if (group?.items.some(({ blocked }) => blocked === 'silenced')) {
        world.timers.wish(group.timer, nowOf(world))
      }
    }
  }
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
      world.timers.wish(timer, nextGridInstant(placeId(timer.of), now))
      return
    }
    case 'schedule':
      for (const of of subjectsOf(world, timer.of)) judgeScheduled(world, timer.of, of)
      scheduleNext(world, timer)
      return
    case 'digest':
      fireDigest(world, timer, resumption)
      return
    case 'group':
      flushAll(world, takeGroupsDue(world, timer.of), resumption)
  }
}

/** Waits where the account has spoken a moment ago. */
function fireDigest(world: World, timer: EngineTimer, resumption: Resumption | undefined): void {
  if (digestDue(world) === nowOf(world)) {
    for (const { episode } of [...heldByBudget(world)]) judgeEpisode(world, episode)
    postDigest(world, resumption && { byMs: resumption.at - nowOf(world) })
  }
  world.timers.wish(timer, digestDue(world))
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
  const { decisions, posts, withdrawn } = ledger
  ledger.decisions = []
  ledger.posts = []
  ledger.withdrawn = []
  ledger.touched = []
  ledger.dirty = []
  ledger.hasRecord = false
  return { decisions, posts, withdrawn, containers, state }
}
