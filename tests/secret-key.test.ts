import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findSecretKey, isSecretKey, openSecretKey } from '#src/secret-key.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import type { Store } from '#src/store/contract.ts'

let folder: string
let elsewhere: string
let store: Store
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kvitter-secret-'))
  elsewhere = mkdtempSync(join(tmpdir(), 'kvitter-secret-'))
  store = await openSqliteStore(join(elsewhere, 'kvitter.sqlite'))
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  for (const path of [folder, elsewhere]) rmSync(path, { recursive: true })
})

test('is made once, for its owner’s eyes only, and the same at every start', async () => {
  const data = join(folder, 'data')
  const key = await openSecretKey(data, undefined, store)
  expect(isSecretKey(key)).toBe(true)
  expect(await openSecretKey(data, undefined, store)).toBe(key)
  expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(data)).toEqual(['secret.key'])
})

test('starts at one time agree', async () => {
  const keys = await Promise.all(
    Array.from({ length: 8 }, () => openSecretKey(folder, undefined, store)),
  )
  expect(new Set(keys).size).toBe(1)
})

test('the environment’s wins and isn’t written down', async () => {
  const given = Buffer.alloc(32, 7).toString('base64')
  expect(await openSecretKey(folder, given, store)).toBe(given)
  expect(readdirSync(folder)).toEqual([])
})

describe('once something is sealed under it', () => {
  const ours = Buffer.alloc(32, 7).toString('base64')
  beforeEach(() => openSecretKey(folder, ours, store))

  test('one that is lost isn’t replaced: the start is refused', async () => {
    await expect(openSecretKey(folder, undefined, store)).rejects.toThrow(
      'sealed under another secret than this machine’s: bring back the file secret.key',
    )
    expect(readdirSync(folder)).toEqual([])
  })

  test('another is refused, be it the environment’s or a file’s, and ours is taken again', async () => {
    const other = Buffer.alloc(32, 8).toString('base64')
    await expect(openSecretKey(folder, other, store)).rejects.toThrow('under another secret')
    writeFileSync(join(folder, 'secret.key'), `${other}\n`)
    await expect(openSecretKey(folder, undefined, store)).rejects.toThrow('under another secret')
    writeFileSync(join(folder, 'secret.key'), `${ours}\n`)
    expect(await openSecretKey(folder, undefined, store)).toBe(ours)
  })
})

test('commands beside the service make none', async () => {
  expect(await findSecretKey(folder, undefined)).toBe(undefined)
  expect(readdirSync(folder)).toEqual([])
})

test('a file that holds something else stops the start and stays as it is', async () => {
  const file = join(folder, 'secret.key')
  writeFileSync(file, 'too short\n')
  await expect(openSecretKey(folder, undefined, store)).rejects.toThrow(
    `${file}: expected 32 bytes`,
  )
  expect(readFileSync(file, 'utf8')).toBe('too short\n')
})

test.each(['', 'abc', `${'A'.repeat(42)}!`, 'A'.repeat(44)])('%j is no secret key', (text) => {
  expect(isSecretKey(text)).toBe(false)
})
