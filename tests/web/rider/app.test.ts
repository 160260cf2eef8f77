import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { axeFaults, overhang } from '#tests/support/page-faults.ts'
import { clockAt, type DayTown } from '#tests/support/day-town.ts'
import { book, command, openDay, see } from '#tests/support/ridden-day.ts'
import { until } from '#tests/support/until.ts'
import { eventsKept, isReadyForOffline, openPhone, type Phone, stopsNow } from './phone.ts'

const SOON_MS = 10_000
const FIRST_LOAD_BYTES = 60_000

describe.skipIf(chromiumPath === undefined)('the rider’s page', () => {
  let browser: Browser
  let day: DayTown

  beforeAll(async () => {
    browser = await openBrowser()
    day = await openDay(3, false)
    await book(day, {
      person: {
        name: 'Prova med ett långt namn',
        phone: '070-000 00 99',
        address: 'Provgatan 40',
        apartment: '1203',
        note: 'Portkod 9999, hissen är trasig.',
      },
      things: [
        { item: 'chair', count: 2 },
        { item: 'cardboard', count: 1 },
      ],
      language: 'so',
      interpreter: true,
      letPass: true,
      letPassBecause: 'Lovat i telefon',
    })
    const { unplanned } = await see(day)
    await command(day, 'insert', { stop: unplanned[0] })
  })
  afterAll(async () => {
    await browser.close()
    await day[Symbol.asyncDispose]()
  })

  async function open(look: Parameters<typeof openPhone>[2] = {}): Promise<Phone> {
    const phone = await openPhone(browser, day, look)
    const tab = await phone.open()
    await tab.locator('.stop h1').filter({ hasText: 'Provgatan' }).waitFor({ timeout: SOON_MS })
    return phone
  }
  const shows = (tab: Page, text: string) =>
    tab.getByText(text).first().waitFor({ timeout: SOON_MS })

  async function choose(tab: Page, address: string): Promise<void> {
    if ((await tab.textContent('.stop h1')) === address) return
    await tab.locator('.stops button').filter({ hasText: address }).click()
    await tab.locator('.stop h1').filter({ hasText: address }).waitFor()
  }

  async function faultsOf(tab: Page): Promise<string[]> {
    const wide = await overhang(tab)
    return [...(await axeFaults(tab)), ...(wide > 0 ? [`${wide} pixels too wide`] : [])]
  }

  test('is at most 60 kB on the wire at first, and its files never again', async () => {
    await using phone = await openPhone(browser, day)
    const tab = await phone.context.newPage()
    let bytes = 0
    const sized: Promise<unknown>[] = []
    tab.on('requestfinished', (request) => {
      sized.push(
        request.sizes().then(({ responseBodySize, responseHeadersSize }) => {
          bytes += responseBodySize + responseHeadersSize
        }),
      )
    })
    await tab.goto(`${phone.url}/rider`)
    await tab.locator('.stop h1').filter({ hasText: 'Provgatan' }).waitFor({ timeout: SOON_MS })
    await isReadyForOffline(tab)
    await Promise.all(sized)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BYTES)

    const fetched: string[] = []
    tab.on('response', (response) => {
      const { pathname } = new URL(response.url())
      if (!pathname.startsWith('/api/') && !response.fromServiceWorker()) fetched.push(pathname)
    })
    await tab.reload()
    await shows(tab, 'Provgatan')
    expect(fetched.filter((path) => path !== '/favicon.svg')).toEqual([])
  })

  test('shows what to carry, how to get in, whom to call and in what language', async () => {
    await using phone = await open()
    const tab = phone.tab()
    await choose(tab, 'Provgatan 40')
    const text = (await tab.textContent('.stop'))!
    for (const part of [
      'Prova med ett långt namn · Lägenhet 1203 · Talar somaliska · Vill ha tolk',
      'Så kommer du in: Portkod 9999, hissen är trasig.',
      '2Stol',
      '1Wellpapp',
      'Tillsammans ungefär',
    ]) {
      expect(text).toContain(part)
    }
    expect(await tab.getByRole('link', { name: 'Ring' }).getAttribute('href')).toBe(
      'tel:0700000099',
    )
    const way = await tab.getByRole('link', { name: 'Navigera' }).getAttribute('href')
    expect(way).toMatch(/^geo:57\.\d+,12\.\d+\?q=57/)
    const heights = await tab.evaluate<number[]>(
      `[...document.querySelectorAll('#rider button, #rider a')].map((e) => e.getBoundingClientRect().height)`,
    )
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(48)
  })

  test('answers a tap within a tenth of a second, when it is on disk', async () => {
    await using phone = await open()
    await isReadyForOffline(phone.tab())
    await phone.offline()
    const tab = phone.tab()
    const stop = (await tab.textContent('.stop h1'))!
    const ms = await tab.evaluate<number>(`new Promise((resolve) => {
      const began = performance.timeOrigin + performance.now()
      new MutationObserver(() => {
        if (document.querySelector('#arrived')) return
        resolve(performance.timeOrigin + performance.now() - began)
      }).observe(document.querySelector('.stop'), { childList: true })
      document.querySelector('#arrived').click()
    })`)
    expect(ms).toBeLessThanOrEqual(100)
    await phone.open()
    await shows(phone.tab(), 'Utan nät: 1 händelse väntar')
    expect(await phone.tab().textContent('.stop h1')).toBe(stop)
  })

  test('tells outcomes with what was taken, why not, and what the scales said; the last can be taken back', async () => {
    await using phone = await open()
    const tab = phone.tab()
    await choose(tab, 'Provgatan 40')
    await tab.click('#otherwise')
    await tab.getByRole('button', { name: 'En Stol mindre' }).click()
    await tab.getByLabel('Vikt i kg').fill('12,5')
    await tab.getByRole('button', { name: 'Spara' }).click()
    await shows(tab, 'Provgatan 40: klar')
    await shows(tab, 'Allt skickat')
    const [fetched] = await eventsKept(day)
    expect(fetched).toMatchObject({
      kind: 'done',
      kg: 12.5,
      taken: [
        { itemId: 'chair', count: 1, reused: true },
        { itemId: 'cardboard', count: 1, reused: false },
      ],
    })

    const next = (await tab.textContent('.stop h1'))!
    await tab.click('#failed')
    await tab.getByLabel('Anteckning').fill('Ringde två gånger')
    await tab.getByRole('button', { name: 'Ingen hemma' }).click()
    await shows(tab, `${next}: ej hämtat`)
    await tab.click('#undo')
    await tab.locator('.stop h1').filter({ hasText: next }).waitFor()
    await until(async () => (await eventsKept(day)).length === 3, SOON_MS)
    expect((await eventsKept(day)).map(({ kind, because }) => [kind, because])).toEqual([
      ['done', undefined],
      ['failed', 'not-home'],
      ['undone', undefined],
    ])

    await choose(tab, 'Centralen')
    expect(await tab.textContent('.things')).toContain('Stol till återbruk')
    await tab.click('#done')
    await tab.getByLabel('återbruk, kg').fill('tio')
    await tab.getByRole('button', { name: 'Spara' }).click()
    await shows(tab, 'Skriv ett tal från 0 till 2000')
    await tab.getByLabel('återbruk, kg').fill('10')
    await tab.getByLabel('återbruk, antal').fill('4')
    await tab.getByRole('button', { name: 'Spara' }).click()
    await shows(tab, 'Centralen: klar')
    await until(async () => (await eventsKept(day)).length === 4, SOON_MS)
    expect((await eventsKept(day)).at(-1)).toMatchObject({
      kind: 'done',
      weighings: [{ waste: 'reuse', kg: 10, count: 4 }],
    })
  })

  test('keeps nobody on the phone when the day is over, but what waits', async () => {
    await using phone = await open()
    await isReadyForOffline(phone.tab())
    await phone.offline()
    await phone.tab().click('#failed')
    await phone.tab().getByRole('button', { name: 'För tungt' }).click()
    await shows(phone.tab(), 'Utan nät: 1 händelse väntar')
    expect(await onPhone(phone.tab())).toContain('Provgatan')
    await phone.context.clock.setFixedTime(clockAt('07:00', '2026-05-08'))
    await phone.open()
    await shows(phone.tab(), 'Utan nät: 1 händelse väntar')
    await shows(phone.tab(), 'Telefonen har ingen plan för i dag')
    const left = await onPhone(phone.tab())
    expect(left).not.toMatch(/Provgatan|Prova|070-/)
    expect(left).toContain('too-heavy')
  })

  test('asks before it forgets what waits; signing out takes everything off the phone', async () => {
    await using phone = await open()
    const tab = phone.tab()
    await choose(tab, 'Provgatan 1')
    await phone.offline()
    await tab.click('#arrived')
    await shows(tab, '1 händelse väntar')
    await tab.getByRole('button', { name: 'Logga ut' }).click()
    await shows(tab, '1 händelse väntar på den här telefonen och går förlorat')
    await tab.getByRole('button', { name: 'Avbryt' }).click()
    await shows(tab, 'Utan nät: 1 händelse väntar')
    await phone.online()
    await shows(tab, 'Allt skickat')
    await tab.getByRole('button', { name: 'Logga ut' }).click()
    await tab.waitForURL('**/logga-in?did=out')
    const left = await tab.evaluate<string>(
      `(async () => JSON.stringify([await indexedDB.databases(), await caches.keys()]))()`,
    )
    expect(left).toBe('[[],[]]')
  })

  test('with several bikes asks which one is ridden', async () => {
    const stops = await stopsNow(day)
    const moved = stops.find(({ person }) => person?.address === 'Provgatan 2')
    await command(day, 'move', { stop: moved.id, bike: 'bike-2', at: 0 })
    await using phone = await openPhone(browser, day)
    const tab = await phone.open()
    await shows(tab, 'Vilken cykel kör du?')
    await tab
      .getByRole('button', { name: /1 stopp|2 stopp/ })
      .last()
      .click()
    await tab.locator('.stop h1').filter({ hasText: 'Provgatan 2' }).waitFor()
    await tab.reload()
    await tab.locator('.stop h1').filter({ hasText: 'Provgatan 2' }).waitFor()
    await tab.getByRole('button', { name: 'Byt cykel' }).click()
    await shows(tab, 'Vilken cykel kör du?')
    const back = (await see(day)).rounds.find(({ bike }: any) => bike === 'bike-1')
    await command(day, 'move', { stop: moved.id, bike: 'bike-1', at: back.stops.length })
  })

  test('starts and ends the round, also when somebody changed the plan just now', async () => {
    await using phone = await open()
    const tab = phone.tab()
    await phone.context.setOffline(true)
    await tab.getByRole('button', { name: 'Starta rundan' }).click()
    await shows(tab, 'Det behöver nät')
    const last = (await stopsNow(day)).find(
      ({ state, kind }) => state === 'scheduled' && kind === 'pickup',
    )
    await command(day, 'pin', { stop: last.id })
    await phone.context.setOffline(false)
    await tab.getByRole('button', { name: 'Starta rundan' }).click()
    await tab.getByRole('button', { name: 'Avsluta rundan' }).waitFor({ timeout: SOON_MS })
    expect((await see(day)).rounds[0].startedAt).not.toBeNull()
  })

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    test.each([360, 1280])('%d pixels wide has no fault that axe finds', async (width) => {
      await using phone = await open({ colorScheme, width })
      const tab = phone.tab()
      expect(await faultsOf(tab)).toEqual([])
      for (const [opens, closes] of [
        ['#failed', 'Avbryt'],
        ['#otherwise', 'Avbryt'],
      ] as const) {
        await choose(tab, 'Provgatan 2')
        await tab.click(opens)
        expect(await faultsOf(tab), opens).toEqual([])
        await tab.getByRole('button', { name: closes }).click()
      }
      await phone.offline()
      await tab.click('#failed')
      await tab.getByRole('button', { name: 'Hoppa över' }).click()
      await shows(tab, 'Utan nät')
      expect(await faultsOf(tab), 'without a network').toEqual([])
      await tab.click('#undo')
      await phone.context.clearCookies()
      await phone.online()
      await shows(tab, 'Logga in igen')
      expect(await faultsOf(tab), 'signed out').toEqual([])
    })
  })
})

/** Everything that lies in the phone's database. */
function onPhone(tab: Page): Promise<string> {
  return tab.evaluate<string>(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('kvitter-rider')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = async () => {
      const db = opening.result
      const all = await Promise.all([...db.objectStoreNames].map((name) => new Promise((done) => {
        db.transaction(name).objectStore(name).getAll().onsuccess = (e) => done(e.target.result)
      })))
      db.close()
      resolve(JSON.stringify(all))
    }
  })`)
}
