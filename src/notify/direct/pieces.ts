/** What goes to one resident: which news, and whether it is theirs to hear. */
import type { Fraction } from '#src/stations/fraction.ts'
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { findCorrection, type Post, type Store } from '#src/store/contract.ts'
import { LOOK_BACK } from '#src/store/news-taken-back.ts'
import type { Subscriber, SubscriberId, Wish } from '#src/store/subscribers.ts'
import { placeOfNews } from '../order.ts'

/** The body of a piece of work. An address stands in none: it is looked up when the piece goes. */
export type Piece =
  | { readonly kind: 'confirm'; readonly to: SubscriberId }
  | {
      readonly kind: 'post'
      readonly post: PostKey
      readonly to: SubscriberId
    }

export function readPiece(body: string): Piece {
  return JSON.parse(body) as Piece
}

/** Whether a post has something that was wished for. What is of no fraction, such as ice, is of all. */
export function concerns({ stations, fractions }: Wish, post: Post): boolean {
  return post.items.some(({ stationId = post.stationId, fraction }) => {
    const isThere =
      stations === undefined || (stationId !== undefined && stations.includes(stationId))
    return isThere && isWished(fractions, fraction)
  })
}

function isWished(wished: readonly Fraction[] | undefined, fraction: Fraction | undefined) {
  return wished === undefined || fraction === undefined || wished.includes(fraction)
}

export interface News {
  readonly post: Post
  readonly subscriber: Subscriber
  readonly wish: Wish
}

/** What a piece is to tell, and whom; undefined when there is nobody any more, or it is no news any more. */
export async function findNews(
  store: Pick<Store, 'post' | 'posts' | 'subscriber'>,
  { post: key, to }: Piece & { kind: 'post' },
  now: EpochMs,
): Promise<News | undefined> {
  const subscriber = await store.subscriber(to)
  const post = await store.post(key)
  if (!subscriber?.wish || !post || !(await isStillNews(store, post, now))) return undefined
  return { post, subscriber, wish: subscriber.wish }
}

/** News that was called wrong, or is over, isn't told to those who haven't heard. */
async function isStillNews(
  store: Pick<Store, 'posts'>,
  post: Post,
  now: EpochMs,
): Promise<boolean> {
  if (post.withdrawnAt !== undefined || findCorrection(post, now)) return false
  if (post.kind !== 'open') return true
  const { stationId, areaId, audience } = post
  const place = stationId === undefined ? {} : { stationId }
  const newer = await store.posts({ ...place, audience, saidBy: now, limit: LOOK_BACK })
  const there = newer.filter((other) => other.stationId === stationId && other.areaId === areaId)
  return placeOfNews(post, there).kind === 'go'
}

const LONGEST_THREAD = 10

/** The post that a thread began with: what follows it up takes its place where only one is shown. */
export async function threadOf(store: Pick<Store, 'post'>, post: Post): Promise<PostKey> {
  let { key, replyTo } = post
  for (let n = 0; replyTo !== undefined && n < LONGEST_THREAD; n += 1) {
    key = replyTo
    replyTo = (await store.post(key))?.replyTo
  }
  return key
}
