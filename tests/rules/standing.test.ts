import { describe, expect, test } from 'vitest'

import type { Engine, Standing } from '#src/rules/contract.ts'
import { ACCOUNT } from '#src/rules/record.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { castTown, stationId } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  borasBook,
  box,
  clock,
  createPlay,
  createStore,
  levels,
  local,
  recordOf,
  same,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const paper = '901-paper-1'
const ekudden = stationId('1490-901')

const report = (kind: 'full' | 'litter', who: string, at: EpochMs): Cue => ({
  at,
  report: kind,
  of: paper,
  who,
})

/** How `full` stands for Ekudden's paper after those of the cues that have come by then. */
function standingOf(cues: readonly Cue[], at: EpochMs, rule = 'full'): Standing {
  const play = createPlay()
  play.goOn(
    cues.filter((cue) => cue.at <= at),
    at,
  )
  const all = [...play.engine.standing(box(paper), at), ...play.engine.standing(ekudden, at)]
  return all.find(({ ruleId }) => ruleId === rule)!
}

describe('how a rule stands', () => {
  test('is told for every rule that is judged for the subject', () => {
    const { engine } = createPlay()
    const rulesFor = (subject: Parameters<Engine['standing']>[0]) =>
      engine.standing(subject, ten).map(({ ruleId }) => ruleId)
    expect(rulesFor(box(paper))).toEqual(['full', 'full_soon', 'broken', 'sensor_silent'])
    expect(rulesFor(ekudden)).toEqual(['station_nearly_all_full', 'littered', 'icy'])
    expect(rulesFor(ACCOUNT)).toEqual(['weekly_digest'])
    expect(rulesFor(stationId('1490-999'))).toEqual([])
  })

  test('at rest: what was found, and what is lacking', () => {
    const cues = levels(paper, ten, HOUR, [62])
    const { nextLookAt, ...standing } = standingOf(cues, later(10 * MINUTE))
    expect(standing).toEqual({
      ruleId: 'full',
      ruleHash: borasBook.rules[0]!.hash,
      audience: 'public',
      subject: box(paper),
      stationId: ekudden,
      containerId: box(paper),
      state: 'idle',
      when: {
        value: false,
        clauses: [{ source: 'c.full', value: false, facts: { 'c.full': false } }],
      },
      clear: {
        value: true,
        clauses: [
          { source: 'c.fill < 70.0', value: true, facts: { 'c.fill': 62 } },
          {
            source: 'c.room_reports_8h >= 1',
            value: false,
            facts: { 'c.room_reports_8h': 0 },
          },
          {
            source: 'c.evidence <= -1.0',
            value: true,
            facts: { 'c.evidence': expect.any(Number) },
          },
        ],
      },
      evidence: {
        sum: expect.any(Number),
        parts: [
          { what: 'prior', weight: -1 },
          { what: 'sensor', weight: expect.any(Number), fillPercent: 62, at: ten },
        ],
      },
      lacking: { fillPercent: 85, reports: 2 },
      gates: [],
      isScheduled: false,
    })
    // The station's turn in the safety grid.
    expect(nextLookAt! - later(10 * MINUTE)).toBeLessThanOrEqual(15 * MINUTE)
  })

  test.each<[string, readonly Cue[], Standing['lacking']]>([
    ['nothing known, a sensor mounted', [], { fillPercent: 85, reports: 2 }],
    ['one resident', [report('full', 'a', ten)], { fillPercent: 77.5, reports: 1 }],
    ['eighty percent', levels(paper, ten, HOUR, [80]), { fillPercent: 85, reports: 1 }],
    [
      'one of the staff says that there is room: neither a sensor nor three residents are enough',
      [{ at: ten, report: 'has-room', of: paper, who: 's', by: 'staff' }],
      {},
    ],
  ])('what is lacking with %s', (_, cues, lacking) => {
    expect(standingOf(cues, later(MINUTE)).lacking).toEqual(lacking)
  })

  test('while it must last: since when, until when, and what would hold it then', () => {
    const at = local('2026-05-05T22:10')
    const cues = levels(paper, local('2026-05-05T22:00'), 10 * MINUTE, same(92, 2))
    const { state, startedAt, movesOnAt, gates, waiting, lacking } = standingOf(cues, at)
    expect([state, clock(startedAt!), clock(movesOnAt!), waiting, lacking]).toEqual([
      'pending',
      '05-05 22:00',
      '05-05 22:30',
      undefined,
      undefined,
    ])
    expect(gates.filter(({ answer }) => answer !== 'pass')).toEqual([
      {
        gate: 'quiet-hours',
        answer: 'hold',
        until: local('2026-05-06T07:00'),
        detail: '21:00-07:00',
      },
    ])
  })

  test('while it waits for company, then at a gate', () => {
    const cues = levels(paper, local('2026-05-05T20:15'), 10 * MINUTE, same(92, 8))
    const company = standingOf(cues, local('2026-05-05T20:50'))
    expect(company.waiting).toEqual({
      kind: 'open',
      since: local('2026-05-05T20:15'),
      nextTryAt: local('2026-05-05T21:00'),
    })
    expect(company.gates.every(({ answer }) => answer === 'pass')).toBe(true)
    const held = standingOf(cues, local('2026-05-05T21:20'))
    expect(held.waiting!.nextTryAt).toBe(local('2026-05-06T07:00'))
    expect(held.gates.find(({ answer }) => answer !== 'pass')).toMatchObject({
      gate: 'quiet-hours',
    })
  })

  test('after it was told, and while it seems to be over', () => {
    const cues = levels(paper, ten, 10 * MINUTE, [...same(92, 6), 20])
    const told = standingOf(cues, later(50 * MINUTE))
    expect(told).toMatchObject({
      state: 'active',
      posted: { at: later(45 * MINUTE) },
      when: { value: true },
      gates: [],
    })
    expect(told.waiting).toBeUndefined()
    const over = standingOf(cues, later(65 * MINUTE))
    expect([over.state, clock(over.movesOnAt!)]).toEqual(['clearing', '05-05 11:20'])
  })

  test('at a station, of what is said of the ground', () => {
    const standing = standingOf([report('litter', 'a', ten)], later(MINUTE), 'littered')
    expect(standing).toMatchObject({
      subject: ekudden,
      state: 'idle',
      when: {
        value: false,
        clauses: [
          { source: 's.litter_reports_4h >= 2', facts: { 's.litter_reports_4h': 1 } },
          { source: 's.litter_staff_4h >= 1', facts: { 's.litter_staff_4h': 0 } },
        ],
      },
    })
    expect(standing.evidence).toBeUndefined()
  })

  test('by the clock: when its time comes next', () => {
    const play = createPlay()
    play.goOn(levels(paper, ten, HOUR, [40]), later(HOUR))
    const [weekly] = play.engine.standing(ACCOUNT, later(HOUR))
    expect(weekly).toMatchObject({ isScheduled: true, nextLookAt: local('2026-05-11T08:00') })
    expect(weekly!.stationId).toBeUndefined()
  })

  test('is as of the instant asked for, also between two records', () => {
    const play = createPlay()
    play.goOn(levels(paper, ten, HOUR, [62]), later(HOUR))
    const [now] = play.engine.standing(box(paper), later(HOUR))
    const [next] = play.engine.standing(box(paper), later(13 * HOUR))
    expect([now!.when.value, next!.when.value]).toEqual([false, 'unknown'])
  })
})

test('asking changes nothing: not what is decided, not what is kept, not what comes due', () => {
  const truck: Cue = {
    at: later(20 * MINUTE),
    told: { type: 'truck', stationId: ekudden, state: 'en-route', etaAt: later(HOUR) },
  }
  const cues: readonly Cue[] = [
    ...levels(paper, ten, 10 * MINUTE, [...same(92, 60), ...same(20, 60)]),
    ...levels('901-plastic-1', ten, 10 * MINUTE, same(96, 120)),
    ...levels('901-clear-glass-1', later(5 * HOUR), 10 * MINUTE, same(88, 60)),
    report('litter', 'a', later(HOUR)),
    report('litter', 'b', later(HOUR)),
    report('full', 'c', later(2 * HOUR)),
    truck,
  ]
  function tell(ask: (engine: Engine, at: EpochMs) => void) {
    const { engine } = createPlay()
    const store = createStore()
    const dues: (EpochMs | undefined)[] = []
    cues
      .toSorted((a, b) => a.at - b.at)
      .forEach((cue, i) => {
        engine.apply(recordOf(cue, i + 1))
        ask(engine, cue.at)
        store.keep(engine.takeEffects())
        ask(engine, after(cue.at, 7 * MINUTE))
        dues.push(engine.nextDue())
        engine.advance(after(cue.at, MINUTE))
        ask(engine, after(cue.at, HOUR))
        store.keep(engine.takeEffects())
      })
    return { posts: store.posts, decisions: store.decisions, kept: store.kept(), dues }
  }
  const asked = tell((engine, at) => {
    for (const station of castTown.stations) {
      engine.standing(station.id, at)
      for (const container of station.containers) engine.standing(container.id, at)
    }
    engine.standing(ACCOUNT, at)
  })
  expect(asked.posts.length).toBeGreaterThan(3)
  expect(
    asked.decisions.flatMap((d) => d.gates).map((g) => g.answer === 'hold' && g.gate),
  ).toContain('suppressed')
  expect(asked).toEqual(tell(() => undefined))
})
