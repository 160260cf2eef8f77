/** Whether the machine's secret is the one under which the database was sealed. */
import type { Sealer } from './sealer.ts'

export interface SecretCheck {
  /** What was sealed at the first start; undefined before it. */
  secretCheck(): Promise<string | undefined>
  /** Only the first stays. */
  keepSecretCheck(sealed: string): Promise<void>
}

export const ANOTHER_SECRET =
  'What is personal or secret in the database is sealed under another secret than this machine’s: bring back the file secret.key that belongs to the database, or its KVITTER_SECRET_KEY.'

const WORDS = 'kvitter'

/** Any does where nothing was sealed yet. */
export async function fitsSecret(store: SecretCheck, sealer: Sealer): Promise<boolean> {
  const sealed = await store.secretCheck()
  return sealed === undefined || sealer.unseal(sealed) === WORDS
}

/** @throws when what is kept was sealed under another secret. */
export async function proveSecret(store: SecretCheck, sealer: Sealer): Promise<void> {
  if ((await store.secretCheck()) === undefined) await store.keepSecretCheck(sealer.seal(WORDS))
  if (!(await fitsSecret(store, sealer))) throw new Error(ANOTHER_SECRET)
}
