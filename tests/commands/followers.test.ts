import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { followersCommand } from '#src/commands/followers.ts'
import { openFollowers } from '#src/notify/activitypub/followers.ts'
import { openSealer } from '#src/store/sealer.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { SECRET } from '#tests/support/fediverse-town.ts'

const ANNA = 'https://mastodon.example/users/anna'
const env = { KVITTER_SECRET_KEY: SECRET }
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvitter-followers-'))
  await using store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  await store.keepFediverseActors([
    { id: 'a', place: 'town', username: 'avs' },
    { id: 'b', place: '1490-901', username: 'ekudden' },
    { id: 'c', place: '1490-902', username: 'hamnen' },
  ])
  const followers = openFollowers(store, SECRET)
  for (const id of ['a', 'b']) await followers.add(id, { id: ANNA, inbox: `${ANNA}/inbox` })
  await followers.add('b', { id: `${ANNA}2`, inbox: `${ANNA}2/inbox` })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const run = (...args: readonly string[]) => followersCommand([...args, '--data', folder], env)

test('followers are counted, forgotten by their address, and never listed', async () => {
  expect(await run()).toEqual({ code: 0, text: '1  avs\n2  ekudden\n0  hamnen' })
  expect(await run('forget', ANNA)).toEqual({
    code: 0,
    text: `${ANNA} is forgotten; it followed 2.`,
  })
  expect(await run()).toEqual({ code: 0, text: '0  avs\n1  ekudden\n0  hamnen' })
  expect(await run('forget', ANNA)).toEqual({
    code: 1,
    text: `${ANNA} follows none of the town’s actors.`,
  })
})

test('without the secret nothing is told, and none is made', async () => {
  const { code, text } = await followersCommand(['--data', folder], {})
  expect(code).toBe(1)
  expect(text).toContain('has no secret.key. Bring back the one that belongs to the database')
  expect(existsSync(join(folder, 'secret.key'))).toBe(false)
})

test('with another secret nobody is said to follow nobody', async () => {
  {
    await using store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
    await store.keepSecretCheck(openSealer(SECRET).seal('kvitter'))
  }
  const other = { KVITTER_SECRET_KEY: Buffer.alloc(32, 8).toString('base64') }
  const { code, text } = await followersCommand(['forget', ANNA, '--data', folder], other)
  expect(code).toBe(1)
  expect(text).toContain('sealed under another secret')
  expect((await run()).code).toBe(0)
})

test.each([[['forget']], [['forget', 'anna']], [['forget', ANNA, ANNA]], [['list']], [['--all']]])(
  '%j is answered by what can be asked',
  async (args) => {
    const { code, text } = await run(...args)
    expect(code).toBe(2)
    expect(text).toContain('usage: kvitter followers [forget ADDRESS]')
  },
)
