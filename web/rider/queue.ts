/**
 * What the rider tells, on its way to the server: kept before a tap is answered, sent in order, and what
 * becomes of it by the server's answer. Nothing that waits is ever dropped.
 */
import type { FailedBecause, RiderEventKind } from '#src/pickups/day/day.ts'
import { type EpochMs, instant, SECOND } from '#src/stations/time.ts'
import type { Stream, Taken } from './day.ts'

/** A fact as the rider told it. Its id is drawn here; sent again it is the same. */
export interface Told {
  readonly id: string
  readonly day: string
  readonly bike: string
  readonly stop: string
  readonly kind: RiderEventKind
  readonly at: EpochMs
  /** Which plan the rider had before them. */
  readonly planVersion: number
  readonly because?: FailedBecause
  readonly taken?: readonly Taken[]
  readonly kg?: number
  readonly weighings?: readonly Weighing[]
  readonly note?: string
}

export interface Weighing {
  readonly waste: Stream
  readonly kg?: number
  readonly count?: number
}

/** Where something that was told has got to. */
export type Way =
  /** `noRoomAt`: when something on its way had no room for it; only photos are so large. */
  | { readonly state: 'waiting'; readonly noRoomAt?: EpochMs }
  | { readonly state: 'sent'; readonly at: EpochMs }
  /** The server doesn't take it; the rider is told why, and it isn't sent again. */
  | { readonly state: 'refused'; readonly refusal: Refusal }

export interface Refusal {
  readonly status: number
  /** The server's words. */
  readonly detail: string
}

export interface QueuedEvent {
  readonly told: Told
  /** Who told it: by the time it is sent another may be signed in. Absent in what an older page kept. */
  readonly teller?: string
  readonly way: Way
}

/** A picture without its bytes. */
export interface QueuedPhoto {
  readonly id: string
  readonly day: string
  readonly stop: string
  readonly at: EpochMs
  readonly way: Way
}

export type Verdict =
  | { readonly kind: 'kept' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'later'; readonly afterMs?: number }
  /** Something before the server takes nothing so large. */
  | { readonly kind: 'no-room' }

/** An answer of the server; undefined status for none. */
export interface Answer {
  readonly status?: number
  readonly body?: unknown
  /** In seconds. */
  readonly retryAfter?: number
}

/** No two facts of a phone happened at once, and none before the last, whatever its clock does. */
export function nextInstant(now: EpochMs, last: EpochMs | undefined): EpochMs {
  return instant(last === undefined ? now : Math.max(now, last + 1))
}

/** The body of `POST /api/v1/stops/{id}/events`. */
export function eventBody(told: Told): object {
  const { day: _day, stop: _stop, bike, at, ...rest } = told
  return { bike, events: [{ ...rest, at: new Date(at).toISOString() }] }
}

/** What becomes of an event or a photo with this id. */
export function verdictOn(id: string, { status, body, retryAfter }: Answer): Verdict {
  if (status === undefined) return { kind: 'later' }
  if (status >= 200 && status < 300) return verdictOnTaken(id, status, body)
  if (status === 401 || status === 403) return { kind: 'signed-out' }
  if (isRefusal(status, body)) {
    return { kind: 'refused', refusal: { status, detail: detailOf(body) } }
  }
  if (status === TOO_LARGE) return { kind: 'no-room' }
  return { kind: 'later', ...(retryAfter !== undefined && { afterMs: retryAfter * SECOND }) }
}

const TOO_LARGE = 413

const TRY_AGAIN = new Set([408, 421, 425, 429])

/** In our own words: a proxy without a server behind it, or with less room than a photo needs, says 4xx as well. */
function isRefusal(status: number, body: unknown): boolean {
  if (status < 400 || status >= 500 || TRY_AGAIN.has(status)) return false
  return isRecord(body) && body['status'] === status && typeof body['type'] === 'string'
}

const CONFLICT = 409

/** A network that wants one to sign in answers everything with a page of its own: only our answer counts. */
function verdictOnTaken(id: string, status: number, body: unknown): Verdict {
  const answers = isRecord(body) && Array.isArray(body['events']) ? body['events'] : [body]
  const mine: unknown = answers.find((one) => isRecord(one) && one['id'] === id)
  if (!isRecord(mine)) return { kind: 'later' }
  if (mine['status'] === 'kept' || mine['status'] === 'repeat') return { kind: 'kept' }
  const detail = `The server answered ${status} ${String(mine['status'])}.`
  return { kind: 'refused', refusal: { status: CONFLICT, detail } }
}

/** What a problem document says. */
function detailOf(body: unknown): string {
  if (!isRecord(body)) return ''
  const errors = Array.isArray(body['errors']) ? body['errors'] : []
  const faults = errors
    .filter(isRecord)
    .map((e) => `${String(e['field'])}: ${String(e['expected'])}`)
  if (faults.length > 0) return faults.join('; ')
  const { detail, title } = body as { readonly detail?: string; readonly title?: string }
  return detail ?? title ?? ''
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

const FIRST_WAIT_MS = 2 * SECOND
const LONGEST_WAIT_MS = 60 * SECOND

/** How long to wait after so many attempts in a row without an answer. */
export function waitMs(attempts: number, afterMs = 0): number {
  return Math.max(afterMs, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)))
}
