import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { addressKey, openAddressBook, readAddressList } from '#src/stations/address-list.ts'
import { districtAt, inLanguage } from '#src/stations/return-bike.ts'
import { parseReturnBikeFile } from '#src/stations/return-bike-file.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { areaId, dividedTown } from '#tests/support/town.ts'

const boras = (name: string) =>
  readFileSync(new URL(`../../towns/boras/${name}`, import.meta.url), 'utf8')

const SMALL = `version: 1
slots:
  - { id: day, hours: "10:00-15:00", bookings: 8, litres: 4000, kg: 500 }
items:
  - { id: chair, name: { sv: Stol, en: Chair, fi: Tuoli }, litres: 150, kg: 6, longestCm: 100, waste: bulky }
bikes:
  - { id: bike-1, name: Cykeln, litres: 1000, kg: 150, longestCm: 200, rangeKm: 40, speedKmh: 12 }
dropOffs:
  - { id: centre, name: Centralen, lat: 57.72, lon: 12.94, takes: [bulky] }
`
const served = { ...dividedTown, serviceDays: [{ weekdays: ['Tue', 'Thu'] as const }] }
const parse = (text: string) => parseReturnBikeFile(text, 'returnbike.yaml', served)
const faultsOf = (text: string) => {
  const parsed = parse(text)
  if (parsed.kind === 'ok') return []
  return parsed.faults.map(({ line, field, message }) => `${line} ${field}: ${message}`)
}

describe('returnbike.yaml', () => {
  test('of Borås has some 25 things, each in three languages, and says which words wait for a reader', () => {
    const town = parseTownFile(boras('town.yaml'), 'town.yaml')
    const parsed = parseReturnBikeFile(
      boras('returnbike.yaml'),
      'returnbike.yaml',
      town.kind === 'ok' ? town.town : undefined,
    )
    if (parsed.kind !== 'ok') throw new Error(JSON.stringify(parsed.faults))
    const { items, unreviewed, slots } = parsed.returnBike
    expect(items.length).toBeGreaterThanOrEqual(25)
    expect(unreviewed).toEqual(['ar', 'so'])
    expect(slots.map(({ id, fromMinute }) => [id, fromMinute])).toEqual([
      ['morning', 600],
      ['afternoon', 750],
    ])
    const sofa = items.find(({ id }) => id === 'sofa')!
    expect(sofa.refused && inLanguage(sofa.refused.instead, 'so')).toBe(
      'Fråga din hyresvärd eller beställ kommunens hämtning av grovavfall.',
    )
  })

  test('says when each rider works, and what mustn’t ride together', () => {
    const parsed = parse(
      SMALL.replace(
        'speedKmh: 12',
        'speedKmh: 12, shift: { hours: "10:00-13:00", days: [Tue] }',
      ).concat('apart: [[chair, textiles]]\n'),
    )
    expect(parsed).toMatchObject({
      kind: 'ok',
      returnBike: {
        apart: [['chair', 'textiles']],
        bikes: [{ shift: { fromMinute: 600, untilMinute: 780, weekdays: ['Tue'] } }],
      },
    })
  })

  test('says how hilly and winding the town is', () => {
    const parsed = parse(`${SMALL}travel: { heights: [hills/N57E012.hgt], detour: 1.45 }\n`)
    expect(parsed).toMatchObject({
      kind: 'ok',
      returnBike: { formula: { detour: 1.45, heights: ['hills/N57E012.hgt'] } },
    })
  })

  test('may leave out what has a default, as municipalities have it', () => {
    const parsed = parse(SMALL)
    expect(parsed).toMatchObject({
      kind: 'ok',
      returnBike: {
        limits: {
          itemsPerErrand: 6,
          kgPerItem: 25,
          litresPerErrand: 1000,
          household: { errands: 2, days: 30 },
        },
        closes: { workingDays: 1, minuteOfDay: 900 },
        cancel: { workingDays: 0, minuteOfDay: 480 },
        holdMs: 600_000,
        remind: { daysBefore: [3, 1], minuteOfDay: 600 },
        eraseAfterDays: 30,
        noteDays: 1,
        callBackDays: 7,
      },
    })
  })

  test.each([
    [
      'a thing that is neither fetched nor refused',
      'litres: 150, kg: 6, longestCm: 100, waste: bulky',
      'litres: 150, kg: 6, longestCm: 100',
      [
        '5 items[0].waste: is missing; say how large and what kind of waste it is, or refused: why the bike can’t take it and where it goes instead',
      ],
    ],
    [
      'a thing that is too heavy for one rider',
      'kg: 6',
      'kg: 40',
      ['5 items[0].kg: 40 is too much: limits.kgPerItem is 25; write refused instead'],
    ],
    [
      'a thing longer than any bike',
      'longestCm: 100, waste',
      'longestCm: 220, waste',
      [
        '5 items[0].longestCm: 220 is too much: no bike takes more than 200 cm; write refused instead',
      ],
    ],
    [
      'waste that goes nowhere',
      'waste: bulky',
      'waste: wood',
      ['5 items[0].waste: no drop-off takes wood'],
    ],
    [
      'a kind of waste that there is not',
      'takes: [bulky]',
      'takes: [bulki]',
      [
        '5 items[0].waste: no drop-off takes bulky',
        '9 dropOffs[0].takes[0]: "bulki" is not a kind of waste; did you mean "bulky"?',
      ],
    ],
    [
      'two slots at once',
      'slots:',
      'slots:\n  - { id: noon, hours: "11:00-13:00", bookings: 1, litres: 10, kg: 10 }',
      ['4 slots[1].hours: overlaps with the hours of slots[0]'],
    ],
    [
      'a swapped place',
      'lat: 57.72, lon: 12.94',
      'lat: 12.94, lon: 57.72',
      ['9 dropOffs[0].lat: lat 12.94 and lon 57.72 are swapped; write lat: 57.72, lon: 12.94'],
    ],
    [
      'a station that the town hasn’t',
      'takes: [bulky]',
      'takes: [bulky], station: 1490-909',
      ['9 dropOffs[0].station: "1490-909" is not a known station; did you mean "1490-901"?'],
    ],
    [
      'a home on the wrong side of the globe',
      'speedKmh: 12',
      'speedKmh: 12, home: { lat: 12.94, lon: 57.72 }',
      ['7 bikes[0].home.lat: lat 12.94 and lon 57.72 are swapped; write lat: 57.72, lon: 12.94'],
    ],
    [
      'what is to be kept apart and isn’t known',
      'version: 1',
      'version: 1\napart: [[chairs, electronics]]',
      ['2 apart[0][0]: "chairs" is not a known kind of waste or item; did you mean "chair"?'],
    ],
    [
      'what would be kept from itself',
      'version: 1',
      'version: 1\napart: [[chair, bulky], [wood, wood]]',
      [
        '2 apart[0]: would keep a thing from itself; write two that mustn’t ride together',
        '2 apart[1]: would keep a thing from itself; write two that mustn’t ride together',
      ],
    ],
    [
      'hours in which no rider works',
      'speedKmh: 12',
      'speedKmh: 12, shift: { hours: "15:00-18:00", days: [Tue] }',
      ['3 slots[0].hours: no bike’s rider works then (bikes[].shift)'],
    ],
    [
      'a break of no time',
      'speedKmh: 12',
      'speedKmh: 12, break: { hours: "12:00-13:00", minutes: 0 }',
      [
        '7 bikes[0].break.minutes: expected a whole number of minutes from 5 to 180, found the number 0',
      ],
    ],
    [
      'a field nobody knows',
      'bookings: 8',
      'booking: 8',
      [
        '3 slots[0].bookings: is missing; expected a number',
        '3 slots[0].booking: "booking" is not a field here; did you mean "bookings"?',
      ],
    ],
    [
      'a limit that outlives what is kept',
      'version: 1',
      'version: 1\nlimits: { household: { errands: 2, days: 60 } }',
      [
        "2 limits.household.days: a household's errands are forgotten after privacy.eraseAfterDays (30); write at most that many days",
      ],
    ],
    [
      'a district that the town has not',
      'version: 1',
      'version: 1\ndistricts: [{ area: noorth, outline: [[12.9, 57.7], [12.95, 57.7], [57.75, 12.95]] }]',
      [
        '2 districts[0].area: "noorth" is not an area of town.yaml; did you mean "north"?',
        '2 districts[0].outline[2]: is [lon, lat]: lat 12.95 and lon 57.75 are swapped; write lat: 57.75, lon: 12.95',
      ],
    ],
    [
      'travel times by nobody, by two, or by an address that is none',
      'version: 1',
      'version: 1\ntravel: { profile: bike }\nplanner: { vroom: "vroom.example:3000" }',
      [
        '2 travel: names no source: write cityPack, osrm or valhalla, or leave travel out',
        '2 travel.profile: goes with osrm; leave it out',
        '3 planner.vroom: expected an http or https address without a password, such as http://127.0.0.1:5000, found "vroom.example:3000"',
      ],
    ],
    [
      'heights that are no tile, and a detour that is none',
      'version: 1',
      'version: 1\ntravel: { heights: [boras.tif], detour: 0.9 }',
      [
        '2 travel.detour: expected how many times as long as the straight line, from 1 to 3, found the number 0.9',
        '2 travel.heights[0]: expected the name of a tile in the town’s folder, such as N57E012.hgt, found "boras.tif"',
      ],
    ],
    [
      'travel times by two at once',
      'version: 1',
      'version: 1\ntravel: { cityPack: town.citypack, valhalla: "https://ways.example/" }',
      ['2 travel.valhalla: is a second source beside cityPack; leave one of them out'],
    ],
  ])('%s is told with its field and the fix', (_what, from, to, faults) => {
    expect(SMALL).toContain(from)
    expect(faultsOf(SMALL.replace(from, to))).toEqual(faults)
  })

  test.each([
    ['{ cityPack: ways/town.citypack }', { kind: 'city-pack', file: 'ways/town.citypack' }],
    [
      '{ osrm: "http://127.0.0.1:5000/" }',
      { kind: 'osrm', url: 'http://127.0.0.1:5000', profile: 'bike' },
    ],
    [
      '{ osrm: "http://127.0.0.1:5000", profile: cargo }',
      { kind: 'osrm', url: 'http://127.0.0.1:5000', profile: 'cargo' },
    ],
    [
      '{ valhalla: "https://ways.example/v1" }',
      { kind: 'valhalla', url: 'https://ways.example/v1' },
    ],
  ])('travel: %s says who tells travel times', (written, travel) => {
    expect(
      parse(`${SMALL}travel: ${written}\nplanner: { vroom: "http://127.0.0.1:3000" }`),
    ).toMatchObject({ kind: 'ok', returnBike: { travel, vroomUrl: 'http://127.0.0.1:3000' } })
  })

  test('needs service days in town.yaml, and slots within their hours', () => {
    const without = parseReturnBikeFile(SMALL, 'returnbike.yaml', dividedTown)
    expect(without).toMatchObject({
      faults: [{ field: 'slots', message: expect.stringContaining('has no serviceDays') }],
    })
    const short = parseReturnBikeFile(SMALL, 'returnbike.yaml', {
      ...dividedTown,
      serviceDays: [{ weekdays: ['Tue'], hours: { fromMinute: 600, untilMinute: 720 } }],
    })
    expect(short).toMatchObject({
      faults: [{ field: 'slots[0].hours', message: 'no service day of town.yaml has these hours' }],
    })
  })
})

describe('a list of addresses', () => {
  test('of Borås has no faults', () => {
    const read = readAddressList(boras('addresses.csv'), 'addresses.csv')
    expect(read.kind === 'ok' && read.addresses[0]).toEqual({
      address: 'Provgatan 1',
      postcode: '504 30',
      place: { lat: 57.7208, lon: 12.9193 },
      homes: 12,
    })
  })

  test('tells each fault with its line', () => {
    const written = `address;lat;lon;homes
Provgatan 1;57.72;12.92;
Provg. 1;57.72;12.92;
Provgatan 2;12.92;57.72;
;57.72;12.92;many
`
    const read = readAddressList(written, 'addresses.csv')
    expect(read.kind === 'faulty' && read.faults.map((f) => [f.line, f.field, f.message])).toEqual([
      [3, 'address', '"Provg. 1" stands in line 2 already'],
      [4, 'lat', 'lat 12.92 and lon 57.72 are swapped; write lat: 57.72, lon: 12.92'],
      [5, 'address', 'is empty'],
      [5, 'homes', 'expected a number of homes, or none'],
    ])
    expect(readAddressList('street,lat\nA,57\n', 'a.csv')).toMatchObject({
      faults: [
        { line: 1, field: 'address' },
        { line: 1, field: 'lon' },
      ],
    })
  })

  test.each([
    ['Provgatan 12 A', 'provgatan 12a'],
    ['  PROVGATAN   12a ', 'provgatan 12a'],
    ['Provg. 12A', 'provgatan 12a'],
    ['Påhittsv.3', 'påhittsvägen 3'],
    ['Demogr. 3', 'demogränd 3'],
    ['Pa\u030ahittsvägen 3.', 'påhittsvägen 3'],
    ['Kungsberg 5', 'kungsberg 5'],
  ])('%s is known as %s', (written, key) => {
    expect(addressKey(written)).toBe(key)
  })

  test('finds what was meant, and what begins so', () => {
    const place = { lat: 57.72, lon: 12.92 }
    const book = openAddressBook([
      { address: 'Provgatan 1', place },
      { address: 'Provgatan 12', place },
      { address: 'Demogränd 1', postcode: '504 30', place },
      { address: 'Demogränd 1', postcode: '504 60', place },
    ])
    expect(book.find('provg. 12').map(({ address }) => address)).toEqual(['Provgatan 12'])
    expect(book.find('Demogränd 1')).toHaveLength(2)
    expect(book.find('Demogränd 1', '50460')).toHaveLength(1)
    expect(book.find('Ingengatan 1')).toEqual([])
    expect(book.nearest('Porvgatan 12')?.address).toBe('Provgatan 12')
    expect(book.nearest('Porvgatan 13')).toBeUndefined()
    expect(book.beginningWith('prov', 5).map(({ address }) => address)).toEqual([
      'Provgatan 1',
      'Provgatan 12',
    ])
  })
})

test('a place lies in the part of the service area whose outline is about it', () => {
  const square = (lon: number, name: string) => ({
    areaId: areaId(name),
    outline: [
      { lon, lat: 57.7 },
      { lon: lon + 0.1, lat: 57.7 },
      { lon: lon + 0.1, lat: 57.8 },
      { lon, lat: 57.8 },
    ],
  })
  const districts = [square(12.9, 'west'), square(13, 'east')]
  expect(districtAt(districts, { lon: 12.95, lat: 57.75 })).toBe('west')
  expect(districtAt(districts, { lon: 13.05, lat: 57.75 })).toBe('east')
  expect(districtAt(districts, { lon: 13.15, lat: 57.75 })).toBeUndefined()
  expect(districtAt(districts, { lon: 12.95, lat: 57.85 })).toBeUndefined()
})
