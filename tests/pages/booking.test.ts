/** Booking the return bike by its pages, over real HTTP and in a real browser. */
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Terms } from '#src/pickups/booking/booking.ts'
import { HOUR, instant, MINUTE, plus } from '#src/stations/time.ts'
import { openBookingDesk, type BookingDesk } from '#src/store/booking-desk.ts'
import type { Town } from '#src/stations/station.ts'
import { openSealer } from '#src/store/sealer.ts'
import { readTownFolder } from '#src/town-folder.ts'
import { bookingTerms, SECRET, submission } from '#tests/support/booking-town.ts'
import { chromiumPath, openBrowser } from '#tests/support/browser.ts'
import { expectNoFault, openDetails } from '#tests/support/page-faults.ts'
import { openHttpTown, PUBLIC_URL, type HttpTown } from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'

/** Monday noon by the clock in Stockholm. */
const MONDAY = instant(Date.parse('2026-05-04T10:00:00Z'))
const SEALER = openSealer(SECRET)
const SLOT = '2026-05-07/morning'

let town: HttpTown
let desk: BookingDesk
let terms: Terms | undefined

async function open(first: Terms = bookingTerms, more: Partial<Town> = {}): Promise<HttpTown> {
  terms = first
  const opened = await openHttpTown({
    town: { ...castTown, operator: { name: 'Provstads kommun', phone: '033-35 70 00' }, ...more },
    pages: ({ store, clock }) => {
      desk = openBookingDesk({
        store,
        sealer: SEALER,
        clock,
        terms: () => terms,
        publicUrl: PUBLIC_URL,
      })
      return { bookings: { desk, sealer: SEALER } }
    },
  })
  opened.setNow(MONDAY)
  return opened
}

type Fields = Readonly<Record<string, string>>

const get = (url: string) => town.app.inject({ url })
const post = (url: string, fields: Fields = {}, headers: Fields = {}) =>
  town.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })

const ANSWERS: readonly Fields[] = [
  { 'n-chair': '2' },
  { address: 'Provg. 1', note: 'portkod 9999' },
  { slot: SLOT },
  { name: 'Prova Provsson', phone: '070-000 00 01', language: 'sv', interpreter: 'yes' },
]

/** Answers the first questions; gives where it was led on to. */
async function answer(base = '/boka', answers = ANSWERS): Promise<string> {
  let at = base
  for (const fields of answers) {
    const { statusCode, headers, body } = await post(at, fields)
    if (statusCode !== 303) throw new Error(`${at}: ${statusCode} ${faultsIn(body).join(' ')}`)
    at = String(headers.location)
  }
  return at
}

async function book(base = '/boka', answers = ANSWERS): Promise<string> {
  const { statusCode, headers, body } = await post(await answer(base, answers))
  if (statusCode !== 303) throw new Error(body)
  return String(headers.location).split('?')[0]!
}

/** The faults as their summary has them: where each leads, and what it says. */
function faultsIn(body: string): string[] {
  const summary = /<section class="faults"[^]*?<\/section>/.exec(body)?.[0] ?? ''
  return [...summary.matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)].map(
    ([, href, text]) => `${href!.split('?')[0]} ${text}`,
  )
}

const SMS: Partial<Town> = {
  sms: {
    provider: '46elks',
    from: 'Provstad',
    usernameEnv: 'ELKS_USER',
    passwordEnv: 'ELKS_PASSWORD',
    monthlyLimit: 100,
  },
}

test.each([
  ['are promised where the town can send them', SMS, true],
  ['aren’t promised by a town that sends none', {}, false],
] as const)('messages %s', async (_, more, isPromised) => {
  town = await open(bookingTerms, more)
  const { body } = await get(await book())
  expect(body.includes('Du får ett meddelande till 070-000 00 01')).toBe(isPromised)
  expect(body.includes('Vi påminner dig')).toBe(isPromised)
  await town[Symbol.asyncDispose]()
})

describe('without a browser', () => {
  beforeEach(async () => {
    town = await open()
  })
  afterEach(() => town[Symbol.asyncDispose]())

  test.each([
    ['/boka', '/', 'Vad ska hämtas?', 'Hämtningen är bokad', 'Torsdag 7 maj 10:00–12:00'],
    [
      '/en/book',
      '/en/',
      'What should we fetch?',
      'The pickup is booked',
      'Thursday 7 May 10:00–12:00',
    ],
    ['/fi/varaa', '/fi/', 'Mitä noudetaan?', 'Nouto on varattu', 'Torstaina 7.5. 10.00–12.00'],
  ])('%s books in four questions', async (base, home, question, done, when) => {
    expect((await get(home)).body).toContain(`<a href="${base}">`)
    expect((await get(base)).body).toContain(`<h1>${question}</h1>`)
    const check = await answer(base)
    expect(check).toMatch(new RegExp(`^${base}/check\\?f=[\\w-]+$`))
    const { body } = await get(check)
    for (const word of ['2 × Stol', 'Provg. 1', 'portkod 9999', when, '070-000 00 01']) {
      expect(body).toContain(word)
    }
    const sent = await post(check)
    expect([sent.statusCode, sent.headers['cache-control']]).toEqual([303, 'no-store'])
    const receipt = String(sent.headers.location)
    expect(receipt).toMatch(new RegExp(`^${base}/[2-9A-Z]{6}/[\\w-]{22}\\?did=booked$`))
    const shown = await get(receipt)
    expect(shown.body).toContain(`<h1>${done}</h1>`)
    expect(shown.body).toContain('Provgatan 1')
    expect(shown.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    })
    const [booking] = (await town.store.bookingBook()).bookings.values()
    expect(booking).toMatchObject({
      state: 'booked',
      things: [{ itemId: 'chair', count: 2 }],
      interpreter: true,
      by: 'resident',
    })
    expect((await town.store.bookingBook()).holds.size).toBe(0)
  })

  test('a town without a return bike has no such pages and no way to them', async () => {
    const check = await answer()
    terms = undefined
    for (const url of ['/boka', '/en/book', '/boka/where', check, '/boka/K7M4XR/secret']) {
      expect((await get(url)).statusCode, url).toBe(404)
      expect((await post(url)).statusCode, url).toBe(404)
    }
    expect((await get('/')).body).not.toContain('/boka')
  })

  test('a form that is sent twice books once', async () => {
    const check = await answer()
    const once = await post(check)
    const again = await post(check)
    expect(again.headers.location).toBe(once.headers.location)
    expect((await town.store.bookingBook()).bookings.size).toBe(1)
    const changed = String(
      (await post(check.replace('check', 'who'), { ...ANSWERS[3]!, name: 'A' })).headers.location,
    )
    const other = await post(changed)
    expect([other.statusCode, other.body]).toEqual([
      409,
      expect.stringContaining('Formuläret är redan skickat'),
    ])
    expect((await town.store.bookingBook()).bookings.size).toBe(1)
  })

  test('no cookie is set, and nothing is kept of who doesn’t send it', async () => {
    let at = '/boka'
    for (const fields of ANSWERS) {
      const { headers } = await post(at, fields)
      expect(headers['set-cookie']).toBeUndefined()
      at = String(headers.location)
    }
    expect(at).not.toMatch(/Prov|070/)
    expect((await town.store.bookingBook()).bookings.size).toBe(0)
  })

  test('going back finds what was answered, in another language too', async () => {
    const check = await answer()
    const where = await get(check.replace('/boka/check', '/en/book/where'))
    expect(where.body).toContain('value="Provg. 1"')
    expect(where.body).toContain('value="portkod 9999"')
    expect(where.headers['cache-control']).toBe('no-store')
    const what = await get(check.replace('/check', ''))
    expect(what.body).toMatch(/id="n-chair"[^>]*value="2"/)
    const who = await get(check.replace('/check', '/who'))
    expect(who.body).toMatch(/name="interpreter"\s+value="yes"\s+checked/)
    // One answer changed leads straight to the end again.
    const { headers } = await post(check.replace('/check', '/where'), { address: 'Provgatan 2' })
    expect(String(headers.location)).toMatch(/^\/boka\/check/)
  })

  test('the chosen time is kept meanwhile, and let go of when another is chosen', async () => {
    const check = await answer()
    expect((await get(check)).body).toContain('Tiden är din till 12:10.')
    const holds = async () => [...(await town.store.bookingBook()).holds.values()]
    expect((await holds()).map(({ slot }) => slot.slotId)).toEqual(['morning'])
    await post(check.replace('/check', '/when'), { slot: '2026-05-07/afternoon' })
    expect((await holds()).map(({ slot }) => slot.slotId)).toEqual(['afternoon'])
  })

  test('where neighbours hold as much from the same address, one goes on without a hold', async () => {
    const neighbours = ANSWERS.map((fields) =>
      'address' in fields ? { ...fields, address: 'Provgatan 2' } : fields,
    )
    expect((await get(await answer('/boka', neighbours))).body).toContain('Tiden är din till')
    const { statusCode, body } = await get(await answer())
    expect([statusCode, body.includes('Tiden är din till')]).toEqual([200, false])
    await book()
  })

  test('a form that was left for hours begins anew', async () => {
    const check = await answer()
    town.setNow(plus(MONDAY, 3 * HOUR))
    const { statusCode, body } = await get(check)
    expect([statusCode, body]).toEqual([410, expect.stringContaining('Formuläret är för gammalt')])
    expect((await post(check)).statusCode).toBe(410)
  })

  test.each<[string, Fields[], Fields, string[]]>([
    ['nothing', [], {}, ['#things Skriv hur många av minst en sak.']],
    [
      'a word',
      [],
      { 'n-chair': 'två' },
      ['#n-chair Stol: skriv ett antal med siffror, till exempel 2.'],
    ],
    [
      'a negative number',
      [],
      { 'n-chair': '-1' },
      ['#n-chair Stol: skriv ett antal med siffror, till exempel 2.'],
    ],
    [
      'too many',
      [],
      { 'n-chair': '7' },
      [
        '#things Högst 6 saker åt gången.',
        '#things Det blir för mycket: högst 1000 liter åt gången.',
      ],
    ],
    ['too many of one', [], { 'n-mattress': '3' }, ['#n-mattress Madrass: högst 2 åt gången.']],
    ['what can’t be taken', [], { 'n-sofa': '1' }, ['#things Skriv hur många av minst en sak.']],
    [
      'no address',
      ANSWERS.slice(0, 1),
      { address: ' ' },
      ['#address Skriv gata och nummer, till exempel Storgatan 12.'],
    ],
    [
      'an unknown address',
      ANSWERS.slice(0, 1),
      { address: 'Porvgatan 2' },
      ['#address Vi hittar inte adressen.'],
    ],
    [
      'an address outside',
      ANSWERS.slice(0, 1),
      { address: 'Utanförgatan 1' },
      ['#address Dit kommer cykeln inte än.'],
    ],
    [
      'one of many homes',
      ANSWERS.slice(0, 1),
      { address: 'Exempelgatan 4' },
      ['#apartment Flera bor på adressen. Fyll i lägenheten.'],
    ],
    [
      'what isn’t a postcode or position',
      ANSWERS.slice(0, 1),
      { address: 'Provgatan 1', postcode: 'x', position: 'här' },
      [
        '#postcode Skriv postnumret med fem siffror, till exempel 504 30.',
        '#position Skriv latitud och longitud, till exempel 57.7211, 12.9398.',
      ],
    ],
    ['no time', ANSWERS.slice(0, 2), {}, ['#slot Välj en tid.']],
    [
      'a day that isn’t',
      ANSWERS.slice(0, 2),
      { slot: '2026-02-30/morning' },
      ['#slot Välj en tid.'],
    ],
    [
      'a time when it doesn’t run',
      ANSWERS.slice(0, 2),
      { slot: '2026-05-06/morning' },
      ['#slot Cykeln kör inte då. Välj en annan tid.'],
    ],
    [
      'no way to be reached',
      ANSWERS.slice(0, 3),
      { name: '', language: 'de' },
      [
        '#name Skriv ett namn.',
        '#phone Fyll i telefon eller e-post, så att vi når dig.',
        '#language Välj ett språk.',
      ],
    ],
    [
      'a false number',
      ANSWERS.slice(0, 3),
      { name: 'A', phone: 'ring', email: 'a@', language: 'sv' },
      [
        '#phone Skriv ett telefonnummer, till exempel 070-123 45 67.',
        '#email Skriv en e-postadress, till exempel namn@exempel.se.',
      ],
    ],
  ])(
    '%s is said where it was written, and nothing typed is lost',
    async (_what, before, fields, faults) => {
      const at = await answer('/boka', before)
      const { statusCode, body } = await post(at, fields)
      expect([statusCode, faultsIn(body)]).toEqual([400, faults])
      expect(body).toMatch(/<title>Fel: /)
      for (const fault of faults) {
        const [href, text] = [fault.split(' ')[0]!.slice(1), fault.slice(fault.indexOf(' ') + 1)]
        expect(body).toContain(`id="${href}"`)
        expect(body).toMatch(new RegExp(`<strong class="fault" id="${href}-fault">`))
        expect(body).toContain(text)
      }
      for (const [name, typed] of Object.entries(fields)) {
        if (typed.trim() === '' || ['slot', 'language', 'n-sofa'].includes(name)) continue
        expect(body).toMatch(
          new RegExp(`name="${name}"[^>]*value="${typed.replace(/[+.]/g, '\\$&')}"`),
        )
      }
    },
  )

  test('who mistypes is asked what they meant', async () => {
    const at = await answer('/boka', ANSWERS.slice(0, 1))
    const { body } = await post(at, { address: 'Porvgatan 2' })
    expect(body).toContain('Menade du Provgatan 2?')
    expect(body).toContain('<option value="Provgatan 1">')
  })

  test('an address that isn’t on the list has its position typed', async () => {
    const place = { address: 'Nybyggda vägen 9', position: '57.7201, 12.9205' }
    const own = await book('/boka', ANSWERS.with(1, place))
    expect((await get(own)).body).toContain('Nybyggda vägen 9')
    const far = await answer('/boka', ANSWERS.slice(0, 1))
    const { body } = await post(far, { ...place, position: '57.9, 12.9' })
    expect(faultsIn(body)).toEqual(['#address Dit kommer cykeln inte än.'])
  })

  test('a place is pointed at on the map, each time from nearer, and nothing else is lost', async () => {
    const at = await answer('/boka', ANSWERS.slice(0, 1))
    const fieldOf = (body: string, name: string) =>
      new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(body)?.[1]
    const typed = { address: 'Nybyggda vägen 9', note: 'portkod 9999' }
    const before = (await get(at)).body
    expect(before).not.toContain('<details open')
    const map = fieldOf(before, 'map')!

    // The middle of the picture is the middle of the district.
    const first = await post(at, { ...typed, map, 'at.x': '140', 'at.y': '140' })
    expect(first.statusCode).toBe(200)
    expect(fieldOf(first.body, 'position')).toBe('57.725, 12.925')
    expect([fieldOf(first.body, 'address'), fieldOf(first.body, 'note')]).toEqual(
      Object.values(typed),
    )
    expect(first.body).toContain('<details open')
    expect(first.body).toContain('autofocus')
    expect(faultsIn(first.body)).toEqual([])
    const [, , spanM] = map.split(' ').map(Number)
    const nearer = fieldOf(first.body, 'map')!
    expect(Number(nearer.split(' ')[2])).toBeCloseTo(spanM! / 4, -1)

    // A quarter of the picture to the east is a quarter of what it shows.
    const { body } = await post(at, { ...typed, map: nearer, 'at.x': '210', 'at.y': '140' })
    const [lat, lon] = fieldOf(body, 'position')!.split(', ').map(Number)
    expect(lat).toBe(57.725)
    const eastM = (lon! - 12.925) * 111_320 * Math.cos((57.725 * Math.PI) / 180)
    expect(eastM).toBeCloseTo(spanM! / 16, -1)

    const whole = await post(at, { ...typed, map: nearer, 'map-whole': 'yes' })
    expect(fieldOf(whole.body, 'map')).toBe(map)
    const sent = await post(at, { ...typed, map: nearer, position: `${lat}, ${lon}` })
    expect([sent.statusCode, String(sent.headers.location).split('?')[0]]).toEqual([
      303,
      '/boka/when',
    ])
  })

  test.each([
    ['the Enter key', { 'at.x': '0', 'at.y': '0' }],
    ['nobody’s picture', { 'at.x': '-5', 'at.y': '9999' }],
    ['no number', { 'at.x': 'x', 'at.y': '1' }],
  ])('a point of %s is none: the form is answered', async (_, point: Fields) => {
    const at = await answer('/boka', ANSWERS.slice(0, 1))
    const { statusCode, headers } = await post(at, { ...ANSWERS[1]!, ...point, map: 'x y z' })
    expect([statusCode, String(headers.location).split('?')[0]]).toEqual([303, '/boka/when'])
  })

  test('who has booked may point at another place', async () => {
    const own = await book()
    const { body } = await post(`${own}/where`, {
      address: 'Nybyggda vägen 9',
      'at.x': '140',
      'at.y': '140',
    })
    expect(body).toContain('value="57.725, 12.925"')
    expect((await get(own)).body).toContain('Provgatan 1')
  })

  test('the page about the service says what is kept of who books', async () => {
    expect((await get('/om')).body).toContain('Bokar du returcykeln sparar vi')
    expect((await get('/en/about')).body).toContain('If you book the return bike we keep')
    expect((await get('/fi/tietoja')).body).toContain('Jos varaat palautuspyörän')
    terms = undefined
    expect((await get('/om')).body).not.toContain('returcykeln')
  })

  test('what the bike can’t take says why and where it goes', async () => {
    const { body } = await get('/boka')
    expect(body).toMatch(/<dt>Soffa<\/dt>\s*<dd>\s*För tung\.\s*Till ÅVC\./)
    expect(body).toContain('Högst 6 saker åt gången, och tillsammans högst 1\u00a0000 liter.')
  })

  test('a full or closed time can’t be chosen, and the waiting list is offered', async () => {
    for (const n of [1, 2, 3]) {
      const person = { ...submission().person, address: 'Exempelgatan 4', apartment: String(n) }
      expect((await desk.submit(submission({ person }), {})).kind).toBe('ok')
    }
    town.setNow(plus(MONDAY, 4 * HOUR))
    const when = await answer('/boka', ANSWERS.slice(0, 2))
    const { body } = await get(when)
    expect(body).toMatch(/10:00–12:00<\/span>\s*<span>gick att boka till måndag 4 maj 15:00/)
    expect(body).toMatch(/10:00–12:00<\/span>\s*<span>fullt/)
    expect(body).not.toContain(`value="${SLOT}"`)
    expect(faultsIn((await post(when, { slot: SLOT })).body)).toEqual([
      '#slot Tiden har inte längre rum för allt. Välj en annan.',
    ])
    const own = await book('/boka', ANSWERS.with(2, { slot: 'wait' }))
    expect((await get(own)).body).toContain('<h1>Du står på väntelistan</h1>')
    const again = await answer('/boka', ANSWERS.slice(0, 2))
    expect(faultsIn((await post(again, { slot: 'wait' })).body)).toEqual([
      '#slot Hushållet står redan på väntelistan.',
    ])
  })

  test('who waits takes an offer, or says no, by a press', async () => {
    terms = { ...bookingTerms, bike: { ...bookingTerms.bike, opensDays: 4 } }
    const full: { reference: string; secret: string }[] = []
    let n = 0
    for (const day of ['2026-05-05', '2026-05-07']) {
      for (const slotId of ['morning', 'morning', 'morning', 'afternoon', 'afternoon']) {
        const person = {
          ...submission().person,
          address: 'Exempelgatan 4',
          apartment: `${(n += 1)}`,
        }
        const made = await desk.submit(submission({ person, slot: { day, slotId } }), {})
        if (made.kind !== 'ok') throw new Error(JSON.stringify(made))
        full.push(made.value)
      }
    }
    const own = await book('/boka', ANSWERS.with(2, { slot: 'wait' }))
    const cancel = ({ reference, secret }: (typeof full)[number]) =>
      desk.cancel(reference, { kind: 'resident', secret }, undefined)
    await cancel(full.at(-1)!)
    expect((await get(own)).body).toContain(
      'Torsdag 7 maj 13:00–15:00. Svara senast tisdag 5 maj 12:00.',
    )
    const declined = await post(own, { do: 'decline' })
    expect((await get(String(declined.headers.location))).body).toContain(
      'står kvar på väntelistan',
    )
    await cancel(full.at(-3)!)
    const taken = await post(own, { do: 'take' })
    expect((await get(String(taken.headers.location))).body).toContain(
      '<h1>Hämtningen är bokad</h1>',
    )
    expect((await post(own, { do: 'take' })).headers.location).toBe(`${own}?did=stale`)
  })

  test('the last look refuses what has been taken since, and leads to the question', async () => {
    const check = await answer()
    town.setNow(plus(MONDAY, 15 * MINUTE))
    for (const n of [1, 2, 3]) {
      const person = { ...submission().person, address: 'Exempelgatan 4', apartment: String(n) }
      await desk.submit(submission({ person }), {})
    }
    const { statusCode, body } = await post(check)
    expect([statusCode, faultsIn(body)]).toEqual([
      409,
      ['/boka/when Tiden har inte längre rum för allt. Välj en annan.'],
    ])
  })

  test('each part of a booking is changed on its page, and a second press changes nothing', async () => {
    const own = await book()
    const page = await get(own)
    for (const step of ['what', 'where', 'when', 'who']) {
      expect(page.body).toContain(`href="${own}/${step}"`)
      expect((await get(`${own}/${step}`)).headers['referrer-policy']).toBe('no-referrer')
    }
    expect((await get(`${own}/where`)).body).toContain('value="Provgatan 1"')
    const changes: readonly [string, Fields, string][] = [
      ['what', { 'n-chair': '1', 'n-television': '1' }, '1 × Tv'],
      ['where', { address: 'Provgatan 2' }, 'Provgatan 2'],
      ['when', { slot: '2026-05-07/afternoon' }, '13:00–15:00'],
      ['who', { name: 'Anna', email: 'anna@example.se', language: 'ar' }, 'anna@example.se'],
    ]
    for (const [i, [step, fields, word]] of changes.entries()) {
      const sent = { ...fields, version: String(i + 1) }
      const first = await post(`${own}/${step}`, sent)
      expect(first.headers.location).toBe(`${own}?did=changed`)
      const { body } = await get(`${own}?did=changed`)
      expect(body).toContain(word)
      expect((await post(`${own}/${step}`, sent)).headers.location).toBe(`${own}?did=stale`)
    }
    const { body } = await get(own)
    for (const gone of ['portkod 9999', '070-000 00 01']) expect(body).not.toContain(gone)
    const wrong = await post(`${own}/where`, { address: 'Porvgatan 3', version: '5' })
    expect(faultsIn(wrong.body)).toEqual(['#address Vi hittar inte adressen.'])
  })

  test('it is cancelled after being asked once more; twice is once', async () => {
    const own = await book()
    expect((await get(`${own}/cancel`)).body).toContain('<h1>Vill du avboka?</h1>')
    for (const _ of [1, 2]) {
      expect((await post(own, { do: 'cancel' })).headers.location).toBe(own)
      expect((await get(own)).body).toContain('<h1>Bokningen är avbokad</h1>')
    }
    expect((await get(own)).body).not.toContain(`${own}/when`)
  })

  test('when it is too late the page says whom to call', async () => {
    const own = await book()
    town.setNow(instant(Date.parse('2026-05-06T14:00:00Z')))
    const late = (await get(own)).body
    expect(late).toContain('Det är för sent att ändra här, men du kan avboka.')
    expect(late).toContain('href="tel:033357000"')
    expect(late).not.toContain(`${own}/when`)
    expect(
      faultsIn((await post(`${own}/when`, { slot: '2026-05-12/morning', version: '1' })).body),
    ).toEqual(['#slot Det är för sent att ändra här. Hör av dig till oss.'])
    town.setNow(instant(Date.parse('2026-05-07T07:00:00Z')))
    const over = (await get(own)).body
    expect(over).toContain('Det är för sent att ändra eller avboka här.')
    expect(over).not.toContain(`${own}/cancel`)
    await post(own, { do: 'cancel' })
    expect((await get(own)).body).toContain('<h1>Hämtningen är bokad</h1>')
  })

  test('the calendar has the time and the address, and not the secret', async () => {
    const own = await book('/en/book')
    const { headers, body } = await get(`${own}/calendar.ics`)
    expect(headers['content-type']).toBe('text/calendar; charset=utf-8')
    expect(body).toContain('DTSTART;TZID=Europe/Stockholm:20260507T100000')
    expect(body).toContain('LOCATION:Provgatan 1')
    expect(body).not.toContain(own.split('/').at(-1)!)
  })

  test('a wrong secret, a wrong number and no secret are told the same; who guesses is stopped', async () => {
    const own = await book()
    const [, , reference, secret] = own.split('/')
    const answers = await Promise.all(
      [
        `/boka/${reference}/wrong`,
        `/boka/222222/${secret}`,
        `/boka/${reference}`,
        '/boka/x/y/cancel',
      ].map(get),
    )
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404])
    expect(answers[0]!.body).toBe(answers[1]!.body)
    for (const { headers } of answers) expect(headers['referrer-policy']).toBe('no-referrer')
    expect((await post(`/boka/${reference}/wrong`, { do: 'cancel' })).statusCode).toBe(404)
    let last = 404
    for (let i = 0; i < 61; i++) last = (await get(`/boka/${reference}/guess-${i}`)).statusCode
    expect(last).toBe(429)
    town.setNow(plus(MONDAY, MINUTE))
    expect((await get(own)).body).toContain('<h1>Hämtningen är bokad</h1>')
    expect(town.logged.join('')).not.toContain(secret)
  })

  test('another site’s form books nothing and cancels nothing', async () => {
    const check = await answer()
    const foreign = [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]
    for (const headers of foreign) {
      for (const url of ['/boka', check]) {
        expect((await post(url, ANSWERS[0], headers)).statusCode).toBe(403)
      }
    }
    const own = await book()
    for (const headers of foreign) {
      expect((await post(own, { do: 'cancel' }, headers)).statusCode).toBe(403)
      expect((await post(`${own}/who`, ANSWERS[3], headers)).statusCode).toBe(403)
    }
    expect((await post(own, { do: 'cancel' }, { origin: 'null' })).statusCode).toBe(303)
  })

  test('hostile input does no harm', async () => {
    const script = '<script>alert(1)</script>"\'&'
    const check = await answer(
      '/boka',
      ANSWERS.with(1, { address: 'Provgatan 1', note: script }).with(3, {
        ...ANSWERS[3]!,
        name: script,
      }),
    )
    for (const url of [check, check.replace('check', 'where'), check.replace('check', 'who')]) {
      const { body } = await get(url)
      expect(body).not.toContain('<script>')
      expect(body).toContain('&lt;script&gt;')
    }
    for (const f of ['', 'x', 'ÿÿ', SEALER.seal('{"key":"k"}'), 'A'.repeat(5000)]) {
      const url = `/boka/check?f=${encodeURIComponent(f)}`
      expect([(await get(url)).statusCode, (await post(url)).statusCode], f).toEqual([410, 410])
    }
    expect((await get('/boka/check?f=1&f=2')).statusCode).toBe(410)
    expect((await get('/boka/check')).headers.location).toBe('/boka')
    expect((await post('/boka/check')).statusCode).toBe(410)
    expect((await post('/boka', { 'n-chair': '1', x: 'y'.repeat(20_000) })).statusCode).toBe(413)
    expect(
      (await town.app.inject({ method: 'POST', url: '/boka', payload: { a: 1 } })).statusCode,
    ).toBe(400)
    const where = await answer('/boka', ANSWERS.slice(0, 1))
    for (const bad of [
      { address: 'A'.repeat(121) },
      { address: 'Provgatan 1', note: 'a\u0000b' },
    ]) {
      expect((await post(where, bad)).statusCode).toBe(400)
    }
    expect(town.logged).toEqual([])
  })

  test('whoever sends too much waits', async () => {
    const check = await answer()
    let last = await post(check)
    for (let i = 0; i < 12; i++) last = await post(check)
    expect([last.statusCode, last.headers['retry-after']]).toEqual([429, '300'])
    expect(last.body).toContain('Vänta lite')
  })

  test('each page is small enough for a slow phone', async () => {
    const check = await answer()
    for (const url of [
      check,
      ...['', '/where', '/when', '/who'].map((to) => check.replace('/check', to)),
    ]) {
      const { rawPayload } = await town.app.inject({ url, headers: { 'accept-encoding': 'br' } })
      expect(rawPayload.length, url).toBeLessThan(14 * 1024)
    }
  })
})

describe.skipIf(chromiumPath === undefined)('in a real browser', () => {
  let browser: Browser
  let url: string

  beforeAll(async () => {
    browser = await openBrowser()
    const folder = await readTownFolder(
      fileURLToPath(new URL('../../towns/boras', import.meta.url)),
    )
    if (folder.kind !== 'ok') throw new Error('the example town is faulty')
    const { returnBike, town: boras } = folder.folder
    town = await open({
      bike: { ...returnBike!, opensDays: 14 },
      serviceDays: boras.serviceDays!,
      timeZone: boras.timeZone,
    })
    url = await town.app.listen({ host: '127.0.0.1', port: 0 })
  })
  afterAll(async () => {
    await browser.close()
    await town[Symbol.asyncDispose]()
  })

  const address = () => terms!.bike.addresses!.find(({ homes = 1 }) => homes === 1)!.address

  test('without JavaScript a press on the map marks the place, and Enter in a field is no press', async () => {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      viewport: { width: 360, height: 800 },
    })
    const tab = await context.newPage()
    await tab.goto(`${url}/boka`)
    await tab.fill('#n-chair', '1')
    await tab.click('main form button')
    await tab.fill('#address', 'Nybyggda vägen 9')
    await tab.keyboard.press('Enter')
    expect(await tab.textContent('.faults')).toContain('Vi hittar inte adressen.')
    await tab.locator('.point input').click({ position: { x: 140, y: 140 } })
    expect(await tab.inputValue('#position')).toBe('57.72375, 12.925')
    expect(await tab.inputValue('#address')).toBe('Nybyggda vägen 9')
    expect(await tab.locator(':focus').textContent()).toContain('Platsen är utmärkt')
    await tab.focus('#address')
    await tab.keyboard.press('Enter')
    await tab.waitForURL(/\/boka\/when/)
    await context.close()
  })

  const look = async (tab: Page, name: string) => {
    await openDetails(tab)
    await expectNoFault(tab, name)
  }

  test.each([
    ['light', 360, '/boka'],
    ['light', 1280, '/boka'],
    ['dark', 360, '/boka'],
    ['dark', 1280, '/boka'],
    ['light', 360, '/en/book'],
    ['dark', 360, '/fi/varaa'],
  ] as const)(
    '%s, %d pixels wide, %s has no fault that axe finds on any of its pages',
    async (colorScheme, width, base) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 800 },
        bypassCSP: true,
      })
      const tab = await context.newPage()
      const name = (page: string) => `${colorScheme}-${width}-${base.split('/').at(-1)}-${page}`
      const go = () => tab.click('main form button')
      await tab.goto(url + base)
      await look(tab, name('1-what'))
      await go()
      await look(tab, name('1-what-fault'))
      await tab.fill('#n-chair', '2')
      await go()
      await look(tab, name('2-where'))
      await go()
      await look(tab, name('2-where-fault'))
      await tab.locator('.point input').click({ position: { x: 90, y: 90 } })
      await look(tab, name('2-where-pointed'))
      await tab.fill('#address', address())
      await tab.fill('#note', 'Portkod 9999')
      await go()
      await look(tab, name('3-when'))
      await go()
      await look(tab, name('3-when-fault'))
      await tab.click('.slots label')
      await go()
      await look(tab, name('4-who'))
      await go()
      await look(tab, name('4-who-fault'))
      await tab.fill('#name', 'Prova Provsson')
      await tab.fill('#phone', '070-000 00 01')
      await go()
      await look(tab, name('5-check'))
      await go()
      await look(tab, name('6-receipt'))
      const own = tab.url().split('?')[0]!
      for (const page of ['what', 'where', 'when', 'who', 'cancel']) {
        await tab.goto(`${own}/${page}`)
        await look(tab, name(`7-${page}`))
      }
      await go()
      await look(tab, name('8-cancelled'))
      await tab.goto(`${url}${base}/K7M4XR/nothing`)
      await look(tab, name('9-gone'))
      await context.close()
      town.setNow(plus(town.now(), MINUTE))
    },
  )

  test('without JavaScript and by keyboard alone it is booked, back and reload lose nothing', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const tab = await context.newPage()
    const type = async (id: string, text: string) => {
      await tab.focus(id)
      await tab.keyboard.type(text)
    }
    await tab.goto(`${url}/boka`)
    await type('#n-chair', '1')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**/boka/where?*')
    await type('#address', address())
    await tab.keyboard.press('Escape')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**/boka/when?*')
    await tab.goBack()
    expect(await tab.inputValue('#address')).toBe(address())
    await tab.goForward()
    await tab.reload()
    await tab.focus('.slots input')
    await tab.keyboard.press('Space')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**/boka/who?*')
    await type('#name', 'Prova Provsson')
    await type('#email', 'prova@example.se')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**/boka/check?*')
    await tab.reload()
    await tab.focus('main form button')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**?did=booked')
    expect(await tab.textContent('h1')).toBe('Hämtningen är bokad')
    await tab.reload()
    await tab.goBack()
    await tab.click('main form button')
    await tab.waitForURL('**?did=booked')
    const { bookings } = await town.store.bookingBook()
    expect([...bookings.values()].filter(({ state }) => state === 'booked')).toHaveLength(1)
    await tab.focus('a[href$="/cancel"]')
    await tab.keyboard.press('Enter')
    await tab.waitForURL('**/cancel')
    await tab.focus('main form button')
    await tab.keyboard.press('Enter')
    await tab.waitForURL(/\/boka\/\w{6}\/[\w-]{22}$/)
    expect(await tab.textContent('h1')).toBe('Bokningen är avbokad')
    await context.close()
  })

  test('a fault takes the focus, and its link leads to the field', async () => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(`${url}/boka`)
    await tab.click('main form button')
    await tab.waitForSelector('section.faults:focus')
    await tab.keyboard.press('Tab')
    await tab.keyboard.press('Enter')
    expect(await tab.evaluate('document.activeElement.id')).toBe('things')
    await context.close()
  })
})
