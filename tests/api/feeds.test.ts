import { expect, test } from 'vitest'
import { MINUTE, plus } from '#src/stations/time.ts'
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
])('%s is Atom that names itself, its page and its posts', async (url, type, title, language) => {
  await using town = await talkingTown()
  const answer = await town.app.inject(url)
  expect(answer.headers['content-type']).toBe(type)
  const root = language === 'sv' ? '' : '/en'
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
    items: [{ url: `https://kvitter.example/p/${A}` }],
  })
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
  const { statusCode, body, headers } = await town.app.inject({
    url: '/feeds/stations/1490-901.atom',
    headers: { 'if-none-match': String(first.headers.etag) },
  })
  expect([statusCode, headers['last-modified']]).toEqual([200, 'Tue, 05 May 2026 12:37:00 GMT'])
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
    tags: ['Provstad'],
    _kvitter: { station: null },
  })
})
