import { describe, expect, test } from 'vitest'
import { expandPlans, nextDay, planHorizon } from '#src/rules/town-plan.ts'
import type { EmptyingDays } from '#src/stations/station.ts'
import { instant, isoText, type EpochMs } from '#src/stations/time.ts'
import { ekudden } from '#tests/support/town.ts'

const ZONE = 'Europe/Stockholm'
const local = (text: string) =>
  instant(Temporal.PlainDateTime.from(text).toZonedDateTime(ZONE).epochMilliseconds)
const wall = (at: EpochMs) =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(ZONE)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' })
const [paper, plastic, glass] = ekudden.containers.map(({ id }) => id)

/** The windows of Ekudden's paper by the clock on the wall, `2026-05-05T06:00 14:00`. */
function windows(plan: readonly EmptyingDays[], from: string, until: string): readonly string[] {
  const of = expandPlans(local(from), local(until), ZONE)({ ...ekudden, plan })
  return of.get(paper!)!.map((w) => {
    const [begin, end] = [wall(w.from), wall(w.until)]
    return `${begin} ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`
  })
}
const days = (plan: readonly EmptyingDays[], from: string, until: string) =>
  windows(plan, from, until).map((text) => text.slice(0, 10))
const morning = { fromMinute: 6 * 60, untilMinute: 14 * 60 }

describe('which days a plan means', () => {
  test.each<[string, EmptyingDays, string, string, readonly string[]]>([
    [
      'Mondays and Thursdays',
      { weekdays: ['Mon', 'Thu'] },
      '2026-11-23',
      '2026-12-04',
      ['2026-11-23', '2026-11-26', '2026-11-30', '2026-12-03'],
    ],
    [
      'Tuesdays of odd weeks; after week 53 of 2026 comes week 1 of 2027, odd as well',
      { weekdays: ['Tue'], weeks: 'odd' },
      '2026-12-07',
      '2027-01-25',
      ['2026-12-15', '2026-12-29', '2027-01-05', '2027-01-19'],
    ],
    [
      'Tuesdays of even weeks, which are three weeks apart over that new year',
      { weekdays: ['Tue'], weeks: 'even' },
      '2026-12-07',
      '2027-01-25',
      ['2026-12-08', '2026-12-22', '2027-01-12'],
    ],
    [
      'every second week, over that new year without a hitch',
      { weekdays: ['Tue'], weeks: 2, from: '2026-12-03' },
      '2026-12-01',
      '2027-01-25',
      ['2026-12-15', '2026-12-29', '2027-01-12'],
    ],
    [
      'every fourth week, counted from the Monday of the week of its first day',
      { weekdays: ['Mon', 'Fri'], weeks: 4, from: '2026-01-07' },
      '2026-01-01',
      '2026-02-28',
      ['2026-01-09', '2026-02-02', '2026-02-06'],
    ],
    [
      'from a first day to a last one, both included',
      { weekdays: ['Wed'], from: '2026-05-06', until: '2026-05-20' },
      '2026-04-01',
      '2026-06-30',
      ['2026-05-06', '2026-05-13', '2026-05-20'],
    ],
    [
      'not on a day that is excepted',
      { weekdays: ['Wed'], except: ['2026-05-13'] },
      '2026-05-04',
      '2026-05-25',
      ['2026-05-06', '2026-05-20'],
    ],
    [
      'dates, each once, and only those within the time asked for',
      { dates: ['2026-05-01', '2026-12-23', '2027-01-02'] },
      '2026-11-01',
      '2026-12-31',
      ['2026-12-23'],
    ],
    [
      'a holiday as any other day, where nothing else is said',
      { weekdays: ['Fri'] },
      '2026-12-21',
      '2027-01-03',
      ['2026-12-25', '2027-01-01'],
    ],
    [
      'holidays skipped; the eve is no holiday',
      { weekdays: ['Thu', 'Fri'], holidays: 'skip' },
      '2026-12-21',
      '2027-01-03',
      ['2026-12-24', '2026-12-31'],
    ],
    [
      'holidays moved to the working day after: Good Friday and Easter Monday to Tuesday, once',
      { weekdays: ['Mon', 'Fri'], holidays: 'after' },
      '2026-03-30',
      '2026-04-12',
      ['2026-03-30', '2026-04-07', '2026-04-10'],
    ],
    [
      'holidays moved to the working day before: both to Maundy Thursday',
      { weekdays: ['Mon', 'Fri'], holidays: 'before' },
      '2026-03-30',
      '2026-04-12',
      ['2026-03-30', '2026-04-02', '2026-04-10'],
    ],
    [
      'moved into the time asked for from a holiday before it',
      { weekdays: ['Mon'], holidays: 'after' },
      '2026-04-07',
      '2026-04-08',
      ['2026-04-07'],
    ],
    [
      'moved past a day that is excepted',
      { weekdays: ['Mon'], holidays: 'after', except: ['2026-04-07'] },
      '2026-04-05',
      '2026-04-10',
      ['2026-04-08'],
    ],
    [
      'a Sunday that is no holiday stays a Sunday',
      { weekdays: ['Sun'], holidays: 'after' },
      '2026-05-04',
      '2026-05-18',
      ['2026-05-10', '2026-05-17'],
    ],
  ])('%s', (_, plan, from, until, expected) => {
    expect(days([plan], `${from}T00:00`, `${until}T00:00`)).toEqual(expected)
  })
})

describe('at which hours', () => {
  test.each<[string, EmptyingDays, string, string, readonly string[]]>([
    [
      'without any the whole day, to the first moment of the next',
      { dates: ['2026-05-05'] },
      '2026-05-01T00:00',
      '2026-06-01T00:00',
      ['2026-05-05T00:00 2026-05-06T00:00'],
    ],
    [
      'by the clock on the wall, on either side of the spring night',
      { weekdays: ['Sat', 'Sun'], hours: morning },
      '2026-03-28T00:00',
      '2026-03-30T00:00',
      ['2026-03-28T06:00 14:00', '2026-03-29T06:00 14:00'],
    ],
    [
      'over midnight, into the day after',
      { weekdays: ['Sat'], hours: { fromMinute: 22 * 60, untilMinute: 28 * 60 } },
      '2026-10-24T00:00',
      '2026-10-26T00:00',
      ['2026-10-24T22:00 2026-10-25T04:00'],
    ],
    [
      'one that has begun is still told, one that is over is not',
      { weekdays: ['Mon', 'Tue'], hours: morning },
      '2026-05-05T13:59',
      '2026-05-06T00:00',
      ['2026-05-05T06:00 14:00'],
    ],
    [
      'one that ended just now is over',
      { weekdays: ['Mon', 'Tue'], hours: morning },
      '2026-05-05T14:00',
      '2026-05-06T00:00',
      [],
    ],
  ])('%s', (_, plan, from, until, expected) => {
    expect(windows([plan], from, until)).toEqual(expected)
  })

  test.each([
    ['seven hours on the night when an hour is skipped', '2026-03-28', 22, 30, 7],
    ['nine hours on the night when an hour comes twice', '2026-10-24', 22, 30, 9],
    ['an hour on the night when the clock skips all of it', '2026-03-29', 2, 3, 1],
    ['an hour and a half from the first half past two', '2026-10-25', 2.5, 3, 1.5],
  ])('%s', (_, day, fromHour, untilHour, hours) => {
    const plan = [
      { dates: [day], hours: { fromMinute: fromHour * 60, untilMinute: untilHour * 60 } },
    ]
    const of = expandPlans(local('2026-01-01T00:00'), local('2027-01-01T00:00'), ZONE)
    const [window] = of({ ...ekudden, plan }).get(paper!)!
    expect((window!.until - window!.from) / 3_600_000).toBe(hours)
  })
})

describe('whose', () => {
  const of = (plan: readonly EmptyingDays[]) => {
    const windows = expandPlans(local('2026-05-04T00:00'), local('2026-05-11T00:00'), ZONE)
    return [paper, plastic, glass].map((id) => windows({ ...ekudden, plan }).get(id!)!.length)
  }
  test.each<[string, readonly EmptyingDays[], readonly number[]]>([
    ['all of the station without a word', [{ weekdays: ['Mon'] }], [1, 1, 1]],
    ['some fractions', [{ fractions: ['paper', 'plastic'], weekdays: ['Mon'] }], [1, 1, 0]],
    ['one container by its name', [{ containers: ['plastic-1'], weekdays: ['Mon'] }], [0, 1, 0]],
    [
      'several entries for one container, each of its own days',
      [{ fractions: ['paper'], weekdays: ['Mon'] }, { weekdays: ['Thu'] }],
      [2, 1, 1],
    ],
    ['nobody where there is no plan', [], [0, 0, 0]],
  ])('%s', (_, plan, expected) => {
    expect(of(plan)).toEqual(expected)
  })

  test('windows that overlap are one, and those that only meet are two', () => {
    const hours = (fromHour: number, untilHour: number) => ({
      weekdays: ['Mon'] as const,
      hours: { fromMinute: fromHour * 60, untilMinute: untilHour * 60 },
    })
    const plan = [hours(12, 15), hours(6, 10), hours(9, 12), hours(7, 8)]
    expect(windows(plan, '2026-05-04T00:00', '2026-05-05T00:00')).toEqual([
      '2026-05-04T06:00 12:00',
      '2026-05-04T12:00 15:00',
    ])
  })
})

test.each([
  ['2026-11-23T13:00', '2027-02-01T00:00', 69],
  ['2026-01-31T23:59', '2026-04-01T00:00', 59],
  ['2026-07-01T00:00', '2026-10-01T00:00', 92],
])('at %s plans are told to %s', (now, end, daysAhead) => {
  const horizon = planHorizon(local(now), ZONE)
  expect(wall(horizon)).toBe(end)
  expect(Math.round((horizon - local(now)) / 86_400_000)).toBe(daysAhead)
})

test('a day ends at midnight on the wall', () => {
  expect(isoText(nextDay(local('2026-03-29T01:00'), ZONE))).toBe('2026-03-29T22:00:00.000Z')
  expect(isoText(nextDay(local('2026-10-25T00:00'), ZONE))).toBe('2026-10-25T23:00:00.000Z')
})
