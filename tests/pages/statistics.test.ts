import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import { openStatistics } from '#src/store/statistics.ts'
import { openBookingDesk } from '#src/store/booking-desk.ts'
import {
  correctionOf,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  SEALER,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { bookingTerms } from '#tests/support/booking-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'
import { castTown, containerId } from '#tests/support/town.ts'

const PLASTIC = containerId('1490-901-plastic-1')

async function mainOf(town: HttpTown, url: string): Promise<string> {
  const answer = await town.app.inject(url)
  expect([url, answer.statusCode]).toEqual([url, 200])
  return /<main[^]*<\/main>/.exec(answer.body)![0]
}

const plain = (text: string | null) => text?.replace(/[\s\u00A0]+/g, ' ')
const words = (markup: string) => plain(markup.replace(/<[^>]+>/g, ' '))!

/** Paper rises for two days, is full for some hours and is emptied; plastic stays at a fifth. */
async function fillTwoDays(town: HttpTown): Promise<void> {
  const readings: Promise<void>[] = []
  for (let hour = 48; hour >= 0; hour -= 3) {
    const level = hour >= 3 ? Math.min(97, 20 + (48 - hour) * 2) : 4
    readings.push(town.measure(EKUDDEN_PAPER, level, hour * 60 + 5))
    readings.push(town.measure(PLASTIC, 20, hour * 60 + 5))
  }
  await Promise.all(readings)
}

describe('statistics', () => {
  test('of a station: each day’s highest level, how often and how long it was full, and of which days', async () => {
    await using town = await openHttpTown()
    await fillTwoDays(town)
    const markup = await mainOf(town, '/s/1490-901/statistik')
    const text = words(markup)
    expect(text).toContain('Statistik: Ekudden')
    expect(text).toContain('Räknat i dag 14:35, för 6 april 2026 till 5 maj 2026.')
    expect(markup).toContain(
      'aria-label="Pappersförpackningar: dygnens högsta nivå mellan 38 och 97 procent."',
    )
    const strip = /<figure>[^]*?<\/figure>/.exec(markup)![0]
    expect(strip.match(/class="day none"/g)).toHaveLength(27)
    expect(strip.match(/class="day h\d"/g)).toEqual([
      ...['class="day h1"', 'class="day h3"', 'class="day h4"'],
    ])
    expect(text).toContain('sön 3 maj 38 20 mån 4 maj 86 20 tis 5 maj 97 20')
    expect(text).toContain('mån 6 apr. – –')
    expect(text).toContain('Pappersförpackningar 1 12 tim 24,7 %')
    expect(text).toContain('Plastförpackningar 0 – 0 %')
    expect(text).not.toContain('Ofärgat glas')
  })

  test.each([
    ['/statistik', 'Statistik: Provstad'],
    ['/en/statistics', 'Statistics: Provstad'],
    ['/fi/tilastot', 'Tilastot: Provstad'],
    ['/en/s/1490-901/statistics', 'Statistics: Ekudden'],
    ['/fi/s/1490-901/tilastot', 'Tilastot: Ekudden'],
  ])('at %s', async (url, title) => {
    await using town = await openHttpTown()
    expect(words(await mainOf(town, url))).toContain(title)
  })

  test('of the town: by fraction, and the way to each station’s own', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 96, 60)
    await town.measure(containerId('1490-902-paper-1'), 40, 60)
    const markup = await mainOf(town, '/statistik')
    expect(markup).toContain(
      'aria-label="Pappersförpackningar: dygnens högsta nivå mellan 68 och 68 procent."',
    )
    expect(markup).toContain('href="/s/1490-902/statistik"')
    expect((await town.app.inject('/')).body).toContain('href="/statistik"')
    expect((await town.app.inject('/s/1490-999/statistik')).statusCode).toBe(404)
  })

  test('without any readings says so, and draws nothing as empty', async () => {
    await using town = await openHttpTown()
    const markup = await mainOf(town, '/statistik')
    expect(words(markup)).toContain('Inga mätvärden de här dagarna.')
    expect(words(markup)).toContain('Ingen har rapporterat något de här dagarna.')
    expect(markup).not.toContain('class="heat"')
  })

  test('tell posts by month, corrections apart, and nothing that waits or was stopped', async () => {
    await using town = await openHttpTown()
    const key = (n: number) => n.toString(16).padStart(16, '0')
    const wrong = fullPost(plus(TUESDAY, -HOUR), key(1))
    const april = fullPost(plus(TUESDAY, -20 * DAY), key(2))
    const stopped = fullPost(TUESDAY, key(3), { sendAt: plus(TUESDAY, HOUR) })
    const waiting = fullPost(TUESDAY, key(4), { sendAt: plus(TUESDAY, 3 * HOUR) })
    await town.say(
      [fullDecision(wrong.at, key(1))],
      [wrong, april, correctionOf(wrong, TUESDAY), stopped, waiting],
    )
    await town.withdraw(key(3))
    town.setNow(plus(TUESDAY, 2 * HOUR))
    const text = words(await mainOf(town, '/statistik'))
    expect(text).toContain('mars 2026 0 0 april 2026 1 0 maj 2026 1 1')
    expect(words(await mainOf(town, '/s/1490-902/statistik'))).toContain('april 2026 0 0')
  })

  test('tell how reports came out, and of whom none', async () => {
    await using town = await openHttpTown()
    const report = (container: typeof PLASTIC, kind: 'full' | 'litter', reporter: string) =>
      town.append({
        kind: 'report',
        containerId: container,
        report: kind,
        by: 'resident',
        reporter,
      })
    await town.measure(EKUDDEN_PAPER, 97, 30)
    await town.measure(PLASTIC, 20, 30)
    await report(EKUDDEN_PAPER, 'full', 'reporter-a')
    await report(PLASTIC, 'full', 'reporter-b')
    await report(containerId('1490-902-paper-1'), 'full', 'reporter-c')
    await report(PLASTIC, 'litter', 'reporter-a')
    await town.append({
      kind: 'report',
      containerId: PLASTIC,
      report: 'litter',
      by: 'staff',
      reporter: 'staff',
    })
    town.setNow(plus(TUESDAY, HOUR))
    await town.append({
      kind: 'emptied',
      containerId: EKUDDEN_PAPER,
      emptiedAt: plus(TUESDAY, HOUR),
      by: 'contractor',
    })
    const early = words(await mainOf(town, '/s/1490-901/statistik'))
    expect(early).not.toContain('tömdes behållaren')
    town.setNow(plus(TUESDAY, 2 * DAY))
    await town.measure(EKUDDEN_PAPER, 97, 1)
    await report(EKUDDEN_PAPER, 'full', 'reporter-d')
    const markup = await mainOf(town, '/statistik')
    const text = words(markup)
    expect(text).toContain('Full 4')
    expect(text).toContain('Skräp 1')
    expect(text).toContain('När någon sade ”full” såg givaren samma sak 2 av 3 gånger.')
    expect(text).toContain('En gång fanns inget mätvärde att jämföra med.')
    expect(text).toContain('tömdes behållaren 1 av 3 gånger')
    expect(markup).not.toContain('reporter-')
  })

  test('believe a sensor that saw it full in the hour of the report, and no emptying that never was', async () => {
    await using town = await openHttpTown()
    const told = async (container: typeof PLASTIC, reporter: string) =>
      town.append({
        kind: 'report',
        containerId: container,
        report: 'full',
        by: 'resident',
        reporter,
      })
    await town.measure(EKUDDEN_PAPER, 97, 30)
    await told(EKUDDEN_PAPER, 'reporter-a')
    town.setNow(plus(TUESDAY, 10 * MINUTE))
    for (const containerId of [EKUDDEN_PAPER, PLASTIC]) {
      await town.append({ kind: 'emptied', containerId, emptiedAt: town.now(), by: 'contractor' })
    }
    await town.measure(EKUDDEN_PAPER, 3, 0)
    await town.measure(EKUDDEN_PAPER, 3, -5)
    town.setNow(plus(TUESDAY, 2 * DAY))
    const [record] = await town.store.emptyings({ containerId: EKUDDEN_PAPER, since: TUESDAY })
    const before = words(await mainOf(town, '/s/1490-901/statistik'))
    expect(before).toContain('såg givaren samma sak 1 av 1 gånger')
    expect(before).toContain('tömdes behållaren 1 av 1 gånger')
    await town.append({
      kind: 'emptying-corrected',
      containerId: EKUDDEN_PAPER,
      of: record!.seq,
      was: plus(TUESDAY, 10 * MINUTE),
      actor: 'staff',
    })
    expect(words(await mainOf(town, '/statistik'))).toContain('tömdes behållaren 0 av 1 gånger')
  })

  test('count what is measured after midnight to its own day', async () => {
    await using town = await openHttpTown()
    const minutesAgo = (text: string) => (TUESDAY - Date.parse(text)) / MINUTE
    await town.measure(EKUDDEN_PAPER, 50, minutesAgo('2026-04-06T00:30:00+02:00'))
    const only = await mainOf(town, '/s/1490-901/statistik')
    expect(only).toContain('dygnens högsta nivå mellan 50 och 50 procent.')
    await town.measure(PLASTIC, 30, minutesAgo('2026-05-04T23:30:00+02:00'))
    await town.measure(PLASTIC, 80, minutesAgo('2026-05-05T00:30:00+02:00'))
    const text = words(await mainOf(town, '/statistik'))
    expect(text).toContain('mån 4 maj – 30 tis 5 maj – 80')
  })

  test('tell which promised emptyings were kept', async () => {
    await using town = await openHttpTown()
    const window = (days: number) => {
      const from = plus(TUESDAY, days * DAY)
      return { from, until: plus(from, 4 * HOUR) }
    }
    await town.append({
      kind: 'fact',
      fact: {
        type: 'plan',
        containerId: EKUDDEN_PAPER,
        source: 'staff',
        emptyings: [window(2), window(4), window(6)],
      },
    })
    for (const [days, hours] of [
      [2, 1],
      [4, 10],
    ] as const) {
      const at = plus(TUESDAY, days * DAY + hours * HOUR)
      town.setNow(at)
      await town.append({
        kind: 'emptied',
        containerId: EKUDDEN_PAPER,
        emptiedAt: at,
        by: 'contractor',
      })
    }
    town.setNow(plus(TUESDAY, 7 * DAY))
    const markup = await mainOf(town, '/s/1490-901/statistik')
    expect(words(markup)).toContain('1 av 3 utlovade tömningar hölls.')
    expect(words(markup)).toContain('1 i tid 1 sent 1 inte gjorda')
    expect(words(markup)).toContain('Hälften av de sena kom mer än 6 timmar för sent.')
    expect(markup).toMatch(/href="\/api\/v1\/stations\/1490-901\/kept\?from=[^"]+&amp;to=[^"]+"/)
    const link = /href="(\/api\/v1\/stations\/1490-901\/kept[^"]+)"/.exec(markup)![1]!
    const answer = await town.app.inject(link.replaceAll('&amp;', '&'))
    expect(answer.json<object>()).toMatchObject({ all: { announced: 3, kept: 1, late: 1 } })
  })

  test('every link to open data has an answer', async () => {
    await using town = await openHttpTown()
    const markup = await mainOf(town, '/s/1490-901/statistik')
    const links = [...markup.matchAll(/href="(\/api[^"]+)"/g)].map(([, url]) =>
      url!.replaceAll('&amp;', '&'),
    )
    expect(links).toHaveLength(3)
    for (const link of links) expect((await town.app.inject(link)).statusCode).toBe(200)
  })

  test('are reckoned once for all who ask within some minutes', async () => {
    await using town = await openHttpTown()
    let monotonic = 0
    let read = 0
    const statisticsOf = openStatistics({
      store: {
        ...town.store,
        histories: (...asked) => {
          read += 1
          return town.store.histories(...asked)
        },
      },
      journal: town.journal,
      monotonicMs: () => monotonic,
    })
    const [station] = castTown.stations
    await Promise.all([statisticsOf(station, TUESDAY), statisticsOf(station, TUESDAY)])
    expect(read).toBe(1)
    monotonic = 6 * MINUTE
    await statisticsOf(station, TUESDAY)
    expect(read).toBe(2)
  })
})

describe('the return bike’s figures', () => {
  const withBike = async () => {
    const town = await openHttpTown({
      pages: ({ store, clock }) => ({
        bookings: {
          desk: openBookingDesk({
            store,
            sealer: SEALER,
            clock,
            terms: () => bookingTerms,
            publicUrl: '',
          }),
          sealer: SEALER,
        },
      }),
    })
    const count = async (month: string, done: number, kg: number) =>
      town.store.days((tx) =>
        tx.keepDayCounts(
          `${month}-10`,
          Object.entries({
            grams: kg * 1000,
            'reused-grams': kg * 250,
            things: done,
            'stops/done': done,
            'unserved/no-room': 7,
            'bike-metres': 40_000,
            'car-metres': 160_000,
          }).map(([what, n]) => ({ day: `${month}-10`, district: 'norrby', what, n })),
        ),
      )
    return { town, count, [Symbol.asyncDispose]: () => town[Symbol.asyncDispose]() }
  }

  test('are kilograms, reuse and kilometres of whole months', async () => {
    await using bike = await withBike()
    const { town, count } = bike
    await count('2026-03', 12, 300)
    await count('2026-04', 10, 100)
    await count('2026-05', 50, 9000)
    const text = words(await mainOf(town, '/statistik'))
    expect(text).toContain('400 kg hämtat')
    expect(text).toContain('100 kg till återbruk (25 %)')
    expect(text).toContain('Med cykel 80 km')
    expect(text).toContain('Med bil hade det blivit 320 km')
    expect(text).toContain('mars 2026 300 75 40 160 7')
    expect(text).not.toContain('9 000')
  })

  test('of a month with fewer than five stops are not told', async () => {
    await using bike = await withBike()
    const { town, count } = bike
    await count('2026-04', 3, 77)
    const text = words(await mainOf(town, '/statistik'))
    expect(text).toContain('april 2026 – – – –')
    expect(text).not.toContain('77')
    expect(text).not.toContain('0 kg hämtat')
  })

  test('are not there where the town has no bike, and say when there is nothing yet', async () => {
    await using none = await openHttpTown()
    expect(words(await mainOf(none, '/statistik'))).not.toContain('Returcykeln')
    await using bike = await withBike()
    const { town } = bike
    expect(words(await mainOf(town, '/statistik'))).toContain(
      'Det finns inga hela månader att visa än.',
    )
  })
})

describe.skipIf(chromiumPath === undefined)('the strips of days', () => {
  test('are one stop each, with arrow keys from day to day and a name for every day', async () => {
    await using town = await openHttpTown()
    await fillTwoDays(town)
    const url = await town.app.listen({ host: '127.0.0.1', port: 0 })
    await using browser = await openBrowser()
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${url}/s/1490-901/statistik`)
    const paper = page.getByRole('group', { name: /^Pappersförpackningar: dygnens högsta nivå/ })
    const plastic = page.getByRole('group', { name: /^Plastförpackningar/ })
    await paper.waitFor()
    expect(await paper.getByRole('img').count()).toBe(30)
    expect(await page.locator('.strips [tabindex="0"]').count()).toBe(2)

    const toldDay = async () => plain(await page.locator('.told-day').textContent())
    const isAt = async (strip: typeof paper, name: string) => {
      expect(plain(await strip.locator(':focus').getAttribute('aria-label'))).toBe(name)
      expect(await toldDay()).toBe(name)
    }
    await paper.getByRole('img', { name: 'tis 5 maj' }).focus()
    await isAt(paper, 'tis 5 maj: 97 %')
    for (const [key, name] of [
      ['ArrowRight', 'tis 5 maj: 97 %'],
      ['ArrowLeft', 'mån 4 maj: 86 %'],
      ['Home', 'mån 6 apr.: okänt'],
      ['ArrowLeft', 'mån 6 apr.: okänt'],
      ['End', 'tis 5 maj: 97 %'],
      ['ArrowLeft', 'mån 4 maj: 86 %'],
    ] as const) {
      await page.keyboard.press(key)
      await isAt(paper, name)
    }
    await page.keyboard.press('Tab')
    await isAt(plastic, 'tis 5 maj: 20 %')
    await page.keyboard.press('Shift+Tab')
    await isAt(paper, 'mån 4 maj: 86 %')
    await plastic.getByRole('img', { name: 'sön 3 maj' }).hover()
    expect(await toldDay()).toBe('sön 3 maj: 20 %')
    await expectNoFault(page)
    expect(complaints).toEqual([])
  })
})
