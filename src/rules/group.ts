/** News of one place that waits to be told together. */
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { episodeId } from './episode.ts'
import type { Episode } from './episode.ts'
import { placeId, tie } from './watch.ts'
import type { EngineTimer, PlaceWatch } from './watch.ts'

/** One thing to be told. It outlives its episode when it tells of the episode's end. */
export interface WaitingItem {
  readonly episode: Episode
  readonly kind: 'open' | 'close'
  /** Of the episode it tells of: the rule may have gone on to another since. */
  readonly startedAt: EpochMs
  /** Since when what it says has been so. */
  readonly since: EpochMs
  /** For a close: the post that opened. */
  readonly opened: { readonly key: PostKey; readonly at: EpochMs } | undefined
  /** The gate that last said no: a decision is written when it changes. */
  blocked: string | undefined
  /** Since when each suppression has held it. */
  suppressedSince: Readonly<Record<string, EpochMs>>
}

export interface Group {
  readonly kind: 'group'
  /** `group|place|audience` */
  readonly key: string
  readonly place: PlaceWatch
  readonly audience: 'public' | 'staff'
  items: readonly WaitingItem[]
  /** The news by which it stands in the line for the account's gap; absent when it doesn't. */
  inLineBy: WaitingItem | undefined
  dirty: boolean
  readonly timer: EngineTimer
}

/** The place's group for an audience, made when first needed. */
export function groupOf(place: PlaceWatch, audience: 'public' | 'staff'): Group {
  const name = `${placeId(place)}|${audience}`
  place.groups[audience] ??= tie(
    {
      kind: 'group' as const,
      key: `group|${name}`,
      place,
      audience,
      items: [],
      inLineBy: undefined,
      dirty: false,
    },
    'group',
    name,
  )
  return place.groups[audience]
}

export function itemEpisodeId(item: WaitingItem): string {
  return episodeId(item.episode.rule, item.episode.subject, item.startedAt)
}

/** Most important first: priority, then the earlier start, then the subject. */
export function byImportance(a: WaitingItem, b: WaitingItem): number {
  return (
    b.episode.rule.priority - a.episode.rule.priority ||
    a.startedAt - b.startedAt ||
    (a.episode.key < b.episode.key ? -1 : 1)
  )
}

/** The most important of what waits in a group that is not empty. */
export function leaderOf(group: Group): WaitingItem {
  return group.items.reduce((best, item) => (byImportance(item, best) < 0 ? item : best))
}
