/** What lies under the stations on the map that residents open, besides the town's `map.geojson`. */
import { z } from 'zod'
import { line } from './text-shapes.ts'
import { isSecureAddress, isWebAddress } from './web-address.ts'

/** One of them. */
export interface MapSource {
  readonly raster?: RasterTiles
  /**
   * Vector squares in the layers of the Protomaps basemap, all in one PMTiles file: its name in the town's
   * folder, or where it lies once the folder has been read.
   */
  readonly pmtiles?: string
}

/** Pictures of squares in Web Mercator, 256 points wide, on somebody's host. */
export interface RasterTiles {
  /** With `{z}`, `{x}` and `{y}` in it. */
  readonly url: string
  /** Whom the pictures are to be credited to. */
  readonly attribution: string
  /** The finest zoom that there are pictures of. */
  readonly maxZoom: number
}

const tileAddress = z.string().max(500, 'at most 500 characters').refine(isTileAddress, {
  error:
    'a tile address that begins with https:// and has {z}, {x} and {y} after the host, such as "https://tiles.example.se/{z}/{x}/{y}.png"',
})
const rasterShape = z.strictObject({
  url: tileAddress,
  attribution: line(200),
  maxZoom: z.int().min(1, 'a zoom from 1 to 22').max(22, 'a zoom from 1 to 22').default(19),
})
const archiveName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.pmtiles$/,
    'the name of a file in the town’s folder, such as boras.pmtiles',
  )
export const mapShape = z
  .strictObject({ raster: rasterShape.exactOptional(), pmtiles: archiveName.exactOptional() })
  .refine(({ raster, pmtiles }) => (raster === undefined) !== (pmtiles === undefined), {
    error: 'raster or pmtiles, one of them',
  })

/** Which keys are known where. */
export const MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  map: Object.keys(mapShape.shape),
  'map.raster': Object.keys(rasterShape.shape),
}

function isTileAddress(text: string): boolean {
  const [origin, path] = parts(text)
  return (
    isWebAddress(text) &&
    isSecureAddress(origin) &&
    ['{z}', '{x}', '{y}'].every((key) => path.includes(key))
  )
}

/** Scheme, host and port, as a content policy names them. Empty when that isn’t plain: no `{s}` and no `;` gets in. */
export function tileOrigin(url: string): string {
  return parts(url)[0]
}

function parts(url: string): readonly [origin: string, path: string] {
  const found = /^(https?:\/\/(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?)(\/.*)$/.exec(url)
  return [found?.[1] ?? '', found?.[2] ?? '']
}
