import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import { hashPassword } from '#src/store/password.ts'
import { openHttpTown, type HttpTown } from '#tests/support/http-town.ts'

const PASSWORD = 'ekorren bor i eken'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let town: HttpTown
let admin: Readonly<Record<string, string>>

beforeAll(async () => {
  town = await openHttpTown()
  admin = await town.signIn('admin')
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
})

const get = (url: string, headers = admin) => town.app.inject({ url, headers: { ...headers } })
const send = (url: string, fields: Record<string, string>, headers = admin) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { ...FORM, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
const secretIn = (body: string) => /<code>([^<]+)<\/code>/.exec(body)![1]!

async function signedIn(login: string, password: string) {
  const answer = await send('/en/sign-in', { login, password }, { 'sec-fetch-site': 'same-origin' })
  if (answer.statusCode !== 303) return undefined
  const cookie = String(answer.headers['set-cookie']).split(';', 1)[0]!
  return { cookie, 'sec-fetch-site': 'same-origin' }
}

describe('the users’ page', () => {
  test('is for administrators alone', async () => {
    for (const role of ['rider', 'dispatcher', 'editor'] as const) {
      const headers = await town.signIn(role)
      const page = await get('/anvandare', headers)
      expect(page.statusCode).toBe(403)
      expect(page.body).toContain('Det här är inte din sida')
      expect((await send('/anvandare', { do: 'add-user' }, headers)).statusCode).toBe(403)
      expect(page.body).not.toContain('href="/anvandare"')
    }
  })

  test('adds somebody, and shows once a password that opens', async () => {
    const fields = {
      do: 'add-user',
      name: 'Berit Lund',
      login: 'Berit@kommun.example',
      role: 'editor',
    }
    const shown = await send('/en/users', fields)
    expect(shown.statusCode).toBe(200)
    expect(shown.headers['cache-control']).toBe('no-store')
    expect(shown.body).toContain('The password of Berit Lund (berit@kommun.example) is:')
    const headers = await signedIn('berit@kommun.example', secretIn(shown.body))
    expect((await get('/en/start', headers)).body).toContain('Hello, Berit Lund!')
    const list = await get('/en/users')
    expect(list.body).toContain('href="/en/users/berit%40kommun.example"')
    expect(list.body).not.toContain(secretIn(shown.body))
    const again = await send('/en/users', fields)
    expect(again.statusCode).toBe(400)
    expect(again.body).toContain('There is an account with that user name already.')
    expect(again.body).toContain('value="Berit Lund"')
  })

  test.each([
    [{ name: '', login: 'x1', role: 'editor' }, '#name', 'Skriv personens namn'],
    [{ name: 'X', login: '<b>', role: 'editor' }, '#login', 'Skriv ett användarnamn'],
    [{ name: 'X', login: 'x1', role: 'king' }, '#role', 'Välj en roll.'],
  ])('%j is told what to mend', async (fields, anchor, words) => {
    const answer = await send('/anvandare', { do: 'add-user', ...fields })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain(`href="${anchor}"`)
    expect(answer.body).toContain(words)
    expect(answer.body).not.toContain('<b>')
  })

  test('changes name and role, shuts, opens and signs out, at once', async () => {
    const passwordHash = await hashPassword(PASSWORD)
    const who = { login: 'carl', name: 'Carl', role: 'rider', passwordHash } as const
    await town.store.addUser(who, town.now())
    let carl = await signedIn('carl', PASSWORD)
    expect((await get('/start', carl)).statusCode).toBe(200)

    await send('/anvandare/carl', { do: 'save', name: 'Carl Berg', role: 'dispatcher' })
    expect((await get('/start', carl)).statusCode).toBe(303)
    carl = await signedIn('carl', PASSWORD)
    expect((await get('/start', carl)).body).toContain('Carl Berg, trafikledare')

    await send('/anvandare/carl', { do: 'sessions' })
    expect((await get('/start', carl)).statusCode).toBe(303)
    await send('/anvandare/carl', { do: 'disable' })
    expect(await signedIn('carl', PASSWORD)).toBeUndefined()
    await send('/anvandare/carl', { do: 'enable' })
    expect(await signedIn('carl', PASSWORD)).toBeDefined()

    const drawn = secretIn((await send('/anvandare/carl', { do: 'password' })).body)
    expect(await signedIn('carl', PASSWORD)).toBeUndefined()
    expect(await signedIn('carl', drawn)).toBeDefined()
  })

  test('removing asks first, and leaves nothing of the account', async () => {
    const who = { login: 'doris', name: 'Doris', role: 'editor' } as const
    await town.store.addUser(who, town.now())
    await send('/anvandare/doris', { do: 'sessions' })
    expect((await get('/anvandare/doris/ta-bort')).body).toContain('Ta bort Doris?')
    expect(await town.store.account('doris')).toBeDefined()
    await send('/anvandare/doris/ta-bort', {})
    expect(await town.store.account('doris')).toBeUndefined()
    expect(await town.store.accountLog({ of: 'doris', limit: 10 })).toEqual([])
    expect((await get('/anvandare/doris')).headers.location).toBe('/anvandare')
  })

  test('nobody shuts, removes or demotes themselves', async () => {
    for (const fields of [{ do: 'disable' }, { do: 'save', name: 'Me', role: 'rider' }]) {
      expect((await send('/anvandare/demo-admin', fields)).statusCode).toBe(400)
    }
    expect((await send('/anvandare/demo-admin/ta-bort', {})).statusCode).toBe(400)
    expect((await get('/start')).statusCode).toBe(200)
  })

  test('a token is shown once, opens by its role, and can be taken back', async () => {
    const shown = await send('/anvandare', {
      do: 'add-token',
      token: 'Sopbilarna',
      role: 'dispatcher',
    })
    const authorization = `Bearer ${secretIn(shown.body)}`
    const ask = () => town.app.inject({ url: '/api/v1/alarms', headers: { authorization } })
    expect((await ask()).statusCode).toBe(200)
    const again = await send('/anvandare', { do: 'add-token', token: 'Sopbilarna', role: 'admin' })
    expect(again.statusCode).toBe(400)
    await send('/anvandare', { do: 'revoke-token', token: 'Sopbilarna' })
    expect((await ask()).statusCode).toBe(401)
    expect((await get('/anvandare')).body).toContain('indragen')
  })

  test('what another site sends changes nothing', async () => {
    const forged = { cookie: admin['cookie']!, 'sec-fetch-site': 'cross-site' }
    const fields = { do: 'add-user', name: 'Eve', login: 'eve', role: 'admin' }
    expect((await send('/anvandare', fields, forged)).headers.location).toContain('/logga-in')
    expect(await town.store.account('eve')).toBeUndefined()
  })
})

describe('one’s own account', () => {
  test('a new password takes the present one, and ends all other sessions', async () => {
    const passwordHash = await hashPassword(PASSWORD)
    const who = { login: 'filip', name: 'Filip', role: 'editor', passwordHash } as const
    await town.store.addUser(who, town.now())
    const [here, there] = [await signedIn('filip', PASSWORD), await signedIn('filip', PASSWORD)]
    const change = (present: string, next: string) =>
      send('/mitt-konto', { do: 'password', present, next }, here)
    expect((await change('wrong', 'ett långt lösenord')).body).toContain('stämmer inte')
    expect((await change(PASSWORD, 'kort')).body).toContain('12 till 200 tecken')
    expect((await change(PASSWORD, 'jag heter filip')).body).toContain('användarnamn inte ingår')
    const changed = await change(PASSWORD, 'ett långt lösenord')
    expect(changed.headers.location).toBe('/mitt-konto?did=changed')
    const cookie = String(changed.headers['set-cookie']).split(';', 1)[0]!
    expect((await get('/mitt-konto?did=changed', { cookie })).body).toContain('Lösenordet är bytt.')
    expect((await get('/start', there)).statusCode).toBe(303)
    expect(await signedIn('filip', PASSWORD)).toBeUndefined()
  })

  test('tells the sign-ins there were, until they are forgotten', async () => {
    await town.store.logAccount({
      at: town.now(),
      by: 'demo-admin',
      of: 'demo-admin',
      did: 'signed-in',
    })
    expect((await get('/mitt-konto')).body).toContain('loggade in')
    await town.store.forgetAccountLog(plus(town.now(), HOUR))
    expect((await get('/mitt-konto')).body).not.toContain('loggade in')
    expect(await town.store.accountLog({ limit: 1 })).toEqual([])
  })
})
