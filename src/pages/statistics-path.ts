/** Where the statistics are, without the language's root. */
import type { Language } from '#src/stations/fraction.ts'
import type { StationId } from '#src/stations/ids.ts'

export function statisticsPath(language: Language): string {
  return { sv: '/statistik', en: '/statistics', fi: '/tilastot' }[language]
}

export function stationStatisticsPath(station: StationId, language: Language): string {
  return `/s/${station}${statisticsPath(language)}`
}
