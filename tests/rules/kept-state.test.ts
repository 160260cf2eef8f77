/** What an engine leaves behind: the same bytes for the same standing, and no more than it needs. */
import { describe, expect, test } from 'vitest'

import { createEngine } from '#src/rules/engine.ts'
import type { KeptState } from '#src/rules/contract.ts'
import type { AreaId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { castTown, deviceId, ekudden, hamnen } from '#tests/support/town.ts'
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
const [paper, plastic] = ['901-paper-1', '901-plastic-1'] as const

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, for: 30m, clear_for: 20m, cooldown: 1h, post: full, close_post: room, suppress: [{ id: one, when: c.fill > 97.0, max: 4h }, { id: two, when: c.fill > 93.0, max: 4h }] }`,
)
const full = (of: string = paper, times = 6) => levels(of, ten, 10 * MINUTE, same(92, times))
const stateOf = ({ state }: KeptState) =>
  Object.fromEntries([...state].sort(([a], [b]) => (a < b ? -1 : 1)))

test('what is kept of a post that was told', () => {
  const { kept, posts } = play(full(), later(50 * MINUTE), { book })
  const key = posts[0]!.key
  const at = later(45 * MINUTE)
  expect(stateOf(kept)).toEqual({
    account: JSON.stringify({ tally: { day: '2026-05-05', posts: 1, lastAt: at } }),
    clock: JSON.stringify({ at: later(50 * MINUTE), seq: 6, recordAt: later(50 * MINUTE) }),
    [`episode|full|${box(paper)}`]: JSON.stringify({
      state: 'active',
      startedAt: ten,
      since: later(30 * MINUTE),
      posted: { key, at },
      lastPostedAt: at,
    }),
    'rule|full': JSON.stringify(book.rules[0]!.hash),
    'station|1490-901': JSON.stringify({
      full: ['paper-1'],
      room: [],
      thread: { key, at },
      tally: { day: '2026-05-05', posts: 1 },
    }),
  })
  expect(kept.containers).toEqual([
    {
      containerId: box(paper),
      reports: [],
      fillPercent: 92,
      measuredAt: later(50 * MINUTE),
      deviceId: deviceId('dev-901-paper-1'),
      heardAt: later(50 * MINUTE),
      intervalMs: 10 * MINUTE,
    },
  ])
})

test('what is kept of news that waits', () => {
  const cues = [...full(paper, 4), { at: later(42 * MINUTE), fill: 95, of: paper }]
  const before = play(cues, later(46 * MINUTE), { book }).kept
  expect(before.state.get('group|1490-901|public')).toBe(
    JSON.stringify({
      dueAt: later(60 * MINUTE),
      items: [
        {
          rule: 'full',
          subject: box(paper),
          kind: 'open',
          startedAt: ten,
          since: ten,
          blocked: 'suppressed',
          suppressedSince: { two: later(45 * MINUTE) },
        },
      ],
    }),
  )
  // Whichever began first, in the order of the rule.
  const both = play([{ at: later(61 * MINUTE), fill: 99, of: paper }], later(80 * MINUTE), {
    book,
    kept: before,
  }).kept
  expect(JSON.parse(both.state.get('group|1490-901|public')!)).toMatchObject({
    items: [{ suppressedSince: { one: later(75 * MINUTE), two: later(45 * MINUTE) } }],
  })
  expect(both.state.get('group|1490-901|public')).toContain(
    `"suppressedSince":{"one":${later(75 * MINUTE)},"two":${later(45 * MINUTE)}}`,
  )
})

test('what is kept of an end that waits names the post that opened', () => {
  const { kept, posts } = play(
    [...full(), ...levels(paper, later(HOUR), 10 * MINUTE, same(20, 3))],
    later(81 * MINUTE),
    { book },
  )
  const { key, at } = posts[0]!
  expect(JSON.parse(kept.state.get('group|1490-901|public')!)).toEqual({
    dueAt: later(95 * MINUTE),
    items: [
      {
        rule: 'full',
        subject: box(paper),
        kind: 'close',
        startedAt: ten,
        since: later(HOUR),
        opened: { key, at },
        suppressedSince: {},
      },
    ],
  })
})

test('plans of several sources are kept in one order, whoever spoke first', () => {
  const window = { from: later(HOUR), until: later(2 * HOUR) }
  const plan = (source: 'town' | 'staff' | 'hub', ms: number): Cue => ({
    at: later(ms),
    told: {
      type: 'plan',
      containerId: box(paper),
      source,
      emptyings: [{ ...window, noise: 1 } as never],
    },
  })
  const kept = (order: readonly ('town' | 'staff' | 'hub')[]) =>
    play(
      order.map((source, i) => plan(source, i)),
      later(5),
      { book },
    ).kept.state.get(`more|${box(paper)}`)
  expect(kept(['hub', 'staff', 'town'])).toBe(kept(['town', 'staff', 'hub']))
  expect(kept(['hub', 'staff', 'town'])).toBe(
    JSON.stringify({ plans: { town: [window], staff: [window], hub: [window] } }),
  )
})

test('of a forecast only what is asked is kept', () => {
  const { kept } = play(
    [
      {
        at: ten,
        told: {
          type: 'forecast',
          containerId: box(paper),
          fullWithin24h: 0.5,
          fullAt: later(HOUR),
          fullFrom: ten,
          fullUntil: later(2 * HOUR),
          model: 'm 1',
        },
      },
    ],
    later(1),
    { book },
  )
  expect(kept.state.get(`more|${box(paper)}`)).toBe(
    JSON.stringify({ forecast: { at: ten, fullWithin24h: 0.5, fullAt: later(HOUR) } }),
  )
})

test('catching up is kept while it lasts', () => {
  const resumed: Cue = { at: later(HOUR), resumed: true }
  const during = play([{ at: ten, fill: 20, of: paper }, resumed], later(HOUR), { book }).kept
  expect(JSON.parse(during.state.get('clock')!)).toEqual({
    at: later(HOUR),
    seq: 2,
    recordAt: later(HOUR),
    catchUpUntil: later(HOUR + 5 * MINUTE),
  })
  const afterwards = play(
    [{ at: later(HOUR + 5 * MINUTE), fill: 20, of: paper }],
    later(2 * HOUR),
    {
      book,
      kept: during,
    },
  ).kept
  expect(JSON.parse(afterwards.state.get('clock')!)).not.toHaveProperty('catchUpUntil')
})

test('a station of which nothing is known, an episode that was never told, an empty group: not kept', () => {
  const { kept } = play(
    [
      { at: ten, fill: 95, of: paper },
      { at: later(20 * MINUTE), fill: 20, of: paper },
    ],
    later(13 * HOUR),
    { book },
  )
  expect(Object.keys(stateOf(kept))).toEqual(['clock', 'rule|full', 'station|1490-901'])
  expect(kept.state.get('station|1490-901')).toBe(
    JSON.stringify({ full: [], room: [], fullUntil: later(20 * MINUTE) }),
  )
})

test('state that is not readable is refused by name', () => {
  const { kept } = play(full(), later(50 * MINUTE), { book })
  const spoilt = new Map(kept.state).set('account', '{"tally":3}')
  expect(() => createEngine({ book, town: castTown, kept: { ...kept, state: spoilt } })).toThrow(
    /^kept engine state "account" is not readable: .*tally/s,
  )
  const unknownKey = new Map(kept.state).set('clock', '{"at":1,"seq":1,"more":1}')
  expect(() =>
    createEngine({ book, town: castTown, kept: { ...kept, state: unknownKey } }),
  ).toThrow('kept engine state "clock"')
})

describe('what concerns nobody any more is forgotten', () => {
  const without = (name: string): Town => ({
    ...castTown,
    stations: castTown.stations.map((station) => ({
      ...station,
      containers: station.containers.filter(({ id }) => id !== box(name)),
    })),
  })

  test('state of rules, stations and containers that are gone', () => {
    const { kept } = play([...full(), ...full('902-paper-1')], later(50 * MINUTE), { book })
    const other = rulesWith('  - { id: other, per: container, when: c.fill > 99.0, post: other }')
    const noHamnen: Town = {
      ...castTown,
      stations: castTown.stations.filter(({ id }) => id !== hamnen.id),
    }
    const left = play([], later(HOUR), { book: other, town: noHamnen, kept }).kept
    expect(Object.keys(stateOf(left))).toEqual([
      'account',
      'clock',
      'rule|other',
      'station|1490-901',
    ])
  })

  test('what was known of a container that is gone, so that it is unknown should it come back', () => {
    const { kept } = play(full(), later(50 * MINUTE), { book })
    const left = play([], later(HOUR), { book, town: without(paper), kept }).kept
    expect(left.containers).toEqual([{ containerId: box(paper), reports: [] }])
    const back = createEngine({ book, town: castTown, kept: left })
    expect(back.status(box(paper), later(HOUR))).toEqual({
      containerId: box(paper),
      word: 'unknown',
    })
  })

  test('what a container waited to say, and what else was told of it', () => {
    const cues: readonly Cue[] = [
      ...full(paper, 4),
      ...full(plastic, 4),
      { at: later(1), report: 'broken', of: paper, who: 'a' },
    ]
    const { kept } = play(cues, later(31 * MINUTE), { book })
    expect(JSON.parse(kept.state.get('group|1490-901|public')!)).toMatchObject({ items: [{}, {}] })
    const left = play([], later(32 * MINUTE), { book, town: without(paper), kept }).kept
    expect(JSON.parse(left.state.get('group|1490-901|public')!)).toMatchObject({
      items: [{ subject: box(plastic) }],
    })
    expect([...left.state.keys()].filter((key) => key.includes(paper))).toEqual([])
  })

  test('a group of a place that is gone', () => {
    const { kept } = play(full('903-paper-1', 4), later(31 * MINUTE), { book })
    expect(kept.state.has('group|1490-903|public')).toBe(true)
    const town: Town = { ...castTown, stations: [ekudden, hamnen] }
    const left = play([], later(32 * MINUTE), { book, town, kept }).kept
    expect([...left.state.keys()].filter((key) => key.includes('903'))).toEqual([])
  })

  test('news for an audience that the rule no longer speaks to', () => {
    const { kept } = play(full(paper, 4), later(31 * MINUTE), { book })
    const toStaff = rulesWith(
      '  - { id: full, per: container, when: c.full, for: 30m, channel: staff, post: full }',
    )
    const then = play([], later(2 * HOUR), { book: toStaff, kept })
    expect(then.posts).toEqual([])
    expect(then.kept.state.has('group|1490-901|public')).toBe(false)
  })

  test('what is removed live leaves as little', () => {
    const { goOn } = createPlay({ book })
    const cues: readonly Cue[] = [
      ...full('902-paper-1'),
      { at: later(1), report: 'litter', of: '902-paper-1', who: 'a' },
      { at: later(2), report: 'broken', of: '902-paper-1', who: 'a' },
      { at: later(3), report: 'ice', of: '902-paper-1', who: 'a' },
      { at: later(4), told: { type: 'truck', stationId: hamnen.id, state: 'gone' } },
      { at: later(5), told: { type: 'gateway', stationIds: [hamnen.id], state: 'down' } },
    ]
    goOn(cues, later(50 * MINUTE))
    const noHamnen: Town = {
      ...castTown,
      stations: castTown.stations.filter(({ id }) => id !== hamnen.id),
    }
    const { kept, decisions } = goOn([{ at: later(HOUR), town: noHamnen }], later(HOUR))
    expect([...kept.state.keys()].filter((key) => key.includes('902'))).toEqual([])
    expect(kept.containers.find(({ containerId }) => containerId === box('902-paper-1'))).toEqual({
      containerId: box('902-paper-1'),
      reports: [],
    })
    expect(tellDecision(decisions.at(-1)!)).toBe(
      '05-05 11:00 full 902-paper-1 active→idle container-removed',
    )
    // It comes back as something new.
    const back = goOn(
      [
        { at: later(2 * HOUR), town: castTown },
        ...levels('902-paper-1', later(2 * HOUR + 1), 10 * MINUTE, same(92, 6)),
      ],
      later(4 * HOUR),
    )
    expect(back.posts.map(tellPost)).toEqual([
      '05-05 10:45 open: full 902-paper-1',
      '05-05 12:45 open: full 902-paper-1',
    ])
  })
})

describe('a town that changed is judged as one that was there from the beginning', () => {
  const areas = [
    { id: 'a' as AreaId, name: 'A' },
    { id: 'b' as AreaId, name: 'B' },
  ]
  const inAreas: Town = {
    ...castTown,
    areas,
    stations: castTown.stations.map((s, i) => ({ ...s, areaId: areas[i % 2]!.id })),
  }
  const reversed: Town = {
    ...inAreas,
    areas: areas.toReversed(),
    stations: inAreas.stations
      .toReversed()
      .map((s) => ({ ...s, containers: s.containers.toReversed() })),
  }
  const scheduled = rulesWith(
    `  - { id: each, per: container, schedule: "daily 10:30", when: c.fill > 50.0, post: each }
  - { id: some, per: area, schedule: "daily 10:40", when: a.stations_full >= 1, post: some }`,
  )

  test('in the order of its file', () => {
    const live = play(
      [
        { at: ten, fill: 95, of: paper },
        { at: later(1), town: reversed },
      ],
      later(50 * MINUTE),
      {
        book: scheduled,
        town: inAreas,
      },
    )
    const fromStart = play(
      [
        { at: ten, fill: 95, of: paper },
        { at: later(1), town: reversed },
      ],
      later(50 * MINUTE),
      {
        book: scheduled,
        town: reversed,
      },
    )
    expect(JSON.stringify(live.decisions)).toBe(JSON.stringify(fromStart.decisions))
    expect(live.decisions.map(({ subject }) => subject).slice(0, 2)).toEqual([
      box('903-paper-1'),
      box('902-clear-glass-1'),
    ])
    expect(
      live.decisions.filter(({ ruleId }) => ruleId === 'some').map(({ subject }) => subject),
    ).toEqual(['b', 'a', 'a'])
  })
})
