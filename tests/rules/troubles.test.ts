import { describe, expect, test } from 'vitest'

import type { ReportKind } from '#src/rules/record.ts'
import { countWords, hear, isMended, troubleOf, unhear } from '#src/rules/trouble.ts'
import type { Trouble } from '#src/rules/trouble.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  local,
  play,
  rulesWith,
  tellDecision,
  tellPost,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const say = (ms: number, report: ReportKind, who: string, by?: 'staff', of = paper): Cue => ({
  at: later(ms),
  report,
  of,
  who,
  ...(by && { by }),
})
const word = (
  kind: ReportKind,
  ms: number,
  reporter: string,
  by: 'resident' | 'staff' = 'resident',
) =>
  ({ type: 'report', seq: 1, at: later(ms), containerId: box(paper), kind, by, reporter }) as const

describe('words of a trouble', () => {
  test.each<readonly [ReportKind, string | undefined]>([
    ['litter', 'litter'],
    ['cleaned', 'litter'],
    ['broken', 'broken'],
    ['repaired', 'broken'],
    ['ice', 'ice'],
    ['full', undefined],
    ['has-room', undefined],
  ])('"%s" is about %s', (kind, expected) => {
    expect(troubleOf(kind)).toBe(expected)
  })

  const heard = (...words: readonly ReturnType<typeof word>[]) =>
    words.reduce<Trouble | undefined>((trouble, one) => hear(trouble, one) ?? trouble, undefined)!

  test('each person counts once, by the newest word', () => {
    const trouble = heard(
      word('litter', 0, 'a'),
      word('litter', HOUR, 'b'),
      word('litter', 2 * HOUR, 'a'),
    )
    expect(trouble.words.map(({ reporter, at }) => [reporter, at])).toEqual([
      ['b', later(HOUR)],
      ['a', later(2 * HOUR)],
    ])
  })

  test('the same person’s same word within two hours is a repeat', () => {
    const trouble = hear(undefined, word('litter', 0, 'a'))
    expect(hear(trouble, word('litter', 2 * HOUR - 1, 'a'))).toBeUndefined()
    expect(hear(trouble, word('litter', 2 * HOUR, 'a'))).toBeDefined()
  })

  test('words are forgotten after a day, and the oldest of more than fifty', () => {
    const trouble = heard(
      word('litter', 0, 'a'),
      word('litter', 1, 'b'),
      word('litter', 24 * HOUR, 'c'),
    )
    expect(trouble.words.map(({ reporter }) => reporter)).toEqual(['b', 'c'])
    const many = heard(...Array.from({ length: 60 }, (_, i) => word('litter', i, `r${i}`)))
    expect(many.words).toHaveLength(50)
    expect([many.words[0]!.reporter, many.words[49]!.reporter]).toEqual(['r10', 'r59'])
  })

  test('what is mended begins anew, and staff know of it again only when they say so again', () => {
    const known = heard(word('broken', 0, 's', 'staff'), word('broken', HOUR, 'a'))
    expect(known.staffAt).toBe(ten)
    const mended = heard(word('broken', 0, 's', 'staff'), word('repaired', HOUR, 's', 'staff'))
    expect(mended).toEqual({ words: [], mendedAt: later(HOUR) })
    const again = hear(mended, word('broken', 2 * HOUR, 'a'))
    expect(again).toEqual({ words: [{ by: 'resident', reporter: 'a', at: later(2 * HOUR) }] })
  })

  test('words are counted by who said them, and since when', () => {
    const trouble = heard(
      word('litter', 0, 'a'),
      word('litter', 1, 'b'),
      word('litter', 2, 's', 'staff'),
    )
    expect(countWords(trouble, 'resident', ten)).toBe(1n)
    expect(countWords(trouble, 'resident', ten - 1)).toBe(2n)
    expect(countWords(trouble, 'staff', ten)).toBe(1n)
    expect(countWords(undefined, 'staff', ten)).toBe(0n)
  })

  test('it is mended until it is said again, and unknown once nobody has spoken of it for a day', () => {
    const said = heard(word('litter', 0, 'a'))
    expect(isMended(undefined, ten)).toBe(false)
    expect(isMended(said, later(24 * HOUR - 1))).toBe(false)
    expect(isMended(said, later(24 * HOUR))).toBeUndefined()
    const mended = hear(said, word('cleaned', 0, 's', 'staff'))!
    expect(isMended(mended, later(100 * HOUR))).toBe(true)
    // In the same instant, but said after it.
    expect(isMended(hear(mended, word('litter', 0, 'b')), ten)).toBe(false)
    expect(isMended(unhear(said, 'a'), ten)).toBeUndefined()
  })
})

describe('litter', () => {
  const book = rulesWith(
    `  - { id: littered, per: station, when: s.litter_reports_4h >= 2 || s.litter_staff_4h >= 1, clear: s.cleaned_since_last_litter, priority: 70, post: littered, close_post: cleaned }`,
  )
  const posts = (cues: readonly Cue[], until = later(6 * HOUR)) =>
    play(cues, until, { book }).posts.map(tellPost)

  test('two residents make a post of the station, whichever container they stood at', () => {
    expect(
      posts([say(0, 'litter', 'a'), say(HOUR, 'litter', 'b', undefined, '901-plastic-1')]),
    ).toEqual(['05-05 11:15 open: littered 901'])
  })

  test('one resident does not, however often, nor two that are four hours apart', () => {
    expect(
      posts([say(0, 'litter', 'a'), say(HOUR, 'litter', 'a'), say(3 * HOUR, 'litter', 'a')]),
    ).toEqual([])
    expect(posts([say(0, 'litter', 'a'), say(4 * HOUR, 'litter', 'b')])).toEqual([])
    expect(posts([say(0, 'litter', 'a'), say(4 * HOUR - 1, 'litter', 'b')])).toHaveLength(1)
  })

  test('one of the staff does, and somebody cleaning ends it', () => {
    expect(posts([say(0, 'litter', 's', 'staff'), say(HOUR, 'cleaned', 's', 'staff')])).toEqual([
      '05-05 10:15 open: littered 901',
      '05-05 11:15 close: cleaned 901',
    ])
  })

  test('cleaned before it was told is no news', () => {
    expect(
      posts([say(0, 'litter', 's', 'staff'), say(5 * MINUTE, 'cleaned', 's', 'staff')]),
    ).toEqual([])
  })

  test('is of the station where it lies alone', () => {
    expect(
      posts([say(0, 'litter', 'a'), say(HOUR, 'litter', 'b', undefined, '902-paper-1')]),
    ).toEqual([])
  })

  test('a container’s rule may ask it of the station, and sees it at once', () => {
    const asking = rulesWith(
      '  - { id: asked, per: container, when: s.litter_staff_4h >= 1, post: asked }',
      'group_wait: 0s',
    )
    const { decisions } = play([say(0, 'litter', 's', 'staff')], ten, { book: asking })
    expect(decisions.filter((d) => d.because === 'condition-true').map(tellDecision)).toEqual([
      '05-05 10:00 asked 901-paper-1 idle→pending condition-true',
      '05-05 10:00 asked 901-plastic-1 idle→pending condition-true',
      '05-05 10:00 asked 901-clear-glass-1 idle→pending condition-true',
    ])
  })
})

describe('broken', () => {
  const book = rulesWith(
    `  - { id: broken, per: container, when: c.broken_reports_24h >= 2 || c.broken_staff, clear: c.repaired_since_last_broken, priority: 80, post: broken, close_post: repaired }`,
  )
  const posts = (cues: readonly Cue[], until = later(40 * HOUR)) =>
    play(cues, until, { book }).posts.map(tellPost)

  test('two residents within a day make a post of the container', () => {
    expect(posts([say(0, 'broken', 'a'), say(9 * HOUR, 'broken', 'b')])).toEqual([
      '05-05 19:15 open: broken 901-paper-1',
    ])
    expect(posts([say(0, 'broken', 'a'), say(24 * HOUR, 'broken', 'b')])).toEqual([])
  })

  test('staff alone do, and it is over when somebody repaired it, also with its level unknown', () => {
    expect(
      posts([say(0, 'broken', 's', 'staff'), say(2 * HOUR, 'repaired', 's', 'staff')]),
    ).toEqual(['05-05 10:15 open: broken 901-paper-1', '05-05 12:15 close: repaired 901-paper-1'])
  })

  test('is of that container alone', () => {
    expect(
      posts([say(0, 'broken', 'a'), say(HOUR, 'broken', 'b', undefined, '901-plastic-1')]),
    ).toEqual([])
  })

  test('goes over a restart', () => {
    const before = play([say(0, 'broken', 'a')], later(HOUR), { book })
    expect(JSON.parse(before.kept.state.get(`more|${box(paper)}`)!)).toEqual({
      broken: { words: [{ by: 'resident', reporter: 'a', at: ten }] },
    })
    const { posts: said } = play([say(2 * HOUR, 'broken', 'b')], later(3 * HOUR), {
      book,
      kept: before.kept,
    })
    expect(said.map(tellPost)).toEqual(['05-05 12:15 open: broken 901-paper-1'])
  })
})

test('ice is counted by whomever it is said, for twelve hours', () => {
  const book = rulesWith(
    '  - { id: icy, per: station, when: s.ice_reports_12h >= 2, post: icy, close_post: thawed }',
    'group_wait: 0s',
  )
  const { posts } = play([say(0, 'ice', 'a'), say(HOUR, 'ice', 's', 'staff')], later(14 * HOUR), {
    book,
  })
  expect(posts.map((p) => p.kind)).toEqual(['open', 'close'])
  expect(posts[0]!.at).toBe(later(HOUR))
  const over = posts[1]!.at - later(12 * HOUR)
  expect(over >= 0 && over <= 15 * MINUTE).toBe(true)
})

test('what is told of a trouble tells whether it was a repeat', () => {
  const { applied } = play(
    [
      say(0, 'litter', 'a'),
      say(HOUR, 'litter', 'a'),
      say(HOUR, 'broken', 'a'),
      say(HOUR + 1, 'broken', 'a'),
    ],
    later(2 * HOUR),
  )
  const repeat = { kind: 'history', because: 'repeat-report' }
  expect(applied).toEqual([{ kind: 'now' }, repeat, { kind: 'now' }, repeat])
})
