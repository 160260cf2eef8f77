import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROLES } from '#src/store/staff.ts'
import { drawToken } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from '#tests/support/http-town.ts'

const STAFF = 'the-staff-token-of-all'
const RIDER = 'the-rider-token-of-all'
/** What the routes that look at it first want to see. */
const PERSON = { phone: '070-000 00 01' }
const DAY_LOG = '/api/v1/rounds/2026-05-07/log'

let town: HttpTown

beforeAll(async () => {
  town = await openHttpTown({ http: { staffToken: STAFF, riderToken: RIDER } })
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
})

const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  town.app.inject({ url, headers: { ...headers } })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function tokenFor(role: (typeof ROLES)[number]): Promise<string> {
  const token = drawToken()
  const name = `the ${role}s’`
  await town.store.revokeApiToken(name, town.now())
  await town.store.addApiToken({ name, role, hash: hashToken(token) }, town.now())
  return token
}

describe('what each role may', () => {
  test.each([
    ['/api/v1/alarms', { dispatcher: 200, editor: 200, admin: 200, rider: 403 }],
    [DAY_LOG, { dispatcher: 200, editor: 403, admin: 200, rider: 403 }],
    ['/api/v1/rounds/2026-05-07', { dispatcher: 404, editor: 403, admin: 404, rider: 404 }],
  ])('%s', async (url, expected) => {
    const statuses: Record<string, number> = {}
    for (const role of ROLES) {
      const byCookie = await get(url, await town.signIn(role))
      const byToken = await get(url, bearer(await tokenFor(role)))
      expect(byToken.statusCode).toBe(byCookie.statusCode)
      statuses[role] = byCookie.statusCode
    }
    expect(statuses).toEqual(expected)
  })

  test.each([
    ['POST', '/api/v1/silences', 'editor'],
    ['POST', '/api/v1/posts/000000000000000a/correction', 'editor'],
    ['POST', '/api/v1/deliveries/1/send-again', 'editor'],
    ['PUT', '/api/v1/containers/1490-901-paper-1/plan', 'dispatcher'],
    ['POST', '/api/v1/devices', 'admin'],
    ['POST', '/api/v1/quarantine/replay', 'admin'],
    ['POST', '/api/v1/persons/export', 'admin'],
    ['POST', '/api/v1/subscribers/export', 'admin'],
  ] as const)('%s %s is for the %s', async (method, url, mine) => {
    const mayAsk: string[] = []
    for (const role of ROLES) {
      const headers = { ...(await town.signIn(role)) }
      const { statusCode } = await town.app.inject({ method, url, headers, payload: PERSON })
      if (statusCode !== 403) mayAsk.push(role)
    }
    expect(mayAsk).toEqual([...new Set([mine, 'admin'])])
  })

  test('who is signed in signs by their own name, whatever they send', async () => {
    const headers = { ...(await town.signIn('editor')) }
    const url = '/api/v1/silences'
    const wanted = { stationId: '1490-901', duration: '1h', why: 'Asfaltering' }
    const begin = (payload: object) => town.app.inject({ method: 'POST', url, headers, payload })
    expect((await begin({ ...wanted, actor: 'Somebody Else' })).statusCode).toBe(200)
    expect((await begin(wanted)).statusCode).toBe(200)
    const { silences } = (await get(url, headers)).json()
    expect(silences.map((one: { actor: string }) => one.actor)).toEqual([
      'Demo Editor',
      'Demo Editor',
    ])
    const byToken = { ...bearer(await tokenFor('editor')) }
    const unsigned = { method: 'POST', url, headers: byToken, payload: wanted } as const
    expect((await town.app.inject(unsigned)).statusCode).toBe(400)
  })

  test('another role is told which it takes, nobody that a token or a session is needed', async () => {
    const other = await get(DAY_LOG, await town.signIn('editor'))
    expect(other.json()).toEqual({
      type: '/api/docs#forbidden',
      title: 'Another role may do this',
      status: 403,
      detail: 'This needs the role dispatcher or admin; yours is editor.',
    })
    const nobody = await get(DAY_LOG)
    expect(nobody.statusCode).toBe(401)
    expect(nobody.headers['www-authenticate']).toBe('Bearer realm="kvitter"')
  })

  test('the tokens of the environment are an administrator and a rider', async () => {
    expect((await get(DAY_LOG, bearer(STAFF))).statusCode).toBe(200)
    expect((await get('/api/v1/alarms', bearer(RIDER))).statusCode).toBe(403)
    expect((await get('/api/v1/rounds/2026-05-07', bearer(RIDER))).statusCode).toBe(404)
  })

  test('a token that was taken back is nobody’s', async () => {
    const token = await tokenFor('admin')
    expect((await get(DAY_LOG, bearer(token))).statusCode).toBe(200)
    const [newest] = (await town.store.apiTokens()).filter(({ role }) => role === 'admin')
    expect(newest).toMatchObject({ lastUsedAt: town.now() })
    await town.store.revokeApiToken('the admins’', town.now())
    expect((await get(DAY_LOG, bearer(token))).statusCode).toBe(401)
  })

  test('who sends a token means the token, whatever cookie goes along', async () => {
    const signedIn = await town.signIn('admin')
    expect((await get(DAY_LOG, { ...signedIn, ...bearer('not-a-token-of-ours') })).statusCode).toBe(
      401,
    )
  })
})

describe('what another site makes a signed-in browser send', () => {
  const ENDING = {
    method: 'DELETE',
    url: '/api/v1/silences/1',
    payload: { actor: 'Anna' },
  } as const

  test.each([
    ['from a page elsewhere', { 'sec-fetch-site': 'cross-site' }],
    ['from a neighbour of the same domain', { 'sec-fetch-site': 'same-site' }],
    ['by an old browser, from elsewhere', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['by something that says nothing of it', {}],
  ])('%s counts as nobody’s', async (_what, headers) => {
    const { cookie } = await town.signIn('admin')
    const asked = { ...ENDING, headers: { cookie: cookie!, ...headers } }
    expect((await town.app.inject(asked)).statusCode).toBe(401)
  })

  test.each([
    ['a browser of today', { 'sec-fetch-site': 'same-origin' }],
    ['an old one', { origin: PUBLIC_URL }],
  ])('from our own pages, by %s, it counts', async (_what, headers) => {
    const { cookie } = await town.signIn('admin')
    const asked = { ...ENDING, headers: { cookie: cookie!, ...headers } }
    expect((await town.app.inject(asked)).statusCode).toBe(404)
  })
})
