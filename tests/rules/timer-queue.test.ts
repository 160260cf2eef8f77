import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createTimerQueue } from '#src/rules/timer-queue.ts'
import type { Timer } from '#src/rules/timer-queue.ts'

test('timers fire in order of due time and key, whatever was wished and unwished before', () => {
  const due = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(Infinity))
  const wish = fc.record({ timer: fc.integer({ min: 0, max: 9 }), due })
  const take = fc.record({ until: fc.integer({ min: 0, max: 50 }) })
  fc.assert(
    fc.property(fc.array(fc.oneof(wish, take), { maxLength: 200 }), (actions) => {
      const timers: Timer[] = Array.from({ length: 10 }, (_, i) => {
        return { key: `timer|${i}`, dueAt: Infinity, queuedAt: Infinity }
      })
      const queue = createTimerQueue()
      for (const action of actions) {
        const wanted = timers
          .filter((timer) => timer.dueAt !== Infinity)
          .sort((a, b) => a.dueAt - b.dueAt || (a.key < b.key ? -1 : 1))
        expect(queue.nextDue()).toBe(wanted[0]?.dueAt)
        if ('due' in action) {
          queue.wish(timers[action.timer]!, action.due)
          continue
        }
        const expected = wanted.find((timer) => timer.dueAt <= action.until)
        const taken = queue.take(action.until)
        expect(taken?.key).toBe(expected?.key)
        if (taken) taken.dueAt = Infinity
      }
    }),
  )
})
