/**
 * Which of a station's posts may be said now. An account says them in their order; what has been
 * overtaken before it was said, by its end or by a newer state, isn't said at all.
 */
import { URGENT_PRIORITY } from '#src/rules/budget.ts'
import type { Delivery, Post, Store } from '#src/store/contract.ts'
import type { PostKey, StationId } from '#src/stations/ids.ts'
import { MINUTE, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { LOOK_BACK, newsTakenBack } from '#src/store/news-taken-back.ts'
import type { Followed } from './channel.ts'
import { aboutSame, findNewer, isOvertaken, isTakenBack } from './overtaken.ts'
import type { Overrules } from './overtaken.ts'

export type Place =
  | { readonly kind: 'go' }
  /** Not to be said any more, or ever. */
  | { readonly kind: 'over'; readonly as: 'expired' | 'withdrawn'; readonly because: string }
  /** Another post of the station goes first; it is next due at `dueAt`. */
  | { readonly kind: 'wait'; readonly dueAt: EpochMs }

/** For so long after its time a post waits for an earlier one that doesn't get out: a poison holds up nothing for long. */
export const ORDER_HOLDS_MS = 15 * MINUTE

type Outbox = Pick<Store, 'post' | 'posts' | 'deliveries'>

/** Where a claimed delivery stands among its station's other posts. */
export async function findPlace(
  store: Outbox,
  delivery: Delivery,
  now: EpochMs,
  overrules: Overrules,
): Promise<Place> {
  const post = await store.post(delivery.postKey)
  if (!post) return GO
  const posts = await postsAround(store, post)
  if (posts.some(({ corrects }) => corrects === post.key)) return CORRECTED
  if (post.kind === 'correction') {
    return placeOfCorrection(await sameWay(store, post.corrects!, delivery))
  }
  const newer = await onTheWay(store, findNewer(post, posts, overrules), delivery)
  if (isOvertaken(post, newer, overrules)) return OVERTAKEN
  const place =
    post.kind === 'close'
      ? await findPlaceOfTakingBack(store, post, posts, delivery)
      : placeOfNews(post, posts)
  if (place.kind !== 'go') return place
  const before = await waitingBefore(store, delivery, now)
  const overtaken = new Set(
    posts.filter((p) => isOvertaken(p, [post], overrules)).map(({ key }) => key),
  )
  return placeAfter(
    delivery,
    before.filter(({ postKey }) => !overtaken.has(postKey)),
    now,
  )
}

const GO: Place = { kind: 'go' }
const CORRECTED: Place = {
  kind: 'over',
  as: 'withdrawn',
  because: 'called wrong before it was said',
}
const OVERTAKEN: Place = {
  kind: 'over',
  as: 'expired',
  because: 'a newer post says how things stand',
}
const TAKEN_BACK: Place = {
  kind: 'over',
  as: 'expired',
  because: 'taken back before it was said',
}
const NEVER_SAID: Place = {
  kind: 'over',
  as: 'expired',
  because: 'the news that it takes back was never said',
}

/** What has been said of a post's place lately. A digest is of many places, and speaks for each of them. */
async function postsAround(store: Pick<Store, 'posts'>, post: Post): Promise<readonly Post[]> {
  const { stationId, areaId, audience } = post
  const stations: readonly (StationId | undefined)[] =
    post.kind === 'digest'
      ? [...new Set(post.items.flatMap((item) => item.stationId ?? []))]
      : [stationId]
  const found: (readonly Post[])[] = []
  for (const place of stations) {
    const at = place === undefined ? {} : { stationId: place }
    found.push(await store.posts({ ...at, audience, limit: LOOK_BACK }))
  }
  const ofPlaces = found
    .flat()
    .filter((p) => stations.includes(p.stationId) && p.areaId === areaId && p.key !== post.key)
  const ofTown = await store.posts({ ofTown: true, audience, limit: LOOK_BACK })
  const wide = ofTown.filter(({ kind }) => kind === 'digest' || kind === 'correction')
  const all = new Map([post, ...ofPlaces, ...wide].map((p) => [p.key, p]))
  return [...all.values()].filter(({ withdrawnAt }) => withdrawnAt === undefined)
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

const LIVES: ReadonlySet<string> = new Set(['due', 'sending', 'sent', 'uncertain'])

/** Those of some posts that the same readers have been given, or will be. */
async function onTheWay(
  store: Pick<Store, 'deliveries'>,
  posts: readonly Post[],
  delivery: Delivery,
): Promise<readonly Post[]> {
  const lives: Post[] = []
  for (const post of posts) {
    const told = await sameWay(store, post.key, delivery)
    if (told.some(({ state }) => LIVES.has(state))) lives.push(post)
  }
  return lives
}

/** What an account has still to say of a station before a delivery. */
async function waitingBefore(
  store: Pick<Store, 'deliveries'>,
  delivery: Delivery,
  now: EpochMs,
): Promise<readonly Delivery[]> {
  const { channel, account, language, stationId } = delivery
  if (stationId === undefined) return []
  const open = await store.deliveries({
    channel,
    account,
    stationId,
    states: ['due', 'sending'],
    limit: 100,
  })
  return open.filter((d) => d.language === language && d.expiresAt > now && d.id !== delivery.id)
}

async function findPlaceOfTakingBack(
  store: Pick<Store, 'deliveries'>,
  post: Post,
  posts: readonly Post[],
  delivery: Delivery,
): Promise<Place> {
  const told: [PostKey, readonly Delivery[]][] = []
  for (const { key } of newsTakenBack(post, posts)) {
    told.push([key, await sameWay(store, key, delivery)])
  }
  const place = placeOfTakingBack(new Map(told))
  if (place.kind !== 'over') return place
  const said: Post[] = []
  for (const earlier of posts) {
    if (earlier.at >= post.at || !aboutSame(earlier, post)) continue
    const states = await sameWay(store, earlier.key, delivery)
    if (states.some(({ state }) => state === 'sent' || state === 'uncertain')) said.push(earlier)
  }
  return leftStanding(said) ? GO : place
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
  return isTakenBack(post, posts) ? TAKEN_BACK : GO
}

/** `told` holds what became of the news on this way out; empty when the news wasn't found. */
export function placeOfTakingBack(told: ReadonlyMap<PostKey, readonly Delivery[]>): Place {
  const all = [...told.values()].flat()
  const first = all.find((d) => d.state === 'due' || d.state === 'sending')
  if (first) return { kind: 'wait', dueAt: first.dueAt }
  if (told.size === 0 || all.some((d) => d.state === 'sent' || d.state === 'uncertain')) return GO
  return NEVER_SAID
}

/**
 * Whether the newest of what was said of a matter is bad news. It is where the good news in between was
 * overtaken by bad news that then came to nothing: somebody has to say in the end that it is over.
 */
export function leftStanding(said: readonly Post[]): boolean {
  const newest = said.toSorted((a, b) => b.at - a.at)[0]
  return newest !== undefined && newest.kind !== 'close'
}

/**
 * `told` is what became of the wrong post on this way out. Where it died by itself the correction goes
 * alone, for it was read elsewhere; where it was stopped since it was wrong, nobody needs to hear.
 */
export function placeOfCorrection(told: readonly Delivery[]): Place {
  const open = told.find(({ state }) => state === 'due' || state === 'sending')
  if (open) return { kind: 'wait', dueAt: open.dueAt }
  return told.some(({ state }) => state !== 'withdrawn') ? GO : NEVER_SAID
}

/**
 * A post goes after the station's earlier ones that wait on the same way, for a while; what is important
 * waits for nothing that isn't.
 */
export function placeAfter(delivery: Delivery, waiting: readonly Delivery[], now: EpochMs): Place {
  const holdsUntil = plus(delivery.sendAt, ORDER_HOLDS_MS)
  if (now >= holdsUntil) return GO
  const isUrgent = delivery.priority >= URGENT_PRIORITY
  const before = waiting.filter(
    (d) =>
      (d.sendAt < delivery.sendAt || (d.sendAt === delivery.sendAt && d.id < delivery.id)) &&
      (!isUrgent || d.priority >= URGENT_PRIORITY),
  )
  if (before.length === 0) return GO
  const dueAt = Math.min(holdsUntil, ...before.map((d) => d.dueAt)) as EpochMs
  return { kind: 'wait', dueAt }
}
