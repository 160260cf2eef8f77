/**
 * What was planned for a station over time, as events that a calendar can follow: each keeps its name
 * while its hours or its fractions change, and stays, called off, when it is planned no more. Pure: the
 * same records give the same events.
 */
import type { Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import type { ServiceDays } from '#src/stations/station.ts'
import { wallTime, type EpochMs } from '#src/stations/time.ts'
import type { PlannedEmptying, PlanRecord } from './record.ts'
import { expandDays, joined } from './town-plan.ts'

export interface EmptyingEvent {
  /** `2026-05-07`, the local day on which it begins, and the how-manieth of that day, from 1. */
  readonly day: string
  readonly nth: number
  readonly from: EpochMs
  readonly until: EpochMs
  /** Each once, sorted by name. */
  readonly fractions: readonly Fraction[]
  readonly isCalledOff: boolean
  /** How often it changed since it was first planned. */
  readonly revision: number
  readonly plannedAt: EpochMs
  readonly changedAt: EpochMs
}

/** One plan told: for whom, by whom, and when. */
export type ToldPlan = Pick<PlanRecord, 'at' | 'containerId' | 'source' | 'emptyings'>

type Window = PlannedEmptying & { readonly fractions: readonly Fraction[] }

/**
 * `records` are of any of the containers, in the order in which they were told; plans of several sources
 * add up. A window that is over by the time of a record is no longer changed by it.
 */
export function followPlans(
  records: readonly ToldPlan[],
  fractionOf: ReadonlyMap<ContainerId, Fraction>,
  timeZone: string,
): readonly EmptyingEvent[] {
  /** By container and source: what is planned now, and what was when its time came. */
  const plans = new Map<
    string,
    { readonly of: ContainerId; readonly windows: readonly PlannedEmptying[] }
  >()
  const events = new Map<string, EmptyingEvent>()
  for (const record of records) {
    const { containerId, source, emptyings, at } = record
    if (!fractionOf.has(containerId)) continue
    const key = `${containerId}|${source}`
    const past = (plans.get(key)?.windows ?? []).filter(({ until }) => until <= at)
    const windows = [...past, ...emptyings.filter(({ until }) => until > at)]
    plans.set(key, { of: containerId, windows })
    settle(events, eventsOf([...plans.values()], fractionOf, timeZone), at)
  }
  return [...events.values()].toSorted((a, b) => a.from - b.from || a.nth - b.nth)
}

/**
 * The bike's days, by each file that said otherwise than the one before. Each counts from when it was
 * read; `until` bounds how far ahead they are told.
 */
export function followServiceDays(
  told: readonly { readonly at: EpochMs; readonly days: readonly ServiceDays[] }[],
  until: EpochMs,
  timeZone: string,
): readonly EmptyingEvent[] {
  const plans = told.map(({ at, days }): ToldPlan => ({
    at,
    containerId: BIKE,
    source: 'town',
    emptyings: expandDays(days, at, until, timeZone),
  }))
  return followPlans(plans, new Map([[BIKE, 'textiles']]), timeZone)
}

/** Stands where a container's id would; no event tells of it. */
const BIKE = 'bike' as ContainerId

/** Windows by name: a day and a number. Containers that are emptied in the very same window share it. */
function eventsOf(
  plans: readonly { readonly of: ContainerId; readonly windows: readonly PlannedEmptying[] }[],
  fractionOf: ReadonlyMap<ContainerId, Fraction>,
  timeZone: string,
): ReadonlyMap<string, Window> {
  const shared = new Map<string, { from: EpochMs; until: EpochMs; fractions: Set<Fraction> }>()
  for (const [containerId, own] of Map.groupBy(plans, (plan) => plan.of)) {
    for (const { from, until } of joined(own.flatMap(({ windows }) => windows))) {
      const key = `${from} ${until}`
      const window = shared.get(key) ?? { from, until, fractions: new Set() }
      window.fractions.add(fractionOf.get(containerId)!)
      shared.set(key, window)
    }
  }
  const inOrder = [...shared.values()].toSorted((a, b) => a.from - b.from || a.until - b.until)
  const named = new Map<string, Window>()
  const nthOf = new Map<string, number>()
  for (const { from, until, fractions } of inOrder) {
    const { day } = wallTime(from, timeZone)
    const nth = (nthOf.get(day) ?? 0) + 1
    nthOf.set(day, nth)
    named.set(`${day} ${nth}`, { from, until, fractions: [...fractions].toSorted() })
  }
  return named
}

function settle(
  events: Map<string, EmptyingEvent>,
  planned: ReadonlyMap<string, Window>,
  at: EpochMs,
): void {
  for (const [name, window] of planned) {
    const before = events.get(name)
    const [day, nth] = name.split(' ') as [string, string]
    if (!before) {
      events.set(name, {
        ...window,
        day,
        nth: Number(nth),
        isCalledOff: false,
        revision: 0,
        plannedAt: at,
        changedAt: at,
      })
    } else if (before.isCalledOff || !isSame(before, window)) {
      events.set(name, {
        ...before,
        ...window,
        isCalledOff: false,
        revision: before.revision + 1,
        changedAt: at,
      })
    }
  }
  for (const [name, event] of events) {
    if (planned.has(name) || event.isCalledOff || event.until <= at) continue
    const revision = event.revision + 1
    events.set(name, { ...event, isCalledOff: true, revision, changedAt: at })
  }
}

function isSame(a: Window, b: Window): boolean {
  return a.from === b.from && a.until === b.until && a.fractions.join() === b.fractions.join()
}
