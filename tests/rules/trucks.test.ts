import { describe, expect, test } from 'vitest'

import { ekudden } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  clock,
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
import type { EpochMs } from '#src/stations/time.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const full = (hours = 10) => levels(paper, ten, 10 * MINUTE, same(95, hours * 6))

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, for: 30m, post: full, suppress: [{ id: truck, when: truck.en_route && truck.eta_min < 90.0, max: 4h }] }`,
)
const truck = (at: EpochMs, etaAt?: EpochMs): Cue => ({
  at,
  told: {
    type: 'truck',
    stationId: ekudden.id,
    state: 'en-route',
    ...(etaAt !== undefined && { etaAt }),
  },
})
const gone = (at: EpochMs): Cue => ({
  at,
  told: { type: 'truck', stationId: ekudden.id, state: 'gone' },
})
const emptied = (at: EpochMs): Cue => ({ at, emptied: at, of: paper })
const posts = (cues: readonly Cue[], until = later(9 * HOUR)) => play(cues, until, { book }).posts

describe('a truck on its way', () => {
  test('that comes and empties: no post, and the reason is kept', () => {
    const { posts: said, decisions } = play(
      [
        ...full(1),
        truck(later(20 * MINUTE), later(HOUR)),
        emptied(later(65 * MINUTE)),
        gone(later(70 * MINUTE)),
      ],
      later(5 * HOUR),
      { book },
    )
    expect(said).toEqual([])
    const held = decisions.filter((d) => d.because === 'gate-held')
    expect(held.map(tellDecision)).toEqual([
      '05-05 10:45 full 901-paper-1 active→active gate-held (suppressed)',
    ])
    expect(held[0]!.gates).toContainEqual({
      gate: 'suppressed',
      answer: 'hold',
      until: later(HOUR),
      detail: 'truck',
    })
  })

  test('that never comes: the post is held for four hours', () => {
    const said = posts([...full(), truck(later(20 * MINUTE), later(2 * HOUR))])
    expect(said.map(tellPost)).toEqual(['05-05 14:45 open: full 901-paper-1'])
    expect(said[0]!.items[0]).not.toHaveProperty('passedBy')
  })

  test('another truck does not begin the four hours anew', () => {
    const cues = [
      ...full(),
      truck(later(20 * MINUTE), later(HOUR)),
      gone(later(60 * MINUTE)),
      truck(later(61 * MINUTE), later(2 * HOUR)),
    ]
    expect(posts(cues).map(tellPost)).toEqual(['05-05 14:45 open: full 901-paper-1'])
  })

  test('that passes without emptying: the post follows at the next look, and says so', () => {
    const [said] = posts([
      ...full(),
      truck(later(20 * MINUTE), later(HOUR)),
      gone(later(70 * MINUTE)),
    ])
    expect(tellPost(said!)).toBe('05-05 11:15 open: full 901-paper-1')
    expect(said!.items[0]).toMatchObject({ passedBy: true })
  })

  test('that is expected later than an hour and a half holds nothing until then', () => {
    const cues = [...full(), truck(later(20 * MINUTE), later(3 * HOUR))]
    expect(posts(cues).map(tellPost)).toEqual(['05-05 10:45 open: full 901-paper-1'])
  })

  test('without a time of arrival settles nothing', () => {
    expect(posts([...full(), truck(later(20 * MINUTE))]).map(tellPost)).toEqual([
      '05-05 10:45 open: full 901-paper-1',
    ])
  })

  test('may say anew when it comes', () => {
    const cues = [
      ...full(),
      truck(later(20 * MINUTE), later(9 * HOUR)),
      truck(later(40 * MINUTE), later(HOUR)),
    ]
    expect(posts(cues).map(tellPost)).toEqual(['05-05 14:45 open: full 901-paper-1'])
  })

  test('of an unknown station is history', () => {
    const { applied } = play(
      [
        {
          at: ten,
          told: { type: 'truck', stationId: '1490-999' as typeof ekudden.id, state: 'gone' },
        },
      ],
      later(1),
    )
    expect(applied).toEqual([{ kind: 'history', because: 'unknown-station' }])
  })
})

describe('the facts of a truck', () => {
  const asking = (when: string) =>
    rulesWith(`  - { id: asked, per: container, when: "${when}", post: asked }`, 'group_wait: 0s')
  const since = (when: string, cues: readonly Cue[], until = later(40 * HOUR)) =>
    play(cues, until, { book: asking(when) })
      .decisions.filter((d) => d.subject.endsWith(`901-paper-1`))
      .filter(({ from, to }) => from === 'idle' || to === 'idle')
      .map((d) => `${clock(d.at)} ${d.to}`)

  test('it is on its way until it is gone, or for twelve hours', () => {
    expect(since('truck.en_route', [truck(ten), gone(later(HOUR))])).toEqual([
      '05-05 10:00 pending',
      '05-05 11:00 idle',
    ])
    const forgotten = since('truck.en_route', [truck(ten), truck(later(HOUR))])
    expect(forgotten[0]).toBe('05-05 10:00 pending')
    expect(forgotten[1]! >= '05-05 22:00 idle' && forgotten[1]! <= '05-05 22:15 idle').toBe(true)
  })

  test('a truck that was forgotten is not the one of the next day', () => {
    const [, , again] = since('truck.en_route', [truck(ten), truck(later(26 * HOUR))])
    expect(again).toBe('05-06 12:00 pending')
  })

  test('its arrival is 0 minutes away once that has passed', () => {
    const cues = [truck(ten, later(HOUR)), truck(later(3 * HOUR), later(3 * HOUR))]
    expect(since('truck.eta_min <= 0.0', cues)[0]! <= '05-05 11:15 pending').toBe(true)
    expect(since('truck.eta_min < 0.0', cues)).toEqual([])
    expect(since('truck.eta_min == 60.0', [truck(ten, later(HOUR))])[0]).toBe('05-05 10:00 pending')
  })
})

describe('passed by today', () => {
  const passed = (cues: readonly Cue[], at: EpochMs) => {
    const { goOn } = createPlay({
      book: rulesWith(
        '  - { id: passed, per: container, when: c.passed_today, post: passed }',
        'group_wait: 0s',
      ),
    })
    const { decisions } = goOn(cues, at)
    const ours = decisions.filter((d) => d.subject.endsWith(paper) && d.because !== 'grouped')
    const last = ours.filter(({ from, to }) => from !== to).at(-1)
    return last !== undefined && last.to !== 'idle'
  }
  const three = later(5 * HOUR)

  test.each<readonly [string, readonly Cue[], EpochMs, boolean]>([
    ['not while it is on its way', [truck(ten)], three, false],
    ['once it is gone', [truck(ten), gone(later(HOUR))], three, true],
    ['also when nobody had said that it was coming', [gone(later(HOUR))], three, true],
    [
      'not when it emptied',
      [truck(ten), emptied(later(HOUR)), gone(later(HOUR + 1))],
      three,
      false,
    ],
    [
      'not when it was seen to have emptied afterwards',
      [truck(ten), gone(later(HOUR)), { at: later(2 * HOUR), emptied: later(HOUR), of: paper }],
      three,
      false,
    ],
    [
      'not when another truck had emptied that morning',
      [emptied(after(ten, -HOUR)), truck(ten), gone(later(HOUR))],
      three,
      false,
    ],
    [
      'when the last emptying was the day before',
      [emptied(after(ten, -11 * HOUR)), truck(ten), gone(later(HOUR))],
      three,
      true,
    ],
    [
      'not when it emptied before midnight and is gone after',
      [
        truck(local('2026-05-05T23:00')),
        emptied(local('2026-05-05T23:50')),
        gone(local('2026-05-06T00:10')),
      ],
      local('2026-05-06T01:00'),
      false,
    ],
    ['until midnight', [truck(ten), gone(later(HOUR))], local('2026-05-05T23:59'), true],
    [
      'and no longer than midnight',
      [truck(ten), gone(later(HOUR))],
      local('2026-05-06T00:16'),
      false,
    ],
    [
      'not on the same day of another month',
      [truck(ten), gone(later(HOUR))],
      after(three, 31 * 24 * HOUR),
      false,
    ],
  ])('%s', (_, cues, at, expected) => {
    expect(passed(cues, at)).toBe(expected)
  })
})
