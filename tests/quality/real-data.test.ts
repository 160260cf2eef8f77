import { expect, test } from 'vitest'

import { believe, startBelieving } from '#src/quality/believe.ts'
import { findings } from '#src/quality/findings.ts'
import { instant } from '#src/stations/time.ts'
import { hasSharedData } from '#tests/support/shared.ts'

import { makeReference } from '../../bench/quality/reference.ts'
import { mae, score } from '../../bench/quality/score.ts'
import { openStreams } from '../../bench/quality/streams.ts'
import type { Stream } from '../../bench/quality/streams.ts'

function judged({ atMs, rawPercent }: Stream) {
  const state = startBelieving()
  const clean = new Float64Array(atMs.length).fill(Number.NaN)
  const emptied: number[] = []
  for (let i = 0; i < atMs.length; i++) {
    if (Number.isNaN(rawPercent[i]!)) continue
    const belief = believe(state, { at: instant(atMs[i]!), fillPercent: rawPercent[i]! })
    clean[i] = belief.cleanPercent!
    if (belief.emptied) emptied.push(belief.emptied.at)
  }
  return { clean, emptied, found: findings(state, instant(atMs.at(-1)!)) }
}

/** Share of agreement with the offline reference, and the mean error of the level. */
function agreement(names: readonly string[]) {
  let [tp, wrong, error, raw, n] = [0, 0, 0, 0, 0]
  for (const stream of openStreams().filter(({ name }) => names.includes(name))) {
    const reference = makeReference(stream)
    const { clean, emptied } = judged(stream)
    const truth = reference.emptyings.map(({ atMs }) => atMs)
    const matched = score(truth, emptied, 6 * 3_600_000)
    tp += matched.tp
    wrong += matched.fp + matched.fn
    error += mae(clean, reference.levelPercent).sum
    raw += mae(stream.rawPercent, reference.levelPercent).sum
    n += mae(clean, reference.levelPercent).n
  }
  return { f1: (2 * tp) / (2 * tp + wrong), mae: error / n, rawMae: raw / n }
}

test.skipIf(!hasSharedData)(
  'a year of clean glass and plastic containers: nearly every emptying, levels as they are',
  () => {
    const clean = agreement([
      'glass_16DA',
      'glass_16E5',
      'glass_1737',
      'plastic_1784',
      'glass_3050',
    ])
    expect(clean.f1).toBeGreaterThan(0.98)
    expect(clean.mae).toBeLessThan(1)
  },
  20_000,
)

test.skipIf(!hasSharedData)(
  'three years of paper containers, emptied each day or two',
  () => {
    expect(agreement(['paper_2067', 'paper_3528']).f1).toBeGreaterThan(0.98)
  },
  20_000,
)

test.skipIf(!hasSharedData)(
  'sensors that see a false echo in a third of their readings: the error is less than half',
  () => {
    const bad = agreement(['glass_1727', 'glass_172E', 'glass_1722', 'glass_1731'])
    expect(bad.f1).toBeGreaterThan(0.85)
    expect(bad.mae).toBeLessThan(bad.rawMae / 2)
  },
  20_000,
)

test.skipIf(!hasSharedData)('the false echo of a real sensor is found where it is', () => {
  const stream = openStreams().find(({ name }) => name === 'glass_1727')!
  const { found } = judged(stream)
  expect(found.grade).toBe('C')
  const levels = found.findings.flatMap((f) => (f.kind === 'phantom' ? [f.levelPercent] : []))
  expect(levels).toContain(56)
})
