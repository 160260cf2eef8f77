/** Which ways out a post takes. Feeds and pages need none: they read the posts themselves. */
import type { Channels } from '#src/stations/station.ts'
import type { NewDelivery, Post } from '#src/store/contract.ts'

/** One delivery for each channel and account; none for what only staff shall see. Pure. */
export function planDeliveries(post: Post, channels: Channels): readonly NewDelivery[] {
  const { x } = channels
  if (post.audience !== 'public' || !x) return []
  return [
    {
      postKey: post.key,
      channel: 'x',
      account: x.account,
      language: x.language,
      text: post.texts[x.language],
      dueAt: post.sendAt,
      expiresAt: post.expiresAt,
    },
  ]
}
