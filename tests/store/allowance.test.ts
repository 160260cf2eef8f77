import { expect, test } from 'vitest'
import { instant, MINUTE } from '#src/stations/time.ts'
import { createAllowance } from '#src/store/allowance.ts'

const at = (minutes: number) => instant(minutes * MINUTE)
const allowance = () => createAllowance({ most: 3, oneEveryMs: 10 * MINUTE, people: 2 })

test('so many may be had at once, then one for each span that passes', () => {
  const { take } = allowance()
  expect([0, 0, 0, 0].map((minute) => take('a', at(minute)))).toEqual([0, 0, 0, 10 * MINUTE])
  expect(take('a', at(9))).toBe(MINUTE)
  expect(take('a', at(10))).toBe(0)
  expect(take('a', at(10))).toBe(10 * MINUTE)
})

test('however long one waits, there is never more than at first', () => {
  const { take } = allowance()
  take('a', at(0))
  expect([1000, 1000, 1000].map((minute) => take('a', at(minute)))).toEqual([0, 0, 0])
  expect(take('a', at(1000))).toBeGreaterThan(0)
})

test('a clock set back gives nothing, and takes nothing', () => {
  const { take } = allowance()
  for (const minute of [60, 60, 60]) take('a', at(minute))
  expect(take('a', at(0))).toBe(10 * MINUTE)
  expect(take('a', at(10))).toBe(0)
})

test('people have each their own, and the one longest away is forgotten', () => {
  const { take } = allowance()
  for (const who of ['a', 'a', 'a', 'b']) take(who, at(0))
  expect(take('a', at(0))).toBeGreaterThan(0)
  take('c', at(0))
  expect(take('a', at(0))).toBeGreaterThan(0)
  expect(take('b', at(0))).toBe(0)
})
