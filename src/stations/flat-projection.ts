/** A small piece of the earth drawn flat, north up, with all places in the middle of the picture. */
import type { Place } from './station.ts'

export interface FlatProjection {
  readonly width: number
  readonly height: number
  readonly x: (lon: number) => number
  readonly y: (lat: number) => number
  /** What lies there in the picture. */
  readonly placeAt: (x: number, y: number) => Place
  /** Whether it lies among the places. */
  readonly contains: (place: Place) => boolean
}

interface Frame {
  /** Within which the places lie, without the margin. */
  readonly most: { readonly width: number; readonly height: number }
  /** The whole picture. */
  readonly least: { readonly width: number; readonly height: number }
  readonly margin: number
  /** In degrees: places that are nearer to each other aren't drawn any further apart. */
  readonly leastSpan: number
}

export function flatProjection(places: readonly Place[], frame: Frame): FlatProjection {
  const { most, least, margin, leastSpan } = frame
  const lats = places.map(({ lat }) => lat)
  const lons = places.map(({ lon }) => lon)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const spanX = Math.max((east - west) * squeeze, leastSpan)
  const spanY = Math.max(north - south, leastSpan)
  const scale = Math.min(most.width / spanX, most.height / spanY)
  const width = Math.max(least.width, Math.round(spanX * scale + 2 * margin))
  const height = Math.max(least.height, Math.round(spanY * scale + 2 * margin))
  const left = (width - spanX * scale) / 2
  const top = (height - spanY * scale) / 2
  return {
    width,
    height,
    x: (lon) => left + (lon - west) * squeeze * scale,
    y: (lat) => top + (north - lat) * scale,
    placeAt: (x, y) => ({
      lat: north - (y - top) / scale,
      lon: west + (x - left) / (squeeze * scale),
    }),
    contains: ({ lat, lon }) => lat >= south && lat <= north && lon >= west && lon <= east,
  }
}
