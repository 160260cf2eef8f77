/** The return bike's days over real HTTP: who may do what, what is refused and how, what follows by itself. */
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { DAY, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { containerId, ekudden } from '#tests/support/town.ts'
import { jpeg, png } from '../pickups/day/photos.ts'
import {
  addresses,
  clockAt,
  DAY_NAME,
  dayTerms,
  type DayTown,
  openDayTown,
  RIDER,
  STAFF,
} from '../support/day-town.ts'
import {
  bikeOf,
  book,
  command,
  type Headers,
  openDay,
  ROUNDS,
  see,
  stopsOf,
} from '../support/ridden-day.ts'

const event = (id: string, kind: string, at: number, more: object = {}) => ({
  id,
  kind,
  at: isoText(at as never),
  ...more,
})
const tell = (day: DayTown, stop: string, body: object, headers: Headers = RIDER) =>
  day.ask('POST', `/stops/${stop}/events`, { bike: 'bike-1', ...body }, headers)

describe('who may do what', () => {
  let day: DayTown
  beforeAll(async () => {
    day = await openDay(3, false)
  })
  afterAll(() => day[Symbol.asyncDispose]())

  test.each([
    ['nobody reads a day without a token', 'GET', ROUNDS, {}, 401],
    ['a rider reads the day', 'GET', ROUNDS, RIDER, 200],
    ['a rider doesn’t read the log', 'GET', `${ROUNDS}/log`, RIDER, 403],
    ['nobody hears of the day without a token', 'GET', `${ROUNDS}/events`, {}, 401],
    ['a day on which the bike doesn’t run is none', 'GET', '/rounds/2026-05-06', STAFF, 404],
    ['a day that is none is refused', 'GET', '/rounds/2026-02-30', STAFF, 400],
    ['figures are open', 'GET', '/rounds/statistics', {}, 200],
  ] as const)('%s', async (_, method, path, headers, status) => {
    expect((await day.ask(method, path, undefined, headers)).status).toBe(status)
  })

  test('riders start and end, and plan nothing', async () => {
    for (const [name, body] of [
      ['plan', {}],
      ['replan', {}],
      ['move', { stop: 'x', bike: 'bike-1', at: 0 }],
      ['bike-out', { bike: 'bike-1', because: 'Punktering' }],
    ] as const) {
      expect((await command(day, name, body, RIDER)).status, name).toBe(403)
    }
    // Of what staff have still to plan riders are told nothing, also not in an answer.
    const late = {
      person: { name: 'Prova Sen', phone: '070-000 29', address: addresses[50]!.address },
      things: [{ item: 'chair', count: 1 }],
      day: DAY_NAME,
      slotId: 'afternoon',
      letPass: true,
      letPassBecause: 'Lovat i telefon',
    }
    const { status, json } = await day.ask('POST', '/bookings', late, STAFF)
    expect(status, JSON.stringify(json)).toBe(201)
    expect((await see(day)).unplanned).toHaveLength(1)
    const started = await command(day, 'start', { bike: 'bike-1' }, RIDER)
    expect(started.status).toBe(200)
    expect(started.json).toEqual(await see(day, '', RIDER))
    expect((await command(day, 'end', { bike: 'bike-1' }, RIDER)).status).toBe(200)
  })

  test('the stream says at once that it is there', async () => {
    const quit = new AbortController()
    const { body } = await fetch(`${day.url}/api/v1${ROUNDS}/events`, {
      headers: STAFF,
      signal: quit.signal,
    })
    const { value } = await body!.pipeThrough(new TextDecoderStream()).getReader().read()
    quit.abort()
    expect(value).toBe('retry: 3000\nevent: here\ndata: {}\n\n')
  })

  test('the day tells its bikes with what they carry, and where things are left', async () => {
    const { bikes, dropOffs, rounds } = await see(day)
    expect(bikes.map(({ id, litres, kg }: any) => [id, litres, kg])).toEqual([
      ['bike-1', 1500, 200],
      ['bike-2', 1500, 200],
    ])
    expect(dropOffs.map(({ id }: any) => id)).toEqual(['centre', 'ekudden', 'hamnen'])
    const stops = rounds.flatMap((r: any) => r.stops)
    const { dropOff, place } = stops.find((s: any) => s.kind === 'drop-off')
    const there = dropOffs.find(({ id }: any) => id === dropOff)
    expect(place).toEqual({ name: there.name, ...there.place })
  })

  test('who lives there is shown to riders on the day alone, and written down', async () => {
    const shown = stopsOf(await see(day, '?people=yes', RIDER)).filter((s) => s.person)
    expect(shown).toHaveLength(3)
    const accesses = (await day.ask('GET', '/accesses')).json.accesses
    expect(accesses.filter((a: any) => a.by === 'Rio' && a.what === 'planned')).toHaveLength(3)
    for (const { authorization } of [RIDER, STAFF]) {
      const nameless = await day.ask('GET', `${ROUNDS}?people=yes`, undefined, { authorization })
      expect([nameless.status, nameless.json.errors[0].field]).toEqual([400, 'kvitter-actor'])
    }
    const now = day.town.now()
    day.town.setNow(clockAt('10:00', '2026-05-08'))
    expect(stopsOf(await see(day, '?people=yes', RIDER)).filter((s) => s.person)).toEqual([])
    expect(stopsOf(await see(day, '?people=yes')).filter((s) => s.person)).toHaveLength(3)
    day.town.setNow(now)
  })
})

describe('what is told wrongly', () => {
  let day: DayTown
  let stop: string
  beforeAll(async () => {
    day = await openDay(2)
    stop = stopsOf(await see(day)).find((s) => s.kind === 'pickup').id
  })
  afterAll(() => day[Symbol.asyncDispose]())
  const at = clockAt('10:05')

  test.each([
    ['a failure without a reason', event('e-000001', 'failed', at), 'events.0.because'],
    [
      'a reason without a failure',
      event('e-000001', 'done', at, { because: 'full' }),
      'events.0.because',
    ],
    ['a kind that nobody knows', event('e-000001', 'lost', at), 'events.0.kind'],
    ['an id that is too short', event('e', 'done', at), 'events.0.id'],
    ['a time long gone', event('e-000001', 'done', clockAt('10:00', '2026-01-01')), 'events.0.at'],
    [
      'weights where nothing is unloaded',
      event('e-000001', 'done', at, { weighings: [{ waste: 'bulky', kg: 3 }] }),
      'events.0.weighings',
    ],
  ])('%s is refused by its field', async (_, one, field) => {
    const { status, json } = await tell(day, stop, { events: [one] })
    expect(status).toBe(400)
    expect(json.errors.map((e: any) => e.field)).toContain(field)
  })

  test('a stop that nobody knows is none; the same id with other words is a conflict', async () => {
    expect(
      (await tell(day, 'no-such-stop', { events: [event('e-000009', 'done', at)] })).status,
    ).toBe(404)
    const first = await tell(day, stop, { events: [event('e-000010', 'arrived', at)] })
    const second = await tell(day, stop, { events: [event('e-000010', 'done', at)] })
    expect([first, second].map(({ json }) => json.events[0].status)).toEqual(['kept', 'conflict'])
    expect(stopsOf(await see(day)).find((s) => s.id === stop).state).toBe('arrived')
  })

  test('a rider is told where things are left; what they took there is kept, with the plan they saw', async () => {
    const round = (await see(day, '', RIDER)).rounds.find((r: any) => r.stops.length > 0)
    const { bike, stops } = round
    const dropOff = stops.find((s: any) => s.kind === 'drop-off')
    expect(dropOff).toMatchObject({
      streams: ['reuse'],
      place: { name: 'Centralen', lat: 57.718, lon: 12.935 },
    })
    const pickup = stops.find((s: any) => s.kind === 'pickup')
    expect([pickup.place, pickup.taken]).toEqual([null, null])
    const taken = [{ item: 'chair', count: 2, reused: true }]
    const done = event('e-000030', 'done', at, { taken, planVersion: 2 })
    await tell(day, pickup.id, { bike, events: [done] })
    expect(stopsOf(await see(day)).find((s) => s.id === pickup.id).taken).toEqual(taken)
    const told = await day.town.store.riderEvents(DAY_NAME)
    expect(told.find(({ id }) => id === 'e-000030')).toMatchObject({ planVersion: 2 })
  })

  test('a bike that nobody knows, or a visit of another’s, is refused', async () => {
    const one = { events: [event('e-000020', 'done', at)] }
    const { status, json } = await tell(day, stop, { bike: 'bike-9', ...one })
    expect([status, json.errors[0].field]).toEqual([400, 'bike'])
    const visit = `${DAY_NAME}~bike-2~centre~1`
    expect((await tell(day, visit, one)).status).toBe(404)
    expect((await tell(day, visit, { bike: 'bike-2', ...one })).status).toBe(200)
  })

  test('a picture that is none, or too large, is refused; the same twice is one', async () => {
    const send = (bytes: Uint8Array, type: string) =>
      day.ask('POST', `/stops/${stop}/photos?photo=photo-0002`, bytes, {
        ...RIDER,
        'content-type': type,
      })
    expect((await send(Buffer.from('no picture'), 'image/png')).status).toBe(400)
    expect((await send(Buffer.alloc(5_000_000, 1), 'image/jpeg')).status).toBe(413)
    expect((await send(png(), 'image/gif')).status).toBe(415)
    expect((await send(png(), 'image/png')).json.status).toBe('kept')
    expect((await send(png(), 'image/png')).json.status).toBe('repeat')
    expect((await send(jpeg(), 'image/jpeg')).status).toBe(422)
    const kept = await day.town.store.photo('photo-0002')
    expect(Buffer.from(kept!.bytes).includes('PNG')).toBe(false)
    for (let n = 1; n < 20; n++) {
      const path = `/stops/${stop}/photos?photo=photo-more-${n}`
      const more = { ...RIDER, 'content-type': 'image/png' }
      expect((await day.ask('POST', path, png(), more)).status).toBe(201)
    }
    const path = `/stops/${stop}/photos?photo=photo-too-many`
    const last = await day.ask('POST', path, png(), { ...RIDER, 'content-type': 'image/png' })
    expect(last.status).toBe(413)
    const { headers } = await day.ask('GET', `/stops/${stop}/photos/photo-0002`, undefined, RIDER)
    expect(headers.get('content-type')).toBe('image/png')
  })

  test('an urgent errand is at a station or at a place, and somewhere', async () => {
    const urgent = { what: 'Säckar i trapphuset' }
    const wrong = await command(day, 'insert', { urgent })
    expect(wrong.json.errors[0].field).toBe('urgent.place')
    expect(
      (await command(day, 'insert', { urgent: { ...urgent, station: '1490-999' } })).status,
    ).toBe(404)
    const right = await command(day, 'insert', { urgent: { ...urgent, station: '1490-901' } })
    const stop = stopsOf(right.json).find((s) => s.what === 'Säckar i trapphuset')
    expect(stop.place).toEqual({ name: 'Ekudden', ...ekudden.place })
    const place = { lat: 57.72, lon: 12.93 }
    const other = await command(day, 'insert', { urgent: { what: 'Vid bron', place } })
    const atBridge = stopsOf(other.json).find((s) => s.what === 'Vid bron')
    expect(atBridge.place).toEqual({ name: null, ...place })
  })

  test('an urgent errand at an address of the town’s list is brought where it is to be', async () => {
    const listed = addresses[20]!
    const urgent = {
      what: 'Två säckar vid porten',
      address: listed.address.toUpperCase(),
      litres: 240,
      kg: 30,
      waste: 'paper',
      dropOff: 'hamnen',
    }
    const { status, json } = await command(day, 'insert', { urgent })
    expect(status, JSON.stringify(json)).toBe(200)
    const stop = stopsOf(json).find((s) => s.what === urgent.what)
    expect(stop).toMatchObject({
      place: { name: listed.address, ...listed.place },
      load: { litres: 240, kg: 30 },
      bringTo: { id: 'hamnen', name: 'Hamnen' },
      reference: null,
      person: null,
    })
    const { stops } = json.rounds.find((r: any) => r.stops.includes(stop))
    const later = stops.slice(stops.indexOf(stop))
    expect(later.map((s: any) => s.dropOff)).toContain('hamnen')
    // What is only for the planner isn't told as a kind of waste.
    expect(JSON.stringify(json.room)).not.toContain('~')
    const round = (await see(day, `?bike=${bikeOf(json, stop.id)}`, RIDER)).rounds[0]
    expect(round.stops.find((s: any) => s.id === stop.id)).toMatchObject({
      place: { name: listed.address },
      load: { litres: 240, kg: 30 },
      bringTo: { name: 'Hamnen' },
    })
  })

  test.each([
    ['an address that is on no list', { address: 'Storgatan 999' }, 'unknown-address', 'address'],
    [
      'a place that doesn’t take it',
      { dropOff: 'ekudden', waste: 'bulky' },
      'not-taken-there',
      'waste',
    ],
    ['a place that is none', { dropOff: 'nowhere' }, 'no-such-drop-off', 'dropOff'],
    [
      'more than there is room for',
      { dropOff: 'hamnen', litres: 5000 },
      'no-room-there',
      'dropOff',
    ],
  ])(
    'an urgent errand with %s is refused, with the field to change',
    async (_, more, reason, field) => {
      const urgent = { what: 'Säckar', address: addresses[3]!.address, ...more }
      const { version } = await see(day)
      const { status, json } = await command(day, 'insert', { urgent })
      expect([status, json.because[0].reason]).toEqual([409, reason])
      expect(json.detail).toContain(`urgent.${field}`)
      expect((await see(day)).version).toBe(version)
    },
  )

  test.each([
    [{ station: '1490-901', address: 'Provgatan 1' }, 'urgent.place'],
    [{ station: '1490-901', postcode: '504 30' }, 'urgent.postcode'],
    [{ station: '1490-901', dropOff: 'Hamnen!' }, 'urgent.dropOff'],
    [{ station: '1490-901', minutes: 0 }, 'urgent.minutes'],
    [{ station: '1490-901', litres: -1 }, 'urgent.litres'],
  ])('an urgent errand says which field is wrong: %j', async (more, field) => {
    const { status, json } = await command(day, 'insert', { urgent: { what: 'Säckar', ...more } })
    expect([status, json.errors[0].field]).toEqual([400, field])
  })
})

describe('what a rider’s word leads to', () => {
  const bookingOf = async (day: DayTown, stop: any) =>
    (await day.ask('GET', `/bookings/${stop.reference}`)).json
  const correct = (day: DayTown, stop: any, body: object) =>
    day.ask('POST', `/bookings/${stop.reference}/outcome`, body)
  const notHome = (day: DayTown) => day.messages.filter(({ key }) => key === 'not-home').length
  const firstPickup = async (day: DayTown) =>
    stopsOf(await see(day)).find((s) => s.kind === 'pickup')
  const at = clockAt('10:05')

  test('who wasn’t home is told once, however many follow it up at the same time', async () => {
    await using day = await openDay(2)
    const stop = await firstPickup(day)
    day.town.setNow(clockAt('10:10'))
    const failed = event('once-0001', 'failed', at, { because: 'not-home' })
    await Promise.all([
      tell(day, stop.id, { events: [failed] }),
      tell(day, stop.id, { events: [failed] }),
      ...Array.from({ length: 4 }, () => day.upkeep.follow(DAY_NAME)),
      day.upkeep.tick(),
    ])
    await day.tick()
    const again = await correct(day, stop, { outcome: 'missed', because: 'not-home' })
    expect(again.status).toBe(200)
    await day.tick()
    expect(notHome(day)).toBe(1)
  })

  test('who is late is told once, however many look at the same time', async () => {
    await using day = await openDay(1)
    const stop = await firstPickup(day)
    day.town.setNow(clockAt('11:55'))
    const on = event('late-0001', 'on-the-way', clockAt('11:50'))
    await tell(day, stop.id, { bike: bikeOf(await see(day), stop.id), events: [on] })
    // The slot has ended at noon.
    day.town.setNow(clockAt('12:12'))
    await Promise.all(Array.from({ length: 5 }, () => day.upkeep.follow(DAY_NAME)))
    await day.tick()
    const told = (await day.ask('GET', `${ROUNDS}/log`)).json.log.map((l: any) => l.did)
    expect(told.filter((did: string) => did === 'told-on-the-way')).toHaveLength(1)
    expect(told.filter((did: string) => did === 'told-late')).toHaveLength(1)
  })

  test('whom staff have told that it is late the clock tells nothing, until it is much later', async () => {
    await using day = await openDay(1)
    const { id, reference } = await firstPickup(day)
    const late = () => day.messages.filter(({ key }) => key === 'running-late').length
    const hearAt = async (time: string) => {
      day.town.setNow(clockAt(time))
      const on = event(`staff-${time.replace(':', '')}`, 'on-the-way', clockAt(time))
      await tell(day, id, { bike: bikeOf(await see(day), id), events: [on] })
      await day.tick()
    }
    const sayLate = async (body: object) => {
      const said = await day.ask('POST', `/bookings/${reference}/messages`, {
        kind: 'running-late',
        ...body,
      })
      expect(said.json).toEqual({ told: 1 })
      await day.tick()
    }
    day.town.setNow(clockAt('11:55'))
    await sayLate({ minutes: 15 })
    expect(late()).toBe(1)
    // The slot has ended at noon.
    await hearAt('12:14')
    expect(late()).toBe(1)
    await hearAt('12:40')
    expect(late()).toBe(2)
    // Without a number it is as late as it was then.
    day.town.setNow(clockAt('12:58'))
    await sayLate({})
    await hearAt('13:10')
    expect(late()).toBe(3)
    await hearAt('13:19')
    expect(late()).toBe(4)
    const { log } = (await day.ask('GET', `${ROUNDS}/log`)).json
    const told = log.filter(({ did }: any) => did === 'told-late')
    expect(told.map(({ by, stop }: any) => [by, stop])).toEqual(
      ['Lo', 'clock', 'Lo', 'clock'].map((by) => [by, id]),
    )
  })

  test('who was told that the bike comes late has that for a promise', async () => {
    await using day = await openDay(6)
    const { rounds } = await see(day)
    const pickupsOf = (round: any) => round.stops.filter((s: any) => s.kind === 'pickup')
    const round = rounds.find((r: any) => pickupsOf(r).length > 1)
    const [first, second] = pickupsOf(round)
    const faults = async () =>
      (await see(day)).complaints
        .filter(({ stop }: any) => stop === second.id)
        .map(({ kind }: any) => kind)
    // The slot ends at noon, and the bike is still on its way to the one before.
    day.town.setNow(clockAt('12:12'))
    const on = event('long-0001', 'on-the-way', clockAt('12:11'))
    await tell(day, first.id, { bike: round.bike, events: [on] })
    const { log } = (await day.ask('GET', `${ROUNDS}/log`)).json
    const told = log.filter((l: any) => l.did === 'told-late' && l.stop === second.id)
    expect(told).toHaveLength(1)
    expect(await faults()).toEqual([])
    day.town.setNow(clockAt('12:50'))
    expect(await faults()).toEqual(['late', 'promise-broken'])
  })

  test('what staff set right stays, until a rider tells something new', async () => {
    await using day = await openDay(2)
    const stop = await firstPickup(day)
    day.town.setNow(clockAt('10:10'))
    const say = (id: string, kind: string, more = {}) =>
      tell(day, stop.id, { events: [event(id, kind, day.town.now(), more)] })
    await say('first-001', 'failed', { because: 'not-home' })
    await day.tick()
    await correct(day, stop, { outcome: 'missed', because: 'no-time' })
    await day.tick()
    expect(await bookingOf(day, stop)).toMatchObject({ state: 'missed', missedBecause: 'no-time' })
    day.town.setNow(clockAt('11:00'))
    await say('second-01', 'done', { taken: [{ item: 'chair', count: 1 }] })
    await day.tick()
    expect(await bookingOf(day, stop)).toMatchObject({ state: 'done' })
    expect(notHome(day)).toBe(1)
  })

  test('that nobody was home is not told where staff have said otherwise before it left', async () => {
    await using day = await openDay(2)
    const stop = await firstPickup(day)
    day.town.setNow(clockAt('10:10'))
    const failed = event('wrong-001', 'failed', at, { because: 'not-home' })
    await tell(day, stop.id, { events: [failed] })
    await correct(day, stop, { outcome: 'missed', because: 'no-time' })
    await day.tick()
    expect(notHome(day)).toBe(0)
  })

  test('what a rider takes back is open again, what staff said isn’t', async () => {
    await using day = await openDay(2)
    const [one, other] = stopsOf(await see(day)).filter((s) => s.kind === 'pickup')
    const say = (stop: any, id: string, kind: string, time: string, more = {}) =>
      tell(day, stop.id, { events: [event(id, kind, clockAt(time), more)] })
    day.town.setNow(clockAt('10:20'))
    await say(one, 'one-00001', 'failed', '10:05', { because: 'no-access' })
    await say(other, 'other-001', 'failed', '10:10', { because: 'no-access' })
    await correct(day, other, { outcome: 'missed', because: 'too-heavy' })
    await say(one, 'one-00002', 'undone', '10:15')
    await say(other, 'other-002', 'undone', '10:15')
    await day.tick()
    expect(await bookingOf(day, one)).toMatchObject({ state: 'booked', missedBecause: null })
    expect(await bookingOf(day, other)).toMatchObject({
      state: 'missed',
      missedBecause: 'too-heavy',
    })
    // It can be fetched as if nothing had been said.
    await say(one, 'one-00003', 'done', '10:18', { taken: [{ item: 'chair', count: 1 }] })
    expect(await bookingOf(day, one)).toMatchObject({ state: 'done' })
  })

  test.each([
    ['a phone whose clock is a day slow', clockAt('10:05', '2026-05-06'), clockAt('10:10')],
    [
      'a rider who tells it after midnight',
      clockAt('00:20', '2026-05-08'),
      clockAt('00:30', '2026-05-08'),
    ],
  ])('%s tells of the stop’s own day', async (_, happened, received) => {
    await using day = await openDay(2)
    const stop = await firstPickup(day)
    day.town.setNow(received)
    const done = event('clock-001', 'done', happened, { taken: [{ item: 'chair', count: 1 }] })
    const { json } = await tell(day, stop.id, { events: [done] })
    expect(json.events[0].status).toBe('kept')
    const seen = stopsOf(await see(day))
    expect(seen.find((s) => s.id === stop.id).state).toBe('done')
    expect(await bookingOf(day, stop)).toMatchObject({ state: 'done' })
    await day.tick()
    expect(day.faults).toEqual([])
  })

  test('urgent stops are counted apart, by what they weighed and without a place', async () => {
    await using day = await openDay(1)
    const at = clockAt('10:30')
    day.town.setNow(at)
    for (const [n, address] of addresses.slice(10, 15).entries()) {
      const urgent = { what: `Säck ${n}`, address: address.address, kg: 12 }
      const { json } = await command(day, 'insert', { urgent })
      const stop = stopsOf(json).find((s) => s.what === urgent.what)
      const done = event(`urgent-00${n}`, 'done', at, n === 0 ? { kg: 20 } : {})
      await tell(day, stop.id, { bike: bikeOf(json, stop.id), events: [done] })
    }
    for (const bike of ['bike-1', 'bike-2']) await command(day, 'end', { bike })
    await day.tick()
    const { months } = (await day.ask('GET', '/rounds/statistics')).json
    expect(months[0].urgent).toEqual({ stops: { done: 5 }, kg: 68 })
    expect(months[0].districts).toEqual([])
    const kept = await day.town.store.dayCounts(DAY_NAME, DAY_NAME)
    expect(kept.filter(({ what }) => what.startsWith('urgent'))).toEqual([
      { day: DAY_NAME, district: '', what: 'urgent-grams', n: 68_000 },
      { day: DAY_NAME, district: '', what: 'urgent-stops/done', n: 5 },
    ])
  })

  test('a candidate’s stop told of after midnight is done on its day', async () => {
    await using day = await openDay(1)
    const urgent = { what: 'Säckar i trapphuset', station: '1490-901' }
    const { json } = await command(day, 'insert', { urgent })
    const stop = stopsOf(json).find((s) => s.what === urgent.what)
    day.town.setNow(clockAt('00:30', '2026-05-08'))
    await tell(day, stop.id, {
      events: [event('after-001', 'done', clockAt('00:20', '2026-05-08'))],
    })
    expect(stopsOf(await see(day)).find((s) => s.id === stop.id).state).toBe('done')
  })
})

describe('what follows by itself', () => {
  test('a cancelled booking leaves the plan; a new one is offered a place, once', async () => {
    await using day = await openDay(4, false)
    const before = await see(day)
    const gone = stopsOf(before).find((s) => s.kind === 'pickup')
    const { headers } = await day.ask('GET', `/bookings/${gone.reference}`)
    await day.ask('DELETE', `/bookings/${gone.reference}`, undefined, {
      ...STAFF,
      'if-match': headers.get('etag')!,
    })
    await day.tick()
    expect(stopsOf(await see(day)).map((s) => s.id)).not.toContain(gone.id)

    day.town.setNow(clockAt('09:40'))
    await book(day, { letPass: true, letPassBecause: 'Lovat i telefon' })
    await day.tick()
    const { unplanned, offer, version } = await see(day)
    expect(unplanned).toHaveLength(1)
    expect(offer).toMatchObject({ because: 'bookings-changed', about: unplanned[0] })
    await command(day, 'decline', { offer: offer.id })
    await day.tick()
    expect(await see(day)).toMatchObject({ offer: null, version, unplanned })
    const [outside] = (await see(day, '?people=yes')).outside
    expect(outside).toMatchObject({
      id: unplanned[0],
      planned: false,
      things: [{ item: 'chair', count: 1 }],
      person: {
        name: expect.stringContaining('Prova') as string,
        position: { lat: expect.any(Number) as number },
      },
    })
    expect((await see(day)).outside).toMatchObject([
      { id: unplanned[0], person: null, place: null },
    ])
    expect((await see(day, '?people=yes', RIDER)).outside).toEqual([])
    const taken = await command(day, 'insert', { stop: unplanned[0] })
    expect(stopsOf(taken.json).map((s) => s.id)).toContain(unplanned[0])
  })

  test('whom the bikes left is not forgotten, until somebody has seen to it', async () => {
    await using day = await openDay(3)
    const [one, other] = stopsOf(await see(day)).filter((s) => s.kind === 'pickup')
    const steps = async (name = DAY_NAME) =>
      (await day.ask('GET', `/rounds/${name}`)).json.nextSteps.map((s: any) => [
        s.reference,
        s.because,
        s.day,
      ])
    day.town.setNow(clockAt('14:00'))
    await command(day, 'end', { bike: 'bike-1' }, RIDER)
    await command(day, 'end', { bike: 'bike-2' }, RIDER)
    expect(await steps()).toContainEqual([one.reference, 'round-ended', DAY_NAME])
    expect(await steps()).toHaveLength(3)
    const toRider = (await see(day, '', RIDER)).nextSteps
    expect(toRider.map((s: any) => s.reference)).toEqual([null, null, null])
    day.town.setNow(clockAt('09:00', '2026-05-11'))
    const next = '2026-05-12'
    expect(await steps(next)).toContainEqual([one.reference, 'day-over', DAY_NAME])
    await day.ask('POST', `/bookings/${one.reference}/outcome`, {
      outcome: 'missed',
      because: 'no-time',
    })
    const { headers } = await day.ask('GET', `/bookings/${other.reference}`)
    const moved = await day.ask(
      'PATCH',
      `/bookings/${other.reference}`,
      { day: next, slotId: 'morning', letPass: true, letPassBecause: 'Lovat i telefon' },
      { ...STAFF, 'if-match': headers.get('etag')! },
    )
    expect(moved.status, JSON.stringify(moved.json)).toBe(200)
    const left = (await steps(next)).map(([reference]: any) => reference)
    expect(left).toHaveLength(1)
    expect(left).not.toContain(one.reference)
    expect(left).not.toContain(other.reference)
  })

  test('one day that can’t be read keeps no other from being seen to', async () => {
    await using day = await openDay(3, false)
    const tuesday = { day: '2026-05-05', version: 1, published: true, unserved: [], pins: [] }
    await day.town.store.days((tx) => tx.keepDayPlan(tuesday as never))
    day.town.setNow(clockAt('09:00', '2026-05-06'))
    const gone = stopsOf(await see(day)).find((s) => s.kind === 'pickup')
    const { headers } = await day.ask('GET', `/bookings/${gone.reference}`)
    await day.ask('DELETE', `/bookings/${gone.reference}`, undefined, {
      ...STAFF,
      'if-match': headers.get('etag')!,
    })
    await day.tick()
    expect(day.faults).toEqual([expect.stringContaining('2026-05-05')])
    expect(stopsOf(await see(day)).map((s) => s.id)).not.toContain(gone.id)
  })

  test('a bike that is late says so, and again only when it is much later', async () => {
    await using day = await openDay(2)
    const late = () => day.messages.filter(({ key }) => key === 'running-late').length
    await day.tick()
    expect(late()).toBe(0)
    // The morning's slot ends at noon, and neither bike has moved.
    day.town.setNow(clockAt('12:15'))
    await day.tick()
    // Without a network they may have been there long ago: only the riders know.
    expect(late()).toBe(0)
    const { rounds, nextSteps } = await see(day)
    const ridden = rounds.filter((r: any) => r.stops.length > 0)
    expect(nextSteps.map(({ step, because, bike }: any) => ({ step, because, bike }))).toEqual(
      ridden.map(({ bike }: any) => ({ step: 'call-the-rider', because: 'nothing-heard', bike })),
    )
    const setOut = async () => {
      for (const { bike, stops } of ridden) {
        const events = [event(`out-${bike}-${day.town.now()}`, 'on-the-way', day.town.now())]
        await tell(day, stops[0].id, { bike, events })
      }
      await day.tick()
    }
    await setOut()
    const told = late()
    expect(told).toBeGreaterThan(0)
    expect((await see(day)).nextSteps).toEqual([])
    day.town.setNow(clockAt('12:20'))
    await day.tick()
    expect(late()).toBe(told)
    day.town.setNow(clockAt('12:40'))
    await setOut()
    expect(late()).toBe(2 * told)
  })

  test('a phone that comes back after the day changes what was counted', async () => {
    await using day = await openDay(8)
    const [one, ...others] = stopsOf(await see(day)).filter((s) => s.kind === 'pickup')
    const at = clockAt('10:30')
    const done = (s: any, i: number) =>
      tell(day, s.id, {
        events: [event(`done-00${i}`, 'done', at + i * MINUTE, { taken: s.things, kg: 10 })],
      })
    day.town.setNow(clockAt('14:00'))
    for (const [i, s] of others.entries()) await done(s, i)
    await command(day, 'end', { bike: 'bike-1' }, RIDER)
    await command(day, 'end', { bike: 'bike-2' }, RIDER)
    await day.tick()
    const month = async () => (await day.ask('GET', '/rounds/statistics')).json.months[0]
    expect(await month()).toMatchObject({ kg: 70, stops: { done: 7 } })
    day.town.setNow(plus(clockAt('18:00'), 60 * MINUTE))
    await done(one, 20)
    expect(await month()).toMatchObject({ kg: 80, stops: { done: 8 } })
    // The public sees months that are over, and never one day of them.
    const told = async (query = '') =>
      (await day.ask('GET', `/rounds/statistics${query}`, undefined, {})).json.months
    expect(await told()).toEqual([])
    day.town.setNow(plus(clockAt('18:00'), 28 * DAY))
    expect(await told()).toMatchObject([{ month: '2026-05', kg: 80 }])
    expect(await told('?from=2026-05-31&until=2026-05-31')).toEqual(await told())
  })

  test('a stop that a rule asks for can be declined, and is withdrawn when it is clean', async () => {
    await using day = await openDay(1)
    const say = (report: 'litter' | 'cleaned') =>
      day.town.append({
        kind: 'report',
        containerId: containerId('1490-902-paper-1'),
        report,
        by: 'staff',
        reporter: 'staff',
      })
    await say('litter')
    await day.tick()
    const [asked] = (await see(day)).candidates
    expect(asked).toMatchObject({ rule: 'littered', stationId: '1490-902', state: 'asked' })
    day.town.setNow(clockAt('10:10'))
    await say('cleaned')
    await day.tick()
    expect((await see(day)).candidates).toEqual([])
    expect((await day.ask('POST', `/bike-candidates/${asked.id}/decline`)).status).toBe(404)
    day.town.setNow(clockAt('14:30'))
    await say('litter')
    await day.tick()
    const [again] = (await see(day)).candidates
    expect((await day.ask('POST', `/bike-candidates/${again.id}/decline`)).json.state).toBe(
      'declined',
    )
  })

  test('a stop at a whole station says of no container that it was emptied', async () => {
    const stop = { what: 'Töm', litres: 0, kg: 1, waste: 'bulky', serviceMs: MINUTE } as const
    await using day = await openDay(1, true, { ...stop, tells: 'emptied' })
    const container = containerId('1490-902-paper-1')
    const by = { by: 'staff', reporter: 'staff' } as const
    await day.town.append({ kind: 'report', containerId: container, report: 'litter', ...by })
    await day.tick()
    const [asked] = (await see(day)).candidates
    const { version } = await see(day)
    const accept = { version, day: DAY_NAME }
    expect((await day.ask('POST', `/bike-candidates/${asked.id}/accept`, accept)).status).toBe(200)
    const done = event('emptied-event-1', 'done', clockAt('10:20'))
    day.town.setNow(clockAt('10:20'))
    expect((await tell(day, asked.id, { events: [done] })).status).toBe(200)
    await day.tick()
    expect((await see(day)).candidates).toEqual([])
    expect(day.faults).toEqual([])
    expect(day.town.journal.status(container).emptiedAt).toBeUndefined()
  })
})

test('what a phone sends in another rider’s name is noted as both, and opens nothing', async () => {
  await using day = await openDay(1, false)
  const stop = stopsOf(await see(day)).find((s) => s.kind === 'pickup').id
  const session = await day.town.signIn('rider')
  const asks = (id: string, name: string) =>
    tell(
      day,
      stop,
      { events: [event(id, 'on-the-way', day.town.now())] },
      { ...session, 'kvitter-actor': encodeURIComponent(name) },
    )
  expect((await asks('t-000001', 'Åsa på tvåan')).status).toBe(200)
  // Sent again by who is signed in next it is known, and told once.
  expect((await asks('t-000001', 'Demo Rider')).json.events[0].status).toBe('repeat')
  expect((await asks('t-000002', 'Demo Rider')).status).toBe(200)
  expect((await asks('t-000003', 'Demo Admin')).status).toBe(200)
  const asAdmin = { ...session, 'kvitter-actor': 'Demo Admin' }
  expect((await command(day, 'replan', {}, asAdmin)).status).toBe(403)
  await tell(day, stop, { events: [event('t-000004', 'on-the-way', day.town.now())] })
  const { log } = (await day.ask('GET', `${ROUNDS}/log`)).json
  const told = log.filter(({ did }: any) => did === 'rider-on-the-way')
  expect(told.map(({ by, teller }: any) => [by, teller])).toEqual([
    ['Demo Rider', 'Åsa på tvåan'],
    ['Demo Rider', null],
    ['Demo Rider', 'Demo Admin'],
    ['Rio', null],
  ])
})

test('two who draw up a plan at once have one thought out: the second is told of the first', async () => {
  let solved = 0
  await using day = await openDayTown(undefined, (real) => ({
    solve(...asked) {
      solved += 1
      return real.solve(...asked)
    },
  }))
  day.town.setNow(clockAt('09:00', '2026-05-04'))
  await book(day)
  const draw = () => day.ask('POST', `${ROUNDS}/plan`, { version: 0, seconds: 1 })
  const statuses = (await Promise.all([draw(), draw()])).map(({ status }) => status)
  expect([statuses.toSorted((a, b) => a - b), solved]).toEqual([[200, 409], 1])
})

test('who asks what is kept of them is given what riders wrote and photographed at their door', async () => {
  await using day = await openDay(1)
  const stop = stopsOf(await see(day)).find((s) => s.kind === 'pickup')
  const found = { because: 'too-heavy', note: 'Garderoben är av ek' }
  await tell(day, stop.id, { events: [event('noted-001', 'failed', clockAt('10:00'), found)] })
  const picture = jpeg()
  const put = await day.ask('POST', `/stops/${stop.id}/photos?photo=photo-0009`, picture, {
    ...RIDER,
    'content-type': 'image/jpeg',
  })
  expect(put.status).toBe(201)
  const { json } = await day.ask('POST', '/persons/export', { phone: '070-000 20' })
  const [mine] = json.bookings
  expect(mine.riderNotes).toEqual([{ at: isoText(clockAt('10:00')), text: 'Garderoben är av ek' }])
  expect(mine.photos).toMatchObject([{ id: 'photo-0009', type: 'image/jpeg' }])
  const kept = await day.ask('GET', `/stops/${stop.id}/photos/photo-0009`, undefined, RIDER)
  expect(Buffer.from(mine.photos[0].base64, 'base64')).toEqual(kept.json)
})

test('why a bike was out is forgotten with the day’s log; that it was out stays', async () => {
  await using day = await openDay(2)
  await command(day, 'bike-out', { bike: 'bike-1', because: 'Rio är sjuk' })
  const out = async () =>
    (await day.town.store.dayPlan(DAY_NAME))!.rounds.map((round) => round.out?.because)
  await day.tick()
  expect(await out()).toEqual(['Rio är sjuk', undefined])
  const { accessLogDays } = dayTerms.bike
  day.town.setNow(plus(clockAt('10:00'), (accessLogDays + 2) * DAY))
  await day.tick()
  expect(await out()).toEqual(['', undefined])
  expect(await day.town.store.dayLines({ day: DAY_NAME, limit: 100 })).toEqual([])
})
