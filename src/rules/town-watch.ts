/** Brings a town under the engine's eyes, and keeps up with it when it changes. */
import type { ContainerId } from '#src/stations/ids.ts'
import type { Container, Mounting, Station, Town } from '#src/stations/station.ts'

import { nextGridInstant } from './ageing.ts'
import { end, judge, judgePlace } from './judging.ts'
import { withdrawAll } from './waiting-room.ts'
import {
  createContainerWatch,
  createStationWatch,
  createWideWatch,
  deviceAt,
  forgetDevice,
} from './watch.ts'
import type { ContainerWatch, StationWatch } from './watch.ts'
import { decide, markDirty, nowOf, touch } from './world.ts'
import type { World } from './world.ts'
import type { Episode } from './episode.ts'

type Mountings = ReadonlyMap<ContainerId, readonly Mounting[]>

type Watched = Pick<World, 'stations' | 'containers' | 'areas' | 'account' | 'map'>

/** Every area, station and container of a town, unknown to begin with. */
export function watchTown(town: Town, watched: Watched): void {
  const { stations, containers, areas } = watched
  const mountings = groupMountings(town)
  for (const station of town.stations) {
    const watch = createStationWatch(station)
    stations.set(station.id, watch)
    for (const container of station.containers) {
      addContainer(containers, watch, container, mountings)
    }
  }
  for (const { id } of town.areas ?? []) areas.set(id, createWideWatch(id, []))
  gatherStations(watched)
}

/** Which stations stand where, which in which area, and all of them for the account. */
function gatherStations({ stations, areas, account, map }: Watched): void {
  account.stations = [...stations.values()]
  map.fill(account.stations)
  const byArea = Map.groupBy(account.stations, ({ station }) => station.areaId)
  for (const [id, area] of areas) area.stations = byArea.get(id) ?? []
}

function groupMountings(town: Town): Mountings {
  const newestFirst = town.mountings.toSorted((a, b) => b.from - a.from)
  return Map.groupBy(newestFirst, (mounting) => mounting.containerId)
}

function addContainer(
  containers: Map<ContainerId, ContainerWatch>,
  station: StationWatch,
  container: Container,
  mountings: Mountings,
): void {
  const watch = createContainerWatch(container, station, mountings.get(container.id) ?? [])
  containers.set(container.id, watch)
  station.containers.push(watch)
  station.unknown++
}

/**
 * Follows a change of the town. What is gone is closed without a word; what is new starts unknown; a
 * container whose device was replaced is unknown until the new one speaks.
 */
export function followTown(world: World, town: Town): void {
  const mountings = groupMountings(town)
  const wanted = new Map(town.stations.map((station) => [station.id, station]))
  for (const station of world.stations.values().toArray()) {
    if (!wanted.has(station.station.id)) removeStation(world, station)
  }
  for (const station of town.stations) followStation(world, station, mountings)
  followAreas(world, town)
  putInOrder(world, town)
}

/** In the order of the town's file, as an engine made anew finds them: what is judged in turn is judged in that. */
function putInOrder(world: World, town: Town): void {
  const { stations, containers, areas } = world
  for (const { id } of town.stations) moveLast(stations, id)
  for (const { id } of town.stations.flatMap((station) => station.containers)) {
    moveLast(containers, id)
  }
  for (const { id } of town.areas ?? []) moveLast(areas, id)
  gatherStations(world)
}

function moveLast<Id, Watch>(map: Map<Id, Watch>, id: Id): void {
  const watch = map.get(id)!
  map.delete(id)
  map.set(id, watch)
}

function followAreas(world: World, town: Town): void {
  const wanted = new Set((town.areas ?? []).map(({ id }) => id))
  for (const [id, area] of [...world.areas]) {
    if (wanted.has(id)) continue
    for (const episode of area.episodes) if (episode) close(world, episode)
    world.timers.wish(area.timer, Infinity)
    world.areas.delete(id)
    Object.assign(area, { thread: undefined, tally: undefined, bike: undefined })
    markDirty(world, area)
  }
  for (const id of wanted) {
    if (world.areas.has(id)) continue
    const area = createWideWatch(id, [])
    world.areas.set(id, area)
    if (world.areaRules.length > 0) {
      world.timers.wish(area.timer, nextGridInstant(id, nowOf(world)))
    }
  }
}

function followStation(world: World, station: Station, mountings: Mountings): void {
  let watch = world.stations.get(station.id)
  if (!watch) {
    watch = createStationWatch(station)
    world.stations.set(station.id, watch)
    world.timers.wish(watch.timer, nextGridInstant(station.id, nowOf(world)))
  }
  watch.station = station
  const wanted = new Map(station.containers.map((container) => [container.id, container]))
  let changed = false
  for (const known of watch.containers.slice()) {
    const container = wanted.get(known.container.id)
    if (container) {
      wanted.delete(container.id)
      known.container = container
      followMounting(world, known, mountings.get(container.id) ?? [])
      continue
    }
    removeContainer(world, known)
    changed = true
  }
  for (const container of wanted.values()) {
    addContainer(world.containers, watch, container, mountings)
    changed = true
  }
  if (!changed) return
  const order = new Map(station.containers.map(({ id }, i) => [id, i]))
  watch.containers.sort((a, b) => order.get(a.container.id)! - order.get(b.container.id)!)
  markDirty(world, watch)
  judgePlace(world, watch, true)
}

function followMounting(world: World, watch: ContainerWatch, mountings: readonly Mounting[]): void {
  watch.mountings = mountings
  const isSame = watch.deviceId === undefined || watch.deviceId === deviceAt(watch, nowOf(world))
  if (isSame) return
  forgetDevice(watch)
  touch(world, watch)
  judge(world, watch)
}

function removeStation(world: World, station: StationWatch): void {
  for (const watch of station.containers.slice()) removeContainer(world, watch)
  for (const episode of station.episodes) if (episode) close(world, episode)
  world.timers.wish(station.timer, Infinity)
  world.stations.delete(station.station.id)
  Object.assign(station, {
    thread: undefined,
    tally: undefined,
    fullUntil: undefined,
    litter: undefined,
    ice: undefined,
    truck: undefined,
    gatewayDown: false,
  })
  markDirty(world, station)
}

/** Closed, not cleared: nothing is said of a container that is no longer there. */
function removeContainer(world: World, watch: ContainerWatch): void {
  const { station } = watch
  for (const episode of watch.episodes) if (episode) close(world, episode)
  world.timers.wish(watch.timer, Infinity)
  world.containers.delete(watch.container.id)
  station.containers = station.containers.filter((other) => other !== watch)
  if (watch.truth === true) station.full--
  if (watch.truth === 'unknown') station.unknown--
  forgetDevice(watch)
  watch.emptiedAt = undefined
  watch.reports = []
  if (watch.extras) {
    Object.assign(watch.extras, { broken: undefined, plans: undefined, forecast: undefined })
    markDirty(world, watch.extras)
  }
  touch(world, watch)
}

function close(world: World, episode: Episode): void {
  const isWaiting = withdrawAll(world, episode)
  if (episode.state !== 'idle') {
    decide(world, episode, 'idle', 'container-removed', {
      about: 'nothing',
      ...(isWaiting && { outcome: 'dropped' }),
    })
  }
  forget(world, episode)
}

/** Takes an episode out of the engine and of kept state. */
export function forget(world: World, episode: Episode): void {
  episode.lastPostedAt = undefined
  end(episode)
  world.timers.wish(episode.timer, Infinity)
  markDirty(world, episode)
}
