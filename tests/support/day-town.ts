/** A town with two return bikes behind real HTTP on loopback, with messages that a test reads. */
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { API_ROUTES } from '#src/api/openapi.ts'
import type { Terms } from '#src/pickups/booking/booking.ts'
import type { SolverProvider } from '#src/pickups/planning/providers.ts'
import type { PagesOptions } from '#src/pages/site.ts'
import { openDayPlanner } from '#src/routing/day-planner.ts'
import type { BikeStop } from '#src/rules/rule-book.ts'
import { instant, type EpochMs } from '#src/stations/time.ts'
import { type BookingDesk, openBookingDesk } from '#src/store/booking-desk.ts'
import type { BookingMessage } from '#src/store/booking-messages.ts'
import { openBookingUpkeep } from '#src/store/booking-upkeep.ts'
import { type DayDesk, openDayDesk } from '#src/store/day-desk.ts'
import { type DayUpkeep, openDayUpkeep } from '#src/store/day-upkeep.ts'
import { openLoanDesk } from '#src/store/loan-desk.ts'
import { openSealer } from '#src/store/sealer.ts'
import { smallBike, terms as smallTerms } from '../pickups/booking/cast.ts'
import { bookOf } from '../rules/scenario.ts'
import { type HttpTown, openHttpTown, PUBLIC_URL } from './http-town.ts'
import { STAFF_TOKEN } from './living-town.ts'
import { areaId, ekudden, hamnen } from './town.ts'

export const DAY_NAME = '2026-05-07'
export const clockAt = (time: string, day = DAY_NAME): EpochMs =>
  instant(Date.parse(`${day}T${time}:00+02:00`))

export const STAFF = { authorization: `Bearer ${STAFF_TOKEN}`, 'kvitter-actor': 'Lo' }
const RIDER_TOKEN = 'a-token-for-riders'
export const RIDER = { authorization: `Bearer ${RIDER_TOKEN}`, 'kvitter-actor': 'Rio' }

const named = (name: string) => ({ sv: name, en: name, fi: name })
const home = { lat: 57.722, lon: 12.932 }
const bike = { ...smallBike.bikes[0]!, litres: 1500, kg: 200, home }

export const addresses = Array.from({ length: 60 }, (_, i) => ({
  address: `Provgatan ${i + 1}`,
  place: { lat: 57.716 + (i % 8) * 0.0012, lon: 12.922 + Math.floor(i / 8) * 0.0025 },
  homes: 1,
}))

/** Two bikes, forty places in two slots, a centre that takes most; Ekudden and, farther off, Hamnen take paper. */
export const dayTerms: Terms = {
  ...smallTerms,
  bike: {
    ...smallBike,
    slots: smallBike.slots.map((slot) => ({ ...slot, bookings: 30, litres: 20_000, kg: 3000 })),
    items: [
      ...smallBike.items,
      {
        id: 'cardboard',
        name: named('Wellpapp'),
        litres: 150,
        kg: 10,
        longestCm: 120,
        waste: 'paper',
        reusable: false,
      },
    ],
    bikes: [
      { ...bike, id: 'bike-1' },
      { ...bike, id: 'bike-2' },
    ],
    dropOffs: [
      {
        id: 'centre',
        name: 'Centralen',
        place: { lat: 57.718, lon: 12.935 },
        takes: ['bulky', 'electronics'],
        reuse: true,
      },
      {
        id: 'ekudden',
        name: 'Ekudden',
        place: ekudden.place,
        takes: ['paper'],
        reuse: false,
        stationId: ekudden.id,
      },
      {
        id: 'hamnen',
        name: 'Hamnen',
        place: hamnen.place,
        takes: ['paper'],
        reuse: false,
        stationId: hamnen.id,
      },
    ],
    districts: [
      {
        areaId: areaId('norrby'),
        outline: [
          { lon: 12.9, lat: 57.7 },
          { lon: 12.95, lat: 57.7 },
          { lon: 12.95, lat: 57.75 },
          { lon: 12.9, lat: 57.75 },
        ],
      },
    ],
    addresses,
  },
}

const RULES = `
version: 1
rules:
  - id: littered
    per: station
    when: s.litter_staff_4h >= 1
    clear: s.cleaned_since_last_litter
    post: littered
    bike_stop: { what: Plocka skräp, litres: 60, kg: 8, minutes: 10 }
`

export interface DayTown extends AsyncDisposable {
  readonly town: HttpTown
  readonly url: string
  readonly bookings: BookingDesk
  readonly upkeep: DayUpkeep
  readonly messages: readonly BookingMessage[]
  readonly faults: readonly string[]
  /** Lets both timers at the rim go off. */
  tick(): Promise<void>
  /** Over the wire; the answer must be of the shape that the API's description gives it. */
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly json: any }>
}

/** `bikeStop` stands for a rule file that was changed while stops by the old one were waiting. */
export async function openDayTown(
  bikeStop?: BikeStop,
  solver?: (real: SolverProvider) => SolverProvider,
  demo?: PagesOptions['demo'],
): Promise<DayTown> {
  const faults: string[] = []
  const queued = new Map<string, BookingMessage>()
  const book = bookOf(RULES)
  const sealer = openSealer(Buffer.alloc(32, 7).toString('base64'))
  let bookings!: BookingDesk
  let days!: DayDesk
  let noteSeen!: (ids: readonly string[], by: string) => Promise<void>
  let upkeep!: DayUpkeep
  let bookingUpkeep!: ReturnType<typeof openBookingUpkeep>
  let planner!: ReturnType<typeof openDayPlanner>
  const town = await openHttpTown({
    rules: RULES,
    http: ({ store, clock, journal, metrics }) => {
      const shared = { store, sealer, clock, terms: () => dayTerms, publicUrl: PUBLIC_URL }
      const onFault = (what: string, error: unknown) => faults.push(`${what}: ${String(error)}`)
      bookings = openBookingDesk({ ...shared, onDayLines: (lines) => days.spread(lines) })
      bookingUpkeep = openBookingUpkeep({
        ...shared,
        contact: () => '033-35 70 00',
        metrics,
        onFault,
        messages: {
          async queue(message) {
            if (queued.has(message.id)) return 'known'
            queued.set(message.id, message)
            return 'queued'
          },
          async cancel() {},
          async erase() {},
        },
      })
      const log = { info: () => {}, error: () => {} }
      planner = openDayPlanner({ clock, metrics, log, most: 1 })
      const looking = {
        ...shared,
        journal,
        matrices: planner.matrices,
      }
      days = openDayDesk({
        ...looking,
        solver: solver?.(planner.solver) ?? planner.solver,
        insert: (problem, from) => planner.insert(problem, from),
        afterEvents: (day) => upkeep.follow(day),
      })
      upkeep = openDayUpkeep({
        ...looking,
        desk: days,
        bookings,
        bikeStopOf: (id) => bikeStop ?? book.rules.find((rule) => rule.id === id)?.bikeStop,
        onFault,
      })
      noteSeen = (ids, by) =>
        store.noteAccess(
          ids.map((errandId) => ({ at: clock(), by, what: 'planned' as const, errandId })),
        )
      return {
        staffToken: STAFF_TOKEN,
        riderToken: RIDER_TOKEN,
        errands: { bookings, loans: openLoanDesk(shared) },
        days: {
          days,
          unseal: (sealed) => sealer.unseal(sealed) ?? '',
          noteSeen,
        },
      }
    },
    pages: () => ({
      bookings: { desk: bookings, sealer },
      days: { desk: days, noteSeen },
      ...(demo && { demo }),
    }),
  })
  await town.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = town.app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    town,
    url,
    bookings,
    upkeep,
    faults,
    get messages() {
      return [...queued.values()]
    },
    async tick() {
      await bookingUpkeep.tick()
      await upkeep.tick()
      await bookingUpkeep.tick()
    },
    async ask(method, path, body, headers = STAFF) {
      const isBytes = body instanceof Uint8Array
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { ...(body !== undefined && !isBytes && JSON_TYPE), ...headers },
        ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
      })
      const isJson = answer.headers.get('content-type')?.includes('json')
      const json = isJson ? await answer.json() : Buffer.from(await answer.arrayBuffer())
      if (answer.ok) expectDescribed(method, `/api/v1${path}`, json)
      return { status: answer.status, headers: answer.headers, json }
    },
    async [Symbol.asyncDispose]() {
      await town[Symbol.asyncDispose]()
      await planner[Symbol.asyncDispose]()
    },
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function expectDescribed(method: string, url: string, json: unknown): void {
  const path = url.split('?')[0]!
  const route = API_ROUTES.findLast(
    (r) =>
      (r.method ?? 'get') === method.toLowerCase() &&
      new RegExp(`^${r.path.replace(/:\w+/g, '[^/]+')}$`).test(path),
  )!
  if (route.answer.schema) {
    expect(route.answer.schema.safeParse(json).error?.issues, url).toBeUndefined()
  }
}
