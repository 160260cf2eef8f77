/** In which order a station's containers are told: by fraction, as the national service has them, then by name. */
import { FRACTIONS, fractionName, type Fraction, type Language } from './fraction.ts'
import type { Container, Station } from './station.ts'

const ORDER = new Map<Fraction, number>(FRACTIONS.map((f, i) => [f.id, i]))

export function sortByFraction(containers: readonly Container[]): readonly Container[] {
  return containers.toSorted(
    (a, b) =>
      ORDER.get(a.fraction)! - ORDER.get(b.fraction)! ||
      a.name.localeCompare(b.name, 'en', { numeric: true }),
  )
}

/** `pappersförpackningar`, or with a number where the station has several of the fraction. */
export function containerName(container: Container, station: Station, language: Language): string {
  const name = fractionName(container.fraction, language)
  const same = sortByFraction(station.containers.filter((c) => c.fraction === container.fraction))
  return same.length > 1 ? `${name} ${same.indexOf(container) + 1}` : name
}
