/**
 * What every page must be, asked of the service as it is wired: in the list, small, of its own origin,
 * within its policy, as wide as the screen, and without a fault that axe finds, light and dark. It is the
 * Tuesday after a night of 25 hours, then the one after a night of 23, and the town has what towns have:
 * long names, sixty containers at a station, a station of which nothing is known.
 */
import { get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { brotliDecompressSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { axeFaults, openDetails, overhang } from '#tests/support/page-faults.ts'
import { findPlaces, signIn } from '#tests/support/find-places.ts'
import { NO_PAGES, PAGES, pathOf, type ListedPage, type Places } from '#tests/support/page-list.ts'
import { openWholeTown, type WholeTown } from '#tests/support/whole-town.ts'

const NIGHTS = [
  { hours: 25, sunday: 'sön 25 okt.', tuesdayAfter: '2026-10-27T10:35:00Z' },
  { hours: 23, sunday: 'sön 29 mars', tuesdayAfter: '2026-03-31T09:35:00Z' },
] as const
/** What is looked at in a browser after the second night too: pages that draw days or list them. */
const OF_DAYS: readonly string[] = [
  'a station',
  'a station’s statistics',
  'statistics',
  'a screen at the station',
  'emptyings',
  'the board',
]
/** All that the dark colours can make worse. */
const COLOURS = ['color-contrast']
const WIRE_BYTES = 14_000

let town: WholeTown
let places: Places
let cookie: string

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
  /** As they came over the wire. */
  readonly bytes: number
}

/** As a browser asks, each time anew. */
async function ask(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  get(town.url + path, { headers: { 'accept-encoding': 'br', ...headers } }, (answer) => {
    buffer(answer).then((body) => {
      const isPacked = answer.headers['content-encoding'] === 'br'
      resolve({
        status: answer.statusCode!,
        headers: answer.headers,
        text: (isPacked ? brotliDecompressSync(body) : body).toString(),
        bytes: body.length,
      })
    }, reject)
  }).on('error', reject)
  return promise
}

const everyPath = (page: ListedPage): readonly string[] =>
  page.routes.map((route) => pathOf(page, route, places))

/** Each directive names this origin or nothing at all; what isn't named falls back on this origin. */
function expectOwnPolicy(policy: string): void {
  const directives = policy.split(';').map((part) => part.trim().split(/\s+/))
  expect(directives).toContainEqual(['default-src', "'self'"])
  for (const [name, ...sources] of directives) {
    expect(["'self'", "'none'"], `${name} ${sources.join(' ')}`).toEqual(
      expect.arrayContaining(sources),
    )
  }
}

/** In Swedish and Finnish, for staff in Swedish and English, all is looked at; English may only not be too wide. */
function isLookedThrough(page: ListedPage, path: string): boolean {
  return page.routes.length < 3 || !path.startsWith('/en')
}

async function faultsOf(
  tab: Page,
  colorScheme: 'light' | 'dark',
  rules?: readonly string[],
): Promise<readonly string[]> {
  await tab.emulateMedia({ colorScheme })
  return axeFaults(tab, rules)
}

describe.each(NIGHTS)('after a night of $hours hours', ({ hours, sunday, tuesdayAfter }) => {
  beforeAll(async () => {
    town = await openWholeTown(instant(Date.parse(tuesdayAfter)))
    const { plain, longName, many, unknown } = town.stations
    places = await findPlaces(town.url, {
      station: plain.id,
      longName: longName.id,
      many: many.id,
      unknown: unknown.id,
    })
    cookie = await signIn(town.url)
  }, 60_000)

  afterAll(async () => {
    await town[Symbol.asyncDispose]()
    expect(town.errors).toEqual([])
  })

  test('every page is in the list, and what is in the list is there', () => {
    const pages = town.routes.filter((route) => !NO_PAGES.some((other) => other.test(route)))
    const listed = new Set(PAGES.flatMap(({ routes }) => routes))
    expect(pages.toSorted()).toEqual([...listed].toSorted())
  })

  describe.each(PAGES)('$what', (page) => {
    test('is a page, small, and lets nothing in from elsewhere', async () => {
      for (const path of everyPath(page)) {
        const { status, headers, text, bytes } = await ask(path, page.staff ? { cookie } : {})
        expect([path, status]).toEqual([path, page.status ?? 200])
        if (status === 303) continue
        expect(headers['content-type'], path).toBe('text/html; charset=utf-8')
        expectOwnPolicy(String(headers['content-security-policy']))
        const parts = [
          ...text.matchAll(/<(?:link rel="stylesheet" href|script[^>]* src)="([^"]+)"/g),
        ]
        let all = bytes
        for (const [, part] of parts) all += (await ask(part!)).bytes
        expect(all, path).toBeLessThanOrEqual(page.wireBytes ?? WIRE_BYTES)
      }
    })
  })

  test('the night is one day among thirty, with its own level', async () => {
    const { text } = await ask(`/s/${town.stations.plain.id}/statistik`)
    const table = /<section aria-labelledby="fill">[^]*?<\/table>/.exec(text)![0]
    const days = [...table.matchAll(/<th scope="row">([^<]+)<\/th>/g)].map(([, day]) => day!)
    expect(days).toHaveLength(30)
    expect(new Set(days).size).toBe(30)
    expect(days.indexOf(sunday)).toBe(27)
  })

  describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
    let browser: Browser
    let residents: Page
    let staff: Page
    const asked: string[] = []
    const complaints: string[] = []

    async function openTab(): Promise<Page> {
      const tab = await (await browser.newContext()).newPage()
      tab.on('request', (request) => asked.push(request.url()))
      tab.on('console', (message) => complaints.push(message.text()))
      tab.on('pageerror', (error) => complaints.push(error.message))
      return tab
    }

    beforeAll(async () => {
      browser = await openBrowser()
      residents = await openTab()
      staff = await openTab()
      const [name, value] = cookie.split('=', 2) as [string, string]
      await staff.context().addCookies([{ name, value, url: town.url }])
    })

    afterAll(() => browser.close())

    test.each(PAGES.filter(({ what }) => hours === 25 || OF_DAYS.includes(what)))(
      '$what has no fault, on narrow and wide screens, light and dark',
      { timeout: 180_000 },
      async (page) => {
        const tab = page.staff ? staff : residents
        for (const path of everyPath(page)) await expectNoFault(tab, page, path)
      },
    )

    test('a town from which nothing was heard for hours says so, without a fault', async () => {
      town.setNow(plus(instant(Date.parse(tuesdayAfter)), 5 * HOUR))
      for (const what of ['the list', 'a station', 'a screen at the station']) {
        const page = PAGES.find((listed) => listed.what === what)!
        await expectNoFault(residents, page, everyPath(page)[0]!)
        expect(await residents.innerText('body')).toContain('11:30')
      }
    })

    async function expectNoFault(tab: Page, page: ListedPage, path: string): Promise<void> {
      asked.length = 0
      complaints.length = 0
      // A page that reloads itself can't be read at leisure; every reader may pause it.
      await tab.goto(`${town.url}${path}${path.includes('?') ? '&' : '?'}pause=1`)
      if (page.begun !== undefined) await tab.waitForSelector(page.begun, { timeout: 60_000 })
      await openDetails(tab)
      const isLooked = isLookedThrough(page, path)
      for (const width of [360, 1280]) {
        await tab.setViewportSize({ width, height: 900 })
        expect(await overhang(tab), `${path} at ${width}`).toBeLessThanOrEqual(0)
        if (!isLooked) continue
        expect(await faultsOf(tab, 'light'), `${path} at ${width}`).toEqual([])
        expect(await faultsOf(tab, 'dark', COLOURS), `${path} at ${width}, dark`).toEqual([])
      }
      expect(asked.filter((url) => new URL(url).origin !== town.url)).toEqual([])
      const missing = /^Failed to load resource: the server responded with a status of 404/
      expect(complaints.filter((text) => page.status !== 404 || !missing.test(text))).toEqual([])
    }
  })
})
