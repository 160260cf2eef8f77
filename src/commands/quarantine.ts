/** `kvitter quarantine`: what was not taken in, and trying it again after a fix. */
import { parseArgs } from 'node:util'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { openStaffApi, STAFF_FLAGS, STAFF_HELP, table } from './staff-api.ts'

const USAGE = [
  'usage: kvitter quarantine list   [filter] [--limit N] [--json]',
  '       kvitter quarantine replay [filter] [--dry-run]',
  '',
  'Messages that could not be taken in wait here, with the reason. After a fix (a profile, a codec, a',
  'device added to the town) and a reload, replay brings them in as history. Trying twice harms nothing.',
  '',
  '  --reason WORD    why they were refused, such as unknown-device or undecodable',
  '  --device ID      of one device',
  '  --topic TEXT     whose topic has this in it',
  '  --since TIME     received at or after, ISO 8601',
  '  --until TIME     received before',
  '  --limit N        so many, newest first [50]',
  '  --json           as the service answers, for scripts',
  '  --dry-run        tell what would come of it, and keep nothing',
  ...STAFF_HELP,
].join('\n')

interface Listed {
  readonly counts: Readonly<Record<string, number>>
  readonly messages: readonly {
    readonly id: number
    readonly reason: string
    readonly detail: string
    readonly topic: string
    readonly deviceId: string | null
    readonly receivedAt: string
    readonly replayable: boolean
    readonly outcome: string | null
  }[]
}

interface Counts {
  readonly tried: number
  readonly kept: number
  readonly repeats: number
  readonly conflicts: number
  readonly ignored: number
  readonly rejected: Readonly<Record<string, number>>
}

export async function quarantineCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  const [what, ...rest] = args
  if (what === '--help' || what === '-h') return { code: 0, text: USAGE }
  if (what !== 'list' && what !== 'replay') return { code: 2, text: USAGE }
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  let values
  try {
    const filter = { reason: text, device: text, topic: text, since: text, until: text }
    values = parseArgs({
      args: rest,
      options: {
        ...filter,
        ...STAFF_FLAGS,
        ...(what === 'list' ? { limit: text, json: flag } : { 'dry-run': flag }),
      },
    }).values as Readonly<Record<string, string | boolean | undefined>>
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const word = (name: string) => values[name] as string | undefined
  const api = openStaffApi(word('url'), env)
  const filter = {
    reason: word('reason'),
    device: word('device'),
    topic: word('topic'),
    from: word('since'),
    to: word('until'),
  }
  if (what === 'list') {
    const query = { ...filter, limit: word('limit') }
    const asked = await api.get<Listed>('/api/v1/quarantine', query)
    if (asked.kind === 'failed') return { code: 1, text: asked.words }
    const shown = values['json'] ? JSON.stringify(asked.value, null, 2) : listText(asked.value)
    return { code: 0, text: shown }
  }
  const body = { ...filter, dryRun: values['dry-run'] === true }
  const asked = await api.send<Counts>('POST', '/api/v1/quarantine/replay', body)
  if (asked.kind === 'failed') return { code: 1, text: asked.words }
  return { code: 0, text: replayText(asked.value, body.dryRun) }
}

function listText({ counts, messages }: Listed): string {
  const ever = Object.entries(counts).map(([reason, n]) => `${reason} ${n}`)
  const total = `Refused so far: ${ever.length === 0 ? 'nothing' : ever.join(', ')}.`
  if (messages.length === 0) return `${total}\nNothing waits here by that filter.`
  const rows = messages.map((m) => [
    String(m.id),
    m.receivedAt.slice(0, 19).replace('T', ' '),
    m.reason,
    m.deviceId ?? '-',
    m.outcome ?? (m.replayable ? '-' : 'not kept whole'),
    `${m.topic}: ${m.detail}`.slice(0, 160),
  ])
  return [
    total,
    '',
    table(['id', 'received (UTC)', 'reason', 'device', 'tried again', 'what'], rows),
  ].join('\n')
}

function replayText(counts: Counts, dryRun: boolean): string {
  const { tried, kept, repeats, conflicts, ignored, rejected } = counts
  const refused = Object.entries(rejected)
  const lines = [
    `${tried} tried${dryRun ? ', nothing kept: this was a dry run' : ''}`,
    `${kept} ${dryRun ? 'would be taken in (or are known)' : 'taken in'}`,
    ...(repeats > 0 ? [`${repeats} known already`] : []),
    ...(conflicts > 0 ? [`${conflicts} with other content than what is kept of that instant`] : []),
    ...(ignored > 0 ? [`${ignored} not for us after all`] : []),
    ...refused.map(([reason, n]) => `${n} refused again: ${reason}`),
  ]
  return lines.join('\n')
}
