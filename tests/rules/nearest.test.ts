import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { statusWord } from '#src/rules/container-status.ts'
import { findAlternative } from '#src/rules/nearest.ts'
import { createStationMap } from '#src/rules/station-map.ts'
import { createContainerWatch, createStationWatch } from '#src/rules/watch.ts'
import type { StationWatch } from '#src/rules/watch.ts'
import { HOUR, instant, plus } from '#src/stations/time.ts'
import { distanceM } from '#src/stations/station.ts'
import { containerId, ekudden, stationId } from '#tests/support/town.ts'

const noon = instant(Date.parse('2026-05-05T10:00:00Z'))

/** A station with one paper container at that level. */
function stationAt(n: number, lon: number, lat: number, fillPercent: number): StationWatch {
  const id = stationId(`1490-${n}`)
  const watch = createStationWatch({ ...ekudden, id, name: `${n}`, place: { lon, lat } })
  const container = { ...ekudden.containers[0]!, id: containerId(`${id}-paper-1`), stationId: id }
  const paper = createContainerWatch(container, watch, [])
  Object.assign(paper, { fillPercent, measuredAt: noon, liveUntil: plus(noon, HOUR) })
  watch.containers.push(paper)
  return watch
}

function mapOf(stations: readonly StationWatch[]) {
  const map = createStationMap()
  map.fill(stations)
  return map
}

/** What `findAlternative` finds on its map, by a look at all of them. */
function byLookingAtAll(stations: readonly StationWatch[], from: StationWatch) {
  const here = from.station.place
  return stations
    .filter((watch) => watch !== from && statusWord(watch.containers[0]!, noon) === 'has-room')
    .map(({ station: { id, place } }) => ({ id, metres: distanceM(here, place) }))
    .filter(({ metres }) => metres <= 10_000)
    .sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1))[0]?.id
}

test('the nearest is found wherever stations stand, from the equator to the far north', () => {
  const offset = fc.double({ min: -0.15, max: 0.15, noNaN: true })
  const spot = fc.tuple(offset, offset, fc.constantFrom(20, 95))
  fc.assert(
    fc.property(
      fc.constantFrom(0, 12.94, -0.01),
      fc.constantFrom(0, 57.72, 78.2, -33.9),
      fc.array(spot, { minLength: 1, maxLength: 40 }),
      (lon, lat, spots) => {
        const stations = spots.map(([east, north, fill], n) =>
          stationAt(n + 1, lon + 2 * east, lat + north, fill),
        )
        const [from] = stations
        const found = findAlternative(mapOf(stations), from!.containers[0]!, noon)
        expect(found?.stationId).toBe(byLookingAtAll(stations, from!))
      },
    ),
    { numRuns: 300, seed: 1 },
  )
})

test('ten kilometres are near, what is farther is not, and of two as near the lower id is named', () => {
  const from = stationAt(5, 12.94, 57.72, 95)
  const northOf = (n: number, metres: number) => stationAt(n, 12.94, 57.72 + metres / 111_195, 20)
  const found = (...others: readonly StationWatch[]) => {
    const nearest = findAlternative(mapOf([from, ...others]), from.containers[0]!, noon)
    return nearest && [nearest.stationId, nearest.name, Math.round(nearest.distanceM)]
  }
  expect(found()).toBeUndefined()
  expect(found(northOf(1, 9_990))).toEqual(['1490-1', '1', 9_990])
  expect(found(northOf(1, 10_010))).toBeUndefined()
  expect(found(northOf(9, 500), northOf(1, 600))).toEqual(['1490-9', '9', 500])
  expect(found(northOf(1, 600), northOf(9, 500))).toEqual(['1490-9', '9', 500])
  expect(found(northOf(8, 500), northOf(7, 500), northOf(9, 500))![0]).toBe('1490-7')
  expect(found(northOf(7, 500), northOf(8, 500))![0]).toBe('1490-7')
})
