import { describe, expect, test } from 'vitest'

import { concerns, stateOfStation, townOf } from '#src/rules/alone.ts'
import type { DecidedPost } from '#src/rules/decision.ts'
import type { JournalRecord } from '#src/rules/record.ts'
import type { Fact } from '#src/store/journal.ts'
import type { AreaId, StationId } from '#src/stations/ids.ts'
import { castTown, dividedTown, ekudden, hamnen, north, south } from '#tests/support/town.ts'
import {
  HOUR,
  MINUTE,
  after,
  box,
  levels,
  local,
  play,
  recordOf,
  rulesWith,
  same,
} from './scenario.ts'
import type { Cue } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const town = dividedTown

describe('a town of one station', () => {
  test('has that station, its mountings and its area', () => {
    const alone = townOf(ekudden.id, town)
    expect(alone.stations.map(({ id }) => id)).toEqual([ekudden.id])
    expect(alone.mountings.map(({ containerId }) => containerId)).toEqual(
      ekudden.containers.map(({ id }) => id),
    )
    expect(alone.areas).toEqual([{ id: north, name: 'Norr' }])
    expect(alone.devices).toBe(town.devices)
  })

  test('has no areas where the town has none, and none where nobody knows the station', () => {
    expect(townOf(ekudden.id, castTown)).not.toHaveProperty('areas')
    expect(townOf('1490-999' as StationId, town)).toMatchObject({
      stations: [],
      mountings: [],
      areas: [],
    })
  })
})

describe('a record has something to say to a station', () => {
  const of = (cue: Cue): JournalRecord => recordOf(cue, 1)
  const told = (fact: Fact): JournalRecord => recordOf({ at: ten, told: fact }, 1)
  const post = (stationId?: StationId) =>
    told({
      type: 'post-corrected',
      post: { ...(stationId && { stationId }) } as DecidedPost,
      actor: 'Kim',
    })
  const silence = (about: { stationId?: StationId; containerId?: ReturnType<typeof box> }) =>
    told({ type: 'silenced', id: 'a', ...about, until: later(HOUR), actor: 'Kim' })
  const bike = (areaId: AreaId) => told({ type: 'bike', areaId, state: 'ended' })

  test.each<readonly [string, JournalRecord, boolean]>([
    ['a level of its own', of({ at: ten, fill: 20, of: '901-paper-1' }), true],
    ['a level of another', of({ at: ten, fill: 20, of: '902-paper-1' }), false],
    ['a report', of({ at: ten, report: 'full', of: '901-paper-1', who: 'a' }), true],
    ['a report of another', of({ at: ten, report: 'full', of: '902-paper-1', who: 'a' }), false],
    ['an emptying', of({ at: ten, emptied: ten, of: '901-paper-1' }), true],
    ['a corrected emptying', of({ at: ten, unemptied: ten, of: '901-paper-1' }), true],
    [
      'a plan',
      told({ type: 'plan', containerId: box('901-paper-1'), source: 'hub', emptyings: [] }),
      true,
    ],
    [
      'a forecast of another',
      told({ type: 'forecast', containerId: box('902-paper-1'), fullWithin24h: 1, model: 'm' }),
      false,
    ],
    ['its truck', told({ type: 'truck', stationId: ekudden.id, state: 'gone' }), true],
    ['another’s truck', told({ type: 'truck', stationId: hamnen.id, state: 'gone' }), false],
    [
      'its gateway',
      told({ type: 'gateway', stationIds: [hamnen.id, ekudden.id], state: 'up' }),
      true,
    ],
    ['another’s gateway', told({ type: 'gateway', stationIds: [hamnen.id], state: 'up' }), false],
    ['the bike of its area', bike(north), true],
    ['the bike of another', bike(south), false],
    ['silence of all', silence({}), true],
    ['silence of it', silence({ stationId: ekudden.id }), true],
    ['silence of another', silence({ stationId: hamnen.id }), false],
    ['silence of its container', silence({ containerId: box('901-paper-1') }), true],
    ['silence of another’s container', silence({ containerId: box('902-paper-1') }), false],
    ['the end of a silence', told({ type: 'silence-ended', id: 'a', actor: 'Kim' }), true],
    ['a correction of its post', post(ekudden.id), true],
    ['a correction of another’s', post(hamnen.id), false],
    ['a correction of what was said of all', post(), true],
    ['a change of the town', of({ at: ten, town }), true],
    ['being back', of({ at: ten, resumed: true }), true],
  ])('%s', (_, record, expected) => {
    expect(concerns(ekudden.id, north, record)).toBe(expected)
  })
})

test('what is kept of a station is its own, its area’s and the account’s', () => {
  const book = rulesWith(
    `  - { id: full, per: container, when: c.full, post: full }
  - { id: busy, per: area, when: a.stations_full >= 1, post: busy }`,
    'budget: { min_gap: 0s }',
  )
  const full = ['901-paper-1', '902-paper-1', '903-paper-1'].flatMap((of) =>
    levels(of, ten, 10 * MINUTE, same(95, 3)),
  )
  const broken: Cue = { at: later(1), report: 'broken', of: '902-paper-1', who: 'a' }
  const { kept } = play([...full, broken], later(HOUR), { book, town })
  const own = stateOfStation(ekudden.id, town, kept)
  expect(own.containers.map(({ containerId }) => containerId)).toEqual([box('901-paper-1')])
  expect([...own.state.keys()].sort()).toEqual([
    'account',
    'area|north',
    'clock',
    'episode|busy|north',
    'episode|full|1490-901-paper-1',
    'rule|busy',
    'rule|full',
    'station|1490-901',
  ])
  expect([...kept.state.keys()].filter((key) => key.includes('south'))).toHaveLength(2)
})
