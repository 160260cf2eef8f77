/** Travel times remembered by pairs of places. */
import type { Place } from '#src/stations/station.ts'
import { noLegs } from './legs.ts'
import type { MatrixProvider } from './providers.ts'

type Remembered = readonly [emptyS: number, loadedS: number, metres: number]

/** Each pair of places is asked once: a new booking costs a row and a column. The oldest pairs are forgotten. */
export function cachedMatrix(provider: MatrixProvider, mostPairs = 250_000): MatrixProvider {
  const pairs = new Map<string, Remembered>()
  const name = ({ lat, lon }: Place): string => `${lat.toFixed(5)},${lon.toFixed(5)}`
  const remember = async (
    from: readonly Place[],
    to: readonly Place[],
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    if (from.length === 0 || to.length === 0) return
    const legs = await provider.legs(from, to, signal)
    for (const [i, start] of from.entries()) {
      for (const [j, end] of to.entries()) {
        const at = i * to.length + j
        pairs.set(`${name(start)} ${name(end)}`, [
          legs.emptyS[at]!,
          legs.loadedS[at]!,
          legs.metres[at]!,
        ])
      }
    }
  }
  return {
    async legs(from, to, signal) {
      const names = to.map(name)
      const knowsAll = (start: Place, ends: readonly string[]): boolean =>
        ends.every((end) => pairs.has(`${name(start)} ${end}`))
      // Columns that most rows lack are asked as columns, what is still lacking then as rows.
      const lacking = names.map(
        (end) => from.filter((start) => !pairs.has(`${name(start)} ${end}`)).length,
      )
      const isNew = lacking.map((count) => 2 * count > from.length)
      await remember(
        from,
        to.filter((_, j) => isNew[j]),
        signal,
      )
      await remember(
        from.filter((start) => !knowsAll(start, names)),
        to,
        signal,
      )
      const legs = noLegs(from.length * to.length)
      for (const [i, start] of from.entries()) {
        for (const [j, end] of names.entries()) {
          const at = i * to.length + j
          const leg = pairs.get(`${name(start)} ${end}`)!
          ;[legs.emptyS[at], legs.loadedS[at], legs.metres[at]] = leg
        }
      }
      for (const key of pairs.keys()) {
        if (pairs.size <= mostPairs) break
        pairs.delete(key)
      }
      return legs
    },
  }
}
