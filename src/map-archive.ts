/** A town's vector map in one PMTiles file, looked into at the start: what is wrong with it is told then, not in browsers. */
import { open, type FileHandle } from 'node:fs/promises'
import { Compression, PMTiles, TileType, type Source } from 'pmtiles'
import type { Place } from '#src/stations/station.ts'

/** A layer that the Protomaps basemap has and other schemes call something else. */
const LAYER = 'roads'
/** What every browser can unpack. */
const PACKED = [Compression.None, Compression.Gzip]

/** What keeps it from being drawn under these places, as “expected …”; undefined when nothing does. */
export async function findArchiveFault(
  file: string,
  places: readonly Place[],
): Promise<string | undefined> {
  let handle: FileHandle
  try {
    handle = await open(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT'
      ? 'there is no such file; “pmtiles extract” makes it (docs/OPERATING.md)'
      : `can't be read (${code})`
  }
  try {
    return await faultOf(handle, places)
  } catch (error) {
    return `expected a PMTiles archive (${(error as Error).message})`
  } finally {
    await handle.close()
  }
}

async function faultOf(handle: FileHandle, places: readonly Place[]): Promise<string | undefined> {
  const { size } = await handle.stat()
  const archive = new PMTiles(sourceOf(handle))
  const header = await archive.getHeader()
  if (header.specVersion !== 3) return `expected PMTiles version 3, found ${header.specVersion}`
  if (header.tileType !== TileType.Mvt) return 'expected vector squares (MVT), found others'
  if (![header.internalCompression, header.tileCompression].every((way) => PACKED.includes(way))) {
    return 'expected it packed by gzip or not at all, which browsers can read'
  }
  const end = header.tileDataOffset + (header.tileDataLength ?? 0)
  if (size < end) return `expected ${end} bytes, found ${size}: it was cut short`
  if (!layersOf(await archive.getMetadata()).includes(LAYER)) {
    return `expected the layers of the Protomaps basemap, found no “${LAYER}”`
  }
  const isWithin = ({ lon, lat }: Place) =>
    lon >= header.minLon && lon <= header.maxLon && lat >= header.minLat && lat <= header.maxLat
  return places.length === 0 || places.some(isWithin)
    ? undefined
    : 'expected a map of the town, found none of its stations within'
}

function layersOf(metadata: unknown): readonly unknown[] {
  const { vector_layers: layers } = metadata as { readonly vector_layers?: unknown }
  return Array.isArray(layers) ? layers.map((layer: { readonly id?: unknown }) => layer.id) : []
}

function sourceOf(handle: FileHandle): Source {
  return {
    getKey: () => 'file',
    async getBytes(offset, length) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset)
      return { data: buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + bytesRead) }
    },
  }
}
