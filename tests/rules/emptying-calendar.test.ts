import { describe, expect, test } from 'vitest'
import { followPlans, followServiceDays } from '#src/rules/emptying-calendar.ts'
import type { PlanRecord } from '#src/rules/record.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import type { ContainerId } from '#src/stations/ids.ts'
import { HOUR, instant, plus, type EpochMs } from '#src/stations/time.ts'
import { containerId } from '#tests/support/town.ts'

const local = (text: string) =>
  instant(Temporal.ZonedDateTime.from(`${text}[Europe/Stockholm]`).epochMilliseconds)
const paper = containerId('1490-901-paper-1')
const secondPaper = containerId('1490-901-paper-2')
const glass = containerId('1490-901-clear-glass-1')
const fractionOf = new Map<ContainerId, Fraction>([
  [paper, 'paper'],
  [secondPaper, 'paper'],
  [glass, 'clear-glass'],
])
const at = local('2026-05-05T10:00')
const hours = (day: number, from: number, until: number) => ({
  from: local(`2026-05-${String(day).padStart(2, '0')}T${String(from).padStart(2, '0')}:00`),
  until: local(`2026-05-${String(day).padStart(2, '0')}T${String(until).padStart(2, '0')}:00`),
})

let seq = 0
function told(
  emptyings: readonly { from: EpochMs; until: EpochMs }[],
  more: { at?: EpochMs; of?: ContainerId; source?: PlanRecord['source'] } = {},
): PlanRecord {
  seq += 1
  return {
    type: 'plan',
    seq,
    at: more.at ?? at,
    containerId: more.of ?? paper,
    source: more.source ?? 'town',
    emptyings,
  }
}
const follow = (...records: readonly PlanRecord[]) =>
  followPlans(records, fractionOf, 'Europe/Stockholm').map(
    ({ day, nth, from, fractions, isCalledOff, revision, plannedAt, changedAt }) => ({
      event: `${day} ${nth}`,
      hour: Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO('Europe/Stockholm')
        .hour,
      fractions,
      isCalledOff,
      revision,
      changed: (changedAt - plannedAt) / HOUR,
    }),
  )
const later = plus(at, HOUR)
const thursday = {
  event: '2026-05-07 1',
  hour: 6,
  fractions: ['paper'],
  isCalledOff: false,
  revision: 0,
  changed: 0,
}

test('what is planned is an event; told again it is the same one', () => {
  expect(follow(told([hours(7, 6, 14)]))).toEqual([thursday])
  expect(follow(told([hours(7, 6, 14)]), told([hours(7, 6, 14)], { at: later }))).toEqual([
    thursday,
  ])
})

test('a longer plan leaves what was planned before as it was', () => {
  const records = [
    told([hours(7, 6, 14)]),
    told([hours(7, 6, 14), hours(14, 6, 14)], { at: later }),
  ]
  expect(follow(...records)).toEqual([thursday, { ...thursday, event: '2026-05-14 1' }])
})

test('other hours on the same day change the event, once for each time', () => {
  const records = [
    told([hours(7, 6, 14)]),
    told([hours(7, 8, 14)], { at: later }),
    told([hours(7, 9, 14)], { at: plus(at, 2 * HOUR) }),
  ]
  expect(follow(...records)).toEqual([{ ...thursday, hour: 9, revision: 2, changed: 2 }])
})

test('another day calls off the one and plans the other', () => {
  expect(follow(told([hours(7, 6, 14)]), told([hours(8, 6, 14)], { at: later }))).toEqual([
    { ...thursday, isCalledOff: true, revision: 1, changed: 1 },
    { ...thursday, event: '2026-05-08 1' },
  ])
})

test('what was called off and is planned again is the same event', () => {
  const records = [
    told([hours(7, 6, 14)]),
    told([], { at: later }),
    told([hours(7, 6, 14)], { at: plus(at, 2 * HOUR) }),
  ]
  expect(follow(...records)).toEqual([{ ...thursday, revision: 2, changed: 2 }])
})

describe('of two on the same day', () => {
  const evening = { ...thursday, event: '2026-05-07 2', hour: 18 }
  const both = told([hours(7, 6, 8), hours(7, 18, 20)])
  const off = { isCalledOff: true, revision: 1, changed: 1 }
  const changed = { revision: 1, changed: 1 }

  test('the one that is planned no more is called off, the other stays', () => {
    const evenings = told([hours(7, 18, 20)], { at: later })
    expect(follow(both, evenings)).toEqual([{ ...thursday, ...off }, evening])
    const mornings = told([hours(7, 6, 8)], { at: later })
    expect(follow(both, mornings)).toEqual([thursday, { ...evening, ...off }])
  })

  test('the one that is left is found by the nearest hours where they change as well', () => {
    const records = [both, told([hours(7, 17, 20)], { at: later })]
    expect(follow(...records)).toEqual([
      { ...thursday, ...off },
      { ...evening, hour: 17, ...changed },
    ])
  })

  test('each keeps its number while they change places', () => {
    const glassAtSeven = told([hours(7, 7, 9)], { of: glass })
    const paperAtNoon = told([hours(7, 12, 14)], { at: later })
    expect(follow(told([hours(7, 6, 8)]), glassAtSeven, paperAtNoon)).toEqual([
      { ...thursday, event: '2026-05-07 2', hour: 7, fractions: ['clear-glass'] },
      { ...thursday, hour: 12, ...changed },
    ])
  })

  test('an earlier one that is added, or another called off before, takes no number that was given', () => {
    const added = told([hours(7, 4, 5), hours(7, 6, 8), hours(7, 18, 20)], { at: later })
    expect(follow(both, added)).toEqual([
      { ...thursday, event: '2026-05-07 3', hour: 4 },
      thursday,
      evening,
    ])
    const glassAtNine = told([hours(7, 9, 10)], { of: glass, at: later })
    expect(follow(told([hours(7, 6, 8)]), told([], { at: later }), glassAtNine)).toEqual([
      { ...thursday, ...off },
      { ...thursday, event: '2026-05-07 2', hour: 9, fractions: ['clear-glass'] },
    ])
  })

  test('one that changes its hours is not taken for one that was called off', () => {
    const eveningOff = told([hours(7, 6, 8)], { at: later })
    const moved = told([hours(7, 16, 19)], { at: plus(at, 2 * HOUR) })
    expect(follow(both, eveningOff, moved)).toEqual([
      { ...thursday, hour: 16, revision: 1, changed: 2 },
      { ...evening, ...off },
    ])
    const otherPaper = told([hours(7, 17, 18)], { of: secondPaper, at: plus(at, 2 * HOUR) })
    expect(follow(both, eveningOff, otherPaper)).toEqual([
      thursday,
      { ...evening, hour: 17, revision: 2, changed: 2 },
    ])
  })
})

test('what is over is not called off by a plan that no longer has it', () => {
  const friday = local('2026-05-08T10:00')
  const records = [
    told([hours(7, 6, 14), hours(14, 6, 14)]),
    told([hours(14, 6, 14)], { at: friday }),
  ]
  expect(follow(...records)).toEqual([thursday, { ...thursday, event: '2026-05-14 1' }])
})

describe('several plans', () => {
  test('of one container by two sources add up, and each takes back its own alone', () => {
    const records = [
      told([hours(7, 6, 14)]),
      told([hours(7, 12, 16)], { source: 'hub', at: later }),
      told([], { at: plus(at, 2 * HOUR) }),
    ]
    expect(follow(...records.slice(0, 2))).toEqual([{ ...thursday, revision: 1, changed: 1 }])
    expect(follow(...records)).toEqual([{ ...thursday, hour: 12, revision: 2, changed: 2 }])
  })

  test('of containers that are emptied in the same window are one event, by their fractions', () => {
    const records = [
      told([hours(7, 6, 14)]),
      told([hours(7, 6, 14)], { of: secondPaper, at: later }),
      told([hours(7, 6, 14)], { of: glass, at: plus(at, 2 * HOUR) }),
    ]
    expect(follow(...records.slice(0, 2))).toEqual([thursday])
    expect(follow(...records)).toEqual([
      { ...thursday, fractions: ['clear-glass', 'paper'], revision: 1, changed: 2 },
    ])
  })

  test('of containers with windows of their own are numbered through the day', () => {
    const records = [told([hours(7, 6, 14)]), told([hours(7, 8, 10)], { of: glass })]
    expect(follow(...records)).toEqual([
      thursday,
      { ...thursday, event: '2026-05-07 2', hour: 8, fractions: ['clear-glass'] },
    ])
  })

  test('of a container that is not asked about are passed over', () => {
    expect(follow(told([hours(7, 6, 14)], { of: containerId('1490-902-paper-1') }))).toEqual([])
  })
})

describe('the bike’s days', () => {
  const until = local('2026-05-23T00:00')
  const days = (weekdays: ('Tue' | 'Thu')[], fromHour = 10) => [
    {
      weekdays,
      holidays: 'skip' as const,
      hours: { fromMinute: fromHour * 60, untilMinute: 15 * 60 },
    },
  ]
  const told = (...files: Parameters<typeof followServiceDays>[0]) =>
    followServiceDays(files, until, 'Europe/Stockholm').map(
      ({ day, isCalledOff, revision }) => `${day} ${isCalledOff ? 'off' : 'on'} ${revision}`,
    )

  test('are by weekday, without those that are holidays', () => {
    // The 14th is Ascension Day.
    expect(told({ at, days: days(['Tue', 'Thu']) })).toEqual([
      '2026-05-05 on 0',
      '2026-05-07 on 0',
      '2026-05-12 on 0',
      '2026-05-19 on 0',
      '2026-05-21 on 0',
    ])
  })

  test('follow the town’s file: other hours, other days, none at all', () => {
    const wednesday = local('2026-05-06T10:00')
    const first = { at, days: days(['Tue', 'Thu']) }
    expect(told(first, { at: wednesday, days: days(['Tue', 'Thu'], 9) })).toEqual([
      '2026-05-05 on 0',
      '2026-05-07 on 1',
      '2026-05-12 on 1',
      '2026-05-19 on 1',
      '2026-05-21 on 1',
    ])
    expect(told(first, { at: wednesday, days: days(['Tue']) })).toEqual([
      '2026-05-05 on 0',
      '2026-05-07 off 1',
      '2026-05-12 on 0',
      '2026-05-19 on 0',
      '2026-05-21 off 1',
    ])
    expect(told(first, { at: wednesday, days: [] }).slice(0, 2)).toEqual([
      '2026-05-05 on 0',
      '2026-05-07 off 1',
    ])
  })
})
