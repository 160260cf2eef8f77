/** The nights when the clocks change, as the engine lives through them. Schedules: schedule.test.ts. */
import { describe, expect, test } from 'vitest'

import { isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { HOUR, MINUTE, after, levels, local, play, rulesWith, same, tellPost } from './scenario.ts'
import type { Cue } from './scenario.ts'

const paper = '901-paper-1'
const utc = (text: string) => Date.parse(`2026-${text}Z`) as EpochMs

const nights = {
  'an ordinary night': { at: local('2026-05-05T22:00'), hours: 10, ends: utc('05-06T05:00') },
  'the spring night': { at: local('2026-03-28T22:00'), hours: 9, ends: utc('03-29T05:00') },
  'the autumn night': { at: local('2026-10-24T22:00'), hours: 11, ends: utc('10-25T06:00') },
} as const
const names = Object.keys(nights) as readonly (keyof typeof nights)[]

const quiet = rulesWith(
  '  - { id: full, per: container, when: c.full, for: 30m, clear_for: 20m, post: full, close_post: room }',
  'quiet: { daily: "21:00-07:00" }',
)

describe.each(names)('quiet hours in %s', (name) => {
  const { at, hours, ends } = nights[name]

  test(`full at ten in the evening is told at seven, after ${hours} hours of quiet`, () => {
    const { posts, decisions } = play(levels(paper, at, HOUR, same(95, 14)), after(at, 14 * HOUR), {
      book: quiet,
    })
    expect(posts.map((post) => isoText(post.at))).toEqual([isoText(ends)])
    expect(ends - (at - HOUR)).toBe(hours * HOUR)
    const held = decisions.find((d) => d.because === 'gate-held')!
    expect(held.gates).toContainEqual({
      gate: 'quiet-hours',
      answer: 'hold',
      until: ends,
      detail: '21:00-07:00',
    })
  })

  test('full at ten and emptied at five is not told', () => {
    const five = after(ends, -2 * HOUR)
    const cues: readonly Cue[] = [
      ...levels(paper, at, HOUR, same(95, hours - 3)),
      { at: five, emptied: five, of: paper },
    ]
    expect(play(cues, after(at, 14 * HOUR), { book: quiet }).posts).toEqual([])
  })

  test('the restart in the middle of it changes nothing', () => {
    const middle = after(at, 5 * HOUR)
    const cues = levels(paper, at, HOUR, same(95, 14))
    const before = play(
      cues.filter((cue) => cue.at <= middle),
      middle,
      { book: quiet },
    )
    const { posts } = play(
      cues.filter((cue) => cue.at > middle),
      after(at, 14 * HOUR),
      { book: quiet, kept: before.kept },
    )
    expect(posts.map((post) => isoText(post.at))).toEqual([isoText(ends)])
  })
})

describe('half an hour is thirty minutes, whatever the clocks do', () => {
  const loud = rulesWith(
    '  - { id: full, per: container, when: c.full, for: 30m, clear_for: 30m, cooldown: 3h, quiet: ignore, post: full, close_post: room }',
    'group_wait: 0s, budget: { min_gap: 0s }',
  )

  test('from 02:50 summer time to 02:20 winter time', () => {
    const at = utc('10-25T00:50:00')
    const { posts } = play(levels(paper, at, 10 * MINUTE, same(95, 8)), after(at, 2 * HOUR), {
      book: loud,
    })
    expect(posts.map(tellPost)).toEqual(['10-25 02:20 open: full 901-paper-1'])
    expect(isoText(posts[0]!.at)).toBe('2026-10-25T01:20:00.000Z')
  })

  test('from 01:50 winter time to 03:20 summer time', () => {
    const at = utc('03-29T00:50:00')
    const { posts } = play(levels(paper, at, 10 * MINUTE, same(95, 8)), after(at, 2 * HOUR), {
      book: loud,
    })
    expect(posts.map(tellPost)).toEqual(['03-29 03:20 open: full 901-paper-1'])
  })

  test('so are the time to be clear and the time to cool down', () => {
    const at = utc('10-24T23:50:00')
    const fills = [...same(95, 4), ...same(20, 4), ...same(95, 24)]
    const { posts } = play(levels(paper, at, 10 * MINUTE, fills), after(at, 6 * HOUR), {
      book: loud,
    })
    expect(posts.map((post) => `${post.kind} ${isoText(post.at).slice(5, 16)}`)).toEqual([
      'open 10-25T00:20',
      'close 10-25T01:00',
      'open 10-25T03:20',
    ])
  })
})

describe('a day’s budget', () => {
  const book = rulesWith(
    '  - { id: full, per: container, when: c.full, quiet: ignore, post: full }',
    'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 2 }',
  )
  /** Full for half of each hour, so one post an hour for as long as the budget lasts. */
  const posts = (from: EpochMs, hours: number) => {
    const fills = Array.from({ length: hours * 2 }, (_, i) => (i % 2 === 0 ? 95 : 20))
    return play(levels(paper, from, 30 * MINUTE, fills), after(from, hours * HOUR), {
      book,
    }).posts.map((post) => isoText(post.at).slice(5, 16))
  }

  test('is one for the day of 25 hours, and the next begins at its midnight', () => {
    expect(posts(local('2026-10-25T00:00'), 27)).toEqual([
      '10-24T22:00',
      '10-24T23:00',
      '10-25T23:00',
      '10-26T00:00',
    ])
  })

  test('is one for the day of 23 hours', () => {
    expect(posts(local('2026-03-29T00:00'), 25)).toEqual([
      '03-28T23:00',
      '03-29T00:00',
      '03-29T22:00',
      '03-29T23:00',
    ])
  })
})

test('what is posted at a time of day is posted then by the clock on the wall', () => {
  const book = rulesWith(
    '  - { id: full, per: container, when: c.full, cooldown: 20h, post_at: "16:00", post: full, close_post: room }',
    'budget: { min_gap: 0s }',
  )
  const days = (from: EpochMs) => {
    // Full from noon until midnight, each day.
    const fills = Array.from({ length: 60 }, (_, i) => (i % 24 < 12 ? 95 : 20))
    const { posts } = play(levels(paper, from, HOUR, fills), after(from, 60 * HOUR), { book })
    return posts.filter(({ kind }) => kind === 'open').map(tellPost)
  }
  expect(days(local('2026-10-24T12:00'))).toEqual([
    '10-24 16:00 open: full 901-paper-1',
    '10-25 16:00 open: full 901-paper-1',
    '10-26 16:00 open: full 901-paper-1',
  ])
  expect(days(local('2026-03-28T12:00'))).toEqual([
    '03-28 16:00 open: full 901-paper-1',
    '03-29 16:00 open: full 901-paper-1',
    '03-30 16:00 open: full 901-paper-1',
  ])
})

test('the digest is made at six by the clock on the wall', () => {
  const book = rulesWith(
    '  - { id: full, per: container, when: c.full, post: full }',
    'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 1, when_spent: digest }',
  )
  const digests = (from: EpochMs) =>
    play(
      [
        ...levels(paper, from, HOUR, same(95, 24)),
        ...levels('901-plastic-1', after(from, HOUR), HOUR, same(95, 24)),
      ],
      after(from, 24 * HOUR),
      { book },
    )
      .posts.filter(({ kind }) => kind === 'digest')
      .map((post) => isoText(post.at).slice(5, 16))
  expect(digests(local('2026-03-29T00:30'))).toEqual(['03-29T16:00'])
  expect(digests(local('2026-10-25T00:30'))).toEqual(['10-25T17:00'])
})

test('the facts of the clock are those of the wall', () => {
  const book = rulesWith(
    '  - { id: hour, per: account, when: t.hour == 2 && t.weekday == 7, quiet: ignore, post: hour, close_post: over }',
    'group_wait: 0s, budget: { min_gap: 0s }',
  )
  const spells = (from: EpochMs) => {
    const { decisions } = play([{ at: from, fill: 20, of: paper }], after(from, 8 * HOUR), { book })
    const starts = decisions.filter(({ because }) => because === 'condition-true')
    const ends = decisions.filter(({ because }) => because === 'cleared')
    return starts.map((start, i) => Math.round((ends[i]!.at - start.at) / HOUR))
  }
  // Two o'clock is two hours long in autumn, and not at all in spring.
  expect(spells(utc('10-24T22:00:00'))).toEqual([2])
  expect(spells(utc('03-28T23:00:00'))).toEqual([])
})
