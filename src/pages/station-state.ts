/** How it stands at a station, or with one fraction there: the list, the picture beside it and the map say the same. */
import { sortByFraction } from '#src/stations/container-order.ts'
import type { Fraction } from '#src/stations/fraction.ts'
import type { Container, Station } from '#src/stations/station.ts'
import { statusWord, type StatusWord } from '#src/wording/status-text.ts'
import { bestStatus, containerTitle, countStates, glanceWord } from './container-marks.ts'
import type { View } from './site.ts'

export function containersOf(
  station: Station,
  fraction: Fraction | undefined,
): readonly Container[] {
  return sortByFraction(
    station.containers.filter((c) => fraction === undefined || c.fraction === fraction),
  )
}

export function wordOf(view: View, station: Station, fraction: Fraction | undefined): StatusWord {
  const statuses = containersOf(station, fraction).map((c) => view.statusOf(c.id))
  if (fraction === undefined) return glanceWord(countStates(statuses))
  return bestStatus(statuses)?.word ?? 'unknown'
}

export function stateText(view: View, station: Station, fraction: Fraction | undefined): string {
  const containers = containersOf(station, fraction)
  return fraction === undefined
    ? view.say.stationState(countStates(containers.map((c) => view.statusOf(c.id))))
    : containers.map((c) => fractionState(view, station, c)).join(', ')
}

function fractionState(view: View, station: Station, container: Container): string {
  const status = view.statusOf(container.id)
  const word = statusWord(status.word, view.language)
  const level =
    status.fillPercent === undefined ? word : `${word}, ${Math.round(status.fillPercent)}\u00A0%`
  const several = station.containers.filter((c) => c.fraction === container.fraction).length > 1
  return several ? `${containerTitle(container, station, view.language)}: ${level}` : level
}
