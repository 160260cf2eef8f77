import { expect, test } from 'vitest'
import { drawPassword, findPasswordFault, fitsPassword, hashPassword } from '#src/store/password.ts'
import { StoreBusy } from '#src/store/store-busy.ts'

test('a hash says how it was made, and is another each time', async () => {
  const [one, two] = [await hashPassword('ekorren bor'), await hashPassword('ekorren bor')]
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(two)
})

test('letters count the same however they were composed; no hash fits nothing', async () => {
  const made = await hashPassword('åäö')
  expect(await fitsPassword('åäö'.normalize('NFD'), made)).toBe(true)
  expect(await fitsPassword('aao', made)).toBe(false)
  expect(await fitsPassword('anything', undefined)).toBe(false)
  expect(await fitsPassword('anything', 'not a hash')).toBe(false)
})

test('too many at once are turned away, and the next are taken again', async () => {
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, () => fitsPassword('x', undefined)),
  )
  const turnedAway = all.filter((one) => one.status === 'rejected')
  expect(turnedAway).toHaveLength(10)
  expect(turnedAway.every(({ reason }) => reason instanceof StoreBusy)).toBe(true)
  expect(await fitsPassword('x', undefined)).toBe(false)
})

test.each([
  ['elva tecken', 'length'],
  ['x'.repeat(201), 'length'],
  ['jag heter Anna', 'login'],
  ['tolv tecken!', undefined],
])('the password "%s" is faulted for %s', (password, fault) => {
  expect(findPasswordFault(password, 'anna')).toBe(fault)
})

test('drawn passwords are long enough and none is drawn twice', () => {
  const drawn = Array.from({ length: 100 }, drawPassword)
  expect(new Set(drawn).size).toBe(100)
  expect(drawn.map((one) => findPasswordFault(one, 'zzz'))).toEqual(drawn.map(() => undefined))
})
