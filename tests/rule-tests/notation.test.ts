import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { compressSeries, expandSeries } from '#src/rule-tests/notation.ts'
import type { Sample } from '#src/rule-tests/notation.ts'

const none = undefined

describe('series mean what they mean to promtool', () => {
  const rows: readonly (readonly [string, readonly Sample[]])[] = [
    ['92', [92]],
    ['92 40 12.5', [92, 40, 12.5]],
    // The count is of what follows the first.
    ['1x4', [1, 1, 1, 1, 1]],
    ['2+4x3', [2, 6, 10, 14]],
    ['60-5x3', [60, 55, 50, 45]],
    ['7x0', [7]],
    ['_', [none]],
    // Of what is missing there are as many as it says.
    ['1 _x3 2', [1, none, none, none, 2]],
    ['12.3+0.1x3', [12.3, 12.4, 12.5, 12.6]],
    [' 1\n  2x1 ', [1, 2, 2]],
    // Our own.
    ['!no-echo 50', ['no-echo', 50]],
    ['!no-echox2 !alive', ['no-echo', 'no-echo', 'no-echo', 'alive']],
  ]
  test.each(rows)('%s', (text, samples) => {
    expect(expandSeries(text)).toEqual({ kind: 'ok', samples })
  })
})

describe('what is no series is told with what was expected', () => {
  test.each([
    ['', 'expected levels such as "92x6 20", found nothing'],
    ['92 x3', 'expected levels such as 92, 92x6, 60+5x7, _ or !no-echo, found "x3"'],
    ['60+5', 'expected levels such as 92, 92x6, 60+5x7, _ or !no-echo, found "60+5"'],
    ['90+5x3', '"90+5x3" comes to 105, which is no level; expected 0 to 100'],
    ['10-5x3', '"10-5x3" comes to -5, which is no level; expected 0 to 100'],
    ['-1', '"-1" comes to -1, which is no level; expected 0 to 100'],
    ['!no-eco', '"!no-eco" is nothing that a sensor says; did you mean !no-echo?'],
    ['1x99999999', 'has more than 60000 places; take a longer interval or a shorter time'],
  ])('%s', (text, message) => {
    expect(expandSeries(text)).toEqual({ kind: 'faulty', message })
  })
})

describe('series are written short', () => {
  test.each([
    ['92x6 40'],
    ['60+5x3 90x2 _x3 12.3+0.1x5'],
    ['60-5x3'],
    ['10 20 15 _ 15'],
    ['!no-echox2 50 !alive'],
  ])('%s', (text) => {
    const expanded = expandSeries(text)
    expect(expanded.kind === 'ok' && compressSeries(expanded.samples)).toBe(text)
  })

  test('and come back as they were', () => {
    const sample = fc.oneof(
      fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
      fc.constantFrom<Sample>(undefined, 'no-echo', 'alive', 50),
    )
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), (samples) => {
        expect(expandSeries(compressSeries(samples))).toEqual({ kind: 'ok', samples })
      }),
    )
  })
})
