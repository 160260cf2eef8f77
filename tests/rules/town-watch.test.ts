/** A town that changes while it is watched: what is counted, closed, forgotten, and begun anew. */
import { describe, expect, test } from 'vitest'

import type { ContainerId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import { castTown, containerId, deviceId, ekudden, hamnen } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, box, createPlay, local, rulesWith } from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const [paper, plastic, glass] = ['901-paper-1', '901-plastic-1', '901-clear-glass-1'] as const

const book = rulesWith(
  `  - { id: full, per: container, when: c.full, post: full }
  - { id: counts, per: station, when: s.full >= 9 || s.unknown >= 9 || s.containers >= 9, post: counts }
  - { id: any, per: station, when: s.full >= 1, channel: staff, post: any }`,
  'budget: { min_gap: 0s }',
)

/** Paper is full and somebody has said so, plastic has room, of the glass nothing is known. */
const cues: readonly Cue[] = [
  { at: ten, emptied: after(ten, -HOUR), of: paper },
  { at: ten, fill: 95, of: paper },
  { at: ten, report: 'full', of: paper, who: 'a' },
  { at: ten, report: 'broken', of: paper, who: 'a' },
  { at: ten, fill: 20, of: plastic },
]

function withContainers(change: (ids: readonly ContainerId[]) => readonly ContainerId[]): Town {
  const known = new Map(ekudden.containers.map((container) => [container.id, container]))
  const containers = change([...known.keys()]).map(
    (id) => known.get(id) ?? { ...ekudden.containers[0]!, id, name: id.slice(9) },
  )
  return { ...castTown, stations: [{ ...ekudden, containers }, ...castTown.stations.slice(1)] }
}
const without = (of: string) => withContainers((ids) => ids.filter((id) => id !== box(of)))

function changed(town: Town, more: readonly Cue[] = []) {
  const { engine, goOn } = createPlay({ book, town: castTown })
  goOn(cues, later(1))
  const at = later(MINUTE)
  const played = goOn([{ at, town }, ...more], later(2 * MINUTE))
  const counts = engine.standing(ekudden.id, later(2 * MINUTE)).find((s) => s.ruleId === 'counts')
  const facts = Object.assign(
    {},
    ...(counts?.when.clauses ?? []).map((clause) => clause.facts),
  ) as object
  return { engine, facts, ...played }
}

describe('what a station counts', () => {
  test.each([
    ['before anything changes', castTown, [1, 1, 3]],
    ['without its full container', without(paper), [0, 1, 2]],
    ['without the one that has room', without(plastic), [1, 1, 2]],
    ['without the one of which nothing is known', without(glass), [1, 0, 2]],
    [
      'with one more, of which nothing is known',
      withContainers((ids) => [...ids, containerId('1490-901-metal-1')]),
      [1, 2, 4],
    ],
  ])('%s', (_, town, [full, unknown, containers]) => {
    expect(changed(town).facts).toEqual({
      's.full': full,
      's.unknown': unknown,
      's.containers': containers,
    })
  })
})

describe('a container that is taken out of the town', () => {
  test('is closed without a word, and its station is judged again at once', () => {
    const { decisions, posts } = changed(without(paper))
    const then = decisions.filter(({ at }) => at === later(MINUTE))
    expect(
      then.map(({ ruleId, subject, from, to, because, outcome, clauses }) => [
        ruleId,
        subject,
        `${from}→${to}`,
        because,
        outcome,
        clauses.length,
      ]),
    ).toEqual([
      ['full', box(paper), 'active→idle', 'container-removed', 'dropped', 0],
      // Of the glass nothing is known: it may be full.
      ['any', ekudden.id, 'active→active', 'waiting-for-data', undefined, 1],
    ])
    expect(posts).toEqual([])
  })

  test('leaves nothing behind, and is unknown should it come back', () => {
    const { kept } = changed(without(paper))
    expect(kept.containers.find((state) => state.containerId === box(paper))).toEqual({
      containerId: box(paper),
      reports: [],
    })
    expect([...kept.state.keys()].filter((key) => key.includes('paper-1'))).toEqual([])
    const { engine, facts } = changed(without(paper), [{ at: later(90_000), town: castTown }])
    expect(engine.status(box(paper), later(2 * MINUTE))).toEqual({
      containerId: box(paper),
      word: 'unknown',
    })
    expect(facts).toMatchObject({ 's.full': 0, 's.unknown': 2 })
  })

  test('with its whole station leaves nothing of that either', () => {
    const { kept, decisions, engine } = changed({ ...castTown, stations: [hamnen] })
    expect([...kept.state.keys()].filter((key) => key.includes('901'))).toEqual([])
    expect(engine.standing(ekudden.id, later(HOUR))).toEqual([])
    expect(
      decisions
        .filter(({ because }) => because === 'container-removed')
        .map(({ ruleId, subject }) => [ruleId, subject]),
    ).toEqual([
      ['full', box(paper)],
      ['any', ekudden.id],
    ])
  })
})

test('a container is judged in the order of the town’s file, also when that changes', () => {
  const turned = withContainers((ids) => ids.toReversed())
  const daily = rulesWith(
    '  - { id: low, per: container, schedule: "daily 10:30", when: c.fill < 30.0, post: low }',
    'budget: { min_gap: 0s }',
  )
  const { goOn } = createPlay({ book: daily, town: castTown })
  goOn(cues, later(1))
  const { decisions } = goOn([{ at: later(MINUTE), town: turned }], later(HOUR))
  expect(decisions.slice(0, 3).map(({ subject }) => subject)).toEqual(
    [glass, plastic, paper].map(box),
  )
})

test('a container whose device is another’s is unknown until the new one speaks', () => {
  const swapped: Town = {
    ...castTown,
    mountings: [
      ...castTown.mountings,
      { deviceId: deviceId('dev-new'), containerId: box(paper), from: later(30_000) },
    ],
  }
  const { engine, facts, kept } = changed(swapped)
  expect(engine.status(box(paper), later(2 * MINUTE))).toMatchObject({ source: 'reports' })
  expect(facts).toMatchObject({ 's.full': 0, 's.unknown': 1 })
  expect(kept.containers.find((state) => state.containerId === box(paper))).not.toHaveProperty(
    'fillPercent',
  )
  const spoken: Cue = { at: later(90_000), fill: 90, of: paper, device: 'dev-new' }
  expect(changed(swapped, [spoken]).facts).toMatchObject({ 's.full': 1 })
})
