import { describe, expect, test } from 'vitest'

import { parseSchedule, parseTimeOfDay } from '#src/rules/schedule.ts'
import type { EpochMs } from '#src/stations/time.ts'
import {
  HOUR,
  MINUTE,
  after,
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

const paper = '901-paper-1'
const plastic = '901-plastic-1'
const monday = local('2026-05-04T06:00')
const later = (ms: number) => after(monday, ms)

test.each([
  ['Mon 08:00', { weekdays: [1], minuteOfDay: 480 }],
  ['Thu,Tue 07:30', { weekdays: [2, 4], minuteOfDay: 450 }],
  ['Sun 00:00', { weekdays: [7], minuteOfDay: 0 }],
  ['  daily   23:59 ', { weekdays: [1, 2, 3, 4, 5, 6, 7], minuteOfDay: 1439 }],
  ['Mon', undefined],
  ['Mon 24:00', undefined],
  ['Mon 08:60', undefined],
  ['Mon 8:00', undefined],
  ['Mon 08:00 sharp', undefined],
  ['x08:00', undefined],
  ['Mon x08:00', undefined],
  ['Mon 08:00x', undefined],
  ['monday 08:00', undefined],
  ['Mon,Mon 08:00', undefined],
  ['', undefined],
])('the schedule "%s" is read as %o', (text, expected) => {
  expect(parseSchedule(text)).toEqual(expected)
})

test('a time of day is minutes after midnight', () => {
  expect(['00:00', '16:05', '24:00', '1600'].map(parseTimeOfDay)).toEqual([
    0,
    965,
    undefined,
    undefined,
  ])
})

const weekly = rulesWith(
  `  - { id: weekly, per: account, schedule: "Mon,Thu 08:00", when: a.stations_full >= 1, post: weekly }`,
)

describe('a rule with a schedule', () => {
  test('is news each time that it is true then, and at no other time', () => {
    // Full from Monday noon until it is emptied on the second Tuesday.
    const cues: readonly Cue[] = [
      ...levels(paper, later(6 * HOUR), 6 * HOUR, same(95, 33)),
      { at: local('2026-05-12T12:00'), emptied: local('2026-05-12T12:00'), of: paper },
    ]
    const { posts, decisions } = play(cues, local('2026-05-19T00:00'), { book: weekly })
    expect(posts.map((post) => [tellPost(post).replace('acco', '1490-'), post.stationId])).toEqual([
      ['05-07 08:00 open: weekly nt', undefined],
      ['05-11 08:00 open: weekly nt', undefined],
    ])
    expect(new Set(posts.map(({ key }) => key)).size).toBe(2)
    expect(decisions.map((d) => [clock(d.at), d.from, d.to, d.because])).toEqual([
      ['05-07 08:00', 'idle', 'active', 'condition-true'],
      ['05-07 08:00', 'active', 'active', 'posted'],
      ['05-11 08:00', 'active', 'active', 'condition-true'],
      ['05-11 08:00', 'active', 'active', 'posted'],
      ['05-14 08:00', 'active', 'idle', 'schedule-unknown'],
      ['05-18 08:00', 'idle', 'idle', 'schedule-unknown'],
    ])
  })

  test('says of the town how many of its stations are full', () => {
    const { posts } = play([{ at: later(HOUR), fill: 95, of: paper }], later(3 * HOUR), {
      book: weekly,
    })
    expect(posts[0]!.items).toEqual([
      {
        ruleId: 'weekly',
        episode: `weekly|account|${later(2 * HOUR)}`,
        subject: 'account',
        template: 'weekly',
        since: later(2 * HOUR),
        source: 'none',
        stationsFull: 1,
        stations: 3,
      },
    ])
  })

  const daily = (more = '') =>
    rulesWith(
      `  - { id: low, per: container, schedule: "daily 08:00", when: c.fill < 30.0, post: low${more} }`,
      'quiet: { daily: "21:00-09:00" }, budget: { min_gap: 0s }',
    )
  const lowOf = (cues: readonly Cue[], until: EpochMs, more = '') => {
    const { decisions, posts } = play(cues, until, { book: daily(more) })
    const ours = decisions.filter((d) => d.subject.endsWith(paper))
    return { decisions: ours.map(tellDecision), posts: posts.map(tellPost) }
  }

  test('is judged for each container by itself', () => {
    const cues: readonly Cue[] = [
      { at: monday, fill: 20, of: paper },
      { at: monday, fill: 90, of: plastic },
    ]
    const { decisions } = play(cues, later(2 * HOUR), { book: daily(', quiet: ignore') })
    expect(decisions.map(tellDecision)).toEqual([
      '05-04 08:00 low 901-paper-1 idle→active condition-true',
      '05-04 08:00 low 901-plastic-1 idle→idle schedule-not-true',
      '05-04 08:00 low 901-clear-glass-1 idle→idle schedule-unknown',
      '05-04 08:00 low 902-paper-1 idle→idle schedule-unknown',
      '05-04 08:00 low 902-clear-glass-1 idle→idle schedule-unknown',
      '05-04 08:00 low 903-paper-1 idle→idle schedule-unknown',
      '05-04 08:00 low 901-paper-1 active→active posted',
    ])
  })

  test('drops what waits to be said when it is so no longer', () => {
    const cues: readonly Cue[] = [
      { at: monday, fill: 20, of: paper },
      { at: later(2.5 * HOUR), fill: 95, of: paper },
    ]
    expect(lowOf(cues, later(4 * HOUR))).toEqual({
      decisions: [
        '05-04 08:00 low 901-paper-1 idle→active condition-true',
        '05-04 08:00 low 901-paper-1 active→active gate-held (quiet-hours)',
        '05-04 08:30 low 901-paper-1 active→idle resolved-while-waiting',
      ],
      posts: [],
    })
  })

  test('says nothing while nobody knows any more whether it is so', () => {
    // The level is believed for twelve hours: until a quarter past eight.
    const cues: readonly Cue[] = [
      { at: after(monday, -(9 * HOUR + 45 * MINUTE)), fill: 20, of: paper },
      { at: local('2026-05-04T09:40'), fill: 20, of: paper },
    ]
    expect(lowOf(cues, later(4 * HOUR))).toEqual({
      decisions: [
        '05-04 08:00 low 901-paper-1 idle→active condition-true',
        '05-04 08:00 low 901-paper-1 active→active gate-held (quiet-hours)',
        '05-04 09:00 low 901-paper-1 active→active gate-held (still-active)',
        '05-04 09:45 low 901-paper-1 active→active posted',
      ],
      posts: ['05-04 09:45 open: low 901-paper-1'],
    })
  })

  test('is over when it is so no longer, and the next time is a new one', () => {
    const cues: readonly Cue[] = [
      { at: monday, fill: 20, of: paper },
      { at: later(5 * HOUR), fill: 95, of: paper },
      { at: later(10 * HOUR), fill: 95, of: paper },
      { at: later(20 * HOUR), emptied: later(20 * HOUR), of: paper },
    ]
    expect(lowOf(cues, later(28 * HOUR))).toEqual({
      decisions: [
        '05-04 08:00 low 901-paper-1 idle→active condition-true',
        '05-04 08:00 low 901-paper-1 active→active gate-held (quiet-hours)',
        '05-04 09:00 low 901-paper-1 active→active posted',
        '05-04 11:00 low 901-paper-1 active→idle cleared',
        '05-05 08:00 low 901-paper-1 idle→active condition-true',
        '05-05 08:00 low 901-paper-1 active→active gate-held (quiet-hours)',
        '05-05 09:00 low 901-paper-1 active→active posted',
      ],
      posts: ['05-04 09:00 open: low 901-paper-1', '05-05 09:00 open: low 901-paper-1'],
    })
  })

  test('begins anew when its time comes and what it had to say still waits', () => {
    const cues = levels(paper, monday, 6 * HOUR, same(20, 6))
    const { decisions } = lowOf(
      cues,
      later(27 * HOUR),
      ', cooldown: 1h, suppress: [{ id: always, when: "c.fill < 50.0", max: 30d }]',
    )
    expect(decisions).toEqual([
      '05-04 08:00 low 901-paper-1 idle→active condition-true',
      '05-04 08:00 low 901-paper-1 active→active gate-held (suppressed)',
      '05-05 08:00 low 901-paper-1 active→active condition-true',
      '05-05 08:00 low 901-paper-1 active→active gate-held (suppressed)',
    ])
  })

  test('goes on after a restart: it is not missed and not said twice', () => {
    const before = play([{ at: monday, fill: 95, of: paper }], later(2 * HOUR), { book: weekly })
    const again = play([{ at: later(3 * HOUR), fill: 95, of: paper }], local('2026-05-07T07:00'), {
      book: weekly,
      kept: before.kept,
    })
    const day = play(
      [{ at: local('2026-05-07T07:30'), fill: 95, of: paper }],
      local('2026-05-07T09:00'),
      {
        book: weekly,
        kept: again.kept,
      },
    )
    expect([before, again, day].map(({ posts }) => posts.length)).toEqual([1, 0, 1])
  })

  test('that came while the process was down is said if that is less than two hours ago', () => {
    const cues = (hours: number): readonly Cue[] => [
      { at: monday, fill: 95, of: paper },
      { at: later(hours * HOUR), resumed: true },
    ]
    expect(play(cues(3), later(6 * HOUR), { book: weekly }).posts.map((p) => clock(p.at))).toEqual([
      '05-04 09:05',
    ])
    expect(play(cues(5), later(6 * HOUR), { book: weekly }).posts).toEqual([])
  })

  test('that is new in the rule file, or has another time, says nothing before its time comes', () => {
    const edited = rulesWith(
      `  - { id: weekly, per: account, schedule: "Mon,Thu 09:30", when: a.stations_full >= 1, post: weekly }`,
    )
    const before = play([{ at: monday, fill: 95, of: paper }], later(3 * HOUR), { book: weekly })
    const { posts, decisions } = play([], later(4 * HOUR), { book: edited, kept: before.kept })
    expect(posts.map((p) => clock(p.at))).toEqual(['05-04 09:30'])
    expect(decisions[0]).toMatchObject({ because: 'rule-changed', from: 'active', to: 'active' })
    const asNew = play([], later(3 * HOUR), {
      book: rulesWith('  - { id: full, per: container, when: c.full, post: full }'),
    })
    const grown = play([{ at: later(3 * HOUR), fill: 95, of: paper }], later(4 * HOUR), {
      book: edited,
      kept: asNew.kept,
    })
    expect(grown.decisions.map((d) => d.because)).toEqual(['condition-true', 'posted'])
  })
})

describe('on the nights when the clocks change', () => {
  const nightly = rulesWith(
    `  - { id: nightly, per: account, schedule: "daily 02:30", when: a.stations_full >= 1, quiet: ignore, post: nightly }`,
  )
  const said = (from: string, until: string) =>
    play(levels(paper, local(from), 6 * HOUR, same(95, 10)), local(until), {
      book: nightly,
    }).posts.map((post) => new Date(post.at).toISOString())

  test('half past two that is skipped in spring is half past three, once', () => {
    expect(said('2026-03-27T20:00', '2026-03-30T12:00')).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ])
  })

  test('half past two that comes twice in autumn is the first one, once', () => {
    expect(said('2026-10-23T20:00', '2026-10-26T12:00')).toEqual([
      '2026-10-24T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ])
  })
})
