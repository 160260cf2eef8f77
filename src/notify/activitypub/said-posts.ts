/** A kept post as the fediverse is told it, now and whenever somebody fetches it. */
import type { Language } from '#src/stations/fraction.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { findCorrection, isSaid } from '#src/store/contract.ts'
import type { Post, Store } from '#src/store/contract.ts'
import { postCardPath } from '#src/cards/card-desk.ts'
import { cardText } from '#src/wording/cards/card-text.ts'
import { CARD_HEIGHT, CARD_WIDTH } from '#src/wording/cards/draw-card.ts'
import type { Picture, Said, Site } from './notes.ts'
import type { Roster, Speaker } from './roster.ts'

/** Where posts are read from. */
export type SaidStore = Pick<Store, 'post' | 'posts' | 'deliveries' | 'postCard'>

const OUTBOX_POSTS = 20

/** In the language in which it was delivered; one that never was, in the language that is spoken now. */
async function languageOf(store: SaidStore, key: PostKey, fallback: Language): Promise<Language> {
  const deliveries = await store.deliveries({ postKey: key, limit: 100 })
  return deliveries.find(({ channel }) => channel === 'activitypub')?.language ?? fallback
}

export async function saidOf(
  store: SaidStore,
  roster: Roster,
  post: Post,
  now: EpochMs,
  site: Site,
): Promise<Said> {
  const language = await languageOf(store, post.key, site.language)
  const followed = post.replyTo === undefined ? undefined : await store.post(post.replyTo)
  const correctedBy = findCorrection(post, now)
  const correction = correctedBy && (await store.post(correctedBy.key))
  const picture = site.hasPictures ? await pictureOf(store, post.key, language, site) : undefined
  return {
    speaker: await roster.of(post.stationId),
    key: post.key,
    text: post.texts[language],
    language,
    at: post.sendAt,
    ...(picture && { picture }),
    ...(followed && {
      follows: { speaker: await roster.of(followed.stationId), key: followed.key },
    }),
    ...(correction && {
      correction: { key: correction.key, text: correction.texts[language], at: correction.sendAt },
    }),
  }
}

/** Its address alone: whoever shows the note fetches it. */
async function pictureOf(
  store: SaidStore,
  key: PostKey,
  language: Language,
  { publicUrl }: Site,
): Promise<Picture | undefined> {
  const facts = await store.postCard(key)
  return (
    facts && {
      url: publicUrl + postCardPath(key, language),
      alt: cardText(facts, language),
      width: CARD_WIDTH,
      height: CARD_HEIGHT,
    }
  )
}

/** A post of an actor that anybody may have seen. */
export async function findSaid(
  store: SaidStore,
  roster: Roster,
  of: Speaker,
  key: PostKey,
  now: EpochMs,
  site: Site,
): Promise<Said | undefined> {
  const post = await store.post(key)
  if (!post || !isSaid(post, now)) return undefined
  const said = await saidOf(store, roster, post, now, site)
  return said.speaker.actor.id === of.actor.id ? said : undefined
}

/** An actor's newest posts, newest first. */
export async function newestSaid(
  store: SaidStore,
  roster: Roster,
  of: Speaker,
  now: EpochMs,
  site: Site,
): Promise<readonly Said[]> {
  const place = of.station ? { stationId: of.station.id } : {}
  const posts = await store.posts({ ...place, audience: 'public', saidBy: now, limit: 200 })
  const said: Said[] = []
  for (const post of posts) {
    if (said.length === OUTBOX_POSTS) break
    if ((await roster.of(post.stationId)).actor.id !== of.actor.id) continue
    said.push(await saidOf(store, roster, post, now, site))
  }
  return said
}
