/** A kept post as the fediverse is told it, now and whenever somebody fetches it. */
import type { Language } from '#src/stations/fraction.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { findCorrection, isSaid } from '#src/store/contract.ts'
import type { Post, Store } from '#src/store/contract.ts'
import type { Said } from './notes.ts'
import type { Roster, Speaker } from './roster.ts'

type Posts = Pick<Store, 'post' | 'posts' | 'deliveries'>

const OUTBOX_POSTS = 20

/** In the language in which it was delivered; one that never was, in the language that is spoken now. */
async function languageOf(store: Posts, key: PostKey, fallback: Language): Promise<Language> {
  const deliveries = await store.deliveries({ postKey: key, limit: 100 })
  return deliveries.find(({ channel }) => channel === 'activitypub')?.language ?? fallback
}

export async function saidOf(
  store: Posts,
  roster: Roster,
  post: Post,
  now: EpochMs,
  fallback: Language,
): Promise<Said> {
  const language = await languageOf(store, post.key, fallback)
  const followed = post.replyTo === undefined ? undefined : await store.post(post.replyTo)
  const correctedBy = findCorrection(post, now)
  const correction = correctedBy && (await store.post(correctedBy.key))
  return {
    speaker: await roster.of(post.stationId),
    key: post.key,
    text: post.texts[language],
    language,
    at: post.sendAt,
    ...(followed && {
      follows: { speaker: await roster.of(followed.stationId), key: followed.key },
    }),
    ...(correction && {
      correction: { key: correction.key, text: correction.texts[language], at: correction.sendAt },
    }),
  }
}

/** A post of an actor that anybody may have seen. */
export async function findSaid(
  store: Posts,
  roster: Roster,
  of: Speaker,
  key: PostKey,
  now: EpochMs,
  fallback: Language,
): Promise<Said | undefined> {
  const post = await store.post(key)
  if (!post || !isSaid(post, now)) return undefined
  const said = await saidOf(store, roster, post, now, fallback)
  return said.speaker.actor.id === of.actor.id ? said : undefined
}

/** An actor's newest posts, newest first. */
export async function newestSaid(
  store: Posts,
  roster: Roster,
  of: Speaker,
  now: EpochMs,
  fallback: Language,
): Promise<readonly Said[]> {
  const place = of.station ? { stationId: of.station.id } : {}
  const posts = await store.posts({ ...place, audience: 'public', saidBy: now, limit: 200 })
  const said: Said[] = []
  for (const post of posts) {
    if (said.length === OUTBOX_POSTS) break
    if ((await roster.of(post.stationId)).actor.id !== of.actor.id) continue
    said.push(await saidOf(store, roster, post, now, fallback))
  }
  return said
}
