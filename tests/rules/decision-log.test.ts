import { describe, expect, test } from 'vitest'

import { compareLogs } from '#src/rules/decision-log.ts'
import type { LogComparison } from '#src/rules/decision-log.ts'
import type { Decision } from '#src/rules/decision.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'

const decision = (at: number, more: Partial<Decision> = {}): Decision => ({
  at: at as EpochMs,
  seq: at,
  ruleId: 'full',
  ruleHash: 'abc',
  subject: '1490-901-paper-1' as Decision['subject'],
  from: 'idle',
  to: 'pending',
  because: 'condition-true',
  clauses: [],
  gates: [],
  engine: '3',
  tzdata: '2026c',
  ...more,
})
const logged = (decisions: readonly Decision[]) =>
  decisions.map((one, id) => ({ id, text: JSON.stringify(one) }))
const some = (from: number, until: number) =>
  Array.from({ length: until - from }, (_, i) => decision(from + i))

function compare(
  was: readonly Decision[],
  now: readonly Decision[],
  mostShown?: number,
): LogComparison {
  const comparer = compareLogs(() => true, mostShown)
  comparer.take(logged(was), now)
  return comparer.finish()
}
const tell = ({ first }: LogComparison) =>
  first.map((difference) => {
    const was = 'was' in difference ? (JSON.parse(difference.was.text) as Decision).at : ''
    return `${difference.kind} ${was}→${'now' in difference ? difference.now.at : ''}`
  })

describe('two logs', () => {
  test('that are the same', () => {
    expect(compare(some(0, 500), some(0, 500))).toEqual({
      same: 500,
      unworded: 0,
      differences: 0,
      first: [],
    })
    expect(compare([], [])).toEqual({ same: 0, unworded: 0, differences: 0, first: [] })
  })

  test.each<readonly [string, readonly Decision[], readonly Decision[], number, readonly string[]]>(
    [
      [
        'one more now',
        some(0, 10),
        [...some(0, 5), decision(77), ...some(5, 10)],
        10,
        ['extra →77'],
      ],
      ['one fewer now', some(0, 10), [...some(0, 5), ...some(6, 10)], 9, ['missing 5→']],
      [
        'one another',
        some(0, 10),
        [...some(0, 5), decision(77), ...some(6, 10)],
        9,
        ['changed 5→77'],
      ],
      [
        'two the other way round',
        some(0, 3),
        [decision(1), decision(0), decision(2)],
        2,
        ['extra →1', 'missing 1→'],
      ],
      ['more at the end', some(0, 3), some(0, 5), 3, ['extra →3', 'extra →4']],
      ['fewer at the end', some(0, 5), some(0, 3), 3, ['missing 3→', 'missing 4→']],
      ['none now', some(0, 2), [], 0, ['missing 0→', 'missing 1→']],
      ['none then', [], some(0, 2), 0, ['extra →0', 'extra →1']],
    ],
  )('%s', (_, was, now, equal, expected) => {
    const comparison = compare(was, now)
    expect(tell(comparison)).toEqual(expected)
    expect(comparison).toMatchObject({ same: equal, differences: expected.length })
  })

  test('meet again after a long gap', () => {
    const gap = compare(some(0, 400), [...some(0, 50), ...some(249, 400)])
    expect(gap).toMatchObject({ same: 201, differences: 199 })
    // Too far ahead to be seen, each is told as another.
    const farther = compare(some(0, 400), [...some(0, 50), ...some(250, 400)])
    expect(farther.same).toBe(50)
    const more = compare([...some(0, 50), ...some(249, 400)], some(0, 400))
    expect(more).toMatchObject({ same: 201, differences: 199 })
    const farMore = compare([...some(0, 50), ...some(250, 400)], some(0, 400))
    expect(farMore.same).toBe(50)
  })

  test('where both lead on, by the shorter way', () => {
    const was = [decision(1), decision(2), decision(3), decision(9)]
    const now = [decision(9), decision(1), decision(2), decision(3)]
    expect(tell(compare(was, now))).toEqual(['extra →9', 'missing 9→'])
    expect(tell(compare(now, was))).toEqual(['missing 9→', 'extra →9'])
  })

  test('come in parts, not together', () => {
    const comparer = compareLogs(() => true)
    const [was, now] = [logged(some(0, 700)), [...some(0, 300), decision(9999), ...some(300, 700)]]
    for (let i = 0; i < 8; i++) {
      comparer.take(was.slice(i * 100, (i + 1) * 100), now.slice(i * 90, (i + 1) * 90))
    }
    expect(comparer.finish()).toMatchObject({ same: 700, differences: 1 })
    // What was handed over is not held against the next.
    expect(comparer.finish()).toMatchObject({ same: 700, differences: 1 })
  })

  test('are shown so far, and counted beyond', () => {
    expect(compare(some(0, 50), [])).toMatchObject({ differences: 50, first: { length: 20 } })
    expect(compare(some(0, 50), [], 3)).toMatchObject({ differences: 50, first: { length: 3 } })
  })
})

test('a post that could not be worded then, and was kept as dropped, is no difference', () => {
  const key = 'aaaaaaaaaaaaaaaa' as PostKey
  const posted = decision(1, { because: 'posted', outcome: 'posted', postKey: key })
  const { postKey: _, ...rest } = posted
  const kept = decision(1, { ...rest, outcome: 'dropped' })
  const comparer = (isSaid: boolean) => {
    const one = compareLogs(() => isSaid)
    one.take(logged([kept, decision(2)]), [posted, decision(2)])
    return one.finish()
  }
  expect(comparer(false)).toEqual({ same: 1, unworded: 1, differences: 0, first: [] })
  expect(comparer(true)).toMatchObject({ same: 1, unworded: 0, differences: 1 })
  // A decision without a post has none to be kept as dropped.
  const silent = compareLogs(() => false)
  silent.take(logged([decision(1, { outcome: 'dropped' })]), [decision(1, { outcome: 'held' })])
  expect(silent.finish()).toMatchObject({ unworded: 0, differences: 1 })
})
