/** What a record brings about at once, and what is kept of it. */
import { describe, expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import { ENGINE_VERSION } from '#src/rules/world.ts'
import { castTown, ekudden } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  clock,
  createPlay,
  levels,
  local,
  play,
  recordOf,
  rulesWith,
  same,
  tellDecision,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const full = '  - { id: full, per: container, when: c.full, post: full }'
const free = 'group_wait: 0s, budget: { min_gap: 0s }'

function engineOf(rules = full, policy = free) {
  const engine = createEngine({ book: rulesWith(rules, policy), town: castTown })
  let seq = 0
  return { engine, tell: (cue: Cue) => engine.apply(recordOf(cue, ++seq)) }
}

describe('what a record brings about', () => {
  test('is there at once: what need not wait is said by the record itself', () => {
    const { engine, tell } = engineOf()
    tell({ at: ten, fill: 95, of: paper })
    const { posts, decisions } = engine.takeEffects()
    expect(posts.map(({ at }) => at)).toEqual([ten])
    expect(decisions.map(({ because }) => because)).toEqual([
      'condition-true',
      'held-long-enough',
      'posted',
    ])
    for (const { engine, tzdata } of decisions) {
      expect([engine, tzdata]).toEqual([ENGINE_VERSION, process.versions['tz']])
    }
  })

  test('is told once: asked again there is nothing', () => {
    const { engine, tell } = engineOf()
    tell({ at: ten, fill: 95, of: paper })
    engine.takeEffects()
    expect(engine.takeEffects()).toEqual({
      decisions: [],
      posts: [],
      withdrawn: [],
      containers: [],
      state: new Map(),
    })
  })

  test('is kept, and no more than that', () => {
    const { engine, tell } = engineOf()
    tell({ at: ten, fill: 20, of: paper })
    engine.takeEffects()
    tell({ at: later(MINUTE), report: 'has-room', of: paper, who: 'a' })
    const { state, containers } = engine.takeEffects()
    expect([...state.keys()]).toEqual(['clock'])
    expect(containers.map(({ containerId }) => containerId)).toEqual([box(paper)])
    tell({ at: later(2 * MINUTE), report: 'litter', of: paper, who: 'a' })
    const litter = engine.takeEffects()
    expect([...litter.state.keys()].sort()).toEqual(['clock', `station|${ekudden.id}`])
    expect(litter.state.get(`station|${ekudden.id}`)).toContain('"litter"')
    tell({ at: later(3 * MINUTE), report: 'broken', of: paper, who: 'a' })
    expect([...engine.takeEffects().state.keys()].sort()).toEqual(['clock', `more|${box(paper)}`])
  })

  test('a change of the town that brings no town changes nothing', () => {
    const { engine, tell } = engineOf()
    tell({ at: ten, fill: 95, of: paper })
    const before = engine.status(box(paper), ten)
    engine.apply({ type: 'town', seq: 9, at: later(MINUTE) })
    expect(engine.status(box(paper), ten)).toEqual(before)
  })
})

test('the plans of a container are what is planned for it, by whose word', () => {
  const { engine, tell } = engineOf()
  const emptyings = [{ from: later(20 * HOUR), until: later(28 * HOUR) }]
  expect(engine.plans(box(paper))).toEqual({})
  tell({ at: ten, report: 'broken', of: paper, who: 'a' })
  expect(engine.plans(box(paper))).toEqual({})
  tell({ at: ten, told: { type: 'plan', containerId: box(paper), source: 'town', emptyings } })
  expect(engine.plans(box(paper))).toMatchObject({ town: emptyings })
  expect(engine.plans(box('999-paper-1'))).toEqual({})
  expect(engine.status(box('999-paper-1'), ten)).toEqual({
    containerId: box('999-paper-1'),
    word: 'unknown',
  })
})

describe('a container that has never spoken', () => {
  const dead =
    '  - { id: dead, per: container, when: c.sensor_silent_min > 600.0, on_missing: { then: fire, grace: 1h }, channel: staff, post: dead }'

  test.each([
    ['alone in the file', dead],
    ['beside a rule that has nothing to do with it', `${full}\n${dead}`],
  ])('is found by a rule that says what missing data mean, %s', (_, rules) => {
    const { decisions } = play([{ at: ten, fill: 20, of: '902-paper-1' }], later(2 * HOUR), {
      book: rulesWith(rules, free),
    })
    const found = decisions.filter(
      ({ subject, because }) => subject === box(paper) && because === 'held-long-enough',
    )
    expect(found.map(({ ruleId, because }) => [ruleId, because])).toEqual([
      ['dead', 'held-long-enough'],
    ])
    expect(found[0]!.at).toBeGreaterThanOrEqual(later(HOUR))
    expect(found[0]!.at).toBeLessThanOrEqual(later(HOUR + 15 * MINUTE))
  })
})

describe('what comes due at the same instant', () => {
  test('goes in the order of its rules’ and subjects’ names, whoever came first', () => {
    const rules = [
      '  - { id: b, per: container, when: c.fill > 90.0, for: 30m, channel: staff, post: b }',
      '  - { id: a, per: container, when: c.fill > 90.0, for: 30m, channel: staff, post: a }',
    ].join('\n')
    const cues = ['903-paper-1', '901-paper-1', '902-paper-1'].map((of): Cue => {
      return { at: ten, fill: 95, of }
    })
    const { decisions } = play(cues, later(HOUR), { book: rulesWith(rules, free) })
    expect(
      decisions
        .filter(({ because }) => because === 'held-long-enough')
        .map(({ ruleId, subject }) => `${ruleId} ${subject.slice(5)}`),
    ).toEqual([
      'a 901-paper-1',
      'a 902-paper-1',
      'a 903-paper-1',
      'b 901-paper-1',
      'b 902-paper-1',
      'b 903-paper-1',
    ])
  })

  test('as do schedules of the same time', () => {
    const rules = ['b', 'a']
      .map(
        (id) =>
          `  - { id: ${id}, per: account, schedule: "daily 11:00", when: a.stations_full >= 1, post: ${id} }`,
      )
      .join('\n')
    const { decisions } = play([{ at: ten, fill: 95, of: paper }], later(2 * HOUR), {
      book: rulesWith(rules, free),
    })
    const begun = decisions.filter(({ because }) => because === 'condition-true')
    expect(begun.map(tellDecision)).toEqual([
      '05-05 11:00 a nt idle→active condition-true',
      '05-05 11:00 b nt idle→active condition-true',
    ])
  })
})

describe('being back', () => {
  const catchingUp = (awayMs: number, firedUntilMs?: number) => {
    const { goOn } = createPlay({ book: rulesWith(full, free) })
    const back = later(awayMs)
    goOn([{ at: ten, fill: 20, of: paper }], ten)
    const { posts } = goOn(
      [
        {
          at: back,
          resumed: true,
          ...(firedUntilMs !== undefined && { firedUntil: later(firedUntilMs) }),
        },
        { at: back, fill: 95, of: paper },
      ],
      after(back, HOUR),
    )
    return (posts[0]!.at - back) / MINUTE
  }

  test('means silence for as long as we were away, and for five minutes at most', () => {
    expect(catchingUp(2 * MINUTE)).toBe(2)
    expect(catchingUp(5 * MINUTE)).toBe(5)
    expect(catchingUp(HOUR)).toBe(5)
  })

  test('counts from when the timers last fired, where that was after the last record', () => {
    expect(catchingUp(HOUR, 57 * MINUTE)).toBe(3)
    expect(catchingUp(HOUR, -MINUTE)).toBe(5)
    expect(catchingUp(HOUR, HOUR)).toBe(0)
  })

  test('as the first word of all means nothing', () => {
    const { engine, tell } = engineOf()
    tell({ at: ten, resumed: true })
    expect(engine.takeEffects().state.get('clock')).toBe(
      JSON.stringify({ at: ten, seq: 1, recordAt: ten }),
    )
    tell({ at: ten, fill: 95, of: paper })
    expect(engine.takeEffects().posts).toHaveLength(1)
  })
})

test('the record’s own time is kept, and the clock never goes back', () => {
  const { engine, tell } = engineOf()
  tell({ at: later(MINUTE), fill: 20, of: paper })
  tell({ at: ten, fill: 30, of: paper })
  const { at, seq } = JSON.parse(engine.takeEffects().state.get('clock')!) as Record<string, number>
  expect([clock(at as typeof ten), seq]).toEqual(['05-05 10:01', 2])
  for (const cue of levels(paper, later(2 * MINUTE), MINUTE, same(40, 2))) tell(cue)
  expect(engine.status(box(paper), later(3 * MINUTE))).toMatchObject({ fillPercent: 40 })
})
