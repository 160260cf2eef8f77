/** How much may be asked about errands from one address, by API or by page. */
import { createHash, randomBytes } from 'node:crypto'
import { MINUTE, SECOND, type Clock } from '#src/stations/time.ts'
import { createAllowance } from './allowance.ts'
import { addressBlock } from './reporters.ts'

/** From one address: a house with one network, or a library's computer. */
const ALLOWED = {
  hold: { most: 30, oneEveryMs: MINUTE, people: 20_000 },
  submit: { most: 12, oneEveryMs: 5 * MINUTE, people: 20_000 },
  /** Guessing a secret of 128 bits so takes longer than there is time. */
  open: { most: 60, oneEveryMs: 10 * SECOND, people: 20_000 },
  search: { most: 60, oneEveryMs: 2 * SECOND, people: 20_000 },
} as const

export type ErrandRequest = keyof typeof ALLOWED

export interface ErrandAllowance {
  /** 0 when it may be asked now, else after how many milliseconds it may. */
  afterMs(what: ErrandRequest, address: string): number
}

export function openErrandAllowance(clock: Clock): ErrandAllowance {
  const allowances = Object.fromEntries(
    Object.entries(ALLOWED).map(([what, allowed]) => [what, createAllowance(allowed)]),
  )
  // Not even this process's memory holds an address.
  const salt = randomBytes(16)
  const nameless = (address: string) =>
    createHash('sha256').update(salt).update(addressBlock(address)).digest('base64')
  return {
    afterMs: (what, address) => allowances[what]!.take(nameless(address), clock()),
  }
}
