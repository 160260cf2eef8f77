import { expect, test } from 'vitest'

import { askBudget, isGap, isSpent, spend } from '#src/rules/budget.ts'
import type { AccountTally, BudgetPolicy } from '#src/rules/budget.ts'
import { createCalendar } from '#src/rules/calendar.ts'
import type { GateAnswer } from '#src/rules/decision.ts'
import { HOUR, MINUTE, after, local } from './scenario.ts'

const calendar = createCalendar('Europe/Stockholm', undefined)
const policy: BudgetPolicy = {
  perStationPerDay: 4,
  perAccountPerDay: 40,
  minGapMs: 3 * MINUTE,
  reserveShare: 0.25,
  whenSpent: 'next-day',
  digestMinute: 18 * 60,
}
const noon = local('2026-05-05T12:00')
const spent = (posts: number): AccountTally => {
  return { day: '2026-05-05', posts, lastAt: after(noon, -HOUR) }
}
const midnight = local('2026-05-06T00:00')

const wait = { answer: 'hold', until: midnight }
const rows: readonly (readonly [string, number, number, number, object])[] = [
  ['the first post of the day passes', 0, 0, 60, { answer: 'pass', detail: '0/4, 0/30' }],
  ['the fourth of a station passes', 3, 20, 60, { answer: 'pass', detail: '3/4, 20/30' }],
  ['the fifth waits for the next day', 4, 20, 60, { ...wait, detail: '4/4, 20/30' }],
  ['the last quarter is kept', 0, 30, 60, { ...wait, detail: '0/4, 30/30' }],
  ['for what is urgent', 0, 30, 80, { answer: 'pass', detail: '0/4, 30/40' }],
  ['until that is spent too', 0, 40, 90, { ...wait, detail: '0/4, 40/40' }],
]

test.each(rows)('%s', (_, atStation, ofAccount, priority, expected) => {
  const answer = askBudget(policy, spent(atStation), spent(ofAccount), priority, noon, calendar)
  expect(answer).toEqual({ gate: 'budget', ...expected })
})

test('a share of the day that is no whole number of posts keeps the fewer', () => {
  const ten: BudgetPolicy = { ...policy, perAccountPerDay: 10 }
  const { detail } = askBudget(ten, undefined, spent(7), 60, noon, calendar)
  expect(detail).toBe('0/4, 7/8')
})

test('a spent day can also mean that a post is dropped', () => {
  const drop: BudgetPolicy = { ...policy, whenSpent: 'drop' }
  expect(askBudget(drop, spent(4), undefined, 60, noon, calendar).answer).toBe('drop')
})

test('two posts of the account are three minutes apart', () => {
  const justNow: AccountTally = { day: '2026-05-05', posts: 1, lastAt: after(noon, -MINUTE) }
  expect(askBudget(policy, undefined, justNow, 60, noon, calendar)).toEqual({
    gate: 'budget',
    answer: 'hold',
    until: after(noon, 2 * MINUTE),
    detail: 'min_gap 3 min',
  })
})

test('only the gap between two posts is a gap, and only a day that is used up is spent', () => {
  const justNow: AccountTally = { day: '2026-05-05', posts: 1, lastAt: after(noon, -MINUTE) }
  const gap = askBudget(policy, undefined, justNow, 60, noon, calendar)
  const full = askBudget(policy, spent(4), undefined, 60, noon, calendar)
  const free = askBudget(policy, undefined, undefined, 60, noon, calendar)
  const quiet: GateAnswer = { gate: 'quiet-hours', answer: 'hold', until: midnight }
  expect([gap, full, free, quiet].map((answer) => isGap(answer))).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect([gap, full, free, quiet].map((answer) => isSpent(answer))).toEqual([
    false,
    true,
    false,
    false,
  ])
})

test('a new local day starts from nothing, and the day of 25 hours is one day', () => {
  const evening = local('2026-10-24T23:30')
  let tally = spend(undefined, evening, calendar)
  expect(tally).toEqual({ day: '2026-10-24', posts: 1, lastAt: evening })
  const first = after(evening, HOUR)
  tally = spend(tally, first, calendar)
  tally = spend(tally, after(first, 24 * HOUR), calendar)
  expect(tally).toEqual({ day: '2026-10-25', posts: 2, lastAt: after(first, 24 * HOUR) })
})
