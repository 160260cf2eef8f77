/** All that an engine holds between records, and the two things each of its steps may do to it: note and decide. */
import type { AreaId, ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Calendar } from './calendar.ts'
import type { AgeLimit, Condition } from './condition.ts'
import type {
  Clause,
  DecidedPost,
  Decision,
  DecisionReason,
  EpisodeState,
  EvidencePart,
  GateAnswer,
  Truth,
} from './decision.ts'
import type { Episode } from './episode.ts'
import { weighEvidence } from './evidence.ts'
import type { FactContext } from './facts.ts'
import type { GapLine } from './gap-line.ts'
import type { Group } from './group.ts'
import type { Rule, RuleBook } from './rule-book.ts'
import type { StationMap } from './station-map.ts'
import type { TimerQueue } from './timer-queue.ts'
import type { Silence } from './silence.ts'
import { placeId } from './watch.ts'
import type {
  ContainerWatch,
  EngineTimer,
  Extras,
  PlaceWatch,
  StationWatch,
  WideWatch,
} from './watch.ts'

/** Rises when the same records may lead to other decisions than before. */
export const ENGINE_VERSION = '4'

/** Where the engine stands. Undefined until the first record or the first tick. */
export interface EngineClock {
  now: EpochMs | undefined
  /** Of the newest record. */
  seq: number
  recordAt: EpochMs | undefined
  /** Nothing is posted before this, while readings that queued during downtime come in. */
  catchUpUntil: EpochMs | undefined
}

/** Whatever is kept under one key. */
export type Keepable = Episode | Group | StationWatch | WideWatch | Extras | Silence | Taken

/** A post that has been taken back; it is not taken back twice. */
export interface Taken {
  readonly kind: 'taken'
  /** `taken|post` */
  readonly key: string
  readonly at: EpochMs
  isForgotten: boolean
  dirty: boolean
}

export interface Ledger {
  decisions: Decision[]
  posts: DecidedPost[]
  withdrawn: PostKey[]
  touched: ContainerWatch[]
  dirty: Keepable[]
  /** A record has come since effects were last taken. */
  hasRecord: boolean
}

export interface World {
  readonly book: RuleBook
  readonly containerRules: readonly Rule[]
  readonly stationRules: readonly Rule[]
  readonly areaRules: readonly Rule[]
  readonly accountRules: readonly Rule[]
  /** One for each rule that has a schedule. */
  readonly scheduleTimers: readonly EngineTimer[]
  readonly digestTimer: EngineTimer
  readonly rules: ReadonlyMap<string, Rule>
  /** Ages that some rule compares with. */
  readonly ageLimits: readonly AgeLimit[]
  /** Whether some rule may come true of a container without reports at an instant not known beforehand. */
  readonly drifts: boolean
  readonly facts: FactContext
  readonly calendar: Calendar
  readonly timers: TimerQueue<EngineTimer>
  readonly line: GapLine
  readonly ledger: Ledger
  readonly stations: Map<StationId, StationWatch>
  readonly containers: Map<ContainerId, ContainerWatch>
  readonly areas: Map<AreaId, WideWatch>
  readonly account: WideWatch
  readonly map: StationMap
  readonly silences: Map<string, Silence>
  /** Posts that have been taken back, by key. */
  readonly taken: Map<PostKey, Taken>
  readonly clock: EngineClock
  readonly tzdata: string
}

/** The instant at which things are happening. */
export function nowOf(world: World): EpochMs {
  return world.clock.now!
}

export function touch(world: World, watch: ContainerWatch): void {
  if (watch.touched) return
  watch.touched = true
  world.ledger.touched.push(watch)
}

export function markDirty(world: World, thing: Keepable): void {
  if (thing.dirty) return
  thing.dirty = true
  world.ledger.dirty.push(thing)
}

/** Turns the facts to an episode's subject. */
export function lookAt(
  world: World,
  container: ContainerWatch | undefined,
  place: PlaceWatch,
  at: EpochMs = nowOf(world),
): void {
  const { c, s, truck, a, bike, t } = world.facts
  t.look(at)
  if (container) c.look(container, at)
  if (place.kind === 'station') {
    s.look(place, at)
    truck.look(place, at)
  } else {
    a.look(place, at)
    bike.look(place, at)
  }
}

/** Everything that posts may be about. */
export function* placesOf(world: World): Generator<PlaceWatch> {
  yield* world.stations.values()
  yield* world.areas.values()
  yield world.account
}

/** The rules that are judged for a place, and not for each of its containers. */
export function rulesOf(world: World, place: PlaceWatch): readonly Rule[] {
  switch (place.kind) {
    case 'station':
      return world.stationRules
    case 'area':
      return world.areaRules
    case 'account':
      return world.accountRules
  }
}

/**
 * The truth of a condition for the subject that the facts are turned to. `s.full` counts what is known
 * to be full; where containers of the station are unknown, a condition that comes out differently when
 * some of them are counted as full is UNKNOWN. So a station never has room for want of data.
 * `a.stations_full` is taken in the same way.
 */
export function truthOf(
  world: World,
  condition: Condition,
  place: PlaceWatch,
  at: EpochMs = nowOf(world),
): Truth {
  const truth = condition.evaluate(world.facts)
  if (truth === 'unknown') return truth
  const unknown = countUnknown(condition, place)
  const isSame = () => condition.evaluate(world.facts) === truth
  for (let full = unknown; full > 0; full--) {
    if (!supposeFull(world, place, at, full, isSame)) return 'unknown'
  }
  return truth
}

/** How many of what the condition counts may be full or not. */
function countUnknown({ reads }: Condition, place: PlaceWatch): number {
  if (place.kind === 'station') return reads.includes('s.full') ? place.unknown : 0
  if (!reads.includes('a.stations_full')) return 0
  return place.stations.filter(({ full, unknown }) => full === 0 && unknown > 0).length
}

/** Asks as if so many of the unknown were full. */
function supposeFull<T>(
  world: World,
  place: PlaceWatch,
  at: EpochMs,
  full: number,
  ask: () => T,
): T {
  const { s, a } = world.facts
  if (place.kind === 'station') s.supposeFull(full)
  else a.supposeFull(full)
  const answer = ask()
  if (place.kind === 'station') s.look(place, at)
  else a.look(place, at)
  return answer
}

/** Each clause of a condition, for the subject that the facts are turned to. */
export function explain(
  world: World,
  condition: Condition,
  place: PlaceWatch,
  at: EpochMs = nowOf(world),
): readonly Clause[] {
  let clauses = condition.explain(world.facts)
  const explained = () => condition.explain(world.facts)
  for (let full = countUnknown(condition, place); full > 0; full--) {
    const supposed = supposeFull(world, place, at, full, explained)
    clauses = clauses.map((clause, i) =>
      clause.value === supposed[i]!.value ? clause : { ...clause, value: 'unknown' as const },
    )
  }
  return clauses
}

export interface DecisionDetail {
  readonly heldMs?: number
  readonly gates?: readonly GateAnswer[]
  readonly outcome?: NonNullable<Decision['outcome']>
  readonly postKey?: PostKey
  /** Which condition's clauses to show; `when` if not said. */
  readonly about?: 'when' | 'clear' | 'nothing'
}

/** Writes down a decision. The facts must be turned to the episode's subject, unless it is about nothing. */
export function decide(
  world: World,
  episode: Episode,
  to: EpisodeState,
  because: DecisionReason,
  detail: DecisionDetail = {},
): void {
  const { rule, place, container } = episode
  const about = detail.about ?? 'when'
  const isOfClear = about === 'clear' && rule.clear !== undefined
  const condition = isOfClear ? rule.clear : rule.when
  const decision: { -readonly [Key in keyof Decision]: Decision[Key] } = {
    at: nowOf(world),
    seq: world.clock.seq,
    ruleId: rule.id,
    ruleHash: rule.hash,
    subject: episode.subject,
    from: episode.state,
    to,
    because,
    clauses: about === 'nothing' ? [] : explain(world, condition, place),
    gates: detail.gates ?? [],
    engine: ENGINE_VERSION,
    tzdata: world.tzdata,
  }
  if (about !== 'nothing') decision.condition = isOfClear ? 'clear' : 'when'
  if (place.kind === 'station') decision.stationId = place.station.id
  if (place.kind === 'area') decision.areaId = placeId(place) as AreaId
  if (container) decision.containerId = container.container.id
  if (container && about !== 'nothing' && rule.weighsEvidence) {
    const parts: EvidencePart[] = []
    const sum = weighEvidence(container, nowOf(world), parts)
    if (!Number.isNaN(sum)) decision.evidence = { sum, parts }
  }
  if (detail.heldMs !== undefined) decision.heldMs = detail.heldMs
  if (detail.outcome !== undefined) decision.outcome = detail.outcome
  if (detail.postKey !== undefined) decision.postKey = detail.postKey
  world.ledger.decisions.push(decision)
}
