/** Names of posts. */
import { createHash } from 'node:crypto'
import type { PostKey } from '#src/stations/ids.ts'
import type { DecidedPost } from './post.ts'

/** The same history gives the same key, so that nothing is said twice: not after a restart, not by a repeat. */
export function postKey(kind: DecidedPost['kind'], names: readonly string[]): PostKey {
  const named = [...names.toSorted(), kind].join('\n')
  return createHash('sha256').update(named).digest('hex').slice(0, 16) as PostKey
}

/** The post that takes another back, if there is one: it has its name from the other's. */
export function correctionKey(corrects: PostKey): PostKey {
  return postKey('correction', [corrects])
}
