/**
 * What the dispatcher does to a day: from a command to the next version of the plan and what is written
 * of it in the log, or why not. Pure; what the planner answered comes with the command.
 */
import { type EpochMs, MINUTE, plus } from '#src/stations/time.ts'
import {
  type DayPlan,
  emptyPlan,
  isOver,
  type Offer,
  type OfferReason,
  parseVisitId,
  type Pin,
  type PlannedStop,
  type RoundPlan,
  type TimeSpan,
  type Unserved,
} from './day.ts'
import type { Facts } from './rider-events.ts'
import { findStop, type StandingDay, standingOf } from './standing.ts'

export interface Answer {
  readonly rounds: readonly { readonly bike: string; readonly stops: readonly PlannedStop[] }[]
  readonly unserved: readonly Unserved[]
}

export type DayCommand =
  /** A first plan, or another one as long as none is published. Only an offer leaves the version as it is. */
  | { readonly kind: 'plan'; readonly answer: Answer }
  | {
      readonly kind: 'offer'
      readonly id: string
      readonly because: OfferReason
      readonly about?: string
      readonly answer: Answer
    }
  | { readonly kind: 'decline-offer'; readonly offerId: string }
  | { readonly kind: 'adopt-offer'; readonly offerId: string }
  | { readonly kind: 'publish' }
  /** `at` counts the round's stops as they stand, from 0. */
  | { readonly kind: 'move'; readonly stopId: string; readonly bike: string; readonly at: number }
  | { readonly kind: 'pin'; readonly stopId: string }
  | { readonly kind: 'unpin'; readonly stopId: string }
  | { readonly kind: 'start'; readonly bike: string }
  | { readonly kind: 'end'; readonly bike: string }
  /** Something new gets the place where it costs least; all else stays. */
  | { readonly kind: 'insert'; readonly stopId: string; readonly answer: Answer }
  | {
      readonly kind: 'bike-out'
      readonly bike: string
      readonly because: string
      readonly answer: Answer
    }
  | { readonly kind: 'bike-back'; readonly bike: string }
  /** Bookings that were cancelled leave the plan; the rest stays as it is. */
  | { readonly kind: 'take-out'; readonly stopIds: readonly string[] }

export type DayDid =
  | 'planned'
  | 're-plan-offered'
  | 'offer-declined'
  | 'offer-adopted'
  | 'published'
  | 'moved'
  | 'pinned'
  | 'unpinned'
  | 'started'
  | 'ended'
  | 'inserted'
  | 'bike-out'
  | 'bike-back'
  | 'taken-out'

/** A line of the log: what was done, to which stop or bike, and why. */
export interface DayChange {
  readonly did: DayDid
  readonly stopId?: string
  readonly bike?: string
  readonly detail?: string
}

export const DAY_REASONS = [
  'no-plan',
  'published-already',
  'no-such-stop',
  'no-such-bike',
  'no-such-offer',
  'offer-outdated',
  'stop-is-over',
  'stop-under-way',
  'before-what-is-frozen',
  'bike-out',
  'round-over',
  'not-started',
  'not-published',
  'not-on-another-bike',
  'nothing-to-pin',
  'no-address-list',
  'unknown-address',
  'postcode-needed',
  'no-such-drop-off',
  'not-taken-there',
  'no-room-there',
] as const
export type DayReason = (typeof DAY_REASONS)[number]

export type DayDecided =
  | { readonly kind: 'ok'; readonly plan: DayPlan; readonly changes: readonly DayChange[] }
  | { readonly kind: 'refused'; readonly reason: DayReason; readonly least?: number }
  /** The plan has changed since the one that was looked at. */
  | { readonly kind: 'stale'; readonly version: number }

export interface DayState {
  readonly day: string
  /** The town's bikes. */
  readonly bikes: readonly string[]
  readonly plan?: DayPlan
  readonly facts: Facts
}

/** When each stop of these rounds would begin; what the evaluator says. */
export type Reckon = (rounds: readonly RoundPlan[]) => ReadonlyMap<string, EpochMs>

/** A pinned stop may begin so much before and after when it was to. */
const PIN_SLACK_MS = 15 * MINUTE

/** `version` is that of the plan the command was thought out for; 0 where there was none. */
export function decide(
  state: DayState,
  command: DayCommand,
  version: number,
  now: EpochMs,
  reckon: Reckon,
): DayDecided {
  const current = state.plan?.version ?? 0
  if (version !== current) return { kind: 'stale', version: current }
  if (command.kind === 'plan') return plan(state, command.answer)
  if (!state.plan) return refused('no-plan')
  const is = { ...state, plan: state.plan, standing: standingOf(state.plan, state.facts) }
  switch (command.kind) {
    case 'offer':
      return offer(is, command)
    case 'decline-offer':
      return withOffer(is, command.offerId, (given, plan) => ({
        kind: 'ok',
        plan: without(plan),
        changes: [{ did: 'offer-declined', detail: given.because }],
      }))
    case 'adopt-offer':
      return withOffer(is, command.offerId, (given) => adopt(is, given))
    case 'publish':
      return is.plan.published
        ? refused('published-already')
        : next(is.plan, { ...is.plan, published: true }, [{ did: 'published' }])
    case 'move':
      return move(is, command, reckon)
    case 'pin':
      return pin(is, command.stopId, reckon)
    case 'unpin':
      return unpin(is, command.stopId)
    case 'start':
      return start(is, command.bike, now)
    case 'end':
      return end(is, command.bike, now)
    case 'insert':
      return next(is.plan, answered(is, command.answer), [
        { did: 'inserted', stopId: command.stopId },
      ])
    case 'bike-out':
      return bikeOut(is, command, now)
    case 'bike-back':
      return bikeBack(is, command.bike)
    case 'take-out':
      return takeOut(is, command.stopIds)
  }
}

type Is = DayState & { readonly plan: DayPlan; readonly standing: StandingDay }

function plan(state: DayState, answer: Answer): DayDecided {
  if (state.plan?.published) return refused('published-already')
  const was: DayPlan = state.plan ?? {
    ...emptyPlan(state.day),
    rounds: state.bikes.map((bike) => ({ bike, stops: [] })),
  }
  const standing = standingOf(was, state.facts)
  return next(was, answered({ ...state, plan: was, standing }, answer), [{ did: 'planned' }])
}

function offer(
  is: Is,
  { id, because, about, answer }: Extract<DayCommand, { kind: 'offer' }>,
): DayDecided {
  const { rounds, unserved } = answered(is, answer)
  const given: Offer = {
    id,
    because,
    ...(about !== undefined && { about }),
    version: is.plan.version,
    rounds,
    unserved,
  }
  const detail = about === undefined ? because : `${because} ${about}`
  const change: DayChange = { did: 're-plan-offered', detail }
  return { kind: 'ok', plan: { ...is.plan, offer: given }, changes: [change] }
}

function withOffer(
  is: Is,
  offerId: string,
  work: (given: Offer, plan: DayPlan) => DayDecided,
): DayDecided {
  const given = is.plan.offer
  return given?.id === offerId ? work(given, is.plan) : refused('no-such-offer')
}

/** What has been ridden since the offer was made stays as it was ridden: facts are laid over any plan. */
function adopt(is: Is, given: Offer): DayDecided {
  if (given.version !== is.plan.version) return refused('offer-outdated')
  const after = answered(is, given)
  return next(is.plan, after, [{ did: 'offer-adopted', detail: given.because }])
}

function move(
  is: Is,
  { stopId, bike, at }: Extract<DayCommand, { kind: 'move' }>,
  reckon: Reckon,
): DayDecided {
  const found = findStop(is.standing, stopId)
  const isLeftOut = is.plan.unserved.some((one) => one.stopId === stopId)
  if (!found && !isLeftOut) return refused('no-such-stop')
  if (found && isOver(found.stop.state)) return refused('stop-is-over')
  if (found && found.at < found.round.frozen) return refused('stop-under-way')
  if (!is.bikes.includes(bike)) return refused('no-such-bike')
  const target = is.standing.rounds.find((r) => r.bike === bike)
  if (target?.out) return refused('bike-out')
  if (target?.endedAt !== undefined) return refused('round-over')
  const stop: PlannedStop = found?.stop.stop ?? { id: stopId, kind: 'pickup' }
  if (stop.kind !== 'pickup' && found?.round.bike !== bike) return refused('not-on-another-bike')
  const least = target?.frozen ?? 0
  if (at < least) return { kind: 'refused', reason: 'before-what-is-frozen', least }

  const rounds = asTheyStand(is).map((round) => {
    const others = round.stops.filter(({ id }) => id !== stopId)
    return { ...round, stops: round.bike === bike ? others.toSpliced(at, 0, stop) : others }
  })
  const unserved = is.plan.unserved.filter((one) => one.stopId !== stopId)
  const after: DayPlan = { ...without(is.plan), rounds, unserved }
  const pins = stop.kind === 'pickup' ? pinned(after, stopId, bike, reckon) : after.pins
  return next(is.plan, { ...after, pins }, [{ did: 'moved', stopId, bike, detail: `to ${at}` }])
}

function pin(is: Is, stopId: string, reckon: Reckon): DayDecided {
  const found = findStop(is.standing, stopId)
  if (!found) return refused('no-such-stop')
  if (isOver(found.stop.state)) return refused('stop-is-over')
  if (found.stop.stop.kind !== 'pickup') return refused('nothing-to-pin')
  const { bike } = found.round
  const pins = pinned(is.plan, stopId, bike, reckon)
  return next(is.plan, { ...without(is.plan), pins }, [{ did: 'pinned', stopId, bike }])
}

function pinned(plan: DayPlan, stopId: string, bike: string, reckon: Reckon): readonly Pin[] {
  const startsAt = reckon(plan.rounds).get(stopId)
  const starts: TimeSpan | undefined = startsAt && {
    from: plus(startsAt, -PIN_SLACK_MS),
    until: plus(startsAt, PIN_SLACK_MS),
  }
  const others = plan.pins.filter((one) => one.stopId !== stopId)
  return [...others, { stopId, bike, ...(starts && { starts }) }]
}

function unpin(is: Is, stopId: string): DayDecided {
  const pins = is.plan.pins.filter((one) => one.stopId !== stopId)
  if (pins.length === is.plan.pins.length) return refused('no-such-stop')
  return next(is.plan, { ...without(is.plan), pins }, [{ did: 'unpinned', stopId }])
}

function start(is: Is, bike: string, now: EpochMs): DayDecided {
  if (!is.plan.published) return refused('not-published')
  const round = roundOf(is, bike)
  if (!round) return refused('no-such-bike')
  if (round.out) return refused('bike-out')
  if (round.startedAt !== undefined && round.endedAt === undefined) return same(is.plan)
  const { endedAt: _, ...rest } = round
  const started = { ...rest, startedAt: round.startedAt ?? now }
  return next(is.plan, replaced(is.plan, started), [{ did: 'started', bike }])
}

function end(is: Is, bike: string, now: EpochMs): DayDecided {
  const round = roundOf(is, bike)
  if (!round) return refused('no-such-bike')
  if (round.startedAt === undefined) return refused('not-started')
  if (round.endedAt !== undefined) return same(is.plan)
  return next(is.plan, replaced(is.plan, { ...round, endedAt: now }), [{ did: 'ended', bike }])
}

/** Its stops go to others, or are unserved; what it has on board somebody must see to. */
function bikeOut(
  is: Is,
  { bike, because, answer }: Extract<DayCommand, { kind: 'bike-out' }>,
  now: EpochMs,
): DayDecided {
  const round = roundOf(is, bike)
  if (!round) return refused('no-such-bike')
  if (round.out) return same(is.plan)
  const broken = withBikeOut(is.plan, bike, because, now)
  const standing = standingOf(broken, is.facts)
  const after = answered({ ...is, plan: broken, standing }, answer)
  return next(is.plan, after, [{ did: 'bike-out', bike, detail: because }])
}

/** The plan as the planner is to be asked it when a bike breaks down. */
export function withBikeOut(plan: DayPlan, bike: string, because: string, since: EpochMs): DayPlan {
  const pins = plan.pins.filter((one) => one.bike !== bike)
  const round = plan.rounds.find((r) => r.bike === bike) ?? { bike, stops: [] }
  return { ...replaced(plan, { ...round, out: { since, because } }), pins }
}

function bikeBack(is: Is, bike: string): DayDecided {
  const round = roundOf(is, bike)
  if (!round) return refused('no-such-bike')
  if (!round.out) return same(is.plan)
  const { out: _, ...back } = round
  return next(is.plan, replaced(is.plan, back), [{ did: 'bike-back', bike }])
}

function takeOut(is: Is, stopIds: readonly string[]): DayDecided {
  const gone = new Set(stopIds.filter((id) => !is.facts.has(id)))
  const stays = (id: string) => !gone.has(id)
  const rounds = is.plan.rounds.map((round) => ({
    ...round,
    stops: round.stops.filter(({ id }) => stays(id)),
  }))
  const unserved = is.plan.unserved.filter(({ stopId }) => stays(stopId))
  const isSame =
    unserved.length === is.plan.unserved.length &&
    rounds.every(({ stops }, i) => stops.length === is.plan.rounds[i]!.stops.length)
  if (isSame) return same(is.plan)
  const pins = is.plan.pins.filter(({ stopId }) => stays(stopId))
  const changes = [...gone].map((stopId): DayChange => ({ did: 'taken-out', stopId }))
  return next(is.plan, { ...without(is.plan), rounds, unserved, pins }, changes)
}

/** The plan with the planner's answer: what is over or under way first, as it was ridden. */
function answered(is: Is, answer: Pick<Answer, 'rounds' | 'unserved'>): DayPlan {
  const frozen = new Map(is.standing.rounds.map((r) => [r.bike, r.stops.slice(0, r.frozen)]))
  const behind = new Set([...frozen.values()].flatMap((stops) => stops.map(({ stop }) => stop.id)))
  const rounds = roundsOf(is).map((round) => {
    const past = frozen.get(round.bike)?.map(({ stop }) => stop) ?? []
    const theirs = answer.rounds.find((r) => r.bike === round.bike)?.stops ?? []
    return { ...round, stops: [...past, ...theirs.filter(({ id }) => !behind.has(id))] }
  })
  return { ...without(is.plan), rounds, unserved: answer.unserved }
}

/** An offer goes out from one version; with the next there is none. */
function without({ offer: _offer, ...plan }: DayPlan): DayPlan {
  return plan
}

function asTheyStand(is: Is): readonly RoundPlan[] {
  return roundsOf(is).map((round) => {
    const stops = is.standing.rounds.find(({ bike }) => bike === round.bike)?.stops ?? []
    return { ...round, stops: stops.map(({ stop }) => stop) }
  })
}

/** Those of the town's bikes, also of what is new in the file, and of what has left it but was to ride or rode. */
function roundsOf({ bikes, plan, standing }: Is): readonly RoundPlan[] {
  const all = new Set([...bikes, ...standing.rounds.map(({ bike }) => bike)])
  return [...all].map((bike) => plan.rounds.find((r) => r.bike === bike) ?? { bike, stops: [] })
}

function roundOf(is: Is, bike: string): RoundPlan | undefined {
  if (!is.bikes.includes(bike)) return undefined
  return is.plan.rounds.find((r) => r.bike === bike) ?? { bike, stops: [] }
}

function replaced(plan: DayPlan, round: RoundPlan): DayPlan {
  const isNew = !plan.rounds.some(({ bike }) => bike === round.bike)
  const rounds = plan.rounds.map((r) => (r.bike === round.bike ? round : r))
  return { ...plan, rounds: isNew ? [...rounds, round] : rounds }
}

/** Publishing, starting or ending leaves an offer standing: it changes nothing that the offer is about. */
function next(was: DayPlan, is: DayPlan, changes: readonly DayChange[]): DayDecided {
  const version = was.version + 1
  const offer = is.offer && { ...is.offer, version }
  return { kind: 'ok', plan: { ...is, version, ...(offer && { offer }) }, changes }
}

function same(plan: DayPlan): DayDecided {
  return { kind: 'ok', plan, changes: [] }
}

function refused(reason: DayReason): DayDecided {
  return { kind: 'refused', reason }
}

/** Which visits a plan has named already, so that a new one has a name of its own. */
export function lastVisits(stops: readonly PlannedStop[]): Map<string, number> {
  const last = new Map<string, number>()
  for (const { id } of stops) {
    const visit = parseVisitId(id)
    if (visit) last.set(visit.dropOffId, Math.max(last.get(visit.dropOffId) ?? 0, visit.nth))
  }
  return last
}
