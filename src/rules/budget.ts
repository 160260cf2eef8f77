/** How much may be said in a day. Days are local calendar days, so one is 23 hours long and one 25. */
import { MINUTE } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Calendar } from './calendar.ts'
import type { GateAnswer } from './decision.ts'

export interface BudgetPolicy {
  readonly perStationPerDay: number
  readonly perAccountPerDay: number
  /** Least time between two posts of the account, ms. */
  readonly minGapMs: number
  /** Share of the account's day kept for urgent posts, 0…1. */
  readonly reserveShare: number
  /** What becomes of news when the day is spent: it waits for the next day, goes into the day's digest, or is dropped. */
  readonly whenSpent: 'next-day' | 'digest' | 'drop'
  /** When the digest is posted, in minutes after midnight by the clock on the wall. */
  readonly digestMinute: number
}

/** Priority from which a post may use the reserve. */
export const URGENT_PRIORITY = 80

/** What has been said on one local day. */
export interface DayTally {
  readonly day: string
  readonly posts: number
}

export interface AccountTally extends DayTally {
  /** When the account last posted. */
  readonly lastAt?: EpochMs
}

/** Asks whether one more post fits. Pure; `spend` counts it. */
export function askBudget(
  policy: BudgetPolicy,
  station: DayTally | undefined,
  account: AccountTally | undefined,
  priority: number,
  at: EpochMs,
  calendar: Calendar,
): GateAnswer {
  const day = calendar.dayOf(at)
  const atStation = postsOn(day, station)
  const ofAccount = postsOn(day, account)
  const reserved =
    priority >= URGENT_PRIORITY ? 0 : Math.floor(policy.perAccountPerDay * policy.reserveShare)
  const detail = `${atStation}/${policy.perStationPerDay}, ${ofAccount}/${policy.perAccountPerDay - reserved}`

  if (atStation >= policy.perStationPerDay || ofAccount >= policy.perAccountPerDay - reserved) {
    if (policy.whenSpent === 'drop') return { gate: 'budget', answer: 'drop', detail }
    const dayEnds = calendar.endOfDay(at)
    const digestAt =
      policy.whenSpent === 'digest' ? calendar.nextTime(policy.digestMinute, at) : dayEnds
    const until = digestAt < dayEnds ? digestAt : dayEnds
    return { gate: 'budget', answer: 'hold', until, detail }
  }
  const free = (account?.lastAt ?? -Infinity) + policy.minGapMs
  if (at < free) {
    const gap = `${GAP_WORD} ${policy.minGapMs / MINUTE} min`
    return { gate: 'budget', answer: 'hold', until: free as EpochMs, detail: gap }
  }
  return { gate: 'budget', answer: 'pass', detail }
}

/** Whether the budget says that the account has spoken a moment ago; nothing else is in the way then. */
export function isGap({ detail }: GateAnswer): boolean {
  return detail?.startsWith(GAP_WORD) === true
}

/** Whether the budget holds news since the day's posts are used up. */
export function isSpent(answer: GateAnswer): boolean {
  return answer.gate === 'budget' && answer.answer === 'hold' && !isGap(answer)
}

const GAP_WORD = 'min_gap'

/** The tallies after one more post. */
export function spend(
  tally: DayTally | undefined,
  at: EpochMs,
  calendar: Calendar,
): AccountTally & { readonly lastAt: EpochMs } {
  const day = calendar.dayOf(at)
  return { day, posts: postsOn(day, tally) + 1, lastAt: at }
}

function postsOn(day: string, tally: DayTally | undefined): number {
  return tally?.day === day ? tally.posts : 0
}
