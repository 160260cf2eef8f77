/** What is drawn: the town's own ground, the map or the pictures that it has chosen over it, the stations on top. */
import type {
  GeoJSONSourceSpecification,
  LayerSpecification,
  LngLatBoundsLike,
  StyleSpecification,
} from 'maplibre-gl'
import type { BaseKind, BaseShape } from '#src/stations/map-base.ts'
import type { MapTerms } from '#src/wording/map-terms.ts'
import { colourOf } from './colours.ts'

export const STATIONS = 'stations'
export const TILES = 'tiles'
const BASE = 'base'
const NAMES_FROM_ZOOM = 13

type Collection = Extract<GeoJSONSourceSpecification['data'], { type: 'FeatureCollection' }>
type Feature = Collection['features'][number]

/** The later lies on top. */
const ORDER = ['unknown', 'has-room', 'nearly-full', 'full']

/** South-west and north-east, with `around` times the town's own size on every side. */
export function boundsOf({ bounds }: MapTerms, around = 0): LngLatBoundsLike {
  const { southWest, northEast } = bounds
  const room = (from: number, to: number) => Math.max(to - from, 0.005) * around
  const [lat, lon] = [room(southWest.lat, northEast.lat), room(southWest.lon, northEast.lon)]
  return [
    [southWest.lon - lon, southWest.lat - lat],
    [northEast.lon + lon, northEast.lat + lat],
  ]
}

/** What reads and draws squares, where the town has some. */
export type VectorGround = typeof import('./vector-ground.ts')

export function mapStyle(terms: MapTerms, vector?: VectorGround): StyleSpecification {
  const { raster, vectorUrl } = terms.source ?? {}
  const [outline, ...coarse] = baseLayers()
  return {
    version: 8,
    sources: {
      [BASE]: { type: 'geojson', data: collection(terms.base.map(baseFeature)) },
      ...(raster && {
        [TILES]: { type: 'raster', tiles: [raster.url], tileSize: 256, maxzoom: raster.maxZoom },
      }),
      ...(vectorUrl !== undefined && {
        [TILES]: { type: 'vector', url: `pmtiles://${new URL(vectorUrl, location.href).href}` },
      }),
      [STATIONS]: { type: 'geojson', data: collection(stationFeatures(terms)) },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colourOf('--card') } },
      // What is drawn by hand is coarse, and only the outline says more than a whole map does.
      ...(vector
        ? [
            ...coarse,
            ...vector.vectorLayers(TILES),
            outline,
            ...vector.vectorNames(TILES, pageLanguage()),
          ]
        : [outline, ...coarse]),
      ...(raster ? [{ id: TILES, type: 'raster', source: TILES } as const] : []),
      stationLayer(),
    ],
  }
}

const pageLanguage = () => document.documentElement.lang

function baseLayers(): readonly [LayerSpecification, ...LayerSpecification[]] {
  const [water, line] = [colourOf('--water'), colourOf('--line')]
  const stroke = (kind: BaseKind, colour: string, width: number): LayerSpecification => ({
    id: kind,
    type: 'line',
    source: BASE,
    filter: ['==', ['get', 'kind'], kind],
    layout: { 'line-join': 'round', 'line-cap': 'round' },
    paint: { 'line-color': colour, 'line-width': width },
  })
  return [
    stroke('outline', line, 2),
    {
      id: 'water',
      type: 'fill',
      source: BASE,
      filter: ['==', ['get', 'kind'], 'water'],
      paint: { 'fill-color': water },
    },
    stroke('river', water, 4),
    stroke('road', line, 3),
  ]
}

function stationLayer(): LayerSpecification {
  return {
    id: STATIONS,
    type: 'symbol',
    source: STATIONS,
    layout: {
      'icon-image': ['get', 'word'],
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'order'],
      'text-field': ['step', ['zoom'], '', NAMES_FROM_ZOOM, ['get', 'name']],
      'text-font': ['sans-serif'],
      'text-size': 14,
      'text-anchor': 'top',
      'text-offset': [0, 0.8],
      'text-optional': true,
    },
    paint: {
      'text-color': colourOf('--ink'),
      'text-halo-color': colourOf('--card'),
      'text-halo-width': 2,
    },
  }
}

function collection(features: readonly Feature[]): Collection {
  return { type: 'FeatureCollection', features: [...features] }
}

function baseFeature({ kind, isArea, points }: BaseShape): Feature {
  const line = points.map(([lon, lat]) => [lon, lat])
  const geometry: Feature['geometry'] = isArea
    ? { type: 'Polygon', coordinates: [line] }
    : { type: 'LineString', coordinates: line }
  return { type: 'Feature', properties: { kind }, geometry }
}

function stationFeatures({ stations }: MapTerms): readonly Feature[] {
  return stations.map(({ name, word, place }, index) => ({
    type: 'Feature',
    properties: { index, name, word, order: ORDER.indexOf(word) },
    geometry: { type: 'Point', coordinates: [place.lon, place.lat] },
  }))
}
