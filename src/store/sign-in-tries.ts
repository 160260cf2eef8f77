/** How often somebody may try to sign in. Kept in memory alone, as hashes. */
import { MINUTE, SECOND, type Clock } from '#src/stations/time.ts'
import { createAllowance } from './allowance.ts'
import { addressBlock } from './reporters.ts'
import { parseLogin } from './staff.ts'
import { hashToken } from './token.ts'

export interface SignInTries {
  /** Takes one. 0 when there was one to take, else after how many milliseconds there will be. */
  take(login: string, address: string): number
  /** The same for a code of the second step, which who has the password could guess. */
  takeCode(login: string, address: string): number
  /** Somebody came in: from there strangers who try at their account don't keep them out. */
  cameIn(login: string, address: string): void
}

const MOST_REMEMBERED = 20_000
/** From one place at all, at one account from one place, and at one from everywhere. */
const FOR_PLACE = { most: 40, oneEveryMs: 10 * SECOND, people: MOST_REMEMBERED }
const FOR_ONE = { most: 8, oneEveryMs: 30 * SECOND, people: MOST_REMEMBERED }
const FOR_LOGIN = { most: 60, oneEveryMs: 10 * SECOND, people: MOST_REMEMBERED }
/** Of a million codes three fit: at this pace one is guessed in three years, and none but who has the password is kept out. */
const FOR_CODE = { most: 10, oneEveryMs: 5 * MINUTE, people: MOST_REMEMBERED }

export function countSignInTries(clock: Clock): SignInTries {
  const ofPlace = createAllowance(FOR_PLACE)
  const ofOne = createAllowance(FOR_ONE)
  const ofLogin = createAllowance(FOR_LOGIN)
  const ofCode = createAllowance(FOR_CODE)
  const known = new Set<string>()

  // Who waits already takes nothing of what is left to others.
  const takeHere = ({ place, one }: ReturnType<typeof keysOf>) =>
    ofPlace.take(place, clock()) || ofOne.take(one, clock())

  return {
    take(login, address) {
      const keys = keysOf(login, address)
      const afterMs = takeHere(keys)
      return afterMs > 0 || known.has(keys.one) ? afterMs : ofLogin.take(keys.name, clock())
    },
    takeCode(login, address) {
      const keys = keysOf(login, address)
      return takeHere(keys) || ofCode.take(keys.name, clock())
    },
    cameIn(login, address) {
      const { one } = keysOf(login, address)
      known.delete(one)
      known.add(one)
      if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value!)
    },
  }
}

function keysOf(login: string, address: string) {
  const place = addressBlock(address)
  // As accounts are found by it, or with a space more one could go on trying.
  const name = parseLogin(login) ?? login.trim().toLowerCase()
  return { place: hashToken(place), name: hashToken(name), one: hashToken(`${place} ${name}`) }
}
