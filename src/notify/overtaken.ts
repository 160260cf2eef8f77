/** Which posts have been overtaken by newer ones before they were said. Pure. */
import type { PostItem } from '#src/rules/decision.ts'
import type { Post } from '#src/store/contract.ts'

/** Whether news of one rule leaves nothing to say for another's about the same. */
export type Overrules = (bigger: string, smaller: string) => boolean

/** Later news, still true, that says how things stand with some of what a post says. */
export function findNewer(
  post: Post,
  posts: readonly Post[],
  overrules: Overrules,
): readonly Post[] {
  const corrected = new Set(posts.flatMap(({ corrects }) => corrects ?? []))
  return posts.filter(
    (later) =>
      later.at > post.at &&
      (later.kind === 'open' || later.kind === 'digest') &&
      !corrected.has(later.key) &&
      !isTakenBack(later, posts) &&
      post.items.some((item) => says(later, post, item, overrules)),
  )
}

/** Whether newer posts together say all that a post would. Of a matter that has ended only its end is asked for. */
export function isOvertaken(post: Post, newer: readonly Post[], overrules: Overrules): boolean {
  if (post.kind === 'correction') return false
  return post.items.every((item) =>
    newer.some(
      (later) =>
        later.at > post.at &&
        (later.kind === 'open' || later.kind === 'digest') &&
        says(later, post, item, overrules),
    ),
  )
}

/** Whether two posts speak of one rule's matter. */
export function aboutSame(one: Post, other: Post): boolean {
  return one.items.some((a) => other.items.some((b) => isSameMatter(a, b)))
}

/** Whether later posts say of all of it that it is over. */
export function isTakenBack(post: Post, posts: readonly Post[]): boolean {
  const closed = new Set(
    posts
      .filter((p) => p.kind === 'close' && p.at >= post.at)
      .flatMap((p) => p.items.map(({ episode }) => episode)),
  )
  return post.items.every(({ episode }) => closed.has(episode))
}

/** That something is over is overtaken only by its beginning anew; news also by what a bigger rule says. */
function says(later: Post, post: Post, item: PostItem, overrules: Overrules): boolean {
  return later.items.some((newer) => {
    if (isSameMatter(newer, item)) return true
    if (post.kind === 'close' || !overrules(newer.ruleId, item.ruleId)) return false
    const isThere = (newer.stationId ?? later.stationId) === (item.stationId ?? post.stationId)
    return isThere && (newer.containerId === undefined || newer.containerId === item.containerId)
  })
}

function isSameMatter(a: PostItem, b: PostItem): boolean {
  return a.ruleId === b.ruleId && a.subject === b.subject
}
