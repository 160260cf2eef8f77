/**
 * Which of a station's posts may be said now. News and its taking back go out in that order, or, when
 * the news is over before it was said, neither does.
 */
import type { Delivery, Post, Store } from '#src/store/contract.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'

export type Place =
  | { readonly kind: 'go' }
  | { readonly kind: 'over'; readonly because: string }
  /** Another post of the station goes first; it is next due at `dueAt`. */
  | { readonly kind: 'wait'; readonly dueAt: EpochMs }

/** So many of a station's newest posts are looked through; older news has long been said or dropped. */
const LOOK_BACK = 30

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
    (other) => other.stationId === stationId && other.areaId === areaId,
  )
  if (post.kind === 'open') return placeOfNews(post, posts)
  if (post.kind === 'digest') return { kind: 'go' }

  const told: [PostKey, readonly Delivery[]][] = []
  for (const { key } of newsTakenBack(post, posts)) {
    const deliveries = await store.deliveries({ postKey: key, limit: 100 })
    told.push([key, deliveries.filter((d) => sameWayOut(d, delivery))])
  }
  return placeOfTakingBack(new Map(told))
}

/** News is over when later posts have taken back all of it. */
export function placeOfNews(post: Post, posts: readonly Post[]): Place {
  const later = posts.filter((p) => p.kind === 'close' && p.at >= post.at)
  const closed = new Set(later.flatMap((p) => p.items.map((item) => item.episode)))
  return post.items.every((item) => closed.has(item.episode))
    ? { kind: 'over', because: 'taken back before it was said' }
    : { kind: 'go' }
}

/** The open posts that a close post takes back, whole or in part. */
export function newsTakenBack(post: Post, posts: readonly Post[]): readonly Post[] {
  const episodes = new Set(post.items.map((item) => item.episode))
  return posts.filter(
    (p) =>
      p.kind === 'open' && p.at <= post.at && p.items.some((item) => episodes.has(item.episode)),
  )
}

/** `told` holds what became of the news on this way out; empty when the news wasn't found. */
export function placeOfTakingBack(told: ReadonlyMap<PostKey, readonly Delivery[]>): Place {
  const all = [...told.values()].flat()
  const first = all.find((d) => d.state === 'due' || d.state === 'sending')
  if (first) return { kind: 'wait', dueAt: first.dueAt }
  if (told.size === 0 || all.some((d) => d.state === 'sent' || d.state === 'uncertain')) {
    return { kind: 'go' }
  }
  return { kind: 'over', because: 'the news that it takes back was never said' }
}

function sameWayOut(a: Delivery, b: Delivery): boolean {
  return a.channel === b.channel && a.account === b.account && a.language === b.language
}
