/** Settings: from flags first, then from the environment. The only reader of either besides the command line. */
import { parseArgs } from 'node:util'
import { isWebAddress } from '#src/stations/web-address.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Settings {
  /** The town's folder. */
  readonly town?: string
  /** Folder of the database. */
  readonly data: string
  readonly http: Address
  readonly mqtt: Address
  /** MQTT over WebSocket; absent means off. */
  readonly mqttWs?: Address
  /** How the world reaches the pages, without a slash at the end. */
  readonly publicUrl: string
  /** Opens staff's part of the API; absent means that nobody gets in. */
  readonly staffToken?: string
  /** A gateway that carries requests to X in a closed network. */
  readonly xProxy?: Address
  readonly logLevel: LogLevel
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every setting once: its flag, its variable, its default and what it is for. */
export const SETTINGS = [
  { flag: 'town', env: 'KVITTER_TOWN', value: 'DIR', text: 'folder with town.yaml and rules.yaml' },
  { flag: 'data', env: 'KVITTER_DATA', value: 'DIR', text: 'where the database lives (./data)' },
  { flag: 'http', env: 'KVITTER_HTTP', value: 'HOST:PORT', text: 'pages and API (127.0.0.1:8080)' },
  { flag: 'mqtt', env: 'KVITTER_MQTT', value: 'HOST:PORT', text: 'MQTT broker (127.0.0.1:1883)' },
  {
    flag: 'mqtt-ws',
    env: 'KVITTER_MQTT_WS',
    value: 'HOST:PORT',
    text: 'MQTT over WebSocket (127.0.0.1:9001; "off")',
  },
  {
    flag: 'public-url',
    env: 'KVITTER_PUBLIC_URL',
    value: 'URL',
    text: 'how residents reach the pages (http://HOST:PORT of --http)',
  },
  { flag: 'log', env: 'KVITTER_LOG', value: 'LEVEL', text: `${LOG_LEVELS.join(', ')} (info)` },
  {
    flag: 'x-proxy',
    env: 'KVITTER_X_PROXY',
    value: 'HOST:PORT',
    text: 'gateway inside your network that carries requests on to X over TLS',
  },
] as const

/** Secrets come by environment alone: a flag can be read by every user of the machine. */
export const SECRETS = [
  {
    env: 'KVITTER_STAFF_TOKEN',
    text: "bearer token for staff's part of the API, 16 characters or more",
  },
] as const

export type Flag = (typeof SETTINGS)[number]['flag']
export type Env = Readonly<Record<string, string | undefined>>

export type ReadSettings =
  | { readonly kind: 'ok'; readonly settings: Settings; readonly rest: readonly string[] }
  | { readonly kind: 'faulty'; readonly faults: readonly string[] }

const DEFAULTS: Readonly<Partial<Record<Flag, string>>> = {
  data: './data',
  http: '127.0.0.1:8080',
  mqtt: '127.0.0.1:1883',
  'mqtt-ws': '127.0.0.1:9001',
  log: 'info',
}

/** All settings, or every fault among them at once. `defaults` gives a command its own. */
export function readSettings(
  args: readonly string[],
  env: Env,
  defaults: Readonly<Partial<Record<Flag, string>>> = {},
): ReadSettings {
  const faults: string[] = []
  let values: Readonly<Record<string, string | undefined>> = {}
  let rest: readonly string[] = []
  try {
    const parsed = parseArgs({
      args: [...args],
      options: Object.fromEntries(SETTINGS.map((s) => [s.flag, { type: 'string' as const }])),
      allowPositionals: true,
    })
    values = parsed.values
    rest = parsed.positionals
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }

  const take = (flag: Flag): string | undefined => {
    const { env: variable } = SETTINGS.find((s) => s.flag === flag)!
    const text = values[flag] ?? env[variable] ?? defaults[flag] ?? DEFAULTS[flag]
    return text === '' ? undefined : text
  }
  const whence = (flag: Flag): string =>
    values[flag] === undefined ? SETTINGS.find((s) => s.flag === flag)!.env : `--${flag}`
  const address = (flag: Flag): Address | undefined => {
    const text = take(flag)
    if (text === undefined || text === 'off') return undefined
    const parsed = parseAddress(text)
    if (!parsed) {
      faults.push(`${whence(flag)}: expected HOST:PORT such as 127.0.0.1:8080, got "${text}"`)
    }
    return parsed
  }

  const http = address('http')
  const mqtt = address('mqtt')
  const mqttWs = address('mqtt-ws')
  const xProxy = address('x-proxy')
  for (const flag of ['http', 'mqtt'] as const) {
    if (take(flag) === 'off') faults.push(`${whence(flag)}: can't be off`)
  }

  const level = take('log')!
  if (!isLogLevel(level)) {
    faults.push(`${whence('log')}: expected one of ${LOG_LEVELS.join(', ')}, got "${level}"`)
  }
  const town = take('town')
  const staffToken = env['KVITTER_STAFF_TOKEN'] || undefined
  if (staffToken !== undefined && staffToken.length < 16) {
    faults.push('KVITTER_STAFF_TOKEN: expected 16 characters or more')
  }
  const publicUrl = take('public-url') ?? (http && `http://${hostInUrl(http.host)}:${http.port}`)
  if (publicUrl !== undefined && !isSiteRoot(publicUrl)) {
    faults.push(
      `${whence('public-url')}: expected an address such as https://avs.example.se, got "${publicUrl}"`,
    )
  }
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    rest,
    settings: {
      data: take('data')!,
      http: http!,
      mqtt: mqtt!,
      publicUrl: publicUrl!.replace(/\/+$/, ''),
      logLevel: level as LogLevel,
      ...(town === undefined ? {} : { town }),
      ...(mqttWs === undefined ? {} : { mqttWs }),
      ...(staffToken === undefined ? {} : { staffToken }),
      ...(xProxy === undefined ? {} : { xProxy }),
    },
  }
}

/** `127.0.0.1:8080`, `[::1]:8080`, `:8080` (all interfaces) or `8080` (loopback). */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/.exec(text)
  if (!match) return undefined
  const port = Number(match[3])
  if (port > 65535) return undefined
  const host = match[1] ?? match[2]
  if (host === undefined) return { host: '127.0.0.1', port }
  return { host: host === '' ? '0.0.0.0' : host, port }
}

function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text)
}

/** Paths are put behind it. */
function isSiteRoot(text: string): boolean {
  return isWebAddress(text) && !/[?#]/.test(text)
}
