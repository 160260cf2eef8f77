/** OpenStreetMap's PBF files, block by block (wiki.openstreetmap.org/wiki/PBF_Format): nodes and ways, no relations. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { type Field, fieldsOf, packedNumbers, packedSums, signed64, unzigzag } from './protobuf.ts'

export type Tags = ReadonlyMap<string, string>

export interface OsmNode {
  readonly id: number
  readonly lat: number
  readonly lon: number
  readonly tags: Tags
}

export interface OsmWay {
  readonly refs: readonly number[]
  readonly tags: Tags
}

export interface OsmReader {
  /** Called for what the file holds of it, in its order; what has no listener is not decoded. */
  readonly onNode?: (node: OsmNode) => void
  readonly onWay?: (way: OsmWay) => void
}

/** The file is not what it should be; the message says how, and what would help. */
export class BadOsmFile extends Error {}

const FEATURES = new Set(['OsmSchema-V0.6', 'DenseNodes'])
/** The format's own limits. */
const MOST_HEADER_BYTES = 64 * 1024
const MOST_BLOB_BYTES = 32 * 1024 * 1024
const NO_TAGS: Tags = new Map()
const utf8 = new TextDecoder()

/** @throws {BadOsmFile} */
export function readOsmFile(path: string, reader: OsmReader): void {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    if (size === 0) throw new BadOsmFile('it is empty')
    for (let at = 0; at < size;) at = readBlob(file, at, reader)
  } catch (error) {
    if (error instanceof RangeError) throw new BadOsmFile(`it is damaged: ${error.message}`)
    throw error
  } finally {
    closeSync(file)
  }
}

function readBlob(file: number, from: number, reader: OsmReader): number {
  const headerBytes = readBytes(file, from, 4).readUInt32BE()
  if (headerBytes > MOST_HEADER_BYTES) {
    throw new BadOsmFile('it is no .osm.pbf; extracts in that format are offered by many mirrors')
  }
  let type = ''
  let dataBytes = 0
  for (const { number, value, bytes } of fieldsOf(readBytes(file, from + 4, headerBytes))) {
    if (number === 1) type = utf8.decode(bytes)
    if (number === 3) dataBytes = value
  }
  const start = from + 4 + headerBytes
  if (dataBytes > MOST_BLOB_BYTES) throw new BadOsmFile('it has a block larger than 32 MiB')
  if (type === 'OSMHeader') checkFeatures(unpacked(readBytes(file, start, dataBytes)))
  if (type === 'OSMData') readBlock(unpacked(readBytes(file, start, dataBytes)), reader)
  return start + dataBytes
}

function readBytes(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  if (readSync(file, bytes, 0, length, at) < length) throw new BadOsmFile('it is cut short')
  return bytes
}

function unpacked(blob: Uint8Array): Uint8Array {
  for (const { number, bytes } of fieldsOf(blob)) {
    if (number === 1) return bytes
    if (number === 3) return inflated(bytes)
    if (number >= 4) {
      throw new BadOsmFile(
        'its blocks are not packed by zlib; osmium cat -o OTHER.osm.pbf repacks it',
      )
    }
  }
  throw new BadOsmFile('it has a block without data')
}

function inflated(bytes: Uint8Array): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST_BLOB_BYTES })
  } catch (error) {
    throw new BadOsmFile(`it is damaged: ${(error as Error).message}`, { cause: error })
  }
}

function checkFeatures(header: Uint8Array): void {
  for (const { number, bytes } of fieldsOf(header)) {
    if (number !== 4) continue
    const feature = utf8.decode(bytes)
    if (!FEATURES.has(feature))
      throw new BadOsmFile(`it needs the feature ${feature}, unknown here`)
  }
}

/** What a block's numbers mean. */
interface Block {
  readonly texts: readonly string[]
  readonly degrees: (latOrLon: number, offset: number) => number
  readonly latOffset: number
  readonly lonOffset: number
}

function readBlock(bytes: Uint8Array, reader: OsmReader): void {
  const texts: string[] = []
  const groups: Uint8Array[] = []
  let granularity = 100
  let latOffset = 0
  let lonOffset = 0
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1)
      for (const text of fieldsOf(field.bytes)) texts.push(utf8.decode(text.bytes))
    if (field.number === 2) groups.push(field.bytes)
    if (field.number === 17) granularity = field.value
    if (field.number === 19) latOffset = signed64(field.value)
    if (field.number === 20) lonOffset = signed64(field.value)
  }
  const degrees = (value: number, offset: number): number => 1e-9 * (offset + granularity * value)
  const block: Block = { texts, degrees, latOffset, lonOffset }
  for (const group of groups) {
    for (const field of fieldsOf(group)) readElement(field, block, reader)
  }
}

function readElement({ number, bytes }: Field, block: Block, { onNode, onWay }: OsmReader): void {
  if (number === 1 && onNode) readNode(bytes, block, onNode)
  if (number === 2 && onNode) readDenseNodes(bytes, block, onNode)
  if (number === 3 && onWay) readWay(bytes, block, onWay)
}

function readNode(bytes: Uint8Array, block: Block, onNode: (node: OsmNode) => void): void {
  let id = 0
  let lat = 0
  let lon = 0
  let keys: number[] = []
  let values: number[] = []
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) id = unzigzag(field.value)
    if (field.number === 2) keys = packedNumbers(field.bytes)
    if (field.number === 3) values = packedNumbers(field.bytes)
    if (field.number === 8) lat = block.degrees(unzigzag(field.value), block.latOffset)
    if (field.number === 9) lon = block.degrees(unzigzag(field.value), block.lonOffset)
  }
  onNode({ id, lat, lon, tags: tagsOf(block, keys, values) })
}

function readDenseNodes(bytes: Uint8Array, block: Block, onNode: (node: OsmNode) => void): void {
  let ids: number[] = []
  let lats: number[] = []
  let lons: number[] = []
  let tagged: number[] = []
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) ids = packedSums(field.bytes)
    if (field.number === 8) lats = packedSums(field.bytes)
    if (field.number === 9) lons = packedSums(field.bytes)
    if (field.number === 10) tagged = packedNumbers(field.bytes)
  }
  let next = 0
  for (const [i, id] of ids.entries()) {
    const from = next
    // Keys and values of a node in turn, ended by a 0; a block without any tags has none of it.
    while (next < tagged.length && tagged[next] !== 0) next += 2
    const pairs = tagged.slice(from, next)
    next++
    onNode({
      id,
      lat: block.degrees(lats[i]!, block.latOffset),
      lon: block.degrees(lons[i]!, block.lonOffset),
      tags: tagsOf(
        block,
        pairs.filter((_, at) => at % 2 === 0),
        pairs.filter((_, at) => at % 2 === 1),
      ),
    })
  }
}

function readWay(bytes: Uint8Array, block: Block, onWay: (way: OsmWay) => void): void {
  let refs: number[] = []
  let keys: number[] = []
  let values: number[] = []
  for (const field of fieldsOf(bytes)) {
    if (field.number === 2) keys = packedNumbers(field.bytes)
    if (field.number === 3) values = packedNumbers(field.bytes)
    if (field.number === 8) refs = packedSums(field.bytes)
  }
  onWay({ refs, tags: tagsOf(block, keys, values) })
}

function tagsOf({ texts }: Block, keys: readonly number[], values: readonly number[]): Tags {
  if (keys.length === 0) return NO_TAGS
  return new Map(keys.map((key, i) => [texts[key] ?? '', texts[values[i]!] ?? '']))
}
