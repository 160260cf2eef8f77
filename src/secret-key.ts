/**
 * The machine's own secret, under which keys and personal data are sealed in the database: from the
 * environment, or from a file beside the database that is made at the first start.
 */
import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSealer } from '#src/store/sealer.ts'
import { ANOTHER_SECRET, proveSecret, type SecretCheck } from '#src/store/secret-check.ts'

const FILE = 'secret.key'
const KEY_BYTES = 32

export const SECRET_KEY_HINT = 'expected 32 bytes in base64, as `openssl rand -base64 32` makes'

/** 32 bytes in base64, with or without its padding. */
export function isSecretKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES && /^[A-Za-z0-9+/]{43}=?$/.test(text)
}

/**
 * The service's own secret, in base64. `given` wins over the file and is never written down. A file that
 * is missing is made, unless something is sealed under the one that was there.
 * @throws when the file can't be read or made, or holds something else, or the database's secret is another.
 */
export async function openSecretKey(
  folder: string,
  given: string | undefined,
  store: SecretCheck,
): Promise<string> {
  const found = await findSecretKey(folder, given)
  if (found === undefined && (await store.secretCheck()) !== undefined) {
    throw new Error(ANOTHER_SECRET)
  }
  const secret = found ?? checked(join(folder, FILE), await makeKey(folder))
  await proveSecret(store, openSealer(secret))
  return secret
}

/**
 * The secret, where there is one; for commands beside the service, which make none.
 * @throws when the file can't be read or holds something else.
 */
export async function findSecretKey(
  folder: string,
  given: string | undefined,
): Promise<string | undefined> {
  if (given !== undefined) return given
  const file = join(folder, FILE)
  const key = await readIfThere(file)
  return key === undefined ? undefined : checked(file, key)
}

function checked(file: string, key: string): string {
  if (!isSecretKey(key)) throw new Error(`${file}: ${SECRET_KEY_HINT}`)
  return key
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all, and where two processes start at once both have the first one's. */
async function makeKey(folder: string): Promise<string> {
  const file = join(folder, FILE)
  await mkdir(folder, { recursive: true })
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, {
    mode: 0o600,
    flush: true,
  })
  try {
    await link(draft, file)
    await chmod(file, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft)
  }
  return (await readFile(file, 'utf8')).trim()
}
