/** `kvitter followers`: who follows the town's actors on the fediverse; how many, and forgetting one. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openFollowers } from '#src/notify/activitypub/followers.ts'
import { isWebAddress } from '#src/stations/web-address.ts'
import { openSealer } from '#src/store/sealer.ts'
import { ANOTHER_SECRET, fitsSecret } from '#src/store/secret-check.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { type Env, readSettings } from '../config.ts'
import { findSecretKey } from '../secret-key.ts'
import type { CommandResult } from './codec.ts'

const USAGE = [
  'usage: kvitter followers [forget ADDRESS] [--data DIR]',
  '',
  'How many follow each of the town’s actors on the fediverse; who they are can’t be listed.',
  'With forget, ADDRESS follows none of them any more. It is the account’s own address, such as',
  'https://mastodon.example/users/anna, which its server tells as "id".',
].join('\n')

const NO_SECRET =
  'Bring back the one that belongs to the database, or give its KVITTER_SECRET_KEY; the service makes it when it is first started.'

export async function followersCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const [verb, address, ...rest] = positionals
  const isForget = verb === 'forget' && address !== undefined && isWebAddress(address)
  if (rest.length > 0 || (verb !== undefined && !isForget)) return { code: 2, text: USAGE }
  const read = readSettings(values.data === undefined ? [] : ['--data', values.data], env)
  if (read.kind === 'faulty') return { code: 2, text: read.faults.join('\n') }

  const { data, secretKey } = read.settings
  await using store = await openSqliteStore(join(data, 'kvitter.sqlite'))
  const secret = await findSecretKey(data, secretKey)
  if (secret === undefined) return { code: 1, text: `${data} has no secret.key. ${NO_SECRET}` }
  if (!(await fitsSecret(store, openSealer(secret)))) return { code: 1, text: ANOTHER_SECRET }
  const actors = await store.fediverseActors()
  const followers = openFollowers(store, secret)
  if (address === undefined) {
    const lines = actors.map(
      async ({ id, username }) => `${await followers.count(id)}  ${username}`,
    )
    return { code: 0, text: (await Promise.all(lines)).join('\n') || 'There are no actors yet.' }
  }
  const of = await followers.removeEverywhere(new URL(address).href)
  return of === 0
    ? { code: 1, text: `${address} follows none of the town’s actors.` }
    : { code: 0, text: `${address} is forgotten; it followed ${of}.` }
}
