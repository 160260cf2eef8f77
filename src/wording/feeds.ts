/** Posts as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1. Pure: the same posts give the same bytes, so that ETags hold. */
import { fractionName, languageRoot, type Fraction, type Language } from '#src/stations/fraction.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import { instant, isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { entityTag } from './entity-tag.ts'
import { escapeMarkup } from './escape-markup.ts'

/** What a feed needs of a post. A stored `Post` with its place's name fits. */
export interface FeedPost {
  readonly key: PostKey
  /** When anybody could first read it. */
  readonly at: EpochMs
  /** Absent for news of an area or of the whole town. */
  readonly stationId?: StationId
  readonly placeName: string
  /** Those that it speaks of, each once. */
  readonly fractions: readonly Fraction[]
  readonly texts: Readonly<Record<Language, string>>
  /** The post that it takes back. */
  readonly corrects?: PostKey
  /** The post that takes it back, and since when that has been said. */
  readonly correctedBy?: { readonly key: PostKey; readonly saidAt: EpochMs }
}

/** Before the words of a post that was wrong: readers show them still. */
const WRONG: Readonly<Record<Language, string>> = {
  sv: 'Rättat, stämde inte: ',
  en: 'Corrected, this was wrong: ',
  fi: 'Oikaistu, ei pitänyt paikkaansa: ',
}

/** All addresses are absolute. `publicUrl` is the site's root, with or without a slash at its end. */
export interface FeedRequest {
  readonly title: string
  /** One sentence on what is told here. */
  readonly description: string
  /** Where this feed is fetched. */
  readonly selfUrl: string
  /** The same feed in the other languages. */
  readonly inOtherLanguages: readonly { readonly language: Language; readonly url: string }[]
  /** The page that shows the same for people. */
  readonly pageUrl: string
  readonly publicUrl: string
  readonly language: Language
  /** A WebSub hub that tells subscribers of news. */
  readonly hubUrl?: string
  /** In any order; the feed has the newest first. */
  readonly posts: readonly FeedPost[]
}

/** A feed ready to be answered with. */
export interface RenderedFeed {
  readonly contentType: string
  readonly body: string
  /** Strong: a hash of the body, quotes included. */
  readonly etag: string
}

const ATOM = 'application/atom+xml'
const RSS = 'application/rss+xml'

/**
 * An Atom 1.0 feed. `updated` comes from the newest post or correction, never from the clock; a feed
 * without posts says 1970, since the element is required (RFC 4287 §4.1.1).
 */
export function atomFeed(request: FeedRequest): RenderedFeed {
  const posts = newestFirst(request.posts)
  const { title, description, selfUrl, pageUrl, publicUrl, language } = request
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">`,
    `  <id>${escapeXml(selfUrl)}</id>`,
    `  <title>${escapeXml(title)}</title>`,
    `  <subtitle>${escapeXml(description)}</subtitle>`,
    `  <updated>${isoText(newestChange(posts) ?? instant(0))}</updated>`,
    `  <author><name>${escapeXml(title)}</name><uri>${escapeXml(publicUrl)}</uri></author>`,
    ...feedLinks(request, ATOM).map((link) => `  <link ${link}/>`),
    `  <link rel="alternate" type="text/html" hreflang="${language}" href="${escapeXml(pageUrl)}"/>`,
    '  <generator>Kvitter</generator>',
    ...posts.flatMap((post) => atomEntry(post, request)),
    '</feed>',
    '',
  ]
  return rendered(`${ATOM}; charset=utf-8`, lines.join('\n'))
}

/** The attributes of the links that a feed has to itself, to its other languages, and to its hub. */
function feedLinks(
  { selfUrl, language, inOtherLanguages, hubUrl }: FeedRequest,
  type: string,
): readonly string[] {
  const link = (rel: string, language: Language, url: string) =>
    `rel="${rel}" type="${type}" hreflang="${language}" href="${escapeXml(url)}"`
  return [
    link('self', language, selfUrl),
    ...inOtherLanguages.map((other) => link('alternate', other.language, other.url)),
    ...(hubUrl === undefined ? [] : [`rel="hub" href="${escapeXml(hubUrl)}"`]),
  ]
}

/** The sentence is the news, so it is the title too: a reader that lists titles shows more than a name. */
function atomEntry(post: FeedPost, { publicUrl, language }: FeedRequest): string[] {
  const page = (key: PostKey) => escapeXml(postPageUrl(publicUrl, key, language))
  const text = escapeXml(wordsOf(post, language))
  const related = post.correctedBy?.key ?? post.corrects
  return [
    `  <entry xml:lang="${language}">`,
    `    <id>${escapeXml(postUrl(publicUrl, post.key))}</id>`,
    `    <title type="text">${text}</title>`,
    `    <published>${isoText(post.at)}</published>`,
    `    <updated>${isoText(changedAt(post))}</updated>`,
    `    <link rel="alternate" type="text/html" hreflang="${language}" href="${page(post.key)}"/>`,
    ...(related === undefined
      ? []
      : [
          `    <link rel="related" type="text/html" hreflang="${language}" href="${page(related)}"/>`,
        ]),
    ...categoriesOf(post, language).map(
      ({ term, label }) => `    <category term="${escapeXml(term)}" label="${escapeXml(label)}"/>`,
    ),
    `    <content type="text">${text}</content>`,
    '  </entry>',
  ]
}

/**
 * An RSS 2.0 feed. RSS has no place for when an item changed or for other languages; both stand in
 * elements of Atom, as the RSS Advisory Board recommends for links.
 */
export function rssFeed(request: FeedRequest): RenderedFeed {
  const posts = newestFirst(request.posts)
  const { title, description, pageUrl, language } = request
  const changedAt = newestChange(posts)
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">',
    '<channel>',
    `  <title>${escapeXml(title)}</title>`,
    `  <link>${escapeXml(pageUrl)}</link>`,
    `  <description>${escapeXml(description)}</description>`,
    `  <language>${language}</language>`,
    ...(changedAt === undefined ? [] : [`  <lastBuildDate>${httpDate(changedAt)}</lastBuildDate>`]),
    '  <generator>Kvitter</generator>',
    '  <docs>https://www.rssboard.org/rss-specification</docs>',
    ...feedLinks(request, RSS).map((link) => `  <atom:link ${link}/>`),
    ...posts.flatMap((post) => rssItem(post, request)),
    '</channel>',
    '</rss>',
    '',
  ]
  return rendered(`${RSS}; charset=utf-8`, lines.join('\n'))
}

function rssItem(post: FeedPost, { publicUrl, language }: FeedRequest): string[] {
  const text = escapeXml(wordsOf(post, language))
  return [
    '  <item>',
    `    <title>${text}</title>`,
    `    <link>${escapeXml(postPageUrl(publicUrl, post.key, language))}</link>`,
    `    <guid isPermaLink="true">${escapeXml(postUrl(publicUrl, post.key))}</guid>`,
    `    <pubDate>${httpDate(post.at)}</pubDate>`,
    `    <atom:updated>${isoText(changedAt(post))}</atom:updated>`,
    ...categoriesOf(post, language).map(
      ({ label }) => `    <category>${escapeXml(label)}</category>`,
    ),
    `    <description>${text}</description>`,
    '  </item>',
  ]
}

/** A JSON Feed 1.1. Items have no title, as the format wishes for short messages. */
export function jsonFeed(request: FeedRequest): RenderedFeed {
  const posts = newestFirst(request.posts)
  const { title, description, selfUrl, pageUrl, publicUrl, language, hubUrl } = request
  const page = (key: PostKey) => postPageUrl(publicUrl, key, language)
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: title.toWellFormed(),
    home_page_url: pageUrl,
    feed_url: selfUrl,
    description: description.toWellFormed(),
    language,
    ...(hubUrl !== undefined && { hubs: [{ type: 'WebSub', url: hubUrl }] }),
    authors: [{ name: title.toWellFormed(), url: publicUrl }],
    items: posts.map((post) => ({
      id: postUrl(publicUrl, post.key),
      url: page(post.key),
      content_text: wordsOf(post, language).toWellFormed(),
      date_published: isoText(post.at),
      ...(post.correctedBy && { date_modified: isoText(post.correctedBy.saidAt) }),
      language,
      tags: categoriesOf(post, language).map(({ label }) => label.toWellFormed()),
      _kvitter: {
        station: post.stationId ?? null,
        ...(post.corrects !== undefined && { corrects: postUrl(publicUrl, post.corrects) }),
        ...(post.correctedBy && { corrected_by: postUrl(publicUrl, post.correctedBy.key) }),
      },
    })),
  }
  const body = `${JSON.stringify(feed, undefined, 2)}\n`
  return rendered('application/feed+json; charset=utf-8', body)
}

/** A post's name for ever, whatever the language: `{publicUrl}/p/{key}`. It is shown there in Swedish. */
export function postUrl(publicUrl: string, key: PostKey): string {
  return postPageUrl(publicUrl, key, 'sv')
}

function postPageUrl(publicUrl: string, key: PostKey, language: Language): string {
  return `${publicUrl.replace(/\/+$/, '')}${languageRoot(language)}/p/${key}`
}

/** The place, then the fractions that are spoken of. */
function categoriesOf(
  { stationId, placeName, fractions }: FeedPost,
  language: Language,
): readonly { readonly term: string; readonly label: string }[] {
  return [
    { term: stationId ?? placeName, label: placeName },
    ...fractions.map((fraction) => ({ term: fraction, label: fractionName(fraction, language) })),
  ]
}

function httpDate(at: EpochMs): string {
  return new Date(at).toUTCString()
}

/** A post that was wrong says so before anything else. */
function wordsOf({ texts, correctedBy }: FeedPost, language: Language): string {
  return `${correctedBy ? WRONG[language] : ''}${texts[language]}`
}

function changedAt({ at, correctedBy }: FeedPost): EpochMs {
  return correctedBy?.saidAt ?? at
}

function newestChange(posts: readonly FeedPost[]): EpochMs | undefined {
  return posts.length === 0 ? undefined : (Math.max(...posts.map(changedAt)) as EpochMs)
}

function newestFirst(posts: readonly FeedPost[]): readonly FeedPost[] {
  return posts.toSorted((a, b) => b.at - a.at || (a.key < b.key ? -1 : 1))
}

function rendered(contentType: string, body: string): RenderedFeed {
  return {
    contentType,
    body,
    etag: entityTag(body),
  }
}

/** Characters that XML 1.0 has no way to write, not even as a reference (§2.2 `Char`). */
// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g

/** Text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  return escapeMarkup(text.toWellFormed().replace(NOT_XML, ''))
}
