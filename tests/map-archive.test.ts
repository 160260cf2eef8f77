import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Compression, TileType } from 'pmtiles'
import { findArchiveFault } from '../src/map-archive.ts'
import { pmtilesOf, type DrawnMap } from '#tests/support/pmtiles-file.ts'

const map: DrawnMap = {
  layers: {
    earth: [],
    roads: [
      {
        at: [
          [12.9, 57.7],
          [13, 57.75],
        ],
        tags: { kind: 'highway' },
      },
    ],
  },
  bounds: [12.9, 57.7, 13, 57.75],
  maxZoom: 2,
}
const whole = pmtilesOf(map)
const ekudden = { lon: 12.94, lat: 57.72 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-archive-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function faultOf(bytes: Buffer, places = [ekudden]): Promise<string | undefined> {
  const file = join(folder, 'town.pmtiles')
  await writeFile(file, bytes)
  return findArchiveFault(file, places)
}

const otherVersion = Buffer.from(whole).fill(2, 7, 8)

test.each<[string, Buffer, string | undefined]>([
  ['with the town in it is one', whole, undefined],
  ['of another version isn’t', otherVersion, 'expected PMTiles version 3, found 2'],
  [
    'of pictures isn’t',
    pmtilesOf({ ...map, tileType: TileType.Png }),
    'expected vector squares (MVT), found others',
  ],
  [
    'that browsers can’t unpack isn’t',
    pmtilesOf({ ...map, tileCompression: Compression.Zstd }),
    'expected it packed by gzip or not at all, which browsers can read',
  ],
  [
    'that was cut short isn’t',
    whole.subarray(0, -1),
    `expected ${whole.length} bytes, found ${whole.length - 1}: it was cut short`,
  ],
  [
    'in another scheme isn’t',
    pmtilesOf({ ...map, layers: { transportation: [] } }),
    'expected the layers of the Protomaps basemap, found no “roads”',
  ],
  [
    'of another town isn’t',
    pmtilesOf({ ...map, bounds: [17.9, 59.2, 18.2, 59.4] }),
    'expected a map of the town, found none of its stations within',
  ],
])('an archive %s', async (_what, bytes, fault) => {
  expect(await faultOf(bytes)).toBe(fault)
})

test.each([
  ['a web page', Buffer.from('<!doctype html>')],
  ['nothing', Buffer.alloc(0)],
  ['the archive’s first bytes', whole.subarray(0, 100)],
])('%s is no archive', async (_what, bytes) => {
  expect(await faultOf(bytes)).toMatch(/^expected a PMTiles archive \(/)
})

test('a town without stations is wherever its map is', async () => {
  expect(await faultOf(whole, [])).toBeUndefined()
})

test('a file that isn’t there is told, with what makes it, and a folder isn’t a file', async () => {
  expect(await findArchiveFault(join(folder, 'town.pmtiles'), [])).toContain(
    'there is no such file',
  )
  expect(await findArchiveFault(folder, [])).toContain('EISDIR')
})
