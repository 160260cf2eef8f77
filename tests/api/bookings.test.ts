/** The return bike's API, over real HTTP with the real database behind it. */
import { describe, expect, test } from 'vitest'
import { API_ROUTES, describeApi } from '#src/api/openapi.ts'
import { DAY, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { openBookingDesk } from '#src/store/booking-desk.ts'
import { openLoanDesk } from '#src/store/loan-desk.ts'
import { openSealer } from '#src/store/sealer.ts'
import { bookingTerms, SECRET } from '#tests/support/booking-town.ts'
import { type HttpTown, openHttpTown, PUBLIC_URL } from '#tests/support/http-town.ts'
import { STAFF_TOKEN } from '#tests/support/living-town.ts'

/** Monday noon by the clock in Stockholm. */
const MONDAY = instant(Date.parse('2026-05-04T10:00:00Z'))
const SLOT = { day: '2026-05-07', slotId: 'morning' }
const PERSON = {
  name: 'Prova Provsson',
  phone: '070-000 00 01',
  address: 'Provg. 1',
  note: 'portkod 9999',
}
const FORM = { person: PERSON, things: [{ item: 'chair', count: 2 }], ...SLOT }
const STAFF = { authorization: `Bearer ${STAFF_TOKEN}`, 'kvitter-actor': 'L%C3%B6 vid v%C3%A4xeln' }

async function open(terms: typeof bookingTerms | undefined = bookingTerms): Promise<HttpTown> {
  const town = await openHttpTown({
    http: ({ store, clock }) => {
      const shared = {
        store,
        sealer: openSealer(SECRET),
        clock,
        terms: () => terms,
        publicUrl: PUBLIC_URL,
      }
      return {
        staffToken: STAFF_TOKEN,
        errands: { bookings: openBookingDesk(shared), loans: openLoanDesk(shared) },
      }
    },
  })
  town.setNow(MONDAY)
  return town
}

async function ask(
  town: HttpTown,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
) {
  const answer = await town.app.inject({ method, url, headers, ...(payload && { payload }) })
  const isJson = String(answer.headers['content-type']).includes('json')
  if (answer.statusCode < 300) expectDescribed(method, url, answer.body)
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body,
    json: isJson ? answer.json() : undefined,
  }
}
/** Every answer is of the shape that the API's description gives it. */
function expectDescribed(method: string, url: string, body: string): void {
  const path = url.split('?')[0]!
  const route = API_ROUTES.findLast(
    (r) =>
      (r.method ?? 'get') === method.toLowerCase() &&
      new RegExp(`^${r.path.replace(/:\w+/g, '[^/]+')}$`).test(path),
  )!
  if (route.answer.schema) {
    expect(route.answer.schema.safeParse(JSON.parse(body)).error?.issues, url).toBeUndefined()
  }
}
const by = (secret: string, more: object = {}) => ({ authorization: `Bearer ${secret}`, ...more })
async function book(town: HttpTown, form: object = FORM, headers: Record<string, string> = {}) {
  const { status, json } = await ask(town, 'POST', '/api/v1/bookings', form, headers)
  if (status !== 201) throw new Error(JSON.stringify(json))
  return {
    reference: json.booking.reference as string,
    secret: json.secret as string,
    url: `/api/v1/bookings/${json.booking.reference}`,
  }
}

describe('what anybody may ask', () => {
  test('is when the bike runs and how much room there is', async () => {
    await using town = await open()
    await book(town)
    const { json } = await ask(town, 'GET', '/api/v1/service-days')
    expect(json.serviceDays[1]).toEqual({
      day: '2026-05-07',
      slots: [
        {
          slotId: 'morning',
          from: '2026-05-07T08:00:00.000Z',
          until: '2026-05-07T10:00:00.000Z',
          closesAt: '2026-05-06T13:00:00.000Z',
          open: true,
          room: { bookings: 2, litres: 1200, kg: 88 },
        },
        {
          slotId: 'afternoon',
          from: '2026-05-07T11:00:00.000Z',
          until: '2026-05-07T13:00:00.000Z',
          closesAt: '2026-05-06T13:00:00.000Z',
          open: true,
          room: { bookings: 2, litres: 1000, kg: 60 },
        },
      ],
    })
  })

  test('is what it takes, and where the rest goes', async () => {
    await using town = await open()
    const { json } = await ask(town, 'GET', '/api/v1/items')
    expect(json.items.map((item: any) => [item.id, item.kg, item.refused?.instead.sv])).toEqual([
      ['chair', 6, undefined],
      ['mattress', 18, undefined],
      ['television', 15, undefined],
      ['sofa', null, 'Till ÅVC.'],
    ])
    expect(json.limits).toEqual({
      itemsPerErrand: 6,
      litresPerErrand: 1000,
      household: { errands: 2, days: 30 },
    })
  })

  test('is which addresses there are', async () => {
    await using town = await open()
    const { json } = await ask(town, 'GET', '/api/v1/addresses?begins=exempel')
    expect(json).toEqual({
      addresses: [{ address: 'Exempelgatan 4', postcode: '504 30', severalHomes: true }],
    })
    expect((await ask(town, 'GET', '/api/v1/addresses?begins=ex')).status).toBe(400)
  })

  test('is nothing where no bike runs', async () => {
    await using town = await openHttpTown()
    for (const path of ['service-days', 'items', 'loan-things?from=2026-05-05&until=2026-05-06']) {
      expect((await ask(town, 'GET', `/api/v1/${path}`)).status).toBe(404)
    }
    expect((await ask(town, 'POST', '/api/v1/bookings', FORM)).status).toBe(404)
  })
})

describe('a resident', () => {
  test('holds no more than one place of a small slot from one address; staff are not bound', async () => {
    await using town = await open()
    const hold = (headers?: Record<string, string>) =>
      ask(town, 'POST', '/api/v1/holds', { ...SLOT, things: FORM.things }, headers)
    expect((await hold()).status).toBe(201)
    const second = await hold()
    expect([second.status, second.json.because]).toEqual([
      409,
      [{ reason: 'too-many-holds', most: 4 }],
    ])
    expect((await hold(STAFF)).status).toBe(201)
    // Without a hold it can be booked as ever.
    await book(town)
  })

  test('holds a slot, books it, reads, changes and cancels it by its secret', async () => {
    await using town = await open()
    const hold = await ask(town, 'POST', '/api/v1/holds', { ...SLOT, things: FORM.things })
    expect([hold.status, hold.json.until]).toEqual([201, '2026-05-04T10:10:00.000Z'])
    const made = await ask(town, 'POST', '/api/v1/bookings', { ...FORM, holdId: hold.json.holdId })
    expect(made.status).toBe(201)
    expect(made.json).toEqual({
      secret: expect.stringMatching(/^[\w-]{22}$/) as string,
      booking: {
        reference: expect.stringMatching(/^\w{6}$/) as string,
        state: 'booked',
        version: 1,
        things: [{ item: 'chair', count: 2 }],
        slot: { ...SLOT, from: '2026-05-07T08:00:00.000Z', until: '2026-05-07T10:00:00.000Z' },
        waitUntil: null,
        offer: null,
        language: 'sv',
        interpreter: false,
        by: 'resident',
        district: 'norrby',
        served: true,
        changeUntil: '2026-05-06T13:00:00.000Z',
        cancelUntil: '2026-05-07T06:00:00.000Z',
        createdAt: '2026-05-04T10:00:00.000Z',
        endedAt: null,
        missedBecause: null,
        goesFirst: false,
        letPass: [],
        letPassBecause: null,
        person: {
          name: 'Prova Provsson',
          phone: '070-000 00 01',
          email: null,
          address: 'Provgatan 1',
          postcode: '504 30',
          apartment: null,
          position: { lat: 57.72, lon: 12.92 },
          note: 'portkod 9999',
        },
      },
    })
    const { secret } = made.json
    const url = `/api/v1/bookings/${made.json.booking.reference}`
    expect(made.headers).toMatchObject({ etag: '"1"', location: url, 'cache-control': 'no-store' })

    const read = await ask(
      town,
      'GET',
      url.toLowerCase().replace('/api', '/api'),
      undefined,
      by(secret),
    )
    expect([read.status, read.headers['etag']]).toEqual([200, '"1"'])

    const edits = { day: '2026-05-12', slotId: 'morning', person: { note: null } }
    expect((await ask(town, 'PATCH', url, edits, by(secret))).json).toMatchObject({
      status: 400,
      errors: [{ field: 'if-match' }],
    })
    const moved = await ask(town, 'PATCH', url, edits, by(secret, { 'if-match': '"1"' }))
    expect(moved.json).toMatchObject({
      version: 2,
      slot: { day: '2026-05-12' },
      person: { note: null },
    })
    const stale = await ask(town, 'PATCH', url, edits, by(secret, { 'if-match': '"1"' }))
    expect(stale.json).toMatchObject({ status: 412, type: '/api/docs#changed-meanwhile' })

    expect((await ask(town, 'DELETE', url, undefined, by(secret))).json).toMatchObject({
      state: 'cancelled',
      endedAt: '2026-05-04T10:00:00.000Z',
    })
    expect((await ask(town, 'DELETE', url, undefined, by(secret))).json.version).toBe(3)
    expect((await ask(town, 'POST', `${url}/erasure`, undefined, by(secret))).json).toEqual({
      status: 'erased',
    })
    expect((await ask(town, 'GET', url, undefined, by(secret))).status).toBe(404)
  })

  test('is told the same of a wrong reference and of a wrong secret', async () => {
    await using town = await open()
    const { url, secret } = await book(town)
    const answers = await Promise.all([
      ask(town, 'GET', url, undefined, by('wrong')),
      ask(town, 'GET', '/api/v1/bookings/222222', undefined, by(secret)),
      ask(town, 'DELETE', url, undefined, by('wrong')),
      ask(town, 'POST', `${url}/erasure`, undefined, by('wrong')),
      ask(town, 'GET', `${url}/changes`, undefined, by('wrong')),
    ])
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(answers[0].status).toBe(404)
    expect((await ask(town, 'GET', url)).status).toBe(401)
  })

  test('who guesses is stopped', async () => {
    await using town = await open()
    const { url } = await book(town)
    const statuses = new Set<number>()
    for (let i = 0; i < 61; i++) {
      statuses.add((await ask(town, 'GET', url, undefined, by(`guess-${i}`))).status)
    }
    expect([...statuses]).toEqual([404, 429])
    const elsewhere = by('guess', { 'x-forwarded-for': '203.0.113.9' })
    expect((await ask(town, 'GET', url, undefined, elsewhere)).status).toBe(404)
    const { headers } = await ask(town, 'GET', url, undefined, by('guess'))
    expect(headers['retry-after']).toBe('10')
    town.setNow(plus(town.now(), MINUTE))
    expect((await ask(town, 'GET', url, undefined, by('guess'))).status).toBe(404)
  })

  test('is told every reason by its name, in words, and what the address may have been', async () => {
    await using town = await open()
    const things = [{ item: 'mattress', count: 3 }]
    const wrong = { ...FORM, things, person: { ...PERSON, address: 'Porvgatan 2' } }
    const { status, headers, json } = await ask(town, 'POST', '/api/v1/bookings', wrong)
    expect([status, headers['content-type']]).toEqual([409, 'application/problem+json'])
    expect(json).toMatchObject({
      type: '/api/docs#not-bookable',
      because: [
        { reason: 'too-large', most: 1000 },
        { reason: 'unknown-address' },
        { reason: 'item-limit', item: 'mattress', most: 2 },
      ],
      nearest: 'Provgatan 2',
      detail: expect.stringContaining('At most 2 of "mattress" for a household') as string,
    })
  })

  test.each([
    [{ person: { name: 'P', address: 'Provgatan 1' } }, 'person.phone'],
    [{ person: { ...PERSON, phone: 'ring mig' } }, 'person.phone'],
    [{ person: { ...PERSON, note: 'x'.repeat(201) } }, 'person.note'],
    [{ person: { ...PERSON, position: { lat: 12.9, lon: 57.7 } } }, 'person.position.lat'],
    [{ things: [] }, 'things'],
    [{ things: [{ item: 'chair', count: 0 }] }, 'things.0.count'],
    [{ day: '2026-02-30' }, 'day'],
    [{ slotId: undefined }, 'slotId'],
    [{ language: 'de' }, 'language'],
    [{ reason: 'jag är sjuk' }, 'reason'],
    [{ letPass: true }, 'letPass'],
    [{ goesFirst: true }, 'goesFirst'],
  ])('who leaves out or mistakes something is told which field: %j', async (more, field) => {
    await using town = await open()
    const { status, json } = await ask(town, 'POST', '/api/v1/bookings', { ...FORM, ...more })
    expect([status, json.errors[0].field]).toEqual([400, field])
  })

  test('who sends a form twice has booked once', async () => {
    await using town = await open()
    const key = { 'idempotency-key': 'form-0123456789abcdef' }
    const once = await book(town, FORM, key)
    const again = await book(town, FORM, key)
    expect(again).toEqual(once)
    const other = await ask(town, 'POST', '/api/v1/bookings', { ...FORM, interpreter: true }, key)
    expect(other.json).toMatchObject({ status: 422, type: '/api/docs#key-reused' })
    expect((await town.store.bookingBook()).bookings.size).toBe(1)
  })

  test('who waits takes the offer or says no', async () => {
    await using town = await open()
    const home = (n: number) => ({ ...PERSON, address: 'Exempelgatan 4', apartment: String(n) })
    let n = 0
    const full: { url: string; secret: string }[] = []
    for (const day of ['2026-05-05', '2026-05-07']) {
      for (const [slotId, most] of [
        ['morning', 3],
        ['afternoon', 2],
      ] as const) {
        for (let i = 0; i < most; i++) {
          full.push(await book(town, { ...FORM, day, slotId, person: home((n += 1)) }, STAFF))
        }
      }
    }
    const { day: _day, slotId: _slotId, ...waiting } = FORM
    const mine = await book(town, { ...waiting, waitUntil: '2026-05-07' })
    await ask(town, 'DELETE', full.at(-1)!.url, undefined, STAFF)
    const { json } = await ask(town, 'GET', mine.url, undefined, by(mine.secret))
    expect(json.offer).toMatchObject({ day: '2026-05-07', slotId: 'afternoon' })
    const declined = await ask(town, 'POST', `${mine.url}/decline`, undefined, by(mine.secret))
    expect(declined.json).toMatchObject({ state: 'waiting', offer: null, version: 2 })
    await ask(town, 'DELETE', full.at(-3)!.url, undefined, STAFF)
    const taken = await ask(town, 'PATCH', mine.url, SLOT, by(mine.secret, { 'if-match': '"2"' }))
    expect(taken.json).toMatchObject({ state: 'booked', slot: SLOT, waitUntil: null })
  })
})

describe('staff', () => {
  test('book on the phone for somebody, past limits that are theirs to pass', async () => {
    await using town = await open()
    const form = {
      ...FORM,
      person: { name: 'Prova Provsson', address: 'Provgatan 1' },
      things: [{ item: 'chair', count: 7 }],
      language: 'so',
      interpreter: true,
      letPass: true,
      letPassBecause: 'Flyttar på fredag',
    }
    const { json } = await ask(town, 'POST', '/api/v1/bookings', form, STAFF)
    expect(json.booking).toMatchObject({
      by: 'staff',
      language: 'so',
      interpreter: true,
      letPass: ['too-many-things', 'too-large'],
      letPassBecause: 'Flyttar på fredag',
    })
    const wrong = by('another-staff-token', { 'kvitter-actor': 'Lo' })
    expect((await ask(town, 'POST', '/api/v1/bookings', form, wrong)).status).toBe(401)
    const nameless = by(STAFF_TOKEN)
    expect((await ask(town, 'POST', '/api/v1/bookings', form, nameless)).json).toMatchObject({
      status: 400,
      errors: [{ field: 'kvitter-actor' }],
    })
  })

  test('say why they let limits pass; the booker sees that they did, and staff alone see why', async () => {
    await using town = await open()
    const much = { ...FORM, things: [{ item: 'chair', count: 7 }] }
    const because = { letPass: true, letPassBecause: 'Flyttar på fredag' }
    for (const [more, field, expected] of [
      [{ letPass: true }, 'letPassBecause', /why, 3 to 200 characters/],
      [{ letPass: true, letPassBecause: ' x ' }, 'letPassBecause', /why .* 3 to 200 characters/],
      [{ letPassBecause: 'Flyttar' }, 'letPass', /or leave out both/],
    ] as const) {
      const { status, json } = await ask(
        town,
        'POST',
        '/api/v1/bookings',
        { ...much, ...more },
        STAFF,
      )
      expect([status, json.errors[0].field]).toEqual([400, field])
      expect(json.errors[0].expected).toMatch(expected)
    }
    const { url, secret } = await book(town, { ...much, ...because }, STAFF)
    const mine = await ask(town, 'GET', url, undefined, by(secret))
    expect(mine.json).toMatchObject({
      letPass: ['too-many-things', 'too-large'],
      letPassBecause: null,
    })
    const changes = async (headers: Record<string, string>) =>
      (await ask(town, 'GET', `${url}/changes`, undefined, headers)).json.changes.map(
        ({ did, detail, words }: any) => [did, detail, words],
      )
    const passed = ['let-pass', 'too-many-things too-large']
    expect(await changes(STAFF)).toContainEqual([...passed, 'Flyttar på fredag'])
    expect(await changes(by(secret))).toContainEqual([...passed, null])

    const more = { things: [{ item: 'chair', count: 8 }] }
    const version = { 'if-match': '"1"' }
    const change = (body: object) => ask(town, 'PATCH', url, body, { ...STAFF, ...version })
    expect((await change({ ...more, letPass: true })).json.errors[0].field).toBe('letPassBecause')
    const again = await change({ ...more, letPass: true, letPassBecause: 'En stol till' })
    expect(again.json.letPassBecause).toBe('En stol till')
    expect((await changes(STAFF)).filter(([did]: any) => did === 'let-pass')).toHaveLength(2)
  })

  test('see how often limits were let pass, by month, also when the bookings are erased', async () => {
    await using town = await open()
    const path = '/api/v1/return-bike/let-pass'
    expect((await ask(town, 'GET', path)).status).toBe(401)
    const because = { letPass: true, letPassBecause: 'Flyttar på fredag' }
    const much = { ...FORM, things: [{ item: 'chair', count: 7 }], ...because }
    const { url } = await book(town, much, STAFF)
    await book(town, { ...FORM, person: { ...PERSON, address: 'Provgatan 2' } })
    const months = [
      {
        month: '2026-05',
        bookings: 2,
        letPass: 1,
        byLimit: { 'too-many-things': 1, 'too-large': 1 },
      },
    ]
    expect((await ask(town, 'GET', path, undefined, STAFF)).json).toEqual({ months })
    expect((await ask(town, 'POST', `${url}/erasure`, undefined, STAFF)).status).toBe(200)
    expect((await ask(town, 'GET', path, undefined, STAFF)).json).toEqual({ months })
    const told = await ask(town, 'GET', '/api/v1/return-bike/statistics', undefined, STAFF)
    expect(JSON.stringify(told.json)).not.toContain('let')
  })

  test('see a day’s bookings, which is written down with their name', async () => {
    await using town = await open()
    await book(town)
    expect((await ask(town, 'GET', '/api/v1/bookings?day=2026-05-07')).status).toBe(401)
    const { json } = await ask(town, 'GET', '/api/v1/bookings?day=2026-05-07', undefined, STAFF)
    expect(json.bookings.map((b: any) => b.person.address)).toEqual(['Provgatan 1'])
    const waiting = await ask(town, 'GET', '/api/v1/bookings?state=waiting', undefined, STAFF)
    expect(waiting.json).toEqual({ bookings: [] })
    expect((await ask(town, 'GET', '/api/v1/bookings', undefined, STAFF)).status).toBe(400)
    const log = await ask(town, 'GET', '/api/v1/accesses', undefined, STAFF)
    expect(log.json.accesses.map((a: any) => [a.by, a.what])).toEqual([['Lö vid växeln', 'listed']])
  })

  test('tell how it ended, and the public sees figures only where nobody is behind them', async () => {
    await using town = await open()
    const done = {
      outcome: 'done',
      taken: [{ item: 'chair', count: 1, reused: true }],
      kg: 6,
    }
    const settle = async (n: number, day: string, slotId: string) => {
      const person = { ...PERSON, address: 'Exempelgatan 4', apartment: String(n) }
      const { url } = await book(town, { ...FORM, day, slotId, person }, STAFF)
      return ask(town, 'POST', `${url}/outcome`, done, STAFF)
    }
    for (let n = 1; n <= 3; n++) {
      expect((await settle(n, '2026-05-07', 'morning')).json.state).toBe('done')
    }
    await settle(4, '2026-05-07', 'afternoon')
    const url = '/api/v1/return-bike/statistics'
    const figures = async () => (await ask(town, 'GET', url)).json
    // While the month runs each errand would be the difference to the day before.
    expect((await ask(town, 'GET', url, undefined, STAFF)).json.months).toHaveLength(1)
    expect((await figures()).months).toEqual([])
    const running = await ask(town, 'GET', url, undefined, STAFF)
    expect(running.json.months).toMatchObject([{ errands: { done: null }, kg: null, byThing: {} }])
    await settle(5, '2026-05-12', 'morning')
    town.setNow(plus(MONDAY, 28 * DAY))
    expect((await figures()).months).toEqual([
      {
        month: '2026-05',
        district: 'norrby',
        errands: { done: 5, missed: 0, cancelled: 0, unserved: 0, open: 0 },
        kg: 30,
        reusedKg: 30,
        things: 5,
        reusedThings: 5,
        waitedDays: 4,
        waited: { '0-3': null, '4-7': 0, '8-14': null, '15-28': 0, '29+': 0 },
        byThing: { chair: 5 },
      },
    ])
    const csv = await ask(town, 'GET', '/api/v1/return-bike/statistics.csv')
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.body).toBe(
      'month,district,done,missed,cancelled,unserved,open,kg,reused_kg,things,reused_things,waited_days,waited_0-3,waited_4-7,waited_8-14,waited_15-28,waited_29+\r\n' +
        '2026-05,norrby,5,0,0,0,0,30,30,5,5,4,,0,,0,0\r\n',
    )
    const wrong = { outcome: 'missed', because: 'no-mood' }
    const day = { ...FORM, day: '2026-06-04' }
    const { url: other } = await book(town, day, STAFF)
    const refused = await ask(town, 'POST', `${other}/outcome`, wrong, STAFF)
    expect(refused.json.errors[0].field).toBe('because')
  })

  test('tell a slot that the bike is late', async () => {
    await using town = await open()
    await book(town)
    const late = { kind: 'running-late', minutes: 20, slotId: 'morning' }
    const url = '/api/v1/service-days/2026-05-07/messages'
    expect((await ask(town, 'POST', url, late, STAFF)).json).toEqual({ told: 1 })
    expect((await ask(town, 'POST', url, { ...late, slotId: 'afternoon' }, STAFF)).json).toEqual({
      told: 0,
    })
    const due = await town.store.dueNotices(town.now(), 10)
    expect(due.map(({ key, minutes }) => [key, minutes])).toContainEqual(['running-late', 20])
  })

  test('give out and forget all that is known of somebody who asks', async () => {
    await using town = await open()
    const { reference } = await book(town)
    const query = { phone: '+46 70 000 00 01' }
    expect((await ask(town, 'POST', '/api/v1/persons/export', {}, STAFF)).status).toBe(400)
    const { json } = await ask(town, 'POST', '/api/v1/persons/export', query, STAFF)
    expect(json.bookings).toMatchObject([
      {
        reference,
        person: { name: 'Prova Provsson' },
        changes: [{ by: 'resident', did: 'booked' }],
        accesses: [{ by: 'Lö vid växeln', what: 'exported' }],
      },
    ])
    const erased = await ask(town, 'POST', '/api/v1/persons/erasure', query, STAFF)
    expect(erased.json).toEqual({ erased: 1, out: [] })
    const after = await ask(town, 'POST', '/api/v1/persons/export', query, STAFF)
    expect(after.json).toEqual({ bookings: [], loans: [], callBacks: [] })
  })

  test('who cancel are in the list of who saw whom, once a day', async () => {
    await using town = await open()
    const { url } = await book(town)
    const accesses = async () =>
      (await ask(town, 'GET', '/api/v1/accesses', undefined, STAFF)).json.accesses
    await ask(town, 'GET', url, undefined, STAFF)
    await ask(town, 'DELETE', url, undefined, STAFF)
    expect(await accesses()).toMatchObject([{ by: 'Lö vid växeln', what: 'read' }])
    town.setNow(plus(MONDAY, DAY))
    await ask(town, 'DELETE', url, undefined, STAFF)
    expect(await accesses()).toHaveLength(2)
  })

  test('are asked for more where an address is that of several', async () => {
    await using town = await open()
    const address = 'Exempelgatan 4'
    for (const apartment of ['1101', '1102']) {
      await book(town, { ...FORM, person: { ...PERSON, address, apartment } })
    }
    for (const what of ['export', 'erasure']) {
      const all = await ask(town, 'POST', `/api/v1/persons/${what}`, { address }, STAFF)
      expect([all.status, all.json.errors[0].field]).toEqual([400, 'apartment'])
      const door = await ask(town, 'POST', `/api/v1/persons/${what}`, { apartment: '1' }, STAFF)
      expect(door.status).toBe(400)
    }
    expect((await town.store.bookingBook()).bookings.size).toBe(2)
  })
})

describe('loans', () => {
  test('are to who can be reached, also where staff take it down', async () => {
    await using town = await open()
    const { phone: _phone, ...nobody } = LOAN.person
    const without = { ...LOAN, person: nobody }
    for (const headers of [{}, STAFF]) {
      const { status, json } = await ask(town, 'POST', '/api/v1/loans', without, headers)
      expect([status, json.errors]).toEqual([
        400,
        [{ field: 'person.phone', expected: 'a phone number, or person.email' }],
      ])
    }
    const byMail = { ...LOAN, person: { ...nobody, email: 'prova@example.se' } }
    expect((await ask(town, 'POST', '/api/v1/loans', byMail)).status).toBe(201)
  })

  const LOAN = {
    person: { name: 'Prova Provsson', phone: '070-000 00 01', address: 'Provgatan 1' },
    thing: 'trailer-1',
    fromDay: '2026-05-05',
    untilDay: '2026-05-06',
  }

  test('go from free days to hand-out, lateness and return', async () => {
    await using town = await open()
    const free = await ask(town, 'GET', '/api/v1/loan-things?from=2026-05-04&until=2026-05-05')
    expect(free.json.things.map((t: any) => [t.id, t.days.map((d: any) => d.because)])).toEqual([
      ['bike-1', [null, 'service-day']],
      ['trailer-1', [null, null]],
    ])
    const made = await ask(town, 'POST', '/api/v1/loans', LOAN)
    expect([made.status, made.json.loan]).toMatchObject([201, { state: 'booked', late: false }])
    const url = `/api/v1/loans/${made.json.loan.reference}`
    expect((await ask(town, 'GET', url, undefined, by(made.json.secret))).status).toBe(200)
    expect((await ask(town, 'GET', url, undefined, by('wrong'))).status).toBe(404)
    const good = { condition: 'good' }
    expect((await ask(town, 'POST', `${url}/hand-out`, good)).status).toBe(401)
    expect((await ask(town, 'POST', `${url}/hand-out`, good, STAFF)).json).toMatchObject({
      status: 409,
      because: [{ reason: 'not-now' }],
    })
    town.setNow(plus(MONDAY, DAY))
    expect((await ask(town, 'POST', `${url}/hand-out`, good, STAFF)).json.state).toBe('out')
    town.setNow(plus(MONDAY, 2 * DAY + 8 * HOUR))
    const list = await ask(town, 'GET', '/api/v1/loans', undefined, STAFF)
    expect(list.json.loans.map((l: any) => [l.state, l.late])).toEqual([['out', true]])
    const back = await ask(town, 'POST', `${url}/return`, { condition: 'damaged' }, STAFF)
    expect(back.json).toMatchObject({ state: 'returned', conditionBack: 'damaged' })
    const forEver = { ...LOAN, untilDay: '9999-12-31' }
    expect((await ask(town, 'POST', '/api/v1/loans', forEver)).json.errors[0]).toMatchObject({
      field: 'untilDay',
    })
    const farOff = '/api/v1/loan-things?from=9999-12-30&until=9999-12-31'
    expect((await ask(town, 'GET', farOff)).json.things[0].days).toHaveLength(2)
    const again = { ...LOAN, fromDay: '2026-05-08', untilDay: '2026-05-08' }
    expect((await ask(town, 'POST', '/api/v1/loans', again)).json.because).toEqual([
      { reason: 'broken' },
    ])
    expect((await ask(town, 'POST', `${url}/mended`, undefined, STAFF)).status).toBe(200)
    const next = await ask(town, 'POST', '/api/v1/loans', again)
    expect(next.status).toBe(201)
    const nextUrl = `/api/v1/loans/${next.json.loan.reference}`
    const gone = await ask(town, 'DELETE', nextUrl, undefined, by(next.json.secret))
    expect(gone.json.state).toBe('cancelled')
  })
})

test('nothing that was told in person comes into the log', async () => {
  await using town = await open()
  const { url, secret } = await book(town)
  await ask(town, 'GET', url, undefined, by(secret))
  await ask(town, 'PATCH', url, { person: { phone: 'fel' } }, by(secret, { 'if-match': '"1"' }))
  await ask(town, 'POST', '/api/v1/bookings', { ...FORM, person: { ...PERSON, phone: 'x' } })
  await ask(town, 'POST', '/api/v1/persons/export', { phone: '070-000 00 01' }, STAFF)
  const written = town.logged.join('') + (await town.metrics.metrics())
  for (const word of ['Provsson', '000 00 01', 'Provg', 'portkod', secret, url.slice(-6)]) {
    expect(written).not.toContain(word)
  }
})

test('every route is in the description of the API, with its headers and who may ask', () => {
  const { paths } = describeApi(PUBLIC_URL)
  const amend = paths['/api/v1/bookings/{reference}']!.patch!
  expect(amend.security).toEqual([
    { secret: [] },
    { staff: ['dispatcher', 'admin'] },
    { session: ['dispatcher', 'admin'] },
  ])
  const headers = amend.parameters.filter((p) => p.in === 'header')
  expect(headers.map(({ name, required }) => [name, required])).toEqual([
    ['if-match', true],
    ['kvitter-actor', false],
  ])
  expect(Object.keys(amend.responses)).toContain('412')
  expect(paths['/api/v1/bookings']!.post!.responses['201']).toBeDefined()
})
