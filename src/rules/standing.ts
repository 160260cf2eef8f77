/**
 * How each rule stands for a subject just now: what it finds, how far it has come, what holds it, and
 * when it looks again. Decisions are written only when something changes; this answers "why not?"
 * whenever somebody asks, and asking changes nothing.
 */
import type { AreaId, ContainerId, PostKey, StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Condition } from './condition.ts'
import type { Clause, EpisodeState, EvidencePart, GateAnswer, Truth } from './decision.ts'
import { episodeDue } from './episode.ts'
import type { Episode } from './episode.ts'
import { lackingForFull, weighEvidence } from './evidence.ts'
import type { Lacking } from './evidence.ts'
import { answersOfGates } from './gates.ts'
import type { Group, WaitingItem } from './group.ts'
import { askBudgetOf } from './posting.ts'
import type { Rule } from './rule-book.ts'
import type { Subject } from './subject.ts'
import { findWatch } from './subjects.ts'
import { dueOf } from './waiting-room.ts'
import { deviceAt, placeId } from './watch.ts'
import type { ContainerWatch, PlaceWatch } from './watch.ts'
import { explain, lookAt, rulesOf, truthOf } from './world.ts'
import type { World } from './world.ts'

/** A condition as it comes out now. */
export interface Found {
  readonly value: Truth
  readonly clauses: readonly Clause[]
}

/** News that waits to be told. */
export interface Waiting {
  /** Of a beginning or of an end. */
  readonly kind: 'open' | 'close'
  /** Since when what it says has been so. */
  readonly since: EpochMs
  /** When it is tried next. */
  readonly nextTryAt: EpochMs
}

export interface Standing {
  readonly ruleId: string
  readonly ruleHash: string
  readonly audience: 'public' | 'staff'
  readonly subject: Subject
  /** Absent for rules per area and per account. */
  readonly stationId?: StationId
  readonly areaId?: AreaId
  readonly containerId?: ContainerId
  readonly state: EpisodeState
  /** Since when it has been in that state; absent while it is idle. */
  readonly since?: EpochMs
  /** When its condition came true; absent while it is idle. */
  readonly startedAt?: EpochMs
  readonly when: Found
  /** Absent where the rule is over as soon as `when` is false. */
  readonly clear?: Found
  /** For rules that weigh evidence, when anything is known; `lacking` whenever it isn't enough. */
  readonly evidence?: { readonly sum: number; readonly parts: readonly EvidencePart[] }
  readonly lacking?: Lacking
  /** The post that told of it; absent when it has not been told. */
  readonly posted?: { readonly key: PostKey; readonly at: EpochMs }
  readonly waiting?: Waiting
  /** What each gate would say now; only where something waits or is on its way to. */
  readonly gates: readonly GateAnswer[]
  /** Its time is over, and another reading has to say the same. */
  readonly awaitsReading?: true
  /** When, if nothing happens, it goes on to its next state. */
  readonly movesOnAt?: EpochMs
  /** It is judged at the times of its schedule and at no other. */
  readonly isScheduled: boolean
  /** When it is looked at next, whatever happens; a record may make it sooner. */
  readonly nextLookAt?: EpochMs
}

/** For each rule that is judged for the subject, in the order of the file; none for an unknown subject. */
export function describeStandings(
  world: World,
  subject: Subject,
  at: EpochMs,
): readonly Standing[] {
  const of = findWatch(world, subject)
  if (!of) return []
  // The same world, seen at that instant.
  const now = Math.max(at, world.clock.now ?? at) as EpochMs
  const seen: World = { ...world, clock: { ...world.clock, now } }
  const rules = of.kind === 'container' ? world.containerRules : rulesOf(world, of)
  return rules.map((rule) => describeStanding(seen, rule, of, now))
}

function describeStanding(
  world: World,
  rule: Rule,
  of: ContainerWatch | PlaceWatch,
  at: EpochMs,
): Standing {
  const container = of.kind === 'container' ? of : undefined
  const place = of.kind === 'container' ? of.station : of
  const episode = of.episodes[rule.index]
  lookAt(world, container, place, at)
  const movesOnAt = episode ? episodeDue(episode, rule, at) : Infinity
  return {
    ruleId: rule.id,
    ruleHash: rule.hash,
    audience: rule.audience,
    subject: (container ? container.container.id : placeId(place)) as Subject,
    ...(place.kind === 'station' && { stationId: place.station.id }),
    ...(place.kind === 'area' && { areaId: place.id as AreaId }),
    ...(container && { containerId: container.container.id }),
    ...progressOf(episode),
    when: findOut(world, rule.when, place, at),
    ...(rule.clear && { clear: findOut(world, rule.clear, place, at) }),
    ...(container && rule.weighsEvidence && describeEvidence(container, at)),
    ...(episode?.posted && { posted: episode.posted }),
    ...describeWait(world, rule, episode, at),
    ...(episode?.witness?.isAwaited && { awaitsReading: true }),
    ...(movesOnAt < Infinity && { movesOnAt: movesOnAt as EpochMs }),
    isScheduled: rule.schedule !== undefined,
    ...nextLook(world, rule, of, at),
  }
}

function progressOf(episode: Episode | undefined): Pick<Standing, 'state' | 'since' | 'startedAt'> {
  if (!episode || episode.state === 'idle') return { state: 'idle' }
  const { state, since, startedAt } = episode
  return { state, since, startedAt }
}

function findOut(world: World, condition: Condition, place: PlaceWatch, at: EpochMs): Found {
  return {
    value: truthOf(world, condition, place, at),
    clauses: explain(world, condition, place, at),
  }
}

function describeEvidence(
  container: ContainerWatch,
  at: EpochMs,
): Pick<Standing, 'evidence' | 'lacking'> {
  const parts: EvidencePart[] = []
  const sum = weighEvidence(container, at, parts)
  const hasSensor = deviceAt(container, at) !== undefined
  const lacking = lackingForFull(parts, hasSensor)
  return {
    ...(!Number.isNaN(sum) && { evidence: { sum, parts } }),
    ...(lacking && { lacking }),
  }
}

/** What waits is asked about as it is; what has yet to hold for its time, as if its time had come. */
function describeWait(
  world: World,
  rule: Rule,
  episode: Episode | undefined,
  at: EpochMs,
): Pick<Standing, 'waiting' | 'gates'> {
  const group = episode?.place.groups[rule.audience]
  const item = group && findNews(group, episode)
  if (item) {
    const { kind, since } = item
    const nextTryAt = Math.max(at, dueOf(world, group)) as EpochMs
    return { waiting: { kind, since, nextTryAt }, gates: askAll(world, item) }
  }
  if (episode?.state !== 'pending') return { gates: [] }
  const { startedAt } = episode
  const gates = askAll(world, {
    episode,
    kind: 'open',
    startedAt,
    since: startedAt,
    opened: undefined,
    blocked: undefined,
    suppressedSince: {},
  })
  return { gates: gates.filter(({ gate }) => gate !== 'still-active') }
}

/** News of what is goes before news of what was. */
function findNews({ items }: Group, episode: Episode): WaitingItem | undefined {
  const own = items.filter((item) => item.episode === episode)
  return own.find(({ kind }) => kind === 'open') ?? own[0]
}

function askAll(world: World, item: WaitingItem): readonly GateAnswer[] {
  const { place, rule } = item.episode
  const budget = askBudgetOf(world, { place, audience: rule.audience }, rule.priority)
  return [...answersOfGates(world, item, undefined), budget]
}

/** Whichever comes first: its own timer, its group's, an age of the container, the place's turn in the grid. */
function nextLook(
  world: World,
  rule: Rule,
  of: ContainerWatch | PlaceWatch,
  at: EpochMs,
): Pick<Standing, 'nextLookAt'> {
  const place = of.kind === 'container' ? of.station : of
  const episode = of.episodes[rule.index]
  const group = place.groups[rule.audience]
  const dues = [
    episode?.timer.dueAt,
    group?.items.some((item) => item.episode === episode) ? dueOf(world, group) : undefined,
    ...(rule.schedule
      ? [world.scheduleTimers.find((timer) => timer.of === rule)?.dueAt]
      : [of.timer.dueAt, place.timer.dueAt]),
  ]
  const next = Math.min(...dues.map((due) => due ?? Infinity))
  return next === Infinity ? {} : { nextLookAt: Math.max(at, next) as EpochMs }
}
