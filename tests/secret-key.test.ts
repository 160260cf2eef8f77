import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isSecretKey, openSecretKey } from '#src/secret-key.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kvitter-secret-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('is made once, for its owner’s eyes only, and the same at every start', async () => {
  const data = join(folder, 'data')
  const key = await openSecretKey(data, undefined)
  expect(isSecretKey(key)).toBe(true)
  expect(await openSecretKey(data, undefined)).toBe(key)
  expect(statSync(join(data, 'secret.key')).mode & 0o777).toBe(0o600)
  expect(readdirSync(data)).toEqual(['secret.key'])
})

test('starts at one time agree', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, () => openSecretKey(folder, undefined)))
  expect(new Set(keys).size).toBe(1)
})

test('the environment’s wins and isn’t written down', async () => {
  const given = Buffer.alloc(32, 7).toString('base64')
  expect(await openSecretKey(folder, given)).toBe(given)
  expect(readdirSync(folder)).toEqual([])
})

test('a file that holds something else stops the start and stays as it is', async () => {
  const file = join(folder, 'secret.key')
  writeFileSync(file, 'too short\n')
  await expect(openSecretKey(folder, undefined)).rejects.toThrow(`${file}: expected 32 bytes`)
  expect(readFileSync(file, 'utf8')).toBe('too short\n')
})

test.each(['', 'abc', `${'A'.repeat(42)}!`, 'A'.repeat(44)])('%j is no secret key', (text) => {
  expect(isSecretKey(text)).toBe(false)
})
