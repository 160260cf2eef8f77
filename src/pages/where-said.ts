/** Where a post was said, and its place there: nothing of tries, faults or staff. */
import type { Channels } from '#src/stations/station.ts'
import { plus, DAY, isoText, type EpochMs } from '#src/stations/time.ts'
import type { Delivery, Post, Store } from '#src/store/contract.ts'
import { whenText } from '#src/wording/status-text.ts'
import { html, type Html } from './html.ts'
import { link, type View } from './site.ts'

/** What belongs to a post: its ways out, and what was said in answer to it. */
export interface PostCompany {
  readonly deliveries: readonly Delivery[]
  /** Follow-ups, oldest first; corrections are told apart. */
  readonly followUps: readonly Post[]
}

const MOST_DELIVERIES = 50
/** A follow-up comes when things are well again: not longer than this after. */
const FOLLOWED_WITHIN_MS = 14 * DAY
const MOST_POSTS_BETWEEN = 100

export async function companyOf(
  store: Pick<Store, 'posts' | 'deliveries'>,
  post: Post,
  now: EpochMs,
): Promise<PostCompany> {
  const deliveries = await store.deliveries({ postKey: post.key, limit: MOST_DELIVERIES })
  if (post.stationId === undefined) return { deliveries, followUps: [] }
  const later = await store.posts({
    audience: 'public',
    saidBy: now,
    stationId: post.stationId,
    before: { at: plus(post.at, FOLLOWED_WITHIN_MS) },
    limit: MOST_POSTS_BETWEEN,
  })
  const followUps = later.filter(({ replyTo, corrects }) => replyTo === post.key && !corrects)
  return { deliveries, followUps: followUps.toReversed() }
}

/** Platforms whose posts anybody can see. What goes to staff, phones or machines is nobody else's matter. */
const PLATFORMS: Readonly<Record<string, string>> = {
  x: 'X',
  mastodon: 'Mastodon',
  bluesky: 'Bluesky',
  activitypub: 'Fediverse',
}

export function whereSaid(view: View, post: Post, { deliveries }: PostCompany): Html {
  const { say } = view
  const elsewhere = deliveries.filter(({ channel }) => PLATFORMS[channel] !== undefined)
  return html`<section aria-labelledby="where">
    <h2 id="where">${say.whereSaid}</h2>
    <ul class="plain">
      <li>${say.saidHere} ${time(view, post.sendAt)}</li>
      ${elsewhere.map((delivery) => html`<li>${deliveryText(view, delivery)}</li>`)}
    </ul>
  </section>`
}

function deliveryText(view: View, delivery: Delivery): Html {
  const { say } = view
  const place = `${PLATFORMS[delivery.channel]}, ${delivery.account}:`
  switch (delivery.state) {
    case 'sent': {
      const url = remoteUrl(delivery, view.town.town.channels)
      const when = time(view, delivery.sentAt ?? delivery.dueAt)
      return url === undefined
        ? html`${place} ${when}`
        : html`${place} <a href="${url}" rel="external">${when}</a>`
    }
    case 'due':
    case 'sending':
      return html`${place} ${delivery.expiresAt <= view.now ? say.notSaidThere : say.onItsWay}`
    case 'uncertain':
      return html`${place} ${say.maybeSaidThere}`
    case 'dead':
    case 'expired':
    case 'withdrawn':
      return html`${place} ${say.notSaidThere}`
  }
}

/** Where it is to be seen there, if that is known. */
function remoteUrl(
  { channel, account, remoteId = '' }: Delivery,
  { mastodon = [] }: Channels,
): string | undefined {
  switch (channel) {
    case 'x':
      return /^\d+$/.test(remoteId) ? `https://x.com/i/web/status/${remoteId}` : undefined
    case 'mastodon': {
      const server = mastodon.find((known) => known.account === account)?.server
      const [name] = account.replace(/^@/, '').split('@')
      return server !== undefined && /^\w+$/.test(remoteId)
        ? `${server.replace(/\/+$/, '')}/@${name}/${remoteId}`
        : undefined
    }
    case 'bluesky': {
      const [, did, key] =
        /^at:\/\/(did:[\w:.%-]+)\/app\.bsky\.feed\.post\/([\w-]+)$/.exec(remoteId) ?? []
      return did === undefined ? undefined : `https://bsky.app/profile/${did}/post/${key}`
    }
    case 'activitypub':
    case 'webhook':
    case 'email':
    case 'push':
      return undefined
  }
}

function time({ now, timeZone, language }: View, at: EpochMs): Html {
  return html`<time datetime="${isoText(at)}">${whenText(at, now, timeZone, language)}</time>`
}

/** Links to what was said in answer. */
export function followUpLinks(view: View, { followUps }: PostCompany): readonly Html[] {
  const { say, now, timeZone, language } = view
  return followUps.map(
    ({ key, sendAt }) =>
      html`<li>
        <a href="${link(view, `/p/${key}`)}"
          >${say.followedUp(whenText(sendAt, now, timeZone, language))}</a
        >
      </li>`,
  )
}
