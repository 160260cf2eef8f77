import { describe, expect, test } from 'vitest'
import { alarmsOf, isStuck } from '#src/notify/account-alarms.ts'
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { noon } from './deliveries.ts'

const ago = (ms: number) => plus(noon, -ms)

describe('nothing leaves an account', () => {
  test.each([
    [
      'when something has been due for an hour and nothing left for a day',
      HOUR,
      DAY,
      undefined,
      true,
    ],
    ['not when it has been due for less', HOUR - 1, DAY, undefined, false],
    ['not when something left within the day', HOUR, DAY - 1, undefined, false],
    ['not when nothing is due', undefined, 9 * DAY, undefined, false],
    ['when nothing ever left it', HOUR, undefined, undefined, true],
    ['also when what waited has grown too old', undefined, DAY, HOUR, true],
    ['until something has left', HOUR, MINUTE, HOUR, false],
    ['not because something left before', HOUR, 2 * HOUR, HOUR, true],
  ])('%s', (_, dueFor, lastSent, stuckFor, expected) => {
    const due = { count: 1, ...(dueFor !== undefined && { oldestSendAt: ago(dueFor) }) }
    const tally = lastSent === undefined ? {} : { lastSentAt: ago(lastSent) }
    expect(isStuck(noon, due, tally, stuckFor === undefined ? undefined : ago(stuckFor))).toBe(
      expected,
    )
  })
})

const since = ago(HOUR)
const refused = { since, because: 'bad-credentials', detail: '401' } as const

test.each([
  ['an account that is well has none', { standing: {} }, []],
  [
    'one that is paused has one, whatever else',
    { standing: { paused: refused, stuckSince: since, uncheckedSince: ago(DAY) } },
    [{ kind: 'paused', since, because: 'bad-credentials', detail: '401' }],
  ],
  [
    'one that staff have paused has none',
    { standing: { paused: { since, because: 'staff', detail: '', by: 'Ada' } as const } },
    [],
  ],
  [
    'a worker that stalled is told of beside a pause',
    { standing: { paused: refused }, stalledSince: since },
    [
      { kind: 'paused', since, because: 'bad-credentials', detail: '401' },
      { kind: 'stalled', since },
    ],
  ],
  [
    'each trouble by itself',
    {
      standing: { stuckSince: since, uncheckedSince: ago(DAY) },
      stalledSince: since,
      shortSince: since,
    },
    [
      { kind: 'stalled', since },
      { kind: 'nothing-leaves', since },
      { kind: 'unchecked', since: ago(DAY) },
      { kind: 'money-short', since },
    ],
  ],
  [
    'a check that has failed for less than a day',
    { standing: { uncheckedSince: ago(DAY - 1) } },
    [],
  ],
])('%s', (_, signs, alarms) => {
  expect(alarmsOf(signs, noon)).toEqual(alarms)
})
