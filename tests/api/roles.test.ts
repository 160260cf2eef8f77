import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROLES } from '#src/store/staff.ts'
import { drawToken } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from '#tests/support/http-town.ts'

const STAFF = 'the-staff-token-of-all'
const RIDER = 'the-rider-token-of-all'
const DAY_LOG = '/api/v1/rounds/2026-05-07/log'

let town: HttpTown

beforeEach(async () => {
  town = await openHttpTown({ http: { staffToken: STAFF, riderToken: RIDER } })
})
afterEach(async () => {
  await town[Symbol.asyncDispose]()
})

const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  town.app.inject({ url, headers: { ...headers } })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function tokenFor(role: (typeof ROLES)[number]): Promise<string> {
  const token = drawToken()
  await town.store.addApiToken({ name: `the ${role}s’`, role, hash: hashToken(token) }, town.now())
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
    expect((await town.store.apiTokens())[0]).toMatchObject({ lastUsedAt: town.now() })
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
