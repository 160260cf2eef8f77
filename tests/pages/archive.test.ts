import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import type { NewDelivery } from '#src/store/contract.ts'
import {
  correctionOf,
  fullDecision,
  fullPost,
  openHttpTown,
  postKey,
  TUESDAY,
  type HttpTown,
} from '#tests/support/http-town.ts'
import { castTown } from '#tests/support/town.ts'
import { effects } from '#tests/store/contract.ts'

const A = '000000000000000a'
const B = '000000000000000b'
const key = (n: number) => n.toString(16).padStart(16, '0')

async function page(town: HttpTown, url: string): Promise<string> {
  const answer = await town.app.inject(url)
  expect([url, answer.statusCode]).toEqual([url, 200])
  return answer.body.replace(/\s+/g, ' ').replaceAll(' >', '>')
}
const postsIn = (markup: string) =>
  [...markup.matchAll(/href="(?:\/en|\/fi)?\/p\/([0-9a-f]{16})" ?><time/g)].map((match) => match[1])
const olderIn = (markup: string) =>
  /href="([^"]+)" rel="next"/.exec(markup)?.[1]?.replaceAll('&amp;', '&')

async function sayPosts(town: HttpTown, count: number, every: number) {
  const posts = Array.from({ length: count }, (_, n) =>
    fullPost(plus(TUESDAY, -n * every), key(n + 1)),
  )
  await town.say([], posts)
}

describe('the archive', () => {
  test('lists all that was said, page by page, none lost and none twice', async () => {
    await using town = await openHttpTown()
    // Several at one instant: a page may end among them.
    await sayPosts(town, 40, 0)
    await sayPosts(town, 75, HOUR)
    const seen: (string | undefined)[] = []
    let url: string | undefined = '/arkiv'
    let pages = 0
    while (url !== undefined) {
      const markup: string = await page(town, url)
      seen.push(...postsIn(markup))
      url = olderIn(markup)
      pages += 1
    }
    expect(pages).toBe(3)
    expect(seen).toHaveLength(75)
    expect(new Set(seen).size).toBe(75)
  })

  test('is of a month by the clock on the wall, and of a station', async () => {
    await using town = await openHttpTown()
    const firstOfMay = Date.parse('2026-04-30T22:00:00Z') as EpochMs
    const { stationId: _, ...wide } = fullPost(plus(firstOfMay, HOUR), key(3), { kind: 'digest' })
    await town.say([], [fullPost(plus(firstOfMay, -1), key(1)), fullPost(firstOfMay, key(2)), wide])
    expect(postsIn(await page(town, '/arkiv?month=2026-04'))).toEqual([key(1)])
    expect(postsIn(await page(town, '/arkiv?month=2026-05'))).toEqual([key(3), key(2)])
    expect(postsIn(await page(town, '/arkiv?station=1490-901'))).toEqual([key(2), key(1)])
    expect(postsIn(await page(town, '/arkiv?station=1490-901&month=2026-04'))).toEqual([key(1)])
    expect(postsIn(await page(town, '/arkiv?station=1490-902'))).toEqual([])
  })

  test('keeps to the month and the station on its next page', async () => {
    await using town = await openHttpTown()
    await sayPosts(town, 45, 2 * HOUR)
    const first = await page(town, '/en/archive?station=1490-901&month=2026-05')
    const next = olderIn(first)!
    expect(next).toMatch(/^\/en\/archive\?station=1490-901&month=2026-05&before=\d+_[0-9a-f]{16}$/)
    const second = await page(town, next)
    expect([postsIn(first).length, postsIn(second).length]).toEqual([30, 15])
    expect(olderIn(second)).toBeUndefined()
    expect(second).toContain('href="/en/archive?station=1490-901&amp;month=2026-05"')
  })

  test.each([
    ['/arkiv', 'sv', 'Arkiv: Provstad', 'maj 2026'],
    ['/en/archive', 'en', 'Archive: Provstad', 'May 2026'],
    ['/fi/arkisto', 'fi', 'Arkisto: Provstad', 'toukokuu 2026'],
  ])('%s speaks its language', async (url, language, title, month) => {
    await using town = await openHttpTown()
    const markup = await page(town, url)
    expect(markup).toContain(`<html lang="${language}">`)
    expect(markup).toContain(`<h1>${title}</h1>`)
    expect(markup).toContain(`<option value="2026-05">${month}</option>`)
    for (const other of ['/arkiv', '/en/archive', '/fi/arkisto']) {
      expect(markup).toContain(`href="${other}"`)
    }
  })

  test('shows what was corrected struck through, and nothing of staff’s or of what is yet to be said', async () => {
    await using town = await openHttpTown()
    const wrong = fullPost(plus(TUESDAY, -HOUR), A)
    await town.say(
      [],
      [
        wrong,
        correctionOf(wrong, TUESDAY),
        fullPost(TUESDAY, key(1), { audience: 'staff' }),
        fullPost(TUESDAY, key(2), { sendAt: plus(TUESDAY, MINUTE) }),
      ],
    )
    const markup = await page(town, '/arkiv')
    expect(postsIn(markup)).toEqual([correctionOf(wrong, TUESDAY).key, A])
    expect(markup.match(/<s>/g)).toHaveLength(1)
  })

  test.each([
    '?station=x',
    '?month=2026-13',
    '?before=yesterday',
    '?station=1490-999&month=x&before=1_2',
  ])('what makes no sense in %s is left out', async (query) => {
    await using town = await openHttpTown()
    await sayPosts(town, 2, HOUR)
    expect(postsIn(await page(town, `/arkiv${query}`))).toEqual([key(1), key(2)])
  })

  test('is led to from the list, from each station and from every page’s end', async () => {
    await using town = await openHttpTown()
    expect(await page(town, '/')).toContain('<a href="/arkiv">Allt som sagts tidigare</a>')
    expect(await page(town, '/s/1490-901')).toContain(
      '<a href="/arkiv?station=1490-901">Allt som Ekudden har sagt</a>',
    )
    expect(await page(town, '/en/about')).toContain('<a href="/en/archive">Archive</a>')
  })
})

describe('a post’s page', () => {
  const X = { channel: 'x', account: 'provstad_avs' } as const
  const way: NewDelivery = {
    ...X,
    postKey: postKey(A),
    language: 'sv',
    text: 'Ekudden: fullt.',
    dueAt: TUESDAY,
    expiresAt: plus(TUESDAY, DAY),
  }
  async function saidTown(deliveries: readonly NewDelivery[], inTown = castTown) {
    const town = await openHttpTown({ town: inTown })
    await town.say([fullDecision(TUESDAY, A)], [fullPost(TUESDAY, A)])
    const { seq, at } = await town.store.journalPosition()
    const posts = [(await town.store.post(postKey(A)))!]
    await town.store.journal((tx) => tx.keepEffects(effects({ posts, deliveries, seq, at })))
    return town
  }
  const whereSaid = async (town: HttpTown, url = `/p/${A}`) =>
    /<section aria-labelledby="where">.*?<\/section>/.exec(await page(town, url))![0]

  test('tells where it was said, when, and leads there', async () => {
    await using town = await saidTown([way])
    const claimed = (await town.store.claimDelivery(X, plus(TUESDAY, MINUTE), MINUTE))!
    expect(await whereSaid(town)).toContain('X, provstad_avs: på väg')
    await town.store.settleDelivery(claimed.id, {
      state: 'sent',
      remoteId: '1920000000000000001',
      at: plus(TUESDAY, 20 * MINUTE),
    })
    const told = await whereSaid(town, `/en/p/${A}`)
    expect(told).toContain(
      'Here and in the feeds: <time datetime="2026-05-05T12:35:00.000Z">today 14:35</time>',
    )
    expect(told).toContain(
      'X, provstad_avs: <a href="https://x.com/i/web/status/1920000000000000001" rel="external"><time datetime="2026-05-05T12:55:00.000Z">today 14:55</time>',
    )
  })

  test.each([
    [
      'mastodon',
      'avs@social.example',
      '113000000000000001',
      'https://social.example/@avs/113000000000000001',
    ],
    [
      'bluesky',
      'avs.provstad.example',
      'at://did:plc:abc123/app.bsky.feed.post/3kxyz',
      'https://bsky.app/profile/did:plc:abc123/post/3kxyz',
    ],
  ] as const)('leads to %s', async (channel, account, remoteId, url) => {
    const mastodon = {
      account: 'avs@social.example',
      language: 'sv',
      server: 'https://social.example',
      accessTokenEnv: 'TOKEN',
    } as const
    await using town = await saidTown([{ ...way, channel, account }], {
      ...castTown,
      channels: { mastodon: [mastodon] },
    })
    const claimed = (await town.store.claimDelivery({ channel, account }, TUESDAY, MINUTE))!
    await town.store.settleDelivery(claimed.id, { state: 'sent', remoteId, at: TUESDAY })
    expect(await whereSaid(town)).toContain(`<a href="${url}" rel="external">`)
  })

  test('says nothing of systems that are told by webhook', async () => {
    await using town = await saidTown([{ ...way, channel: 'webhook', account: 'inner-system' }])
    expect(await page(town, `/p/${A}`)).not.toContain('inner-system')
  })

  test('tells nobody why it did not get out', async () => {
    await using town = await saidTown([way])
    const claimed = (await town.store.claimDelivery(X, plus(TUESDAY, MINUTE), MINUTE))!
    const error = 'the account of Kim is suspended'
    await town.store.settleDelivery(claimed.id, { state: 'dead', error })
    const told = await page(town, `/p/${A}`)
    expect(told).toContain('X, provstad_avs: kom inte ut där')
    expect(told).not.toContain('suspended')
  })

  test.each([
    [`/p/${A}`, 'X, provstad_avs: vi vet inte om det kom ut där'],
    [`/en/p/${A}`, 'X, provstad_avs: we don’t know whether it got out there'],
    [`/fi/p/${A}`, 'X, provstad_avs: emme tiedä, pääsikö se sinne'],
  ])('%s owns up to not knowing whether it got out', async (url, words) => {
    await using town = await saidTown([way])
    const { id } = (await town.store.claimDelivery(X, plus(TUESDAY, MINUTE), MINUTE))!
    await town.store.settleDelivery(id, { state: 'uncertain', error: 'no answer' })
    expect(await whereSaid(town, url)).toContain(words)
  })

  test.each(['due', 'sending'])('is not on its way once its time is out: %s', async (state) => {
    await using town = await saidTown([way])
    if (state === 'sending') await town.store.claimDelivery(X, plus(TUESDAY, MINUTE), MINUTE)
    town.setNow(plus(way.expiresAt, -1))
    expect(await whereSaid(town)).toContain('X, provstad_avs: på väg')
    town.setNow(way.expiresAt)
    expect(await whereSaid(town)).toContain('X, provstad_avs: kom inte ut där')
  })

  test('leads nowhere by what is no address', async () => {
    await using town = await saidTown([way])
    const claimed = (await town.store.claimDelivery(X, plus(TUESDAY, MINUTE), MINUTE))!
    const remoteId = 'javascript:alert(1)'
    await town.store.settleDelivery(claimed.id, { state: 'sent', remoteId, at: TUESDAY })
    expect(await page(town, `/p/${A}`)).not.toContain('javascript:')
  })

  test('leads to what followed it up', async () => {
    await using town = await saidTown([])
    const later = plus(TUESDAY, 2 * HOUR)
    town.setNow(later)
    await town.say([], [fullPost(later, B, { kind: 'close', replyTo: postKey(A) })])
    expect(await page(town, `/p/${A}`)).toContain(`<a href="/p/${B}">Följdes upp i dag 16:35</a`)
    expect(await page(town, `/p/${B}`)).not.toContain('Följdes upp')
  })
})
