import { describe, expect, test } from 'vitest'

import { instant } from '#src/stations/time.ts'
import type { Container, Town } from '#src/stations/station.ts'
import { castTown, deviceId, ekudden } from '#tests/support/town.ts'
import { weighEvidence } from '#src/rules/evidence.ts'
import type { Report } from '#src/rules/evidence.ts'
import { HOUR, MINUTE, after, box, createPlay, levels, local, same } from './scenario.ts'
import type { Cue } from './scenario.ts'

const noon = local('2026-05-05T12:00')
const paper = '901-paper-1'
const later = (ms: number) => after(noon, ms)

describe('the word for a container', () => {
  const rows: readonly (readonly [string, readonly Cue[], number, object])[] = [
    ['nothing was ever heard', [], 0, { word: 'unknown' }],
    [
      'a low level is room',
      [{ at: noon, fill: 40, of: paper }],
      HOUR,
      { word: 'has-room', fillPercent: 40, measuredAt: noon, source: 'sensor' },
    ],
    [
      'three quarters is nearly full',
      [{ at: noon, fill: 75, of: paper }],
      HOUR,
      { word: 'nearly-full', fillPercent: 75, measuredAt: noon, source: 'sensor' },
    ],
    [
      'eighty-five is full',
      [{ at: noon, fill: 85, of: paper }],
      HOUR,
      { word: 'full', fillPercent: 85, measuredAt: noon, source: 'sensor' },
    ],
    [
      'one resident against a low sensor makes it nearly full',
      [
        { at: noon, fill: 55, of: paper },
        { at: noon, report: 'full', of: paper, who: 'a' },
      ],
      HOUR,
      { word: 'nearly-full', fillPercent: 55, measuredAt: noon, source: 'both' },
    ],
    [
      'residents are heard where there is no sensor',
      [
        { at: noon, report: 'full', of: paper, who: 'a' },
        { at: noon, report: 'full', of: paper, who: 'b' },
      ],
      HOUR,
      { word: 'full', source: 'reports' },
    ],
    [
      'and forgotten after eight hours',
      [{ at: noon, report: 'full', of: paper, who: 'a' }],
      8 * HOUR,
      { word: 'unknown', unknownSince: later(8 * HOUR) },
    ],
    [
      'a level of yesterday is not known to be anything',
      [{ at: noon, fill: 5, of: paper }],
      12 * HOUR,
      { word: 'unknown', unknownSince: later(12 * HOUR) },
    ],
    [
      'an emptied container has room, though no sensor has said so yet',
      [
        { at: noon, fill: 95, of: paper },
        { at: later(MINUTE), emptied: later(MINUTE), of: paper },
      ],
      HOUR,
      {
        word: 'has-room',
        fillPercent: 0,
        measuredAt: later(MINUTE),
        emptiedAt: later(MINUTE),
      },
    ],
    [
      'and nothing is known of one that was not emptied after all',
      [
        { at: noon, fill: 95, of: paper },
        { at: later(MINUTE), emptied: later(MINUTE), of: paper },
        { at: later(2 * MINUTE), unemptied: later(MINUTE), of: paper },
      ],
      HOUR,
      { word: 'unknown' },
    ],
    [
      'a correction leaves what a sensor has said since',
      [
        { at: noon, emptied: noon, of: paper },
        { at: later(MINUTE), fill: 60, of: paper },
        { at: later(2 * MINUTE), unemptied: noon, really: later(-HOUR), of: paper },
      ],
      HOUR,
      {
        word: 'has-room',
        fillPercent: 60,
        measuredAt: later(MINUTE),
        source: 'sensor',
        emptiedAt: later(-HOUR),
      },
    ],
    [
      'a fault stands beside the level that came before it',
      [
        { at: noon, fill: 40, of: paper },
        { at: later(MINUTE), fault: 'no-echo', of: paper },
      ],
      HOUR,
      {
        word: 'has-room',
        fillPercent: 40,
        measuredAt: noon,
        source: 'sensor',
        fault: 'no-echo',
      },
    ],
    [
      'and goes when a level comes',
      [
        { at: noon, fault: 'no-echo', of: paper },
        { at: later(MINUTE), fill: 40, of: paper },
      ],
      HOUR,
      { word: 'has-room', fillPercent: 40, measuredAt: later(MINUTE), source: 'sensor' },
    ],
  ]
  test.each(rows)('%s', (_, cues, afterMs, expected) => {
    const { engine, goOn } = createPlay()
    goOn(cues, noon)
    expect(engine.status(box(paper), later(afterMs))).toEqual({
      containerId: box(paper),
      ...expected,
    })
  })
})

test('a container nobody knows is unknown', () => {
  const { engine } = createPlay()
  expect(engine.status(box('999-paper-1'), noon)).toEqual({
    containerId: box('999-paper-1'),
    word: 'unknown',
  })
})

describe('evidence', () => {
  const toMilli = (weight: number) => Math.round(weight * 1000)
  const sum = (fillPercent: number | undefined, ageMs: number, reports: readonly Report[] = []) =>
    weighEvidence(
      { fillPercent, measuredAt: noon, liveUntil: noon + 12 * HOUR, reports },
      later(ageMs),
    )
  const said = (kind: Report['kind'], who: string, by: Report['by'] = 'resident'): Report => {
    return { kind, by, reporter: who, at: noon }
  }

  test.each([
    ['a high level', 85, 0, 1],
    ['does not age', 85, 11 * HOUR, 1],
    ['and counts three at most', 100, 0, 2],
    ['a low level', 40, 0, -2],
    ['halves in twelve hours', 40, 6 * HOUR, -1 - 0.5 ** 0.5],
    ['a level too old says nothing', 85, 12 * HOUR, Number.NaN],
  ])('%s', (_, fill, ageMs, expected) => {
    expect(toMilli(sum(fill, ageMs))).toBe(toMilli(expected))
  })

  test.each([
    ['two residents make up for any level', 40, 0, [said('full', 'a'), said('full', 'b')], 1],
    ['a report counts in full for two hours', undefined, 2 * HOUR, [said('full', 'a')], 0.5],
    ['then halves every two', undefined, 4 * HOUR, [said('full', 'a')], -0.25],
    ['and is gone after eight', undefined, 8 * HOUR, [said('full', 'a')], Number.NaN],
    ['room counts the other way', 75, 0, [said('has-room', 'a')], -2.5],
    ['the staff weigh four', 40, 0, [said('full', 'crew', 'staff')], 2],
    [
      'three residents are counted',
      75,
      0,
      ['a', 'b', 'c', 'd', 'e'].map((w) => said('full', w)),
      3.5,
    ],
  ])('%s', (_, fill, ageMs, reports, expected) => {
    expect(toMilli(sum(fill, ageMs, reports))).toBe(toMilli(expected))
  })
})

describe('where to go instead', () => {
  const alternativeOf = (cues: readonly Cue[], town = castTown) => {
    const full = levels(paper, noon, 10 * MINUTE, same(92, 6))
    const { posts } = createPlay({ town }).goOn([...full, ...cues], later(HOUR))
    return posts[0]!.items[0]!.alternative?.name
  }
  const at = (station: string, fill: number): Cue => {
    return { at: noon, fill, of: `${station}-paper-1` }
  }

  test.each([
    ['the nearest that has room', [at('902', 30), at('903', 10)], 'Hamnen'],
    ['not one that is nearly full', [at('902', 80), at('903', 10)], 'Torget'],
    ['not one of which nothing is known', [at('903', 10)], 'Torget'],
    ['nowhere, if nobody knows', [], undefined],
  ])('%s', (_, cues, expected) => {
    expect(alternativeOf(cues)).toBe(expected)
  })

  test('the box beside it, when the station has another of the fraction with room', () => {
    const beside: Container = { ...ekudden.containers[0]!, id: box('901-paper-2'), name: 'paper-2' }
    const twoBoxes: Town = {
      ...castTown,
      stations: castTown.stations.map((s) =>
        s.id === ekudden.id ? { ...s, containers: [...s.containers, beside] } : s,
      ),
      devices: [...castTown.devices, { id: deviceId('dev-901-paper-2'), profile: 'native' }],
      mountings: [
        ...castTown.mountings,
        {
          ...castTown.mountings[0]!,
          deviceId: deviceId('dev-901-paper-2'),
          containerId: beside.id,
        },
      ],
    }
    const second = (fill: number): Cue => ({ at: noon, fill, of: '901-paper-2' })
    expect(alternativeOf([second(40), at('902', 30)], twoBoxes)).toBe('Ekudden')
    expect(alternativeOf([second(80), at('902', 30)], twoBoxes)).toBe('Hamnen')
  })

  test('only for the same fraction', () => {
    const glass: Cue = { at: noon, fill: 10, of: '902-clear-glass-1' }
    expect(alternativeOf([glass])).toBeUndefined()
  })
})

test('what an engine makes of a record is told', () => {
  const { goOn } = createPlay()
  const { applied } = goOn(
    [
      { at: noon, fill: 40, of: paper },
      { at: later(1), measured: later(-1), fill: 41, of: paper },
      { at: later(2), fill: 42, of: paper, device: 'dev-901-plastic-1' },
      { at: later(3), fill: 42, of: '999-paper-1' },
      { at: later(4), report: 'full', of: paper, who: 'a' },
      { at: later(5), report: 'full', of: paper, who: 'a' },
      { at: later(6), report: 'has-room', of: paper, who: 'a' },
      { at: later(7), emptied: later(7), of: paper },
      { at: later(8), measured: later(6), fault: 'no-echo', of: paper },
      { at: later(9), emptied: later(3), of: paper },
      { at: later(10), fill: 1, of: paper },
    ],
    later(HOUR),
  )
  expect(applied.map((a) => (a.kind === 'now' ? 'now' : a.because))).toEqual([
    'now',
    'older-than-newest',
    'other-device',
    'unknown-container',
    'now',
    'repeat-report',
    'now',
    'now',
    'before-emptying',
    'older-than-newest',
    'now',
  ])
})

test('effects are cheap when nothing happened, and hold each container once', () => {
  const { engine } = createPlay()
  engine.takeEffects()
  engine.advance(noon)
  const quiet = engine.takeEffects()
  expect(quiet).toEqual({
    decisions: [],
    posts: [],
    withdrawn: [],
    containers: [],
    state: new Map(),
  })
  for (let i = 1; i <= 3; i++) {
    engine.apply({
      type: 'reading',
      seq: i,
      at: later(i),
      measuredAt: later(i),
      containerId: box(paper),
      deviceId: 'dev-901-paper-1' as never,
      fillPercent: 40 + i,
    })
  }
  const effects = engine.takeEffects()
  expect(effects.containers).toEqual([
    {
      containerId: box(paper),
      fillPercent: 43,
      measuredAt: later(3),
      deviceId: 'dev-901-paper-1',
      heardAt: later(3),
      intervalMs: 1,
      reports: [],
    },
  ])
  expect([...effects.state.keys()]).toEqual(['station|1490-901', 'clock'])
  expect(instant(engine.nextDue()!)).toBeGreaterThan(later(3))
})
