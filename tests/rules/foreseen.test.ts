import { describe, expect, test } from 'vitest'

import { DAY, HOUR } from '#src/stations/time.ts'
import { after, box, levels, local, play, rulesWith } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const paper = '901-paper-1'

/** A book of one rule that asks about plans. */
function bookThatAsks(when: string) {
  return rulesWith(
    `  - { id: planned, per: container, when: "${when}", cooldown: 1d, priority: 50, post: full }`,
  )
}

describe('what a plan makes true with time is seen at that very instant, though nothing else happens', () => {
  const until = after(ten, 2 * DAY)
  const window = { from: after(ten, 30 * HOUR), until: after(ten, 34 * HOUR) }
  test.each([
    ['so many hours before the emptying', 'c.next_emptying_h <= 24.0', 6 * HOUR],
    ['when it begins', 'c.next_emptying_h == 0.0', 30 * HOUR],
    ['when it should have been', 'c.emptying_overdue_h > 0.0', 34 * HOUR + 1],
    ['so many hours after it should have been', 'c.emptying_overdue_h >= 2.0', 36 * HOUR],
  ])('%s', (_, when, ms) => {
    const { decisions } = play(
      [
        ...levels(paper, ten, HOUR, [20]),
        {
          at: ten,
          told: { type: 'plan', containerId: box(paper), source: 'town', emptyings: [window] },
        },
      ],
      until,
      { book: bookThatAsks(when) },
    )
    expect(decisions[0]).toMatchObject({ to: 'pending', at: after(ten, ms) })
  })
})

test('a promise that was broken a week ago is forgotten at that very instant', () => {
  const window = { from: after(ten, HOUR), until: after(ten, 2 * HOUR) }
  const { decisions } = play(
    [
      {
        at: ten,
        told: { type: 'plan', containerId: box(paper), source: 'town', emptyings: [window] },
      },
    ],
    after(ten, 9 * DAY),
    { book: bookThatAsks('c.emptying_overdue_h >= 1.0') },
  )
  expect(decisions.at(-1)).toMatchObject({
    because: 'cleared',
    at: after(ten, 2 * HOUR + 7 * DAY),
  })
})
