/** Lets users in over MQTT, as `kvitter token` would, but with tokens that the test knows. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { instant } from '#src/stations/time.ts'
import type { Credential } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'

/** `token-of-{username}` */
export function tokenOf(username: string): string {
  return `token-of-${username}`
}

/** Call while the town in the data folder isn't served. */
export async function letIn(
  data: string,
  users: Readonly<Record<string, Credential['role']>>,
): Promise<void> {
  await using store = await openSqliteStore(join(data, 'kvitter.sqlite'))
  for (const [username, role] of Object.entries(users)) {
    // Hashed here by hand: what is kept is part of the contract.
    const tokenHash = createHash('sha256').update(tokenOf(username)).digest('hex')
    await store.saveCredential({ username, role, tokenHash }, instant(Date.now()))
  }
}
