import { beforeEach, describe, expect, test } from 'vitest'
import { MINUTE, SECOND, type EpochMs } from '#src/stations/time.ts'
import { countSignInTries, type SignInTries } from '#src/store/sign-in-tries.ts'

const OFFICE = '192.0.2.1'
const STRANGER = '198.51.100.7'

let at: number
let tries: SignInTries

beforeEach(() => {
  at = 0
  tries = countSignInTries(() => at as EpochMs)
})

function tryOften(times: number, login: string, address: string): number {
  let waits = 0
  for (let i = 0; i < times; i += 1) if (tries.take(login, address) > 0) waits += 1
  return waits
}

describe('tries to sign in', () => {
  test('are eight at one account from one place, then one in half a minute', () => {
    expect(tryOften(8, 'anna', OFFICE)).toBe(0)
    expect(tries.take('anna', OFFICE)).toBe(30 * SECOND)
    at += MINUTE
    expect(tryOften(3, 'anna', OFFICE)).toBe(1)
  })

  test('are the same account’s however it is written', () => {
    const ways = ['anna', 'Anna', ' anna', 'anna\t', '\u{3000}ANNA ']
    for (let i = 0; i < 8; i += 1) expect(tries.take(ways[i % ways.length]!, OFFICE)).toBe(0)
    for (const way of ways) expect(tries.take(way, OFFICE)).toBeGreaterThan(0)
  })

  test('of one stranger who doesn’t stop keep nobody else out', () => {
    for (let i = 0; i < 200; i += 1) {
      tryOften(10, 'anna', STRANGER)
      at += 10 * SECOND
    }
    expect(tries.take('anna', OFFICE)).toBe(0)
  })

  test('of many strangers keep out who comes from somewhere new, not from where they came in', () => {
    tries.cameIn('anna', OFFICE)
    for (let i = 1; i <= 10; i += 1) tryOften(8, 'anna', `203.0.113.${i}`)
    expect(tries.take('anna', STRANGER)).toBeGreaterThan(0)
    expect(tries.take('bo', OFFICE)).toBe(0)
    expect(tries.take('Anna', OFFICE)).toBe(0)
    expect(tryOften(8, 'anna', OFFICE)).toBe(1)
  })

  test('of one place at many accounts are forty, and push nobody out of mind', () => {
    expect(tryOften(9, 'anna', STRANGER)).toBe(1)
    let waits = 0
    for (let i = 0; i < 25_000; i += 1) if (tries.take(`user-${i}`, STRANGER) > 0) waits += 1
    expect(waits).toBe(25_000 - 31)
    at += 20 * SECOND
    expect(tries.take('anna', STRANGER)).toBeGreaterThan(0)
  })

  test('of codes are ten for a login wherever they come from, then one in five minutes', () => {
    const address = (i: number) => `203.0.113.${i}`
    for (let i = 0; i < 10; i += 1) expect(tries.takeCode('anna', address(i))).toBe(0)
    expect(tries.takeCode('anna', address(10))).toBe(5 * MINUTE)
    expect(tries.takeCode('bo', address(11))).toBe(0)
    expect(tries.take('anna', OFFICE)).toBe(0)
    at += 5 * MINUTE
    expect(tryOften(3, 'anna', OFFICE)).toBe(0)
    expect([12, 13].map((i) => tries.takeCode('anna', address(i)) === 0)).toEqual([true, false])
  })
})
