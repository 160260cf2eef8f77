import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '#src/config.ts'
import { openOidc } from '#src/single-sign-on/oidc.ts'
import { HOUR, plus } from '#src/stations/time.ts'
import { MOST_ID_TOKEN } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { DIRECTORY_CLIENT, startDirectory, type Directory } from '#tests/support/directory.ts'
import { openHttpTown, PUBLIC_URL, SEALER, type HttpTown } from '#tests/support/http-town.ts'
import { freePort } from '#tests/support/process.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'

const ADMINS = 'CN=avs-admin,OU=Grupper,DC=provstad'
const PEOPLE = {
  'sub-1': { name: 'Anna Ek', preferred_username: 'Anna.Ek', groups: ['alla', 'stab'] },
  'sub-2': { name: 'Berit Lund', preferred_username: 'anna.ek', groups: ['stab', ADMINS] },
  'sub-3': { name: 'Carl Berg', preferred_username: 'carl', groups: ['alla'] },
}
const ROLES = [
  { group: ADMINS, role: 'admin' },
  { group: 'stab', role: 'dispatcher' },
] as const

const ADDRESSES = {
  redirectUri: `${PUBLIC_URL}/logga-in/katalog/svar`,
  signedOutUri: `${PUBLIC_URL}/logga-ut/klar`,
}

let directory: Directory
let town: HttpTown
const people: Record<string, (typeof PEOPLE)['sub-1']> = { ...PEOPLE }

beforeAll(async () => {
  directory = await startDirectory({ ...ADDRESSES, people })
  town = await openTown(directory.issuer)
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

function openTown(issuer: string, signsOut = true, publicUrl = PUBLIC_URL): Promise<HttpTown> {
  const settings = { issuer, ...DIRECTORY_CLIENT, claim: 'groups', roles: ROLES, signsOut }
  return openHttpTown({ publicUrl, pages: { singleSignOn: openOidc(settings) } })
}

/** As browsers keep them: one that is over is none. */
function cookiesOf(...answers: { readonly headers: Record<string, unknown> }[]): string {
  const kept = new Map<string, string>()
  for (const line of answers.flatMap(({ headers }) => [headers['set-cookie']].flat())) {
    const [, name, value, rest] = /^([^=]+)=([^;]*);(.*)$/.exec(String(line)) ?? []
    if (name === undefined) continue
    if (rest!.includes('Max-Age=0')) kept.delete(name)
    else kept.set(name, value!)
  }
  return [...kept].map(([name, value]) => `${name}=${value}`).join('; ')
}

const pathOf = (url: string) => url.slice(PUBLIC_URL.length)

async function leave(url = '/logga-in/katalog', { app } = town) {
  const away = await app.inject(url)
  expect(away.statusCode).toBe(303)
  return { away, cookie: cookiesOf(away), to: String(away.headers.location) }
}

async function signIn(subject: string, url?: string, at = { town, directory }) {
  const { away, cookie, to } = await leave(url, at.town)
  const there = new Map<string, string>()
  const back = await at.directory.visit(to, subject, there)
  const answer = await at.town.app.inject({ url: pathOf(back), headers: { cookie } })
  return { answer, back, cookie, session: cookiesOf(away, answer), there }
}

/** Sends the form of signing out, and looks at where it leads. */
async function signOut(session: string, language = '', { app } = town) {
  const headers = { cookie: session, 'sec-fetch-site': 'same-origin' }
  const url = language === 'en' ? '/en/sign-out' : '/logga-ut'
  const ended = await app.inject({ method: 'POST', url, headers })
  expect(ended.statusCode).toBe(303)
  const location = String(ended.headers.location)
  const cookie = cookiesOf(ended)
  const page = await app.inject({ url: location, headers: { cookie } })
  const to = /^0; url=(.+)$/.exec(String(page.headers['refresh']))?.[1]
  return { ended, location, cookie, page, to }
}

const start = (session: string, { app } = town) =>
  app.inject({ url: '/start', headers: { cookie: session } })

describe('the municipality’s directory', () => {
  test('lets somebody in by the role of their group, back to where they wanted to go', async () => {
    const page = await town.app.inject('/logga-in?till=/start')
    expect(page.body).toContain('href="/logga-in/katalog?till=%2Fstart"')
    const { answer, session } = await signIn('sub-1', '/logga-in/katalog?till=/start')
    expect(answer.headers.location).toBe('/start')
    expect(session).toMatch(/^__Host-kvitter=[\w-]{43}$/)
    const start = await town.app.inject({ url: '/start', headers: { cookie: session } })
    expect(start.body).toContain('Anna Ek, trafikledare')
    expect(await town.store.account('anna.ek')).toMatchObject({ hasPassword: false })
  })

  test('is known by who they are there, not by what they are called', async () => {
    await signIn('sub-1')
    const { session } = await signIn('sub-2')
    const start = await town.app.inject({ url: '/start', headers: { cookie: session } })
    expect(start.body).toContain('Berit Lund, administratör')
    expect((await town.store.users()).map(({ login, name }) => [login, name])).toEqual([
      ['anna.ek', 'Anna Ek'],
      ['anna.ek-2', 'Berit Lund'],
    ])
  })

  test('an account of ours isn’t taken over by who is called so there', async () => {
    const ours = { login: 'carl', name: 'Our Carl', role: 'admin' } as const
    await town.store.addUser(ours, town.now())
    people['sub-3'] = { ...PEOPLE['sub-3'], groups: ['stab'] }
    await signIn('sub-3')
    expect(await town.store.account('carl')).toMatchObject({ name: 'Our Carl', role: 'admin' })
    expect(await town.store.account('carl-2')).toMatchObject({ role: 'dispatcher' })
    people['sub-3'] = PEOPLE['sub-3']
  })

  test('name and role are what it says now, and older sessions end', async () => {
    const before = await signIn('sub-1')
    people['sub-1'] = { ...PEOPLE['sub-1'], name: 'Anna Ny', groups: [ADMINS] }
    const { session } = await signIn('sub-1')
    const ask = (cookie: string) => town.app.inject({ url: '/anvandare', headers: { cookie } })
    expect((await ask(session)).body).toContain('Anna Ny')
    expect((await ask(before.session)).statusCode).toBe(303)
    people['sub-1'] = PEOPLE['sub-1']
  })

  test('who has no group of ours is told so', async () => {
    const { answer, session } = await signIn('sub-3', '/en/sign-in/directory')
    expect(answer.statusCode).toBe(403)
    expect(answer.body).toContain('The municipality knows you as Carl Berg')
    expect(session).toBe('')
  })

  test('an account that was shut here stays shut', async () => {
    await signIn('sub-2')
    await town.store.changeUser('anna.ek-2', { disabledAt: town.now() })
    expect((await signIn('sub-2')).answer.statusCode).toBe(403)
    await town.store.changeUser('anna.ek-2', { disabledAt: null })
  })

  test.each([
    ['without what the browser kept', (url: string) => ({ url, cookie: '' })],
    [
      'with another’s state',
      (url: string, cookie: string) => ({ url: url.replace(/state=[^&]+/, 'state=other'), cookie }),
    ],
    [
      'with a code that is nobody’s',
      (url: string, cookie: string) => ({ url: url.replace(/code=[^&]+/, 'code=made-up'), cookie }),
    ],
    [
      'called off',
      (_url: string, cookie: string) => ({
        url: '/logga-in/katalog/svar?error=access_denied',
        cookie,
      }),
    ],
  ])('coming back %s leads nowhere', async (_what, change) => {
    const { cookie, to } = await leave()
    const changed = change(pathOf(await directory.visit(to, 'sub-1')), cookie)
    const answer = await town.app.inject({ url: changed.url, headers: { cookie: changed.cookie } })
    expect(answer.statusCode).toBe(400)
    expect(answer.body).toContain('Inloggningen blev inte klar.')
    expect(String(answer.headers['set-cookie'])).not.toContain('__Host-kvitter=')
  })

  test('an answer counts once', async () => {
    const { back, cookie } = await signIn('sub-1')
    const again = await town.app.inject({ url: pathOf(back), headers: { cookie } })
    expect(again.statusCode).toBe(400)
  })

  test('that doesn’t answer is said so, and asked again the next time', async () => {
    const spare = await startDirectory({ redirectUri: `${PUBLIC_URL}/x`, people })
    await spare[Symbol.asyncDispose]()
    await using alone = await openTown(spare.issuer)
    const answer = await alone.app.inject('/logga-in/katalog')
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('Kommunens inloggning svarar inte just nu.')
    expect(answer.body).toContain('name="password"')
  })
})

test('who comes back while the directory is gone, to a service started anew, is told so', async () => {
  const spare = await startDirectory({
    redirectUri: `${PUBLIC_URL}/logga-in/katalog/svar`,
    people,
  })
  await using before = await openTown(spare.issuer)
  const away = await before.app.inject('/logga-in/katalog')
  const back = await spare.visit(String(away.headers.location), 'sub-1')
  await spare[Symbol.asyncDispose]()
  await using after = await openTown(spare.issuer)
  const headers = { cookie: cookiesOf(away) }
  const answer = await after.app.inject({ url: pathOf(back), headers })
  expect(answer.statusCode).toBe(400)
  expect(answer.body).toContain('Inloggningen blev inte klar.')
})

describe('signing out', () => {
  test('ends the session here at once, leads to the directory, and back to who is signed out', async () => {
    const { session, there } = await signIn('sub-1')
    const { location, page, to } = await signOut(session)
    expect(location).toBe('/logga-ut/katalog')
    expect((await start(session)).statusCode).toBe(303)
    expect(page.statusCode).toBe(200)
    expect(page.body).toContain('Du är utloggad här')
    const back = await directory.visit(to!, undefined, there)
    expect(back).toBe(`${PUBLIC_URL}/logga-ut/klar?state=sv`)
    const done = await town.app.inject(pathOf(back))
    expect(done.headers.location).toBe('/logga-in?did=out')
    expect(String(done.headers['set-cookie'])).toMatch(/^__Host-kvitter-leaving=; .*Max-Age=0/)
    expect((await town.app.inject('/logga-in?did=out')).body).toContain('Du är utloggad.')
  })

  test('there means that it asks again who somebody is', async () => {
    const { session, there } = await signIn('sub-1')
    const again = await directory.visit((await leave()).to, undefined, there)
    expect(again).toContain('/logga-in/katalog/svar?code=')
    const { to } = await signOut(session, 'en')
    expect(await directory.visit(to!, undefined, there)).toContain('/logga-ut/klar?state=en')
    const { to: anew } = await leave()
    await expect(directory.visit(anew, undefined, there)).rejects.toThrow('asks who it is')
  })

  test('the directory is told by what it knows the session by, and nobody else is', async () => {
    const { session } = await signIn('sub-1')
    const { to, location, cookie } = await signOut(session)
    const asked = new URL(to!).searchParams
    const token = asked.get('id_token_hint')!
    expect([...asked.keys()].toSorted()).toEqual([
      'client_id',
      'id_token_hint',
      'post_logout_redirect_uri',
      'state',
    ])
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(location).not.toContain(token)
    expect(cookie).toBe(`__Host-kvitter-leaving=${token}`)
    expect(town.logged.join('\n')).not.toContain(token)
    // A form that is sent twice finds no session, and nothing to tell.
    expect((await signOut(session)).location).toBe('/logga-in?did=out')
  })

  test('what it knows a session by is kept sealed, and goes with the session', async () => {
    const { session } = await signIn('sub-1')
    const hash = hashToken(session.slice(session.indexOf('=') + 1))
    const { idToken = '' } = (await town.store.endSession(hash)) ?? {}
    expect(idToken).not.toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(SEALER.unseal(idToken)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(await town.store.endSession(hash)).toBeUndefined()
  })

  test('one whose token is too long to keep is led there too, and asked', async () => {
    const name = 'A'.repeat(4000)
    people['sub-long'] = { ...PEOPLE['sub-1'], preferred_username: 'long', name }
    await using wordy = await startDirectory({ ...ADDRESSES, people, wordyTokens: true })
    await using own = await openTown(wordy.issuer)
    const { session, there } = await signIn('sub-long', undefined, { town: own, directory: wordy })
    const { to } = await signOut(session, '', own)
    expect(new URL(to!).searchParams.has('id_token_hint')).toBe(false)
    expect(await wordy.visit(to!, undefined, there)).toBe(`${PUBLIC_URL}/logga-ut/klar?state=sv`)
  })

  test('the longest that is kept leaves room in the 4 kB of headers that a proxy takes', async () => {
    const { session } = await signIn('sub-1')
    const hash = hashToken(session.slice(session.indexOf('=') + 1))
    const { login } = (await town.store.session(hash))!
    const idToken = SEALER.seal('x'.repeat(MOST_ID_TOKEN))
    const expiresAt = plus(town.now(), HOUR)
    await town.store.endSession(hash)
    await town.store.beginSession({ hash, login, expiresAt, idToken }, town.now())
    const { ended, page, to } = await signOut(session)
    expect(new URL(to!).searchParams.get('id_token_hint')).toHaveLength(MOST_ID_TOKEN)
    for (const { headers } of [ended, page]) {
      const lines = Object.entries(headers).flatMap(([name, value]) =>
        [value].flat().map((one) => `${name}: ${one}\r\n`),
      )
      expect(lines.join('').length).toBeLessThan(4000)
    }
  })

  test('whoever came by a password is signed out here alone', async () => {
    const headers = await town.signIn('admin')
    expect((await signOut(headers['cookie']!)).location).toBe('/logga-in?did=out')
  })

  test('goes nowhere when it is switched off', async () => {
    await using alone = await openTown(directory.issuer, false)
    const { session } = await signIn('sub-1', undefined, { town: alone, directory })
    expect((await signOut(session, '', alone)).location).toBe('/logga-in?did=out')
  })

  test('goes nowhere when the directory has no place for it', async () => {
    await using plain = await startDirectory({ redirectUri: ADDRESSES.redirectUri, people })
    await using own = await openTown(plain.issuer)
    const { session } = await signIn('sub-1', undefined, { town: own, directory: plain })
    expect((await signOut(session, '', own)).location).toBe('/logga-in?did=out')
  })

  test.each([
    ['is gone', 'refuse'],
    ['doesn’t answer', 'swallow'],
  ] as const)('ends the session here when the directory %s, and says so', async (_what, as) => {
    const { session } = await signIn('sub-1')
    await using silent = await startTcpProxy(0)
    silent[as](true)
    await using anew = await openTown(`http://127.0.0.1:${silent.port}`)
    // As in a service that was started anew since.
    const secret = session.slice(session.indexOf('=') + 1)
    const idToken = SEALER.seal('a.b.c')
    const login = 'anna.ek'
    await anew.store.addUser({ login, name: 'Anna Ek', role: 'dispatcher' }, anew.now())
    const expiresAt = plus(anew.now(), HOUR)
    await anew.store.beginSession(
      { hash: hashToken(secret), login, expiresAt, idToken },
      anew.now(),
    )
    expect((await start(session, anew)).statusCode).toBe(200)
    const { location, page } = await signOut(session, 'en', anew)
    expect(location).toBe('/en/sign-out/directory')
    expect((await start(session, anew)).statusCode).toBe(303)
    expect(page.headers.location).toBe('/en/sign-in?did=alone')
    const told = await anew.app.inject('/en/sign-in?did=alone')
    expect(told.body).toContain('you may still be signed in there')
  })

  test('nobody who hasn’t signed out is led there', async () => {
    expect((await town.app.inject('/logga-ut/katalog')).headers.location).toBe('/logga-in')
    const elsewhere = await town.app.inject('/logga-ut/klar?state=https://evil.example')
    expect(elsewhere.headers.location).toBe('/logga-in?did=out')
  })
})

test.skipIf(chromiumPath === undefined)(
  'a real browser goes there and back, in and out, within the pages’ policy',
  async () => {
    const port = await freePort()
    const publicUrl = `http://127.0.0.1:${port}`
    await using there = await startDirectory({
      redirectUri: `${publicUrl}/logga-in/katalog/svar`,
      signedOutUri: `${publicUrl}/logga-ut/klar`,
      people,
    })
    await using own = await openTown(there.issuer, true, publicUrl)
    await own.app.listen({ host: '127.0.0.1', port })
    const browser = await openBrowser()
    try {
      const page = await browser.newPage()
      // The directory's pages want letters from elsewhere.
      await page.route(/googleapis/, (route) => route.abort())
      await page.goto(`${publicUrl}/en/sign-in?till=/en/start`)
      await page.getByRole('link', { name: 'Sign in by the municipality’s account' }).click()
      await page.locator('[name=login]').fill('sub-1')
      await page.locator('[name=password]').fill('x')
      await page.locator('[type=submit]').click()
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('link', { name: 'Anna Ek, dispatcher' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: 'Yes, sign me out' }).click()
      await page.getByText('You are signed out.').waitFor()
      expect(page.url()).toBe(`${publicUrl}/en/sign-in?did=out`)
    } finally {
      await browser.close()
    }
  },
)

describe('its settings', () => {
  const ENV = {
    KVITTER_OIDC_ISSUER: 'https://login.provstad.example/realms/staff',
    KVITTER_OIDC_CLIENT_ID: 'kvitter',
    KVITTER_OIDC_CLIENT_SECRET: 'secret',
    KVITTER_OIDC_ROLES: `${ADMINS}=admin; stab=dispatcher`,
  }

  test('groups may be a directory’s long names', () => {
    const read = readSettings([], ENV)
    expect(read.kind === 'ok' && read.settings.oidc).toEqual({
      issuer: ENV.KVITTER_OIDC_ISSUER,
      clientId: 'kvitter',
      clientSecret: 'secret',
      claim: 'groups',
      roles: ROLES,
      signsOut: true,
    })
  })

  test('signing out there can be switched off', () => {
    const read = readSettings([], { ...ENV, KVITTER_OIDC_SIGN_OUT: 'off' })
    expect(read.kind === 'ok' && read.settings.oidc?.signsOut).toBe(false)
  })

  test.each([
    [
      { KVITTER_OIDC_ISSUER: 'http://login.provstad.example' },
      'KVITTER_OIDC_ISSUER: expected an address',
    ],
    [{ KVITTER_OIDC_ISSUER: 'login' }, 'KVITTER_OIDC_ISSUER: expected an address'],
    [{ KVITTER_OIDC_CLIENT_SECRET: '' }, 'KVITTER_OIDC_CLIENT_SECRET: expected it to be set'],
    [{ KVITTER_OIDC_ROLES: 'stab=king' }, 'got "stab=king"'],
    [{ KVITTER_OIDC_ROLES: 'stab' }, 'expected GROUP=ROLE'],
    [{ KVITTER_OIDC_SIGN_OUT: 'no' }, 'KVITTER_OIDC_SIGN_OUT: expected on or off, got "no"'],
  ])('%j is told', (change, words) => {
    const read = readSettings([], { ...ENV, ...change })
    expect(read.kind === 'faulty' && read.faults.join('\n')).toContain(words)
  })
})
