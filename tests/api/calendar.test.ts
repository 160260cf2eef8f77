import { describe, expect, test } from 'vitest'
import { createEngine } from '#src/rules/engine.ts'
import { DAY, HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { EKUDDEN_PAPER, openHttpTown, TUESDAY, type HttpTown } from '#tests/support/http-town.ts'
import { eventsIn, readCalendar, valueOf } from '#tests/support/icalendar.ts'
import { castTown } from '#tests/support/town.ts'
import { bookOf, borasRules } from '#tests/rules/scenario.ts'

const TOKEN = 'a-long-enough-token'
const STATION = '/feeds/stations/1490-901/emptyings.ics'
const withStaff = () => openHttpTown({ rules: borasRules, http: { staffToken: TOKEN } })

async function plan(town: HttpTown, ...windows: readonly (readonly [number, number])[]) {
  const answer = await town.app.inject({
    method: 'PUT',
    url: `/api/v1/containers/${EKUDDEN_PAPER}/plan`,
    headers: { authorization: `Bearer ${TOKEN}` },
    payload: {
      actor: 'Kim',
      emptyings: windows.map(([from, until]) => ({
        from: isoText(plus(TUESDAY, from * HOUR)),
        until: isoText(plus(TUESDAY, until * HOUR)),
      })),
    },
  })
  expect(answer.statusCode).toBe(200)
}
const get = (town: HttpTown, url = STATION, headers = {}) => town.app.inject({ url, headers })

test.each([
  ['/feeds', 'Tömningar: Ekudden', 'Ekudden töms: pappersförpackningar'],
  ['/en/feeds', 'Emptyings: Ekudden', 'Ekudden is emptied: paper packaging'],
  ['/fi/feeds', 'Tyhjennykset: Ekudden', 'Ekudden, tyhjennys: paperipakkaukset'],
])('under %s a station’s emptyings are a calendar', async (root, name, summary) => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  const { headers, body } = await get(town, `${root}/stations/1490-901/emptyings.ics`)
  expect(headers['content-type']).toBe('text/calendar; charset=utf-8; method=PUBLISH')
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(valueOf(readCalendar(body), 'NAME')).toBe(name)
  expect(eventsIn(body, 'UID', 'SUMMARY', 'DTSTART', 'STATUS', 'LOCATION')).toEqual([
    [
      '1490-901-2026-05-06-1@kvitter.example',
      summary,
      '20260506T103500',
      'CONFIRMED',
      'Ekudden, Provgatan 1',
    ],
  ])
})

test('it follows changes: moved within the day, called off, and planned again', async () => {
  await using town = await withStaff()
  const told = async () => eventsIn((await get(town)).body, 'SEQUENCE', 'STATUS', 'DTSTART')
  await plan(town, [20, 24])
  expect(await told()).toEqual([['0', 'CONFIRMED', '20260506T103500']])
  town.setNow(plus(TUESDAY, MINUTE))
  await plan(town, [21, 24])
  expect(await told()).toEqual([['1', 'CONFIRMED', '20260506T113500']])
  await plan(town)
  expect(await told()).toEqual([['2', 'CANCELLED', '20260506T113500']])
  await plan(town, [21, 24])
  expect(await told()).toEqual([['3', 'CONFIRMED', '20260506T113500']])
})

test('what is called off says so in words, and is forgotten a month after it would have been', async () => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  await plan(town)
  const told = async () => eventsIn((await get(town)).body, 'SUMMARY')
  expect(await told()).toEqual([['Inställt: Ekudden töms: pappersförpackningar']])
  town.setNow(plus(TUESDAY, 30 * DAY))
  expect(await told()).toHaveLength(1)
  town.setNow(plus(TUESDAY, 32 * DAY))
  expect(await told()).toEqual([])
})

test('the whole town, and a fraction at a station, have calendars of their own', async () => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  await town.append({
    kind: 'fact',
    fact: {
      type: 'plan',
      containerId: town.journal.town.town.stations[1]!.containers[0]!.id,
      source: 'hub',
      emptyings: [{ from: plus(TUESDAY, 20 * HOUR), until: plus(TUESDAY, 24 * HOUR) }],
    },
  })
  const uids = async (url: string) => eventsIn((await get(town, url)).body, 'UID').flat()
  expect(await uids('/feeds/town.ics')).toEqual([
    '1490-901-2026-05-06-1@kvitter.example',
    '1490-902-2026-05-06-1@kvitter.example',
  ])
  expect(await uids('/feeds/stations/1490-901/paper.ics')).toEqual([
    '1490-901-paper-2026-05-06-1@kvitter.example',
  ])
  expect(await uids('/feeds/stations/1490-901/plastic.ics')).toEqual([])
})

test('a phone that has it is told so in no bytes, until the plan changes', async () => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  const { headers } = await get(town)
  const again = () => get(town, STATION, { 'if-none-match': String(headers.etag) })
  expect((await again()).statusCode).toBe(304)
  town.setNow(plus(TUESDAY, MINUTE))
  await plan(town, [20, 25])
  const changed = await again()
  expect(changed.statusCode).toBe(200)
})

test('a container that is removed has what was planned for it called off, and what was is not forgotten', async () => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  await plan(town, [21, 24], [60, 64])
  town.setNow(plus(TUESDAY, 30 * HOUR))
  const [first, ...others] = castTown.stations
  const containers = first!.containers.filter(({ id }) => id !== EKUDDEN_PAPER)
  const next = {
    ...castTown,
    stations: [{ ...first!, containers }, ...others],
    mountings: castTown.mountings.filter(({ containerId }) => containerId !== EKUDDEN_PAPER),
  }
  await town.store.saveTown(next, town.now())
  await town.journal.reload({
    town: next,
    makeEngine: (next, kept) => createEngine({ book: bookOf(borasRules), town: next, kept }),
  })
  const events = [
    ['1', 'CONFIRMED', '20260506T113500', '20260505T123500Z'],
    ['1', 'CANCELLED', '20260508T023500', '20260506T183500Z'],
  ]
  for (const url of [STATION, '/feeds/stations/1490-901/paper.ics']) {
    const { body } = await get(town, url)
    expect(eventsIn(body, 'SEQUENCE', 'STATUS', 'DTSTART', 'LAST-MODIFIED')).toEqual(events)
  }
  const told = eventsIn((await get(town)).body, 'SUMMARY').flat()
  expect(told).toContain('Inställt: Ekudden töms: pappersförpackningar')
})

test('the same plan told again by a restarted service is the same calendar', async () => {
  await using town = await withStaff()
  await plan(town, [20, 24])
  const before = (await get(town)).body
  await town.append({
    kind: 'fact',
    fact: {
      type: 'plan',
      containerId: EKUDDEN_PAPER,
      source: 'town',
      emptyings: [{ from: plus(TUESDAY, 20 * HOUR), until: plus(TUESDAY, 24 * HOUR) }],
    },
  })
  expect((await get(town)).body).toBe(before)
})

describe('the return bike', () => {
  const bikeTown = () =>
    openHttpTown({
      town: {
        ...castTown,
        serviceDays: [
          {
            weekdays: ['Tue', 'Thu'],
            holidays: 'skip',
            hours: { fromMinute: 600, untilMinute: 900 },
          },
        ],
      },
    })

  test.each([
    ['', '/om', 'Returcykelns dagar: Provstad', 'Returcykeln är ute'],
    ['/en', '/en/about', 'The return bike’s days: Provstad', 'The return bike is out'],
    ['/fi', '/fi/tietoja', 'Kierrätyspyörän päivät: Provstad', 'Kierrätyspyörä on liikkeellä'],
  ])(
    'has its days in a calendar under %s/feeds, found by the page about the service',
    async (root, about, name, summary) => {
      await using town = await bikeTown()
      const { body } = await get(town, `${root}/feeds/bike.ics`)
      expect(valueOf(readCalendar(body), 'NAME')).toBe(name)
      expect(eventsIn(body, 'UID', 'DTSTART', 'SUMMARY', 'SEQUENCE').slice(0, 3)).toEqual([
        ['bike-2026-05-05-1@kvitter.example', '20260505T100000', summary, '0'],
        ['bike-2026-05-07-1@kvitter.example', '20260507T100000', summary, '0'],
        ['bike-2026-05-12-1@kvitter.example', '20260512T100000', summary, '0'],
      ])
      expect((await town.app.inject(about)).body).toContain(`href="${root}/feeds/bike.ics"`)
    },
  )

  test('has new days as they come in sight, also for a phone that knows only a date', async () => {
    await using town = await bikeTown()
    const last = async (headers = {}) => {
      const { body } = await get(town, '/feeds/bike.ics', headers)
      return eventsIn(body, 'DTSTART').at(-1)
    }
    expect((await get(town, '/feeds/bike.ics')).headers).not.toHaveProperty('last-modified')
    expect(await last()).toEqual(['20260730T100000'])
    town.setNow(plus(TUESDAY, 31 * DAY))
    expect(await last({ 'if-modified-since': 'Tue, 05 May 2026 12:36:00 GMT' })).toEqual([
      '20260827T100000',
    ])
  })

  test('has none in a town whose file names no days', async () => {
    await using town = await openHttpTown()
    const answer = await get(town, '/feeds/bike.ics')
    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ detail: 'This town’s file names no service days.' })
    expect((await town.app.inject('/om')).body).not.toContain('bike.ics')
  })
})

describe('what is no calendar is told in the API’s own words', () => {
  test.each([
    ['/feeds/stations/1490-999/emptyings.ics', 404, 'There is no station 1490-999.'],
    [
      '/feeds/stations/1490-901/batteries.ics',
      404,
      'There is no container for batteries at 1490-901.',
    ],
    ['/feeds/stations/1490-901/paper.ical', 400, 'There is no such calendar.'],
    ['/feeds/stations/1490-901/wood.ics', 400, 'There is no such calendar.'],
  ])('%s', async (url, status, detail) => {
    await using town = await withStaff()
    const answer = await get(town, url)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ detail })
  })
})
