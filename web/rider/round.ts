/** The round as it is shown: what is next, what comes then, what is over. */
import { isOver, isUnderWay, type RiderEventKind } from '#src/pickups/day/day.ts'
import type { Catalogue, Stop } from './day.ts'
import { stopsOf } from './day.ts'
import { type Load, unloadedAt } from './aboard.ts'
import type { Gone, KeptDay, Mark } from './news.ts'
import { type Standing, standingOf } from './own-word.ts'
import type { QueuedEvent, QueuedPhoto } from './queue.ts'

export interface Row {
  readonly stop: Stop
  readonly standing: Standing
  readonly mark?: Mark
  /** Of a drop-off. */
  readonly unload?: readonly Load[]
  /** Taken here, on the phone or with the server. */
  readonly photos: number
}

export interface ShownRound {
  readonly next?: Row
  readonly rest: readonly Row[]
  readonly over: readonly Row[]
  /** What left the round without the rider having been there. */
  readonly gone: readonly Gone[]
}

/** `chosen`: the stop that the rider wants to have before them. */
export function roundOf(
  kept: KeptDay,
  events: readonly QueuedEvent[],
  photos: readonly QueuedPhoto[],
  catalogue: Catalogue,
  chosen?: string,
): ShownRound {
  const mine = events.filter(({ told }) => told.bike === kept.bike)
  const isTold = (id: string) =>
    mine.some(({ told, way }) => told.stop === id && way.state !== 'refused')
  const ridden = kept.gone.filter(({ stop }) => isTold(stop.id))
  const stops = [...ridden.map(({ stop }) => stop), ...stopsOf(kept.day, kept.bike)]
  const standings = stops.map((stop) => ({
    stop,
    standing: standingOf(stop, mine, kept.fetchedAt),
  }))
  const inOrder = [
    ...standings.filter(({ standing }) => isOver(standing.state)),
    ...standings.filter(({ standing }) => isUnderWay(standing.state)),
    ...standings.filter(({ standing }) => standing.state === 'scheduled'),
  ]
  const unloaded = unloadedAt(inOrder, kept.day, catalogue)
  const rows = inOrder.map(({ stop, standing }): Row => {
    const mark = kept.marks.find((one) => one.stop === stop.id)
    const unload = unloaded.get(stop.id)
    const own = photos.filter((one) => one.stop === stop.id && one.way.state !== 'refused')
    const ids = new Set([...stop.photos, ...own.map(({ id }) => id)])
    return {
      stop,
      standing,
      ...(mark && { mark }),
      ...(unload && { unload }),
      photos: ids.size,
    }
  })
  const toCome = rows.filter(({ standing }) => !isOver(standing.state))
  const next =
    toCome.find(({ stop }) => stop.id === chosen) ?? lastUnderWay(toCome, mine) ?? toCome[0]
  return {
    ...(next && { next }),
    rest: toCome.filter((row) => row !== next),
    over: rows.filter(({ standing }) => isOver(standing.state)),
    gone: kept.gone.filter((one) => !ridden.includes(one)),
  }
}

/** Whoever set out for another stop has left the first alone. */
function lastUnderWay(toCome: readonly Row[], mine: readonly QueuedEvent[]): Row | undefined {
  const underWay = toCome.filter(({ standing }) => isUnderWay(standing.state))
  const last = mine.findLast(({ told }) => underWay.some(({ stop }) => stop.id === told.stop))
  return underWay.find(({ stop }) => stop.id === last?.told.stop) ?? underWay[0]
}

/** The outcome that was told last and stands: it can be undone for a while. */
export function lastOutcome(
  { over }: Pick<ShownRound, 'over'>,
  events: readonly QueuedEvent[],
  since: number,
): { readonly row: Row; readonly at: number } | undefined {
  const last = events.findLast(
    ({ told, way }) => isOutcome(told.kind) && told.at >= since && way.state !== 'refused',
  )
  const row = over.find(({ stop }) => stop.id === last?.told.stop)
  return last && row ? { row, at: last.told.at } : undefined
}

/** What is told when a stop is over. */
export function isOutcome(kind: RiderEventKind): boolean {
  return kind !== 'undone' && isOver(kind)
}
