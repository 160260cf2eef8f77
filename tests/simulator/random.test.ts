import { describe, expect, test } from 'vitest'

import { randomFrom } from '#simulator/random.ts'

const take = (n: number, draw: () => number) => Array.from({ length: n }, draw)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

test('the same seed and name give the same numbers, today as ever', () => {
  const random = randomFrom(1, 'group/1490-064/paper')
  expect(take(4, () => random.below(1_000_000))).toEqual([424782, 171975, 63150, 184121])
})

test('another seed or another name gives other numbers', () => {
  const first = (seed: number, name: string) => randomFrom(seed, name).next()
  expect(new Set([first(1, 'a'), first(1, 'b'), first(2, 'a'), first(12, 'a')]).size).toBe(4)
})

test('streams of neighbouring names have nothing in common', () => {
  const n = 20_000
  const a = randomFrom(1, 'sensor/load-000001')
  const b = randomFrom(1, 'sensor/load-000002')
  const products = take(n, () => (a.next() - 0.5) * (b.next() - 0.5))
  // The standard error of the mean product is 1/12/√n.
  expect(Math.abs(mean(products))).toBeLessThan(4 / 12 / Math.sqrt(n))
})

describe('what is drawn has the mean and spread it should', () => {
  const n = 40_000
  const spread = (values: readonly number[]) => mean(values.map((v) => (v - mean(values)) ** 2))
  test.each([
    ['uniform', 0.5, 1 / 12, (r: ReturnType<typeof randomFrom>) => r.next()],
    ['normal', 0, 1, (r: ReturnType<typeof randomFrom>) => r.normal()],
    ['exponential', 1, 1, (r: ReturnType<typeof randomFrom>) => r.exponential()],
    ['Poisson of few', 0.7, 0.7, (r: ReturnType<typeof randomFrom>) => r.poisson(0.7)],
    ['Poisson of some', 30, 30, (r: ReturnType<typeof randomFrom>) => r.poisson(30)],
    ['Poisson of many', 400, 400, (r: ReturnType<typeof randomFrom>) => r.poisson(400)],
    ['sum of three exponentials', 3, 3, (r: ReturnType<typeof randomFrom>) => r.gamma(3)],
    ['sum of a hundred', 100, 100, (r: ReturnType<typeof randomFrom>) => r.gamma(100)],
  ])('%s', (name, expected, variance, draw) => {
    const random = randomFrom(1, name)
    const values = Array.from({ length: Math.min(n, 4000) }, () => draw(random))
    const error = Math.sqrt(variance / values.length)
    expect(Math.abs(mean(values) - expected)).toBeLessThan(4 * error)
    expect(spread(values) / variance).toBeGreaterThan(0.85)
    expect(spread(values) / variance).toBeLessThan(1.15)
  })

  test('a choice comes as often as its weight says', () => {
    const random = randomFrom(1, 'pick')
    const picked = take(n, () =>
      random.pick([
        [1, 3],
        [0, 1],
      ]),
    )
    expect(mean(picked)).toBeCloseTo(0.75, 1)
  })
})
