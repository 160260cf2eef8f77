/** A map of the town's stations, drawn here: dots only, north up. The list beside it says the same in words. */
import type { Station } from '#src/stations/station.ts'
import type { StatusWord } from '#src/wording/status-text.ts'
import { trusted, type Html } from './html.ts'

const SIZE = 320
const MARGIN = 14

/** Full is drawn last, so that it lies on top. */
const ORDER: readonly StatusWord[] = ['unknown', 'has-room', 'nearly-full', 'full']

export function townMap(
  stations: readonly { readonly station: Station; readonly word: StatusWord }[],
): Html | undefined {
  if (stations.length < 2) return undefined
  const lats = stations.map((s) => s.station.place.lat)
  const lons = stations.map((s) => s.station.place.lon)
  const [south, north] = [Math.min(...lats), Math.max(...lats)]
  const [west, east] = [Math.min(...lons), Math.max(...lons)]
  // A degree of longitude is shorter than one of latitude by the cosine of the latitude.
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const spanX = Math.max((east - west) * squeeze, 1e-6)
  const spanY = Math.max(north - south, 1e-6)
  const scale = (SIZE - 2 * MARGIN) / Math.max(spanX, spanY)
  const width = Math.max(80, Math.round(spanX * scale + 2 * MARGIN))
  const height = Math.max(80, Math.round(spanY * scale + 2 * MARGIN))
  const left = (width - spanX * scale) / 2
  const top = (height - spanY * scale) / 2

  const marks = stations
    .toSorted((a, b) => ORDER.indexOf(a.word) - ORDER.indexOf(b.word))
    .map(({ station, word }) => {
      const x = Math.round(left + (station.place.lon - west) * squeeze * scale)
      const y = Math.round(top + (north - station.place.lat) * scale)
      return mapMark(word, x, y)
    })
  return trusted(
    `<svg class="map" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false"><rect class="ground" width="${width}" height="${height}" rx="8"/>${marks.join('')}</svg>`,
  )
}

/** Shapes differ as well as colours: diamond, triangle, disc, ring. */
export function mapMark(word: StatusWord, x: number, y: number): string {
  switch (word) {
    case 'full':
      return `<path class="m-full" d="M${x} ${y - 8}l8 8-8 8-8-8z"/>`
    case 'nearly-full':
      return `<path class="m-nearly-full" d="M${x} ${y - 7}l7 12h-14z"/>`
    case 'has-room':
      return `<circle class="m-has-room" cx="${x}" cy="${y}" r="5"/>`
    case 'unknown':
      return `<circle class="m-unknown" cx="${x}" cy="${y}" r="4.5"/>`
  }
}

/** One mark alone, for the legend. */
export function legendMark(word: StatusWord): Html {
  return trusted(
    `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">${mapMark(word, 10, 10)}</svg>`,
  )
}
