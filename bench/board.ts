/** How soon the dispatch board answers a dispatcher with many stops on it. See --help. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import { parseArgs } from 'node:util'
import { html, htmlText } from '#src/pages/html.ts'
import { openWebFiles } from '#src/pages/web-files.ts'
import { openBrowser } from '#tests/support/browser.ts'
import { moved, type Move } from '../web/board/moves.ts'
import type { Day } from '../web/board/day.ts'
import { madeDay, round, stop, unload } from '#tests/web/board/made-day.ts'

const HELP = `node bench/board.ts [--stops 150] [--presses 20]

Opens the built board in Chromium with so many stops on two bikes and an answer at once, and presses keys,
opens rows and drags. Prints until when rows were there (goal 3 s) and how long an interaction took until
the next picture (goal 200 ms), in milliseconds; and what is fetched, in kB by Brotli (goal 500).
`

const { values } = parseArgs({
  options: {
    stops: { type: 'string', default: '150' },
    presses: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(HELP)
  process.exit(0)
}
const stops = Number(values.stops)
const presses = Number(values.presses)

const ORIGIN = 'http://board.example'
const DIST = fileURLToPath(new URL('../web/dist/', import.meta.url))

let day = fullDay(stops)
const browser = await openBrowser()
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
let fetched = 0
await page.route('**/*', async (route) => {
  const { pathname } = new URL(route.request().url())
  if (pathname.startsWith('/assets/web/')) {
    const body = readFileSync(join(DIST, pathname.slice('/assets/web/'.length)))
    fetched += brotliCompressSync(body).length
    const contentType = pathname.endsWith('.css') ? 'text/css' : 'text/javascript'
    return route.fulfill({ body, contentType })
  }
  if (pathname.endsWith('/move')) {
    const move = route.request().postDataJSON() as Move
    day = { ...moved(day, move), version: day.version + 1 }
    return route.fulfill({ json: day })
  }
  if (pathname.startsWith('/api/v1/rounds/') && !pathname.endsWith('/events')) {
    return route.fulfill({ json: day })
  }
  if (pathname === '/') return route.fulfill({ body: shell(), contentType: 'text/html' })
  return route.fulfill({ status: 404, json: {} })
})

const began = performance.now()
await page.goto(ORIGIN)
await page.waitForSelector('.plan [data-stop]')
const usable = performance.now() - began
await page.evaluate(`
  window.took = []
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (e.interactionId) took.push([e.name, e.duration])
  }).observe({ type: 'event', durationThreshold: 16, buffered: true })
`)

const handles = page.locator('.plan .handle:not(.locked)')
await handles.nth(3).focus()
for (let i = 0; i < presses; i++) await page.keyboard.press('Alt+ArrowDown')
for (let i = 0; i < presses; i++) await page.locator('.plan button.title').nth(i).click()
for (let i = 0; i < 5; i++) {
  await handles.nth(5).hover()
  await page.mouse.down()
  const to = (await handles.nth(9).boundingBox())!
  await page.mouse.move(to.x + 5, to.y + 30, { steps: 5 })
  await page.mouse.up()
}
await page.waitForTimeout(500)
const took = (await page.evaluate('took')) as [string, number][]
await browser.close()

const row = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)}${value}\n`)
row(`stops`, String(stops))
row('rows are there after, ms', usable.toFixed(0))
row('fetched, kB', (fetched / 1000).toFixed(1))
for (const [name, all] of Map.groupBy(took, ([name]) => name)) {
  const sorted = all.map(([, ms]) => ms).sort((a, b) => a - b)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  row(`${name}: median, p98, most, ms`, `${at(0.5)}, ${at(0.98)}, ${at(1)} (${sorted.length})`)
}

/** Every sixth stop of a round is a drop-off. */
function fullDay(count: number): Day {
  const half = (bike: string, from: number) =>
    round(
      bike,
      Array.from({ length: count / 2 }, (_, i) =>
        i % 6 === 5 ? unload(`${bike}-${i}`) : stop(`${from + i}`, placed(from + i)),
      ),
    )
  return {
    ...madeDay,
    rounds: [half('bike-1', 0), half('bike-2', count)],
    outside: [],
    unserved: [],
    unplanned: [],
  }
}

function placed(i: number) {
  const { person } = stop(String(i))
  const position = { lat: 57.7 + (i % 12) * 0.003, lon: 12.9 + (i % 17) * 0.004 }
  return { person: { ...person!, position }, things: [{ item: 'chair', count: 2 }] }
}

function shell(): string {
  const facts = {
    day: day.day,
    language: 'sv',
    timeZone: 'Europe/Stockholm',
    items: { chair: 'Stol' },
    stations: [],
    base: [],
    paths: { signIn: '/', print: '/', book: '/', booking: '/' },
  }
  return htmlText(
    html`<!doctype html>
      <html lang="sv">
        <head>
          ${openWebFiles().island('board')}
        </head>
        <body>
          <div id="board" class="board" data-facts="${JSON.stringify(facts)}"></div>
        </body>
      </html>`,
  )
}
