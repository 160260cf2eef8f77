/** The bike and the trailer, lent: when each is free, handed out and given back in which state, and what of it when it is late or broken. */
import { expandDays } from '#src/rules/town-plan.ts'
import type { LoanRules, LoanThing } from '#src/stations/return-bike.ts'
import type { ServiceDays } from '#src/stations/station.ts'
import { DAY, plus, wallTime } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { addDays, daysBetween, instantAt } from '../booking/service-days.ts'

export const CONDITIONS = ['good', 'worn', 'damaged'] as const
export type Condition = (typeof CONDITIONS)[number]

export const LOAN_STATES = ['booked', 'out', 'returned', 'cancelled'] as const
export type LoanState = (typeof LOAN_STATES)[number]

export interface Loan {
  readonly id: string
  readonly thingId: string
  readonly state: LoanState
  readonly household: string
  /** The first day and the last one, `2026-05-06`. */
  readonly fromDay: string
  readonly untilDay: string
  readonly createdAt: EpochMs
  readonly handedOut?: { readonly at: EpochMs; readonly condition: Condition }
  readonly givenBack?: { readonly at: EpochMs; readonly condition: Condition }
  /** What staff found broken has been mended. */
  readonly mendedAt?: EpochMs
  readonly endedAt?: EpochMs
  readonly version: number
}

export interface LoanTerms {
  readonly rules: LoanRules
  readonly serviceDays: readonly ServiceDays[]
  readonly timeZone: string
}

export const LOAN_REASONS = [
  'no-such-thing',
  'no-such-days',
  'too-long',
  'not-open',
  'service-day',
  'taken',
  'broken',
  'has-a-loan',
  'not-now',
] as const
export type LoanReason = (typeof LOAN_REASONS)[number]

export type LoanDecided =
  | { readonly kind: 'ok'; readonly loan: Loan }
  | { readonly kind: 'refused'; readonly because: readonly LoanReason[] }

/** What was booked and never fetched is over with its days. */
function isLive({ state, untilDay }: Loan, today: string): boolean {
  return state === 'out' || (state === 'booked' && untilDay >= today)
}

/** Whether it should be back and isn't. */
export function isLate(loan: Loan, { rules, timeZone }: LoanTerms, now: EpochMs): boolean {
  return loan.state === 'out' && now > instantAt(loan.untilDay, rules.backByMinute, timeZone)
}

/** Broken when it came back last, and not mended since. */
export function isBroken(loans: readonly Loan[], thingId: string): boolean {
  const last = loans
    .filter((loan) => loan.thingId === thingId && loan.givenBack)
    .toSorted((a, b) => b.givenBack!.at - a.givenBack!.at)[0]
  return last !== undefined && isStillBroken(last)
}

/** It came back broken, and hasn't been mended since. */
export function isStillBroken({ givenBack, mendedAt }: Loan): boolean {
  return givenBack?.condition === 'damaged' && mendedAt === undefined
}

/** From when on who borrowed it is forgotten; never while it is out. */
export function loanErasedFrom(
  { state, endedAt, untilDay }: Loan,
  eraseAfterDays: number,
  timeZone: string,
): EpochMs | undefined {
  if (state === 'out') return undefined
  const day = endedAt === undefined ? untilDay : wallTime(endedAt, timeZone).day
  return instantAt(addDays(day, eraseAfterDays + 1), 0, timeZone)
}

export function borrow(
  loans: readonly Loan[],
  terms: LoanTerms,
  request: Pick<Loan, 'id' | 'thingId' | 'household' | 'fromDay' | 'untilDay'>,
  now: EpochMs,
): LoanDecided {
  const { thingId, fromDay, untilDay, household } = request
  const thing = terms.rules.things.find(({ id }) => id === thingId)
  if (!thing) return { kind: 'refused', because: ['no-such-thing'] }
  const today = wallTime(now, terms.timeZone).day
  if (untilDay < fromDay || fromDay < today) return { kind: 'refused', because: ['no-such-days'] }
  const because: LoanReason[] = []
  if (daysBetween(fromDay, untilDay) >= terms.rules.mostDays) because.push('too-long')
  if (daysBetween(today, fromDay) > terms.rules.opensDays) because.push('not-open')
  // Days are looked at one by one only when they are few.
  if (because.length === 0) {
    const free = freeDays(loans, terms, thing, fromDay, untilDay, now)
    because.push(...new Set([...free.values()].filter((reason) => reason !== undefined)))
  }
  if (loans.some((loan) => isLive(loan, today) && loan.household === household)) {
    because.push('has-a-loan')
  }
  if (because.length > 0) return { kind: 'refused', because }
  return { kind: 'ok', loan: { ...request, state: 'booked', createdAt: now, version: 1 } }
}

/** Each day of a span, and what keeps the thing from being lent on it; undefined where nothing does. */
export function freeDays(
  loans: readonly Loan[],
  terms: LoanTerms,
  thing: LoanThing,
  fromDay: string,
  untilDay: string,
  now: EpochMs,
): ReadonlyMap<string, LoanReason | undefined> {
  const today = wallTime(now, terms.timeZone).day
  const taken = loans.filter((loan) => loan.thingId === thing.id && isLive(loan, today))
  const late = taken.some((loan) => isLate(loan, terms, now))
  const broken = isBroken(loans, thing.id)
  const runs = daysItRuns(thing, terms, fromDay, untilDay)
  return new Map(
    daysOf({ fromDay, untilDay }).map((day) => {
      if (broken) return [day, 'broken']
      if (runs.has(day)) return [day, 'service-day']
      // Nobody knows when one that is late comes back; today at least it isn't there.
      const isTaken = taken.some((loan) => loan.fromDay <= day && day <= loan.untilDay)
      return [day, isTaken || (late && day === today) ? 'taken' : undefined]
    }),
  )
}

/** Those days of a span on which the thing is needed for the round. */
function daysItRuns(
  thing: LoanThing,
  { serviceDays, timeZone }: LoanTerms,
  fromDay: string,
  untilDay: string,
): ReadonlySet<string> {
  if (thing.onServiceDays) return new Set()
  const from = instantAt(fromDay, 0, timeZone)
  const until = plus(instantAt(untilDay, 0, timeZone), DAY)
  const windows = expandDays(serviceDays, from, until, timeZone)
  return new Set(windows.map((window) => wallTime(window.from, timeZone).day))
}

/**
 * Only a thing that is there, on one of the loan's days, is handed out; and not if a day until its end
 * has become one of the round's since it was booked.
 */
export function handOut(
  loans: readonly Loan[],
  terms: LoanTerms,
  before: Loan,
  condition: Condition,
  now: EpochMs,
): LoanDecided {
  const today = wallTime(now, terms.timeZone).day
  if (before.state !== 'booked' || today < before.fromDay || today > before.untilDay) {
    return { kind: 'refused', because: ['not-now'] }
  }
  const isOut = loans.some((loan) => loan.thingId === before.thingId && loan.state === 'out')
  if (isOut) return { kind: 'refused', because: ['taken'] }
  if (isBroken(loans, before.thingId)) return { kind: 'refused', because: ['broken'] }
  const thing = terms.rules.things.find(({ id }) => id === before.thingId)
  if (!thing) return { kind: 'refused', because: ['no-such-thing'] }
  if (daysItRuns(thing, terms, today, before.untilDay).size > 0) {
    return { kind: 'refused', because: ['service-day'] }
  }
  return change(before, { state: 'out', handedOut: { at: now, condition } })
}

export function giveBack(before: Loan, condition: Condition, now: EpochMs): LoanDecided {
  if (before.state !== 'out') return { kind: 'refused', because: ['not-now'] }
  return change(before, { state: 'returned', givenBack: { at: now, condition }, endedAt: now })
}

/** What came back damaged can be lent again. */
export function mend(before: Loan, now: EpochMs): LoanDecided {
  if (before.givenBack?.condition !== 'damaged') return { kind: 'refused', because: ['not-now'] }
  return change(before, { mendedAt: before.mendedAt ?? now })
}

/** A loan that has begun is ended by giving back. Cancelled twice is cancelled. */
export function cancelLoan(before: Loan, now: EpochMs): LoanDecided {
  if (before.state === 'cancelled') return { kind: 'ok', loan: before }
  if (before.state !== 'booked') return { kind: 'refused', because: ['not-now'] }
  return change(before, { state: 'cancelled', endedAt: now })
}

function change(before: Loan, news: Partial<Loan>): LoanDecided {
  return { kind: 'ok', loan: { ...before, ...news, version: before.version + 1 } }
}

function daysOf({ fromDay, untilDay }: Pick<Loan, 'fromDay' | 'untilDay'>): readonly string[] {
  const count = daysBetween(fromDay, untilDay) + 1
  return Array.from({ length: Math.max(0, count) }, (_, i) => addDays(fromDay, i))
}
