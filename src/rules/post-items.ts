/** What a post says of each thing that it tells. */
import { DAY } from '#src/stations/time.ts'
import { expectedFull, isLevelLive, statusSource } from './container-status.ts'
import type { PostItem } from './decision.ts'
import { countFullSince, wasPassedBy } from './facts.ts'
import { itemEpisodeId } from './group.ts'
import type { WaitingItem } from './group.ts'
import { findAlternative } from './nearest.ts'
import { nextEmptying } from './plan.ts'
import type { ContainerWatch, WideWatch } from './watch.ts'
import { nowOf } from './world.ts'
import type { World } from './world.ts'

/** Plans so far ahead are told with the news. */
const PLAN_TOLD_MS = 7 * DAY

export function describe(world: World, item: WaitingItem): PostItem {
  const { rule, subject, container, place } = item.episode
  const common = {
    ruleId: rule.id,
    episode: itemEpisodeId(item),
    subject,
    template: item.kind === 'open' ? rule.post : rule.closePost!,
    since: item.since,
  }
  if (container) return { ...common, ...describeContainer(world, item, container) }
  if (place.kind !== 'station') return { ...common, ...describeWide(world, item, place) }
  return {
    ...common,
    source: 'none',
    fullContainers: place.full,
    containers: place.containers.length,
  }
}

type Details = Omit<PostItem, 'ruleId' | 'episode' | 'subject' | 'template' | 'since'>

function describeContainer(world: World, item: WaitingItem, container: ContainerWatch): Details {
  const at = nowOf(world)
  const { id, fraction } = container.container
  const isPublicOpen = item.kind === 'open' && item.episode.rule.audience === 'public'
  const alternative = isPublicOpen ? findAlternative(world.map, container, at) : undefined
  const next = isPublicOpen
    ? nextEmptying(container.extras?.plans, container.emptiedAt, at)
    : undefined
  const fullAt = item.episode.rule.readsForecast ? expectedFull(container, at) : undefined
  return {
    containerId: id,
    fraction,
    source: statusSource(container, at),
    ...(isLevelLive(container, at) && { fillPercent: container.fillPercent! }),
    ...(alternative && { alternative }),
    ...(next && next.from - at < PLAN_TOLD_MS && { nextEmptyingAt: next.from }),
    ...(isPublicOpen && wasPassedBy(container, at, world.calendar) && { passedBy: true }),
    ...(fullAt !== undefined && { fullAt }),
  }
}

function describeWide(world: World, { episode: { rule } }: WaitingItem, place: WideWatch): Details {
  const { bike } = place
  const isOfWeek = rule.when.reads.includes('a.stations_full_last_7d')
  const stationsFull = isOfWeek
    ? countFullSince(place, nowOf(world))
    : place.stations.filter(({ full }) => full > 0).length
  return {
    source: 'none',
    stationsFull,
    stations: place.stations.length,
    ...(bike?.firstStopAt !== undefined && { firstStopAt: bike.firstStopAt }),
    ...(bike?.freeSlots !== undefined && { freeSlots: bike.freeSlots }),
  }
}
