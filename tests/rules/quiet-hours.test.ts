import { describe, expect, test } from 'vitest'

import { createCalendar } from '#src/rules/calendar.ts'
import { isHoliday } from '#src/rules/holidays.ts'
import { parseDayInterval, quietAt, quietEnd } from '#src/rules/quiet-hours.ts'
import type { QuietHours } from '#src/rules/quiet-hours.ts'
import { HOUR, MINUTE, after, clock, levels, local, play, same, tellPost } from './scenario.ts'

const zone = 'Europe/Stockholm'
const nights: QuietHours = { daily: parseDayInterval('21:00-07:00')! }
const withSundays: QuietHours = {
  ...nights,
  sundaysAndHolidays: parseDayInterval('21:00-09:00')!,
}

describe('a night from nine in the evening to seven in the morning', () => {
  const rows = [
    ['in May', '2026-05-05', 10],
    ['when clocks go forward', '2026-03-28', 9],
    ['when clocks go back', '2026-10-24', 11],
    ['the night after that', '2026-10-25', 10],
  ] as const
  test.each(rows)('%s lasts %s: as many hours', (_, day, hours) => {
    const from = local(`${day}T21:00`)
    expect((quietEnd(nights, from, zone) - from) / HOUR).toBe(hours)
    let quietMinutes = 0
    for (let at = from - 3 * HOUR; at < from + 16 * HOUR; at += MINUTE) {
      if (quietAt(nights, after(from, at - from), zone)) quietMinutes++
    }
    expect(quietMinutes).toBe(hours * 60)
  })

  test.each([
    ['2026-05-05T20:59', false],
    ['2026-05-05T21:00', true],
    ['2026-05-06T06:59', true],
    ['2026-05-06T07:00', false],
  ])('%s is quiet: %s', (time, expected) => {
    expect(quietAt(nights, local(time), zone) !== undefined).toBe(expected)
  })
})

describe('Sundays and public holidays have their own hours', () => {
  test.each([
    ['a Saturday morning', '2026-05-09T08:00', undefined],
    ['a Sunday morning', '2026-05-10T08:00', '21:00-09:00'],
    ['the Monday after', '2026-05-11T08:00', undefined],
    ['Ascension Day, a Thursday', '2026-05-14T08:00', '21:00-09:00'],
  ])('%s', (_, time, expected) => {
    expect(quietAt(withSundays, local(time), zone)?.text).toBe(expected)
  })

  test('the night to a Sunday ends at nine', () => {
    expect(clock(quietEnd(withSundays, local('2026-05-09T23:00'), zone))).toBe('05-10 09:00')
  })

  test('quiet hours can begin and end at midnight, where one day has other hours than the next', () => {
    const odd: QuietHours = {
      daily: parseDayInterval('20:00-06:00')!,
      sundaysAndHolidays: parseDayInterval('10:00-12:00')!,
    }
    expect(clock(quietEnd(odd, local('2026-05-09T22:00'), zone))).toBe('05-10 00:00')
  })
})

test('quiet hours that end within the lost hour end when the clock jumps over it', () => {
  const early: QuietHours = { daily: parseDayInterval('21:00-02:30')! }
  expect(clock(quietEnd(early, local('2026-03-28T23:00'), zone))).toBe('03-29 03:00')
})

test('an interval without length is none', () => {
  expect(parseDayInterval('07:00-07:00')).toBeUndefined()
  expect(parseDayInterval('7-9')).toBeUndefined()
  expect(parseDayInterval('24:00-07:00')).toBeUndefined()
})

describe('the public holidays', () => {
  /** `01-01 01-06`, from the first day to the last. */
  function holidays(from: string, until: string): string {
    const found: string[] = []
    const last = Temporal.PlainDate.from(until)
    let day = Temporal.PlainDate.from(from)
    for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
      if (isHoliday(day)) found.push(day.toString().slice(5))
    }
    return found.join(' ')
  }

  test.each([
    [2026, '01-01 01-06 04-03 04-05 04-06 05-01 05-14 05-24 06-06 06-20 10-31 12-25 12-26'],
    [2027, '01-01 01-06 03-26 03-28 03-29 05-01 05-06 05-16 06-06 06-26 11-06 12-25 12-26'],
  ])('of %i', (year, expected) => {
    expect(holidays(`${year}-01-01`, `${year}-12-31`)).toBe(expected)
  })

  test.each([
    [2020, '06-20 10-31'],
    [2021, '06-26 11-06'],
    [2025, '06-21 11-01'],
  ])('that fall on a Saturday in %i', (year, expected) => {
    expect(holidays(`${year}-06-10`, `${year}-11-30`)).toBe(expected)
  })

  test.each([
    ['the earliest that there can be', 1818, '03-20 03-22 03-23'],
    ['the latest', 2038, '04-23 04-25 04-26'],
    ['a week earlier than the moon alone says', 1981, '04-17 04-19 04-20'],
    ['the same, late in the cycle of nineteen years', 1954, '04-16 04-18 04-19'],
    ['in a century that begins without a leap day', 1900, '04-13 04-15 04-16'],
    ['in one that begins with a leap day', 2000, '04-21 04-23 04-24'],
    ['in the next without', 2100, '03-26 03-28 03-29'],
    ['in the one after', 2200, '04-04 04-06 04-07'],
    ['before the moon is set right', 2300, '04-06 04-08 04-09'],
    ['after it', 2400, '04-14 04-16 04-17'],
    ['in 2600', 2600, '03-21 03-23 03-24'],
    ['in 2700', 2700, '03-30 04-01 04-02'],
    ['a thousand years on', 3100, '04-20 04-22 04-23'],
  ])('of Easter, %s', (_, year, expected) => {
    expect(holidays(`${year}-03-15`, `${year}-04-28`)).toBe(expected)
  })
})

test('the calendar remembers what the quiet hours say, minute by minute over a year of odd nights', () => {
  const calendar = createCalendar(zone, withSundays)
  for (const day of ['2026-03-28', '2026-05-09', '2026-10-24', '2026-12-24']) {
    const from = local(`${day}T12:00`)
    for (let ms = 0; ms < 60 * HOUR; ms += 7 * MINUTE) {
      const at = after(from, ms)
      const expected = quietAt(withSundays, at, zone)
      const found = calendar.quietAt(at)
      expect(found?.interval.text).toBe(expected?.text)
      if (expected) expect(found!.until).toBe(quietEnd(withSundays, at, zone))
    }
  }
})

test('what the calendar remembers of one day it does not say of the next', () => {
  const calendar = createCalendar(zone, withSundays)
  const asked = (time: string) => {
    const at = local(time)
    return [
      calendar.dayOf(at),
      calendar.weekday(at),
      calendar.isHoliday(at),
      calendar.minuteOfDay(at),
    ]
  }
  expect(asked('2026-05-13T23:59:59')).toEqual(['2026-05-13', 3, false, 1439])
  expect(asked('2026-05-14T00:00')).toEqual(['2026-05-14', 4, true, 0])
  expect(asked('2026-05-14T06:59:59')).toEqual(['2026-05-14', 4, true, 419])
  expect(asked('2026-05-13T12:00')).toEqual(['2026-05-13', 3, false, 720])
  const until = (time: string) => clock(calendar.quietAt(local(time))!.until)
  expect(until('2026-05-12T22:00')).toBe('05-13 07:00')
  expect(until('2026-05-14T06:59:59')).toBe('05-14 09:00')
  expect(until('2026-05-12T23:00')).toBe('05-13 07:00')
  expect(until('2026-05-14T21:00')).toBe('05-15 07:00')
  expect(calendar.quietAt(local('2026-05-15T07:00'))).toBeUndefined()
})

test('the calendar’s next time of day is after the instant, today or another day', () => {
  const calendar = createCalendar(zone, undefined)
  const next = (time: string, weekdays?: readonly number[]) =>
    clock(calendar.nextTime(16 * 60, local(time), weekdays))
  expect(next('2026-05-05T15:59')).toBe('05-05 16:00')
  expect(next('2026-05-05T16:00')).toBe('05-06 16:00')
  expect(next('2026-05-05T12:00')).toBe('05-05 16:00')
  expect(next('2026-05-04T12:00')).toBe('05-04 16:00')
  // A Tuesday.
  expect(next('2026-05-05T12:00', [1])).toBe('05-11 16:00')
  expect(next('2026-05-05T12:00', [2])).toBe('05-05 16:00')
})

test('half an hour is half an hour, also while the clock goes back', () => {
  const start = local('2026-10-25T02:50')
  const { decisions } = play(
    levels('901-paper-1', start, 10 * MINUTE, same(95, 6)),
    after(start, HOUR),
  )
  const active = decisions.find((decision) => decision.because === 'held-long-enough')!
  expect(active.at - start).toBe(30 * MINUTE)
  expect(clock(active.at)).toBe('10-25 02:20')
})

test('news of a spring night goes out at seven, summer time', () => {
  const start = local('2026-03-28T22:00')
  const { posts } = play(levels('901-paper-1', start, HOUR, same(95, 9)), after(start, 14 * HOUR))
  // Borås keeps quiet until nine on Sundays.
  expect(posts.map(tellPost)).toEqual(['03-29 09:00 open: full 901-paper-1'])
})
