/** What the API's description says of roles, asked of every route of it that is for staff. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_ROUTES } from '#src/api/openapi.ts'
import { ANY_STAFF, reaches, ROLES, type Role } from '#src/store/staff.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'

const PARAMS: Readonly<Record<string, string>> = {
  id: '1490-901-paper-1',
  emptying: '1',
  key: '000000000000000a',
  reference: 'K7M4XR',
  day: '2026-05-07',
  photo: 'photo-00001',
  channel: 'x',
  account: 'provstad',
}
const STOP = { version: 0, stop: 'a-stop' }
const OFFER = { version: 0, offer: 'an-offer-of-some-length' }
const BIKE = { version: 0, bike: 'bike-1' }
const EVENT = { id: 'event-00001', kind: 'arrived', at: '2026-05-05T12:00:00Z' }
const PERSON = { phone: '070-000 00 01' }
/** Of what looks at what was sent before it looks at who sends it. */
const BODIES: Readonly<Record<string, object>> = {
  handOutLoan: { condition: 'good' },
  returnLoan: { condition: 'good' },
  settleBooking: { outcome: 'missed', because: 'not-home' },
  settleCallBack: { outcome: 'done' },
  noteCallBack: { ...PERSON, name: 'Prova Provsson' },
  tellBooker: { kind: 'on-the-way' },
  tellSlot: { kind: 'running-late', slotId: 'morning' },
  exportPerson: PERSON,
  erasePerson: PERSON,
  planBikeDay: { version: 0 },
  publishBikeDay: { version: 0 },
  replanBikeDay: { version: 0 },
  adoptBikeDayOffer: OFFER,
  declineBikeDayOffer: OFFER,
  moveBikeStop: { ...STOP, bike: 'bike-1', at: 0 },
  pinBikeStop: STOP,
  unpinBikeStop: STOP,
  insertBikeStop: STOP,
  startBikeRound: BIKE,
  endBikeRound: BIKE,
  bikeOut: { ...BIKE, because: 'A flat tyre' },
  bikeBack: BIKE,
  acceptBikeCandidate: { day: '2026-05-07', version: 0 },
  tellBikeStop: { bike: 'bike-1', events: [EVENT] },
}

let town: HttpTown
let signedIn: Readonly<Record<string, Readonly<Record<string, string>>>>
beforeAll(async () => {
  town = await openHttpTown()
  const all = ROLES.map(async (role) => [role, await town.signIn(role)] as const)
  signedIn = Object.fromEntries(await Promise.all(all))
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
})

const forStaff = API_ROUTES.filter(({ staff }) => staff === 'needed')

describe('of each route for staff', () => {
  test.each(forStaff.map((route) => [route.operationId, route] as const))(
    '%s',
    async (id, route) => {
      const url = route.path.replace(/:(\w+)/g, (_all, name: string) => PARAMS[name]!)
      const method = (route.method ?? 'get').toUpperCase() as 'GET'
      const ask = async (headers: Readonly<Record<string, string>>) => {
        const payload = method === 'GET' ? {} : { payload: BODIES[id] ?? {} }
        // From elsewhere: who sits on the machine itself may read its metrics.
        const from = { remoteAddress: '192.0.2.7', headers: { ...headers } }
        return (await town.app.inject({ method, url, ...from, ...payload })).statusCode
      }
      expect(await ask({})).toBe(401)
      // What has begun to stream doesn't end by itself.
      const isStream = route.answer.type === 'text/event-stream'
      const mayAsk = (role: Role) => reaches(role, route.roles ?? ANY_STAFF)
      const refused: Role[] = []
      const asked = ROLES.filter((role) => !isStream || !mayAsk(role))
      for (const role of asked) {
        if ((await ask(signedIn[role]!)) === 403) refused.push(role)
      }
      expect(refused).toEqual(ROLES.filter((role) => !mayAsk(role)))
    },
  )
})
