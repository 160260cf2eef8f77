/** Which news a close post takes back: its own episodes tell, for it replies to the newest thread alone. */
import type { Post } from './contract.ts'

/** So many of a station's newest posts are looked through; older news has long been said or dropped. */
export const LOOK_BACK = 30

/** The open posts that a close post takes back, whole or in part. */
export function newsTakenBack(post: Post, posts: readonly Post[]): readonly Post[] {
  const episodes = new Set(post.items.map((item) => item.episode))
  return posts.filter(
    (p) =>
      p.kind === 'open' && p.at <= post.at && p.items.some((item) => episodes.has(item.episode)),
  )
}
