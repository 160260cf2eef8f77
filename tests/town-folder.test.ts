import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { provstadMap } from '#tests/support/provstad-map.ts'
import { loadTown } from '#simulator/load-town.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { readTownFolder } from '../src/town-folder.ts'
import { writeHeights } from './routing/height-tile.ts'
import { parseTown } from '../src/town-parser.ts'

const boras = fileURLToPath(new URL('../towns/boras', import.meta.url))

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-folder-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('the demo town has neither faults nor warnings', async () => {
  expect(await readTownFolder(boras)).toMatchObject({ kind: 'ok', folder: { warnings: [] } })
})

test('a map of the town is read with it, and its faults are told', async () => {
  await cp(boras, folder, { recursive: true })
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.mapBase?.map(({ kind }) => kind)).toContain('river')
  await writeFile(join(folder, 'map.geojson'), '{"type":"FeatureCollection"}')
  expect(await readTownFolder(folder)).toEqual({
    kind: 'faulty',
    faults: [`${join(folder, 'map.geojson')}  features: expected a list of features`],
  })
  await rm(join(folder, 'map.geojson'))
  const without = await readTownFolder(folder)
  expect(without.kind === 'ok' && without.folder.mapBase).toBeUndefined()
})

test('a tile of heights lies in the folder, and one that doesn’t is told of', async () => {
  await cp(boras, folder, { recursive: true })
  await appendFile(join(folder, 'returnbike.yaml'), '\ntravel: { heights: [N57E012.hgt] }\n')
  const tile = join(folder, 'N57E012.hgt')
  expect(await readTownFolder(folder)).toEqual({
    kind: 'faulty',
    faults: [`${tile}: there is no such file`],
  })
  writeHeights(folder, 'N57E012.hgt', () => 140)
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.returnBike?.formula).toEqual({ heights: [tile] })
})

test('the municipality’s own look is read with it, as long as it is small', async () => {
  await cp(boras, folder, { recursive: true })
  const css = ':root { --brand: #003a70; }'
  await writeFile(join(folder, 'pages.css'), css)
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.css).toBe(css)
  await writeFile(join(folder, 'pages.css'), `\uFEFF${css}`)
  const marked = await readTownFolder(folder)
  expect(marked.kind === 'ok' && marked.folder.css).toBe(css)
  await writeFile(join(folder, 'pages.css'), css.repeat(1000))
  expect(await readTownFolder(folder)).toEqual({
    kind: 'faulty',
    faults: [`${join(folder, 'pages.css')}: expected at most 20 kB`],
  })
})

test('whose pictures lie under the opened map comes from the town’s file, and isn’t of the town', async () => {
  const raster = { url: 'https://tiles.example.se/{z}/{x}/{y}.png', attribution: '© Provstad' }
  const text = await readFile(join(boras, 'town.yaml'), 'utf8')
  await cp(boras, folder, { recursive: true })
  await writeFile(join(folder, 'town.yaml'), `${text}\nmap: ${JSON.stringify({ raster })}\n`)
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.mapSource).toEqual({
    raster: { ...raster, maxZoom: 19 },
  })
  expect(read.kind === 'ok' && read.folder.town).not.toHaveProperty('map')
})

test('a map of its own is found in the folder, and one that isn’t there is told with all the rest', async () => {
  const text = await readFile(join(boras, 'town.yaml'), 'utf8')
  await cp(boras, folder, { recursive: true })
  await writeFile(join(folder, 'town.yaml'), `${text}\nmap: { pmtiles: provstad.pmtiles }\n`)
  await writeFile(join(folder, 'map.geojson'), '[]')
  const file = join(folder, 'provstad.pmtiles')
  const without = await readTownFolder(folder)
  expect(without.kind === 'faulty' && without.faults).toEqual([
    expect.stringContaining('map.geojson'),
    `${file}: there is no such file; “pmtiles extract” makes it (docs/OPERATING.md)`,
  ])
  await rm(join(folder, 'map.geojson'))
  await writeFile(file, provstadMap)
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.mapSource).toEqual({ pmtiles: file })
})

test('both files are read before anything is told', async () => {
  await writeFile(join(folder, 'town.yaml'), 'version: 1\nname: [')
  await writeFile(join(folder, 'rules.yaml'), 'version: 2\n')
  const read = await readTownFolder(folder)
  const faults = read.kind === 'faulty' ? read.faults.join('\n') : ''
  expect(faults).toContain(`${join(folder, 'town.yaml')}:`)
  expect(faults).toContain(`${join(folder, 'rules.yaml')}:`)
})

test('a large town, read in a process of its own, is the same town', async () => {
  const text = loadTown(2500)
  expect(text.length).toBeGreaterThan(200_000)
  expect(await parseTown(text, 'town.yaml')).toEqual(parseTownFile(text, 'town.yaml'))
})

test('and so are its faults', async () => {
  const text = loadTown(2500).replace('fraction: paper', 'fraction: papper')
  const parsed = await parseTown(text, 'town.yaml')
  expect(parsed).toEqual(parseTownFile(text, 'town.yaml'))
  expect(parsed.kind).toBe('faulty')
})

test('a profile’s codec is read from the folder, and a missing one is told', async () => {
  const town = (await readFile(join(boras, 'town.yaml'), 'utf8')).replace(
    'networkServers:',
    `profiles:
  our-town/bin: { codec: codecs/bin.js, fields: { levels: [{ path: mm, meaning: distance, unit: mm }] } }
networkServers:`,
  )
  await cp(boras, folder, { recursive: true })
  await writeFile(join(folder, 'town.yaml'), town)
  expect(await readTownFolder(folder)).toEqual({
    kind: 'faulty',
    faults: [`${join(folder, 'codecs/bin.js')}: there is no such file`],
  })

  await mkdir(join(folder, 'codecs'))
  await writeFile(join(folder, 'codecs', 'bin.js'), 'function decodeUplink() {}')
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && read.folder.town.profiles).toMatchObject([
    { codec: { file: 'codecs/bin.js', source: 'function decodeUplink() {}' } },
  ])
})

test('a town’s own texts are read with the rest, and so are their faults', async () => {
  await cp(boras, folder, { recursive: true })
  await mkdir(join(folder, 'texts'))
  const texts = join(folder, 'texts', 'sv.yaml')
  await writeFile(texts, 'version: 1\nlanguage: sv\nheading: { full: Proppfullt }\n')
  const read = await readTownFolder(folder)
  expect(read.kind === 'ok' && [...(read.folder.texts.sv ?? [])]).toEqual([
    ['heading.full', 'Proppfullt'],
  ])

  await writeFile(texts, 'version: 1\nlanguage: sv\nheading: { full: se boras.se }\n')
  await writeFile(join(folder, 'rules.yaml'), 'version: 2\n')
  const faulty = await readTownFolder(folder)
  const faults = faulty.kind === 'faulty' ? faulty.faults.join('\n') : ''
  expect(faults).toContain(`${texts}:3  heading.full: holds what X takes for a link`)
  expect(faults).toContain(join(folder, 'rules.yaml'))
})
