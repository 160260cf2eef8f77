/** The line that always tells how the phone stands with the server. */
import { type EpochMs, MINUTE } from '#src/stations/time.ts'
import type { Way } from './queue.ts'

export type Link =
  | 'online'
  /** The phone knows that it has no network. */
  | 'offline'
  /** There may be a network; the server doesn't answer. */
  | 'no-answer'
  /** The server doesn't know the rider any more. */
  | 'signed-out'

export interface LineFacts {
  readonly link: Link
  readonly events: readonly { readonly way: Way }[]
  readonly photos: readonly { readonly way: Way }[]
}

export interface LineParts {
  /** `no-room`: what waits has no room on its way. */
  readonly kind: Link | 'sending' | 'no-room' | 'all-sent' | 'nothing-yet'
  readonly events: number
  readonly photos: number
  /** When the last of it was sent. */
  readonly sentAt?: EpochMs
}

export function lineOf({ link, events, photos }: LineFacts): LineParts {
  const waiting = { events: count(events), photos: count(photos) }
  if (link !== 'online') return { kind: link, ...waiting }
  if (waiting.events + waiting.photos > 0) {
    const all = [...events, ...photos]
    const isSending = all.some(({ way }) => way.state === 'waiting' && !hadNoRoom(way))
    return { kind: isSending ? 'sending' : 'no-room', ...waiting }
  }
  const sent = [...events, ...photos].flatMap(({ way }) => (way.state === 'sent' ? way.at : []))
  return sent.length === 0
    ? { kind: 'nothing-yet', ...waiting }
    : { kind: 'all-sent', ...waiting, sentAt: Math.max(...sent) as EpochMs }
}

export function hadNoRoom(way: Way): boolean {
  return way.state === 'waiting' && way.noRoomAt !== undefined
}

function count(ways: readonly { readonly way: Way }[]): number {
  return ways.filter(({ way }) => way.state === 'waiting').length
}

/** In whole minutes. */
export function ageMinutes(since: EpochMs, now: EpochMs): number {
  return Math.max(0, Math.floor((now - since) / MINUTE))
}
