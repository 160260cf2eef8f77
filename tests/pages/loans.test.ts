import { describe, expect, test } from 'vitest'
import type { Terms } from '#src/pickups/booking/booking.ts'
import { HOUR, DAY, plus } from '#src/stations/time.ts'
import { openBookingDesk } from '#src/store/booking-desk.ts'
import { openLoanDesk, type LoanDesk } from '#src/store/loan-desk.ts'
import { bookingTerms } from '#tests/support/booking-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault } from '#tests/support/page-faults.ts'
import {
  openHttpTown,
  PUBLIC_URL,
  SEALER,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'

const FORM = {
  'content-type': 'application/x-www-form-urlencoded',
  origin: PUBLIC_URL,
  'sec-fetch-site': 'same-origin',
}
const ASKED = '/lana?thing=trailer-1&from=2026-05-06&until=2026-05-07'
const BORROWER = {
  name: 'Prova Provsson',
  address: 'Provgatan 1',
  phone: '070-000 00 01',
  key: 'a-key-that-is-long-enough',
}

async function openLending(terms: Terms | undefined = bookingTerms) {
  let loans: LoanDesk | undefined
  const town = await openHttpTown({
    pages: ({ store, clock }) => {
      const parts = { store, sealer: SEALER, clock, terms: () => terms, publicUrl: PUBLIC_URL }
      loans = openLoanDesk(parts)
      return { bookings: { desk: openBookingDesk(parts), sealer: SEALER }, loans }
    },
  })
  const page = async (url: string, status = 200) => {
    const answer = await town.app.inject(url)
    expect([url, answer.statusCode]).toEqual([url, status])
    return answer.body
  }
  return { town, loans: loans!, page, [Symbol.asyncDispose]: () => town[Symbol.asyncDispose]() }
}

const words = (markup: string) =>
  /<main[^]*<\/main>/
    .exec(markup)![0]
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00A0]+/g, ' ')

const send = (
  town: HttpTown,
  url: string,
  fields: Record<string, string>,
  headers: object = FORM,
) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { ...FORM, ...headers },
    payload: new URLSearchParams(fields).toString(),
  })

/** Borrows, and gives the path of the loan's own page. */
async function borrow(town: HttpTown, url = ASKED, fields = BORROWER): Promise<string> {
  const answer = await send(town, url, fields)
  expect(answer.statusCode).toBe(303)
  return String(answer.headers['location']).split('?')[0]!
}

describe('borrowing', () => {
  test('asks what, from which day, until which day, and who; one question a page', async () => {
    await using lending = await openLending()
    const { page } = lending
    const what = words(await page('/lana'))
    expect(what).toContain('Vad vill du låna?')
    expect(what).toContain(
      'Högst 3 dagar åt gången, ett lån per hushåll. Lämna tillbaka senast 18:00',
    )
    expect(what).toContain('Cykeln ledig onsdag 6 maj Vagnen ledig tisdag 5 maj')
    const from = await page('/lana?thing=trailer-1')
    expect(words(from)).toContain('Från vilken dag? Vagnen')
    expect(from.match(/name="from"/g)).toHaveLength(28)
    const until = await page('/lana?thing=trailer-1&from=2026-05-06')
    expect(words(until)).toContain('Onsdag 6 maj Torsdag 7 maj Fredag 8 maj Fortsätt')
    const who = words(await page(ASKED))
    expect(who).toContain('Vem lånar? Lån Vagnen Dagar Onsdag 6 maj till och med torsdag 7 maj')
    expect(who).toContain('raderas 30 dagar efter det')
  })

  test.each([
    ['/en/borrow', 'What do you want to borrow?'],
    ['/fi/lainaa', 'Mitä haluat lainata?'],
  ])('at %s', async (url, title) => {
    await using lending = await openLending()
    expect(words(await lending.page(url))).toContain(title)
  })

  test('is in the menu only where the town lends', async () => {
    await using lending = await openLending()
    expect(await lending.page('/')).toContain('href="/lana"')
    await using none = await openHttpTown()
    expect((await none.app.inject('/')).body).not.toContain('href="/lana"')
    expect((await none.app.inject('/lana')).statusCode).toBe(404)
    const { loans: _, ...bike } = bookingTerms.bike
    await using stopped = await openLending({ ...bookingTerms, bike })
    expect(await stopped.page('/')).not.toContain('href="/lana"')
    await stopped.page('/lana', 404)
    await stopped.page('/lana/K7M4XR/secret', 404)
    expect((await send(stopped.town, ASKED, BORROWER)).statusCode).toBe(404)
  })

  test('gives a receipt under an address of its own, and holds the days', async () => {
    await using lending = await openLending()
    const { town, page } = lending
    const own = await borrow(town)
    const receipt = words(await page(`${own}?did=booked`))
    expect(receipt).toContain('Tack! Lånet är bokat. Ditt lån är bokat Ditt bokningsnummer')
    expect(receipt).toContain(
      'Hämta onsdag 6 maj under våra öppettider. Lämna tillbaka senast torsdag 7 maj kl. 18:00.',
    )
    expect(words(await page(own))).not.toContain('Tack!')
    expect(words(await page('/lana?thing=trailer-1'))).toContain(
      'Onsdag 6 maj Den är utlånad då. Välj andra dagar.',
    )
    const answer = await town.app.inject(own)
    expect(answer.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    await page(`${own.slice(0, -1)}_`, 404)
  })

  test('sent twice is one loan', async () => {
    await using lending = await openLending()
    const own = await borrow(lending.town)
    expect(await borrow(lending.town)).toBe(own)
    expect(await lending.loans.list('test')).toHaveLength(1)
    const other = await send(lending.town, ASKED, { ...BORROWER, name: 'Annan Annansson' })
    expect([other.statusCode, words(other.body)]).toEqual([
      409,
      expect.stringContaining('Du har redan lånat med det formuläret.'),
    ])
  })

  test('is cancelled after one more question, and the days are free again', async () => {
    await using lending = await openLending()
    const { town, page } = lending
    const own = await borrow(town)
    expect(words(await page(`${own}/cancel`))).toContain('Vill du avboka lånet?')
    expect((await send(town, own, { do: 'nothing' })).statusCode).toBe(303)
    expect(words(await page(own))).toContain('Ditt lån är bokat')
    expect((await send(town, own, { do: 'cancel' })).headers['location']).toBe(own)
    expect(words(await page(own))).toContain('Lånet är avbokat')
    expect(await page('/lana?thing=trailer-1')).toContain('value="2026-05-06"')
  })

  test('what staff have handed out can’t be cancelled here, and a late one says so', async () => {
    await using lending = await openLending()
    const { town, page, loans } = lending
    const own = await borrow(town)
    const [loan] = await loans.list('test')
    town.setNow(plus(TUESDAY, DAY))
    await loans.handOut(loan!.reference, 'test', 'good')
    const markup = await page(own)
    expect(words(markup)).toContain('Du har lånat')
    expect(markup).not.toContain('/cancel')
    await send(town, own, { do: 'cancel' })
    expect(words(await page(own))).toContain('Du har lånat')
    town.setNow(plus(TUESDAY, 2 * DAY + 4 * HOUR))
    expect(words(await page(own))).toContain('Lånet skulle ha varit tillbaka.')
  })

  test.each([
    ['nothing', {}, ['name', 'address', 'phone']],
    ['neither phone nor mail', { ...BORROWER, phone: '' }, ['phone']],
    ['a phone that is none', { ...BORROWER, phone: 'hej' }, ['phone']],
    ['a mail address that is none', { ...BORROWER, phone: '', email: 'hej' }, ['email']],
  ])('tells what is wrong at its field: %s', async (_what, fields, faulty) => {
    await using lending = await openLending()
    const answer = await send(lending.town, ASKED, fields)
    expect(answer.statusCode).toBe(400)
    expect([...answer.body.matchAll(/id="(\w+)-fault"/g)].map(([, field]) => field)).toEqual(faulty)
    expect(answer.body).toContain('<title>Fel: ')
    expect(await lending.loans.list('test')).toEqual([])
  })

  test.each(['banana', '2026-02-31', '2026-99-99'])(
    'a day that is none leads back to the question: %s',
    async (day) => {
      await using lending = await openLending()
      const { town, page } = lending
      expect(words(await page(`/lana?thing=trailer-1&from=${day}`))).toContain('Från vilken dag?')
      for (const days of [`from=${day}&until=${day}`, `from=2026-05-06&until=${day}`]) {
        const answer = await send(town, `/lana?thing=trailer-1&${days}`, BORROWER)
        expect([answer.statusCode, answer.headers['location']]).toEqual([303, '/lana'])
      }
    },
  )

  test('a second loan of the household, and days that were taken meanwhile, are refused in words', async () => {
    await using lending = await openLending()
    const { town } = lending
    await borrow(town)
    const second = await send(town, '/lana?thing=bike-1&from=2026-05-09&until=2026-05-09', {
      ...BORROWER,
      key: 'another-key-long-enough',
    })
    expect([second.statusCode, words(second.body)]).toEqual([
      400,
      expect.stringContaining('Hushållet har redan ett lån.'),
    ])
    const taken = await send(town, ASKED, {
      ...BORROWER,
      name: 'Annan Annansson',
      address: 'Provgatan 2',
      key: 'a-third-key-long-enough',
    })
    expect(taken.statusCode).toBe(400)
    expect(taken.body).toContain('href="/lana?thing=trailer-1">Den är utlånad då.')
    const gone = await send(town, '/lana?thing=ghost&from=2026-05-09&until=2026-05-09', BORROWER)
    expect([gone.statusCode, gone.headers['location']]).toEqual([303, '/lana'])
  })

  test('an answer that no longer holds leads back to its question', async () => {
    await using lending = await openLending()
    const { page } = lending
    expect(words(await page('/lana?thing=ghost'))).toContain('Vad vill du låna?')
    expect(words(await page('/lana?thing=trailer-1&from=2020-01-01'))).toContain('Från vilken dag?')
    expect(words(await page('/lana?thing=trailer-1&from=2026-05-06&until=2026-07-01'))).toContain(
      'Till och med vilken dag?',
    )
  })

  test('a form from elsewhere is refused, and too many are asked to wait', async () => {
    await using lending = await openLending()
    const { town } = lending
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await send(town, ASKED, BORROWER, foreign)).statusCode).toBe(403)
    const own = await borrow(town)
    expect((await send(town, own, { do: 'cancel' }, foreign)).statusCode).toBe(403)
    let status = 0
    for (let n = 0; n < 20 && status !== 429; n += 1) {
      status = (await send(town, ASKED, { ...BORROWER, key: `key-number-${n}-long-enough` }))
        .statusCode
    }
    expect(status).toBe(429)
  })
})

test.skipIf(chromiumPath === undefined)(
  'without JavaScript a resident borrows and cancels, on pages without a fault that axe finds',
  async () => {
    await using lending = await openLending()
    const url = await lending.town.app.listen({ host: '127.0.0.1', port: 0 })
    await using browser = await openBrowser()
    for (const colorScheme of ['light', 'dark'] as const) {
      const viewport = { width: 360, height: 800 }
      const context = await browser.newContext({ colorScheme, viewport, javaScriptEnabled: false })
      const tab = await context.newPage()
      const seen: string[] = []
      const next = async (press: string) => {
        seen.push(tab.url())
        await tab.click(press)
      }
      await tab.goto(`${url}/lana`)
      await tab.check('input[value="trailer-1"]')
      await next('main button')
      await tab.check('input[value="2026-05-06"]')
      await next('main button')
      await tab.check('input[value="2026-05-07"]')
      await next('main button')
      await next('main button')
      expect(await tab.textContent('.faults h2')).toBe('Något behöver ändras')
      await tab.fill('#name', 'Prova Provsson')
      await tab.fill('#address', 'Provgatan 1')
      await tab.fill('#email', 'prova@provstad.example')
      await tab.click('main button')
      expect(await tab.textContent('h1')).toBe('Ditt lån är bokat')
      await next('a.button.quiet')
      await next('main button')
      expect(await tab.textContent('h1')).toBe('Lånet är avbokat')
      await context.close()

      const scripted = await browser.newContext({ colorScheme, viewport })
      const reader = await scripted.newPage()
      for (const address of seen) {
        await reader.goto(address)
        await expectNoFault(reader, address)
      }
      await scripted.close()
    }
  },
)
