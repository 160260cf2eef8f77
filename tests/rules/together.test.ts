import { describe, expect, test } from 'vitest'

import { castTown, ekudden } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
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
const [paper, plastic, glass] = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'] as const
const every10 = (of: string, fills: readonly number[], from = ten) =>
  levels(of, from, 10 * MINUTE, fills)

describe('a rule that absorbs another', () => {
  const station = `  - { id: full, per: container, when: c.full, for: 10m, post: full }
  - { id: all, per: station, when: s.full >= 2, for: 10m, priority: 90, absorbs: [full], post: all }`

  test('for the station speaks for its containers, in the same post and afterwards', () => {
    const cues = [
      ...every10(paper, same(95, 12)),
      ...every10(plastic, same(95, 12)),
      ...every10(glass, same(95, 12), later(HOUR)),
    ]
    const { posts, decisions } = play(cues, later(3 * HOUR), { book: rulesWith(station) })
    expect(posts.map(tellPost)).toEqual(['05-05 10:25 open: all 901'])
    const absorbed = decisions.filter((d) => d.because === 'absorbed')
    expect(absorbed.map(tellDecision)).toEqual([
      '05-05 10:25 full 901-paper-1 active→active absorbed',
      '05-05 10:25 full 901-plastic-1 active→active absorbed',
      '05-05 11:25 full 901-clear-glass-1 active→active absorbed',
    ])
    expect(absorbed.every((d) => d.postKey === posts[0]!.key && d.outcome === 'dropped')).toBe(true)
  })

  test('speaks for none once it is over, nor when it has been taken back', () => {
    const cues = [
      ...every10(paper, [...same(95, 6), ...same(20, 12)]),
      ...every10(plastic, same(95, 18)),
      ...every10(glass, same(95, 12), later(90 * MINUTE)),
    ]
    const alone = rulesWith(
      station.replace('s.full >= 2', 's.full >= 2 && s.full * 2 < s.containers * 3'),
    )
    const { posts } = play(cues.slice(0, 36), later(3 * HOUR), { book: alone })
    expect(posts.map(tellPost)).toEqual(['05-05 10:25 open: all 901'])

    const { goOn } = createPlay({ book: rulesWith(station) })
    const until = later(80 * MINUTE)
    const both = [...every10(paper, same(95, 20)), ...every10(plastic, same(95, 20))]
    const [post] = goOn(
      both.filter(({ at }) => at <= until),
      until,
    ).posts
    const after80 = both.filter(({ at }) => at > until)
    const glassFull = every10(glass, same(95, 12), later(90 * MINUTE))
    const correction: Cue = {
      at: until,
      told: { type: 'post-corrected', post: post!, actor: 'Kim' },
    }
    const then = goOn([correction, ...after80, ...glassFull], later(3 * HOUR))
    expect(then.posts.map(tellPost)).toEqual([
      '05-05 10:25 open: all 901',
      '05-05 11:20 correction: all 901',
      '05-05 11:55 open: full 901-clear-glass-1',
    ])
  })

  test('does not speak for them when it stood there without having been told', () => {
    const cooling = rulesWith(station.replace('priority: 90', 'priority: 90, cooldown: 5h'))
    const cues = [
      ...every10(paper, [...same(95, 6), ...same(20, 6), ...same(95, 12)]),
      ...every10(plastic, [...same(95, 6), ...same(20, 6), ...same(95, 12)]),
    ]
    expect(play(cues, later(4 * HOUR), { book: cooling }).posts.map(tellPost)).toEqual([
      '05-05 10:25 open: all 901',
      '05-05 12:25 open: full 901-paper-1, full 901-plastic-1',
    ])
  })

  test('for a container speaks for that container alone', () => {
    const book = rulesWith(
      `  - { id: full, per: container, when: c.full, for: 10m, post: full }
  - { id: brimful, per: container, when: c.fill > 97.0, for: 10m, priority: 70, absorbs: [full], post: brimful }`,
    )
    const cues = [...every10(paper, same(99, 6)), ...every10(plastic, same(95, 6))]
    expect(play(cues, later(2 * HOUR), { book }).posts.map(tellPost)).toEqual([
      '05-05 10:25 open: brimful 901-paper-1, full 901-plastic-1',
    ])
    // Told before, it speaks for what becomes of the same container, and of no other.
    const late = rulesWith(
      `  - { id: full, per: container, when: c.full, for: 60m, post: full }
  - { id: brimful, per: container, when: c.fill > 97.0, for: 10m, priority: 70, absorbs: [full], post: brimful }`,
    )
    const { posts, decisions } = play(
      [...every10(paper, same(99, 9)), ...every10(plastic, same(95, 9))],
      later(3 * HOUR),
      { book: late },
    )
    expect(posts.map(tellPost)).toEqual([
      '05-05 10:25 open: brimful 901-paper-1',
      '05-05 11:15 open: full 901-plastic-1',
    ])
    expect(decisions.filter((d) => d.because === 'absorbed').map(tellDecision)).toEqual([
      '05-05 11:15 full 901-paper-1 active→active absorbed (budget)',
    ])
  })

  test('speaks for no other place than its own', () => {
    const cues = [
      ...every10(paper, same(95, 6)),
      ...every10(plastic, same(95, 6)),
      ...every10('902-paper-1', same(95, 6)),
    ]
    expect(play(cues, later(2 * HOUR), { book: rulesWith(station) }).posts.map(tellPost)).toEqual([
      '05-05 10:25 open: all 901',
      '05-05 10:28 open: full 902-paper-1',
    ])
  })

  test('waits with them when the budget holds it', () => {
    const tight = rulesWith(station, 'budget: { per_station_per_day: 1 }')
    const cues = [
      ...every10(glass, same(95, 30)),
      ...every10(paper, same(95, 24), later(HOUR)),
      ...every10(plastic, same(95, 24), later(HOUR)),
    ]
    const { decisions } = play(cues, later(5 * HOUR), { book: tight })
    expect(decisions.filter((d) => d.because === 'gate-held').map(tellDecision)).toEqual([
      '05-05 11:25 all 901 active→active gate-held (budget)',
      '05-05 11:25 full 901-paper-1 active→active gate-held (budget)',
      '05-05 11:25 full 901-plastic-1 active→active gate-held (budget)',
    ])
  })
})

describe('a rule that is inhibited', () => {
  const rules = (inhibitor: string, inhibited: string) =>
    rulesWith(
      `  - { id: loud, ${inhibitor}, post: loud }
  - { id: quiet, ${inhibited}, for: 10m, inhibited_by: [loud], post: quiet }`,
      'budget: { min_gap: 0s }',
    )
  const tell = (cues: readonly Cue[], book: ReturnType<typeof rules>, until = later(4 * HOUR)) =>
    play(cues, until, { book }).posts.map(tellPost)

  test('by a rule of the same container waits while that is active, a quarter at a time', () => {
    const book = rules(
      'per: container, when: c.fill > 90.0, clear: c.fill < 80.0',
      'per: container, when: c.fill > 50.0',
    )
    const cues = [
      ...every10(paper, [...same(95, 6), ...same(60, 12)]),
      ...every10(plastic, same(60, 18)),
    ]
    expect(tell(cues, book)).toEqual([
      '05-05 10:15 open: loud 901-paper-1, quiet 901-plastic-1',
      '05-05 11:15 open: quiet 901-paper-1',
    ])
  })

  test('still waits while that is clearing', () => {
    const book = rules(
      'per: container, when: c.fill > 90.0, clear: c.fill < 80.0, clear_for: 1h',
      'per: container, when: c.fill > 50.0',
    )
    const cues = every10(paper, [...same(95, 6), ...same(60, 18)])
    expect(tell(cues, book)).toEqual([
      '05-05 10:15 open: loud 901-paper-1',
      '05-05 12:00 open: quiet 901-paper-1',
    ])
  })

  test('by a rule of its station waits as well', () => {
    const book = rules('per: station, when: s.full >= 2', 'per: container, when: c.fill > 50.0')
    const cues = [
      ...every10(paper, [...same(95, 6), ...same(60, 12)]),
      ...every10(plastic, same(95, 18)),
      ...every10(glass, same(20, 18)),
      ...every10('902-paper-1', same(60, 18)),
    ]
    const said = tell(cues, book)
    expect(said.slice(0, 2)).toEqual([
      '05-05 10:15 open: loud 901',
      '05-05 10:25 open: quiet 902-paper-1',
    ])
    expect(said.slice(2)).toEqual(['05-05 11:15 open: quiet 901-paper-1, quiet 901-plastic-1'])
  })

  test('by a rule that is only pending does not wait', () => {
    const book = rules(
      'per: container, when: c.fill > 90.0, for: 3h',
      'per: container, when: c.fill > 50.0',
    )
    expect(tell(every10(paper, same(95, 6)), book, later(HOUR))).toEqual([
      '05-05 10:25 open: quiet 901-paper-1',
    ])
  })

  test('names what inhibits it', () => {
    const book = rules('per: container, when: c.fill > 90.0', 'per: container, when: c.fill > 50.0')
    const { decisions } = play(every10(paper, same(95, 6)), later(HOUR), { book })
    const held = decisions.find((d) => d.because === 'gate-held')!
    expect(held.gates).toContainEqual({
      gate: 'inhibited',
      answer: 'hold',
      until: later(30 * MINUTE),
      detail: 'loud',
    })
  })
})

describe('a rule that posts at a time of day', () => {
  const book = rulesWith(
    '  - { id: full, per: container, when: c.full, for: 30m, post_at: "16:00", post: full, close_post: room }',
  )
  const at = (time: string) => local(`2026-05-05T${time}`)
  const tell = (cues: readonly Cue[], until = at('23:00')) =>
    play(cues, until, { book }).posts.map(tellPost)

  test.each([
    ['waits for it', '10:00', ['05-05 16:00 open: full 901-paper-1']],
    [
      'says at once what becomes news soon after it',
      '16:40',
      ['05-05 17:25 open: full 901-paper-1'],
    ],
    ['within two hours', '17:14', ['05-05 17:59 open: full 901-paper-1']],
    ['and not at two hours', '17:15', []],
  ])('%s', (_, from, expected) => {
    expect(tell(levels(paper, at(from), HOUR, same(95, 6)))).toEqual(expected)
  })

  test('says nothing of what is over by then, and of the end at once', () => {
    expect(tell(levels(paper, at('10:00'), HOUR, [95, 95, 20, 20]))).toEqual([])
    expect(tell(levels(paper, at('14:00'), HOUR, [95, 95, 95, 95, 20, 20]))).toEqual([
      '05-05 16:00 open: full 901-paper-1',
      '05-05 18:15 close: room 901-paper-1',
    ])
  })

  test('waits until the next day once it is late', () => {
    const { posts, decisions } = play(
      levels(paper, at('18:00'), HOUR, same(95, 30)),
      local('2026-05-06T20:00'),
      { book },
    )
    expect(posts.map(tellPost)).toEqual(['05-06 16:00 open: full 901-paper-1'])
    expect(decisions.find((d) => d.because === 'gate-held')!.gates).toContainEqual({
      gate: 'post-at',
      answer: 'hold',
      until: local('2026-05-06T16:00'),
    })
  })
})

describe('threads', () => {
  const book = rulesWith(
    `  - { id: full, per: container, when: c.full, for: 10m, post: full, close_post: room }
  - { id: lost, per: container, when: c.sensor_silent_min > 60.0, channel: staff, post: lost }`,
    'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 99 }',
  )
  const replies = (cues: readonly Cue[], until = later(9 * HOUR)) => {
    const { posts } = play(cues, until, { book })
    return posts.map(({ kind, replyTo, audience }) => [
      `${audience} ${kind}`,
      posts.findIndex(({ key }) => key === replyTo),
    ])
  }

  test('an end replies to its own beginning, also when the station has said something since', () => {
    expect(
      replies(
        [
          ...every10(paper, [95, 95, 95, 95, 95, 20]),
          ...every10(plastic, same(95, 6), later(20 * MINUTE)),
        ],
        later(HOUR),
      ),
    ).toEqual([
      ['public open', -1],
      ['public open', 0],
      ['public close', 0],
    ])
  })

  test('at two hours it is a reply still, and later not', () => {
    const cues = (ms: number): readonly Cue[] => [
      ...levels(paper, ten, 10 * MINUTE, same(95, 2)),
      { at: later(10 * MINUTE + ms), fill: 20, of: paper },
    ]
    expect(
      replies(cues(2 * HOUR), later(3 * HOUR)).filter(([who]) => who !== 'staff open'),
    ).toEqual([
      ['public open', -1],
      ['public close', 0],
    ])
    expect(
      replies(cues(2 * HOUR + 1), later(3 * HOUR)).filter(([who]) => who !== 'staff open'),
    ).toEqual([
      ['public open', -1],
      ['public close', -1],
    ])
  })

  test('an old beginning is no thread, the station’s newest post is', () => {
    expect(
      replies(
        [
          ...every10(paper, [...same(95, 20), 20]),
          ...every10(plastic, same(95, 18), later(90 * MINUTE)),
        ],
        later(4 * HOUR),
      ).filter(([who]) => who !== 'staff open'),
    ).toEqual([
      ['public open', -1],
      ['public open', 0],
      ['public close', 1],
    ])
  })

  test('words to the staff are in no thread, and are none', () => {
    const { posts } = play(
      [...every10(paper, same(95, 2)), ...every10(plastic, same(95, 2), later(80 * MINUTE))],
      later(100 * MINUTE),
      { book },
    )
    expect(
      posts.map(({ audience, replyTo }) => [
        audience,
        posts.findIndex(({ key }) => key === replyTo),
      ]),
    ).toEqual([
      ['public', -1],
      ['staff', -1],
      ['public', 0],
    ])
  })
})

test('words to the staff cost nothing of the day', () => {
  const book = rulesWith(
    `  - { id: full, per: container, when: c.full, channel: staff, post: full }`,
    'group_wait: 0s, budget: { per_station_per_day: 1, per_account_per_day: 1 }',
  )
  const { posts, kept } = play(
    [paper, plastic, '902-paper-1'].map((of, i): Cue => ({ at: later(i), fill: 95, of })),
    later(HOUR),
    { book },
  )
  expect(posts.map(({ audience, at }) => [audience, at])).toEqual([
    ['staff', ten],
    ['staff', later(1)],
    ['staff', later(2)],
  ])
  expect(kept.state.has('account')).toBe(false)
})

describe('a radio gateway that is down', () => {
  const book = rulesWith(
    '  - { id: lost, per: container, channel: staff, when: c.sensor_silent_min > 60.0 && !s.gateway_down, post: lost, close_post: found }',
    'group_wait: 0s',
  )
  const gateway = (ms: number, state: 'down' | 'up', stations = [ekudden.id]): Cue => ({
    at: later(ms),
    told: { type: 'gateway', stationIds: stations, state },
  })
  const tell = (cues: readonly Cue[], until = later(3 * HOUR)) =>
    play(
      [{ at: ten, fill: 40, of: paper }, { at: ten, fill: 40, of: '902-paper-1' }, ...cues],
      until,
      { book },
    ).posts.map(tellPost)

  test('explains the silence of its stations’ sensors, and of no others', () => {
    expect(tell([gateway(MINUTE, 'down')])).toEqual(['05-05 11:00 open: lost 902-paper-1'])
  })

  test('takes the word back as soon as it is known, and says it again when it is up', () => {
    expect(tell([gateway(90 * MINUTE, 'down'), gateway(2 * HOUR, 'up')])).toEqual([
      '05-05 11:00 open: lost 901-paper-1',
      '05-05 11:00 open: lost 902-paper-1',
      '05-05 11:30 close: found 901-paper-1',
      '05-05 12:00 open: lost 901-paper-1',
    ])
  })

  test('of stations nobody knows is history; of some, it is of those', () => {
    const unknown = '1490-999' as typeof ekudden.id
    const { applied, kept } = play(
      [gateway(0, 'down', [unknown]), gateway(1, 'down', [unknown, ekudden.id])],
      later(2),
      { book },
    )
    expect(applied).toEqual([{ kind: 'history', because: 'unknown-station' }, { kind: 'now' }])
    expect(kept.state.get('station|1490-901')).toBe('{"full":[],"room":[],"gatewayDown":true}')
    const again = play([gateway(HOUR, 'up')], later(HOUR), { book, kept })
    expect(again.kept.state.has('station|1490-901')).toBe(false)
  })

  test('is known over a restart', () => {
    const before = play([{ at: ten, fill: 40, of: paper }, gateway(1, 'down')], later(MINUTE), {
      book,
    })
    expect(play([], later(3 * HOUR), { book, kept: before.kept, town: castTown }).posts).toEqual([])
  })
})
