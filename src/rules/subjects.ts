/** Finds what a subject's name stands for. */
import type { AreaId, ContainerId, StationId } from '#src/stations/ids.ts'
import { createEpisode } from './episode.ts'
import type { Episode } from './episode.ts'
import type { Rule } from './rule-book.ts'
import { ACCOUNT } from './subject.ts'
import type { Subject } from './subject.ts'
import type { ContainerWatch, PlaceWatch } from './watch.ts'
import type { World } from './world.ts'

/** A station or an area by its id; the account where there is none, or its own. */
export function findPlace(world: World, id: string | undefined): PlaceWatch | undefined {
  if (id === undefined || id === ACCOUNT) return world.account
  return world.stations.get(id as StationId) ?? world.areas.get(id as AreaId)
}

/** A container, or a place as rules above a container are judged for; undefined where there is none by that name. */
export function findWatch(
  { containers, stations, areas, account }: World,
  subject: Subject,
): ContainerWatch | PlaceWatch | undefined {
  return (
    containers.get(subject as ContainerId) ??
    stations.get(subject as StationId) ??
    areas.get(subject as AreaId) ??
    (subject === ACCOUNT ? account : undefined)
  )
}

/** The subject's episode of a rule, made when first needed; undefined where there is no such rule or subject. */
export function findEpisode(world: World, ruleId: string, subject: string): Episode | undefined {
  const rule = world.rules.get(ruleId)
  const of = rule && findSubject(world, rule, subject)
  return of && episodeAt(rule, of)
}

function findSubject(
  world: World,
  { per }: Rule,
  subject: string,
): ContainerWatch | PlaceWatch | undefined {
  switch (per) {
    case 'container':
      return world.containers.get(subject as ContainerId)
    case 'station':
      return world.stations.get(subject as StationId)
    case 'area':
      return world.areas.get(subject as AreaId)
    case 'account':
      return subject === ACCOUNT ? world.account : undefined
  }
}

/** Everything that a rule is judged for. */
export function subjectsOf(world: World, { per }: Rule): Iterable<ContainerWatch | PlaceWatch> {
  switch (per) {
    case 'container':
      return world.containers.values()
    case 'station':
      return world.stations.values()
    case 'area':
      return world.areas.values()
    case 'account':
      return [world.account]
  }
}

export function episodeAt(rule: Rule, of: ContainerWatch | PlaceWatch): Episode {
  return (of.episodes[rule.index] ??= createEpisode(rule, of))
}
