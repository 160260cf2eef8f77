import { describe, expect, test } from 'vitest'
import { parsePostKey } from '#src/stations/ids.ts'
import { instant } from '#src/stations/time.ts'
import {
  atomFeed,
  escapeXml,
  jsonFeed,
  postUrl,
  rssFeed,
  type FeedPost,
  type FeedRequest,
} from '#src/wording/feeds.ts'
import { ekudden, hamnen } from '#tests/support/town.ts'

const older: FeedPost = {
  key: parsePostKey('00000000000000aa')!,
  at: instant(Date.parse('2026-05-05T08:45:00Z')),
  stationId: ekudden.id,
  placeName: 'Ekudden',
  fractions: ['textiles'],
  texts: {
    sv: 'Ekudden: behållaren för textil är full sedan 10:15.',
    en: 'Ekudden: the container for textiles has been full since 10:15.',
    fi: 'Ekudden, tekstiilit: täynnä klo 10.15 alkaen.',
  },
}
const newer: FeedPost = {
  key: parsePostKey('00000000000000bb')!,
  at: instant(Date.parse('2026-05-05T09:30:00.500Z')),
  stationId: hamnen.id,
  placeName: 'Hamnen',
  fractions: [],
  texts: {
    sv: 'Det finns plats igen på Hamnen.',
    en: 'There is room again at Hamnen.',
    fi: 'Hamnen: tilaa on taas.',
  },
}
const request: FeedRequest = {
  title: 'Återvinningsstationer i Provstad',
  description: 'Vad stationerna säger.',
  selfUrl: 'https://avs.example/feeds/town.atom?lang=sv&n=1',
  inOtherLanguages: [{ language: 'en', url: 'https://avs.example/en/feeds/town.atom' }],
  pageUrl: 'https://avs.example/',
  publicUrl: 'https://avs.example',
  language: 'sv',
  posts: [older, newer],
}

test('an Atom feed, newest first', () => {
  expect(atomFeed(request)).toEqual({
    contentType: 'application/atom+xml; charset=utf-8',
    body: `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="sv">
  <id>https://avs.example/feeds/town.atom?lang=sv&amp;n=1</id>
  <title>Återvinningsstationer i Provstad</title>
  <subtitle>Vad stationerna säger.</subtitle>
  <updated>2026-05-05T09:30:00.500Z</updated>
  <author><name>Återvinningsstationer i Provstad</name><uri>https://avs.example</uri></author>
  <link rel="self" type="application/atom+xml" hreflang="sv" href="https://avs.example/feeds/town.atom?lang=sv&amp;n=1"/>
  <link rel="alternate" type="application/atom+xml" hreflang="en" href="https://avs.example/en/feeds/town.atom"/>
  <link rel="alternate" type="text/html" hreflang="sv" href="https://avs.example/"/>
  <generator>Kvitter</generator>
  <entry xml:lang="sv">
    <id>https://avs.example/p/00000000000000bb</id>
    <title type="text">Det finns plats igen på Hamnen.</title>
    <published>2026-05-05T09:30:00.500Z</published>
    <updated>2026-05-05T09:30:00.500Z</updated>
    <link rel="alternate" type="text/html" hreflang="sv" href="https://avs.example/p/00000000000000bb"/>
    <category term="1490-902" label="Hamnen"/>
    <content type="text">Det finns plats igen på Hamnen.</content>
  </entry>
  <entry xml:lang="sv">
    <id>https://avs.example/p/00000000000000aa</id>
    <title type="text">Ekudden: behållaren för textil är full sedan 10:15.</title>
    <published>2026-05-05T08:45:00.000Z</published>
    <updated>2026-05-05T08:45:00.000Z</updated>
    <link rel="alternate" type="text/html" hreflang="sv" href="https://avs.example/p/00000000000000aa"/>
    <category term="1490-901" label="Ekudden"/>
    <category term="textiles" label="textil"/>
    <content type="text">Ekudden: behållaren för textil är full sedan 10:15.</content>
  </entry>
</feed>
`,
    etag: expect.stringMatching(/^"[\w-]{27}"$/) as string,
  })
})

test('a JSON Feed, in English', () => {
  const feed = jsonFeed({
    ...request,
    title: 'Recycling stations in Provstad',
    selfUrl: 'https://avs.example/en/feeds/town.json',
    pageUrl: 'https://avs.example/en',
    publicUrl: 'https://avs.example/',
    language: 'en',
  })
  expect(feed.contentType).toBe('application/feed+json; charset=utf-8')
  expect(JSON.parse(feed.body)).toEqual({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'Recycling stations in Provstad',
    home_page_url: 'https://avs.example/en',
    feed_url: 'https://avs.example/en/feeds/town.json',
    description: 'Vad stationerna säger.',
    language: 'en',
    authors: [{ name: 'Recycling stations in Provstad', url: 'https://avs.example/' }],
    items: [
      {
        id: 'https://avs.example/p/00000000000000bb',
        url: 'https://avs.example/en/p/00000000000000bb',
        content_text: 'There is room again at Hamnen.',
        date_published: '2026-05-05T09:30:00.500Z',
        language: 'en',
        tags: ['Hamnen'],
        _kvitter: { station: '1490-902' },
      },
      {
        id: 'https://avs.example/p/00000000000000aa',
        url: 'https://avs.example/en/p/00000000000000aa',
        content_text: 'Ekudden: the container for textiles has been full since 10:15.',
        date_published: '2026-05-05T08:45:00.000Z',
        language: 'en',
        tags: ['Ekudden', 'textiles'],
        _kvitter: { station: '1490-901' },
      },
    ],
  })
})

test('an RSS feed, in Finnish, with its hub', () => {
  const feed = rssFeed({
    ...request,
    title: 'Kierrätyspisteet: Provstad',
    selfUrl: 'https://avs.example/fi/feeds/town.rss',
    inOtherLanguages: [{ language: 'sv', url: 'https://avs.example/feeds/town.rss' }],
    pageUrl: 'https://avs.example/fi/',
    language: 'fi',
    hubUrl: 'https://hub.example/?a=1&b=2',
    posts: [older],
  })
  expect(feed).toEqual({
    contentType: 'application/rss+xml; charset=utf-8',
    etag: expect.stringMatching(/^"[\w-]{27}"$/) as string,
    body: `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
  <title>Kierrätyspisteet: Provstad</title>
  <link>https://avs.example/fi/</link>
  <description>Vad stationerna säger.</description>
  <language>fi</language>
  <lastBuildDate>Tue, 05 May 2026 08:45:00 GMT</lastBuildDate>
  <generator>Kvitter</generator>
  <docs>https://www.rssboard.org/rss-specification</docs>
  <atom:link rel="self" type="application/rss+xml" hreflang="fi" href="https://avs.example/fi/feeds/town.rss"/>
  <atom:link rel="alternate" type="application/rss+xml" hreflang="sv" href="https://avs.example/feeds/town.rss"/>
  <atom:link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>
  <item>
    <title>Ekudden, tekstiilit: täynnä klo 10.15 alkaen.</title>
    <link>https://avs.example/fi/p/00000000000000aa</link>
    <guid isPermaLink="true">https://avs.example/p/00000000000000aa</guid>
    <pubDate>Tue, 05 May 2026 08:45:00 GMT</pubDate>
    <atom:updated>2026-05-05T08:45:00.000Z</atom:updated>
    <category>Ekudden</category>
    <category>tekstiilit</category>
    <description>Ekudden, tekstiilit: täynnä klo 10.15 alkaen.</description>
  </item>
</channel>
</rss>
`,
  })
})

test('a post has one name in all languages and formats', () => {
  for (const language of ['sv', 'en', 'fi'] as const) {
    const id = 'https://avs.example/p/00000000000000aa'
    const one = { ...request, language, posts: [older] }
    expect(atomFeed(one).body).toContain(`<id>${id}</id>`)
    expect(rssFeed(one).body).toContain(`<guid isPermaLink="true">${id}</guid>`)
    expect(jsonFeed(one).body).toContain(`"id": "${id}"`)
  }
})

test('a hub is named in Atom and JSON Feed too, and nowhere without one', () => {
  const hubUrl = 'https://hub.example/'
  expect(atomFeed({ ...request, hubUrl }).body).toContain(
    '<link rel="hub" href="https://hub.example/"/>',
  )
  expect(JSON.parse(jsonFeed({ ...request, hubUrl }).body)).toMatchObject({
    hubs: [{ type: 'WebSub', url: hubUrl }],
  })
  for (const render of [atomFeed, rssFeed, jsonFeed])
    expect(render(request).body).not.toContain('hub')
})

describe('a post that was wrong', () => {
  const correction: FeedPost = {
    key: parsePostKey('00000000000000cc')!,
    at: instant(Date.parse('2026-05-05T10:00:00Z')),
    stationId: ekudden.id,
    placeName: 'Ekudden',
    fractions: ['textiles'],
    texts: {
      sv: 'Rättelse: vi skrev 10:45 …',
      en: 'Correction of 10:45: we wrote …',
      fi: 'Oikaisu: …',
    },
    corrects: older.key,
  }
  const wrong: FeedPost = {
    ...older,
    correctedBy: { key: correction.key, saidAt: instant(Date.parse('2026-05-05T10:01:00Z')) },
  }
  const posts = [wrong, newer, correction]

  test('says so in Atom, is updated, and points to what takes it back', () => {
    const { body } = atomFeed({ ...request, posts })
    expect(body).toContain('  <updated>2026-05-05T10:01:00.000Z</updated>\n  <author>')
    expect(body).toContain(`  <entry xml:lang="sv">
    <id>https://avs.example/p/00000000000000aa</id>
    <title type="text">Rättat, stämde inte: Ekudden: behållaren för textil är full sedan 10:15.</title>
    <published>2026-05-05T08:45:00.000Z</published>
    <updated>2026-05-05T10:01:00.000Z</updated>
    <link rel="alternate" type="text/html" hreflang="sv" href="https://avs.example/p/00000000000000aa"/>
    <link rel="related" type="text/html" hreflang="sv" href="https://avs.example/p/00000000000000cc"/>
`)
    expect(body).toContain(
      '<id>https://avs.example/p/00000000000000cc</id>\n    <title type="text">Rättelse: vi skrev',
    )
  })

  test('says so in RSS, with when it changed', () => {
    const { body } = rssFeed({ ...request, posts })
    expect(body).toContain('<title>Rättat, stämde inte: Ekudden: behållaren för textil')
    expect(body).toContain(
      '<pubDate>Tue, 05 May 2026 08:45:00 GMT</pubDate>\n    <atom:updated>2026-05-05T10:01:00.000Z</atom:updated>',
    )
  })

  test('says so in JSON Feed', () => {
    const { items } = JSON.parse(jsonFeed({ ...request, language: 'en', posts }).body)
    expect(items[0]).toMatchObject({
      id: 'https://avs.example/p/00000000000000cc',
      _kvitter: { corrects: 'https://avs.example/p/00000000000000aa' },
    })
    expect(items[2]).toEqual({
      id: 'https://avs.example/p/00000000000000aa',
      url: 'https://avs.example/en/p/00000000000000aa',
      content_text:
        'Corrected, this was wrong: Ekudden: the container for textiles has been full since 10:15.',
      date_published: '2026-05-05T08:45:00.000Z',
      date_modified: '2026-05-05T10:01:00.000Z',
      language: 'en',
      tags: ['Ekudden', 'textiles'],
      _kvitter: {
        station: '1490-901',
        corrected_by: 'https://avs.example/p/00000000000000cc',
      },
    })
  })
})

describe.each([
  ['Atom', atomFeed],
  ['RSS', rssFeed],
  ['JSON Feed', jsonFeed],
])('%s', (_, render) => {
  test('the same posts in another order give the same bytes and tag', () => {
    expect(render({ ...request, posts: [newer, older] })).toEqual(render(request))
  })

  test('another post gives another tag', () => {
    expect(render({ ...request, posts: [older] }).etag).not.toBe(render(request).etag)
  })

  test('a feed without posts has a tag of its own', () => {
    const { etag } = render({ ...request, posts: [] })
    expect(etag).toMatch(/^"/)
    expect(etag).not.toBe(render(request).etag)
  })
})

const hostile = `]]><script>alert("x")</script>&amp;'\u0000\u0008\uFFFE\uD800 end`

test('a hostile name stays a name in Atom', () => {
  const texts = { sv: `${hostile} är full`, en: `${hostile} is full`, fi: `${hostile}: täynnä` }
  const feed = atomFeed({
    ...request,
    title: hostile,
    pageUrl: 'https://avs.example/"onclick="',
    posts: [{ ...older, placeName: hostile, texts }],
  })
  const seen = readXml(feed.body)
  const plain = `]]><script>alert("x")</script>&amp;'\uFFFD end`
  expect(seen.texts.filter((t) => t.path.endsWith('/title')).map((t) => t.text)).toEqual([
    plain,
    `${plain} är full`,
  ])
  expect(seen.attributes).toContainEqual(['category', 'label', plain])
  expect(seen.attributes).toContainEqual(['link', 'href', 'https://avs.example/"onclick="'])
  expect(seen.elements).not.toContain('script')
})

test('a hostile name stays a name in RSS', () => {
  const texts = { sv: `${hostile} är full`, en: '', fi: '' }
  const feed = rssFeed({
    ...request,
    title: hostile,
    description: hostile,
    posts: [{ ...older, placeName: hostile, texts }],
  })
  const seen = readXml(feed.body)
  const plain = `]]><script>alert("x")</script>&amp;'\uFFFD end`
  const textsOf = (name: string) =>
    seen.texts.filter(({ path }) => path.endsWith(name)).map(({ text }) => text)
  expect(textsOf('title')).toEqual([plain, `${plain} är full`])
  expect(textsOf('description')).toEqual([plain, `${plain} är full`])
  expect(textsOf('category')).toEqual([plain, 'textil'])
  expect(seen.elements).not.toContain('script')
})

test('a hostile name stays a name in JSON', () => {
  const feed = jsonFeed({ ...request, title: hostile, posts: [{ ...older, placeName: hostile }] })
  const read = JSON.parse(feed.body) as { title: string; items: { tags: string[] }[] }
  expect(read.title).toBe(hostile.toWellFormed())
  expect(read.items[0]!.tags).toEqual([hostile.toWellFormed(), 'textil'])
})

test('the check itself notices broken XML', () => {
  for (const broken of ['<a>', '<a></b>', '<a b=c></a>', '<a>&</a>', '<a>\u0001</a>', '<a/><b/>']) {
    expect(() => readXml(broken)).toThrow(/xml/)
  }
})

test.each([
  ['&<>"\'', '&amp;&lt;&gt;&quot;&#39;'],
  ['a\u0000b\u001Fc\td', 'abc\td'],
  ['\uD83E\uDED9 \uD83E', '🫙 \uFFFD'],
])('%j is written %j', (text, xml) => {
  expect(escapeXml(text)).toBe(xml)
})

test('a site with a slash at its end has the same addresses', () => {
  expect(postUrl('https://a.example/', older.key)).toBe(postUrl('https://a.example', older.key))
})

interface Seen {
  readonly elements: string[]
  readonly attributes: [string, string, string][]
  readonly texts: { readonly path: string; readonly text: string }[]
}

/** A strict little reader of elements, attributes and text: enough to prove that a feed is well-formed. */
function readXml(xml: string): Seen {
  const fail = (why: string, at: number): never => {
    throw new Error(`not xml: ${why} at ${xml.slice(at, at + 30)}`)
  }
  // oxlint-disable-next-line no-control-regex
  const bad = xml.search(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  if (bad >= 0 || !xml.isWellFormed()) fail('a character that xml has not', Math.max(bad, 0))
  const unescape = (text: string, at: number) =>
    text.replace(/&(#\d+|\w*);?/g, (whole, name: string) => {
      const known: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
      return known[name] !== undefined && whole.endsWith(';') ? known[name] : fail('entity', at)
    })
  const seen: Seen = { elements: [], attributes: [], texts: [] }
  const open: string[] = []
  const token =
    /<\?xml [^?]*\?>|<\/([\w:]+)>|<([\w:]+)((?: [\w:]+="[^"<]*")*)(\/?)>|([^<]+)|[\s\S]/gy
  let roots = 0
  for (const match of xml.matchAll(token)) {
    const [whole, close, name, attributes, selfClosed, text] = match
    if (close !== undefined) {
      if (open.pop() !== close) fail(`</${close}>`, match.index)
    } else if (name !== undefined) {
      if (open.length === 0 && roots++ > 0) fail('a second root', match.index)
      seen.elements.push(name)
      for (const [, key, value] of attributes!.matchAll(/ ([\w:]+)="([^"]*)"/g)) {
        seen.attributes.push([name, key!, unescape(value!, match.index)])
      }
      if (selfClosed === '') open.push(name)
    } else if (text !== undefined) {
      if (text.trim() === '') continue
      if (open.length === 0) fail('text outside', match.index)
      seen.texts.push({ path: open.join('/'), text: unescape(text, match.index) })
    } else if (!whole.startsWith('<?xml')) fail('markup', match.index)
  }
  if (open.length > 0) fail(`<${open.join('>, <')}> not closed`, 0)
  return seen
}
