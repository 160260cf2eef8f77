/** Passwords as Argon2id keeps them (RFC 9106), with what OWASP asks at the least: 19 MiB, two passes, one lane. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { mutex } from './mutex.ts'
import { StoreBusy } from './store-busy.ts'

const derive = promisify(argon2)

const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const SALT_BYTES = 16
const HASH_BYTES = 32

export const SHORTEST_PASSWORD = 12
export const LONGEST_PASSWORD = 200

/** What is wrong with a password somebody chose; undefined when nothing is. */
export function findPasswordFault(password: string, login: string): 'length' | 'login' | undefined {
  const { length } = password
  if (length < SHORTEST_PASSWORD || length > LONGEST_PASSWORD) return 'length'
  return password.toLowerCase().includes(login.toLowerCase()) ? 'login' : undefined
}

/** In PHC's string format. One at a time: each takes its memory, and the threads are needed elsewhere. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derived(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES)
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${plain64(salt)}$${plain64(hash)}`
}

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Takes as long without a hash to compare with, so that nobody learns who has an account. */
export async function fitsPassword(password: string, phc: string | undefined): Promise<boolean> {
  const [, memory, passes, lanes, salt, hash] = PHC.exec(phc ?? '') ?? []
  const wanted = Buffer.from(hash ?? '', 'base64')
  const given = await derived(
    password,
    salt === undefined ? randomBytes(SALT_BYTES) : Buffer.from(salt, 'base64'),
    Number(memory ?? MEMORY_KIB),
    Number(passes ?? PASSES),
    Number(lanes ?? LANES),
    wanted.length || HASH_BYTES,
  )
  return wanted.length > 0 && timingSafeEqual(given, wanted)
}

/** Without signs that are mistaken for one another; some 100 bits. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP = 5

export function drawPassword(): string {
  return Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP }, drawSign).join(''),
  ).join('-')
}

function drawSign(): string {
  const most = 256 - (256 % SIGNS.length)
  let byte = most
  while (byte >= most) byte = randomBytes(1)[0]!
  return SIGNS[byte % SIGNS.length]!
}

const inTurn = mutex()
let waiting = 0
/** Some two seconds' worth; whoever floods the door shall not make it wait for minutes. */
const MOST_WAITING = 40

function derived(
  password: string,
  nonce: Uint8Array,
  memory: number,
  passes: number,
  parallelism: number,
  tagLength: number,
): Promise<Buffer> {
  if (waiting >= MOST_WAITING) return Promise.reject(new StoreBusy('too many passwords at once'))
  const message = password.normalize('NFKC')
  waiting += 1
  return inTurn(async () => {
    try {
      return await derive('argon2id', { message, nonce, parallelism, tagLength, memory, passes })
    } finally {
      waiting -= 1
    }
  })
}

function plain64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}
