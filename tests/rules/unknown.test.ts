/** What is not known is neither full nor room: counts with gaps, ends without data, forecasts grown old. */
import { describe, expect, test } from 'vitest'

import type { EpochMs } from '#src/stations/time.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  clock,
  levels,
  local,
  play,
  rulesWith,
  same,
  tellDecision,
  tellPost,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const [paper, plastic, glass] = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'] as const

describe('a count of full containers, with some unknown', () => {
  /** Paper is full, plastic has room, of the glass nothing is known. */
  const cues: readonly Cue[] = [
    { at: ten, fill: 95, of: paper },
    { at: ten, fill: 20, of: plastic },
  ]
  const isTrue = (when: string, more: readonly Cue[] = []) => {
    const book = rulesWith(
      `  - { id: r, per: station, when: "${when}", post: r }`,
      'group_wait: 0s',
    )
    const { posts } = play([...cues, ...more], later(HOUR), { book })
    return posts.filter(({ stationId }) => stationId === '1490-901').length
  }

  test.each([
    ['s.full >= 1', 1],
    ['s.full >= 2', 0],
    ['s.full <= 2', 1],
    ['s.full < 2', 0],
    ['s.full == 1', 0],
    ['s.full == 3', 0],
    ['s.full != 3', 1],
    ['s.containers == 3', 1],
    ['s.unknown == 1', 1],
    ['s.full >= 1 && s.unknown == 1', 1],
  ])('%s', (when, expected) => {
    expect(isTrue(when)).toBe(expected)
  })

  test('every number of them is tried, not the ends alone', () => {
    // Nothing is known of two; none and both say yes, one says no.
    const book = rulesWith(
      '  - { id: r, per: station, when: s.full != 2, post: r }',
      'group_wait: 0s',
    )
    const { posts } = play([{ at: ten, fill: 95, of: paper }], later(HOUR), { book })
    expect(posts.filter(({ stationId }) => stationId === '1490-901')).toEqual([])
  })

  test('a decision shows as unknown the clause that they could change, and no other', () => {
    const book = rulesWith(
      '  - { id: r, per: station, schedule: "daily 10:30", when: s.full != 2 && s.containers == 3 && s.full >= 1, post: r }',
    )
    const { decisions } = play([{ at: ten, fill: 95, of: paper }], later(HOUR), { book })
    expect(decisions[0]!.clauses.map(({ source, value }) => `${source} ${value}`)).toEqual([
      's.full != 2 unknown',
      's.containers == 3 true',
      's.full >= 1 true',
    ])
    expect(decisions[0]!.clauses[0]!.facts).toEqual({ 's.full': 1 })
  })
})

describe('news of an end', () => {
  const posts = (rule: string, cues: readonly Cue[], until: EpochMs = later(9 * HOUR)) => {
    const book = rulesWith(
      `  - { ${rule} }`,
      'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 99 }',
    )
    return play(cues, until, { book }).posts.map(tellPost)
  }
  const reports: readonly Cue[] = [
    { at: ten, report: 'full', of: paper, who: 'a' },
    { at: later(1), report: 'full', of: paper, who: 'b' },
  ]
  const counting =
    'id: many, per: container, when: c.full_reports_2h >= 2, post: many, close_post: room'

  test('is not told of reports that merely grew old, with nothing else known', () => {
    expect(posts(counting, reports, later(12 * HOUR))).toEqual([
      '05-05 10:00 open: many 901-paper-1',
    ])
  })

  test('is not told while the same reports still say that it is full', () => {
    expect(posts(counting, [...reports, { at: later(HOUR), fill: 20, of: paper }])).toEqual([
      '05-05 10:00 open: many 901-paper-1',
    ])
  })

  test('is told when it was emptied', () => {
    expect(
      posts(counting, [...reports, { at: later(HOUR), emptied: later(HOUR), of: paper }]),
    ).toEqual(['05-05 10:00 open: many 901-paper-1', '05-05 11:00 close: room 901-paper-1'])
  })

  test('of a station is not told when its containers fell silent, even by a rule that asks how many', () => {
    const rule =
      'id: all, per: station, when: s.full >= 2 && s.unknown == 0, post: all, close_post: some_room'
    const full = [paper, plastic, glass].map((of): Cue => ({ at: ten, fill: 95, of }))
    expect(posts(rule, full, later(20 * HOUR))).toEqual(['05-05 10:00 open: all 901'])
    const emptied = [paper, plastic].map((of): Cue => ({ at: later(HOUR), fill: 20, of }))
    expect(posts(rule, [...full, ...emptied], later(2 * HOUR))).toEqual([
      '05-05 10:00 open: all 901',
      '05-05 11:00 close: some_room 901',
    ])
  })

  test('of what is no level needs none', () => {
    const rule =
      'id: icy, per: station, when: s.ice_reports_12h >= 1, post: icy, close_post: thawed'
    expect(
      posts(rule, [{ at: ten, report: 'ice', of: paper, who: 'a' }], later(13 * HOUR)).map((text) =>
        text.slice(12, 17),
      ),
    ).toEqual(['open:', 'close'])
    const area =
      'id: silent, per: container, when: c.fault == "no-echo", post: silent, close_post: heard'
    expect(
      posts(area, [
        { at: ten, fault: 'no-echo', of: paper },
        { at: later(HOUR), fill: 20, of: paper },
      ]),
    ).toEqual(['05-05 10:00 open: silent 901-paper-1', '05-05 11:00 close: heard 901-paper-1'])
  })
})

describe('a forecast', () => {
  const book = rulesWith(
    '  - { id: soon, per: container, when: c.p_full_24h >= 0.8 && !c.full, clear: c.p_full_24h < 0.5 || c.full, for: 10m, post: soon, close_post: not_soon }',
    'group_wait: 0s, budget: { min_gap: 0s }',
  )
  const forecast = (ms: number, fullWithin24h: number, fullAt?: EpochMs): Cue => ({
    at: later(ms),
    told: {
      type: 'forecast',
      containerId: box(paper),
      fullWithin24h,
      model: 'm 1',
      ...(fullAt !== undefined && { fullAt }),
    },
  })
  const room = levels(paper, ten, HOUR, same(60, 30))

  test('makes a post that says when', () => {
    const { posts } = play([...room, forecast(1, 0.9, later(20 * HOUR))], later(HOUR), { book })
    expect(posts.map(tellPost)).toEqual(['05-05 10:10 open: soon 901-paper-1'])
    expect(posts[0]!.items[0]).toMatchObject({ fullAt: later(20 * HOUR), fillPercent: 60 })
  })

  test('that says a time that has passed by then is told without it', () => {
    const { posts } = play([...room, forecast(1, 0.9, later(5 * MINUTE))], later(HOUR), { book })
    expect(posts[0]!.items[0]).not.toHaveProperty('fullAt')
    const now = play([...room, forecast(0, 0.9, later(10 * MINUTE))], later(HOUR), { book })
    expect(now.posts[0]!.items[0]).not.toHaveProperty('fullAt')
  })

  test('is believed for twelve hours, and then nothing is known of it', () => {
    const { decisions } = play([...room, forecast(1, 0.9)], later(20 * HOUR), { book })
    expect(decisions.slice(2).map(tellDecision)).toEqual([
      '05-05 10:10 soon 901-paper-1 active→active posted',
      '05-05 22:00 soon 901-paper-1 active→active waiting-for-data',
      '05-06 04:00 soon 901-paper-1 active→idle no-data-closed',
    ])
    expect(decisions[3]!.at).toBe(later(1 + 12 * HOUR))
  })

  test('makes way for the next, at once', () => {
    const { posts } = play(
      [...room, forecast(1, 0.9), forecast(HOUR, 0.6), forecast(2 * HOUR, 0.4)],
      later(5 * HOUR),
      { book },
    )
    expect(posts.map((post) => `${post.kind} ${clock(post.at)}`)).toEqual([
      'open 05-05 10:10',
      'close 05-05 12:00',
    ])
  })

  test('says nothing to rules that do not ask it', () => {
    const full = rulesWith(
      '  - { id: full, per: container, when: c.full, post: full }',
      'group_wait: 0s',
    )
    const { posts } = play(
      [forecast(0, 0.9, later(20 * HOUR)), { at: later(1), fill: 95, of: paper }],
      later(HOUR),
      { book: full },
    )
    expect(posts[0]!.items[0]).not.toHaveProperty('fullAt')
  })

  test('of an unknown container is history, and a plan too', () => {
    const unknown = '1490-999-paper-1' as ReturnType<typeof box>
    const { applied } = play(
      [
        { at: ten, told: { type: 'forecast', containerId: unknown, fullWithin24h: 1, model: 'm' } },
        { at: ten, told: { type: 'plan', containerId: unknown, source: 'hub', emptyings: [] } },
        { at: ten, fill: 20, of: '999-paper-1' },
      ],
      later(1),
      { book },
    )
    expect(applied).toEqual(
      same(0, 3).map(() => ({ kind: 'history', because: 'unknown-container' })),
    )
  })

  test('goes over a restart', () => {
    const before = play([{ at: ten, fill: 60, of: paper }, forecast(1, 0.9)], later(5 * MINUTE), {
      book,
    })
    const { posts } = play([], later(HOUR), { book, kept: before.kept })
    expect(posts.map(tellPost)).toEqual(['05-05 10:10 open: soon 901-paper-1'])
  })
})
