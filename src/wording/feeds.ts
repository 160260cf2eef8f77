/** Posts as Atom (RFC 4287) and JSON Feed 1.1. Pure: the same posts give the same bytes, so that ETags hold. */
import { createHash } from 'node:crypto'
import type { Language } from '#src/stations/fraction.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import { instant, isoText } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { escapeMarkup } from './escape-markup.ts'

/** What a feed needs of a post. A stored `Post` with its place's name fits. */
export interface FeedPost {
  readonly key: PostKey
  readonly at: EpochMs
  /** Absent for news of an area or of the whole town. */
  readonly stationId?: StationId
  readonly placeName: string
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
  /** Where this feed is fetched. */
  readonly selfUrl: string
  /** The page that shows the same for people. */
  readonly pageUrl: string
  readonly publicUrl: string
  readonly language: Language
  /** In any order; the feed has the newest first. */
  readonly posts: readonly FeedPost[]
}

/** A feed ready to be answered with. */
export interface RenderedFeed {
  readonly contentType: string
  readonly body: string
  /** Strong: a hash of the body, quotes included. */
  readonly etag: string
  /** HTTP date of the newest change; absent for a feed without posts. */
  readonly lastModified?: string
}

/**
 * An Atom 1.0 feed. `updated` comes from the newest post or correction, never from the clock; a feed
 * without posts says 1970, since the element is required (RFC 4287 §4.1.1).
 */
export function atomFeed(request: FeedRequest): RenderedFeed {
  const posts = newestFirst(request.posts)
  const { title, selfUrl, pageUrl, publicUrl, language } = request
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">`,
    `  <id>${escapeXml(selfUrl)}</id>`,
    `  <title>${escapeXml(title)}</title>`,
    `  <updated>${isoText(newestChange(posts) ?? instant(0))}</updated>`,
    `  <author><name>${escapeXml(title)}</name><uri>${escapeXml(publicUrl)}</uri></author>`,
    `  <link rel="self" type="application/atom+xml" href="${escapeXml(selfUrl)}"/>`,
    `  <link rel="alternate" type="text/html" hreflang="${language}" href="${escapeXml(pageUrl)}"/>`,
    '  <generator>Kvitter</generator>',
    ...posts.flatMap((post) => atomEntry(post, request)),
    '</feed>',
    '',
  ]
  return rendered('application/atom+xml; charset=utf-8', lines.join('\n'), posts)
}

/** The sentence is the news, so it is the title too: a reader that lists titles shows more than a name. */
function atomEntry(post: FeedPost, { publicUrl, language }: FeedRequest): string[] {
  const url = escapeXml(postUrl(publicUrl, post.key))
  const text = escapeXml(wordsOf(post, language))
  const related = post.correctedBy?.key ?? post.corrects
  return [
    `  <entry xml:lang="${language}">`,
    `    <id>${url}</id>`,
    `    <title type="text">${text}</title>`,
    `    <published>${isoText(post.at)}</published>`,
    `    <updated>${isoText(changedAt(post))}</updated>`,
    `    <link rel="alternate" type="text/html" hreflang="${language}" href="${url}"/>`,
    ...(related === undefined
      ? []
      : [
          `    <link rel="related" type="text/html" hreflang="${language}" href="${escapeXml(postUrl(publicUrl, related))}"/>`,
        ]),
    `    <category term="${escapeXml(post.stationId ?? post.placeName)}" label="${escapeXml(post.placeName)}"/>`,
    `    <content type="text">${text}</content>`,
    '  </entry>',
  ]
}

/** A JSON Feed 1.1. Items have no title, as the format wishes for short messages. */
export function jsonFeed(request: FeedRequest): RenderedFeed {
  const posts = newestFirst(request.posts)
  const { title, selfUrl, pageUrl, publicUrl, language } = request
  const feed = {
    version: 'https://jsonfeed.org/version/1.1',
    title: title.toWellFormed(),
    home_page_url: pageUrl,
    feed_url: selfUrl,
    language,
    authors: [{ name: title.toWellFormed(), url: publicUrl }],
    items: posts.map((post) => ({
      id: postUrl(publicUrl, post.key),
      url: postUrl(publicUrl, post.key),
      content_text: wordsOf(post, language).toWellFormed(),
      date_published: isoText(post.at),
      ...(post.correctedBy && { date_modified: isoText(post.correctedBy.saidAt) }),
      language,
      tags: [post.placeName.toWellFormed()],
      _kvitter: {
        station: post.stationId ?? null,
        ...(post.corrects !== undefined && { corrects: postUrl(publicUrl, post.corrects) }),
        ...(post.correctedBy && { corrected_by: postUrl(publicUrl, post.correctedBy.key) }),
      },
    })),
  }
  const body = `${JSON.stringify(feed, undefined, 2)}\n`
  return rendered('application/feed+json; charset=utf-8', body, posts)
}

/** Where a post is shown, and its name for ever: `{publicUrl}/p/{key}`. */
export function postUrl(publicUrl: string, key: PostKey): string {
  return `${publicUrl.replace(/\/+$/, '')}/p/${key}`
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

function rendered(contentType: string, body: string, posts: readonly FeedPost[]): RenderedFeed {
  const changedAt = newestChange(posts)
  return {
    contentType,
    body,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`,
    ...(changedAt !== undefined && { lastModified: new Date(changedAt).toUTCString() }),
  }
}

/** Characters that XML 1.0 has no way to write, not even as a reference (§2.2 `Char`). */
// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g

/** Text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  return escapeMarkup(text.toWellFormed().replace(NOT_XML, ''))
}
