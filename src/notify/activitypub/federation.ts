/** The town's actors as Fedify serves them: who they are, what they said, and what others may ask of them. */
import {
  createFederation,
  type Federation,
  type InboxContext,
  type KvStore,
  type MessageQueue,
} from '@fedify/fedify'
import {
  Accept,
  Block,
  Delete,
  Follow,
  Note,
  Undo,
  isActor,
  type Actor,
  type Recipient,
} from '@fedify/vocab'
import { parsePostKey } from '#src/stations/ids.ts'
import { DAY, MINUTE, plus } from '#src/stations/time.ts'
import type { Clock } from '#src/stations/time.ts'
import { createAllowance } from '#src/store/allowance.ts'
import type { Keyring } from './actor-keys.ts'
import type { Followers, KnownFollower } from './followers.ts'
import { aboutNote, createOf, noteOf, serviceOf, type Site } from './notes.ts'
import type { PieceQueue } from './pieces.ts'
import type { Remote } from './remote.ts'
import type { Roster, Speaker } from './roster.ts'
import { findSaid, newestSaid, type SaidStore } from './said-posts.ts'

/** What became of what came in, for the answer and the metrics. */
export type InboxOutcome =
  'followed' | 'unfollowed' | 'gone' | 'foreign' | 'unfit' | 'unreachable' | 'too-many'

/** One request's own. */
export interface Visit {
  outcome?: InboxOutcome
}

export interface FederationParts {
  readonly store: SaidStore
  readonly roster: Roster
  readonly keyring: Keyring
  readonly followers: Followers
  readonly queue: PieceQueue
  readonly remote: Remote
  readonly kv: KvStore
  readonly clock: Clock
  readonly site: () => Site
  readonly version: string
}

const ACCEPT_HOLDS_MS = 2 * DAY
/** How often one server's people may ask to follow: a city's first evening, and no flood. */
const FOLLOWS = { most: 60, oneEveryMs: MINUTE / 2, people: 10_000 }

export function openFederation(parts: FederationParts): Federation<Visit> {
  const { store, roster, keyring, followers, queue, remote, clock, site } = parts
  const follows = createAllowance(FOLLOWS)
  const federation = createFederation<Visit>({
    kv: parts.kv,
    queue: { outbox: queue satisfies MessageQueue },
    origin: site().publicUrl,
    documentLoaderFactory: () => remote.load(),
    contextLoaderFactory: () => remote.load(),
    authenticatedDocumentLoaderFactory: (signer) => remote.load(signer),
    firstKnock: 'draft-cavage-http-signatures-12',
    manuallyStartQueue: true,
    circuitBreaker: false,
  })
  serveActors(federation)
  listen(federation)

  federation.setOutboxDispatcher('/ap/{identifier}/outbox', async (ctx, id) => {
    const speaker = await roster.byId(id)
    if (!speaker) return null
    const said = await newestSaid(store, roster, speaker, clock(), site())
    return { items: said.map((one) => createOf(ctx, one, site())) }
  })
  // How many, and never who.
  federation
    .setFollowersDispatcher('/ap/{identifier}/followers', async (_ctx, id) =>
      (await roster.byId(id)) ? { items: [] } : null,
    )
    .setCounter((_ctx, id) => followers.count(id))
  federation.setFeaturedDispatcher('/ap/{identifier}/featured', async (ctx, id) => {
    const speaker = await roster.byId(id)
    return speaker ? { items: [aboutNote(ctx, speaker, site())] } : null
  })
  federation.setObjectDispatcher(Note, '/ap/{identifier}/notes/{key}', async (ctx, values) => {
    const speaker = await roster.byId(values.identifier)
    if (!speaker) return null
    if (values.key === 'about') return aboutNote(ctx, speaker, site())
    const key = parsePostKey(values.key)
    const said = key && (await findSaid(store, roster, speaker, key, clock(), site()))
    return said ? noteOf(ctx, said, site()) : null
  })
  federation.setNodeInfoDispatcher('/nodeinfo/2.1', async () => ({
    software: { name: 'kvitter', version: parts.version },
    protocols: ['activitypub'],
    usage: { users: { total: (await roster.all()).length }, localPosts: 0, localComments: 0 },
  }))
  return federation

  function serveActors(to: Federation<Visit>): void {
    to.setActorDispatcher('/ap/{identifier}', async (ctx, id) => {
      const speaker = await roster.byId(id)
      return speaker ? serviceOf(ctx, speaker, site()) : null
    })
      .mapHandle(async (_ctx, username) => (await roster.byUsername(username))?.actor.id ?? null)
      .setKeyPairsDispatcher(async (_ctx, id) => {
        const speaker = await roster.byId(id)
        return speaker ? [...(await keyring.keysOf(speaker.actor))] : []
      })
  }

  function listen(to: Federation<Visit>): void {
    /** Ours, whom an activity is about. */
    async function ourActor(
      ctx: InboxContext<Visit>,
      id: URL | null,
    ): Promise<Speaker | undefined> {
      const parsed = ctx.parseUri(id)
      return parsed?.type === 'actor' ? roster.byId(parsed.identifier) : undefined
    }

    to.setInboxListeners('/ap/{identifier}/inbox', '/ap/inbox')
      // The same Follow is a repeat until whoever said it has left, for some servers give each Follow of one
      // person the same id; of somebody else it is none, for ids can be foreseen. To leave twice changes nothing.
      .withIdempotency((ctx, activity) => {
        const { id, actorId } = activity
        if (!(activity instanceof Follow) || !id || !actorId) return null
        const { href: by } = actorId
        return [id.href, by, ctx.recipient ?? '', followers.timesLeft(by)].join('\n')
      })
      .setSharedKeyDispatcher(async () => ({ identifier: (await roster.town()).actor.id }))
      .on(Follow, async (ctx, follow) => {
        const speaker = await ourActor(ctx, follow.objectId)
        if (!speaker || !follow.id || !follow.actorId) {
          ctx.data.outcome = 'foreign'
          return
        }
        if (follows.take(follow.actorId.host, clock()) > 0) {
          ctx.data.outcome = 'too-many'
          throw new Error('too many follows of one server')
        }
        const actor = await follow.getActor({ ...ctx, suppressError: true })
        const follower =
          actor && isActor(actor) ? await knownFollower(follow.actorId, actor) : 'unreachable'
        if (follower === 'unreachable') {
          ctx.data.outcome = follower
          // What was thrown at isn't known as processed: the same Follow is heard when it comes again.
          throw new Error('the follower could not be fetched')
        }
        if (follower === 'unfit') {
          ctx.data.outcome = follower
          return
        }
        await followers.add(speaker.actor.id, follower)
        const us = ctx.getActorUri(speaker.actor.id)
        await queue.collect(plus(clock(), ACCEPT_HOLDS_MS), async () => {
          await ctx.sendActivity(
            { identifier: speaker.actor.id },
            actor as Recipient,
            new Accept({
              id: new URL(`#accept-${clock()}-${encodeURIComponent(follow.id!.href)}`, us),
              actor: us,
              object: follow,
            }),
            { orderingKey: speaker.actor.id, fanout: 'skip' },
          )
        })
        ctx.data.outcome = 'followed'
      })
      .on(Undo, async (ctx, undo) => {
        const undone = await undo.getObject({ ...ctx, suppressError: true })
        if (!(undone instanceof Follow) || !undo.actorId) return
        await unfollow(ctx, undone.objectId, undo.actorId)
      })
      // Who blocks a station doesn't want to hear it either.
      .on(Block, async (ctx, block) => {
        if (block.actorId) await unfollow(ctx, block.objectId, block.actorId)
      })
      .on(Delete, async (ctx, gone) => {
        if (!gone.actorId || gone.objectId?.href !== gone.actorId.href) return
        await followers.removeEverywhere(gone.actorId.href)
        ctx.data.outcome = 'gone'
      })
      // A deleted actor's key can't be fetched any more: that its server says so is the proof.
      .onUnverifiedActivity(async (ctx, activity, reason) => {
        if (!(activity instanceof Delete) || reason.type !== 'keyFetchError') return
        const { actorId, objectId } = activity
        const isGone = 'status' in reason.result && [404, 410].includes(reason.result.status)
        const isItsKey = reason.keyId.href.replace(/#.*$/, '') === actorId?.href
        if (!actorId || !isGone || !isItsKey || objectId?.href !== actorId.href) return
        await followers.removeEverywhere(actorId.href)
        ctx.data.outcome = 'gone'
        return new Response(null, { status: 202 })
      })

    async function unfollow(ctx: InboxContext<Visit>, of: URL | null, by: URL): Promise<void> {
      const speaker = await ourActor(ctx, of)
      if (!speaker) {
        ctx.data.outcome = 'foreign'
        return
      }
      await followers.remove(speaker.actor.id, by.href)
      ctx.data.outcome = 'unfollowed'
    }
  }

  /**
   * A follower whom deliveries can reach. Its inboxes are on its own server, so that nobody can have us
   * post to another's, or to an address inside our network.
   */
  async function knownFollower(
    id: URL,
    actor: Actor,
  ): Promise<KnownFollower | 'unfit' | 'unreachable'> {
    const { inboxId, endpoints } = actor
    const isOurs = id.origin === new URL(site().publicUrl).origin
    if (actor.id?.href !== id.href || !inboxId || inboxId.host !== id.host || isOurs) {
      return 'unfit'
    }
    const may = await remote.mayAsk(inboxId.href)
    if (may !== 'yes') return may === 'no' ? 'unfit' : 'unreachable'
    const shared = endpoints?.sharedInbox
    return {
      id: id.href,
      inbox: inboxId.href,
      ...(shared?.origin === inboxId.origin && { sharedInbox: shared.href }),
    }
  }
}
