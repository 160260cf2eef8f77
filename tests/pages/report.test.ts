/** The pages that the printed codes lead to. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labelsOf } from '#src/labels/label-content.ts'
import { HOUR, MINUTE } from '#src/stations/time.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { EKUDDEN_PAPER as PAPER, PUBLIC_URL, TUESDAY } from '#tests/support/http-town.ts'
import { type LivingTown, openLivingTown } from '#tests/support/living-town.ts'
import { castTown } from '#tests/support/town.ts'

const QR = `/q/${PAPER}`
const qrOnly = { ...castTown, devices: [], mountings: [] }
const open = () => openLivingTown({ town: qrOnly })

const press = (
  town: LivingTown,
  kind: string,
  headers: Record<string, string> = {},
  url: string = QR,
) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: `kind=${kind}`,
  })
const cookieOf = (answer: { headers: Record<string, unknown> }) =>
  String(answer.headers['set-cookie']).split(';')[0]!

test('every printed label leads to its container', async () => {
  await using town = await open()
  const labels = labelsOf(castTown, PUBLIC_URL)
  expect(labels.length).toBe(6)
  for (const { link, names, station } of labels) {
    const { status, body } = await town.get(link.slice(PUBLIC_URL.length))
    expect(status).toBe(200)
    expect(body).toContain(names[0])
    expect(body).toContain(station)
  }
})

test('the page says how the container stands, sets no cookie and needs no script', async () => {
  await using town = await open()
  const { headers, body } = await town.get(QR)
  expect(headers['set-cookie']).toBeUndefined()
  expect(body).not.toContain('<script')
  expect(body).toContain('Okänt')
  expect(body).not.toContain('Uppgifterna uppdateras inte')
  for (const kind of ['full', 'has-room', 'litter', 'broken', 'ice']) {
    expect(body).toContain(`<button name="kind" value="${kind}">`)
  }
  expect((await town.get(`/en${QR}`)).body).toContain('no more fits in')
})

test('a press is answered with a page of its own that says what it did, and where there is room', async () => {
  await using town = await open()
  await town.staff('POST', '/api/v1/containers/1490-902-paper-1/observations', { kind: 'has-room' })
  const pressed = await press(town, 'full')
  expect([pressed.statusCode, pressed.headers.location, pressed.headers['cache-control']]).toEqual([
    303,
    `${QR}/told?kind=full&did=counted`,
    'no-store',
  ])
  expect(pressed.headers['set-cookie']).toMatch(
    /^kvitter_report=[\w-]{22}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$/,
  )
  const { headers, body } = await town.get(pressed.headers.location!)
  expect(headers['cache-control']).toBe('no-store')
  expect(body).toContain('Du är den enda som har rapporterat att behållaren är full.')
  expect(body).toMatch(/Hamnen, \d+ m/)
  const english = await press(town, 'has-room', {}, `/en${QR}`)
  expect(english.headers.location).toBe(`/en${QR}/told?kind=has-room&did=counted`)
  expect((await town.get(english.headers.location!)).body).not.toContain('Nearest with room')
})

test('the same phone counts once: with its cookie from anywhere, without it from where it was', async () => {
  await using town = await open()
  const home = { 'x-forwarded-for': '198.51.100.1', 'user-agent': 'Phone/1.0' }
  const away = { 'x-forwarded-for': '2001:db8:1:2::3', 'user-agent': 'Phone/1.0' }
  const other = { 'x-forwarded-for': '198.51.100.2', 'user-agent': 'Phone/1.0' }
  const first = await press(town, 'full', home)
  const did = async (headers: Record<string, string>) =>
    (await press(town, 'full', headers)).headers.location!.split('did=')[1]
  expect(await did({ ...away, cookie: `a=b; ${cookieOf(first)}` })).toBe('repeat')
  expect(await did(home)).toBe('repeat')
  expect(await did({ ...home, cookie: 'kvitter_report=nonsense' })).toBe('repeat')
  expect(await did(other)).toBe('counted')
})

test('who pressed the wrong button undoes it for five minutes, and only they', async () => {
  await using town = await open()
  const undo = (headers: Record<string, string>) => press(town, 'full', headers, `${QR}/undo`)
  const mine = { cookie: cookieOf(await press(town, 'full')), 'user-agent': 'Phone/1.0' }
  const other = { 'x-forwarded-for': '198.51.100.2', 'user-agent': 'Phone/2.0' }
  const whatOf = (answer: { headers: Record<string, unknown> }) =>
    String(answer.headers['location']).split('did=')[1]
  expect(whatOf(await undo(other))).toBe('nothing-to-undo')
  const undone = await undo(mine)
  expect([undone.statusCode, whatOf(undone)]).toEqual([303, 'undone'])
  expect((await town.get(undone.headers.location!)).body).toContain(
    'Ångrat. Din rapport räknas inte längre.',
  )
  expect(whatOf(await undo(mine))).toBe('nothing-to-undo')
  expect(await town.store.reports({ since: TUESDAY })).toEqual([])

  // It may be said again, and is then too old to be undone after five minutes.
  expect(whatOf(await press(town, 'full', mine))).toBe('counted')
  expect((await press(town, 'full', other)).headers.location).toContain('did=counted')
  await town.pass(6 * MINUTE)
  expect(whatOf(await undo(mine))).toBe('nothing-to-undo')
  expect((await town.store.reports({ since: TUESDAY })).length).toBe(2)
})

test('an undoing from another site is not taken', async () => {
  await using town = await open()
  const mine = { cookie: cookieOf(await press(town, 'full')), 'sec-fetch-site': 'cross-site' }
  expect((await press(town, 'full', mine, `${QR}/undo`)).statusCode).toBe(403)
  expect((await town.store.reports({ since: TUESDAY })).length).toBe(1)
})

test('a code that is typed in capitals is known', async () => {
  await using town = await open()
  expect((await town.get(`/q/${PAPER.toUpperCase()}`)).status).toBe(200)
})

test('a code that is nobody’s is met with the station’s containers, or the list of stations', async () => {
  await using town = await open()
  const near = await town.get('/q/1490-901-paper-9')
  expect(near.status).toBe(404)
  expect(near.body).toContain('Behållarna på Ekudden')
  expect(near.body).toContain(`href="${QR}"`)
  const lost = await town.get('/en/q/hello')
  expect([lost.status, lost.body.includes('no container with that code')]).toEqual([404, true])
  expect((await press(town, 'full', {}, '/q/1490-901-paper-9')).statusCode).toBe(404)
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another site, by an older browser', { origin: 'https://elsewhere.example' }],
  ['a page without an origin', { origin: 'null' }],
])('a press from %s is not taken', async (_, headers) => {
  await using town = await open()
  const { statusCode, body } = await press(town, 'full', headers)
  expect([statusCode, body.includes('kom inte från knapparna')]).toEqual([403, true])
  expect(await town.store.reports({ since: TUESDAY })).toEqual([])
})

test.each([
  ['our own page', { 'sec-fetch-site': 'same-origin', origin: PUBLIC_URL }],
  ['our own page, by an older browser', { origin: PUBLIC_URL }],
  ['a browser that tells nothing', {}],
])('a press from %s is taken', async (_, headers: Record<string, string>) => {
  await using town = await open()
  expect((await press(town, 'full', headers)).statusCode).toBe(303)
})

test.each(['', 'cleaned', 'repaired', 'empty'])('"%s" is no button of ours', async (kind) => {
  await using town = await open()
  expect((await press(town, kind)).statusCode).toBe(400)
})

test('too many presses are told how long to wait', async () => {
  await using town = await open()
  let answer = await press(town, 'full')
  for (let n = 0; n < 12; n++) answer = await press(town, 'full')
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([429, '300'])
  expect(answer.body).toContain('Försök igen om 5 minuter.')
})

test('an address that was made up leads back to the container', async () => {
  await using town = await open()
  const { status, headers } = await town.get(`${QR}/told?kind=full&did=praised`)
  expect([status, headers['location']]).toEqual([303, QR])
})

describe.skipIf(chromiumPath === undefined)('in a real browser without JavaScript', () => {
  let browser: Browser
  let town: LivingTown
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

  test('two residents say that it is full, and the station says so', async () => {
    const said: string[] = []
    for (const userAgent of ['Phone/1.0', 'Phone/2.0']) {
      const context = await browser.newContext({
        javaScriptEnabled: false,
        viewport: { width: 360, height: 800 },
        userAgent,
      })
      const tab = await context.newPage()
      await tab.goto(`${url}${QR}`)
      const sizes = await Promise.all(
        (await tab.locator('form.report button').all()).map((button) => button.boundingBox()),
      )
      expect(sizes.length).toBe(5)
      for (const size of sizes) {
        expect(size!.height).toBeGreaterThanOrEqual(64)
        expect(size!.width).toBeGreaterThanOrEqual(140)
      }
      await tab.click('text=det får inte plats mer')
      expect(await tab.textContent('h1')).toBe('Din rapport')
      await tab.click('button:has-text("Ångra")')
      expect(await tab.textContent('.lead')).toContain('räknas inte längre')
      await tab.goto(`${url}${QR}`)
      await tab.click('text=det får inte plats mer')
      said.push((await tab.textContent('.lead'))!)
      await tab.reload()
      await context.close()
    }
    expect(said[0]).toContain('den enda')
    expect(said[1]).toContain('Två har nu rapporterat')
    expect((await town.store.reports({ since: TUESDAY })).length).toBe(2)
    await town.pass(HOUR)
    expect((await town.posts()).map((p) => (p.at - TUESDAY) / MINUTE)).toEqual([45])
  })
})
