/** Who followed and is forgotten is nowhere in the database's files. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import type { Store } from '#src/store/contract.ts'

const BODY = 'the sealed bytes of one who follows'

let folder: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-followers-'))
  store = await openSqliteStore(join(folder, 'kvitter.sqlite'))
  await store.keepFollower({ actorId: 'a', mark: 'm', body: BODY })
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const isKept = () =>
  readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(BODY))

test.each([
  ['by one who ends it', () => store.dropFollower('a', 'm')],
  ['everywhere', () => store.dropFollowerEverywhere('m')],
])('a follower forgotten %s is overwritten', async (_, forget) => {
  expect(isKept()).toBe(true)
  await forget()
  expect(await store.followerCount('a')).toBe(0)
  expect(isKept()).toBe(false)
})
