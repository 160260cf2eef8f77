/**
 * The town's own map: vector squares out of one file, in the layers of the Protomaps basemap (version 4,
 * https://docs.protomaps.com/basemaps/layers), drawn in the pages' colours and the reader's own letters.
 */
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from 'maplibre-gl'
import { Protocol } from 'pmtiles'
import { colourOf, mixOf } from './colours.ts'

export const CREDIT = { words: '© OpenStreetMap', url: 'https://www.openstreetmap.org/copyright' }

/** Reads the file part by part as squares come in sight. Anew each time the map is opened: it keeps what failed. */
export const openSquares = () => new Protocol().tile

const GREEN = [
  'allotments',
  'cemetery',
  'dog_park',
  'forest',
  'garden',
  'golf_course',
  'grass',
  'meadow',
  'nature_reserve',
  'orchard',
  'park',
  'pitch',
  'playground',
  'recreation_ground',
  'scrub',
  'village_green',
  'wetland',
  'wood',
  'zoo',
]

/** Pixels by zoom, from the first zoom on that they are drawn at. */
type Widths = Readonly<Record<number, number>>

/** The later lies on top. */
const ROADS: Readonly<Record<string, Widths>> = {
  minor_road: { 11: 0.4, 14: 2.5, 16: 8, 18: 20 },
  major_road: { 7: 0.6, 12: 2.2, 14: 4.5, 16: 11, 18: 26 },
  highway: { 5: 0.6, 12: 3, 14: 5.5, 16: 13, 18: 30 },
}

/** From the ground up, out of the source of that name. */
export function vectorLayers(source: string): LayerSpecification[] {
  const [water, road] = [colourOf('--water'), colourOf('--line')]

  const area = (layer: string, colour: string, kinds?: readonly string[]): LayerSpecification => ({
    id: `${source}-${layer}`,
    type: 'fill',
    source,
    'source-layer': layer,
    filter: ofShape('Polygon', kinds),
    paint: { 'fill-color': colour },
  })
  const way = (
    name: string,
    layer: string,
    kinds: readonly string[],
    { colour, widths, dashes }: { colour: string; widths: Widths; dashes?: number[] },
  ): LayerSpecification => ({
    id: `${source}-${name}`,
    type: 'line',
    source,
    'source-layer': layer,
    minzoom: Math.min(...Object.keys(widths).map(Number)),
    filter: ofShape('LineString', kinds),
    layout: { 'line-join': 'round', 'line-cap': dashes ? 'butt' : 'round' },
    paint: {
      'line-color': colour,
      'line-width': growing(widths),
      ...(dashes && { 'line-dasharray': dashes }),
    },
  })

  return [
    area('earth', colourOf('--card')),
    area('landuse', mixOf('--room', 0.18, '--card'), GREEN),
    area('water', water),
    way('streams', 'water', ['river', 'stream', 'canal'], {
      colour: water,
      widths: { 8: 0.5, 14: 2, 18: 8 },
    }),
    {
      ...area('buildings', mixOf('--ink', 0.1, '--card'), ['building', 'building_part']),
      minzoom: 13,
    },
    way('paths', 'roads', ['path'], {
      colour: road,
      widths: { 14: 0.8, 18: 4 },
      dashes: [2, 1.5],
    }),
    ...Object.entries(ROADS).map(([kind, widths]) =>
      way(kind, 'roads', [kind], { colour: road, widths }),
    ),
    way('rails', 'roads', ['rail'], {
      colour: mixOf('--ink', 0.35, '--card'),
      widths: { 9: 0.6, 18: 3 },
    }),
  ]
}

/** Names of streets, waters and places, the last where there is least room to spare. */
export function vectorNames(source: string, language: string): LayerSpecification[] {
  const name: ExpressionSpecification = ['coalesce', ['get', `name:${language}`], ['get', 'name']]
  const common = { 'text-field': name, 'text-font': ['sans-serif'] }
  const paint = (colour: string) => ({
    'text-color': colourOf(colour),
    'text-halo-color': colourOf('--card'),
    'text-halo-width': 1.5,
  })
  return [
    {
      id: `${source}-street-names`,
      type: 'symbol',
      source,
      'source-layer': 'roads',
      minzoom: 13,
      filter: ofShape('LineString', Object.keys(ROADS)),
      layout: { ...common, 'symbol-placement': 'line', 'text-size': 12 },
      paint: paint('--ink-soft'),
    },
    {
      id: `${source}-water-names`,
      type: 'symbol',
      source,
      'source-layer': 'water',
      filter: ofShape('Point'),
      layout: { ...common, 'text-size': 12, 'text-max-width': 7 },
      paint: { ...paint('--ink-soft'), 'text-halo-color': colourOf('--water') },
    },
    {
      id: `${source}-place-names`,
      type: 'symbol',
      source,
      'source-layer': 'places',
      filter: ofShape('Point', ['locality', 'macrohood', 'neighbourhood']),
      layout: {
        ...common,
        'text-size': ['match', ['get', 'kind_detail'], 'city', 18, 'town', 16, 'village', 14, 12],
        'text-max-width': 8,
        'symbol-sort-key': ['-', ['coalesce', ['get', 'population_rank'], 0]],
      },
      paint: paint('--ink'),
    },
  ]
}

function ofShape(
  shape: 'Point' | 'LineString' | 'Polygon',
  kinds?: readonly string[],
): FilterSpecification {
  const isShape: ExpressionSpecification = ['==', ['geometry-type'], shape]
  return kinds ? ['all', isShape, ['in', ['get', 'kind'], ['literal', [...kinds]]]] : isShape
}

/** They grow as the ground under them does. */
function growing(widths: Widths): ExpressionSpecification {
  const stops = Object.entries(widths).flatMap(([zoom, pixels]) => [Number(zoom), pixels])
  return ['interpolate', ['exponential', 1.6], ['zoom'], ...stops]
}
