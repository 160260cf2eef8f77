/**
 * Which of a station's posts may be said now. News and its taking back go out in that order, or, when
 * the news is over before it was said, neither does.
 */
import type { Delivery, Post, Store } from '#src/store/contract.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { LOOK_BACK, newsTakenBack } from '#src/store/news-taken-back.ts'
import type { Followed } from './channel.ts'

export type Place =
  | { readonly kind: 'go' }
  /** Not to be said any more, or ever. */
  | { readonly kind: 'over'; readonly as: 'expired' | 'withdrawn'; readonly because: string }
  /** Another post of the station goes first; it is next due at `dueAt`. */
  | { readonly kind: 'wait'; readonly dueAt: EpochMs }

/** Where a claimed delivery stands among its station's other posts. */
export async function findPlace(
  store: Pick<Store, 'post' | 'posts' | 'deliveries'>,
  delivery: Delivery,
): Promise<Place> {
  const post = await store.post(delivery.postKey)
  if (!post) return { kind: 'go' }
  const { stationId, areaId, audience } = post
  const place = stationId === undefined ? {} : { stationId }
  const posts = (await store.posts({ ...place, audience, limit: LOOK_BACK })).filter(
    (other) =>
      other.stationId === stationId && other.areaId === areaId && other.withdrawnAt === undefined,
  )
  if (posts.some(({ corrects }) => corrects === post.key)) return CORRECTED
  switch (post.kind) {
    case 'open':
      return placeOfNews(post, posts)
    case 'digest':
      return { kind: 'go' }
    case 'correction':
      return placeOfCorrection(await sameWay(store, post.corrects!, delivery))
    case 'close': {
      const told: [PostKey, readonly Delivery[]][] = []
      for (const { key } of newsTakenBack(post, posts)) {
        told.push([key, await sameWay(store, key, delivery)])
      }
      return placeOfTakingBack(new Map(told))
    }
  }
}

const CORRECTED: Place = {
  kind: 'over',
  as: 'withdrawn',
  because: 'called wrong before it was said',
}

/** What became of a post on the way out that a delivery takes. */
async function sameWay(
  store: Pick<Store, 'deliveries'>,
  postKey: PostKey,
  { channel, account, language }: Delivery,
): Promise<readonly Delivery[]> {
  const deliveries = await store.deliveries({ postKey, limit: 100 })
  return deliveries.filter(
    (d) => d.channel === channel && d.account === account && d.language === language,
  )
}

/** What the far end has of the post that a delivery follows up; undefined where it was never said there. */
export async function findFollowed(
  store: Pick<Store, 'post' | 'deliveries'>,
  delivery: Delivery,
): Promise<Followed | undefined> {
  const post = await store.post(delivery.postKey)
  if (post?.replyTo === undefined) return undefined
  const said = (await sameWay(store, post.replyTo, delivery)).find(({ state }) => state === 'sent')
  if (said?.remoteId === undefined) return undefined
  const { remoteId, text } = said
  return { remoteId, text, isTakenBack: post.corrects === post.replyTo }
}

/** News is over when later posts have taken back all of it. */
export function placeOfNews(post: Post, posts: readonly Post[]): Place {
  const later = posts.filter((p) => p.kind === 'close' && p.at >= post.at)
  const closed = new Set(later.flatMap((p) => p.items.map((item) => item.episode)))
  return post.items.every((item) => closed.has(item.episode))
    ? { kind: 'over', as: 'expired', because: 'taken back before it was said' }
    : { kind: 'go' }
}

/** `told` holds what became of the news on this way out; empty when the news wasn't found. */
export function placeOfTakingBack(told: ReadonlyMap<PostKey, readonly Delivery[]>): Place {
  const all = [...told.values()].flat()
  const first = all.find((d) => d.state === 'due' || d.state === 'sending')
  if (first) return { kind: 'wait', dueAt: first.dueAt }
  if (told.size === 0 || all.some((d) => d.state === 'sent' || d.state === 'uncertain')) {
    return { kind: 'go' }
  }
  return NEVER_SAID
}

const NEVER_SAID: Place = {
  kind: 'over',
  as: 'expired',
  because: 'the news that it takes back was never said',
}

/**
 * `told` is what became of the wrong post on this way out. Where it died by itself the correction goes
 * alone, for it was read elsewhere; where it was stopped since it was wrong, nobody needs to hear.
 */
export function placeOfCorrection(told: readonly Delivery[]): Place {
  const open = told.find(({ state }) => state === 'due' || state === 'sending')
  if (open) return { kind: 'wait', dueAt: open.dueAt }
  return told.some(({ state }) => state !== 'withdrawn') ? { kind: 'go' } : NEVER_SAID
}
