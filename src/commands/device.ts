/** `kvitter device`: the town's sensors, changed in the running service. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { readDeviceList } from './device-list.ts'
import {
  type Asked,
  openStaffApi,
  STAFF_FLAGS,
  STAFF_HELP,
  type StaffApi,
  table,
} from './staff-api.ts'

const USAGE = [
  'usage: kvitter device list',
  '       kvitter device register ID --profile NAME',
  '       kvitter device mount ID CONTAINER [--channel C] [--alongside] [--at TIME]',
  '       kvitter device unmount ID [--at TIME]',
  '       kvitter device swap ID NEW [--profile NAME] [--at TIME]',
  '       kvitter device calibrate CONTAINER empty|full',
  '       kvitter device credential ID        a token for MQTT, told once',
  '       kvitter device revoke ID            takes it back',
  '       kvitter device import FILE.csv [--profile NAME] [--map "MODEL=PROFILE"]… [--dry-run]',
  '       kvitter device log                  who changed what',
  '       kvitter device settle               the town’s file says it all by now',
  '',
  'Changes are in force at once, survive a restart, and are recorded with who and when. "kvitter export"',
  'writes the town with them; once that is the town’s folder, settle them.',
  '',
  '  --by NAME        who does it [the name you are logged in by]',
  ...STAFF_HELP,
].join('\n')

interface Change {
  readonly status: 'changed' | 'same'
  readonly no: number | null
  readonly distanceMm?: number
}
interface Device {
  readonly id: string
  readonly profile: string
  readonly mountings: readonly { readonly containerId: string; readonly channel: string | null }[]
  readonly lastHeardAt: string | null
  readonly alarms: readonly string[]
}

export async function deviceCommand(args: readonly string[], env: Env): Promise<CommandResult> {
  const text = { type: 'string' } as const
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...STAFF_FLAGS,
        by: text,
        profile: text,
        channel: text,
        at: text,
        map: { type: 'string', multiple: true },
        alongside: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    return { code: 2, text: `${(error as Error).message}\n\n${USAGE}` }
  }
  const { values, positionals } = parsed
  if (values.help) return { code: 0, text: USAGE }
  const [what, id, other] = positionals
  const api = openStaffApi(values.url, env)
  const by = values.by ?? userInfo().username
  const path = `/api/v1/devices/${encodeURIComponent(id ?? '')}`
  const { profile, channel, at } = values
  const post = (where: string, body: object) => api.send<Change>('POST', where, { ...body, by })

  switch (positionals.length === (WORDS[what ?? ''] ?? -1) ? what : undefined) {
    case 'list':
      return told(await api.get<{ devices: readonly Device[] }>('/api/v1/devices'), listText)
    case 'register':
      return changed(await post('/api/v1/devices', { id, profile }))
    case 'mount':
      return changed(
        await post(`${path}/mount`, {
          container: other,
          channel,
          from: at,
          ...(values.alongside && { alongside: true }),
        }),
      )
    case 'unmount':
      return changed(await post(`${path}/unmount`, { at }))
    case 'swap':
      return changed(await post(`${path}/swap`, { with: other, profile, at }))
    case 'calibrate': {
      const where = `/api/v1/containers/${encodeURIComponent(id!)}/calibrate`
      return changed(await post(where, { level: other }))
    }
    case 'credential':
      return told(
        await api.send<{ username: string; token: string }>('POST', `${path}/credential`, { by }),
        ({ username, token }) => `user name  ${username}\npassword   ${token}`,
      )
    case 'revoke':
      return told(
        await api.send<{ revoked: boolean }>('DELETE', `${path}/credential`, { by }),
        ({ revoked }) => (revoked ? `${id} can no longer log in.` : `${id} had no token.`),
      )
    case 'import':
      return importList(api, by, id!, profile, values.map ?? [], values['dry-run'] === true)
    case 'log':
      return told(await api.get<Log>('/api/v1/device-changes', { limit: '1000' }), logText)
    case 'settle':
      return told(
        await api.send<{ settled: number }>('POST', '/api/v1/device-changes/settle', { by }),
        ({ settled }) => `${settled} changes are the file’s from now on.`,
      )
    default:
      return { code: 2, text: USAGE }
  }
}

/** How many words each command takes, itself included. */
const WORDS: Readonly<Record<string, number>> = {
  list: 1,
  register: 2,
  mount: 3,
  unmount: 2,
  swap: 3,
  calibrate: 3,
  credential: 2,
  revoke: 2,
  import: 2,
  log: 1,
  settle: 1,
}

function told<T>(asked: Asked<T>, words: (value: T) => string): CommandResult {
  return asked.kind === 'failed'
    ? { code: 1, text: asked.words }
    : { code: 0, text: words(asked.value) }
}

function changed(asked: Asked<Change>): CommandResult {
  return told(asked, ({ status, no, distanceMm }) => {
    const measured = distanceMm === undefined ? '' : ` (${distanceMm} mm)`
    return status === 'same' ? 'It is so already.' : `Done, as change ${no}${measured}.`
  })
}

function listText({ devices }: { readonly devices: readonly Device[] }): string {
  if (devices.length === 0) return 'The town has no devices.'
  const rows = devices.map(({ id, profile, mountings, lastHeardAt, alarms }) => [
    id,
    profile,
    mountings
      .map((m) => m.containerId + (m.channel === null ? '' : ` (${m.channel})`))
      .join(', ') || '-',
    lastHeardAt?.slice(0, 16).replace('T', ' ') ?? 'never',
    alarms.join(', '),
  ])
  return table(['device', 'profile', 'on', 'last heard (UTC)', 'alarms'], rows)
}

interface Log {
  readonly changes: readonly {
    readonly no: number
    readonly at: string
    readonly by: string
    readonly settled: boolean
    readonly change: Readonly<Record<string, unknown>>
  }[]
}

function logText({ changes }: Log): string {
  if (changes.length === 0) return 'Nothing was changed yet.'
  const rows = changes.map(({ no, at, by, settled, change: { kind, ...figures } }) => [
    String(no),
    at.slice(0, 16).replace('T', ' '),
    by,
    String(kind),
    Object.values(figures).map(String).join(' '),
    settled ? 'settled' : '',
  ])
  return table(['no', 'at (UTC)', 'by', 'what', 'of', ''], rows)
}

/** Registers and mounts what a list names; every fault of the list at once, before anything is changed. */
async function importList(
  api: StaffApi,
  by: string,
  file: string,
  profile: string | undefined,
  maps: readonly string[],
  dryRun: boolean,
): Promise<CommandResult> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return { code: 2, text: `${file} can't be read: ${(error as Error).message}` }
  }
  const list = readDeviceList(text, { profile, maps })
  if (list.kind === 'faulty') {
    return { code: 2, text: list.faults.map((fault) => `${file}:${fault}`).join('\n') }
  }
  if (dryRun) {
    const rows = list.devices.map((d) => [d.id, d.profile, d.container ?? '-', d.name ?? ''])
    return { code: 0, text: table(['device', 'profile', 'container', 'name'], rows) }
  }
  const failures: string[] = []
  let news = 0
  for (const device of list.devices) {
    const body = { id: device.id, profile: device.profile, by }
    const steps = [await api.send<Change>('POST', '/api/v1/devices', body)]
    if (device.container !== undefined && steps[0]!.kind === 'answer') {
      const path = `/api/v1/devices/${encodeURIComponent(device.id)}/mount`
      steps.push(await api.send<Change>('POST', path, { container: device.container, by }))
    }
    for (const step of steps) {
      if (step.kind === 'failed') failures.push(`line ${device.line}, ${device.id}: ${step.words}`)
      else if (step.value.status === 'changed') news++
    }
  }
  const summary = `${list.devices.length} devices, ${news} changes.`
  return { code: failures.length === 0 ? 0 : 1, text: [...failures, summary].join('\n') }
}
