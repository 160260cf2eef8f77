import { expect, test } from 'vitest'
import { MINUTE, plus, SECOND } from '#src/stations/time.ts'
import {
  correctionOf,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
} from '#tests/support/http-town.ts'

const A = '000000000000000a'

async function talkingTown() {
  const town = await openHttpTown()
  await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
  return town
}

test.each([
  [
    '/feeds/town.atom',
    'application/atom+xml; charset=utf-8',
    'Återvinningsstationer i Provstad',
    'sv',
  ],
  [
    '/en/feeds/town.atom',
    'application/atom+xml; charset=utf-8',
    'Recycling stations in Provstad',
    'en',
  ],
  [
    '/feeds/town.atom?lang=en',
    'application/atom+xml; charset=utf-8',
    'Recycling stations in Provstad',
    'en',
  ],
  [
    '/feeds/stations/1490-901.atom',
    'application/atom+xml; charset=utf-8',
    'Ekudden, Provstad',
    'sv',
  ],
  [
    '/fi/feeds/stations/1490-901.atom',
    'application/atom+xml; charset=utf-8',
    'Ekudden, Provstad',
    'fi',
  ],
])('%s is Atom that names itself, its page and its posts', async (url, type, title, language) => {
  await using town = await talkingTown()
  const answer = await town.app.inject(url)
  expect(answer.headers['content-type']).toBe(type)
  const root = language === 'sv' ? '' : `/${language}`
  const page = url.includes('1490-901') ? `${root}/s/1490-901` : `${root}/`
  expect(answer.body).toContain(`<title>${title}</title>`)
  expect(answer.body).toContain(`href="https://kvitter.example${url}"`)
  expect(answer.body).toContain(`hreflang="${language}" href="https://kvitter.example${page}"`)
  expect(answer.body).toContain(`<id>https://kvitter.example/p/${A}</id>`)
})

test('a JSON Feed tells the same', async () => {
  await using town = await talkingTown()
  const answer = await town.app.inject('/en/feeds/stations/1490-901.json')
  expect(answer.headers['content-type']).toBe('application/feed+json; charset=utf-8')
  expect(answer.json()).toMatchObject({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'Ekudden, Provstad',
    feed_url: 'https://kvitter.example/en/feeds/stations/1490-901.json',
    home_page_url: 'https://kvitter.example/en/s/1490-901',
    language: 'en',
    items: [
      {
        id: `https://kvitter.example/p/${A}`,
        url: `https://kvitter.example/en/p/${A}`,
        tags: ['Ekudden', 'paper packaging'],
      },
    ],
  })
})

test.each([
  ['', 'Återvinning av pappersförpackningar i Provstad', 'Ekudden: behållaren för'],
  ['/en', 'Recycling of paper packaging in Provstad', 'Ekudden: the container for'],
  ['/fi', 'Kierrätys: paperipakkaukset, Provstad', 'Ekudden, paperipakkaukset: täynnä'],
])('a fraction has its feed under %s/feeds', async (root, title, words) => {
  await using town = await talkingTown()
  const { body, headers } = await town.app.inject(`${root}/feeds/fractions/paper.rss`)
  expect(headers['content-type']).toBe('application/rss+xml; charset=utf-8')
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(body).toContain(`<title>${title}</title>`)
  expect(body).toContain(`<link>https://kvitter.example${root}/?fraction=paper</link>`)
  expect(body).toContain(`<title>${words}`)
  expect(body).toContain(`<link>https://kvitter.example${root}/p/${A}</link>`)
  for (const other of ['', '/en', '/fi']) {
    expect(body).toContain(`href="https://kvitter.example${other}/feeds/fractions/paper.rss"`)
  }
})

test('a fraction’s feed has its own posts only, however many others were said since', async () => {
  await using town = await talkingTown()
  const { items } = fullPost(TUESDAY, A)
  const others = Array.from({ length: 210 }, (_, n) =>
    fullPost(plus(TUESDAY, n), (n + 16).toString(16).padStart(16, '0'), {
      items: [{ ...items[0]!, fraction: 'metal' }],
    }),
  )
  town.setNow(plus(TUESDAY, MINUTE))
  await town.say([], others)
  const count = async (fraction: string) =>
    (await town.app.inject(`/feeds/fractions/${fraction}.json`)).json<{ items: unknown[] }>().items
      .length
  expect([await count('paper'), await count('metal'), await count('textiles')]).toEqual([1, 50, 0])
})

test('a station’s feed has the digests that speak of it, in their place', async () => {
  await using town = await talkingTown()
  const later = (minutes: number) => plus(TUESDAY, minutes * MINUTE)
  const { stationId, items, ...digest } = fullPost(later(1), '000000000000000b', { kind: 'digest' })
  const back = fullPost(later(2), '000000000000000c', { kind: 'close', replyTo: digest.key })
  town.setNow(later(3))
  await town.say(
    [],
    [{ ...digest, items: items.map((item) => ({ ...item, stationId: stationId! })) }, back],
  )
  const ids = async (station: string) =>
    (await town.app.inject(`/feeds/stations/${station}.json`))
      .json<{ items: { id: string }[] }>()
      .items.map(({ id }) => id.slice(-1))
  expect(await ids('1490-901')).toEqual(['c', 'b', 'a'])
  expect(await ids('1490-902')).toEqual([])
})

test('a hub is named in the feeds and in their headers', async () => {
  await using town = await openHttpTown({ http: { hubUrl: 'https://hub.example/' } })
  const { headers, body } = await town.app.inject('/en/feeds/town.atom')
  expect(headers.link).toBe(
    '<https://hub.example/>; rel="hub", <https://kvitter.example/en/feeds/town.atom>; rel="self"',
  )
  expect(body).toContain('<link rel="hub" href="https://hub.example/"/>')
})

test('a reader that has the newest is told so in no bytes, until there is something new', async () => {
  await using town = await talkingTown()
  const first = await town.app.inject('/feeds/town.atom')
  const again = () =>
    town.app.inject({
      url: '/feeds/town.atom',
      headers: { 'if-none-match': String(first.headers.etag) },
    })
  expect((await again()).statusCode).toBe(304)
  const later = plus(TUESDAY, MINUTE)
  town.setNow(later)
  await town.say([fullDecision(later, '000000000000000b')], [fullPost(later, '000000000000000b')])
  expect((await again()).statusCode).toBe(200)
})

test('a reader that knows only a date gets it all: a date would not tell another name', async () => {
  await using town = await talkingTown()
  town.setNow(plus(TUESDAY, MINUTE))
  const headers = { 'if-modified-since': 'Tue, 05 May 2026 12:36:00 GMT' }
  const answer = await town.app.inject({ url: '/feeds/town.rss', headers })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).not.toHaveProperty('last-modified')
})

test('a post is dated by when it could be read, so that no reader misses it', async () => {
  await using town = await openHttpTown()
  const said = plus(TUESDAY, 5 * MINUTE)
  await town.say([], [fullPost(TUESDAY, A, { sendAt: said })])
  town.setNow(plus(said, SECOND))
  const { body } = await town.app.inject('/feeds/town.atom')
  expect(body).toContain('<published>2026-05-05T12:40:00.000Z</published>')
})

test('other stations’ posts and staff posts are not in a station’s feed', async () => {
  await using town = await talkingTown()
  await town.say(
    [fullDecision(TUESDAY, '000000000000000b')],
    [fullPost(TUESDAY, '000000000000000b', { audience: 'staff' })],
  )
  const items = async (url: string) =>
    (await town.app.inject(url)).json<{ items: unknown[] }>().items.length
  expect(await items('/feeds/stations/1490-902.json')).toBe(0)
  expect(await items('/feeds/stations/1490-901.json')).toBe(1)
  expect(await items('/feeds/town.json')).toBe(1)
})

test('a post that was taken back says so, and a reader that has the old feed gets the new', async () => {
  await using town = await talkingTown()
  const first = await town.app.inject('/feeds/stations/1490-901.atom')
  const later = plus(TUESDAY, 2 * MINUTE)
  town.setNow(later)
  await town.say([], [correctionOf(fullPost(TUESDAY, A), later)])
  town.setNow(plus(later, SECOND))
  const { statusCode, body } = await town.app.inject({
    url: '/feeds/stations/1490-901.atom',
    headers: { 'if-none-match': String(first.headers.etag) },
  })
  expect(statusCode).toBe(200)
  expect(body).toContain('<updated>2026-05-05T12:37:00.000Z</updated>')
  expect(body).toContain('<title type="text">Rättat, stämde inte: Ekudden: behållaren')
  expect(body).toContain('<title type="text">Rättelse: vi skrev 14:35 att det var fullt på Ekudden')
})

test('news of an area and of the whole town is in the town’s feed', async () => {
  await using town = await talkingTown()
  const { stationId: _, ...digest } = fullPost(TUESDAY, '000000000000000b', { kind: 'digest' })
  await town.say([], [digest])
  const { items } = (await town.app.inject('/feeds/town.json')).json<{
    items: { tags: string[]; _kvitter: object }[]
  }>()
  expect(items.map(({ tags, _kvitter }) => ({ tags, _kvitter }))).toContainEqual({
    tags: ['Provstad', 'pappersförpackningar'],
    _kvitter: { station: null },
  })
})
