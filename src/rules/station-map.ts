/** Stations by where they stand, so that what is near is found without a look at all of them. */
import type { Place } from '#src/stations/station.ts'
import type { StationWatch } from './watch.ts'

/** A cell is some two kilometres each way in Sweden. */
const CELL_LAT_DEGREES = 0.02
const CELL_LON_DEGREES = 0.04
/** No degree of latitude is shorter than this. */
const METRES_PER_DEGREE = 110_500
/** More than the difference in latitude of anything that is looked for. */
const MARGIN_DEGREES = 0.2

/** The cells that lie so many steps about a place. */
export interface Ring {
  readonly stations: readonly StationWatch[]
  /** Nothing in this ring or in those after it is nearer. */
  readonly leastM: number
}

export interface StationMap {
  /** Takes the place of what was there. */
  fill(stations: Iterable<StationWatch>): void
  /** Rings about a place out to a distance, from the inside. */
  ringsAbout(place: Place, maxM: number): Generator<Ring>
}

export function createStationMap(): StationMap {
  let cells = new Map<number, StationWatch[]>()

  function* ring(row: number, col: number, steps: number): Generator<StationWatch> {
    for (let r = row - steps; r <= row + steps; r++) {
      const isEdge = Math.abs(r - row) === steps
      const stride = isEdge || steps === 0 ? 1 : 2 * steps
      for (let c = col - steps; c <= col + steps; c += stride) yield* cells.get(cellAt(r, c)) ?? []
    }
  }

  return {
    fill(stations) {
      cells = Map.groupBy(stations, ({ station: { place } }) => cellAt(rowOf(place), colOf(place)))
    },
    *ringsAbout(place, maxM) {
      const { lat } = place
      const narrowest = Math.cos(((Math.abs(lat) + MARGIN_DEGREES) * Math.PI) / 180)
      const stepM =
        METRES_PER_DEGREE * Math.min(CELL_LAT_DEGREES, CELL_LON_DEGREES * Math.max(narrowest, 0.01))
      for (let steps = 0; (steps - 1) * stepM <= maxM; steps++) {
        // The place may stand at the very edge of its own cell.
        const leastM = Math.max(0, steps - 1) * stepM
        yield { stations: [...ring(rowOf(place), colOf(place), steps)], leastM }
      }
    },
  }
}

function rowOf({ lat }: Place): number {
  return Math.floor(lat / CELL_LAT_DEGREES)
}

function colOf({ lon }: Place): number {
  return Math.floor(lon / CELL_LON_DEGREES)
}

/** Fewer than ten thousand columns go round the world. */
function cellAt(row: number, col: number): number {
  return row * 10_000 + col
}
