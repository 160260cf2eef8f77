/**
 * Ingest, side by side in one run: Kvitter (QoS 1, on disk before PUBACK) beside aedes that keeps
 * nothing and, where installed, mosquitto. Cases are interleaved in rounds; the table shows medians.
 * Trust the ratios and the CPU per message; absolute rates are this machine's.
 *
 *   node bench/ingest.ts [--rounds 3] [--seconds 5] [--only window|rate|memory] [--minutes 10]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(
    'node bench/ingest.ts [--rounds 3] [--seconds 5] [--only window|thousand|rate|memory] [--minutes 10]',
  )
  process.exit(0)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = await mkdtemp(join(root, 'tmp-bench-'))
const town = join(scratch, 'town')
const MOSQUITTO = '/usr/sbin/mosquitto'

interface Server {
  readonly name: string
  readonly start: () => Promise<Started>
}
interface Started {
  readonly port: number
  readonly child: ChildProcess
  /** What the server has seen since last asked; only Kvitter's tells. */
  readonly ask?: () => Promise<Told>
}
interface Told {
  readonly posts: number
  readonly decisions: number
  readonly outbox: { n: number; p50: number | null; p99: number | null; max: number | null }
  /** `rss` is the whole process; the others are of its main thread. */
  readonly memoryMb: Readonly<
    Record<'rss' | 'heapTotal' | 'heapUsed' | 'external' | 'arrayBuffers', number>
  >
}
interface Load {
  readonly messagesPerSecond: number
  readonly acknowledged: number
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly failures: readonly string[]
  readonly maxBehindMs: number
}

let runs = 0
const kvitter = (mode: 'whole' | 'storage', folder = town): Server => ({
  name: mode === 'whole' ? 'kvitter, whole path, durable' : 'kvitter, storage only, durable',
  start: async () => {
    const script = join(root, 'bench/servers/kvitter.ts')
    const data = join(scratch, `data-${runs++}`)
    const child = spawn(process.execPath, [script, mode, folder, data], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T
    const { port } = await next<{ port: number }>()
    return {
      port,
      child,
      ask: async () => {
        child.stdin.write('\n')
        return next<Told>()
      },
    }
  },
})
const bareAedes: Server = {
  name: 'aedes, keeps nothing',
  start: async () => {
    const child = spawn(process.execPath, [join(root, 'bench/servers/bare-aedes.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    return { port: (JSON.parse(line) as { port: number }).port, child }
  },
}
const mosquitto: Server = {
  name: 'mosquitto, keeps nothing',
  start: async () => {
    const port = await freePort()
    const config = join(scratch, 'mosquitto.conf')
    await writeFile(
      config,
      `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_inflight_messages 0\nmax_queued_messages 0\nlog_type error\n`,
    )
    const child = spawn(MOSQUITTO, ['-c', config], { stdio: 'ignore' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { port, child }
  },
}

async function load(port: number, ...args: readonly string[]): Promise<Load> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'simulator/main.ts'),
      ...['--load', '10000', '--mqtt', `mqtt://127.0.0.1:${port}`, '--json', '--quiet'],
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`the load generator ended with ${code}\n${text}`)
  return JSON.parse(text) as Load
}

interface Measured extends Load {
  readonly cpuUsPerMessage: number
  readonly told: Told | undefined
}

async function measure(server: Server, ...args: readonly string[]): Promise<Measured> {
  const started = await server.start()
  try {
    const before = cpuSeconds(started.child.pid!)
    const result = await load(started.port, ...args)
    const cpu = cpuSeconds(started.child.pid!) - before
    const told = await started.ask?.()
    return {
      ...result,
      cpuUsPerMessage: (cpu * 1e6) / (result.messagesPerSecond * (seconds + warmupOf(args))),
      told,
    }
  } finally {
    started.child.kill('SIGTERM')
    await once(started.child, 'exit')
  }
}

/** The generator runs a second before it measures, unless told otherwise. */
function warmupOf(args: readonly string[]): number {
  const i = args.indexOf('--warmup')
  return i < 0 ? 1 : Number(args[i + 1])
}

/** utime + stime of /proc/PID/stat, in seconds (100 ticks each). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

function row(...cells: readonly (string | number)[]): void {
  console.log(`| ${cells.join(' | ')} |`)
}

const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const wants = (part: string): boolean => values.only === undefined || values.only === part

async function compare(
  title: string,
  servers: readonly Server[],
  args: readonly string[],
): Promise<void> {
  console.log(`\n### ${title}\n`)
  const results = new Map<string, Measured[]>(servers.map((s) => [s.name, []]))
  for (let r = 0; r < rounds; r++) {
    for (const server of servers) {
      results.get(server.name)!.push(await measure(server, '--seconds', String(seconds), ...args))
    }
  }
  const rate = (name: string) => median(results.get(name)!.map((m) => m.messagesPerSecond))
  const bare = rate(bareAedes.name)
  row('server', 'messages/s', 'of bare aedes', 'PUBACK p50 ms', 'p99 ms', 'CPU µs/message')
  row('---', '---', '---', '---', '---', '---')
  for (const [name, all] of results) {
    row(
      name,
      Math.round(rate(name)),
      (rate(name) / bare).toFixed(2),
      median(all.map((m) => m.latencyMs.p50)).toFixed(2),
      median(all.map((m) => m.latencyMs.p99)).toFixed(2),
      median(all.map((m) => m.cpuUsPerMessage)).toFixed(1),
    )
    const told = all.at(-1)!.told
    if (told && told.decisions > 0) {
      console.log(
        `\n(${name}: ${told.decisions} decisions, ${told.posts} posts, ${told.memoryMb.rss} MB)\n`,
      )
    }
  }
}

/** By least squares, for each step. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2
  let sum = 0
  let weight = 0
  for (const [i, value] of values.entries()) {
    sum += (i - middle) * value
    weight += (i - middle) ** 2
  }
  return weight === 0 ? 0 : sum / weight
}

const SPEAKS_AT_ONCE = `version: 1
policy:
  tz: Europe/Stockholm
  group_wait: 0s
  settle: 0s
  budget: { per_station_per_day: 1000, per_account_per_day: 10000, min_gap: 0s, reserve_for_priority_80: 0%, when_spent: drop }
  stale_after: 2h
  first_load: silent
facts: { sensor_silent_after: 12h, late_after: 30m, max_skew: 2m }
rules:
  - { id: full, per: container, when: c.full, clear: c.fill < 70.0, cooldown: 0s, priority: 60, quiet: ignore, post: full }
`

try {
  await new Promise<void>((resolve, reject) => {
    spawn(
      process.execPath,
      [join(root, 'simulator/main.ts'), '--load', '10000', '--write-town', town],
      { stdio: 'ignore' },
    ).on('exit', (code) => (code === 0 ? resolve() : reject(new Error('no town was written'))))
  })
  const rules = await readFile(join(root, 'towns/boras/rules.yaml'), 'utf8')
  await writeFile(join(town, 'rules.yaml'), rules)
  const others = existsSync(MOSQUITTO) ? [bareAedes, mosquitto] : [bareAedes]
  if (others.length === 1) console.log('mosquitto is not installed: apt-get install mosquitto')

  if (wants('window')) {
    await compare(
      '8 connections × 100 in flight, 10,000 devices, a tenth of the messages changes a state',
      [...others, kvitter('storage'), kvitter('whole')],
      ['--connections', '8', '--window', '100'],
    )
  }
  if (wants('thousand')) {
    await compare(
      '1,000 connections × 1 in flight',
      [...others, kvitter('storage'), kvitter('whole')],
      ['--connections', '1000', '--window', '1'],
    )
  }
  if (wants('rate')) {
    const speaking = join(scratch, 'speaking')
    await import('node:fs/promises').then((fs) => fs.cp(town, speaking, { recursive: true }))
    await writeFile(join(speaking, 'rules.yaml'), SPEAKS_AT_ONCE)
    for (const rate of ['1000', '10000']) {
      const args = ['--connections', '32', '--rate', rate, '--warmup', '5']
      await compare(
        `open loop, ${rate} messages a second, 32 connections`,
        [...others, kvitter('whole')],
        args,
      )
      const { told, latencyMs } = await measure(
        kvitter('whole', speaking),
        ...['--seconds', String(seconds), ...args, '--changing', '0.02'],
      )
      console.log(
        `\nreading to outbox row at ${rate}/s, every post kept (${told!.outbox.n} posts): p50 ${told!.outbox.p50} ms, p99 ${told!.outbox.p99} ms, max ${told!.outbox.max} ms (PUBACK p99 ${latencyMs.p99} ms)`,
      )
    }
  }
  if (wants('memory')) {
    console.log('\n### memory, 10,000 devices at 2,000 messages a second\n')
    const server = await kvitter('whole').start()
    const minutes = Number(values.minutes)
    const rss: number[] = []
    row('minute', 'RSS MB', 'heap, used', 'external', 'PUBACK p99 ms', 'database MB')
    row('---', '---', '---', '---', '---', '---')
    for (let minute = 1; minute <= minutes; minute++) {
      const result = await load(
        server.port,
        ...['--connections', '32', '--rate', '2000', '--seconds', '59'],
      )
      const { memoryMb: mb } = await server.ask!()
      const { size } = await stat(join(scratch, `data-${runs - 1}`, 'kvitter.sqlite'))
      rss.push(mb.rss)
      row(
        minute,
        mb.rss,
        `${mb.heapTotal}, ${mb.heapUsed}`,
        mb.external,
        result.latencyMs.p99.toFixed(2),
        Math.round(size / 1e6),
      )
    }
    const later = rss.slice(Math.floor(rss.length / 2))
    console.log(
      `\nRSS over the later half: ${median(later)} MB, ${slope(later).toFixed(1)} MB more each minute`,
    )
    server.child.kill('SIGTERM')
    await once(server.child, 'exit')
  }
} finally {
  await rm(scratch, { recursive: true, force: true })
}
