/** News of one station that waits to be told together. */
import type { PostKey } from '#src/stations/ids.ts'
import type { EpochMs } from '#src/stations/time.ts'
import { episodeId } from './episode.ts'
import type { Episode } from './episode.ts'
import { tie } from './watch.ts'
import type { EngineTimer, StationWatch } from './watch.ts'

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
  /** `group|station|audience` */
  readonly key: string
  readonly station: StationWatch
  readonly audience: 'public' | 'staff'
  items: readonly WaitingItem[]
  dirty: boolean
  readonly timer: EngineTimer
}

/** The station's group for an audience, made when first needed. */
export function groupOf(station: StationWatch, audience: 'public' | 'staff'): Group {
  const name = `${station.station.id}|${audience}`
  station.groups[audience] ??= tie(
    {
      kind: 'group' as const,
      key: `group|${name}`,
      station,
      audience,
      items: [],
      dirty: false,
    },
    'group',
    name,
  )
  return station.groups[audience]
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
