import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { createHeap } from '#src/rules/heap.ts'

const inOrder = (a: number, b: number) => a - b

test('whatever is put into a heap comes off first to last, and nothing after it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 }), (numbers) => {
      const heap = createHeap<number>((a, b) => a < b)
      for (const number of numbers) heap.push(number)
      const first = heap.peek()
      const taken = numbers.map(() => heap.pop())
      expect(taken).toEqual(numbers.toSorted(inOrder))
      expect(first).toBe(taken[0])
      expect([heap.pop(), heap.peek()]).toEqual([undefined, undefined])
    }),
  )
})

test('what is put in while others come off finds its place', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: 'pop' as const })), (steps) => {
      const heap = createHeap<number>((a, b) => a < b)
      let model: number[] = []
      for (const step of steps) {
        if (step === 'pop') {
          expect(heap.pop()).toBe(model.shift())
        } else {
          heap.push(step)
          model = [...model, step].toSorted(inOrder)
        }
        expect(heap.peek()).toBe(model[0])
      }
    }),
  )
})

test('a heap of a thousand asks a comparison for each of its ten levels, not for each of its items', () => {
  let asked = 0
  const heap = createHeap<number>((a, b) => {
    asked++
    return a < b
  })
  for (let i = 1000; i > 0; i--) heap.push(i)
  const pushing = asked
  heap.pop()
  expect(pushing).toBeLessThan(1000 * 10)
  expect(asked - pushing).toBeLessThanOrEqual(20)
  for (let i = 1; i < 1000; i++) expect(heap.pop()).toBe(i + 1)
})
