/**
 * The channel to residents themselves. What the outbox calls sent has come apart into pieces, one for
 * each receiver, durably in a queue of their own: there each is tried, and fails, alone.
 */
import { SECOND } from '#src/stations/time.ts'
import type { Language } from '#src/stations/fraction.ts'
import { stationsOf } from '#src/rules/post.ts'
import { SUBSCRIBERS, type DirectWay } from '#src/stations/station.ts'
import type { Delivery, Post, Store } from '#src/store/contract.ts'
import type { Subscriber } from '#src/store/subscribers.ts'
import type { NewWork } from '#src/store/work-queue.ts'
import type { Channel, Checked, Found, Outcome, Turn } from '../channel.ts'
import { concerns, type Piece } from './pieces.ts'

export interface FanOutOptions {
  readonly way: DirectWay
  readonly store: Pick<Store, 'post' | 'audience' | 'putWork'>
  readonly check?: (turn: Turn) => Promise<Checked>
  /** There is something in the queue. */
  readonly onQueued: () => void
}

const AT_ONCE = 500

export function openFanOut({ way, store, check, onQueued }: FanOutOptions): Channel {
  async function send(delivery: Delivery, { now, signal }: Turn): Promise<Outcome> {
    const post = await store.post(delivery.postKey)
    if (!post) return { kind: 'never', because: 'not-sendable', detail: 'its post is gone' }
    for await (const receivers of audienceOf(post, delivery.language)) {
      if (signal.aborted) return { kind: 'later', because: 'unreachable', detail: 'going down' }
      await store.putWork(
        receivers.map((receiver): NewWork => ({
          queue: way,
          // The same for a repeat, so that nobody has it twice.
          key: `${delivery.id}:${receiver.id}`,
          body: JSON.stringify({ kind: 'post', post: post.key, to: receiver.id } satisfies Piece),
          dueAt: now,
          expiresAt: delivery.expiresAt,
          orderingKey: receiver.id,
        })),
      )
      onQueued()
    }
    return { kind: 'sent' }
  }

  /** Those whose wish it is, some hundred at a time. */
  async function* audienceOf(
    post: Post,
    language: Language,
  ): AsyncGenerator<readonly Subscriber[]> {
    const stations = stationsOf(post)
    let last: Subscriber | undefined
    do {
      const page = await store.audience({
        way,
        language,
        stations,
        ...(last && { afterId: last.id }),
        limit: AT_ONCE,
      })
      const wished = page.filter(({ wish }) => wish && concerns(wish, post))
      if (wished.length > 0) yield wished
      last = page.length === AT_ONCE ? page.at(-1) : undefined
    } while (last)
  }

  function lookUp(): Promise<Found> {
    return Promise.resolve({ kind: 'unknowable', detail: 'some may have been told, others not' })
  }

  return {
    name: way,
    account: SUBSCRIBERS,
    queue: way,
    longestMs: 60 * SECOND,
    send,
    lookUp,
    check: check ?? (() => Promise.resolve({ kind: 'ready' })),
  }
}
