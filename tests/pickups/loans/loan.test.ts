import { describe, expect, test } from 'vitest'
import {
  borrow,
  cancelLoan,
  freeDays,
  giveBack,
  handOut,
  isLate,
  mend,
} from '#src/pickups/loans/loan.ts'
import type { Loan, LoanDecided, LoanTerms } from '#src/pickups/loans/loan.ts'
import { at, smallBike, terms } from '../booking/cast.ts'

const rules: LoanTerms = { ...terms, rules: smallBike.loans! }
const now = at('2026-05-04T10:00:00Z')
const want = (more: Partial<Parameters<typeof borrow>[2]> = {}) => ({
  id: 'l1',
  thingId: 'trailer-1',
  household: 'home',
  fromDay: '2026-05-06',
  untilDay: '2026-05-07',
  ...more,
})
function lent(decided: LoanDecided): Loan {
  if (decided.kind === 'refused') throw new Error(decided.because.join())
  return decided.loan
}
const because = (decided: LoanDecided) => (decided.kind === 'ok' ? 'ok' : decided.because)
const trailer = lent(borrow([], rules, want(), now))
const wednesday = at('2026-05-06T08:00:00Z')

describe('a loan', () => {
  test.each([
    ['what isn’t lent', { thingId: 'boat-1' }, ['no-such-thing']],
    ['days that run backwards', { untilDay: '2026-05-05' }, ['no-such-days']],
    ['a day that has been', { fromDay: '2026-05-03' }, ['no-such-days']],
    ['four days', { untilDay: '2026-05-09' }, ['too-long']],
    ['all days that there are', { untilDay: '9999-12-31' }, ['too-long']],
    [
      'the last days that there are',
      { fromDay: '9999-12-30', untilDay: '9999-12-31' },
      ['not-open'],
    ],
    ['a day too far off', { fromDay: '2026-07-04', untilDay: '2026-07-04' }, ['not-open']],
    ['the bike on the day of its round', { thingId: 'bike-1' }, ['service-day']],
    ['the bike on another day', { thingId: 'bike-1', untilDay: '2026-05-06' }, 'ok'],
  ])('of %s', (_what, more, answer) => {
    expect(because(borrow([], rules, want(more), now))).toEqual(answer)
  })

  test('is of one household at a time, and one at a time for each', () => {
    const next = (more: object) =>
      because(borrow([trailer], rules, want({ id: 'l2', ...more }), now))
    expect(next({ household: 'other' })).toEqual(['taken'])
    expect(next({ household: 'other', fromDay: '2026-05-08', untilDay: '2026-05-08' })).toBe('ok')
    expect(next({ fromDay: '2026-05-08', untilDay: '2026-05-08' })).toEqual(['has-a-loan'])
    const gone = lent(cancelLoan(trailer, now))
    expect(because(borrow([gone], rules, want({ id: 'l2' }), now))).toBe('ok')
    expect(because(cancelLoan(gone, now))).toBe('ok')
  })

  test('that was never fetched is over with its days', () => {
    const later = { id: 'l2', fromDay: '2026-05-12', untilDay: '2026-05-12' }
    const on = (time: string) => because(borrow([trailer], rules, want(later), at(time)))
    expect(on(`${trailer.untilDay}T08:00:00Z`)).toEqual(['has-a-loan'])
    expect(on('2026-05-09T08:00:00Z')).toBe('ok')
  })

  test('of the bike isn’t handed out into a day that has become one of the round’s', () => {
    const bike = lent(borrow([], rules, want({ thingId: 'bike-1', untilDay: '2026-05-06' }), now))
    expect(because(handOut([bike], rules, bike, 'good', wednesday))).toBe('ok')
    const moved = {
      ...rules,
      serviceDays: [{ ...rules.serviceDays[0]!, weekdays: ['Wed' as const] }],
    }
    expect(because(handOut([bike], moved, bike, 'good', wednesday))).toEqual(['service-day'])
  })

  test('is handed out on one of its days, and is late after six on its last', () => {
    expect(because(handOut([trailer], rules, trailer, 'good', now))).toEqual(['not-now'])
    const out = lent(handOut([trailer], rules, trailer, 'good', wednesday))
    expect(out).toMatchObject({ state: 'out', handedOut: { at: wednesday, condition: 'good' } })
    expect(because(cancelLoan(out, wednesday))).toEqual(['not-now'])
    expect(isLate(out, rules, at('2026-05-07T16:00:00Z'))).toBe(false)
    expect(isLate(out, rules, at('2026-05-07T16:00:01Z'))).toBe(true)
    // While it is late the next one can't have it, on paper or in hand.
    const friday = at('2026-05-08T08:00:00Z')
    const next = want({
      id: 'l2',
      household: 'other',
      fromDay: '2026-05-08',
      untilDay: '2026-05-08',
    })
    expect(because(borrow([out], rules, next, friday))).toEqual(['taken'])
    const booked = lent(borrow([out], rules, next, now))
    expect(because(handOut([out, booked], rules, booked, 'good', friday))).toEqual(['taken'])
    const back = lent(giveBack(out, 'worn', friday))
    expect(because(handOut([back, booked], rules, booked, 'worn', friday))).toBe('ok')
  })

  test('that came back damaged is lent to nobody until it is mended', () => {
    const out = lent(handOut([trailer], rules, trailer, 'good', wednesday))
    const back = lent(giveBack(out, 'damaged', wednesday))
    const thing = smallBike.loans!.things[1]!
    const free = freeDays([back], rules, thing, '2026-05-08', '2026-05-09', wednesday)
    expect([...free.values()]).toEqual(['broken', 'broken'])
    const mended = lent(mend(back, wednesday))
    const freeAgain = freeDays([mended], rules, thing, '2026-05-08', '2026-05-08', wednesday)
    expect([...freeAgain]).toEqual([['2026-05-08', undefined]])
    expect(because(mend(lent(giveBack(out, 'good', wednesday)), now))).toEqual(['not-now'])
  })
})
