import { describe, expect, test } from 'vitest'

import { ekudden, hamnen } from '#tests/support/town.ts'
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
import type { Cue, Played } from './scenario.ts'

const noon = local('2026-05-05T12:00')
const later = (ms: number) => after(noon, ms)
const [paper, plastic, glass] = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'] as const

const rules = `  - { id: full, per: container, when: c.full, for: 10m, post: full, close_post: room }`
const policy = (more = '') =>
  `group_wait: 5m, budget: { per_station_per_day: 1, per_account_per_day: 8, when_spent: digest${more} }`
const book = rulesWith(rules, policy())

/** One post for paper, then nothing is left for Ekudden that day. */
const spent = (of = paper): readonly Cue[] => levels(of, noon, HOUR, same(95, 14))
const plasticLater = levels(plastic, later(HOUR), HOUR, same(95, 14))

const tell = ({ posts }: Played) => posts.map(tellPost)
const about = ({ decisions }: Played, of: string) =>
  decisions.filter((d) => d.subject.endsWith(of)).map(tellDecision)

test('of an end the digest’s decision shows the clauses of the end, and who told the beginning is left as it was', () => {
  const clearing = rulesWith(
    rules.replace('post: full', 'clear: c.fill < 70.0, post: full'),
    policy(),
  )
  const cues: readonly Cue[] = [
    ...levels(paper, noon, HOUR, [95, 95, 20, 20, 20, 20, 20]),
    ...levels(plastic, later(3 * HOUR), HOUR, same(95, 4)),
  ]
  const { decisions, posts, kept } = play(cues, later(7 * HOUR), { book: clearing })
  const digested = decisions.filter(({ because }) => because === 'digested')
  expect(
    digested.map((d) => [d.subject, d.condition, d.clauses.map(({ source }) => source)]),
  ).toEqual([
    [box(paper), 'clear', ['c.fill < 70.0']],
    [box(plastic), 'when', ['c.full']],
  ])
  expect(digested.map((d) => d.clauses[0]!.facts)).toEqual([{ 'c.fill': 20 }, { 'c.full': true }])
  expect(
    digested.map((d) => d.evidence?.parts.find(({ what }) => what === 'sensor')),
  ).toMatchObject([{ fillPercent: 20 }, { fillPercent: 95 }])
  const digest = posts.at(-1)!
  const episode = (of: string) =>
    JSON.parse(kept.state.get(`episode|full|${box(of)}`)!) as Record<string, unknown>
  expect(episode(paper)).toMatchObject({ state: 'idle', lastPostedAt: posts[0]!.at })
  expect(episode(paper)).not.toHaveProperty('posted')
  expect(episode(plastic)).toMatchObject({ posted: { key: digest.key, at: digest.at } })
})

test('after the digest as after any post the account is silent for its gap', () => {
  const cues: readonly Cue[] = [
    ...spent(),
    ...plasticLater,
    // Ready to be told a minute after the digest.
    ...levels('902-paper-1', local('2026-05-05T17:46'), HOUR, same(95, 3)),
  ]
  expect(tell(play(cues, later(8 * HOUR), { book }))).toEqual([
    '05-05 12:15 open: full 901-paper-1',
    '05-05 18:00 digest: full 901-plastic-1',
    '05-05 18:03 open: full 902-paper-1',
  ])
})

test('the digest leaves the staff’s news alone, and tells what is most important first', () => {
  const mixed = rulesWith(
    `${rules}
  - { id: odd, per: container, when: c.fill > 97.0, channel: staff, suppress: [{ id: never, when: "c.fill > 0.0", max: 2d }], post: odd }
  - { id: all, per: station, when: s.full >= 2, for: 20m, priority: 70, post: all }`,
    policy(),
  )
  const cues: readonly Cue[] = [
    ...spent(),
    ...levels(plastic, later(HOUR), HOUR, same(98, 14)),
    ...levels(glass, later(2 * HOUR), HOUR, same(95, 14)),
  ]
  const played = play(cues, later(8 * HOUR), { book: mixed })
  expect(tell(played)).toEqual([
    '05-05 12:15 open: full 901-paper-1',
    '05-05 18:00 digest: all 901, full 901-plastic-1, full 901-clear-glass-1',
  ])
  expect(played.posts[1]!.priority).toBe(70)
})

describe('when the day is spent', () => {
  test('the rest is told together at six, each with its station', () => {
    const cues = [
      ...spent(),
      ...plasticLater,
      ...levels('902-paper-1', later(MINUTE), HOUR, same(95, 14)),
      ...levels('902-clear-glass-1', later(2 * HOUR), HOUR, same(95, 14)),
    ]
    const played = play(cues, later(10 * HOUR), { book })
    expect(tell(played)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 12:18 open: full 902-paper-1',
      '05-05 18:00 digest: full 901-plastic-1, full 902-clear-glass-1',
    ])
    const digest = played.posts[2]!
    expect(digest).toMatchObject({
      audience: 'public',
      kind: 'digest',
      priority: 50,
      at: local('2026-05-05T18:00'),
      sendAt: local('2026-05-05T18:01'),
      expiresAt: local('2026-05-05T20:01'),
      items: [
        { subject: box(plastic), stationId: ekudden.id, fillPercent: 95 },
        { subject: box('902-clear-glass-1'), stationId: hamnen.id, fillPercent: 95 },
      ],
    })
    expect(digest).not.toHaveProperty('stationId')
    expect(digest).not.toHaveProperty('replyTo')
    expect(about(played, plastic)).toEqual([
      '05-05 13:00 full 901-plastic-1 idle→pending condition-true',
      '05-05 13:10 full 901-plastic-1 pending→active held-long-enough',
      '05-05 13:10 full 901-plastic-1 active→active grouped',
      '05-05 13:15 full 901-plastic-1 active→active gate-held (budget)',
      '05-05 18:00 full 901-plastic-1 active→active digested',
    ])
    expect(played.decisions.find((d) => d.because === 'digested')).toMatchObject({
      outcome: 'posted',
      postKey: digest.key,
      gates: expect.arrayContaining([
        { gate: 'budget', answer: 'hold', detail: '1/1, 2/6', until: local('2026-05-06T00:00') },
      ]) as unknown,
    })
  })

  test('what is over by six is not told', () => {
    const cues: readonly Cue[] = [
      ...spent(),
      ...levels(plastic, later(HOUR), HOUR, same(95, 3)),
      { at: later(5 * HOUR), emptied: later(5 * HOUR), of: plastic },
    ]
    const played = play(cues, later(10 * HOUR), { book })
    expect(tell(played)).toEqual(['05-05 12:15 open: full 901-paper-1'])
    expect(about(played, plastic).at(-1)).toBe(
      '05-05 17:00 full 901-plastic-1 idle→idle resolved-while-waiting',
    )
  })

  test('what was told in the digest is told when it is over, and cools down', () => {
    const cooling = rulesWith(rules.replace('post: full', 'cooldown: 30h, post: full'), policy())
    const cues: readonly Cue[] = [
      ...spent(),
      ...plasticLater,
      { at: local('2026-05-06T08:00'), emptied: local('2026-05-06T08:00'), of: plastic },
      ...levels(plastic, local('2026-05-06T10:00'), 2 * HOUR, same(95, 12)),
    ]
    const played = play(cues, local('2026-05-07T02:00'), { book: cooling })
    expect(tell(played)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 18:00 digest: full 901-plastic-1',
      '05-06 08:05 close: room 901-plastic-1',
      '05-07 00:00 open: full 901-plastic-1',
    ])
    // It is in no thread of the station.
    expect(played.posts[2]!.replyTo).toBeUndefined()
  })

  test('an end that the budget held back is in the digest too, while it is so', () => {
    const cues: readonly Cue[] = [
      ...levels(paper, noon, HOUR, [95, 95, 20, 20, 20, 20, 20]),
      ...levels(plastic, noon, HOUR, same(95, 7)),
    ]
    expect(tell(play(cues, later(7 * HOUR), { book }))).toEqual([
      '05-05 12:15 open: full 901-paper-1, full 901-plastic-1',
      '05-05 18:00 digest: room 901-paper-1',
    ])
  })

  test('the digest asks every gate but the budget', () => {
    const cues: readonly Cue[] = [
      ...spent(),
      ...plasticLater,
      {
        at: later(5 * HOUR),
        told: {
          type: 'silenced',
          id: 'a',
          containerId: box(plastic),
          until: later(7 * HOUR),
          actor: 'Kim',
        },
      },
    ]
    const played = play(cues, local('2026-05-06T01:00'), { book })
    expect(tell(played)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      // The day's digest is over, so it waits for the next day.
      '05-06 00:00 open: full 901-plastic-1',
    ])
  })

  test('news of the last minutes goes with it rather than wait for the next day', () => {
    const cues = [...spent(), ...levels(plastic, local('2026-05-05T17:48'), HOUR, same(95, 9))]
    expect(tell(play(cues, later(9 * HOUR), { book }))).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 18:00 digest: full 901-plastic-1',
    ])
  })

  test('what may still be said that day by itself is not in it', () => {
    const cues = [
      ...spent(),
      ...plasticLater,
      ...levels('902-paper-1', local('2026-05-05T17:48'), HOUR, same(95, 9)),
    ]
    expect(tell(play(cues, later(9 * HOUR), { book }))).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 18:00 digest: full 901-plastic-1',
      '05-05 18:03 open: full 902-paper-1',
    ])
  })

  test('without anything to tell there is none', () => {
    expect(tell(play(spent(), later(10 * HOUR), { book }))).toEqual([
      '05-05 12:15 open: full 901-paper-1',
    ])
  })

  test('what comes after the digest waits for the next day', () => {
    const cues = [...spent(), ...levels(plastic, later(7 * HOUR), HOUR, same(95, 9))]
    const played = play(cues, local('2026-05-06T01:00'), { book })
    expect(tell(played)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-06 00:00 open: full 901-plastic-1',
    ])
    const held = played.decisions.find((d) => d.because === 'gate-held')!
    expect(held.gates.at(-1)!.until).toBe(local('2026-05-06T00:00'))
  })
})

describe('the digest and the account’s gap', () => {
  const gapped = rulesWith(rules, policy(', min_gap: 10m'))

  test('it waits until the account may speak again', () => {
    const cues = [
      ...spent(),
      ...plasticLater,
      ...levels('902-paper-1', local('2026-05-05T17:40'), HOUR, same(95, 9)),
    ]
    expect(tell(play(cues, later(9 * HOUR), { book: gapped }))).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 17:55 open: full 902-paper-1',
      '05-05 18:05 digest: full 901-plastic-1',
    ])
  })

  test('others wait until the account may speak again after it, over restarts too', () => {
    const cues = [
      ...spent(),
      ...plasticLater,
      ...levels('902-paper-1', local('2026-05-05T17:40'), HOUR, same(95, 9)),
      ...levels('903-paper-1', local('2026-05-05T17:41'), HOUR, same(95, 9)),
    ].toSorted((a, b) => a.at - b.at)
    const whole = play(cues, later(9 * HOUR), { book: gapped })
    expect(tell(whole)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 17:55 open: full 902-paper-1',
      '05-05 18:05 digest: full 901-plastic-1',
      '05-05 18:15 open: full 903-paper-1',
    ])
    for (let minute = 55; minute <= 80; minute++) {
      const cut = after(local('2026-05-05T17:00'), minute * MINUTE)
      const before = play(
        cues.filter(({ at }) => at <= cut),
        cut,
        { book: gapped },
      )
      const rest = cues.filter(({ at }) => at > cut)
      const then = play(rest, later(9 * HOUR), { book: gapped, kept: before.kept })
      expect([...tell(before), ...tell(then)]).toEqual(tell(whole))
    }
  })

  test('a digest counts for the gap and not for the day', () => {
    const two = rulesWith(
      rules,
      policy(', min_gap: 10m').replace(
        'per_account_per_day: 8',
        'per_account_per_day: 2, reserve_for_priority_80: 0%',
      ),
    )
    const cues = [
      ...spent(),
      ...plasticLater,
      ...levels('902-paper-1', later(7 * HOUR), HOUR, same(95, 9)),
      ...levels('903-paper-1', later(8 * HOUR), HOUR, same(95, 9)),
    ]
    // The station of the digest has nothing left, and the account has.
    expect(tell(play(cues, later(11 * HOUR), { book: two }))).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 18:00 digest: full 901-plastic-1',
      '05-05 19:15 open: full 902-paper-1',
      '05-06 00:00 open: full 903-paper-1',
    ])
  })
})

describe('a digest is made once a day', () => {
  const late = rulesWith(rules, policy(', digest_at: "23:30"'))

  test('over a restart past midnight', () => {
    const cues = [...spent(), ...plasticLater].filter(({ at }) => at < local('2026-05-05T23:50'))
    const before = play(cues, local('2026-05-05T23:50'), { book: late })
    expect(tell(before)).toEqual([
      '05-05 12:15 open: full 901-paper-1',
      '05-05 23:30 digest: full 901-plastic-1',
    ])
    const cuesAfter = [
      ...levels(paper, local('2026-05-06T00:10'), HOUR, same(95, 30)),
      ...levels(glass, local('2026-05-06T09:00'), HOUR, same(95, 18)),
      ...levels('903-paper-1', local('2026-05-06T00:20'), HOUR, same(95, 30)),
    ]
    const night = play(
      cuesAfter.filter(({ at }) => at < local('2026-05-06T00:30')),
      local('2026-05-06T00:40'),
      { book: late, kept: before.kept },
    )
    const again = play(
      cuesAfter.filter(({ at }) => at >= local('2026-05-06T00:30')),
      local('2026-05-07T00:00'),
      { book: late, kept: night.kept },
    )
    const whole = play([...cues, ...cuesAfter], local('2026-05-07T00:00'), { book: late })
    expect([...tell(before), ...tell(night), ...tell(again)]).toEqual(tell(whole))
    expect(again.kept.state.get('account')).toBe(whole.kept.state.get('account'))
  })

  test('also when its time is moved on that day', () => {
    const before = play([...spent(), ...plasticLater], later(6.5 * HOUR), { book })
    const moved = rulesWith(rules, policy(', digest_at: "20:00"'))
    const more = levels(glass, later(7 * HOUR), HOUR, same(95, 8))
    const { posts } = play(more, local('2026-05-05T23:00'), { book: moved, kept: before.kept })
    expect(posts).toEqual([])
  })

  test('not when the engine begins after its time, and there is nothing yet', () => {
    const evening = local('2026-05-05T19:00')
    const cues = [
      ...levels(paper, evening, HOUR, same(95, 5)),
      ...levels(plastic, after(evening, 30 * MINUTE), HOUR, same(95, 5)),
    ]
    const played = play(cues, after(evening, 4 * HOUR), { book })
    expect(tell(played)).toEqual(['05-05 19:15 open: full 901-paper-1'])
  })
})

describe('a digest that comes due while the process is down', () => {
  const down = (hours: number): Played => {
    const cues = [...spent(), ...plasticLater].filter(({ at }) => at < later(5 * HOUR))
    return play([...cues, { at: later(hours * HOUR), resumed: true }], local('2026-05-05T23:00'), {
      book,
    })
  }

  test('is made when the account has caught up', () => {
    expect(tell(down(7)).slice(1)).toEqual(['05-05 19:05 digest: full 901-plastic-1'])
  })

  test('is left out when that is more than two hours late', () => {
    const played = down(8.5)
    expect(tell(played).slice(1)).toEqual([])
    expect(about(played, plastic).at(-1)).toBe(
      '05-05 18:00 full 901-plastic-1 active→active gate-dropped (stale)',
    )
  })
})

test('a bigger rule speaks for the smaller in the digest as well', () => {
  const both = rulesWith(
    `${rules}
  - { id: all, per: station, when: s.full >= 2, for: 10m, priority: 90, absorbs: [full], post: all }`,
    policy(),
  )
  // Together in one digest: the bigger alone is said.
  const cues = [...spent(), ...levels(plastic, later(HOUR), HOUR, same(95, 9))]
  const together = play(cues, later(7 * HOUR), { book: both })
  expect(tell(together)).toEqual([
    '05-05 12:15 open: full 901-paper-1',
    '05-05 18:00 digest: all 901',
  ])
  expect(about(together, plastic).at(-1)).toBe(
    '05-05 18:00 full 901-plastic-1 active→active absorbed (budget)',
  )
  expect(together.decisions.find((d) => d.because === 'absorbed')).toMatchObject({
    outcome: 'dropped',
    postKey: together.posts[1]!.key,
  })

  // What was told before six is not said again by way of its parts.
  const reserve = rulesWith(
    `${rules}
  - { id: all, per: station, when: s.full >= 3, for: 10m, priority: 90, absorbs: [full], post: all }`,
    `group_wait: 5m, budget: { per_station_per_day: 9, per_account_per_day: 4, reserve_for_priority_80: 75%, when_spent: digest }`,
  )
  const three = [
    ...spent(),
    ...levels(plastic, later(HOUR), HOUR, same(95, 9)),
    ...levels(glass, later(2 * HOUR), HOUR, same(95, 9)),
  ]
  const told = play(three, later(7 * HOUR), { book: reserve })
  expect(tell(told)).toEqual(['05-05 12:15 open: full 901-paper-1', '05-05 14:15 open: all 901'])
  expect(clock(told.posts[1]!.at)).toBe('05-05 14:15')
})

test('the same digest has the same key, whatever its order', () => {
  const cues = [...spent(), ...plasticLater, ...levels(glass, later(HOUR), HOUR, same(95, 9))]
  const one = play(cues, later(7 * HOUR), { book })
  const other = play(cues.toReversed(), later(7 * HOUR), { book })
  expect(one.posts.map(({ key }) => key)).toEqual(other.posts.map(({ key }) => key))
  expect(one.posts.at(-1)!.items.map(({ subject }) => subject)).toEqual([box(glass), box(plastic)])
})

test('without a digest what is spent waits for midnight, or is dropped', () => {
  const cues = [...spent(), ...plasticLater]
  const wait = rulesWith(rules, policy().replace('digest', 'next_day'))
  const drop = rulesWith(rules, policy().replace('digest', 'drop'))
  expect(tell(play(cues, local('2026-05-06T00:30'), { book: wait }))).toEqual([
    '05-05 12:15 open: full 901-paper-1',
    '05-06 00:00 open: full 901-plastic-1',
  ])
  const dropped = play(cues, local('2026-05-06T00:30'), { book: drop })
  expect(tell(dropped)).toEqual(['05-05 12:15 open: full 901-paper-1'])
  expect(about(dropped, plastic).at(-1)).toBe(
    '05-05 13:15 full 901-plastic-1 active→active gate-dropped (budget)',
  )
})
