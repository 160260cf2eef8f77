/** Settings: from flags first, then from the environment. The only reader of either besides the command line. */
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { LANGUAGES, parseLanguage, type Language } from '#src/stations/fraction.ts'
import type { OidcSettings } from '#src/single-sign-on/oidc.ts'
import { MINUTE } from '#src/stations/time.ts'
import { isWebAddress } from '#src/stations/web-address.ts'
import { parseRole, ROLES } from '#src/store/staff.ts'
import { SECRET_KEY_HINT, isSecretKey } from './secret-key.ts'

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
  /** The embedded broker; absent means off, and then there is an outside one. */
  readonly mqtt?: Address
  /** MQTT over WebSocket; absent means off. */
  readonly mqttWs?: Address
  /** A broker of the town's own, to subscribe to. */
  readonly broker?: BrokerSettings
  /** The language in which Home Assistant is told of the stations over MQTT; absent means that it isn't. */
  readonly homeAssistant?: Language
  /** How the world reaches the pages, without a slash at the end. */
  readonly publicUrl: string
  /** A WebSub hub that the feeds name. */
  readonly hubUrl?: string
  /** Proxies in front of the pages, whose word on where a request comes from is believed; absent: any on this machine. */
  readonly trustedProxies?: readonly string[]
  /** Opens staff's part of the API; absent means that nobody gets in. */
  readonly staffToken?: string
  /** Opens what riders of the return bike may do; absent: the staff's token alone does. */
  readonly riderToken?: string
  /** Sign-in by the municipality's own directory. */
  readonly oidc?: OidcSettings
  /** Seals keys and personal data in the database; absent: a file beside it holds the secret. */
  readonly secretKey?: string
  /** A gateway that carries requests to X in a closed network. */
  readonly xProxy?: Address
  readonly logLevel: LogLevel
  /** Readings older than so many days are dropped; absent means never. */
  readonly keepReadingsDays?: number
  /** A replay that staff ask for is ended after so long; absent: as long as one by default. */
  readonly longestReplayMs?: number
  /** The last day is not played again each night, to see that it gives the same decisions. */
  readonly verifyNightly?: false
  /** Where history lives, if not in the embedded database. */
  readonly influx?: InfluxSettings
}

export interface InfluxSettings {
  readonly url: string
  readonly database: string
  readonly username?: string
  readonly password?: string
}

export interface BrokerSettings {
  readonly url: string
  readonly clientId: string
  readonly username?: string
  readonly password?: string
  /** A file of certificates, PEM. */
  readonly caFile?: string
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Every setting once: its flag, its variable, its default and what it is for. */
export const SETTINGS = [
  { flag: 'town', env: 'KVITTER_TOWN', value: 'DIR', text: 'folder with town.yaml and rules.yaml' },
  { flag: 'data', env: 'KVITTER_DATA', value: 'DIR', text: 'where the database lives (./data)' },
  { flag: 'http', env: 'KVITTER_HTTP', value: 'HOST:PORT', text: 'pages and API (127.0.0.1:8080)' },
  {
    flag: 'mqtt',
    env: 'KVITTER_MQTT',
    value: 'HOST:PORT',
    text: 'MQTT broker (127.0.0.1:1883; "off" with --broker)',
  },
  {
    flag: 'mqtt-ws',
    env: 'KVITTER_MQTT_WS',
    value: 'HOST:PORT',
    text: 'MQTT over WebSocket (127.0.0.1:9001; "off")',
  },
  {
    flag: 'home-assistant',
    env: 'KVITTER_HOME_ASSISTANT',
    value: 'sv|en|fi',
    text: 'announce the stations to Home Assistant at the MQTT broker, in a language (off)',
  },
  {
    flag: 'broker',
    env: 'KVITTER_BROKER_URL',
    value: 'URL',
    text: 'a broker of your own to take readings from, mqtt://HOST[:PORT] or mqtts://…',
  },
  {
    flag: 'broker-id',
    env: 'KVITTER_BROKER_ID',
    value: 'NAME',
    text: 'our name there, always the same, another for each copy of Kvitter (kvitter)',
  },
  {
    flag: 'broker-ca',
    env: 'KVITTER_BROKER_CA',
    value: 'FILE',
    text: 'certificates (PEM) that vouch for it, if the system knows none',
  },
  {
    flag: 'public-url',
    env: 'KVITTER_PUBLIC_URL',
    value: 'URL',
    text: 'how residents reach the pages (http://HOST:PORT of --http)',
  },
  {
    flag: 'websub-hub',
    env: 'KVITTER_WEBSUB_HUB',
    value: 'URL',
    text: 'a WebSub hub to name in the feeds; it must look for news by itself',
  },
  {
    flag: 'trusted-proxy',
    env: 'KVITTER_TRUSTED_PROXY',
    value: 'ADDRESSES',
    text: 'proxies in front of the pages, by comma; they say whom a request is from (this machine)',
  },
  {
    flag: 'keep-readings',
    env: 'KVITTER_KEEP_READINGS',
    value: 'DAYS',
    text: 'how long readings are kept; by the hour they stay for charts ("forever")',
  },
  {
    flag: 'verify-nightly',
    env: 'KVITTER_VERIFY_NIGHTLY',
    value: 'on|off',
    text: 'play the last day again each night, and tell where it does not decide the same (on)',
  },
  {
    flag: 'longest-replay',
    env: 'KVITTER_LONGEST_REPLAY',
    value: 'MINUTES',
    text: 'one that staff ask for and that takes longer is ended (10)',
  },
  {
    flag: 'history',
    env: 'KVITTER_HISTORY',
    value: 'WHERE',
    text: '"sqlite", or "influx" with --influx-url (sqlite)',
  },
  {
    flag: 'influx-url',
    env: 'KVITTER_INFLUX_URL',
    value: 'URL',
    text: 'an InfluxDB 1.x for the history, such as http://127.0.0.1:8086',
  },
  {
    flag: 'influx-database',
    env: 'KVITTER_INFLUX_DATABASE',
    value: 'NAME',
    text: 'its database there, made if missing (kvitter)',
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
  {
    env: 'KVITTER_RIDER_TOKEN',
    text: 'bearer token for what riders may do, 16 characters or more',
  },
  {
    env: 'KVITTER_SECRET_KEY',
    text: 'seals keys and personal data, 32 bytes in base64 (a file secret.key in --data)',
  },
  { env: 'KVITTER_OIDC_ISSUER', text: 'sign-in by your own directory: its OpenID Connect issuer' },
  { env: 'KVITTER_OIDC_CLIENT_ID', text: 'what we are called there' },
  { env: 'KVITTER_OIDC_CLIENT_SECRET', text: 'our secret there' },
  { env: 'KVITTER_OIDC_ROLES', text: 'GROUP=ROLE;GROUP=ROLE, of several the first counts' },
  { env: 'KVITTER_OIDC_CLAIM', text: 'the claim that holds the groups (groups)' },
  {
    env: 'KVITTER_OIDC_SIGN_OUT',
    text: 'whether signing out here signs out there, on or off (on)',
  },
  { env: 'KVITTER_BROKER_USERNAME', text: 'user name at the broker of --broker' },
  { env: 'KVITTER_BROKER_PASSWORD', text: 'its password' },
  { env: 'KVITTER_INFLUX_USERNAME', text: 'user name at the InfluxDB of --influx-url' },
  { env: 'KVITTER_INFLUX_PASSWORD', text: 'its password' },
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
  'broker-id': 'kvitter',
  'home-assistant': 'off',
  'keep-readings': 'forever',
  'verify-nightly': 'on',
  history: 'sqlite',
  'influx-database': 'kvitter',
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
  if (take('http') === 'off') faults.push(`${whence('http')}: can't be off`)
  const broker = readBroker(take, whence, env, faults)
  if (take('mqtt') === 'off' && take('broker') === undefined) {
    faults.push(`${whence('mqtt')}: can't be off without another broker; name it with --broker`)
  }

  const level = take('log')!
  if (!isLogLevel(level)) {
    faults.push(`${whence('log')}: expected one of ${LOG_LEVELS.join(', ')}, got "${level}"`)
  }
  const keepReadings = take('keep-readings')!
  if (keepReadings !== 'forever' && !/^[1-9]\d{0,4}$/.test(keepReadings)) {
    faults.push(
      `${whence('keep-readings')}: expected a number of days such as 1100, or "forever", got "${keepReadings}"`,
    )
  }
  const trustedProxies = take('trusted-proxy')
    ?.split(',')
    .map((text) => text.trim())
  for (const proxy of trustedProxies?.filter((text) => !isProxyAddress(text)) ?? []) {
    faults.push(
      `${whence('trusted-proxy')}: expected addresses such as 10.0.0.7 or 10.0.0.0/24, got "${proxy}"`,
    )
  }
  const verifyNightly = take('verify-nightly')!
  if (verifyNightly !== 'on' && verifyNightly !== 'off') {
    faults.push(`${whence('verify-nightly')}: expected on or off, got "${verifyNightly}"`)
  }
  const longestReplay = take('longest-replay')
  if (longestReplay !== undefined && !/^[1-9]\d{0,3}$/.test(longestReplay)) {
    faults.push(
      `${whence('longest-replay')}: expected a number of minutes such as 10, got "${longestReplay}"`,
    )
  }
  const assistant = take('home-assistant')!
  const homeAssistant = parseLanguage(assistant)
  if (homeAssistant === undefined && assistant !== 'off') {
    const languages = LANGUAGES.join(', ')
    faults.push(`${whence('home-assistant')}: expected ${languages} or off, got "${assistant}"`)
  }
  if (homeAssistant !== undefined && take('mqtt') === 'off') {
    faults.push(`${whence('home-assistant')}: needs the embedded broker, which --mqtt turns off`)
  }
  const influx = readInflux(take, whence, env, faults)
  const town = take('town')
  const riderToken = env['KVITTER_RIDER_TOKEN'] || undefined
  if (riderToken !== undefined && riderToken.length < 16) {
    faults.push('KVITTER_RIDER_TOKEN: expected 16 characters or more')
  }
  const staffToken = env['KVITTER_STAFF_TOKEN'] || undefined
  if (staffToken !== undefined && staffToken.length < 16) {
    faults.push('KVITTER_STAFF_TOKEN: expected 16 characters or more')
  }
  const oidc = readOidc(env, faults)
  const secretKey = env['KVITTER_SECRET_KEY'] || undefined
  if (secretKey !== undefined && !isSecretKey(secretKey)) {
    faults.push(`KVITTER_SECRET_KEY: ${SECRET_KEY_HINT}`)
  }
  const publicUrl = take('public-url') ?? (http && `http://${hostInUrl(http.host)}:${http.port}`)
  if (publicUrl !== undefined && !isSiteRoot(publicUrl)) {
    faults.push(
      `${whence('public-url')}: expected an address such as https://avs.example.se, got "${publicUrl}"`,
    )
  }
  const hubUrl = take('websub-hub')
  if (hubUrl !== undefined && !isWebAddress(hubUrl)) {
    faults.push(
      `${whence('websub-hub')}: expected an address such as https://hub.example.se/, got "${hubUrl}"`,
    )
  }
  if (faults.length > 0) return { kind: 'faulty', faults }
  return {
    kind: 'ok',
    rest,
    settings: {
      data: take('data')!,
      http: http!,
      ...(trustedProxies === undefined ? {} : { trustedProxies }),
      publicUrl: publicUrl!.replace(/\/+$/, ''),
      ...(hubUrl === undefined ? {} : { hubUrl }),
      logLevel: level as LogLevel,
      ...(verifyNightly === 'off' && { verifyNightly: false }),
      ...(longestReplay !== undefined && { longestReplayMs: Number(longestReplay) * MINUTE }),
      ...(keepReadings === 'forever' ? {} : { keepReadingsDays: Number(keepReadings) }),
      ...(town === undefined ? {} : { town }),
      ...(mqtt === undefined ? {} : { mqtt }),
      ...(mqtt === undefined || mqttWs === undefined ? {} : { mqttWs }),
      ...(broker === undefined ? {} : { broker }),
      ...(homeAssistant === undefined ? {} : { homeAssistant }),
      ...(influx === undefined ? {} : { influx }),
      ...(staffToken === undefined ? {} : { staffToken }),
      ...(riderToken === undefined ? {} : { riderToken }),
      ...(oidc && { oidc }),
      ...(secretKey === undefined ? {} : { secretKey }),
      ...(xProxy === undefined ? {} : { xProxy }),
    },
  }
}

function readOidc(env: Env, faults: string[]): OidcSettings | undefined {
  const issuer = env['KVITTER_OIDC_ISSUER'] || undefined
  if (issuer === undefined) return undefined
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const isOurMachine = url !== undefined && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname)
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isOurMachine)) {
    faults.push(
      `KVITTER_OIDC_ISSUER: expected an address such as https://login.example.se/realms/staff, got "${issuer}"`,
    )
  }
  const needed = (name: string): string => {
    const value = env[name] ?? ''
    if (value === '') faults.push(`${name}: expected it to be set, since KVITTER_OIDC_ISSUER is`)
    return value
  }
  const roles = needed('KVITTER_OIDC_ROLES')
    .split(';')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .flatMap((text) => {
      // Groups may have signs of equality in them, as in a directory's names.
      const [, group, name] = /^(.+)=([^=]+)$/.exec(text) ?? []
      const role = parseRole(name?.trim())
      if (group !== undefined && role) return [{ group: group.trim(), role }]
      faults.push(
        `KVITTER_OIDC_ROLES: expected GROUP=ROLE with one of ${ROLES.join(', ')}, got "${text}"`,
      )
      return []
    })
  const signOut = env['KVITTER_OIDC_SIGN_OUT'] || 'on'
  if (!['on', 'off'].includes(signOut)) {
    faults.push(`KVITTER_OIDC_SIGN_OUT: expected on or off, got "${signOut}"`)
  }
  return {
    issuer,
    clientId: needed('KVITTER_OIDC_CLIENT_ID'),
    clientSecret: needed('KVITTER_OIDC_CLIENT_SECRET'),
    claim: env['KVITTER_OIDC_CLAIM'] || 'groups',
    roles,
    signsOut: signOut === 'on',
  }
}

function readBroker(
  take: (flag: Flag) => string | undefined,
  whence: (flag: Flag) => string,
  env: Env,
  faults: string[],
): BrokerSettings | undefined {
  const url = take('broker')
  const username = env['KVITTER_BROKER_USERNAME'] || undefined
  const password = env['KVITTER_BROKER_PASSWORD'] || undefined
  const clientId = take('broker-id')!
  const caFile = take('broker-ca')
  if (url === undefined) return undefined
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed && (parsed.username !== '' || parsed.password !== '')) {
    // Not shown: it may be a password.
    faults.push(
      `${whence('broker')}: leave name and password out of the address; set KVITTER_BROKER_USERNAME and KVITTER_BROKER_PASSWORD`,
    )
  } else if (!parsed || !isBrokerAddress(parsed)) {
    faults.push(
      `${whence('broker')}: expected an address such as mqtts://mqtt.example.se:8883, got "${url}"`,
    )
  }
  if (password !== undefined && username === undefined) {
    faults.push('KVITTER_BROKER_PASSWORD: set KVITTER_BROKER_USERNAME as well')
  }
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(clientId)) {
    faults.push(`${whence('broker-id')}: expected 1 to 64 of A–Z a–z 0–9 . _ -, got "${clientId}"`)
  }
  if (caFile !== undefined && parsed?.protocol === 'mqtt:') {
    faults.push(`${whence('broker-ca')}: needs a broker with TLS; write mqtts:// in --broker`)
  }
  return {
    url,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { caFile }),
  }
}

function readInflux(
  take: (flag: Flag) => string | undefined,
  whence: (flag: Flag) => string,
  env: Env,
  faults: string[],
): InfluxSettings | undefined {
  const history = take('history')!
  const url = take('influx-url')
  const database = take('influx-database')!
  const username = env['KVITTER_INFLUX_USERNAME'] || undefined
  const password = env['KVITTER_INFLUX_PASSWORD'] || undefined
  if (history !== 'sqlite' && history !== 'influx') {
    faults.push(`${whence('history')}: expected sqlite or influx, got "${history}"`)
  }
  if (history !== 'influx') return undefined
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined
  if (url === undefined) {
    faults.push('--influx-url: expected the InfluxDB that --history influx is to use')
  } else if (parsed && (parsed.username !== '' || parsed.password !== '')) {
    faults.push(
      `${whence('influx-url')}: leave name and password out of the address; set KVITTER_INFLUX_USERNAME and KVITTER_INFLUX_PASSWORD`,
    )
  } else if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.pathname !== '/') {
    faults.push(
      `${whence('influx-url')}: expected an address such as http://127.0.0.1:8086, got "${url}"`,
    )
  }
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(database)) {
    faults.push(
      `${whence('influx-database')}: expected 1 to 64 of A–Z a–z 0–9 _ -, got "${database}"`,
    )
  }
  return {
    url: url ?? '',
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  }
}

function isBrokerAddress({ protocol, hostname, pathname, search, hash }: URL): boolean {
  return (
    (protocol === 'mqtt:' || protocol === 'mqtts:') &&
    hostname !== '' &&
    (pathname === '' || pathname === '/') &&
    search + hash === ''
  )
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

function isProxyAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0) return false
  const isRange =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  return isRange && more.length === 0
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text)
}

/** Paths are put behind it. */
function isSiteRoot(text: string): boolean {
  return isWebAddress(text) && !/[?#]/.test(text)
}
