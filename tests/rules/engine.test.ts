import { describe, expect, test } from 'vitest'

import type { Town } from '#src/stations/station.ts'
import { castTown, deviceId, ekudden, hamnen } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  bookOf,
  borasRules,
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
const paper = '901-paper-1'
const plastic = '901-plastic-1'
const glass = '901-clear-glass-1'
const every10 = (of: string, fills: readonly number[], from = ten) =>
  levels(of, from, 10 * MINUTE, fills)

describe('what becomes a post, and when', () => {
  const rows: readonly (readonly [string, readonly Cue[], number, readonly string[]])[] = [
    [
      'two containers that pass 85 % within a quarter make one post, thirty minutes and a quarter after the first',
      [...every10(paper, same(92, 7)), ...every10(plastic, same(95, 7), later(4 * MINUTE))],
      3 * HOUR,
      ['05-05 10:45 open: full 901-paper-1, full 901-plastic-1'],
    ],
    ['a lid left open for twenty minutes is no news', every10(paper, [92, 92, 40]), 5 * HOUR, []],
    [
      'a level that hops between 84 and 86 for six hours makes one post',
      levels(
        paper,
        ten,
        15 * MINUTE,
        Array.from({ length: 24 }, (_, i) => (i % 2 ? 84 : 86)),
      ),
      6 * HOUR,
      ['05-05 10:45 open: full 901-paper-1'],
    ],
    ['eighty percent alone is not full', every10(paper, same(80, 12)), 3 * HOUR, []],
    [
      'eighty percent and one resident are',
      [...every10(paper, same(80, 12)), { at: later(MINUTE), report: 'full', of: paper, who: 'a' }],
      3 * HOUR,
      ['05-05 10:46 open: full 901-paper-1'],
    ],
    [
      'two residents outweigh a sensor at 55 %',
      [
        ...every10(paper, same(55, 12)),
        { at: later(MINUTE), report: 'full', of: paper, who: 'a' },
        { at: later(60 * MINUTE), report: 'full', of: paper, who: 'b' },
      ],
      2 * HOUR + 10 * MINUTE,
      ['05-05 11:45 open: full 901-paper-1'],
    ],
    [
      'one resident who says so three times counts once',
      [
        ...every10(paper, same(55, 12)),
        ...[1, 2, 3].map((m): Cue => {
          return { at: later(m * MINUTE), report: 'full', of: paper, who: 'a' }
        }),
      ],
      3 * HOUR,
      [],
    ],
    [
      'one of the staff is believed against the sensor',
      [
        ...every10(paper, same(55, 12)),
        { at: later(MINUTE), report: 'full', of: paper, who: 'crew', by: 'staff' },
      ],
      100 * MINUTE,
      ['05-05 10:46 open: full 901-paper-1'],
    ],
    [
      'two hundred reports from one street weigh no more than three',
      [
        ...Array.from({ length: 200 }, (_, i): Cue => {
          return { at: later(i * 3000), report: 'full', of: paper, who: `r${i}` }
        }),
        { at: later(15 * MINUTE), report: 'has-room', of: paper, who: 'crew', by: 'staff' },
      ],
      3 * HOUR,
      [],
    ],
    [
      'full at ten in the evening waits for seven in the morning',
      levels(paper, local('2026-05-05T22:00'), HOUR, same(95, 12)),
      24 * HOUR,
      ['05-06 07:00 open: full 901-paper-1'],
    ],
    [
      'full at ten in the evening and emptied at five is no news',
      [
        ...levels(paper, local('2026-05-05T22:00'), HOUR, same(95, 7)),
        { at: local('2026-05-06T05:00'), emptied: local('2026-05-06T05:00'), of: paper },
      ],
      24 * HOUR,
      [],
    ],
    [
      'room again follows up the post, as a reply',
      every10(paper, [...same(92, 6), ...same(20, 8)]),
      3 * HOUR,
      ['05-05 10:45 open: full 901-paper-1', '05-05 11:35 close: space_again 901-paper-1'],
    ],
    [
      'room again is not said of what was never said to be full',
      every10(paper, [...same(92, 4), ...same(20, 8)]),
      3 * HOUR,
      [],
    ],
    [
      'a dip below 70 % for ten minutes is not room again',
      every10(paper, [...same(92, 6), 60, ...same(92, 6)]),
      2 * HOUR,
      ['05-05 10:45 open: full 901-paper-1'],
    ],
    [
      'a whole station that fills is one post, for the station',
      [paper, plastic, glass].flatMap((of) => every10(of, same(96, 9))),
      3 * HOUR,
      ['05-05 10:45 open: station_nearly_all_full 901'],
    ],
    [
      'a container that fills after its station was told is not told again',
      [
        ...[paper, plastic, glass].flatMap((of) => every10(of, same(96, 18))),
        ...every10(paper, [40, 40, 40, ...same(96, 8)], later(90 * MINUTE + 1)),
      ],
      6 * HOUR,
      ['05-05 10:45 open: station_nearly_all_full 901'],
    ],
    [
      'a reading twenty minutes late and older than the newest changes nothing',
      [
        ...every10(paper, same(40, 6)),
        { at: later(25 * MINUTE), measured: later(5 * MINUTE), fill: 99, of: paper },
      ],
      3 * HOUR,
      [],
    ],
    [
      'a level measured before the emptying and arriving after it is history',
      [
        ...every10(paper, same(40, 2)),
        { at: later(20 * MINUTE), emptied: later(20 * MINUTE), of: paper },
        { at: later(21 * MINUTE), measured: later(19 * MINUTE), fill: 99, of: paper },
      ],
      3 * HOUR,
      [],
    ],
    [
      'a fault is never a level: it neither fills nor empties',
      [
        ...every10(paper, same(92, 6)),
        ...Array.from({ length: 12 }, (_, i): Cue => {
          return { at: later((61 + i * 10) * MINUTE), fault: 'no-echo', of: paper }
        }),
      ],
      4 * HOUR,
      ['05-05 10:45 open: full 901-paper-1'],
    ],
  ]
  test.each(rows)('%s', (_, cues, forMs, expected) => {
    const start = cues[0]!.at
    const { posts } = play(cues, after(start, forMs))
    const said = posts.filter((post) => post.audience === 'public')
    expect(said.map(tellPost)).toEqual(expected)
  })
})

test('the post says everything there is to say', () => {
  const roomAtHamnen = levels('902-paper-1', ten, 10 * MINUTE, same(30, 5))
  const { posts } = play([...every10(paper, same(92, 5)), ...roomAtHamnen], later(HOUR))
  expect(posts).toEqual([
    {
      key: 'b9b7a23a32ef3ef9',
      at: later(45 * MINUTE),
      stationId: ekudden.id,
      audience: 'public',
      kind: 'open',
      priority: 60,
      sendAt: later(46 * MINUTE),
      expiresAt: later(46 * MINUTE + 2 * HOUR),
      items: [
        {
          ruleId: 'full',
          episode: `full|1490-901-paper-1|${ten}`,
          subject: box(paper),
          template: 'full',
          containerId: box(paper),
          fraction: 'paper',
          since: ten,
          source: 'sensor',
          fillPercent: 92,
          alternative: {
            stationId: hamnen.id,
            name: 'Hamnen',
            distanceM: expect.closeTo(593.9, 0),
          },
        },
      ],
    },
  ])
})

test('a follow-up replies to the post that it follows', () => {
  const { posts } = play(every10(paper, [...same(92, 6), ...same(20, 8)]), later(3 * HOUR))
  expect(posts[1]!.replyTo).toBe(posts[0]!.key)
})

test('news of a station within two hours of its newest post is a reply to it, later news is not', () => {
  const { posts } = play(
    [
      ...every10(paper, same(92, 40)),
      ...every10(plastic, same(92, 30), later(HOUR)),
      ...levels(glass, later(4 * HOUR), 10 * MINUTE, same(80, 20)),
      { at: later(4 * HOUR), report: 'full', of: glass, who: 'a' },
    ],
    later(6 * HOUR),
    { book: bookOf(borasRules.replace('s.containers >= 3', 's.containers >= 4')) },
  )
  expect(posts.map((post) => [tellPost(post), post.replyTo])).toEqual([
    ['05-05 10:45 open: full 901-paper-1', undefined],
    ['05-05 11:45 open: full 901-plastic-1', posts[0]!.key],
    ['05-05 14:45 open: full 901-clear-glass-1', undefined],
  ])
})

test('every step is written down once, with its reason', () => {
  const cues = every10(paper, [...same(92, 6), ...same(20, 8)])
  expect(play(cues, later(3 * HOUR)).decisions.map(tellDecision)).toEqual([
    '05-05 10:00 full 901-paper-1 idle→pending condition-true',
    '05-05 10:30 full 901-paper-1 pending→active held-long-enough',
    '05-05 10:30 full 901-paper-1 active→active grouped',
    '05-05 10:45 full 901-paper-1 active→active posted',
    '05-05 11:00 full 901-paper-1 active→clearing clear-condition-true',
    '05-05 11:20 full 901-paper-1 clearing→idle cleared',
    '05-05 11:20 full 901-paper-1 idle→idle grouped',
    '05-05 11:35 full 901-paper-1 idle→idle posted',
  ])
})

test('a decision shows clauses, evidence and every gate', () => {
  const cues: readonly Cue[] = [
    ...every10(paper, same(55, 12)),
    { at: later(MINUTE), report: 'full', of: paper, who: 'secret-a' },
    { at: later(2 * MINUTE), report: 'full', of: paper, who: 'secret-b' },
  ]
  const { decisions } = play(cues, later(50 * MINUTE))
  const posted = decisions.find((decision) => decision.because === 'posted')!
  expect(posted).toMatchObject({
    at: later(47 * MINUTE),
    ruleId: 'full',
    subject: box(paper),
    from: 'active',
    to: 'active',
    outcome: 'posted',
    heldMs: 45 * MINUTE,
    clauses: [{ source: 'c.full', value: true, facts: { 'c.full': true } }],
    evidence: {
      sum: expect.closeTo(1.01, 2),
      parts: [
        { what: 'prior', weight: -1 },
        {
          what: 'sensor',
          weight: expect.closeTo(-0.99, 2),
          fillPercent: 55,
          at: later(40 * MINUTE),
        },
        { what: 'report', weight: 1.5, at: later(2 * MINUTE) },
        { what: 'report', weight: 1.5, at: later(MINUTE) },
      ],
    },
    gates: [
      { gate: 'still-active', answer: 'pass' },
      { gate: 'stale', answer: 'pass' },
      { gate: 'silenced', answer: 'pass' },
      { gate: 'suppressed', answer: 'pass' },
      { gate: 'inhibited', answer: 'pass' },
      { gate: 'quiet-hours', answer: 'pass' },
      { gate: 'post-at', answer: 'pass' },
      { gate: 'cooldown', answer: 'pass' },
      { gate: 'budget', answer: 'pass', detail: '0/4, 0/90' },
    ],
  })
  expect(JSON.stringify(decisions)).not.toContain('secret')
})

describe('silence and the unknown', () => {
  test('a sensor that dies while full is posted: active for six hours more, then closed without a word', () => {
    const { posts, decisions } = play(every10(paper, same(95, 7)), later(30 * HOUR))
    expect(posts.filter((p) => p.audience === 'public').map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
    ])
    expect(
      decisions
        .filter((d) => d.ruleId === 'full')
        .slice(4)
        .map(tellDecision),
    ).toEqual([
      '05-05 23:00 full 901-paper-1 active→active waiting-for-data',
      '05-06 05:00 full 901-paper-1 active→idle no-data-closed',
    ])
  })

  test('a sensor that dies while pending makes no post', () => {
    const { posts, decisions } = play([{ at: ten, fill: 95, of: paper }], later(30 * HOUR), {
      book: bookOf(borasRules.replace('for: 30m', 'for: 13h')),
    })
    expect(posts.filter((p) => p.audience === 'public')).toEqual([])
    expect(decisions.filter((d) => d.ruleId === 'full').map(tellDecision)).toEqual([
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
      '05-05 22:00 full 901-paper-1 pending→pending waiting-for-data',
      '05-06 04:00 full 901-paper-1 pending→idle no-data-closed',
    ])
  })

  test('room again, held over a Sunday night, is not said when the sensor has fallen silent meanwhile', () => {
    const saturday = local('2026-05-09T19:30')
    const fills = [...same(92, 6), ...same(20, 3)]
    const cues = levels(paper, saturday, 10 * MINUTE, fills)
    const { posts, decisions } = play(cues, after(saturday, 15 * HOUR))
    expect(posts.filter((p) => p.audience === 'public').map(tellPost)).toEqual([
      '05-09 20:15 open: full 901-paper-1',
    ])
    expect(
      decisions
        .filter((d) => d.ruleId === 'full')
        .slice(-2)
        .map(tellDecision),
    ).toEqual([
      '05-09 21:05 full 901-paper-1 idle→idle gate-held (quiet-hours)',
      '05-10 09:00 full 901-paper-1 idle→idle gate-dropped (still-active)',
    ])
  })

  test('knowing that it is not over is not knowing that it is so: a pending rule waits', () => {
    const book = rulesWith(
      `  - { id: full, per: container, when: c.fill > 80.0, clear: c.sensor_silent_min > 2000.0, for: 13h, post: full }`,
    )
    const faults = Array.from({ length: 20 }, (_, i): Cue => {
      return { at: later(i * HOUR + MINUTE), fault: 'no-echo', of: paper }
    })
    const { decisions } = play([{ at: ten, fill: 95, of: paper }, ...faults], later(20 * HOUR), {
      book,
    })
    expect(decisions.map(tellDecision)).toEqual([
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
      '05-05 22:00 full 901-paper-1 pending→pending waiting-for-data',
      '05-06 04:00 full 901-paper-1 pending→idle no-data-closed',
    ])
  })

  test('the staff hear of a silent sensor after twelve hours and two more, also at night', () => {
    const { posts } = play([{ at: ten, fill: 40, of: paper }], later(30 * HOUR))
    expect(posts.map((post) => [post.audience, tellPost(post)])).toEqual([
      ['staff', '05-06 00:15 open: sensor_silent 901-paper-1'],
    ])
  })

  test('a sensor that only reports faults is heard of, but its old level stops counting', () => {
    const faults = Array.from({ length: 30 }, (_, i): Cue => {
      return { at: later(i * HOUR + MINUTE), fault: 'no-echo', of: paper }
    })
    const { engine, goOn } = createPlay()
    const { posts } = goOn([{ at: ten, fill: 40, of: paper }, ...faults], later(30 * HOUR))
    expect(posts).toEqual([])
    expect(engine.status(box(paper), later(30 * HOUR))).toEqual({
      containerId: box(paper),
      word: 'unknown',
      unknownSince: later(12 * HOUR),
      fault: 'no-echo',
    })
  })

  test('a sensor that speaks once a day is believed for three days', () => {
    const { engine, goOn } = createPlay()
    goOn(levels(paper, ten, 24 * HOUR, [40, 41, 42]), later(60 * HOUR))
    expect(engine.status(box(paper), later(2 * 24 * HOUR + 71 * HOUR)).word).toBe('has-room')
    expect(engine.status(box(paper), later(2 * 24 * HOUR + 72 * HOUR)).word).toBe('unknown')
  })

  test('a silence is no interval: the sensor is not believed for longer because of it', () => {
    const { engine, goOn } = createPlay()
    const cues = [
      ...levels(paper, ten, 3 * HOUR, [40, 41, 42]),
      { at: later(26 * HOUR), fill: 43, of: paper },
    ]
    goOn(cues, later(26 * HOUR))
    expect(engine.status(box(paper), later(38 * HOUR - 1)).word).toBe('has-room')
    expect(engine.status(box(paper), later(38 * HOUR)).word).toBe('unknown')
  })

  test('a station whose sensors die does not have room again', () => {
    const book = bookOf(
      borasRules.replace(
        'post: station_nearly_all_full',
        'post: station_nearly_all_full\n    close_post: station_room',
      ),
    )
    const full = [paper, plastic, glass].flatMap((of) => every10(of, same(96, 9)))
    const { posts } = play(full, later(40 * HOUR), { book })
    expect(posts.filter((p) => p.audience === 'public').map(tellPost)).toEqual([
      '05-05 10:45 open: station_nearly_all_full 901',
    ])
  })
})

describe('the town changes', () => {
  const without = (name: string): Town => ({
    ...castTown,
    stations: castTown.stations.map((station) => ({
      ...station,
      containers: station.containers.filter((c) => !c.id.endsWith(name)),
    })),
  })

  test('a container taken away while full is closed without a post', () => {
    const { posts, decisions } = play(
      [...every10(paper, same(95, 10)), { at: later(2 * HOUR), town: without(paper) }],
      later(20 * HOUR),
    )
    expect(posts.map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1'])
    expect(tellDecision(decisions.at(-1)!)).toBe(
      '05-05 12:00 full 901-paper-1 active→idle container-removed',
    )
  })

  test('so is one taken away while the engine stood still', () => {
    const before = play(every10(paper, same(95, 10)), later(2 * HOUR))
    const { decisions, kept } = play([], later(3 * HOUR), {
      town: without(paper),
      kept: before.kept,
    })
    expect(decisions.map(tellDecision)).toEqual([
      '05-05 11:30 full 901-paper-1 active→idle container-removed',
    ])
    expect([...kept.state.keys()].filter((key) => key.includes(paper))).toEqual([])
  })

  test('a new container starts unknown, and counts neither as full nor as empty', () => {
    const town = without(paper)
    const { engine, goOn } = createPlay({ town })
    goOn([{ at: ten, town: castTown }], later(MINUTE))
    expect(engine.status(box(paper), later(MINUTE))).toEqual({
      containerId: box(paper),
      word: 'unknown',
    })
  })

  test('a container is unknown from the swap of its device until the new one speaks; the old is not heard', () => {
    const swapped: Town = {
      ...castTown,
      devices: [...castTown.devices, { id: deviceId('dev-new'), profile: 'native' }],
      mountings: [
        ...castTown.mountings.map((m) =>
          m.containerId === box(paper) ? { ...m, until: later(HOUR) } : m,
        ),
        { deviceId: deviceId('dev-new'), containerId: box(paper), from: later(HOUR) },
      ],
    }
    const { engine, goOn } = createPlay()
    goOn(
      [
        { at: ten, fill: 40, of: paper },
        { at: later(HOUR), town: swapped },
      ],
      later(HOUR),
    )
    expect(engine.status(box(paper), later(HOUR)).word).toBe('unknown')
    const { applied } = goOn(
      [
        { at: later(61 * MINUTE), fill: 99, of: paper },
        { at: later(62 * MINUTE), fill: 50, of: paper, device: 'dev-new' },
      ],
      later(2 * HOUR),
    )
    expect(applied.slice(2)).toEqual([
      { kind: 'history', because: 'other-device' },
      { kind: 'now' },
    ])
    expect(engine.status(box(paper), later(2 * HOUR))).toMatchObject({
      word: 'has-room',
      fillPercent: 50,
    })
  })
})

describe('gates', () => {
  test('a truck on its way holds a post for as long as its max, and no longer', () => {
    const book = rulesWith(
      `  - { id: full, per: container, when: c.full, for: 30m, post: full, suppress: [{ id: truck, when: "c.fill > 90.0", max: 4h }] }`,
    )
    const { posts, decisions } = play(every10(paper, same(95, 48)), later(8 * HOUR), { book })
    expect(posts.map(tellPost)).toEqual(['05-05 14:45 open: full 901-paper-1'])
    // Asked again every quarter of an hour, but written down once.
    expect(decisions.filter((d) => d.because === 'gate-held').map(tellDecision)).toEqual([
      '05-05 10:45 full 901-paper-1 active→active gate-held (suppressed)',
    ])
  })

  test('a rule is muted while one that inhibits it is active', () => {
    const book = rulesWith(
      `  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, for: 20m, post: full }
  - { id: soon, per: container, when: c.fill > 75.0, for: 20m, post: soon, inhibited_by: [full] }`,
    )
    const cues = every10(paper, [...same(95, 7), ...same(65, 1), ...same(78, 10)])
    const { posts } = play(cues, later(3 * HOUR), { book })
    expect(posts.map(tellPost)).toEqual([
      '05-05 10:35 open: full 901-paper-1',
      '05-05 11:55 open: soon 901-paper-1',
    ])
  })

  test('cooldown counts from the post, not from the episode', () => {
    const fills = [...same(92, 6), ...same(20, 6), ...same(92, 60)]
    const { posts } = play(every10(paper, fills), later(12 * HOUR))
    expect(posts.map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
      '05-05 11:35 close: space_again 901-paper-1',
      '05-05 16:45 open: full 901-paper-1',
    ])
  })

  test('the fifth post of a station in a day waits for the next morning', () => {
    const book = bookOf(
      borasRules
        .replace('cooldown: 6h', 'cooldown: 0s')
        .replace('when_spent: digest', 'when_spent: next_day'),
    )
    const start = local('2026-05-05T07:30')
    const cycle = [...same(92, 6), ...same(20, 6)]
    const fills = [...cycle, ...cycle, ...cycle, ...same(92, 60)]
    const { posts, decisions } = play(
      levels(paper, start, 10 * MINUTE, fills),
      local('2026-05-06T12:00'),
      { book },
    )
    expect(posts.map(tellPost)).toEqual([
      '05-05 08:15 open: full 901-paper-1',
      '05-05 09:05 close: space_again 901-paper-1',
      '05-05 10:15 open: full 901-paper-1',
      '05-05 11:05 close: space_again 901-paper-1',
      '05-06 07:00 open: full 901-paper-1',
    ])
    expect(decisions.filter((d) => d.because.startsWith('gate')).map(tellDecision)).toEqual([
      '05-05 12:15 full 901-paper-1 active→active gate-held (budget)',
      '05-05 14:15 full 901-paper-1 active→active gate-held (budget)',
      '05-06 00:00 full 901-paper-1 active→active gate-held (quiet-hours)',
    ])
  })

  test('the fifth post of a station in a day is in the digest at six, if it is still so', () => {
    const book = bookOf(borasRules.replace('cooldown: 6h', 'cooldown: 0s'))
    const start = local('2026-05-05T07:30')
    const cycle = [...same(92, 6), ...same(20, 6)]
    const fills = [...cycle, ...cycle, ...cycle, ...same(92, 60)]
    const { posts } = play(levels(paper, start, 10 * MINUTE, fills), local('2026-05-06T12:00'), {
      book,
    })
    expect(posts.slice(4).map(tellPost)).toEqual(['05-05 18:00 digest: full 901-paper-1'])
  })

  test('stations that are ready together post three minutes apart, the most important first', () => {
    const cues = [
      ...levels('903-paper-1', ten, 10 * MINUTE, same(92, 9)),
      ...levels('902-paper-1', ten, 10 * MINUTE, same(92, 9)),
      ...[paper, plastic, glass].flatMap((of) => every10(of, same(96, 9))),
    ]
    expect(play(cues, later(2 * HOUR)).posts.map(tellPost)).toEqual([
      '05-05 10:45 open: station_nearly_all_full 901',
      '05-05 10:48 open: full 902-paper-1',
      '05-05 10:51 open: full 903-paper-1',
    ])
  })
})

test('what is more important goes first, whichever station it is at', () => {
  const book = rulesWith(
    `  - { id: full, per: container, when: c.full, for: 30m, post: full }
  - { id: glass, per: container, when: c.full && c.fraction == "clear-glass", for: 30m, priority: 90, post: glass }`,
  )
  const cues = [
    ...every10(paper, same(92, 9)),
    ...levels('902-clear-glass-1', ten, 10 * MINUTE, same(92, 9)),
  ]
  expect(play(cues, later(2 * HOUR), { book }).posts.map(tellPost)).toEqual([
    '05-05 10:45 open: glass 902-clear-glass-1, full 902-clear-glass-1',
    '05-05 10:48 open: full 901-paper-1',
  ])
})

test('stations in line for the account keep their places over a restart', () => {
  const cues = ['901-paper-1', '902-paper-1', '903-paper-1'].flatMap((of) =>
    levels(of, ten, 5 * MINUTE, same(92, 2)),
  )
  let played = play(cues, later(10 * MINUTE))
  const said = [...played.posts]
  for (let minute = 11; minute < 60; minute++) {
    played = play([], later(minute * MINUTE), { kept: played.kept })
    said.push(...played.posts)
  }
  expect(said.map(tellPost)).toEqual([
    '05-05 10:45 open: full 901-paper-1',
    '05-05 10:48 open: full 902-paper-1',
    '05-05 10:51 open: full 903-paper-1',
  ])
})

test('two episodes within the same millisecond are two', () => {
  const book = rulesWith(
    '  - { id: full, per: container, when: c.fill > 80.0, post: full, close_post: room }',
    'group_wait: 0s, budget: { min_gap: 0s }',
  )
  const cues = [92, 20, 92].map((fill, i): Cue => {
    return { at: ten, measured: later(i - 2), fill, of: paper }
  })
  const { posts } = play(cues, later(MINUTE), { book })
  expect(posts.map((post) => post.kind)).toEqual(['open', 'close', 'open'])
  expect(new Set(posts.map((post) => post.key)).size).toBe(3)
})

test('a rule that no reading makes true is seen within a quarter of an hour', () => {
  const book = rulesWith('  - { id: big, per: station, when: s.containers >= 3, post: big }')
  const { decisions } = play([], later(0), { book })
  expect(decisions).toEqual([])
  const { posts } = play([{ at: ten, fill: 40, of: '903-paper-1' }], later(HOUR), { book })
  expect(posts.map((post) => [post.stationId, post.at <= later(30 * MINUTE)])).toEqual([
    [ekudden.id, true],
  ])
})

test('a report leaves the count at the very instant it is two hours old', () => {
  const book = rulesWith(
    '  - { id: many, per: container, when: c.full_reports_2h >= 2, for: 3h, post: many }',
  )
  const cues: readonly Cue[] = [
    { at: later(1), report: 'full', of: paper, who: 'a' },
    { at: later(2 * MINUTE), report: 'full', of: paper, who: 'b' },
  ]
  const { decisions } = play(cues, later(4 * HOUR), { book })
  expect(decisions.map((d) => [d.because, d.at])).toEqual([
    ['condition-true', later(2 * MINUTE)],
    ['reset-before-for', later(1 + 2 * HOUR)],
  ])
})

describe('after downtime', () => {
  test('the state goes on as if live, and what is more than two hours late is not said', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, ten, 10 * MINUTE, same(95, 2)),
      { at: later(4 * HOUR), resumed: true },
    ]
    const { posts, decisions } = play(cues, later(5 * HOUR))
    expect(posts).toEqual([])
    expect(decisions.map(tellDecision)).toEqual([
      '05-05 10:00 full 901-paper-1 idle→pending condition-true',
      '05-05 10:30 full 901-paper-1 pending→active held-long-enough',
      '05-05 10:30 full 901-paper-1 active→active grouped',
      '05-05 10:45 full 901-paper-1 active→active gate-dropped (stale)',
    ])
  })

  test('what is less late is said once the readings that queued have come in, if it is still true', () => {
    const cues = (queued: number): readonly Cue[] => [
      ...levels(paper, ten, 10 * MINUTE, same(95, 2)),
      { at: later(2 * HOUR), resumed: true },
      { at: later(2 * HOUR + MINUTE), measured: later(HOUR), fill: queued, of: paper },
    ]
    expect(play(cues(95), later(3 * HOUR)).posts.map(tellPost)).toEqual([
      '05-05 12:05 open: full 901-paper-1',
    ])
    expect(play(cues(20), later(3 * HOUR)).posts.map(tellPost)).toEqual([])
  })

  test('another restart while catching up does not end the wait', () => {
    // Due at 12:02, while readings of 11:17 to 12:00 are still to come in.
    const full = levels(paper, later(77 * MINUTE), 30_000, same(95, 2))
    const before = play(full, later(78 * MINUTE))
    const back = play([{ at: later(2 * HOUR), resumed: true }], later(2 * HOUR + MINUTE), {
      kept: before.kept,
    })
    const again = play([], later(3 * HOUR), { kept: back.kept })
    expect(back.posts).toEqual([])
    expect(again.posts.map(tellPost)).toEqual(['05-05 12:05 open: full 901-paper-1'])
  })

  test('what had fired before the stop is on time, also when a replay fires it late', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, ten, 10 * MINUTE, same(95, 2)),
      { at: later(6 * HOUR), resumed: true, firedUntil: later(HOUR) },
    ]
    expect(play(cues, later(7 * HOUR)).posts.map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
    ])
  })
})

describe('the rule file changes', () => {
  const before = play(every10(paper, same(82, 7)), later(HOUR))

  test('a new rule that is true already becomes active without a word', () => {
    const book = bookOf(
      `${borasRules}\n  - { id: high, per: container, when: c.fill > 80.0, for: 20m, post: high }\n`,
    )
    const { posts, decisions } = play(every10(paper, same(82, 20), later(HOUR)), later(5 * HOUR), {
      book,
      kept: before.kept,
    })
    expect(posts).toEqual([])
    expect(decisions.map(tellDecision)).toEqual([
      '05-05 11:00 high 901-paper-1 idle→active first-load-silent',
    ])
  })

  test('a rule that lowers its line posts nothing by itself', () => {
    const book = bookOf(borasRules.replace('when: c.full', 'when: c.fill >= 80.0'))
    const { posts } = play(every10(paper, same(82, 20), later(HOUR)), later(5 * HOUR), {
      book,
      kept: before.kept,
    })
    expect(posts).toEqual([])
  })

  test('a rule edited while active counts as told; room again is still said of what was said', () => {
    const full = play(every10(paper, same(92, 7)), later(HOUR))
    const book = bookOf(borasRules.replace('when: c.full', 'when: c.fill >= 80.0'))
    const { posts, decisions } = play(
      every10(paper, [92, 92, ...same(20, 9)], later(HOUR + MINUTE)),
      later(4 * HOUR),
      { book, kept: full.kept },
    )
    expect(posts.map(tellPost)).toEqual(['05-05 11:56 close: space_again 901-paper-1'])
    expect(tellDecision(decisions[0]!)).toBe(
      '05-05 11:00 full 901-paper-1 active→active rule-changed',
    )
  })

  test('an unchanged rule goes on where it was', () => {
    const half = play(every10(paper, same(92, 2)), later(10 * MINUTE))
    const book = bookOf(borasRules.replace('cooldown: 6h', 'cooldown: 5h'))
    const { posts } = play(every10(paper, same(92, 5), later(20 * MINUTE)), later(2 * HOUR), {
      book,
      kept: half.kept,
    })
    expect(posts.map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1'])
  })
})

test('a rule for missing data can fire, or close at once', () => {
  const book = rulesWith(
    `  - { id: lost, per: container, channel: staff, when: "c.fill < 0.0", on_missing: { then: fire, grace: 1h }, post: lost }
  - { id: high, per: container, when: "c.fill > 80.0", on_missing: { then: clear }, post: high }`,
    'group_wait: 0s',
  )
  const { posts, decisions } = play([{ at: ten, fill: 90, of: paper }], later(14 * HOUR), { book })
  const ours = (subject: string) => subject === box(paper)
  expect(posts.filter((p) => ours(p.items[0]!.subject)).map(tellPost)).toEqual([
    '05-05 10:00 open: high 901-paper-1',
    '05-05 23:00 open: lost 901-paper-1',
  ])
  expect(decisions.filter((d) => ours(d.subject) && d.ruleId === 'high').map(tellDecision)).toEqual(
    [
      '05-05 10:00 high 901-paper-1 idle→pending condition-true',
      '05-05 10:00 high 901-paper-1 pending→active held-long-enough',
      '05-05 10:00 high 901-paper-1 active→active posted',
      '05-05 22:00 high 901-paper-1 active→clearing clear-condition-true',
      '05-05 22:00 high 901-paper-1 clearing→idle no-data-closed',
    ],
  )
})
