/** `kvitter api-token`: tokens by which systems and scripts use the API, each with a role. */
import { parseArgs } from 'node:util'
import { isoText, type Clock } from '#src/stations/time.ts'
import { parseRole, ROLES } from '#src/store/staff.ts'
import { drawToken } from '#src/store/staff-desk.ts'
import { hashToken } from '#src/store/token.ts'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { DATA_FLAGS, DATA_HELP, withDatabase } from './own-database.ts'
import { table } from './staff-api.ts'

const USAGE = [
  'usage: kvitter api-token list',
  `       kvitter api-token add NAME --role ${ROLES.join('|')}`,
  '       kvitter api-token revoke NAME',
  '',
  'A token is printed once; only its hash is kept. Send it as "Authorization: Bearer …". Tokens over MQTT',
  'are another thing: "kvitter token".',
  '',
  DATA_HELP,
].join('\n')

/** Who did it, in the accounts' log. */
const BY = 'command line'

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,79}$/u

export async function apiTokenCommand(
  args: readonly string[],
  env: Env,
  clock: Clock,
): Promise<CommandResult> {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      options: { ...DATA_FLAGS, role: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  const [what, name = '', ...more] = positionals
  if (values.help) return { code: 0, text: USAGE }
  const isAsked =
    what === 'list' ? name === '' : (what === 'add' || what === 'revoke') && name !== ''
  if (!isAsked || more.length > 0) return { code: 2, text: USAGE }
  const role = parseRole(values.role)
  const faults = [
    ...(what === 'add' && !NAME.test(name)
      ? [`"${name}": expected 1 to 80 letters, digits, spaces, dots or hyphens`]
      : []),
    ...(what === 'add' && !role ? [`--role: expected one of ${ROLES.join(', ')}`] : []),
  ]
  if (faults.length > 0) return { code: 2, text: faults.join('\n') }

  return withDatabase(values.data, env, async (store) => {
    if (what === 'list') {
      const rows = (await store.apiTokens()).map((token) => [
        token.name,
        token.role,
        isoText(token.createdAt).slice(0, 10),
        token.lastUsedAt === undefined ? 'never' : isoText(token.lastUsedAt).slice(0, 16),
        token.revokedAt === undefined ? '' : `revoked ${isoText(token.revokedAt).slice(0, 10)}`,
      ])
      const text =
        rows.length === 0 ? 'No tokens.' : table(['name', 'role', 'since', 'used', ''], rows)
      return { code: 0, text }
    }
    if (what === 'revoke') {
      const was = await store.revokeApiToken(name, clock())
      if (!was) return { code: 1, text: `There is no token "${name}" that holds.` }
      await store.logAccount({ at: clock(), by: BY, of: name, did: 'token-revoked' })
      return { code: 0, text: `"${name}" opens nothing any more.` }
    }
    const token = drawToken()
    const isNew = await store.addApiToken({ name, role: role!, hash: hashToken(token) }, clock())
    if (!isNew) return { code: 1, text: `There is a token "${name}" already; revoke it first.` }
    await store.logAccount({ at: clock(), by: BY, of: name, did: 'token-added' })
    return { code: 0, text: `token  ${token}` }
  })
}
