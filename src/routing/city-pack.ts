/** A town's streets as a graph for bikes: made once from a file of OpenStreetMap's, read in a moment. */
import { readFileSync, writeFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { FORMULA } from '#src/pickups/planning/formula.ts'
import { distanceM } from '#src/stations/station.ts'
import { isBarred, waySpeed, type WaySpeed } from './bike-ways.ts'
import { readOsmFile } from './osm-pbf.ts'

export interface CityPack {
  /** WGS 84 degrees, by node. */
  readonly lat: Float64Array
  readonly lon: Float64Array
  /** Edges of node i are firstEdge[i] … firstEdge[i + 1] − 1. */
  readonly firstEdge: Int32Array
  readonly to: Int32Array
  /** Decimetres, and tenths of seconds empty and loaded. */
  readonly dm: Int32Array
  readonly emptyDs: Int32Array
  readonly loadedDs: Int32Array
}

const MAGIC = 'KVITTER-CITY-PACK-1\n'

/** @throws {BadOsmFile} */
export function makeCityPack(osmFile: string): CityPack {
  const ways: { readonly refs: readonly number[]; readonly speed: WaySpeed }[] = []
  const numbers = new Map<number, number>()
  readOsmFile(osmFile, {
    onWay({ refs, tags }) {
      const speed = waySpeed(tags)
      if (!speed) return
      ways.push({ refs, speed })
      for (const ref of refs) if (!numbers.has(ref)) numbers.set(ref, numbers.size)
    },
  })
  const lat = new Float64Array(numbers.size).fill(Number.NaN)
  const lon = new Float64Array(numbers.size)
  const barred = new Uint8Array(numbers.size)
  readOsmFile(osmFile, {
    onNode(node) {
      const i = numbers.get(node.id)
      if (i === undefined) return
      lat[i] = node.lat
      lon[i] = node.lon
      if (isBarred(node.tags)) barred[i] = 1
    },
  })
  const edges: Edge[] = []
  for (const { refs, speed } of ways) {
    for (let i = 1; i < refs.length; i++) {
      const a = numbers.get(refs[i - 1]!)!
      const b = numbers.get(refs[i]!)!
      // Extracts cut ways at their border, where nodes are missing.
      if (barred[a] === 1 || barred[b] === 1 || Number.isNaN(lat[a]! + lat[b]!)) continue
      const metres = distanceM({ lat: lat[a]!, lon: lon[a]! }, { lat: lat[b]!, lon: lon[b]! })
      edges.push(edge(a, b, metres, speed.forward, speed.incline))
      edges.push(edge(b, a, metres, speed.backward, -speed.incline))
    }
  }
  return largestPart(lat, lon, edges)
}

interface Edge {
  readonly from: number
  readonly to: number
  readonly dm: number
  readonly emptyDs: number
  readonly loadedDs: number
}

function edge(from: number, to: number, metres: number, mPerS: number, incline: number): Edge {
  const seconds = metres / mPerS
  const climbM = Math.max(0, incline) * metres
  return {
    from,
    to,
    dm: Math.round(10 * metres),
    emptyDs: Math.round(10 * (seconds + climbM * FORMULA.climbEmptySPerM)),
    loadedDs: Math.round(10 * (seconds + climbM * FORMULA.climbLoadedSPerM)),
  }
}

/** The rest are courtyards and what the file's border cut off: from there one gets nowhere. */
function largestPart(lat: Float64Array, lon: Float64Array, edges: readonly Edge[]): CityPack {
  const parent = Int32Array.from(lat, (_, i) => i)
  const rootOf = (node: number): number => {
    let root = node
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!
      root = parent[root]!
    }
    return root
  }
  for (const { from, to } of edges) parent[rootOf(from)] = rootOf(to)
  const sizes = new Map<number, number>()
  for (let i = 0; i < lat.length; i++) sizes.set(rootOf(i), (sizes.get(rootOf(i)) ?? 0) + 1)
  const [largest] = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0])
  const kept = new Map<number, number>()
  for (let i = 0; i < lat.length; i++) if (rootOf(i) === largest) kept.set(i, kept.size)
  const sorted = edges
    .filter(({ from }) => kept.has(from))
    .map((e) => ({ ...e, from: kept.get(e.from)!, to: kept.get(e.to)! }))
    .sort((a, b) => a.from - b.from)
  const firstEdge = new Int32Array(kept.size + 1)
  for (const { from } of sorted) firstEdge[from + 1]!++
  for (let i = 0; i < kept.size; i++) firstEdge[i + 1]! += firstEdge[i]!
  return {
    lat: Float64Array.from(kept.keys(), (i) => lat[i]!),
    lon: Float64Array.from(kept.keys(), (i) => lon[i]!),
    firstEdge,
    to: Int32Array.from(sorted, (e) => e.to),
    dm: Int32Array.from(sorted, (e) => e.dm),
    emptyDs: Int32Array.from(sorted, (e) => e.emptyDs),
    loadedDs: Int32Array.from(sorted, (e) => e.loadedDs),
  }
}

/** Magic, nodes, edges, checksum of the rest; then the arrays, little-endian. */
export function writeCityPack(file: string, pack: CityPack): void {
  const arrays = [pack.lat, pack.lon, pack.firstEdge, pack.to, pack.dm, pack.emptyDs, pack.loadedDs]
  const body = Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
  const head = Buffer.alloc(MAGIC.length + 12)
  head.write(MAGIC, 'latin1')
  head.writeUInt32LE(pack.lat.length, MAGIC.length)
  head.writeUInt32LE(pack.to.length, MAGIC.length + 4)
  head.writeUInt32LE(crc32(body), MAGIC.length + 8)
  writeFileSync(file, Buffer.concat([head, body]))
}

/** @throws an Error that says what is wrong with the file. */
export function readCityPack(file: string): CityPack {
  const bytes = readFileSync(file)
  const headBytes = MAGIC.length + 12
  if (bytes.length < headBytes || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw new Error(`${file} is no city pack of this version; kvitter city-pack import makes one`)
  }
  const nodes = bytes.readUInt32LE(MAGIC.length)
  const edges = bytes.readUInt32LE(MAGIC.length + 4)
  const body = bytes.subarray(headBytes)
  const isWhole =
    body.length === 16 * nodes + 4 * (nodes + 1) + 16 * edges &&
    crc32(body) === bytes.readUInt32LE(MAGIC.length + 8)
  if (!isWhole) throw new Error(`${file} is damaged; kvitter city-pack import makes it anew`)
  // A copy, so that the arrays begin where their kind may.
  const { buffer } = Uint8Array.from(body)
  let at = 0
  const doubles = (count: number): Float64Array => {
    const array = new Float64Array(buffer, at, count)
    at += 8 * count
    return array
  }
  const ints = (count: number): Int32Array => {
    const array = new Int32Array(buffer, at, count)
    at += 4 * count
    return array
  }
  return {
    lat: doubles(nodes),
    lon: doubles(nodes),
    firstEdge: ints(nodes + 1),
    to: ints(edges),
    dm: ints(edges),
    emptyDs: ints(edges),
    loadedDs: ints(edges),
  }
}
