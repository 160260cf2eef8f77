/** What has been said of a station: its own posts, and the town's digests that speak of it. */
import { stationsOf } from '#src/rules/post.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import type { Post, Store } from './contract.ts'

/** So many of the town's own newest posts are looked through: one digest a day, and a few besides. */
const MOST_OF_TOWN = 100

/** Public ones that anybody could have read by an instant, newest first. */
export async function postsAbout(
  store: Pick<Store, 'posts'>,
  stationId: StationId,
  { saidBy, limit }: { readonly saidBy: EpochMs; readonly limit: number },
): Promise<readonly Post[]> {
  const said = { audience: 'public', saidBy } as const
  const [own, ofTown] = await Promise.all([
    store.posts({ ...said, stationId, limit }),
    store.posts({ ...said, ofTown: true, limit: MOST_OF_TOWN }),
  ])
  const digests = ofTown.filter((post) => stationsOf(post).includes(stationId))
  return [...own, ...digests].toSorted((a, b) => b.at - a.at).slice(0, limit)
}
