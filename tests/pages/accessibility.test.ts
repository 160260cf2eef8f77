import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR, plus } from '#src/stations/time.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault, openDetails } from '#tests/support/page-faults.ts'
import {
  correctionOf,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { castTown, containerId } from '#tests/support/town.ts'

const A = '000000000000000a'
const WRONG = '000000000000000c'
const DIGEST = '000000000000000d'

/** What the town of gates.test.ts has none of. */
const PAGES = [
  ['a post that was wrong', `/p/${WRONG}`, `/en/p/${WRONG}`, `/fi/p/${WRONG}`],
  ['a digest', `/p/${DIGEST}`, `/en/p/${DIGEST}`, `/fi/p/${DIGEST}`],
  ['following by mail', '/folj', '/en/follow', '/fi/seuraa'],
  [
    'following one station by mail',
    '/s/1490-901/folj',
    '/en/s/1490-901/follow',
    '/fi/s/1490-901/seuraa',
  ],
] as const

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: HttpTown
  let url: string

  beforeAll(async () => {
    browser = await openBrowser()
    const long = {
      ...castTown.stations[1]!,
      name: 'Västra Vinkelåkersgatans återvinningsstation vid gamla tegelbruket i Rångedala',
    }
    town = await openHttpTown({
      town: {
        ...castTown,
        stations: [castTown.stations[0]!, long, castTown.stations[2]!],
        operator: {
          name: 'Provstads kommun',
          url: 'https://provstad.example/',
          email: 'kontakt@provstad.example',
        },
      },
      pages: { demo: { speed: 1200 } },
      follow: { email: true, pushKey: 'BKey' },
    })
    for (let hoursAgo = 160; hoursAgo >= 1; hoursAgo -= 3) {
      await town.measure(EKUDDEN_PAPER, 100 - hoursAgo / 2, hoursAgo * 60)
    }
    await town.measure(containerId('1490-901-plastic-1'), 80, 20)
    await town.measure(containerId('1490-902-paper-1'), 30, 20)
    await town.fail(containerId('1490-902-clear-glass-1'), 'tilted', 60)
    await town.say(
      [fullDecision(TUESDAY, A)],
      [fullPost(TUESDAY, A), fullPost(plus(TUESDAY, -HOUR), '000000000000000b', { kind: 'close' })],
    )
    const wrong = fullPost(plus(TUESDAY, -3 * HOUR), WRONG)
    const { stationId, ...digest } = fullPost(plus(TUESDAY, -4 * HOUR), DIGEST, { kind: 'digest' })
    const items = digest.items.map((item) => ({ ...item, stationId: stationId! }))
    await town.say(
      [fullDecision(wrong.at, WRONG)],
      [wrong, correctionOf(wrong, plus(TUESDAY, -HOUR)), { ...digest, items }],
    )
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })

  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    describe.each([360, 1280])('%d pixels wide', (width) => {
      test.each(PAGES)('%s has no fault that axe finds', async (_what, ...paths) => {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
        try {
          const tab = await context.newPage()
          for (const path of paths) {
            // A page that reloads itself can't be read at leisure; every reader may pause it.
            await tab.goto(`${url}${path}?pause=1`)
            await openDetails(tab)
            await expectNoFault(tab, path)
          }
        } finally {
          await context.close()
        }
      })
    })
  })

  test('without JavaScript a resident finds glass, a station and the reason', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const tab = await context.newPage()
    await tab.goto(`${url}/?pause=1`)
    await tab.selectOption('#fraction', 'paper')
    await tab.click('button')
    expect(new URL(tab.url()).searchParams.get('fraction')).toBe('paper')
    await tab.click('a.name >> text=Ekudden')
    expect(await tab.textContent('h1')).toBe('Ekudden')
    await tab.click('summary >> text=Varför skrevs detta?')
    await tab.click('text=Inläggets egen sida')
    expect(await tab.textContent('h1')).toBe('Inlägg från Ekudden')
    await context.close()
  })

  test('every link and button that stands alone is at least 24 pixels, buttons and fields 48', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 900 } })
    const tab = await context.newPage()
    await tab.goto(`${url}/?pause=1`)
    // A script offers the map once the page is drawn.
    await tab.locator('#open-map').waitFor()
    const heights = (await tab.evaluate(
      '[...document.querySelectorAll("button, input:not([type=hidden]), select, nav a, .brand")].map(e => e.getBoundingClientRect().height)',
    )) as number[]
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(48)
    await context.close()
  })

  test('a page that is read says that there is something new, and shows it only when asked', async () => {
    await using quiet = await openHttpTown()
    await quiet.measure(EKUDDEN_PAPER, 20)
    const own = await quiet.app.listen({ host: '127.0.0.1', port: 0 })
    const context = await browser.newContext()
    const tab = await context.newPage()
    tab.setDefaultTimeout(5000)
    const complaints: string[] = []
    tab.on('console', (message) => complaints.push(message.text()))
    await tab.goto(`${own}/s/1490-901`)
    const look = async () => {
      const asked = tab.waitForResponse((answer) => answer.url() === tab.url())
      await tab.evaluate('document.dispatchEvent(new Event("visibilitychange"))')
      await asked
    }
    await quiet.measure(EKUDDEN_PAPER, 22)
    quiet.setNow(plus(TUESDAY, HOUR))
    await look()
    // Asked once more, the first answer has been read.
    await look()
    expect(await tab.locator('#news a').count()).toBe(0)
    await quiet.measure(containerId('1490-901-plastic-1'), 99)
    await look()
    await tab.waitForSelector('#news a')
    expect(await tab.locator('.containers .s-full').count()).toBe(0)
    await tab.click('text=Nya uppgifter – visa')
    await tab.waitForSelector('.containers .s-full')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('nothing is fetched but the page, one stylesheet and an icon', async () => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    const fetched: string[] = []
    tab.on('request', (request) => fetched.push(new URL(request.url()).pathname))
    const complaints: string[] = []
    tab.on('console', (message) => complaints.push(message.text()))
    await tab.goto(`${url}/s/1490-901?pause=1`)
    expect(fetched.filter((path) => path !== '/favicon.svg')).toEqual([
      '/s/1490-901',
      expect.stringMatching(/^\/assets\/kvitter\.[0-9a-f]{12}\.css$/),
    ])
    expect(complaints).toEqual([])
    await context.close()
  })
})
