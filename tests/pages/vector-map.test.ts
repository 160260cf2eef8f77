/** The town's own map in one file: how it is handed out, and that browsers draw it under the stations. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { PMTiles } from 'pmtiles'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Place } from '#src/stations/station.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { openHttpTown } from '#tests/support/http-town.ts'
import { openMapPage, SOFTWARE_GL, type MapPage } from '#tests/support/map-page.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'
import { flooded, IN_THE_LAKE, IN_THE_PARK, provstadMap } from '#tests/support/provstad-map.ts'

const MOST_BYTES = 450_000
const WATER = { light: [0xc4, 0xdc, 0xea], dark: [0x24, 0x46, 0x5a] }

let folder: string
let archive: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-map-'))
  archive = join(folder, 'provstad.pmtiles')
  await writeFile(archive, provstadMap)
})
afterAll(() => rm(folder, { recursive: true }))

describe('the file', () => {
  const openTown = (pmtiles = archive) =>
    openHttpTown({ pages: { mapSource: () => ({ pmtiles }) } })
  const size = provstadMap.length

  test('is handed out whole, kept for a day and told apart by a strong tag, and not packed again', async () => {
    await using town = await openTown()
    const headers = { 'accept-encoding': 'br, gzip' }
    const answer = await town.app.inject({ url: '/map.pmtiles', headers })
    expect(answer.statusCode).toBe(200)
    expect(answer.rawPayload.equals(provstadMap)).toBe(true)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/vnd.pmtiles',
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=86400',
      etag: expect.stringMatching(/^"[0-9a-z]+-[0-9a-z]+"$/),
    })
    expect(answer.headers).not.toHaveProperty('content-encoding')
  })

  test('is handed out in parts, and what lies beyond its end isn’t there', async () => {
    await using town = await openTown()
    const part = (range: string) =>
      town.app.inject({ url: '/map.pmtiles', headers: { range, 'accept-encoding': 'br' } })
    const first = await part('bytes=0-126')
    expect([first.statusCode, first.headers['content-range']]).toEqual([206, `bytes 0-126/${size}`])
    expect(first.headers['content-length']).toBe('127')
    expect(first.rawPayload.equals(provstadMap.subarray(0, 127))).toBe(true)
    const last = await part('bytes=-10')
    expect(last.rawPayload.equals(provstadMap.subarray(-10))).toBe(true)
    const beyond = await part(`bytes=${size}-`)
    expect([beyond.statusCode, beyond.headers['content-range'], beyond.body]).toEqual([
      416,
      `bytes */${size}`,
      '',
    ])
  })

  test('is not sent to who has it, and whole to who has a part of another', async () => {
    await using town = await openTown()
    const ask = (headers: Record<string, string>) =>
      town.app.inject({ url: '/map.pmtiles', headers })
    const etag = String((await ask({})).headers.etag)
    const known = await ask({ 'if-none-match': etag, range: 'bytes=0-9' })
    expect([known.statusCode, known.body]).toEqual([304, ''])
    expect((await ask({ 'if-range': etag, range: 'bytes=0-9' })).statusCode).toBe(206)
    expect((await ask({ 'if-range': '"other"', range: 'bytes=0-9' })).statusCode).toBe(200)
  })

  test('is read anew by who has the beginning of an older one', async () => {
    const renewed = join(folder, 'renewed.pmtiles')
    await writeFile(renewed, provstadMap)
    await using town = await openTown(renewed)
    const url = `${await town.app.listen({ host: '127.0.0.1', port: 0 })}/map.pmtiles`
    const read = async (reader: PMTiles) =>
      Buffer.from((await reader.getZxy(10, 548, 309))!.data).toString('latin1')
    const reader = new PMTiles(url)
    expect(await read(reader)).toContain('Provstad')
    await writeFile(renewed, flooded)
    const after = await read(reader)
    expect(after).not.toContain('Provstad')
    expect(after).toBe(await read(new PMTiles(url)))
  })

  test('of no bytes is sent as such', async () => {
    const empty = join(folder, 'empty.pmtiles')
    await writeFile(empty, '')
    await using town = await openTown(empty)
    const answer = await town.app.inject('/map.pmtiles')
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  test('is told of without being sent', async () => {
    await using town = await openTown()
    const headers = { range: 'bytes=0-9' }
    const answer = await town.app.inject({ method: 'HEAD', url: '/map.pmtiles', headers })
    expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, String(size)])
    expect(answer.body).toBe('')
  })

  test('isn’t there where the town has none, and pages don’t say where it lies', async () => {
    await using without = await openHttpTown()
    expect((await without.app.inject('/map.pmtiles')).statusCode).toBe(404)
    await using town = await openTown()
    const { body } = await town.app.inject('/map.json')
    expect(JSON.parse(body).source).toEqual({ vectorUrl: '/map.pmtiles' })
    expect(body).not.toContain(folder)
  })
})

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser(SOFTWARE_GL)
  })
  afterAll(() => browser.close())

  const open = (pmtiles = () => archive) =>
    openMapPage(browser, { mapSource: () => ({ pmtiles: pmtiles() }) })
  const colourAt = async (map: MapPage, place: Place) =>
    (await map.pixelsAround(place, 0.5)).slice(0, 3)

  test('it is drawn in the page’s colours, light and dark, from parts of the file, and credited', async () => {
    await using map = await open()
    await map.openMap()
    await expect.poll(() => colourAt(map, IN_THE_LAKE)).toEqual(WATER.light)
    await map.page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => colourAt(map, IN_THE_LAKE)).toEqual(WATER.dark)
    expect(map.asked.filter((path) => path === '/map.pmtiles').length).toBeGreaterThan(1)
    const credit = map.page.locator('.map-credit').getByRole('link', { name: '© OpenStreetMap' })
    expect(await credit.getAttribute('href')).toBe('https://www.openstreetmap.org/copyright')
    expect(map.complaints).toEqual([])
  })

  test('it costs at most 450 kB besides its squares, and nothing before the tap', async () => {
    await using map = await open()
    await map.page.goto(map.url)
    await map.page.locator('#open-map').waitFor()
    expect(map.asked.splice(0).filter((path) => /vector|map\./.test(path))).toEqual([])
    await map.openMap()
    expect(map.asked.some((path) => path.includes('/vector-ground-'))).toBe(true)
    let bytes = 0
    for (const url of map.asked.filter((path) => path !== '/map.pmtiles' && path !== '/')) {
      const answer = await map.town.app.inject({ url, headers: { 'accept-encoding': 'br' } })
      bytes += answer.rawPayload.length
    }
    expect(bytes).toBeGreaterThan(300_000)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
  })

  test('its names are in the page’s language, where there is one', async () => {
    await using map = await open()
    const darkPixels = async () =>
      (await map.pixelsAround(IN_THE_PARK, 25)).filter((red, i) => i % 4 === 0 && red < 100).length
    await map.openMap('/fi')
    await expect.poll(darkPixels).toBeGreaterThan(50)
    await map.openMap()
    await expect.poll(() => colourAt(map, IN_THE_LAKE)).toEqual(WATER.light)
    expect(await darkPixels()).toBe(0)
  })

  test('without the file the stations are there, it is said, and the next time it is tried again', async () => {
    let file = `${archive}.away`
    await using map = await open(() => file)
    await map.openMap()
    await map.said('Kartans bakgrund gick inte att hämta.')
    file = archive
    const button = map.page.locator('#open-map')
    await button.click()
    await map.page.locator('svg.map').waitFor()
    await button.click()
    await map.page.locator('.has-map canvas').waitFor()
    await expect.poll(() => colourAt(map, IN_THE_LAKE)).toEqual(WATER.light)
  })

  test('it has no fault that axe finds, light and dark, and fits a narrow screen', async () => {
    await using map = await open()
    await map.page.setViewportSize({ width: 360, height: 800 })
    await map.openMap('/en')
    for (const colorScheme of ['light', 'dark'] as const) {
      await map.page.emulateMedia({ colorScheme })
      await expectNoFault(map.page)
    }
  })
})
