import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { hashPassword } from '#src/store/password.ts'
import type { Role } from '#src/store/staff.ts'
import { openStaffDesk } from '#src/store/staff-desk.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from '#tests/support/http-town.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const OWN = { ...FORM, 'sec-fetch-site': 'same-origin' }
const PASSWORD = 'ekorren bor i eken'

let town: HttpTown

beforeEach(async () => {
  town = await openHttpTown()
})
afterEach(async () => {
  await town[Symbol.asyncDispose]()
})

async function addUser(login: string, role: Role): Promise<void> {
  const passwordHash = await hashPassword(PASSWORD)
  await town.store.addUser({ login, name: 'Anna Ek', role, passwordHash }, town.now())
}

function send(url: string, fields: Record<string, string>, headers: Record<string, string> = OWN) {
  const payload = new URLSearchParams(fields).toString()
  return town.app.inject({ method: 'POST', url, headers, payload })
}

const signIn = (more: Record<string, string> = {}, headers?: Record<string, string>) =>
  send('/logga-in', { login: 'anna', password: PASSWORD, ...more }, headers)

const cookieOf = (answer: Awaited<ReturnType<typeof send>>) =>
  String(answer.headers['set-cookie']).split(';', 1)[0]!

describe('signing in', () => {
  test('gives a cookie that scripts can’t read, that no other host can set, and that TLS alone carries', async () => {
    await addUser('anna', 'admin')
    const answer = await signIn()
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toBe('/start')
    expect(answer.headers['set-cookie']).toMatch(
      /^__Host-kvitter=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure$/,
    )
    const cookie = cookieOf(answer)
    const start = await town.app.inject({ url: '/start', headers: { cookie } })
    expect(start.statusCode).toBe(200)
    expect(start.body).toContain('Hej, Anna Ek!')
    expect(start.headers['cache-control']).toBe('no-store')
  })

  test('capitals in the login don’t count, those in the password do', async () => {
    await addUser('anna', 'editor')
    expect((await signIn({ login: ' Anna ' })).statusCode).toBe(303)
    expect((await signIn({ password: PASSWORD.toUpperCase() })).statusCode).toBe(400)
  })

  test.each([
    ['a wrong password', { password: 'ekorren bor i tallen' }],
    ['a login that nobody has', { login: 'bertil' }],
    ['a login that nobody can have', { login: 'x<y' }],
    ['an account that was shut', { login: 'shut' }],
    ['an account without a password', { login: 'open', password: '' }],
  ])('%s is told in the same words', async (_what, more) => {
    await addUser('anna', 'admin')
    await addUser('shut', 'admin')
    await town.store.changeUser('shut', { disabledAt: town.now() })
    await town.store.addUser({ login: 'open', name: 'Open', role: 'admin' }, town.now())
    const answer = await signIn(more)
    expect(answer.statusCode).toBe(400)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(answer.body).toContain('Användarnamnet och lösenordet passar inte ihop.')
  })

  test('leads back to where one wanted to go, and never to another site', async () => {
    await addUser('anna', 'admin')
    const wanted = await town.app.inject('/start?x=1')
    expect(wanted.statusCode).toBe(303)
    expect(wanted.headers.location).toBe('/logga-in?till=%2Fstart%3Fx%3D1')
    const page = await town.app.inject(String(wanted.headers.location))
    expect(page.body).toContain('name="till" value="/start?x=1"')
    expect((await signIn({ till: '/start?x=1' })).headers.location).toBe('/start?x=1')
    for (const till of ['//evil.example/', '/\\evil.example', 'https://evil.example/', '/a\r\nb']) {
      expect((await signIn({ till })).headers.location).toBe('/start')
    }
  })

  test('is refused a form that another site sent, or nobody knows who', async () => {
    await addUser('anna', 'admin')
    for (const headers of [
      { ...FORM, 'sec-fetch-site': 'cross-site' },
      { ...FORM, 'sec-fetch-site': 'same-site' },
      { ...FORM, origin: 'https://evil.example' },
      { ...FORM, origin: 'null' },
      FORM,
    ]) {
      const answer = await signIn({}, headers)
      expect(answer.statusCode).toBe(403)
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expect((await signIn({}, { ...FORM, origin: PUBLIC_URL })).statusCode).toBe(303)
  })

  test('after eight tries at one account one waits, whether the next would have been right or not', async () => {
    await addUser('anna', 'admin')
    for (let i = 0; i < 8; i += 1) expect((await signIn({ password: 'x' })).statusCode).toBe(400)
    const answer = await signIn()
    expect(answer.statusCode).toBe(429)
    expect(answer.headers['retry-after']).toBe('30')
    expect(answer.body).toContain('Vänta en minut och försök igen.')
    town.setNow(plus(town.now(), MINUTE))
    expect((await signIn()).statusCode).toBe(303)
  })

  test('a wrong password is answered at once, whether there is such an account or not', async () => {
    await addUser('anna', 'admin')
    let written = 0
    await using slow = await openHttpTown({
      store: (real) => ({
        ...real,
        account: (login) => town.store.account(login),
        logAccount: () => {
          written += 1
          return new Promise<void>(() => {})
        },
      }),
    })
    const payload = new URLSearchParams({ login: 'anna', password: 'ekorren bor i tallen' })
    const wrong = { method: 'POST', url: '/logga-in', headers: OWN } as const
    const answer = await slow.app.inject({ ...wrong, payload: payload.toString() })
    expect(answer.statusCode).toBe(400)
    expect(written).toBe(1)
  })

  test.each([
    ['shut', { disabledAt: instant(1) }],
    ['given another password', { passwordHash: '$argon2id$x' }],
  ])(
    'an account that is %s while its password is looked at lets nobody in',
    async (_how, change) => {
      const login = 'anna'
      let isLookedAt = false
      await using other = await openHttpTown({
        store: (real) => ({
          ...real,
          async account(name) {
            const found = await real.account(name)
            if (!isLookedAt) await real.changeUser(login, change)
            isLookedAt = true
            return found
          },
        }),
      })
      const passwordHash = await hashPassword(PASSWORD)
      await other.store.addUser(
        { login, name: 'Anna Ek', role: 'admin', passwordHash },
        other.now(),
      )
      const payload = new URLSearchParams({ login, password: PASSWORD }).toString()
      const asked = { method: 'POST', url: '/logga-in', headers: OWN, payload } as const
      const answer = await other.app.inject(asked)
      expect(isLookedAt).toBe(true)
      expect(answer.statusCode).toBe(400)
      expect(await other.store.sessionCount(login)).toBe(0)
    },
  )

  test('a wrong password stands in the account’s log', async () => {
    await addUser('anna', 'admin')
    await signIn({ password: 'ekorren bor i tallen' })
    await signIn()
    const log = await town.store.accountLog({ of: 'anna', limit: 10 })
    expect(log.map(({ did }) => did)).toEqual(['signed-in', 'wrong'])
  })

  test('wrong passwords of a day are one line, so that what else happened is still seen', async () => {
    await addUser('anna', 'admin')
    const wrong = () => signIn({ password: 'ekorren bor i tallen' })
    const cookie = cookieOf(await signIn())
    for (let tries = 0; tries < 3; tries++) await wrong()
    const lines = async () =>
      (await town.store.accountLog({ of: 'anna', limit: 10 })).map(({ did, times }) => [did, times])
    await expect.poll(lines).toEqual([
      ['wrong', 3],
      ['signed-in', undefined],
    ])
    const { body } = await town.app.inject({ url: '/anvandare/anna', headers: { cookie } })
    expect(body).toContain('fel lösenord, 3 gånger det dygnet, senast då')
    town.setNow(plus(town.now(), DAY))
    await wrong()
    await expect.poll(lines).toEqual([
      ['wrong', undefined],
      ['wrong', 3],
      ['signed-in', undefined],
    ])
  })

  test('a proxy that asks for a password of its own is in nobody’s way', async () => {
    await addUser('anna', 'admin')
    const authorization = `Basic ${Buffer.from('kommun:hemligt').toString('base64')}`
    const headers = { cookie: cookieOf(await signIn()), authorization }
    expect((await town.app.inject({ url: '/start', headers })).statusCode).toBe(200)
  })

  test('no role is given away where it is no demo', async () => {
    expect((await town.app.inject('/logga-in')).body).not.toContain('name="role"')
    expect((await send('/logga-in', { role: 'admin' })).statusCode).toBe(400)
  })
})

describe('a demo', () => {
  test('lets anybody in by one tap, as each role', async () => {
    await using demo = await openHttpTown({ pages: { demo: { speed: 1200 } } })
    for (const role of ['rider', 'dispatcher', 'editor', 'admin']) {
      const answer = await demo.app.inject({
        method: 'POST',
        url: '/en/sign-in',
        headers: OWN,
        payload: `role=${role}`,
      })
      expect(answer.statusCode).toBe(303)
      const cookie = String(answer.headers['set-cookie']).split(';', 1)[0]!
      const start = await demo.app.inject({ url: '/en/start', headers: { cookie } })
      expect(start.statusCode).toBe(200)
    }
  })
})

test('the start page tells how many alarms there are, to who may see to them', async () => {
  const sensors = () => [{ alarms: [{}, {}] }, { alarms: [{}] }, { alarms: [] }] as never
  await using town = await openHttpTown({
    journal: (real) => Object.create(real, { sensors: { value: sensors } }) as typeof real,
  })
  const start = async (role: Role) =>
    (await town.app.inject({ url: '/start', headers: { ...(await town.signIn(role)) } })).body
  expect((await start('admin')).replace(/\s+/g, ' ')).toContain(
    '>Larm <span class="count">3</span>',
  )
  expect(await start('rider')).not.toContain('class="count"')
})

describe('a database that was a demo’s', () => {
  test('lets nobody in by what the demo gave', async () => {
    const who = { login: 'demo-editor', name: 'Demo Editor', role: 'editor' } as const
    await town.store.addUser({ ...who, passwordHash: await hashPassword(PASSWORD) }, town.now())
    const demo = await town.signIn('admin')
    const desk = openStaffDesk({
      store: town.store,
      clock: () => town.now(),
      publicUrl: PUBLIC_URL,
    })
    await desk.forgetDemo()
    const asked = await town.app.inject({ url: '/start', headers: { ...demo } })
    expect(asked.statusCode).toBe(303)
    expect((await town.store.users()).map(({ login }) => login)).toEqual(['demo-editor'])
  })
})

describe('a session', () => {
  test('ends by signing out, for this browser alone', async () => {
    await addUser('anna', 'admin')
    const [one, two] = [cookieOf(await signIn()), cookieOf(await signIn())]
    const out = await send('/logga-ut', {}, { ...OWN, cookie: one })
    expect(out.headers.location).toBe('/logga-in?did=out')
    expect(out.headers['set-cookie']).toContain('Max-Age=0')
    expect((await town.app.inject({ url: '/start', headers: { cookie: one } })).statusCode).toBe(
      303,
    )
    expect((await town.app.inject({ url: '/start', headers: { cookie: two } })).statusCode).toBe(
      200,
    )
  })

  test.each([
    ['admin', 11 * HOUR, 200],
    ['admin', 12 * HOUR, 303],
    ['rider', 29 * DAY, 200],
    ['rider', 30 * DAY, 303],
  ] as const)('of a %s that nobody used for %i ms answers %i', async (role, ms, status) => {
    const headers = await town.signIn(role)
    town.setNow(plus(town.now(), ms))
    expect((await town.app.inject({ url: '/start', headers })).statusCode).toBe(status)
  })

  test('that is used every day is over after a week', async () => {
    const headers = await town.signIn('editor')
    const statuses = []
    for (let halfDays = 1; halfDays <= 16; halfDays += 1) {
      town.setNow(plus(town.now(), 11 * HOUR))
      statuses.push((await town.app.inject({ url: '/start', headers })).statusCode)
    }
    expect(statuses.indexOf(303)).toBe(15)
  })

  test('ends at once when the account is shut, changes role or password, or is erased', async () => {
    await addUser('anna', 'admin')
    for (const change of [
      () => town.store.changeUser('anna', { role: 'editor' }),
      () => town.store.changeUser('anna', { passwordHash: '$argon2id$x' }),
      () => town.store.endSessionsOf('anna'),
      () => town.store.changeUser('anna', { disabledAt: town.now() }),
      () => town.store.eraseUser('anna'),
    ]) {
      const hash = await hashPassword(PASSWORD)
      await town.store.changeUser('anna', { passwordHash: hash, disabledAt: null })
      town.setNow(plus(town.now(), HOUR))
      const cookie = cookieOf(await signIn())
      expect((await town.app.inject({ url: '/start', headers: { cookie } })).statusCode).toBe(200)
      await change()
      expect((await town.app.inject({ url: '/start', headers: { cookie } })).statusCode).toBe(303)
    }
  })

  test('is kept as a hash, and forgotten when it is over', async () => {
    const { cookie } = await town.signIn('admin')
    await town.signIn('rider')
    const [, secret] = cookie!.split('=')
    expect(await town.store.session(secret!)).toBeUndefined()
    town.setNow(plus(town.now(), 13 * HOUR))
    await town.store.tidySessions(town.now(), plus(town.now(), -12 * HOUR))
    expect(
      (await town.store.users()).map(({ login, lastSeenAt }) => [login, !!lastSeenAt]),
    ).toEqual([
      ['demo-admin', false],
      ['demo-rider', true],
    ])
  })
})
