import { describe, expect, test } from 'vitest'

import type { SilencedRecord } from '#src/rules/record.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { ekudden, hamnen } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  createPlay,
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
const [paper, glass] = ['901-paper-1', '901-clear-glass-1'] as const

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, for: 30m, clear_for: 20m, post: full, close_post: room }
  - { id: glass, per: container, when: c.full && c.fraction == "clear-glass", for: 30m, post: glass, channel: staff }
  - { id: many, per: station, when: s.full >= 1, for: 30m, post: many }`,
  'budget: { min_gap: 0s, per_station_per_day: 9 }',
)

type About = Pick<SilencedRecord, 'stationId' | 'containerId' | 'ruleId'>

const silence = (at: EpochMs, until: EpochMs, about: About = {}, id = 'a'): Cue => ({
  at,
  told: { type: 'silenced', id, ...about, until, actor: 'Kim' },
})
const ended = (at: EpochMs, id = 'a'): Cue => ({
  at,
  told: { type: 'silence-ended', id, actor: 'Kim' },
})
const fillAll = [paper, glass, '902-paper-1'].flatMap((of) => levels(of, ten, HOUR, same(95, 6)))
const tell = (cues: readonly Cue[], until = later(5 * HOUR)) =>
  play(cues, until, { book }).posts.map(tellPost)

const AT_1045 = {
  ekudden: '05-05 10:45 open: full 901-clear-glass-1, full 901-paper-1, many 901',
  glass: '05-05 10:45 open: glass 901-clear-glass-1',
  hamnen: '05-05 10:45 open: full 902-paper-1, many 902',
}

describe('staff silence', () => {
  test('there is none', () => {
    expect(tell(fillAll)).toEqual([AT_1045.ekudden, AT_1045.hamnen, AT_1045.glass])
  })

  test.each<readonly [string, About, readonly string[]]>([
    [
      'of the whole town',
      {},
      [
        '05-05 12:00 open: full 901-clear-glass-1, full 901-paper-1, many 901',
        '05-05 12:00 open: glass 901-clear-glass-1',
        '05-05 12:00 open: full 902-paper-1, many 902',
      ],
    ],
    [
      'of a station',
      { stationId: hamnen.id },
      [AT_1045.ekudden, AT_1045.glass, '05-05 12:00 open: full 902-paper-1, many 902'],
    ],
    [
      'of a container',
      { stationId: ekudden.id, containerId: box(paper) },
      [
        '05-05 10:45 open: full 901-clear-glass-1, many 901',
        AT_1045.glass,
        AT_1045.hamnen,
        '05-05 12:00 open: full 901-paper-1',
      ],
    ],
    [
      'of a rule',
      { ruleId: 'many' },
      [
        '05-05 10:45 open: full 901-clear-glass-1, full 901-paper-1',
        AT_1045.glass,
        '05-05 10:45 open: full 902-paper-1',
        '05-05 12:00 open: many 901',
        '05-05 12:00 open: many 902',
      ],
    ],
    [
      'of a rule at a station',
      { ruleId: 'full', stationId: ekudden.id },
      [
        '05-05 10:45 open: many 901',
        AT_1045.glass,
        AT_1045.hamnen,
        '05-05 12:00 open: full 901-clear-glass-1, full 901-paper-1',
      ],
    ],
    [
      'of a rule for the staff',
      { ruleId: 'glass' },
      [AT_1045.ekudden, AT_1045.hamnen, '05-05 12:00 open: glass 901-clear-glass-1'],
    ],
  ])('%s holds what it is about until its end', (_, about, expected) => {
    const told = tell([silence(later(1), later(2 * HOUR), about), ...fillAll])
    expect(told.toSorted()).toEqual(expected.toSorted())
  })

  test('is a reason of its own, written down once', () => {
    const cues = [silence(later(1), later(2 * HOUR)), ...levels(paper, ten, HOUR, same(95, 6))]
    const { decisions } = play(cues, later(3 * HOUR), { book })
    const held = decisions.filter((d) => d.because === 'gate-held' && d.ruleId === 'full')
    expect(held.map(tellDecision)).toEqual([
      '05-05 10:45 full 901-paper-1 active→active gate-held (silenced)',
    ])
    expect(held[0]!.gates).toContainEqual({
      gate: 'silenced',
      answer: 'hold',
      until: later(2 * HOUR),
    })
  })

  test('that is ended before its time wakes what waits, at once', () => {
    const cues = [
      silence(later(1), later(10 * HOUR)),
      ended(later(66 * MINUTE)),
      ...levels(paper, ten, HOUR, same(95, 6)),
    ]
    expect(tell(cues)).toEqual(['05-05 11:06 open: full 901-paper-1, many 901'])
  })

  test('that is said again is as it was said last: shorter, longer, of something else', () => {
    const full = levels(paper, ten, HOUR, same(95, 10))
    const first = silence(later(1), later(3 * HOUR))
    const again = (until: number, about?: About) => silence(later(HOUR), later(until), about)
    expect(tell([first, again(90 * MINUTE), ...full])).toEqual([
      '05-05 11:30 open: full 901-paper-1, many 901',
    ])
    expect(tell([first, again(4 * HOUR), ...full])).toEqual([
      '05-05 14:00 open: full 901-paper-1, many 901',
    ])
    expect(tell([first, again(4 * HOUR, { ruleId: 'full' }), ...full])).toEqual([
      '05-05 11:00 open: many 901',
      '05-05 14:00 open: full 901-paper-1',
    ])
    expect(tell([first, again(HOUR), ...full])).toEqual([
      '05-05 11:00 open: full 901-paper-1, many 901',
    ])
  })

  test('of several the longest holds', () => {
    const full = levels(paper, ten, HOUR, same(95, 10))
    const cues = [
      silence(later(1), later(3 * HOUR), {}, 'a'),
      silence(later(2), later(4 * HOUR), { stationId: ekudden.id }, 'b'),
      silence(later(3), later(2 * HOUR), {}, 'c'),
      ...full,
    ]
    expect(tell(cues)).toEqual(['05-05 14:00 open: full 901-paper-1, many 901'])
    expect(tell([...cues, ended(later(HOUR), 'b')])).toEqual([
      '05-05 13:00 open: full 901-paper-1, many 901',
    ])
    expect(tell([...cues, ended(later(HOUR), 'a')])).toEqual([
      '05-05 14:00 open: full 901-paper-1, many 901',
    ])
  })

  test('does not keep the end of what was told before it: of that nothing more is said', () => {
    const cues = [
      ...levels(paper, ten, 10 * MINUTE, same(95, 6)),
      silence(later(HOUR), later(4 * HOUR)),
      ...levels(paper, later(HOUR), 10 * MINUTE, same(20, 30)),
    ]
    const { posts, decisions } = play(cues, later(6 * HOUR), { book })
    expect(posts.map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1, many 901'])
    expect(tellDecision(decisions.at(-1)!)).toBe(
      '05-05 11:35 full 901-paper-1 idle→idle gate-dropped (silenced)',
    )
  })

  test('what is over when the silence ends is not said', () => {
    const cues = [
      silence(later(1), later(3 * HOUR)),
      ...levels(paper, ten, HOUR, [95, 95, 20, 20, 20]),
    ]
    expect(tell(cues)).toEqual([])
  })

  test('can be ended once, and only if it is', () => {
    const { applied } = play(
      [
        silence(ten, later(HOUR)),
        ended(later(1)),
        ended(later(2)),
        ended(later(3), 'nobody'),
        silence(later(4), later(HOUR), {}, 'b'),
        ended(later(HOUR + 1), 'b'),
      ],
      later(2 * HOUR),
      { book },
    )
    const unknown = { kind: 'history', because: 'unknown-silence' }
    const now = { kind: 'now' }
    expect(applied).toEqual([now, now, unknown, unknown, now, unknown])
  })
})

describe('what is kept of a silence', () => {
  const keys = (cues: readonly Cue[], until: EpochMs) =>
    [...play(cues, until, { book }).kept.state].filter(([key]) => key.startsWith('silence'))

  test('is what it is about, in one order, and nobody’s name', () => {
    const said = silence(ten, later(HOUR), {
      ruleId: 'full',
      containerId: box(paper),
      stationId: ekudden.id,
    })
    const [[key, text] = []] = keys([said], later(1))
    expect(key).toBe('silence|a')
    expect(text).toBe(
      `{"id":"a","stationId":"1490-901","containerId":"1490-901-paper-1","ruleId":"full","until":${later(HOUR)}}`,
    )
  })

  test('is forgotten when it is over, ended, or was over when it was said', () => {
    expect(keys([silence(ten, later(HOUR))], later(HOUR - 1))).toHaveLength(1)
    expect(keys([silence(ten, later(HOUR))], later(HOUR))).toEqual([])
    expect(keys([silence(ten, later(HOUR)), ended(later(1))], later(2))).toEqual([])
    expect(keys([silence(ten, later(HOUR)), silence(later(1), later(1))], later(2))).toEqual([])
  })

  test('goes on after a restart, and wakes what waits when it ends', () => {
    const before = play(
      [silence(later(1), later(3 * HOUR)), ...levels(paper, ten, HOUR, same(95, 2))],
      later(HOUR),
      { book },
    )
    const full = levels(paper, later(HOUR + 1), 30 * MINUTE, same(95, 6))
    const then = play(full, later(4 * HOUR), { book, kept: before.kept })
    expect(then.posts.map(tellPost)).toEqual(['05-05 13:00 open: full 901-paper-1, many 901'])
    const early = play([...full, ended(later(2 * HOUR))], later(4 * HOUR), {
      book,
      kept: before.kept,
    })
    expect(early.posts.map(tellPost)).toEqual(['05-05 12:00 open: full 901-paper-1, many 901'])
    expect([...then.kept.state.keys()].filter((key) => key.startsWith('silence'))).toEqual([])
  })

  test('does not end when another by the same name took its place', () => {
    const { goOn } = createPlay({ book })
    goOn([silence(ten, later(HOUR)), silence(later(1), later(3 * HOUR))], later(2))
    const { posts } = goOn(levels(paper, later(3), 20 * MINUTE, same(95, 12)), later(4 * HOUR))
    expect(posts.map(tellPost)).toEqual(['05-05 13:00 open: full 901-paper-1, many 901'])
  })
})
