/**
 * Heights above the sea from tiles as SRTM has them (`N57E012.hgt`): a degree of the globe each, 1201 or 3601
 * points a side, row by row from the north, whole metres of 16 bits with the high byte first. The name tells
 * the south-western corner.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Place } from '#src/stations/station.ts'

const SIDES = [1201, 3601]
/** Where nobody measured. */
const VOID = -32_768

interface Tile {
  readonly south: number
  readonly west: number
  readonly side: number
  readonly bytes: Buffer
}

/**
 * Metres at a place, between the four points around it; undefined outside of all tiles and where one of the
 * four wasn't measured.
 * @throws with a sentence for the operator when a file isn't such a tile.
 */
export function readHeights(files: readonly string[]): (place: Place) => number | undefined {
  const tiles = files.map(readTile)
  return ({ lat, lon }) => {
    const tile = tiles.find(
      ({ south, west }) => south === Math.floor(lat) && west === Math.floor(lon),
    )
    return tile && heightIn(tile, lat, lon)
  }
}

function readTile(file: string): Tile {
  const named = /^([NS])(\d{2})([EW])(\d{3})\.hgt$/.exec(basename(file))
  if (!named) throw new Error(`${file}: expected a name such as N57E012.hgt`)
  const [, ns, lat, ew, lon] = named
  const bytes = readFileSync(file)
  const side = SIDES.find((one) => bytes.length === one * one * 2)
  if (side === undefined) {
    throw new Error(`${file}: expected 1201 × 1201 or 3601 × 3601 heights of two bytes`)
  }
  return {
    south: ns === 'N' ? Number(lat) : -Number(lat),
    west: ew === 'E' ? Number(lon) : -Number(lon),
    side,
    bytes,
  }
}

function heightIn(
  { south, west, side, bytes }: Tile,
  lat: number,
  lon: number,
): number | undefined {
  const x = (lon - west) * (side - 1)
  const y = (south + 1 - lat) * (side - 1)
  // The last row and column lie on the edge.
  const [column, row] = [Math.min(Math.floor(x), side - 2), Math.min(Math.floor(y), side - 2)]
  const at = (dx: number, dy: number) => bytes.readInt16BE(2 * ((row + dy) * side + column + dx))
  const corners = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)] as const
  if (corners.includes(VOID)) return undefined
  const [eastward, southward] = [x - column, y - row]
  const [northWest, northEast, southWest, southEast] = corners
  const north = northWest + (northEast - northWest) * eastward
  return north + (southWest + (southEast - southWest) * eastward - north) * southward
}
