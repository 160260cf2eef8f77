import { describe, expect, test } from 'vitest'
import { MOST_BASE_BYTES, parseMapBase } from '#src/stations/map-base.ts'

const feature = (kind: string, geometry: object) => ({
  type: 'Feature',
  properties: { kind, name: 'Viskan' },
  geometry,
})
const file = (...features: readonly object[]) =>
  JSON.stringify({ type: 'FeatureCollection', features })
const square = [
  [12.9, 57.7],
  [12.9, 57.8],
  [13, 57.8],
  [12.9, 57.7],
]

describe('what lies under the stations', () => {
  test('is lines and areas, each of its kind', () => {
    const parsed = parseMapBase(
      file(
        feature('river', { type: 'LineString', coordinates: square }),
        feature('road', { type: 'MultiLineString', coordinates: [square, square] }),
        feature('water', { type: 'Polygon', coordinates: [square] }),
        feature('outline', { type: 'MultiPolygon', coordinates: [[square], [square]] }),
      ),
      'map.geojson',
    )
    const base = parsed.kind === 'ok' ? parsed.base : []
    expect(base.map(({ kind, isArea }) => [kind, isArea])).toEqual([
      ['river', false],
      ['road', false],
      ['road', false],
      ['water', true],
      ['outline', true],
      ['outline', true],
    ])
    expect(base[0]!.points).toEqual(square)
  })

  test('may have heights, which are left out', () => {
    const parsed = parseMapBase(
      file(feature('road', { type: 'LineString', coordinates: [[12.9, 57.7, 140]] })),
      'map.geojson',
    )
    expect(parsed).toMatchObject({ base: [{ points: [[12.9, 57.7]] }] })
  })

  test.each([
    ['not JSON', '{', ['map.geojson: expected JSON']],
    [
      'a lone feature',
      '{"type":"Feature","features":[]}',
      ['map.geojson  type: expected a FeatureCollection'],
    ],
    [
      'a point',
      file(feature('road', { type: 'Point', coordinates: [12.9, 57.7] })),
      [
        'map.geojson  features.0.geometry.type: expected a LineString, a Polygon, or several of them',
      ],
    ],
    [
      'a kind that is none',
      file(feature('rail', { type: 'LineString', coordinates: square })),
      ['map.geojson  features.0.properties.kind: expected one of outline, water, river, road'],
    ],
    [
      'metres for degrees',
      file(feature('road', { type: 'LineString', coordinates: [['a', 'b']] })),
      expect.arrayContaining([
        expect.stringContaining('map.geojson  features.0.geometry.coordinates.0'),
      ]),
    ],
    [
      'too large a file',
      ' '.repeat(MOST_BASE_BYTES + 1),
      ['map.geojson: expected at most 500 kB; simplify its lines'],
    ],
  ])('is refused in words: %s', (_what, text, faults) => {
    const parsed = parseMapBase(text, 'map.geojson')
    expect(parsed.kind === 'faulty' && parsed.faults).toEqual(faults)
  })
})
