/** What actors say, as ActivityStreams 2.0 has it. Every id follows from the post's key, so a repeat is the same activity. */
import type { Context } from '@fedify/fedify'
import {
  Announce,
  Create,
  Document,
  Hashtag,
  LanguageString,
  Note,
  PUBLIC_COLLECTION,
  PropertyValue,
  Endpoints,
  Service,
  Update,
} from '@fedify/vocab'
import { languageRoot } from '#src/stations/fraction.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { Town } from '#src/stations/station.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { escapeMarkup } from '#src/wording/escape-markup.ts'
import { FEED_WORDS } from '#src/wording/feed-words.ts'
import { FEDIVERSE_WORDS } from '#src/wording/fediverse-text.ts'
import type { Speaker } from './roster.ts'

/** Fedify's context; what is in it besides doesn't matter here. */
export type Ctx = Pick<
  Context<unknown>,
  | 'getActorUri'
  | 'getFollowersUri'
  | 'getFeaturedUri'
  | 'getInboxUri'
  | 'getOutboxUri'
  | 'getObjectUri'
  | 'getActorKeyPairs'
>

export interface Site {
  readonly publicUrl: string
  readonly town: Town
  readonly language: Language
  readonly hasPictures: boolean
}

/** Where anybody can have it, and all that it tells in words. */
export interface Picture {
  readonly url: string
  readonly alt: string
  readonly width: number
  readonly height: number
}

/** A post as an actor says it. */
export interface Said {
  readonly speaker: Speaker
  readonly key: PostKey
  readonly text: string
  readonly language: Language
  readonly at: EpochMs
  /** What it follows up, and who said that. */
  readonly follows?: { readonly speaker: Speaker; readonly key: PostKey }
  readonly picture?: Picture
  /** It was wrong; this was said of it. */
  readonly correction?: { readonly key: PostKey; readonly text: string; readonly at: EpochMs }
}

const ABOUT = 'about'

export function noteId(ctx: Ctx, { actor }: Speaker, key: PostKey | typeof ABOUT): URL {
  return ctx.getObjectUri(Note, { identifier: actor.id, key })
}

/** Stations are unlisted: to their followers, and for anybody to see, in no public timeline. The town is public. */
function audience(ctx: Ctx, { actor, station }: Speaker): { readonly to: URL; readonly cc: URL } {
  const followers = ctx.getFollowersUri(actor.id)
  return station
    ? { to: followers, cc: PUBLIC_COLLECTION }
    : { to: PUBLIC_COLLECTION, cc: followers }
}

export function noteOf(ctx: Ctx, said: Said, site: Site): Note {
  const { speaker, key, language, correction, follows, picture } = said
  const text = correction ? `${correction.text}\n\n${said.text}` : said.text
  const page = new URL(`${site.publicUrl}${languageRoot(language)}/p/${key}`)
  const tag = hashtagOf(site, language)
  const words = FEDIVERSE_WORDS[language]
  const html = `${paragraphs(text)}<p>${link(page.href, words.why)} ${tagLink(tag)}</p>`
  return new Note({
    id: noteId(ctx, speaker, key),
    attribution: ctx.getActorUri(speaker.actor.id),
    ...audience(ctx, speaker),
    contents: [html, new LanguageString(html, language)],
    mediaType: 'text/html',
    published: instantOf(said.at),
    ...(correction && { updated: instantOf(correction.at) }),
    url: page,
    tags: [tag],
    // What was wrong shows on its picture too.
    ...(picture && !correction && { attachments: [documentOf(picture)] }),
    ...(follows && { replyTarget: noteId(ctx, follows.speaker, follows.key) }),
  })
}

export function createOf(ctx: Ctx, said: Said, site: Site): Create {
  const object = noteOf(ctx, said, site)
  return new Create({
    id: part(object.id!, 'create'),
    actor: ctx.getActorUri(said.speaker.actor.id),
    object,
    ...audience(ctx, said.speaker),
    published: instantOf(said.at),
  })
}

/** The note as it now stands, its correction first. */
export function updateOf(ctx: Ctx, said: Said, site: Site): Update {
  const object = noteOf(ctx, said, site)
  return new Update({
    id: part(object.id!, `update-${said.correction?.key}`),
    actor: ctx.getActorUri(said.speaker.actor.id),
    object,
    ...audience(ctx, said.speaker),
  })
}

/** Shows one's own followers what another said: the town what a station did, a station what the town did. */
export function announceOf(ctx: Ctx, said: Said, by: Speaker): Announce {
  const object = noteId(ctx, said.speaker, said.key)
  const { to, cc } = audience(ctx, by)
  return new Announce({
    id: part(object, by.station ? `announce-${by.actor.id}` : 'announce'),
    actor: ctx.getActorUri(by.actor.id),
    object,
    to,
    ccs: [cc, ctx.getActorUri(said.speaker.actor.id)],
    published: instantOf(said.at),
  })
}

/** The pinned note: what this is, how to report, where to look. */
export function aboutNote(ctx: Ctx, speaker: Speaker, site: Site): Note {
  const { language } = site
  const words = FEDIVERSE_WORDS[language]
  const page = pageOf(speaker, site)
  const html = `${paragraphs(summaryOf(speaker, site))}${paragraphs(words.howToReport)}<p>${link(page, words.now)}</p>`
  return new Note({
    id: noteId(ctx, speaker, ABOUT),
    attribution: ctx.getActorUri(speaker.actor.id),
    ...audience(ctx, speaker),
    contents: [html, new LanguageString(html, language)],
    mediaType: 'text/html',
    url: new URL(page),
  })
}

/** A `Service`, which is shown as a bot. */
export async function serviceOf(ctx: Ctx, speaker: Speaker, site: Site): Promise<Service> {
  const { actor, station } = speaker
  const { town, language } = site
  const words = FEDIVERSE_WORDS[language]
  const keys = await ctx.getActorKeyPairs(actor.id)
  const page = pageOf(speaker, site)
  const { operator } = town
  return new Service({
    id: ctx.getActorUri(actor.id),
    preferredUsername: actor.username,
    name: station ? words.stationName(station.name) : FEED_WORDS[language].town(town.name),
    summary: paragraphs(summaryOf(speaker, site)),
    url: new URL(page),
    inbox: ctx.getInboxUri(actor.id),
    outbox: ctx.getOutboxUri(actor.id),
    followers: ctx.getFollowersUri(actor.id),
    featured: ctx.getFeaturedUri(actor.id),
    endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
    manuallyApprovesFollowers: false,
    discoverable: true,
    indexable: true,
    attachments: [
      new PropertyValue({ name: words.now, value: link(page, page) }),
      ...(operator
        ? [
            new PropertyValue({
              name: words.runBy,
              value: operator.url ? link(operator.url, operator.name) : escapeMarkup(operator.name),
            }),
          ]
        : []),
    ],
    publicKey: keys[0]!.cryptographicKey,
    assertionMethods: keys.map(({ multikey }) => multikey),
  })
}

/** The page of who speaks. */
export function pageOf({ station }: Speaker, { publicUrl, language }: Site): string {
  return `${publicUrl}${languageRoot(language)}/${station ? `s/${station.id}` : ''}`
}

function summaryOf({ station }: Speaker, { town, language }: Site): string {
  const { operator } = town
  return FEDIVERSE_WORDS[language].summary({
    town: town.name,
    ...(station && { station: station.name }),
    ...(operator && { operator: operator.name }),
  })
}

function documentOf({ url, alt, width, height }: Picture): Document {
  return new Document({ mediaType: 'image/png', url: new URL(url), name: alt, width, height })
}

/** `#ÅVSProvstad`: letters alone, since servers cut a tag at anything else. */
function hashtagOf({ publicUrl, town }: Site, language: Language): Hashtag {
  const place = town.name.replace(/[^\p{L}\p{N}]/gu, '')
  return new Hashtag({
    name: `#${FEDIVERSE_WORDS[language].hashtag}${place}`,
    href: new URL(`${publicUrl}${languageRoot(language)}/`),
  })
}

function tagLink({ name, href }: Hashtag): string {
  const word = String(name).slice(1)
  return `<a href="${escapeMarkup(href!.href)}" class="mention hashtag" rel="tag">#<span>${escapeMarkup(word)}</span></a>`
}

function link(href: string, text: string): string {
  return `<a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a>`
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeMarkup(part).replaceAll('\n', '<br>')}</p>`)
    .join('')
}

function part(id: URL, name: string): URL {
  return new URL(`#${name}`, id)
}

function instantOf(at: EpochMs): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(at)
}
