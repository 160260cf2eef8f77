/** What each fact answers: when it is missing, and at which instant it changes. */
import { describe, expect, test } from 'vitest'

import { createCalendar } from '#src/rules/calendar.ts'
import { FACTS, countFullSince, createFacts, wasPassedBy } from '#src/rules/facts.ts'
import type { KnownContainer, KnownStation, KnownWide } from '#src/rules/facts.ts'
import type { Truck } from '#src/rules/watch.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { ekudden } from '#tests/support/town.ts'
import { HOUR, MINUTE, after, box, local } from './scenario.ts'

const ten = local('2026-05-05T10:00')
const later = (ms: number) => after(ten, ms)
const DAY = 24 * HOUR

const silent: KnownContainer = {
  container: { id: box('901-paper-1'), fraction: 'paper' },
  fillPercent: undefined,
  measuredAt: undefined,
  liveUntil: 0,
  reports: [],
  fault: undefined,
  heardAt: undefined,
  emptiedAt: undefined,
  extras: undefined,
  station: { truck: undefined },
}
const quiet: KnownStation = {
  station: ekudden,
  containers: ekudden.containers,
  full: 0,
  unknown: 3,
  litter: undefined,
  ice: undefined,
  gatewayDown: false,
  truck: undefined,
}
const area: KnownWide = { id: 'north', stations: [], bike: undefined }

function c(known: Partial<KnownContainer>, at: EpochMs = ten) {
  const facts = createFacts().c
  facts.look({ ...silent, ...known }, at)
  return facts
}
function truck(known: Truck | undefined, at: EpochMs = ten) {
  const facts = createFacts().truck
  facts.look({ ...quiet, truck: known }, at)
  return [facts.en_route, facts.eta_min]
}
function bike(known: KnownWide['bike'], at: EpochMs = ten) {
  const facts = createFacts().bike
  facts.look({ ...area, bike: known }, at)
  return [facts.started, facts.first_stop_min, facts.free_slots]
}

test('the names: a container, its fraction, a station, an area', () => {
  const { s, a } = createFacts()
  s.look(quiet, ten)
  a.look(area, ten)
  expect([c({}).id, c({}).fraction, s.id, a.id]).toEqual([
    '1490-901-paper-1',
    'paper',
    '1490-901',
    'north',
  ])
})

test('of a container of which nothing is known nothing is claimed', () => {
  const facts = c({})
  const values = Object.fromEntries(
    FACTS.filter(({ name }) => name.startsWith('c.')).map(({ name }) => [
      name,
      (facts as unknown as Record<string, unknown>)[name.slice(2)],
    ]),
  )
  expect(values).toEqual({
    'c.id': '1490-901-paper-1',
    'c.fraction': 'paper',
    'c.full': undefined,
    'c.evidence': undefined,
    'c.fill': undefined,
    'c.fill_age_min': undefined,
    'c.full_reports_2h': 0n,
    'c.room_reports_8h': 0n,
    'c.min_since_emptied': undefined,
    'c.sensor_silent_min': undefined,
    'c.fault': '',
    'c.p_full_24h': undefined,
    'c.next_emptying_h': undefined,
    'c.emptying_overdue_h': 0,
    'c.passed_today': false,
    'c.broken_reports_24h': 0n,
    'c.broken_staff': false,
    'c.repaired_since_last_broken': false,
  })
})

test('which facts may be missing', () => {
  expect(FACTS.filter(({ mayBeMissing }) => mayBeMissing).map(({ name }) => name)).toEqual([
    'c.full',
    'c.evidence',
    'c.fill',
    'c.fill_age_min',
    'c.min_since_emptied',
    'c.sensor_silent_min',
    'c.p_full_24h',
    'c.next_emptying_h',
    'c.repaired_since_last_broken',
    's.cleaned_since_last_litter',
    'truck.eta_min',
    'bike.first_stop_min',
    'bike.free_slots',
  ])
})

test('a level counts until it is too old, and its age with it', () => {
  const known = { fillPercent: 40, measuredAt: ten, liveUntil: later(12 * HOUR) }
  const last = c(known, later(12 * HOUR - 1))
  expect([last.fill, last.fill_age_min]).toEqual([40, (12 * HOUR - 1) / MINUTE])
  const over = c(known, later(12 * HOUR))
  expect([over.fill, over.fill_age_min, over.full]).toEqual([undefined, undefined, undefined])
})

test('evidence is weighed anew for each container looked at', () => {
  const facts = createFacts().c
  const known = { ...silent, measuredAt: ten, liveUntil: later(HOUR) }
  facts.look({ ...known, fillPercent: 90 }, ten)
  expect([facts.full, facts.evidence]).toEqual([true, 2])
  facts.look({ ...known, fillPercent: 80 }, ten)
  expect([facts.full, facts.evidence]).toEqual([false, 0])
})

test('a forecast is believed for twelve hours', () => {
  const extras = {
    kind: 'extras',
    key: 'more|x',
    broken: undefined,
    plans: undefined,
    forecast: { at: ten, fullWithin24h: 0.8 },
    dirty: false,
  } as const
  expect(c({ extras }, later(12 * HOUR - 1)).p_full_24h).toBe(0.8)
  expect(c({ extras }, later(12 * HOUR)).p_full_24h).toBeUndefined()
})

describe('a truck', () => {
  test('is on its way until it is gone, and for twelve hours at most', () => {
    expect(truck(undefined)).toEqual([false, undefined])
    expect(truck({ since: ten })).toEqual([true, undefined])
    expect(truck({ since: ten, etaAt: later(HOUR) })).toEqual([true, 60])
    expect(truck({ since: ten, etaAt: ten }, later(MINUTE))).toEqual([true, 0])
    expect(truck({ since: ten, goneAt: ten, etaAt: later(HOUR) })).toEqual([false, undefined])
    expect(truck({ since: ten }, later(12 * HOUR - 1))[0]).toBe(true)
    expect(truck({ since: ten }, later(12 * HOUR))[0]).toBe(false)
  })

  const calendar = createCalendar('Europe/Stockholm', undefined)
  const gone: Truck = { since: ten, goneAt: later(10 * MINUTE) }
  const passed = (emptiedAt: EpochMs | undefined, at: EpochMs, station = { truck: gone }) =>
    wasPassedBy({ emptiedAt, station }, at, calendar)

  test.each([
    ['never emptied', undefined, later(HOUR), true],
    ['emptied the day before', later(-DAY), later(HOUR), true],
    ['emptied this morning', later(-HOUR), later(HOUR), false],
    ['emptied as the truck set out', ten, later(HOUR), false],
    ['emptied by it', later(5 * MINUTE), later(HOUR), false],
    ['at the end of the day', undefined, local('2026-05-05T23:59'), true],
    ['the next day', undefined, local('2026-05-06T00:00'), false],
    ['at the same hour the next day', undefined, later(DAY), false],
  ])('passed it by: %s', (_, emptiedAt, at, expected) => {
    expect(passed(emptiedAt, at)).toBe(expected)
  })

  test('passed by on the day of twenty-five hours, until its midnight', () => {
    const night = local('2026-10-25T00:10')
    const early = { truck: { since: night, goneAt: night } }
    expect(passed(undefined, local('2026-10-25T23:59'), early)).toBe(true)
  })

  test('that is still on its way has passed nothing by', () => {
    expect(
      wasPassedBy({ emptiedAt: undefined, station: { truck: { since: ten } } }, ten, calendar),
    ).toBe(false)
  })
})

describe('the return bike', () => {
  test('is on its round for twelve hours after it was last spoken of', () => {
    expect(bike(undefined)).toEqual([false, undefined, undefined])
    const round = { at: ten, firstStopAt: later(HOUR), freeSlots: 3 }
    expect(bike(round, later(30 * MINUTE))).toEqual([true, 30, 3n])
    expect(bike(round, later(2 * HOUR))).toEqual([true, 0, 3n])
    expect(bike({ at: ten }, later(12 * HOUR - 1))).toEqual([true, undefined, undefined])
    expect(bike(round, later(12 * HOUR))).toEqual([false, undefined, undefined])
  })
})

test('a station was full within seven days if it is, or was less than seven days ago', () => {
  const stations = (...fullUntil: readonly (EpochMs | undefined)[]) =>
    fullUntil.map((until) => ({ full: 0, unknown: 0, fullUntil: until }))
  const count = (known: KnownWide['stations']) => countFullSince({ ...area, stations: known }, ten)
  expect(count(stations(undefined))).toBe(0)
  expect(count(stations(later(-HOUR), later(-7 * DAY + 1), later(-7 * DAY)))).toBe(2)
  expect(count([{ full: 1, unknown: 0, fullUntil: undefined }])).toBe(1)
})

test('the clock on the wall: hour, weekday, holiday', () => {
  const { t } = createFacts()
  const shown = (time: string) => {
    t.look(local(time))
    return [t.hour, t.weekday, t.holiday]
  }
  expect(shown('2026-05-14T09:59')).toEqual([9n, 4n, true])
  expect(shown('2026-05-15T00:00')).toEqual([0n, 5n, false])
  expect(shown('2026-05-17T23:59')).toEqual([23n, 7n, false])
})
