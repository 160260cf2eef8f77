/** What is kept of a person: shown, handed out and erased by the staff's pages, over the real desks. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PERSON, submission } from '#tests/support/booking-town.ts'
import { openStaffTown, type StaffTown } from '#tests/support/staff-town.ts'
import { MONDAY } from '../../pickups/booking/cast.ts'

let town: StaffTown
let reference: string
beforeEach(async () => {
  town = await openStaffTown({ follow: { email: true } })
  town.setNow(MONDAY)
  const booked = await town.bookings.submit(submission(), {})
  if (booked.kind !== 'ok') throw new Error(JSON.stringify(booked))
  reference = booked.value.reference
})
afterEach(() => town[Symbol.asyncDispose]())

const BY_PHONE = { phone: PERSON.phone }
const isKept = async () =>
  (await town.bookings.find(reference, { kind: 'staff', actor: 'test' })).kind === 'ok'

test('somebody is found by what they gave, and the look is written down', async () => {
  const found = await town.post('/personer', { ...BY_PHONE, do: 'find' })
  expect(found.status).toBe(200)
  for (const text of [reference, PERSON.name, PERSON.phone, 'Provgatan 1', 'bokad']) {
    expect(found.body).toContain(text)
  }
  const { body } = await town.get('/en/persons/access')
  expect(body).toContain('Demo Admin')
  expect(body).toContain('handed out')
  const nobody = await town.post('/en/persons', { phone: '070-000 00 99' })
  expect(nobody.body).toContain('Nothing is kept of anybody with those data.')
})

test('all of it is handed out as a file, with its log and without our own marks', async () => {
  const file = await town.post('/personer', { ...BY_PHONE, do: 'file' })
  const { bookings } = JSON.parse(file.body) as {
    bookings: Record<string, Record<string, unknown>>[]
  }
  expect(bookings).toMatchObject([
    {
      reference,
      booking: { state: 'booked', createdAt: '2026-05-04T10:00:00.000Z' },
      person: { name: PERSON.name, note: PERSON.note },
      changes: [{ by: 'resident', did: 'booked' }],
    },
  ])
  expect(bookings[0]!['booking']).not.toHaveProperty('household')
})

test('who is to be called is found, handed out and erased with the rest', async () => {
  const caller = { name: PERSON.name, phone: '+46 70 000 00 01', note: 'Ska fråga sin dotter' }
  const asked = { caller, language: 'so', interpreter: true } as const
  await town.bookings.callBacks.note(asked, { actor: 'Lo' })
  const found = await town.post('/personer', { ...BY_PHONE, do: 'find' })
  expect(found.body).toMatch(/Att ringa tillbaka[\s\S]*Ska fråga sin dotter/)
  const file = await town.post('/personer', { ...BY_PHONE, do: 'file' })
  expect(JSON.parse(file.body)).toMatchObject({
    callBacks: [{ callBack: { state: 'open', dueAt: '2026-05-04T10:00:00.000Z' }, caller }],
  })
  const erased = await town.post('/personer', { ...BY_PHONE, do: 'erase', sure: 'yes' })
  expect(erased.to).toBe('/personer?erased=2')
  expect(await town.store.callBacks()).toEqual([])
})

test('erasing asks first, and says what went', async () => {
  const asked = await town.post('/personer', { ...BY_PHONE, do: 'erase' })
  expect(asked.body).toContain('<h1>Radera allt om personen?</h1>')
  expect(asked.body).toContain(`name="phone" value="${PERSON.phone}"`)
  expect(await isKept()).toBe(true)
  const erased = await town.post('/personer', { ...BY_PHONE, do: 'erase', sure: 'yes' })
  expect([erased.status, erased.to]).toEqual([303, '/personer?erased=1'])
  expect((await town.get(erased.to)).body).toContain('Raderat: 1 ärende.')
  expect(await isKept()).toBe(false)
})

test('a subscriber is found and erased by the same form', async () => {
  const email = 'anna@example.se'
  await town.desk.askByEmail(email, { language: 'sv' }, '192.0.2.1')
  const found = await town.post('/en/persons', { email })
  expect(found.body).toContain('Follows stations by e-mail')
  await town.post('/en/persons', { email, do: 'erase', sure: 'yes' })
  expect(await town.desk.kept(email)).toBeUndefined()
})

test('nobody is looked for without a question', async () => {
  const wrong = await town.post('/personer', { do: 'find', apartment: '2' })
  expect(wrong.status).toBe(400)
  expect(wrong.body).toContain('<a href="#phone">Skriv ett telefonnummer')
  expect(await town.store.accesses({ limit: 5 })).toEqual([])
})

test('who did what to a booking is told by its number', async () => {
  const { body } = await town.get(`/personer/bokning?reference=${reference.toLowerCase()}`)
  expect(body).toContain('<code>booked</code>')
  expect(body).toContain('den som bokade')
  expect((await town.get('/personer/bokning?reference=hello')).status).toBe(400)
  expect((await town.get('/en/persons/booking?reference=222222')).body).toContain(
    'There is no such booking.',
  )
})

test('only administrators see personal data here', async () => {
  for (const role of ['dispatcher', 'editor', 'rider'] as const) {
    const { status, body } = await town.post('/personer', { ...BY_PHONE, do: 'file' }, role)
    expect([status, body.includes(PERSON.name)]).toEqual([403, false])
  }
})
