/** Posts and deliveries for the tests of this folder. */
import { webhookBody } from '#src/notify/webhook-body.ts'
import type { DecidedPost, PostItem } from '#src/rules/decision.ts'
import { parsePostKey } from '#src/stations/ids.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Delivery, NewCard, NewDelivery, Post, Store, WayOut } from '#src/store/contract.ts'
import { FAKE_X_ACCOUNT } from '#tests/support/fake-x.ts'
import { containerId, ekudden } from '#tests/support/town.ts'

export const postKey = (n: number) => parsePostKey(n.toString(16).padStart(16, '0'))!

export const noon = instant(Date.parse('2026-05-05T10:00:00Z'))

export function makePost(n: number, at: EpochMs, over: Partial<DecidedPost> = {}): Post {
  const text = `Ekudden: behållaren för pappersförpackningar är full sedan 10:15, enligt givare & besökare. (${n})`
  return {
    key: postKey(n),
    at,
    stationId: ekudden.id,
    audience: 'public',
    kind: 'open',
    priority: 60,
    sendAt: at,
    expiresAt: plus(at, HOUR),
    items: [makeItem(n, at)],
    texts: { sv: text, en: `In English (${n})`, fi: `Suomeksi (${n})` },
    ...over,
  }
}

export function makeItem(n: number, since: EpochMs, over: Partial<PostItem> = {}): PostItem {
  const paper = containerId('1490-901-paper-1')
  return {
    ruleId: 'full',
    episode: `full|${paper}|${n}`,
    subject: paper,
    template: 'full',
    containerId: paper,
    fraction: 'paper',
    since,
    source: 'sensor',
    ...over,
  }
}

/** Something else at the same station. */
export function makeOtherItem(n: number, since: EpochMs): PostItem {
  const glass = containerId('1490-901-clear-glass-1')
  return makeItem(n, since, {
    episode: `full|${glass}|${n}`,
    subject: glass,
    containerId: glass,
    fraction: 'clear-glass',
  })
}

export const onX: WayOut = { channel: 'x', account: FAKE_X_ACCOUNT }

export function makeDelivery(post: Post, way: WayOut = onX): NewDelivery {
  return {
    postKey: post.key,
    ...way,
    language: 'sv',
    text: way.channel === 'webhook' ? webhookBody(post, 'sv') : post.texts.sv,
    dueAt: post.sendAt,
    expiresAt: post.expiresAt,
  }
}

/** A delivery as a channel is given it. */
export function claimed(n: number, now: EpochMs, over: Partial<Delivery> = {}): Delivery {
  const post = makePost(n, now)
  return {
    ...makeDelivery(post),
    id: n,
    ...(post.stationId !== undefined && { stationId: post.stationId }),
    sendAt: post.sendAt,
    priority: post.priority,
    state: 'sending',
    attempts: 1,
    firstTriedAt: now,
    ...over,
  }
}

/** Puts posts and their deliveries where the journal would. */
export async function keepPosts(
  store: Store,
  posts: readonly Post[],
  ways: readonly WayOut[] = [onX],
  cards: readonly NewCard[] = [],
): Promise<void> {
  await store.journal(async (tx) => {
    await tx.keepEffects({
      decisions: [],
      posts,
      withdrawn: [],
      deliveries: posts.flatMap((post) => ways.map((way) => makeDelivery(post, way))),
      containers: [],
      cards,
      state: new Map(),
      seq: 0,
      at: noon,
    })
  })
}
