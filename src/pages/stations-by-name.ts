import type { Station } from '#src/stations/station.ts'
import type { View } from './site.ts'

/** The town's stations as people look for them: `Torget 2` before `Torget 10`. */
export function stationsByName({
  town,
  language,
}: Pick<View, 'town' | 'language'>): readonly Station[] {
  const byName = new Intl.Collator(language, { numeric: true }).compare
  return town.town.stations.toSorted((a, b) => byName(a.name, b.name))
}
