/** `kvitter device`: the town's sensors, changed in the running service. */
import { readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { faultLine } from '#src/stations/fault-line.ts'
import type { Env } from '../config.ts'
import type { CommandResult } from './codec.ts'
import { type ListedDevice, readDeviceList } from './device-list.ts'
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
  readonly readings?: number
}
interface Device {
  readonly id: string
  readonly profile: string
  readonly mountings: readonly { readonly containerId: string; readonly channel: string | null }[]
  readonly lastHeardAt: string | null
  readonly signal: { readonly rssiDbm: number; readonly snrDb: number | null } | null
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
  const by = values.by ?? loginName()
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
  return told(asked, ({ status, no, distanceMm, readings = 1 }) => {
    if (status === 'same') return 'It is so already.'
    if (distanceMm === undefined) return `Done, as change ${no}.`
    const from = readings === 1 ? 'one reading' : `the middle of ${readings} readings`
    return `Done, as change ${no}: ${distanceMm} mm, ${from}. What was measured before keeps its level.`
  })
}

function listText({ devices }: { readonly devices: readonly Device[] }): string {
  if (devices.length === 0) return 'The town has no devices.'
  const rows = devices.map(({ id, profile, mountings, lastHeardAt, signal, alarms }) => [
    id,
    profile,
    mountings
      .map((m) => m.containerId + (m.channel === null ? '' : ` (${m.channel})`))
      .join(', ') || '-',
    lastHeardAt?.slice(0, 16).replace('T', ' ') ?? (mountings.length === 0 ? '-' : 'never'),
    signal ? `${signal.rssiDbm} dBm` : '',
    alarms.join(', '),
  ])
  return table(['device', 'profile', 'on', 'last heard (UTC)', 'signal', 'alarms'], rows)
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

interface Imported {
  readonly devices: readonly {
    readonly registered: 'changed' | 'same'
    readonly mounted: 'changed' | 'same' | null
  }[]
}

/** Registers and mounts what a list names: all of it, or every fault of the list and the town at once. */
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
  const list = readDeviceList(text, file, { profile, maps })
  if (list.kind === 'faulty') return { code: 2, text: list.faults.map(faultLine).join('\n') }
  const { devices } = list
  if (devices.length === 0) return { code: 0, text: `${file} names no device.` }
  const asked = await api.send<Imported>('POST', '/api/v1/devices/import', {
    devices: devices.map(({ id, profile: named, container, channel }) => ({
      id,
      profile: named,
      container,
      channel,
    })),
    dryRun,
    by,
  })
  if (asked.kind === 'failed') return importFailed(file, devices, asked)

  const brought = asked.value.devices
  const news = brought.flatMap((d) => [d.registered, d.mounted]).filter((w) => w === 'changed')
  const summary = `${devices.length} devices, ${news.length} changes${dryRun ? ' to make' : ''}.`
  if (!dryRun) return { code: 0, text: summary }
  const rows = devices.map((d, i) => [
    d.id,
    d.profile,
    d.container === undefined
      ? '-'
      : d.container + (d.channel === undefined ? '' : ` (${d.channel})`),
    d.name ?? '',
    [
      ...(brought[i]?.registered === 'changed' ? ['register'] : []),
      ...(brought[i]?.mounted === 'changed' ? ['mount'] : []),
    ].join(' and ') || 'is so already',
  ])
  return {
    code: 0,
    text: `${table(['device', 'profile', 'container', 'name', 'to do'], rows)}\n${summary}`,
  }
}

/** What the service says of a device of the list, told by its line. */
function importFailed(
  file: string,
  devices: readonly ListedDevice[],
  { words, errors = [] }: Extract<Asked<Imported>, { kind: 'failed' }>,
): CommandResult {
  const faults = errors.flatMap(({ field, expected }) => {
    const [, row, what = ''] = /^devices\.(\d+)\.(.+)$/.exec(field) ?? []
    const device = row === undefined ? undefined : devices[Number(row)]
    return device === undefined
      ? []
      : [faultLine({ file, line: device.line, field: what, message: expected })]
  })
  const code = 1
  return faults.length === 0 || faults.length < errors.length
    ? { code, text: words }
    : { code, text: [...faults, 'Nothing was changed.'].join('\n') }
}

/** The name that one is logged in by; a container's user may have none. */
export function loginName(): string {
  try {
    return userInfo().username
  } catch {
    return `user ${process.getuid?.() ?? '?'}`
  }
}
