/** Legs between two lists of places, row by row, and tables made of them. */
import type { Place } from '#src/stations/station.ts'
import type { MatrixProvider } from './providers.ts'
import type { TravelTable } from './problem.ts'

/** `from.length` rows of `to.length`; of a place to itself nothing is asked. */
export interface Legs {
  readonly emptyS: Float64Array
  readonly loadedS: Float64Array
  readonly metres: Float64Array
}

export function noLegs(count: number): Legs {
  return {
    emptyS: new Float64Array(count),
    loadedS: new Float64Array(count),
    metres: new Float64Array(count),
  }
}

export async function tableOf(
  provider: MatrixProvider,
  places: readonly Place[],
  signal?: AbortSignal,
): Promise<TravelTable> {
  const size = places.length
  const { emptyS, loadedS, metres } = await provider.legs(places, places, signal)
  for (let i = 0; i < size; i++) {
    emptyS[i * size + i] = 0
    loadedS[i * size + i] = 0
    metres[i * size + i] = 0
  }
  return { size, emptyS, loadedS, metres }
}
