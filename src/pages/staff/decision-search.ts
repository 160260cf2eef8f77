/**
 * Decisions found page by page, newest first. A large town has millions: what no index finds is looked for
 * among so many at a time, and the next page goes on from there.
 */
import type { EpochMs } from '#src/stations/time.ts'
import type { Store, StoredDecision } from '#src/store/contract.ts'
import { type DecisionQuery, endOfDay } from './decision-query.ts'

export const DECISIONS_PER_PAGE = 30
/** Some tenths of a second of reading. */
const LOOKED_THROUGH = 50_000

export interface FoundDecisions {
  readonly decisions: readonly StoredDecision[]
  /** Where the next page goes on; absent where there is nothing older. */
  readonly next?: number
}

type Decisions = Pick<Store, 'decisions'>

export async function findDecisions(
  store: Decisions,
  query: DecisionQuery,
  timeZone: string,
  lookedThrough = LOOKED_THROUGH,
): Promise<FoundDecisions> {
  const { station, container, ruleId, outcome, day } = query
  const [newest] = await store.decisions({ limit: 1 })
  if (!newest) return { decisions: [] }
  const ofDay =
    day === undefined ? Infinity : await firstFrom(store, endOfDay(day, timeZone), newest.id)
  const beforeId = Math.min(query.beforeId ?? Infinity, ofDay, newest.id + 1)
  const isIndexed = station !== undefined || container !== undefined
  const isSought = ruleId !== undefined || outcome !== undefined
  const fromId = !isIndexed && isSought ? Math.max(0, beforeId - lookedThrough) : 0
  const found = await store.decisions({
    ...(station && !container && { stationId: station.id }),
    ...(container && { containerId: container.id }),
    ...(ruleId !== undefined && { ruleId }),
    ...(outcome && { outcome }),
    beforeId,
    ...(fromId > 0 && { fromId }),
    // One more than is shown tells whether there are older ones.
    limit: DECISIONS_PER_PAGE + 1,
  })
  const decisions = found.slice(0, DECISIONS_PER_PAGE)
  if (found.length > DECISIONS_PER_PAGE) return { decisions, next: decisions.at(-1)!.id }
  return { decisions, ...(fromId > 0 && { next: fromId }) }
}

/** The first decision's number at or after an instant, found by halving: they rise with the time. */
async function firstFrom(store: Decisions, at: EpochMs, newestId: number): Promise<number> {
  let low = 0
  let high = newestId + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [decision] = await store.decisions({ afterId: middle - 1, limit: 1 })
    if (decision && decision.at < at) low = decision.id + 1
    else high = middle
  }
  return low
}
