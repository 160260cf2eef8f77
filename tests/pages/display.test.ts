import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { FRACTIONS } from '#src/stations/fraction.ts'
import { DAY, HOUR, instant, plus } from '#src/stations/time.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import {
  correctionOf,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'
import { box, castTown, containerId, stationId } from '#tests/support/town.ts'

const KEY = '000000000000000a'

async function screen(town: HttpTown, url: string): Promise<string> {
  const answer = await town.app.inject(url)
  expect([url, answer.statusCode]).toEqual([url, 200])
  return answer.body
}

function words(markup: string): string {
  return markup
    .replace(/^[^]*<body/, '<body')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00A0]+/g, ' ')
    .trim()
}

/** Where and when it comes back. */
const refreshOf = (markup: string) =>
  /http-equiv="refresh" content="([^"]+)"/.exec(markup)?.[1]?.replaceAll('&amp;', '&')

async function fullTown(): Promise<HttpTown> {
  const town = await openHttpTown()
  await town.measure(EKUDDEN_PAPER, 96.4, 12)
  await town.measure(containerId('1490-901-plastic-1'), 34, 130)
  await town.measure(containerId('1490-902-paper-1'), 20)
  return town
}

describe('a screen at a station', () => {
  test('says in big words what has room, where to go instead, how old it is, and what was said', async () => {
    await using town = await fullTown()
    await town.say([fullDecision(TUESDAY, KEY)], [fullPost(TUESDAY, KEY)])
    const markup = await screen(town, '/skarm/1490-901')
    expect(words(markup)).toBe(
      'Ekudden 14:35 tisdag 5 maj Skärmen når inte tjänsten. Uppgifterna är från 14:35. ' +
        'Pappersförpackningar Fullt Plats finns 600 m åt öster: Hamnen ' +
        'Plastförpackningar Plats finns 34 % fyllt · mättes för 2 timmar sedan ' +
        'Ofärgat glas Okänt inget mätvärde än ' +
        'Senast sagt, nyss Ekudden: behållaren för pappersförpackningar är full sedan 14:05, enligt givare. Närmast med plats: Hamnen, 600 m. ' +
        'Läs mer och säg till med mobilen',
    )
  })

  test.each([
    ['/en/display/1490-901', 'Paper packaging Full Room 600 m to the east: Hamnen'],
    ['/fi/naytto/1490-901', 'Paperipakkaukset Täynnä Tilaa 600 m itään: Hamnen'],
  ])('says the same at %s', async (url, said) => {
    await using town = await fullTown()
    expect(words(await screen(town, url))).toContain(said)
  })

  test('has nothing that a passer-by could press or follow', async () => {
    await using town = await fullTown()
    expect(await screen(town, '/skarm/1490-901')).not.toMatch(/<(?:a|button|form|input|details)\b/)
  })

  test('points the way only where it is known which way its readers look', async () => {
    await using town = await fullTown()
    expect(await screen(town, '/skarm/1490-901')).not.toContain('class="arrow"')
    expect(await screen(town, '/skarm/1490-901?mot=180')).toContain('rotate(270)')
    expect(await screen(town, '/skarm/1490-901?mot=nere')).not.toContain('class="arrow"')
  })

  test('says that nobody is known to have room rather than guess', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 99)
    expect(words(await screen(town, '/skarm/1490-901'))).toContain(
      'Fullt Ingen annan station har känd plats',
    )
  })

  test('tells sixty containers by fraction: the best of each, and how many are full', async () => {
    const many = {
      ...castTown.stations[0]!,
      containers: Array.from({ length: 60 }, (_, i) => {
        const fraction = FRACTIONS[i % 8]!.id
        const name = `${fraction}-${Math.floor(i / 8) + 1}`
        const id = containerId(`1490-901-${name}`)
        return { id, stationId: stationId('1490-901'), name, fraction, geometry: box }
      }),
    }
    const second = { ...castTown.mountings[1]!, containerId: containerId('1490-901-paper-2') }
    const mountings = [castTown.mountings[0]!, second]
    await using town = await openHttpTown({
      town: { ...castTown, stations: [many], mountings },
    })
    await town.measure(EKUDDEN_PAPER, 99, 5)
    await town.measure(containerId('1490-901-paper-2'), 10, 5)
    const markup = await screen(town, '/skarm/1490-901')
    expect(markup.match(/class="row"/g)).toHaveLength(8)
    expect(words(markup)).toContain(
      'Pappersförpackningar Plats finns 1 av 8 behållare fulla · mättes för 5 min sedan',
    )
    expect(words(markup)).toContain('Batterier Okänt inget mätvärde än')
  })

  test('owns up to figures that stand still, and shows no level that is unknown', async () => {
    await using town = await fullTown()
    town.setNow(plus(TUESDAY, DAY))
    const markup = await screen(town, '/skarm/1490-901')
    expect(words(markup)).toContain(
      'Uppgifterna uppdateras inte. Det senaste mätvärdet kom i går 14:35.',
    )
    expect(markup).not.toMatch(/<svg class="bar/)
    expect(words(markup)).not.toContain('Plats finns')
  })

  test('does not repeat what was wrong or is a day old', async () => {
    await using town = await fullTown()
    const wrong = fullPost(plus(TUESDAY, -HOUR), KEY)
    await town.say(
      [fullDecision(wrong.at, KEY)],
      [
        wrong,
        correctionOf(wrong, TUESDAY),
        fullPost(plus(TUESDAY, -25 * HOUR), '000000000000000b'),
      ],
    )
    expect(words(await screen(town, '/skarm/1490-901'))).not.toContain('Senast sagt')
  })

  test('is dark while the sun is down there', async () => {
    await using town = await fullTown()
    expect(await screen(town, '/skarm/1490-901')).toContain('class=""')
    town.setNow(instant(Date.parse('2026-05-05T22:00:00Z')))
    expect(await screen(town, '/skarm/1490-901')).toContain('class="night"')
  })

  test('takes the dark look of the municipality at night', async () => {
    const own = '@media (prefers-color-scheme: dark) { :root { --paper: #123456; } }'
    await using town = await openHttpTown({ pages: { townCss: own } })
    const markup = await screen(town, '/skarm/1490-901')
    const url = /\/assets\/display\.\w+\.css/.exec(markup)![0]
    const css = (await town.app.inject(url)).body
    expect(css.slice(css.indexOf('.night'))).toMatch(/--ink: #e9eeec;[^]*--paper: #123456;/)
  })

  test.each([
    ['/skarm/1490-901', '60'],
    ['/skarm/1490-901?sprak=sv', '60'],
    ['/skarm/1490-901?sprak=xx', '60'],
    ['/skarm/1490-901?sprak=sv,en', '15;url=/en/display/1490-901?sprak=sv,en'],
    ['/en/display/1490-901?sprak=fi,sv,en', '15;url=/fi/naytto/1490-901?sprak=sv,en,fi'],
    ['/fi/naytto/1490-901?sprak=sv,fi&mot=90', '15;url=/skarm/1490-901?sprak=sv,fi&mot=90'],
    ['/skarm/1490-901?sprak=en', '15;url=/en/display/1490-901?sprak=en'],
  ])('comes back by itself: %s after %s', async (url, expected) => {
    await using town = await openHttpTown()
    expect(refreshOf(await screen(town, url))).toBe(expected)
  })

  test('there is none of a station that doesn’t exist', async () => {
    await using town = await openHttpTown()
    const answer = await town.app.inject('/skarm/1490-999')
    expect([answer.statusCode, answer.body]).toEqual([404, expect.stringContaining('finns inte')])
  })
})

test.skipIf(chromiumPath === undefined)(
  'a screen that has lost the network keeps its last picture, says so, and after two hours tells no levels',
  async () => {
    await using town = await fullTown()
    await town.app.listen({ host: '127.0.0.1', port: 0 })
    await using wire = await startTcpProxy((town.app.server.address() as AddressInfo).port)
    await using browser = await openBrowser()
    const tab = await browser.newPage()
    const complaints: string[] = []
    tab.on('console', (message) => complaints.push(message.text()))
    await tab.goto(`http://127.0.0.1:${wire.port}/skarm/1490-901`)
    await tab.evaluate('navigator.serviceWorker.ready')
    await tab.waitForFunction('navigator.serviceWorker.controller !== null')
    await tab.reload()
    expect(await tab.isVisible('.cut-off')).toBe(false)
    expect(complaints).toEqual([])

    wire.refuse(true)
    wire.cut()
    await tab.reload()
    expect(await tab.isVisible('text=Skärmen når inte tjänsten. Uppgifterna är från 14:35.')).toBe(
      true,
    )
    expect(await tab.isVisible('text=Plats finns 600 m åt öster: Hamnen')).toBe(true)

    await tab.evaluate(`(async () => {
      const cache = await caches.open('kvitter-display')
      const kept = await cache.match(location.href)
      const headers = new Headers(kept.headers)
      headers.set('date', new Date(Date.now() - 3 * 3600e3).toUTCString())
      await cache.put(location.href, new Response(await kept.text(), { headers }))
    })()`)
    await tab.reload()
    expect(await tab.isVisible('.cut-off')).toBe(true)
    expect(await tab.isVisible('.rows')).toBe(false)

    wire.refuse(false)
    await tab.reload()
    expect(await tab.isVisible('.cut-off')).toBe(false)
    expect(await tab.isVisible('.rows')).toBe(true)

    // A page that says that there is none wouldn't come back by itself.
    const stations = castTown.stations.filter(({ id }) => id !== '1490-901')
    const reload = (next: typeof castTown) =>
      town.journal.reload({ town: next, makeEngine: () => town.engine })
    await reload({ ...castTown, stations, devices: [], mountings: [] })
    await tab.reload()
    expect(await tab.isVisible('.cut-off')).toBe(true)
    expect(await tab.getAttribute('meta[http-equiv=refresh]', 'content')).toBe('60')
    await reload(castTown)
    await tab.reload()
    expect(await tab.isVisible('.cut-off')).toBe(false)
  },
)
