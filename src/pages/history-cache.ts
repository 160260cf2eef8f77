/** The charts' numbers, kept for a minute: a page that everybody reloads is counted out once. */
import type { StationId } from '#src/stations/ids.ts'
import type { Station } from '#src/stations/station.ts'
import { DAY, instant, MINUTE, plus, type EpochMs } from '#src/stations/time.ts'
import type { Store } from '#src/store/contract.ts'
import { HISTORY_DAYS, HISTORY_EVERY_MS } from './history-chart.ts'
import type { StationFacts } from './station-page.ts'

/** In town time. */
const KEPT_FOR_MS = MINUTE

export type StationHistory = StationFacts['history']

/** The last days of a station's containers; whoever asks while they are being read waits for the same answer. */
export function cacheHistories(
  store: Pick<Store, 'histories'>,
): (station: Station, now: EpochMs) => Promise<StationHistory> {
  const kept = new Map<
    StationId,
    { readonly readAt: EpochMs; readonly answer: Promise<StationHistory> }
  >()
  const isFresh = (readAt: EpochMs, now: EpochMs) => readAt <= now && now - readAt < KEPT_FOR_MS

  return (station, now) => {
    const known = kept.get(station.id)
    if (known && isFresh(known.readAt, now)) return known.answer
    for (const [id, { readAt }] of kept) if (!isFresh(readAt, now)) kept.delete(id)
    const entry = { readAt: now, answer: readHistory(store, station, now) }
    kept.set(station.id, entry)
    entry.answer.catch(() => {
      if (kept.get(station.id) === entry) kept.delete(station.id)
    })
    return entry.answer
  }
}

async function readHistory(
  store: Pick<Store, 'histories'>,
  station: Station,
  now: EpochMs,
): Promise<StationHistory> {
  // From a whole step on, so that the drawing doesn't shiver from one reading to the next.
  const to = instant((Math.floor(now / HISTORY_EVERY_MS) + 1) * HISTORY_EVERY_MS)
  const from = plus(to, -HISTORY_DAYS * DAY)
  const containers = station.containers.map((c) => c.id)
  return { from, to, byContainer: await store.histories(containers, from, to, HISTORY_EVERY_MS) }
}
