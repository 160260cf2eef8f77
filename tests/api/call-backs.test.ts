/** Calls to return over real HTTP: noted, called, found and erased. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  addresses,
  clockAt,
  DAY_NAME,
  openDayTown,
  RIDER,
  STAFF,
  type DayTown,
} from '#tests/support/day-town.ts'

let day: DayTown
beforeAll(async () => {
  day = await openDayTown()
  day.town.setNow(clockAt('09:00', '2026-05-04'))
})
afterAll(() => day[Symbol.asyncDispose]())

const CALLER = { name: 'Prova Provsson', phone: '070-000 00 01' }
const ADMIN = { phone: '0046 70 000 00 01' }

/** Gives the call as it was answered. */
async function note(more: object = {}, headers?: Record<string, string>) {
  const { status, json } = await day.ask('POST', '/call-backs', { ...CALLER, ...more }, headers)
  expect(status, JSON.stringify(json)).toBe(201)
  return json
}
const settle = (id: string, body: object, headers?: Record<string, string>) =>
  day.ask('POST', `/call-backs/${id}/outcome`, body, headers)
const listed = async () => (await day.ask('GET', '/call-backs')).json.callBacks
const erase = () => day.ask('POST', '/persons/erasure', ADMIN)

describe('a call to return', () => {
  test('is noted with the least that is needed, followed, and done', async () => {
    const noted = await note({
      language: 'so',
      interpreter: true,
      note: 'Ska fråga sin dotter',
      callAt: '2026-05-04T12:00:00Z',
    })
    expect(noted).toEqual({
      ...CALLER,
      id: expect.stringMatching(/^[\w-]{16}$/) as string,
      state: 'open',
      callAt: '2026-05-04T12:00:00.000Z',
      notReached: 0,
      createdAt: '2026-05-04T07:00:00.000Z',
      language: 'so',
      interpreter: true,
      version: 1,
      note: 'Ska fråga sin dotter',
    })
    const missed = await settle(noted.id, {
      outcome: 'not-reached',
      callAt: '2026-05-05T07:00:00Z',
    })
    expect(missed.json).toMatchObject({
      state: 'open',
      notReached: 1,
      callAt: '2026-05-05T07:00:00.000Z',
    })
    expect((await settle(noted.id, { outcome: 'called' })).json.state).toBe('called')
    for (let n = 0; n < 2; n++) {
      expect((await settle(noted.id, { outcome: 'done' })).json).toMatchObject({
        state: 'done',
        version: 4,
      })
    }
    const over = await settle(noted.id, { outcome: 'not-reached' })
    expect([over.status, over.json.type]).toEqual([412, '/api/docs#changed-meanwhile'])
    await erase()
  })

  test('sent twice with one key is one, and two who call at once see each other', async () => {
    const key = { 'idempotency-key': 'call-0123456789abcdef', ...STAFF }
    const one = await note({}, key)
    expect(await note({}, key)).toEqual(one)
    expect(await listed()).toHaveLength(1)
    const seen = { ...STAFF, 'if-match': '"1"' }
    expect((await settle(one.id, { outcome: 'not-reached' }, seen)).status).toBe(200)
    expect((await settle(one.id, { outcome: 'not-reached' }, seen)).status).toBe(412)
    expect((await listed())[0].notReached).toBe(1)
    await erase()
  })

  test('with a key that came with somebody else’s is another: whoever rang is kept', async () => {
    const key = { 'idempotency-key': 'call-0123456789abcdef', ...STAFF }
    const one = await note({}, key)
    const other = await note({ name: 'Prova Provdotter', note: 'Ringer om soffan' }, key)
    expect(await note({ name: 'Prova Provdotter', note: 'Ringer om soffan' }, key)).toEqual(other)
    const names = (await listed()).map(({ name }: any) => name)
    expect(names.toSorted()).toEqual([other.name, one.name])
    await erase()
  })

  test.each([
    [{ name: '' }, 'name'],
    [{ phone: 'sms' }, 'phone'],
    [{ note: 'x'.repeat(201) }, 'note'],
    [{ language: 'de' }, 'language'],
    [{ callAt: 'i morgon' }, 'callAt'],
    [{ callAt: '2026-06-30T10:00:00Z' }, 'callAt'],
    [{ address: 'Provgatan 1' }, 'address'],
  ])('says which field is wrong: %j', async (more, field) => {
    const { status, json } = await day.ask('POST', '/call-backs', { ...CALLER, ...more })
    expect([status, json.errors[0].field]).toEqual([400, field])
  })

  test('is tried again only where nobody was reached, and there is none by another name', async () => {
    const { id } = await note()
    const wrong = await settle(id, { outcome: 'done', callAt: '2026-05-05T07:00:00Z' })
    expect([wrong.status, wrong.json.errors[0].field]).toEqual([400, 'callAt'])
    expect((await settle('nobody', { outcome: 'done' })).status).toBe(404)
    await erase()
  })

  test('is for dispatchers, who are written down', async () => {
    const { id } = await note()
    expect((await day.ask('GET', '/call-backs', undefined, {})).status).toBe(401)
    expect((await day.ask('GET', '/call-backs', undefined, RIDER)).status).toBe(403)
    expect((await day.ask('POST', '/call-backs', CALLER, {})).status).toBe(401)
    await listed()
    const { accesses } = (await day.ask('GET', '/accesses')).json
    expect(accesses[0]).toMatchObject({ by: 'Lo', what: 'listed', bookingId: id })
    await erase()
  })

  test('is found and erased with its person, by their number alone', async () => {
    const { id } = await note({ note: 'Vill ha tolk' })
    await note({ phone: '070-000 00 09' })
    await settle(id, { outcome: 'not-reached' })
    const booking = {
      person: { ...CALLER, address: addresses[0]!.address },
      things: [{ item: 'chair', count: 1 }],
      day: DAY_NAME,
      slotId: 'morning',
    }
    expect((await day.ask('POST', '/bookings', booking)).status).toBe(201)
    const { json } = await day.ask('POST', '/persons/export', ADMIN)
    expect(json.bookings).toHaveLength(1)
    expect(json.callBacks).toMatchObject([
      {
        id,
        note: 'Vill ha tolk',
        changes: [
          { by: 'Lo', did: 'call-back-noted', detail: 'open 2026-05-04T07:00:00.000Z' },
          { by: 'Lo', did: 'not-reached', detail: 'open 2026-05-04T09:00:00.000Z' },
        ],
        accesses: [{ by: 'Lo', what: 'exported' }],
      },
    ])
    const byAddress = { address: addresses[0]!.address }
    expect((await day.ask('POST', '/persons/export', byAddress)).json.callBacks).toEqual([])
    expect((await erase()).json.erased).toBe(2)
    expect((await listed()).map(({ phone }: any) => phone)).toEqual(['070-000 00 09'])
    const log = await day.town.store.errandChanges(id)
    expect(log.map(({ did, detail }) => [did, detail])).toEqual([
      ['call-back-noted', ''],
      ['not-reached', ''],
      ['erased', ''],
    ])
  })
})
