/** `kvitter outbox`: what could not be said and saying it again, accounts paused and resumed. */
import { parseArgs } from 'node:util'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { loginName } from './device.ts'
import { openStaffApi, STAFF_FLAGS, STAFF_HELP, type StaffApi, table } from './staff-api.ts'

const USAGE = [
  'usage: kvitter outbox list [filter] [--limit N] [--json]',
  '       kvitter outbox send-again ID [--not-heard] [--by NAME]',
  '       kvitter outbox channels [--json]',
  '       kvitter outbox pause  CHANNEL ACCOUNT [--why TEXT] [--by NAME]',
  '       kvitter outbox resume CHANNEL ACCOUNT [--by NAME]',
  '',
  'list tells what was given up: refused for good (dead), or of unknown fate (uncertain). send-again gives',
  'one of them, or what has expired, a new life. channels tells how each account is doing.',
  '',
  '  --state WORDS    others than dead,uncertain: due, sending, sent, expired, withdrawn',
  '  --channel NAME   of one channel, such as mastodon',
  '  --account NAME   of one account',
  '  --station ID     of one station, such as 1490-064',
  '  --limit N        so many, newest first [50]',
  '  --json           as the service answers, for scripts',
  '  --not-heard      somebody has looked, and an uncertain one isn’t there',
  '  --why TEXT       for whoever wonders later',
  '  --by NAME        who says so [your login name]',
  ...STAFF_HELP,
].join('\n')

interface Listed {
  readonly deliveries: readonly {
    readonly id: number
    readonly channel: string
    readonly account: string
    readonly state: string
    readonly sendAt: string
    readonly attempts: number
    readonly lastError: string | null
    readonly text: string
  }[]
  readonly next: number | null
}

interface Account {
  readonly channel: string
  readonly account: string
  readonly state: string
  readonly paused: { readonly because: string; readonly since: string } | null
  readonly alarms: readonly { readonly kind: string; readonly advice: string }[]
  readonly lastSentAt: string | null
  readonly due: number
  readonly limits: readonly { readonly left: number; readonly withinMinutes: number }[]
  readonly money: { readonly spent: number; readonly budget: number | null } | null
}

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const

const FLAGS = {
  list: { state: text, channel: text, account: text, station: text, limit: text, json: flag },
  'send-again': { 'not-heard': flag, by: text },
  channels: { json: flag },
  pause: { why: text, by: text },
  resume: { by: text },
} as const
const NAMES = { list: 0, 'send-again': 1, channels: 0, pause: 2, resume: 2 } as const

type What = keyof typeof FLAGS
type Values = Readonly<Record<string, string | boolean | undefined>>

export async function outboxCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  const [what, ...rest] = args
  if (what === '--help' || what === '-h') return { code: 0, text: USAGE }
  if (what === undefined || !Object.hasOwn(FLAGS, what)) return { code: 2, text: USAGE }
  let parsed
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      options: { ...FLAGS[what as What], ...STAFF_FLAGS },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const values = parsed.values as Values
  const { positionals } = parsed
  if (positionals.length !== NAMES[what as What]) return { code: 2, text: USAGE }
  const api = openStaffApi(values['url'] as string | undefined, env)
  switch (what as What) {
    case 'list':
      return list(api, values)
    case 'channels':
      return channels(api, values)
    case 'send-again':
      return sendAgain(api, positionals[0]!, values)
    case 'pause':
    case 'resume':
      return turn(api, what as 'pause' | 'resume', positionals as [string, string], values)
  }
}

async function list(api: StaffApi, values: Values): Promise<CommandResult> {
  const word = (name: string) => values[name] as string | undefined
  const asked = await api.get<Listed>('/api/v1/deliveries', {
    state: word('state') ?? 'dead,uncertain',
    channel: word('channel'),
    account: word('account'),
    station: word('station'),
    limit: word('limit'),
  })
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  if (values['json']) return { code: 0, text: JSON.stringify(asked.value, null, 2) }
  const { deliveries, next } = asked.value
  if (deliveries.length === 0) return { code: 0, text: 'Nothing by that filter.' }
  const rows = deliveries.map((d) => [
    String(d.id),
    shortTime(d.sendAt),
    d.state,
    `${d.channel} (${d.account})`,
    String(d.attempts),
    `${d.lastError ?? '-'} | ${d.text}`.replace(/\s+/g, ' ').slice(0, 160),
  ])
  const head = ['id', 'to be said (UTC)', 'state', 'account', 'tries', 'error | text']
  const more = next === null ? [] : ['', 'There are more; ask with a higher --limit.']
  return { code: 0, text: [table(head, rows), ...more].join('\n') }
}

async function channels(api: StaffApi, values: Values): Promise<CommandResult> {
  const asked = await api.get<{ accounts: readonly Account[] }>('/api/v1/channels')
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  if (values['json']) return { code: 0, text: JSON.stringify(asked.value, null, 2) }
  const { accounts } = asked.value
  if (accounts.length === 0) return { code: 0, text: 'The town has no accounts.' }
  const rows = accounts.map(({ channel, account, paused, lastSentAt, due, limits, money }) => [
    `${channel} (${account})`,
    paused ? `paused: ${paused.because} since ${shortTime(paused.since)}` : 'working',
    lastSentAt === null ? 'never' : shortTime(lastSentAt),
    String(due),
    limits.map(({ left, withinMinutes }) => `${left}/${withinMinutes} min`).join(', ') || '-',
    money
      ? `$${money.spent.toFixed(2)} of ${money.budget === null ? 'any' : `$${money.budget}`}`
      : '-',
  ])
  const head = ['account', 'state', 'last sent (UTC)', 'due', 'may say', 'spent']
  const alarms = accounts.flatMap((a) =>
    a.alarms.map(({ kind, advice }) => `${a.channel} (${a.account}), ${kind}: ${advice}`),
  )
  return {
    code: 0,
    text: [table(head, rows), ...(alarms.length > 0 ? ['', ...alarms] : [])].join('\n'),
  }
}

async function sendAgain(api: StaffApi, id: string, values: Values): Promise<CommandResult> {
  const path = `/api/v1/deliveries/${encodeURIComponent(id)}/send-again`
  const asked = await api.send<{ expiresAt: string }>('POST', path, {
    actor: values['by'] ?? loginName(),
    ...(values['not-heard'] === true && { notHeard: true }),
  })
  if (asked.kind === 'failed') {
    const hint = asked.errors?.some(({ field }) => field === 'notHeard')
    return {
      code: 1,
      text: hint ? `${asked.words}\nLook first; then add --not-heard.` : asked.words,
    }
  }
  return { code: 0, text: `${id} goes out again, until ${shortTime(asked.value.expiresAt)} UTC.` }
}

async function turn(
  api: StaffApi,
  what: 'pause' | 'resume',
  [channel, account]: readonly [string, string],
  values: Values,
): Promise<CommandResult> {
  const path = [channel, account, what].map(encodeURIComponent).join('/')
  const asked = await api.send<Account>('POST', `/api/v1/channels/${path}`, {
    actor: values['by'] ?? loginName(),
    ...(values['why'] !== undefined && { why: values['why'] }),
  })
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  const done = what === 'pause' ? 'says nothing until you resume it' : 'is asked to speak again'
  return { code: 0, text: `${channel} (${account}) ${done}.` }
}

function shortTime(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}
