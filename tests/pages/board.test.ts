/** The dispatch board in a real browser, on a real day: by pointer, by keys, by two at once, through a broken line. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BoardTown, openBoardTown } from '#tests/support/board-town.ts'
import { clockAt } from '#tests/support/day-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { startTcpProxy } from '#tests/support/tcp-proxy.ts'
import { until } from '#tests/support/until.ts'

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let town: BoardTown
  beforeAll(async () => {
    browser = await openBrowser()
    town = await openBoardTown()
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  const open = (...how: [Parameters<BoardTown['open']>[1]?, Parameters<BoardTown['open']>[2]?]) =>
    town.open(browser, ...how)
  const see = () => town.see()
  const book = (letPass: boolean) => town.book(letPass)
  const command = (name: string, body: object) => town.command(name, body)
  const fullRound = () => town.fullRound()
  const pickups = () => town.pickups()
  const placeOf = (id: string) => town.placeOf(id)
  const row = (page: Page, id: string) => page.locator(`[data-stop="${id}"]`)
  const handle = (page: Page, id: string) => row(page, id).locator('.handle')
  const said = (page: Page) => page.locator('.said')

  test('a dispatcher sees the day; a rider doesn’t get in', async () => {
    await using page = await open()
    await page.waitForSelector('.plan [data-stop]')
    expect(await page.locator('.plan [data-stop]').count()).toBe(
      (await see()).rounds.flatMap((r: any) => r.stops).length,
    )
    expect(await page.textContent('h1')).toContain('7 maj')
    await row(page, (await pickups())[0]!)
      .locator('.title')
      .click()
    expect(await page.textContent('.details')).toMatch(/Prova \d · 070-000 2\d/)
    expect(await page.locator('.map .point.chosen').count()).toBe(1)
    await using other = await open({}, { role: 'rider' })
    expect(await other.locator('#board').count()).toBe(0)
  })

  test('a stop is moved by keys alone; its row keeps the focus and one sentence says where it is', async () => {
    await using page = await open()
    await page.waitForSelector('.plan [data-stop]')
    const id = (await pickups())[1]!
    const before = await placeOf(id)
    const { length } = (await fullRound()).stops
    await handle(page, id).focus()
    await page.keyboard.press('Alt+ArrowUp')
    await until(async () => (await placeOf(id)) === before - 1, 5000)
    await until(
      async () =>
        (await said(page).textContent())?.endsWith(`plats ${before} av ${length}.`) === true,
      5000,
    )
    expect(await said(page).textContent()).toMatch(/^Stopp \d+, Provgatan \d+, flyttat till plats/)
    expect(await page.evaluate('document.activeElement.closest("[data-stop]").dataset.stop')).toBe(
      id,
    )
    await page.keyboard.press('Alt+ArrowDown')
    await until(async () => (await placeOf(id)) === before, 5000)
    // Moved by hand it is pinned, and may be let go.
    expect((await fullRound()).stops[before].pinned).toBe(true)
    await page.keyboard.press('Enter')
    await row(page, id).getByRole('button', { name: 'Lossa' }).click()
    await until(async () => !(await fullRound()).stops[before].pinned, 5000)
  })

  test('a stop is moved without dragging, one press a step or by its place’s number', async () => {
    await using page = await open()
    const id = (await pickups())[0]!
    const before = await placeOf(id)
    await handle(page, id).click()
    await row(page, id).getByRole('button', { name: 'Flytta ned' }).click()
    await until(async () => (await placeOf(id)) === before + 1, 5000)
    await row(page, id).getByLabel('Flytta till plats').fill('1')
    await row(page, id).getByRole('button', { name: 'Flytta', exact: true }).click()
    await until(async () => (await placeOf(id)) === 0, 5000)
  })

  test('a stop is dragged to where it is let go; Escape leaves it', async () => {
    await using page = await open()
    const [first, , third] = await pickups()
    const target = await placeOf(third!)
    const drag = async () => {
      await handle(page, first!).hover()
      await page.mouse.down()
      const to = (await row(page, third!).boundingBox())!
      await page.mouse.move(to.x + 20, to.y + to.height - 4, { steps: 5 })
    }
    const { version } = await see()
    await page.waitForSelector('.plan [data-stop]')
    await drag()
    await page.keyboard.press('Escape')
    await page.mouse.up()
    expect((await see()).version).toBe(version)
    await drag()
    await page.mouse.up()
    await until(async () => (await placeOf(first!)) === target, 5000)
    expect(await page.locator('.menu').count()).toBe(0)
  })

  test('a plan that changes under a drag doesn’t change where the stop is let go', async () => {
    await using page = await open()
    await page.waitForSelector('.plan [data-stop]')
    const [first, second, ...others] = await pickups()
    const [one, other] = others.slice(-2)
    const { bike } = await fullRound()
    const order = () => page.locator(`[data-bike="${bike}"][data-stop]`)
    await handle(page, second!).hover()
    await page.mouse.down()
    await page.mouse.move(300, 300, { steps: 3 })
    await command('move', { stop: one, bike, at: 0 })
    await command('move', { stop: other, bike, at: 1 })
    await until(async () => (await order().nth(1).getAttribute('data-stop')) === other, 5000)
    const to = (await row(page, other!).boundingBox())!
    await page.mouse.move(to.x + 20, to.y + to.height - 4, { steps: 5 })
    await page.mouse.up()
    await until(async () => (await placeOf(second!)) < (await placeOf(first!)), 5000)
    expect((await pickups()).slice(0, 4)).toEqual([one, other, second, first])
  })

  test('two move at once: the slower one’s move is made on the faster one’s plan, and both see both', async () => {
    await using slow = await open()
    await using fast = await open()
    for (const page of [slow, fast]) await page.waitForSelector('.plan [data-stop]')
    const [a, b, c, d] = await pickups()
    // What the faster one does is kept from the slower one until it has moved itself.
    await slow.route('**/events*', (route) => route.abort())
    await slow.reload()
    await slow.waitForSelector('.plan [data-stop]')
    await handle(fast, a!).focus()
    await fast.keyboard.press('Alt+ArrowDown')
    await until(async () => (await placeOf(b!)) < (await placeOf(a!)), 5000)
    await handle(slow, d!).focus()
    await slow.keyboard.press('Alt+ArrowUp')
    await until(
      async () => (await said(slow).textContent())?.includes('Planen hade ändrats') === true,
      5000,
    )
    expect(await placeOf(d!)).toBeLessThan(await placeOf(c!))
    expect(await placeOf(b!)).toBeLessThan(await placeOf(a!))
    const order = (page: Page) =>
      page.evaluate('[...document.querySelectorAll(".plan [data-stop]")].map(e => e.dataset.stop)')
    const now = (await see()).rounds.flatMap((r: any) => r.stops.map((s: any) => s.id))
    for (const page of [slow, fast]) {
      await until(async () => JSON.stringify(await order(page)) === JSON.stringify(now), 5000)
    }
  })

  test('what was done while the line was broken is there when it is whole again', async () => {
    await using proxy = await startTcpProxy(Number(new URL(town.day.url).port))
    await using page = await open({}, { url: `http://127.0.0.1:${proxy.port}` })
    await page.waitForSelector('.plan [data-stop]')
    proxy.refuse(true)
    proxy.cut()
    const id = (await pickups()).at(-1)!
    const { bike } = await fullRound()
    await command('move', { stop: id, bike, at: 0 })
    await row(page, id).locator('.handle').focus()
    await page.keyboard.press('Alt+ArrowUp')
    await until(
      async () => (await said(page).textContent())?.includes('Ingen kontakt') === true,
      10_000,
    )
    proxy.refuse(false)
    const first = page.locator('.plan [data-stop]').first()
    await until(async () => (await first.getAttribute('data-stop')) === id, 15_000)
    expect(await page.textContent('.updated')).toMatch(/^Senast uppdaterad \d s sedan$/)
    // Alive again: what is done now comes by itself.
    await command('unpin', { stop: id })
    await until(async () => (await row(page, id).locator('.pin').count()) === 0, 5000)
  })

  test('publish, start, an urgent errand, a bike out and back: all from the board', async () => {
    await using page = await open()
    await page.getByRole('button', { name: 'Publicera' }).click()
    await until(async () => (await see()).published === true, 5000)
    const { bike } = await fullRound()
    const round = page.locator(`section.round:has(#round-${bike})`)
    await round.getByRole('button', { name: 'Starta' }).click()
    await until(async () => (await fullRound()).startedAt !== null, 5000)
    // The stop that is ridden to is locked.
    await until(async () => (await round.locator('.handle.locked').count()) === 1, 5000)
    await page.getByText('Lägg in något brådskande').click()
    await page.getByLabel('Vad ska göras?').fill('Säckar i trapphuset')
    await page.getByRole('button', { name: 'Lägg in i planen' }).click()
    await page.locator('.plan').getByText('Säckar i trapphuset').waitFor()

    // The form is as it was, for the next one: at an address, then where the map is pressed.
    const what = page.getByLabel('Vad ska göras?')
    const add = page.getByRole('button', { name: 'Lägg in i planen' })
    await expect.poll(() => what.inputValue()).toBe('')
    await what.fill('Soffa på gården')
    await page.getByLabel('Var?').selectOption('På en adress')
    const address = page.getByLabel('Adress ur stadens lista')
    await address.fill('Provgatan 999')
    await add.click()
    await expect.poll(() => said(page).textContent()).toContain('finns inte på stadens lista')
    expect(await what.inputValue()).toBe('Soffa på gården')
    await address.fill('Provgatan 4')
    await page.locator('#urgent-addresses option').first().waitFor({ state: 'attached' })
    await page.getByLabel('Kilo', { exact: true }).fill('45')
    await page.getByLabel('Lämnas på').selectOption('Centralen')
    await add.click()
    const sofa = page.locator('.plan .stop', { hasText: 'Provgatan 4: Soffa på gården' })
    await sofa.waitFor()
    expect(await sofa.locator('.sub').textContent()).toContain('100 l · 45 kg → Centralen')

    await expect.poll(() => what.inputValue()).toBe('')
    await what.fill('Cykelvrak')
    await page.getByLabel('Var?').selectOption('En punkt på kartan')
    await page.getByText('Peka där det är.').waitFor()
    await page.locator('svg.map').click({ position: { x: 60, y: 60 } })
    await page.locator('.map .picked').waitFor()
    const point = (await page.getByLabel('Punkt', { exact: true }).inputValue())
      .split(', ')
      .map(Number)
    await add.click()
    await page.locator('.plan').getByText('Cykelvrak').waitFor()
    const wreck = (await see()).rounds
      .flatMap((r: any) => r.stops)
      .find((s: any) => s.what === 'Cykelvrak')
    expect(wreck.place).toEqual({ name: null, lat: point[0], lon: point[1] })

    await book(true)
    await town.day.tick()
    await page.getByRole('button', { name: /^Behåll/ }).click()
    await until(async () => (await see()).offer === null, 5000)
    await page
      .locator('.outside')
      .getByRole('button', { name: /^Lägg in/ })
      .first()
      .click()
    await until(async () => (await see()).unplanned.length === 0, 5000)

    await round.getByRole('button', { name: 'Ta ur bruk' }).click()
    await page.getByLabel('Varför?').fill('Punktering')
    await page.getByRole('button', { name: 'Ta cykeln ur bruk' }).click()
    await until(async () => (await see()).rounds.some((r: any) => r.out !== null), 5000)
    await page.getByText('Ur bruk: Punktering').waitFor()
    await page.getByRole('button', { name: 'Cykeln är tillbaka' }).click()
    await until(async () => (await see()).rounds.every((r: any) => r.out === null), 5000)

    await page.getByRole('button', { name: 'Optimera resten' }).click()
    await page.getByRole('button', { name: 'Byt till den planen' }).click({ timeout: 15_000 })
    await until(async () => (await see()).offer === null, 10_000)
  })

  test('who is signed out meanwhile is told, with a way back in', async () => {
    await using page = await open()
    await page.waitForSelector('.plan [data-stop]')
    await page.context().clearCookies()
    await page.getByRole('button', { name: 'Optimera resten' }).click()
    await page.getByRole('link', { name: 'Logga in igen' }).waitFor()
  })

  test('left open over midnight it says so and leads on, and “i dag” is right', async () => {
    const was = town.day.town.now()
    town.day.town.setNow(clockAt('23:50', '2026-05-06'))
    await using page = await open()
    await page.clock.install()
    await page.reload()
    await page.waitForSelector('.plan [data-stop]')
    const word = page.locator('h1').getByText('i dag')
    const looksAgainAt = async (...at: Parameters<typeof clockAt>) => {
      town.day.town.setNow(clockAt(...at))
      const comes = page.waitForResponse(/rounds\/2026-05-07\?/)
      await page.clock.runFor(61_000)
      await comes
    }
    expect(await word.isVisible()).toBe(false)
    await looksAgainAt('00:10')
    await word.waitFor()
    expect(await page.getByText('En ny dag har börjat').isVisible()).toBe(false)
    // Who looks at it all day stays signed in.
    for (const time of ['09:00', '17:00', '23:50']) await looksAgainAt(time)
    await looksAgainAt('00:10', '2026-05-08')
    await page.getByText('En ny dag har börjat').waitFor()
    expect(await word.isVisible()).toBe(false)
    await page.getByRole('link', { name: 'Gå vidare' }).click()
    await page.locator('h1').getByText('12 maj').waitFor()
    town.day.town.setNow(was)
  })

  test('without script the page says what to do, and the day is there on paper', async () => {
    await using page = await open({ javaScriptEnabled: false })
    expect(await page.textContent('noscript')).toContain('behöver JavaScript')
    await page.getByRole('link', { name: 'Utskrift av dagen' }).click()
    expect(await page.textContent('h1')).toBe('Rundor torsdag 7 maj')
    expect(await page.locator('tbody tr').count()).toBe(
      (await see()).rounds.flatMap((r: any) => r.stops).length,
    )
    expect(await page.textContent('.printout')).toContain('070-000 20')
  })
})
