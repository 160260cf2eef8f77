import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MINUTE, plus } from '#src/stations/time.ts'
import { StoreBusy } from '#src/store/store-busy.ts'
import { containerId } from '#tests/support/town.ts'
import {
  correctionOf,
  EKUDDEN_PAPER,
  fullDecision,
  fullPost,
  openHttpTown,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'

const KEY = '3f6c0a1b2c3d4e5f'
let town: HttpTown
beforeEach(async () => {
  town = await openHttpTown()
  await town.measure(EKUDDEN_PAPER, 96)
  await town.measure(containerId('1490-901-plastic-1'), 20)
})
afterEach(() => town[Symbol.asyncDispose]())

const get = (url: string, headers: Record<string, string> = {}) => town.app.inject({ url, headers })
const say = () => town.say([fullDecision(TUESDAY, KEY)], [fullPost(TUESDAY, KEY)])

/** The content of a page's meta tags, by name or property. */
async function metaOf(url: string): Promise<Record<string, string>> {
  const { body } = await get(url)
  const tags = body.matchAll(/<meta (?:property|name)="([^"]+)" content="([^"]*)"/g)
  return Object.fromEntries([...tags].map(([, key, value]) => [key!, value!]))
}

describe('a station’s card', () => {
  test('is a PNG that anybody may keep for a while and show anywhere', async () => {
    const answer = await get('/s/1490-901/card.png')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=30',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(answer.rawPayload.subarray(1, 4).toString()).toBe('PNG')
    expect(answer.headers['content-encoding']).toBeUndefined()
  })

  test('that is known already isn’t sent again, nor drawn', async () => {
    const { etag } = (await get('/s/1490-901/card.png')).headers
    const again = await get('/s/1490-901/card.png', { 'if-none-match': `"x", ${String(etag)}` })
    expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag])
    const drawn = await town.metrics.getSingleMetric('kvitter_cards_total')!.get()
    expect(drawn.values.map(({ value }) => value)).toEqual([1])
  })

  test('is in each language, by its path or by the query', async () => {
    const tagOf = async (url: string) => (await get(url)).headers.etag
    const [sv, en, fi] = [
      await tagOf('/s/1490-901/card.png'),
      await tagOf('/en/s/1490-901/card.png'),
      await tagOf('/fi/s/1490-901/card.png'),
    ]
    expect(new Set([sv, en, fi]).size).toBe(3)
    expect(await tagOf('/s/1490-901/card.png?lang=fi')).toBe(fi)
    expect(await tagOf('/en/s/1490-901/card.png?lang=sv&v=1')).toBe(sv)
    expect(await tagOf('/en/s/1490-901/card.png?lang=xx')).toBe(en)
  })

  test('is another when the station is', async () => {
    const before = (await get('/s/1490-901/card.png')).headers.etag
    await town.measure(EKUDDEN_PAPER, 20)
    expect((await get('/s/1490-901/card.png')).headers.etag).not.toBe(before)
  })

  test.each(['/s/1490-999/card.png', '/en/s/nonsense/card.png'])('%s is not found', async (url) => {
    expect((await get(url)).statusCode).toBe(404)
  })

  test('is named where the page is shared, with all that it tells in words', async () => {
    expect(await metaOf('/s/1490-901')).toMatchObject({
      'og:image': expect.stringMatching(
        /^https:\/\/kvitter\.example\/s\/1490-901\/card\.png\?v=\w+$/,
      ),
      'og:image:type': 'image/png',
      'og:image:width': '1200',
      'og:image:height': '675',
      'og:image:alt': expect.stringContaining('Pappersförpackningar: fullt, 96 procent.'),
      'twitter:card': 'summary_large_image',
    })
    const finnish = await metaOf('/fi/s/1490-901')
    expect(finnish['og:image']).toContain('/fi/s/1490-901/card.png?v=')
    expect(finnish['og:image:alt']).toContain('täynnä, 96 prosenttia')
  })

  test('has another address when it has changed, so that nobody shows the old one', async () => {
    const before = (await metaOf('/s/1490-901'))['og:image']
    town.setNow(plus(TUESDAY, 6 * MINUTE))
    expect((await metaOf('/s/1490-901'))['og:image']).not.toBe(before)
  })

  test('that too many ask for is refused for a while', async () => {
    await town[Symbol.asyncDispose]()
    const bytes = () => Promise.reject(new StoreBusy('too many pictures are asked for'))
    town = await openHttpTown({
      cards: (real) => ({ ...real, draw: () => ({ etag: '"never"', bytes }) }),
    })
    const answer = await get('/s/1490-901/card.png')
    expect(answer.statusCode).toBe(503)
    expect(answer.headers).toMatchObject({ 'retry-after': '5', 'cache-control': 'no-store' })
    expect(answer.headers.etag).toBeUndefined()
    expect((await get('/s/1490-901')).statusCode).toBe(200)
  })
})

describe('a post’s card', () => {
  test('is the station as it was then, whatever has come since', async () => {
    await say()
    const before = await get(`/p/${KEY}/card.png`)
    expect(before.statusCode).toBe(200)
    expect(before.headers['cache-control']).toBe('public, max-age=3600')
    town.setNow(plus(TUESDAY, 90 * MINUTE))
    await town.measure(EKUDDEN_PAPER, 5)
    const after = await get(`/p/${KEY}/card.png`)
    expect(after.headers.etag).toBe(before.headers.etag)
    expect(after.rawPayload.equals(before.rawPayload)).toBe(true)
    expect(await metaOf(`/p/${KEY}`)).toMatchObject({
      'og:image': `https://kvitter.example/p/${KEY}/card.png`,
      'og:image:alt': expect.stringMatching(/tisdag 5 maj 14:35.*fullt, 96 procent/),
    })
    expect((await metaOf(`/en/p/${KEY}`))['og:image']).toContain(`/en/p/${KEY}/card.png`)
  })

  test('is not shown any more when the post is taken back, and its correction has none', async () => {
    await say()
    const correction = correctionOf(fullPost(TUESDAY, KEY), plus(TUESDAY, MINUTE))
    town.setNow(plus(TUESDAY, 2 * MINUTE))
    await town.say([], [correction])
    expect((await get(`/p/${KEY}/card.png`)).statusCode).toBe(404)
    expect((await get(`/p/${correction.key}/card.png`)).statusCode).toBe(404)
    for (const key of [KEY, correction.key]) {
      const meta = await metaOf(`/p/${key}`)
      expect(meta['og:image']).toBeUndefined()
      expect(meta['twitter:card']).toBe('summary')
    }
  })

  test.each([
    ['not yet said', { sendAt: plus(TUESDAY, 10 * MINUTE) }],
    ['for staff', { audience: 'staff' as const }],
  ])('of a post that is %s is not to be had', async (_, over) => {
    await town.say([fullDecision(TUESDAY, KEY)], [fullPost(TUESDAY, KEY, over)])
    expect((await get(`/p/${KEY}/card.png`)).statusCode).toBe(404)
  })

  test('is none where there is no such post', async () => {
    expect((await get('/p/0000000000000001/card.png')).statusCode).toBe(404)
    expect((await get('/p/nonsense/card.png')).statusCode).toBe(404)
  })

  test('is none for a post of the whole town', async () => {
    const { stationId: _, ...wide } = fullPost(TUESDAY, KEY)
    await town.say([], [{ ...wide, kind: 'digest' }])
    expect((await get(`/p/${KEY}`)).statusCode).toBe(200)
    expect((await get(`/p/${KEY}/card.png`)).statusCode).toBe(404)
  })
})
