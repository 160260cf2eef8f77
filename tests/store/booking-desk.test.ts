/** Bookings over the real database: what comes in, what is told, and what is forgotten. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import type { Answer, Asker, PersonAnswer } from '#src/store/booking-desk.ts'
import { unsealPerson } from '#src/store/booking-people.ts'
import { openBookingUpkeep } from '#src/store/booking-upkeep.ts'
import { openSealer } from '#src/store/sealer.ts'
import {
  bookingTerms,
  openBookingTown,
  PERSON,
  SECRET,
  submission,
  type BookingTown,
} from '#tests/support/booking-town.ts'

function got<Value>(answer: Answer<Value>): Value {
  if (answer.kind !== 'ok') throw new Error(JSON.stringify(answer))
  return answer.value
}
function asked<Value>(answer: PersonAnswer<Value>): Value {
  if (answer.kind !== 'ok') throw new Error(answer.kind)
  return answer.value
}
const reasons = (answer: Answer<unknown>) =>
  answer.kind === 'refused' ? answer.because.map(({ reason }) => reason) : answer.kind
const staff: Asker = { kind: 'staff', actor: 'Lo vid växeln' }
const owner = (secret: string): Asker => ({ kind: 'resident', secret })
const person = (more: object) => ({ ...PERSON, ...more })
const book = async (town: BookingTown, more: Parameters<typeof submission>[0] = {}) =>
  got(await town.desk.submit(submission(more), {}))
const told = (town: BookingTown) =>
  town.messages.map(({ key, to, facts }) => `${key} ${JSON.stringify(to)} ${facts.reference}`)

describe('a booking', () => {
  test('is opened by its reference and secret, and by nothing else', async () => {
    await using town = await openBookingTown()
    const { reference, secret, booking, person: mine } = await book(town)
    expect(reference).toMatch(/^[23456789CFHJKMPRTVWX]{6}$/)
    expect(secret).toMatch(/^[\w-]{22}$/)
    expect(booking).toMatchObject({ state: 'booked', districtId: 'norrby', by: 'resident' })
    // As the town's list has it.
    expect(mine).toEqual({
      ...PERSON,
      address: 'Provgatan 1',
      postcode: '504 30',
      place: { lat: 57.72, lon: 12.92 },
    })
    expect((await town.desk.find(reference, owner(secret))).kind).toBe('ok')
    expect(await town.desk.find(reference, owner(`${secret.slice(1)}x`))).toEqual({
      kind: 'no-such',
    })
    expect(await town.desk.find('222222', owner(secret))).toEqual({ kind: 'no-such' })
    expect(await town.desk.cancel(reference, owner('no'), undefined)).toEqual({ kind: 'no-such' })
    // Only staff's looking is written down.
    await town.desk.find(reference, staff)
    const accesses = await town.store.accesses({ limit: 10 })
    expect(accesses.map(({ by, what }) => [by, what])).toEqual([['Lo vid växeln', 'read']])
  })

  test('that is sent in twice with one key is one, with the same secret; another form by it is refused', async () => {
    await using town = await openBookingTown()
    const key = 'a-key-of-the-form-0001'
    const once = got(await town.desk.submit(submission(), { key }))
    const again = got(await town.desk.submit(submission(), { key }))
    expect([again.reference, again.secret]).toEqual([once.reference, once.secret])
    expect((await town.desk.find(once.reference, owner(again.secret))).kind).toBe('ok')
    const other = await town.desk.submit(submission({ interpreter: true }), { key })
    expect(other).toEqual({ kind: 'key-reused' })
    expect((await town.store.bookingBook()).bookings.size).toBe(1)
    await town.pass(3 * DAY, 6 * HOUR)
    expect(told(town).filter((line) => line.startsWith('confirmed'))).toHaveLength(1)
  })

  test('is refused with every reason, and with what the address may have been meant as', async () => {
    await using town = await openBookingTown()
    const at = (more: object) => town.desk.submit(submission({ person: person(more) }), {})
    expect(await at({ address: 'Porvgatan 2' })).toMatchObject({
      kind: 'refused',
      because: [{ reason: 'unknown-address' }],
      nearest: 'Provgatan 2',
    })
    expect(reasons(await at({ address: 'Utanförgatan 1' }))).toEqual(['outside-area'])
    expect(reasons(await at({ address: 'Exempelgatan 4' }))).toEqual(['apartment-needed'])
    expect(reasons(await at({ address: 'Exempelgatan 4', apartment: 'lgh 1101' }))).toBe('ok')
    const onTheMap = { address: 'Nygatan 7', place: { lat: 57.73, lon: 12.93 } }
    expect(reasons(await at(onTheMap))).toBe('ok')
  })

  test('is one of as many as there is room for, however many ask at once', async () => {
    await using town = await openBookingTown()
    const answers = await Promise.all(
      ['1', '2', '3', '4', '5', '6'].map((apartment) =>
        town.desk.submit(
          submission({ person: person({ address: 'Exempelgatan 4', apartment }) }),
          {},
        ),
      ),
    )
    const refused = answers.map(reasons).filter((answer) => answer !== 'ok')
    expect(refused).toEqual([['slot-full'], ['slot-full'], ['slot-full']])
    const [morning] = (await town.desk.slots()).filter(({ day }) => day === '2026-05-07')
    expect(morning!.room.bookings).toBe(0)
  })

  test('counts for its household, however the address is written; neighbours are others', async () => {
    await using town = await openBookingTown()
    const door = (apartment: string, day: string) =>
      town.desk.submit(
        submission({
          person: person({ address: 'exempelgatan  4', apartment }),
          slot: { day, slotId: 'morning' },
        }),
        {},
      )
    expect(reasons(await door('1101', '2026-05-07'))).toBe('ok')
    expect(reasons(await door('lgh 1101', '2026-05-12'))).toBe('ok')
    expect(reasons(await door('Lgh. 1101', '2026-05-19'))).toEqual(['household-limit'])
    expect(reasons(await door('1102', '2026-05-19'))).toBe('ok')
  })

  test('by staff on the phone says so, and may pass limits that are theirs to pass', async () => {
    await using town = await openBookingTown()
    const seven = { things: [{ itemId: 'chair', count: 7 }], lenientBecause: 'Lo lovade det' }
    const byStaff = got(await town.desk.submit(submission(seven), { actor: 'Lo' }))
    expect(byStaff.booking).toMatchObject({
      by: 'staff',
      despite: ['too-many-things', 'too-large'],
    })
    const changes = await town.store.errandChanges(byStaff.booking.id)
    expect(changes.map(({ by, did, detail }) => [by, did, detail])).toEqual([
      ['Lo', 'booked', 'booked 2026-05-07 morning'],
      ['Lo', 'let-pass', 'too-many-things too-large'],
    ])
    // Sealed where it is kept, and gone with the booking.
    const kept = await town.store.keptBooking(byStaff.reference)
    expect(JSON.stringify([changes, kept])).not.toContain('lovade')
    const lo = { kind: 'staff', actor: 'Lo' } as const
    const seen = got(await town.desk.changes(byStaff.reference, lo))
    expect(seen.at(-1)!.words).toBe('Lo lovade det')
    got(await town.desk.erase(byStaff.reference, lo))
    const after = await town.store.errandChanges(byStaff.booking.id)
    expect(after.map(({ did, detail, words }) => [did, detail, words])).toContainEqual([
      'let-pass',
      '',
      undefined,
    ])
  })

  test('is changed only by who has seen its newest version', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    const edit = (version: number, edits: object) =>
      town.desk.amend(reference, owner(secret), edits, version)
    const phone = got(await edit(1, { person: { phone: '070-000 00 02', note: null } }))
    expect(phone.booking.version).toBe(2)
    expect(phone.person).toMatchObject({ phone: '070-000 00 02', address: 'Provgatan 1' })
    expect(phone.person!.note).toBeUndefined()
    expect(await edit(1, { interpreter: true })).toEqual({ kind: 'stale' })
    const moved = got(await edit(2, { slot: { day: '2026-05-12', slotId: 'morning' } }))
    expect(moved.booking).toMatchObject({ slot: { day: '2026-05-12' }, version: 3 })
    const elsewhere = await edit(3, { person: { address: 'Utanförgatan 1' } })
    expect(reasons(elsewhere)).toEqual(['outside-area'])
    const still = got(await town.desk.find(reference, owner(secret)))
    expect(still.person?.address).toBe('Provgatan 1')
    const log = got(await town.desk.changes(reference, owner(secret)))
    expect(log.map(({ did, detail }) => [did, detail])).toEqual([
      ['booked', 'booked 2026-05-07 morning'],
      ['person-changed', 'note phone'],
      ['amended', 'booked 2026-05-07 morning'],
      ['moved', 'booked 2026-05-12 morning'],
    ])
  })

  test('on a day that the town has struck out is marked, so that somebody speaks to them', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    town.setTerms({ ...bookingTerms, serviceDays: [{ weekdays: ['Tue'] }] })
    const { isServed } = got(await town.desk.find(reference, owner(secret)))
    expect(isServed).toBe(false)
  })
})

describe('messages', () => {
  test('confirm with a link, remind twice by the slot’s times, and are queued once', async () => {
    await using town = await openBookingTown()
    const { reference, secret, booking } = await book(town, {
      slot: { day: '2026-05-12', slotId: 'morning' },
    })
    await town.upkeep.tick()
    expect(town.messages).toEqual([
      {
        id: `${booking.id}/1/confirmed`,
        group: booking.id,
        to: { sms: '+46700000001' },
        language: 'sv',
        key: 'confirmed',
        facts: {
          reference,
          contact: `https://kvitter.example/boka/${reference}/${secret}`,
          day: '2026-05-12',
          fromMinute: 600,
          untilMinute: 720,
        },
        dueAt: town.clock(),
        expiresAt: town.clock() + DAY,
      },
    ])
    await town.pass(9 * DAY)
    expect(town.messages.slice(1).map(({ key, dueAt }) => [key, isoText(dueAt)])).toEqual([
      ['reminder', '2026-05-09T08:00:00.000Z'],
      ['reminder', '2026-05-11T08:00:00.000Z'],
    ])
    expect(town.messages[1]!.facts.contact).toBe('033-35 70 00')
  })

  test('never remind of what was cancelled, and tell of a cancellation once', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town, {
      slot: { day: '2026-05-12', slotId: 'morning' },
    })
    await town.pass(HOUR)
    got(await town.desk.cancel(reference, owner(secret), undefined))
    got(await town.desk.cancel(reference, owner(secret), undefined))
    await town.pass(10 * DAY)
    expect(town.messages.map(({ key }) => key)).toEqual(['confirmed', 'cancelled-by-you'])
  })

  test('of an amendment are one, and the reminders move with it', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town, {
      slot: { day: '2026-05-12', slotId: 'morning' },
    })
    await town.pass(HOUR)
    const slot = { day: '2026-05-19', slotId: 'afternoon' }
    got(await town.desk.amend(reference, owner(secret), { slot }, undefined))
    await town.pass(16 * DAY)
    expect(town.messages.map(({ key, dueAt }) => [key, isoText(dueAt).slice(0, 10)])).toEqual([
      ['confirmed', '2026-05-04'],
      ['changed', '2026-05-04'],
      ['reminder', '2026-05-16'],
      ['reminder', '2026-05-18'],
    ])
  })

  test('with the link to a booking come also when it was changed before they went out', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    got(await town.desk.amend(reference, owner(secret), { interpreter: true }, undefined))
    await town.upkeep.tick()
    const contacts = Object.fromEntries(town.messages.map(({ key, facts }) => [key, facts.contact]))
    expect(contacts).toEqual({
      changed: '033-35 70 00',
      confirmed: `https://kvitter.example/boka/${reference}/${secret}`,
    })
  })

  test('wait while they can’t be queued, and are dropped when they would come too late', async () => {
    await using town = await openBookingTown()
    await book(town)
    town.loseMessages(true)
    await town.pass(HOUR)
    expect(town.faults.length).toBeGreaterThan(0)
    town.loseMessages(false)
    await town.upkeep.tick()
    expect(town.messages.map(({ key }) => key)).toEqual(['confirmed'])
    town.loseMessages(true)
    // Wednesday's reminder at ten is worth nothing once the bike has come.
    await town.pass(4 * DAY)
    town.loseMessages(false)
    await town.upkeep.tick()
    expect(town.messages.map(({ key }) => key)).toEqual(['confirmed'])
    expect(await town.metrics.metrics()).toContain(
      'kvitter_booking_notices_total{key="reminder",outcome="expired"} 1',
    )
  })

  test('go by mail where there is no phone, and to nobody where there is neither', async () => {
    await using town = await openBookingTown()
    const { phone: _phone, ...unreachable } = PERSON
    await book(town, { person: { ...unreachable, email: 'prova@example.se' } })
    await book(town, { person: { ...unreachable, address: 'Provgatan 2' } })
    await town.upkeep.tick()
    expect(town.messages.map(({ to }) => to)).toEqual([{ email: 'prova@example.se' }])
    expect(await town.metrics.metrics()).toContain(
      'kvitter_booking_notices_total{key="confirmed",outcome="unreachable"} 1',
    )
  })

  test('tell one booker, or a slot’s, that the bike is on its way or late', async () => {
    await using town = await openBookingTown()
    const mine = await book(town)
    await book(town, { person: person({ address: 'Provgatan 2', phone: '070-000 00 02' }) })
    await town.upkeep.tick()
    const slot = { day: '2026-05-07', slotId: 'morning' }
    expect(got(await town.desk.tell(slot, 'Lo', 'running-late', 20))).toBe(2)
    expect(got(await town.desk.tell({ reference: mine.reference }, 'Lo', 'on-the-way', 10))).toBe(1)
    await town.upkeep.tick()
    const last = town.messages.slice(-3).map(({ key, facts }) => `${key} ${facts.minutes}`)
    expect(last.toSorted()).toEqual(['on-the-way 10', 'running-late 20', 'running-late 20'])
  })
})

describe('a call to return', () => {
  test('is sealed where it is kept, and forgotten by itself without a trace', async () => {
    await using town = await openBookingTown()
    const { callBacks } = town.desk
    const caller = { name: 'Ropandes Röst', phone: '070-555 66 77', note: 'ringer från sjön' }
    const asked = { caller, language: 'sv', interpreter: false } as const
    const { callBack } = got(await callBacks.note(asked, { actor: 'Lo' }))
    const isSaid = () =>
      Object.values(caller).some((text) => town.bytes().includes(Buffer.from(text)))
    expect(isSaid()).toBe(false)
    got(await callBacks.settle(callBack.id, 'Lo', 'not-reached'))
    await town.pass(7 * DAY)
    expect((await callBacks.list('Lo')).map((one) => one.caller)).toEqual([caller])
    await town.pass(DAY)
    expect(await callBacks.list('Lo')).toEqual([])
    expect(await town.store.callBacks()).toEqual([])
    expect((await town.store.errandChanges(callBack.id)).every(({ detail }) => detail === '')).toBe(
      true,
    )
    expect(town.bytes().includes(Buffer.from('ringer'))).toBe(false)
  })

  test('is not there where the town has no return bike', async () => {
    await using town = await openBookingTown()
    town.setTerms(undefined)
    const caller = { name: 'Prova', phone: '070-555 66 77' }
    const asked = { caller, language: 'sv', interpreter: false } as const
    expect(await town.desk.callBacks.note(asked, { actor: 'Lo' })).toEqual({ kind: 'closed' })
  })
})

describe('the waiting list', () => {
  test('is told of room that came free and has it until it answers', async () => {
    await using town = await openBookingTown()
    const slot = { day: '2026-05-07', slotId: 'afternoon' }
    const homes = ['Provgatan 1', 'Provgatan 2'].map((address) => person({ address }))
    const full = await Promise.all(homes.map((home) => book(town, { person: home, slot })))
    const morning = { day: '2026-05-07', slotId: 'morning' }
    for (const apartment of ['1', '2', '3']) {
      await book(town, { person: person({ address: 'Exempelgatan 4', apartment }), slot: morning })
    }
    for (const slotId of ['morning', 'afternoon']) {
      for (const apartment of ['4', '5', '6'].slice(slotId === 'morning' ? 0 : 1)) {
        await book(town, {
          person: person({ address: 'Exempelgatan 4', apartment: `${apartment}${slotId}` }),
          slot: { day: '2026-05-05', slotId },
        })
      }
    }
    const { slot: _slot, ...waiting } = submission({
      person: person({ address: 'Provgatan 3', phone: '070-000 00 03' }),
    })
    const { reference, secret, booking } = got(
      await town.desk.submit({ ...waiting, waitUntil: '2026-05-07' }, {}),
    )
    expect(booking).toMatchObject({ state: 'waiting', waitUntil: '2026-05-07' })
    got(await town.desk.cancel(full[0]!.reference, owner(full[0]!.secret), undefined))
    const { offer } = got(await town.desk.find(reference, owner(secret)))
    expect(offer).toMatchObject({ slot })
    await town.upkeep.tick()
    const message = town.messages.find(({ key }) => key === 'offer')!
    expect(message.facts).toMatchObject({
      day: '2026-05-07',
      fromMinute: 780,
      answerBy: offer!.until,
    })
    const other = await town.desk.submit(
      submission({ person: person({ address: 'Exempelgatan 4', apartment: '9' }), slot }),
      {},
    )
    expect(reasons(other)).toEqual(['slot-full'])
    const taken = got(await town.desk.amend(reference, owner(secret), { slot }, undefined))
    expect(taken.booking).toMatchObject({ state: 'booked', slot })
  })
})

describe('forgetting', () => {
  const marks = async (town: BookingTown, reference: string) => {
    const kept = await town.store.keptBooking(reference)
    return [
      kept!.reference,
      kept!.errand.id,
      kept!.errand.household,
      kept!.sealed!,
      kept!.secretHash,
    ]
  }

  test('nothing of a person lies open on disk, even while the errand lives', async () => {
    await using town = await openBookingTown()
    await book(town)
    await town.pass(HOUR)
    await town.store.emptyWriteLog()
    const bytes = town.bytes()
    for (const word of ['Provsson', '000 00 01', 'Provg', 'provgatan', 'portkod', '12.92']) {
      expect(bytes.includes(word), word).toBe(false)
    }
    const [kept] = await town.store.keptBookings({})
    expect(bytes.includes(kept!.sealed!)).toBe(true)
    expect(() =>
      unsealPerson(kept!.sealed!, openSealer(Buffer.alloc(32, 8).toString('base64'))),
    ).toThrow('sealed with another secret')
  })

  test('comes by itself thirty days after the errand: no trace in the file, and every figure as before', async () => {
    await using town = await openBookingTown()
    const { reference, secret, booking } = await book(town)
    await town.pass(3 * DAY, 6 * HOUR)
    got(
      await town.desk.settle(reference, 'Rut', {
        kind: 'done',
        taken: [{ itemId: 'chair', count: 1, reused: true }],
        kg: 7,
      }),
    )
    const traces = await marks(town, reference)
    const before = await town.desk.statistics()
    await town.pass(29 * DAY, 12 * HOUR)
    expect((await town.desk.find(reference, owner(secret))).kind).toBe('ok')
    await town.pass(2 * DAY, 6 * HOUR)
    expect(await town.desk.find(reference, owner(secret))).toEqual({ kind: 'no-such' })
    expect(await town.desk.statistics()).toEqual(before)
    expect(Object.fromEntries(before[0]!.counts)).toMatchObject({ 'state/done': 1, grams: 7000 })
    expect((await town.store.errandChanges(booking.id)).every(({ detail }) => detail === '')).toBe(
      true,
    )
    const bytes = town.bytes()
    // But for the id, by which the log still says that there was something.
    for (const trace of traces.filter((mark) => mark !== booking.id)) {
      expect(bytes.includes(trace), trace).toBe(false)
    }
  })

  test('comes also while nobody can be told anything', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    await town.pass(3 * DAY, 6 * HOUR)
    got(await town.desk.settle(reference, 'Rut', { kind: 'done', taken: [] }))
    const faults: string[] = []
    const upkeep = openBookingUpkeep({
      store: { ...town.store, dueNotices: () => Promise.reject(new Error('locked')) },
      sealer: openSealer(SECRET),
      clock: () => plus(town.clock(), 40 * DAY),
      terms: () => bookingTerms,
      contact: () => '',
      metrics: new Registry(),
      onFault: (what, error) => faults.push(`${what}: ${String(error)}`),
    })
    await upkeep.tick()
    expect(faults).toEqual(['bookers could not be told: Error: locked'])
    expect(await town.desk.find(reference, owner(secret))).toEqual({ kind: 'no-such' })
  })

  test('the log of writes is cut as soon as nobody reads it any more', async () => {
    await using town = await openBookingTown()
    const { reference } = await book(town)
    const traces = await marks(town, reference)
    const reader = new DatabaseSync(town.file, { readOnly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from sqlite_schema').get()
    await town.pass(40 * DAY, 6 * HOUR)
    expect(await town.store.keptBooking(reference)).toBeUndefined()
    expect(statSync(`${town.file}-wal`).size).toBeGreaterThan(0)
    reader.exec('rollback')
    reader.close()
    await town.upkeep.tick()
    expect(statSync(`${town.file}-wal`).size).toBe(0)
    expect(town.bytes().includes(traces[3]!)).toBe(false)
  })

  test('the note for access goes the day after', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    const sealedBefore = (await town.store.keptBookings({}))[0]!.sealed!
    const seen = async () => got(await town.desk.find(reference, owner(secret))).person?.note
    await town.pass(4 * DAY, 6 * HOUR)
    expect(await seen()).toBe('portkod 9999')
    await town.pass(DAY, HOUR)
    expect(await seen()).toBeUndefined()
    expect(town.bytes().includes(sealedBefore)).toBe(false)
  })

  test('comes when somebody asks: what was to come is cancelled without a word, and the room is free', async () => {
    await using town = await openBookingTown()
    const mine = await book(town)
    await book(town, { person: person({ address: 'Provgatan 2', phone: '070-000 00 02' }) })
    await town.upkeep.tick()
    const sent = town.messages.length
    const traces = (await marks(town, mine.reference)).filter((mark) => mark !== mine.booking.id)
    const query = { phone: '+46 70 000 00 01' }
    const exported = asked(await town.desk.exportPerson(query, 'Lo'))
    expect(exported.bookings.map(({ reference, person: who }) => [reference, who?.name])).toEqual([
      [mine.reference, 'Prova Provsson'],
    ])
    expect(asked(await town.desk.erasePerson(query, 'Lo'))).toEqual({ erased: 1, out: [] })
    await town.pass(9 * DAY, 6 * HOUR)
    const nothing = { bookings: [], loans: [], callBacks: [] }
    expect(asked(await town.desk.exportPerson(query, 'Lo'))).toEqual(nothing)
    const later = town.messages.slice(sent)
    expect(later.every(({ to }) => 'sms' in to && to.sms === '+46700000002')).toBe(true)
    expect(new Set(town.erased)).toEqual(new Set([mine.booking.id]))
    expect((await town.store.keptBookings({})).length).toBe(1)
    expect(traces.length).toBe(4)
    for (const trace of traces) expect(town.bytes().includes(trace), trace).toBe(false)
    const accesses = await town.store.accesses({ errandId: mine.booking.id, limit: 9 })
    expect(accesses.map(({ what }) => what)).toEqual(['erased', 'exported'])
  })

  test('is of one household alone: all that is said has to be theirs', async () => {
    await using town = await openBookingTown()
    const home = (apartment: string, more: object = {}) =>
      book(town, { person: person({ address: 'Exempelgatan 4', apartment, ...more }) })
    const mine = await home('lgh 1101')
    const next = await home('1102', { phone: '070-000 00 02' })
    const references = async (query: object) =>
      asked(await town.desk.exportPerson(query, 'Lo')).bookings.map((one) => one.reference)
    const address = 'Exempelg. 4'
    for (const ask of ['exportPerson', 'erasePerson'] as const) {
      expect(await town.desk[ask]({ address }, 'Lo')).toEqual({ kind: 'several-households' })
    }
    expect(await references({ address, apartment: '1101' })).toEqual([mine.reference])
    expect(await references({ address, phone: '070-000 00 02' })).toEqual([next.reference])
    expect(await references({ address: 'Provgatan 1', phone: '070-000 00 02' })).toEqual([])
    expect(asked(await town.desk.erasePerson({ address, apartment: '1101' }, 'Lo'))).toEqual({
      erased: 1,
      out: [],
    })
    const { bookings } = await town.store.bookingBook()
    expect([...bookings.values()].map(({ id, state }) => [id, state])).toEqual([
      [next.booking.id, 'booked'],
    ])
    expect(await references({ address })).toEqual([next.reference])
  })

  test('is of loans too; one that is out stays until the thing is back', async () => {
    await using town = await openBookingTown()
    const days = { fromDay: '2026-05-04', untilDay: '2026-05-05' }
    const lent = await town.loans.submit({ person: PERSON, thingId: 'trailer-1', ...days }, {})
    if (lent.kind !== 'ok') throw new Error(lent.kind)
    const { reference, loan } = lent.value
    const query = { phone: PERSON.phone }
    const exported = asked(await town.desk.exportPerson(query, 'Lo'))
    expect(exported).toMatchObject({
      bookings: [],
      loans: [{ reference, person: { name: 'Prova Provsson' }, accesses: [{ what: 'exported' }] }],
    })
    await town.loans.handOut(reference, 'Rut', 'good')
    const erase = async () => asked(await town.desk.erasePerson(query, 'Lo'))
    expect(await erase()).toEqual({ erased: 0, out: [reference] })
    expect(await town.store.keptLoans()).toHaveLength(1)
    await town.loans.giveBack(reference, 'Rut', 'good')
    const [kept] = await town.store.keptLoans()
    expect(await erase()).toEqual({ erased: 1, out: [] })
    expect(await town.store.keptLoans()).toEqual([])
    for (const trace of [kept!.sealed!, loan.household, kept!.secretHash]) {
      expect(town.bytes().includes(trace)).toBe(false)
    }
    expect(asked(await town.desk.exportPerson(query, 'Lo')).loans).toEqual([])
  })

  test('is the booker’s to ask for as well', async () => {
    await using town = await openBookingTown()
    const { reference, secret } = await book(town)
    expect(await town.desk.erase(reference, owner('another'))).toEqual({ kind: 'no-such' })
    expect((await town.desk.erase(reference, owner(secret))).kind).toBe('ok')
    expect((await town.store.bookingBook()).bookings.size).toBe(0)
  })

  test('leaves forms known for two days, and the list of who saw whom for a year', async () => {
    await using town = await openBookingTown()
    const key = 'a-key-of-the-form-0002'
    const { reference } = got(await town.desk.submit(submission(), { key }))
    await town.desk.find(reference, staff)
    await town.pass(3 * DAY, 12 * HOUR)
    const again = await town.desk.submit(
      submission({ slot: { day: '2026-05-12', slotId: 'morning' } }),
      { key },
    )
    expect(again.kind).toBe('ok')
    expect(await town.store.accesses({ limit: 9 })).toHaveLength(1)
    await town.pass(366 * DAY, 30 * DAY)
    expect(await town.store.accesses({ limit: 9 })).toEqual([])
  })
})

describe('loans', () => {
  const ask = {
    person: PERSON,
    thingId: 'trailer-1',
    fromDay: '2026-05-05',
    untilDay: '2026-05-06',
  }

  test('are booked, handed out, late, given back and forgotten', async () => {
    await using town = await openBookingTown()
    const made = await town.loans.submit(ask, { key: 'a-key-of-the-form-0003' })
    if (made.kind !== 'ok') throw new Error(made.kind)
    const again = await town.loans.submit(ask, { key: 'a-key-of-the-form-0003' })
    expect(again).toMatchObject({
      value: { reference: made.value.reference, secret: made.value.secret },
    })
    const { reference, secret, loan } = made.value
    expect(await town.loans.find(reference, owner('no'))).toEqual({ kind: 'no-such' })
    expect((await town.loans.find(reference, owner(secret))).kind).toBe('ok')
    expect(await town.loans.handOut(reference, 'Rut', 'good')).toEqual({
      kind: 'refused',
      because: ['not-now'],
    })
    await town.pass(DAY, HOUR)
    expect(await town.loans.handOut(reference, 'Rut', 'good')).toMatchObject({ kind: 'ok' })
    await town.pass(2 * DAY, HOUR)
    expect((await town.loans.list('Rut')).map(({ isLate }) => isLate)).toEqual([true])
    await town.loans.giveBack(reference, 'Rut', 'damaged')
    const things = await town.loans.things('2026-05-08', '2026-05-08')
    expect(things.kind === 'ok' && [...things.value[1]!.days.values()]).toEqual(['broken'])
    const log = await town.store.errandChanges(loan.id)
    expect(log.map(({ by, did }) => [by, did])).toEqual([
      ['resident', 'booked'],
      ['Rut', 'handed-out'],
      ['Rut', 'given-back'],
    ])
    const [{ sealed } = {}] = await town.store.keptLoans()
    await town.pass(32 * DAY, 6 * HOUR)
    // Nobody knows whose it was; that it is broken is known still.
    const [left] = await town.store.keptLoans()
    expect([left!.sealed, left!.errand.household]).toEqual([undefined, ''])
    expect(town.bytes().includes(sealed!)).toBe(false)
    await town.loans.mend(reference, 'Rut')
    await town.pass(DAY, 6 * HOUR)
    expect(await town.store.keptLoans()).toEqual([])
  })

  test('are not to be had where the town lends nothing', async () => {
    const { loans: _loans, ...bike } = bookingTerms.bike
    await using town = await openBookingTown({ terms: { ...bookingTerms, bike } })
    expect(await town.loans.submit(ask, {})).toEqual({ kind: 'closed' })
  })
})

test('without messages a notice waits until it is worth nothing', async () => {
  await using town = await openBookingTown({ messages: false })
  await book(town)
  await town.pass(MINUTE, MINUTE)
  expect(await town.store.dueNotices(town.clock(), 10)).toHaveLength(1)
  await town.pass(2 * DAY)
  expect((await town.store.dueNotices(town.clock(), 10)).map(({ key }) => key)).not.toContain(
    'confirmed',
  )
})
