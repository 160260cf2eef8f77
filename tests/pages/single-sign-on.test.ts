import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '#src/config.ts'
import { openOidc } from '#src/single-sign-on/oidc.ts'
import { DIRECTORY_CLIENT, startDirectory, type Directory } from '#tests/support/directory.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from '#tests/support/http-town.ts'

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

let directory: Directory
let town: HttpTown
const people: Record<string, (typeof PEOPLE)['sub-1']> = { ...PEOPLE }

beforeAll(async () => {
  directory = await startDirectory({ redirectUri: `${PUBLIC_URL}/logga-in/katalog/svar`, people })
  town = await openTown(directory.issuer)
})
afterAll(async () => {
  await town[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

function openTown(issuer: string): Promise<HttpTown> {
  const singleSignOn = openOidc({ issuer, ...DIRECTORY_CLIENT, claim: 'groups', roles: ROLES })
  return openHttpTown({ pages: { singleSignOn } })
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

async function leave(url = '/logga-in/katalog') {
  const away = await town.app.inject(url)
  expect(away.statusCode).toBe(303)
  return { away, cookie: cookiesOf(away), to: String(away.headers.location) }
}

async function signIn(subject: string, url?: string) {
  const { away, cookie, to } = await leave(url)
  const back = await directory.visit(to, subject)
  const answer = await town.app.inject({ url: pathOf(back), headers: { cookie } })
  return { answer, back, cookie, session: cookiesOf(away, answer) }
}

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
    })
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
  ])('%j is told', (change, words) => {
    const read = readSettings([], { ...ENV, ...change })
    expect(read.kind === 'faulty' && read.faults.join('\n')).toContain(words)
  })
})
