/**
 * A day of the return bike as a story over real HTTP: forty bookings by web and phone, two bikes, a full
 * station at noon, a no-show, a rider without a network, a bike that breaks down, a re-plan, erasure.
 */
import { expect, test } from 'vitest'
import { DAY, HOUR, isoText, MINUTE, plus } from '#src/stations/time.ts'
import { containerId } from '#tests/support/town.ts'
import { jpeg, SECRET_PLACE } from '../pickups/day/photos.ts'
import {
  addresses,
  clockAt,
  DAY_NAME,
  type DayTown,
  openDayTown,
  RIDER,
  STAFF,
} from '../support/day-town.ts'

const ROUNDS = `/rounds/${DAY_NAME}`
const ITEMS = ['chair', 'cardboard', 'television', 'mattress'] as const
/** What the bike writes in; whoever speaks something else gets an interpreter at the door. */
const LANGUAGES = ['sv', 'en', 'fi', 'ar', 'so', 'other'] as const

interface Booked {
  readonly reference: string
  readonly secret: string
  readonly phone: string
}

async function bookForty(day: DayTown): Promise<readonly Booked[]> {
  const booked: Booked[] = []
  for (let i = 0; i < 40; i++) {
    const language = LANGUAGES[i % LANGUAGES.length]!
    const phone = `070-000 ${String(1000 + i)}`
    const form = {
      person: {
        name: `Prova ${i + 1}`,
        phone,
        address: addresses[i]!.address,
        note: `portkod ${i}`,
      },
      things: [{ item: ITEMS[i % ITEMS.length], count: 1 }],
      day: DAY_NAME,
      slotId: i % 2 === 0 ? 'morning' : 'afternoon',
      language: language === 'other' ? 'sv' : language,
      interpreter: language === 'other',
    }
    const isByPhone = i % 3 === 0
    const { status, json } = await day.ask(
      'POST',
      '/bookings',
      form,
      isByPhone ? STAFF : { 'x-forwarded-for': `198.51.100.${i}` },
    )
    expect(status, JSON.stringify(json)).toBe(201)
    booked.push({ reference: json.booking.reference, secret: json.secret, phone })
  }
  return booked
}

const see = async (day: DayTown, headers = STAFF, query = '') =>
  (await day.ask('GET', `${ROUNDS}${query}`, undefined, headers)).json

const roundIn = (json: any, bike: string): any => json.rounds.find((r: any) => r.bike === bike)
const idsOf = (round: any): string[] => round.stops.map((s: any) => s.id)
const pickupsToCome = (round: any): any[] =>
  round.stops.slice(round.frozen).filter((s: any) => s.kind === 'pickup')

const isGood = (item: string) => item === 'chair' || item === 'television'

let told = 0
const event = (kind: string, at: number, more: object = {}) => ({
  id: `event-${String(++told).padStart(6, '0')}`,
  kind,
  at: isoText(at as never),
  ...more,
})

async function tell(day: DayTown, bike: string, stop: string, ...events: readonly object[]) {
  return day.ask('POST', `/stops/${stop}/events`, { bike, events }, RIDER)
}

/** Rides the next stop of a round to its end, at its reckoned time. */
async function rideNext(day: DayTown, bike: string, more: object = {}): Promise<string> {
  const [stop] = roundIn(await see(day), bike).stops.filter((s: any) =>
    ['scheduled', 'on-the-way', 'arrived'].includes(s.state),
  )
  const at = Math.max(day.town.now(), Date.parse(stop.startsAt))
  day.town.setNow(plus(at as never, 4 * MINUTE))
  const outcome =
    stop.kind === 'drop-off'
      ? { weighings: [{ waste: 'bulky', kg: 30, count: 2 }] }
      : { taken: stop.things.map((t: any) => ({ ...t, reused: isGood(t.item) })) }
  const { status } = await tell(
    day,
    bike,
    stop.id,
    event('arrived', at),
    event('done', at + 3 * MINUTE, { ...outcome, ...more }),
  )
  expect(status).toBe(200)
  return stop.id
}

/** The board's stream of what is done, read as it comes. */
async function listen(day: DayTown, lastId?: number) {
  const quit = new AbortController()
  const answer = await fetch(`${day.url}/api/v1${ROUNDS}/events`, {
    headers: { ...STAFF, ...(lastId !== undefined && { 'last-event-id': String(lastId) }) },
    signal: quit.signal,
  })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    quit: () => quit.abort(),
    /** All lines until one of that kind has come. */
    async until(did: string): Promise<readonly { readonly no: number; readonly did: string }[]> {
      for (;;) {
        const lines = [...text.matchAll(/^event: change\nid: .*\ndata: (.*)$/gm)].map(([, data]) =>
          JSON.parse(data!),
        )
        if (lines.some((line) => line.did === did)) return lines
        const { value, done } = await reader.read()
        if (done) throw new Error(`the stream ended before ${did}`)
        text += value
      }
    },
  }
}

test('a day of the return bike', { timeout: 120_000 }, async () => {
  await using day = await openDayTown()
  const { town } = day
  // The rules begin to be followed from here.
  town.setNow(clockAt('09:00', '2026-05-04'))
  const booked = await bookForty(day)
  await day.tick()
  expect(day.messages.filter(({ key }) => key === 'confirmed')).toHaveLength(40)
  expect(new Set(day.messages.map(({ language }) => language)).size).toBe(5)

  // Thursday morning: a plan, which riders don't see before it is published.
  town.setNow(clockAt('08:30'))
  for (const station of ['901', '902']) {
    await town.measure(containerId(`1490-${station}-paper-1`), 20)
  }
  const board = await listen(day)
  const plan = await day.ask('POST', `${ROUNDS}/plan`, { version: 0, seconds: 1 })
  expect(plan.status).toBe(200)
  expect(plan.json).toMatchObject({ version: 1, published: false, unplanned: [] })
  const served = plan.json.rounds
    .flatMap((r: any) => r.stops)
    .filter((s: any) => s.kind === 'pickup')
  expect(served.length + plan.json.unserved.length).toBe(40)
  expect(served.length).toBeGreaterThan(25)
  expect(plan.json.complaints).toEqual([])
  expect((await see(day, RIDER)).rounds).toEqual([])
  expect((await day.ask('POST', `${ROUNDS}/publish`, { version: 1 }, RIDER)).status).toBe(403)
  expect((await day.ask('POST', `${ROUNDS}/publish`, { version: 1 })).json.version).toBe(2)

  // A move by hand is a pin; who has an older plan in mind is told what was done.
  const before = await see(day)
  const moved = pickupsToCome(roundIn(before, 'bike-1')).at(-1)
  const target = roundIn(before, 'bike-2').stops.findIndex(
    (s: any) => s.kind === 'pickup' && s.startsAt > moved.startsAt,
  )
  const move = { stop: moved.id, bike: 'bike-2', at: Math.max(0, target) }
  const after = await day.ask('POST', `${ROUNDS}/move`, { version: 2, ...move })
  expect(after.status, JSON.stringify(after.json)).toBe(200)
  expect(roundIn(after.json, 'bike-2').stops.find((s: any) => s.id === moved.id).pinned).toBe(true)
  const stale = await day.ask('POST', `${ROUNDS}/move`, { version: 2, ...move, bike: 'bike-1' })
  expect(stale.status).toBe(409)
  expect(stale.json).toMatchObject({
    version: 3,
    since: [{ did: 'moved', stop: moved.id, by: 'Lo' }],
  })

  // Both set out. Each stop's booker is told when the bike is on its way.
  town.setNow(clockAt('10:00'))
  await day.ask('POST', `${ROUNDS}/start`, { version: 3, bike: 'bike-1' }, RIDER)
  const started = await day.ask('POST', `${ROUNDS}/start`, { version: 4, bike: 'bike-2' }, RIDER)
  expect(started.json.version).toBe(5)
  const first = roundIn(started.json, 'bike-1').stops[0]
  const list = await see(day, RIDER, '?people=yes&bike=bike-1')
  expect(list.rounds).toHaveLength(1)
  expect(list.rounds[0].stops[0].person).toMatchObject({ note: expect.stringContaining('portkod') })
  await tell(day, 'bike-1', first.id, event('on-the-way', town.now()))
  await day.tick()
  expect(day.messages.filter(({ key }) => key === 'on-the-way')).toHaveLength(1)

  // Done, with a photo that has lost where it was taken.
  await rideNext(day, 'bike-1')
  const photo = { photo: 'photo-0001' }
  const sent = await day.ask('POST', `/stops/${first.id}/photos?photo=${photo.photo}`, jpeg(), {
    ...RIDER,
    'content-type': 'image/jpeg',
  })
  expect(sent.status).toBe(201)
  const seen = await day.ask('GET', `/stops/${first.id}/photos/${photo.photo}`)
  expect(seen.json.toString('latin1')).toContain('JFIF')
  expect(seen.json.toString('latin1')).not.toContain('GPS')
  expect(jpeg().toString('latin1')).toContain(SECRET_PLACE)

  // Nobody is home: the booker is told, the booking is over, and the board knows what to do next.
  const noShow = roundIn(await see(day), 'bike-1').stops.find(
    (s: any) => s.state === 'scheduled' && s.kind === 'pickup',
  )
  town.setNow(plus(town.now(), 10 * MINUTE))
  await tell(
    day,
    'bike-1',
    noShow.id,
    event('failed', town.now(), { because: 'not-home', note: 'Ringde två gånger' }),
  )
  await day.tick()
  expect(day.messages.filter(({ key }) => key === 'not-home')).toHaveLength(1)
  const asked = await see(day, STAFF, '?people=yes')
  expect(asked.nextSteps).toContainEqual(
    expect.objectContaining({ stop: noShow.id, step: 'offer-another-slot', because: 'not-home' }),
  )
  const { state, missedBecause } = (await day.ask('GET', `/bookings/${noShow.reference}`)).json
  expect({ state, missedBecause }).toEqual({ state: 'missed', missedBecause: 'not-home' })
  expect(roundIn(asked, 'bike-1').stops.find((s: any) => s.id === noShow.id).note).toBe(
    'Ringde två gånger',
  )

  // Bike 2 loses its network after ten. Its rider goes on; the dispatcher, who can't know, moves a stop.
  const offline = pickupsToCome(roundIn(await see(day), 'bike-2')).slice(0, 3)
  const [, , third] = offline
  const { version } = await see(day)
  const to = roundIn(await see(day), 'bike-1').stops.length
  const taken = await day.ask('POST', `${ROUNDS}/move`, {
    version,
    stop: third.id,
    bike: 'bike-1',
    at: to,
  })
  expect(taken.status, JSON.stringify(taken.json)).toBe(200)
  const at = clockAt('10:20')
  const queue = offline.map((s: any, i: number) => ({
    stop: s.id,
    events: [
      event('arrived', at + i * 12 * MINUTE),
      event('done', at + i * 12 * MINUTE + 4 * MINUTE, {
        taken: s.things.map((t: any) => ({ ...t, reused: isGood(t.item) })),
      }),
    ],
  }))
  town.setNow(clockAt('11:30'))
  for (const { stop, events } of [...queue.toReversed(), ...queue]) {
    await tell(day, 'bike-2', stop, ...events.toReversed())
  }
  const repeat = await tell(day, 'bike-2', third.id, ...queue[2]!.events)
  expect(repeat.json.events.map((e: any) => e.status)).toEqual(['repeat', 'repeat'])
  const back = await see(day)
  const facts = roundIn(back, 'bike-2').stops.filter((s: any) => s.state === 'done')
  expect(facts.map((s: any) => s.id)).toEqual(offline.map((s: any) => s.id))
  expect(idsOf(roundIn(back, 'bike-1'))).not.toContain(third.id)

  // Noon: Ekudden is full. Nothing moves by itself; a re-plan is offered, and taken.
  town.setNow(clockAt('12:00'))
  await town.append({
    kind: 'report',
    containerId: containerId('1490-901-paper-1'),
    report: 'full',
    by: 'staff',
    reporter: 'staff',
  })
  const goesThere = (json: any) =>
    json.rounds
      .flatMap((r: any) => r.stops.filter((s: any) => s.state === 'scheduled'))
      .filter((s: any) => s.dropOff === 'ekudden')
  const noon = await see(day)
  await day.tick()
  const offered = await see(day)
  expect(offered.rounds.map(idsOf)).toEqual(noon.rounds.map(idsOf))
  expect(offered.room).toContainEqual({ dropOff: 'ekudden', waste: 'paper', litres: 0 })
  expect(goesThere(noon)).not.toEqual([])
  expect(offered.offer).toMatchObject({ because: 'drop-off-full', about: 'ekudden' })
  const adopted = await day.ask('POST', `${ROUNDS}/adopt`, {
    version: offered.version,
    offer: offered.offer.id,
  })
  expect(adopted.status, JSON.stringify(adopted.json)).toBe(200)
  expect(goesThere(adopted.json)).toEqual([])

  // Somebody of the staff sees litter; the rule asks for a stop, which is taken in.
  await town.append({
    kind: 'report',
    containerId: containerId('1490-901-paper-1'),
    report: 'litter',
    by: 'staff',
    reporter: 'staff',
  })
  await day.tick()
  const [candidate] = (await see(day)).candidates
  expect(candidate).toMatchObject({ rule: 'littered', stationId: '1490-901', what: 'Plocka skräp' })
  const accepted = await day.ask('POST', `/bike-candidates/${candidate.id}/accept`, {
    day: DAY_NAME,
    version: (await see(day)).version,
  })
  expect(accepted.json).toMatchObject({ state: 'accepted', day: DAY_NAME })
  const withIt = await see(day)
  const soon = { stop: candidate.id, bike: 'bike-1', at: roundIn(withIt, 'bike-1').frozen }
  await day.ask('POST', `${ROUNDS}/move`, { version: withIt.version, ...soon })

  // An urgent errand at once, and bike 2 breaks down: its stops go over or say why not.
  const urgent = { what: 'Säckar i trapphuset', place: addresses[45]!.place, minutes: 5 }
  const inserted = await day.ask('POST', `${ROUNDS}/insert`, {
    version: (await see(day)).version,
    urgent,
  })
  expect(inserted.status, JSON.stringify(inserted.json)).toBe(200)
  const left = pickupsToCome(roundIn(inserted.json, 'bike-2')).map((s: any) => s.id)
  const out = await day.ask('POST', `${ROUNDS}/bike-out`, {
    version: inserted.json.version,
    bike: 'bike-2',
    because: 'Punktering',
  })
  expect(out.status, JSON.stringify(out.json)).toBe(200)
  expect(pickupsToCome(roundIn(out.json, 'bike-2'))).toEqual([])
  const placed = new Set([
    ...idsOf(roundIn(out.json, 'bike-1')),
    ...out.json.unserved.map((u: any) => u.stop),
  ])
  expect(left.filter((id) => !placed.has(id))).toEqual([])

  // The rest of the day, to the end.
  for (let i = 0; i < 60; i++) {
    const rest = roundIn(await see(day), 'bike-1').stops.some((s: any) => s.state === 'scheduled')
    if (!rest) break
    await rideNext(day, 'bike-1')
  }
  const ended = await see(day)
  expect(roundIn(ended, 'bike-1').stops.every((s: any) => s.state !== 'scheduled')).toBe(true)
  await day.ask('POST', `${ROUNDS}/end`, { version: ended.version, bike: 'bike-1' }, RIDER)
  await day.tick()
  expect(idsOf(roundIn(ended, 'bike-1'))).toContain(candidate.id)
  const station = await day.ask('GET', `/decisions?station=1490-901`, undefined, {})
  expect(JSON.stringify(station.json)).toContain('cleaned')

  // The board was told of everything in order, and is told what it missed.
  const lines = await board.until('ended')
  expect(lines.map(({ no }) => no)).toEqual(lines.map(({ no }) => no).toSorted((a, b) => a - b))
  board.quit()
  const again = await listen(day, lines.at(-2)!.no)
  expect((await again.until('ended'))[0]!.no).toBe(lines.at(-1)!.no)
  again.quit()
  const log = (await day.ask('GET', `${ROUNDS}/log`)).json.log
  expect(log.map((l: any) => l.did)).toEqual(
    expect.arrayContaining([
      'planned',
      'published',
      'moved',
      'rider-done',
      'bike-out',
      'inserted',
      'ended',
    ]),
  )
  expect(JSON.stringify(log)).not.toMatch(/Prova|070-000|Provgatan/)

  // What it came to, without persons; erasing changes no figure.
  const figures = async () => (await day.ask('GET', '/rounds/statistics')).json.months[0]
  town.setNow(plus(clockAt('18:00'), HOUR))
  await day.tick()
  const counted = await figures()
  expect(counted.kg).toBeGreaterThan(50)
  expect(counted.reuseShare).toBeGreaterThan(0)
  expect(counted.reuseShare).toBeLessThan(1)
  expect(counted.bikeKm).toBeGreaterThan(3)
  expect(counted.carKm).toBeGreaterThan(counted.bikeKm)
  expect(counted.stops.done).toBeGreaterThan(10)
  expect(counted.left.bulky).toBeGreaterThan(0)

  // One wants to be forgotten at once, with the photo; the others are when their time is up.
  const one = booked.find(({ reference }) => reference === first.reference)!
  expect((await day.ask('POST', '/persons/erasure', { phone: one.phone })).status).toBe(200)
  expect((await day.ask('GET', `/stops/${first.id}/photos/${photo.photo}`)).status).toBe(404)
  expect(await town.store.riderNotes(DAY_NAME)).not.toEqual(new Map())
  town.setNow(plus(town.now(), 32 * DAY))
  await day.tick()
  expect(await town.store.keptBookings({ day: DAY_NAME })).toEqual([])
  expect(await town.store.riderNotes(DAY_NAME)).toEqual(new Map())
  expect(await figures()).toEqual(counted)
  expect(day.faults).toEqual([])
})
