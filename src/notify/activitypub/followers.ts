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
}

export interface KnownFollower {
  readonly id: string
  readonly inbox: string
  readonly sharedInbox?: string
}

export function openFollowers(store: FediverseStore, secret: string): Followers {
  const markOf = (id: string) => createHmac('sha256', secret).update(id).digest('base64url')
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
    remove: (actorId, followerId) => store.dropFollower(actorId, markOf(followerId)),
    removeEverywhere: (followerId) => store.dropFollowerEverywhere(markOf(followerId)),
  }
}

function recipientOf({ id, inbox, sharedInbox }: KnownFollower): Recipient {
  return {
    id: new URL(id),
    inboxId: new URL(inbox),
    endpoints: sharedInbox === undefined ? null : { sharedInbox: new URL(sharedInbox) },
  }
}
