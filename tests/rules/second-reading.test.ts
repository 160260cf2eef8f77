import { describe, expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import { castTown } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  bookOf,
  box,
  levels,
  local,
  play,
  same,
  tellDecision,
  tellPost,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'

const bookWith = (more: string) =>
  bookOf(`version: 1
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, for: 30m, clear_for: 20m, post: full, close_post: room, ${more} }
`)
const twice = bookWith('readings: 2')

const told = (cues: readonly Cue[], until: number, book = twice) =>
  play(cues, later(until), { book }).posts.map(tellPost)
const decided = (cues: readonly Cue[], until: number, book = twice) =>
  play(cues, later(until), { book }).decisions.map(tellDecision)

describe('a rule that asks for two readings', () => {
  test('does not take a sensor at its first word', () => {
    expect(told(levels(paper, ten, HOUR, [95, 74, 74, 60]), 6 * HOUR)).toEqual([])
    expect(decided(levels(paper, ten, HOUR, [95, 74, 74, 60]), 6 * HOUR)).toEqual([
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
      '05-05 10:30 full 901-paper-1 pending→pending waiting-for-reading',
      '05-05 13:00 full 901-paper-1 pending→idle reset-before-for',
    ])
  })

  test('speaks when the second comes, and no sooner than for allows', () => {
    expect(told(levels(paper, ten, HOUR, same(95, 2)), 3 * HOUR)).toEqual([
      '05-05 11:15 open: full 901-paper-1',
    ])
    expect(told(levels(paper, ten, 10 * MINUTE, same(95, 6)), 3 * HOUR)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
    ])
  })

  test('counts those that hop about the line', () => {
    expect(told(levels(paper, ten, HOUR, [86, 84, 84, 86, 84]), 6 * HOUR)).toEqual([
      '05-05 13:15 open: full 901-paper-1',
    ])
  })

  test('counts a reading once, however often it is looked at', () => {
    const cues: readonly Cue[] = [
      { at: ten, fill: 95, of: paper },
      { at: later(HOUR), measured: ten, fill: 95, of: paper },
      { at: later(2 * HOUR), fault: 'no-echo', of: paper },
    ]
    expect(told(cues, 6 * HOUR)).toEqual([])
  })

  test('does not ask people twice', () => {
    const cues: readonly Cue[] = [
      { at: ten, fill: 80, of: paper },
      { at: later(MINUTE), report: 'full', of: paper, who: 'a' },
    ]
    expect(told(cues, 3 * HOUR)).toEqual(['05-05 10:46 open: full 901-paper-1'])
  })

  test('does not wait for a sensor that speaks more seldom than every fourth hour', () => {
    const cues = levels(paper, ten, 6 * HOUR, [40, 50, 95])
    expect(told(cues, 14 * HOUR)).toEqual(['05-05 22:45 open: full 901-paper-1'])
  })

  test('does not call it over for one low reading', () => {
    const cues = levels(paper, ten, HOUR, [...same(95, 3), 60, 95, 95])
    expect(told(cues, 8 * HOUR)).toEqual(['05-05 11:15 open: full 901-paper-1'])
    expect(decided(cues, 8 * HOUR).slice(-3)).toEqual([
      '05-05 13:00 full 901-paper-1 active→clearing clear-condition-true',
      '05-05 13:20 full 901-paper-1 clearing→clearing waiting-for-reading',
      '05-05 14:00 full 901-paper-1 clearing→active not-cleared-after-all',
    ])
  })

  test.each<[string, Cue]>([
    ['an emptying', { at: later(3 * HOUR), emptied: later(3 * HOUR), of: paper }],
    [
      'somebody who says so',
      { at: later(3 * HOUR), report: 'has-room', of: paper, who: 'crew', by: 'staff' },
    ],
  ])('needs no second reading for its end after %s', (_, cue) => {
    const cues = [
      ...levels(paper, ten, HOUR, same(95, 3)),
      cue,
      { at: later(3 * HOUR + MINUTE), fill: 5, of: paper },
    ]
    expect(told(cues, 5 * HOUR)[1]).toMatch(/^05-05 13:(35|36) close: room 901-paper-1$/)
  })

  test('holds what waits while it may be over, and looks again', () => {
    const book = bookOf(`version: 1
policy: { quiet: { daily: '10:00-14:00' } }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, for: 30m, clear_for: 20m, readings: 2, post: full }
`)
    const cues = levels(paper, ten, HOUR, [...same(95, 3), 60])
    const more: readonly Cue[] = [{ at: later(5 * HOUR), fill: 95, of: paper }]
    expect(told([...cues, ...more], 6 * HOUR, book)).toEqual(['05-05 15:15 open: full 901-paper-1'])
  })

  test('tells what it waits for', () => {
    const cues = levels(paper, ten, HOUR, [95])
    const engine = createEngine({
      book: twice,
      town: castTown,
      kept: play(cues, later(40 * MINUTE), { book: twice }).kept,
    })
    expect(engine.standing(box(paper), later(41 * MINUTE))[0]).toMatchObject({
      state: 'pending',
      awaitsReading: true,
    })
  })

  test('goes on counting after a restart', () => {
    const cues = levels(paper, ten, HOUR, same(95, 2))
    const before = play(cues.slice(0, 1), later(50 * MINUTE), { book: twice })
    const back = play(cues.slice(1), later(3 * HOUR), { book: twice, kept: before.kept })
    expect(back.decisions.map(tellDecision)[0]).toBe(
      '05-05 11:00 full 901-paper-1 pending→active held-long-enough',
    )
    expect(back.posts.map(tellPost)).toEqual(['05-05 11:15 open: full 901-paper-1'])
  })

  describe('says of what no sensor tells what on_missing says, without a reading', () => {
    test('clear: it is over', () => {
      const quiet = bookOf(`version: 1
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, clear_for: 20m, readings: 2, on_missing: { then: clear }, post: full }
`)
      expect(decided(levels(paper, ten, HOUR, same(95, 2)), 30 * HOUR, quiet).at(-1)).toBe(
        '05-05 23:20 full 901-paper-1 clearing→idle no-data-closed',
      )
    })

    test('fire: it is so after the grace', () => {
      const book = bookWith('readings: 2, on_missing: { then: fire, grace: 2h }')
      const cues = levels(paper, ten, HOUR, same(40, 2))
      const ours = told(cues, 30 * HOUR, book).filter((post) => post.includes('901-paper-1'))
      expect(ours).toEqual(['05-06 01:45 open: full 901-paper-1'])
    })
  })

  test('forgets what people said after eight hours', () => {
    const cues: readonly Cue[] = [
      { at: ten, report: 'full', of: paper, who: 'a' },
      ...levels(paper, later(2 * HOUR), HOUR, [...same(40, 30), 95, 40, 40]),
    ]
    expect(told(cues, 40 * HOUR)).toEqual([])
  })

  test('does not take an emptying that changed nothing for a later end', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, ten, HOUR, same(95, 3)),
      { at: later(150 * MINUTE), emptied: later(150 * MINUTE), of: paper },
      ...levels(paper, later(155 * MINUTE), HOUR, [95, 95, 95, 40, 74]),
    ]
    expect(told(cues, 9 * HOUR)).toEqual(['05-05 11:15 open: full 901-paper-1'])
  })

  test('goes on where it was asked for while an end was under way, or an awaited beginning', () => {
    const once = bookWith('readings: 1')
    const cues = levels(paper, ten, HOUR, [...same(95, 2), 40])
    const clearing = play(cues, later(2 * HOUR + MINUTE), { book: once })
    const more = levels(paper, later(3 * HOUR), HOUR, [40])
    const after = play(more, later(5 * HOUR), { book: twice, kept: clearing.kept })
    expect(after.posts.map(tellPost)).toEqual(['05-05 13:15 close: room 901-paper-1'])

    const awaited = play(levels(paper, ten, HOUR, [95]), later(40 * MINUTE), { book: twice })
    const other = bookOf(`version: 1
rules:
  - { id: full, per: container, when: c.fill > 97.0, for: 30m, readings: 2, post: full }
`)
    const engine = createEngine({ book: other, town: castTown, kept: awaited.kept })
    const [standing] = engine.standing(box(paper), later(41 * MINUTE))
    expect(standing).toMatchObject({ state: 'idle' })
    expect(standing!.awaitsReading).toBeUndefined()
  })

  test('is another rule than one that asks for one', () => {
    expect(twice.rules[0]!.hash).not.toBe(bookWith('readings: 1').rules[0]!.hash)
    expect(twice.rules[0]!.hash).not.toBe(bookWith('readings: 3').rules[0]!.hash)
  })
})

describe('what was said before nothing could be told', () => {
  const remembering = bookWith('on_missing: { grace: 6h, remember: 3d }')
  const silentFor = (hours: number, then: readonly number[]): readonly Cue[] => [
    ...levels(paper, ten, HOUR, same(95, 2)),
    ...levels(paper, later(hours * HOUR), HOUR, then),
  ]
  const first = '05-05 10:45 open: full 901-paper-1'

  test('is not said again when the sensor speaks again and it is still so', () => {
    const cues = silentFor(40, [95, 95, 20, 20])
    expect(told(cues, 48 * HOUR, remembering)).toEqual([
      first,
      '05-07 04:35 close: room 901-paper-1',
    ])
    expect(decided(cues, 48 * HOUR, remembering).slice(4)).toEqual([
      '05-05 23:00 full 901-paper-1 active→active waiting-for-data',
      '05-06 05:00 full 901-paper-1 active→idle no-data-closed',
      '05-07 02:00 full 901-paper-1 idle→pending condition-true',
      '05-07 02:30 full 901-paper-1 pending→active held-long-enough',
      '05-07 02:30 full 901-paper-1 active→active said-before',
      '05-07 04:00 full 901-paper-1 active→clearing clear-condition-true',
      '05-07 04:20 full 901-paper-1 clearing→idle cleared',
      '05-07 04:20 full 901-paper-1 idle→idle grouped',
      '05-07 04:35 full 901-paper-1 idle→idle posted',
    ])
  })

  test('is forgotten once it is known to be over', () => {
    expect(told(silentFor(40, [60, 95]), 48 * HOUR, remembering)).toEqual([
      first,
      '05-07 03:45 open: full 901-paper-1',
    ])
    const emptied: Cue = { at: later(30 * HOUR), emptied: later(30 * HOUR), of: paper }
    const cues = [...silentFor(1, []), emptied, ...levels(paper, later(40 * HOUR), HOUR, [95])]
    expect(told(cues, 48 * HOUR, remembering)).toEqual([
      first,
      '05-07 02:45 open: full 901-paper-1',
    ])
  })

  test('is not remembered for longer than the rule says, counted from when it was closed', () => {
    const closedAfter = 19
    const [inTime, late] = [closedAfter + 71, closedAfter + 73]
    expect(told(silentFor(inTime, [95]), 100 * HOUR, remembering)).toHaveLength(1)
    expect(told(silentFor(late, [95]), 100 * HOUR, remembering)).toHaveLength(2)
    expect(told(silentFor(40, [95]), 48 * HOUR, bookWith('on_missing: {}'))).toHaveLength(2)
  })

  test('is not forgotten for one low reading where a rule asks for two', () => {
    const both = bookWith('readings: 2, on_missing: { grace: 6h, remember: 3d }')
    expect(told(silentFor(40, [20, 95, 95]), 48 * HOUR, both)).toHaveLength(1)
    expect(told(silentFor(40, [95, 20, 95, 95]), 48 * HOUR, both)).toHaveLength(1)
    expect(told(silentFor(40, [20, 20, 95, 95]), 48 * HOUR, both)).toHaveLength(2)
    const emptied: Cue = { at: later(40 * HOUR), emptied: later(40 * HOUR), of: paper }
    const cues = [...silentFor(1, []), emptied, ...levels(paper, later(44 * HOUR), HOUR, [95, 95])]
    expect(told(cues, 50 * HOUR, both)).toHaveLength(2)
  })

  test('is not remembered anew for a lone reading in between', () => {
    const both = bookWith('readings: 2, on_missing: { grace: 6h, remember: 3d }')
    // Closed on the 6th at five; a lone reading on the 8th; the three days are over on the 9th at five.
    const cues = [...silentFor(70, [95]), ...levels(paper, later(96 * HOUR), HOUR, [95, 95])]
    expect(told(cues, 100 * HOUR, both)).toHaveLength(2)
  })

  test('is not remembered when staff took it back', () => {
    const { posts } = play(silentFor(1, []), later(2 * HOUR), { book: remembering })
    const cues: readonly Cue[] = [
      ...silentFor(1, []),
      { at: later(30 * HOUR), told: { type: 'post-corrected', post: posts[0]!, actor: 'Kim' } },
      ...levels(paper, later(40 * HOUR), HOUR, [95]),
    ]
    expect(told(cues, 48 * HOUR, remembering).slice(2)).toEqual([
      '05-07 02:45 open: full 901-paper-1',
    ])
  })

  test('is remembered over a restart', () => {
    const before = play(silentFor(1, []), later(30 * HOUR), { book: remembering })
    const back = play(levels(paper, later(40 * HOUR), HOUR, [95]), later(48 * HOUR), {
      book: remembering,
      kept: before.kept,
    })
    expect(back.posts).toEqual([])
  })
})

const FAULTY = `version: 1
rules:
  - { id: a, per: station, when: s.full > 2, readings: 2, post: full }
  - { id: b, per: container, when: c.full, schedule: 'Mon 08:00', readings: 2, post: nearly }
  - { id: c, per: container, when: c.full, readings: 9, post: other }
`

test('where there are no readings to wait for, asking for them is a fault', () => {
  expect(() => bookOf(FAULTY)).toThrow(
    [
      '3 rules[0].readings: means nothing per: station; only a container has readings, so take it out',
      '4 rules[1].readings: means nothing beside schedule, by which a rule is looked at then and at no other time; take one of them out',
      '5 rules[2].readings: expected at most 5, found 9',
    ].join('\n'),
  )
})
