/**
 * The rules engine: records in, decisions and posts out. A function of its records: it reads no clock,
 * draws no lots, and its timers are state, so that a restart, a replay and a test are the same code.
 *
 * A record is first let through by `acceptance`, then `judging` moves the episodes of what it touched,
 * news goes to the `waiting-room`, and when a group comes due `posting` asks the `gates`.
 */
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import {
  NOW,
  UNKNOWN_CONTAINER,
  acceptCorrection,
  acceptEmptying,
  acceptReading,
  acceptReport,
  acceptWithdrawal,
} from './acceptance.ts'
import { ageLimitsOf } from './ageing.ts'
import { createCalendar } from './calendar.ts'
import { foldBike, foldExtras, foldGateway, foldTruck } from './circumstances.ts'
import { describeStatus } from './container-status.ts'
import type { Engine, KeptState } from './contract.ts'
import { takeEffects } from './effects.ts'
import type { LooseState } from './effects.ts'
import { createFacts } from './facts.ts'
import { createGapLine } from './gap-line.ts'
import { fireUntil } from './firing.ts'
import type { Resumption } from './firing.ts'
import { dropUnsaid, inspectAll, judge, trueEpisodes } from './judging.ts'
import { ruleKey } from './kept-state.ts'
import type {
  Applied,
  EmptiedRecord,
  EmptyingCorrectedRecord,
  JournalRecord,
  ReadingRecord,
  ReportRecord,
  ReportWithdrawnRecord,
  ResumedRecord,
} from './record.ts'
import { adoptBook, restore } from './restoring.ts'
import type { RuleBook } from './rule-book.ts'
import { endSilence, foldSilence } from './silence.ts'
import { describeStandings } from './standing.ts'
import { createStationMap } from './station-map.ts'
import { ACCOUNT } from './subject.ts'
import { takeBack } from './taking-back.ts'
import { createTimerQueue } from './timer-queue.ts'
import { troubleOf } from './trouble.ts'
import { followTown, watchTown } from './town-watch.ts'
import { scheduleAll, scheduleChange } from './upcoming.ts'
import { createWideWatch, extrasOf } from './watch.ts'
import type { ContainerWatch, EngineTimer } from './watch.ts'
import { markDirty, nowOf, touch } from './world.ts'
import type { World } from './world.ts'

/**
 * Makes an engine, from nothing or from what was kept. Kept state of containers or rules that are gone
 * is forgotten. Throws when kept state is not readable.
 */
export function createEngine({
  book,
  town,
  kept,
  firedUntil,
}: {
  readonly book: RuleBook
  readonly town: Town
  readonly kept?: KeptState
  /** How far the timers of the engine before had fired, where that is later than what was kept says. */
  readonly firedUntil?: EpochMs
}): Engine {
  const world = createWorld(book, town)
  let nextTown: Town | undefined

  const before = kept ?? { containers: [], state: new Map<string, string>() }
  const leftovers = restore(world, before, firedUntil)
  const loose: LooseState = { state: new Map(), containers: leftovers.containers }
  for (const key of leftovers.keys) loose.state.set(key, undefined)
  for (const rule of adoptBook(world, before)) {
    loose.state.set(ruleKey(rule.id), JSON.stringify(rule.hash))
  }
  if (world.clock.now !== undefined) scheduleAll(world)

  function fold(record: JournalRecord): Applied {
    switch (record.type) {
      case 'reading':
      case 'report':
      case 'report-withdrawn':
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

    advance(at) {
      // The first record starts the clock: a replay knows of no tick before it.
      if (world.clock.now === undefined) return
      // Only records and timers move the clock: a record that was received just before a tick and is
      // folded just after it must find the clock where a replay would.
      fireUntil(world, at, undefined)
    },

    nextDue() {
      return world.timers.nextDue() as EpochMs | undefined
    },

    takeEffects() {
      return takeEffects(world, loose)
    },

    replaceTown(next) {
      nextTown = next
    },

    status(container, at) {
      const watch = world.containers.get(container)
      return watch ? describeStatus(watch, at) : { containerId: container, word: 'unknown' }
    },

    plans: (container) => world.containers.get(container)?.extras?.plans ?? {},
    standing(subject, at) {
      return describeStandings(world, subject, at)
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
    line: createGapLine(),
    ledger: { decisions: [], posts: [], withdrawn: [], touched: [], dirty: [], hasRecord: false },
    stations: new Map(),
    containers: new Map(),
    areas: new Map(),
    account,
    map: createStationMap(),
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

/** The first record starts the clock. */
function begin(world: World, at: EpochMs): void {
  if (world.clock.now !== undefined) return
  world.clock.now = at
  scheduleAll(world)
}

/** What is said of a container itself, as it is now. */
type ContainerRecord =
  ReadingRecord | ReportRecord | ReportWithdrawnRecord | EmptiedRecord | EmptyingCorrectedRecord

function foldContainer(world: World, record: ContainerRecord): Applied {
  const watch = world.containers.get(record.containerId)
  if (!watch) return UNKNOWN_CONTAINER
  const wereTrue = record.type === 'report-withdrawn' ? trueEpisodes(world, watch) : []
  const applied = accept(world, watch, record)
  if (applied !== NOW) return applied
  touch(world, watch)
  scheduleChange(world, watch)
  if (record.type === 'report' || record.type === 'report-withdrawn') {
    keepTrouble(world, watch, record)
  }
  judge(world, watch)
  dropUnsaid(world, wereTrue)
  return NOW
}

/** What was said of a container or its station beside its level. */
function keepTrouble(
  world: World,
  watch: ContainerWatch,
  { kind }: Pick<ReportRecord, 'kind'>,
): void {
  const what = troubleOf(kind)
  if (!what) return
  if (what === 'broken') {
    markDirty(world, extrasOf(watch))
    return
  }
  markDirty(world, watch.station)
  inspectAll(world, watch.station)
}

function accept(world: World, watch: ContainerWatch, record: ContainerRecord): Applied {
  switch (record.type) {
    case 'reading':
      return acceptReading(watch, record, world.book.facts)
    case 'report':
      return acceptReport(watch, record)
    case 'report-withdrawn':
      return acceptWithdrawal(watch, record)
    case 'emptied':
      return acceptEmptying(watch, record, world.book.facts)
    case 'emptying-corrected':
      return acceptCorrection(watch, record, world.book.facts)
  }
}

/** Nothing is posted while the messages that queued meanwhile come in: for as long as we were away, within bounds. */
function resume(world: World, record: ResumedRecord): Resumption {
  const { clock, book } = world
  if (record.firedUntil !== undefined) fireUntil(world, record.firedUntil, undefined)
  if (clock.recordAt !== undefined) {
    const ranUntil = Math.max(clock.recordAt, record.firedUntil ?? -Infinity)
    const awayMs = Math.max(0, record.at - ranUntil)
    clock.catchUpUntil = (record.at + Math.min(book.policy.catchUpMs, awayMs)) as EpochMs
  }
  return { at: record.at }
}
