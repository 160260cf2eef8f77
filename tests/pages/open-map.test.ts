/** The map that residents open: what it costs, what it shows, and what is said when it can't be. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { BaseShape } from '#src/stations/map-base.ts'
import type { MapSource } from '#src/stations/map-source.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'
import { EKUDDEN_PAPER, openHttpTown, type HttpTown } from '#tests/support/http-town.ts'
import { openMapPage, SOFTWARE_GL, type MapPage } from '#tests/support/map-page.ts'
import { hamnen } from '#tests/support/town.ts'

const MOST_BYTES = 450_000
const river: BaseShape = {
  kind: 'river',
  isArea: false,
  points: [
    [12.93, 57.71],
    [12.97, 57.74],
  ],
}
const raster = (url: string): MapSource => ({
  raster: { url, attribution: '© Provstads lantmäteri', maxZoom: 19 },
})
const policyOf = async (town: HttpTown, url = '/') =>
  String((await town.app.inject(url)).headers['content-security-policy'])

describe('what the map is drawn from', () => {
  test('is each station as the list has it, in the page’s language', async () => {
    await using town = await openHttpTown({ pages: { mapBase: () => [river] } })
    await town.measure(EKUDDEN_PAPER, 97)
    const answer = await town.app.inject('/fi/map.json')
    const { stations, ...rest } = answer.json()
    expect(stations[0]).toEqual({
      name: 'Ekudden',
      address: 'Provgatan 1',
      place: { lon: 12.94, lat: 57.72 },
      path: '/fi/s/1490-901',
      word: 'full',
      state: 'Täynnä: 1/3 astiaa. Ei tiedossa: 2.',
    })
    expect(rest).toMatchObject({
      bounds: { southWest: { lon: 12.94, lat: 57.72 }, northEast: { lon: 12.96, lat: 57.73 } },
      base: [river],
      words: { zoomIn: 'Lähennä' },
    })
    expect(rest).not.toHaveProperty('source')
    expect(answer.headers['cache-control']).toBe('public, max-age=30')
  })

  test('is only the stations that take what is asked for', async () => {
    await using town = await openHttpTown()
    const { body } = await town.app.inject('/?fraction=plastic')
    const path = /data-terms="([^"]+)"/.exec(body)![1]!
    expect(path).toBe('/map.json?fraction=plastic')
    const { stations } = (await town.app.inject(path)).json()
    expect(stations.map(({ name }: { name: string }) => name)).toEqual(['Ekudden'])
  })
})

describe('whose host the page may ask', () => {
  test.each([
    ['the town names none', undefined],
    ['the town has a map of its own', { pmtiles: '/srv/provstad.pmtiles' }],
  ])('is nobody else’s where %s', async (_what, source) => {
    await using town = await openHttpTown({ pages: { mapSource: () => source } })
    expect(await policyOf(town)).toContain("default-src 'self'")
    expect(await policyOf(town)).not.toMatch(/img-src|connect-src|data:|blob:|https?:/)
  })

  test('is the one that the town has chosen, on the list and on no other page, and it is named before', async () => {
    const url = 'https://tiles.example.se:8443/{z}/{x}/{y}.png'
    await using town = await openHttpTown({ pages: { mapSource: () => raster(url) } })
    expect(await policyOf(town)).toContain(
      "; img-src 'self' https://tiles.example.se:8443; connect-src 'self' https://tiles.example.se:8443",
    )
    expect(await policyOf(town, `/s/${hamnen.id}`)).not.toContain('tiles.example.se')
    expect((await town.app.inject('/')).body).toContain(
      'hämtas dess bakgrund från tiles.example.se:8443',
    )
  })
})

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let map: MapPage
  let page: Page
  let url: string
  let complaints: string[]
  let tiles: Server
  let source: MapSource | undefined
  let askedTiles: { readonly url: string; readonly referer: string | undefined }[]

  beforeAll(async () => {
    browser = await openBrowser(SOFTWARE_GL)
    tiles = createServer((request, response) => {
      askedTiles.push({ url: request.url!, referer: request.headers.referer })
      response.setHeader('access-control-allow-origin', '*')
      if (request.url!.startsWith('/away')) response.writeHead(503).end()
      else response.setHeader('content-type', 'image/png').end(BLUE)
    }).listen(0, '127.0.0.1')
  })
  afterAll(async () => {
    await browser.close()
    tiles.close()
  })

  beforeEach(async () => {
    source = undefined
    askedTiles = []
    map = await openMapPage(browser, { mapBase: () => [river], mapSource: () => source })
    ;({ page, url, complaints } = map)
  })
  afterEach(() => map[Symbol.asyncDispose]())

  const button = () => page.locator('#open-map')
  test('nothing of the map is fetched before the tap, and at most 450 kB for it', async () => {
    await page.goto(url)
    await button().waitFor()
    const before = map.asked.splice(0)
    expect(before.filter((path) => /draw-map|maplibre|map\.json/.test(path))).toEqual([])
    await button().click()
    await page.locator('.has-map canvas').waitFor()
    let bytes = 0
    for (const path of map.asked) {
      const headers = { 'accept-encoding': 'br' }
      bytes += (await map.town.app.inject({ url: path, headers })).rawPayload.length
    }
    expect(map.asked.some((path) => path.includes('maplibre-gl-worker'))).toBe(true)
    expect(bytes).toBeGreaterThan(300_000)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
    expect(complaints).toEqual([])
  })

  test('a station is chosen by pointer, says what the list says, and leads to its page', async () => {
    await map.openMap()
    await map.said('Kartan är öppen.')
    expect(await page.locator('svg.map').isVisible()).toBe(false)
    const at = await map.placeOf({ lon: 12.94, lat: 57.72 })
    await page.mouse.move(at.x, at.y)
    await page.locator('canvas.at-station').waitFor()
    await page.mouse.click(at.x, at.y)
    const popup = page.locator('.maplibregl-popup')
    expect(await popup.locator('.pill.s-full').innerText()).toBe(
      await page.locator('.station', { hasText: 'Ekudden' }).locator('.pill').innerText(),
    )
    await popup.getByRole('link', { name: 'Ekudden' }).click()
    await page.waitForURL('**/s/1490-901')
    expect(complaints).toEqual([])
  })

  test('keys do the same: the focus stays on the button, goes into the map and into what it shows', async () => {
    await page.goto(url)
    await button().focus()
    await page.keyboard.press('Enter')
    await page.locator('.has-map canvas').waitFor()
    expect(await focused()).toBe('Stäng kartan')
    await page.locator('canvas').focus()
    await page.keyboard.press('Enter')
    await page.locator('.maplibregl-popup').waitFor()
    expect(await focused()).toBe('Hamnen')
    await page.keyboard.press('Escape')
    await page.locator('.maplibregl-popup').waitFor({ state: 'detached' })
    expect(await focused()).toMatch(/^Karta att flytta i/)
    await button().press('Enter')
    await page.locator('svg.map').waitFor()
    expect([await page.locator('canvas').count(), await focused()]).toEqual([0, 'Öppna karta'])
    await button().press('Enter')
    await page.locator('.has-map canvas').waitFor()
    expect(complaints).toEqual([])
  })

  test('it has no fault that axe finds, light and dark, and fits a narrow screen', async () => {
    source = raster(`${tilesUrl()}/{z}/{x}/{y}.png`)
    await page.setViewportSize({ width: 360, height: 800 })
    await map.openMap('/fi')
    await page.locator('canvas').press('Enter')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectNoFault(page)
    }
    expect(complaints).toEqual([])
  })

  test('pictures of the town’s choice lie under the stations, credited, and their host learns no page', async () => {
    source = raster(`${tilesUrl()}/{z}/{x}/{y}.png`)
    await map.openMap(`/?near=${hamnen.id}`)
    expect(await page.locator('.map-credit').innerText()).toBe('© Provstads lantmäteri')
    await expect.poll(() => askedTiles.length).toBeGreaterThan(0)
    for (const { url: path, referer } of askedTiles) {
      expect([path, referer]).toEqual([expect.stringMatching(/^\/\d+\/\d+\/\d+\.png$/), `${url}/`])
    }
    expect(complaints).toEqual([])
  })

  test('without those pictures the map still has the town’s own ground, and it is said', async () => {
    source = raster(`${tilesUrl()}/away/{z}/{x}/{y}.png`)
    await map.openMap()
    await map.said('Kartans bakgrund gick inte att hämta.')
    await page.locator('canvas').press('Enter')
    await page.getByRole('link', { name: 'Hamnen' }).last().waitFor()
  })

  test.each([
    ['what it is drawn from', '**/map.json'],
    ['the map itself', '**/draw-map-*.js'],
    ['its own thread', '**/maplibre-gl-worker-*'],
  ])('without %s the picture stays, and it is said', async (_what, address) => {
    await page.context().route(address, (route) => route.abort())
    await page.goto(url)
    await button().click()
    await map.said('Kartan gick inte att öppna.')
    expect(await page.locator('svg.map').isVisible()).toBe(true)
    expect(await page.locator('canvas').count()).toBe(0)
    expect(await focused()).toBe('Öppna karta')
    await page.context().unroute(address)
    await button().click()
    await page.locator('.has-map canvas').waitFor()
  })

  test('where the browser can’t draw it nothing is offered', async () => {
    await page.addInitScript(`HTMLCanvasElement.prototype.getContext = () => {
      document.documentElement.dataset.tried = 'yes'
      return null
    }`)
    await page.goto(url)
    await page.locator('[data-tried]').waitFor()
    expect(await button().isVisible()).toBe(false)
    expect(await page.locator('svg.map').isVisible()).toBe(true)
  })

  test('in a demo, where the page comes again by itself, it opens on one that stands still', async () => {
    await using demo = await openHttpTown({ pages: { demo: { speed: 60 } } })
    await page.goto(`${await demo.app.listen({ host: '127.0.0.1', port: 0 })}/en/?fraction=paper`)
    await button().click()
    await page.locator('.has-map canvas').waitFor()
    expect(page.url()).toMatch(/\/en\/\?fraction=paper&pause=1$/)
    expect(await focused()).toBe('Close the map')
    await page.waitForFunction(
      'document.querySelector("canvas").getBoundingClientRect().bottom <= innerHeight',
    )
    expect(complaints).toEqual([])
  })

  const tilesUrl = () => `http://127.0.0.1:${(tiles.address() as AddressInfo).port}`
  const focused = () =>
    page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent')
})

/** A picture of one blue point. */
const BLUE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mNgYPgPAAEDAQA2dBFAAAAAAElFTkSuQmCC',
  'base64',
)
