import { describe, expect, test } from 'vitest'
import { hubStationsIn, readHub } from '#src/stations/hub-stations.ts'
import { instant, isoText } from '#src/stations/time.ts'
import { indexTown } from '#src/stations/town-index.ts'
import { hubStationOf, type HubServiceText } from '#tests/support/hub.ts'
import { castTown, containerId } from '#tests/support/town.ts'

const town = indexTown(castTown)
/** 14:35 in Stockholm. */
const now = instant(Date.parse('2026-11-25T13:35:00Z'))
const paper = containerId('1490-901-paper-1')
const read = (...stations: readonly unknown[]) => readHub(stations, town, now)
const paperOf = (...services: readonly Omit<HubServiceText, 'type'>[]) => {
  const report = read(
    hubStationOf(
      '901',
      services.map((s) => ({ type: 1, ...s })),
    ),
  )
  const { planned, emptiedAt } = report.said.get(paper)!
  return {
    planned: planned.map(({ from, until }) => `${isoText(from)} ${isoText(until)}`),
    emptiedAt: emptiedAt && isoText(emptiedAt),
    faults: report.faults.map(({ what }) => what),
    ignored: Object.entries(report.ignored).filter(([, n]) => n > 0),
  }
}

describe('a next action is', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'the whole local day where only a day is meant',
      '2026-11-27T00:00:00Z',
      ['2026-11-26T23:00:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'the whole local day where it is a day',
      '2026-11-27',
      ['2026-11-26T23:00:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'the whole local day where the day’s last minute stands for it',
      '2026-11-27T23:59:59',
      ['2026-11-26T23:00:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'the rest of the day from its time, local whatever the Z says',
      '2026-11-27T07:30:00Z',
      ['2026-11-27T06:30:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'the same with decimals or without seconds',
      '2026-11-27 07:30',
      ['2026-11-27T06:30:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'taken at its word with an offset of its own',
      '2026-11-27T07:30:00+02:00',
      ['2026-11-27T05:30:00.000Z 2026-11-27T23:00:00.000Z'],
    ],
    [
      'a day of 23 hours when the clock goes forward',
      '2027-03-28T00:00:00Z',
      ['2027-03-27T23:00:00.000Z 2027-03-28T22:00:00.000Z'],
    ],
    [
      'today, which is not over',
      '2026-11-25T00:00:00Z',
      ['2026-11-24T23:00:00.000Z 2026-11-25T23:00:00.000Z'],
    ],
  ])('%s', (_, next, planned) => {
    expect(paperOf({ next })).toEqual({ planned, emptiedAt: undefined, faults: [], ignored: [] })
  })

  test('passed over when its day has been', () => {
    expect(paperOf({ next: '2026-11-24T00:00:00Z' })).toMatchObject({
      planned: [],
      faults: [],
      ignored: [['over', 1]],
    })
  })

  test('passed over and counted where it is a text, as the last action is', () => {
    const texts = { nextText: 'Se körlista', lastText: 'Tömning sker löpande' }
    expect(paperOf(texts)).toMatchObject({ planned: [], ignored: [['inWords', 2]] })
  })
})

describe('a last action is', () => {
  test.each<[string, string, string | undefined]>([
    ['local time whatever the Z says', '2026-11-25T09:10:00Z', '2026-11-25T08:10:00.000Z'],
    ['local in summer as well', '2026-08-20T09:10:00Z', '2026-08-20T07:10:00.000Z'],
    [
      'local on the night when an hour comes twice, the first time',
      '2026-10-25T02:30:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['the last minute, told just now', '2026-11-25T14:35:00Z', '2026-11-25T13:35:00.000Z'],
  ])('%s', (_, last, emptiedAt) => {
    expect(paperOf({ last })).toEqual({ planned: [], emptiedAt, faults: [], ignored: [] })
  })

  test('passed over where only its day is told', () => {
    expect(paperOf({ last: '2026-11-24T00:00:00Z' })).toMatchObject({
      emptiedAt: undefined,
      ignored: [['withoutTime', 1]],
    })
  })

  test('the newest of several services of one fraction, whose next days add up', () => {
    const [first, second] = [
      { last: '2026-11-24T09:10:00Z', next: '2026-11-28T00:00:00Z' },
      { last: '2026-11-23T09:10:00Z', next: '2026-11-27T00:00:00Z' },
    ]
    const both = paperOf(first, second)
    expect(both.emptiedAt).toBe('2026-11-24T08:10:00.000Z')
    expect(both.planned).toHaveLength(2)
    expect(paperOf(first, first)).toEqual(paperOf(first))
  })
})

test.each<[string, Omit<HubServiceText, 'type'>, string]>([
  [
    'no time at all',
    { next: 'fredag' },
    'nextAction "fredag" is not a time such as 2026-08-21T07:30:00Z',
  ],
  [
    'a day that does not exist',
    { last: '2026-02-30T10:00:00Z' },
    'lastAction "2026-02-30T10:00:00Z" is not a time such as 2026-08-21T07:30:00Z',
  ],
  [
    'yet to come',
    { last: '2026-11-25T14:36:00Z' },
    'lastAction "2026-11-25T14:36:00Z" is yet to come: it is 2026-11-25T13:35:00.000Z now',
  ],
  [
    'the year one',
    { last: '0001-01-01T00:00:00' },
    'lastAction "0001-01-01T00:00:00" is more than 400 days away',
  ],
  [
    'in five years',
    { next: '2031-11-25T00:00:00Z' },
    'nextAction "2031-11-25T00:00:00Z" is more than 400 days away',
  ],
])('a time that is %s is told and passed over, and the rest is read', (_, wrong, what) => {
  const right =
    wrong.next === undefined ? { next: '2026-11-27T00:00:00Z' } : { last: '2026-11-25T09:10:00Z' }
  const { faults, planned, emptiedAt } = paperOf({ ...wrong, ...right })
  expect(faults).toEqual([what])
  expect([planned.length, emptiedAt !== undefined]).toEqual(
    wrong.next === undefined ? [1, false] : [0, true],
  )
})

test('stations are found by municipality code and external id, containers by service type', () => {
  const next = '2026-11-27T00:00:00Z'
  const report = read(
    hubStationOf('901', [
      { type: 1, next },
      { type: '4', next },
      { type: 3, next },
      { type: 9, next },
      { type: -1, next },
    ]),
    hubStationOf(902, null),
    hubStationOf('0901', [{ type: 1, next }], { name: null }),
    hubStationOf('901', [{ type: 1, next }], { municipalityCode: '1384' }),
    hubStationOf('a b', [{ type: 1, next }]),
    { name: 'nothing' },
    'nothing',
  )
  expect([...report.said].map(([id, { planned }]) => [id, planned.length])).toEqual([
    ['1490-901-paper-1', 1],
    ['1490-901-plastic-1', 0],
    ['1490-901-clear-glass-1', 1],
  ])
  expect(report).toMatchObject({
    matched: ['1490-901', '1490-902'],
    unknown: [
      { externalAvsId: '0901', name: null },
      { externalAvsId: 'a b', name: 'Station a b' },
    ],
    missing: ['1490-903'],
    elsewhere: 1,
    withoutServices: 1,
    ignored: { inWords: 0, notOfContainers: 2, withoutTime: 0, over: 0 },
    faults: [
      { externalAvsId: '901', serviceType: 3, what: 'no container of 1490-901 takes metal' },
      { what: 'entry 6 is not a station of the hub' },
      { what: 'entry 7 is not a station of the hub' },
    ],
  })
})

test('a municipality that begins with nought is itself, with and without it', () => {
  const north = indexTown({ ...castTown, municipalityCode: '0114' })
  const report = readHub([hubStationOf('9', null, { municipalityCode: 114 })], north, now)
  expect(report.unknown).toHaveLength(1)
})

test('the answers of both of the hub’s doors are read', () => {
  const station = hubStationOf('901', null)
  expect(hubStationsIn([station, { avs: station }])).toEqual([station, station])
  expect(hubStationsIn({ avs: station, customServiceRequestUrl: '' })).toEqual([station])
  expect(hubStationsIn(station)).toEqual([station])
  for (const other of [{ stations: [] }, { avs: null }, null, 'text', 7, undefined]) {
    expect(hubStationsIn(other)).toBeUndefined()
  }
})
