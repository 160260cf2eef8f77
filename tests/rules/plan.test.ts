import { expect, test } from 'vitest'
import { nextEmptying, nextWindowEdge, overdueSince, replan, type Plans } from '#src/rules/plan.ts'
import type { PlannedEmptying } from '#src/rules/record.ts'
import { DAY, HOUR, instant, plus } from '#src/stations/time.ts'

const at = (text: string) => instant(Date.parse(`${text}:00Z`))
/** `05T06-14`: the fifth of May, 06:00 to 14:00 UTC. */
function window(text: string): PlannedEmptying {
  const [day, hours] = text.split('T')
  const [from, until] = hours!.split('-').map(Number)
  const midnight = at(`2026-05-${day}T00:00`)
  return { from: plus(midnight, from! * HOUR), until: plus(midnight, until! * HOUR) }
}
const told = (...texts: readonly string[]): Plans => ({ town: texts.map(window) })
test.each<[string, Plans, string | undefined, string, string | undefined]>([
  ['the first that has not ended', told('05T06-14', '07T06-14'), undefined, '05T14:00', '07T06-14'],
  ['the one that goes on', told('05T06-14', '07T06-14'), undefined, '05T13:59', '05T06-14'],
  [
    'the one after that in which it was emptied',
    told('05T06-14', '07T06-14'),
    '05T08:00',
    '05T09:00',
    '07T06-14',
  ],
  [
    'the one after that before which it was emptied, a little early',
    told('05T06-14', '07T06-14'),
    '04T18:00',
    '04T20:00',
    '07T06-14',
  ],
  [
    'still the one that an emptying was too early for',
    told('05T06-14', '07T06-14'),
    '04T17:59',
    '04T20:00',
    '05T06-14',
  ],
  [
    'tomorrow’s, though it was emptied today less than twelve hours before',
    told('05T00-24', '06T00-24'),
    '05T14:00',
    '05T15:00',
    '06T00-24',
  ],
  [
    'the evening’s, though it was emptied early in the morning',
    told('05T06-10', '05T16-20'),
    '05T05:00',
    '05T05:30',
    '05T16-20',
  ],
  [
    'the first of whoever says so',
    { town: [window('07T06-14')], hub: [window('06T00-24')] },
    undefined,
    '05T12:00',
    '06T00-24',
  ],
  ['none after the last', told('05T06-14'), undefined, '05T14:00', undefined],
  ['none where nothing is planned', {}, undefined, '05T14:00', undefined],
])('next is %s', (_, plans, emptied, now, expected) => {
  const emptiedAt = emptied === undefined ? undefined : at(`2026-05-${emptied}`)
  expect(nextEmptying(plans, emptiedAt, at(`2026-05-${now}`))).toEqual(expected && window(expected))
})

test.each<[string, Plans, string | undefined, string, string | undefined]>([
  ['from the end of its window', told('05T06-14'), undefined, '05T15:00', '05T14:00'],
  ['not while its window goes on', told('05T06-14'), undefined, '05T13:59', undefined],
  ['not when it was emptied in it', told('05T06-14'), '05T06:00', '05T15:00', undefined],
  ['not when it was emptied after it', told('05T06-14'), '05T14:30', '05T15:00', undefined],
  [
    'not when it was emptied a little before it',
    told('05T06-14'),
    '04T18:00',
    '05T15:00',
    undefined,
  ],
  ['when it was emptied long before it', told('05T06-14'), '04T17:59', '05T15:00', '05T14:00'],
  [
    'when what was emptied was yesterday’s',
    told('04T00-24', '05T00-24'),
    '04T14:00',
    '06T01:00',
    '06T00:00',
  ],
  ['for a week', told('05T06-14'), undefined, '12T14:00', undefined],
])('it is overdue %s', (_, plans, emptied, now, expected) => {
  const emptiedAt = emptied === undefined ? undefined : at(`2026-05-${emptied}`)
  const since = overdueSince(plans, emptiedAt, at(`2026-05-${now}`))
  expect(since).toBe(expected === undefined ? undefined : at(`2026-05-${expected}`))
})

test('a source’s new word takes the place of its old one, but what has passed within a week stays', () => {
  const before: Plans = { ...told('01T06-14', '05T06-14', '07T06-14'), hub: [window('06T00-24')] }
  const now = at('2026-05-06T12:00')
  expect(replan(before, 'town', [window('09T06-14')], now)).toEqual({
    town: [window('01T06-14'), window('05T06-14'), window('09T06-14')],
    hub: [window('06T00-24')],
  })
  expect(replan(before, 'town', [], plus(now, 30 * DAY))).toEqual({ hub: [window('06T00-24')] })
})

test('a source’s new word is put in order of time, without what is over', () => {
  const now = at('2026-05-06T12:00')
  const words = ['11T06-14', '09T08-10', '06T06-12', '09T06-14', '06T06-13'].map(window)
  expect(replan({}, 'hub', words, now)).toEqual({
    hub: ['06T06-13', '09T06-14', '09T08-10', '11T06-14'].map(window),
  })
  const longer = ['09T06-14', '09T06-10'].map(window)
  expect(replan({}, 'hub', longer, now)).toEqual({ hub: ['09T06-10', '09T06-14'].map(window) })
})

test('what has passed stays from the instant of its end, for less than a week', () => {
  const end = at('2026-05-05T14:00')
  const kept = (now: typeof end) => replan(told('05T06-14'), 'town', [], now)
  expect(kept(plus(end, -1))).toEqual({})
  expect(kept(end)).toEqual(told('05T06-14'))
  expect(kept(plus(end, 7 * DAY - 1))).toEqual(told('05T06-14'))
  expect(kept(plus(end, 7 * DAY))).toEqual({})
})

test('a window begins, ends, and is forgotten after a week: at each of these a container is looked at', () => {
  const plans: Plans = { town: [window('07T06-14')], hub: [window('05T06-14'), window('06T08-09')] }
  const edges: string[] = []
  for (let edge = nextWindowEdge(plans, 0); edge < Infinity; edge = nextWindowEdge(plans, edge)) {
    edges.push(new Date(edge).toISOString().slice(8, 13))
  }
  expect(edges).toEqual([
    '05T06',
    '05T14',
    '06T08',
    '06T09',
    '07T06',
    '07T14',
    '12T14',
    '13T09',
    '14T14',
  ])
  expect(nextWindowEdge(undefined, 0)).toBe(Infinity)
  expect(nextWindowEdge({ town: [window('05T06-14')] }, plus(at('2026-05-05T06:00'), -1))).toBe(
    at('2026-05-05T06:00'),
  )
})

test('an emptying at the end of one window and before another keeps the second alone', () => {
  const plans = told('05T06-10', '05T16-20')
  const now = at('2026-05-05T11:00')
  expect(nextEmptying(plans, at('2026-05-05T10:00'), now)).toBeUndefined()
  expect(nextEmptying(plans, at('2026-05-05T09:59'), now)).toEqual(window('05T16-20'))
  expect(
    nextEmptying(told('05T06-14'), at('2026-05-05T14:00'), plus(at('2026-05-05T14:00'), -1)),
  ).toEqual(window('05T06-14'))
})
