/** Tiles of heights as SRTM has them, made up. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SIDE = 1201

/** `heightM` by how far east and south of the tile's north-western corner, in points of 1200 a degree. */
export function writeHeights(
  folder: string,
  name: string,
  heightM: (east: number, south: number) => number,
): string {
  const bytes = Buffer.alloc(SIDE * SIDE * 2)
  for (let south = 0; south < SIDE; south++) {
    for (let east = 0; east < SIDE; east++) {
      bytes.writeInt16BE(heightM(east, south), 2 * (south * SIDE + east))
    }
  }
  const file = join(folder, name)
  writeFileSync(file, bytes)
  return file
}
