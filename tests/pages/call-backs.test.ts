/** Calls to return on the staff's pages, without script: noted from the booking that couldn't be finished, and booked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addresses, clockAt, DAY_NAME, openDayTown, type DayTown } from '#tests/support/day-town.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const PATH = '/stab/ring-tillbaka'

let day: DayTown
let headers: Record<string, string>
beforeAll(async () => {
  day = await openDayTown()
  day.town.setNow(clockAt('10:00', '2026-05-04'))
  headers = await day.town.signIn('dispatcher')
})
afterAll(() => day[Symbol.asyncDispose]())

const get = async (url: string) => (await day.town.app.inject({ url, headers })).body
const send = (url: string, fields: Record<string, string>) =>
  day.town.app.inject({
    method: 'POST',
    url,
    headers: { ...FORM, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
const calls = async () => (await day.ask('GET', '/call-backs')).json.callBacks

test('what is known of a booking that can’t be finished is taken along, and what is wrong is told', async () => {
  expect(await get('/stab/bokning/ny')).toContain(`formaction="${PATH}"`)
  const asked = await send(PATH, {
    do: 'from-booking',
    name: 'Åsa <Prov>',
    phone: '070-123 45 67',
    language: 'so',
    interpreter: 'yes',
    note: 'Portkod 0000',
    'n-chair': '2',
  })
  expect(asked.statusCode).toBe(200)
  expect(asked.body).toContain('value="Åsa &lt;Prov&gt;"')
  expect(asked.body).toMatch(/value="so" selected/)
  expect(asked.body).not.toContain('Portkod')
  expect(await calls()).toEqual([])

  const wrong = await send(PATH, { name: '', phone: 'sms', callAt: '2026-07-01T10:00' })
  expect(wrong.statusCode).toBe(400)
  for (const field of ['name', 'phone', 'callAt']) {
    expect(wrong.body, field).toContain(`href="#${field}"`)
  }
  expect(await calls()).toEqual([])
})

test('somebody is called, tried again, and booked with what is known; then it is done', async () => {
  const form = {
    key: 'a-key-for-the-calls-form',
    name: 'Prova Provsson',
    phone: '070-123 45 67',
    language: 'so',
    interpreter: 'yes',
    about: 'Ska fråga sin dotter',
    callAt: '',
  }
  for (let n = 0; n < 2; n++) {
    expect((await send(PATH, form)).headers.location).toBe(`${PATH}?did=noted`)
  }
  const [call] = await calls()
  expect(await calls()).toHaveLength(1)
  expect(await get('/stab/bokning')).toContain('En att ringa tillbaka till')
  const page = await get(`${PATH}?did=noted`)
  for (const text of [
    'Uppskrivet.',
    'Ring nu',
    'somaliska, vill ha tolk',
    'Ska fråga sin dotter',
    'href="tel:0701234567"',
    'Raderas 7 dagar efter att det är klart',
  ]) {
    expect(page, text).toContain(text)
  }

  const missed = { version: '1', do: 'not-reached', again: 'tomorrow' }
  expect((await send(`${PATH}/${call.id}`, missed)).headers.location).toContain('did=not-reached')
  expect((await send(`${PATH}/${call.id}`, missed)).headers.location).toContain('did=stale')
  expect((await calls())[0]).toMatchObject({ notReached: 1, callAt: '2026-05-05T07:00:00.000Z' })
  expect(await get('/en/board/call-back')).toMatch(/Not reached<\/dt>\s*<dd>once/)
  expect(await get('/stab/bokning')).not.toContain('att ringa tillbaka till')

  const booking = await get(`/stab/bokning/ny?call=${call.id}`)
  expect(booking).toContain('value="Prova Provsson"')
  expect(booking).toContain('Det gällde: Ska fråga sin dotter')
  expect(booking).not.toContain('formaction')
  const answers = {
    key: 'a-key-for-the-booking',
    call: call.id,
    'n-chair': '1',
    address: addresses[0]!.address,
    slot: `${DAY_NAME}/morning`,
    name: 'Prova Provsson',
    phone: '070-123 45 67',
    language: 'so',
    interpreter: 'yes',
  }
  const faulty = await send('/stab/bokning/ny', { ...answers, slot: '' })
  expect(faulty.body).toContain('Det gällde: Ska fråga sin dotter')
  expect((await calls())[0].state).toBe('open')
  expect((await send('/stab/bokning/ny', answers)).headers.location).toContain('did=made')
  expect((await calls())[0].state).toBe('done')
  expect(await get(PATH)).toContain('Ingen att ringa just nu.')
})

test('a call that is gone says so, and a word that isn’t one changes nothing', async () => {
  expect((await send(`${PATH}/nobody`, { do: 'done' })).statusCode).toBe(404)
  const before = await calls()
  expect((await send(`${PATH}/${before[0].id}`, { do: 'sing' })).headers.location).toBe(PATH)
  expect(await calls()).toEqual(before)
  expect(await get('/stab/bokning/ny?call=nobody')).toContain('Boka åt någon')
})
