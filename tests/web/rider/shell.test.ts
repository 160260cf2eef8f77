import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import type { DayTown } from '#tests/support/day-town.ts'
import { openDay } from '#tests/support/ridden-day.ts'
import { until } from '#tests/support/until.ts'
import { eventsKept, isReadyForOffline, openPhone } from './phone.ts'

let day: DayTown
beforeAll(async () => {
  day = await openDay(2)
})
afterAll(() => day[Symbol.asyncDispose]())

describe('the page and what makes an app of it', () => {
  const ask = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    day.town.app.inject({ url, headers: { ...headers } })

  test.each(['/rider', '/en/rider'])(
    '%s is for riders and dispatchers, and for nobody’s cache',
    async (url) => {
      const nobody = await ask(url)
      expect([nobody.statusCode, nobody.headers.location]).toEqual([
        303,
        `${url === '/rider' ? '/logga-in' : '/en/sign-in'}?till=${encodeURIComponent(url)}`,
      ])
      expect((await ask(url, await day.town.signIn('editor'))).statusCode).toBe(403)
      for (const role of ['rider', 'dispatcher', 'admin'] as const) {
        const { statusCode, headers } = await ask(url, await day.town.signIn(role))
        expect([role, statusCode, headers['cache-control']]).toEqual([role, 200, 'no-store'])
      }
    },
  )

  test('the worker is asked for each time, may see to both languages, and keeps what the page names', async () => {
    const { headers, body } = await ask('/rider/worker.js')
    expect(headers).toMatchObject({
      'cache-control': 'no-cache',
      'service-worker-allowed': '/',
      'content-type': 'text/javascript; charset=utf-8',
    })
    const page = await ask('/rider', await day.town.signIn('rider'))
    const shell = JSON.parse(/self\.shell = (.*)/.exec(body)![1]!)
    expect(page.headers['kvitter-shell']).toBe(shell.version)
    const named = [...page.body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((m) => m[1]!)
    expect(shell.files.toSorted()).toEqual([...new Set(named)].toSorted())
    for (const file of shell.files) expect((await ask(file)).statusCode).toBe(200)
  })

  test.each([
    ['/rider', 'sv'],
    ['/en/rider', 'en'],
  ])('%s can be put on the home screen', async (here, lang) => {
    const manifest = await ask(`${here}/manifest.webmanifest`)
    expect(manifest.headers['content-type']).toContain('application/manifest+json')
    expect(manifest.json()).toMatchObject({
      start_url: here,
      scope: here,
      lang,
      display: 'standalone',
    })
    for (const { src, sizes } of manifest.json().icons) {
      const { rawPayload } = await ask(src)
      expect(rawPayload.subarray(1, 4).toString()).toBe('PNG')
      const [width, height] = [rawPayload.readUInt32BE(16), rawPayload.readUInt32BE(20)]
      expect(`${width}x${height}`).toBe(sizes)
    }
  })
})

describe.skipIf(chromiumPath === undefined)('a new version', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test('waits until the rider takes it, and loses nothing that waits', async () => {
    await using front = await openFront(Number(new URL(day.url).port))
    await using phone = await openPhone(browser, day, { port: front.port })
    const tab = await phone.open()
    const line = (text: string) =>
      tab.locator('.line').filter({ hasText: text }).waitFor({ timeout: 10_000 })
    await tab.locator('#arrived').waitFor()
    await isReadyForOffline(tab)
    await until(() => tab.evaluate<boolean>('navigator.serviceWorker.controller !== null'), 10_000)
    front.fails = true
    await tab.click('#arrived')
    await line('1 händelse väntar')

    front.isNewer = true
    await tab.evaluate(
      'navigator.serviceWorker.getRegistration().then((registration) => registration.update())',
    )
    await tab.getByText('Ny version finns').waitFor({ timeout: 10_000 })
    const loaded = tab.waitForEvent('load')
    await tab.getByRole('button', { name: 'Ladda om' }).click()
    await loaded
    await line('1 händelse väntar')
    expect(await tab.getByText('Ny version finns').count()).toBe(0)
    front.fails = false
    await line('Allt skickat')
    expect((await eventsKept(day)).map(({ kind }) => kind)).toEqual(['arrived'])
    expect(phone.complaints).toEqual([])
  })

  test('where the browser lets nothing be kept, it says so instead of staying empty', async () => {
    await using phone = await openPhone(browser, day)
    await phone.context.addInitScript(`IDBFactory.prototype.open = () => {
      throw new DOMException('no room for you', 'SecurityError')
    }`)
    const tab = await phone.open()
    await tab.getByText('får inte spara något på telefonen').waitFor({ timeout: 10_000 })
    await tab.getByText('no room for you').waitFor()
  })

  test('in a demo the town’s time is right, however wrong the phone’s clock, with a network and without', async () => {
    await using demo = await openDay(1, true, undefined, undefined, { speed: 60 })
    await using phone = await openPhone(browser, demo)
    const tab = await phone.open()
    const address = tab.locator('.stop h1').filter({ hasText: 'Provgatan' })
    await address.waitFor({ timeout: 10_000 })
    await tab.getByText('Planen hämtad 10:').waitFor()
    await isReadyForOffline(tab)
    // The worker’s clock is not the test’s: now both go as the machine’s.
    await phone.context.clock.setSystemTime(new Date())
    await tab.reload()
    await address.waitFor()
    await phone.offline()
    await tab.reload()
    await tab.getByText('Utan nät').waitFor({ timeout: 10_000 })
    await address.waitFor()
  })

  test('in English it starts without a network as well', async () => {
    await using phone = await openPhone(browser, day)
    const tab = await phone.context.newPage()
    await tab.goto(`${phone.url}/en/rider`)
    await tab.getByText('Plan fetched').waitFor({ timeout: 10_000 })
    await isReadyForOffline(tab, '/en/rider')
    await phone.offline()
    await tab.reload()
    await tab.getByText('No network').waitFor({ timeout: 10_000 })
    await tab.locator('.stop h1').filter({ hasText: 'Provgatan' }).waitFor()
  })
})

/** Stands before the server: has a newer worker, or fails where events go. */
async function openFront(targetPort: number) {
  const front = { port: 0, isNewer: false, fails: false, [Symbol.asyncDispose]: close }
  const server = createServer((asked, answer) => {
    if (front.fails && asked.url!.endsWith('/events') && asked.method === 'POST') {
      answer.writeHead(503).end()
      return
    }
    const { method, url: path, headers } = asked
    // Nothing packed, so that a line can be put below it.
    if (path === '/rider/worker.js') delete headers['accept-encoding']
    const on = request({ port: targetPort, host: '127.0.0.1', method, path, headers })
    on.on('response', (given) => {
      const isWorker = front.isNewer && path === '/rider/worker.js'
      const { 'content-length': _length, ...rest } = given.headers
      answer.writeHead(given.statusCode!, isWorker ? rest : given.headers)
      if (!isWorker) return void given.pipe(answer)
      return void buffer(given).then((body) => answer.end(`${body.toString()}// newer\n`))
    })
    on.on('error', () => answer.destroy())
    answer.on('close', () => on.destroy())
    asked.pipe(on)
  })
  async function close() {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  front.port = (server.address() as AddressInfo).port
  return front
}
