import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import type { DayTown } from '#tests/support/day-town.ts'
import { addresses, clockAt, DAY_NAME, STAFF } from '#tests/support/day-town.ts'
import { command, openDay } from '#tests/support/ridden-day.ts'
import { until } from '#tests/support/until.ts'
import { eventsKept, isReadyForOffline, openPhone, type Phone, stopsNow } from './phone.ts'

const SOON_MS = 10_000

describe.skipIf(chromiumPath === undefined)('a phone on the round', () => {
  let browser: Browser
  let day: DayTown
  let phone: Phone

  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    day = await openDay(4)
    phone = await openPhone(browser, day)
    await phone.open()
    await says('.stop h1', 'Provgatan')
  })
  afterEach(async () => {
    expect(phone.complaints).toEqual([])
    expect(day.faults).toEqual([])
    await phone[Symbol.asyncDispose]()
    await day[Symbol.asyncDispose]()
  })

  const says = (selector: string, text: string) =>
    until(
      async () => (await phone.tab().locator(selector).allTextContents()).join().includes(text),
      SOON_MS,
      () => `${selector} doesn’t say “${text}”`,
    )
  const heading = async () => (await phone.tab().textContent('.stop h1'))!
  const kinds = async () =>
    (await eventsKept(day)).toSorted((a, b) => a.happenedAt - b.happenedAt).map(({ kind }) => kind)
  const wake = () => phone.tab().evaluate(`dispatchEvent(new Event('online'))`)
  const haveKept = (count: number) => until(async () => (await kinds()).length === count, SOON_MS)

  test('what is told without a network lies on the phone, over reloads, and gets there once', async () => {
    const first = await heading()
    await isReadyForOffline(phone.tab())
    await phone.offline()
    await says('.line', 'Utan nät')
    await phone.tab().click('#arrived')
    await says('.line', 'Utan nät: 1 händelse väntar')
    await phone.tab().click('#done')
    await says('.line', 'Utan nät: 2 händelser väntar')
    await phone.tab().locator('#arrived').waitFor()
    const second = await heading()
    expect(second).not.toBe(first)

    // The tab is loaded anew, then closed and opened anew: the page and the queue are there.
    await phone.tab().reload()
    await says('.line', 'Utan nät: 2 händelser väntar')
    expect(await heading()).toBe(second)
    await phone.open()
    await says('.line', 'Utan nät: 2 händelser väntar')
    await says('.stops.over', first)

    await phone.online()
    await says('.line', 'Allt skickat')
    expect(await kinds()).toEqual(['arrived', 'done'])

    // The server takes the next one, and its answer is lost on the way.
    phone.wire.loseAnswers(true)
    await phone.tab().click('#arrived')
    await haveKept(3)
    await until(async () => {
      // Browsers try once more by themselves where a connection breaks.
      phone.wire.cut()
      return (await phone.tab().textContent('.line'))!.includes('svarar inte: 1 händelse väntar')
    }, SOON_MS)
    phone.wire.loseAnswers(false)
    phone.wire.cut()
    await says('.line', 'Allt skickat')
    expect(await kinds()).toEqual(['arrived', 'done', 'arrived'])
  })

  test('what the server refuses is shown, isn’t sent again, and holds up nothing', async () => {
    await phone.offline()
    await phone.tab().click('#arrived')
    await says('.line', '1 händelse väntar')
    // Whoever booked takes everything back, and is forgotten: the stop is nobody's any more.
    const [stop] = await stopsNow(day)
    await forget(day, stop)
    await phone.tab().click('#done')
    await says('.line', '2 händelser väntar')
    await phone.tab().locator('#arrived').waitFor()
    const second = await heading()
    await phone.tab().click('#arrived')
    await says('.line', '3 händelser väntar')
    await phone.online()
    await says('.refused', 'Servern tog inte emot')
    await says('.refused', '404')
    await says('.line', 'Allt skickat')
    expect((await eventsKept(day)).map(({ kind }) => kind)).toEqual(['arrived'])
    await phone.tab().reload()
    await says('.refused', 'Servern tog inte emot')
    await phone.tab().click('#refused-seen')
    await phone.tab().locator('.refused').waitFor({ state: 'detached' })
    await phone.tab().reload()
    await says('.stop h1', second)
    expect(await phone.tab().locator('.refused').count()).toBe(0)
  })

  test('a stop that is taken out meanwhile is struck through, with who and when', async () => {
    const stops = await stopsNow(day)
    const [, gone] = stops
    await isReadyForOffline(phone.tab())
    await phone.offline()
    day.town.setNow(clockAt('10:07'))
    await command(day, 'move', { stop: gone.id, bike: 'bike-2', at: 0 })
    await phone.tab().reload()
    await says('.line', 'Utan nät')
    await phone.online()
    await says('.stops .gone', `${gone.person.address}: Flyttat till`)
    await says('.news', 'Lo, 10:07')
    expect(await phone.tab().textContent('.stops .gone s')).toBe(gone.person.address)
    await phone.tab().click('#seen')
    await phone.tab().locator('.news').waitFor({ state: 'detached' })
  })

  test('a session that ends meanwhile keeps all, asks to sign in, and sends then', async () => {
    await phone.offline()
    await phone.tab().click('#arrived')
    await says('.line', 'Utan nät: 1 händelse väntar')
    await phone.context.clearCookies()
    await phone.online()
    await says('.line', 'Du är utloggad: 1 händelse väntar')
    const link = phone.tab().getByRole('link', { name: 'Logga in igen' })
    expect(await link.getAttribute('href')).toBe('/logga-in?till=%2Frider')
    expect(await kinds()).toEqual([])
    await link.click()
    await phone.tab().waitForURL('**/logga-in?till=%2Frider')
    await phone.signIn()
    await phone.open()
    await says('.line', 'Allt skickat')
    expect(await kinds()).toEqual(['arrived'])
  })

  test('what one rider told and another sends is noted as both', async () => {
    await isReadyForOffline(phone.tab())
    await phone.offline()
    await phone.tab().click('#arrived')
    await says('.line', 'Utan nät: 1 händelse väntar')
    await phone.context.clearCookies()
    await phone.signIn('dispatcher')
    await phone.online()
    await phone.open()
    await says('.line', 'Allt skickat')
    await phone.tab().click('#failed')
    await phone.tab().getByRole('button', { name: 'Ingen hemma' }).click()
    await haveKept(2)
    const lines = await day.town.store.dayLines({ day: DAY_NAME, limit: 100 })
    const told = lines.filter(({ did }) => did.startsWith('rider-'))
    expect(told.map(({ did, by, teller }) => [did, by, teller])).toEqual([
      ['rider-arrived', 'Demo Dispatcher', 'Demo Rider'],
      ['rider-failed', 'Demo Dispatcher', undefined],
    ])
  })

  test('what whoever booked changes comes, however often the plan does without them', async () => {
    const stops = await stopsNow(day)
    const { id, reference } = stops.find(({ state, kind }) => kind === 'pickup' && state !== 'done')
    const booking = await day.ask('GET', `/bookings/${reference}`)
    const headers = { ...STAFF, 'if-match': booking.headers.get('etag')! }
    const edits = { person: { note: 'Portkod 1111.' } }
    const { status, json } = await day.ask('PATCH', `/bookings/${reference}`, edits, headers)
    expect(status, JSON.stringify(json)).toBe(200)
    await phone.context.clock.setFixedTime(clockAt('10:05'))
    const comes = phone.tab().waitForResponse(/rounds\/2026-05-07$/)
    await command(day, 'pin', { stop: id })
    await comes
    await phone.context.clock.setFixedTime(clockAt('10:11'))
    await wake()
    await says('.stop', 'Portkod 1111.')
    await says('.news', 'Ändrat')
  })

  test('left open over midnight, it hears of the new day', async () => {
    const hears = phone.tab().waitForRequest(/rounds\/2026-05-08\/events/, { timeout: SOON_MS })
    await phone.context.clock.setFixedTime(clockAt('06:00', '2026-05-08'))
    await wake()
    await hears
  })

  test('a second press in haste doesn’t hit what has come under the finger', async () => {
    const tab = phone.tab()
    const box = (await tab.locator('#arrived').boundingBox())!
    const at = [box.x + box.width / 2, box.y + box.height / 2] as const
    await tab.mouse.click(...at)
    await tab.locator('#arrived').waitFor({ state: 'detached' })
    await tab.mouse.down({ clickCount: 2 })
    await tab.mouse.up({ clickCount: 2 })
    // What is told goes in order: with this one there, nothing of before is on its way.
    await tab.click('#failed')
    await tab.getByRole('button', { name: 'Ingen hemma' }).click()
    await until(async () => (await kinds()).includes('failed'), SOON_MS)
    expect(await kinds()).toEqual(['arrived', 'failed'])
  })

  test('after signing out and in again it starts without a network as before', async () => {
    const tab = phone.tab()
    await isReadyForOffline(tab)
    await tab.getByRole('button', { name: 'Logga ut' }).click()
    await tab.waitForURL('**/logga-in?did=out')
    await phone.signIn()
    await phone.open()
    await isReadyForOffline(phone.tab())
    const lacking = `(async () => {
      const files = [...document.querySelectorAll('script[src], link[rel=stylesheet]')]
      const urls = files.map((file) => file.src ?? file.href)
      const kept = await Promise.all(urls.map((url) => caches.match(url)))
      return urls.filter((_, i) => !kept[i])
    })()`
    const none = async () => (await phone.tab().evaluate<string[]>(lacking)).length === 0
    await until(none, SOON_MS)
  })

  test('a phone that is full shows the plan all the same, and says that it keeps nothing', async () => {
    await phone.tab().evaluate(`IDBObjectStore.prototype.put = () => {
      throw new DOMException('no room', 'QuotaExceededError')
    }`)
    await phone.context.clock.setFixedTime(clockAt('10:01'))
    const { address } = addresses[40]!
    const urgent = { what: 'Säckar vid porten', address, litres: 240, kg: 30, dropOff: 'centre' }
    await command(day, 'insert', { urgent })
    await says('.stops', address)
    await says('.stops', 'Säckar vid porten, Ungefär 30 kg, 240 l, Lämnas på Centralen')
    await says('.say', 'Telefonen kunde inte spara det')
    await wake()
    await says('.stops', 'Säckar vid porten')
  })

  test('who can’t be signed out keeps what is on the phone', async () => {
    const tab = phone.tab()
    await phone.offline()
    await tab.click('#arrived')
    await says('.line', '1 händelse väntar')
    await tab.getByRole('button', { name: 'Logga ut' }).click()
    await tab.getByRole('button', { name: 'Logga ut ändå' }).click()
    await says('.say', 'Det behöver nät')
    await says('.line', '1 händelse väntar')
    await phone.online()
    await says('.line', 'Allt skickat')
    expect(await kinds()).toEqual(['arrived'])
  })
})

async function forget(day: DayTown, stop: any): Promise<void> {
  const erased = await day.ask('POST', '/persons/erasure', {
    phone: stop.person.phone,
    address: stop.person.address,
  })
  expect(erased.status, JSON.stringify(erased.json)).toBe(200)
}
