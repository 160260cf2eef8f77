/** Bookings by phone: found, made, changed and cancelled by staff without script, and who may. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'
import { addresses, clockAt, DAY_NAME, type DayTown, openDayTown } from '#tests/support/day-town.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let day: DayTown
let headers: Record<string, string>

beforeAll(async () => {
  day = await openDayTown()
  day.town.setNow(clockAt('09:00', '2026-05-04'))
  headers = await day.town.signIn('dispatcher')
})
afterAll(() => day[Symbol.asyncDispose]())

const get = (url: string, as = headers) => day.town.app.inject({ url, headers: as })
const send = (url: string, fields: Record<string, string>, as = headers) =>
  day.town.app.inject({
    method: 'POST',
    url,
    headers: { ...FORM, ...as },
    payload: new URLSearchParams(fields).toString(),
  })

let keys = 0
const answers = (more: Record<string, string> = {}) => ({
  key: `a-key-for-the-form-${keys++}`,
  'n-chair': '1',
  address: addresses[keys]!.address,
  slot: `${DAY_NAME}/morning`,
  name: `Prova Provsson ${keys}`,
  phone: `070-123 45 ${String(10 + keys)}`,
  language: 'so',
  interpreter: 'yes',
  note: 'Portkod 0000',
  ...more,
})

/** Gives its reference. */
async function book(more: Record<string, string> = {}): Promise<string> {
  const { statusCode, headers: told, body } = await send('/stab/bokning/ny', answers(more))
  expect(statusCode, body).toBe(303)
  return /^\/stab\/bokning\/([A-Z0-9]{6})\?did=made$/.exec(String(told.location))![1]!
}

const bookingOf = async (reference: string) => (await day.ask('GET', `/bookings/${reference}`)).json

describe('a booking by phone', () => {
  test('has its place pointed at on the map, and keeps what was written', async () => {
    const point = { 'at.x': '100', 'at.y': '100' }
    const { statusCode, body } = await send('/stab/bokning/ny', answers(point))
    expect(statusCode).toBe(200)
    expect(body).toMatch(/name="position"[^>]*value="57\.\d+, 1[23]\.\d+"/)
    expect(body).toContain('value="Portkod 0000"')
    expect(body).toContain('Platsen är utmärkt.')
    const reference = await book()
    const change = `/stab/bokning/${reference}/andra`
    const moved = await send(change, { ...answers(), ...point, version: '1' })
    expect([moved.statusCode, moved.body.includes('Platsen är utmärkt.')]).toEqual([200, true])
  })

  test('is pointed at, and what a colleague changed meanwhile isn’t undone', async () => {
    const form = answers({ key: '' })
    const reference = await book(form)
    const change = `/stab/bokning/${reference}/andra`
    const theirs = { ...form, version: '1', phone: '070-765 43 21' }
    expect((await send(change, theirs)).headers.location).toContain('did=changed')
    const pointed = await send(change, { ...form, version: '1', 'at.x': '100', 'at.y': '100' })
    const version = /name="version" value="(\d+)"/.exec(pointed.body)![1]!
    const saved = await send(change, { ...form, version })
    expect(saved.headers.location).toContain('did=stale')
    expect((await bookingOf(reference)).person.phone).toBe('070-765 43 21')
  })

  test('is made with the residents’ questions, by the name of who took it down', async () => {
    const reference = await book()
    expect(await bookingOf(reference)).toMatchObject({
      state: 'booked',
      language: 'so',
      interpreter: true,
      person: { note: 'Portkod 0000' },
    })
    const page = (await get(`/stab/bokning/${reference}?did=made`)).body
    expect(page).toContain('Bokningen är gjord.')
    expect(page).toContain(reference)
    expect(page).toMatch(/bokad, Demo/)
  })

  test('sent twice is one', async () => {
    const form = answers()
    const [one, other] = [
      await send('/stab/bokning/ny', form),
      await send('/stab/bokning/ny', form),
    ]
    expect(other.headers.location).toBe(one.headers.location)
  })

  test('tells all that is wrong at once, each at its field, and forgets nothing', async () => {
    const { statusCode, body } = await send('/stab/bokning/ny', {
      ...answers({ 'n-chair': '', address: '', phone: '', name: 'Åsa & Co' }),
      slot: '',
    })
    expect(statusCode).toBe(400)
    for (const field of ['things', 'address', 'slot', 'phone']) {
      expect(body, field).toContain(`href="#${field}"`)
    }
    expect(body).toContain('Åsa &amp; Co')
    expect(body).toContain('<title>Fel: Boka åt någon')
  })

  test('passes the limits only when staff say so', async () => {
    const much = { 'n-chair': '7' }
    expect((await send('/stab/bokning/ny', answers(much))).statusCode).toBe(400)
    expect((await send('/stab/bokning/ny', answers({ ...much, letPass: 'yes' }))).body).toContain(
      '<a href="#letPassBecause">Skriv varför bokningen får gå igenom, 3 till 200 tecken</a>',
    )
    const because = { letPass: 'yes', letPassBecause: 'Flyttar på <fredag>' }
    const reference = await book({ ...because, ...much })
    expect(await bookingOf(reference)).toMatchObject({
      letPass: ['too-many-things', 'too-large'],
      letPassBecause: 'Flyttar på <fredag>',
    })
    const page = (await get(`/stab/bokning/${reference}`)).body
    expect(page).toContain('<dd>antal saker, volym</dd>')
    expect(page).toContain('släppt förbi gränser, Demo Dispatcher: Flyttar på &lt;fredag&gt;')
    const found = (await get('/en/board/booking')).body
    expect(found).toContain('Bookings in spite of the limits')
    expect(found).toMatch(/number of things 1, volume 1/)
    // Within the limits nothing is let pass, and nothing is kept of why.
    const within = await book({ ...because, 'n-chair': '4' })
    expect(await bookingOf(within)).toMatchObject({ letPass: [], letPassBecause: null })
  })

  test('goes on the waiting list when that is wanted', async () => {
    const reference = await book({ slot: 'wait' })
    expect((await bookingOf(reference)).state).toBe('waiting')
    expect((await get(`/stab/bokning/${reference}`)).body).toContain('Väntar på plats')
  })

  test('is changed, and what was emptied is gone', async () => {
    const reference = await book()
    const form = (await get(`/stab/bokning/${reference}/andra`)).body
    const version = /name="version" value="(\d+)"/.exec(form)![1]!
    const { address, name } = (await bookingOf(reference)).person
    const changed = {
      ...answers({ address, name, note: '', slot: `${DAY_NAME}/afternoon` }),
      version,
    }
    const sent = await send(`/stab/bokning/${reference}/andra`, changed)
    expect(sent.headers.location).toBe(`/stab/bokning/${reference}?did=changed`)
    expect(await bookingOf(reference)).toMatchObject({
      slot: { slotId: 'afternoon' },
      person: { name, note: null },
    })
    const late = await send(`/stab/bokning/${reference}/andra`, { ...changed, name: 'Annan Prov' })
    expect(late.headers.location).toBe(`/stab/bokning/${reference}?did=stale`)
    expect((await bookingOf(reference)).person.name).toBe(name)
  })

  test('goes before others when staff say so, until they say otherwise, and nobody is told', async () => {
    const reference = await book({ goesFirst: 'yes' })
    expect(await bookingOf(reference)).toMatchObject({ goesFirst: true })
    expect((await get(`/stab/bokning/${reference}`)).body).toContain('Går före andra')
    const { person, version } = await bookingOf(reference)
    await day.tick()
    const told = day.messages.length
    const form = answers({ address: person.address, name: person.name, phone: person.phone })
    const sent = await send(`/stab/bokning/${reference}/andra`, { ...form, version })
    expect(sent.headers.location).toContain('did=changed')
    expect(await bookingOf(reference)).toMatchObject({ goesFirst: false })
    await day.tick()
    expect(day.messages.length).toBe(told)
  })

  test('is cancelled after a question, once', async () => {
    const reference = await book()
    const page = (await get(`/stab/bokning/${reference}/avboka`)).body
    expect(page).toContain(`Avboka ${reference}?`)
    const version = /name="version" value="(\d+)"/.exec(page)![1]!
    const sent = await send(`/stab/bokning/${reference}/avboka`, { version })
    expect(sent.headers.location).toBe(`/stab/bokning/${reference}?did=cancelled`)
    expect((await bookingOf(reference)).state).toBe('cancelled')
    expect((await get(`/stab/bokning/${reference}/andra`)).headers.location).toContain(
      'did=tooLate',
    )
  })

  test('is told that the bike is late', async () => {
    const reference = await book()
    const sent = await send(`/stab/bokning/${reference}`, { minutes: '25' })
    expect(sent.headers.location).toContain('did=told')
    await day.tick()
    expect(day.messages.map(({ key }) => key)).toContain('running-late')
  })
})

describe('how it went', () => {
  test('is said by staff on the day, and what they say again counts', async () => {
    const reference = await book()
    expect((await get(`/stab/bokning/${reference}`)).body).not.toContain('Hur gick det?')
    const before = day.town.now()
    day.town.setNow(clockAt('16:00'))
    // The session was over long ago.
    headers = await day.town.signIn('dispatcher')
    expect((await get(`/stab/bokning/${reference}`)).body).toContain('Hur gick det?')
    const say = (outcome: string) => send(`/stab/bokning/${reference}/utfall`, { outcome })
    expect((await say('not-home')).headers.location).toContain('did=settled')
    expect(await bookingOf(reference)).toMatchObject({ state: 'missed' })
    expect((await get(`/stab/bokning/${reference}`)).body).toContain(
      '<option value="not-home" selected>',
    )
    await say('done')
    expect(await bookingOf(reference)).toMatchObject({ state: 'done' })
    await say('nonsense')
    expect(await bookingOf(reference)).toMatchObject({ state: 'done' })
    day.town.setNow(before)
    headers = await day.town.signIn('dispatcher')
  })
})

describe('a booking is found', () => {
  let reference: string
  beforeAll(async () => {
    reference = await book({ name: 'Ärla Särskild', phone: '070-999 88 77' })
  })

  test.each([
    ['a part of a name, capitals or not', 'särsk'],
    ['a phone number, however it is written', '0709998877'],
    ['a phone number with the country’s code left out', '999 88 77'],
    ['a part of an address', ''],
    ['its number', '#'],
  ])('by %s', async (_, text) => {
    const { address } = (await bookingOf(reference)).person
    const q = text === '#' ? reference.toLowerCase() : text === '' ? address : text
    const { body } = await get(`/stab/bokning?q=${encodeURIComponent(q)}`)
    expect(body).toContain(`/stab/bokning/${reference}"`)
  })

  test('and only who was found is written down as seen', async () => {
    const seen = async () =>
      (await day.ask('GET', '/accesses?limit=1000')).json.accesses.filter(
        (one: any) => one.what === 'listed' && one.by.startsWith('Demo'),
      ).length
    const other = await book({ name: 'Unika Namnsson' })
    const before = await seen()
    expect((await get('/stab/bokning?q=unika')).body).toContain(other)
    expect(await seen()).toBe(before + 1)
    expect((await get('/stab/bokning?q=ingen+heter+s')).body).toContain('Ingen bokning passar')
    expect(await seen()).toBe(before + 1)
  })
})

describe('who may', () => {
  test('a rider doesn’t see bookings, and nobody without signing in', async () => {
    const rider = await day.town.signIn('rider')
    expect((await get('/stab/bokning', rider)).statusCode).toBe(403)
    expect((await get('/stab/bokning?q=prova', {})).headers.location).toMatch(/^\/logga-in/)
    expect((await send('/stab/bokning/ny', answers(), rider)).statusCode).toBe(403)
  })

  test('a form from another site changes nothing', async () => {
    const foreign = { ...headers, 'sec-fetch-site': 'cross-site' }
    expect((await send('/stab/bokning/ny', answers(), foreign)).statusCode).not.toBe(200)
    const { body } = await get(`/stab/bokning?q=${encodeURIComponent(`Provsson ${keys}`)}`)
    expect(body).toContain('Ingen bokning passar')
  })

  test('a number that is nobody’s is told', async () =>
    expect((await get('/stab/bokning/XXXXXX')).statusCode).toBe(404))
})

test.skipIf(chromiumPath === undefined)(
  'axe finds no fault, on narrow and wide screens, light and dark',
  { timeout: 60_000 },
  async () => {
    const browser = await openBrowser()
    const reference = await book()
    const [name, value] = headers['cookie']!.split('=', 2) as [string, string]
    for (const [colorScheme, width, root] of [
      ['light', 360, '/stab/bokning'],
      ['dark', 1280, '/en/board/booking'],
    ] as const) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
      await context.addCookies([
        { name, value, url: day.url.replace('http:', 'https:'), secure: true },
      ])
      const page = await context.newPage()
      const isSwedish = root.startsWith('/stab')
      for (const path of [
        '?q=prova',
        isSwedish ? '/ny' : '/new',
        `/${reference}`,
        `/${reference}/${isSwedish ? 'andra' : 'change'}`,
        `/${reference}/${isSwedish ? 'avboka' : 'cancel'}`,
      ]) {
        await page.goto(day.url + root + path)
        await expectNoFault(page, path)
      }
    }
    await browser.close()
  },
)
