/** When a failed try is made again. Pure; randomness is an argument, 0…1. */
import { HOUR, MINUTE, SECOND, plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** About an hour with these waits; a post expires within hours anyway. Eight gave up after minutes. */
export const MAX_TRIES = 16
const FIRST_MS = 2 * SECOND
const LONGEST_MS = 15 * MINUTE
/** How long a delivery of unknown fate is asked after before it is left to a person. */
const ASK_FOR_MS = 24 * HOUR

/** Full jitter: somewhere between nothing and 2 s · 2^tries, at most 15 min. */
export function backoffMs(tries: number, random: number): number {
  return Math.round(random * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries))
}

/** What the far end asked for, and one to five seconds more so that not all come back at once. */
export function askedMs(afterMs: number, random: number): number {
  return Math.max(0, Math.round(afterMs)) + SECOND + Math.round(random * 4 * SECOND)
}

export type Again =
  | { readonly kind: 'again'; readonly at: EpochMs }
  | { readonly kind: 'stop'; readonly because: 'too-many-tries' | 'would-expire' }

/** When to try again after the `attempts`th try failed, or why not to. */
export function nextTry(
  delivery: { readonly attempts: number; readonly expiresAt: EpochMs },
  now: EpochMs,
  afterMs: number | undefined,
  random: number,
): Again {
  if (delivery.attempts >= MAX_TRIES) return { kind: 'stop', because: 'too-many-tries' }
  const waitMs =
    afterMs === undefined ? backoffMs(delivery.attempts, random) : askedMs(afterMs, random)
  const at = plus(now, waitMs)
  return at < delivery.expiresAt ? { kind: 'again', at } : { kind: 'stop', because: 'would-expire' }
}

/** When to ask again whether something was said; undefined when it has been asked for long enough. */
export function nextLook(firstTriedAt: EpochMs, now: EpochMs, random: number): EpochMs | undefined {
  if (now - firstTriedAt >= ASK_FOR_MS) return undefined
  return plus(now, MINUTE + Math.round(random * (LONGEST_MS - MINUTE)))
}
