import { describe, expect, test } from 'vitest'

import {
  EMPTYING_HOUR_SHARE,
  FIGURES,
  VISIT_HOUR_WEIGHT,
  weeklyLitres,
} from '#simulator/figures.ts'
import { groupsOf, levelPercent } from '#simulator/model.ts'
import type { Group } from '#simulator/model.ts'
import { randomFrom } from '#simulator/random.ts'
import { wallClock, weekdayOf } from '#simulator/wall-clock.ts'
import { FRACTIONS } from '#src/stations/fraction.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import type { Container, Station, Town } from '#src/stations/station.ts'
import { DAY, HOUR, instant, plus, wallTime } from '#src/stations/time.ts'
import { box, castTown, containerId, stationId } from '#tests/support/town.ts'

const START = instant(Date.parse('2026-05-05T06:00:00Z'))
const clock = wallClock('Europe/Stockholm')

/** Stations with 3 m³ boxes, as many of each fraction on average as Swedish stations have. */
function bigTown(stations: number): Town {
  const random = randomFrom(7, 'big town')
  const made = Array.from({ length: stations }, (_, s): Station => {
    const id = stationId(`1490-${s + 1}`)
    const containers = FRACTIONS.flatMap(({ id: fraction }): Container[] => {
      const mean = FIGURES[fraction].boxesPerStation
      const count = Math.floor(mean) + (random.next() < mean % 1 ? 1 : 0)
      const volumeLitres = fraction === 'batteries' ? 60 : 3000
      return Array.from({ length: count }, (_, n) => ({
        id: containerId(`${id}-${fraction}-${n + 1}`),
        stationId: id,
        name: `${fraction}-${n + 1}`,
        fraction,
        geometry: { ...box, volumeLitres },
      }))
    })
    return {
      id,
      municipalityCode: '1490',
      externalId: String(s + 1),
      name: `Station ${s + 1}`,
      place: { lon: 12.9, lat: 57.7 },
      containers,
    }
  })
  return { ...castTown, stations: made, devices: [], mountings: [] }
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

describe('calibration', () => {
  // A year of 300 stations.
  const groups = groupsOf(bigTown(300), 1, START, clock)
  const end = plus(START, 365 * DAY)
  interface Life {
    readonly intervals: number[]
    readonly perStation: number[]
    litres: number
  }
  const lives = new Map<Fraction, Life>()
  for (const group of groups) {
    const life = lives.get(group.fraction) ?? { intervals: [], perStation: [], litres: 0 }
    lives.set(group.fraction, life)
    const own: number[] = []
    let before: number | undefined
    life.litres -= litresIn(group)
    while (group.nextEmptyingAt < end) {
      const at = group.nextEmptyingAt
      group.advance(at)
      const full = litresIn(group)
      group.empty()
      life.litres += full - litresIn(group)
      if (before !== undefined) own.push((at - before) / DAY)
      before = at
    }
    group.advance(end)
    life.litres += litresIn(group) + group.besideLitres
    life.intervals.push(...own)
    if (own.length > 0) life.perStation.push(median(own))
  }

  test.each([
    ['paper', 7],
    ['plastic', 5],
    ['metal', 51],
    ['newspapers', 12],
  ] as const)('the %s boxes of a station are full after about %d days', (fraction, days) => {
    const litresPerDay = lives.get(fraction)!.litres / 300 / 365
    const room = FIGURES[fraction].boxesPerStation * 3000
    expect(room / litresPerDay / days).toBeGreaterThan(0.88)
    expect(room / litresPerDay / days).toBeLessThan(1.12)
  })

  test('one box each of clear and coloured glass is full after about 26 days', () => {
    const litres = lives.get('clear-glass')!.litres + lives.get('coloured-glass')!.litres
    expect(6000 / (litres / 300 / 365)).toBeGreaterThan(23)
    expect(6000 / (litres / 300 / 365)).toBeLessThan(29)
  })

  // The middle station of the country; of all intervals, stations that are emptied often have most.
  test.each([
    ['paper', 2.3, 2.0],
    ['plastic', 5.2, 3.0],
    ['metal', 28, 14.1],
    ['clear-glass', 14, 7.0],
    ['coloured-glass', 14, 7.0],
    ['newspapers', 14, 13.9],
    ['batteries', 16, 8.0],
    ['textiles', 7, 7.0],
  ] as const)('%s: the middle station is emptied every %d days or so', (fraction, station, all) => {
    const { intervals, perStation } = lives.get(fraction)!
    expect(median(perStation) / station).toBeGreaterThan(0.7)
    // Rounds of a week and more come in whole weeks, which 16 days isn’t.
    expect(median(perStation) / station).toBeLessThan(1.35)
    expect(median(intervals) / all).toBeGreaterThan(0.6)
    expect(median(intervals) / all).toBeLessThan(1.45)
  })
})

function litresIn(group: Group): number {
  return group.boxes.reduce((sum, box) => sum + box.litres, 0)
}

describe('the figures', () => {
  test('give the weekly volumes of a station of 1,500 inhabitants', () => {
    const cubicMetres = (f: Fraction) => Math.round(weeklyLitres(f, 1500) / 10) / 100
    expect(Object.fromEntries(FRACTIONS.map(({ id }) => [id, cubicMetres(id)]))).toEqual({
      paper: 5.54,
      plastic: 5.84,
      metal: 0.41,
      'clear-glass': 0.78,
      'coloured-glass': 0.78,
      newspapers: 1.8,
      batteries: 0.01,
      textiles: 0.69,
    })
  })

  test('are shares that add up', () => {
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
    expect(sum(EMPTYING_HOUR_SHARE)).toBeCloseTo(1, 1)
    expect(VISIT_HOUR_WEIGHT).toHaveLength(24)
    for (const { id } of FRACTIONS) {
      expect(sum(FIGURES[id].weekdayShare)).toBeCloseTo(1, 1)
      expect(sum(FIGURES[id].keptPercent)).toBeGreaterThan(95)
      expect(sum(FIGURES[id].keptPercent)).toBeLessThan(101)
    }
  })
})

describe('visits', () => {
  const at = (text: string) => instant(Date.parse(text))
  const during = (from: string, to: string) => clock.visits(at(to)) - clock.visits(at(from))

  test('a week has a week’s worth of them, also when the clocks change', () => {
    expect(during('2026-05-04T00:00:00+02:00', '2026-05-11T00:00:00+02:00')).toBeCloseTo(1, 9)
    expect(during('2026-03-23T00:00:00+01:00', '2026-03-30T00:00:00+02:00')).toBeCloseTo(1, 9)
    expect(during('2026-10-19T00:00:00+02:00', '2026-10-26T00:00:00+01:00')).toBeCloseTo(1, 9)
  })

  test('Saturday has 1.4 times as many as Tuesday', () => {
    const saturday = during('2026-05-09T00:00:00+02:00', '2026-05-10T00:00:00+02:00')
    const tuesday = during('2026-05-05T00:00:00+02:00', '2026-05-06T00:00:00+02:00')
    expect(saturday / tuesday).toBeCloseTo(1.4, 9)
  })

  test('most come late in the morning and after work, by the clock on the wall', () => {
    const hour = (h: number) =>
      clock.visits(plus(at('2026-05-05T00:00:00+02:00'), (h + 1) * HOUR)) -
      clock.visits(plus(at('2026-05-05T00:00:00+02:00'), h * HOUR))
    const byHour = Array.from({ length: 24 }, (_, h) => h).sort((a, b) => hour(b) - hour(a))
    expect(byHour.slice(0, 2)).toEqual([17, 18])
    expect(new Set(byHour.slice(2, 5))).toEqual(new Set([10, 11, 16]))
    expect(hour(3)).toBeLessThan(hour(17) / 20)
  })
})

describe('boxes', () => {
  const town = bigTown(60)

  test('stand at every level when the town begins, some of them full', () => {
    const levels = groupsOf(town, 1, START, clock).flatMap((g) => g.boxes.map(levelPercent))
    const share = (from: number, to: number) =>
      levels.filter((l) => l >= from && l < to).length / levels.length
    expect(share(0, 25)).toBeGreaterThan(0.2)
    expect(share(25, 50)).toBeGreaterThan(0.1)
    expect(share(50, 85)).toBeGreaterThan(0.1)
    expect(share(85, 200)).toBeGreaterThan(0.02)
    expect(share(85, 200)).toBeLessThan(0.25)
  })

  test('only fill between emptyings, and never beyond the brim', () => {
    for (const group of groupsOf(town, 1, START, clock).slice(0, 100)) {
      let levels = group.boxes.map(levelPercent)
      for (let h = 1; h <= 240; h++) {
        const now = plus(START, h * HOUR)
        if (group.nextEmptyingAt <= now) {
          group.empty()
          levels = group.boxes.map(levelPercent)
          expect(Math.max(...levels)).toBeLessThan(2)
        }
        group.advance(now)
        for (const [i, box] of group.boxes.entries()) {
          const level = levelPercent(box)
          expect(level).toBeGreaterThanOrEqual(levels[i]!)
          expect(level).toBeLessThanOrEqual(108)
          levels[i] = level
        }
      }
    }
  })

  test('pass their visitors on to the next box when they are full', () => {
    const group = groupsOf(town, 1, START, clock).find(
      (g) => g.fraction === 'paper' && g.boxes.length === 2,
    )!
    group.empty()
    const [first, second] = group.boxes as [Group['boxes'][0], Group['boxes'][0]]
    first.litres = first.brimLitres
    const before = second.litres
    const from = plus(group.nextEmptyingAt, -HOUR)
    group.advance(plus(from, -DAY))
    const atFirst = second.litres
    group.advance(from)
    expect(first.litres).toBe(first.brimLitres)
    expect(second.litres).toBeGreaterThanOrEqual(atFirst)
    expect(second.litres).toBeGreaterThan(before)
  })

  test('are emptied by day', () => {
    const hours: number[] = []
    for (const group of groupsOf(town, 1, START, clock)) {
      for (let i = 0; i < 5; i++) {
        hours.push(wallTime(group.nextEmptyingAt, 'Europe/Stockholm').minuteOfDay / 60)
        group.empty()
      }
    }
    expect(hours.filter((h) => h < 5 || h >= 21)).toEqual([])
    expect(mean(hours)).toBeGreaterThan(10)
    expect(mean(hours)).toBeLessThan(13)
  })

  test('a container more at one station leaves all others as they were', () => {
    const first = town.stations[0]!
    const extra: Container = {
      ...first.containers[0]!,
      id: containerId(`${first.id}-newspapers-9`),
      fraction: 'newspapers',
      name: 'newspapers-9',
    }
    const stations = [
      { ...first, containers: [...first.containers, extra] },
      ...town.stations.slice(1),
    ]
    const levels = (t: Town) =>
      groupsOf(t, 1, START, clock)
        .filter((g) => !(g.station.id === first.id && g.fraction === 'newspapers'))
        .map((g) => g.boxes.map(levelPercent))
    expect(levels({ ...town, stations })).toEqual(levels(town))
  })
})

test('the wall clock knows its weekdays', () => {
  // 5 May 2026 is a Tuesday.
  expect(weekdayOf(clock.dayOf(START))).toBe(1)
  // Half past two comes twice on 25 October 2026, and not at all on 29 March.
  const autumn = clock.dayOf(instant(Date.parse('2026-10-25T12:00:00Z')))
  expect(clock.instantOf(autumn, 9 * HOUR)).toBe(Date.parse('2026-10-25T09:00:00+01:00'))
  const spring = clock.dayOf(instant(Date.parse('2026-03-29T12:00:00Z')))
  expect(clock.instantOf(spring, 9 * HOUR)).toBe(Date.parse('2026-03-29T09:00:00+02:00'))
})
