/** The list of stations in a real browser, with the map that it offers. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { PagesOptions } from '#src/pages/site.ts'
import type { Place } from '#src/stations/station.ts'
import { EKUDDEN_PAPER, openHttpTown, type HttpTown } from './http-town.ts'

/** What the map leaves free around the stations, in pixels. */
const ROOM = 36

export interface MapPage extends AsyncDisposable {
  readonly town: HttpTown
  readonly url: string
  readonly page: Page
  /** What was asked of the town, the map's own thread included. */
  readonly asked: string[]
  readonly complaints: string[]
  openMap(path?: string): Promise<void>
  said(text: string): Promise<void>
  /** On the screen: the stations of the town reach from one margin of the map to the other. */
  placeOf(place: Place): Promise<{ readonly x: number; readonly y: number }>
  /** Red, green, blue, opacity of each pixel as it is on the screen; `reach` is half a side of the square. */
  pixelsAround(place: Place, reach: number): Promise<readonly number[]>
}

/** As Chromium has to be started for it: no card draws here. */
export const SOFTWARE_GL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader']

export async function openMapPage(
  browser: Browser,
  pages: Partial<PagesOptions>,
  look: BrowserContextOptions = { viewport: { width: 1280, height: 900 } },
): Promise<MapPage> {
  const [asked, complaints]: [string[], string[]] = [[], []]
  const town = await openHttpTown({ pages })
  await town.measure(EKUDDEN_PAPER, 97)
  const url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  town.app.server.on('request', (request: { url: string }) => asked.push(request.url))
  const page = await browser.newPage(look)
  page.on('console', (message) => {
    // What a real graphics card has nothing to say of.
    if (!message.text().includes('GL Driver Message')) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))

  async function placeOf({ lon, lat }: Place): Promise<{ x: number; y: number }> {
    const box = (await page.locator('canvas').boundingBox())!
    const pixelsPerDegree = (box.width - 2 * ROOM) / 0.02
    const south = ((57.725 - lat) / Math.cos((57.725 * Math.PI) / 180)) * pixelsPerDegree
    return {
      x: box.x + ROOM + (lon - 12.94) * pixelsPerDegree,
      y: box.y + box.height / 2 + south,
    }
  }

  return {
    town,
    url,
    page,
    asked,
    complaints,
    async openMap(path = '/') {
      await page.goto(url + path)
      await page.locator('#open-map').click()
      await page.locator('.has-map canvas').waitFor()
    },
    said: (text) => page.getByRole('status').getByText(text).waitFor(),
    placeOf,
    async pixelsAround(place, reach) {
      const { x, y } = await placeOf(place)
      const side = 2 * reach
      const clip = { x: Math.round(x - reach), y: Math.round(y - reach), width: side, height: side }
      const picture = await page.screenshot({ clip })
      return page.evaluate(`(async () => {
        const bytes = Uint8Array.fromBase64('${picture.toString('base64')}')
        const picture = await createImageBitmap(new Blob([bytes]))
        const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')
        context.drawImage(picture, 0, 0)
        return [...context.getImageData(0, 0, picture.width, picture.height).data]
      })()`)
    },
    async [Symbol.asyncDispose]() {
      await page.close()
      await town[Symbol.asyncDispose]()
    },
  }
}
