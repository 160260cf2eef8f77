/** A map of the town's stations, drawn here, north up. The list beside it says the same in words. */
import { flatProjection, type FlatProjection } from '#src/stations/flat-projection.ts'
import type { BaseKind, MapBase } from '#src/stations/map-base.ts'
import type { Station } from '#src/stations/station.ts'
import type { StatusWord } from '#src/wording/status-text.ts'
import { trusted, type Html } from './html.ts'

const SIZE = 320
const MARGIN = 14
const FRAME = {
  most: { width: SIZE - 2 * MARGIN, height: SIZE - 2 * MARGIN },
  least: { width: 80, height: 80 },
  margin: MARGIN,
  leastSpan: 1e-6,
}

/** Full is drawn last, so that it lies on top. */
const ORDER: readonly StatusWord[] = ['unknown', 'has-room', 'nearly-full', 'full']

export function townMap(
  stations: readonly { readonly station: Station; readonly word: StatusWord }[],
  base?: MapBase,
): Html | undefined {
  if (stations.length < 2) return undefined
  const drawing = flatProjection(
    stations.map(({ station }) => station.place),
    FRAME,
  )
  const { width, height, x, y } = drawing
  const marks = stations
    .toSorted((a, b) => ORDER.indexOf(a.word) - ORDER.indexOf(b.word))
    .map(({ station: { place }, word }) =>
      mapMark(word, Math.round(x(place.lon)), Math.round(y(place.lat))),
    )
  const under = base ? drawBase(base, drawing) : ''
  return trusted(
    `<svg class="map" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false"><rect class="ground" width="${width}" height="${height}" rx="8"/>${under}${marks.join('')}</svg>`,
  )
}

/** In this order, so that roads cross rivers. */
const LAYERS: readonly BaseKind[] = ['outline', 'water', 'river', 'road']

/** One path for each kind; what lies outside of the picture is left out, and points that fall together. */
export function drawBase(base: MapBase, drawing: FlatProjection): string {
  return LAYERS.map((kind) => {
    const shapes = base.filter((shape) => shape.kind === kind)
    const path = shapes.map((shape) => drawShape(shape, drawing)).join('')
    return path === '' ? '' : `<path class="b-${kind}" d="${path}"/>`
  }).join('')
}

function drawShape({ points, isArea }: MapBase[number], drawing: FlatProjection): string {
  const { x, y, width, height } = drawing
  const drawn: (readonly [number, number])[] = []
  for (const [lon, lat] of points) {
    const point = [Math.round(x(lon)), Math.round(y(lat))] as const
    const last = drawn.at(-1)
    if (!last || last[0] !== point[0] || last[1] !== point[1]) drawn.push(point)
  }
  const [xs, ys] = [drawn.map(([px]) => px), drawn.map(([, py]) => py)]
  const isOutside =
    Math.max(...xs) < 0 ||
    Math.min(...xs) > width ||
    Math.max(...ys) < 0 ||
    Math.min(...ys) > height
  if (drawn.length < 2 || isOutside) return ''
  return `M${drawn.map((point) => point.join(' ')).join('L')}${isArea ? 'z' : ''}`
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
