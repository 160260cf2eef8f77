/**
 * Our queue behind Fedify's: an activity to many becomes a piece of work for each inbox, all durably kept
 * in one commit. Private keys stay out of it; whom a piece is for is sealed.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import type { MessageQueue } from '@fedify/fedify'
import { seal, unseal } from '#src/store/sealed.ts'
import type { Clock, EpochMs } from '#src/stations/time.ts'
import type { NewWork, Work, WorkQueue } from '#src/store/work-queue.ts'

export const QUEUE = 'activitypub'

/** One activity to one inbox. */
export interface Piece {
  readonly inbox: string
  /** An inbox of a whole server. */
  readonly isShared: boolean
  /** Whose it is, by the URL of the key that signs it. */
  readonly keyId: string
  /** Whom it reaches there. */
  readonly followers: readonly string[]
  readonly activity: unknown
}

export interface PieceQueue extends MessageQueue {
  /** Runs what sends activities, and keeps all that it sent at once; it is old at `expiresAt`. */
  collect(expiresAt: EpochMs, send: () => Promise<void>): Promise<void>
}

/** What Fedify hands to a queue, as far as it matters to us. */
interface Message {
  readonly type: 'outbox'
  readonly keys: readonly { readonly keyId: string }[]
  readonly inbox: string
  readonly sharedInbox: boolean
  readonly actorIds: readonly string[]
  readonly activity: unknown
  readonly activityId: string
}

export function openPieceQueue(options: {
  readonly store: Pick<WorkQueue, 'putWork'>
  readonly secret: string
  readonly clock: Clock
  /** Told after something was kept. */
  readonly onPut: () => void
}): PieceQueue {
  const { store, secret, clock, onPut } = options
  const collecting = new AsyncLocalStorage<{
    readonly expiresAt: EpochMs
    readonly works: NewWork[]
  }>()

  function workOf(message: Message, expiresAt: EpochMs, orderingKey: string | undefined): NewWork {
    const piece: Piece = {
      inbox: message.inbox,
      isShared: message.sharedInbox,
      keyId: message.keys[0]!.keyId,
      followers: message.actorIds,
      activity: message.activity,
    }
    return {
      queue: QUEUE,
      key: hashOf(`${message.activityId}\n${message.inbox}`),
      body: seal(JSON.stringify(piece), secret),
      dueAt: clock(),
      expiresAt,
      ...(orderingKey !== undefined && { orderingKey: hashOf(orderingKey) }),
    }
  }

  return {
    async collect(expiresAt, send) {
      const works: NewWork[] = []
      await collecting.run({ expiresAt, works }, send)
      if (works.length === 0) return
      await store.putWork(works)
      onPut()
    },
    async enqueue(message: Message, more) {
      const into = collecting.getStore()
      if (!into) throw new Error('something was sent outside collect')
      into.works.push(workOf(message, into.expiresAt, more?.orderingKey))
    },
    // Fedify doesn't take them up: `deliverPiece` does.
    async listen() {},
  }
}

/** Undefined for what another secret sealed. */
export function readPiece({ body }: Work, secret: string): Piece | undefined {
  const text = unseal(body, secret)
  return text === undefined ? undefined : (JSON.parse(text) as Piece)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
