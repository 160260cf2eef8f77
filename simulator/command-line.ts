/** What stands on the simulator's command line, checked. */
import { parseArgs } from 'node:util'

import { DAY, parseInstant } from '#src/stations/time.ts'
import type { EpochMs } from '#src/stations/time.ts'

import type { LoadPace } from './load.ts'

export const HELP = `Plays a town of recycling stations: boxes fill, sensors speak over MQTT, crews come.

  node simulator/main.ts --town towns/boras                     as fast as the world itself
  node simulator/main.ts --town towns/boras --speed 1200        an hour of town time in three seconds
  node simulator/main.ts --town towns/boras --dry-run --days 1  a day as JSON lines, no broker
  node simulator/main.ts --load 10000 --rate 5000               measures a broker
  node simulator/main.ts --load 10000 --write-town DIR          the town for that

Broker
  --mqtt URL            mqtt://127.0.0.1:1883 unless told otherwise
  --username NAME       login of the devices that speak for themselves; needs --password
  --password TEXT
  --server-login ID=TEXT  password of a network server of the town, which logs in by its id; repeatable

Town
  --town DIR            folder with town.yaml
  --seed N              same seed, same bytes (1)
  --speed N             town seconds in a real second (1)
  --start TIME          town time at the beginning, ISO 8601 with offset (now)
  --epoch MS            real time, as milliseconds since 1970, at which town time is --start (now)
  --days N              ends after so many days of town time (runs until stopped; 1 with --dry-run)
  --faults none|default lost, repeated, late, garbled messages, sensors that lie or die (default)
  --bike URL            residents also book the return bike there, and riders ride; staff's token is
                        KVITTER_STAFF_TOKEN, addresses those of addresses.csv in the folder
  --dry-run             JSON lines on stdout, nothing is sent
  --until-stdin-ends    stops when its standard input is closed, as when the parent is gone
  --quiet               no progress on stderr

Load
  --load N              so many devices, load-000001 and on
  --rate R              messages a second in all; or
  --window W            unacknowledged messages a connection keeps, as fast as they come back (100)
  --connections C       (8)
  --seconds S           how long it is measured (10), after --warmup S (1)
  --changing SHARE      share of messages that change a container's state (0.1)
  --json                the report as JSON
  --write-town DIR      writes DIR/town.yaml with the N devices and stops

Ends with 0 when done or stopped, 1 when it could not do its work, 2 when it was asked wrongly.
`

export interface BrokerOptions {
  readonly url: string
  readonly username?: string
  readonly password?: string
  readonly serverPasswords: ReadonlyMap<string, string>
}

export interface TownCommand {
  readonly kind: 'town'
  readonly folder: string
  readonly broker: BrokerOptions
  readonly seed: number
  readonly speed: number
  readonly start: EpochMs
  readonly epochMs: number
  readonly until?: EpochMs
  readonly faults: 'none' | 'default'
  /** Where the return bike is booked over HTTP. */
  readonly bikeUrl?: string
  readonly dryRun: boolean
  readonly untilStdinEnds: boolean
  readonly quiet: boolean
}

export interface LoadCommand {
  readonly kind: 'load'
  readonly devices: number
  readonly broker: BrokerOptions
  readonly pace: LoadPace
  readonly connections: number
  readonly seconds: number
  readonly warmupSeconds: number
  readonly changing: number
  readonly json: boolean
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly because: string }
  | { readonly kind: 'write-town'; readonly devices: number; readonly folder: string }
  | TownCommand
  | LoadCommand

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  username: { type: 'string' },
  password: { type: 'string' },
  'server-login': { type: 'string', multiple: true },
  town: { type: 'string' },
  seed: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  start: { type: 'string' },
  epoch: { type: 'string' },
  days: { type: 'string' },
  faults: { type: 'string', default: 'default' },
  bike: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  'until-stdin-ends': { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  load: { type: 'string' },
  rate: { type: 'string' },
  window: { type: 'string' },
  connections: { type: 'string', default: '8' },
  seconds: { type: 'string', default: '10' },
  warmup: { type: 'string', default: '1' },
  changing: { type: 'string', default: '0.1' },
  json: { type: 'boolean', default: false },
  'write-town': { type: 'string' },
} as const

/** Thrown and caught in this file only. */
class Wrong extends Error {}

/** Reads the arguments after `node simulator/main.ts`. `nowMs` stands in for what isn't given. */
export function parseCommand(args: readonly string[], nowMs: number): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true })
    if (values.help === true) return { kind: 'help' }
    const broker = brokerOptions(values)
    return values.load === undefined
      ? townCommand(values, broker, nowMs)
      : loadCommand(values.load, values, broker)
  } catch (error) {
    const isOurs =
      error instanceof Wrong ||
      (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
    if (!isOurs) throw error
    return { kind: 'wrong', because: error.message }
  }
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

function brokerOptions(values: Values): BrokerOptions {
  const { username, password } = values
  const url = URL.parse(values.mqtt)
  const isMqtt = url !== null && ['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(url.protocol)
  if (!isMqtt) throw new Wrong(`--mqtt: expected mqtt://HOST:PORT, found "${values.mqtt}"`)
  if ((username === undefined) !== (password === undefined)) {
    throw new Wrong('--username and --password go together')
  }
  const logins = (values['server-login'] ?? []).map((login): [string, string] => {
    const at = login.indexOf('=')
    if (at < 1) throw new Wrong('--server-login: expected ID=PASSWORD')
    return [login.slice(0, at), login.slice(at + 1)]
  })
  return {
    url: values.mqtt,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    serverPasswords: new Map(logins),
  }
}

function townCommand(values: Values, broker: BrokerOptions, nowMs: number): TownCommand {
  if (values.town === undefined) {
    throw new Wrong('expected --town DIR or --load N; see --help')
  }
  if (values['write-town'] !== undefined) throw new Wrong('--write-town goes with --load N')
  const start = values.start === undefined ? parseInstant(nowMs) : parseInstant(values.start)
  if (start === undefined) {
    throw new Wrong(
      `--start: expected a time with its offset such as 2026-05-05T06:00:00Z, found "${values.start}"`,
    )
  }
  const { faults } = values
  if (faults !== 'none' && faults !== 'default') {
    throw new Wrong(`--faults: expected none or default, found "${faults}"`)
  }
  const { bike } = values
  if (bike !== undefined && !/^https?:$/.test(URL.parse(bike)?.protocol ?? '')) {
    throw new Wrong(`--bike: expected http://HOST:PORT, found "${bike}"`)
  }
  const dryRun = values['dry-run']
  const days = values.days ?? (dryRun ? '1' : undefined)
  const epochMs = values.epoch === undefined ? nowMs : number('--epoch', values.epoch, -8.64e15)
  return {
    kind: 'town',
    folder: values.town,
    broker,
    seed: whole('--seed', values.seed, 0),
    speed: positive('--speed', values.speed),
    start,
    epochMs,
    ...(days === undefined ? {} : { until: (start + positive('--days', days) * DAY) as EpochMs }),
    faults,
    ...(bike !== undefined && { bikeUrl: bike.replace(/\/+$/, '') }),
    dryRun,
    untilStdinEnds: values['until-stdin-ends'],
    quiet: values.quiet,
  }
}

function loadCommand(load: string, values: Values, broker: BrokerOptions): Command {
  if (values.town !== undefined) throw new Wrong('--load and --town are two different runs')
  const devices = whole('--load', load, 1, 999_999)
  const folder = values['write-town']
  if (folder !== undefined) return { kind: 'write-town', devices, folder }
  if (values.rate !== undefined && values.window !== undefined) {
    throw new Wrong('--rate and --window exclude each other')
  }
  if (!broker.url.startsWith('mqtt://')) throw new Wrong('--load speaks plain mqtt:// only')
  const pace: LoadPace =
    values.rate === undefined
      ? { kind: 'window', inFlight: whole('--window', values.window ?? '100', 1, 65_535) }
      : { kind: 'rate', perSecond: positive('--rate', values.rate) }
  return {
    kind: 'load',
    devices,
    broker,
    pace,
    connections: whole('--connections', values.connections, 1, 60_000),
    seconds: positive('--seconds', values.seconds),
    warmupSeconds: number('--warmup', values.warmup, 0),
    changing: number('--changing', values.changing, 0, 1),
    json: values.json,
  }
}

function number(name: string, text: string, least: number, most = Infinity): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (Number.isFinite(value) && value >= least && value <= most) return value
  const range = most === Infinity ? `of at least ${least}` : `between ${least} and ${most}`
  throw new Wrong(`${name}: expected a number ${range}, found "${text}"`)
}

function whole(name: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = number(name, text, least, most)
  if (Number.isInteger(value)) return value
  throw new Wrong(`${name}: expected a whole number, found "${text}"`)
}

function positive(name: string, text: string): number {
  const value = number(name, text, 0)
  if (value > 0) return value
  throw new Wrong(`${name}: expected more than 0, found "${text}"`)
}
