import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { planCommand } from '#src/commands/plan.ts'
import { hubStationOf } from '#tests/support/hub.ts'
import { EKUDDEN_PAPER, openHttpTown } from '#tests/support/http-town.ts'
import { borasRules } from '#tests/rules/scenario.ts'

const STAFF = { KVITTER_STAFF_TOKEN: 'a-long-enough-token' }

async function withFile(content: unknown) {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'kvitter-hub-'))
  stack.defer(() => rm(folder, { recursive: true }))
  const file = join(folder, 'hub.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  const town = stack.use(
    await openHttpTown({ rules: borasRules, http: { staffToken: STAFF.KVITTER_STAFF_TOKEN } }),
  )
  await town.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = town.app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const held = stack.move()
  return {
    town,
    file,
    run: (args: readonly string[], env: Record<string, string> = STAFF) =>
      planCommand([...args, '--url', url], env),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

const next = '2026-05-07T00:00:00Z'
const national = [
  hubStationOf('901', [
    { type: 1, last: '2026-05-04T09:10:00Z', next },
    { type: 2, nextText: 'Se körlista' },
    { type: 3, next },
    { type: 9, last: '2026-05-04T09:10:00Z' },
  ]),
  hubStationOf('902', null),
  hubStationOf('077', [{ type: 1, next }]),
  // Enough that the service would not take them all.
  ...Array.from({ length: 10_000 }, (_, i) =>
    hubStationOf(
      `${i}`,
      [
        { type: 1, next },
        { type: 2, next },
      ],
      { municipalityCode: '1384' },
    ),
  ),
]

test('a national file is brought into the running service, and told what came of it', async () => {
  await using at = await withFile(national)
  const rest = [
    '1 of ours without services: ask GetAVS for each.',
    '1 of ours not in the file: 1490-903',
    '1 of the municipality not in the town: 077',
  ]
  const passedOver = [
    'Passed over: texts instead of dates 1, services that are not of containers 1.',
    '901, service 3: no container of 1490-901 takes metal',
  ]
  const dry = await at.run(['import', at.file, '--dry-run'])
  expect(dry.text.split('\n')).toEqual([
    'A dry run: nothing was kept.',
    'Stations: 2 of ours in the file, 10000 of other municipalities.',
    ...rest,
    'Plans: 1 new, 0 as before, 0 withdrawn.',
    'Emptyings: 1 told, 0 known already.',
    ...passedOver,
  ])
  expect(at.town.journal.plans(EKUDDEN_PAPER)).toEqual({})

  expect((await at.run(['import', at.file])).code).toBe(0)
  expect(at.town.journal.plans(EKUDDEN_PAPER).hub).toHaveLength(1)
  const again = await at.run(['import', at.file])
  expect(again.text).toContain('Plans: 0 new, 1 as before, 0 withdrawn.')
  expect(again.text).toContain('Emptyings: 0 told, 1 known already.')
})

test('a file that is not the hub’s, no file, no token and no such command are told apart', async () => {
  await using at = await withFile('{"stations": []}')
  expect(await at.run(['import', at.file])).toEqual({
    code: 2,
    text: `${at.file} is not what GetAllAVS or GetAVS of the hub answers.`,
  })
  expect(await at.run(['import', '/nowhere/hub.json'])).toMatchObject({ code: 2 })
  await writeFile(at.file, '[')
  expect((await at.run(['import', at.file])).text).toContain("can't be read")
  await writeFile(at.file, '[]')
  expect(await at.run(['import', at.file], {})).toMatchObject({ code: 1 })
  expect(await at.run(['export', at.file])).toMatchObject({ code: 2 })
  expect(await at.run(['import', at.file, '--force'])).toMatchObject({ code: 2 })
  expect(await at.run(['--help'])).toMatchObject({ code: 0 })
})
