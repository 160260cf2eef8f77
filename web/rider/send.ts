/**
 * Sends what waits: events in the order in which they were told, then photos. One at a time, also among
 * tabs; what the server refuses is told to the rider and lets the next one pass, and so is a photo for
 * which a proxy has no room; what gets no answer holds up all that follows.
 */
import { type EpochMs, MINUTE } from '#src/stations/time.ts'
import type { Keep } from './keep.ts'
import { type Verdict, verdictOn, waitMs, type Way } from './queue.ts'
import type { Server } from './server.ts'

export type Flushed =
  /** Nothing waits any more but what has no room on its way; so many were sent now. */
  | { readonly kind: 'empty'; readonly sent: number }
  | { readonly kind: 'signed-out' }
  /** No answer, or another tab is at it: try again after so long. */
  | { readonly kind: 'later' | 'busy'; readonly afterMs: number }

/** A photo that had no room on its way is tried again after this: elsewhere the way may be another. */
const ROOM_AGAIN_MS = 15 * MINUTE

export interface Sender {
  /** `isAsked`: somebody wants it now, so that no waiting after an earlier failure counts. */
  flush(isAsked?: boolean): Promise<Flushed>
}

export function openSender(
  keep: Keep,
  server: Pick<Server, 'tell' | 'sendPhoto'>,
  clock: () => EpochMs,
  onProgress: () => void,
): Sender {
  let attempts = 0
  let notBefore = 0
  let running: Promise<unknown> = Promise.resolve()

  async function run(): Promise<Flushed> {
    const done = await alone(drain)
    attempts = done.kind === 'later' ? attempts + 1 : 0
    if (done.kind !== 'later') return done
    const afterMs = waitMs(attempts, done.afterMs)
    notBefore = performance.now() + afterMs
    return { kind: 'later', afterMs }
  }

  async function drain(): Promise<Flushed> {
    let sent = 0
    for (;;) {
      const event = (await keep.events()).find(({ way }) => way.state === 'waiting')
      if (!event) break
      const verdict = verdictOn(event.told.id, await server.tell(event))
      const way = wayAfter(verdict)
      if (!way) return stopped(verdict)
      await keep.settleEvent(event.no, way)
      sent += 1
      onProgress()
    }
    for (;;) {
      const photo = (await keep.photos()).find(({ way }) => isToSend(way))
      if (!photo) return { kind: 'empty', sent }
      const bytes = (await keep.photoBytes(photo.id)) ?? new ArrayBuffer(0)
      const verdict = verdictOn(photo.id, await server.sendPhoto(photo.id, photo.stop, bytes))
      const way = verdict.kind === 'no-room' ? noRoom() : wayAfter(verdict)
      if (!way) return stopped(verdict)
      await keep.settlePhoto(photo.id, way)
      if (way.state !== 'waiting') sent += 1
      onProgress()
    }
  }

  function isToSend(way: Way): boolean {
    if (way.state !== 'waiting') return false
    // A clock that has been set back makes nobody wait for ever.
    return way.noRoomAt === undefined || Math.abs(clock() - way.noRoomAt) >= ROOM_AGAIN_MS
  }

  function noRoom(): Way {
    return { state: 'waiting', noRoomAt: clock() }
  }

  function wayAfter(verdict: Verdict): Way | undefined {
    if (verdict.kind === 'kept') return { state: 'sent', at: clock() }
    if (verdict.kind === 'refused') return { state: 'refused', refusal: verdict.refusal }
    return undefined
  }

  return {
    async flush(isAsked = false) {
      const left = notBefore - performance.now()
      if (!isAsked && left > 0) return { kind: 'later', afterMs: left }
      // What was told while the last look was taken wants another.
      const next = running.then(run, run)
      running = next
      return next
    },
  }
}

function stopped(verdict: Verdict): Flushed {
  if (verdict.kind === 'signed-out') return { kind: 'signed-out' }
  return { kind: 'later', afterMs: (verdict.kind === 'later' && verdict.afterMs) || 0 }
}

/** Where the browser has no locks two tabs may send the same twice, which comes to the same. */
async function alone(work: () => Promise<Flushed>): Promise<Flushed> {
  if (!('locks' in navigator)) return work()
  return navigator.locks.request('kvitter-rider', { ifAvailable: true }, async (lock) =>
    lock ? work() : { kind: 'busy', afterMs: waitMs(1) },
  )
}
