/** OpenStreetMap PBF files for tests: as small as they come, in the format's several spellings. */
import { deflateSync } from 'node:zlib'

export interface MadeNode {
  readonly id: number
  readonly lat: number
  readonly lon: number
  readonly tags?: Readonly<Record<string, string>>
}

export interface MadeWay {
  readonly refs: readonly number[]
  readonly tags: Readonly<Record<string, string>>
}

export interface Spelling {
  readonly dense?: boolean
  readonly raw?: boolean
  readonly features?: readonly string[]
  readonly granularity?: number
  readonly latOffset?: number
  /** The Blob's field that holds the data; 3 is zlib. */
  readonly packing?: number
}

export function osmFile(
  nodes: readonly MadeNode[],
  ways: readonly MadeWay[],
  spelling: Spelling = {},
): Buffer {
  const features = spelling.features ?? ['OsmSchema-V0.6', 'DenseNodes']
  const header = Buffer.concat(features.map((f) => bytes(4, Buffer.from(f))))
  return Buffer.concat([
    blob('OSMHeader', header, spelling),
    blob('OSMData', block(nodes, [], spelling), spelling),
    blob('OSMData', block([], ways, spelling), spelling),
  ])
}

function blob(type: string, data: Buffer, { raw = false, packing = 3 }: Spelling): Buffer {
  const body = raw
    ? bytes(1, data)
    : Buffer.concat([varintField(2, data.length), bytes(packing, deflateSync(data))])
  const header = Buffer.concat([bytes(1, Buffer.from(type)), varintField(3, body.length)])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.length)
  return Buffer.concat([length, header, body])
}

function block(nodes: readonly MadeNode[], ways: readonly MadeWay[], spelling: Spelling): Buffer {
  const { dense = true, granularity = 100, latOffset = 0 } = spelling
  const texts = ['']
  const text = (word: string): number => {
    const at = texts.indexOf(word)
    return at >= 0 ? at : texts.push(word) - 1
  }
  const coded = (degrees: number, offset: number): number =>
    Math.round((degrees * 1e9 - offset) / granularity)
  const lats = nodes.map(({ lat }) => coded(lat, latOffset))
  const lons = nodes.map(({ lon }) => coded(lon, 0))
  const tagsOf = (tags: Readonly<Record<string, string>>): [number, number][] =>
    Object.entries(tags).map(([key, value]) => [text(key), text(value)])
  const group = [
    ...(dense && nodes.length > 0
      ? [
          bytes(
            2,
            Buffer.concat([
              bytes(1, sums(nodes.map(({ id }) => id))),
              bytes(8, sums(lats)),
              bytes(9, sums(lons)),
              bytes(10, packed(nodes.flatMap(({ tags }) => [...tagsOf(tags ?? {}).flat(), 0]))),
            ]),
          ),
        ]
      : nodes.map(({ id, tags }, i) =>
          bytes(
            1,
            Buffer.concat([
              varintField(1, zigzag(id)),
              bytes(2, packed(tagsOf(tags ?? {}).map(([key]) => key))),
              bytes(3, packed(tagsOf(tags ?? {}).map(([, value]) => value))),
              varintField(8, zigzag(lats[i]!)),
              varintField(9, zigzag(lons[i]!)),
            ]),
          ),
        )),
    ...ways.map(({ refs, tags }, i) =>
      bytes(
        3,
        Buffer.concat([
          varintField(1, i + 1),
          bytes(2, packed(tagsOf(tags).map(([key]) => key))),
          bytes(3, packed(tagsOf(tags).map(([, value]) => value))),
          bytes(8, sums(refs)),
        ]),
      ),
    ),
  ]
  return Buffer.concat([
    bytes(1, Buffer.concat(texts.map((word) => bytes(1, Buffer.from(word))))),
    bytes(2, Buffer.concat(group)),
    varintField(17, granularity),
    varintField(19, latOffset),
    // A field of a later version, which readers pass over.
    varint((30 << 3) | 1),
    Buffer.alloc(8),
  ])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let left = BigInt(value) & 0xffffffffffffffffn
  do {
    const byte = Number(left & 127n)
    left >>= 7n
    out.push(left === 0n ? byte : byte | 128)
  } while (left > 0n)
  return Buffer.from(out)
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)])
}

function bytes(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | 2), varint(content.length), content])
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1
}

function packed(values: readonly number[]): Buffer {
  return Buffer.concat(values.map(varint))
}

function sums(values: readonly number[]): Buffer {
  return packed(values.map((value, i) => zigzag(value - (values[i - 1] ?? 0))))
}
