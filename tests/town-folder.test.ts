import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadTown } from '#simulator/load-town.ts'
import { parseTownFile } from '#src/stations/town-file.ts'
import { readTownFolder } from '../src/town-folder.ts'
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
