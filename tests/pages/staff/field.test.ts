/** What crews tell at a station, and emptyings told, taken back and planned by the staff's pages. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gatherEmptyings } from '#src/rules/emptyings.ts'
import { instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import { borasRules } from '#tests/rules/scenario.ts'
import { EKUDDEN_PAPER, TUESDAY } from '#tests/support/http-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'

let town: StaffTown
beforeEach(async () => {
  town = await openStaffTown()
})
afterEach(() => town[Symbol.asyncDispose]())

const reports = async () =>
  (await town.store.reports({ since: 0 as EpochMs })).map(({ containerId, kind, by, actor }) => [
    containerId,
    kind,
    by,
    actor,
  ])
const emptyings = async () =>
  gatherEmptyings(
    await town.store.emptyings({ containerId: EKUDDEN_PAPER, since: 0 as EpochMs }),
  ).map(({ emptiedAt, by }) => [emptiedAt, ...by])

describe('in the field', () => {
  test('a station is found by its name, and has a button for each thing that one may see', async () => {
    const list = await town.get('/tillsyn?q=ekud', 'rider')
    expect([...list.body.matchAll(/href="\/tillsyn\/(\d[^"]*)"/g)].map(([, id]) => id)).toEqual([
      '1490-901',
    ])
    const { body } = await town.get('/tillsyn/1490-901', 'rider')
    expect([...body.matchAll(/name="kind" value="([\w-]+)"/g)].map(([, kind]) => kind)).toEqual([
      ...['litter', 'cleaned', 'ice'],
      ...Array.from({ length: 3 }, () => [
        'full',
        'has-room',
        'emptied',
        'broken',
        'repaired',
      ]).flat(),
    ])
  })

  test('one tap tells what is seen at a container, signed by who saw it', async () => {
    const fields = { container: EKUDDEN_PAPER, kind: 'full' }
    const told = await town.post('/tillsyn/1490-901', fields, 'rider')
    expect(told.status).toBe(303)
    expect(await reports()).toEqual([[EKUDDEN_PAPER, 'full', 'staff', 'Demo Rider']])
    expect((await town.get(told.to, 'rider')).body).toMatch(
      /role="status">Noterat: fullt, pappersförpackningar\./,
    )
  })

  test('what is of the whole station needs no container', async () => {
    const told = await town.post('/en/field/1490-902', { kind: 'litter' }, 'dispatcher')
    expect((await town.get(told.to, 'dispatcher')).body).toContain('Noted: littered, hamnen.')
    expect(await reports()).toEqual([['1490-902-paper-1', 'litter', 'staff', 'Demo Dispatcher']])
  })

  test('“emptied now” is an emptying and no report', async () => {
    await town.post('/tillsyn/1490-901', { container: EKUDDEN_PAPER, kind: 'emptied' }, 'rider')
    expect(await emptyings()).toEqual([[TUESDAY, 'staff']])
    expect(await reports()).toEqual([])
  })

  test('“emptied now” pressed twice is one emptying, and says so', async () => {
    const press = () =>
      town.post('/tillsyn/1490-901', { container: EKUDDEN_PAPER, kind: 'emptied' }, 'rider')
    const [first, second] = await Promise.all([press(), press()])
    expect([first.to, second.to].toSorted()).toEqual([
      `/tillsyn/1490-901?did=emptied&container=${EKUDDEN_PAPER}`,
      `/tillsyn/1490-901?did=emptied&container=${EKUDDEN_PAPER}&news=no`,
    ])
    expect(await emptyings()).toEqual([[TUESDAY, 'staff']])
    const listed = { do: 'report', containers: EKUDDEN_PAPER, by: 'staff' }
    const again = await town.post('/tomningar/1490-901', listed)
    expect(again.to).toBe('/tomningar/1490-901?did=same')
    const later = plus(TUESDAY, 2 * MINUTE)
    town.setNow(later)
    await press()
    expect(await emptyings()).toEqual([
      [TUESDAY, 'staff'],
      [later, 'staff'],
    ])
  })

  test('what nobody can mean is refused and tells nothing', async () => {
    for (const fields of [{ kind: 'full' }, { kind: 'x', container: EKUDDEN_PAPER }]) {
      expect((await town.post('/tillsyn/1490-901', fields)).status).toBe(400)
    }
    const other = { kind: 'full', container: '1490-902-paper-1' }
    expect((await town.post('/tillsyn/1490-901', other)).status).toBe(400)
    expect((await town.post('/tillsyn/1490-999', other)).status).toBe(404)
    expect(await reports()).toEqual([])
  })
})

describe('emptyings', () => {
  test('several containers are told at once, by the clock on the wall', async () => {
    const containers = [EKUDDEN_PAPER, '1490-901-plastic-1']
    const fields = { do: 'report', containers, at: '2026-05-05T13:10', by: 'contractor' }
    const told = await town.post('/tomningar/1490-901', fields, 'dispatcher')
    expect(told.to).toBe('/tomningar/1490-901?did=emptied')
    const at = instant(Date.parse('2026-05-05T11:10:00Z'))
    expect(await emptyings()).toEqual([[at, 'contractor']])
    const page = await town.get('/en/emptyings', 'dispatcher')
    expect(page.body).toContain('Ekudden, Plastic packaging')
    expect(page.body).toContain('today 13:10')
  })

  test('without a time it was just now; what is to come can’t be told, nor a year mistyped', async () => {
    const now = { do: 'report', containers: EKUDDEN_PAPER, by: 'staff' }
    expect((await town.post('/tomningar/1490-901', now)).status).toBe(303)
    expect(await emptyings()).toEqual([[TUESDAY, 'staff']])
    const ahead = { ...now, at: '2026-05-05T15:00', containers: '' }
    const wrong = await town.post('/tomningar/1490-901', ahead)
    expect(wrong.status).toBe(400)
    expect(wrong.body).toContain('<a href="#containers">Välj minst en behållare</a>')
    expect(wrong.body).toContain('<a href="#at">Skriv en tid som har varit')
    expect(wrong.body).toContain('value="2026-05-05T15:00"')
    const lastYear = { ...now, at: '2025-05-05T14:30' }
    const early = await town.post('/en/emptyings/1490-901', lastYear)
    expect(early.status).toBe(400)
    expect(early.body).toContain(
      '<a href="#at">Write a time that has been, at most 31 days ago, such as 2026-05-05 14:30</a>',
    )
    expect((await emptyings()).length).toBe(1)
  })

  test('one that never was is asked about first, and counts no more', async () => {
    await town.post('/tomningar/1490-901', { do: 'report', containers: EKUDDEN_PAPER, by: 'staff' })
    const { body } = await town.get('/tomningar/1490-901')
    const link = /href="([^"]*\/aldrig\?[^"]*)"/.exec(body)![1]!.replaceAll('&amp;', '&')
    const asked = await town.get(link)
    expect(asked.body).toContain('<h1>Har tömningen inte hänt?</h1>')
    expect((await emptyings()).length).toBe(1)
    const fields = Object.fromEntries(new URL(link, 'http://x').searchParams)
    const never = await town.post(link.split('?')[0]!, { ...fields, sure: 'yes' })
    expect(never.to).toBe('/tomningar/1490-901?did=never')
    expect(await emptyings()).toEqual([])
  })

  test('a window is planned beside the others, and taken away again', async () => {
    await using real = await openStaffTown({ rules: borasRules })
    const planned = () => real.journal.plans(EKUDDEN_PAPER).staff?.map(({ from }) => from) ?? []
    const [sixth, seventh] = ['2026-05-06T04:00:00Z', '2026-05-07T04:00:00Z'].map((text) =>
      instant(Date.parse(text)),
    )
    const path = '/tomningar/1490-901'
    const first = {
      do: 'plan',
      container: EKUDDEN_PAPER,
      from: '2026-05-07T06:00',
      until: '2026-05-07T14:00',
    }
    expect((await real.post(path, first)).to).toBe(`${path}?did=planned`)
    await real.post(path, { ...first, from: '2026-05-06T06:00', until: '2026-05-06T14:00' })
    expect(planned()).toEqual([sixth, seventh])
    expect((await real.get('/en/emptyings')).body).toContain('tomorrow 06:00–14:00')

    const overlap = { ...first, from: '2026-05-07T13:00', until: '2026-05-07T15:00' }
    const wrong = await real.post('/en/emptyings/1490-901', overlap)
    expect(wrong.status).toBe(400)
    expect(wrong.body).toContain('It overlaps another that staff have planned')

    const away = { do: 'unplan', container: EKUDDEN_PAPER, from: String(sixth) }
    expect((await real.post(path, away)).to).toBe(`${path}?did=unplanned`)
    expect((await real.post(path, away)).to).toBe(`${path}?did=same`)
    expect(planned()).toEqual([seventh])
  })

  test.each([
    [
      '2026-05-06T06:00',
      '2026-05-06T06:10',
      'Sluttiden måste ligga minst 15 minuter efter starten',
    ],
    ['2026-05-06T06:00', '2026-05-14T06:00', 'Sluttiden får ligga högst 7 dygn efter starten'],
    ['2026-05-04T06:00', '2026-05-04T09:00', 'Sluttiden har redan varit'],
    ['2028-05-06T06:00', '2028-05-06T09:00', 'Starten ligger mer än 400 dygn bort'],
    ['sometime', '2026-05-06T09:00', 'Skriv en tid, som 2026-05-05 14:30'],
  ])('a plan from %s until %s is refused: %s', async (from, until, why) => {
    const fields = { do: 'plan', container: EKUDDEN_PAPER, from, until }
    const wrong = await town.post('/tomningar/1490-901', fields)
    expect([wrong.status, wrong.body.includes(why)]).toEqual([400, true])
    expect(town.told).toEqual([])
  })

  test('riders tell what they see, and no more', async () => {
    expect((await town.get('/tomningar', 'rider')).status).toBe(403)
  })
})
