import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, plus } from '#src/stations/time.ts'
import type { DecidedPost } from '#src/rules/decision.ts'
import { correctionKey } from '#src/rules/post-key.ts'
import { parseAreaId } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import {
  EKUDDEN,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  correctionOf,
  openHttpTown,
  postKey,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { createEngine } from '#src/rules/engine.ts'
import { castTown, containerId } from '#tests/support/town.ts'
import { borasBook, borasRules } from '../rules/scenario.ts'

const A = '000000000000000a'
const B = '000000000000000b'
/** Any but those that tell a reader of a station’s page that there is something new, and that offer a map. */
const OTHER_SCRIPT = /<script(?! type="module" src="\/assets\/web\/(?:station|map)-)/

async function page(town: HttpTown, url: string, status = 200): Promise<string> {
  const answer = await town.app.inject(url)
  expect([url, answer.statusCode]).toEqual([url, status])
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  return answer.body
}

/** What a reader reads: tags gone, spaces made one. */
function words(markup: string): string {
  return markup
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/[\s\u00A0]+/g, ' ')
    .replace(/ ([.,])/g, '$1')
}

const mainOf = (markup: string) => words(/<main[^]*<\/main>/.exec(markup)![0])
const footerOf = (markup: string) => words(/<footer[^]*<\/footer>/.exec(markup)![0])

describe('the station page', () => {
  test('tells the state in one sentence, each container in words, and how old every number is', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 96.4, 12)
    await town.measure(containerId('1490-901-plastic-1'), 34, 130)
    await town.measure(containerId('1490-902-paper-1'), 20)
    const text = mainOf(await page(town, '/s/1490-901'))
    expect(text).toContain(
      'Ekudden Provgatan 1 1 av 3 behållare är full. 1 är okänd. Uppdaterat i dag 14:23. ' +
        'Närmast med plats För pappersförpackningar: Hamnen, 600 m ' +
        'Behållarna nu ' +
        'Pappersförpackningar Fullt 96 % fyllt mättes för 12 min sedan Rapportera ' +
        'Plastförpackningar Plats finns 34 % fyllt mättes för 2 timmar sedan Rapportera ' +
        'Ofärgat glas Okänt inget mätvärde än',
    )
  })

  test('tells when a container is likely to be full as a part of a day, and only while the forecast is fresh', async () => {
    await using town = await openHttpTown({ rules: borasRules })
    await town.measure(EKUDDEN_PAPER, 40, 5)
    const foretell = (fullAt: number) =>
      town.append({
        kind: 'fact',
        fact: {
          type: 'forecast',
          containerId: EKUDDEN_PAPER,
          fullWithin24h: 0.6,
          fullAt: plus(TUESDAY, fullAt),
          model: 'm',
        },
      })
    await foretell(20 * HOUR)
    const text = async () => mainOf(await page(town, '/s/1490-901'))
    expect(await text()).toContain('väntas bli full i morgon 10:00–14:00')
    await foretell(3 * DAY)
    expect(await text()).toContain('väntas bli full på fredag')
    await foretell(-HOUR)
    expect(await text()).not.toContain('väntas')
    await foretell(20 * HOUR)
    town.setNow(plus(TUESDAY, 13 * HOUR))
    await town.measure(EKUDDEN_PAPER, 60)
    expect(await text()).not.toContain('väntas')
  })

  test('says the same in English', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 96.4, 12)
    await town.measure(containerId('1490-902-paper-1'), 20)
    const markup = await page(town, '/en/s/1490-901')
    expect(markup).toContain('<html lang="en">')
    expect(mainOf(markup)).toContain(
      'Ekudden Provgatan 1 1 of 3 containers is full. 2 are unknown. Updated today 14:23. ' +
        'Nearest with room For paper packaging: Hamnen, 600 m ' +
        'The containers now ' +
        'Paper packaging Full 96% filled measured 12 min ago',
    )
    expect(markup).toContain('href="/en/s/1490-902"')
    expect(markup.replace(/\s+/g, ' ')).toContain('<a href="/s/1490-901" lang="sv" hreflang="sv"')
  })

  test('counts one container in Finnish as one, and calls fractions what Finns call them', async () => {
    const [first] = castTown.stations
    const paper = first!.containers.filter(({ id }) => id === EKUDDEN_PAPER)
    const mountings = castTown.mountings.filter((m) => m.containerId === EKUDDEN_PAPER)
    const small = { ...castTown, stations: [{ ...first!, containers: paper }], mountings }
    await using town = await openHttpTown({ town: small })
    await town.measure(EKUDDEN_PAPER, 96.4, 12)
    const markup = await page(town, '/fi/')
    expect(mainOf(markup)).toContain('1 kierrätyspiste, 1 astia. Juuri nyt 1 astia on täynnä.')
    expect(markup).toContain('Jätelajien omat syötteet')
  })

  test('says the same in Finnish, and leads to the other languages', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 96.4, 12)
    await town.measure(containerId('1490-902-paper-1'), 20)
    const markup = await page(town, '/fi/s/1490-901')
    expect(markup).toContain('<html lang="fi">')
    expect(mainOf(markup)).toContain(
      'Ekudden Provgatan 1 Täynnä: 1/3 astiaa. Ei tiedossa: 2. Päivitetty tänään klo 14.23. ' +
        'Lähin, jossa on tilaa Jätelaji paperipakkaukset: Hamnen, 600 m ' +
        'Astiat nyt ' +
        'Paperipakkaukset Täynnä 96 % täynnä mitattu 12 min sitten',
    )
    const links = markup.replace(/\s+/g, ' ')
    for (const [language, path] of [
      ['sv', '/s/1490-901'],
      ['en', '/en/s/1490-901'],
    ]) {
      expect(links).toContain(`<a href="${path}" lang="${language}" hreflang="${language}"`)
      expect(links).toContain(
        `<link rel="alternate" hreflang="${language}" href="https://kvitter.example${path}" />`,
      )
    }
  })

  test('an unknown level is a broken frame without a bar or a per cent, and never "has room"', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 3)
    town.setNow(plus(TUESDAY, 7 * HOUR))
    await town.fail(containerId('1490-901-plastic-1'), 'no-echo')
    const markup = await page(town, '/s/1490-901')
    expect(markup.match(/class="bar unknown"/g)).toHaveLength(3)
    expect(markup).not.toContain('class="bar s-')
    const text = mainOf(markup)
    expect(text).toContain('Just nu vet vi inte hur fulla behållarna är.')
    expect(text).toContain('Pappersförpackningar Okänt okänt sedan i dag 14:35')
    expect(text).toContain('okänt sedan i dag 21:35 · givaren får inget eko')
    expect(text).not.toContain('% fyllt')
    expect(text).not.toContain('Plats finns')
    const list = await page(town, '/')
    expect(list).not.toMatch(/<path class="f-/)
    expect(mainOf(list)).not.toContain('Det finns plats')
  })

  test('an empty container is 0 %, which is not the same as unknown', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 0)
    const markup = await page(town, '/s/1490-901')
    expect(mainOf(markup)).toContain('Pappersförpackningar Plats finns 0 % fyllt mättes nyss')
    expect(markup).toContain('<rect width="0" height="4"/>')
  })

  test('without a known place to go instead, it says so', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 99)
    expect(mainOf(await page(town, '/s/1490-901'))).toContain(
      'Närmast med plats För pappersförpackningar: ingen annan station har känd plats just nu.',
    )
  })

  test('its last seven days are a drawing with gaps where nothing was known, and a table', async () => {
    await using town = await openHttpTown()
    for (const [hoursAgo, level] of [
      [100, 20],
      [97, 30],
      [94, 40],
      [40, 70],
      [37, 80],
      [1, 10],
    ] as const) {
      await town.measure(EKUDDEN_PAPER, level, hoursAgo * 60)
    }
    const markup = await page(town, '/s/1490-901')
    const line = /<path class="line" d="([^"]+)"/.exec(markup)![1]!
    expect(line.match(/M/g)).toHaveLength(3)
    expect(markup).toContain(
      'aria-label="Pappersförpackningar: lägst 10 procent, högst 80 procent."',
    )
    expect(words(markup)).toContain('Pappersförpackningar – – – 20–40 – 70–70 80–80 10–10')
  })

  test('a post says why it was written, without a script', async () => {
    await using town = await openHttpTown()
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    const markup = await page(town, '/s/1490-901')
    expect(markup).not.toMatch(OTHER_SCRIPT)
    const details = words(/<summary>Varför skrevs detta\?[^]*?<\/details>/.exec(markup)![0])
    expect(details).toContain('c.fill &gt;= 90.0 ja c.fill = 96,4')
    expect(details).toContain('c.fill_age_min = 12 min')
    expect(details).toContain('truck.eta_min &gt; 60.0 okänt truck.eta_min = saknas')
    expect(details).toContain(
      'Räcker dagens antal? släppte igenom 1/4 för stationen, 12/90 för kontot',
    )
    expect(markup).toContain(`href="/p/${A}"`)
    for (const [format, type] of [
      ['atom', 'application/atom+xml'],
      ['rss', 'application/rss+xml'],
      ['json', 'application/feed+json'],
    ]) {
      const path = `/feeds/stations/1490-901.${format}`
      expect(markup.replace(/\s+/g, ' ')).toContain(
        `<link rel="alternate" type="${type}" title="Ekudden" href="${path}" />`,
      )
      expect(markup).toContain(`<a href="${path}">`)
    }
  })
})

describe('a post that was wrong', () => {
  async function correctedTown() {
    const town = await openHttpTown()
    const at = plus(TUESDAY, -HOUR)
    await town.say([fullDecision(at, A)], [fullPost(at, A), correctionOf(fullPost(at, A), TUESDAY)])
    return town
  }
  const correction = correctionKey(postKey(A))

  test('is struck through on its own page, with what takes it back beside it', async () => {
    await using town = await correctedTown()
    const markup = await page(town, `/p/${A}`)
    expect(markup).toMatch(/<s>Ekudden: behållaren för pappersförpackningar är full[^<]*<\/s>/)
    expect(mainOf(markup)).toContain(
      'Det här stämde inte. Ekudden: behållaren för pappersförpackningar är full sedan 13:05, enligt givare. Närmast med plats: Hamnen, 600 m. Rättelse: vi skrev 13:35 att det var fullt på Ekudden (pappersförpackningar). Det stämde inte. Rättat i dag 14:35',
    )
    expect(markup).toContain(`href="/p/${correction}"`)
    expect(markup).toContain('<meta name="description" content="Det här stämde inte. Ekudden')
    const english = mainOf(await page(town, `/en/p/${A}`))
    expect(english).toContain('This was wrong. Ekudden: the container')
    expect(english).toContain('That was wrong. Corrected today 14:35')
  })

  test('is struck through on the station’s page and in the list', async () => {
    await using town = await correctedTown()
    for (const path of ['/s/1490-901', '/']) {
      const markup = await page(town, path)
      expect(markup.match(/<s>/g), path).toHaveLength(1)
      expect(words(markup)).toContain('Det här stämde inte. Ekudden: behållaren')
      expect(words(markup)).toContain('Rättat i dag 14:35')
    }
  })

  test('is named on the page of its correction, once', async () => {
    await using town = await correctedTown()
    const markup = await page(town, `/p/${correction}`)
    expect(mainOf(markup)).toContain('Inlägget som rättas')
    expect(mainOf(markup)).not.toContain('Uppföljning')
    expect(markup).not.toContain('<s>')
    expect(markup).toContain(`href="/p/${A}"`)
  })

  test('stands until its correction may be seen', async () => {
    await using town = await openHttpTown()
    const said = fullPost(TUESDAY, A)
    const later = plus(TUESDAY, MINUTE)
    await town.say([], [said, { ...correctionOf(said, TUESDAY), sendAt: later }])
    expect(await page(town, `/p/${A}`)).not.toContain('<s>')
    town.setNow(later)
    expect(await page(town, `/p/${A}`)).toContain('<s>')
  })
})

describe('a post about more than a station', () => {
  const norrby = parseAreaId('norrby')!
  const inNorrby: Town = { ...castTown, areas: [{ id: norrby, name: 'Norrby' }] }
  const bike = (at: typeof TUESDAY): DecidedPost => {
    const { stationId: _, items, ...rest } = fullPost(at, A)
    const { ruleId, episode, since } = items[0]!
    return {
      ...rest,
      areaId: norrby,
      items: [
        {
          ruleId,
          episode,
          since,
          subject: norrby,
          template: 'bike_round',
          source: 'none',
          freeSlots: 2,
        },
      ],
    }
  }

  test('is on the town’s page and named for its part of the town', async () => {
    await using town = await openHttpTown({ town: inNorrby })
    await town.say([], [bike(TUESDAY)])
    expect(mainOf(await page(town, '/'))).toContain('Returcykeln är ute i Norrby, klockan 14:35.')
    const markup = await page(town, `/p/${A}`)
    expect(markup).toContain('<h1>Inlägg från Norrby</h1>')
    expect(mainOf(markup)).toContain('Till alla stationer')
  })

  test('a digest names its stations, each with a way to its page', async () => {
    await using town = await openHttpTown()
    const { stationId, items, ...rest } = fullPost(TUESDAY, A, { kind: 'digest' })
    await town.say(
      [],
      [
        {
          ...rest,
          items: [
            { ...items[0]!, stationId: stationId! },
            {
              ...bike(TUESDAY).items[0]!,
              template: 'littered',
              stationId: castTown.stations[1]!.id,
            },
          ],
        },
      ],
    )
    const markup = await page(town, `/p/${A}`)
    expect(mainOf(markup)).toContain(
      'Dagens sammanfattning, 14:35. Fullt: Ekudden (pappersförpackningar). Skräpigt: Hamnen.',
    )
    expect(mainOf(markup)).toContain('Stationer som nämns Ekudden Hamnen')
    expect(markup).toContain('href="/s/1490-902"')
    // And they have it on theirs, with why of their own.
    for (const station of ['1490-901', '1490-902']) {
      expect(mainOf(await page(town, `/s/${station}`))).toContain('Dagens sammanfattning, 14:35.')
    }
    expect(mainOf(await page(town, '/s/1490-903'))).not.toContain('Dagens sammanfattning')
  })
})

describe('the explanation', () => {
  test('puts the engine’s shorthand and the facts of all rules into words', async () => {
    await using town = await openHttpTown()
    await town.say(
      [
        fullDecision(TUESDAY, A, {
          evidence: { sum: 0, parts: [] },
          clauses: [
            { source: 'c.p_full_24h >= 0.8', value: true, facts: { 'c.p_full_24h': 0.85 } },
            {
              source: 'c.next_emptying_h > 24.0',
              value: true,
              facts: { 'c.next_emptying_h': 44.5 },
            },
            { source: 't.weekday < 6', value: true, facts: { 't.weekday': 2 } },
            { source: 'truck.eta_min < 90.0', value: true, facts: { 'truck.eta_min': 0 } },
          ],
          gates: [
            { gate: 'still-active', answer: 'hold', detail: 'no data' },
            { gate: 'stale', answer: 'drop', detail: '125 min late' },
            { gate: 'silenced', answer: 'hold', until: plus(TUESDAY, HOUR) },
            { gate: 'suppressed', answer: 'hold', detail: 'truck' },
            { gate: 'inhibited', answer: 'hold', detail: 'station_nearly_all_full' },
            { gate: 'budget', answer: 'hold', detail: 'min_gap 3 min' },
          ],
        }),
      ],
      [fullPost(TUESDAY, A)],
    )
    const text = mainOf(await page(town, `/p/${A}`))
    for (const said of [
      'c.p_full_24h = 85 %',
      'c.next_emptying_h = 44 timmar',
      't.weekday = tisdag',
      'truck.eta_min = 0',
      'höll kvar inga färska uppgifter',
      'stoppade 125 min sent',
      'Vill personalen ha tyst? höll kvar till i dag 15:35',
      'höll kvar en bil är på väg',
      'höll kvar station_nearly_all_full',
      'höll kvar minst 3 min emellan',
      'Plats Ekudden',
    ]) {
      expect(text).toContain(said)
    }
    expect(mainOf(await page(town, `/en/p/${A}`))).toContain('stopped it 125 min late')
  })
})

describe('the list of stations', () => {
  async function glassTown() {
    const town = await openHttpTown()
    await town.measure(containerId('1490-901-clear-glass-1'), 95, 5)
    await town.measure(containerId('1490-902-clear-glass-1'), 10, 5)
    return town
  }

  test('says how the whole town is', async () => {
    await using town = await glassTown()
    expect(mainOf(await page(town, '/'))).toContain(
      '3 stationer med 6 behållare. Just nu är 1 behållare full. Uppdaterat i dag 14:30.',
    )
  })

  test('answers "where can I leave glass now?": room first, then full, then unknown', async () => {
    await using town = await glassTown()
    const text = mainOf(await page(town, '/?fraction=clear-glass&q='))
    expect(text).toContain('Här kan du lämna ofärgat glas Plats finns 1 station Hamnen')
    expect(text).toContain('Plats finns, 10 %')
    expect(text).toMatch(/Hamnen .* Fullt 1 station Ekudden .* Fullt, 95 %/)
    expect(text).not.toContain('Torget')
  })

  test.each([
    ['a name', '/?q=hamn', ['Hamnen']],
    ['a street', '/?q=provgatan', ['Ekudden', 'Hamnen', 'Torget']],
    ['nothing that is there', '/?q=xyz', []],
    ['distance from a place', '/?lat=57.73&lon=12.96', ['Torget', 'Hamnen', 'Ekudden']],
    ['distance with decimal commas', '/?lat=57,73&lon=12,96', ['Torget', 'Hamnen', 'Ekudden']],
    ['distance from a station', '/?near=1490-902', ['Hamnen', 'Ekudden', 'Torget']],
    [
      'a name although a place is given',
      '/?near=1490-902&sort=name',
      ['Ekudden', 'Hamnen', 'Torget'],
    ],
    [
      'nonsense',
      '/?lat=NaN&lon=x&fraction=gold&near=..&sort=7&limit=1e9&q=',
      ['Ekudden', 'Hamnen', 'Torget'],
    ],
    ['the same twice', '/?q=hamn&q=torg', ['Hamnen']],
  ])('can be asked for by %s', async (_what, url, names) => {
    await using town = await openHttpTown()
    const markup = await page(town, url)
    expect([...markup.matchAll(/<a class="name"[^>]*>([^<]+)</g)].map((m) => m[1])).toEqual(names)
    if (names.length === 0) expect(mainOf(markup)).toContain('Ingen station stämmer')
  })

  test('what was typed stays in the form', async () => {
    await using town = await openHttpTown()
    const markup = await page(town, '/?q=%22%3E%3Cscript%3E&fraction=paper&near=1490-902')
    expect(markup).toContain('value="&quot;&gt;&lt;script&gt;"')
    expect(markup).toMatch(/<option value="paper" selected/)
    expect(markup).toContain('<input type="hidden" name="near" value="1490-902"')
  })
})

describe('the post page', () => {
  test('is the post for ever: its words, every decision, and the readings behind', async () => {
    await using town = await openHttpTown()
    const { postKey } = fullDecision(TUESDAY, A)
    await town.say(
      [
        fullDecision(plus(TUESDAY, -5 * MINUTE), A, { because: 'gate-held', outcome: 'held' }),
        fullDecision(TUESDAY, A),
      ],
      [fullPost(TUESDAY, A)],
    )
    town.setNow(plus(TUESDAY, 3 * DAY))
    const markup = await page(town, `/p/${postKey}`)
    const text = mainOf(markup)
    expect(text).toContain(
      'Inlägg från Ekudden Ekudden: behållaren för pappersförpackningar är full sedan 14:05, enligt givare. Närmast med plats: Hamnen, 600 m. Skrevs tisdag 14:35.',
    )
    expect(text).toContain('Beslut tisdag 14:35')
    expect(text).toContain('Beslut tisdag 14:30')
    expect(text).toContain('Läge avvaktar → gäller')
    expect(markup).toContain(
      'href="/api/v1/containers/1490-901-paper-1/readings?from=2026-05-04T12%3A35%3A00.000Z&amp;to=2026-05-05T12%3A36%3A00.000Z"',
    )
  })

  test('says when what it speaks of has been taken away', async () => {
    await using town = await openHttpTown()
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    expect(await page(town, `/p/${A}`)).not.toContain('borttagen')
    const [first, ...others] = castTown.stations
    await town.journal.reload({
      town: {
        ...castTown,
        stations: [{ ...first!, containers: first!.containers.slice(1) }, ...others],
        mountings: castTown.mountings.filter((m) => m.containerId !== first!.containers[0]!.id),
      },
      makeEngine: (next, kept) => createEngine({ book: borasBook, town: next, kept }),
    })
    expect(mainOf(await page(town, `/p/${A}`))).toContain('Hamnen, 600 m. Behållaren är borttagen.')
    expect(mainOf(await page(town, `/en/p/${A}`))).toContain('The container has been taken away.')
  })

  test('leads back to the post that it follows up', async () => {
    await using town = await openHttpTown()
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    const { replyTo } = { replyTo: fullPost(TUESDAY, A).key }
    await town.say(
      [fullDecision(TUESDAY, B, { because: 'posted' })],
      [fullPost(TUESDAY, B, { kind: 'close', replyTo })],
    )
    expect(await page(town, `/en/p/${B}`)).toContain(`<a href="/en/p/${A}">Follows up`)
  })
})

describe('the charts', () => {
  async function countingTown() {
    const asked: string[] = []
    let fails = 0
    const town = await openHttpTown({
      store: (real) => ({
        ...real,
        histories(containers, ...rest) {
          asked.push(containers.join(' '))
          return fails-- > 0
            ? Promise.reject(new Error('the disk is gone'))
            : real.histories(containers, ...rest)
        },
      }),
    })
    return { town, asked, failNext: () => (fails = 1) }
  }
  const ofEkudden = '1490-901-paper-1 1490-901-plastic-1 1490-901-clear-glass-1'

  test('of all containers are read at once, and for a minute by the town’s clock for everybody', async () => {
    const { town, asked } = await countingTown()
    await using _ = town
    await Promise.all(['', '/en', '', '/en'].map((root) => page(town, `${root}/s/1490-901`)))
    expect(asked).toEqual([ofEkudden])
    await page(town, '/s/1490-903')
    expect(asked.splice(0)).toEqual([ofEkudden, '1490-903-paper-1'])
    town.setNow(plus(TUESDAY, MINUTE - 1))
    await page(town, '/s/1490-901')
    expect(asked).toEqual([])
    await town.measure(EKUDDEN_PAPER, 42)
    town.setNow(plus(TUESDAY, MINUTE))
    expect(words(await page(town, '/s/1490-901'))).toContain('42–42')
    expect(asked).toEqual([ofEkudden])
  })

  test('that could not be read are tried again by the next visitor', async () => {
    const { town, asked, failNext } = await countingTown()
    await using _ = town
    failNext()
    await page(town, '/s/1490-901', 500)
    await page(town, '/s/1490-901')
    expect(asked).toEqual([ofEkudden, ofEkudden])
  })
})

describe('when data stop', () => {
  test('a page says so after half an hour without a reading in the whole town', async () => {
    await using town = await openHttpTown()
    await town.measure(EKUDDEN_PAPER, 50)
    town.setNow(plus(TUESDAY, 30 * MINUTE))
    expect(await page(town, '/')).not.toContain('Uppgifterna uppdateras inte')
    town.setNow(plus(TUESDAY, 31 * MINUTE))
    expect(words(await page(town, '/'))).toContain(
      'Uppgifterna uppdateras inte. Det senaste mätvärdet kom i dag 14:35. Det du ser kan ha hunnit ändra sig.',
    )
    expect(words(await page(town, '/en/s/1490-901'))).toContain(
      'The figures are not being updated. The latest reading came today 14:35.',
    )
  })

  test('and when too much is asked of the history, a page says to come back', async () => {
    const busy = () => Promise.reject(new StoreBusy())
    await using town = await openHttpTown({
      store: (real) => ({ ...real, histories: busy, history: busy, readings: busy }),
    })
    const answer = await town.app.inject(`/s/${EKUDDEN}`)
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
    expect(answer.body).toContain('<html lang="sv">')
    for (const query of ['', '?every=1h']) {
      const data = await town.app.inject(`/api/v1/containers/${EKUDDEN_PAPER}/readings${query}`)
      expect([data.statusCode, data.headers['retry-after']]).toEqual([503, '5'])
      expect(data.json()).toMatchObject({
        detail: 'Much is being asked of the history just now; try again in a few seconds.',
      })
    }
    expect(town.logged).toEqual([])
  })

  test('a town whose sensors speak seldom may let more time pass', async () => {
    await using town = await openHttpTown({ town: { ...castTown, stalledAfterMs: 2 * HOUR } })
    await town.measure(EKUDDEN_PAPER, 50)
    town.setNow(plus(TUESDAY, 2 * HOUR))
    expect(await page(town, '/')).not.toContain('Uppgifterna uppdateras inte')
    town.setNow(plus(TUESDAY, 2 * HOUR + MINUTE))
    expect(await page(town, '/')).toContain('Uppgifterna uppdateras inte')
  })

  test('a town that never heard anything says that', async () => {
    await using town = await openHttpTown()
    expect(words(await page(town, '/'))).toContain('Inget mätvärde har kommit in ännu.')
  })
})

describe('a demo', () => {
  const demo = { pages: { demo: { speed: 1200 } } }

  test('states its pace and its clock, and comes alive by itself', async () => {
    await using town = await openHttpTown(demo)
    const markup = await page(town, '/')
    expect(words(markup)).toContain(
      'Demostad: en timme går på 3 sekunder. Klockan i staden är 14:35 tisdag.',
    )
    expect(markup).toContain('<meta http-equiv="refresh" content="5"')
    expect(words(await page(town, '/en/s/1490-901'))).toContain(
      'Demo town: an hour passes in 3 seconds. The town’s clock says 14:35 on Tuesday.',
    )
  })

  test('can be held still, and is where one reads at leisure', async () => {
    await using town = await openHttpTown(demo)
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    const list = await page(town, '/?q=ek')
    expect(list).toContain('<a href="/?q=ek&amp;pause=1">Pausa uppdateringen</a>')
    const held = await page(town, '/?q=ek&pause=1')
    expect(held).toContain('<a href="/?q=ek">Låt sidan uppdatera sig</a>')
    for (const markup of [held, await page(town, `/p/${A}`), await page(town, '/om')]) {
      expect(markup).not.toContain('http-equiv')
    }
  })

  test('a real town doesn’t refresh itself', async () => {
    await using town = await openHttpTown()
    expect(await page(town, '/')).not.toContain('http-equiv')
  })
})

describe('what isn’t there is a page in words', () => {
  test.each([
    ['/nope', 'Sidan finns inte', 'sv'],
    ['/s/1490-999', 'Sidan finns inte', 'sv'],
    ['/s/%3Cscript%3E', 'Sidan finns inte', 'sv'],
    [`/p/${B}`, 'Sidan finns inte', 'sv'],
    ['/p/../../etc', 'Sidan finns inte', 'sv'],
    ['/en/nope', 'There is no such page', 'en'],
    ['/en/s/1490-999', 'There is no such page', 'en'],
    ['/english', 'Sidan finns inte', 'sv'],
    ['/fi/nope', 'Sivua ei ole', 'fi'],
  ])('%s', async (url, title, language) => {
    await using town = await openHttpTown()
    const markup = await page(town, url, 404)
    expect(markup).toContain(`<h1>${title}</h1>`)
    expect(markup).toContain(`<html lang="${language}">`)
    expect(markup).not.toContain('<script')
  })
})

test('a hostile name stays text, wherever it is shown', async () => {
  const evil = `"><script>alert(1)</script>&'`
  const station = { ...castTown.stations[0]!, name: evil, address: evil }
  const hostile: Town = {
    ...castTown,
    name: evil,
    operator: { name: evil, url: `https://provstad.example/${evil}` },
    stations: [station, ...castTown.stations.slice(1)],
  }
  await using town = await openHttpTown({ town: hostile })
  await town.measure(EKUDDEN_PAPER, 99)
  await town.measure(containerId('1490-902-paper-1'), 1)
  await town.say(
    [
      fullDecision(TUESDAY, A, {
        clauses: [{ source: evil, value: true, facts: { [evil]: evil } }],
        gates: [{ gate: 'budget', answer: 'pass', detail: evil }],
      }),
    ],
    [fullPost(TUESDAY, A)],
  )
  for (const url of [
    '/',
    `/s/${EKUDDEN}`,
    `/en/s/${EKUDDEN}`,
    `/p/${A}`,
    '/om',
    '/tillganglighet',
    '/api/docs',
  ]) {
    const markup = await page(town, url)
    expect(markup, url).not.toMatch(OTHER_SCRIPT)
    expect(markup, url).toContain('&lt;script&gt;alert(1)')
  }
  expect(await page(town, '/nope', 404)).not.toContain('<script')
})

test('every page has one heading of the first rank, landmarks, a way past the menu, and the right language', async () => {
  await using town = await openHttpTown()
  await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
  for (const [url, language] of [
    ['/', 'sv'],
    ['/en/', 'en'],
    ['/en', 'en'],
    ['/s/1490-901', 'sv'],
    [`/p/${A}`, 'sv'],
    ['/om', 'sv'],
    ['/en/about', 'en'],
    ['/tillganglighet', 'sv'],
    ['/en/accessibility', 'en'],
    ['/fi', 'fi'],
    [`/fi/p/${A}`, 'fi'],
    ['/fi/tietoja', 'fi'],
    ['/fi/saavutettavuus', 'fi'],
    ['/api/docs', 'en'],
  ] as const) {
    const markup = await page(town, url)
    expect(markup.match(/<h1>/g), url).toHaveLength(1)
    expect(markup, url).toContain(`<html lang="${language}">`)
    for (const landmark of [
      '<header',
      '<nav',
      '<main id="content"',
      '<footer',
      'href="#content"',
    ]) {
      expect(markup, url).toContain(landmark)
    }
    expect(markup, url).not.toMatch(OTHER_SCRIPT)
    expect(markup, url).not.toMatch(/ style="| on\w+="|javascript:/)
  }
})

test('the page about the service leads to every feed that is there, in its language', async () => {
  await using town = await openHttpTown()
  for (const [url, root] of [
    ['/om', ''],
    ['/en/about', '/en'],
    ['/fi/tietoja', '/fi'],
  ] as const) {
    const feeds = [...(await page(town, url)).matchAll(/href="([^"]*\/feeds\/[^"]*)"/g)].map(
      (m) => m[1]!,
    )
    expect(feeds).toHaveLength(9 * 3 + 1)
    for (const feed of feeds) {
      expect(feed.startsWith(`${root}/feeds/`), feed).toBe(true)
      expect((await town.app.inject(feed)).statusCode, feed).toBe(200)
    }
  }
})

test('the list for one fraction leads feed readers to the fraction’s feed', async () => {
  await using town = await openHttpTown()
  expect((await page(town, '/?fraction=paper')).replace(/\s+/g, ' ')).toContain(
    'title="Återvinning av pappersförpackningar i Provstad" href="/feeds/fractions/paper.rss"',
  )
  expect(await page(town, '/')).not.toContain('/feeds/fractions/')
})

test('a page that is shared says what it is, in its language', async () => {
  await using town = await openHttpTown()
  const tags = Object.fromEntries(
    [
      ...(await page(town, '/en/s/1490-901')).matchAll(
        /<meta property="og:(\w+)" content="([^"]*)"/g,
      ),
    ].map((match) => [match[1], match[2]]),
  )
  expect(tags).toEqual({
    title: 'Ekudden – Provstad',
    description: 'Ekudden: Right now we don’t know how full the containers are.',
    type: 'website',
    url: 'https://kvitter.example/en/s/1490-901',
    image: expect.stringMatching(/^https:\/\/kvitter\.example\/en\/s\/1490-901\/card\.png\?v=\w+$/),
    locale: 'en_GB',
    site_name: 'Kvitter Provstad',
  })
  expect(await page(town, '/nope', 404)).not.toContain('og:')
})

test('a page that hasn’t changed is not sent again', async () => {
  await using town = await openHttpTown()
  const first = await town.app.inject('/s/1490-901')
  const again = () =>
    town.app.inject({
      url: '/s/1490-901',
      headers: { 'if-none-match': String(first.headers.etag) },
    })
  expect((await again()).statusCode).toBe(304)
  await town.measure(EKUDDEN_PAPER, 50)
  expect((await again()).statusCode).toBe(200)
})

test('the stylesheet is kept for a year under a name of its content, and a town may add to it', async () => {
  await using town = await openHttpTown({ pages: { townCss: ':root { --brand: #003a70; }' } })
  await using other = await openHttpTown()
  const href = async (t: HttpTown) => /href="(\/assets\/[^"]+)"/.exec(await page(t, '/'))![1]!
  const url = await href(town)
  expect(url).not.toBe(await href(other))
  const css = await town.app.inject(url)
  expect(css.headers).toMatchObject({
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  })
  expect(css.body).toMatch(/--brand: #003a70; \}$/)
})

test('the accessibility statement is honest about what isn’t filled in, and shows what is', async () => {
  await using bare = await openHttpTown()
  expect(mainOf(await page(bare, '/tillganglighet'))).toContain(
    'Vi har ännu inte granskat sidorna för hand och påstår därför inte att de är helt förenliga med lagen.',
  )
  await using filled = await openHttpTown({
    town: {
      ...castTown,
      operator: {
        name: 'Provstads kommun',
        url: 'https://provstad.example/',
        feedbackUrl: 'https://provstad.example/tyck-till',
        email: 'kontakt@provstad.example',
        phone: '033-00 00 00',
        reviewedAt: '2026-04-01',
      },
    },
  })
  const markup = await page(filled, '/tillganglighet')
  expect(mainOf(markup)).toContain('Sidorna granskades senast 1 april 2026.')
  expect(markup).toContain('href="https://provstad.example/tyck-till"')
  expect(markup).toContain('href="tel:033000000"')
  expect(footerOf(markup)).toContain('Tjänsten drivs av Provstads kommun.')
  expect(markup).toContain('<a href="https://provstad.example/">Provstads kommun</a>')
  expect(footerOf(await page(bare, '/tillganglighet'))).toContain('Tjänsten drivs av Provstad.')
})
