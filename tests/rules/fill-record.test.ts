import { describe, expect, test } from 'vitest'
import { addRecords, fillRecord, levelAt, type LevelBucket } from '#src/rules/fill-record.ts'
import { DAY, HOUR, instant, plus } from '#src/stations/time.ts'

const MONDAY = instant(Date.parse('2026-05-04T00:00:00+02:00'))
const TUESDAY = plus(MONDAY, DAY)
const NOON = plus(TUESDAY, 12 * HOUR)

/** Levels from Monday on, by hours after its midnight. */
const levels = (...told: readonly (readonly [hours: number, percent: number])[]): LevelBucket[] =>
  told.map(([hours, percent]) => ({
    from: plus(MONDAY, hours * HOUR),
    meanPercent: percent,
    maxPercent: percent,
  }))

describe('a box’s record', () => {
  test.each([
    ['nothing known', [], [undefined, undefined], 0, 0, 0],
    ['a day without a level is unknown, not empty', [[3, 20]], [20, undefined], 6, 0, 0],
    [
      'a level holds until the next one',
      [
        [0, 95],
        [3, 50],
      ],
      [95, undefined],
      9,
      3,
      1,
    ],
    [
      'a level holds six hours at most',
      [
        [0, 95],
        [20, 10],
      ],
      [95, undefined],
      12,
      6,
      1,
    ],
    [
      'full on and on is full once',
      [
        [0, 95],
        [3, 99],
        [6, 91],
        [9, 2],
      ],
      [99, undefined],
      15,
      9,
      1,
    ],
    [
      'full again is twice',
      [
        [0, 95],
        [3, 10],
        [6, 95],
      ],
      [95, undefined],
      12,
      9,
      2,
    ],
    [
      'full before and after a silence is full once: nothing was lower in between',
      [
        [0, 95],
        [14, 95],
        [28, 95],
      ],
      [95, 95],
      18,
      18,
      1,
    ],
    [
      'room after a silence makes the next time another one',
      [
        [0, 95],
        [14, 20],
        [28, 95],
      ],
      [95, 95],
      18,
      12,
      2,
    ],
    [
      'days are told apart',
      [
        [23, 70],
        [25, 40],
        [30, 88.6],
      ],
      [70, 89],
      13,
      0,
      0,
    ],
    ['what is held ends now', [[34, 95]], [undefined, 95], 2, 2, 1],
  ] as const)('%s', (_what, told, highs, knownHours, fullHours, fullTimes) => {
    expect(fillRecord(levels(...told), [MONDAY, TUESDAY], NOON)).toEqual({
      highs,
      knownMs: knownHours * HOUR,
      fullMs: fullHours * HOUR,
      fullTimes,
    })
  })

  test('emptied in a silence and full after it is full twice', () => {
    const told = levels([0, 95], [14, 95], [28, 95])
    const times = (...emptiedHours: number[]) =>
      fillRecord(
        told,
        [MONDAY, TUESDAY],
        NOON,
        emptiedHours.map((h) => plus(MONDAY, h * HOUR)),
      ).fullTimes
    expect([times(-3), times(13), times(13, 15, 20), times(30)]).toEqual([1, 2, 3, 1])
  })

  test('several boxes together: times add up, a day’s level is the mean of those known', () => {
    const one = fillRecord(levels([0, 95], [6, 5]), [MONDAY, TUESDAY], NOON)
    const other = fillRecord(levels([6, 40], [26, 10]), [MONDAY, TUESDAY], NOON)
    expect(addRecords([one, other], 2)).toEqual({
      highs: [68, 10],
      knownMs: 24 * HOUR,
      fullMs: 6 * HOUR,
      fullTimes: 1,
    })
    expect(addRecords([], 2)).toMatchObject({ highs: [undefined, undefined], knownMs: 0 })
  })

  test('the level at a time is the last one within six hours', () => {
    const told = levels([0, 95], [6, 5])
    expect([2, 7, 12].map((h) => levelAt(told, plus(MONDAY, h * HOUR)))).toEqual([95, 5, undefined])
    expect(levelAt(told, plus(MONDAY, -HOUR))).toBeUndefined()
  })
})
