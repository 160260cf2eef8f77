/**
 * The town's own actors on the fediverse. A station's post is the station's; the town shows it to its own
 * followers, and stations show theirs a digest that speaks of them. It is sent when its pieces are durably in the queue, one for each inbox; a repeat puts the
 * same pieces there, and receivers know an activity by its id.
 */
import type { Federation } from '@fedify/fedify'
import type { Activity, Recipient } from '@fedify/vocab'
import { stationsOf } from '#src/rules/post.ts'
import type { Language } from '#src/stations/fraction.ts'
import { DAY, SECOND, plus } from '#src/stations/time.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { Post } from '#src/store/contract.ts'
import type { Visit } from '../activitypub/federation.ts'
import type { Followers } from '../activitypub/followers.ts'
import { announceOf, createOf, noteId, updateOf, type Site } from '../activitypub/notes.ts'
import { QUEUE, type PieceQueue } from '../activitypub/pieces.ts'
import type { Roster, Speaker } from '../activitypub/roster.ts'
import { saidOf, type SaidStore } from '../activitypub/said-posts.ts'
import type { Channel, Outcome, Words } from '../channel.ts'
import { notSendable } from './outcomes.ts'

export interface ActivityPubOptions {
  readonly account: string
  readonly federation: Federation<Visit>
  readonly roster: Roster
  readonly followers: Followers
  readonly queue: PieceQueue
  readonly store: SaidStore
  readonly clock: Clock
  readonly site: () => Site
}

/** What was wrong is set right also on a server that is away for a while. */
const CORRECTION_HOLDS_MS = 2 * DAY

export function openActivityPub(options: ActivityPubOptions): Channel {
  const { account, federation, roster, followers, queue, store, clock, site } = options

  async function send({ postKey, text, language, expiresAt }: Words): Promise<Outcome> {
    const post = await store.post(postKey)
    if (!post) return notSendable('there is no such post')
    const ctx = federation.createContext(new URL(site().publicUrl), {})
    const town = await roster.town()
    const said = { ...(await saidOf(store, roster, post, clock(), site())), text, language }
    const { speaker } = said

    await correct(post, language, town)
    await queue.collect(expiresAt, async () => {
      const toFollowers = await followers.of(speaker.actor.id)
      await tell(speaker, toFollowers, createOf(ctx, said, site()))
      for (const other of await announcersOf(post, speaker, town)) {
        const readers = await followers.of(other.actor.id)
        if (readers.length > 0) await tell(other, readers, announceOf(ctx, said, other))
      }
    })
    return { kind: 'sent', remoteId: noteId(ctx, speaker, postKey).href }
  }

  /** Who shows it to their own followers: of a station's post the town, of the town's the stations that it speaks of. */
  async function announcersOf(
    post: Post,
    speaker: Speaker,
    town: Speaker,
  ): Promise<readonly Speaker[]> {
    if (speaker.actor.id !== town.actor.id) return [town]
    const concerned = await Promise.all(stationsOf(post).map((id) => roster.of(id)))
    return concerned.filter(({ station }) => station !== undefined)
  }

  /** What it takes back is edited wherever it has been read: the correction's words stand first. */
  async function correct(post: Post, language: Language, town: Speaker): Promise<void> {
    const wrong = post.corrects === undefined ? undefined : await store.post(post.corrects)
    if (!wrong) return
    const ctx = federation.createContext(new URL(site().publicUrl), {})
    const now = clock()
    const correction = { key: post.key, text: post.texts[language], at: post.sendAt }
    const said = { ...(await saidOf(store, roster, wrong, now, site())), correction }
    const { speaker } = said
    const readers = [...(await followers.of(speaker.actor.id))]
    for (const other of await announcersOf(wrong, speaker, town)) {
      readers.push(...(await followers.of(other.actor.id)))
    }
    const until = Math.max(post.expiresAt, plus(now, CORRECTION_HOLDS_MS)) as EpochMs
    await queue.collect(until, () => tell(speaker, readers, updateOf(ctx, said, site())))
  }

  async function tell(
    { actor }: Speaker,
    readers: readonly Recipient[],
    activity: Activity,
  ): Promise<void> {
    const ctx = federation.createContext(new URL(site().publicUrl), {})
    await ctx.sendActivity({ identifier: actor.id }, [...readers], activity, {
      preferSharedInbox: true,
      fanout: 'skip',
      orderingKey: actor.id,
    })
  }

  return {
    name: 'activitypub',
    account,
    queue: QUEUE,
    longestMs: 30 * SECOND,
    send,
    lookUp: () =>
      Promise.resolve({
        kind: 'unknowable',
        detail: 'the service stopped while it was put into the queue, and then it grew old',
      }),
    check: () => Promise.resolve({ kind: 'ready' }),
  }
}
