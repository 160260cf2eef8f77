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
        const map = createStationMap()
        map.fill(stations)
        const [from] = stations
        const found = findAlternative(map, from!.containers[0]!, noon)
        expect(found?.stationId).toBe(byLookingAtAll(stations, from!))
      },
    ),
    { numRuns: 300, seed: 1 },
  )
})
