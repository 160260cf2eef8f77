/** The town's actors: one for the town, one for each station. Their ids and names are kept for ever. */
import { randomBytes } from 'node:crypto'
import { parseStationId } from '#src/stations/ids.ts'
import type { StationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { FediverseActor, FediverseStore } from '#src/store/fediverse.ts'

export const TOWN = 'town'

/** An actor and its station; none for the town's own. */
export interface Speaker {
  readonly actor: FediverseActor
  readonly station?: Station
}

export interface Roster {
  /** Undefined for an id that is nobody's, or whose station is gone from the town. */
  byId(id: string): Promise<Speaker | undefined>
  byUsername(username: string): Promise<Speaker | undefined>
  town(): Promise<Speaker>
  /** The station's own; the town's where the station is gone or there is none. */
  of(stationId: StationId | undefined): Promise<Speaker>
  all(): Promise<readonly Speaker[]>
}

interface Known {
  /** Those whose station is there, and the town's. */
  readonly speakers: readonly Speaker[]
  readonly byId: ReadonlyMap<string, Speaker>
  readonly byPlace: ReadonlyMap<string, Speaker>
}

export function openRoster(options: {
  readonly store: Pick<FediverseStore, 'fediverseActors' | 'keepFediverseActors'>
  readonly town: () => TownIndex
  /** The user name of the town's own actor. */
  readonly account: string
}): Roster {
  const { store, town, account } = options
  let known: Promise<Known> | undefined
  let of: TownIndex | undefined

  /** Made anew when the town is another. */
  function current(): Promise<Known> {
    const index = town()
    if (known === undefined || of !== index) {
      of = index
      known = read(index)
      known.catch(() => (known = undefined))
    }
    return known
  }

  async function read(index: TownIndex): Promise<Known> {
    let actors = await store.fediverseActors()
    const added = newActors(actors, index, account)
    if (added.length > 0) {
      await store.keepFediverseActors(added)
      actors = await store.fediverseActors()
    }
    const newest = new Map(actors.map((actor) => [actor.place, actor]))
    const speakers = [...newest.values()].flatMap((actor) => {
      if (actor.place === TOWN) return [{ actor }]
      const station = index.stations.get(parseStationId(actor.place)!)
      return station ? [{ actor, station }] : []
    })
    return {
      speakers,
      byId: new Map(speakers.map((speaker) => [speaker.actor.id, speaker])),
      byPlace: new Map(speakers.map((speaker) => [speaker.actor.place, speaker])),
    }
  }

  async function ofPlace(stationId: StationId | undefined): Promise<Speaker> {
    const { byPlace } = await current()
    return byPlace.get(stationId ?? TOWN) ?? byPlace.get(TOWN)!
  }

  return {
    all: async () => (await current()).speakers,
    of: ofPlace,
    town: () => ofPlace(undefined),
    byId: async (id) => (await current()).byId.get(id),
    byUsername: async (username) => {
      const wanted = username.toLowerCase()
      return (await current()).speakers.find(({ actor }) => actor.username === wanted)
    },
  }
}

/** The town's actor and those of stations that have none. A station keeps its first name. */
export function newActors(
  kept: readonly FediverseActor[],
  { stations }: Pick<TownIndex, 'stations'>,
  account: string,
): readonly FediverseActor[] {
  const places = new Set(kept.map(({ place }) => place))
  const taken = new Set([account, ...kept.map(({ username }) => username)])
  const added: FediverseActor[] = []
  const other = kept.find(({ place, username }) => username === account && place !== TOWN)
  if (other) {
    throw new Error(
      `channels.activitypub.account: @${account} is the name of the station ${other.place} for ever; choose another`,
    )
  }
  if (kept.find(({ place }) => place === TOWN)?.username !== account) {
    added.push({ id: makeId(), place: TOWN, username: account })
  }
  for (const { id, name, externalId } of stations.values()) {
    if (places.has(id)) continue
    const number = slugOf(externalId)
    const slug = slugOf(name) || number
    const username = [slug, `${slug}_${number}`, `s_${slugOf(id)}`].find((n) => !taken.has(n))!
    taken.add(username)
    added.push({ id: makeId(), place: id, username })
  }
  return added
}

/** It tells nothing, so that nothing about it can become untrue. */
function makeId(): string {
  return randomBytes(8).toString('hex')
}

/** `Åsbo kyrka` is `asbo_kyrka`: what every server takes for a name. */
function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 24)
    .replace(/_+$/, '')
}
