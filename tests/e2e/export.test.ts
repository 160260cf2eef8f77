/** The town goes into the database and comes out again as a folder that is no change. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, instant, plus } from '#src/stations/time.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { runKvitter } from '#tests/support/process.ts'
import { castTown, containerId, deviceId } from '#tests/support/town.ts'

const BORAS = fileURLToPath(new URL('../../towns/boras', import.meta.url))
const RULES = join(BORAS, 'rules.yaml')

let folder: string
let data: string[]
let out: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-export-'))
  data = ['--data', join(folder, 'data')]
  out = join(folder, 'out')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function bringRules(): Promise<void> {
  await writeFile(join(out, 'rules.yaml'), await readFile(RULES))
}

test('an exported town is accepted, and brought in again it changes nothing', async () => {
  await runKvitter(['import', BORAS, ...data])
  const path = join(out, 'town.yaml')
  expect(await runKvitter(['export', out, ...data])).toEqual({
    code: 0,
    stdout: `${path}: Borås, 51 stations, 390 containers, 365 devices.\nA town folder needs a rules.yaml too; rules are not in the database, so bring yours.\n`,
    stderr: '',
  })
  expect(await readdir(out)).toEqual(['town.yaml'])
  await bringRules()
  expect((await runKvitter(['check', out])).code).toBe(0)
  // 7 areas, 51 stations, 390 containers, 365 devices, 365 mountings.
  expect((await runKvitter(['import', out, ...data])).stdout).toBe(
    'Borås: 0 added, 0 changed, 0 removed, 1178 unchanged.\n',
  )
})

test('so is one whose devices were swapped, with its operator and the mountings that ended', async () => {
  const database = join(folder, 'data', 'kvitter.sqlite')
  const from = castTown.mountings[0]!.from
  const swapped = plus(from, 60 * DAY)
  const paper = containerId('1490-901-paper-1')
  const spare = deviceId('024b560000000001')
  {
    await using store = await openSqliteStore(database)
    await store.saveTown(
      {
        ...castTown,
        operator: { name: 'Provstads kommun', email: 'kontakt@provstad.example' },
        stalledAfterMs: 7_200_000,
        devices: [...castTown.devices, { id: spare, profile: 'milesight/em400' }],
        mountings: [
          ...castTown.mountings.slice(1),
          { ...castTown.mountings[0]!, until: swapped },
          { deviceId: spare, containerId: paper, from: swapped },
        ],
      },
      instant(Date.now()),
    )
  }
  await runKvitter(['export', out, ...data])
  await bringRules()
  // 3 stations, 6 containers, 7 devices, 7 mountings.
  expect((await runKvitter(['import', out, ...data])).stdout).toBe(
    'Provstad: 0 added, 0 changed, 0 removed, 23 unchanged.\n',
  )
  await using store = await openSqliteStore(database)
  expect(await store.town()).toMatchObject({
    operator: { name: 'Provstads kommun', email: 'kontakt@provstad.example' },
    stalledAfterMs: 7_200_000,
  })
})

test('a file that is there is left alone, unless --force says otherwise', async () => {
  await runKvitter(['import', BORAS, ...data])
  await runKvitter(['export', out, ...data])
  const path = join(out, 'town.yaml')
  const written = await readFile(path, 'utf8')
  await writeFile(path, 'my own notes')
  const refused = await runKvitter(['export', out, ...data])
  expect(refused).toEqual({
    code: 2,
    stdout: '',
    stderr: `${path} is there already; --force writes over it.\n`,
  })
  expect(await readFile(path, 'utf8')).toBe('my own notes')
  expect((await runKvitter(['export', out, '--force', ...data])).code).toBe(0)
  expect(await readFile(path, 'utf8')).toBe(written)
  expect(await readdir(out)).toEqual(['town.yaml'])
})

test('without a database, without a town or without a place for it, it says so', async () => {
  const database = join(folder, 'data', 'kvitter.sqlite')
  expect(await runKvitter(['export', out, ...data])).toMatchObject({
    code: 2,
    stderr: `There is no database ${database}; name its folder with --data.\n`,
  })
  await (await openSqliteStore(database))[Symbol.asyncDispose]()
  expect(await runKvitter(['export', out, ...data])).toMatchObject({
    code: 2,
    stderr: `There is no town in ${database} yet; run kvitter import first.\n`,
  })
  await runKvitter(['import', BORAS, ...data])
  const file = join(folder, 'file')
  await writeFile(file, '')
  const refused = await runKvitter(['export', join(file, 'out'), ...data])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`${join(file, 'out', 'town.yaml')} can't be written: `)
  expect((await runKvitter(['export', ...data])).stderr).toContain('usage: kvitter export DIR')
})
