/** The ground of the tests' town: a lake between its two stations, a park, streets, houses, and names. */
import { pmtilesOf, type Shape } from './pmtiles-file.ts'

const [WEST, SOUTH, EAST, NORTH] = [12.9, 57.7, 13, 57.75]

function box(west: number, south: number, east: number, north: number, kind: string): Shape {
  const at = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ] as const
  return { at: at.map(([lon, lat]) => [lon, lat]), isArea: true, tags: { kind } }
}

const street = (kind: string, name: string, ...at: readonly [number, number][]): Shape => ({
  at,
  tags: { kind, name },
})

/** Within the lake, where nothing else is drawn. */
export const IN_THE_LAKE = { lon: 12.95, lat: 57.7225 }
/** In the park, where a name is. */
export const IN_THE_PARK = { lon: 12.95, lat: 57.7285 }

/** As many as make the file larger than what is fetched of it first. */
function houses(): Shape[] {
  return Array.from({ length: 600 }, (_, i) => {
    const [west, south] = [12.962 + (i % 30) * 0.0009, 57.7325 + Math.floor(i / 30) * 0.0006]
    const [width, depth] = [0.0002 + ((i * 37) % 11) * 4e-5, 0.0001 + ((i * 53) % 7) * 4e-5]
    return box(west, south, west + width, south + depth, 'building')
  })
}

const frame = { bounds: [WEST, SOUTH, EAST, NORTH], maxZoom: 14 } as const

/** The same town, all of it under water. */
export const flooded: Buffer = pmtilesOf({
  ...frame,
  layers: { roads: [], water: [box(WEST, SOUTH, EAST, NORTH, 'lake')] },
})

export const provstadMap: Buffer = pmtilesOf({
  ...frame,
  layers: {
    earth: [box(WEST, SOUTH, EAST, NORTH, 'earth')],
    landuse: [box(12.945, 57.727, 12.955, 57.73, 'park')],
    water: [
      box(12.947, 57.721, 12.953, 57.724, 'lake'),
      {
        at: [
          [12.953, 57.7225],
          [12.97, 57.715],
          [13, 57.71],
        ],
        tags: { kind: 'river' },
      },
    ],
    roads: [
      street('highway', 'Riksvägen', [12.9, 57.71], [12.94, 57.716], [13, 57.718]),
      street('major_road', 'Storgatan', [12.935, 57.7], [12.943, 57.725], [12.94, 57.75]),
      street('minor_road', 'Provgatan', [12.935, 57.7195], [12.9465, 57.72]),
      street('minor_road', 'Hamngatan', [12.955, 57.7315], [12.97, 57.7285]),
      {
        at: [
          [12.945, 57.727],
          [12.955, 57.73],
        ],
        tags: { kind: 'path' },
      },
      {
        at: [
          [12.9, 57.735],
          [13, 57.7345],
        ],
        tags: { kind: 'rail' },
      },
    ],
    buildings: [
      ...houses(),
      box(12.9372, 57.7199, 12.9378, 57.7202, 'building'),
      box(12.9384, 57.7199, 12.9391, 57.7203, 'building'),
      box(12.9584, 57.7305, 12.9592, 57.7308, 'building'),
    ],
    places: [
      { at: [12.9575, 57.7255], tags: { kind: 'locality', kind_detail: 'town', name: 'Provstad' } },
      {
        at: [IN_THE_PARK.lon, IN_THE_PARK.lat],
        tags: { kind: 'neighbourhood', kind_detail: 'neighbourhood', 'name:fi': 'Koepuisto' },
      },
    ],
  },
})
