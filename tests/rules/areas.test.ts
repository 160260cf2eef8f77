import { describe, expect, test } from 'vitest'

import type { AreaId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown, dividedTown, north, south, torget } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  bookOf,
  clock,
  createPlay,
  local,
  play,
  rulesWith,
  tellPost,
} from './scenario.ts'
import type { Cue, Stage } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const town = dividedTown
const all = town.stations.flatMap(({ containers }) => containers).map(({ id }) => id.slice(5))
const allIn = (areaId: AreaId): Town => ({
  ...town,
  areas: [{ id: areaId, name: 'Allt' }],
  stations: town.stations.map((station) => ({ ...station, areaId })),
})
const fill = (fillPercent: number, of = all, at = ten): readonly Cue[] =>
  of.map((name) => ({ at, fill: fillPercent, of: name }))
const tell = (cues: readonly Cue[], until: EpochMs, stage: Stage) =>
  play(cues, until, { town, ...stage }).posts.map(
    (post) => `${clock(post.at)} ${post.kind} ${post.areaId ?? 'town'}`,
  )

describe('a rule per area', () => {
  const book = rulesWith(
    '  - { id: busy, per: area, when: a.stations_full >= 1, post: busy, close_post: calm }',
    'group_wait: 0s, budget: { min_gap: 0s }',
  )

  test('counts the stations of its own area', () => {
    const { posts } = play(
      [...fill(20), { at: later(MINUTE), fill: 95, of: '903-paper-1' }],
      later(HOUR),
      { book, town },
    )
    expect(posts).toHaveLength(1)
    expect(posts[0]).toMatchObject({
      areaId: south,
      kind: 'open',
      items: [{ subject: south, source: 'none', stationsFull: 1, stations: 1 }],
    })
    expect(posts[0]).not.toHaveProperty('stationId')
    expect(posts[0]!.at - later(MINUTE)).toBeLessThanOrEqual(15 * MINUTE)
  })

  test('a decision of it names the area', () => {
    const { decisions } = play([{ at: ten, fill: 95, of: '903-paper-1' }], later(HOUR), {
      book,
      town,
    })
    expect(decisions[0]).toMatchObject({ subject: south, areaId: south, because: 'condition-true' })
    expect(decisions[0]).not.toHaveProperty('stationId')
    expect(decisions[0]).not.toHaveProperty('containerId')
  })

  test('is not over for want of data: a station of which something is unknown may have a full container', () => {
    const cues = [...fill(20, all, ten), { at: later(1), fill: 95, of: '903-paper-1' }] as const
    // Torget falls silent; the north is known to have room.
    const north = Array.from({ length: 20 }, (_, i) =>
      fill(20, all.slice(0, 5), later(i * HOUR)),
    ).flat()
    expect(tell([...cues, ...north], later(20 * HOUR), { book })).toHaveLength(1)
    expect(
      tell(
        [...cues, ...north, { at: later(3 * HOUR), fill: 20, of: '903-paper-1' }],
        later(20 * HOUR),
        { book },
      ),
    ).toHaveLength(2)
  })

  test('what is unknown is tried both ways, and every way between', () => {
    const exactly = (when: string) => {
      const made = rulesWith(
        `  - { id: some, per: area, when: "${when}", post: some }`,
        'group_wait: 0s',
      )
      // Ekudden is full; of Hamnen and of Torget nothing is known.
      const one = allIn(north)
      const played = play([{ at: ten, fill: 95, of: '901-paper-1' }], later(HOUR), {
        book: made,
        town: one,
      })
      return played.posts.length
    }
    expect(exactly('a.stations_full >= 1')).toBe(1)
    expect(exactly('a.stations_full >= 2')).toBe(0)
    expect(exactly('a.stations_full <= 3')).toBe(1)
    // 1 and 3 both say yes; 2 says no.
    expect(exactly('a.stations_full != 2')).toBe(0)
    expect(exactly('a.stations == 3')).toBe(1)
  })

  test('explains a clause that the unknown could change as unknown', () => {
    const made = rulesWith(
      `  - { id: some, per: area, schedule: "daily 10:30", when: "a.stations_full != 2 && a.stations == 3 && a.stations_full >= 1", post: some }`,
    )
    const one = allIn(north)
    const { decisions } = play([{ at: ten, fill: 95, of: '901-paper-1' }], later(HOUR), {
      book: made,
      town: one,
    })
    expect(decisions[0]).toMatchObject({ subject: north, because: 'schedule-unknown' })
    expect(decisions[0]!.clauses.map(({ value }) => value)).toEqual(['unknown', true, true])
  })

  test('has a day’s budget of its own, and a thread', () => {
    const two = rulesWith(
      `  - { id: busy, per: area, when: a.stations_full >= 1, post: busy, close_post: calm }
  - { id: twice, per: area, when: a.stations_full >= 2, post: twice }`,
      'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 2 }',
    )
    const { posts } = play(
      [
        ...fill(20),
        { at: later(MINUTE), fill: 95, of: '901-paper-1' },
        { at: later(HOUR), fill: 95, of: '902-paper-1' },
        { at: later(2 * HOUR), fill: 20, of: '901-paper-1' },
        { at: later(2 * HOUR), fill: 20, of: '902-paper-1' },
      ],
      later(5 * HOUR),
      { book: two, town },
    )
    expect(posts.map(({ kind, items }) => `${kind} ${items[0]!.template}`)).toEqual([
      'open busy',
      'open twice',
    ])
    expect(posts[1]!.replyTo).toBe(posts[0]!.key)
  })
})

describe('a rule per account', () => {
  const book = rulesWith(
    '  - { id: week, per: account, when: a.stations_full_last_7d >= 1, post: week }',
    'group_wait: 0s',
  )

  test('is about the whole town, and looked at in its own place of the quarter', () => {
    const { posts, decisions } = play([{ at: ten, fill: 95, of: '903-paper-1' }], later(HOUR), {
      book,
      town,
    })
    expect(posts).toHaveLength(1)
    expect(posts[0]).not.toHaveProperty('areaId')
    expect(posts[0]).not.toHaveProperty('stationId')
    expect(posts[0]!.items).toMatchObject([{ subject: 'account', stationsFull: 1, stations: 3 }])
    expect(decisions[0]).not.toHaveProperty('areaId')
  })

  test('remembers for seven days that a station was full', () => {
    const cues: readonly Cue[] = [
      { at: ten, fill: 95, of: '903-paper-1' },
      { at: later(HOUR), fill: 20, of: '903-paper-1' },
    ]
    const { goOn } = createPlay({ book, town })
    const { decisions } = goOn(cues, later(9 * 24 * HOUR))
    const over = decisions.filter(({ because }) => because === 'cleared')
    expect(over).toHaveLength(1)
    const lateBy = over[0]!.at - later(HOUR + 7 * 24 * HOUR)
    expect(lateBy >= 0 && lateBy <= 15 * MINUTE).toBe(true)
  })

  test('has no budget but the account’s', () => {
    const tight = rulesWith(
      `  - { id: week, per: account, when: a.stations_full >= 1, post: week }
  - { id: busy, per: account, when: a.stations_full >= 2, post: busy }
  - { id: third, per: account, when: a.stations_full >= 3, post: third }`,
      'group_wait: 0s, budget: { min_gap: 0s, per_station_per_day: 1, reserve_for_priority_80: 0% , per_account_per_day: 2 }',
    )
    const cues: readonly Cue[] = [
      { at: ten, fill: 95, of: '901-paper-1' },
      { at: later(HOUR), fill: 95, of: '902-paper-1' },
      { at: later(2 * HOUR), fill: 95, of: '903-paper-1' },
    ]
    const { posts } = play(cues, later(4 * HOUR), { book: tight, town })
    expect(posts.map(({ items }) => items[0]!.template)).toEqual(['week', 'busy'])
  })
})

describe('the return bike', () => {
  const book = rulesWith(
    '  - { id: bike, per: area, when: bike.started && bike.first_stop_min <= 60.0 && bike.free_slots >= 1, cooldown: 1d, priority: 40, post: bike }',
  )
  const bike = (
    at: EpochMs,
    told: { firstStopAt?: EpochMs; freeSlots?: number } | 'ended',
    areaId = north,
  ): Cue => ({
    at,
    told: {
      type: 'bike',
      areaId,
      ...(told === 'ended' ? { state: 'ended' } : { state: 'started', ...told }),
    },
  })

  test('is told when it starts with room, for its area, with its first stop', () => {
    const cues = [bike(ten, { firstStopAt: later(50 * MINUTE), freeSlots: 3 })]
    const { posts } = play(cues, later(HOUR), { book, town })
    expect(posts.map(tellPost).map((text) => text.slice(0, 23))).toEqual([
      '05-05 10:15 open: bike ',
    ])
    expect(posts[0]).toMatchObject({
      areaId: north,
      items: [{ subject: north, firstStopAt: later(50 * MINUTE), freeSlots: 3 }],
    })
  })

  test.each<readonly [string, readonly Cue[], readonly string[]]>([
    [
      'not while its first stop is far',
      [bike(ten, { firstStopAt: later(3 * HOUR), freeSlots: 3 })],
      ['12:00'],
    ],
    ['not without room', [bike(ten, { firstStopAt: later(HOUR), freeSlots: 0 })], []],
    ['not without a word of its first stop', [bike(ten, { freeSlots: 1 })], []],
    ['not without a word of its room', [bike(ten, { firstStopAt: later(HOUR) })], []],
    [
      'once it has room',
      [
        bike(ten, { firstStopAt: later(HOUR), freeSlots: 0 }),
        bike(later(HOUR), { firstStopAt: later(HOUR), freeSlots: 2 }),
      ],
      ['11:15'],
    ],
    [
      'not when it has ended by then',
      [bike(ten, { firstStopAt: later(HOUR), freeSlots: 1 }), bike(later(MINUTE), 'ended')],
      [],
    ],
  ])('%s', (_, cues, expected) => {
    const { posts } = play(cues, later(5 * HOUR), { book, town })
    const at = posts.map((post) => clock(post.at).slice(6))
    expect(at).toHaveLength(expected.length)
    expected.forEach((time, i) => {
      expect(at[i]! >= time && at[i]! <= `${time.slice(0, 3)}30`).toBe(true)
    })
  })

  test('that nobody said to have ended is not the bike of the next day', () => {
    const cues = [
      bike(ten, { firstStopAt: later(HOUR), freeSlots: 1 }),
      bike(later(24 * HOUR + 20 * MINUTE), { firstStopAt: later(25 * HOUR), freeSlots: 1 }),
    ]
    expect(tell(cues, later(30 * HOUR), { book })).toEqual([
      '05-05 10:15 open north',
      '05-06 10:35 open north',
    ])
  })

  test('of an unknown area is history; of another area it is no news here', () => {
    const { applied, posts } = play(
      [
        bike(ten, { firstStopAt: ten, freeSlots: 1 }, 'west' as AreaId),
        bike(later(1), { firstStopAt: ten, freeSlots: 1 }, south),
      ],
      later(HOUR),
      { book, town },
    )
    expect(applied).toEqual([{ kind: 'history', because: 'unknown-area' }, { kind: 'now' }])
    expect(posts.map(({ areaId }) => areaId)).toEqual([south])
  })

  test('is kept without what nobody asks, and forgotten when it ends', () => {
    const { goOn } = createPlay({ book, town })
    const { kept } = goOn([bike(ten, { firstStopAt: later(HOUR), freeSlots: 0 })], ten)
    expect(kept.state.get('area|north')).toBe(
      `{"bike":{"at":${ten},"firstStopAt":${later(HOUR)},"freeSlots":0}}`,
    )
    expect(goOn([bike(later(1), 'ended')], later(1)).kept.state.has('area|north')).toBe(false)
  })

  test('goes over a restart', () => {
    const before = play(
      [bike(ten, { firstStopAt: later(2 * HOUR), freeSlots: 1 })],
      later(30 * MINUTE),
      { book, town },
    )
    const { posts } = play([], later(3 * HOUR), { book, town, kept: before.kept })
    expect(before.posts).toEqual([])
    expect(posts).toHaveLength(1)
  })
})

describe('when the town changes', () => {
  const book = rulesWith(
    '  - { id: busy, per: area, when: a.stations_full >= 1, post: busy, close_post: calm }',
    'budget: { min_gap: 0s }',
  )
  const full: readonly Cue[] = [...fill(20), { at: later(1), fill: 95, of: '903-paper-1' }]

  test('an area that is gone is closed without a word, and what it waited to say is dropped', () => {
    const { areas: _, ...undivided } = town
    const { posts, decisions, kept } = play(
      [...full, { at: later(17 * MINUTE), town: undivided }],
      later(3 * HOUR),
      { book, town },
    )
    expect(posts).toEqual([])
    expect(decisions.at(-1)).toMatchObject({
      subject: south,
      because: 'container-removed',
      to: 'idle',
      outcome: 'dropped',
    })
    expect([...kept.state.keys()].filter((key) => key.includes('south'))).toEqual([])
  })

  test('so is one that went while the engine stood still', () => {
    const before = play(full, later(HOUR), { book, town })
    expect(before.posts).toHaveLength(1)
    const { decisions, kept } = play([], later(2 * HOUR), {
      book,
      town: castTown,
      kept: before.kept,
    })
    expect(decisions).toMatchObject([
      { subject: south, areaId: south, because: 'container-removed', from: 'active', clauses: [] },
    ])
    expect(decisions[0]).not.toHaveProperty('stationId')
    expect([...kept.state.keys()].filter((key) => key.includes('south'))).toEqual([])
  })

  test('a new area is judged from then on, and a station counts where it now stands', () => {
    const moved: Town = {
      ...town,
      areas: [...town.areas!, { id: 'west' as AreaId, name: 'Väster' }],
      stations: town.stations.map((s) =>
        s.id === torget.id ? { ...s, areaId: 'west' as AreaId } : s,
      ),
    }
    const { posts } = play([...full, { at: later(HOUR), town: moved }], later(3 * HOUR), {
      book,
      town,
    })
    expect(posts.map((post) => [post.kind, post.areaId])).toEqual([
      ['open', south],
      ['open', 'west'],
      ['close', south],
    ])
  })
})

test('the account keeps its day, its gap and its thread over a restart', () => {
  const book = bookOf(`version: 1
policy: { group_wait: 0s, budget: { min_gap: 2h, per_account_per_day: 4 } }
rules:
  - { id: full, per: container, when: c.full, post: full }
`)
  const before = play([{ at: ten, fill: 95, of: '901-paper-1' }], later(1), { book })
  expect(before.kept.state.get('account')).toBe(
    `{"tally":{"day":"2026-05-05","posts":1,"lastAt":${ten}}}`,
  )
  const { posts, decisions } = play(
    [{ at: later(HOUR), fill: 95, of: '902-paper-1' }],
    later(3 * HOUR),
    {
      book,
      kept: before.kept,
    },
  )
  expect(posts.map(({ at }) => at)).toEqual([later(2 * HOUR)])
  expect(decisions.at(-1)!.gates.at(-1)).toEqual({
    gate: 'budget',
    answer: 'pass',
    detail: '0/4, 1/3',
  })
})
