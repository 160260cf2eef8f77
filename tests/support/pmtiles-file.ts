/** Small archives of vector squares: PMTiles version 3 (https://github.com/protomaps/PMTiles, spec/v3). */
import { gzipSync } from 'node:zlib'
import { geoJSONToTile } from '@maplibre/geojson-vt'
import { fromGeojsonVt } from '@maplibre/vt-pbf'
import { Compression, TileType, zxyToTileId } from 'pmtiles'

type Position = [lon: number, lat: number]

export interface Shape {
  readonly at: Position | readonly Position[]
  /** A closed line, and what is within. */
  readonly isArea?: true
  readonly tags: Readonly<Record<string, string | number>>
}

export interface DrawnMap {
  /** By the layer's name. */
  readonly layers: Readonly<Record<string, readonly Shape[]>>
  readonly bounds: readonly [west: number, south: number, east: number, north: number]
  readonly maxZoom: number
  readonly tileType?: TileType
  /** What it says of itself; it is packed by gzip all the same. */
  readonly tileCompression?: Compression
}

const HEADER_BYTES = 127

/** All zooms from 0, in one directory. */
export function pmtilesOf(map: DrawnMap): Buffer {
  const squares = [...squaresOf(map)].toSorted((a, b) => a.id - b.id)
  const directory = gzipSync(directoryOf(squares.map(({ id, bytes }) => [id, bytes.length])))
  const vectorLayers = Object.keys(map.layers).map((id) => ({ id, fields: {} }))
  const metadata = gzipSync(JSON.stringify({ vector_layers: vectorLayers }))
  const tiles = Buffer.concat(squares.map(({ bytes }) => bytes))

  const header = Buffer.alloc(HEADER_BYTES)
  header.write('PMTiles')
  header[7] = 3
  let end = HEADER_BYTES
  const sections = [directory.length, metadata.length, 0, tiles.length]
  for (const [index, length] of sections.entries()) {
    header.writeBigUInt64LE(BigInt(end), 8 + 16 * index)
    header.writeBigUInt64LE(BigInt(length), 16 + 16 * index)
    end += length
  }
  for (const at of [72, 80, 88]) header.writeBigUInt64LE(BigInt(squares.length), at)
  const { bounds, maxZoom, tileType = TileType.Mvt, tileCompression = Compression.Gzip } = map
  header.set([1, Compression.Gzip, tileCompression, tileType, 0, maxZoom], 96)
  for (const [index, degrees] of bounds.entries()) {
    header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * index)
  }
  return Buffer.concat([header, directory, metadata, tiles])
}

function* squaresOf({ layers, bounds: [west, south, east, north], maxZoom }: DrawnMap) {
  for (let z = 0; z <= maxZoom; z += 1) {
    const [left, top] = squareAt([west, north], z)
    const [right, bottom] = squareAt([east, south], z)
    for (let x = left; x <= right; x += 1) {
      for (let y = top; y <= bottom; y += 1) {
        const cut = Object.entries(layers).map(([name, shapes]) => {
          const drawn = { type: 'FeatureCollection', features: shapes.map(featureOf) } as const
          return [name, geoJSONToTile(drawn, z, x, y, { clip: true })] as const
        })
        const square = fromGeojsonVt(Object.fromEntries(cut), { version: 2, extent: 4096 })
        yield { id: zxyToTileId(z, x, y), bytes: gzipSync(square) }
      }
    }
  }
}

function featureOf({ at, isArea, tags }: Shape) {
  const type = typeof at[0] === 'number' ? 'Point' : isArea ? 'Polygon' : 'LineString'
  const geometry = { type, coordinates: isArea ? [at] : at } as const
  return { type: 'Feature', properties: tags, geometry } as const
}

function squareAt([lon, lat]: Position, z: number): [x: number, y: number] {
  const north = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI
  return [Math.floor(((lon + 180) / 360) * 2 ** z), Math.floor(((1 - north) / 2) * 2 ** z)]
}

/** Ids as steps, each for itself, lengths, and that each begins where the one before ends. */
function directoryOf(entries: readonly (readonly [id: number, length: number])[]): Buffer {
  const steps = entries.map(([id], index) => id - (entries[index - 1]?.[0] ?? 0))
  const runs = entries.map(() => 1)
  const lengths = entries.map(([, length]) => length)
  const offsets = entries.map((_, index) => (index === 0 ? 1 : 0))
  return Buffer.from([entries.length, ...steps, ...runs, ...lengths, ...offsets].flatMap(varint))
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))]
}
