/** The town on the fediverse, wired: its channel, its routes, and the runner that delivers. */
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { ActivityPubAccount } from '#src/stations/station.ts'
import { isOnThisMachine } from '#src/stations/web-address.ts'
import { SECOND } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import type { Store } from '#src/store/contract.ts'
import { languageRoot } from '#src/stations/fraction.ts'
import { parsePostKey, type StationId } from '#src/stations/ids.ts'
import type { Channel } from '../channel.ts'
import { openActivityPub } from '../channels/activitypub.ts'
import type { DeliveryLog } from '../deliver.ts'
import { startWorkRunner } from '../work-runner.ts'
import { openKeyring } from './actor-keys.ts'
import { openCircuits } from './circuits.ts'
import { pieceDelivery } from './deliver-piece.ts'
import { openFederation } from './federation.ts'
import { openFollowers } from './followers.ts'
import { openMemoryKv } from './memory-kv.ts'
import { pageOf, type Site } from './notes.ts'
import { QUEUE, openPieceQueue } from './pieces.ts'
import { openRemote } from './remote.ts'
import { openRoster } from './roster.ts'
import { registerFediverse } from './routes.ts'

export interface FediverseOptions {
  readonly account: ActivityPubAccount
  readonly store: Store
  readonly town: () => TownIndex
  readonly clock: Clock
  /** The machine's own: it seals keys and followers. */
  readonly secret: string
  readonly publicUrl: string
  readonly version: string
  readonly log: DeliveryLog
  readonly metrics: Registry
  readonly speed?: number
  /** How long a claim of one activity to one inbox holds. Default 1 min. */
  readonly leaseMs?: number
}

export interface Fediverse extends AsyncDisposable {
  readonly channel: Channel
  /** Says that there may be something to deliver. */
  poke(): void
  /** The account that speaks for a station, or for the town: its name and its address. */
  accountOf(
    station: StationId | undefined,
  ): Promise<{ readonly handle: string; readonly url: string }>
  /** A plugin of its own scope for the HTTP server. */
  register(app: FastifyInstance): void
}

const CONCURRENCY = 24
const LEASE_MS = 60 * SECOND
/** Some 10 kB each at most. */
const REMEMBERED = 2000

/** @throws when the town's name there is a station's already. */
export async function openFediverse(options: FediverseOptions): Promise<Fediverse> {
  const { store, clock, secret, publicUrl, speed = 1 } = options
  const { account, language, pictures: hasPictures = true } = options.account
  const site = (): Site => ({ publicUrl, town: options.town().town, language, hasPictures })
  const roster = openRoster({ store, town: options.town, account })
  await roster.town()
  const keyring = openKeyring(store, secret)
  const followers = openFollowers(store, secret)
  const remote = openRemote({
    userAgent: `Kvitter (+${publicUrl}/)`,
    // Then we ourselves are to be reached from this machine alone.
    allowPrivate: isOnThisMachine(publicUrl),
  })
  const queue = openPieceQueue({ store, secret, clock, onPut: () => runner.poke() })
  const federation = openFederation({
    store,
    roster,
    keyring,
    followers,
    queue,
    remote,
    kv: openMemoryKv(REMEMBERED),
    clock,
    site,
    version: options.version,
  })
  const deliver = pieceDelivery({
    remote,
    circuits: openCircuits(),
    secret,
    clock,
    random: Math.random,
    async signerOf(keyId) {
      const ctx = federation.createContext(new URL(publicUrl), {})
      const parsed = ctx.parseUri(new URL(keyId.replace(/#.*$/, '')))
      const speaker = parsed?.type === 'actor' ? await roster.byId(parsed.identifier) : undefined
      const [rsa] = speaker ? await keyring.keysOf(speaker.actor) : []
      return rsa && { keyId: new URL(keyId), privateKey: rsa.privateKey }
    },
    async onGone({ followers: gone }) {
      for (const id of gone) await followers.removeEverywhere(id)
    },
  })
  const runner = startWorkRunner({
    queue: QUEUE,
    store,
    clock,
    log: options.log,
    metrics: options.metrics,
    concurrency: CONCURRENCY,
    leaseMs: options.leaseMs ?? LEASE_MS * speed,
    speed,
    handle: deliver,
  })

  return {
    channel: openActivityPub({
      account,
      federation,
      roster,
      followers,
      queue,
      store,
      clock,
      site,
    }),
    async accountOf(station) {
      const { actor } = await roster.of(station)
      const { host, origin } = new URL(publicUrl)
      return { handle: `@${actor.username}@${host}`, url: `${origin}/ap/${actor.id}` }
    },
    poke: () => runner.poke(),
    register: (app) => {
      registerFediverse(app, {
        federation,
        publicUrl,
        metrics: options.metrics,
        async pageFor({ actor, key }) {
          const post = parsePostKey(key ?? '')
          if (post) return `${publicUrl}${languageRoot(language)}/p/${post}`
          const speaker = actor === undefined ? undefined : await roster.byId(actor)
          return pageOf(speaker ?? (await roster.town()), site())
        },
      })
    },
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  }
}
