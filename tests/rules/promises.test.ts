import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gatherEmptyings, type Emptying } from '#src/rules/emptyings.ts'
import { judgePromises, tally, type Judgement } from '#src/rules/promises.ts'
import type { EmptiedRecord, PlanRecord, PlanSource, PlannedEmptying } from '#src/rules/record.ts'
import { expandPlans, planHorizon } from '#src/rules/town-plan.ts'
import type { EmptyingDays } from '#src/stations/station.ts'
import { DAY, HOUR, instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { hasSharedData, sharedData } from '#tests/support/shared.ts'
import { containerId, ekudden } from '#tests/support/town.ts'

const paper = containerId('1490-901-paper-1')
/** `05T06` or `05T06:30`, of May 2026, UTC. */
function at(text: string): EpochMs {
  const [day, hours] = text.split('T')
  const [hour, minute = '0'] = hours!.split(':')
  const midnight = instant(Date.parse(`2026-05-${day}T00:00:00Z`))
  return plus(midnight, Number(hour) * HOUR + Number(minute) * MINUTE)
}
/** `05T06-14` */
function window(text: string): PlannedEmptying {
  const [from, until] = text.split('-')
  return { from: at(from!), until: at(`${text.slice(0, 2)}T${until}`) }
}
let seq = 0
function said(when: string, windows: string, source: PlanSource = 'town'): PlanRecord {
  const emptyings = windows === '' ? [] : windows.split(' ').map(window)
  seq++
  return { type: 'plan', seq, at: at(when), containerId: paper, source, emptyings }
}
function emptied(text: string): Emptying {
  // `05T04..05T08`: a sensor saw it between the two.
  const [first, last] = text.split('..')
  const emptiedAt = at(last ?? first!)
  return {
    id: emptiedAt,
    told: [{ seq: 1, emptiedAt }],
    containerId: paper,
    emptiedAt,
    ...(last !== undefined && { notBefore: at(first!) }),
    by: [last === undefined ? 'contractor' : 'sensor'],
    confidence: 0.9,
  }
}
const all = (text: string) => (text === '' ? [] : text.split(' ').map(emptied))

function shown({ promises, unplanned }: Judgement): string {
  const day = (ms: EpochMs) => new Date(ms).toISOString().slice(8, 10)
  const outcomes = promises.map(({ from, outcome }) =>
    outcome.kind === 'late'
      ? `${day(from)} late ${outcome.lateMs / HOUR} h`
      : `${day(from)} ${outcome.kind}`,
  )
  return [...outcomes, ...(unplanned.length > 0 ? [`unplanned ${unplanned.length}`] : [])].join(
    ', ',
  )
}

const LATER = at('31T00')
/** Told well ahead, and never changed. */
const ahead = (windows: string) => [said('01T00', windows)]

describe('a promise is', () => {
  test.each<[string, readonly PlanRecord[], string, string]>([
    ['kept by an emptying within its window', ahead('05T06-14'), '05T09', '05 kept'],
    ['kept at its first moment', ahead('05T06-14'), '05T06', '05 kept'],
    ['kept by a truck that was twelve hours early', ahead('05T06-14'), '04T18', '05 kept'],
    ['missed by one that was earlier', ahead('05T06-14'), '04T17:59', '05 missed, unplanned 1'],
    ['kept by a truck that stood in traffic', ahead('05T06-14'), '05T14:59', '05 kept'],
    [
      'late from an hour after its end on, by the time since its end',
      ahead('05T06-14'),
      '05T15',
      '05 late 1 h',
    ],
    ['late for a week', ahead('05T06-14'), '12T14', '05 late 168 h'],
    ['missed after that', ahead('05T06-14'), '12T14:01', '05 missed, unplanned 1'],
    ['missed where nothing came', ahead('05T06-14'), '', '05 missed'],
    [
      'kept where a sensor saw a fall that may have been in its window',
      ahead('05T06-14'),
      '05T13..05T20',
      '05 kept',
    ],
    [
      'kept where the fall may have been within the hour after it',
      ahead('05T06-14'),
      '05T14:30..05T20',
      '05 kept',
    ],
    ['late where the fall came after that', ahead('05T06-14'), '05T16..05T20', '05 late 6 h'],
  ])('%s', (_, plans, emptyings, expected) => {
    expect(shown(judgePromises(plans, all(emptyings), LATER))).toBe(expected)
  })
})

describe('each emptying answers one promise', () => {
  test.each<[string, readonly PlanRecord[], string, string]>([
    ['two in one window are both planned', ahead('05T06-14'), '05T07 05T13', '05 kept'],
    [
      'today’s second is not tomorrow’s, early',
      ahead('05T00-24 06T00-24'),
      '05T13 05T20',
      '05 kept, 06 missed',
    ],
    ['tomorrow’s is not today’s, late', ahead('05T06-14 06T06-14'), '06T08', '05 missed, 06 kept'],
    [
      'between two windows it answers the nearer one: in the evening today’s',
      ahead('05T06-14 06T06-14'),
      '05T20',
      '05 late 6 h, 06 missed',
    ],
    [
      'and early in the morning tomorrow’s',
      ahead('05T06-14 06T06-14'),
      '06T05',
      '05 missed, 06 kept',
    ],
    [
      'but today’s where tomorrow’s was in time',
      ahead('05T06-14 06T06-14'),
      '06T05 06T09',
      '05 late 15 h, 06 kept',
    ],
    [
      'and tomorrow’s where today’s was in time',
      ahead('05T06-14 06T06-14'),
      '05T09 05T19',
      '05 kept, 06 kept',
    ],
    [
      'what fits nothing is unplanned',
      ahead('05T06-14 12T06-14'),
      '05T09 08T10 12T09',
      '05 kept, 12 kept, unplanned 1',
    ],
    ['where nothing is planned everything is', [], '05T09 08T10', 'unplanned 2'],
  ])('%s', (_, plans, emptyings, expected) => {
    expect(shown(judgePromises(plans, all(emptyings), LATER))).toBe(expected)
  })
})

describe('what was announced', () => {
  test.each<[string, readonly PlanRecord[], string, string]>([
    ['counts when it was told twelve hours ahead', [said('04T18', '05T06-14')], '', '05 missed'],
    [
      'is no promise when told later, and its emptying is planned nevertheless',
      [said('04T18:01', '05T06-14')],
      '05T09',
      '',
    ],
    ['can be called off in good time', [...ahead('05T06-14'), said('04T17:59', '')], '', ''],
    ['can’t be called off on its eve', [...ahead('05T06-14'), said('04T18', '')], '', '05 missed'],
    [
      'counts by its first word when it is moved on its day',
      [...ahead('05T06-14'), said('05T10', '06T06-14')],
      '06T09',
      '05 late 19 h',
    ],
    [
      'counts by its first word however often it is moved',
      [...ahead('05T06-14'), said('05T10', '06T06-14'), said('05T12', '07T06-14')],
      '07T09',
      '05 late 43 h',
    ],
    [
      'counts by its second where that was given in good time',
      [...ahead('05T06-14'), said('04T12', '06T06-14')],
      '06T09',
      '06 kept',
    ],
    [
      'is another promise where the first was kept before the next was told',
      [...ahead('05T06-14'), said('05T10', '06T06-14')],
      '05T09',
      '05 kept, 06 missed',
    ],
    [
      'is another promise where it is too far away to be the first, moved',
      [...ahead('05T06-14'), said('05T10', '12T06-14')],
      '12T09',
      '05 missed, 12 kept',
    ],
    [
      'is another promise where the first was over',
      [...ahead('05T06-14'), said('05T15', '07T06-14')],
      '07T09',
      '05 missed, 07 kept',
    ],
    [
      'stays when more is told beside it',
      [...ahead('05T06-14'), said('04T23', '05T06-14 08T06-14')],
      '05T09',
      '05 kept, 08 missed',
    ],
    [
      'of other days goes on when the hours are changed',
      [...ahead('05T06-14 07T06-14'), said('05T07', '05T07-15 07T07-15')],
      '05T13 07T14:30',
      '05 kept, 07 kept',
    ],
    [
      'by two sources of one time counts once, by the better known',
      [...ahead('05T06-14'), said('01T00', '05T00-24', 'hub')],
      '05T16',
      '05 late 2 h',
    ],
    ['by the hub alone counts as well', [said('01T00', '05T00-24', 'hub')], '05T16', '05 kept'],
    [
      'by staff goes before the file',
      [...ahead('05T06-14'), said('02T00', '05T10-18', 'staff')],
      '05T16',
      '05 kept',
    ],
    [
      'is not called off by another source',
      [...ahead('05T06-14'), said('02T00', '', 'staff')],
      '',
      '05 missed',
    ],
  ])('%s', (_, plans, emptyings, expected) => {
    expect(shown(judgePromises(plans, all(emptyings), LATER))).toBe(expected)
  })

  test('is not judged before its time, and the hour after it, are over', () => {
    const plans = ahead('05T06-14')
    expect(shown(judgePromises(plans, [], at('05T14:59')))).toBe('')
    expect(shown(judgePromises(plans, all('04T20'), at('05T14:59')))).toBe('')
    expect(shown(judgePromises(plans, [], at('05T15')))).toBe('05 missed')
  })
})

test('a driver’s word and the fall of the level an hour later are one emptying, and keep one promise', () => {
  const told = (n: number, when: string, more: Partial<EmptiedRecord>): EmptiedRecord => ({
    type: 'emptied',
    seq: n,
    at: at(when),
    containerId: paper,
    emptiedAt: at(when),
    by: 'contractor',
    ...more,
  })
  const emptyings = gatherEmptyings([
    told(1, '05T09', {}),
    told(2, '05T10', { by: 'sensor', notBefore: at('05T08'), confidence: 0.9 }),
    told(3, '05T11', { by: 'staff' }),
  ])
  const judged = judgePromises(ahead('05T06-10 05T10-14'), emptyings, LATER)
  expect(shown(judged)).toBe('05 kept, 05 missed')
})

test('what may never have been is held for nothing', () => {
  const unsure = { ...emptied('05T08..05T09'), confidence: 0.4 }
  expect(shown(judgePromises(ahead('05T06-14'), [unsure], LATER))).toBe('05 missed')
})

test('figures are of windows that begin in the time asked for, with the middle of how late the late ones were', () => {
  const judged = judgePromises(
    ahead('01T12-14 05T06-14 06T06-14 07T06-14 08T06-14 09T06-14'),
    all('05T09 06T16 07T20 08T17 10T12 10T20'),
    LATER,
  )
  expect(tally([judged], at('05T00'), at('10T00'))).toEqual({
    announced: 5,
    kept: 1,
    late: 4,
    missed: 0,
    unplanned: 0,
    // 2, 3, 6 and 22 hours.
    medianLateMs: 4.5 * HOUR,
  })
  expect(tally([judged], at('05T06'), at('06T06'))).toEqual({
    announced: 1,
    kept: 1,
    late: 0,
    missed: 0,
    unplanned: 0,
  })
  expect(tally([judged, judged], at('10T00'), at('11T00'))).toMatchObject({ unplanned: 2 })
})

test('whatever was planned and done, every promise is judged once and no emptying is used twice', () => {
  const hour = fc.nat(20 * 24)
  const records = fc.array(
    fc.record({
      hour,
      source: fc.constantFrom<PlanSource>('town', 'staff', 'hub'),
      days: fc.uniqueArray(fc.nat(20), { maxLength: 6 }),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(records, fc.array(hour, { maxLength: 15 }), (told, hours) => {
      const base = at('01T00')
      const plans = told
        .toSorted((a, b) => a.hour - b.hour)
        .map(({ hour: h, source, days }, i): PlanRecord => ({
          type: 'plan',
          seq: i,
          at: plus(base, h * HOUR),
          containerId: paper,
          source,
          emptyings: days
            .toSorted((a, b) => a - b)
            .map((day) => ({
              from: plus(base, day * DAY + 6 * HOUR),
              until: plus(base, day * DAY + 14 * HOUR),
            })),
        }))
      const emptyings = hours
        .toSorted((a, b) => a - b)
        .map((h): Emptying => ({ ...emptied('01T00'), id: h, emptiedAt: plus(base, h * HOUR) }))
      const { promises, unplanned } = judgePromises(plans, emptyings, LATER)
      const starts = promises.map(({ from }) => from)
      expect(starts).toEqual([...new Set(starts)].toSorted((a, b) => a - b))
      const used = promises.flatMap(({ outcome }) =>
        outcome.kind === 'missed' ? [] : [outcome.emptiedAt],
      )
      const times = emptyings.map(({ emptiedAt }) => emptiedAt)
      for (const time of used) {
        const n = used.filter((other) => other === time).length
        expect(n).toBeLessThanOrEqual(times.filter((other) => other === time).length)
      }
      expect(used.length + unplanned.length).toBeLessThanOrEqual(emptyings.length)
      for (const { from, until, outcome } of promises) {
        expect(told.some(({ hour: h }) => base + h * HOUR <= from - 12 * HOUR)).toBe(true)
        if (outcome.kind === 'late') expect(outcome.lateMs).toBe(outcome.emptiedAt - until)
      }
    }),
    { numRuns: 300 },
  )
})

describe.skipIf(!hasSharedData)('a year of Kungsbacka', () => {
  const ZONE = 'Europe/Stockholm'
  const rows = () =>
    readFileSync(sharedData('data/kungsbacka_1384_emptyings_2025-09_2026-08.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',') as [string, string, string])
  const midnight = (day: string) =>
    instant(Temporal.PlainDate.from(day).toZonedDateTime(ZONE).epochMilliseconds)
  const [from, to] = ['2025-09-01', '2026-08-01']

  /** The town's file says so, and the plan is told as the service tells it. */
  function plansOf(days: EmptyingDays): readonly PlanRecord[] {
    const station = { ...ekudden, plan: [days] }
    const records: PlanRecord[] = []
    for (
      let day = Temporal.PlainDate.from('2025-08-01');
      day.toString() < to;
      day = day.add({ months: 1 })
    ) {
      const now = midnight(day.toString())
      const emptyings = expandPlans(now, planHorizon(now, ZONE), ZONE)(station).get(paper)!
      const n = records.length + 1
      records.push({ type: 'plan', seq: n, at: now, containerId: paper, source: 'town', emptyings })
    }
    return records
  }
  const emptyingsOf = (times: readonly string[]) =>
    gatherEmptyings(
      times.map((local, i): EmptiedRecord => {
        const emptiedAt = instant(
          Temporal.PlainDateTime.from(local).toZonedDateTime(ZONE).epochMilliseconds,
        )
        return {
          type: 'emptied',
          seq: i,
          at: emptiedAt,
          containerId: paper,
          emptiedAt,
          by: 'contractor',
        }
      }),
    )
  const services = () =>
    [...Map.groupBy(rows(), ([station, type]) => `${station}/${type}`).values()].map((own) =>
      own.map(([, , local]) => local).toSorted(),
    )
  const daysFrom = (day: string, end: string) => {
    const days: string[] = []
    for (let d = Temporal.PlainDate.from(day); d.toString() < end; d = d.add({ days: 1 })) {
      days.push(d.toString())
    }
    return days
  }

  test('promised every day, it is kept on the days on which it was emptied', () => {
    const plans = plansOf({ weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] })
    const judged = services().map((times) =>
      judgePromises(plans, emptyingsOf(times), midnight('2026-08-15')),
    )
    const found = tally(judged, midnight(from), midnight(to))

    const days = daysFrom(from, to)
    const emptiedDays = new Set(
      rows().map(([station, type, local]) => `${station}/${type}/${local.slice(0, 10)}`),
    )
    const inTime = [...emptiedDays].filter((key) => key.slice(-10) >= from && key.slice(-10) < to)
    const n = services().length
    expect(n).toBe(148)
    expect(found).toEqual({
      announced: n * days.length,
      kept: inTime.length,
      late: 0,
      missed: n * days.length - inTime.length,
      unplanned: 0,
    })
  })

  test('promised on weekdays from six to four, paper is kept, late and missed as counted by hand', () => {
    const plans = plansOf({
      weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
      hours: { fromMinute: 6 * 60, untilMinute: 16 * 60 },
    })
    const papers = [
      ...Map.groupBy(
        rows().filter(([, type]) => type === '1'),
        ([station]) => station,
      ).values(),
    ].map((own) => own.map(([, , local]) => local).toSorted())
    const judged = papers.map((times) =>
      judgePromises(plans, emptyingsOf(times), midnight('2026-08-15')),
    )
    const found = tally(judged, midnight(from), midnight(to))

    // By texts of local time alone. Nobody works from four to five, so "in time" ends at five.
    const weekdays = daysFrom(from, to).filter((day) => Temporal.PlainDate.from(day).dayOfWeek <= 5)
    const dayAfter = (day: string) => Temporal.PlainDate.from(day).add({ days: 1 }).toString()
    const counted = { kept: 0, late: 0 }
    for (const times of papers) {
      const some = (begin: string, end: string) => times.some((t) => t >= begin && t < end)
      const isInTime = (day: string) => some(`${day}T06`, `${day}T17`)
      const isNightly = (day: string) => some(`${day}T00`, `${day}T06`)
      for (const [n, day] of weekdays.entries()) {
        const next = weekdays[n + 1] ?? dayAfter(day)
        const after = some(`${day}T17`, `${next}T00`)
        if (isInTime(day) || isNightly(day)) counted.kept++
        else if (after || (isNightly(next) && isInTime(next))) counted.late++
      }
    }
    expect(found.announced).toBe(papers.length * weekdays.length)
    expect({ kept: found.kept, late: found.late }).toEqual(counted)
    expect(found.missed).toBe(found.announced - counted.kept - counted.late)
  })
})
