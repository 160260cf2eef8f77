/** Following stations: the pages, the links in letters, and notifications in a real browser. */
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HOUR } from '#src/stations/time.ts'
import { tokenFor } from '#src/store/subscriber-desk.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault, openDetails } from '#tests/support/page-faults.ts'
import { openHttpTown, PUBLIC_URL, SEALER, type HttpTown } from '#tests/support/http-town.ts'
import { castTown, ekudden, hamnen } from '#tests/support/town.ts'

const ANNA = 'anna@example.se'
const PUSH_KEY =
  'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM'

/** What the worker is told. */
interface Shown {
  readonly title: string
  readonly body: string
  readonly lang: string
  readonly tag: string
  readonly ends: readonly string[]
  readonly at: number
  readonly url: string
}

let town: HttpTown
const open = () =>
  openHttpTown({
    follow: { email: true, pushKey: PUSH_KEY },
    http: { staffToken: 'a-long-enough-token' },
    town: {
      ...castTown,
      channels: {
        mastodon: [
          {
            account: 'boras@mastodon.example',
            language: 'sv',
            server: 'https://mastodon.example',
            accessTokenEnv: 'A',
          },
        ],
        bluesky: [
          {
            account: 'hamnen.example.se',
            language: 'en',
            service: 'https://bsky.social',
            appPasswordEnv: 'A',
            stations: [hamnen.id],
          },
        ],
        x: [
          {
            account: '@boras_avs',
            language: 'sv',
            appKeyEnv: 'A',
            appSecretEnv: 'A',
            accessTokenEnv: 'A',
            accessSecretEnv: 'A',
          },
        ],
        email: [{ account: 'subscribers', from: ANNA, name: 'B', smtpUrlEnv: 'A' }],
        push: [{ account: 'subscribers', contact: ANNA }],
      },
    },
  })

const get = (url: string) => town.app.inject({ url })
const post = (url: string, fields: readonly [string, string][], headers = {}) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields.map(([k, v]) => [k, v])).toString(),
  })
const ask = (address = ANNA, more: readonly [string, string][] = [], headers = {}) =>
  post('/folj', [['language', 'sv'], ['email', address], ...more], headers)

/** The link of the letter that would come. */
async function linkOf(address = ANNA): Promise<string> {
  const mark = SEALER.mark('email', address)
  const { id } = (await town.store.subscriberByMark('email', mark))!
  return tokenFor(SEALER, 'confirm', id)
}

async function follow(more: readonly [string, string][] = []): Promise<string> {
  await ask(ANNA, more)
  const { headers } = await post(`/folj/${await linkOf()}`, [['do', 'confirm']])
  return /^\/folj\/([\w-]{44})\?did=confirmed$/.exec(String(headers.location))![1]!
}

describe('without a browser', () => {
  beforeEach(async () => {
    town = await open()
  })
  afterEach(() => town[Symbol.asyncDispose]())

  test('the pages of the town and of each station lead there', async () => {
    expect((await get('/')).body).toContain('href="/folj"')
    expect((await get('/s/1490-901')).body).toContain('href="/s/1490-901/folj"')
    expect((await get('/en/s/1490-901')).body).toContain('href="/en/s/1490-901/follow"')
    expect((await get('/s/1490-999/folj')).statusCode).toBe(404)
  })

  test('a station’s page has that station chosen', async () => {
    const { body } = await get('/fi/s/1490-902/seuraa')
    const chosen = [...body.matchAll(/value="(1490-\d+)"\s+checked/g)].map(([, id]) => id)
    expect(chosen).toEqual(['1490-902'])
    expect(body).toContain('<h1>Seuraa: Hamnen</h1>')
  })

  test('it tells of feeds, calendars and the accounts that speak of it', async () => {
    const { body } = await get('/s/1490-901/folj')
    expect(body).toContain('/feeds/stations/1490-901.atom')
    expect(body).toContain('/feeds/stations/1490-901/emptyings.ics')
    expect(body).toContain('href="https://mastodon.example/@boras"')
    expect(body).toContain('href="https://x.com/boras_avs"')
    expect(body).not.toContain('bsky.app')
    expect((await get('/s/1490-902/folj')).body).toContain(
      'href="https://bsky.app/profile/hamnen.example.se"',
    )
  })

  test('the page about the service says what is kept of whoever follows', async () => {
    for (const [path, word] of [
      ['/om', 'glöms efter två dygn'],
      ['/en/about', 'forgotten after two days'],
      ['/fi/tietoja', 'kahden vuorokauden kuluttua'],
    ] as const) {
      expect((await get(path)).body).toContain(word)
    }
  })

  test('script of ours may run there, of nobody else, and nowhere else', async () => {
    const policy = async (url: string) =>
      String((await get(url)).headers['content-security-policy'])
    expect(await policy('/folj')).toContain("script-src 'self'; worker-src 'self';")
    expect(await policy('/folj')).toContain("default-src 'self'")
    expect(await policy('/om')).toContain("script-src 'none'")
    expect(await policy(`/folj/${'a'.repeat(44)}`)).toContain("script-src 'none'")
  })

  test('whoever asks is led to one and the same answer, known or not', async () => {
    await follow()
    const known = await ask()
    const unknown = await ask('nobody-knows@example.se')
    for (const { statusCode, headers } of [known, unknown]) {
      expect([statusCode, headers.location, headers['cache-control']]).toEqual([
        303,
        '/folj/asked',
        'no-store',
      ])
    }
    expect((await get('/folj/asked')).body).toContain('<h1>Titta i din e-post</h1>')
  })

  test('what was wrong is said above and at the field, and nothing that was written is lost', async () => {
    const { statusCode, body } = await ask('anna"<', [
      ['station', ekudden.id],
      ['fraction', 'metal'],
    ])
    expect(statusCode).toBe(400)
    expect(body).toContain('<title>Fel: Följ en station – Provstad</title>')
    expect(body).toContain('<a href="#email">')
    expect(body).toContain('aria-invalid="true"')
    expect(body).toContain('value="anna&quot;&lt;"')
    expect(body).toMatch(/value="1490-901"\s+checked/)
    expect(body).toMatch(/value="metal"\s+checked/)
  })

  test.each([
    ['station', '1490-999'],
    ['station', 'nonsense'],
    ['fraction', 'gold'],
    ['language', 'xx'],
  ] as const)('a %s "%s" is no choice', async (field, value) => {
    const { statusCode, body } = await post('/folj', [
      ['email', ANNA],
      ...(field === 'language' ? [] : ([['language', 'sv']] as [string, string][])),
      [field, value],
    ])
    expect([statusCode, body.includes('finns inte längre')]).toEqual([400, true])
    expect(await town.desk.kept(ANNA)).toBeUndefined()
  })

  test('opening the link changes nothing; the press does, once', async () => {
    await ask(ANNA, [['station', hamnen.id]])
    const link = `/folj/${await linkOf()}`
    for (let n = 0; n < 2; n += 1) {
      const { body, headers } = await get(link)
      expect(body).toContain('Du får e-post när något händer: Hamnen.')
      expect(headers['cache-control']).toBe('no-store')
      expect(body).toContain('<meta name="robots" content="noindex" />')
    }
    expect(await town.desk.counts()).toEqual({ email: 0, push: 0 })
    expect((await post(link, [['do', 'confirm']])).statusCode).toBe(303)
    expect(await town.desk.counts()).toEqual({ email: 1, push: 0 })
    expect((await post(link, [['do', 'confirm']])).statusCode).toBe(404)
    expect((await get(link)).body).toContain('Länken gäller inte längre')
  })

  test('one link shows, changes and ends all of it', async () => {
    const token = await follow([['station', ekudden.id]])
    const page = await get(`/folj/${token}?did=confirmed`)
    expect(page.body).toContain('Klart! Nu får du veta.')
    expect(page.body).toMatch(/value="1490-901"\s+checked/)
    expect(page.body).not.toContain(ANNA)
    const saved = await post(`/folj/${token}`, [
      ['do', 'save'],
      ['language', 'fi'],
      ['station', hamnen.id],
      ['fraction', 'paper'],
    ])
    expect([saved.statusCode, saved.headers.location]).toEqual([303, `/folj/${token}?did=saved`])
    expect((await town.desk.kept(ANNA))!.wish).toEqual({
      language: 'fi',
      stations: [hamnen.id],
      fractions: ['paper'],
    })
    const ended = await post(`/folj/${token}`, [['do', 'end']])
    expect([ended.statusCode, ended.headers.location]).toEqual([303, '/folj/ended'])
    expect((await get('/folj/ended')).body).toContain('Vi har glömt vem du var.')
    expect(await town.desk.kept(ANNA)).toBeUndefined()
    expect((await get(`/folj/${token}`)).statusCode).toBe(404)
  })

  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ],
  ])('a mail program ends it by one POST, as %s, from wherever', async (type, payload) => {
    const token = await follow()
    const looked = await get(`/folj/${token}/end`)
    expect([looked.statusCode, looked.headers.location]).toEqual([303, `/folj/${token}`])
    for (let n = 0; n < 2; n += 1) {
      const { statusCode, body } = await town.app.inject({
        method: 'POST',
        url: `/folj/${token}/end`,
        headers: { 'content-type': type, 'sec-fetch-site': 'cross-site' },
        payload,
      })
      expect([statusCode, body]).toEqual([200, 'OK\n'])
    }
    expect(await town.desk.kept(ANNA)).toBeUndefined()
  })

  test('another site can neither ask nor change in anybody’s name', async () => {
    const elsewhere = { 'sec-fetch-site': 'cross-site' }
    expect((await ask(ANNA, [], elsewhere)).statusCode).toBe(403)
    const token = await follow()
    const end = await post(`/folj/${token}`, [['do', 'end']], elsewhere)
    expect([end.statusCode, end.body.includes('kom inte från den här sidan')]).toEqual([403, true])
    expect(await town.desk.kept(ANNA)).toBeDefined()
    expect((await post(`/folj/${token}`, [['do', 'dance']])).statusCode).toBe(403)
  })

  test('too many from one place are told how long to wait', async () => {
    for (let n = 0; n < 10; n += 1) await ask(`a${n}@example.se`)
    const { statusCode, headers, body } = await ask()
    expect([statusCode, headers['retry-after']]).toEqual([429, '360'])
    expect(body).toContain('Försök igen om 6 minuter.')
  })

  test('nothing of whoever asks is logged', async () => {
    const token = await follow()
    await ask('anna"<')
    await post(`/folj/${token}`, [['do', 'end']])
    expect(town.logged.join('\n')).not.toMatch(/anna|127\.0\.0\.1/)
    expect(await town.metrics.metrics()).not.toMatch(/anna|[\w-]{44}/)
  })

  test('a script’s subscription is taken from our own page alone, and leads to where it is changed', async () => {
    const target = {
      endpoint: 'https://push.example.com/to/1',
      p256dh: PUSH_KEY,
      auth: Buffer.alloc(16, 1).toString('base64url'),
    }
    const tell = (payload: object, headers = {}) =>
      town.app.inject({ method: 'POST', url: '/folj/push', payload, headers })
    const wish = { language: 'en', stations: [ekudden.id], fractions: [] }
    expect((await tell({ ...target, ...wish }, { origin: 'https://a.example' })).statusCode).toBe(
      403,
    )
    for (const wrong of [
      { stations: 'all' },
      { stations: ['1490-999'] },
      { auth: 7 },
      { endpoint: 'http://push.example.com/' },
      { p256dh: '' },
    ]) {
      expect((await tell({ ...target, ...wish, ...wrong })).statusCode).toBe(400)
    }
    const taken = await tell({ ...target, ...wish }, { origin: PUBLIC_URL })
    const { url } = taken.json()
    expect(url).toMatch(/^\/en\/follow\/[\w-]{44}\?did=confirmed$/)
    expect((await get(url)).body).toContain('We forget this browser.')
    expect(await town.desk.counts()).toEqual({ email: 0, push: 1 })
  })

  test('staff see and erase what is kept of an address; anybody sees how many there are', async () => {
    await follow([['station', ekudden.id]])
    const staff = (what: string, email: unknown, headers = {}) =>
      town.app.inject({
        method: 'POST',
        url: `/api/v1/subscribers/${what}`,
        headers: { authorization: 'Bearer a-long-enough-token', ...headers },
        payload: { email },
      })
    expect((await get('/api/v1/subscribers')).json()).toEqual({ email: 1, push: 0 })
    expect((await staff('export', ANNA, { authorization: 'Bearer x' })).statusCode).toBe(401)
    expect((await staff('export', 'nonsense')).json().errors).toEqual([
      { field: 'email', expected: 'an e-mail address such as anna@example.se', got: 'nonsense' },
    ])
    expect((await staff('export', 'ANNA@example.se')).json()).toEqual({
      way: 'email',
      email: ANNA,
      follows: { language: 'sv', stations: [ekudden.id], fractions: null },
      confirmedAt: '2026-05-05T12:35:00.000Z',
      asked: null,
      bounces: 0,
    })
    expect((await staff('erase', ANNA)).json()).toEqual({ erased: true })
    expect((await staff('erase', ANNA)).statusCode).toBe(404)
    expect((await staff('export', ANNA)).statusCode).toBe(404)
  })
})

describe('a town without mail and notifications', () => {
  beforeEach(async () => {
    town = await openHttpTown()
  })
  afterEach(() => town[Symbol.asyncDispose]())

  test('tells of feeds and calendars, and takes nobody’s address', async () => {
    const { body, headers } = await get('/folj')
    expect(body).toContain('/feeds/town.atom')
    expect(body).not.toContain('<form')
    expect(headers['content-security-policy']).toContain("script-src 'none'")
    expect((await ask()).statusCode).toBe(405)
    expect((await get('/push-worker.js')).statusCode).toBe(404)
  })
})

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let url: string
  beforeAll(async () => {
    browser = await openBrowser()
    town = await open()
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  test('all of it works by mail without JavaScript', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 800 },
    })
    const tab = await context.newPage()
    await tab.goto(`${url}/s/1490-901`)
    await tab.click('text=Få e-post eller aviseringar')
    expect(await tab.textContent('h1')).toBe('Följ Ekudden')
    expect(await tab.isVisible('#push')).toBe(false)
    await tab.check('text=Hamnen')
    await tab.fill('#email', 'bo@example.se')
    await tab.click('text=Skicka länken')
    expect(await tab.textContent('h1')).toBe('Titta i din e-post')
    await tab.goto(`${url}/folj/${await linkOf('bo@example.se')}`)
    await tab.click('text=Ja, jag vill följa')
    expect(await tab.textContent('h1')).toBe('Det du följer')
    await tab.uncheck('text=Ekudden')
    await tab.click('text=Spara')
    expect(await tab.textContent('.lead')).toBe('Ändringen är sparad.')
    expect((await town.desk.kept('bo@example.se'))!.wish!.stations).toEqual([hamnen.id])
    await tab.click('text=Avsluta allt')
    expect(await tab.textContent('h1')).toBe('Avslutat')
    await context.close()
  })

  test.each(['light', 'dark'] as const)(
    'what stands behind the links, and what was wrong, has no fault that axe finds, %s, 360 pixels wide',
    async (colorScheme) => {
      town.setNow((town.now() + 9 * HOUR) as never)
      const token = await follow([['station', ekudden.id]])
      await ask('cilla@example.se')
      const context = await browser.newContext({
        colorScheme,
        viewport: { width: 360, height: 900 },
        bypassCSP: true,
      })
      const tab = await context.newPage()
      const look = async () => {
        await openDetails(tab)
        await expectNoFault(tab)
      }
      for (const path of ['/folj', '/en/follow', '/fi/seuraa']) {
        await tab.goto(`${url}${path}/${token}`)
        await look()
        await tab.goto(`${url}${path}/${await linkOf('cilla@example.se')}`)
        await look()
        await tab.goto(url + path)
        await tab.evaluate('document.querySelector("#email").type = "text"')
        await tab.fill('#email', 'nobody')
        await tab.click('#follow-form button:not([type])')
        await look()
      }
      await context.close()
    },
  )

  test('notifications: the button asks, the service is told, the newest word replaces the last', async () => {
    const context = await browser.newContext({ permissions: ['notifications'] })
    const tab = await context.newPage()
    const complaints: string[] = []
    tab.on('console', (message) => complaints.push(message.text()))
    // Push services of browsers are out in the world, so a made-up one answers for this one.
    await tab.addInitScript(`
      Notification.requestPermission = async () => 'granted'
      PushManager.prototype.subscribe = async function (options) {
        window.subscribedFor = options
        return { toJSON: () => ({ endpoint: 'https://push.example.com/to/2', keys: { p256dh: '${PUSH_KEY}', auth: 'AQEBAQEBAQEBAQEBAQEBAQ' } }) }
      }
    `)
    await tab.goto(`${url}/s/1490-902/folj`)
    const registration = tab.context().waitForEvent('serviceworker')
    await tab.click('#push')
    await tab.waitForURL(/\/folj\/[\w-]{44}\?did=confirmed$/)
    expect(await tab.textContent('.lead')).toBe('Klart! Nu får du veta.')
    const token = new URL(tab.url()).pathname.split('/').at(-1)!
    expect(await town.desk.open(token)).toMatchObject({
      way: 'push',
      wish: { language: 'sv', stations: [hamnen.id] },
    })
    expect(complaints).toEqual([])

    const worker = await registration
    const show = (payload: Shown) =>
      worker.evaluate(async (data) => {
        const scope = globalThis as any
        const event = new scope.PushEvent('push', { data: JSON.stringify(data) })
        scope.dispatchEvent(event)
        for (;;) {
          const shown = await scope.registration.getNotifications()
          if (shown.some((n: any) => n.body === data.body)) {
            return shown.map((n: any) => [n.tag, n.title, n.body, n.lang, n.data.url])
          }
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
      }, payload)
    const payload = { title: 'Hamnen', lang: 'sv', ends: [], at: 0, url: `${url}/p/1` }
    await show({ ...payload, tag: 'other', body: 'Glaset är fullt.' })
    await show({ ...payload, tag: 'a', body: 'Pappret är fullt.' })
    expect(
      await show({ ...payload, tag: 'a', body: 'Plats igen.', ends: ['other'], url: `${url}/p/2` }),
    ).toEqual([['a', 'Hamnen', 'Plats igen.', 'sv', `${url}/p/2`]])
    await context.close()
  })

  test('a browser that says no is told where to change that', async () => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.addInitScript(`Notification.requestPermission = async () => 'denied'`)
    await tab.goto(`${url}/en/follow`)
    await tab.click('#push')
    await tab.waitForFunction(
      'document.querySelector("#push-status").textContent.includes("allows no notifications")',
    )
    expect(await tab.isEnabled('#push')).toBe(true)
    await context.close()
  })
})
