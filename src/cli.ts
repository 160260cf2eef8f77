/** The commands. Exit codes: 0 done, 1 it failed, 2 the question was wrong (flags, settings, files). */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Logger, pino } from 'pino'
import { parseDeviceId } from '#src/stations/ids.ts'
import { type Clock, instant } from '#src/stations/time.ts'
import { townText } from '#src/stations/town-text.ts'
import type { Credential, Store } from '#src/store/contract.ts'
import { openSqliteStore } from '#src/store/sqlite/store.ts'
import { hashToken } from '#src/store/token.ts'
import { findAddressFaults, findSecretFaults } from './channels.ts'
import { apiTokenCommand } from './commands/api-token.ts'
import { openAskSecret } from './commands/ask-secret.ts'
import { cityPackCommand } from './commands/city-pack.ts'
import { brokenCodecs, codecCommand, type CommandResult } from './commands/codec.ts'
import { deviceCommand, loginName } from './commands/device.ts'
import { followersCommand } from './commands/followers.ts'
import { labelsCommand } from './commands/labels.ts'
import { outboxCommand } from './commands/outbox.ts'
import { planCommand } from './commands/plan.ts'
import { quarantineCommand } from './commands/quarantine.ts'
import { replayCommand } from './commands/replay.ts'
import { rulesCommand, testFaults } from './commands/rules.ts'
import { textsCommand } from './commands/texts.ts'
import { subscribersCommand } from './commands/subscribers.ts'
import { userCommand } from './commands/user.ts'
import { type Env, type Flag, readSettings, SECRETS, SETTINGS, type Settings } from './config.ts'
import { DEMO_SPEED, DEMO_TOWN, demoTime, startSimulator, stopSimulator } from './demo.ts'
import { serve } from './serve.ts'
import { readTownFolder, type TownFolder } from './town-folder.ts'

const OK = 0
const FAILED = 1
const WRONG = 2

const realClock: Clock = () => instant(Date.now())

const COMMANDS = {
  serve: { run: serveTown, text: 'serve a real town' },
  demo: { run: demo, text: 'a simulated Borås at a visible pace, nothing else needed' },
  check: {
    run: check,
    text: 'check a town folder: town.yaml, rules.yaml and its tests, texts; every fault at once',
  },
  rules: {
    run: (args: readonly string[], env: Env) => answered(rulesCommand(args, env)),
    text: 'check a rule file, and play its tests',
  },
  texts: {
    run: (args: readonly string[], env: Env) => answered(textsCommand(args, env)),
    text: 'check what posts and messages say, and list it, to say it your way',
  },
  import: {
    run: importTown,
    text: 'bring a town folder into the database, again and again without harm',
  },
  export: {
    run: exportTown,
    text: "write the town in the database back as a folder's town.yaml",
  },
  token: {
    run: token,
    text: 'let a device, a network server or a reader in over MQTT, or shut it out',
  },
  user: {
    run: (args: readonly string[], env: Env) =>
      told(userCommand(args, env, realClock, openAskSecret())),
    text: 'who of the staff may sign in, and as what',
  },
  'api-token': {
    run: (args: readonly string[], env: Env) => told(apiTokenCommand(args, env, realClock)),
    text: 'let a system or a script use the API, by a role, or shut it out',
  },
  device: {
    run: (args: readonly string[], env: Env) => told(deviceCommand(args, env)),
    text: 'the sensors: register, mount, swap, calibrate, import; who changed what',
  },
  labels: {
    run: (args: readonly string[]) => told(labelsCommand(args)),
    text: 'QR labels for the containers, to print',
  },
  plan: {
    run: (args: readonly string[], env: Env) => told(planCommand(args, env)),
    text: 'what the national hub says of emptyings, brought in',
  },
  outbox: {
    run: (args: readonly string[], env: Env) => told(outboxCommand(args, env)),
    text: 'what could not be said, and saying it again; accounts paused and resumed',
  },
  quarantine: {
    run: (args: readonly string[], env: Env) => told(quarantineCommand(args, env)),
    text: 'what was not taken in, and trying it again after a fix',
  },
  subscribers: {
    run: (args: readonly string[], env: Env) => told(subscribersCommand(args, env)),
    text: 'residents who are told themselves: how many; what is kept of one, and forgetting it',
  },
  followers: {
    run: (args: readonly string[], env: Env) => told(followersCommand(args, env)),
    text: 'followers on the fediverse: how many, and forgetting one',
  },
  replay: {
    run: (args: readonly string[], env: Env) => answered(replayCommand(args, env, process.stderr)),
    text: 'the past again: does it decide the same, and what would other rules have said',
  },
  'city-pack': {
    run: (args: readonly string[]) => told(Promise.resolve(cityPackCommand(args))),
    text: 'streets of OpenStreetMap, for the travel times of the return bike',
  },
  codec: { run: codec, text: 'try a payload codec on a frame, in the sandbox of the service' },
  simulate: { run: simulate, text: 'a town of devices, or a load, against any broker' },
} as const

export async function runCli(args: readonly string[], env: Env): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(overview())
    return name === undefined ? WRONG : OK
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    console.error(`There is no command "${name}".\n\n${overview()}`)
    return WRONG
  }
  return COMMANDS[name as keyof typeof COMMANDS].run(rest, env)
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((c) => c.length))
  return [
    'kvitter: recycling stations that speak',
    '',
    ...Object.entries(COMMANDS).map(
      ([name, { text }]) => `  kvitter ${name.padEnd(width)}  ${text}`,
    ),
    '',
    'kvitter COMMAND --help tells more. Docs: docs/OPERATING.md',
  ].join('\n')
}

function settingsHelp(usage: string, more: readonly string[] = []): string {
  const left = [...SETTINGS.map((s) => `--${s.flag} ${s.value}`)]
  const width = Math.max(...left.map((l) => l.length))
  return [
    `usage: ${usage}`,
    ...more,
    '',
    ...SETTINGS.map((s, i) => `  ${left[i]!.padEnd(width)}  ${s.text} [${s.env}]`),
    '',
    'Only by environment:',
    ...SECRETS.map((s) => `  ${s.env}  ${s.text}`),
  ].join('\n')
}

const NO_TOWN = [
  'Kvitter needs a town: a folder with town.yaml (stations, containers, devices) and rules.yaml (when a station speaks).',
  'Copy the example and make it yours: cp -r towns/boras towns/mytown; "npm run kvitter -- check towns/mytown" tells every fault with its line.',
  'Then: npm start -- --town towns/mytown (or set KVITTER_TOWN). To see it first: npm run demo.',
].join('\n')

async function serveTown(args: readonly string[], env: Env): Promise<number> {
  if (wantsHelp(args)) return say(settingsHelp('kvitter serve --town DIR [settings]'))
  const settings = settingsOf(args, env)
  if (!settings) return WRONG
  if (settings.town === undefined) {
    console.error(NO_TOWN)
    return WRONG
  }
  const folder = await folderOf(settings.town)
  if (!folder || !canSpeak(folder, env, settings)) return WRONG
  const log = logger(settings)
  for (const warning of folder.warnings) log.warn(warning)
  await using running = await started(() => serve({ settings, folder, env, clock: realClock, log }))
  if (!running.value) return FAILED
  const { httpUrl, mqttPort, mqttWsPort } = running.value
  log.info(
    { pages: httpUrl, mqttPort, mqttWsPort, broker: settings.broker?.url },
    `${folder.town.name} is up`,
  )

  const reload = (): void => {
    running
      .value!.reread()
      .then((read) => {
        if (read.kind === 'ok') log.info('the town folder was read anew')
        else log.error({ faults: read.faults }, 'the town folder has faults; going on as before')
      })
      .catch((error: unknown) => log.error({ err: error }, 'the town folder could not be reloaded'))
  }
  process.on('SIGHUP', reload)
  await askedToStop()
  process.off('SIGHUP', reload)
  log.info('stopping')
  return OK
}

async function demo(args: readonly string[], env: Env): Promise<number> {
  if (wantsHelp(args)) {
    return say(
      settingsHelp('kvitter demo [settings]', [
        '',
        'Without --data everything is forgotten at the end.',
        `  --speed N  how many times as fast as ours the town's clock runs (${DEMO_SPEED})`,
      ]),
    )
  }
  const scratch = await mkdtemp(join(tmpdir(), 'kvitter-demo-'))
  await using cleanUp = new AsyncDisposableStack()
  cleanUp.defer(() => rm(scratch, { recursive: true, force: true }))
  const defaults: Partial<Record<Flag, string>> = { data: scratch, town: DEMO_TOWN, log: 'warn' }
  const { rest, value } = takeFlag(args, '--speed')
  const speed = value === undefined ? DEMO_SPEED : Number(value)
  if (!(speed >= 1 && speed <= 20_000)) {
    return complain(`--speed: expected a number from 1 to 20000, got "${value}"`)
  }
  const settings = settingsOf(rest, env, defaults)
  if (!settings) return WRONG
  if (!settings.mqtt || settings.broker) {
    return complain('--broker: the demo has a broker of its own and takes no other')
  }
  for (const flag of ['http', 'mqtt', 'mqttWs'] as const) {
    const host = settings[flag]?.host
    if (host !== undefined && !isLoopback(host)) {
      console.error(
        `--${flag}: the demo lets anybody in over MQTT, so it stays on loopback; got ${host}`,
      )
      return WRONG
    }
  }
  const folder = await folderOf(settings.town!)
  if (!folder || !canSpeak(folder, env, settings, 'demo')) return WRONG
  const time = demoTime(realClock, speed)
  const staffToken = settings.staffToken ?? randomBytes(18).toString('base64url')
  const running = cleanUp.use(
    await started(() =>
      serve({
        settings: { ...settings, staffToken },
        folder,
        env,
        clock: time.clock,
        log: logger(settings),
        demo: { speed: time.speed },
      }),
    ),
  )
  if (!running.value) return FAILED
  const { httpUrl, mqttPort, journal } = running.value
  console.log(
    [
      '',
      `  ${folder.town.name} is alive: ${folder.town.stations.length} stations, ${folder.town.devices.length} devices.`,
      `  An hour in the town takes ${Number((3600 / speed).toPrecision(2))} seconds.${speed >= 600 ? ' The first post comes within half a minute.' : ''}`,
      '',
      `  Pages     ${httpUrl}/        (English: ${httpUrl}/en)`,
      `  Staff     ${httpUrl}/logga-in  (English: ${httpUrl}/en/sign-in), each role by one tap`,
      `  API docs  ${httpUrl}/api/docs`,
      `  Feed      ${httpUrl}/feeds/town.atom`,
      `  MQTT      mqtt://127.0.0.1:${mqttPort}   topic kvitter/v1/stations/+/status`,
      '',
      '  Ctrl-C ends it.',
      '',
    ].join('\n'),
  )
  const stopTelling = journal.onCommitted(({ posts }) => {
    for (const post of posts) {
      if (post.audience === 'public') console.log(`  ${post.texts.sv}`)
    }
  })
  cleanUp.defer(stopTelling)
  const bike = folder.returnBike?.addresses && { url: httpUrl, staffToken }
  const simulator = startSimulator(time, mqttPort!, settings.town!, 1, bike)
  cleanUp.defer(() => stopSimulator(simulator))
  let stopping = false
  const stopped = askedToStop().then(() => {
    stopping = true
    return OK
  })
  const died = once(simulator, 'exit').then(([code, signal]) => {
    if (!stopping) console.error(`The simulator ended by itself (${String(code ?? signal)}).`)
    return FAILED
  })
  // Awaited here, so that nothing is closed before.
  return await Promise.race([stopped, died])
}

function codec(args: readonly string[]): Promise<number> {
  return told(codecCommand(args, realClock()))
}

/** What failed is an answer and not a complaint. */
async function answered(command: Promise<CommandResult>): Promise<number> {
  const { code, text } = await command
  if (code === WRONG) return complain(text)
  say(text)
  return code
}

async function told(command: Promise<CommandResult>): Promise<number> {
  const { code, text } = await command
  if (code === OK) return say(text)
  complain(text)
  return code
}

async function check(args: readonly string[]): Promise<number> {
  const [folder] = args
  if (folder === undefined || wantsHelp(args)) {
    const usage = 'usage: kvitter check DIR'
    return folder === undefined ? complain(usage) : say(usage)
  }
  const read = await readTownFolder(folder)
  if (read.kind === 'faulty') return complain(read.faults.join('\n'))
  const { town, book, warnings } = read.folder
  for (const warning of warnings) console.log(`warning: ${warning}`)
  const broken = [...(await brokenCodecs(town)), ...(await testFaults(folder))]
  if (broken.length > 0) return complain(broken.join('\n'))
  const containers = town.stations.reduce((n, s) => n + s.containers.length, 0)
  console.log(
    `${town.name}: ${town.stations.length} stations, ${containers} containers, ${town.devices.length} devices, ${book.rules.length} rules. No faults.`,
  )
  return OK
}

async function importTown(args: readonly string[], env: Env): Promise<number> {
  if (wantsHelp(args)) return say(settingsHelp('kvitter import DIR [--data DIR]'))
  const read = readSettings(args, env)
  if (read.kind === 'faulty') return complain(read.faults.join('\n'))
  const where = read.rest[0] ?? read.settings.town
  if (where === undefined) return complain('usage: kvitter import DIR [--data DIR]')
  const folder = await folderOf(where)
  if (!folder) return WRONG
  await using store = await openSqliteStore(databaseFile(read.settings))
  const change = await store.saveTown(folder.town, realClock())
  console.log(
    `${folder.town.name}: ${change.added} added, ${change.changed} changed, ${change.removed} removed, ${change.unchanged} unchanged.`,
  )
  return OK
}

const EXPORT_USAGE = [
  'usage: kvitter export DIR [--data DIR] [--force]',
  '',
  'Writes DIR/town.yaml as the town stands in the database, ended mountings included. An existing file is',
  'left alone unless --force is given. Rules are not in the database: DIR/rules.yaml is not touched.',
].join('\n')

async function exportTown(args: readonly string[], env: Env): Promise<number> {
  if (wantsHelp(args)) return say(EXPORT_USAGE)
  const force = args.includes('--force')
  const read = readSettings(
    args.filter((a) => a !== '--force'),
    env,
  )
  if (read.kind === 'faulty') return complain(read.faults.join('\n'))
  const [folder] = read.rest
  if (folder === undefined || read.rest.length > 1) return complain(EXPORT_USAGE)
  const database = databaseFile(read.settings)
  if (!existsSync(database)) {
    return complain(`There is no database ${database}; name its folder with --data.`)
  }
  await using store = await openSqliteStore(database)
  const town = await store.town()
  if (!town) return complain(`There is no town in ${database} yet; run kvitter import first.`)
  const path = join(folder, 'town.yaml')
  const codecs = (town.profiles ?? []).flatMap(({ codec }) => codec ?? [])
  const files = new Map(codecs.map(({ file, source }) => [join(folder, file), source]))
  files.set(path, townText(town))
  let taken: string | undefined
  try {
    for (const [file, text] of files) {
      if ((await writeNewFile(file, text, force)) === 'exists') taken ??= file
    }
  } catch (error) {
    complain(`${path} can't be written: ${(error as Error).message}`)
    return FAILED
  }
  if (taken !== undefined) {
    return complain(`${taken} is there already; --force writes over it.`)
  }
  const containers = town.stations.reduce((n, s) => n + s.containers.length, 0)
  console.log(
    `${path}: ${town.name}, ${town.stations.length} stations, ${containers} containers, ${town.devices.length} devices.`,
  )
  if (!existsSync(join(folder, 'rules.yaml'))) {
    console.log(
      'A town folder needs a rules.yaml too; rules are not in the database, so bring yours.',
    )
  }
  return OK
}

/** Written whole or not at all, also over a file that was there. */
async function writeNewFile(
  path: string,
  text: string,
  force: boolean,
): Promise<'written' | 'exists'> {
  if (!force && existsSync(path)) return 'exists'
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}.unfinished`
  try {
    await writeFile(unfinished, text)
    if (force) {
      await rename(unfinished, path)
      return 'written'
    }
    // Unlike a renaming, a link never takes the place of a file that has come in between.
    await link(unfinished, path)
    return 'written'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists'
    throw error
  } finally {
    await rm(unfinished, { force: true })
  }
}

const TOKEN_USAGE = [
  'usage: kvitter token NAME [--role device|network-server|reader] [--revoke] [--data DIR]',
  '',
  'Makes a new token for NAME and prints it once; only its hash is kept. NAME is the user name over MQTT:',
  "a device's id, a network server's id from town.yaml, or any name for a reader (a display, Home Assistant).",
].join('\n')

async function token(args: readonly string[], env: Env): Promise<number> {
  if (wantsHelp(args)) return say(TOKEN_USAGE)
  let values: { role?: string; revoke?: boolean; data?: string }
  let names: readonly string[]
  try {
    const parsed = parseArgs({
      args: [...args],
      options: {
        role: { type: 'string' },
        revoke: { type: 'boolean' },
        data: { type: 'string' },
      },
      allowPositionals: true,
    })
    values = parsed.values
    names = parsed.positionals
  } catch (error) {
    return complain(`${(error as Error).message}\n${TOKEN_USAGE}`)
  }
  const [name] = names
  const role = values.role ?? 'device'
  if (name === undefined || names.length > 1 || !isRole(role)) return complain(TOKEN_USAGE)
  const read = readSettings(values.data === undefined ? [] : ['--data', values.data], env)
  if (read.kind === 'faulty') return complain(read.faults.join('\n'))
  await using store = await openSqliteStore(databaseFile(read.settings))
  if (values.revoke) {
    const wasDevice = (await store.credential(name))?.role === 'device'
    const had = await store.removeCredential(name)
    if (had && wasDevice) await noteCredential(store, 'credential-revoked', name)
    console.log(had ? `${name} can no longer log in.` : `${name} had no token.`)
    return had ? OK : FAILED
  }
  const town = await store.town()
  const known =
    role === 'device'
      ? town?.devices.some((d) => d.id === name)
      : role === 'network-server'
        ? town?.networkServers.some((n) => n.id === name)
        : true
  if (!known) {
    return complain(
      `${name} is no ${role} of the town in ${databaseFile(read.settings)}. Add it to town.yaml and run kvitter import first.`,
    )
  }
  const secret = randomBytes(16).toString('base64url')
  await store.saveCredential({ username: name, role, tokenHash: hashToken(secret) }, realClock())
  if (role === 'device') await noteCredential(store, 'credential-given', name)
  console.log(`user name  ${name}\npassword   ${secret}`)
  return OK
}

/** In the list of changes of devices, never the token itself. */
async function noteCredential(
  store: Store,
  kind: 'credential-given' | 'credential-revoked',
  name: string,
): Promise<void> {
  const deviceId = parseDeviceId(name)
  if (deviceId) await store.keepDeviceChanges([{ kind, deviceId }], loginName(), realClock())
}

async function simulate(args: readonly string[]): Promise<number> {
  const script = fileURLToPath(new URL('../simulator/main.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? FAILED
}

function databaseFile(settings: Settings): string {
  return join(settings.data, 'kvitter.sqlite')
}

function isRole(text: string): text is Credential['role'] {
  return text === 'device' || text === 'network-server' || text === 'reader'
}

function settingsOf(
  args: readonly string[],
  env: Env,
  defaults?: Partial<Record<Flag, string>>,
): Settings | undefined {
  const read = readSettings(args, env, defaults)
  const faults = read.kind === 'faulty' ? read.faults : read.rest.map((r) => `what is "${r}"?`)
  for (const fault of faults) console.error(fault)
  return read.kind === 'ok' && faults.length === 0 ? read.settings : undefined
}

async function folderOf(path: string): Promise<TownFolder | undefined> {
  const read = await readTownFolder(path)
  if (read.kind === 'ok') return read.folder
  console.error(read.faults.join('\n'))
  return undefined
}

function canSpeak(
  { town }: TownFolder,
  env: Env,
  { publicUrl }: Settings,
  mode: 'serve' | 'demo' = 'serve',
): boolean {
  const faults = [
    ...findSecretFaults(town, env),
    ...findAddressFaults(town, publicUrl, mode === 'demo'),
  ]
  if (faults.length > 0) console.error(faults.join('\n'))
  return faults.length === 0
}

/** A start that fails is told in a sentence: a port in use, a folder that can't be written. */
async function started<T extends AsyncDisposable>(
  start: () => Promise<T>,
): Promise<AsyncDisposable & { readonly value?: T }> {
  try {
    const value = await start()
    return { value, [Symbol.asyncDispose]: () => value[Symbol.asyncDispose]() }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException & { port?: number }
    const port = (error as { port?: number }).port
    console.error(
      code === 'EADDRINUSE'
        ? `Port ${port ?? '?'} is in use by another program; choose one with --http, --mqtt or --mqtt-ws.`
        : code === 'EACCES'
          ? `Not allowed: ${message}`
          : message,
    )
    if (code === undefined) console.error((error as Error).stack)
    return { [Symbol.asyncDispose]: async () => undefined }
  }
}

function logger(settings: Settings): Logger {
  return pino({
    level: settings.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Tokens and whoever reports are nobody's business, should they ever come near a log line.
    redact: ['password', 'token', 'authorization', 'req.headers.authorization', '*.reporter'],
  })
}

function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

/** Takes a flag of one command alone out of its arguments: `--speed 60` or `--speed=60`. */
function takeFlag(
  args: readonly string[],
  flag: string,
): { readonly value?: string; readonly rest: readonly string[] } {
  const i = args.findIndex((a) => a === flag || a.startsWith(`${flag}=`))
  if (i < 0) return { rest: args }
  const own = args[i]!
  return own === flag
    ? { value: args[i + 1] ?? '', rest: args.toSpliced(i, 2) }
    : { value: own.slice(flag.length + 1), rest: args.toSpliced(i, 1) }
}

function wantsHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h')
}

function say(text: string): number {
  console.log(text)
  return OK
}

function complain(text: string): number {
  console.error(text)
  return WRONG
}
