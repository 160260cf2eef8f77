import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { cityPackCommand } from '#src/commands/city-pack.ts'
import { FORMULA, legByFormula } from '#src/pickups/planning/formula.ts'
import { tableOf } from '#src/pickups/planning/legs.ts'
import { waySpeed } from '#src/routing/bike-ways.ts'
import { type CityPack, makeCityPack, readCityPack } from '#src/routing/city-pack.ts'
import { cityPackMatrix } from '#src/routing/city-pack-matrix.ts'
import { wayFinder } from '#src/routing/shortest-ways.ts'
import { distanceM } from '#src/stations/station.ts'
import { type MadeNode, type MadeWay, osmFile, type Spelling } from './osm-writer.ts'

const folder = mkdtempSync(join(tmpdir(), 'kvitter-osm-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function fileOf(content: Uint8Array | string): string {
  const file = join(folder, `${files++}.osm.pbf`)
  writeFileSync(file, content)
  return file
}

/**
 * Around Kransmossen, a hundred metres from node to node or so:
 *
 *     1 ─ 2 ─ 3      the street; 2 ─ 5 is a path with a stile in 5
 *     │   │   │      3 → 6 one way; 1 ─ 4 gravel; 7 and 8 an island
 *     4 ─ 5 ─ 6
 */
const at = (row: number, column: number) => ({
  lat: 57.7 - row * 0.001,
  lon: 12.9 + column * 0.002,
})
const NODES: readonly MadeNode[] = [
  { id: 1, ...at(0, 0) },
  { id: 2, ...at(0, 1) },
  { id: 3, ...at(0, 2) },
  { id: 4, ...at(1, 0) },
  { id: 5, ...at(1, 1), tags: { barrier: 'stile' } },
  { id: 6, ...at(1, 2) },
  { id: 7, ...at(5, 5) },
  { id: 8, ...at(5, 6) },
  { id: 9_000_000_000, ...at(0, 3) },
]
const WAYS: readonly MadeWay[] = [
  { refs: [1, 2, 3, 9_000_000_000, 99], tags: { highway: 'residential', name: 'Ängsgatan' } },
  { refs: [1, 4], tags: { highway: 'track', surface: 'gravel' } },
  { refs: [4, 5, 6], tags: { highway: 'path' } },
  { refs: [2, 5], tags: { highway: 'path' } },
  { refs: [3, 6], tags: { highway: 'residential', oneway: 'yes' } },
  { refs: [7, 8], tags: { highway: 'residential' } },
  { refs: [1, 6], tags: { highway: 'steps' } },
  { refs: [2, 6], tags: { building: 'yes' } },
]

const SPELLINGS: readonly [string, Spelling][] = [
  ['dense and packed', {}],
  ['node by node', { dense: false }],
  ['not packed', { raw: true }],
  ['with a grid and an offset of its own', { granularity: 10, latOffset: -5_000_000_000 }],
]

test.each(SPELLINGS)('a file that is %s gives the same streets', (_, spelling) => {
  const pack = makeCityPack(fileOf(osmFile(NODES, WAYS, spelling)))
  // The island, the stile and the node that the border cut off are not in it.
  expect(pack.lat.length).toBe(6)
  const places = [1, 2, 3, 4, 6, 9_000_000_000].map((id) => NODES.find((n) => n.id === id)!)
  expect([...pack.lat].map((lat) => lat.toFixed(4)).toSorted()).toEqual(
    places.map(({ lat }) => lat.toFixed(4)).toSorted(),
  )
  const wayS = (from: number, to: number): number => {
    const nodeOf = (id: number): number =>
      [...pack.lat].findIndex(
        (lat, i) =>
          Math.abs(lat - NODES.find((n) => n.id === id)!.lat) < 1e-6 &&
          Math.abs(pack.lon[i]! - NODES.find((n) => n.id === id)!.lon) < 1e-6,
      )
    return wayFinder(pack, pack.emptyDs).from(nodeOf(from), [nodeOf(to)]).seconds[0]!
  }
  const [one, two, three, four, six] = places
  const far = (a: MadeNode, b: MadeNode): number => distanceM(a, b)
  expect(wayS(1, 3)).toBeCloseTo((far(one!, two!) + far(two!, three!)) / (16 / 3.6), 0)
  expect(wayS(1, 4)).toBeCloseTo(far(one!, four!) / ((11 * 0.7) / 3.6), 0)
  expect(wayS(3, 6)).toBeCloseTo(far(three!, six!) / (16 / 3.6), 0)
  expect(wayS(6, 3)).toBeCloseTo(far(three!, six!) / (4.5 / 3.6), 0)
})

test.each([
  ['nothing', '', 'it is empty'],
  ['text', 'a,b\n1,2\n', 'it is no .osm.pbf; extracts in that format are offered by many mirrors'],
  ['half of it', osmFile(NODES, WAYS).subarray(0, 200), 'it is cut short'],
  [
    'lz4',
    osmFile(NODES, WAYS, { packing: 6 }),
    'its blocks are not packed by zlib; osmium cat -o OTHER.osm.pbf repacks it',
  ],
  [
    'a history',
    osmFile(NODES, WAYS, { features: ['HistoricalInformation'] }),
    'it needs the feature HistoricalInformation, unknown here',
  ],
  ['garbled', garbled(), 'it is damaged: '],
])('a file with %s in it is refused with the reason', (_, content, message) => {
  const file = fileOf(content)
  const { code, text } = cityPackCommand(['import', file])
  expect([code, text]).toEqual([1, expect.stringContaining(`${file} can’t be read: ${message}`)])
})

function garbled(): Buffer {
  const file = Buffer.from(osmFile(NODES, WAYS))
  file.fill(0x55, file.length - 40)
  return file
}

test('the command makes a pack that is read back whole, and says what is wrong', () => {
  const file = fileOf(osmFile(NODES, WAYS))
  const out = join(folder, 'town.citypack')
  expect(cityPackCommand(['import', file, '--out', out])).toEqual({
    code: 0,
    text: `${out}: 6 nodes, 10 edges.`,
  })
  expect(readCityPack(out)).toEqual(makeCityPack(file))
  const beside = file.replace('.osm.pbf', '.citypack')
  expect(cityPackCommand(['import', file]).text).toBe(`${beside}: 6 nodes, 10 edges.`)
  expect(cityPackCommand(['import', fileOf(osmFile(NODES, []))]).code).toBe(1)
  expect(cityPackCommand(['import', join(folder, 'none.osm.pbf')]).text).toContain('ENOENT')
  expect([
    cityPackCommand([]).code,
    cityPackCommand(['--odd']).code,
    cityPackCommand(['-h']).code,
  ]).toEqual([2, 2, 0])

  const bytes = readFileSync(out)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(out, bytes)
  expect(() => readCityPack(out)).toThrow(
    `${out} is damaged; kvitter city-pack import makes it anew`,
  )
  writeFileSync(out, 'something else')
  expect(() => readCityPack(out)).toThrow(`${out} is no city pack of this version`)
})

test('legs go along the streets, from door to street on foot, and by the formula outside the town', async () => {
  const pack = makeCityPack(fileOf(osmFile(NODES, WAYS)))
  const [one, three] = [NODES[0]!, NODES[2]!]
  const faraway = { lat: 57.8, lon: 12.9 }
  const door = { lat: one.lat + 0.0009, lon: one.lon }
  const table = await tableOf(cityPackMatrix(pack), [one, three, faraway, door])
  const streetM = distanceM(one, three)
  expect(table.emptyS[1]).toBeCloseTo(streetM / (16 / 3.6) + FORMULA.perLegS, -0.5)
  expect(table.metres[1]).toBeCloseTo(streetM, -0.5)
  expect(table.emptyS[2]).toBe(legByFormula(one, faraway, FORMULA).emptyS)
  expect(table.emptyS[3]! - FORMULA.perLegS).toBeCloseTo(100 / 1.25, -0.5)
  expect([table.emptyS[0], table.metres[0]]).toEqual([0, 0])
})

test('uphill a load is slower, downhill it is not', () => {
  const pack = makeCityPack(
    fileOf(osmFile(NODES, [{ refs: [1, 2], tags: { highway: 'residential', incline: '5%' } }])),
  )
  const climbM = distanceM(NODES[0]!, NODES[1]!) * 0.05
  expect((pack.loadedDs[0]! - pack.emptyDs[0]!) / 10).toBeCloseTo(climbM * 7, 0)
  expect(pack.loadedDs[1]).toBe(pack.emptyDs[1])
})

const KM = (mPerS: number | undefined): number | undefined => mPerS && Math.round(mPerS * 36) / 10
test.each<[string, Record<string, string>, [number, number] | undefined]>([
  ['a cycleway', { highway: 'cycleway' }, [17, 17]],
  ['a motorway', { highway: 'motorway' }, undefined],
  ['steps', { highway: 'steps' }, undefined],
  ['no highway at all', { waterway: 'river' }, undefined],
  ['private ground', { highway: 'service', access: 'private' }, undefined],
  [
    'private ground where bikes may',
    { highway: 'service', access: 'private', bicycle: 'yes' },
    [13, 13],
  ],
  ['a footway without bikes', { highway: 'footway', bicycle: 'no' }, undefined],
  ['a bridge to push over', { highway: 'footway', bicycle: 'dismount' }, [4.5, 4.5]],
  ['a path too narrow for the trailer', { highway: 'path', width: '0.8' }, undefined],
  ['a one-way street', { highway: 'residential', oneway: 'yes' }, [16, 4.5]],
  ['one the other way', { highway: 'residential', oneway: '-1' }, [4.5, 16]],
  [
    'one that bikes may ride both ways',
    { highway: 'residential', oneway: 'yes', 'oneway:bicycle': 'no' },
    [16, 16],
  ],
  [
    'a contraflow lane',
    { highway: 'residential', oneway: 'yes', cycleway: 'opposite_lane' },
    [16, 16],
  ],
  ['a roundabout', { highway: 'tertiary', junction: 'roundabout' }, [16, 4.5]],
  ['cobblestones', { highway: 'residential', surface: 'sett' }, [11.2, 11.2]],
  ['a motorroad', { highway: 'primary', motorroad: 'yes' }, undefined],
])('%s', (_, tags, speeds) => {
  const speed = waySpeed(new Map(Object.entries(tags)))
  expect(speed && [KM(speed.forward), KM(speed.backward)]).toEqual(speeds)
})

test('the fastest ways are those that trying every edge again and again finds', () => {
  const edge = fc.record({ from: fc.nat(11), to: fc.nat(11), ds: fc.nat(30), dm: fc.nat(30) })
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 50 }), (edges) => {
      const sorted = edges.toSorted((a, b) => a.from - b.from)
      const firstEdge = Int32Array.from(
        { length: 13 },
        (_, i) => sorted.filter((e) => e.from < i).length,
      )
      const pack: CityPack = {
        lat: new Float64Array(12),
        lon: new Float64Array(12),
        firstEdge,
        to: Int32Array.from(sorted, (e) => e.to),
        dm: Int32Array.from(sorted, (e) => e.dm),
        emptyDs: Int32Array.from(sorted, (e) => e.ds),
        loadedDs: Int32Array.from(sorted, (e) => e.ds),
      }
      const finder = wayFinder(pack, pack.emptyDs)
      const all = Array.from({ length: 12 }, (_, i) => i)
      for (const source of [0, 5, 0]) {
        const reached = all.map((i) => (i === source ? 0 : Number.POSITIVE_INFINITY))
        for (const _ of all) {
          for (const e of edges) reached[e.to] = Math.min(reached[e.to]!, reached[e.from]! + e.ds)
        }
        expect([...finder.from(source, all).seconds]).toEqual(reached.map((ds) => ds / 10))
        expect(finder.from(source, [7]).seconds[0]).toBe(reached[7]! / 10)
      }
    }),
  )
})
