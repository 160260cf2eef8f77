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
  /** `2026-05-07`, the local day on which it begins, and the how-manieth that was planned for it, from 1. */
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
    plans.set(key, {
      of: containerId,
      windows: replan(plans.get(key)?.windows ?? [], emptyings, at),
    })
    const planned = windowsOf([...plans.values()], fractionOf)
    settle(events, named(planned, [...events.values()], timeZone), at)
  }
  return inOrder(events)
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
  let planned: readonly PlannedEmptying[] = []
  const events = new Map<string, EmptyingEvent>()
  for (const { at, days } of told) {
    planned = replan(planned, expandDays(days, at, until, timeZone), at)
    const windows = joined(planned).map((window): Window => ({ ...window, fractions: [] }))
    settle(events, named(windows, [...events.values()], timeZone), at)
  }
  return inOrder(events)
}

/** What was planned when its time came, and of what is planned now that whose time is to come. */
function replan(
  before: readonly PlannedEmptying[],
  now: readonly PlannedEmptying[],
  at: EpochMs,
): readonly PlannedEmptying[] {
  return [...before.filter(({ until }) => until <= at), ...now.filter(({ until }) => until > at)]
}

function inOrder(events: ReadonlyMap<string, EmptyingEvent>): readonly EmptyingEvent[] {
  return [...events.values()].toSorted((a, b) => a.from - b.from || a.nth - b.nth)
}

/** In order of time. Containers that are emptied in the very same window share it. */
function windowsOf(
  plans: readonly { readonly of: ContainerId; readonly windows: readonly PlannedEmptying[] }[],
  fractionOf: ReadonlyMap<ContainerId, Fraction>,
): readonly Window[] {
  const shared = new Map<string, { from: EpochMs; until: EpochMs; fractions: Set<Fraction> }>()
  for (const [containerId, own] of Map.groupBy(plans, (plan) => plan.of)) {
    for (const { from, until } of joined(own.flatMap(({ windows }) => windows))) {
      const key = `${from} ${until}`
      const window = shared.get(key) ?? { from, until, fractions: new Set() }
      window.fractions.add(fractionOf.get(containerId)!)
      shared.set(key, window)
    }
  }
  return [...shared.values()]
    .map(({ from, until, fractions }) => ({ from, until, fractions: [...fractions].toSorted() }))
    .toSorted((a, b) => a.from - b.from || a.until - b.until)
}

/** Windows by name: a day and a number, that of the day's event which it is most like, else a new one. */
function named(
  windows: readonly Window[],
  events: readonly EmptyingEvent[],
  timeZone: string,
): ReadonlyMap<string, Window> {
  const eventsOn = Map.groupBy(events, ({ day }) => day)
  const windowsOn = Map.groupBy(windows, ({ from }) => wallTime(from, timeZone).day)
  const byName = new Map<string, Window>()
  for (const [day, own] of windowsOn) {
    const known = eventsOn.get(day) ?? []
    const matched = matchAlike(own, known)
    let last = Math.max(0, ...known.map(({ nth }) => nth))
    for (const window of own) byName.set(`${day} ${matched.get(window)?.nth ?? ++last}`, window)
  }
  return byName
}

/** Each window with at most one event and each event with at most one window, those most alike first. */
function matchAlike(
  windows: readonly Window[],
  events: readonly EmptyingEvent[],
): ReadonlyMap<Window, EmptyingEvent> {
  const pairs = windows.flatMap((window) =>
    events.map((event) => ({ window, event, rank: rankOf(window, event) })),
  )
  const alike = pairs
    .filter(({ rank }) => rank < NOT_ALIKE)
    .toSorted((a, b) => a.rank - b.rank || apart(a.window, a.event) - apart(b.window, b.event))
  const matched = new Map<Window, EmptyingEvent>()
  const taken = new Set<EmptyingEvent>()
  for (const { window, event } of alike) {
    if (matched.has(window) || taken.has(event)) continue
    matched.set(window, event)
    taken.add(event)
  }
  return matched
}

const NOT_ALIKE = 4

/**
 * By the hours, else by the fractions; what was called off stands behind what was not. A record changes
 * one container, so that a window with neither in common is another emptying.
 */
function rankOf(window: Window, event: EmptyingEvent): number {
  if (isSameTime(window, event)) return event.isCalledOff ? 1 : 0
  if (isSameFractions(window, event)) return event.isCalledOff ? 3 : 2
  return NOT_ALIKE
}

function apart(a: Window, b: Window): number {
  return Math.abs(a.from - b.from) + Math.abs(a.until - b.until)
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
  return isSameTime(a, b) && isSameFractions(a, b)
}

function isSameTime(a: Window, b: Window): boolean {
  return a.from === b.from && a.until === b.until
}

function isSameFractions(a: Window, b: Window): boolean {
  return a.fractions.join() === b.fractions.join()
}
