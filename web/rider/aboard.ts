/** What is on board, and what of it is unloaded where. */
import { takenAt, type Catalogue, type Day, type Stop, type Stream, type Taken } from './day.ts'
import type { Standing } from './own-word.ts'

export interface Riding {
  readonly stop: Stop
  readonly standing: Standing
}

export interface Load extends Taken {
  readonly stream: Stream
}

/** By drop-off's stop: what is on board for it when the bike comes there, if all before goes as planned. */
export function unloadedAt(
  riding: readonly Riding[],
  day: Pick<Day, 'room'>,
  catalogue: Catalogue,
): ReadonlyMap<string, readonly Load[]> {
  const isReuseTaken = day.room.some(({ waste }) => waste === 'reuse')
  const unloaded = new Map<string, readonly Load[]>()
  let aboard: readonly Load[] = []
  for (const { stop, standing } of riding) {
    if (stop.kind === 'pickup') {
      aboard = [...aboard, ...loadsOf(stop, standing, catalogue, isReuseTaken)]
    } else if (stop.kind === 'drop-off') {
      const takes = new Set<string>(stop.streams ?? takenAt(day, stop.dropOff))
      const [here, rest] = [true, false].map((isHere) =>
        aboard.filter(({ stream }) => takes.has(stream) === isHere),
      )
      unloaded.set(stop.id, summed(here!))
      if (standing.state !== 'failed' && standing.state !== 'skipped') aboard = rest!
    }
  }
  return unloaded
}

/** Good things go where others find them, if anywhere takes them. */
function loadsOf(
  stop: Stop,
  { state, taken }: Standing,
  catalogue: Catalogue,
  isReuseTaken: boolean,
): readonly Load[] {
  if (state === 'failed' || state === 'skipped') return []
  const things: readonly (Omit<Taken, 'reused'> & Partial<Taken>)[] = taken ?? stop.things
  return things.flatMap(({ item, count, reused }) => {
    const known = catalogue.get(item)
    if (!known) return []
    const isReused = isReuseTaken && (reused ?? known.reusable)
    const stream = isReused ? 'reuse' : (known.waste ?? 'bulky')
    return [{ item, count, reused: isReused, stream }]
  })
}

function summed(loads: readonly Load[]): readonly Load[] {
  const groups = Map.groupBy(loads, ({ item, stream }) => `${item} ${stream}`)
  return [...groups.values()].map((same) => ({
    ...same[0]!,
    count: same.reduce((sum, { count }) => sum + count, 0),
  }))
}
