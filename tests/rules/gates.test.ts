/** What each gate answers, until when, and in which words. */
import { describe, expect, test } from 'vitest'

import { GATES } from '#src/rules/decision.ts'
import type { Decision, Gate } from '#src/rules/decision.ts'
import { HOUR, MINUTE, after, clock, levels, local, play, rulesWith, same } from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const plastic = '901-plastic-1'

const fullRule = (more: string) =>
  `  - { id: full, per: container, when: c.fill >= 85.0, post: full, ${more} }`
const free = 'group_wait: 0s, budget: { min_gap: 0s }'

/** Posts with the millisecond, since an answer that comes a moment late is asked again a moment later. */
function posts(rules: string, cues: readonly Cue[], untilMs: number, policy = free) {
  const played = play(cues, later(untilMs), { book: rulesWith(rules, policy) })
  return played.posts.map(({ kind, at }) => [kind, (at - ten) / MINUTE])
}

/** The first decision for the reason, and what the gate said. */
function answer(
  gate: Gate,
  because: Decision['because'],
  rules: string,
  cues: readonly Cue[],
  untilMs: number,
  policy = '',
) {
  const { decisions } = play(cues, later(untilMs), { book: rulesWith(rules, policy) })
  const found = decisions.find((d) => d.because === because && d.ruleId === 'full')
  return { at: found && clock(found.at), answer: found?.gates.find((g) => g.gate === gate) }
}

describe('a post tells of every gate, in the order asked', () => {
  const passed = GATES.map((gate) => ({
    gate,
    answer: 'pass',
    ...(gate === 'budget' && { detail: expect.any(String) }),
  }))

  test.each(['posted open', 'posted close'])('%s', (what) => {
    const { decisions } = play(levels(paper, ten, HOUR, [95, 20]), later(2 * HOUR), {
      book: rulesWith(fullRule('close_post: room'), free),
    })
    const posted = decisions.filter(({ because }) => because === 'posted')
    expect(posted).toHaveLength(2)
    expect(posted[what === 'posted open' ? 0 : 1]!.gates).toEqual(passed)
  })
})

describe('still active', () => {
  test('holds what seems to be over until it is', () => {
    const cues = levels(paper, ten, 10 * MINUTE, [95, 20])
    expect(answer('still-active', 'gate-held', fullRule('clear_for: 20m'), cues, HOUR)).toEqual({
      at: '05-05 10:15',
      answer: {
        gate: 'still-active',
        answer: 'hold',
        until: later(30 * MINUTE),
        detail: 'clearing',
      },
    })
  })

  // The level is believed for twelve hours, until ten to seven in the evening.
  const morning: Cue = { at: local('2026-05-05T06:50'), fill: 95, of: paper }
  const atSeven = fullRule('post_at: "19:00"')
  test.each([
    ['20m', '2026-05-05T19:10'],
    ['6h', '2026-05-05T19:15'],
  ])(
    'holds what nobody knows for a quarter, and no longer than its grace of %s',
    (grace, until) => {
      const rules = atSeven.replace('post: full', `post: full, on_missing: { grace: ${grace} }`)
      const { decisions } = play([morning], local('2026-05-05T19:05'), {
        book: rulesWith(rules, free),
      })
      const held = decisions.filter(({ because }) => because === 'gate-held').at(-1)!
      expect(clock(held.at)).toBe('05-05 19:00')
      expect(held.gates[0]).toEqual({
        gate: 'still-active',
        answer: 'hold',
        until: local(until),
        detail: 'no data',
      })
    },
  )

  test('holds by the clock what nobody knows, for a quarter', () => {
    const book = rulesWith(
      '  - { id: low, per: container, schedule: "daily 08:00", when: c.fill < 30.0, post: low }',
      'quiet: { daily: "21:00-09:00" }, budget: { min_gap: 0s }',
    )
    const nightBefore: Cue = { at: local('2026-05-04T20:15'), fill: 20, of: paper }
    const { decisions } = play([nightBefore], local('2026-05-05T09:10'), { book })
    const held = decisions.filter(({ because }) => because === 'gate-held').at(-1)!
    expect([clock(held.at), held.gates[0]]).toEqual([
      '05-05 09:00',
      {
        gate: 'still-active',
        answer: 'hold',
        until: local('2026-05-05T09:15'),
        detail: 'no data',
      },
    ])
  })

  describe('drops "has room again" overnight', () => {
    const evening = local('2026-05-05T18:00')
    const rules = fullRule('clear: c.fill < 70.0, for: 30m, clear_for: 115m, close_post: room')
    // Full until seven, then room; that is news five minutes to nine, and waits for the morning.
    const cues = levels(paper, evening, 30 * MINUTE, [95, 95, 20])
    const close = (more: readonly Cue[], until = '07:00') => {
      const quiet = `quiet: { daily: "20:30-${until}" }`
      const { decisions } = play([...cues, ...more], local('2026-05-06T07:10'), {
        book: rulesWith(rules, quiet),
      })
      const last = decisions.filter(({ outcome }) => outcome).at(-1)!
      return [clock(last.at), last.because, last.gates[0]]
    }
    const level = (at: string, fill: number): Cue => ({
      at: local(`2026-05-06T${at}`),
      fill,
      of: paper,
    })

    test('when nobody knows any more', () => {
      // The last level is of seven in the evening.
      expect(close([], '07:10')).toEqual([
        '05-06 07:10',
        'gate-dropped',
        { gate: 'still-active', answer: 'drop', detail: 'no data' },
      ])
    })

    test.each([
      ['when it is full again', [level('06:50', 95)]],
      ['when it was, and has begun to be neither', [level('06:45', 95), level('06:50', 80)]],
    ])('%s', (_, more) => {
      expect(close([level('01:00', 20), ...more])).toEqual([
        '05-06 07:00',
        'gate-dropped',
        { gate: 'still-active', answer: 'drop', detail: 'true again' },
      ])
    })

    test('but not when there is room', () => {
      expect(close([level('01:00', 20)])).toMatchObject([
        '05-06 07:00',
        'posted',
        { answer: 'pass' },
      ])
    })
  })
})

describe('stale', () => {
  // It waits for company until a quarter past ten.
  const due = later(15 * MINUTE)
  const resumed = (lateMs: number) =>
    [
      { at: ten, fill: 95, of: paper },
      { at: after(due, lateMs), resumed: true },
    ] as const
  const stale = (because: Decision['because'], lateMs: number) =>
    answer('stale', because, fullRule('for: 0s'), resumed(lateMs), 3 * HOUR).answer

  test('drops what is more than two hours late', () => {
    expect(stale('gate-dropped', 2 * HOUR + 1)).toEqual({
      gate: 'stale',
      answer: 'drop',
      detail: '120 min late',
    })
    expect(stale('gate-dropped', 2 * HOUR + 31_000)).toMatchObject({ detail: '121 min late' })
    expect(stale('gate-dropped', 2 * HOUR)).toBeUndefined()
  })

  test('holds everything while the messages of the downtime come in', () => {
    expect(stale('gate-held', 2 * HOUR)).toEqual({
      gate: 'stale',
      answer: 'hold',
      until: after(due, 2 * HOUR + 5 * MINUTE),
      detail: 'catching up',
    })
  })
})

describe('suppressed', () => {
  const muted = fullRule(
    'close_post: room, suppress: [{ id: mute, when: "c.full_reports_2h > 0", max: 30m }]',
  )
  const mute: Cue = { at: after(ten, -MINUTE), report: 'full', of: paper, who: 'a' }

  test('holds for its longest, to the instant', () => {
    const cues = [mute, ...levels(paper, ten, 10 * MINUTE, same(95, 6))]
    expect(posts(muted, cues, HOUR)).toEqual([['open', 30]])
  })

  test('has nothing to say of an end', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, ten, 10 * MINUTE, [95, 95, 20]),
      { ...mute, at: later(15 * MINUTE) },
    ]
    expect(posts(muted, cues, HOUR)).toEqual([
      ['open', 0],
      ['close', 20],
    ])
  })
})

describe('inhibited', () => {
  const both = [
    '  - { id: any, per: station, when: s.full >= 1, channel: staff, post: any }',
    '  - { id: full, per: station, when: s.full >= 1 && s.containers > 0, clear: s.unknown > 1, inhibited_by: [any], post: full, close_post: room }',
  ].join('\n')

  test('holds a station’s rule while another of the station is active, for a quarter at a time', () => {
    expect(
      answer('inhibited', 'gate-held', both, [{ at: ten, fill: 95, of: paper }], HOUR, free),
    ).toEqual({
      at: '05-05 10:00',
      answer: {
        gate: 'inhibited',
        answer: 'hold',
        until: later(15 * MINUTE),
        detail: 'any',
      },
    })
  })

  test('has nothing to say of an end', () => {
    const rules = [
      '  - { id: high, per: container, when: c.fill < 70.0, channel: staff, post: high }',
      fullRule('inhibited_by: [high], close_post: room'),
    ].join('\n')
    const said = posts(rules, levels(paper, ten, 10 * MINUTE, [95, 20]), HOUR)
    expect(said.filter(([, at]) => at !== 0)).toEqual([
      ['close', 10],
      ['open', 10],
    ])
  })
})

describe('post-at', () => {
  const cues = [
    ...levels(paper, ten, HOUR, same(95, 9)),
    { at: later(9 * HOUR), fill: 20, of: paper },
  ]

  test('holds until its time, to the instant, and no end', () => {
    const rules = fullRule('close_post: room, post_at: "16:00"')
    expect(posts(rules, cues, 10 * HOUR)).toEqual([
      ['open', 6 * 60],
      ['close', 9 * 60],
    ])
    expect(answer('post-at', 'gate-held', rules, cues, 10 * HOUR, free)).toEqual({
      at: '05-05 10:00',
      answer: { gate: 'post-at', answer: 'hold', until: local('2026-05-05T16:00') },
    })
    expect(answer('post-at', 'posted', rules, cues, 10 * HOUR, free).answer).toEqual({
      gate: 'post-at',
      answer: 'pass',
    })
  })

  test('lets pass for two hours after its time, and then not before the next day', () => {
    const at = (time: string) =>
      posts(fullRule(`post_at: "${time}"`), cues.slice(0, 9), 26 * HOUR)[0]![1]
    expect(at('10:00')).toBe(0)
    expect(at('08:01')).toBe(0)
    // Two hours to the minute is too long ago.
    expect(posts(fullRule('post_at: "08:00"'), cues.slice(0, 9), 8 * HOUR)).toEqual([])
  })
})

describe('cooldown', () => {
  const fills = levels(paper, ten, 10 * MINUTE, [95, 20, 95, 95, 95, 95, 95, 20])
  const rules = fullRule('cooldown: 45m, close_post: room')

  test('holds the next opening until it is over, to the instant, and no end', () => {
    expect(posts(rules, fills, 2 * HOUR)).toEqual([
      ['open', 0],
      ['close', 10],
      ['open', 45],
      ['close', 70],
    ])
    expect(answer('cooldown', 'gate-held', rules, fills, 2 * HOUR, free)).toEqual({
      at: '05-05 10:20',
      answer: { gate: 'cooldown', answer: 'hold', until: later(45 * MINUTE) },
    })
  })

  test('is each container’s own', () => {
    const both = [...fills.slice(0, 2), { at: later(5 * MINUTE), fill: 95, of: plastic }]
    expect(posts(rules, both, HOUR)).toEqual([
      ['open', 0],
      ['open', 5],
      ['close', 10],
    ])
  })
})
