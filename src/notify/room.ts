/**
 * How much more an account may say now, by its platform's limits and the town's money. Pure. Of both a part
 * is kept for important posts, so that they go out when everything speaks at once, or late in the month.
 */
import { plus } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

/** What a platform grants: so many posts within any such span, of these accounts together. */
export interface Limit {
  readonly most: number
  readonly withinMs: number
  readonly accounts: readonly string[]
}

/** The other half is for what else uses the account, and for our being wrong about the limit. */
const USED_SHARE = 0.5
const RESERVE_SHARE = 0.2

/** How many of a limit may be used by all posts, and by important ones. */
export function allowanceOf({ most }: Limit): {
  readonly ordinary: number
  readonly important: number
} {
  const important = Math.floor(most * USED_SHARE)
  return { ordinary: Math.floor(important * (1 - RESERVE_SHARE)), important }
}

export type Room =
  /** `left`: so many more, whatever they are. */
  | { readonly kind: 'all'; readonly left: number }
  /** Important posts alone, until then. */
  | { readonly kind: 'important'; readonly until: EpochMs; readonly by: 'limit' | 'money' }
  | { readonly kind: 'none'; readonly until: EpochMs; readonly by: 'limit' | 'money' }

export const UNBOUNDED: Room = { kind: 'all', left: Infinity }

/** What has been used, and from when on it is below each bound again; undefined where it is below it now. */
export interface LimitUse {
  readonly count: number
  readonly ordinaryFrom?: EpochMs
  readonly importantFrom?: EpochMs
}

export function roomOfLimit(limit: Limit, use: LimitUse): Room {
  const { ordinaryFrom, importantFrom } = use
  if (importantFrom !== undefined) return { kind: 'none', until: importantFrom, by: 'limit' }
  if (ordinaryFrom !== undefined) return { kind: 'important', until: ordinaryFrom, by: 'limit' }
  return { kind: 'all', left: allowanceOf(limit).ordinary - use.count }
}

/** When what was used at an instant doesn't count any more. */
export function leavesAt(at: EpochMs, { withinMs }: Limit): EpochMs {
  return plus(at, withinMs)
}

/** What a post costs, and what the town gives for a month, in millionths of a US dollar. */
export interface Prices {
  readonly postMicroUsd: number
  /** Absent: the town sets no bound. */
  readonly monthlyMicroUsd?: number
}

/** Of a month's money so much is kept for important posts. */
export function moneyKept(monthlyMicroUsd: number): number {
  return Math.ceil(monthlyMicroUsd * RESERVE_SHARE)
}

export function roomOfMoney(
  { postMicroUsd, monthlyMicroUsd }: Prices,
  spentMicroUsd: number,
  monthEnds: EpochMs,
): Room {
  if (monthlyMicroUsd === undefined) return UNBOUNDED
  const left = monthlyMicroUsd - spentMicroUsd
  if (left < postMicroUsd) return { kind: 'none', until: monthEnds, by: 'money' }
  const ordinary = Math.floor((left - moneyKept(monthlyMicroUsd)) / postMicroUsd)
  return ordinary >= 1
    ? { kind: 'all', left: ordinary }
    : { kind: 'important', until: monthEnds, by: 'money' }
}

const WIDTH = { none: 0, important: 1, all: 2 } as const

/** The least of them; of two alike the one that lasts longer. */
export function narrowestOf(rooms: readonly Room[]): Room {
  return rooms.reduce((a, b) => {
    if (WIDTH[a.kind] !== WIDTH[b.kind]) return WIDTH[a.kind] < WIDTH[b.kind] ? a : b
    if (a.kind === 'all' || b.kind === 'all') return leftOf(a) <= leftOf(b) ? a : b
    return a.until >= b.until ? a : b
  }, UNBOUNDED)
}

function leftOf(room: Room): number {
  return room.kind === 'all' ? room.left : 0
}
