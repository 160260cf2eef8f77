/** Commands that work on the database itself, beside the service or before its first start. */
import { join } from 'node:path'
import type { Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { type Env, readSettings } from '../config.ts'
import type { CommandResult } from './codec.ts'

export const DATA_FLAGS = { data: { type: 'string' } } as const
export const DATA_HELP = '  --data DIR  the folder of the database [KVITTER_DATA or ./data]'

export async function withDatabase(
  data: string | undefined,
  env: Env,
  work: (store: Store) => Promise<CommandResult>,
): Promise<CommandResult> {
  const read = readSettings(data === undefined ? [] : ['--data', data], env)
  if (read.kind === 'faulty') return { code: 2, text: read.faults.join('\n') }
  await using store = await openSqliteStore(join(read.settings.data, 'kvitter.sqlite'))
  // Awaited here, or the database would be closed before.
  return await work(store)
}
