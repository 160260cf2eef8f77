/** Calls to return: in which order, when again, and until when they are kept. */
import { expect, test } from 'vitest'
import {
  afterCall,
  inOrder,
  isDue,
  isTooFarAhead,
  newCallBack,
  type CallBack,
} from '#src/pickups/booking/call-backs.ts'
import { callBackErasedFrom } from '#src/pickups/booking/retention.ts'
import { DAY, HOUR, isoText, plus, SECOND } from '#src/stations/time.ts'
import { MONDAY as now, terms } from './cast.ts'

const call = (id: string, inHours?: number): CallBack =>
  newCallBack(
    {
      id,
      language: 'so',
      interpreter: true,
      ...(inHours !== undefined && { callAt: plus(now, inHours * HOUR) }),
    },
    now,
  )

test('without a time somebody is called as soon as one can, and never before they asked to be', () => {
  expect(isDue(call('a'), now)).toBe(true)
  expect(call('a', -5).dueAt).toBe(now)
  expect(isDue(call('a', 2), plus(now, HOUR))).toBe(false)
  expect(isDue(call('a', 2), plus(now, 2 * HOUR))).toBe(true)
})

test('who was not reached is counted, and tried again at the time that was said, or in two hours', () => {
  const later = plus(now, HOUR)
  const once = afterCall(call('a'), 'not-reached', later)
  expect(once).toMatchObject({ state: 'open', missed: 1, dueAt: plus(later, 2 * HOUR), version: 2 })
  const twice = afterCall(once, 'not-reached', later, plus(later, DAY))
  expect(twice).toMatchObject({ missed: 2, dueAt: plus(later, DAY), version: 3 })
  const spoken = afterCall(twice, 'called', later)
  expect(spoken).toMatchObject({ state: 'called', missed: 2 })
  expect(isDue(spoken, plus(later, 9 * DAY))).toBe(false)
  const done = afterCall(spoken, 'done', later)
  expect(done.state).toBe('done')
  expect(afterCall(done, 'not-reached', later)).toBe(done)
})

test('the first due is called first, then come who was spoken to, and what is done last', () => {
  const done = (id: string, inHours: number) =>
    afterCall(call(id), 'done', plus(now, inHours * HOUR))
  const all = [
    done('done', 1),
    done('done later', 2),
    afterCall(call('spoken'), 'called', now),
    call('tomorrow', 24),
    call('soon', 1),
    call('now'),
  ]
  const order = inOrder(all.map((callBack) => ({ callBack })))
  expect(order.map(({ callBack }) => callBack.id)).toEqual([
    'now',
    'soon',
    'tomorrow',
    'spoken',
    'done later',
    'done',
  ])
})

test('nobody is asked to wait more than thirty days', () => {
  expect(isTooFarAhead(plus(now, 30 * DAY), now)).toBe(false)
  expect(isTooFarAhead(plus(now, 30 * DAY + SECOND), now)).toBe(true)
})

test.each([
  ['done', afterCall(call('a', 72), 'done', now), '2026-05-11T22:00:00.000Z'],
  ['spoken to', afterCall(call('a'), 'called', plus(now, DAY)), '2026-05-12T22:00:00.000Z'],
  ['never called', call('a'), '2026-05-11T22:00:00.000Z'],
  ['to be called in ten days', call('a', 240), '2026-05-21T22:00:00.000Z'],
])('who is %s is forgotten seven days after', (_, callBack, expected) => {
  expect(isoText(callBackErasedFrom(callBack, terms))).toBe(expected)
})
