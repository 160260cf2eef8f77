/** In which order a station's containers are told: by fraction, as the national service has them, then by name. */
import { FRACTIONS, type Fraction } from './fraction.ts'
import type { Container } from './station.ts'

const ORDER = new Map<Fraction, number>(FRACTIONS.map((f, i) => [f.id, i]))

export function sortByFraction(containers: readonly Container[]): readonly Container[] {
  return containers.toSorted(
    (a, b) =>
      ORDER.get(a.fraction)! - ORDER.get(b.fraction)! ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  )
}
