/** `kvitter subscribers`: how many are told themselves; what is kept of one of them, and forgetting it. */
import { parseArgs } from 'node:util'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { openStaffApi, STAFF_FLAGS, STAFF_HELP } from './staff-api.ts'

const USAGE = [
  'usage: kvitter subscribers count',
  '       kvitter subscribers export EMAIL',
  '       kvitter subscribers erase  EMAIL',
  '',
  'When a resident asks what is kept of them, or wants it gone. Those who have a mail from the service can',
  'end it themselves by its link. Browsers are nobody by name: they end notifications by themselves.',
  '',
  ...STAFF_HELP,
].join('\n')

const ROUTES = { export: '/api/v1/subscribers/export', erase: '/api/v1/subscribers/erase' } as const

export async function subscribersCommand(
  args: readonly string[],
  env: Env,
): Promise<CommandResult> {
  const [what, ...rest] = args
  if (what === '--help' || what === '-h') return { code: 0, text: USAGE }
  let parsed
  try {
    parsed = parseArgs({ args: rest, options: STAFF_FLAGS, allowPositionals: true })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  const api = openStaffApi(values.url, env)
  const [email] = positionals
  if (what === 'count' && positionals.length === 0) {
    const asked = await api.get<Readonly<Record<string, number>>>('/api/v1/subscribers')
    if (asked.kind === 'failed') return { code: 1, text: asked.words }
    const { email: byMail, push } = asked.value
    return { code: 0, text: `${byMail} by e-mail, ${push} by notifications` }
  }
  if ((what !== 'export' && what !== 'erase') || email === undefined || positionals.length > 1) {
    return { code: 2, text: USAGE }
  }
  const asked = await api.send<object>('POST', ROUTES[what], { email })
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  if (what === 'export') return { code: 0, text: JSON.stringify(asked.value, null, 2) }
  return { code: 0, text: 'Forgotten. What was on its way to that address is not sent any more.' }
}
