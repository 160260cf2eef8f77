/**
 * Takes a picture of every page for docs/screens/: npm run screens. On the town of the pages' test, whose
 * clock stands still, so that a picture changes only where a page does.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { openBikePeople, readAddresses } from '#simulator/bike.ts'
import { DEMO_TOWN } from '#src/demo.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { openBrowser } from '#tests/support/browser.ts'
import { findPlaces, signIn } from '#tests/support/find-places.ts'
import { PAGES, pathOf, type ListedPage } from '#tests/support/page-list.ts'
import { until } from '#tests/support/until.ts'
import { openWholeTown, STAFF_TOKEN } from '#tests/support/whole-town.ts'

const FOLDER = fileURLToPath(new URL('screens/', import.meta.url))
const TUESDAY = instant(Date.parse('2026-10-27T10:35:00Z'))
const MOST_BYTES = { wide: 150_000, narrow: 70_000 }
/** The rest of a long page shows nothing new. */
const MOST_HEIGHT = 1100
/** Each kind of page once on a wide screen; the others follow as they are on a phone. */
const WIDE = [
  ...['the list', 'a station', 'a post', 'a container by its code', 'a screen at the station'],
  ...['statistics', 'the archive', 'following one station', 'booking: what', 'booking: when'],
  ...['one’s own booking', 'a loan: from', 'signing in', 'the staff’s start', 'the board'],
  ...['bookings', 'a booking, for staff', 'the rules', 'why', 'why, of one decision', 'silences'],
  ...['corrections', 'sensors', 'a sensor', 'alarms', 'emptyings', 'in the field, a station'],
  ...['loans', 'persons', 'users', 'settings', 'the rider’s round'],
]
/** Towns at their edges, which only tests look at. */
const LEFT_OUT = [
  ...['the list for one fraction, by distance', 'the list without an answer'],
  ...['a station with a long name', 'a station with sixty containers'],
  ...['a station of which nothing is known', 'a container of which nothing is known'],
]
/** Shown on a phone in the dark as well: what residents and riders have in their hands. */
const ON_PHONES = ['a station', 'a container by its code', 'booking: what', 'the rider’s round']

await rm(FOLDER, { recursive: true, force: true })
await mkdir(FOLDER, { recursive: true })
await using town = await openWholeTown(TUESDAY)
await rideHalfADay()
const { plain, longName, many, unknown } = town.stations
const places = await findPlaces(town.url, {
  station: plain.id,
  longName: longName.id,
  many: many.id,
  unknown: unknown.id,
})
const browser = await openBrowser()
const context = await browser.newContext({ locale: 'sv-SE' })
const [name, value] = (await signIn(town.url)).split('=', 2) as [string, string]
const visitor = await context.newPage()
const staffContext = await browser.newContext({ locale: 'sv-SE' })
await staffContext.addCookies([{ name, value, url: town.url }])
const staff = await staffContext.newPage()
const shown = PAGES.filter(({ what, status = 200 }) => status === 200 && !LEFT_OUT.includes(what))
const [wide, narrow] = [true, false].map((is) =>
  shown.filter(({ what }) => WIDE.includes(what) === is),
) as [ListedPage[], ListedPage[]]
for (const page of wide) {
  await take(page, 1280, 'light', '')
  if (ON_PHONES.includes(page.what)) await take(page, 360, 'dark', '-phone')
}
for (const page of narrow) await take(page, 360, 'light', '')
await browser.close()
await writeFile(`${FOLDER}README.md`, pageOfPictures([...wide, ...narrow]))

/** Booked and planned the day before, published in the morning and ridden until now. */
async function rideHalfADay(): Promise<void> {
  const step = openBikePeople({
    url: town.url,
    staffToken: STAFF_TOKEN,
    seed: 7,
    addresses: readAddresses(DEMO_TOWN)!,
  })
  for (const hoursAgo of [26, 4, 2, 1, 0]) {
    const at = plus(TUESDAY, -hoursAgo * HOUR)
    town.setNow(at)
    await step(at)
  }
}

async function take(
  page: ListedPage,
  width: number,
  colorScheme: 'light' | 'dark',
  mark: string,
): Promise<void> {
  const tab = page.staff ? staff : visitor
  await tab.setViewportSize({ width, height: width === 360 ? 720 : 900 })
  await tab.emulateMedia({ colorScheme })
  await tab.goto(town.url + pathOf(page, page.routes[0]!, places))
  if (page.begun !== undefined) await tab.waitForSelector(page.begun)
  // Whatever is under way says so by three dots.
  await until(async () => !(await tab.evaluate('/ …$/m.test(document.body.innerText)')), 60_000)
  const png = await picture(tab, width)
  await writeFile(`${FOLDER}${fileName(page.what)}${mark}.png`, png)
}

function pageOfPictures(pages: readonly ListedPage[]): string {
  const pictures = pages.map(({ what }) => {
    const name = fileName(what)
    const phone = ON_PHONES.includes(what) ? `\n\n![${what}, on a phone](${name}-phone.png)` : ''
    return `## ${what.slice(0, 1).toUpperCase()}${what.slice(1)}\n\n![${what}](${name}.png)${phone}`
  })
  const parts = ['# What it looks like', 'The demo town. Taken by `npm run screens`.', ...pictures]
  return `${parts.join('\n\n')}\n`
}

/** As much of the page as fits into the bytes that a picture may have. */
async function picture(tab: Page, width: number): Promise<Buffer> {
  const whole = (await tab.evaluate('document.documentElement.scrollHeight')) as number
  for (let height = Math.min(whole, MOST_HEIGHT); ; height = Math.floor(height * 0.8)) {
    const png = await tab.screenshot({ fullPage: true, clip: { x: 0, y: 0, width, height } })
    if (png.length <= MOST_BYTES[width === 360 ? 'narrow' : 'wide'] || height < 400) return png
  }
}

function fileName(what: string): string {
  return what
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
    .replace(/^(the|a|an)-/, '')
    .replace(/-$/, '')
}
