/** Who follows an actor. In the database a follower is a mark and sealed bytes; nothing of it is told or logged. */
import { createHmac } from 'node:crypto'
import type { Recipient } from '@fedify/vocab'
import { seal, unseal } from '#src/store/sealed.ts'
import type { FediverseStore } from '#src/store/fediverse.ts'

export interface Followers {
  of(actorId: string): Promise<readonly Recipient[]>
  count(actorId: string): Promise<number>
  add(actorId: string, follower: KnownFollower): Promise<void>
  /** Whether it was one. */
  remove(actorId: string, followerId: string): Promise<boolean>
  /** Gives how many of our actors it followed. */
  removeEverywhere(followerId: string): Promise<number>
  /** How often somebody was removed since the start. */
  timesLeft(followerId: string): number
}

/** More than are remembered of what was heard. */
const MOST_LEAVINGS = 10_000

export interface KnownFollower {
  readonly id: string
  readonly inbox: string
  readonly sharedInbox?: string
}

export function openFollowers(store: FediverseStore, secret: string): Followers {
  const markOf = (id: string) => createHmac('sha256', secret).update(id).digest('base64url')
  const left = new Map<string, number>()

  function noteLeaving(mark: string): void {
    const before = left.get(mark) ?? 0
    left.delete(mark)
    left.set(mark, before + 1)
    if (left.size > MOST_LEAVINGS) left.delete(left.keys().next().value!)
  }

  return {
    async of(actorId) {
      const kept = await store.followers(actorId)
      return kept.flatMap(({ body }) => {
        const text = unseal(body, secret)
        return text === undefined ? [] : [recipientOf(JSON.parse(text) as KnownFollower)]
      })
    },
    count: (actorId) => store.followerCount(actorId),
    add: (actorId, follower) =>
      store.keepFollower({
        actorId,
        mark: markOf(follower.id),
        body: seal(JSON.stringify(follower), secret),
      }),
    async remove(actorId, followerId) {
      const mark = markOf(followerId)
      const wasOne = await store.dropFollower(actorId, mark)
      if (wasOne) noteLeaving(mark)
      return wasOne
    },
    async removeEverywhere(followerId) {
      const mark = markOf(followerId)
      const howMany = await store.dropFollowerEverywhere(mark)
      if (howMany > 0) noteLeaving(mark)
      return howMany
    },
    timesLeft: (followerId) => left.get(markOf(followerId)) ?? 0,
  }
}

function recipientOf({ id, inbox, sharedInbox }: KnownFollower): Recipient {
  return {
    id: new URL(id),
    inboxId: new URL(inbox),
    endpoints: sharedInbox === undefined ? null : { sharedInbox: new URL(sharedInbox) },
  }
}
